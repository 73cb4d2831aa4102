"""Where the parts of a funnel plot stand on the paper; the template draws them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voterlist.report.sections.audit.model import Funnel, Point

__all__ = ["Dot", "Plot", "funnel_plot"]

_LEFT, _RIGHT, _TOP, _FLOOR = 50, 428, 12, 196
"""The edges of the drawing in user units."""
_MARGIN_RIGHT, _MARGIN_BELOW = 12, 36
_ROOM_BESIDE = 1.04
_ROOM_ABOVE = 0.06
"""How much of the span of the values stays free above and below them."""
_SMALLEST_ROOM = 0.01
_FEWEST_MARKS, _MOST_MARKS = 3, 12
_MOST_SIZES = 6
_SIZE_STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9)


@dataclass(frozen=True, slots=True)
class Dot:
    """One precinct in the plot."""

    x: float
    y: float
    point: Point


@dataclass(frozen=True, slots=True)
class Plot:
    """A funnel plot in user units; y grows downwards, as in SVG."""

    funnel: Funnel
    width: int
    height: int
    dots: tuple[Dot, ...]
    lower: str
    """The points of the lower limit, for a polyline."""
    upper: str
    base: float
    """The y of the line of what is usual."""
    ticks: tuple[tuple[float, float], ...]
    """(y, value) of the marks at the left side."""
    sizes: tuple[tuple[float, int], ...]
    """(x, voters) of the marks below."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """Turns sizes and values into places on the paper."""

    largest: float
    low: float
    high: float

    def x(self, size: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * size / (self.largest * _ROOM_BESIDE), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_FLOOR - (_FLOOR - _TOP) * share, 1)

    def line(self, limits: Iterable[tuple[float, float | None]]) -> str:
        """The points of a polyline through (size, limit); unknown limits are left out."""
        known = [(size, limit) for size, limit in limits if limit is not None]
        return " ".join(f"{self.x(size)},{self.y(limit)}" for size, limit in known)


def funnel_plot(funnel: Funnel) -> Plot:
    """The plot of a funnel with at least one precinct."""
    points = funnel.points
    scale = _scale(funnel)
    dots = [
        Dot(scale.x(point.of), scale.y(point.statistic.value), point)
        for point in points
        if point.statistic.value is not None
    ]
    return Plot(
        funnel,
        width=_RIGHT + _MARGIN_RIGHT,
        height=_FLOOR + _MARGIN_BELOW,
        dots=tuple(sorted(dots, key=lambda dot: bool(dot.point.statistic.outlying))),
        lower=scale.line((point.of, point.statistic.lower) for point in points),
        upper=scale.line((point.of, point.statistic.upper) for point in points),
        base=scale.y(funnel.base),
        ticks=tuple((scale.y(mark), mark) for mark in _marks(scale)),
        sizes=tuple((scale.x(size), size) for size in _sizes(scale.largest)),
    )


def _scale(funnel: Funnel) -> _Scale:
    """The scale on which every value and limit has room."""
    low, high = _ends(funnel.points, funnel.base)
    room = (high - low) * _ROOM_ABOVE or _SMALLEST_ROOM
    largest = max(point.of for point in funnel.points)
    return _Scale(largest, max(0.0, low - room), min(1.0, high + room))


def _ends(points: Sequence[Point], base: float) -> tuple[float, float]:
    """The least and the greatest of all values and limits."""
    values: list[float] = [base]
    for point in points:
        row = point.statistic
        values += [
            number for number in (row.value, row.lower, row.upper) if number is not None
        ]
    return min(values), max(values)


def _marks(scale: _Scale) -> list[float]:
    """The values that are marked at the left side."""
    step = _step(scale.high - scale.low)
    first = int(scale.low / step) + (scale.low > 0)
    marks = [number * step for number in range(first, first + _MOST_MARKS)]
    return [mark for mark in marks if mark <= scale.high]


def _step(span: float) -> float:
    """The largest of 0.5, 0.2, 0.1, 0.05 ... that gives at least three marks."""
    step = 0.5
    for shrink in (2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2):
        if span / step >= _FEWEST_MARKS:
            break
        step = round(step / shrink, 6)
    return step


def _sizes(most: float) -> list[int]:
    """The sizes that are marked below."""
    step = next(step for step in _SIZE_STEPS if most / step <= _MOST_SIZES)
    return list(range(0, int(most) + 1, step))
