"""Handing over and taking in, through the commands."""

import hashlib
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2
import pytest

import handing
import packages
import workspaces
from command_line import call
from deciding import amendments_of
from handing import code_of, told
from review_books import fill
from voterlist.cli import APP  # noqa: F401  its modules load once, not in the first test
from voterlist.custody.keys import load_keys
from voterlist.deadlines.handovers import Event, balances_below, handovers
from voterlist.schemas import AMENDMENT
from voterlist.storage.ledger import Ledger, reading
from voterlist.tables import from_rows

pytestmark = pytest.mark.slow


@pytest.fixture
def pair(tmp_path):
    return handing.pair(tmp_path)


@pytest.fixture
def handed(tmp_path):
    """A package is written and not taken in yet."""
    return handing.handed(tmp_path)


def events(workspace):
    with reading(workspace / "ledger.db") as ledger:
        return handovers(ledger.journal())


def test_a_constituency_is_handed_over_taken_in_and_confirmed(pair):
    code, made = pair.submit("package.zip", "--by", "Sədr")
    assert (code, made["package"]["serial"]) == (0, 1)
    assert made["package"]["sums"]["listed"] == 7
    code, taken = pair.receive()
    assert (code, taken["entries"], taken["decisions"]) == (0, 7, 2)
    receipt = pair.folder / "package-receipt.zip"
    code, confirmed = told("receive", pair.below, receipt, "--today", handing.DAY)
    assert (code, confirmed["confirmed"]) == (0, 1)
    below, above = events(pair.below), events(pair.above)
    assert [one.event for one in below] == [Event.SUBMITTED, Event.RECEIPT]
    assert [one.event for one in above] == [Event.RECEIVED]
    assert {one.package for one in below + above} == {made["package"]["id"]}
    assert below[0].by == "Sədr"


def test_what_was_struck_below_is_told_above_by_its_ground(pair):
    """The nation's report would begin where the lists came, and nobody see who was struck."""
    entries = handing.newest(pair.below, "entries").column("entry_id").to_pylist()
    struck = {"entry_id": entries[-1], "action": "strike", "ground": "died"}
    with Ledger(pair.below / "ledger.db") as ledger:
        ledger.amend(amendments_of({**struck, "document": "DV-00123"}))
    workspaces.run(pair.below)
    _, made = pair.submit()
    pair.receive()
    (line,) = events(pair.above)
    sums = made["package"]["sums"]
    assert line.balance == {**sums, "ground.died": 1}
    assert (sums["struck"], sums["listed"]) == (1, len(entries) - 1)
    with reading(pair.above / "ledger.db") as ledger:
        assert balances_below(ledger.journal(), "2026") == {88: line.balance}
        assert balances_below(ledger.journal(), "2025") == {}


def test_whatever_a_list_of_ours_says_of_a_voter_is_taken_in_above(pair):
    """One cell that would be asked about in a list of strangers refused the whole hand-over."""
    rows = handing.newest(pair.below, "entries").to_pylist()
    cells = {
        "surname": "Cəmi",
        "given_name": "Elçin və Nigar",
        "patronymic": "Rauf oğlu Əli qızı",
        "address": "Həyat yoldaşı Məmmədov Elçin Rauf oğlu 12.03.1970, ailəsi (4 nəfər)",
        "birth_date": "1970-03-12 1971-04-13",
        "document": "Əliyev Vəli Həsən oğlu AZE 12345678",
        "fin": "7-12",
    }
    changes = [
        {"entry_id": row["entry_id"], "field": field, "value": value}
        for row, (field, value) in zip(rows, cells.items(), strict=True)
    ]
    said = {"action": "correct", "ground": "document-seen", "document": "Akt 5"}
    with Ledger(pair.below / "ledger.db") as ledger:
        ledger.amend(amendments_of(*(said | change for change in changes)))
    workspaces.run(pair.below)
    pair.decide()
    assert pair.submit()[0] == 0
    code, taken = pair.receive()
    assert (code, taken["entries"]) == (0, len(rows))
    assert workspaces.run(pair.above).set_aside_by_code == {"header-row": 2}
    above = handing.newest(pair.above, "entries")
    for field, value in cells.items():
        assert value in above.column(field).to_pylist()
    # A run that is made again knows whose lists they are, too.
    assert told("verify", pair.above)[0] == 0


def test_who_was_struck_below_is_told_above_whatever_the_name(pair):
    """Names in two spellings are usual in a whole list; alone in a register they were asked about.

    Then nothing said above why somebody is gone.
    """
    path = pair.below / "inbox" / "88" / "menteqe-1.csv"
    text = path.read_text(encoding="utf-8")
    twice = re.sub(r"(?m)^(\d+;[^;]+;)(?!Elçin)([^;]+);", r"\1\2/\2ə;", text)
    path.write_text(twice, encoding="utf-8")
    workspaces.run(pair.below)
    entries = handing.newest(pair.below, "entries").to_pylist()
    entry = next(row for row in entries if "/" in row["given_name"])
    struck = {"action": "strike", "ground": "died", "document": "Akt 5"}
    with Ledger(pair.below / "ledger.db") as ledger:
        ledger.amend(amendments_of(struck | {"entry_id": entry["entry_id"]}))
    workspaces.run(pair.below)
    assert pair.submit()[0] == pair.receive()[0] == 0
    workspaces.run(pair.above)
    (told_above,) = handing.newest(pair.above, "register_rows").to_pylist()
    assert told_above["given_name"] == entry["given_name"]


def test_what_was_decided_below_is_not_asked_above(pair):
    """Two namesakes were told apart below; the central commission would ask once more."""
    pair.submit()
    pair.receive()
    result = workspaces.run(pair.above)
    assert result.cases_by_kind == {"within-constituency": 1}
    assert (result.open_cases, result.set_aside_by_code) == (0, {"header-row": 2})
    assert result.place_doubts == ()
    decided = handing.newest(pair.above, "decisions").to_pylist()
    assert {row["decided_by"] for row in decided} == {"Leyla M. (conec-088)"}


def test_the_same_workspace_gives_the_same_package(pair, tmp_path):
    other = pair.copied(tmp_path / "other")
    pair.submit()
    other.submit()
    digests = {
        hashlib.sha256((one.folder / "package.zip").read_bytes()).hexdigest()
        for one in (pair, other)
    }
    assert len(digests) == 1


def test_the_act_says_what_the_package_says_and_has_one_page(pair, tmp_path):
    """Whoever signs holds the paper against the file; a copy elsewhere has the same bytes."""
    other = pair.copied(tmp_path / "other")
    _, made = pair.submit("package.zip", "--by", "A. Əliyeva", day="2026-04-08")
    other.submit("package.zip", "--by", "A. Əliyeva", day="2026-04-08")
    acts = [Path(one) for one in made["package"]["acts"]]
    assert [act.name for act in acts] == [
        "package-act-az.pdf",
        "package-act-en.pdf",
    ]
    for act in acts:
        assert act.read_bytes() == (other.folder / act.name).read_bytes()
    pdf = pypdfium2.PdfDocument(acts[1])
    assert len(pdf) == 1
    with reading(pair.below / "ledger.db") as ledger:
        head = ledger.head()
    text = pdf[0].get_textpage().get_text_bounded()
    package = hashlib.sha256((pair.folder / "package.zip").read_bytes()).hexdigest()
    assert made["package"]["id"] in text
    assert package in text
    assert f"{head.number - 1}-{made['package']['head']}" in text
    assert "late by 3 days" in text
    assert "A. Əliyeva" in text
    assert "On the list" in text


def test_an_encrypted_package_is_taken_and_no_plain_one_is_left(pair):
    code, made = pair.submit("package.zip", "--encrypt-to", "MSK")
    assert (code, made["package"]["path"].endswith(".zip.age")) == (0, True)
    assert not (pair.folder / "package.zip").exists()
    assert pair.receive("package.zip.age")[0] == 0


def test_a_second_package_takes_the_place_of_the_first(pair):
    pair.submit()
    pair.receive()
    pair.decide(("keep", "repeat"))
    workspaces.run(pair.below)
    assert pair.submit("second.zip")[1]["package"]["serial"] == 2
    code, taken = pair.receive("second.zip")
    assert (code, taken["entries"], taken["missing"]) == (0, 6, 0)
    assert taken["superseded"] is not None
    kept = pair.above / "received" / "submit-2026-conec-088-to-cec-0001" / "inbox"
    assert len(list(kept.iterdir())) == 2
    assert workspaces.run(pair.above).rows_out == 6
    assert workspaces.run(pair.above).decided.changed == 0


UNDER_WAY = "[submit]\nset_aside = false\nmost_open_cases = 1\n"
TOO_SMALL = f'[check.rules.precinct-too-small]\nseverity = "error"\n{UNDER_WAY}'
ASTRAY = '[territory.precincts]\n88 = "1,3"\n'
PASSED = f"{UNDER_WAY}missing_precincts = false\nunknown_precincts = false\n{ASTRAY}"


def test_an_open_gate_keeps_a_constituency_from_being_handed_over(tmp_path):
    """Each with what to do, and nothing is written."""
    own = '[workspace]\nname = "Göyçay"\nconstituency = 88\n'
    below = workspaces.make(tmp_path / "below", settings=own + TOO_SMALL)
    workspaces.run(below)
    told("keys", "make", below)
    pair = handing.Pair(below, below, tmp_path)

    def made(settings):
        (below / "voterlist.toml").write_text(own + settings, encoding="utf-8")
        code, said = pair.submit()
        found = {one["gate"] for one in said["gates"] if one["open"]}
        assert code == int(bool(found))
        assert (pair.folder / "package.zip").exists() == (not found)
        assert bool(events(below)) == (not found)
        assert all(one["what"] and one["todo"] for one in said["gates"])
        return found

    assert made(TOO_SMALL) == {"errors"}
    (below / "voterlist.toml").write_text(own, encoding="utf-8")
    workspaces.run(below)
    assert made("") == {"set-aside", "open-cases"}
    places = {"missing-precincts", "unknown-precincts"}
    assert made(f"[submit]\nset_aside = false\n{ASTRAY}") == {*places, "open-cases"}
    assert made(PASSED) == made(UNDER_WAY) == set()


def open_gates(pair):
    _, made = pair.submit()
    return {one["gate"]: one["count"] for one in made["gates"] if one["open"]}


def test_what_is_decided_after_the_run_is_not_handed_over(pair):
    pair.decide(("keep", "repeat"))
    assert open_gates(pair) == {"stale-run": 1}


def test_a_list_that_no_package_takes_holds_the_handing_over_up(pair):
    """A list beside the folders, or in another constituency's, was handed over by nobody."""
    pair.decide(("keep", "repeat"))
    rows = "1;Vəliyev;Samir;Zahid oğlu;01.02.1980;kişi;Şuşa küç. 3;5XK1240\n"
    astray = pair.below / "inbox" / "3.csv"
    astray.write_text(f"{workspaces.HEADER}{rows}")
    made = workspaces.run(pair.below)
    assert [doubt.rule for doubt in made.place_doubts] == ["constituency-unknown"]
    assert open_gates(pair) == {"unknown-precincts": 1}
    wrong = pair.below / "inbox" / "98"
    wrong.mkdir()
    astray.rename(wrong / "3.csv")
    workspaces.run(pair.below)
    assert open_gates(pair) == {"unknown-precincts": 1}


@pytest.mark.parametrize("folder", [".", "98"])
def test_a_list_beside_the_folders_asks_for_a_run_of_the_whole_inbox(pair, folder):
    """A run of the constituency's folder alone let its list in no folder, or a wrong one, go."""
    pair.decide(("keep", "repeat"))
    path = pair.below / "inbox" / folder / "3.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{workspaces.HEADER}{workspaces.TWO}")
    workspaces.run(pair.below, constituencies=(88,))
    assert open_gates(pair) == {"stale-run": 1}


def test_lists_and_registers_that_are_newer_than_the_run_are_not_handed_over(pair):
    """Who died, or was sent here by a decision elsewhere, would be asked about above alone."""
    register = pair.below / "reference" / "deaths.csv"
    register.write_text("Soyadı;Adı;Doğum tarixi\nRzayev;Orxan;05.05.1965\n", "utf-8")
    assert open_gates(pair) == {"stale-run": 1}
    path = pair.below / "inbox" / "88" / "menteqe-3.csv"
    path.write_text(f"3 saylı seçki məntəqəsi\n{workspaces.HEADER}{workspaces.TWO}")
    assert open_gates(pair) == {"stale-run": 1}


def test_contested_decisions_are_not_handed_over(pair):
    pair.decide(("keep", "repeat"), by="Rəşad Q.")
    workspaces.run(pair.below)
    gates = open_gates(pair)
    assert gates.pop("open-cases", 0) <= 1
    assert gates == {"contested": 1}


def test_decisions_that_came_back_are_not_handed_over(pair):
    path = pair.below / "inbox" / "88" / "menteqe-2.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("Elçin;Rauf oğlu;12.03.1970", "Elçin;Rauf oğlu;13.04.1971")
    )
    workspaces.run(pair.below)
    assert open_gates(pair)["returned"] >= 1


def flipped(pair):
    path = pair.folder / "package.zip"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncated(pair):
    path = pair.folder / "package.zip"
    path.write_bytes(path.read_bytes()[:-100])


def untrusted(pair):
    told("keys", "distrust", pair.above, "--name", "Göyçay")


def another(pair):
    """The key is trusted, but as that of another commission."""
    other = workspaces.make(
        pair.folder / "other",
        constituency=89,
        settings='[workspace]\nname = "Başqa"\nconstituency = 89\n',
    )
    told("keys", "make", other)
    handing.trust(pair.above, other, "Başqa")
    keys = load_keys(other / "keys")
    path = pair.folder / "package.zip"
    path.write_bytes(packages.resigned(path, keys, lambda _: None))


def newer_format(pair):
    keys = load_keys(pair.below / "keys")
    path = pair.folder / "package.zip"
    path.write_bytes(
        packages.resigned(path, keys, lambda fields: fields.update(format=2))
    )


def for_somebody_else(pair):
    (pair.above / "voterlist.toml").write_text(
        '[workspace]\nname = "X"\ncycle = "2027"\nlevel = "cec"\n'
    )


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (flipped, None),
        (truncated, "package-truncated"),
        (untrusted, "package-signer-withdrawn"),
        (another, "package-signer-other"),
        (newer_format, "package-newer"),
        (for_somebody_else, "package-cycle-other"),
    ],
)
def test_a_package_that_does_not_fit_is_refused_and_nothing_enters(
    handed, damage, code
):
    damage(handed)
    before = handing.contents(handed.above)
    exit_code, refused = code_of(handed.receive())
    assert exit_code == 3
    assert code in {None, refused}
    assert handing.contents(handed.above) == before
    assert not (handed.folder / "package-receipt.zip").exists()


LIST = "data/lists/constituency-088-precinct-000{}-record.parquet"


def other_sums(files):
    balance = json.loads(files["data/balance.json"])
    balance["lists"][0]["listed"] += 1
    files["data/balance.json"] = json.dumps(balance).encode()


def no_balance(files):
    files["data/balance.json"] = b"[1]"


def other_columns(files):
    files[LIST.format(1)] = files["data/decisions.parquet"]


def no_table(files):
    files[LIST.format(1)] = b"PAR1 and nothing else"


def list_missing(files):
    del files[LIST.format(1)]


def no_decisions(files):
    files["data/decisions.parquet"] = b"\x00\x01"


def no_moment(files):
    """Decisions of which nobody knows when they were made."""
    table = pq.read_table(io.BytesIO(files["data/decisions.parquet"]))
    assert table.num_rows
    place = table.column_names.index("decided_at")
    blank = pa.nulls(table.num_rows, table.schema.types[place])
    stream = io.BytesIO()
    pq.write_table(table.set_column(place, "decided_at", blank), stream)
    files["data/decisions.parquet"] = stream.getvalue()


WRONG = (no_moment, other_sums, no_balance, other_columns, no_table)


def test_a_signed_package_whose_content_is_wrong_is_refused(handed):
    """A signature says who wrote it, not that the program did."""
    keys, path = handed.below / "keys", handed.folder / "package.zip"
    whole = path.read_bytes()
    before = handing.contents(handed.above)
    for change in (*WRONG, list_missing, no_decisions):
        path.write_bytes(whole)
        handing.rewritten(path, keys, change)
        is_schema = change is other_columns
        code = "package-schema-other" if is_schema else "package-content-wrong"
        assert code_of(handed.receive()) == (3, code), change.__name__
    assert handing.contents(handed.above) == before


def test_what_was_decided_after_the_freeze_is_refused_and_nothing_is_lost(pair):
    """A voter would be gone from a frozen list by a word of the commission below."""
    pair.decide(("keep", "repeat"))
    workspaces.run(pair.below)
    pair.submit()
    settings = pair.above / "voterlist.toml"
    text = settings.read_text(encoding="utf-8")
    frozen = "[calendar]\nelection_day = 2026-02-20\n"
    settings.write_text(f"{text}{frozen}", encoding="utf-8")
    before = handing.contents(pair.above)
    assert code_of(pair.receive()) == (3, "package-after-freeze")
    assert handing.contents(pair.above) == before
    moved = '[calendar.moved.updated]\ndue = 2026-02-10\ndecision = "№ 7"\n'
    settings.write_text(f"{text}{frozen}{moved}", encoding="utf-8")
    code, taken = pair.receive()
    assert (code, taken["entries"]) == (0, 6)


def test_after_the_freeze_a_court_is_followed_and_a_list_anew_is_refused(pair):
    """One voter whom a court struck would stop every run of the centre; a row handed in, none."""
    frozen = "[calendar]\nelection_day = 2026-03-01\n"
    for workspace in (pair.below, pair.above):
        with (workspace / "voterlist.toml").open("a", encoding="utf-8") as settings:
            settings.write(frozen)
    assert pair.submit(day="2026-02-03")[0] == pair.receive(day="2026-02-03")[0] == 0
    before, after = ("--today", "2026-02-03"), ("--today", "2026-02-06")
    assert told("run", pair.above, *before)[0] in {0, 1}
    entries = handing.newest(pair.below, "entries").to_pylist()
    struck = next(row for row in entries if row["surname"] == "Hüseynli")["entry_id"]
    row = {
        "entry_id": struck,
        "action": "strike",
        "ground": "court",
        "document": "№ 5",
        "reason": "decided",
        "decided_by": "Leyla M.",
        "decided_at": "2026-02-06T09:00:00+04:00",
    }
    with Ledger(pair.below / "ledger.db") as ledger:
        ledger.amend(from_rows([row], AMENDMENT))
    assert told("run", pair.below, *after)[0] in {0, 1}
    assert pair.submit("court.zip", day="2026-02-06")[0] == 0
    code, taken = pair.receive("court.zip", day="2026-02-06")
    assert (code, taken["entries"]) == (0, 6)
    assert told("run", pair.above, *after)[0] in {0, 1}
    left = handing.newest(pair.above, "entries").column("surname").to_pylist()
    assert (len(left), "Hüseynli" in left) == (6, False)
    # The commission below forgot the day, and takes in a list anew.
    settings = pair.below / "voterlist.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(frozen, ""), encoding="utf-8")
    path = next(path for path in (pair.below / "inbox").rglob("*.csv"))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    assert told("run", pair.below, *after)[0] in {0, 1}
    assert pair.submit("anew.zip", day="2026-02-06")[0] == 0
    kept = handing.contents(pair.above)
    found = pair.receive("anew.zip", day="2026-02-06")
    assert code_of(found) == (3, "package-after-freeze")
    assert handing.contents(pair.above) == kept


def test_whom_a_commission_below_struck_is_gone_above_for_a_reason(pair):
    """The centre would ask about every voter who died: above, the list lacks them unexplained."""
    pair.submit()
    pair.receive()
    (pair.above / "reference").mkdir()
    for path in (pair.above / "inbox" / "88" / "conec-088").glob("*.parquet"):
        shutil.copy(path, pair.above / "reference" / f"last-cycle-{path.name}")
    entries = handing.newest(pair.below, "entries").to_pylist()
    dead = next(row for row in entries if row["surname"] == "Hüseynli")
    said = {
        "entry_id": dead["entry_id"],
        "action": "strike",
        "ground": "died",
        "document": "Akt 5",
        "reason": "told by the family",
        "decided_by": "Leyla M.",
        "decided_at": "2026-02-03T09:00:00+04:00",
    }
    pair.decide(("keep", "repeat"))
    with Ledger(pair.below / "ledger.db") as ledger:
        ledger.amend(from_rows([said], AMENDMENT))
    # Somebody else is left out without a word.
    path = pair.below / "inbox" / "88" / "menteqe-1.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "Quliyeva" not in line]
    path.write_text("".join(kept), encoding="utf-8")
    workspaces.run(pair.below)
    assert pair.submit("second.zip")[0] == 0
    assert pair.receive("second.zip")[0] == 0
    workspaces.run(pair.above)
    changes = handing.newest(pair.above, "cycle_changes").to_pylist()
    reasons = {row["reason"] for row in changes if row["cause"] == "recorded"}
    assert any(reason.endswith("; told by the family") for reason in reasons)
    findings = handing.newest(pair.above, "findings").to_pylist()
    asked = [row for row in findings if row["rule"] == "removed-without-reason"]
    assert len(asked) == 1
    # Once nobody is struck any more, nothing says so above.
    with Ledger(pair.below / "ledger.db") as ledger:
        taken_back = said | {"action": "withdraw", "ground": None, "document": None}
        ledger.amend(from_rows([taken_back], AMENDMENT))
    pair.decide(("keep", "separate"))
    workspaces.run(pair.below)
    assert pair.submit("third.zip")[0] == 0
    assert pair.receive("third.zip")[0] == 0
    assert not list((pair.above / "reference").glob("removals*"))


def whole_names(path):
    """Write the names of a list into one column."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^(№|\d+);([^;]*);([^;]*);", r"\1;\2 \3 ", text)
    path.write_text(text, encoding="utf-8")


def test_whoever_is_struck_for_another_place_is_looked_for_there(pair):
    """Struck off one list for another that never had her, she stood on none, and nobody asked.

    So it was of lists with the whole name in one column, as that of precinct 1.
    """
    whole_names(pair.below / "inbox" / "88" / "menteqe-1.csv")
    workspaces.run(pair.below)
    there = pair.above / "inbox" / "89"
    there.mkdir(parents=True)
    list_there = there / "3.csv"
    others = "1;Vəliyev;Samir;Zahid oğlu;01.02.1980;kişi;Şuşa küç. 3;5XK1240\n"
    list_there.write_text(f"{workspaces.HEADER}{others}", encoding="utf-8")
    entries = handing.newest(pair.below, "entries").to_pylist()
    gone = [row for row in entries if row["fin"] in {"5XK1236", "5XK1238"}]
    said = {
        "action": "strike",
        "ground": "moved-away",
        "document": "Akt 5",
        "constituency": "89",
        "precinct": "3",
        "decided_by": "Leyla M.",
        "decided_at": "2026-02-03T09:00:00+04:00",
    }
    pair.decide(("keep", "repeat"))
    rows = [said | {"entry_id": row["entry_id"]} for row in gone]
    with Ledger(pair.below / "ledger.db") as ledger:
        ledger.amend(from_rows(rows, AMENDMENT))
    workspaces.run(pair.below)
    assert pair.submit()[0] == 0
    assert pair.receive()[0] == 0
    workspaces.run(pair.above)

    def asked(workspace):
        findings = handing.newest(workspace, "findings").to_pylist()
        return [
            (row["constituency"], row["precinct"])
            for row in findings
            if row["rule"] == "arrived-missing"
        ]

    assert len(gone) == 2
    assert asked(pair.above) == [(89, 3)] * 2
    # The constituency itself is asked with the next return: only there somebody knows.
    settings = '[workspace]\nname = "Ucar dairəsi"\nconstituency = 89\n'
    other = workspaces.make(pair.folder / "89", constituency=89, settings=settings)
    for path in (other / "inbox" / "89").glob("*.csv"):
        path.unlink()
    shutil.copy(list_there, other / "inbox" / "89")
    told("keys", "make", other)
    handing.trust(pair.above, other, "Ucar")
    handing.trust(other, pair.above, "MSK")
    down = pair.folder / "down.zip"
    day = ("--today", handing.DAY)
    assert told("return", pair.above, "-c", 89, "--out", down, *day)[0] == 0
    assert told("receive", other, down, *day)[0] == 0
    workspaces.run(other)
    assert asked(other) == [(89, 3)] * 2
    listed = "2;Hüseynli;Tural;Əhməd oğlu;23.11.1988;kişi;Şuşa küç. 8;5XK1236\n"
    listed += "3;Rzayev;Orxan;Şamil oğlu;05.05.1965;kişi;Şuşa küç. 9;5XK1238\n"
    list_there.write_text(f"{workspaces.HEADER}{others}{listed}", encoding="utf-8")
    workspaces.run(pair.above)
    assert asked(pair.above) == []


def test_whoever_stands_in_another_spelling_is_not_looked_for(pair):
    """Whoever stands is asked about as missing, and added: then the person stands twice.

    Of two persons who stand twice, in two spellings, one is struck for the other list too.
    """
    spelt = (("Elşən", "Nahid"), ("Elçən", "Nahit"))
    for path, names in zip(
        sorted((pair.below / "inbox" / "88").iterdir()), spelt, strict=True
    ):
        more = (
            f"7;Qarayev;{names[0]};Yusif oğlu;14.03.1971;kişi;Nizami küç. 18;\n"
            f"8;Səfərov;{names[1]};Adil oğlu;02.08.1959;kişi;Nizami küç. 22;\n"
        )
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    workspaces.run(pair.below)
    first = handing.newest(pair.below, "entries").to_pylist()
    of_name = {row["given_name"]: row["entry_id"] for row in first}
    cases = handing.newest(pair.below, "cases").column("entry_id").to_pylist()
    assert len(cases) == 6
    pair.decide(["keep" if "-0002-" in one else "repeat" for one in cases])
    said = {
        "entry_id": of_name["Elşən"],
        "action": "strike",
        "ground": "moved-away",
        "document": "Akt 5",
        "constituency": 88,
        "precinct": 2,
        "decided_by": "Leyla M.",
        "decided_at": "2026-02-03T09:00:00+04:00",
    }
    with Ledger(pair.below / "ledger.db") as ledger:
        ledger.amend(from_rows([said], AMENDMENT))
    workspaces.run(pair.below)
    applied = handing.newest(pair.below, "applied").to_pylist()
    done = {row["entry_id"]: row["action"] for row in applied}
    assert done[of_name["Elşən"]] == "strike"
    assert done[of_name["Nahid"]] == "repeat"
    assert pair.submit()[0] == 0
    assert pair.receive()[0] == 0
    workspaces.run(pair.above)
    rules = handing.newest(pair.above, "findings").column("rule").to_pylist()
    assert "arrived-missing" not in rules


def test_who_is_struck_for_half_a_place_is_handed_over(pair):
    """An earlier version kept what was written beside a death; the package was never taken in."""
    entries = handing.newest(pair.below, "entries").to_pylist()
    said = {
        "entry_id": entries[0]["entry_id"],
        "action": "strike",
        "ground": "died",
        "document": "Akt 5",
        "precinct": 3,
        "decided_by": "Leyla M.",
        "decided_at": "2026-02-03T09:00:00+04:00",
    }
    pair.decide(("separate", "separate"))
    with Ledger(pair.below / "ledger.db") as ledger:
        ledger.amend(from_rows([said], AMENDMENT))
    workspaces.run(pair.below)
    assert pair.submit()[0] == 0
    assert pair.receive()[0] == 0


def test_a_question_about_who_is_listed_no_more_is_none(pair):
    """The constituency could hand over no more: nobody can answer about an entry that is gone."""
    assert pair.submit()[0] == 0
    assert pair.receive()[0] == 0
    at = ("--today", handing.DAY)
    told("run", pair.above, *at)

    def entry_of(workspace, surname):
        rows = handing.newest(workspace, "entries").to_pylist()
        return next(row["entry_id"] for row in rows if row["surname"] == surname)

    said = {"action": "correct", "field": "address", "value": "Nizami küç. 5"}
    above, below = (entry_of(one, "Rzayeva") for one in (pair.above, pair.below))
    with Ledger(pair.above / "ledger.db") as ledger:
        ledger.amend(amendments_of({"entry_id": above, **said}))
    asked = {"entry_id": below, "action": "ask", "ground": "to-be-checked"}
    with Ledger(pair.below / "ledger.db") as ledger:
        ledger.amend(amendments_of(asked))
    told("run", pair.above, *at)
    path = pair.below / "inbox" / "88" / "menteqe-2.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "Rzayeva" not in line), "utf-8")
    told("run", pair.below, *at)
    code, made = pair.submit("second.zip")
    assert code == 0, made
    assert pair.receive("second.zip")[0] == 0
    told("run", pair.above, *at)
    down = pair.folder / "down.zip"
    assert told("return", pair.above, "-c", 88, "--out", down, *at)[0] == 0
    with zipfile.ZipFile(down) as package:
        (name,) = [one for one in package.namelist() if one.endswith("/cases.json")]
        assert json.loads(package.read(name))["proposals"] == []
    assert told("receive", pair.below, down, *at)[0] == 0
    told("run", pair.below, *at)
    code, made = pair.submit("third.zip")
    assert code == 0, made


def test_the_same_package_again_and_an_older_one_are_refused(handed):
    assert handed.receive()[0] == 0
    assert code_of(handed.receive()) == (3, "package-taken")
    handed.submit("second.zip")
    handed.submit("third.zip")
    assert handed.receive("third.zip")[1]["missing"] == 1
    assert code_of(handed.receive("second.zip")) == (3, "package-older")


def test_a_receipt_that_was_not_written_is_written_the_next_time(handed, monkeypatch):
    """Killed between the package and its receipt, the sender would never get one."""

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("voterlist.handover.receiving._write_receipt", killed)
        call("receive", handed.above, handed.folder / "package.zip")
    code, taken = handed.receive()
    assert (code, taken["was_taken"]) == (0, True)
    receipt = handed.folder / "package-receipt.zip"
    assert told("receive", handed.below, receipt)[0] == 0
    assert code_of(handed.receive()) == (3, "package-taken")


def test_a_receipt_shows_a_ledger_that_was_put_back(pair):
    """The sender's ledger of before the hand-over knows nothing of the package."""
    older = pair.folder / "older"
    shutil.copytree(pair.below, older)
    pair.submit()
    pair.receive()
    shutil.copytree(pair.below / "sent", older / "sent")
    receipt = pair.folder / "package-receipt.zip"
    assert code_of(told("receive", older, receipt)) == (3, "receipt-head-unknown")
    assert events(older) == []


def test_a_precinct_hands_over_in_the_same_way(pair):
    """Its list stands in the folder of its constituency, beside those that came as plain files."""
    settings = """
    [workspace]
    name = "1 saylı məntəqə"
    level = "pec"
    constituency = 88
    precinct = 1
    [submit]
    set_aside = false
    """
    precinct = workspaces.make(pair.folder / "pec", settings=settings)
    plain = precinct / "inbox" / "88"
    (pair.below / "inbox" / "88" / "menteqe-1.csv").unlink()
    workspaces.run(precinct)
    told("keys", "make", precinct)
    handing.trust(pair.below, precinct, "1")
    package = pair.folder / "pec.zip"
    words = ("submit", precinct, "-c", 88, "--out", package, "--today", handing.DAY)
    # The three of another precinct would go up with nobody.
    opened = {one["gate"]: one["count"] for one in told(*words)[1]["gates"]}
    assert opened["unknown-precincts"] == 3
    (plain / "menteqe-2.csv").unlink()
    workspaces.run(precinct)
    without_own = f'{settings}[territory.precincts]\n88 = "2"\n'
    (precinct / "voterlist.toml").write_text(without_own, encoding="utf-8")
    opened = {one["gate"]: one["count"] for one in told(*words)[1]["gates"]}
    assert opened["unknown-precincts"] == 4
    (precinct / "voterlist.toml").write_text(settings, encoding="utf-8")
    assert told(*words)[1]["package"]["receiver"] == "conec-088"
    code, taken = told("receive", pair.below, package, "--today", handing.DAY)
    assert (code, taken["sender"], taken["entries"]) == (0, "pec-088-0001", 4)
    result = workspaces.run(pair.below)
    assert (result.rows_out, result.place_doubts) == (7, ())
    lists = handing.newest(pair.below, "lists").to_pylist()
    assert sorted(row["precinct"] for row in lists) == [1, 2]


def handed_over(pair, name):
    """How many entries the commission above takes in."""
    workspaces.run(pair.below)
    assert pair.submit(name)[0] == 0
    code, told_above = pair.receive(name)
    assert code == 0
    workspaces.run(pair.above)
    return told_above["entries"]


def asked_about_zaur(pair):
    """(entries handed over, number of the case): who was added below stands in another list too."""
    there = pair.above / "inbox" / "89"
    there.mkdir(parents=True)
    listed = "1;Şərifov;Zaur;Kamil oğlu;02.01.2008;kişi;Şuşa küç. 3;5XK1250\n"
    text = f"3 saylı seçki məntəqəsi\n{workspaces.HEADER}{listed}"
    (there / "3.csv").write_text(text, encoding="utf-8")
    before = handed_over(pair, "first.zip")
    down, day = pair.folder / "down.zip", ("--today", handing.DAY)
    code, returned = told("return", pair.above, "-c", 88, "--out", down, *day)
    assert (code, returned["cases"]) == (0, 1)
    assert told("receive", pair.below, down, *day)[0] == 0
    return before, told("answer", pair.below)[1]["cases"][0]["number"]


def test_whom_a_register_added_is_asked_about_as_any_voter(pair):
    """Whoever was added below and stands elsewhere too ended the return, and stood twice.

    And by the answer that the person stays there, nobody stood there any more.
    """
    head = "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Seçki dairəsi;Seçki məntəqəsi\n"
    row = "Şərifov;Zaur;Kamil oğlu;02.01.2008;5XK1250;88;1\n"
    register = pair.below / "reference" / "newly-of-age.csv"
    register.write_text(head + row, encoding="utf-8")
    workspaces.run(pair.below)
    book = pair.folder / "review.xlsx"
    assert (
        told("review", "export", pair.below, "--out", book, "--language", "en")[0] == 0
    )
    added = {
        "answer": "add",
        "ground": "The person has come of age",
        "document": "AA 5",
        "precinct": "1",
        "decided_by": "Leyla M.",
    }
    fill(book, lambda row: added if row["sheet"] == "Additions" else None)
    assert told("review", "import", pair.below, book)[1]["recorded"] == 1

    before, number = asked_about_zaur(pair)
    (case,) = told("answer", pair.below)[1]["cases"]
    assert case["own"][0]["entry_id"].startswith("newly-of-age:")
    assert "Şərifov Zaur" in call("answer", pair.below).stdout
    elsewhere = ("--elsewhere", "--document", "AA 12/5")
    for name, said, gone in (
        ("second.zip", ("--stays",), 0),
        ("third.zip", elsewhere, 1),
        ("fourth.zip", ("--stays",), 0),
    ):
        words = (*said, "--by", "Leyla M.", "--today", handing.DAY)
        code, answered = told("answer", pair.below, "--case", number, *words)
        assert code == 0, answered
        (case,) = told("answer", pair.below)[1]["cases"]
        assert case["answer"] == ("give-up" if gone else "keep")
        assert handed_over(pair, name) == before - gone
        # The list to which the person was sent is told, or neither has them.
        assert removed_in(pair.folder / name) == ([("Şərifov", 89, 3)] if gone else [])


def removed_in(package):
    """(surname, where they stand now) of whom a package says that they were taken off the lists."""
    with zipfile.ZipFile(package) as file:
        names = [name for name in file.namelist() if name.endswith("removed.parquet")]
        tables = [pq.read_table(io.BytesIO(file.read(name))) for name in names]
    rows = (row for table in tables for row in table.to_pylist())
    return [
        (row["surname"], row["to_constituency"], row["to_precinct"]) for row in rows
    ]


def test_who_added_somebody_by_an_application_says_that_they_stand_elsewhere(pair):
    """It was refused, as if there were no such entry; whoever is on the list is anybody's voter."""
    workspaces.run(pair.below)
    day = ("--today", handing.DAY)
    words = [
        "--what",
        "add",
        "--name",
        "Şərifov Zaur Kamil oğlu",
        "--set",
        "precinct=1",
    ]
    words += ["--born", "02.01.2008", "--set", "fin=5XK1250", "--document", "AZE 2"]
    asked = ("application", "take", pair.below, *words, "--by", "Zaur", *day)
    assert told(*asked)[0] == 0
    grant = ("--grant", "--ground", "left-out", "--by", "Leyla M.", *day)
    assert (
        told("application", "decide", pair.below, 1, *grant)[1]["standing"] == "holds"
    )
    _, number = asked_about_zaur(pair)
    elsewhere = ("--elsewhere", "--document", "AA 12/5")
    for by, said, code, answer in (
        ("Orxan", ("--stays",), 0, "keep"),
        ("Orxan", elsewhere, 0, "give-up"),
        ("Leyla M.", ("--stays",), 0, "keep"),
    ):
        words = ("--case", number, *said, "--by", by, *day)
        assert told("answer", pair.below, *words)[0] == code
        assert told("answer", pair.below)[1]["cases"][0]["answer"] == answer
    workspaces.run(pair.below)
    assert handing.newest(pair.below, "additions").num_rows == 1


def test_a_name_that_was_written_otherwise_is_nobody_else(pair):
    """The list was refused above: the own name beside the printed one was a second voter."""
    path = pair.below / "inbox" / "88" / "menteqe-1.csv"
    text = path.read_text(encoding="utf-8")
    written = text.replace("Quliyeva;Sevinc;Vaqif qızı", "QULIYEVA;SEVINC;VAQIF QIZI")
    path.write_text(written, encoding="utf-8")
    assert handed_over(pair, "first.zip") == 7
