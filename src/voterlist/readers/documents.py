"""Documents: tables between lines of text, as the rows of one sheet.

The readers of Word, OpenDocument and PDF files hand over what they find as ``Line``; here rows get
the columns of their table, and all lines together become a sheet.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from voterlist.config import IngestSettings
from voterlist.model import AsideCode
from voterlist.readers.books import fill_merged
from voterlist.readers.counted import words_of
from voterlist.readers.outcome import ReadOutcome
from voterlist.readers.text import columns, longest_cell
from voterlist.schemas import RawSheet

_MOST_TEXTS = 3
"""So many texts beside each other may be a title or a signature."""
_MOST_BESIDE_SCAN = 5
"""So many lines of text may stand beside the pictures of a document that is a scan."""


@dataclass(slots=True)
class Line:
    """One row of the sheet."""

    cells: list[str]
    outside: bool = False
    """True for text outside every table."""
    deleted: bool = False
    """True for a row that was deleted while changes were tracked."""
    filled: int = 0
    """How many of its cells were given the text of a cell above that they are merged with."""


def text_line(text: str) -> Line:
    """A line of text outside every table."""
    return Line([text.replace("\t", " ").strip()], outside=True)


def is_row(cells: Iterable[str]) -> bool:
    """True for so many filled cells that they are no title and no signature."""
    return sum(map(bool, cells)) > _MOST_TEXTS


def paragraph_lines(text: str) -> list[Line]:
    """A paragraph outside every table; what tabs part into cells are rows all the same."""
    rows = [[cell.strip() for cell in line.split("\t")] for line in text.split("\n")]
    if any(map(is_row, rows)):
        return [Line(cells, outside=not is_row(cells)) for cells in rows]
    return [text_line(text)]


@dataclass(slots=True)
class Cell:
    """One cell of a table as its document has it."""

    start: int
    """The line of the table's grid, counted from 0, at which it begins."""
    text: str = ""
    continues: bool = False
    """True for the lower part of a cell that is merged downwards."""
    rows: int = 1
    """How many rows it takes, where the document says so at its first one."""


@dataclass(slots=True)
class Row:
    """One row of a table as its document has it."""

    cells: list[Cell] = field(default_factory=list)
    deleted: bool = False
    inner: list[Line] = field(default_factory=list)
    """The lines of the tables that stand in its cells."""


def table_lines(rows: Sequence[Row], settings: IngestSettings) -> list[Line]:
    """The rows of a table, each cell in its column, each followed by the tables that stand in it.

    Edges that a person dragged make a grid finer than the table's columns. So the usual layout of a
    row makes the columns. A row of fewer cells has each in the column above it, any other row one
    after the other.
    """
    if not rows:
        return []
    usual = _usual_starts(rows)
    places = [_places(row, usual) for row in rows]
    width = max((place + 1 for own in places for place in own), default=0)
    texts = [[""] * width for _ in rows]
    for row, own, cells in zip(rows, places, texts, strict=True):
        for cell, place in zip(row.cells, own, strict=True):
            cells[place] = cell.text
    blanks = [cells.count("") for cells in texts]
    fill_merged(texts, _merged(rows, places), settings)
    lines: list[Line] = []
    for row, cells, blank in zip(rows, texts, blanks, strict=True):
        filled = blank - cells.count("")
        lines.append(Line(cells, deleted=row.deleted, filled=filled))
        lines += row.inner
    return lines


def _usual_starts(rows: Iterable[Row]) -> tuple[int, ...]:
    """Where the cells of most rows begin; of equally common layouts the one of most cells."""
    layouts = Counter(tuple(cell.start for cell in row.cells) for row in rows)
    return max(layouts, key=lambda starts: (layouts[starts], len(starts), starts))


def _places(row: Row, usual: tuple[int, ...]) -> list[int]:
    """The column of each cell of a row."""
    if len(row.cells) >= len(usual):
        return list(range(len(row.cells)))
    places: list[int] = []
    for cell in row.cells:
        above = max(0, bisect_right(usual, cell.start) - 1)
        places.append(max(above, places[-1] + 1) if places else above)
    return places


def are_missing(held: Counter[str], lines: Iterable[Line]) -> bool:
    """True where more words of a document are missing than those that somebody mended in a cell."""
    read = words_of(" ".join(cell for line in lines for cell in line.cells))
    return (held - read).total() > _MOST_TEXTS


_Range = tuple[tuple[int, int], tuple[int, int]]


def _merged(rows: Sequence[Row], places: Sequence[Sequence[int]]) -> list[_Range]:
    """The cells that are merged downwards: first and last (row, column) of each."""
    ranges: list[_Range] = []
    open_ranges: dict[int, int] = {}
    for number, (row, own) in enumerate(zip(rows, places, strict=True)):
        continued = {}
        for cell, place in zip(row.cells, own, strict=True):
            if not cell.continues:
                continued[place] = len(ranges)
                ranges.append(((number, place), (number + cell.rows - 1, place)))
            elif place in open_ranges:
                at = continued[place] = open_ranges[place]
                ranges[at] = (ranges[at][0], (number, place))
        open_ranges = continued
    return [(first, last) for first, last in ranges if last[0] > first[0]]


def document(
    lines: list[Line],
    kind: str,
    settings: IngestSettings,
    *,
    has_pictures: bool = False,
) -> ReadOutcome:
    """The lines of a document as its one sheet, or the code of why there is no table.

    ``has_pictures``: a document of hardly more than pictures is a scanned page.
    """
    if all(line.outside for line in lines):
        if has_pictures and len(lines) <= _MOST_BESIDE_SCAN:
            return ReadOutcome(kind, trouble=AsideCode.SCANNED_PAGE)
        code = AsideCode.FILE_NOT_A_TABLE if lines else AsideCode.FILE_EMPTY
        return ReadOutcome(kind, trouble=code)
    width = max(len(line.cells) for line in lines)
    if trouble := _too_large(len(lines), width, settings):
        return ReadOutcome(kind, trouble=trouble)
    rows = [[*line.cells, *[""] * (width - len(line.cells))] for line in lines]
    if longest_cell(rows) > settings.max_cell_characters:
        return ReadOutcome(kind, trouble=AsideCode.CELL_TOO_LONG)
    sheet = RawSheet(
        None,
        pa.array(range(1, len(rows) + 1), pa.int32()),
        columns(rows, settings.max_columns),
        merged=sum(line.filled for line in lines),
        joined_columns=max(0, width - settings.max_columns),
        outside=pa.array([line.outside for line in lines], pa.bool_()),
        deleted=pa.array([line.deleted for line in lines], pa.bool_()),
    )
    return ReadOutcome(kind, (sheet,))


def _too_large(rows: int, width: int, settings: IngestSettings) -> AsideCode | None:
    """The code of the limit that the document goes beyond."""
    if rows > settings.max_rows:
        return AsideCode.TOO_MANY_ROWS
    if width > 100 * settings.max_columns:
        return AsideCode.TOO_MANY_COLUMNS
    return AsideCode.FILE_TOO_LARGE if rows * width > settings.max_cells else None
