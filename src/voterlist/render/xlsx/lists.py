"""The list of a precinct as a workbook: the list, its corrections, what to ask at the door."""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from voterlist.lists.documents import ListDocument
from voterlist.model import Purpose
from voterlist.render.lists import (
    Cells,
    ListWords,
    SheetName,
    Shown,
    columns_of,
    signers,
)
from voterlist.render.xlsx.sheets import Book, Sheet, add_table
from voterlist.report.section import Column, SheetTable


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
        Column(words(one.key), one.width, one.kind, one.value, partial(_mark, one))
        for one in columns
    ]
    add_table(sheet, SheetTable("", (), shown, rows, words(none), frozen=2))
    return len(columns)


def _mark(shown: Shown, row: Cells) -> str:
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
