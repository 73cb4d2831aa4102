"""Workbooks of which every text is a text: nothing that a list holds can run as a formula.

The bytes depend on the content alone: the date of making is given, and no clock is read. The report
as a workbook stands here too: what a person filters, sorts, prints and hands on.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import pyarrow as pa

from voterlist.lists.documents import ListDocument
from voterlist.model import Purpose
from voterlist.render.lists import (
    ListWords,
    SheetName,
    Shown,
    columns_of,
    signers,
)
from voterlist.render.xlsx.ready_rows import ReadyBook
from voterlist.report.section import (
    Block,
    Column,
    Report,
    Row,
    SheetTable,
    safe,
    told_of,
)
from voterlist.report.sections.order import PAGE, WORKBOOK, ReportWords, Sections
from voterlist.report.values import Words, title_of
from voterlist.tables import ReadRow

_GROUNDS = {
    "": None,
    "band": "#F3F5F6",
    "differs": "#FBE3C4",
    "spelling": "#E3EDF4",
    "fill": "#FFFBE8",
}
"""The ground of a cell by its mark; ``band`` sets every other case apart."""
_COLOURS = {
    "error": "#9C2F24",
    "warning": "#8A5A00",
    "note": "#4A5A66",
    "good": "#2C6A45",
}
_NUMBER_FORMATS = {
    "count": "#,##0",
    "decimal": "#,##0.0",
    "share": "0.0%",
    # What speaks for one person and what against, with its sign.
    "bits": "+0.0;[Red]\N{MINUS SIGN}0.0;0.0",
    # A probability is never shown as certainty, of yes or of no.
    "probability": '[>0.999]">\N{NO-BREAK SPACE}99.9%";[<0.001]"<\N{NO-BREAK SPACE}0.1%";0.0%',
}

_CENTRED = frozenset({"label", "probability"})
"""Kinds of numbers that stand between texts; set to the right they would touch the text that
follows."""
_HEADING_ALIGN = dict.fromkeys(_NUMBER_FORMATS, "right") | dict.fromkeys(
    _CENTRED, "center"
)


_HEADING: Mapping[str, Any] = {
    "bold": True,
    "text_wrap": True,
    "bg_color": "#17364A",
    "font_color": "#FFFFFF",
    "valign": "vcenter",
    "border_color": "#FFFFFF",
}


class Book:
    """A workbook in memory."""

    def __init__(self, title: str, today: dt.date, words: Words) -> None:
        self._bytes = io.BytesIO()
        self._book = ReadyBook(self._bytes, {"in_memory": True})
        created = dt.datetime.combine(today, dt.time(), dt.UTC)
        self._book.set_properties({"title": title, "created": created})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.words = words
        self.day_format = "dd.mm.yyyy" if words.language == "az" else "yyyy-mm-dd"

    def sheet(self, name: str) -> Sheet:
        """A new sheet of this name, cut to what a sheet's name may be."""
        return Sheet(self, self._book.add_worksheet(name[:31]))

    def format(self, **properties: Any) -> Any:
        """The format with these properties; one for each set of them."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
            self._formats[key] = self._book.add_format(base | properties)
        return self._formats[key]

    def cell_format(self, kind: str, mark: str, *, band: bool, first: bool) -> Any:
        """The format of a table's cell."""
        properties: dict[str, Any] = {"text_wrap": kind == "text"}
        ground = _GROUNDS.get(mark) or (_GROUNDS["band"] if band else None)
        if ground:
            properties["bg_color"] = ground
        if mark in _COLOURS:
            properties |= {"font_color": _COLOURS[mark], "bold": mark == "error"}
        if first:
            properties |= {"top": 1, "top_color": "#9AA7B0"}
        if kind in _CENTRED:
            properties["align"] = "center"
        if kind == "day":
            properties["num_format"] = self.day_format
        elif kind in _NUMBER_FORMATS:
            properties["num_format"] = _NUMBER_FORMATS[kind]
        return self.format(**properties)

    def content(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._bytes.getvalue()


class Sheet:
    """One sheet, filled from the top down."""

    def __init__(self, book: Book, sheet: Any) -> None:
        self.book = book
        self.raw = sheet
        self.row = 0
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&8&A&R&8&P / &N")

    def text(self, column: int, value: str, **properties: Any) -> None:
        """A text in the row at hand."""
        self.raw.write_string(
            self.row, column, safe(value), self.book.format(**properties)
        )

    def head(self, title: str, *notes: str) -> None:
        """The title of the sheet and what a reader should know first; then a row left free."""
        self.text(0, title, bold=True, font_size=14, font_color="#17364A")
        for note in notes:
            self.row += 1
            self.text(0, note, font_color="#4A5A66")
        self.row += 2

    def headings(self, columns: Sequence[Column]) -> None:
        """The row of headings."""
        for place, column in enumerate(columns):
            look = dict(_HEADING)
            if column.kind in _HEADING_ALIGN:
                look["align"] = _HEADING_ALIGN[column.kind]
            shape = self.book.format(**look)
            self.raw.write_string(self.row, place, safe(column.heading), shape)
        self.row += 1

    def rows(self, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """The rows of a table, each value as its column's kind."""
        formats: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        for row in rows:
            looks = marks, (band, first) = row.marks, row.look
            if looks not in formats:
                formats[looks] = tuple(
                    self.book.cell_format(column.kind, mark, band=band, first=first)
                    for column, mark in zip(columns, marks, strict=True)
                )
            self.raw.write_values(self.row, row.values, formats[looks])
            self.row += 1

    def table(
        self, columns: Sequence[Column], rows: Sequence[Row], *, frozen: int = 0
    ) -> int:
        """A table that fills the sheet; returns the row of its headings.

        The headings stay in sight, repeat in print and filter.
        """
        top = self.row
        for place, column in enumerate(columns):
            self.raw.set_column(
                place, place, column.width, None, {"hidden": column.hidden}
            )
        self.headings(columns)
        self.rows(columns, rows)
        printed = [*itertools.takewhile(attrgetter("printed"), columns)]
        self.raw.print_area(0, 0, self.row, len(printed) - 1)
        self.raw.freeze_panes(top + 1, frozen)
        self.raw.repeat_rows(top)
        self.raw.autofilter(top, 0, max(self.row - 1, top), len(columns) - 1)
        return top


_MOST_ROWS = 1_048_000
"""Rows that a sheet can hold, less its head."""
_SUMMARY_WIDTHS = (62, 16, 16, 16, 16)


def render_report(
    report: Report,
    language: str,
    *,
    first: Sections = PAGE,
    others: Sections = WORKBOOK,
    area: str = "report.",
) -> bytes:
    """The workbook: a summary of the first sections, then the sheets of the others."""
    words = ReportWords(language)
    title = title_of(report.facts, words, area)
    book = Book(title, report.facts.today, words)
    _summary(book.sheet(words("report.sheet.summary")), report, title, first)
    for section in others:
        for table in section.sheets(report.of(section), report.facts, words):
            sheet = book.sheet(table.name)
            sheet.head(*table.head)
            add_table(sheet, table)
    return book.content()


def add_table(sheet: Sheet, table: SheetTable) -> int:
    """Write the table below the head of the sheet; returns the row of its headings.

    A sentence stands where the table has no rows, and where a sheet cannot hold all of them.
    """
    words, left = sheet.book.words, len(table.rows) - _MOST_ROWS
    if left > 0:
        sheet.row -= 1
        sheet.text(0, words("report.cut", shown=_MOST_ROWS, left=left), bold=True)
        sheet.row += 1
    shown = table.rows[:_MOST_ROWS]
    rows = [
        Row(*told, table.look(row))
        for row, told in zip(shown, told_of(table.columns, shown), strict=True)
    ]
    top = sheet.table(table.columns, rows, frozen=table.frozen)
    if not table.rows and table.none:
        sheet.text(0, table.none, italic=True)
    return top


def _summary(sheet: Sheet, report: Report, title: str, sections: Sections) -> None:
    """The first sheet: the small tables of every one of these sections that has one."""
    words, facts = sheet.book.words, report.facts
    for place, width in enumerate(_SUMMARY_WIDTHS):
        sheet.raw.set_column(place, place, width)
    sheet.head(
        title,
        words("report.subtitle", today=words.long_day(facts.today)),
    )
    for section in sections:
        for block in section.summary(report.of(section), words):
            if block.rows:
                _block(sheet, block)


def _block(sheet: Sheet, block: Block) -> None:
    """A small table of the summary under its title."""
    sheet.text(0, block.title, bold=True, font_size=12, font_color="#17364A")
    sheet.row += 1
    if any(column.heading for column in block.columns):
        sheet.headings(block.columns)
    rows = told_of(block.columns, block.rows)
    sheet.rows(block.columns, itertools.starmap(Row, rows))
    sheet.row += 1


def render_list(document: ListDocument, language: str) -> bytes:
    """The workbook of a list: one sheet on display, three for the precinct's own use."""
    words = ListWords(language)
    title = f"{words.title(document)}. {words.place_of(document)}"
    book = Book(title, document.edition.day, words)
    purpose = document.edition.purpose
    is_changes, is_work = purpose == Purpose.CHANGES, purpose == Purpose.WORK
    sheet = book.sheet(words(f"lists.sheet.{'changes' if is_changes else 'list'}"))
    notes = [words.place_of(document), words.made(document)]
    if is_changes:
        sheet.head(words.title(document), *notes, words.since(document))
        none = "lists.corrections.none"
        columns = _table(sheet, "changes", document.changes, none)
    else:
        sheet.head(words.title(document), *notes)
        columns = _table(sheet, "work" if is_work else "display", document.rows)
    _balance(sheet, document)
    _signatures(sheet, document.edition.members)
    # The table has left what stands below it off paper.
    sheet.raw.print_area(0, 0, sheet.row, columns - 1)
    if is_work:
        _sheet(book, "corrections", document.corrections)
        _sheet(book, "door", document.door)
    return book.content()


def _sheet(book: Book, name: SheetName, rows: pa.Table) -> None:
    """A sheet with a table."""
    words = book.words
    sheet = book.sheet(words(f"lists.sheet.{name}"))
    sheet.head(words(f"lists.{name}.title"), words(f"lists.{name}.note"))
    _table(sheet, name, rows, f"lists.{name}.none")


def _table(
    sheet: Sheet, name: SheetName, table: pa.Table, none: str = "lists.none"
) -> int:
    """The rows below their headings, a sentence where there are none; returns how many columns."""
    words = ListWords(sheet.book.words.language)
    rows = table.to_pylist()
    columns = columns_of(name, words, rows, on_paper=False)
    shown = [
        Column(
            words(column.key),
            column.width,
            column.kind,
            column.value,
            partial(_mark, column),
        )
        for column in columns
    ]
    add_table(sheet, SheetTable("", (), shown, rows, words(none), frozen=2))
    return len(columns)


def _mark(shown: Shown, row: ReadRow) -> str:
    """The mark of a cell: corrected, or to be filled in."""
    if shown.is_corrected(row):
        return "differs"
    return "fill" if shown.is_to_fill_in else ""


def _balance(sheet: Sheet, document: ListDocument) -> None:
    """The balance below the list."""
    words = sheet.book.words
    sheet.row += 1
    sheet.text(1, words("lists.balance.title"), bold=True)
    for name, count in document.balance.items():
        sheet.row += 1
        sheet.text(1, words(f"lists.balance.{name}"))
        shape = sheet.book.format(num_format="#,##0", bold=name == "listed")
        sheet.raw.write_number(sheet.row, _COUNT_COLUMN, count, shape)
    sheet.row += 2


_COUNT_COLUMN = 3


def _signatures(sheet: Sheet, members: int) -> None:
    """A line for each who signs, and the places of seal and date."""
    words = sheet.book.words
    sheet.text(1, words("lists.sign.title"), bold=True)
    line = sheet.book.format(bottom=1)
    roles = signers(members)
    for sign in (*roles, "seal", "date"):
        sheet.row += 2
        sheet.text(1, words(f"lists.sign.{sign}"))
        for column in range(2, 5 if sign in roles else 3):
            sheet.raw.write_blank(sheet.row, column, None, line)
