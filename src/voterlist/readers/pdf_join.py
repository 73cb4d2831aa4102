"""All pages of a PDF file as lines: a table that goes on over pages is one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from voterlist.config import IngestSettings
from voterlist.readers.documents import Cell, Line, Row, table_lines, text_line
from voterlist.readers.pdf_cells import Content, Part
from voterlist.readers.pdf_words import line_text

_SAME_COLUMN = 4.0
"""The edges of one table on two pages differ by no more points."""
_MOST_HEADER_ROWS = 4
"""Rows of a header that may be repeated on each page."""


def joined_lines(contents: Iterable[Content], settings: IngestSettings) -> list[Line]:
    """The lines of all pages in order.

    Text between two parts of a table, such as the number of a page, stands between their rows.
    """
    lines: list[Line] = []
    table: Part | None = None
    waiting: list[Line] = []
    for content in contents:
        for item in _in_order(content):
            if isinstance(item, Line):
                waiting.append(item)
                continue
            if table is not None and _is_same(table, item):
                table.rows[-1].inner += waiting
                _add(table, item)
            else:
                lines += _ended(table, settings)
                lines += waiting
                table = item
            waiting = []
    return [*lines, *_ended(table, settings), *waiting]


def _ended(table: Part | None, settings: IngestSettings) -> list[Line]:
    """The lines of a table that does not go on."""
    return [] if table is None else table_lines(table.rows, settings)


def _in_order(content: Content) -> list[Line | Part]:
    """The tables and the lines of a page from top to bottom."""
    items: list[Line | Part] = []
    tops: list[float] = []
    for line in content.lines:
        items.append(text_line(line_text(line)))
        tops.append(line[0].middle)
    for table in content.tables:
        items.append(table)
        tops.append(table.top)
    order = np.argsort(np.array(tops), kind="stable")
    return [items[at] for at in order.tolist()]


def _is_same(table: Part, part: Part) -> bool:
    """True for the part of a table that stands on a further page."""
    if len(table.edges) != len(part.edges):
        return False
    moved = part.edges - table.edges
    return bool(np.abs(moved - moved[0]).max() <= _SAME_COLUMN)


def _add(table: Part, part: Part) -> None:
    """Add the rows of a further page; the rest of a row goes to the row that it is the rest of."""
    rows = _apart_from_header(table.rows[0], part.rows)
    headers = 0
    for known, row in zip(table.rows[:_MOST_HEADER_ROWS], rows, strict=False):
        if _texts(known) != _texts(row):
            break
        headers += 1
    body = rows[headers:]
    cut = _last_of_body(table.rows)
    if body and cut is not None and _is_rest(cut, body[0]):
        for cell, rest in zip(cut.cells, body[0].cells, strict=True):
            cell.text = "\n".join(filter(None, (cell.text, rest.text)))
        body = body[1:]
    table.rows += rows[:headers]
    table.rows += body


def _apart_from_header(header: Row, rows: list[Row]) -> list[Row]:
    """The rows of a page whose first one is the repeated header and, with no line between, more.

    That one is cut into the header and the rest; other rows stay as they are.
    """
    known, texts = _texts(header), _texts(rows[0])
    if len(known) != len(texts) or known == texts:
        return rows
    first, rest = Row(), Row()
    for above, cell in zip(known, rows[0].cells, strict=True):
        is_alone = cell.text == above
        if not is_alone and not cell.text.startswith(f"{above}\n"):
            return rows
        first.cells.append(Cell(cell.start, above))
        below = "" if is_alone else cell.text[len(above) + 1 :]
        rest.cells.append(Cell(cell.start, below))
    return [first, rest, *rows[1:]]


def _last_of_body(rows: Sequence[Row]) -> Row | None:
    """The last row that does not repeat the header."""
    header = [_texts(row) for row in rows[:_MOST_HEADER_ROWS]]
    for number in range(len(rows) - 1, 0, -1):
        if number < _MOST_HEADER_ROWS or _texts(rows[number]) not in header:
            return rows[number]
    return None


def _texts(row: Row) -> list[str]:
    """The texts of the cells of a row."""
    return [cell.text for cell in row.cells]


def _is_rest(row: Row, rest: Row) -> bool:
    """True where a page cut a row in two.

    The rest has nothing in the first column, where every row begins, and fills some of the cells
    that the row above fills.
    """
    if len(row.cells) != len(rest.cells):
        return False
    above = _filled(row)
    below = _filled(rest)
    return bool(below) and 0 in above and 0 not in below and below < above


def _filled(row: Row) -> set[int]:
    """The cells of a row that hold text."""
    return {at for at, cell in enumerate(row.cells) if cell.text}
