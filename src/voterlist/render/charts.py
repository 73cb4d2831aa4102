"""Where the parts of a funnel plot stand on the paper; the template draws them."""

from __future__ import annotations

from dataclasses import dataclass

from voterlist.report.audited import Funnel, Point

__all__ = ["Dot", "Plot", "funnel_plot"]

_LEFT, _RIGHT, _TOP, _FLOOR = 50, 428, 12, 196


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


def funnel_plot(funnel: Funnel) -> Plot:
    """The plot of a funnel with at least one precinct."""
    points = funnel.points
    most = max(point.of for point in points)
    values = [
        value
        for point in points
        for value in (point.statistic.value, point.statistic.upper)
        if value is not None
    ]
    values += [point.statistic.lower for point in points if point.statistic.lower is not None]
    low, high = min([*values, funnel.base]), max([*values, funnel.base])
    room = (high - low) * 0.06 or 0.01
    low, high = max(0.0, low - room), min(1.0, high + room)

    def x(of: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * of / (most * 1.04), 1)

    def y(value: float) -> float:
        return round(_FLOOR - (_FLOOR - _TOP) * (value - low) / (high - low), 1)

    def line(limits: list[tuple[float, float]]) -> str:
        return " ".join(f"{x(of)},{y(limit)}" for of, limit in limits)

    dots = [
        Dot(x(point.of), y(point.statistic.value), point)
        for point in points
        if point.statistic.value is not None
    ]
    step = _step(high - low)
    first = int(low / step) + (low > 0)
    marks = [number * step for number in range(first, first + 12) if number * step <= high]
    sizes = _sizes(most)
    return Plot(
        funnel,
        width=_RIGHT + 12,
        height=_FLOOR + 36,
        dots=tuple(sorted(dots, key=lambda dot: bool(dot.point.statistic.outlying))),
        lower=line(
            [
                (point.of, point.statistic.lower)
                for point in points
                if point.statistic.lower is not None
            ]
        ),
        upper=line(
            [
                (point.of, point.statistic.upper)
                for point in points
                if point.statistic.upper is not None
            ]
        ),
        base=y(funnel.base),
        ticks=tuple((y(mark), mark) for mark in marks),
        sizes=tuple((x(size), size) for size in sizes),
    )


def _step(span: float) -> float:
    """The largest of 0.5, 0.2, 0.1, 0.05 ... that gives at least three marks."""
    step = 0.5
    for shrink in (2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2):
        if span / step >= 3:
            break
        step = round(step / shrink, 6)
    return step


def _sizes(most: float) -> list[int]:
    step = next(
        step for step in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if most / step <= 6
    )
    return list(range(0, int(most) + 1, step))
