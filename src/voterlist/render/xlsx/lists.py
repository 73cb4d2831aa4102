"""The list of a precinct as a workbook: the list, its corrections, what to ask at the door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist.lists import ListDocument
from voterlist.model import Purpose
from voterlist.render.list_words import ListWords
from voterlist.render.xlsx.report import add_table
from voterlist.render.xlsx.sheets import Book, Sheet
from voterlist.report.sheets import Column, Row, SheetTable, SheetValue

_Cells: TypeAlias = Mapping[str, Any]
"""A row of LISTED, CORRECTION or DOOR."""

_NAME = ("surname", "given_name", "patronymic")
_CORRECTED = "differs"
"""The mark of a cell that was corrected."""
_TO_FILL_IN = "fill"
_UNDERLINED = {"bottom": 1}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A column of a sheet, and what of a row stands in it."""

    key: str
    """Of its heading in the catalogue."""
    width: int
    value: Callable[[_Cells], SheetValue]
    kind: str = "line"
    fields: tuple[str, ...] = ()
    """The fields of ENTRY whose correction marks its cells."""
    mark: str = ""
    """The mark of all its cells."""


def write_list(document: ListDocument, path: Path, language: str) -> None:
    """Write the workbook of a list in this language to ``path``.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(render_list(document, language))


def render_list(document: ListDocument, language: str) -> bytes:
    """The workbook of a list: one sheet on display, three for the precinct's own use."""
    words = ListWords(language)
    title = f"{words.title(document)}. {words.place_of(document)}"
    book = Book(title, document.day, words)
    sheet = book.sheet(words("lists.sheet.list"))
    sheet.head(words.title(document), words.place_of(document), words.made(document))
    is_display = document.purpose is Purpose.DISPLAY
    columns = _display(words) if is_display else _work(words)
    has_written_names = document.rows.column("name_as_written").null_count < len(
        document.rows
    )
    if has_written_names:
        columns = (*columns, _column("lists.column.written", 34, "name_as_written"))
    _table(sheet, columns, document.rows, "lists.none")
    _balance(sheet, document)
    _signatures(sheet, document.members)
    # The table has left what stands below it off paper.
    sheet.raw.print_area(0, 0, sheet.row, len(columns) - 1)
    if not is_display:
        _sheet(book, "corrections", _corrections(words), document.corrections)
        _sheet(book, "door", _door(words), document.door)
    return book.content()


def _sheet(book: Book, name: str, columns: Sequence[_Shown], rows: pa.Table) -> None:
    """A sheet with a table."""
    words = book.words
    sheet = book.sheet(words(f"lists.sheet.{name}"))
    sheet.head(words(f"lists.{name}.title"), words(f"lists.{name}.note"))
    _table(sheet, columns, rows, f"lists.{name}.none")


def _table(sheet: Sheet, columns: Sequence[_Shown], rows: pa.Table, none: str) -> None:
    """The rows below their headings; a sentence where there are none."""
    words = sheet.book.words
    headings = [Column(words(shown.key), shown.width, shown.kind) for shown in columns]
    cells = [_row(columns, row) for row in rows.to_pylist()]
    add_table(sheet, SheetTable("", (), headings, cells, words(none), frozen=2))


def _row(columns: Sequence[_Shown], row: _Cells) -> Row:
    """The cells of a row, the corrected ones marked."""
    values = [shown.value(row) for shown in columns]
    corrected = set((row.get("corrected") or "").split("+"))
    marks = [
        _CORRECTED if corrected.intersection(shown.fields) else shown.mark
        for shown in columns
    ]
    return Row(values, marks)


def _column(key: str, width: int, name: str, kind: str = "line") -> _Shown:
    """A column that shows a column of the table as it is."""
    return _Shown(key, width, itemgetter(name), kind, (name,))


def _names() -> tuple[_Shown, ...]:
    """The columns of the three names."""
    return tuple(
        _Shown(
            f"field.{name}",
            17,
            itemgetter(name),
            fields=(name, "full_name"),
        )
        for name in _NAME
    )


def _display(words: ListWords) -> tuple[_Shown, ...]:
    """What a list on display shows."""
    return (
        _column("lists.column.number", 6, "number", "label"),
        *_names(),
        _Shown("lists.column.born", 12, words.born),
        _column("field.address", 48, "address", "text"),
    )


def _work(words: ListWords) -> tuple[_Shown, ...]:
    """What a list for the precinct's own use shows."""
    return (
        _column("lists.column.number", 6, "number", "label"),
        *_names(),
        _Shown("lists.column.date", 12, words.born, fields=("birth_date",)),
        _Shown(
            "field.sex",
            8,
            lambda row: words(f"sex.{row['sex']}") if row["sex"] else None,
            fields=("sex",),
        ),
        _column("field.address", 44, "address", "text"),
        _column("field.document", 14, "document"),
        _column("field.fin", 10, "fin"),
        _Shown(
            "lists.column.corrected", 18, lambda row: words.fields(row["corrected"])
        ),
        _Shown("lists.column.came", 24, words.came, "text"),
    )


def _corrections(words: ListWords) -> tuple[_Shown, ...]:
    """The sheet of corrections."""
    return (
        _column("lists.column.number", 6, "number", "label"),
        _column("lists.column.name", 32, "name", "text"),
        _column("lists.column.born", 9, "birth_year", "label"),
        _column("field.address", 38, "address", "text"),
        _Shown("lists.column.change", 44, words.change, "text"),
        _Shown("lists.column.why", 36, words.why, "text"),
        _column("lists.column.reason", 28, "reason", "text"),
        _column("lists.column.by", 20, "decided_by", "text"),
        _Shown("lists.column.at", 12, lambda row: words.day_of(row["decided_at"])),
    )


def _door(words: ListWords) -> tuple[_Shown, ...]:
    """The checklist for the door."""
    return (
        _column("lists.column.street", 34, "street", "text"),
        _column("lists.column.house", 8, "house"),
        _column("lists.column.flat", 8, "flat"),
        _column("lists.column.number", 6, "number", "label"),
        _column("lists.column.name", 30, "name", "text"),
        _column("lists.column.born", 9, "birth_year", "label"),
        _Shown("lists.column.question", 60, words.question, "text"),
        _Shown("lists.column.due", 12, lambda row: words.day_of(row["due"])),
        _Shown("lists.column.answer", 40, lambda _: None, "text", mark=_TO_FILL_IN),
    )


def _balance(sheet: Sheet, document: ListDocument) -> None:
    """The balance below the list."""
    words = sheet.book.words
    sheet.row += 1
    sheet.text(1, words("lists.balance.title"), bold=True)
    for name, count in asdict(document.balance).items():
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
    for role in ("chair", "secretary", *["member"] * members):
        sheet.row += 2
        sheet.text(1, words(f"lists.sign.{role}"))
        _lines(sheet, range(2, 5))
    for place in ("seal", "date"):
        sheet.row += 2
        sheet.text(1, words(f"lists.sign.{place}"))
        _lines(sheet, range(2, 3))


def _lines(sheet: Sheet, columns: Iterable[int]) -> None:
    """Lines to write on."""
    shape = sheet.book.format(**_UNDERLINED)
    for column in columns:
        sheet.raw.write_blank(sheet.row, column, None, shape)
