"""The page that hangs on the wall: one page, no script, nothing beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from voterlist.render.html import environment, nice
from voterlist.report import Words
from voterlist.report.wall import BurnDown, Wall, WallDue

_WIDE, _HIGH = 600.0, 200.0
"""The field of the chart, in its own units."""
_LATEST_DAYS = 60
"""A forecast later than so many days after the due date leaves the chart at its edge."""
_MARKS = (
    "overdue",
    "not-started",
    "received",
    "in-work",
    "waiting",
    "ready",
    "handed-over",
    "received-above",
    "returned",
    "approved",
)
"""What a precinct may be drawn as, in the order of the legend."""


def render_wall(wall: Wall, language: str) -> str:
    """The page as HTML; the same standing gives the same text."""
    template = environment().get_template("wall.html")
    return template.render(
        wall=wall,
        facts=wall.facts,
        w=Words(language),
        marks=_MARKS,
        chart=_chart(wall.burned, wall.facts.today),
        strip=_strip(wall),
    )


@dataclass(frozen=True, slots=True)
class _Point:
    """A day and a number of open cases, where they are drawn."""

    x: float
    y: float

    def __str__(self) -> str:
        return f"{self.x:.1f},{self.y:.1f}"


@dataclass(frozen=True, slots=True)
class _Chart:
    """The burn-down.

    Attributes:
        line: the open cases day by day.
        area: the same, down to the axis.
        needed: from the most open cases to none on the due day.
        expected: from today to the expected day.
        fan: from today to the earliest and the latest day.
        today: where today is; ``due``: where the due day is.
        most: the number at the end of the axis.
        first: the day at the left edge, ``last`` at the right.
    """

    line: str
    area: str
    needed: str
    expected: str
    fan: str
    today: float
    due: float
    most: int
    first: dt.date
    last: dt.date


def _chart(burned: BurnDown, today: dt.date) -> _Chart | None:
    """The burn-down; None where no run has counted cases yet."""
    points = burned.points
    if not points or not max(count for _, count in points):
        return None
    due, told = burned.deadline.due, burned.forecast
    first = points[0][0]
    last = max(due, today, points[-1][0])
    if told is not None and told.expected is not None:
        last = max(last, min(told.expected, due + dt.timedelta(days=_LATEST_DAYS)))
    # A day more at the right, so that the last line is not the edge.
    last += dt.timedelta(days=1)
    most = nice(max(count for _, count in points))
    days = max((last - first).days, 1)

    def at(day: dt.date, count: float) -> _Point:
        return _Point(_WIDE * (day - first).days / days, _HIGH - _HIGH * count / most)

    drawn = [at(day, count) for day, count in points]
    peak_day, peak = max(points, key=lambda point: (point[1], point[0]))
    now, left = points[-1]
    expected, fan = "", ""
    if told is not None and told.expected is not None:
        expected = _path([at(now, left), _reach(at(now, left), at(told.expected, 0))])
    if told is not None and told.earliest is not None:
        latest = told.latest or last + dt.timedelta(days=10 * days)
        ends = [_reach(at(now, left), at(day, 0)) for day in (told.earliest, latest)]
        corner = [_Point(_WIDE, _HIGH)] if ends[1].x >= _WIDE else []
        fan = _path([at(now, left), ends[0], *corner, ends[1]]) + "Z"
    return _Chart(
        line=_path(drawn),
        area=_path([_Point(drawn[0].x, _HIGH), *drawn, _Point(drawn[-1].x, _HIGH)])
        + "Z",
        needed=_path([at(peak_day, peak), at(due, 0)]) if peak_day < due else "",
        expected=expected,
        fan=fan,
        today=at(today, 0).x,
        due=at(due, 0).x,
        most=most,
        first=first,
        last=last,
    )


def _reach(start: _Point, end: _Point) -> _Point:
    """The end of a line, or where it leaves the chart at the right."""
    if end.x <= _WIDE:
        return end
    share = (_WIDE - start.x) / (end.x - start.x)
    return _Point(_WIDE, start.y + share * (end.y - start.y))


def _path(points: list[_Point]) -> str:
    return "M" + "L".join(str(point) for point in points)


@dataclass(frozen=True, slots=True)
class _Strip:
    """The stages of the calendar, and where they are drawn: in percent from the left."""

    stages: tuple[tuple[WallDue, float, float], ...]
    """(stage, left end, right end)."""
    today: float


def _strip(wall: Wall) -> _Strip:
    deadlines = [due.deadline for due in wall.dues]
    today = wall.facts.today
    first = min([deadline.opens for deadline in deadlines])
    last = max([deadline.due for deadline in deadlines])
    days = max((last - first).days, 1)

    def at(day: dt.date) -> float:
        return round(min(max(100 * (day - first).days / days, 0), 100), 2)

    stages = tuple(
        (due, at(due.deadline.opens), at(due.deadline.due)) for due in wall.dues
    )
    return _Strip(stages, at(today))
