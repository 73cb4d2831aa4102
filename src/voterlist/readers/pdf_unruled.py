"""Pages of a PDF file on which no table is ruled: which of their lines are rows."""

from __future__ import annotations

from collections.abc import Sequence

from voterlist.readers.pdf_cells import Content, Part, rows_of_lines
from voterlist.readers.pdf_columns import (
    Columns,
    chunks,
    columns_of,
    is_rest,
    overlap,
)
from voterlist.readers.pdf_words import TextLine

_LEAST_PIECES = 3
"""A line of so many pieces may be a row."""
_NEXT_LINE = 1.6
"""A line of the same cell is no further below, in heights of the letters."""


def find_unruled(contents: Sequence[Content]) -> None:
    """Make a table on each page of the lines that are rows of it."""
    lines = [line for content in contents for line in content.lines]
    columns = columns_of(lines)
    if columns is None:
        return
    for content in contents:
        rows = _lines_of_rows(content.lines, columns)
        if rows:
            _take(content, rows, columns)


def _take(content: Content, rows: Sequence[int], columns: Columns) -> None:
    """Make these lines of a page its table."""
    lines = [content.lines[at] for at in rows]
    by_column = [columns.cells(line) for line in lines]
    table = rows_of_lines(
        lines, by_column, range(columns.count), columns.rights.tolist()
    )
    content.tables.append(Part(lines[0][0].top, columns.edges, table))
    taken = set(rows)
    content.lines = [line for at, line in enumerate(content.lines) if at not in taken]


def _lines_of_rows(lines: Sequence[TextLine], columns: Columns) -> list[int]:
    """The lines that are rows, or belong to one; those between them that lie across are titles."""
    rows = [at for at, line in enumerate(lines) if len(chunks(line)) >= _LEAST_PIECES]
    if not rows:
        return []
    first = rows[0]
    while first > 0 and overlap(lines[first - 1], lines[first]):
        first -= 1
    last = _last_of_row(lines, rows[-1], columns)
    taken = set(rows)
    for at in range(first, last + 1):
        if not columns.crosses(lines[at]):
            taken.add(at)
    return sorted(taken)


def _last_of_row(lines: Sequence[TextLine], last: int, columns: Columns) -> int:
    """The last line of the row that begins at this line."""
    own = columns.filled(lines[last])
    at = last
    while at + 1 < len(lines):
        above, line = lines[at], lines[at + 1]
        if columns.crosses(line):
            break
        is_near = line[0].middle - above[0].middle <= _NEXT_LINE * above[0].height
        filled = columns.filled(line)
        goes_on = is_rest(filled, own) or (filled <= own and 0 not in filled)
        if not overlap(above, line) and not (goes_on and is_near):
            break
        at += 1
    return at
