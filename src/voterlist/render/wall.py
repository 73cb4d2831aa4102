"""The page that hangs on the wall: how everyone stands, and who owes what to whom."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from voterlist import facts
from voterlist.deadlines import BurnDown, Deadline
from voterlist.model import Level, Progress, frozen
from voterlist.render.html import nice, render_template
from voterlist.report.sections.deadlines import DONE, Due, due_of
from voterlist.report.values import Facts, UnitStanding, Words
from voterlist.tables import by_key

_NAMED = 40
"""With more constituencies than these, the cards show their numbers alone."""
_WIDE, _HIGH = 277.0, 92.0
"""Millimetres of a page of A4 that the cards may take."""
_HEAD, _LONG_HEAD, _GAP = 5.0, 20.0, 1.6
"""Millimetres: the heading of a card, one with its name and numbers, and the space between two."""
_NARROWEST = 42.0
"""Millimetres: a card with its name and numbers in its heading."""
_LARGEST = 16.0
"""Millimetres: a square with a number in it need not be larger."""
_FEW = 12
"""With more constituencies than these, a card has no room for more than its number."""


@frozen
class Layout:
    """How the cards stand on the sheet.

    Attributes:
        columns: cards beside each other.
        squares: precincts beside each other in a card.
        side: of a square on paper, in millimetres.
    """

    columns: int = 1
    squares: int = 8
    side: float = _LARGEST


Shown = Mapping[str, Any]
"""What the template shows, by the names of its parts."""


def build_wall(
    about: Facts,
    deadlines: Iterable[Deadline],
    rows: Sequence[UnitStanding],
    burned: BurnDown,
    applications: tuple[int, int] = (0, 0),
    waves: int = 0,
) -> Shown:
    """What the page shows.

    Args:
        about: whose it is, and of which day.
        deadlines: the stages of the calendar.
        rows: how all units stand.
        burned: how the open cases went down.
        applications: how many wait for an answer, and how many of these are late.
        waves: what stands out of the answers of a night, and is left to ask.
    """
    cards = list(_cards(rows, burned, about.today))
    dues = [due_of(deadline, rows, about.today) for deadline in deadlines]
    most = max((len(card["squares"]) for card in cards), default=0)
    return {
        "facts": about,
        "dues": dues,
        "next_due": _next_due(dues, about.level),
        "overdue": sum(due.overdue for due in dues),
        "cards": cards,
        "is_of_many": len(cards) > _FEW,
        # A case of two constituencies counts in both.
        "open_cases": sum(card["unit"].waiting.cases for card in cards),
        "debts": _debts(rows, about.today),
        "burned": burned,
        "layout": layout_of(len(cards), most),
        "precincts": Counter(
            square.mark for card in cards for square in card["squares"]
        ),
        "constituencies": Counter(card["unit"].mark for card in cards),
        "applications": applications,
        "waves": waves,
    }


def _next_due(dues: Sequence[Due], level: Level) -> Due:
    """The first stage of this level that is not finished; without one, of any level."""
    unfinished = [due for due in dues if due.done < len(due.units) or not due.units]
    own = [due for due in unfinished if due.deadline.sender is level]
    return (own or unfinished or list(dues)[-1:])[0]


def _cards(
    rows: Sequence[UnitStanding], burned: BurnDown, today: dt.date
) -> Iterator[Shown]:
    """The constituencies with their precincts.

    ``unit``: how it stands with the first stage that it has not finished; ``name``, empty where
    none is known or the page has no room; ``forecast``: when its cases are decided at this pace;
    ``squares``: how its precincts stand.
    """
    of_precincts = {row.deadline for row in rows if row.precinct is not None}
    units = by_key(
        ((row.deadline in of_precincts, row.constituency), row) for row in rows
    )
    wholes = {number: own for (of, number), own in units.items() if not of}
    names = facts.constituencies(today) if len(wholes) <= _NAMED else {}
    for number, stages in wholes.items():
        unfinished = [row for row in stages if row.standing not in DONE]
        yield {
            "unit": (unfinished or stages[-1:])[0],
            "name": names.get(number or 0, ""),
            "forecast": burned.of_constituencies.get(number),
            "squares": units.get((True, number), []),
        }


def _debts(rows: Iterable[UnitStanding], today: dt.date) -> list[Shown]:
    """Who owes what, of one kind and stage together; what is overdue longest first.

    ``units``: each that owes it, in order; ``days_over``: days since it was due, 0 where there is
    time.
    """
    found = by_key(
        ((row.deadline, row.owed, row.debtor, row.creditor), row)
        for row in rows
        if row.owed is not None
    )
    # Whoever is over by most days was due first; what is not yet due stands behind, by its day.
    ordered = sorted(found.values(), key=lambda units: units[0].deadline.due)
    return [
        {
            "units": units,
            "days_over": max((today - units[0].deadline.due).days, 0),
        }
        for units in ordered
    ]


def layout_of(cards: int, most: int) -> Layout:
    """The layout with the largest squares for which all cards stand on one sheet.

    Args:
        cards: how many there are.
        most: the most squares of one.
    """
    if not cards or not most:
        return Layout(columns=max(1, min(cards, 8)))
    head = _LONG_HEAD if cards <= _FEW else _HEAD
    best = (0.0, 1, 8)
    for columns in range(1, min(cards, 30) + 1):
        wide = (_WIDE - _GAP * (columns - 1)) / columns
        if columns > 1 and cards <= _FEW and wide < _NARROWEST:
            break
        lines = math.ceil(cards / columns)
        high = (_HIGH - _GAP * (lines - 1)) / lines - head
        for squares in range(1, most + 1):
            side = min(wide / squares, high / math.ceil(most / squares), _LARGEST)
            # To thousandths of a millimetre: rounded up it would not fit the sheet. Of two that
            # fit alike, the one with fewer, wider cards beside each other.
            best = max(best, (math.floor(side * 1000) / 1000, -columns, squares))
    side, columns, squares = best
    return Layout(abs(columns), squares, max(side, 0.1))


_CHART_WIDE, _CHART_HIGH = 600.0, 200.0
"""The field of the chart, in its own units."""
_LATEST_DAYS = 60
"""A forecast later than so many days after the due date leaves the chart at its edge."""
_MARKS = ("overdue", *Progress)
"""What a unit may be drawn as, in the order of the legend."""


def render_wall(wall: Shown, language: str) -> str:
    """The page as HTML; the same standing gives the same text."""
    stages, today = _strip(wall)
    return render_template(
        "wall.html",
        wall=wall,
        facts=wall["facts"],
        w=Words(language),
        marks=_MARKS,
        chart=_chart(wall["burned"], wall["facts"].today),
        stages=stages,
        today=today,
    )


_Point = tuple[float, float]
"""Where a day and a number of open cases are drawn."""


def _chart(burned: BurnDown, today: dt.date) -> dict[str, Any] | None:
    """What is drawn of the burn-down; None where no run has counted cases yet."""
    points, told, due = burned.points, burned.forecast, burned.deadline.due
    if not points or not max(count for _, count in points):
        return None
    first = points[0][0]
    last = max(due, today, points[-1][0])
    expected = told.expected if told else None
    if expected is not None:
        last = max(last, min(expected, due + dt.timedelta(days=_LATEST_DAYS)))
    # A day more at the right, so that the last line is not the edge.
    last += dt.timedelta(days=1)
    most = nice(max(count for _, count in points))
    days = max((last - first).days, 1)

    def at(day: dt.date, count: float) -> _Point:
        high = _CHART_HIGH - _CHART_HIGH * count / most
        return _CHART_WIDE * (day - first).days / days, high

    line = [at(day, count) for day, count in points]
    start = line[-1]

    def reached(day: dt.date) -> _Point:
        """Where no case is left; where the line to it leaves the chart at the right."""
        x, y = at(day, 0)
        if x <= _CHART_WIDE:
            return x, y
        share = (_CHART_WIDE - start[0]) / (x - start[0])
        return _CHART_WIDE, start[1] + share * (y - start[1])

    peak_day, peak = max(points, key=lambda point: (point[1], point[0]))
    chart = {
        "line": _path(line),
        "area": _path([(line[0][0], _CHART_HIGH), *line, (start[0], _CHART_HIGH)])
        + "Z",
        "needed": _path([at(peak_day, peak), at(due, 0)]) if peak_day < due else "",
        "today": at(today, 0)[0],
        "due": at(due, 0)[0],
        "most": most,
        "first": first,
        "last": last,
        "expected": "",
        "fan": "",
    }
    if expected is not None:
        chart["expected"] = _path([start, reached(expected)])
    if told is not None and told.earliest is not None:
        latest = told.latest or last + dt.timedelta(days=10 * days)
        ends = [reached(told.earliest), reached(latest)]
        corner = [(_CHART_WIDE, _CHART_HIGH)] if ends[1][0] >= _CHART_WIDE else []
        chart["fan"] = _path([start, ends[0], *corner, ends[1]]) + "Z"
    return chart


def _path(points: list[_Point]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _strip(wall: Shown) -> tuple[list[tuple[Due, float, float]], float]:
    """The stages of the calendar with their ends, and today: in percent from the left."""
    deadlines: list[Deadline] = [due.deadline for due in wall["dues"]]
    first = min(deadline.opens for deadline in deadlines)
    last = max(deadline.due for deadline in deadlines)
    days = max((last - first).days, 1)

    def at(day: dt.date) -> float:
        return round(min(max(100 * (day - first).days / days, 0), 100), 2)

    stages = [
        (due, at(due.deadline.opens), at(due.deadline.due)) for due in wall["dues"]
    ]
    return stages, at(wall["facts"].today)
