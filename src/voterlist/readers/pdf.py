"""PDF files that hold text: the tables of their pages as rows, and the text around them.

A table with lines is read cell by cell, one without by the gaps between its columns. A table that
goes on over pages is one table; a row that a page cuts in two is one row. A page that is a picture
has its own trouble; the others are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from voterlist.config import IngestSettings
from voterlist.model import AsideCode
from voterlist.readers.documents import (
    Cell,
    Line,
    Row,
    document,
    table_lines,
    text_line,
)
from voterlist.readers.found import Found
from voterlist.readers.pdf_broken import put_together
from voterlist.readers.pdf_columns import (
    OVERLAPPING,
    Columns,
    chunks,
    columns_of,
    row_groups,
)
from voterlist.readers.pdf_grids import Grid, grids_of
from voterlist.readers.pdf_pages import Page, PdfError, read_pages
from voterlist.readers.pdf_words import (
    TextLine,
    Word,
    cell_text,
    line_text,
    lines_of,
    whole_groups,
    words_of,
)
from voterlist.schemas import RawSheet

__all__ = ["read_pdf"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_OUTSIDE = -1
"""The group of a sign that stands in no table."""
_SAME_COLUMN = 4.0
"""The edges of one table on two pages differ by no more points."""
_MOST_HEADER_ROWS = 4
"""Rows of a header that may be repeated on each page."""
_LEAST_UNRULED = 3
"""Where a place between two lines holds so many numbered rows, lines between them are missing."""
_LEAST_FULL = 4
"""The same, for rows without numbers of which most cells are filled."""
_NEARLY_FULL = 0.6
_TABLE_PIECES = 3
"""A line of so many pieces may be a row."""
_NEXT_LINE = 1.6
"""A line of the same cell is no further below, in heights of the letters."""


@dataclass(slots=True)
class _Table:
    """The part of a table that stands on one page."""

    top: float
    edges: Floats
    """The edges of its columns."""
    rows: list[Row]


@dataclass(slots=True)
class _Content:
    """What stands on one page."""

    tables: list[_Table] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)
    """Those outside the tables."""


def read_pdf(content: bytes, settings: IngestSettings) -> Found:
    """The rows of a PDF file as one sheet, or the code of why there are none.

    Pages that cannot be read are further sheets with their trouble, named by their numbers.
    """
    contents: list[_Content] = []
    troubles: dict[AsideCode, list[int]] = {}
    try:
        for number, page in enumerate(read_pages(content), start=1):
            if page.trouble is not None:
                troubles.setdefault(page.trouble, []).append(number)
            elif not page.is_blank:
                contents.append(_content(page))
    except PdfError as error:
        return Found("pdf", trouble=error.code)
    if not any(content.tables for content in contents):
        _find_columns(contents)
    lines = _lines(contents, settings)
    put_together(lines)
    found = document(lines, "pdf", settings)
    if not troubles:
        return found
    if found.trouble is not None:
        main = max(troubles, key=lambda code: len(troubles[code]))
        is_limit = found.trouble not in {
            AsideCode.FILE_EMPTY,
            AsideCode.FILE_NOT_A_TABLE,
        }
        return found if is_limit else Found("pdf", trouble=main)
    unread = [_unread(pages, code) for code, pages in sorted(troubles.items())]
    return Found("pdf", (*found.sheets, *unread))


def _unread(pages: list[int], code: AsideCode) -> RawSheet:
    """The pages that have this trouble."""
    nothing = pa.array([], pa.int32())
    return RawSheet(f"p. {_ranges(pages)}", nothing, pa.table({}), trouble=code)


def _ranges(numbers: list[int]) -> str:
    """Numbers as 3, 5-6."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in ranges)


# One page


def _content(page: Page) -> _Content:
    """The ruled tables of a page, and the lines outside them."""
    grids = [grid for grid in grids_of(page.lines) if grid.columns > 1]
    # Of tables in a frame around them each sign belongs to the smallest.
    order = sorted(range(len(grids)), key=lambda at: _area(grids[at]))
    groups = np.full(len(page.codes), _OUTSIDE, dtype=np.int64)
    firsts: dict[int, int] = {}
    free = 0
    for at in order:
        firsts[at] = free
        places = _places(page, grids[at])
        is_own = (groups == _OUTSIDE) & (places >= 0)
        groups[is_own] = _owners(grids[at]).ravel()[places[is_own]] + free
        free += grids[at].rows * grids[at].columns
    words = words_of(page, whole_groups(page, groups))
    words_in: dict[int, list[Word]] = {}
    for word in words:
        words_in.setdefault(word.group, []).append(word)
    content = _Content(lines=lines_of(words_in.pop(_OUTSIDE, [])))
    for at, grid in enumerate(grids):
        rows = _grid_rows(grid, firsts[at], words_in)
        if any(cell.text for row in rows for cell in row.cells):
            content.tables.append(_Table(float(grid.ys[0]), grid.xs, rows))
    return content


def _area(grid: Grid) -> float:
    return float((grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0]))


def _places(page: Page, grid: Grid) -> Ints:
    """The place of the grid, counted row by row, of each sign of a page; -1 outside it."""
    x = (page.boxes[:, 0] + page.boxes[:, 2]) / 2
    y = (page.boxes[:, 1] + page.boxes[:, 3]) / 2
    column = np.searchsorted(grid.xs, x) - 1
    row = np.searchsorted(grid.ys, y) - 1
    is_inside = (column >= 0) & (column < grid.columns)
    is_inside &= (row >= 0) & (row < grid.rows)
    places: Ints = np.where(is_inside, row * grid.columns + column, _OUTSIDE)
    return places


def _first_columns(grid: Grid) -> Ints:
    """For each place of the grid the column in which its cell begins."""
    columns = np.where(grid.left_edges, np.arange(grid.columns), 0)
    firsts: Ints = np.maximum.accumulate(columns, axis=1)
    return firsts


def _owners(grid: Grid) -> Ints:
    """For each place of the grid the first place, counted row by row, of its cell."""
    firsts = _first_columns(grid)
    owners = np.arange(grid.rows)[:, None] * grid.columns + firsts
    for row in range(1, grid.rows):
        goes_on = ~grid.top_edges[row, firsts[row]]
        goes_on &= firsts[row - 1, firsts[row]] == firsts[row]
        owners[row] = np.where(goes_on, owners[row - 1, firsts[row]], owners[row])
    return owners


def _grid_rows(grid: Grid, first: int, words_in: dict[int, list[Word]]) -> list[Row]:
    """The rows of a ruled table."""
    firsts, owners = _first_columns(grid), _owners(grid)
    rows = []
    for number in range(grid.rows):
        starts = np.unique(firsts[number]).tolist()
        ends = [*starts[1:], grid.columns]
        own = number * grid.columns
        cells, words = [], []
        for start, end in zip(starts, ends, strict=True):
            is_first = owners[number, start] == own + start
            inside = words_in.get(first + own + start, []) if is_first else []
            right = float(grid.xs[end]) - _padding(inside, float(grid.xs[start]))
            text = cell_text(inside, right) if inside else ""
            cells.append(Cell(start, text, continues=not is_first))
            words.append(inside)
        rows += _unruled_rows(cells, words) or [Row(cells)]
    return rows


def _padding(words: Iterable[Word], left: float) -> float:
    """The blank between the edge of a cell and its text."""
    return max(0.0, min((word.left for word in words), default=left) - left)


def _unruled_rows(cells: list[Cell], words: list[list[Word]]) -> list[Row]:
    """The rows in a row of cells that no lines part; none where it is one row."""
    if any(cell.continues for cell in cells):
        return []
    lines = lines_of([word for own in words for word in own])
    column_of = {id(word): at for at, own in enumerate(words) for word in own}
    by_column = []
    for line in lines:
        own_cells: list[list[Word]] = [[] for _ in cells]
        for word in line:
            own_cells[column_of[id(word)]].append(word)
        by_column.append(own_cells)
    numbers = sum(_is_number(own[0]) for own in by_column)
    full = sum(sum(map(bool, own)) >= _NEARLY_FULL * len(cells) for own in by_column)
    if numbers < _LEAST_UNRULED and (numbers or full < _LEAST_FULL):
        return []
    starts = [cell.start for cell in cells]
    return _rows_of_lines(lines, by_column, starts, [0.0] * len(cells))


def _is_number(words: list[Word]) -> bool:
    return "".join(word.text for word in words).rstrip(".)").isdigit()


def _rows_of_lines(
    lines: Sequence[TextLine],
    by_column: Sequence[Sequence[list[Word]]],
    starts: Sequence[int],
    rights: Sequence[float],
) -> list[Row]:
    """Lines of text as the rows of a table."""
    middles = [line[0].middle for line in lines]
    rows = []
    for group in row_groups(middles, by_column):
        cells = []
        for column, start in enumerate(starts):
            words = [word for at in group for word in by_column[at][column]]
            cells.append(Cell(start, cell_text(words, rights[column])))
        rows.append(Row(cells))
    return rows


# Pages without lines


def _find_columns(contents: list[_Content]) -> None:
    """Make tables of the lines of pages on which no table is ruled."""
    columns = columns_of([line for content in contents for line in content.lines])
    if columns is None:
        return
    for content in contents:
        _take_rows(content, columns)


def _take_rows(content: _Content, columns: Columns) -> None:
    """Move the lines that are rows of these columns from the lines of a page to its tables."""
    is_row = [len(chunks(line)) >= _TABLE_PIECES for line in content.lines]
    if not any(is_row):
        return
    first = is_row.index(True)
    last = len(is_row) - 1 - is_row[::-1].index(True)
    while first > 0 and _overlap(content.lines[first - 1], content.lines[first]):
        first -= 1
    last = _with_rest(content.lines, last, columns)
    taken = [
        at
        for at in range(first, last + 1)
        if is_row[at] or not columns.crosses(content.lines[at])
    ]
    lines = [content.lines[at] for at in taken]
    by_column = [columns.cells(line) for line in lines]
    rows = _rows_of_lines(
        lines, by_column, list(range(columns.count)), columns.rights.tolist()
    )
    top = lines[0][0].top
    content.tables.append(_Table(top, columns.edges, rows))
    content.lines = [
        line for at, line in enumerate(content.lines) if at not in set(taken)
    ]


def _overlap(above: TextLine, line: TextLine) -> bool:
    """True for lines so close that they are of one row."""
    return line[0].middle - above[0].middle <= OVERLAPPING * line[0].height


def _with_rest(lines: Sequence[TextLine], last: int, columns: Columns) -> int:
    """The last line that goes on with the row which begins at this line."""
    own = {at for at, words in enumerate(columns.cells(lines[last])) if words}
    at = last
    while at + 1 < len(lines):
        above, line = lines[at], lines[at + 1]
        inside = {place for place, words in enumerate(columns.cells(line)) if words}
        gap = line[0].middle - above[0].middle
        goes_on = inside <= own and (0 not in inside or inside == {0})
        is_near = gap <= _NEXT_LINE * above[0].height
        is_rest = (goes_on and is_near) or _overlap(above, line)
        if not is_rest or columns.crosses(line):
            break
        at += 1
    return at


# All pages


def _lines(contents: list[_Content], settings: IngestSettings) -> list[Line]:
    """The lines of all pages in order, a table that goes on over pages as one table."""
    lines: list[Line] = []
    table: _Table | None = None
    waiting: list[Line] = []
    for content in contents:
        for item in _in_order(content):
            if isinstance(item, Line):
                waiting.append(item)
                continue
            if table is not None and _is_same(table, item):
                table.rows[-1].inner += waiting
                _join(table, item)
            else:
                lines += _ended(table, settings) + waiting
                table = _Table(item.top, item.edges, list(item.rows))
            waiting = []
    return lines + _ended(table, settings) + waiting


def _ended(table: _Table | None, settings: IngestSettings) -> list[Line]:
    return [] if table is None else table_lines(table.rows, settings)


def _in_order(content: _Content) -> Iterator[Line | _Table]:
    """The tables and the lines of a page from top to bottom."""
    items: list[tuple[float, int, Line | _Table]] = []
    for line in content.lines:
        items.append((line[0].middle, len(items), text_line(line_text(line))))
    for table in content.tables:
        items.append((table.top, len(items), table))
    for _, _, item in sorted(items, key=lambda each: each[:2]):
        yield item


def _is_same(table: _Table, part: _Table) -> bool:
    """True for the part of a table that stands on a further page."""
    if len(table.edges) != len(part.edges):
        return False
    moved = part.edges[0] - table.edges[0]
    return bool(np.abs(part.edges - table.edges - moved).max() <= _SAME_COLUMN)


def _join(table: _Table, part: _Table) -> None:
    """Add the rows of a further page; what is left of a row goes to the row that it is left of."""
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
    table.rows += rows[:headers] + body


def _apart_from_header(header: Row, rows: list[Row]) -> list[Row]:
    """The rows of a page whose first one is the repeated header and, with no line between, more."""
    known, texts = _texts(header), _texts(rows[0])
    if len(known) != len(texts) or known == texts:
        return rows
    rests = []
    for above, text in zip(known, texts, strict=True):
        if text != above and not text.startswith(f"{above}\n"):
            return rows
        rests.append(text.removeprefix(above).removeprefix("\n"))
    starts = [cell.start for cell in rows[0].cells]
    cells = [Cell(start, text) for start, text in zip(starts, known, strict=True)]
    rest = [Cell(start, text) for start, text in zip(starts, rests, strict=True)]
    return [Row(cells), Row(rest), *rows[1:]]


def _last_of_body(rows: Sequence[Row]) -> Row | None:
    """The last row that does not repeat the header."""
    header = [_texts(row) for row in rows[:_MOST_HEADER_ROWS]]
    for number in range(len(rows) - 1, 0, -1):
        if number < _MOST_HEADER_ROWS or _texts(rows[number]) not in header:
            return rows[number]
    return None


def _texts(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def _is_rest(row: Row, rest: Row) -> bool:
    """True where a page cut a row in two.

    The rest has nothing in the first column, where every row begins, and fills some of the cells
    that the row above fills.
    """
    if len(row.cells) != len(rest.cells) or not row.cells[0].text:
        return False
    above = {at for at, text in enumerate(_texts(row)) if text}
    below = {at for at, text in enumerate(_texts(rest)) if text}
    return bool(below) and 0 not in below and below < above
