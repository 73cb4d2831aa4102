"""The ruled tables of one page of a PDF file, cell by cell, and the lines of text outside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from voterlist.arrays import Floats, Longs
from voterlist.readers.documents import Cell, Row
from voterlist.readers.pdf_columns import row_groups
from voterlist.readers.pdf_grids import NOWHERE, Grid, grids_of
from voterlist.readers.pdf_pages import Page
from voterlist.readers.pdf_words import (
    TextLine,
    Word,
    cell_text,
    lines_of,
    whole_groups,
    words_of,
)

_LEAST_NUMBERED = 3
"""Where a place between two lines holds so many numbered rows, lines between them are missing."""
_LEAST_FULL = 4
"""The same, for rows without numbers of which most cells are filled."""
_NEARLY_FULL = 0.6
"""The share of filled cells of such a row."""

_CellsOfLine = list[list[Word]]
"""The words of a line by column."""


@dataclass(slots=True)
class Part:
    """The part of a table that stands on one page."""

    top: float
    edges: Floats
    """The edges of its columns."""
    rows: list[Row]


@dataclass(slots=True)
class Content:
    """What stands on one page."""

    tables: list[Part] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)
    """Those outside the tables."""


def content_of(page: Page) -> Content:
    """The ruled tables of a page, and the lines outside them."""
    grids = [grid for grid in grids_of(page.lines) if grid.columns > 1]
    groups, firsts = _grouped(page, grids)
    words_in: dict[int, list[Word]] = {}
    for word in words_of(page, whole_groups(page, groups)):
        words_in.setdefault(word.group, []).append(word)
    content = Content(lines=lines_of(words_in.pop(NOWHERE, [])))
    for grid, first in zip(grids, firsts, strict=True):
        rows = _Cells(grid, first, words_in).rows()
        if any(cell.text for row in rows for cell in row.cells):
            content.tables.append(Part(float(grid.ys[0]), grid.xs, rows))
    return content


def _grouped(page: Page, grids: list[Grid]) -> tuple[Longs, list[int]]:
    """(the cell of each sign of a page, the number of the first cell of each table).

    A sign inside a table that stands inside another one belongs to the smaller table.
    """
    groups = np.full(len(page.codes), NOWHERE, dtype=np.int64)
    firsts = [0] * len(grids)
    free = 0
    for at in sorted(range(len(grids)), key=lambda at: grids[at].area):
        grid = grids[at]
        firsts[at] = free
        places = grid.places(page.boxes)
        is_own = (groups == NOWHERE) & (places != NOWHERE)
        owners = grid.owners.ravel()
        groups[is_own] = owners[places[is_own]] + free
        free += grid.rows * grid.columns
    return groups, firsts


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one ruled table with their words."""

    grid: Grid
    first: int
    """The number of its first cell among the cells of the page."""
    words_in: dict[int, list[Word]]
    """By the number of the cell."""

    def rows(self) -> list[Row]:
        """The rows of the table."""
        rows = []
        for number in range(self.grid.rows):
            cells, words = self._row(number)
            rows += _parted(cells, words) or [Row(cells)]
        return rows

    def _row(self, number: int) -> tuple[list[Cell], list[list[Word]]]:
        """The cells between two lines, and the words of each."""
        grid = self.grid
        starts = np.unique(grid.first_columns[number]).tolist()
        cells = []
        words = []
        for start, end in zip(starts, [*starts[1:], grid.columns], strict=True):
            place = number * grid.columns + start
            is_first = bool(grid.owners[number, start] == place)
            inside = self.words_in.get(self.first + place, []) if is_first else []
            text = _text(inside, float(grid.xs[start]), float(grid.xs[end]))
            cells.append(Cell(start, text, continues=not is_first))
            words.append(inside)
        return cells, words


def _text(words: list[Word], left: float, right: float) -> str:
    """The text of a cell between these edges; the blank at its left stands at its right too."""
    if not words:
        return ""
    blank = min(word.left for word in words) - left
    return cell_text(words, right - max(0.0, blank))


def _parted(cells: list[Cell], words: list[list[Word]]) -> list[Row]:
    """The rows that stand between two lines without a line between them; none where it is one."""
    if any(cell.continues for cell in cells):
        return []
    column_of = {}
    for column, own in enumerate(words):
        for word in own:
            column_of[id(word)] = column
    lines = lines_of([word for own in words for word in own])
    by_column = []
    for line in lines:
        cells_of_line: _CellsOfLine = [[] for _ in cells]
        for word in line:
            cells_of_line[column_of[id(word)]].append(word)
        by_column.append(cells_of_line)
    if not _are_rows(by_column):
        return []
    starts = [cell.start for cell in cells]
    return rows_of_lines(lines, by_column, starts, [0.0] * len(cells))


def _are_rows(lines: Sequence[_CellsOfLine]) -> bool:
    """True for lines among which there are several rows, rather than the lines of one."""
    numbers = 0
    full = 0
    for cells in lines:
        number = "".join(word.text for word in cells[0])
        numbers += number.rstrip(".)").isdigit()
        filled = sum(bool(words) for words in cells)
        full += filled >= _NEARLY_FULL * len(cells)
    if numbers:
        return numbers >= _LEAST_NUMBERED
    return full >= _LEAST_FULL


def rows_of_lines(
    lines: Sequence[TextLine],
    by_column: Sequence[_CellsOfLine],
    starts: Sequence[int],
    rights: Sequence[float],
) -> list[Row]:
    """Lines of text as the rows of a table.

    Args:
        lines: from top to bottom.
        by_column: the words of each line by column.
        starts: the place of each column in the grid.
        rights: where the text of each column ends at the latest.
    """
    middles = [line[0].middle for line in lines]
    rows = []
    for group in row_groups(middles, by_column):
        row = Row()
        for column, start in enumerate(starts):
            words: list[Word] = []
            for line in group:
                words += by_column[line][column]
            row.cells.append(Cell(start, cell_text(words, rights[column])))
        rows.append(row)
    return rows
