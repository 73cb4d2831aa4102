"""The report as a workbook: what a person filters, sorts, prints and hands on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voterlist.render.xlsx.sheets import Book, Sheet
from voterlist.report.section import (
    Block,
    Column,
    Report,
    Row,
    Section,
    SheetTable,
    row_of,
)
from voterlist.report.sections.order import PAGE, WORKBOOK
from voterlist.report.words import Words, title_of

_MOST_ROWS = 1_048_000
"""Rows that a sheet can hold, less its head."""
_SUMMARY_WIDTHS = (62, 16, 16, 16, 16)


def render_report(report: Report, language: str) -> bytes:
    """The workbook: a summary of all sections, then the sheets of each section."""
    words = Words(language)
    book = Book(title_of(report.facts, words), report.facts.today, words)
    _summary(book.sheet(words("report.sheet.summary")), report)
    for section in WORKBOOK:
        _sheets(book, section, report)
    return book.content()


def _sheets(book: Book, section: Section[Any, Any], report: Report) -> None:
    """The sheets of a section."""
    words = section.words(book.words.language)
    for table in section.sheets(report.of(section), report.facts, words):
        sheet = book.sheet(table.name)
        sheet.head(*table.head)
        add_table(sheet, table)


def add_table(sheet: Sheet, table: SheetTable) -> int:
    """Write the table below the head of the sheet; returns the row of its headings.

    A sentence stands where the table has no rows, and where a sheet cannot hold all of them.
    """
    words, left = sheet.book.words, len(table.rows) - _MOST_ROWS
    if left > 0:
        sheet.row -= 1
        sheet.text(0, words("report.cut", shown=_MOST_ROWS, left=left), bold=True)
        sheet.row += 1
    rows = [
        row_of(table.columns, row, table.look(row)) for row in table.rows[:_MOST_ROWS]
    ]
    top = sheet.table(table.columns, rows, frozen=table.frozen)
    if not table.rows and table.none:
        sheet.text(0, table.none, italic=True)
    return top


def _summary(sheet: Sheet, report: Report) -> None:
    """The first sheet: the small tables of every section that has one."""
    words, facts = sheet.book.words, report.facts
    for place, width in enumerate(_SUMMARY_WIDTHS):
        sheet.raw.set_column(place, place, width)
    sheet.head(
        title_of(facts, words),
        words("report.subtitle", today=words.long_day(facts.today)),
    )
    for section in PAGE:
        section_words = section.words(words.language)
        for block in section.summary(report.of(section), section_words):
            if block.rows:
                _block(sheet, block)


def _block(sheet: Sheet, block: Block) -> None:
    """A small table of the summary under its title."""
    sheet.text(0, block.title, bold=True, font_size=12, font_color="#17364A")
    sheet.row += 1
    columns = _block_columns(block.headings or [""] * len(block.rows[0]))
    if block.headings:
        sheet.headings(columns)
    sheet.rows(columns, [Row(row) for row in block.rows])
    sheet.row += 1


def _block_columns(headings: Sequence[str]) -> list[Column]:
    # The summary has set the widths of its columns once, for all blocks.
    return [Column(heading, 0, "count") for heading in headings]
