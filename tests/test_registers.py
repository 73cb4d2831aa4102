"""Registers and lists of other cycles, as files of the reference folder of a workspace."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

import review_books
import workspaces
from command_line import told
from voterlist.config.sections import IngestSettings
from voterlist.errors import InputError
from voterlist.ingest.numbers import protocol
from voterlist.model import Profile, Stage
from voterlist.pipeline import reference
from voterlist.readers import list_files, read_file
from voterlist.report.values import Words

READING = IngestSettings(), Profile.AZ
"""How the files are read."""


@pytest.fixture
def workspace(tmp_path):
    return workspaces.make(tmp_path / "2026")


def put(workspace: Path, name: str, text: str) -> None:
    (workspace / "reference" / name).write_text(text, encoding="utf-8")


def tables_of(workspace: Path, **options):
    """Every table of a run up to the review, as rows."""
    result = workspaces.run(workspace, until=Stage.REVIEW, **options)
    return lambda name: pq.read_table(result.folder / f"{name}.parquet").to_pylist()


def found(table, *codes: str):
    """(rule, surname or file line) of the findings of these rules."""
    entries = {
        row["entry_id"]: row for row in [*table("entries"), *table("register_rows")]
    }
    return [
        (row["rule"], entries[row["entry_id"] or row["other_entry_id"]]["surname"])
        for row in table("findings")
        if row["rule"] in codes
    ]


@pytest.fixture(scope="module")
def registers(tmp_path_factory):
    """The tables of a run with many registers, each of which speaks for itself."""
    workspace = workspaces.make(tmp_path_factory.mktemp("registers") / "2026")
    for name, text in FILES.items():
        put(workspace, name, text)
    book = openpyxl.Workbook()
    for row in (
        ["Soyadı", "Adı", "Atasının adı", "Doğum tarixi", "FİN", "Seçki dairəsi"],
        ["Kərimov", "Nihad", "Elçin oğlu", "01.02.2008", "6XK0001", 88],
        ["Kərimli", "Nicat", "Elçin oğlu", "01.02.2008", "6XK0002", 5],
    ):
        book.active.append(row)
    book.save(workspace / "reference" / "newly_of_age.xlsx")
    damaged = workspace / "reference" / "last-cycle.parquet"
    damaged.write_bytes(b"PAR1 no table PAR1")
    return tables_of(workspace)


RESIDENTS = """Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Dairə
Rzayev;Orxan;Şamil oğlu;05.05.1965;5XK1238;88
Kərimov;Nihad;Elçin oğlu;01.02.1988;6XK0001;88
"""
PROTOCOL = (
    "Dairə;Məntəqə;1;1a;1b;1c;1d\n"
    "88;1;5;4;1;0;0\n88;2;4;4;1;0;1\n88;;9;9;2;0;1\n;;9;9;2;0;1\n"
)
FILES = {
    "departures 2025.csv": "Фамилия;Имя;Отчество;Дата рождения;ФИН;Округ\n"
    "Рзаев;Орхан;Шамиль оглы;05.05.1965;5XK1238;88\n",
    "ABROAD.csv": "Surname,Given name,Father's name,Date of birth,PIN\n"
    "Huseynli,Tural,Ahmad,23.11.1988,5XK1236\n",
    "deaths.csv": "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN\n;;;;\n"
    "Rzayev;Orxan;Şamil oğlu;05.05.1965;5XK1238\n",
    "arrivals.csv": "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Dairə;Məntəqə\n"
    "Rzayev;Orxan;Şamil oğlu;05.05.1965;5XK1238;88;1\n"
    "Rzayeva;Aygün;Nadir qızı;17.02.1969;5XK1239;88;2\n"
    "Kərimov;Nihad;Elçin oğlu;01.02.1988;6XK0001;88;2\n",
    "residence.csv": RESIDENTS,
    "name-changes.csv": "Soyadı;Əvvəlki soyadı;Adı;Atasının adı;Doğum tarixi;FİN\n"
    "Hüseynova;Quliyeva;Sevinc;Vaqif qızı;30.09.1991;5XK1237\n"
    "Rzayeva;Əliyeva;Aygün;Nadir qızı;17.02.1969;5XK1239\n"
    "Nağıyev;Hüseynli;Tural;Əhməd oğlu;23.11.1988;\n",
    "conscripts.csv": "Soyadı;Adı;Atasının adı;FİN\n"
    + "Rzayev;Orxan;Şamil oğlu;ABCDEFG\n" * 6,
    "prisoners.csv": "x;y\n1;2\n",
    "protocol.csv": PROTOCOL,
}


def test_each_register_is_read_by_its_name_whatever_its_format_and_language(registers):
    """Russian headers, a workbook, a name in capitals: each file is the register it is called."""
    codes = ("moved-away-confirmed", "abroad-on-permanent-list", "newly-of-age-missing")
    assert found(registers, *codes) == [
        ("abroad-on-permanent-list", "Hüseynli"),
        ("moved-away-confirmed", "Rzayev"),
        # The other one belongs to a constituency of which there is no list here.
        ("newly-of-age-missing", "Kərimov"),
    ]
    usable = {row["register"]: row["usable"] for row in registers("reference")}
    assert [usable[name] for name in ("abroad", "departures", "newly-of-age")] == [
        1,
        1,
        2,
    ]
    use = {
        (row["register"], row["measure"]): row["rows"]
        for row in registers("register_use")
    }
    assert use["departures", "confirmed"] == use["deaths", "total"] == 1


def test_a_row_of_a_register_can_be_found_in_its_file(registers):
    """The table of register rows has file, line and cells of every row that a finding names."""
    (finding,) = [
        row for row in registers("findings") if row["rule"] == "deceased-confirmed"
    ]
    (row,) = [
        row
        for row in registers("register_rows")
        if row["entry_id"] == finding["other_entry_id"]
    ]
    assert (row["line"], row["surname"]) == (3, "Rzayev")
    assert row["entry_id"].startswith("deaths:")


def test_who_is_missing_or_listed_elsewhere_is_told(registers):
    """Who came, or lives here, and stands in no list, or where they left: others are right."""
    assert found(registers, "arrived-missing", "arrived-listed-elsewhere") == [
        ("arrived-listed-elsewhere", "Rzayev"),
        ("arrived-missing", "Kərimov"),
    ]
    assert found(registers, "resident-missing") == [("resident-missing", "Kərimov")]
    assert len(found(registers, "not-in-residence-register")) == 6


def test_the_use_of_a_register_is_told_by_constituency_where_there_are_several(
    workspace,
):
    """Of two constituencies each has its rows, usable rows and classes.

    A row of neither counts in the whole alone; of no register of deaths nothing is known.
    """
    for path in (workspace / "inbox" / "88").iterdir():
        (workspace / "inbox" / "89").mkdir(exist_ok=True)
        text = path.read_text(encoding="utf-8").replace("5XK1", "7AB2")
        (workspace / "inbox" / "89" / path.name).write_text(text, encoding="utf-8")
    rows = RESIDENTS.replace("01.02.1988;6XK0001", ";").replace(
        "Dairə", "Seçki dairəsi"
    )
    rows += "Abbasov;Əli;Əli oğlu;01.01.1950;6XK1;89\n"
    rows += "Babayev;Əli;Əli oğlu;01.01.1940;6XK0009;\n"
    put(workspace, "residence.csv", rows)
    put(
        workspace,
        "streets.csv",
        "Seçki dairəsi;Seçki məntəqəsi;Küçə;Evlər\n88;1;Nizami küçəsi;\n89;2;Füzuli küçəsi;\n",
    )
    table = tables_of(workspace)
    use = {
        (row["register"], row["measure"], row["constituency"]): row["rows"]
        for row in table("register_use")
    }
    assert use["deaths", "total", None] is None
    for measure, counts in {
        "total": (4, 2, 1),
        "usable": (3, 1, 1),
        "confirmed": (1, 1, 0),
    }.items():
        assert (
            tuple(use["residence", measure, place] for place in (None, 88, 89))
            == counts
        )
    for register, measure in (
        ("residence", "list-only"),
        ("streets", "total"),
        ("streets", "judged"),
    ):
        whole, *parts = (use[register, measure, place] for place in (None, 88, 89))
        assert whole == sum(parts) > 0


def test_a_changed_name_is_found_under_the_former_one(registers, workspace):
    """The column of the former surname is used: old name alone, both names, new name alone.

    And a register of residence of which a third cannot be used tells who is missing alone.
    """
    old, both = "name-changed-old-name", "name-changed-both-names"
    assert found(registers, old, both, "register-identity-conflict") == [
        (old, "Hüseynli"),
        (old, "Quliyeva"),
    ]
    put(
        workspace,
        "name-changes.csv",
        "Soyadı;Əvvəlki soyadı;Adı;Atasının adı;Doğum tarixi;FİN\n"
        "Rzayeva;Məmmədova;Aygün;Nadir qızı;17.02.1969;5XK1239\n",
    )
    put(workspace, "residence.csv", f"{RESIDENTS}Kərimov;Nihad;;;;88\n")
    line = "4;Məmmədova;Aygün;Nadir qızı;17.02.1969;qadın;Səttar Bəhlulzadə küç. 19;5XK1239\n"
    path = workspace / "inbox" / "88" / "menteqe-1.csv"
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    table = tables_of(workspace)
    (finding,) = [row for row in table("findings") if row["rule"] == both]
    surnames = {row["entry_id"]: row["surname"] for row in table("entries")}
    assert (surnames[finding["entry_id"]], surnames[finding["other_entry_id"]]) == (
        "Məmmədova",
        "Rzayeva",
    )
    assert found(table, "resident-missing", "not-in-residence-register") == [
        ("resident-missing", "Kərimov")
    ]
    use = {row["measure"]: row["rows"] for row in table("register_use")}
    assert use["list-only"] == 7


def last_cycle(workspace: Path, tmp_path: Path, text: str) -> None:
    """Make a run of the workspace, with these rows in precinct 2, the last cycle's list."""
    before = workspaces.copied(workspace, tmp_path / "2025")
    (before / "inbox" / "88" / "menteqe-2.csv").write_text(
        f"2 saylı seçki məntəqəsi\n{workspaces.HEADER}{text}", encoding="utf-8"
    )
    result = workspaces.run(before, until=Stage.MERGE)
    shutil.copy(
        result.folder / "entries.parquet",
        workspace / "reference" / "last-cycle.parquet",
    )


GONE = "1;Əsgərov;Vüsal;Nadir oğlu;05.05.1955;kişi;Səttar Bəhlulzadə küç. 19;5XK7777\n"
GONE += "2;Əsədov;Anar;Namiq oğlu;07.05.1957;kişi;Səttar Bəhlulzadə küç. 19;5XK7778\n"
GONE += workspaces.TWO.split("\n")[1].replace("2;", "3;", 1) + "\n"


def test_a_run_compares_with_the_last_cycle(workspace, tmp_path):
    """Unchanged entries are found by their ids.

    A record with a reason explains a removal, one without does not.
    """
    last_cycle(workspace, tmp_path, GONE)
    put(
        workspace,
        "removals.csv",
        "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Çıxarılma səbəbi\n"
        "Əsgərov;Vüsal;Nadir oğlu;05.05.1955;5XK7777;S-4\n"
        "Əsədov;Anar;Namiq oğlu;07.05.1957;5XK7778;\n",
    )
    table = tables_of(workspace)
    changes = {
        (row["change"], row["cause"], row["reason"]) for row in table("cycle_changes")
    }
    assert changes == {
        ("removed", "recorded", "S-4"),
        ("removed", "none", None),
        ("added", "none", None),
        ("added", "repeated", None),
    }
    assert found(table, "removed-without-reason", "added-without-cause") == [
        ("added-without-cause", "Rzayeva"),
        ("removed-without-reason", "Əsədov"),
    ]


def test_the_last_cycle_may_be_a_plain_file(workspace):
    """A list without ids and in other spellings would not be compared."""
    put(
        workspace,
        "Last cycle.csv",
        "Constituency,Precinct,Surname,Given name,Father's name,Date of birth,PIN\n"
        "88,2,Rzayev,Orkhan,Shamil,05.05.1965,5XK1238\n88,1,RZAYEVA,AYGUN,NADIR,17.02.1969,\n",
    )
    rows = [row for row in tables_of(workspace)("cycle_changes") if row["old_entry_id"]]
    assert {
        (row["change"], row["level"], row["old_precinct"], row["precinct"])
        for row in rows
    } == {
        ("changed", "fin", 2, 2),
        ("moved", "names", 1, 2),
    }


def test_a_register_that_cannot_be_used_is_told(registers):
    """Of a damaged last cycle everybody would be new; of a doubtful register nobody would hear."""
    assert registers("cycle_changes") == registers("cycle_summary") == []
    unread = {
        row["register"]: row for row in registers("reference") if not row["usable"]
    }
    assert {"last-cycle", "prisoners", "conscripts"} == unread.keys()
    assert all(row["trouble"] for row in unread.values())
    findings = [
        row for row in registers("findings") if row["rule"] == "register-not-read"
    ]
    assert {(row["field"], row["source"]) for row in findings} == {
        (name, row["source"]) for name, row in unread.items()
    }


def test_a_protocol_must_add_up(registers):
    """Line 1 against its parts, 1a against the list, totals against their parts.

    Each row by its own place.
    """
    rows = [
        row
        for row in registers("findings")
        if "protocol" in row["rule"] or "totals" in row["rule"]
    ]
    names = ("rule", "unit", "precinct", "field", "value", "limit")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("protocol-does-not-add-up", "constituency", None, None, 9.0, 10.0),
        ("protocol-does-not-add-up", "nation", None, None, 9.0, 10.0),
        ("protocol-list-differs", "precinct", 2, None, 4.0, 3.0),
        ("protocol-list-differs", "constituency", None, None, 9.0, 7.0),
        ("totals-do-not-add-up", "constituency", None, "line_1a", 9.0, 8.0),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Dairə;Məntəqə;Say\n88;1;5\n", "header-unknown"),
        ("Dairə;Məntəqə;1;1a\n88;1;5;four\n", "statistic-unreadable"),
        ("", "file-empty"),
    ],
)
def test_a_protocol_that_cannot_be_used_is_refused_whole(tmp_path, text, code):
    """No column of a line, a word for a number, nothing at all: a code, and no half protocol."""
    (tmp_path / "protocol.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        protocol(read_file(tmp_path / "protocol.csv", "protocol.csv", IngestSettings()))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "header", ["Line 1a", "Sətir 1a", "строка 1а", "1a", "1 A", "1a sətri"]
)
def test_the_lines_of_a_protocol_are_known_in_three_languages(tmp_path, header):
    """One line, however its column is headed."""
    (tmp_path / "protocol.csv").write_text(
        f"Dairə;1;{header};1b\n88;1 050;1 040;10\n", encoding="utf-8"
    )
    found = protocol(
        read_file(tmp_path / "protocol.csv", "protocol.csv", IngestSettings())
    ).to_pylist()
    assert found == [
        {
            "constituency": 88,
            "precinct": None,
            "line_1": 1050,
            "line_1a": 1040,
            "line_1b": 10,
            "line_1c": None,
            "line_1d": None,
        }
    ]


def test_of_a_file_that_is_not_read_no_row_is_used(workspace):
    """The page of the sources would say that a file nobody read was of use."""
    (workspace / "reference" / "notes.txt").write_text("x\n", encoding="utf-8")
    (workspace / "reference" / "protocol.csv").write_text("x\n", encoding="utf-8")
    files = list_files(workspace / "reference", workspace)
    rows = reference.read(files, *READING).table().to_pylist()
    assert {row["register"] for row in rows} == {None, "protocol"}
    assert [(row["rows"], row["usable"]) for row in rows] == [(0, 0)] * len(rows)


def test_the_names_of_the_files_change_nothing(workspace):
    """Renamed and split files of one register give the same findings."""
    header = "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN\n"
    rows = [
        "Rzayev;Orxan;Şamil oğlu;05.05.1965;5XK1238\n",
        "Hüseynli;Tural;Əhməd oğlu;23.11.1988;5XK1236\n",
    ]
    (workspace / "reference" / "conscripts.csv").write_text(
        header + "".join(rows), encoding="utf-8"
    )
    whole = reference.read(list_files(workspace / "reference", workspace), *READING)
    (workspace / "reference" / "conscripts.csv").unlink()
    for name, row in zip(("b", "a"), rows, strict=True):
        (workspace / "reference" / f"Conscripts_{name}.csv").write_text(
            header + row, encoding="utf-8"
        )
    parts = reference.read(list_files(workspace / "reference", workspace), *READING)
    assert parts.registers["conscripts"].equals(whole.registers["conscripts"])
    assert len(parts.sources) == 2


def test_what_was_accepted_about_a_child_ends_when_they_are_of_age(workspace):
    """Earlier versions asked about children: "too young" would keep a voter off the list.

    An answer about somebody who was of age already holds.
    """
    head = "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Seçki dairəsi;Seçki məntəqəsi\n"
    put(
        workspace,
        "residence.csv",
        head
        + "Kərimli;Nicat;Elçin oğlu;01.06.2008;6XK0002;88;1\n"
        + "Kərimova;Nigar;Elçin qızı;01.06.1980;6XK0003;88;1\n",
    )
    settings = workspace / "voterlist.toml"
    settings.write_text("[check]\nvoting_age = 15\n", encoding="utf-8")
    workspaces.run(workspace)
    book = workspace / "review.xlsx"
    day = "--today", str(workspaces.TODAY)
    words = "--out", book, "--language", "en", *day
    assert told("review", "export", workspace, *words)[0] == 0
    accepted = {"answer": "accept", "reason": "no voter", "decided_by": "Aynur"}
    rule = Words("en")("rule.resident-missing.title")
    filled = review_books.fill(
        book, lambda row: accepted if rule in row["shown"] else None
    )
    assert len(filled) == 2
    assert told("review", "import", workspace, book, *day)[1]["accepted"] == 2
    asked = {}
    for cycle in ("2026", "2027"):
        text = f'[workspace]\ncycle = "{cycle}"\n'
        settings.write_text(text, encoding="utf-8")
        rows = found(tables_of(workspace), "resident-missing")
        asked[cycle] = [name for _, name in rows]
    assert asked == {"2026": [], "2027": ["Kərimli"]}
