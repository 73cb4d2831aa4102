"""``voterlist figures``: the press sheet, the open tables, and what says that they are ours."""

import csv
import datetime as dt
import io
import json
import re
import stat
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import workspaces
from list_tables import compiled, entries
from voterlist import config
from voterlist.centre import counting
from voterlist.centre import figures as figures_module
from voterlist.centre.counting import CELLS, Counted, age_groups
from voterlist.centre.disclosure import Rounding
from voterlist.centre.open_tables import dictionary, files
from voterlist.centre.press import press_sheet, sheet_page, sheet_paper
from voterlist.cli import APP
from voterlist.config import SETTINGS_FILE
from voterlist.custody.keys import Signed, is_signature, read_public_key
from voterlist.render.lists import ListWords
from voterlist.schemas import AMENDMENT
from voterlist.storage.ledger import Ledger, place_in
from voterlist.storage.workspace import settings_of
from voterlist.tables import from_columns

DAY = workspaces.TODAY.isoformat()
LATER = "2026-02-05"
PAGE = Path(__file__).parents[1] / "docs" / "figures.md"


def command(*arguments, day=DAY):
    given = [*map(str, arguments), "--today", day, "--json"]
    result = CliRunner().invoke(APP, given, env={"COLUMNS": "100"})
    return result.exit_code, json.loads(result.stdout)


def figures(workspace, *more, day=DAY):
    return command("figures", workspace, *more, day=day)


def with_key(workspace):
    """Each workspace draws its own; a test has the same one every time."""
    secret = workspace / "figures-secret"
    secret.mkdir(0o700)
    (secret / "key").write_bytes(bytes(range(32)))
    (secret / "key").chmod(0o600)
    return workspace


@pytest.fixture
def workspace(tmp_path):
    return with_key(workspaces.finished(tmp_path / "workspace"))


@pytest.fixture
def sample(tmp_path):
    folder = workspaces.sample(tmp_path / "sample")
    workspaces.ran(folder)
    return with_key(folder)


def table(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_numbers_are_those_of_the_printed_lists(sample, tmp_path):
    """Counted a second way: the rows of the lists for programs."""
    out, lists = tmp_path / "out", tmp_path / "lists"
    code, made = figures(sample, "--out", out)
    assert code == 0
    command("lists", sample, "--purpose", "record", "--out", lists)
    records = [
        row
        for path in sorted(lists.glob("*-record*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
    assert made["voters"] == len(records)
    counted = Counter((one["precinct"], one["list_kind"]) for one in records)
    exact = table(out, "lists-by-precinct")
    assert counted == {
        (int(row["precinct"]), row["list_kind"]): int(row["count"]) for row in exact
    }
    cells, shown = Counter(), Counter()
    for one in records:
        cells[one["precinct"], one["list_kind"], one["sex"] or "unknown"] += 1
    for row in table(out, "voters-by-precinct"):
        assert row["precinct"]  # none of them is withheld with this key
        shown[int(row["precinct"]), row["list_kind"], row["sex"]] += int(row["count"])
    sums = Counter()
    for (precinct, kind, _), count in shown.items():
        sums[precinct, kind] += count
    assert sums == counted
    told = {key: count for key, count in shown.items() if key[2] in {"f", "m"}}
    # At most the base less one in each of nine age groups.
    assert all(abs(count - cells[key]) <= 2 * 9 for key, count in told.items())
    by_constituency = table(out, "voters-by-constituency")
    assert sum(int(row["count"]) for row in by_constituency) == len(records)
    kinds = Counter(one["list_kind"] for one in records)
    page = (out / "press-en.html").read_text("utf-8")
    assert all(f">{count:,}<" in page for count in (len(records), *kinds.values()))


def test_the_same_lists_give_the_same_bytes_and_the_key_stays_at_home(workspace):
    """A release can be made again, and nobody learns by what it was rounded."""
    _, first = figures(workspace)
    page = PAGE.read_text("utf-8")
    for file in first["files"]:
        stem = re.sub(r"-(en|az|by-.*)$", "", file["name"].partition(".")[0])
        assert f"`{stem}" in page
    _, again = figures(workspace, "--out", workspace / "again")
    assert first["files"] == again["files"]
    secret = workspace / "figures-secret"
    key = (secret / "key").read_bytes()
    assert stat.S_IMODE(secret.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret.iterdir()} == {0o600}
    for path in (workspace / "again").iterdir():
        content = path.read_bytes()
        assert key not in content
        assert key.hex().encode() not in content
    with Ledger(place_in(workspace, settings_of(workspace))) as ledger:
        events = [event for _, event, _ in ledger.journal()]
    assert events.count("figures") == 1
    exit_code, said = figures(workspace, "--out", secret)
    assert (exit_code, said["error"]["code"]) == (2, "out-is-input")


def test_what_is_not_approved_or_did_not_come_is_told_and_the_sheet_is_provisional(
    workspace,
):
    """The press would print numbers of a nation of which a part is lacking, as the last word."""
    settings = workspace / "voterlist.toml"
    text = '[territory.precincts]\n88 = "1-2"\n90 = "1"\n'
    settings.write_text(settings.read_text("utf-8") + text, "utf-8")
    command("run", workspace)
    _, said = figures(workspace)
    assert (said["unapproved"], said["missing"]) == ([88], [90])
    words = ListWords("en")
    page = (Path(said["folder"]) / "press-en.html").read_text("utf-8")
    assert words("figures.unapproved", places="88") in page
    assert words("figures.missing", places="90") in page
    title = words("figures.title.provisional", day=words.long_day(workspaces.TODAY))
    assert title in page
    ground = ("--ground", "3/7", "--by", "Rauf M.", "--day", DAY)
    for number in (88, 90):
        command("finish", workspace, "verify", "-c", number, *ground)
    settings.write_text(text.replace('90 = "1"\n', ""), "utf-8")
    command("run", workspace)
    _, said = figures(workspace)
    assert (said["unapproved"], said["missing"]) == ([], [])
    page = (Path(said["folder"]) / "press-en.html").read_text("utf-8")
    assert title not in page


def test_lists_of_a_few_voters_show_no_small_cell(workspace):
    """Four and three voters, each in a cell of their own: whatever the key, none stands there."""
    _, made = figures(workspace)
    assert made["voters"] == 7
    sums = Counter()
    for row in table(workspace / "figures" / DAY, "voters-by-precinct"):
        sums[row["precinct"]] += int(row["count"])
        is_cell = row["age_group"] not in {"rounding", "withheld"}
        assert not is_cell or int(row["count"]) % 3 == 0
    assert sums["1"] == 4
    assert sums["2"] == 3


def test_a_release_is_signed_where_there_is_a_key(tmp_path, monkeypatch):
    """Whoever has the public key sees that a release is the commission's, and whole."""
    settings = '[workspace]\nname = "Dairə"\nlevel = "conec"\nconstituency = 88\n'
    workspace = workspaces.finished(tmp_path / "workspace", settings=settings)
    assert figures(workspace)[1]["signed_by"] is None
    assert command("keys", "make", workspace)[0] == 0
    _, made = figures(workspace)
    folder = workspace / "figures" / DAY
    public = read_public_key(folder / "public.json")
    assert made["signed_by"] == public.fingerprint
    content = (folder / "manifest.json").read_bytes()
    signature = (folder / "manifest.json.sig").read_bytes()
    assert is_signature(public.signing, Signed.FIGURES, content, signature)
    assert not is_signature(public.signing, Signed.FIGURES, content + b" ", signature)
    assert json.loads(content)["files"] == made["files"]
    monkeypatch.chdir(folder.parent)
    folder.rename("figures")
    script = PAGE.read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    exec(script, {})  # noqa: S102  what the page shows
    with Path("figures", "dictionary.csv").open("a", encoding="utf-8") as file:
        file.write("x")
    with pytest.raises(AssertionError):
        exec(script, {})  # noqa: S102  the same


def test_an_older_release_after_a_newer_one_is_told(workspace):
    """Released in another order, the public would take the older numbers for the newer."""
    assert figures(workspace, day=LATER)[1]["later"] is None
    _, made = figures(workspace, day=DAY)
    assert made["later"] == LATER


def test_a_lost_key_and_other_settings_are_told(workspace):
    """Two roundings of one count tell more than one."""
    assert figures(workspace)[1]["rounded_otherwise"] is False
    settings = workspace / SETTINGS_FILE
    settings.write_text("[figures]\nleast = 4\n", encoding="utf-8")
    assert figures(workspace)[1]["rounded_otherwise"] is True
    settings.write_text("", encoding="utf-8")
    (workspace / "figures-secret" / "key").unlink()
    assert figures(workspace)[1]["rounded_otherwise"] is True


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("key", b"short"),
        ("released.json", b'[["voters", [1], 2]'),
        ("released.json", b"[[]]"),
    ],
)
def test_a_damaged_secret_is_told_and_nothing_is_published(workspace, name, content):
    """A key that is cut short is a key that somebody guesses."""
    (workspace / "figures-secret" / name).write_bytes(content)
    exit_code, said = figures(workspace)
    assert (exit_code, said["error"]["code"]) == (2, "figures-secret-damaged")
    assert not (workspace / "figures").exists()


def test_figures_older_than_what_was_decided_are_refused(workspace):
    """As the lists are: a voter struck yesterday would be counted today."""
    folder = next((workspace / "runs").iterdir())
    entry_id = pq.read_table(folder / "entries.parquet").column("entry_id")[0].as_py()
    decision = {
        "entry_id": entry_id,
        "action": "strike",
        "ground": "died",
        "document": "№ 1",
        "decided_by": "A. Əliyeva",
        "decided_at": "2026-02-04T10:00:00+04:00",
    }
    columns = {name: [decision.get(name)] for name in AMENDMENT.names}
    with Ledger(place_in(workspace, settings_of(workspace))) as ledger:
        ledger.amend(from_columns(columns, AMENDMENT, 1))
    exit_code, said = figures(workspace)
    assert (exit_code, said["error"]["code"]) == (2, "lists-run-again")
    assert not (workspace / "figures").exists()


def test_applications_are_counted_where_their_voter_stands(workspace):
    """Three are told as three by every key; three more are too few to be told at once."""
    folder = next((workspace / "runs").iterdir())
    entry_id = pq.read_table(folder / "entries.parquet").column("entry_id")[0].as_py()
    for initials in ("ABC", "DEF"):
        for initial in initials:
            taken = (
                "--for",
                entry_id,
                "--what",
                "complaint",
                "--by",
                f"{initial}. Rza",
            )
            assert command("application", "take", workspace, *taken)[0] == 0
        figures(workspace)
        (row,) = table(workspace / "figures" / DAY, "applications-by-precinct")
        assert (row["precinct"], row["what"], row["count"]) == ("1", "complaint", "3")


@pytest.mark.parametrize("rows", [1, 0])
def test_of_one_voter_or_nobody_there_are_no_figures(tmp_path, rows):
    """The figures of a group of one are that person's."""
    workspace = workspaces.make(tmp_path / "workspace")
    for number, path in enumerate(sorted((workspace / "inbox").rglob("*.csv"))):
        head = workspaces.HEADER
        one = "1;Rzayev;Orxan;Şamil oğlu;05.05.1965;kişi;Nizami küç. 4;5XK1238\n"
        text = f"{number + 1} saylı seçki məntəqəsi\n{head}{one * rows * (number == 0)}"
        path.write_text(text, encoding="utf-8")
    workspaces.ran(workspace)
    exit_code, said = figures(workspace)
    assert (exit_code, said["error"]["code"]) == (2, "figures-too-few")


SETTINGS = """
[workspace]
name = "Dairə"
[calendar]
election_day = 2026-11-01
[figures]
last_election_day = 2024-09-01
"""
BORN = ("01.11.2008", "02.11.2008", "31.10.2008", "2008", "01.09.2006", "1890", None)


def counted_people(*born):
    """What is counted of a list of people born on these days, without a sex."""
    settings = config.parse(SETTINGS)
    counted = Counted(dt.date(2026, 11, 1), age_groups(settings.figures.age_groups))
    people = [{"entry_id": str(n), "birth_date": day} for n, day in enumerate(born)]
    listed = compiled(entries(*people)).listed
    counting._count_voters(counted, listed, settings)
    return counted, settings


def test_who_comes_of_age_who_votes_first_and_how_old_the_oldest_is():
    """The figures of the sheet of 2024 that stand in no other table."""
    counted, _ = counted_people(*BORN)
    assert (counted.of_age, counted.first, counted.oldest) == (1, 3, 136)
    (cells,) = counted.lists["voters"].values()
    assert cells == {
        ("under-18", "unknown"): 1,
        ("18-29", "unknown"): 4,
        ("70+", "unknown"): 1,
        ("unknown", "unknown"): 1,
    }


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", {"136 (? – being checked)", "not known"}),
        ("az", {"136 (? – yoxlanılır)", "naməlum"}),
    ],
)
def test_nobody_is_left_out_of_the_sheet_and_an_age_past_belief_has_a_mark(
    language, said
):
    """A list without a column of sex, and voters whose age is not known."""
    counted, settings = counted_people(*BORN)
    nothing = {name: {} for name in CELLS}
    tables, _ = figures_module._protect(counted, Rounding(b"key", 3), nothing)
    words = ListWords(language)
    made = press_sheet(
        counted, tables, Rounding(b"key", 3), settings, workspaces.TODAY, words
    )
    for name in ("sex", "age"):
        assert sum(row[1] for row in made.blocks[name].rows) == len(BORN)
    assert made.blocks["lists"].rows[-1][1] == len(BORN)
    texts = {
        text for block in made.blocks.values() for row in block.rows for text in row
    }
    assert said <= texts
    page = sheet_page(made, words)
    assert all(text in page for text in said)
    assert sheet_paper(made, words) == sheet_paper(made, words)


def test_whose_constituency_is_not_known_has_a_row_of_its_own():
    """Voters without a place are voters, on the sheet and in the tables."""
    counted, settings = counted_people(*BORN)
    voters = counted.lists["voters"]
    voters[None, None, "permanent"] = Counter({("18-29", "f"): 5})
    nothing = {name: {} for name in CELLS}
    tables, _ = figures_module._protect(counted, Rounding(b"key", 3), nothing)
    made = press_sheet(
        *(counted, tables, Rounding(b"key", 3), settings, workspaces.TODAY),
        ListWords("en"),
    )
    rows = made.blocks["places"].rows
    assert [row[0] for row in rows] == ["Constituency 88", "not known, or of several"]
    assert [row[3] for row in rows] == [len(BORN), 5]
    made_tables = dict(files(tables))
    by_constituency = made_tables["lists-by-constituency"].to_pylist()
    assert by_constituency[-1] == {
        "constituency": None,
        "list_kind": "permanent",
        "count": 5,
    }


def test_the_dictionary_says_what_each_column_and_code_means():
    """Whoever takes the tables elsewhere has to know what stands in them."""
    rows = list(csv.DictReader(io.StringIO(dictionary())))
    told = {row["column"] for row in rows}
    for name, table_made in files({name: {} for name in CELLS}):
        assert set(table_made.column_names) <= told, name
    assert all(row["en"] and row["az"] and row["en"] != row["az"] for row in rows)
