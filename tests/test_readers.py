from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from examples import tries
from voterlist.config.sections import IngestSettings
from voterlist.errors import InputError
from voterlist.model import AsideCode
from voterlist.readers import (
    read_content,
    read_file,
    read_files,
    read_folder,
    read_table,
)
from voterlist.readers.text import even_rows, find_delimiter, split_rows

LIMITS = IngestSettings()
AZ = "№;Soyadı;Adı;Ünvan\n1;Hüseynov;Çingiz;Şəki ş.\n2;Ağayeva;Gülşən;İsmayıllı ş., ev 5\n"
RU = "№;Фамилия;Имя;Адрес\n1;Гусейнов;Чингиз;г. Баку, ул. Низами\n2;АГАЕВА;ГЮЛЬШАН;г. Шеки\n"


def rows(content: bytes, limits: IngestSettings = LIMITS) -> list[list[str | None]]:
    """The rows of the only sheet."""
    found = read_content(content, limits)
    assert not isinstance(found, AsideCode), found
    assert len(found) == 1
    return [list(row.values()) for row in found[0].cells.to_pylist()]


def workbook(*sheets: list[list[object]]) -> bytes:
    """An XLSX file with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, cells in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"S{number}")
        for row in cells:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_unicode_encodings_give_the_same_rows(encoding):
    """UTF-8 and UTF-16, with and without a mark, are read to the letter."""
    assert rows(AZ.encode(encoding)) == [line.split(";") for line in AZ.splitlines()]


@pytest.mark.parametrize("encoding", ["windows-1254", "iso8859-9"])
def test_turkish_code_pages_are_recognised(encoding):
    """Azerbaijani in a Turkish code page, with ä for the ə it lacks, is read to the letter."""
    text = AZ.replace("ə", "ä").replace("№", "N")
    assert rows(text.encode(encoding))[1][1:] == ["Hüseynov", "Çingiz", "Şäki ş."]


def test_western_code_page_is_recognised():
    """Text that has only the letters of windows-1252 is read to the letter."""
    text = "Soyadi;Adi\nHüseynov;Çingiz\nQöyüsov;Gülnar\n"
    assert rows(text.encode("windows-1252"))[2] == ["Qöyüsov", "Gülnar"]


def test_russian_code_page_is_recognised():
    """Russian in windows-1251, capitals too, is read to the letter."""
    assert rows(RU.encode("windows-1251")) == [
        line.split(";") for line in RU.splitlines()
    ]


@pytest.mark.parametrize(
    "encoding", ["windows-1251", "mac-cyrillic", "koi8-r", "cp866", "iso8859-5"]
)
@pytest.mark.parametrize("case", [str, str.upper])
def test_cyrillic_code_pages_are_told_apart(encoding, case):
    """Russian in each code page of Cyrillic is read to the letter, and how sure that is is said."""
    text = case(RU.replace("№", "N")) * 5
    found = read_content(text.encode(encoding), LIMITS)
    assert not isinstance(found, AsideCode)
    # Capitals have the same bytes in cp866 and on the Macintosh: the text is one.
    assert text.encode(found[0].encoding) == text.encode(encoding)
    assert 0.5 < found[0].confidence <= 1
    assert found[0].cells.to_pylist()[1] == dict(
        zip(("c0", "c1", "c2", "c3"), text.splitlines()[1].split(";"), strict=True)
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_proved_is_certain(encoding):
    """An encoding that its mark or its own rules prove has the confidence 1."""
    found = read_content(AZ.encode(encoding), LIMITS)
    assert not isinstance(found, AsideCode)
    assert found[0].confidence == 1


def test_a_toss_up_between_code_pages_is_refused():
    """Letters that fit two code pages about as well are not read.

    A name in wrong letters looks like a name.
    """
    text = (
        "familiya;imya\nгусейнов;чингиз\nкулиев;мурад\nасланов;вагиф\nрзаев;рая\n" * 9
    )
    assert "рая" not in text.encode("windows-1251").decode("mac-cyrillic")
    assert (
        read_content(text.encode("windows-1251"), LIMITS)
        is AsideCode.ENCODING_UNREADABLE
    )


def test_binary_content_is_refused():
    """Zero bytes that are no UTF-16 are no text."""
    assert (
        read_content(b"a;b\n\x00\x01\x02;\x00\xff\n" * 9, LIMITS)
        is AsideCode.ENCODING_UNREADABLE
    )


def test_one_lost_byte_does_not_lose_the_file():
    """UTF-8 with a single damaged byte is read, the loss marked in the text and in the encoding."""
    content = (AZ * 20).encode().replace("ə".encode(), b"\xc9", 1)
    found = read_content(content, LIMITS)
    assert not isinstance(found, AsideCode)
    assert found[0].encoding == "utf-8-damaged"
    assert found[0].cells.column("c3")[1].as_py() == "Ş\N{REPLACEMENT CHARACTER}ki ş."


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", AsideCode.FILE_EMPTY),
        (b"\xef\xbb\xbf\r\n \r\n", AsideCode.FILE_EMPTY),
        ("\n\n".encode("utf-16"), AsideCode.FILE_EMPTY),
        (b"%PDF-1.7 ...", AsideCode.FILE_UNREADABLE),
        (b"<html><body><p>1</p></body></html>", AsideCode.FILE_NOT_A_TABLE),
        (b'<?xml version="1.0"?><letter/>', AsideCode.FILE_NOT_A_TABLE),
        (b"<html><table><tr><td>1</td></tr></table></html>", AsideCode.FORMAT_NOT_READ),
        (
            "<html><table><tr><td>1</td></tr></table></html>".encode("utf-16"),
            AsideCode.FORMAT_NOT_READ,
        ),
        (
            b"MIME-Version: 1.0\r\n\r\n<html><table></table></html>",
            AsideCode.FORMAT_NOT_READ,
        ),
        (
            (
                b'<?xml version="1.0"?>'
                b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
            ),
            AsideCode.FORMAT_NOT_READ,
        ),
        (b"PK\x03\x04 but nothing else", AsideCode.FILE_UNREADABLE),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 but nothing else",
            AsideCode.FILE_UNREADABLE,
        ),
    ],
)
def test_what_is_no_table_has_its_code(content, code):
    """Each kind of content that is no table is told by its own code."""
    assert read_content(content, LIMITS) is code


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_the_delimiter_is_told_by_the_lines(sign):
    """Each of the four delimiters is found, and commas in addresses do not mislead."""
    lines = [
        "Siyahı",
        "",
        *[
            sign.join(["1", "Əliyev", '"Bakı, Nizami küç., ev 5"', "x"])
            for _ in range(5)
        ],
    ]
    assert find_delimiter(lines) == sign


def test_commas_in_every_address_do_not_beat_a_semicolon():
    """A semicolon between three cells wins over a comma three times in each address."""
    lines = [
        f"{number};Əliyev Əli;Bakı ş., Nizami küç., ev 5, m. 7" for number in range(9)
    ]
    assert find_delimiter(lines) == ";"


def test_a_short_list_below_a_long_title_is_parted():
    """Title rows and signatures without a delimiter do not hide that of few rows between them."""
    lines = [
        *["Seçicilərin siyahısı, 2026"] * 6,
        "№;Soyadı;Adı",
        "1;Əliyev;Əli",
        "2;Vəliyev;Rza",
        "Sədr: Babayev",
    ]
    assert find_delimiter(lines) == ";"


@pytest.mark.parametrize("lines", [["a;b", "c", "d", "e"], ["a;b;c", *"defg"]])
def test_a_sign_in_few_lines_parts_nothing(lines):
    """A quarter of the lines with one sign each, or fewer lines with several, are no table."""
    assert find_delimiter(lines) is None


def test_a_list_of_one_column_is_not_parted():
    """Lines without a delimiter are one cell each."""
    assert rows("Soyadı adı\nƏliyev Əli\nVəliyev Vəli\n".encode()) == [
        ["Soyadı adı"],
        ["Əliyev Əli"],
        ["Vəliyev Vəli"],
    ]


def test_a_cell_with_a_line_break_keeps_the_line_it_begins_on():
    """Lines are counted as an editor shows them, also after a cell that runs over two."""
    text = 'a;b;c\n1;"two\nlines";x\n2;y;z\n'
    found = read_content(text.encode(), LIMITS)
    assert not isinstance(found, AsideCode)
    assert found[0].lines.to_pylist() == [1, 2, 4]
    assert found[0].cells.column("c1").to_pylist() == ["b", "two\nlines", "y"]


def test_a_quote_never_closed_hides_no_row():
    """A stray quotation mark stays in its cell; the rows below it stand."""
    lines = [
        "№;Soyadı;Adı",
        '1;"Əliyev;Əli',
        "2;Vəliyev;Vəli",
        '3;"Quliyev";Rza',
        "4;Babayev;Nicat",
    ]
    starts, found = split_rows(lines, ";")
    assert starts == [1, 2, 3, 4, 5]
    assert found[1] == ["1", '"Əliyev', "Əli"]
    assert found[3] == ["3", "Quliyev", "Rza"]


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_cells_that_are_broken_in_each_row_are_read(quoting, delimiter):
    """Where a clerk broke every name, each voter would be torn into several rows."""
    voter = ["Quliyev\nRza", "Əli\noğlu", "Nizami,\nev 4"]
    table = [["№", "Soyadı,\nadı", "Atasının\nadı", "Ünvan"]]
    table += [[str(number), *voter] for number in range(1, 9)]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows(table)
    assert rows(text.getvalue().encode()) == table


@pytest.mark.parametrize("delimiter", ["; ", ", ", "\t  "])
def test_blanks_before_cells_in_quotes_are_no_part_of_them(delimiter):
    """Who types a list so would lose it, or each of its dates."""
    table = [["Soyadı", "Adı", "Ünvan"], ["Quliyev", "Rza", 'Nizami, "Nur"; ev 4']]
    cells = (
        [f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in table
    )
    text = "".join(delimiter.join(row) + "\n" for row in cells)
    assert rows(text.encode()) == table


def test_lines_that_are_one_cell_each_are_read_once_more():
    """A table opened without its delimiter and saved again would be one column."""
    written = [["№", "Soyadı", "Ünvan"], ["1", "Əliyev", 'Bakı; "Gənclik" MTK']]
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(written)
    lines = [line.replace('"', '""') for line in text.getvalue().splitlines()]
    again = "".join(f'"{line}"\r\n' for line in lines)
    assert rows(again.encode()) == written


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("schwa", ["&#601;", "&#x259;", "&#x0259;"])
def test_letters_that_a_browser_wrote_by_their_numbers_are_letters(delimiter, schwa):
    """``M&#601;mm&#601;dov`` would be nobody's name, and its semicolons would part cells."""
    table = [["№", "Soyadı", "Ünvan"], ["1", "Məmmədov", "Bakı"]]
    table += [["2", "Əliyeva", "Gəncə"]]
    text = "\n".join(delimiter.join(row).replace("ə", schwa) for row in table)
    assert rows(text.encode()) == table


@pytest.mark.parametrize("sign", ["&#38;", "&#10;", "&#8226;", "&#xD800;", "&#0;"])
def test_a_number_of_no_letter_stays_as_written(sign):
    """A line break or a delimiter would change the rows."""
    assert rows(f"a\tb\n1{sign}\t2\n".encode()) == [["a", "b"], [f"1{sign}", "2"]]


@pytest.mark.parametrize("lost", ["first", "last", "both"])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_a_quote_lost_at_an_end_of_a_line_leaves_its_cells_without_quotes(
    lost, delimiter
):
    """The others would stand around each name, and the voter would be another one."""
    people = [[str(number), f"Name {number}", "Nizami 4"] for number in range(1, 9)]
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in people]
    start, stop = lost in {"first", "both"}, lost in {"last", "both"}
    lines[4] = lines[4][start : len(lines[4]) - stop]
    assert rows("\n".join(lines).encode()) == people


def test_a_quote_closed_rows_later_hides_no_row():
    """Two stray quotation marks do not join rows, even where the joined row has the right width."""
    lines = ["1;a;b", '2;"a;b', "3;a;b", '4;a";b', "5;a;b"]
    assert split_rows(lines, ";")[0] == [1, 2, 3, 4, 5]


def test_short_rows_end_in_null_and_empty_cells_are_empty():
    """A cell that is not there and a cell that is empty are told apart."""
    assert rows(b"a;b;c\n1\n1;;\n") == [
        ["a", "b", "c"],
        ["1", None, None],
        ["1", "", ""],
    ]


def test_line_ends_of_every_system_count_alike():
    """Lines end in LF, CR LF or CR; other separators stand inside a cell."""
    for end in ("\n", "\r\n", "\r"):
        assert rows(f"a;b{end}1;x\x0by{end}".encode()) == [["a", "b"], ["1", "x\x0by"]]


def test_cells_beyond_the_limit_are_kept_in_one():
    """No cell is dropped where a row has more columns than the settings allow."""
    assert rows(b"a;b;c;d\n1;2;3;4\n", IngestSettings(max_columns=2)) == [
        ["a", "b", "c d"],
        ["1", "2", "3 4"],
    ]


def test_too_many_rows_or_bytes_are_refused(tmp_path):
    """The limits of the settings hold for rows and for bytes."""
    assert (
        read_content(b"a;b\n" * 9, IngestSettings(max_rows=8))
        is AsideCode.TOO_MANY_ROWS
    )
    path = tmp_path / "big.csv"
    path.write_bytes(b"a;b\n" * 300_000)
    big = read_file(path, "big.csv", IngestSettings(max_file_megabytes=1))
    assert big.trouble is AsideCode.FILE_TOO_LARGE
    assert big.source == read_file(path, "big.csv", LIMITS).source


def test_a_workbook_is_read_as_its_owner_sees_it():
    """Numbers have no ".0", text keeps its zeros, dates are ISO, lines are rows of the sheet."""
    moment = dt.datetime(1970, 1, 2, 3, 4)  # noqa: DTZ001  a workbook has no time zones
    cells = [[None], ["007", 1970, 12.5, dt.date(1970, 1, 2), moment, True]]
    found = read_content(workbook(cells), LIMITS)
    assert not isinstance(found, AsideCode)
    assert found[0].lines.to_pylist() == [1, 2]
    assert list(found[0].cells.to_pylist()[1].values()) == [
        "007",
        "1970",
        "12.5",
        "1970-01-02",
        "1970-01-02 03:04:00",
        "true",
    ]


def test_a_workbook_called_csv_is_still_a_workbook():
    """Content is told by its bytes, not by the file's name."""
    assert rows(workbook([["a", "b"]])) == [["a", "b"]]


def test_a_workbook_without_cells_is_empty():
    """A workbook whose sheets are all blank is an empty file."""
    assert read_content(workbook([], []), LIMITS) is AsideCode.FILE_EMPTY


def test_a_damaged_sheet_does_not_lose_the_others():
    """One broken sheet has its trouble; the sheet beside it stands."""
    whole = zipfile.ZipFile(io.BytesIO(workbook([["a", "b"]], [["c", "d"]])))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as broken:
        for name in whole.namelist():
            content = whole.read(name)
            broken.writestr(
                name,
                content[: len(content) // 2]
                if name.endswith("sheet1.xml")
                else content,
            )
    found = read_content(stream.getvalue(), LIMITS)
    assert not isinstance(found, AsideCode)
    assert [sheet.trouble for sheet in found] == [AsideCode.FILE_UNREADABLE, None]
    assert found[1].cells.column("c1").to_pylist() == ["d"]


def test_one_cell_far_out_does_not_fill_the_memory():
    """A sheet with a cell far out is refused before its rectangle is laid out.

    Others stand.
    """
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active["ZZ1048576"] = "x"
    book.create_sheet("whole")["A1"] = "b"
    stream = io.BytesIO()
    book.save(stream)
    found = read_content(stream.getvalue(), LIMITS)
    assert not isinstance(found, AsideCode)
    assert [sheet.trouble for sheet in found] == [AsideCode.FILE_TOO_LARGE, None]


def test_a_folder_is_read_in_order_and_copies_are_numbered(tmp_path):
    """All files of all folders are read, copies numbered by name, temporary files left out.

    A point hides a name on some systems; on others a list may have one.
    """
    folder = tmp_path / "4"
    (folder / "late").mkdir(parents=True)
    for name in ("b.csv", "a.csv", "late/c.csv"):
        (folder / name).write_text("a;b\n", encoding="utf-8")
    (folder / ".2.XLSX").write_text("c;d\n", encoding="utf-8")
    (folder / ".Trashes").mkdir()
    left = ("~$a.xlsx", "._a.csv", ".~a.csv", ".~lock.a.csv#", ".hidden", "Thumbs.db")
    for name in (*left, ".Trashes/a.csv"):
        (folder / name).write_bytes(b"x")
    assert [(file.name, file.copy) for file in read_folder(folder, LIMITS)] == [
        ("4/a.csv", 0),
        ("4/b.csv", 1),
        ("4/.2.XLSX", 0),
        ("4/late/c.csv", 2),
    ]


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    """A file that is not there is a trouble, not an exception."""
    missing = read_file(tmp_path / "gone.csv", "4/gone.csv", LIMITS)
    assert (missing.name, missing.trouble) == ("4/gone.csv", AsideCode.READ_REFUSED)


@tries(
    150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    )
)
def test_no_bytes_make_the_reader_fail(content):
    """Whatever the bytes are, the answer is rows or a code."""
    found = read_content(content, LIMITS)
    if isinstance(found, AsideCode):
        return
    for sheet in found:
        assert len(sheet.lines) == sheet.cells.num_rows
        assert sheet.lines.to_pylist() == sorted(set(sheet.lines.to_pylist()))


@tries(60)
@given(st.data())
def test_no_damage_to_a_workbook_makes_the_reader_fail(data):
    """A workbook with bytes changed, cut or doubled anywhere gives sheets or a code."""
    content = bytearray(_WORKBOOK)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for damaged in (bytes(content), bytes(content[:cut])):
        found = read_content(damaged, LIMITS)
        assert isinstance(found, AsideCode | tuple)


_WORKBOOK = workbook([["№", "Soyadı"], [1, "Əliyev"]], [["x"]])

_CELL = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=';"'), max_size=6
)


@given(st.lists(st.lists(_CELL, min_size=2, max_size=4), min_size=1, max_size=8))
def test_cells_without_quotes_come_back_as_written(table):
    """Splitting is the inverse of joining, one row a line."""
    lines = [";".join(row) for row in table]
    assert split_rows(lines, ";") == (list(range(1, len(lines) + 1)), table)


_WRITTEN = st.one_of(
    st.text("ab ", max_size=3),
    st.text('ab;" ', max_size=3).map(
        lambda cell: '"{}"'.format(cell.replace('"', '""'))
    ),
    st.text('a;"', max_size=3),
)
"""A cell as it stands in a file: mostly with its quotes in order."""


@given(
    st.integers(2, 3).flatmap(
        lambda width: st.lists(
            st.lists(_WRITTEN, min_size=width, max_size=width), min_size=2, max_size=4
        )
    ),
    st.sampled_from(["", "\n", "\n\n"]),
)
def test_rows_read_all_at_once_are_those_read_line_by_line(table, end):
    """A long list would hold other cells than a short one with the same lines."""
    text = "\n".join(";".join(row) for row in table) + end
    found = even_rows(text, ";", 1000)
    if found is not None:
        lines = text.removesuffix("\n").split("\n")
        rows = [list(row.values()) for row in found.to_pylist()]
        assert (list(range(1, len(rows) + 1)), rows) == split_rows(lines, ";")


def test_cells_in_quotes_are_read_all_at_once():
    """A list in quotes of a million voters would take half a minute."""
    found = even_rows('"a";b\n"x; ""y""";\n"";2', ";", 1000)
    assert found is not None
    assert found.to_pylist()[1:] == [{"0": 'x; "y"', "1": ""}, {"0": "", "1": "2"}]


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1\n",
        "a;b\n\n1;2\n",
        'a;b\n1"2;3\n',
        'a;b\n"1\n";2\n',
        "a;b\n" + 1001 * "a",
    ],
)
def test_uneven_rows_are_read_line_by_line(text):
    """A short row would have empty cells for those that are not there."""
    assert even_rows(text, ";", 1000) is None


@given(st.data())
def test_a_stray_quotation_mark_swallows_no_row(data):
    """A stray quotation mark and one at the end of a later cell would hide the voters between.

    Every row is full, so what the two marks enclose is as many cells as rows have, and not one
    broken cell.
    """
    width = data.draw(st.integers(2, 5))
    row = st.lists(_CELL, min_size=width, max_size=width)
    table = data.draw(st.lists(row, min_size=2, max_size=8))
    first = data.draw(st.integers(0, len(table) - 2))
    last = data.draw(st.integers(first + 1, len(table) - 1))
    opened, closed = (data.draw(st.integers(0, width - 1)) for _ in range(2))
    table[first][opened] = f'"{table[first][opened]}'
    table[last][closed] = f'{table[last][closed]}"'
    lines = [";".join(cells) for cells in table]
    assert split_rows(lines, ";") == (list(range(1, len(lines) + 1)), table)


_MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("size", "trouble"), [(_MEGABYTE, None), (_MEGABYTE + 1, AsideCode.FILE_TOO_LARGE)]
)
def test_a_file_of_exactly_the_largest_size_is_read(tmp_path, size, trouble):
    """A file as large as the limit allows would be refused, or a larger one read."""
    limits = IngestSettings(max_file_megabytes=1)
    head = b"Soyad;Ad\n"
    line = b"x" * 99 + b"\n"
    content = head + line * ((size - len(head)) // len(line))
    content += b"x" * (size - len(content))
    assert len(content) == size
    (tmp_path / "list.csv").write_bytes(content)
    assert read_file(tmp_path / "list.csv", "list.csv", limits).trouble == trouble
    assert (read_content(content, limits) == trouble) == (trouble is not None)
    with zipfile.ZipFile(tmp_path / "lists.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", content)
    assert [
        file.trouble for file in read_files(tmp_path / "lists.zip", "lists.zip", limits)
    ] == [trouble]


def test_a_table_of_any_kind_becomes_text(tmp_path):
    """Parquet, CSV and XLSX of the same content give the same table of text."""
    pq.write_table(
        pa.table(
            {
                "id": pa.array([1, 2], pa.int64()),
                "born": pa.array([dt.date(1970, 1, 2), None]),
                "share": pa.array([0.5, float("nan")]),
                "name": pa.array(["Əli", None]).dictionary_encode(),
            }
        ),
        tmp_path / "t.parquet",
    )
    assert read_table(tmp_path / "t.parquet").to_pylist() == [
        {"id": "1", "born": "1970-01-02", "share": "0.5", "name": "Əli"},
        {"id": "2", "born": None, "share": None, "name": None},
    ]
    (tmp_path / "t.csv").write_text("id,born,,born\n01,1970,x,y\n\n", encoding="utf-8")
    assert read_table(tmp_path / "t.csv").to_pylist() == [
        {"id": "01", "born": "1970", "column 3": "x", "born (2)": "y"}
    ]
    (tmp_path / "h.csv").write_text("id;born\n", encoding="utf-8")
    headers_alone = read_table(tmp_path / "h.csv")
    assert (headers_alone.column_names, headers_alone.num_rows) == (["id", "born"], 0)
    (tmp_path / "t.xlsx").write_bytes(workbook([["id", "n"], ["01", 5]]))
    assert read_table(tmp_path / "t.xlsx").to_pylist() == [{"id": "01", "n": "5"}]


def test_a_table_that_cannot_be_read_says_why(tmp_path):
    """An empty file, a broken Parquet file and a missing one raise an InputError with a code."""
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 broken")
    codes = []
    for name in ("empty.csv", "broken.parquet", "missing.csv"):
        with pytest.raises(InputError) as caught:
            read_table(tmp_path / name)
        assert name in caught.value.message
        assert caught.value.todo
        codes.append(caught.value.code)
    assert codes == ["file-empty", "file-unreadable", "no-such-file"]


def test_a_damaged_workbook_is_told_as_such(tmp_path):
    """Noise under a workbook's name is a file that cannot be read, not a question of letters."""
    path = tmp_path / "list.xlsx"
    path.write_bytes(bytes(range(255, 0, -1)) * 40)
    assert read_file(path, "list.xlsx", LIMITS).trouble is AsideCode.FILE_UNREADABLE
