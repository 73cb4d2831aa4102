"""Documents: tables between lines of text, as the rows of one sheet.

The readers of Word, OpenDocument and PDF files hand over what they find as ``Line``; here rows get
the columns of their table, and all lines together become a sheet. The first two tell a
``Story`` what they find.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from voterlist.model import AsideCode
from voterlist.readers.books import fill_merged
from voterlist.readers.counted import words_of
from voterlist.readers.outcome import ReadOutcome, RefusedError
from voterlist.readers.sheets import check_rows, check_size, sheet_of_rows

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

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
    struck: bool = False
    """True for a row with text that is struck through."""
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
    struck: bool = False
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
    fill_merged(texts, _merged_cells(rows, places), settings)
    lines: list[Line] = []
    for row, cells, blank in zip(rows, texts, blanks, strict=True):
        filled = blank - cells.count("")
        lines.append(Line(cells, deleted=row.deleted, struck=row.struck, filled=filled))
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


def _merged_cells(rows: Sequence[Row], places: Sequence[Sequence[int]]) -> list[_Range]:
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
    """The lines of a document as its one sheet.

    ``has_pictures``: a document of hardly more than pictures is a scanned page.

    Raises:
        RefusedError: there is no table, or it is too large.
    """
    if all(line.outside for line in lines):
        if has_pictures and len(lines) <= _MOST_BESIDE_SCAN:
            raise RefusedError(AsideCode.SCANNED_PAGE)
        raise RefusedError(
            AsideCode.FILE_NOT_A_TABLE if lines else AsideCode.FILE_EMPTY
        )
    width = max(len(line.cells) for line in lines)
    check_size(len(lines), width, settings)
    rows = [[*line.cells, *[""] * (width - len(line.cells))] for line in lines]
    check_rows(rows, settings)
    sheet = sheet_of_rows(
        rows,
        range(1, len(rows) + 1),
        settings,
        merged=sum(line.filled for line in lines),
        outside=pa.array([line.outside for line in lines], pa.bool_()),
        deleted=pa.array([line.deleted for line in lines], pa.bool_()),
        struck=pa.array([line.struck for line in lines], pa.bool_()),
    )
    return ReadOutcome(kind, (sheet,))


# The flow of a word processor's text: paragraphs, tables, and tables in cells.
#
# The parsers of Word and OpenDocument files tell a ``Story`` what begins and ends; it makes lines.

_DEEPEST = 20
"""A table that lies deeper in other tables is read as text of the cell."""


@dataclass(slots=True)
class _Table:
    rows: list[Row] = field(default_factory=list)
    column: int = 0
    """Where in the grid the next cell of the open row begins."""


class Story:
    """Collects the lines of a document while its tags go by."""

    def __init__(self, settings: IngestSettings) -> None:
        self.lines: list[Line] = []
        self._settings = settings
        self._flows: list[list[Line]] = [self.lines]
        """What paragraphs and tables go to: the document, and inside it cells and text boxes."""
        self._tables: list[_Table] = []
        self._paragraphs: list[list[str]] = []
        self._open_cells: list[tuple[Row, Cell]] = []
        self._ignored_tables = 0
        self._cells = 0

    def text(self, text: str, *, is_struck: bool = False) -> None:
        """Text of the open paragraph, and whether it is struck through."""
        if self._paragraphs:
            self._paragraphs[-1].append(text)
        if is_struck and self._open_cells and text.strip():
            self._open_cells[-1][0].struck = True

    def begin_paragraph(self) -> None:
        """A paragraph begins."""
        self._paragraphs.append([])

    def end_paragraph(self) -> None:
        """The open paragraph ends; one without text is left out."""
        if not self._paragraphs:
            return
        text = "".join(self._paragraphs.pop())
        if text.strip():
            lines = [text_line(text)] if self._open_cells else paragraph_lines(text)
            self._flows[-1] += lines

    def begin_box(self) -> None:
        """A text box begins; what it holds stands before the paragraph that holds it."""
        self._flows.append([])
        self._paragraphs.append([])

    def end_box(self) -> None:
        """The open text box ends."""
        self._paragraphs.pop()
        lines = self._flows.pop()
        self._flows[-1] += lines

    def begin_table(self) -> None:
        """A table begins."""
        if len(self._tables) < _DEEPEST:
            self._tables.append(_Table())
        else:
            self._ignored_tables += 1

    @property
    def _ignores(self) -> bool:
        return self._ignored_tables > 0 or not self._tables

    def begin_row(self) -> None:
        """A row of the open table begins."""
        if not self._ignores:
            table = self._tables[-1]
            table.rows.append(Row())
            table.column = 0

    def skip_columns(self, count: int) -> None:
        """The open row leaves so many places of the grid free."""
        if not self._ignores:
            self._tables[-1].column += count

    def delete_row(self) -> None:
        """The open row was deleted."""
        if not self._ignores and self._tables[-1].rows:
            self._tables[-1].rows[-1].deleted = True

    def begin_cell(self, rows: int = 1) -> None:
        """A cell of the open row begins, which takes so many rows."""
        if self._ignores:
            return
        table = self._tables[-1]
        if not table.rows:
            self.begin_row()
        self._cells += 1
        if self._cells > self._settings.max_cells:
            raise RefusedError(AsideCode.FILE_TOO_LARGE)
        row, cell = table.rows[-1], Cell(table.column, rows=rows)
        row.cells.append(cell)
        self._open_cells.append((row, cell))
        table.column += 1
        self._flows.append([])

    def widen_cell(self, places: int) -> None:
        """The open cell takes so many places of the grid."""
        if not self._ignores:
            self._tables[-1].column += max(0, places - 1)

    def continue_cell(self) -> None:
        """The open cell is the lower part of one that is merged downwards."""
        if not self._ignores and self._open_cells:
            self._open_cells[-1][1].continues = True

    def end_cell(self) -> None:
        """The open cell ends: its paragraphs are its text, the tables in it stand below its row."""
        if self._ignores:
            return
        lines = self._flows.pop()
        row, cell = self._open_cells.pop()
        cell.text = "\n".join(line.cells[0] for line in lines if line.outside)
        row.inner += [line for line in lines if not line.outside]

    def end_table(self) -> None:
        """The open table ends."""
        if self._ignored_tables:
            self._ignored_tables -= 1
            return
        if not self._tables:
            return
        rows = self._tables.pop().rows
        lines = table_lines(rows, self._settings)
        if self._tables and _is_text(rows):
            texts = (" ".join(filter(None, line.cells)) for line in lines)
            lines = [text_line(text) for text in texts if text]
        self._flows[-1] += lines


def _is_text(rows: list[Row]) -> bool:
    """True for a table in a cell that only arranges the text of that cell."""
    widest = max((len(row.cells) for row in rows), default=0)
    return (len(rows) < 2 or widest < 2) and not any(row.inner for row in rows)
