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


def listed(*rows: list[str | None], name: str = "4/12.csv") -> Intake:
    """The intake of a text file of these rows, which its name places in precinct 12."""
    return take(file(list(rows), name=name))


def aside(found: Intake) -> dict[int, str]:
    """The code of each line set aside."""
    return {row["line"]: row["code"] for row in found.set_aside.to_pylist()}


def rules(found: Intake) -> list[tuple[str, str | None, float | None, float | None]]:
    """The findings as (rule, field, value, limit)."""
    names = ("rule", "field", "value", "limit")
    return [tuple(row[name] for name in names) for row in found.findings.to_pylist()]


def said(table: pa.Table, *names: str) -> list:
    """What these columns say, in order of line, or as the rows stand; of one column its cells."""
    rows = table.to_pylist()
    rows.sort(key=lambda row: row.get("line") or 0)
    rows = [tuple(row[name] for name in names) for row in rows]
    return [row[0] for row in rows] if len(names) == 1 else rows


def test_no_files_give_empty_tables():
    """An empty inbox is no failure."""
    found = take()
    tables = (found.entries, found.lists, found.set_aside, found.findings)
    assert [table.num_rows for table in tables] == [0] * 4


def test_a_plain_list_becomes_entries():
    """Each voter is an entry with its cells as written, its line and its place."""
    below = (["Cəmi: 3"], [""], ["Sədr:", "", "Babayev"])
    found = take(file([["4 saylı dairə, 12 saylı məntəqə"], HEADER, *VOTERS, *below]))
    place = ("constituency", "precinct", "line")
    first, *_ = said(found.entries, *place, "number", "surname", "address")
    assert first == (4, 12, 3, "1", "Əliyev", "Bakı")
    assert said(found.entries, "entry_id")[0].startswith("004-0012-")
    assert aside(found) == {
        1: "title-row",
        2: "header-row",
        6: "total-row",
        7: "blank-row",
        8: "title-row",
    }
    told = found.lists.drop_columns(["source", "digest"]).to_pylist()
    place = {"sheet": None, "constituency": 4, "precinct": 12}
    counts = {"rows": 8, "entries": 3, "set_aside": 5, "declared": 3}
    assert told == [{**place, "list_kind": "permanent", **counts, "encoding": None}]
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
    assert said(found.entries, "surname", "patronymic") == [
        ("Əliyev", "Vəli oğlu"),
        ("Babayev", None),
    ]


def test_a_column_without_a_heading_shifts_nothing():
    """A text file's cell below a blank heading is not one too many, a workbook's is a remark."""
    row = [*VOTERS[0], "köçüb"]
    in_book = RawFile("a" * 12, "12.xlsx", (sheet([HEADER, row]),))
    for found in (listed([*HEADER, ""], row), take(in_book)):
        assert said(found.entries, "surname") == ["Əliyev"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("№;Soyadı;Adı;Atasının adı", "number surname given_name patronymic"),
        (
            "Seçicinin soyadı;Seçicinin adı;Seçicinin atasının adı",
            "surname given_name patronymic",
        ),
        ("Soyadı;S.A.A.;Atasının adı", "surname full_name patronymic"),
        ("№ п/п;Фамилия;Имя;Отчество", "number surname given_name patronymic"),
        ("No.;Surname;Name;Father's name", "number surname given_name patronymic"),
        ("NN;SOYADI;ADI;ATASININ ADI", "number surname given_name patronymic"),
        ("S/s;Soyadi;Adi;Ata adi", "number surname given_name patronymic"),
        ("#;Familiyası;Adı;Otçestvo", "number surname given_name patronymic"),
        ("№;Сојады;Ады;Атасынын ады", "number surname given_name patronymic"),
        ("№;Sоyаdı;Adı;Ata adı", "number surname given_name patronymic"),
        ("№;S.A.A.;Təvəllüdü;Cinsi", "number full_name birth_date sex"),
        (
            "№;Soyadı, adı, atasının adı;Doğ. tar.;Cins",
            "number full_name birth_date sex",
        ),
        ("№;ФИО;Дата рожд.;Пол", "number full_name birth_date sex"),
        ("№;Ad;Doğum ili;Ünvanı", "number full_name birth_year address"),
        ("Soyadı / Фамилия;Adı / Имя;Ünvan / Адрес", "surname given_name address"),
        ("ФИО избирателя;Seçicinin ünvanı", "full_name address"),
        (
            "Soyad;Ad;Ş/V seriyası;№",
            "surname given_name document_series document_number",
        ),
        (
            "Soyad;Adı, atasının adı;FİN kod;Ş.V. №-si",
            "surname given_name fin document",
        ),
    ],
)
def test_headers_of_three_languages_are_understood(header, expected):
    """Headers in Azerbaijani, Russian and English, abbreviated or joined, name their fields."""
    matches = map_columns(header.split(";"), LIMITS).matches
    assert " ".join(match.role for match in matches) == expected


def test_a_guessed_header_states_its_confidence():
    """A misspelt header is taken for the most alike and reported; a known one is certain."""
    found = listed(["Soyaddı", "Adı", "Doğum tarxi"], ["Əliyev", "Əli", "1970"])
    assert said(found.entries, "birth_date") == ["1970"]
    assert said(found.findings, "rule", "field", "value") == [
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
    raw = file([["X1", "X2", "A", "B"], ["Əliyev", "Əli", "ev 5", "Bakı"]])
    found = ingest.ingest([raw], pinned, constituency=4).entries
    told = said(found, "surname", "given_name", "address")
    assert told == [("Əliyev", "Əli", "Bakı ev 5")]


def test_a_header_of_two_rows_is_read_together():
    """A heading above several columns holds for each; column numbers below belong to the header."""
    found = listed(
        ["№", "Seçicinin", "", "", "Yaşayış yeri", "", "", "Doğum tarixi"],
        ["", "soyadı", "adı", "atasının adı", "küçə", "ev", "mənzil", ""],
        ["1", "2", "3", "4", "5", "6", "7", "8"],
        ["1", "Əliyev", "Əli", "Vəli oğlu", "Nizami", "5", "12", "1970"],
    )
    assert aside(found) == {1: "header-row", 2: "header-row", 3: "header-row"}
    names = ("number", "surname", "patronymic", "address", "birth_date")
    row = ("1", "Əliyev", "Vəli oğlu", "Nizami 5 12", "1970")
    assert said(found.entries, *names) == [row]


@pytest.mark.parametrize(
    ("headings", "field", "cells"),
    [
        # Series and number are joined in that order, whatever the header words.
        (
            ["Vəsiqənin nömrəsi", "Vəsiqənin seriyası"],
            "document",
            {"AZE 12345678": ["12345678", "AZE"]},
        ),
        # Three columns are one date; without a day the year stands.
        (
            ["Gün", "Ay", "İl"],
            "birth_date",
            {"1970-02-01": ["1", "2", "1970"], "1980": ["", "", "1980"]},
        ),
        # Of columns of dates and of years the date wins, and the year fills gaps.
        (
            ["Doğum ili", "Doğum tarixi"],
            "birth_date",
            {"01.02.1970": ["1970", "01.02.1970"], "1980": ["1980", ""]},
        ),
    ],
)
def test_several_columns_are_one_field(headings, field, cells):
    """A document would be its number alone, and a voter have no birth date."""
    rows = [["Əliyev", "Əli", *row] for row in cells.values()]
    found = listed(["Soyadı", "Adı", *headings], *rows)
    assert said(found.entries, field) == [*cells]


def test_a_header_repeated_on_each_page_is_no_voter():
    """Repeated headers are set aside wherever they stand; a page's total ends no list."""
    totals = ["Cəmi:", "", "1"], ["Cəmi", "2"]
    found = listed(HEADER, VOTERS[0], totals[0], HEADER, VOTERS[1], totals[1])
    assert aside(found) == {
        1: "header-row",
        3: "total-row",
        4: "header-row",
        6: "total-row",
    }
    assert said(found.lists, "declared") == [2]


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
    found = listed(HEADER, *VOTERS, cells)
    assert aside(found)[5] == "total-row"
    assert said(found.lists, "declared") == [declared]


@pytest.mark.parametrize(
    "header",
    ["Aasının adı", "Atnasının adı", "Anadan olduğu ie", "Bine №", "Dey of birth"],
)
def test_a_header_as_like_one_field_as_another_is_not_guessed(header):
    """One letter in a header would turn a mother's name into the father's, a place into a year."""
    assert match_header(header) is None
    assert match_header(header, weak=True) is None


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "Total", "Cəmi", "Üzv oğlu", "1970", "Komissiya küç. 12 saylı məntəqə"],
        ["1", "Cəmi", "", "", "1970"],
        ["", "Cəmi", "Əli", "", "", "Bakı"],
        ["1", "Cəmi", "Əli", "", "01.02.1970"],
        ["", "Total", "Əli", "Vəli oğlu", "1970"],
        ["", "Sədr", "Əli", "", "1970"],
    ],
)
def test_a_voter_called_like_a_total_is_kept(cells):
    """A voter named Cəmi, of whom the list says little, would be set aside as its total."""
    found = listed(HEADER, *VOTERS, cells)
    assert said(found.entries, "surname")[-1] == cells[1]
    assert said(found.lists, "declared") == [None]


def test_a_list_of_names_alone_is_read():
    """One column of full names is a list."""
    names = ["Əliyev Əli Vəli oğlu", "Sədrova Leyla"]
    found = listed(["Soyadı, adı, atasının adı"], *([name] for name in names))
    assert said(found.entries, "full_name") == names


def test_several_precincts_in_one_sheet_are_several_lists():
    """A title between the rows begins the next precinct's list; each list balances."""
    found = listed(
        ["4 saylı seçki dairəsi"],
        ["12 saylı seçki məntəqəsi"],
        HEADER,
        VOTERS[0],
        ["Cəmi: 1"],
        ["13 saylı seçki məntəqəsi"],
        HEADER,
        *VOTERS[1:],
        ["Cəmi: 2"],
        name="4/list.csv",
    )
    assert said(found.entries, "precinct") == [12, 13, 13]
    counts = said(found.lists, "precinct", "rows", "entries", "declared")
    assert counts == [(12, 5, 1, 1), (13, 5, 2, 2)]


def test_a_column_of_precincts_places_each_row():
    """The column wins for its row; rows around the entries count in the list above them."""
    found = listed(
        ["Məntəqə", "Soyadı", "Adı"],
        ["12", "A", "B"],
        ["", "", ""],
        ["13 saylı məntəqə", "C", "D"],
        ["Cəmi 2"],
        name="4/list.csv",
    )
    assert said(found.entries, "precinct") == [12, 13]
    counts = said(found.lists, "precinct", "rows", "entries")
    assert counts == [(12, 3, 1), (13, 2, 1)]


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
    cells = ("12", "012", "12.0", "№ 12", "4 12", "x", "0")
    numbers = [cell_number(text, "precinct") for text in cells]
    assert numbers == [*[12] * 4, *[None] * 3]


def test_contradicting_places_are_findings():
    """The title overrules the file's name, the inbox the title; both conflicts are reported."""
    title = ["5 saylı dairə, 12 saylı məntəqə"]
    found = listed(title, HEADER, *VOTERS, name="4/məntəqə 13.csv")
    assert {*said(found.entries, "constituency", "precinct")} == {(4, 12)}
    assert sorted(rules(found)) == [
        ("place-by-inbox", "constituency", 5.0, 4.0),
        ("place-by-title", "precinct", 13.0, 12.0),
    ]


def test_a_bare_number_contradicts_nothing():
    """A sheet called 1 in a file of precinct 12 is no contradiction."""
    raw = RawFile("a" * 12, "4/məntəqə 12.xlsx", (sheet([HEADER, *VOTERS], "1"),))
    found = take(raw)
    assert {*said(found.entries, "precinct")} == {12}
    assert rules(found) == []


def test_an_unknown_precinct_keeps_the_entries():
    """Entries without a precinct are kept and reported once, with their number."""
    found = take(file([HEADER, *VOTERS], name="list.csv"), constituency=None)
    ids = said(found.entries, "entry_id")
    assert all(one.startswith("000-0000-") for one in ids)
    assert rules(found) == [
        ("constituency-unknown", "constituency", 3.0, None),
        ("precinct-unknown", "precinct", 3.0, None),
    ]


def test_a_precinct_that_is_no_number_is_reported():
    """A cell of the column that holds no number leaves the row to the title."""
    rows = [["Məntəqə", "Soyadı", "Adı"], ["on iki", "A", "B"], ["12", "C", "D"]]
    found = take(file([["12 saylı məntəqə"], *rows]))
    assert {*said(found.entries, "precinct")} == {12}
    assert rules(found) == [("place-unreadable", "precinct", 1.0, None)]


def test_a_temporary_list_is_told_by_its_title():
    """A temporary list is marked, in a title or in the file's name.

    The same person word for word on both lists has two ids, whatever the order of files.
    """
    permanent = take(file([HEADER, *VOTERS]))
    titled = take(file([["Müvəqqəti siyahı"], HEADER, *VOTERS]))
    assert said(titled.lists, "list_kind") == ["temporary"]
    found = listed(HEADER, *VOTERS, name="4/12 временный список.csv")
    assert {*said(found.entries, "list_kind")} == {"temporary"}
    ids = [{*said(one.entries, "entry_id")} for one in (permanent, titled)]
    assert len(ids[0]) == len(ids[1]) == len(VOTERS)
    assert not ids[0] & ids[1]


def test_the_same_content_twice_counts_once():
    """All rows of the second copy are set aside, whatever it is called, and both lists balance."""
    rows = [["12 saylı məntəqə"], HEADER, *VOTERS]
    found = take(file(rows, name="4/b.csv"), file(rows, name="4/a.csv"))
    assert found.entries.num_rows == 3
    copies = [(row["copy"], row["code"]) for row in found.set_aside.to_pylist()]
    assert copies == [(0, "title-row"), (0, "header-row")] + [(1, "duplicate-file")] * 5
    assert said(found.lists, "rows", "entries") == [(5, 3), (5, 0)]
    assert rules(found) == [("duplicate-file", None, 5.0, None)]


def test_a_file_that_could_not_be_read_stands_in_every_table():
    """Trouble of a file, or of one sheet, is a row set aside, a list and a finding.

    The other sheet is read.
    """
    broken = RawFile("b" * 12, "4/pec 7.csv", trouble=AsideCode.FILE_EMPTY)
    nothing = (pa.array([], pa.int32()), pa.table({}))
    unread = RawSheet("B", *nothing, trouble=AsideCode.FILE_UNREADABLE)
    half = RawFile("c" * 12, "4/pec 8.xlsx", (sheet([HEADER, *VOTERS]), unread))
    found = take(broken, half)
    assert found.entries.num_rows == 3
    faults = said(found.set_aside, "line", "code", "precinct", "rows")
    assert [fault for fault in faults if fault[0] == 0] == [
        (0, "file-empty", 7, 0),
        (0, "file-unreadable", 8, 0),
    ]
    assert said(found.findings, "rule") == ["file-empty", "file-unreadable"]
    assert len(found.lists) == 3


def test_a_header_that_names_nothing_sets_all_rows_aside():
    """Without a header each row is set aside with its cells, and the file is reported once."""
    found = listed(["x", "y"], ["1", "2"], ["", ""])
    assert aside(found) == {1: "header-unknown", 2: "header-unknown", 3: "blank-row"}
    assert rules(found) == [("header-unknown", None, 2.0, None)]


def test_lost_letters_are_reported():
    """Rows with a letter lost in the file are counted."""
    row = ["1", "\N{REPLACEMENT CHARACTER}liyev", "Əli", "", "", ""]
    damaged = sheet([HEADER, row, VOTERS[1]], None, encoding="utf-8-damaged")
    found = take(RawFile("a" * 12, "4/12.csv", (damaged,)))
    assert rules(found) == [("encoding-damaged", None, 1.0, None)]


def test_blank_becomes_null_and_placeholders_stay():
    """Blanks of every kind are null, inner ones are one blank, and "-" stays as written."""
    blank = [" \u00a0\t", "\u200b", None, ""]
    texts = ["a \u00a0 b", "\ufeffx", "-", "yoxdur", "a\nb"]
    expected = ["a b", "x", "-", "yoxdur", "a b"]
    cleaned = clean(pa.array([*blank, *texts], pa.string()))
    assert cleaned.to_pylist() == [*[None] * len(blank), *expected]


@given(st.lists(st.text(), max_size=5))
def test_cleaning_twice_changes_nothing(texts):
    """Cleaning is idempotent and leaves no empty text."""
    once = clean(pa.array(texts, pa.string()))
    assert clean(once).equals(once)
    assert "" not in once.to_pylist()


def test_joined_columns_keep_every_row_in_its_place():
    """Rows without any part are null, and no row moves to another's place."""
    columns = [[None, "x", None, "r"], ["y", None, None, "q"], [None, "z", None, None]]
    joined = join_text([pa.array(column, pa.string()) for column in columns])
    assert joined.to_pylist() == ["y", "x z", None, "r q"]


def test_an_id_survives_another_file_order_and_line():
    """The id is made of what the entry says: not of its file, line or number."""
    title = ["12 saylı məntəqə"]
    one = take(file([title, HEADER, *VOTERS], name="4/x.csv"))
    again = [[str(9 - index), *row[1:]] for index, row in enumerate(reversed(VOTERS))]
    two = take(file([title, [], HEADER, *again], source="f" * 12, name="4/y.csv"))
    assert one.entries.column("entry_id").equals(two.entries.column("entry_id"))


def test_identical_rows_have_ids_of_their_own():
    """Two rows that say the same are two entries: nobody is dropped before a person has looked."""
    found = take(file([["12 saylı məntəqə"], HEADER, VOTERS[0], VOTERS[0], VOTERS[0]]))
    ids = found.entries.column("entry_id").to_pylist()
    assert [identifier.removeprefix(ids[0]) for identifier in ids] == ["", ".2", ".3"]
    assert found.entries.column("line").to_pylist() == [3, 4, 5]


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
    files, renamed = [], []
    for number in range(1, count + 1):
        rows = shuffler.sample(VOTERS, shuffler.randint(1, 3))
        rows = [[f"{number} saylı məntəqə"], HEADER, *rows]
        for made, name in ((files, f"{number} x"), (renamed, "z" * (9 - number))):
            made.append(file(rows, source=f"{number:012x}", name=f"4/{name}.csv"))
    shuffler.shuffle(renamed)
    one, two = take(*files), take(*renamed)
    for name in ("entries", "lists", "set_aside", "findings"):
        assert getattr(one, name).equals(getattr(two, name))


_CELLS = st.sampled_from(
    [
        *("", " ", "№", "Soyadı", "Adı", "Ad", "Məntəqə", "Cəmi: 5"),
        *("12 saylı məntəqə", "Əliyev", "1", "12", "Sədr", "Ünvan", "x\ny"),
    ]
)


@tries(60)
@given(
    st.lists(st.lists(_CELLS, max_size=4), min_size=1, max_size=12).filter(any),
    st.sampled_from([None, "S", "12"]),
)
def test_every_row_ends_in_exactly_one_table(rows, name):
    """Each row is an entry or set aside, exactly once (the laws are checked in ``take``)."""
    found = take(RawFile("a" * 12, "4/12.csv", (sheet(rows, name),)))
    lines = said(found.entries, "line") + said(found.set_aside, "line")
    assert sorted(lines) == list(range(1, len(rows) + 1))


@given(st.binary(max_size=200))
def test_any_bytes_balance(content):
    """Bytes of any kind become entries, rows set aside, or one trouble."""
    found = read_content(content, LIMITS)
    if isinstance(found, AsideCode):
        intake = take(RawFile("a" * 12, "4/12.csv", trouble=found))
        assert said(intake.set_aside, "code") == [found]
    else:
        intake = take(RawFile("a" * 12, "4/12.csv", found))
        rows = intake.entries.num_rows + sum(said(intake.set_aside, "rows"))
        assert rows == sum(part.cells.num_rows for part in found)


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
    columns = {"entry_id": "rec", "surname": "n", "precinct": "pr"}
    found = table_intake(table, {**columns, "address": ["st", "ad"]})
    assert said(found.entries, "entry_id", "surname", "address", "precinct") == [
        ("r-2", "Smith", "5 Low Rd", 12),
        ("2", "Jones", "6", None),
    ]
    assert rules(found) == [("place-unreadable", "precinct", 1.0, None)]
    require(found.entries, ENTRY, "ingest")


def test_a_table_without_a_map_is_told_by_its_headers():
    """The headers of a well-known test set are understood; what is not understood is left out."""
    headings = "rec_id given_name surname street_number address_1 suburb date_of_birth"
    headings = [*headings.split(), "soc_sec_id"]
    found = table_intake(pa.table({name: ["1", "2"] for name in headings}))
    row = found.entries.to_pylist()[1]
    names = ("entry_id", "given_name", "surname", "birth_date")
    assert [row[name] for name in names] == ["2"] * 4
    assert (row["address"], row["fin"]) == ("2 2 2", None)


def test_a_table_of_no_rows_gives_no_entries():
    """Zero rows are no failure, with and without a map."""
    table = pa.table(dict.fromkeys(("Soyadı", "Adı"), pa.array([], pa.string())))
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
    head = ["Dairə", "Məntəqə", "Göstərici", "Dəyər"]
    rows = [["4", "", "adults", "50 000"], ["4", "12", "Men", "480,5"], []]
    assert statistics(file([head, *rows])).to_pylist() == [
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
    head = ["constituency", "precinct", "measure", "value"]
    with pytest.raises(InputError) as caught:
        statistics(file([head, ["4", "1", "men", "1"], row]))
    assert caught.value.line == 3
    assert "many" not in caught.value.message


def test_a_register_is_read_like_a_list():
    """A register of deaths gives entries, with their columns, without a place."""
    head = ["Soyadı", "Adı", "Doğum tarixi", "Ölüm tarixi", "FİN"]
    row = ["Əliyev", "Əli", "1930", "2025", "1ABCDEF"]
    raw = replace(file([head, row], name="reference/deaths.csv"), is_register=True)
    register = ingest.ingest([raw], LIMITS, constituency=None)
    told = said(register.entries, "surname", "birth_date", "fin", "precinct")
    assert told == [("Əliyev", "1930", "1ABCDEF", None)]


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
    found = listed(*rows, name="4/12-menteqe.csv")
    assert said(found.entries, "precinct") == [12] * len(VOTERS)


def test_the_signatures_name_the_precinct_where_nothing_else_does():
    """What stands below the entries fills the gap of a list whose title and file say nothing."""
    below = ["12 saylı seçki məntəqəsi komissiyasının sədri"]
    found = listed(HEADER, *VOTERS, below, name="4/list.csv")
    assert {*said(found.entries, "precinct")} == {12}
