"""Ruled tables: the straight lines of a page as grids of cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

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
    left_edges: _Mask
    top_edges: _Mask

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

    def places(self, boxes: Floats) -> Ints:
        """The place, counted row by row, of each box by its middle; ``NOWHERE`` outside."""
        x = (boxes[:, 0] + boxes[:, 2]) / 2
        y = (boxes[:, 1] + boxes[:, 3]) / 2
        column = np.searchsorted(self.xs, x) - 1
        row = np.searchsorted(self.ys, y) - 1
        is_inside = (column >= 0) & (column < self.columns)
        is_inside &= (row >= 0) & (row < self.rows)
        places: Ints = np.where(is_inside, row * self.columns + column, NOWHERE)
        return places

    @cached_property
    def first_columns(self) -> Ints:
        """(row, column): the column in which the cell of that place begins."""
        columns = np.where(self.left_edges, np.arange(self.columns), 0)
        firsts: Ints = np.maximum.accumulate(columns, axis=1)
        return firsts

    @cached_property
    def owners(self) -> Ints:
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
    upright = _joined(as_upright[is_long & is_upright])
    level = _joined(as_level[is_long & ~is_upright])
    if len(upright) + len(level) > _MOST_LINES:
        return []
    grids = []
    for own_upright, own_level in _touching(upright, level):
        grid = _grid(upright[own_upright], level[own_level])
        if grid is not None:
            grids.append(grid)
    return sorted(grids, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _joined(lines: Floats) -> Floats:
    """Lines at nearly one place joined where they touch.

    A row (place, from, to) for each line, in and out: of an upright one x, and from top to bottom;
    of a level one y, and from left to right.
    """
    if not len(lines):
        return lines
    places = _snapped(lines[:, 0])
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


def _snapped(values: Floats) -> Floats:
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


def _touching(upright: Floats, level: Floats) -> list[tuple[_Mask, _Mask]]:
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


def _meeting(upright: Floats, level: Floats) -> _Mask:
    """(upright, level): True where the two lines meet.

    A row (place, from, to) for each line. An end may be short of the other line by ``_REACH``.
    """
    x, top, bottom = upright.T[:, :, None]
    y, left, right = level.T[:, None, :]
    meets: _Mask = left - _REACH <= x
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
    left_edges = _covered(upright, xs[:-1], middles_of_rows).T
    top_edges = _covered(level, ys[:-1], middles_of_columns)
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


def _covered(lines: Floats, places: Floats, points: Floats) -> _Mask:
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
