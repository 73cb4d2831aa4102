"""Rows of a workbook as ready text: the same bytes as XlsxWriter's own cells give."""

import datetime as dt
import io

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from voterlist.render.xlsx.ready_rows import ReadyBook, ReadySheet
from voterlist.report.section import safe

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(
        [
            "",
            "=1+1",
            " -a",
            "<b>&",
            "_x0041_",
            "a\nb",
            "\x07",
            " x ",
            "\uffff",
            "x\u2028",
            "</r>",
            "<r></r>",
        ]
    ),
)
VALUES = st.one_of(
    st.none(),
    TEXTS,
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(min_value=dt.date(1900, 1, 1)),
)
ROWS = st.lists(st.lists(VALUES, min_size=1, max_size=4), max_size=40)


def write_cell(sheet, row, column, value, shape):
    """A cell as XlsxWriter writes it."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, shape)
    elif isinstance(value, str):
        sheet.write_string(row, column, safe(value), shape)
    elif isinstance(value, dt.date):
        moment = dt.datetime.combine(value, dt.time())
        sheet.write_datetime(row, column, moment, shape)
    else:
        sheet.write_number(row, column, value, shape)


def own_cells(sheet, row, values, formats):
    for column, (value, shape) in enumerate(zip(values, formats, strict=True)):
        write_cell(sheet, row, column, value, shape)


def workbook(book_class, write, rows):
    """The bytes of a book with these rows on two sheets, between cells that are no rows."""
    content = io.BytesIO()
    book = book_class(content, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2026, 2, 3, tzinfo=dt.UTC)})
    shapes = [book.add_format({"bold": True, "font_size": size}) for size in (9, 10)]
    for _ in range(2):
        sheet = book.add_worksheet()
        sheet.write_string(0, 6, "head", book.add_format({"italic": True}))
        sheet.set_row(4, 30)
        sheet.write_comment(5, 0, "a note", {"author": "nobody"})
        for row, values in enumerate(rows, 3):
            formats = tuple(shapes[(row + n) % 2] for n in range(len(values)))
            write(sheet, row, values, formats)
        sheet.write_number(60, 2, 7)
    book.close()
    return content.getvalue()


@given(rows=ROWS)
def test_the_bytes_are_those_of_xlsxwriter(rows):
    ready = workbook(ReadyBook, ReadySheet.write_values, rows)
    assert ready == workbook(xlsxwriter.Workbook, own_cells, rows)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_no_cell_can_hold_is_refused(value):
    """The file would not open."""
    with pytest.raises(TypeError):
        workbook(ReadyBook, ReadySheet.write_values, [[value]])


def test_a_row_beyond_the_sheet_is_refused():
    """It would be dropped in silence."""
    sheet = ReadyBook(io.BytesIO()).add_worksheet()
    with pytest.raises(IndexError):
        sheet.write_values(1_048_576, ["one"], (None,))


@pytest.mark.parametrize(
    "text", ["a" * 40_000, "\N{GRINNING FACE}" * 17_000, "=" + "b" * 32_767]
)
def test_a_text_too_long_for_a_cell_is_cut_with_an_ellipsis(text):
    """Half a character at the end would make the file unreadable."""
    cut = safe(text)
    assert cut.endswith("\N{HORIZONTAL ELLIPSIS}")
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut[1:-1] in text
