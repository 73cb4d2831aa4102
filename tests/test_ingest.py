from __future__ import annotations

import random
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import tries
from voterlist import ingest
from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.config.sections import IngestSettings
from voterlist.errors import InputError, SettingsError
from voterlist.fields import HASHED
from voterlist.ingest.file_names import place_of_name
from voterlist.ingest.findings import RULES
from voterlist.ingest.generic import parse_map, table_intake
from voterlist.ingest.headers import map_columns, match_header
from voterlist.ingest.ids import content_hash
from voterlist.ingest.numbers import statistics
from voterlist.ingest.place import Place, cell_number, title_place
from voterlist.ingest.text import clean, fold
from voterlist.model import AsideCode
from voterlist.readers import read_content
from voterlist.schemas import (
    ENTRY,
    FINDING,
    LIST,
    SET_ASIDE,
    Intake,
    RawFile,
    RawSheet,
    require,
)
from voterlist.tables import join_text

LIMITS = IngestSettings()
HEADER = ["№", "Soyadı", "Adı", "Atasının adı", "Doğum tarixi", "Ünvan"]
VOTERS = [
    ["1", "Əliyev", "Əli", "Vəli oğlu", "01.02.1970", "Bakı"],
    ["2", "Vəliyeva", "Leyla", "Rza qızı", "1980", "Bakı"],
    ["3", "Quliyev", "Rza", "Əli oğlu", "03.04.1990", "Bakı"],
]


def sheet(rows: list[list[str | None]], name: str | None = "S", **more) -> RawSheet:
    """A sheet of these rows, the shorter ones ending early."""
    width = max(map(len, rows))
    columns = {
        f"c{index}": pa.array(
            [row[index] if index < len(row) else None for row in rows], pa.string()
        )
        for index in range(width)
    }
    return RawSheet(
        name, pa.array(range(1, len(rows) + 1), pa.int32()), pa.table(columns), **more
    )


def file(
    rows: list[list[str | None]],
    source: str = "a" * 12,
    name: str = "4/list.csv",
    **more,
) -> RawFile:
    """A text file of these rows."""
    return RawFile(source, name, (sheet(rows, None, delimiter=";"),), **more)


def take(*files: RawFile, constituency: int | None = 4) -> Intake:
    """The intake of these files, its laws checked."""
    found = ingest.ingest(files, LIMITS, constituency=constituency)
    for table, schema in zip(
        (found.entries, found.lists, found.set_aside, found.findings),
        (ENTRY, LIST, SET_ASIDE, FINDING),
        strict=True,
    ):
        require(table, schema, "ingest")
    rows = sum(
        part.cells.num_rows
        for raw in files
        if raw.trouble is None
        for part in raw.sheets
    )
    assert rows == found.entries.num_rows + sum(
        found.set_aside.column("rows").to_pylist()
    )
    for row in found.lists.to_pylist():
        assert row["rows"] == row["entries"] + row["set_aside"]
    assert sum(found.lists.column("rows").to_pylist()) == rows
    ids = found.entries.column("entry_id").to_pylist()
    assert ids == sorted(set(ids))
    return found


def aside(found: Intake) -> dict[int, str]:
    """The code of each line set aside."""
    return {row["line"]: row["code"] for row in found.set_aside.to_pylist()}


def rules(found: Intake) -> list[tuple[str, str | None, float | None, float | None]]:
    """The findings as (rule, field, value, limit)."""
    return [
        (row["rule"], row["field"], row["value"], row["limit"])
        for row in found.findings.to_pylist()
    ]


def by_line(found: Intake) -> list[dict]:
    """The entries in order of line."""
    return sorted(found.entries.to_pylist(), key=lambda row: row["line"])


def test_no_files_give_empty_tables():
    """An empty inbox is no failure."""
    found = take()
    assert [
        table.num_rows
        for table in (found.entries, found.lists, found.set_aside, found.findings)
    ] == [0] * 4


def test_a_plain_list_becomes_entries():
    """Each voter is an entry with its cells as written, its line and its place."""
    found = take(
        file(
            [
                ["4 saylı dairə, 12 saylı məntəqə"],
                HEADER,
                *VOTERS,
                ["Cəmi: 3"],
                [""],
                ["Sədr:", "", "Babayev"],
            ]
        )
    )
    first = by_line(found)[0]
    assert {
        name: first[name]
        for name in ("constituency", "precinct", "line", "number", "surname", "address")
    } == {
        "constituency": 4,
        "precinct": 12,
        "line": 3,
        "number": "1",
        "surname": "Əliyev",
        "address": "Bakı",
    }
    assert first["entry_id"].startswith("004-0012-")
    assert aside(found) == {
        1: "title-row",
        2: "header-row",
        6: "total-row",
        7: "blank-row",
        8: "title-row",
    }
    assert found.lists.to_pylist()[0] | {"source": "", "digest": ""} == {
        "source": "",
        "digest": "",
        "sheet": None,
        "constituency": 4,
        "precinct": 12,
        "list_kind": "permanent",
        "rows": 8,
        "entries": 3,
        "set_aside": 5,
        "declared": 3,
        "encoding": None,
    }
    assert rules(found) == []


def test_every_faulty_row_has_its_code():
    """A row too short, too long or without a name is set aside with its cells; the others stand."""
    found = take(
        file(
            [
                ["12 saylı seçki məntəqəsi"],
                HEADER,
                VOTERS[0],
                ["2", "Vəliyev"],
                ["3", "", " \u00a0 ", "", "1970", "Bakı"],
                ["4", "Quliyev", "Rza", "Əli oğlu", "1970", "Bakı", "ev 5"],
                ["5", "Babayev", "Nicat", "", "", ""],
                [],
            ]
        )
    )
    assert aside(found) == {
        1: "title-row",
        2: "header-row",
        4: "row-too-short",
        5: "no-name",
        6: "row-too-long",
        8: "blank-row",
    }
    cells = {row["line"]: row["cells"] for row in found.set_aside.to_pylist()}
    assert cells[4] == ["2", "Vəliyev"]
    assert cells[5] == ["3", "", " \u00a0 ", "", "1970", "Bakı"]
    assert [row["surname"] for row in by_line(found)] == ["Əliyev", "Babayev"]
    assert by_line(found)[1]["patronymic"] is None


def test_a_column_without_a_heading_shifts_nothing():
    """A text file's cell below a blank heading is not one cell too many."""
    found = take(file([[*HEADER, ""], [*VOTERS[0], "köçüb"]], name="4/12.csv"))
    assert [row["surname"] for row in by_line(found)] == ["Əliyev"]


def test_a_note_beside_a_workbook_row_does_not_lose_the_voter():
    """In a workbook a cell beyond the header is a remark, not a shifted row."""
    found = take(
        RawFile("a" * 12, "12.xlsx", (sheet([HEADER, [*VOTERS[0], "köçüb"]]),))
    )
    assert [row["surname"] for row in by_line(found)] == ["Əliyev"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            ["№", "Soyadı", "Adı", "Atasının adı"],
            ["number", "surname", "given_name", "patronymic"],
        ),
        (
            ["Seçicinin soyadı", "Seçicinin adı", "Seçicinin atasının adı"],
            ["surname", "given_name", "patronymic"],
        ),
        (["Soyadı", "S.A.A.", "Atasının adı"], ["surname", "full_name", "patronymic"]),
        (
            ["№ п/п", "Фамилия", "Имя", "Отчество"],
            ["number", "surname", "given_name", "patronymic"],
        ),
        (
            ["No.", "Surname", "Name", "Father's name"],
            ["number", "surname", "given_name", "patronymic"],
        ),
        (
            ["NN", "SOYADI", "ADI", "ATASININ ADI"],
            ["number", "surname", "given_name", "patronymic"],
        ),
        (
            ["S/s", "Soyadi", "Adi", "Ata adi"],
            ["number", "surname", "given_name", "patronymic"],
        ),
        (
            ["#", "Familiyası", "Adı", "Otçestvo"],
            ["number", "surname", "given_name", "patronymic"],
        ),
        (
            ["№", "Сојады", "Ады", "Атасынын ады"],
            ["number", "surname", "given_name", "patronymic"],
        ),
        (
            ["№", "Sоyаdı", "Adı", "Ata adı"],
            ["number", "surname", "given_name", "patronymic"],
        ),
        (
            ["№", "S.A.A.", "Təvəllüdü", "Cinsi"],
            ["number", "full_name", "birth_date", "sex"],
        ),
        (
            ["№", "Soyadı, adı, atasının adı", "Doğ. tar.", "Cins"],
            ["number", "full_name", "birth_date", "sex"],
        ),
        (
            ["№", "ФИО", "Дата рожд.", "Пол"],
            ["number", "full_name", "birth_date", "sex"],
        ),
        (
            ["№", "Ad", "Doğum ili", "Ünvanı"],
            ["number", "full_name", "birth_year", "address"],
        ),
        (
            ["Soyadı / Фамилия", "Adı / Имя", "Ünvan / Адрес"],
            ["surname", "given_name", "address"],
        ),
        (["ФИО избирателя", "Seçicinin ünvanı"], ["full_name", "address"]),
        (
            ["Soyad", "Ad", "Ş/V seriyası", "№"],
            ["surname", "given_name", "document_series", "document_number"],
        ),
        (
            ["Soyad", "Adı, atasının adı", "FİN kod", "Ş.V. №-si"],
            ["surname", "given_name", "fin", "document"],
        ),
    ],
)
def test_headers_of_three_languages_are_understood(header, expected):
    """Headers in Azerbaijani, Russian and English, abbreviated or joined, name their fields."""
    assert [match.role for match in map_columns(header, LIMITS).matches] == expected


def test_a_guessed_header_states_its_confidence():
    """A misspelt header is taken for the most alike and reported; a known one is certain."""
    found = take(
        file(
            [["Soyaddı", "Adı", "Doğum tarxi"], ["Əliyev", "Əli", "1970"]],
            name="4/12.csv",
        )
    )
    assert by_line(found)[0]["birth_date"] == "1970"
    assert [(rule, field, value) for rule, field, value, _ in rules(found)] == [
        ("header-guessed", "surname", 1.0)
    ]
    assert match_header("Soyadı").confidence == 1.0
    assert 0.8 < match_header("Soyaddı").confidence < 0.9


@pytest.mark.parametrize(
    "text",
    ["Əliyev", "Məmmədov", "Adil", "12.05.1970", "Bakı", "Kişi", "AZE12345678", ""],
)
def test_cells_are_not_taken_for_headers(text):
    """Names, dates and identifiers are like no header."""
    assert match_header(text) is None


@given(st.text(max_size=30))
def test_folding_a_header_twice_changes_nothing(text):
    """Folding is idempotent, whatever the text."""
    assert fold(fold(text)) == fold(text)


def test_pinned_headers_win():
    """What the settings name is taken, whatever the words say; several headers are joined."""
    pinned = IngestSettings(
        columns={"surname": "X1", "given_name": "X2", "address": ["B", "A"]}
    )
    raw = file(
        [["X1", "X2", "A", "B"], ["Əliyev", "Əli", "ev 5", "Bakı"]], name="4/12.csv"
    )
    row = ingest.ingest([raw], pinned, constituency=4).entries.to_pylist()[0]
    assert (row["surname"], row["given_name"], row["address"]) == (
        "Əliyev",
        "Əli",
        "Bakı ev 5",
    )


def test_a_header_of_two_rows_is_read_together():
    """A heading above several columns holds for each; column numbers below belong to the header."""
    rows = [
        ["№", "Seçicinin", "", "", "Yaşayış yeri", "", "", "Doğum tarixi"],
        ["", "soyadı", "adı", "atasının adı", "küçə", "ev", "mənzil", ""],
        ["1", "2", "3", "4", "5", "6", "7", "8"],
        ["1", "Əliyev", "Əli", "Vəli oğlu", "Nizami", "5", "12", "1970"],
    ]
    found = take(file(rows, name="4/12.csv"))
    assert aside(found) == {1: "header-row", 2: "header-row", 3: "header-row"}
    row = by_line(found)[0]
    assert (row["number"], row["surname"], row["patronymic"]) == (
        "1",
        "Əliyev",
        "Vəli oğlu",
    )
    assert (row["address"], row["birth_date"]) == ("Nizami 5 12", "1970")


def test_a_series_stands_before_its_number():
    """Series and number of a document are joined in that order, whatever the header words."""
    rows = [
        ["Soyadı", "Adı", "Vəsiqənin nömrəsi", "Vəsiqənin seriyası"],
        ["Əliyev", "Əli", "12345678", "AZE"],
    ]
    assert by_line(take(file(rows, name="4/12.csv")))[0]["document"] == "AZE 12345678"


def test_day_month_and_year_become_one_date():
    """Three columns are one date; without a day the year stands."""
    rows = [
        ["Soyadı", "Adı", "Gün", "Ay", "İl"],
        ["Əliyev", "Əli", "1", "2", "1970"],
        ["Vəliyev", "Rza", "", "", "1980"],
    ]
    assert [
        row["birth_date"] for row in by_line(take(file(rows, name="4/12.csv")))
    ] == [
        "1970-02-01",
        "1980",
    ]


def test_a_year_stands_in_for_a_missing_date():
    """Where a list has columns of dates and of years, the date wins and the year fills gaps."""
    rows = [
        ["Soyadı", "Adı", "Doğum ili", "Doğum tarixi"],
        ["Əliyev", "Əli", "1970", "01.02.1970"],
        ["Vəliyev", "Rza", "1980", ""],
    ]
    assert [
        row["birth_date"] for row in by_line(take(file(rows, name="4/12.csv")))
    ] == [
        "01.02.1970",
        "1980",
    ]


def test_a_header_repeated_on_each_page_is_no_voter():
    """Repeated headers are set aside wherever they stand; a page's total ends no list."""
    rows = [HEADER, VOTERS[0], ["Cəmi:", "", "1"], HEADER, VOTERS[1], ["Cəmi", "2"]]
    found = take(file(rows, name="4/12.csv"))
    assert aside(found) == {
        1: "header-row",
        3: "total-row",
        4: "header-row",
        6: "total-row",
    }
    assert found.lists.to_pylist()[0]["declared"] == 2


@pytest.mark.parametrize(
    ("cells", "declared"),
    [
        (["Cəmi: 1043"], 1043),
        (["CƏMİ", "", "", "1 043"], 1043),
        (["", "Yekun:", "1043 nəfər"], 1043),
        (["Итого:", "1043"], 1043),
        (["Total voters", "1,043"], 1043),
        (["Cəmi", "43", "20", "23"], 43),
        (["Siyahıda cəmi 2 nəfər"], 2),
        (["Cəmi:"], None),
    ],
)
def test_totals_are_declared(cells, declared):
    """The total below a list is read in three languages and is no voter."""
    found = take(file([HEADER, *VOTERS, cells], name="4/12.csv"))
    assert aside(found)[5] == "total-row"
    assert found.lists.to_pylist()[0]["declared"] == declared


@pytest.mark.parametrize(
    "header",
    ["Aasının adı", "Atnasının adı", "Anadan olduğu ie", "Bine №", "Dey of birth"],
)
def test_a_header_as_like_one_field_as_another_is_not_guessed(header):
    """One letter in a header would turn a mother's name into the father's, a place into a year."""
    assert match_header(header) is None
    assert match_header(header, weak=True) is None


def test_a_voter_called_like_a_total_is_kept():
    """A word of totals or signatures in a full row loses nobody."""
    rows = [
        HEADER,
        ["1", "Total", "Cəmi", "Üzv oğlu", "1970", "Komissiya küç. 12 saylı məntəqə"],
    ]
    assert take(file(rows, name="4/12.csv")).entries.num_rows == 1


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "Cəmi", "", "", "1970"],
        ["", "Cəmi", "Əli", "", "", "Bakı"],
        ["1", "Cəmi", "Əli", "", "01.02.1970"],
        ["", "Total", "Əli", "Vəli oğlu", "1970"],
        ["", "Sədr", "Əli", "", "1970"],
    ],
)
def test_a_voter_of_few_cells_called_like_a_total_is_kept(cells):
    """A voter named Cəmi, of whom the list says little, would be set aside as its total."""
    found = take(file([HEADER, *VOTERS, cells], name="4/12.csv"))
    assert by_line(found)[-1]["surname"] == cells[1]
    assert found.lists.to_pylist()[0]["declared"] is None


def test_a_list_of_names_alone_is_read():
    """One column of full names is a list."""
    found = take(
        file(
            [
                ["Soyadı, adı, atasının adı"],
                ["Əliyev Əli Vəli oğlu"],
                ["Sədrova Leyla"],
            ],
            name="4/12.csv",
        )
    )
    assert [row["full_name"] for row in by_line(found)] == [
        "Əliyev Əli Vəli oğlu",
        "Sədrova Leyla",
    ]


def test_several_precincts_in_one_sheet_are_several_lists():
    """A title between the rows begins the next precinct's list; each list balances."""
    rows = [
        ["4 saylı seçki dairəsi"],
        ["12 saylı seçki məntəqəsi"],
        HEADER,
        VOTERS[0],
        ["Cəmi: 1"],
        ["13 saylı seçki məntəqəsi"],
        HEADER,
        VOTERS[1],
        VOTERS[2],
        ["Cəmi: 2"],
    ]
    found = take(file(rows))
    assert [row["precinct"] for row in by_line(found)] == [12, 13, 13]
    assert [
        (row["precinct"], row["rows"], row["entries"], row["declared"])
        for row in found.lists.to_pylist()
    ] == [
        (12, 5, 1, 1),
        (13, 5, 2, 2),
    ]


def test_a_column_of_precincts_places_each_row():
    """The column wins for its row; rows around the entries count in the list above them."""
    rows = [
        ["Məntəqə", "Soyadı", "Adı"],
        ["12", "A", "B"],
        ["", "", ""],
        ["13 saylı məntəqə", "C", "D"],
        ["Cəmi 2"],
    ]
    found = take(file(rows))
    assert [row["precinct"] for row in by_line(found)] == [12, 13]
    assert [
        (row["precinct"], row["rows"], row["entries"])
        for row in found.lists.to_pylist()
    ] == [
        (12, 3, 1),
        (13, 2, 1),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("4 saylı seçki dairəsi, 12 saylı seçki məntəqəsi", Place(4, 12)),
        (
            "4 saylı Nəsimi birinci seçki dairəsinin 12 saylı seçki məntəqəsi üzrə",
            Place(4, 12),
        ),
        ("NƏSİMİ SEÇKİ DAİRƏSİ № 22, SEÇKİ MƏNTƏQƏSİ № 5", Place(22, 5)),
        ("12 saylı orta məktəb, seçki məntəqəsi № 5", Place(None, 5)),
        ("Избирательный округ № 4, избирательный участок № 12", Place(4, 12)),
        ("12-й избирательный участок", Place(None, 12)),
        ("Precinct No. 12, Constituency No. 4", Place(4, 12)),
        ("MSK_012", Place(None, 12)),
        ("menteqe12", Place(None, 12)),
        ("12 saylı ev", Place()),
        ("Seçicilərin siyahısı 2026", Place()),
        ("99999 saylı məntəqə", Place()),
    ],
)
def test_places_are_read_from_titles(text, place):
    """Numbers are taken where their word stands with them, in three languages, and nowhere else."""
    assert title_place(text) == place


def test_places_are_read_from_names_and_cells():
    """File names, folders and cells give numbers; two numbers in a cell are none."""
    for name, place in {
        "4/12.csv": (4, 12),
        "4/12 (1).csv": (4, 12),
        "x/4-12.csv": (4, 12),
        "constituency-004/precinct-0012.csv": (4, 12),
        "reference/deaths.csv": (None, None),
        "4/11-menteqe.xlsx": (4, 11),
    }.items():
        reading = place_of_name(name)
        assert (reading.constituency, reading.precinct) == place
    assert [
        cell_number(text, "precinct")
        for text in ("12", "012", "12.0", "№ 12", "4 12", "x", "0")
    ] == [
        12,
        12,
        12,
        12,
        None,
        None,
        None,
    ]


def test_contradicting_places_are_findings():
    """The title overrules the file's name, the inbox the title; both conflicts are reported."""
    found = take(
        file(
            [["5 saylı dairə, 12 saylı məntəqə"], HEADER, *VOTERS],
            name="4/məntəqə 13.csv",
        )
    )
    assert {
        (row["constituency"], row["precinct"]) for row in found.entries.to_pylist()
    } == {(4, 12)}
    assert sorted(rules(found)) == [
        ("place-by-inbox", "constituency", 5.0, 4.0),
        ("place-by-title", "precinct", 13.0, 12.0),
    ]


def test_a_bare_number_contradicts_nothing():
    """A sheet called 1 in a file of precinct 12 is no contradiction."""
    raw = RawFile("a" * 12, "4/məntəqə 12.xlsx", (sheet([HEADER, *VOTERS], "1"),))
    found = take(raw)
    assert {row["precinct"] for row in found.entries.to_pylist()} == {12}
    assert rules(found) == []


def test_an_unknown_precinct_keeps_the_entries():
    """Entries without a precinct are kept and reported once, with their number."""
    found = take(file([HEADER, *VOTERS], name="list.csv"), constituency=None)
    assert all(
        row["entry_id"].startswith("000-0000-") for row in found.entries.to_pylist()
    )
    assert rules(found) == [
        ("constituency-unknown", "constituency", 3.0, None),
        ("precinct-unknown", "precinct", 3.0, None),
    ]


def test_a_precinct_that_is_no_number_is_reported():
    """A cell of the column that holds no number leaves the row to the title."""
    rows = [
        ["12 saylı məntəqə"],
        ["Məntəqə", "Soyadı", "Adı"],
        ["on iki", "A", "B"],
        ["12", "C", "D"],
    ]
    found = take(file(rows))
    assert {row["precinct"] for row in found.entries.to_pylist()} == {12}
    assert rules(found) == [("place-unreadable", "precinct", 1.0, None)]


def test_a_temporary_list_is_told_by_its_title():
    """A temporary list is marked, in a title or in the file's name."""
    assert (
        take(file([["Müvəqqəti siyahı"], HEADER, *VOTERS])).lists.to_pylist()[0][
            "list_kind"
        ]
        == "temporary"
    )
    found = take(file([HEADER, *VOTERS], name="4/12 временный список.csv"))
    assert {row["list_kind"] for row in found.entries.to_pylist()} == {"temporary"}


def test_the_same_content_twice_counts_once():
    """All rows of the second copy are set aside, whatever it is called, and both lists balance."""
    rows = [["12 saylı məntəqə"], HEADER, *VOTERS]
    found = take(file(rows, name="4/b.csv"), file(rows, name="4/a.csv"))
    assert found.entries.num_rows == 3
    copies = [(row["copy"], row["code"]) for row in found.set_aside.to_pylist()]
    assert copies == [(0, "title-row"), (0, "header-row")] + [(1, "duplicate-file")] * 5
    assert [(row["rows"], row["entries"]) for row in found.lists.to_pylist()] == [
        (5, 3),
        (5, 0),
    ]
    assert rules(found) == [("duplicate-file", None, 5.0, None)]


def test_a_file_that_could_not_be_read_stands_in_every_table():
    """Trouble of a file, or of one sheet, is a row set aside, a list and a finding.

    The other sheet is read.
    """
    broken = RawFile("b" * 12, "4/pec 7.csv", trouble=AsideCode.FILE_EMPTY)
    half = RawFile(
        "c" * 12,
        "4/pec 8.xlsx",
        (
            sheet([HEADER, *VOTERS]),
            RawSheet(
                "B",
                pa.array([], pa.int32()),
                pa.table({}),
                trouble=AsideCode.FILE_UNREADABLE,
            ),
        ),
    )
    found = take(broken, half)
    assert found.entries.num_rows == 3
    faults = [row for row in found.set_aside.to_pylist() if row["line"] == 0]
    assert [(row["code"], row["precinct"], row["rows"]) for row in faults] == [
        ("file-empty", 7, 0),
        ("file-unreadable", 8, 0),
    ]
    assert [row["rule"] for row in found.findings.to_pylist()] == [
        "file-empty",
        "file-unreadable",
    ]
    assert len(found.lists) == 3


def test_a_header_that_names_nothing_sets_all_rows_aside():
    """Without a header each row is set aside with its cells, and the file is reported once."""
    found = take(file([["x", "y"], ["1", "2"], ["", ""]], name="4/12.csv"))
    assert aside(found) == {1: "header-unknown", 2: "header-unknown", 3: "blank-row"}
    assert rules(found) == [("header-unknown", None, 2.0, None)]


def test_lost_letters_are_reported():
    """Rows with a letter lost in the file are counted."""
    damaged = sheet(
        [HEADER, ["1", "\N{REPLACEMENT CHARACTER}liyev", "Əli", "", "", ""], VOTERS[1]],
        None,
        encoding="utf-8-damaged",
    )
    assert rules(take(RawFile("a" * 12, "4/12.csv", (damaged,)))) == [
        ("encoding-damaged", None, 1.0, None)
    ]


def test_blank_becomes_null_and_placeholders_stay():
    """Blanks of every kind are null, inner ones are one blank, and "-" stays as written."""
    texts = [
        " \u00a0\t",
        "\u200b",
        "a \u00a0 b",
        "\ufeffx",
        "-",
        "yoxdur",
        "a\nb",
        None,
        "",
    ]
    assert clean(pa.array(texts, pa.string())).to_pylist() == [
        None,
        None,
        "a b",
        "x",
        "-",
        "yoxdur",
        "a b",
        None,
        None,
    ]


@given(st.lists(st.text(), max_size=5))
def test_cleaning_twice_changes_nothing(texts):
    """Cleaning is idempotent and leaves no empty text."""
    once = clean(pa.array(texts, pa.string()))
    assert clean(once).equals(once)
    assert "" not in once.to_pylist()


def test_joined_columns_keep_every_row_in_its_place():
    """Rows without any part are null, and no row moves to another's place."""
    columns = [[None, "x", None, "r"], ["y", None, None, "q"], [None, "z", None, None]]
    assert join_text(
        [pa.array(column, pa.string()) for column in columns]
    ).to_pylist() == [
        "y",
        "x z",
        None,
        "r q",
    ]


def test_an_id_survives_another_file_order_and_line():
    """The id is made of what the entry says: not of its file, line or number."""
    one = take(
        file([["12 saylı məntəqə"], HEADER, *VOTERS], source="a" * 12, name="4/x.csv")
    )
    again = [[str(9 - index), *row[1:]] for index, row in enumerate(reversed(VOTERS))]
    two = take(
        file(
            [["12 saylı məntəqə"], [], HEADER, *again], source="f" * 12, name="4/y.csv"
        )
    )
    assert one.entries.column("entry_id").equals(two.entries.column("entry_id"))


def test_identical_rows_have_ids_of_their_own():
    """Two rows that say the same are two entries: nobody is dropped before a person has looked."""
    found = take(file([["12 saylı məntəqə"], HEADER, VOTERS[0], VOTERS[0], VOTERS[0]]))
    ids = found.entries.column("entry_id").to_pylist()
    assert [identifier.removeprefix(ids[0]) for identifier in ids] == ["", ".2", ".3"]
    assert [row["line"] for row in found.entries.to_pylist()] == [3, 4, 5]


def test_what_stands_in_which_field_counts():
    """Exchanged fields, joined cells and null against text each give another hash."""

    def entry(**fields: str) -> dict:
        return {name: fields.get(name) for name in HASHED}

    rows = [
        entry(surname="x", given_name="y"),
        entry(surname="y", given_name="x"),
        entry(surname="x,y", given_name="z"),
        entry(surname="x", given_name="y,z"),
        entry(surname="x"),
        entry(given_name="x"),
        entry(),
    ]
    table = pa.table(
        {name: pa.array([row[name] for row in rows], pa.string()) for name in HASHED}
    )
    assert len(set(content_hash(table).tolist())) == len(rows)


def test_ids_are_the_same_on_every_machine():
    """A known entry has a known id: a change of the hash would orphan every decision taken."""
    found = take(file([["12 saylı məntəqə"], HEADER, VOTERS[0]]))
    assert found.entries.column("entry_id").to_pylist() == ["004-0012-D0HT87VWYK7VM"]


@tries(15)
@given(st.randoms(use_true_random=False), st.integers(2, 6))
def test_entries_do_not_depend_on_the_order_or_names_of_files(
    shuffler: random.Random, count: int
):
    """The same contents in another order, under other names, give the same bytes.

    Names that say another precinct than the titles would be asked about.
    """
    contents = [
        [
            [f"{number} saylı məntəqə"],
            HEADER,
            *shuffler.sample(VOTERS, shuffler.randint(1, 3)),
        ]
        for number in range(1, count + 1)
    ]
    files = [
        file(rows, source=f"{number:012x}", name=f"4/{number + 1} x.csv")
        for number, rows in enumerate(contents)
    ]
    renamed = [
        file(rows, source=f"{number:012x}", name=f"4/{'z' * (9 - number)}.csv")
        for number, rows in enumerate(contents)
    ]
    shuffler.shuffle(renamed)
    one, two = take(*files), take(*renamed)
    for name in ("entries", "lists", "set_aside", "findings"):
        assert getattr(one, name).equals(getattr(two, name))


_CELLS = st.sampled_from(
    [
        "",
        " ",
        "№",
        "Soyadı",
        "Adı",
        "Ad",
        "Məntəqə",
        "Cəmi: 5",
        "12 saylı məntəqə",
        "Əliyev",
        "1",
        "12",
        "Sədr",
        "Ünvan",
        "x\ny",
    ]
)


@tries(60)
@given(
    st.lists(st.lists(_CELLS, max_size=4), min_size=1, max_size=12).filter(any),
    st.sampled_from([None, "S", "12"]),
)
def test_every_row_ends_in_exactly_one_table(rows, name):
    """Each row is an entry or set aside, exactly once (the laws are checked in ``take``)."""
    raw = RawFile("a" * 12, "4/12.csv", (sheet(rows, name),))
    found = take(raw)
    lines = (
        found.entries.column("line").to_pylist()
        + found.set_aside.column("line").to_pylist()
    )
    assert sorted(lines) == list(range(1, len(rows) + 1))


@given(st.binary(max_size=200))
def test_any_bytes_balance(content):
    """Bytes of any kind become entries, rows set aside, or one trouble."""
    found = read_content(content, LIMITS)
    if isinstance(found, AsideCode):
        assert take(RawFile("a" * 12, "4/12.csv", trouble=found)).set_aside.column(
            "code"
        ).to_pylist() == [found]
    else:
        intake = take(RawFile("a" * 12, "4/12.csv", found))
        rows_aside = sum(intake.set_aside.column("rows").to_pylist())
        assert intake.entries.num_rows + rows_aside == sum(
            part.cells.num_rows for part in found
        )


def test_a_table_with_a_map_keeps_its_ids():
    """Ids stay as written, headers are joined, a number that is none is null and reported."""
    table = pa.table(
        {
            "rec": ["r-2", None],
            "n": ["Smith", "Jones"],
            "st": ["5", "6"],
            "ad": ["Low Rd", None],
            "pr": ["12", "x"],
        }
    )
    found = table_intake(
        table,
        {"entry_id": "rec", "surname": "n", "address": ["st", "ad"], "precinct": "pr"},
    )
    rows = found.entries.to_pylist()
    assert [
        (row["entry_id"], row["surname"], row["address"], row["precinct"])
        for row in rows
    ] == [
        ("r-2", "Smith", "5 Low Rd", 12),
        ("2", "Jones", "6", None),
    ]
    assert rules(found) == [("place-unreadable", "precinct", 1.0, None)]
    require(found.entries, ENTRY, "ingest")


def test_a_table_without_a_map_is_told_by_its_headers():
    """The headers of a well-known test set are understood; what is not understood is left out."""
    table = pa.table(
        {
            name: ["1", "2"]
            for name in (
                "rec_id",
                "given_name",
                "surname",
                "street_number",
                "address_1",
                "suburb",
                "date_of_birth",
                "soc_sec_id",
            )
        }
    )
    row = table_intake(table).entries.to_pylist()[1]
    assert (row["entry_id"], row["given_name"], row["surname"], row["birth_date"]) == (
        "2",
        "2",
        "2",
        "2",
    )
    assert (row["address"], row["fin"]) == ("2 2 2", None)


def test_a_table_of_no_rows_gives_no_entries():
    """Zero rows are no failure, with and without a map."""
    table = pa.table(
        {"Soyadı": pa.array([], pa.string()), "Adı": pa.array([], pa.string())}
    )
    assert table_intake(table).entries.equals(ENTRY.empty_table())
    assert table_intake(table, {"surname": "Soyadı"}).entries.num_rows == 0


def test_repeated_ids_are_refused():
    """Two rows of one id cannot be told apart later.

    The count and the first row are named, the id is not.
    """
    table = pa.table({"id": ["a", "b", "a", "a"], "n": ["x"] * 4})
    with pytest.raises(InputError) as caught:
        table_intake(table, {"entry_id": "id", "surname": "n"})
    assert caught.value.line == 3
    assert "2 entry ids" in caught.value.message


def test_a_table_without_a_name_is_refused():
    """Without a column of a name there is nothing to link."""
    with pytest.raises(InputError):
        table_intake(pa.table({"x": ["1"]}))


def test_a_map_is_read_with_all_its_mistakes():
    """A map gives its columns; every mistake is named at once, with what was probably meant."""
    assert parse_map('[columns]\nsurname = "A"\naddress = ["B", "C"]\n') == {
        "surname": "A",
        "address": ["B", "C"],
    }
    with pytest.raises(SettingsError) as caught:
        parse_map('[columns]\nsurnam = "A"\nfin = 5\n[more]\nx = 1\n')
    assert [mistake.path for mistake in caught.value.mistakes] == [
        "more",
        "columns.surnam",
        "columns.fin",
    ]
    assert caught.value.mistakes[1].message == "unknown-key-meant (meant surname)"
    for text in ("", "not toml", "[columns]\nsurname = []"):
        with pytest.raises(SettingsError):
            parse_map(text)


def test_a_map_that_does_not_fit_the_file_says_so():
    """A header that the file does not have is named with the most alike one."""
    with pytest.raises(SettingsError) as caught:
        table_intake(pa.table({"surname": ["x"]}), {"surname": "surnme"})
    assert caught.value.code == "wrong-map"
    assert caught.value.mistakes[0].message == (
        "no-such-column-meant (column surnme, meant surname)"
    )


def test_statistics_are_read():
    """Numbers of another body are read in any of three languages.

    A blank precinct is the whole constituency.
    """
    raw = file(
        [
            ["Dairə", "Məntəqə", "Göstərici", "Dəyər"],
            ["4", "", "adults", "50 000"],
            ["4", "12", "Men", "480,5"],
            [],
        ]
    )
    assert statistics(raw).to_pylist() == [
        {"constituency": 4, "precinct": 12, "measure": "men", "value": 480.5},
        {"constituency": 4, "precinct": None, "measure": "adults", "value": 50000.0},
    ]


@pytest.mark.parametrize(
    "row",
    [
        ["x", "", "adults", "1"],
        ["4", "", "", "1"],
        ["4", "", "adults", "many"],
        ["4", "x", "adults", "1"],
    ],
)
def test_statistics_that_are_no_numbers_are_refused(row):
    """A row of statistics without its number is refused with its line, not skipped."""
    with pytest.raises(InputError) as caught:
        statistics(
            file(
                [
                    ["constituency", "precinct", "measure", "value"],
                    ["4", "1", "men", "1"],
                    row,
                ]
            )
        )
    assert caught.value.line == 3
    assert "many" not in caught.value.message


def test_a_register_is_read_like_a_list():
    """A register of deaths gives entries, with their columns, without a place."""
    raw = file(
        [
            ["Soyadı", "Adı", "Doğum tarixi", "Ölüm tarixi", "FİN"],
            ["Əliyev", "Əli", "1930", "2025", "1ABCDEF"],
        ],
        name="reference/deaths.csv",
    )
    raw = replace(raw, is_register=True)
    register = ingest.ingest([raw], LIMITS, constituency=None)
    row = register.entries.to_pylist()[0]
    assert (row["surname"], row["birth_date"], row["fin"], row["precinct"]) == (
        "Əliyev",
        "1930",
        "1ABCDEF",
        None,
    )


def test_every_code_has_its_words():
    """A code of a row set aside, or a rule, would lack a title, message or advice in a language."""
    for language in LANGUAGES:
        text = catalogue(language)
        for code in AsideCode:
            for part in ("title", "message", "todo"):
                assert text(f"aside.{code}.{part}")
        for rule in RULES:
            for part in ("title", "message", "todo"):
                assert text(f"rule.{rule.code}.{part}", value=2, limit=3)


def test_an_id_tells_the_permanent_list_from_the_temporary():
    """The same person word for word on both lists has two ids, whatever the order of files."""
    permanent = take(file([HEADER, *VOTERS]))
    temporary = take(file([["Müvəqqəti siyahı"], HEADER, *VOTERS]))
    ids = [
        set(found.entries.column("entry_id").to_pylist())
        for found in (permanent, temporary)
    ]
    assert len(ids[0]) == len(ids[1]) == len(VOTERS)
    assert not ids[0] & ids[1]


@pytest.mark.parametrize(
    ("remark", "place"),
    [
        ("Qeyd: 3 nəfər 7 saylı seçki məntəqəsinə köçürülüb", 1),
        ("Qeyd: 3 nəfər 7 saylı seçki məntəqəsinə köçürülüb", 3),
        ("Примечание: 3 человека переведены в избирательный участок № 7", 1),
        ("3 nəfər 7 saylı seçki məntəqəsinə köçürülüb", 3),
    ],
)
def test_a_remark_moves_no_list_to_another_precinct(remark, place):
    """A footnote that names another precinct does not change whose list this is."""
    rows = [HEADER, *VOTERS]
    rows.insert(place + 1, [remark])
    found = take(file(rows, name="4/12-menteqe.csv"))
    assert set(found.entries.column("precinct").to_pylist()) == {12}
    assert found.entries.num_rows == len(VOTERS)


def test_the_signatures_name_the_precinct_where_nothing_else_does():
    """What stands below the entries fills the gap of a list whose title and file say nothing."""
    found = take(
        file(
            [HEADER, *VOTERS, ["12 saylı seçki məntəqəsi komissiyasının sədri"]],
            name="4/list.csv",
        )
    )
    assert set(found.entries.column("precinct").to_pylist()) == {12}
