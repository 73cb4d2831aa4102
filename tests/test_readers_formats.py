import datetime as dt
import io
import json
import re
import stat
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

import documents
import workspaces
from test_containers import ods, ods_row
from voterlist.config.sections import IngestSettings
from voterlist.ingest import ingest
from voterlist.model import AsideCode, Stage
from voterlist.readers import (
    fingerprint,
    ole,
    read_content,
    read_file,
    read_files,
    read_paths,
)
from voterlist.readers.sandbox import read_table as read_bytes
from voterlist.schemas import RawFile

LIMITS = IngestSettings()
FILES = Path(__file__).parent / "reader_files"
LIST = "№;Soyadı;Adı;Doğum tarixi\n1;Əliyev;Əli;01.02.1970\n2;Quliyev;Rza;03.04.1980\n"


def sheets(content, limits=LIMITS):
    """The sheets in these bytes."""
    found = read_bytes(content, limits)
    assert found.trouble is None, found.trouble
    return found.sheets


def table(sheet):
    """The cells of a sheet, row by row."""
    return [list(row.values()) for row in sheet.cells.to_pylist()]


def book(fill):
    """An XLSX file whose only sheet ``fill`` has filled."""
    made = openpyxl.Workbook()
    fill(made.active)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def archive(**files):
    """A ZIP of these files; a name's double underscore stands for the point."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "."), content)
    return stream.getvalue()


def changed(content, part, change):
    """A packed workbook with one of its parts changed."""
    whole, stream = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in whole.namelist():
            packed.writestr(
                name, change(whole.read(name)) if name == part else whole.read(name)
            )
    return stream.getvalue()


SHEET1 = "xl/worksheets/sheet1.xml"


def test_json_lines_are_rows_under_their_names():
    """Every line is a row on its line.

    Numbers keep their writing, records inside are columns, blanks are empty.
    """
    lines = [
        '{"Soyadı": "Əliyev", "FİN": 1234567, "Ünvan": {"küçə": "Nizami", "ev": 5}}',
        "",
        '{"FİN": 1.50, "Soyadı": null, "Qeyd": true, "Siyahı": ["a", "b"]}',
    ]
    found = read_bytes("\n".join(lines).encode(), LIMITS)
    (sheet,) = found.sheets
    assert found.format == "jsonl"
    assert sheet.lines.to_pylist() == [1, 1, 2, 3]
    assert table(sheet) == [
        ["Soyadı", "FİN", "Ünvan.küçə", "Ünvan.ev", "Qeyd", "Siyahı"],
        ["Əliyev", "1234567", "Nizami", "5", "", ""],
        [""] * 6,
        ["", "1.50", "", "", "true", "a, b"],
    ]


def test_a_damaged_line_of_json_is_a_row_set_aside(tmp_path):
    """A line that is no record is set aside with its text behind the columns, and not lost."""
    path = tmp_path / "list.jsonl"
    records = [
        {"Soyadı": name, "Adı": "Əli", "Doğum tarixi": "01.02.1970"}
        for name in ("Əliyev", "Quliyev")
    ]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text(f"{lines[0]}\n{lines[1][:20]}\n{lines[1]}\n", encoding="utf-8")
    found = ingest(read_files(path, "list.jsonl", LIMITS), LIMITS, constituency=4)
    assert set(found.entries.column("surname").to_pylist()) == {"Quliyev", "Əliyev"}
    aside = {
        row["line"]: (row["code"], row["cells"])
        for row in found.set_aside.to_pylist()
        if row["code"] != "header-row"
    }
    assert list(aside) == [2]
    assert aside[2][0] == "no-name"
    assert lines[1][:20] in aside[2][1]


def test_a_name_that_stands_twice_in_a_record_keeps_both_texts():
    """What a careless program wrote twice under one name is not overwritten."""
    assert table(*sheets(b'{"a": "x", "a": "y", "b": "z"}\n'))[1] == ["x\ny", "z"]


def test_a_list_of_records_is_read_like_lines():
    """The same records in one JSON list are the same rows."""
    found = read_bytes(b'[{"a": 1, "b": "x"},\n {"a": 2}]', LIMITS)
    assert found.format == "json"
    assert table(found.sheets[0]) == [["a", "b"], ["1", "x"], ["2", ""]]


def test_a_column_of_lists_is_told():
    """Parquet may hold a family in each row: its people would be left out with their column."""
    table = pa.table(
        {"Soyadı": ["Əliyev"], "Adı": ["Əli"], "ailə": [["Nigar"]], "boş": [None]}
    )
    table = table.set_column(3, "boş", pa.array([None], pa.list_(pa.string())))
    stream = io.BytesIO()
    pq.write_table(table, stream)
    found = read_bytes(stream.getvalue(), LIMITS)
    assert [(sheet.name, sheet.trouble) for sheet in found.sheets] == [
        (None, None),
        ("ailə", AsideCode.CONTENT_UNREAD),
    ]


def test_text_in_brackets_is_text():
    """A line that only begins like JSON is delimited text."""
    assert table(*sheets(b"[list];x\n1;2\n")) == [["[list]", "x"], ["1", "2"]]


def test_parquet_is_rows_under_its_names():
    """Every column is text, nulls are empty cells, rows are counted from the names on."""
    columns = {
        "Soyadı": ["Əliyev", None],
        "FİN": [1234567, 7654321],
        "tarix": [dt.date(1970, 2, 1), None],
        "b": [b"x", None],
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    found = read_bytes(stream.getvalue(), LIMITS)
    assert found.format == "parquet"
    assert found.sheets[0].lines.to_pylist() == [1, 2, 3]
    assert table(found.sheets[0]) == [
        ["Soyadı", "FİN", "tarix", "b"],
        ["Əliyev", "1234567", "1970-02-01", "x"],
        ["", "7654321", "", ""],
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("list.xls", "xls"),
        ("list.ods", "ods"),
        ("list.xlsb", "xlsb"),
        ("list.xlsx", "xlsx"),
    ],
)
def test_every_kind_of_workbook_gives_the_same_rows(name, kind):
    """One list saved in four formats is read the same.

    Dates, numbers, zeros, a line break, merged and hidden rows.
    """
    found = read_bytes((FILES / name).read_bytes(), LIMITS)
    sheet = found.sheets[0]
    assert found.format == kind
    assert table(sheet)[:4] == [
        ["Soyadı", "Adı", "Doğum tarixi", "FİN", "Sənəd", "Ünvan"],
        ["Əliyev", "Əli", "1970-02-01", "1234567", "007", "Nizami\nküç. 5"],
        [
            "Quliyeva",
            "Rəna",
            "1980-12-31",
            "5XK1234",
            "008",
            "Nizami\nküç. 5" if kind != "xlsb" else "",
        ],
        ["Rzayev", "Orxan", "1965", "", "", "Füzuli 1"],
    ]
    if kind != "xlsb":
        assert sheet.merged == 1
    assert sheet.hidden_rows == 1


def test_hidden_columns_that_hold_something_are_read_and_counted():
    """In XLSX and ODS.

    A hidden column beside the list, which holds nothing, is not worth a word.
    """
    made = openpyxl.Workbook()
    made.active.append(["a", "b", "c"])
    made.active.column_dimensions.group("B", "C", hidden=True)
    made.active.column_dimensions["Z"].hidden = True
    stream = io.BytesIO()
    made.save(stream)
    (sheet,) = sheets(stream.getvalue())
    assert (table(sheet), sheet.hidden_columns) == ([["a", "b", "c"]], 2)

    def hide(content):
        column = b"<table:table-column%s/>"
        column = (
            column % b' table:number-columns-repeated="2"'
            + column % b' table:visibility="collapse"'
        )
        start = content.index(b">", content.index(b"<table:table ")) + 1
        return content[:start] + column + content[start:]

    content = (FILES / "list.ods").read_bytes()
    assert sheets(content)[0].hidden_columns == 0
    assert sheets(changed(content, "content.xml", hide))[0].hidden_columns == 1


def test_hidden_rows_and_sheets_are_read_and_counted():
    """What is hidden in a spreadsheet is handed in all the same."""
    made = openpyxl.Workbook()
    made.active.append(["a", "b"])
    made.active.append(["c", "d"])
    made.active.row_dimensions[2].hidden = True
    made.create_sheet("gizli").append(["e"])
    made["gizli"].sheet_state = "veryHidden"
    stream = io.BytesIO()
    made.save(stream)
    first, second = sheets(stream.getvalue())
    assert (table(first), first.hidden, first.hidden_rows) == (
        [["a", "b"], ["c", "d"]],
        False,
        1,
    )
    assert (table(second), second.hidden, second.hidden_rows) == ([["e"]], True, 0)


def test_an_address_merged_over_several_voters_holds_for_each():
    """A cell merged downwards gives its value to the rows that have cells of their own."""

    def fill(sheet):
        for row in (
            ["ad", "ünvan", "məntəqə"],
            ["Əli", "Nizami 5", 12],
            ["Rza", None, None],
            [None, None, None],
        ):
            sheet.append(row)
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("C2:C4")

    (sheet,) = sheets(book(fill))
    # The third row would be given two cells and has one: that is not enough to be a voter's.
    assert table(sheet)[2:] == [["Rza", "", ""]]
    (sheet,) = sheets(book(lambda page: (fill(page), page.cell(3, 4, "1970"))))
    assert table(sheet)[2] == ["Rza", "Nizami 5", "12", "1970"]
    assert sheet.merged == 2


def test_a_merged_cell_gives_nothing_to_the_row_above_it():
    """The voter above would be given the address of the voters below."""

    def fill(sheet):
        for row in (["Əli", None], ["Rza", "Nizami 5"], ["Orxan", None]):
            sheet.append(row)
        sheet.merge_cells("B2:B3")

    (sheet,) = sheets(book(fill))
    assert [row[1] for row in table(sheet)] == ["", "Nizami 5", "Nizami 5"]


def test_the_second_line_of_one_voter_is_not_made_a_voter():
    """Where all but the address is merged over two rows, the second row is left as it is."""

    def fill(sheet):
        sheet.append(["Əliyev", "Əli", "1970", "Nizami"])
        sheet.append([None, None, None, "ev 5"])
        for column in "ABC":
            sheet.merge_cells(f"{column}1:{column}2")

    (sheet,) = sheets(book(fill))
    assert table(sheet) == [["Əliyev", "Əli", "1970", "Nizami"], ["", "", "", "ev 5"]]
    assert sheet.merged == 0


def test_a_formula_counts_as_the_value_beside_it():
    """A formula is never worked out.

    Its stored value is taken; without one the cell is empty, and that is said.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["a", "b"])
        page.write_formula(1, 0, "=1+1", value=7)
        page.write_formula(1, 1, '=WEBSERVICE("http://example.org")', value="")
    assert table(*sheets(stream.getvalue()))[1] == ["7", ""]
    (sheet,) = sheets(
        book(lambda page: (page.append(["a", "b"]), page.append(["x", "=1+1"])))
    )
    assert table(sheet)[1] == ["x", ""]
    assert sheet.formulas_without_value == 1


def test_charts_are_skipped_and_named():
    """A sheet that is a chart holds no rows; its name is told."""
    made = openpyxl.Workbook()
    made.active.append(["a"])
    made.create_chartsheet("Qrafik")
    stream = io.BytesIO()
    made.save(stream)
    found = read_bytes(stream.getvalue(), LIMITS)
    assert found.skipped == ("Qrafik",)


def test_cells_of_a_sheet_of_another_kind_are_told():
    """A list on a sheet for macros or of a dialog is skipped like a chart, at exit code 0."""
    content = changed(
        (FILES / "list.xlsx").read_bytes(),
        "xl/_rels/workbook.xml.rels",
        lambda part: part.replace(b'/worksheet"', b'/dialogsheet"'),
    )
    (sheet,) = sheets(content)
    assert (sheet.name, sheet.trouble) == ("Sheet", AsideCode.CONTENT_UNREAD)


def test_dates_of_1904_are_the_same_days():
    """A workbook that counts its days from 1904 gives the day that its owner sees."""
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    made.active.append([dt.date(1980, 12, 31)])
    stream = io.BytesIO()
    made.save(stream)
    assert table(*sheets(stream.getvalue())) == [["1980-12-31"]]


def test_a_plain_number_of_a_workbook_of_1904_is_the_same_day():
    """A date without a format would come out four years too early, and still be a date."""
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    made.active.append(["Soyadı", "Adı", "Doğum tarixi"])
    for day in (28124, "28124", 1980, dt.date(1980, 12, 31)):
        made.active.append(["Əliyev", "Əli", day])
    made.active["C2"].number_format = "[h]:mm"
    stream = io.BytesIO()
    made.save(stream)
    file = RawFile("0" * 12, "list.xlsx", tuple(sheets(stream.getvalue())))
    born = ingest([file], LIMITS, constituency=88).entries.column("birth_date")
    assert sorted(born.to_pylist()) == ["1980", *["1980-12-31"] * 3]


def test_every_kind_of_workbook_says_from_when_it_counts_its_days():
    """One kind that does not would make its voters four years older."""
    day_mode, properties = b"\x22\0\x02\0", b"\x99\x01\x04"
    old = (FILES / "list.xls").read_bytes()
    assert old.count(day_mode + bytes(2)) == 1
    binary = changed(
        (FILES / "list.xlsb").read_bytes(),
        "xl/workbook.bin",
        lambda part: part[:3] + properties + b"\1\0\0\0" + part[3:],
    )
    null_date = b'<table:null-date table:date-value="1904-01-01"/>'
    text = changed(
        (FILES / "list.ods").read_bytes(),
        "content.xml",
        lambda part: part.replace(b"<table:table ", null_date + b"<table:table ", 1),
    )
    single = changed(
        (FILES / "list.xlsx").read_bytes(),
        "xl/workbook.xml",
        lambda part: re.sub(rb"<workbookPr[^>]*>", b"<workbookPr date1904='1'/>", part),
    )
    macintosh = old.replace(day_mode + bytes(2), day_mode + b"\1\0")
    for content in (macintosh, binary, text, single):
        assert sheets(content)[0].from_1904
    for name in ("list.xls", "list.xlsb", "list.ods", "list.xlsx"):
        assert not sheets((FILES / name).read_bytes())[0].from_1904


@pytest.mark.parametrize("name", ["locked.xlsx"])
def test_a_password_is_told_as_such(name):
    """A protected workbook has a code of its own, for only its owner can help."""
    assert read_content((FILES / name).read_bytes(), LIMITS) is AsideCode.FILE_PROTECTED


def test_a_circle_of_sectors_is_not_followed():
    """A compound file with a loop in its chains is refused; its reader would never return."""
    content = bytearray((FILES / "list.xls").read_bytes())
    first = int.from_bytes(content[48:52], "little")
    table = 512 * (int.from_bytes(content[76:80], "little") + 1)
    content[table + 4 * first : table + 4 * first + 4] = first.to_bytes(4, "little")
    assert read_content(bytes(content), LIMITS) is AsideCode.FILE_UNREADABLE


@pytest.mark.parametrize(("place", "bit"), [(-4, 4), (0, 1)], ids=["kind", "row"])
def test_a_changed_byte_of_a_cell_of_an_old_workbook_is_told(place, bit):
    """The cell was not there, or in the place of another one, at exit code 0."""
    content = bytearray((FILES / "list.xls").read_bytes())
    stream, _ = ole.workbook_streams(bytes(content))
    texts = [at for kind, at, _ in ole._records(stream) if kind == 0x00FD]
    at = content.find(stream[:99]) + texts[9] + place
    for changed in (0, bit):
        content[at] ^= changed
        found = read_bytes(bytes(content), LIMITS)
        is_told = "(damaged)" in [sheet.name for sheet in found.sheets]
        assert is_told == bool(changed)


@pytest.mark.parametrize("number", [b"-1", b"+1", b"1.0", b" ", b"9" * 20])
def test_a_cell_whose_text_has_no_number_has_no_other_text(number):
    """The voter had the first text of the workbook as a surname."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        made.add_worksheet().write_row(0, 0, ["Soyadı", "Əliyev"])
    content = changed(
        stream.getvalue(),
        SHEET1,
        lambda text: text.replace(b"<v>1<", b"<v>%s<" % number),
    )
    (sheet,) = read_bytes(content, LIMITS).sheets
    assert sheet.trouble is AsideCode.CONTENT_UNREAD


def test_how_a_name_is_spoken_is_no_part_of_it():
    """It was joined to the name, which was another one: `Əliyevali`."""
    base = "<w:p><w:r><w:ruby><w:rt><w:r><w:t>ali</w:t></w:r></w:rt><w:rubyBase>"
    name = f"<w:tc>{base}<w:r><w:t>Əliyev</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p></w:tc>"
    word = documents.word_of(documents.table(documents.row("1", name)))
    assert table(sheets(word)[0]) == [["1", "Əliyev"]]
    spoken = "Əliyev<text:ruby><text:ruby-text>ali</text:ruby-text></text:ruby>"
    (sheet,) = sheets(ods(f"<table:table>{ods_row([spoken])}</table:table>"))
    assert sheet.trouble is AsideCode.CONTENT_UNREAD


def test_a_far_cell_of_an_old_workbook_fills_no_memory():
    """XLS can say that a cell stands in row 65,535 and column 65,535.

    Its rectangle takes more than is allowed.
    """
    content = (FILES / "list.xls").read_bytes()
    record = next(
        content[place:][:8]
        for place in range(len(content))
        if content[place : place + 4] == b"\xfd\0\x0a\0"
    )
    far = content.replace(record, record[:4] + b"\xff\xff\xff\xff", 1)
    assert read_content(far, LIMITS) is AsideCode.FILE_TOO_LARGE


@pytest.mark.parametrize("name", ["list.xlsb", "list.xlsx"])
def test_a_part_that_cannot_be_unpacked_whole_is_not_opened(name):
    """Where the packed bytes of a sheet were hit, what comes out of them is not taken for cells."""
    content = bytearray((FILES / name).read_bytes())
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        info = next(part for part in packed.infolist() if "sheet1." in part.filename)
    for place in range(info.header_offset + 60, info.header_offset + 64):
        content[place] ^= 0x55
    found = read_bytes(bytes(content), LIMITS)
    assert (found.trouble or found.sheets[0].trouble) is AsideCode.FILE_UNREADABLE


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (b"\x00\x02\x0e\x00", 1),
        (b"\x00\x02\x0e\x00", 9),
        (b"\x00\x02\x0e\x00", 7),
        (b"\xfc\x00", 10),
    ],
    ids=["first row", "first column", "last row", "strings"],
)
def test_a_size_that_cannot_be_ends_in_an_old_workbook(kind, place):
    """A sheet that ends before it begins, or more texts than there are bytes.

    The list is read whole, or refused.
    """
    content = bytearray((FILES / "list.xls").read_bytes())
    start = content.index(kind, 2048)
    content[start + (4 if len(kind) == 4 else 0) + place] = 0x7F
    found = read_content(bytes(content), IngestSettings(max_read_seconds=3))
    if not isinstance(found, AsideCode):
        whole = sheets((FILES / "list.xls").read_bytes())
        assert [table(sheet) for sheet in found] == [table(sheet) for sheet in whole]
    else:
        assert found in {
            AsideCode.FILE_TOO_LARGE,
            AsideCode.FILE_TOO_SLOW,
            AsideCode.FILE_UNREADABLE,
        }


def test_a_shortened_row_of_a_binary_workbook_hides_no_far_cell():
    """A row header of XLSB without its tail counts.

    The cell behind it lies far out, and takes too much.
    """
    row, cell = b"\x00\x04\xff\xff\x0f\x00", b"\x06\x0c\xff\x3f\x00\x00" + b"\0" * 8
    bomb = changed(
        (FILES / "list.xlsb").read_bytes(),
        "xl/worksheets/sheet1.bin",
        lambda part: part.replace(b"\x92\x01\x00", row + cell + b"\x92\x01\x00"),
    )
    (sheet,) = sheets(bomb)
    assert sheet.trouble is AsideCode.FILE_TOO_LARGE


def test_16384_columns_lose_no_voter():
    """A sheet as wide as a sheet can be is read.

    What lies beyond the most columns is joined into the last.
    """
    limits = IngestSettings(max_columns=200)
    (sheet,) = sheets(
        book(
            lambda page: (
                page.append(["Soyadı", "Adı"]),
                page.cell(1, 16_384, "far"),
                page.cell(2, 300, "x"),
            )
        ),
        limits,
    )
    assert sheet.cells.num_columns == 201
    assert sheet.joined_columns == 16_184
    assert [table(sheet)[0][column] for column in (0, 1, 200)] == [
        "Soyadı",
        "Adı",
        "far",
    ]
    assert table(sheet)[1][200] == "x"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"max_rows": 4}, AsideCode.TOO_MANY_ROWS),
        ({"max_columns": 1}, AsideCode.TOO_MANY_COLUMNS),
        ({"max_cells": 500}, AsideCode.FILE_TOO_LARGE),
        ({"max_cell_characters": 50}, AsideCode.CELL_TOO_LONG),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl", "parquet"])
def test_every_limit_is_told_by_its_code(limits, code, kind):
    """Rows, columns, cells and characters have a limit each, in every kind of file.

    Just inside it all is read.
    """
    cells = [[f"h{column}" for column in range(101)], *([["x" * 51] * 101] * 4)]
    assert {sheet.cells.num_rows for sheet in sheets(_written(cells, kind))} == {5}
    found = read_bytes(_written(cells, kind), IngestSettings(**limits))
    assert (found.trouble or found.sheets[0].trouble) is code


def _written(cells, kind):
    """The same cells as a file of this kind."""
    if kind == "csv":
        return "\n".join(";".join(row) for row in cells).encode()
    if kind == "jsonl":
        return "\n".join(
            json.dumps(dict(zip(cells[0], row, strict=True))) for row in cells[1:]
        ).encode()
    if kind == "parquet":
        stream = io.BytesIO()
        pq.write_table(
            pa.table(
                {
                    name: [row[place] for row in cells[1:]]
                    for place, name in enumerate(cells[0])
                }
            ),
            stream,
        )
        return stream.getvalue()
    return book(lambda page: [page.append(row) for row in cells])


def test_what_stands_behind_the_rows_of_a_sheet_is_no_long_cell():
    """A list with hundreds of merged cells would be refused for one cell that is too long."""

    def fill(page):
        for row in range(1, 1000):
            page.append([row, "Əliyev", "Əli"])
            page.merge_cells(start_row=row, end_row=row, start_column=3, end_column=4)

    limits = IngestSettings(max_cell_characters=100)
    (sheet,) = sheets(book(fill), limits)
    assert sheet.cells.num_rows == 999


def test_a_cell_without_end_is_refused_while_it_is_unpacked():
    """A cell of hundreds of megabytes in a small workbook is not laid out in memory."""
    whole = book(lambda page: page.append(["a", "b"]))
    bomb = changed(
        whole,
        SHEET1,
        lambda part: part.replace(
            b"</sheetData>", b"<!--" + b"x" * 60_000_000 + b"--></sheetData>"
        ),
    )
    assert len(bomb) < 200_000
    assert read_content(bomb, LIMITS) is AsideCode.CELL_TOO_LONG


def test_entities_are_refused():
    """A part that declares entities, which could expand without end, is not opened."""
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE x '
        b'[<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
    )
    whole = book(lambda page: page.append(["a"]))
    for part in (SHEET1, "xl/workbook.xml"):
        bomb = changed(
            whole,
            part,
            lambda content: (
                laughs + content.partition(b"?>")[2].strip()
                if b"?>" in content
                else laughs + content
            ),
        )
        assert read_content(bomb, LIMITS) is AsideCode.FILE_UNREADABLE
    ods = changed(
        (FILES / "list.ods").read_bytes(),
        "content.xml",
        lambda content: laughs + content.partition(b"?>")[2],
    )
    assert read_content(ods, LIMITS) is AsideCode.FILE_UNREADABLE


@pytest.mark.parametrize("axis", ["rows", "columns"])
def test_a_repeated_cell_fills_no_memory(axis):
    """An ODS file that repeats a cell a thousand million times is set aside or cut."""

    def bomb(content):
        start = content.index(b"<table:table-cell")
        if axis == "rows":
            start = content.index(b"<table:table-row")
        name = content[start:].split(b" ", 1)[0]
        return content.replace(
            name + b" ",
            name + f' table:number-{axis}-repeated="1000000000" '.encode(),
            1,
        )

    found = read_bytes(
        changed((FILES / "list.ods").read_bytes(), "content.xml", bomb), LIMITS
    )
    if axis == "rows":
        assert (found.trouble or found.sheets[0].trouble) in {
            AsideCode.TOO_MANY_ROWS,
            AsideCode.FILE_TOO_LARGE,
        }
    else:
        assert found.sheets[0].joined_columns == 16_384 - LIMITS.max_columns
        assert found.sheets[0].cells.num_rows == 4


def test_a_part_that_unpacks_further_than_it_says_is_refused():
    """A part that is longer than it says is not taken for whole.

    What is cut off could pass for cells.
    """
    whole = book(lambda page: page.append(["a"]))
    large = changed(whole, SHEET1, lambda part: part + b" " * 5_000_000)
    info = zipfile.ZipFile(io.BytesIO(large)).getinfo(SHEET1)
    size = info.file_size.to_bytes(4, "little")
    assert large.count(size) == 2
    (sheet,) = sheets(large.replace(size, (1000).to_bytes(4, "little")))
    assert sheet.trouble is AsideCode.FILE_UNREADABLE
    assert (
        read_content(large, IngestSettings(max_unpacked_megabytes=1))
        is AsideCode.FILE_TOO_LARGE
    )


def test_every_file_of_an_archive_is_a_list_of_its_own(tmp_path):
    """Files in an archive are read in order of name, and a damaged one is set aside alone."""
    inner = archive(x__csv=LIST)
    content = archive(
        b__csv=LIST,
        a__xlsx=book(lambda page: page.append(["Soyadı"])),
        c__zip=inner,
        d__pdf=b"%PDF-1",
    )
    path = tmp_path / "lists.zip"
    path.write_bytes(content)
    found = read_files(path, "4/lists.zip", LIMITS)
    assert [(file.name, file.trouble) for file in found] == [
        ("4/lists.zip/a.xlsx", None),
        ("4/lists.zip/b.csv", None),
        ("4/lists.zip/c.zip", AsideCode.ARCHIVE_NESTED),
        ("4/lists.zip/d.pdf", AsideCode.FILE_UNREADABLE),
    ]
    loose = tmp_path / "b.csv"
    loose.write_text(LIST, encoding="utf-8")
    assert [
        (file.name, file.copy)
        for file in read_paths([loose, path], tmp_path, LIMITS)
        if file.source == found[1].source
    ] == [
        ("b.csv", 0),
        ("lists.zip/b.csv", 1),
    ]
    assert [digest[:12] for digest in fingerprint(path, LIMITS)[1].values()] == [
        file.source for file in found
    ]
    assert read_file(path, "lists.zip", LIMITS).trouble is AsideCode.FILE_NOT_A_TABLE


def test_a_damaged_file_of_an_archive_loses_no_other(tmp_path):
    """One member whose bytes were hit has its trouble; the members beside it are read."""
    content = bytearray(archive(a__csv=LIST * 50, b__csv=LIST))
    info = zipfile.ZipFile(io.BytesIO(content)).getinfo("a.csv")
    for place in range(info.header_offset + 60, info.header_offset + 70):
        content[place] ^= 0xFF
    path = tmp_path / "lists.zip"
    path.write_bytes(content)
    assert [file.trouble for file in read_files(path, "lists.zip", LIMITS)] == [
        AsideCode.FILE_UNREADABLE,
        None,
    ]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"max_archive_files": 1}, AsideCode.FILE_TOO_LARGE),
        ({"max_unpacked_megabytes": 1}, AsideCode.FILE_TOO_LARGE),
    ],
)
def test_an_archive_has_limits(tmp_path, limits, code):
    """Too many files, or too much in them, is told for the archive, with nothing unpacked."""
    path = tmp_path / "lists.zip"
    path.write_bytes(archive(a__csv=b"a;b\n" * 200_000, b__csv=b"c;d\n" * 200_000))
    assert len(path.read_bytes()) < 20_000
    assert [
        file.trouble for file in read_files(path, "lists.zip", IngestSettings(**limits))
    ] == [code]
    assert [file.trouble for file in read_files(path, "lists.zip", LIMITS)] == [
        None,
        None,
    ]


def test_names_in_the_code_page_of_the_region_are_read(tmp_path):
    """An archive from an old Windows names its files in cp866; a name may tell the precinct."""
    path = tmp_path / "lists.zip"
    named = archive(участок__csv=LIST).replace(
        "участок".encode(), "участок".encode("cp866").ljust(14, b"x")
    )
    flag = named.replace(b"PK\x03\x04\x14\x00\x00\x08", b"PK\x03\x04\x14\x00\x00\x00")
    path.write_bytes(
        flag.replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00\x08", b"PK\x01\x02\x14\x03\x14\x00\x00\x00"
        )
    )
    assert [file.name for file in read_files(path, "lists.zip", LIMITS)] == [
        "lists.zip/участокxxxxxxx.csv"
    ]


def test_a_run_reads_archives_and_names_what_is_in_them(tmp_path):
    """Lists in an archive are compiled; manifest and troubles name the file inside it."""
    workspace = workspaces.make(tmp_path / "2026")
    inbox = workspace / "inbox" / "88"
    texts = {path.name: path.read_text(encoding="utf-8") for path in inbox.iterdir()}
    loose = workspaces.run(workspace, until=Stage.MERGE)
    for path in inbox.iterdir():
        path.unlink()
    with zipfile.ZipFile(inbox / "siyahilar.zip", "w") as packed:
        for name, text in texts.items():
            packed.writestr(name, text)
        packed.writestr("oxunmur.pdf", b"%PDF-1.4")
    found = workspaces.run(workspace, until=Stage.MERGE)
    assert pq.read_table(found.folder / "entries.parquet").equals(
        pq.read_table(loose.folder / "entries.parquet")
    )
    assert found.files == 3
    assert found.exit_code == 1
    assert [trouble.file for trouble in found.troubles] == [
        "inbox/88/siyahilar.zip/oxunmur.pdf"
    ]
    manifest = json.loads((found.folder / "manifest.json").read_text(encoding="utf-8"))
    assert {"inbox/88/siyahilar.zip", "inbox/88/siyahilar.zip/menteqe-1.csv"} <= set(
        manifest["inputs"]
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Rar!\x1a\x07\x01\x00", AsideCode.FORMAT_NOT_READ),
        (b"\x00\x01\x00\x00Standard Jet DB\x00" + b"x" * 90, AsideCode.FORMAT_NOT_READ),
        (
            archive(**{"[Content_Types]__xml": b"<x/>", "word/document__xml": b"<x/>"}),
            AsideCode.FILE_EMPTY,
        ),
        (
            archive(
                mimetype=b"application/vnd.oasis.opendocument.text",
                content__xml=b"<x/>",
            ),
            AsideCode.FILE_EMPTY,
        ),
    ],
)
def test_a_kind_that_is_not_read_is_told_from_what_is_no_table(content, code):
    """A database or another archive may hold a list, a letter does not: the advice differs."""
    assert read_content(content, LIMITS) is code


def test_zero_bytes_in_cells_hide_nothing():
    """Old programs fill cells with zeros: they are left out, the text is read."""
    padded = LIST.replace("Əliyev", "Əliyev\0\0\0\0").encode()
    assert table(*sheets(padded))[1] == ["1", "Əliyev", "Əli", "01.02.1970"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_zeros_where_a_sector_of_a_text_stood_are_told(encoding):
    """The start of one voter and the end of another were one row, and those between not there."""
    before, behind = LIST.split("ev;Əli;01.02.1970\n2;Quliy")
    before, behind = before.encode(encoding), behind.encode(encoding)
    rows, unread = sheets(before + bytes(512) + behind)
    assert table(rows)[1:] == [["1", "Əliyev", "Rza", "03.04.1980"]]
    assert unread.trouble is AsideCode.CONTENT_UNREAD
    assert unread.name.endswith(f"-{len(before) + 512}")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf_16_cut_inside_a_letter_is_read(encoding):
    """A file cut off in the middle of a letter loses that letter only, and says so."""
    (sheet,) = sheets(LIST.encode(encoding)[:-3])
    assert sheet.encoding.endswith("-damaged")
    assert table(sheet)[2] == [
        "2",
        "Quliyev",
        "Rza",
        "03.04.198\N{REPLACEMENT CHARACTER}",
    ]


@pytest.mark.parametrize("sign", ["^", "~", "¦", "|"])
def test_rarer_delimiters_are_found(sign):
    """Whatever sign parts the cells of every line is the delimiter, and is told."""
    (sheet,) = sheets(LIST.replace(";", sign).encode())
    assert sheet.delimiter == sign
    assert table(sheet)[2] == ["2", "Quliyev", "Rza", "03.04.1980"]


def test_the_inbox_is_never_written_to(tmp_path):
    """A run over an inbox that nobody may write to leaves every byte, name and time as it was."""
    workspace = workspaces.make(tmp_path / "2026")
    inbox = workspace / "inbox"
    (inbox / "88" / "siyahi.zip").write_bytes(archive(c__csv=LIST))
    (inbox / "88" / "list.ods").write_bytes((FILES / "list.ods").read_bytes())

    def state():
        return {
            path: (
                info.st_size,
                info.st_mtime_ns,
                info.st_mode,
                path.read_bytes() if path.is_file() else None,
            )
            for path in [inbox, *sorted(inbox.rglob("*"))]
            for info in [path.stat()]
        }

    for path in [*inbox.rglob("*"), inbox]:
        path.chmod(stat.S_IRUSR | (stat.S_IXUSR if path.is_dir() else 0))
    before = state()
    try:
        result = workspaces.run(workspace)
        assert result.rows_in == result.rows_out + result.set_aside
        assert state() == before
    finally:
        for path in [inbox, *inbox.rglob("*")]:
            path.chmod(0o700)
