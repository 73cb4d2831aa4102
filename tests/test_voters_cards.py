"""Papers by the hundred: voter's cards and labels, and where each precinct votes."""

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import program_copies
import workspaces
from papers import edition_of, pages, squeezed, table, voter
from voterlist.catalogue import LANGUAGES
from voterlist.cli import APP
from voterlist.errors import UsageError
from voterlist.handover.beside import MOBILE, PRECINCTS, read_offices
from voterlist.lists.documents import Office, PaperDocument, papers
from voterlist.model import ListKind
from voterlist.render.lists import ListWords
from voterlist.render.pdf import CELLS, write_paper
from voterlist.schemas import AMENDMENT, LISTED, NOTICE
from voterlist.storage.ledger import FILE_NAME as LEDGER
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_columns

HEADINGS = "dairə;məntəqə;ünvan;telefon\n"
OFFICE = Office("Nizami küç. 12, 3 nömrəli məktəb", "+994 20 274 11 22")


FINDING = {
    "entry_id": "a",
    "rule": "deceased-probable",
    "ground": "died",
    "finding_id": "0123456789abcdef",
    "until": "2026-02-13",
    "file": "deaths.csv",
    "line": 7,
    "read": "2026-02-03",
}


def cards(rows, name="card", office=OFFICE):
    if papers()[name].rows == "notices":
        return cards_of([row | FINDING for row in rows], name, office, NOTICE)
    return cards_of(rows, name, office, LISTED)


def cards_of(rows, name, office, schema):
    return PaperDocument(
        edition_of(name),
        21,
        14,
        ListKind.PERMANENT,
        table(schema, rows),
        papers()[name],
        office,
    )


def printed(document, path, language="az"):
    write_paper(document, language, "pdf", path / "paper.pdf")
    return pages((path / "paper.pdf").read_bytes())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", papers().values(), ids=str)
def test_a_paper_is_a_table_and_a_template_with_words_in_both_languages(
    paper, language, tmp_path
):
    """Half of a paper would fail at the printer's, with a thousand cards to go."""
    words = ListWords(language)
    assert set(paper.columns) <= set(CELLS)
    for key in ("title", *paper.words):
        assert words.has(f"paper.{paper.name}.{key}")
    assert printed(cards([voter(1)], paper.name), tmp_path, language)


def test_eight_cards_stand_on_a_page_and_each_voter_has_one(tmp_path):
    rows = [voter(number, f"Soyad{number:03}yev") for number in range(1, 18)]
    texts = printed(cards(rows), tmp_path)
    assert [text.count(OFFICE.telephone) for text in texts] == [8, 8, 1]
    whole = "".join(texts)
    assert all(whole.count(row["surname"]) == 1 for row in rows)


@pytest.mark.parametrize("name", sorted(papers()))
def test_nothing_of_a_long_name_or_address_is_cut_off(name, tmp_path):
    long = voter(2, "X" * 4000, address="Səttar Bəhlulzadə küçəsi " * 9 + "Z")
    whole = squeezed(
        "".join(printed(cards([voter(1), long, voter(3)], name), tmp_path))
    )
    times, cut = divmod(whole.count("X"), 4000)
    assert times
    assert not cut
    assert squeezed(long["address"]) in whole


def test_what_is_not_known_of_a_precinct_is_a_line_to_write_on(tmp_path):
    (text,) = printed(cards([voter(1)], office=Office()), tmp_path)
    assert "....." in text


def test_a_table_for_the_printer_can_run_no_formula(tmp_path):
    path = tmp_path / "cards.csv"
    write_paper(cards([voter(1, "=1+1")]), "en", "csv", path)
    (row,) = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    assert row["Voter"].startswith("'=1+1")
    assert row["Telephone"] == f"'{OFFICE.telephone}"


def test_a_new_paper_is_two_files(tmp_path):
    """Somebody would have to look for the list to which it is to be added."""
    program = program_copies.copied(tmp_path)
    source = program / "voterlist"
    for folder, ending in (("lists/papers", "toml"), ("render/pdf/templates", "typ")):
        shutil.copy(
            source / folder / f"label.{ending}", source / folder / f"wish.{ending}"
        )
    folder = workspaces.finished(tmp_path / "w")
    words = ["lists", folder, "--purpose", "wish", "--precinct", "1", "--json"]
    ((code, printed),) = program_copies.told(program, words)
    files = json.loads(printed)["files"]
    assert code == 0
    assert sorted(Path(file["path"]).name for file in files) == [
        f"constituency-088-precinct-0001-wish-az.{form}"
        for form in ("csv", "pdf", "xlsx")
    ]


# --- where each precinct votes


def test_the_office_of_each_precinct_is_read(tmp_path):
    path = tmp_path / PRECINCTS
    path.write_text(f"\ufeff{HEADINGS}\n88;1; Nizami  küç. 12 ;\n88;2;;12\n", "utf-8")
    assert read_offices(tmp_path) == {
        (88, 1): Office("Nizami küç. 12", None),
        (88, 2): Office(None, "12"),
    }
    path.unlink()
    assert read_offices(tmp_path) == {}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", 1),
        ("a;b;c\n88;1;x\n", 1),
        (HEADINGS + "88;;x;1\n", 2),
        (HEADINGS + "88;1;x;1\n88;1;y;1\n", 3),
        (HEADINGS + "88;bir;x;1\n", 2),
    ],
)
def test_a_file_of_precincts_with_a_mistake_names_its_line(tmp_path, content, line):
    """A card with another precinct's address sends its voter to the wrong door."""
    (tmp_path / PRECINCTS).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_offices(tmp_path)
    assert caught.value.code == "table-unreadable"
    assert caught.value.places["line"] == str(line)


def test_a_file_of_precincts_in_another_encoding_is_refused(tmp_path):
    (tmp_path / PRECINCTS).write_bytes("dairə;məntəqə;ünvan\n".encode("utf-16"))
    with pytest.raises(UsageError):
        read_offices(tmp_path)


# --- the command


def lists(folder, *arguments):
    given = ["lists", folder, *arguments, "--json"]
    day = workspaces.TODAY.isoformat()
    result = CliRunner().invoke(APP, [*map(str, given), "--today", day])
    return json.loads(result.stdout)


def test_the_list_for_the_mobile_box_has_whom_the_table_names(tmp_path):
    folder = workspaces.finished(tmp_path / "w")
    table = folder / MOBILE
    heading = "dairə;məntəqə;№;soyadı\n"
    table.write_text(f"{heading}88;1;2;QULİYEVA\n88;1;1;Hüseynli\n", "utf-8")
    made = lists(folder, "--purpose", "mobile", "--form", "csv", "--language", "en")
    (file,) = made["files"]
    with Path(file["path"]).open(encoding="utf-8-sig") as lines:
        assert [row["No. on the list"] for row in csv.DictReader(lines)] == ["2", "1"]
    # A list that was numbered anew since would send the box to somebody else.
    for wrong in ("88;1;1;Quliyeva", "88;1;9;Quliyeva", "88;1;;"):
        table.write_text(f"{heading}{wrong}\n", "utf-8")
        error = lists(folder, "--purpose", "mobile")["error"]
        assert error["code"] == "mobile-nobody"
    table.unlink()
    assert lists(folder, "--purpose", "mobile")["files"] == []
    words = ["lists", str(folder), "--purpose", "mobile"]
    assert "no file was written" in CliRunner().invoke(APP, words).stdout


def test_the_supplementary_list_has_who_came_after_the_freeze_and_lines(tmp_path):
    """Line 1b of the protocol counts them; the permanent list of the day does not."""
    settings = "[calendar]\nelection_day = 2026-02-20\n"
    folder = workspaces.finished(tmp_path / "w", settings=settings)
    move_to_two(folder)
    workspaces.run(folder)
    made = lists(folder, "--purpose", "supplementary", "--form", "csv")
    assert {file["precinct"]: file["rows"] for file in made["files"]} == {1: 0, 2: 1}
    with Path(made["files"][1]["path"]).open(encoding="utf-8-sig") as file:
        numbers = [row["Siyahıda №"] for row in csv.DictReader(file)]
    assert numbers == [str(number) for number in range(1, 32)]


def move_to_two(folder):
    """Move somebody of precinct 1 to precinct 2, after the freeze."""
    (run,) = (folder / "runs").iterdir()
    entries = pq.read_table(run / "entries.parquet").to_pylist()
    answer = {
        "entry_id": next(row["entry_id"] for row in entries if row["precinct"] == 1),
        "action": "move",
        "ground": "court",
        "document": "№ 1",
        "constituency": 88,
        "precinct": 2,
        "decided_by": "A. Əliyeva",
        "decided_at": "2026-02-03T10:00:00+04:00",
    }
    columns = {name: [answer.get(name)] for name in AMENDMENT.names}
    with Ledger(folder / LEDGER) as ledger:
        ledger.amend(from_columns(columns, AMENDMENT, 1))


def test_cards_are_in_order_of_street_with_the_numbers_of_the_list_on_display(tmp_path):
    """Who hands them out goes house by house; the number is looked up on the wall."""
    folder = workspaces.finished(tmp_path / "w")
    (folder / PRECINCTS).write_text(f"{HEADINGS}88;1;Məktəb;12\n", encoding="utf-8")
    made = lists(folder, "--purpose", "card", "--form", "csv", "--language", "en")
    assert [file["rows"] for file in made["files"]] == [4, 3]
    with Path(made["files"][0]["path"]).open(encoding="utf-8-sig") as file:
        rows = [*csv.DictReader(file)]
    assert [row["Address"] for row in rows] == [
        "Füzuli küç. 1",
        "Nizami küç. 4, m. 2",
        "Nizami küç. 4, m. 2",
        "Nizami küç. 8",
    ]
    assert [row["No. on the list"] for row in rows] == ["2", "3", "4", "1"]
    assert {row["Where you vote"] for row in rows} == {"Məktəb"}
    assert lists(folder, "--purpose", "card", "--form", "csv")["files"]
    assert lists(folder, "--purpose", "cards")["error"]["code"] == "lists-no-purpose"
