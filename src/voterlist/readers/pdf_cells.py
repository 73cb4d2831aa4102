"""The ruled tables of one page of a PDF file, cell by cell, and the lines of text outside them.

A table's straight lines make a grid of cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from voterlist.arrays import Bools, Floats, Longs
from voterlist.model import frozen
from voterlist.readers.documents import Cell, Row
from voterlist.readers.pdf_columns import row_groups
from voterlist.readers.pdf_pages import Page
from voterlist.readers.pdf_words import (
    TextLine,
    Word,
    begin_cells,
    cell_text,
    in_place,
    lines_of,
    set_close,
    whole_groups,
    words_of,
)

# Ruled tables: the straight lines of a page as grids of cells.

NOWHERE = -1
"""The place of a sign that stands in no table."""
_NEAR = 2.5
"""Lines that are no further apart, in points, are drawn as one."""
_REACH = 3.0
"""So far from its end, in points, a line still meets another one."""
_MOST_LINES = 4_000
"""Lines of a page, joined where they touch; a page of more is a drawing."""
_LEAST_CELLS = 2
"""A grid of fewer places is a frame around text."""
_LEAST_CELL = 6.0
"""A line that reaches further, in points, beyond the last line across it belongs to a cell there.
"""
_SHORTEST = 4.0
"""A shorter line, in points, is part of a letter or a sign."""


@dataclass(frozen=True)
class Grid:
    """One ruled table; lengths are in points.

    A cell may take several places of the grid: no line stands between these.

    Attributes:
        xs: the edges of its columns from left to right.
        ys: the edges of its rows from top to bottom.
        left_edges: (row, column): True where a line stands left of that place of the grid.
        top_edges: (row, column): True where a line lies above that place of the grid.
    """

    xs: Floats
    ys: Floats
    left_edges: Bools
    top_edges: Bools

    @property
    def rows(self) -> int:
        """The number of its rows."""
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        """The number of its columns."""
        return len(self.xs) - 1

    @property
    def area(self) -> float:
        """How much of the page it takes, in square points."""
        width = self.xs[-1] - self.xs[0]
        height = self.ys[-1] - self.ys[0]
        return float(width * height)

    def places(self, boxes: Floats) -> Longs:
        """The place, counted row by row, of each box by its middle; ``NOWHERE`` outside."""
        x = (boxes[:, 0] + boxes[:, 2]) / 2
        y = (boxes[:, 1] + boxes[:, 3]) / 2
        column = np.searchsorted(self.xs, x) - 1
        row = np.searchsorted(self.ys, y) - 1
        is_inside = (column >= 0) & (column < self.columns)
        is_inside &= (row >= 0) & (row < self.rows)
        return np.where(is_inside, row * self.columns + column, NOWHERE)

    @cached_property
    def first_columns(self) -> Longs:
        """(row, column): the column in which the cell of that place begins."""
        columns = np.where(self.left_edges, np.arange(self.columns), 0)
        return np.maximum.accumulate(columns, axis=1)

    @cached_property
    def owners(self) -> Longs:
        """(row, column): the first place, counted row by row, of the cell of that place."""
        firsts = self.first_columns
        owners = firsts + self.columns * np.arange(self.rows)[:, None]
        for row in range(1, self.rows):
            first = firsts[row]
            goes_on = ~self.top_edges[row, first]
            goes_on &= firsts[row - 1, first] == first
            above = owners[row - 1, first]
            owners[row] = np.where(goes_on, above, owners[row])
        return owners


def grids_of(lines: Floats) -> list[Grid]:
    """The ruled tables of a page from top to bottom.

    ``lines``: a row (left, top, right, bottom) for each straight line, as ``Page.lines``.
    """
    left, top, right, bottom = lines.T
    width, height = right - left, bottom - top
    is_long = np.maximum(width, height) > _SHORTEST
    is_upright = height > width
    as_upright = np.stack([(left + right) / 2, top, bottom], axis=1)
    as_level = np.stack([(top + bottom) / 2, left, right], axis=1)
    upright = _joined_lines(as_upright[is_long & is_upright])
    level = _joined_lines(as_level[is_long & ~is_upright])
    if len(upright) + len(level) > _MOST_LINES:
        return []
    grids = []
    for own_upright, own_level in _touching(upright, level):
        grid = _grid(upright[own_upright], level[own_level])
        if grid is not None:
            grids.append(grid)
    return sorted(grids, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _joined_lines(lines: Floats) -> Floats:
    """Lines at nearly one place joined where they touch.

    A row (place, from, to) for each line, in and out: of an upright one x, and from top to bottom;
    of a level one y, and from left to right.
    """
    if not len(lines):
        return lines
    places = _snap(lines[:, 0])
    snapped = np.column_stack([places, lines[:, 1:]])
    order = np.lexsort((lines[:, 1], places))
    joined: list[list[float]] = []
    for place, start, end in snapped[order].tolist():
        last = joined[-1] if joined else [np.nan, 0.0, 0.0]
        if last[0] == place and start <= last[2] + _REACH:
            last[2] = max(last[2], end)
        else:
            joined.append([place, start, end])
    return np.array(joined)


def _snap(values: Floats) -> Floats:
    """Each value as the middle of the values that lie near it.

    Values are near where a chain of steps, none longer than ``_NEAR``, leads from one to the other.
    """
    order = np.argsort(values, kind="stable")
    is_far = np.diff(values[order]) > _NEAR
    groups = np.zeros(len(values), dtype=np.int64)
    groups[order[1:]] = np.cumsum(is_far)
    sums = np.bincount(groups, weights=values)
    middles: Floats = sums / np.bincount(groups)
    return middles[groups]


def _touching(upright: Floats, level: Floats) -> list[tuple[Bools, Bools]]:
    """The lines in groups that touch each other, directly or through others.

    Masks of the upright and of the level ones of each group. A level line that touches no upright
    one is in none.
    """
    meets = _meeting(upright, level)
    groups = []
    is_free = np.ones(len(upright), dtype=bool)
    while is_free.any():
        own_upright = np.zeros(len(upright), dtype=bool)
        own_upright[np.argmax(is_free)] = True
        is_growing = True
        while is_growing:
            own_level = np.asarray(meets[own_upright].any(axis=0))
            wider = own_upright | meets[:, own_level].any(axis=1)
            is_growing = bool((wider != own_upright).any())
            own_upright = wider
        is_free &= ~own_upright
        groups.append((own_upright, own_level))
    return groups


def _meeting(upright: Floats, level: Floats) -> Bools:
    """(upright, level): True where the two lines meet.

    A row (place, from, to) for each line. An end may be short of the other line by ``_REACH``.
    """
    x, top, bottom = upright.T[:, :, None]
    y, left, right = level.T[:, None, :]
    meets: Bools = left - _REACH <= x
    meets &= x <= right + _REACH
    meets &= top - _REACH <= y
    meets &= y <= bottom + _REACH
    return meets


def _grid(upright: Floats, level: Floats) -> Grid | None:
    """The table that these lines make; None where they make no more than a frame.

    A row (place, from, to) for each line.
    """
    if not len(level):
        return None
    xs = _with_ends(upright[:, 0], level)
    ys = _with_ends(level[:, 0], upright)
    if (len(xs) - 1) * (len(ys) - 1) < _LEAST_CELLS:
        return None
    middles_of_columns = (xs[:-1] + xs[1:]) / 2
    middles_of_rows = (ys[:-1] + ys[1:]) / 2
    left_edges = _covered_points(upright, xs[:-1], middles_of_rows).T
    top_edges = _covered_points(level, ys[:-1], middles_of_columns)
    left_edges[:, 0] = True
    top_edges[0, :] = True
    return Grid(xs, ys, left_edges, top_edges)


def _with_ends(places: Floats, across: Floats) -> Floats:
    """The places of lines, and where the lines across them end: a table may lack its frame."""
    places = np.unique(places)
    first = across[:, 1].min()
    last = across[:, 2].max()
    if first < places[0] - _LEAST_CELL:
        places = np.append(first, places)
    if last > places[-1] + _LEAST_CELL:
        places = np.append(places, last)
    return places


def _covered_points(lines: Floats, places: Floats, points: Floats) -> Bools:
    """(place, point): True where a line at this place runs past this point.

    Args:
        lines: a row (place, from, to) for each.
        places: those of the lines.
        points: places along the lines.
    """
    covered = np.zeros((len(places), len(points)), dtype=bool)
    for place, start, end in lines.tolist():
        is_here = places == place
        is_past = (start <= points) & (points <= end)
        covered[is_here] |= is_past
    return covered


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
    heights: Floats = field(default_factory=lambda: np.zeros(0))
    """Where letters stand on it, from top to bottom."""


def content_of(page: Page, known: list[float]) -> Content:
    """The ruled tables of a page, and the lines outside them.

    ``known``: where texts begin on the pages before, as in ``begin_cells``.
    """
    page = set_close(in_place(page))
    grids = [grid for grid in grids_of(page.lines) if grid.columns > 1]
    groups, firsts = _group_signs(page, grids)
    words_in: dict[int, list[Word]] = {}
    begins = begin_cells(page, known)
    for word in words_of(page, whole_groups(page, groups, begins), begins):
        words_in.setdefault(word.group, []).append(word)
    content = Content(
        lines=lines_of(words_in.pop(NOWHERE, [])),
        heights=np.unique(page.boxes[:, [1, 3]].mean(axis=1).round()),
    )
    for grid, first in zip(grids, firsts, strict=True):
        rows = _Cells(grid, first, words_in).rows()
        if any(cell.text for row in rows for cell in row.cells):
            content.tables.append(Part(float(grid.ys[0]), grid.xs, rows))
    return content


def _group_signs(page: Page, grids: list[Grid]) -> tuple[Longs, list[int]]:
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


@frozen
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
            rows += _parted_rows(cells, words) or [Row(cells)]
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


def _parted_rows(cells: list[Cell], words: list[list[Word]]) -> list[Row]:
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
    *,
    known: list[float] | None = None,
) -> list[Row]:
    """Lines of text as the rows of a table.

    Args:
        lines: from top to bottom.
        by_column: the words of each line by column.
        starts: the place of each column in the grid.
        rights: where the text of each column ends at the latest.
        known: as for ``row_groups``.
    """
    middles = [line[0].middle for line in lines]
    rows = []
    for group in row_groups(middles, by_column, known=known):
        row = Row()
        for column, start in enumerate(starts):
            words: list[Word] = []
            for line in group:
                words += by_column[line][column]
            row.cells.append(Cell(start, cell_text(words, rights[column])))
        rows.append(row)
    return rows
