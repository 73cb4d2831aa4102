"""Ruled tables: the straight lines of a page as grids of cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Grid", "grids_of"]

Floats = npt.NDArray[np.float64]
_Mask = npt.NDArray[np.bool_]

_NEAR = 2.5
"""Lines that are no further apart, in points, are drawn as one."""
_REACH = 3.0
"""So far from its end, in points, a line still meets another one."""
_MOST_LINES = 4_000
"""Lines of a page, joined where they touch; a page of more is a drawing."""
_LEAST_CELLS = 2
_LEAST_CELL = 6.0
"""A line that reaches further, in points, beyond the last line across it belongs to a cell there.
"""
_SHORTEST = 4.0
"""A shorter line, in points, is part of a letter or a sign."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One ruled table."""

    xs: Floats
    """The edges of its columns from left to right."""
    ys: Floats
    """The edges of its rows from top to bottom."""
    left_edges: _Mask
    """(row, column): True where a line stands left of that place of the grid."""
    top_edges: _Mask
    """(row, column): True where a line lies above that place of the grid."""

    @property
    def rows(self) -> int:
        """The number of its rows."""
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        """The number of its columns."""
        return len(self.xs) - 1


def grids_of(lines: Floats) -> list[Grid]:
    """The ruled tables of a page from top to bottom.

    ``lines``: a row (left, top, right, bottom) for each straight line, as ``Page.lines``.
    """
    width, height = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    upright = lines[(height > width) & (height > _SHORTEST)]
    level = lines[(height <= width) & (width > _SHORTEST)]
    # (place, from, to) of each.
    upright = _joined((upright[:, 0] + upright[:, 2]) / 2, upright[:, 1], upright[:, 3])
    level = _joined((level[:, 1] + level[:, 3]) / 2, level[:, 0], level[:, 2])
    if not len(upright) or not len(level) or len(upright) + len(level) > _MOST_LINES:
        return []
    grids = []
    for own_upright, own_level in _touching(upright, level):
        if grid := _grid(upright[own_upright], level[own_level]):
            grids.append(grid)
    return sorted(grids, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _joined(places: Floats, starts: Floats, ends: Floats) -> Floats:
    """Lines at nearly one place joined where they touch: a row (place, from, to) for each."""
    if not len(places):
        return np.zeros((0, 3))
    places = _snapped(places)
    order = np.lexsort((starts, places))
    joined: list[list[float]] = []
    for place, start, end in zip(
        places[order].tolist(),
        starts[order].tolist(),
        ends[order].tolist(),
        strict=True,
    ):
        if joined and joined[-1][0] == place and start <= joined[-1][2] + _REACH:
            joined[-1][2] = max(joined[-1][2], end)
        else:
            joined.append([place, start, end])
    return np.array(joined)


def _snapped(values: Floats) -> Floats:
    """Each value as the middle of the values that lie near it."""
    order = np.argsort(values, kind="stable")
    groups = np.zeros(len(values), dtype=np.int64)
    groups[order[1:]] = np.cumsum(np.diff(values[order]) > _NEAR)
    middles: Floats = np.bincount(groups, weights=values) / np.bincount(groups)
    return middles[groups]


def _touching(upright: Floats, level: Floats) -> list[tuple[_Mask, _Mask]]:
    """The lines in groups that touch each other: masks of the upright and of the level ones."""
    x, top, bottom = (column[:, None] for column in upright.T)
    y, left, right = (column[None, :] for column in level.T)
    meets = (left - _REACH <= x) & (x <= right + _REACH)
    meets &= (top - _REACH <= y) & (y <= bottom + _REACH)
    groups = []
    is_free = np.ones(len(upright), dtype=bool)
    while is_free.any():
        own_upright = np.zeros(len(upright), dtype=bool)
        own_upright[np.argmax(is_free)] = True
        own_level = np.zeros(len(level), dtype=bool)
        is_growing = True
        while is_growing:
            own_level = meets[own_upright].any(axis=0)
            wider = own_upright | meets[:, own_level].any(axis=1)
            is_growing = bool((wider != own_upright).any())
            own_upright = wider
        is_free &= ~own_upright
        groups.append((own_upright, own_level))
    return groups


def _grid(upright: Floats, level: Floats) -> Grid | None:
    """The table that these lines make; None where they make no more than a frame."""
    if not len(level):
        return None
    xs = _with_ends(upright[:, 0], level[:, 1], level[:, 2])
    ys = _with_ends(level[:, 0], upright[:, 1], upright[:, 2])
    if (len(xs) - 1) * (len(ys) - 1) < _LEAST_CELLS:
        return None
    left_edges = _covered(upright, xs[:-1], (ys[:-1] + ys[1:]) / 2).T
    top_edges = _covered(level, ys[:-1], (xs[:-1] + xs[1:]) / 2)
    left_edges[:, 0] = True
    top_edges[0, :] = True
    return Grid(xs, ys, left_edges, top_edges)


def _with_ends(places: Floats, starts: Floats, ends: Floats) -> Floats:
    """The places of lines, and where the lines across them end: a table may lack its frame."""
    places = np.unique(places)
    first, last = starts.min(), ends.max()
    before = [first] if first < places[0] - _LEAST_CELL else []
    behind = [last] if last > places[-1] + _LEAST_CELL else []
    return np.concatenate([before, places, behind])


def _covered(lines: Floats, places: Floats, points: Floats) -> _Mask:
    """(place, point): True where a line at this place runs past this point."""
    covered = np.zeros((len(places), len(points)), dtype=bool)
    for place, start, end in lines.tolist():
        at = np.flatnonzero(places == place)
        covered[at] |= (start <= points) & (points <= end)
    return covered
