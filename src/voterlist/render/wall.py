"""The page that hangs on the wall: how everyone stands, and who owes what to whom."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from voterlist import facts
from voterlist.deadlines import Deadline
from voterlist.deadlines.pace import Forecast
from voterlist.model import Level, Owed, Progress, Standing
from voterlist.render.html import environment, nice
from voterlist.report.values import Facts, UnitStanding
from voterlist.report.words import Words

_DONE = frozenset({Standing.DONE, Standing.DONE_LATE, Standing.DONE_UNDATED})
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


@dataclass(frozen=True, slots=True)
class BurnDown:
    """How the open cases went down until a day.

    Attributes:
        deadline: the stage by whose due date they have to be decided.
        points: (day, open cases) at the end of each day on which a run counted them, and today.
        forecast: when the rest is decided at this pace; None where nothing was decided yet, or
            nothing is left.
        of_constituencies: the same of each constituency, where it is known.
        working_days_left: from today to the due date, both included.
    """

    deadline: Deadline
    points: tuple[tuple[dt.date, int], ...] = ()
    forecast: Forecast | None = None
    of_constituencies: Mapping[int | None, Forecast] = field(default_factory=dict)
    working_days_left: int = 0


@dataclass(frozen=True, slots=True)
class Square:
    """One precinct."""

    precinct: int | None
    progress: Progress
    standing: Standing
    days_over: int

    @property
    def mark(self) -> str:
        """What it is drawn as: overdue, or how far it is."""
        return _mark(self.standing, self.progress)


@dataclass(frozen=True, slots=True)
class Card:
    """One constituency and its precincts.

    Attributes:
        number: its number; None where it is not known.
        name: its name; empty where none is known, or where the page has no room.
        progress: how far it is.
        standing: how it stands with the first stage that it has not finished.
        days_over: days since the due date of what is overdue.
        cases: its open cases.
        errors: its findings of the severity error.
        contested: answers that contradict each other.
        second_readings: decided cases that wait for their second reading.
        forecast: when its cases are decided at this pace; None where it cannot be told.
        squares: its precincts.
    """

    number: int | None
    name: str
    progress: Progress
    standing: Standing
    days_over: int
    cases: int
    errors: int
    contested: int
    second_readings: int
    forecast: Forecast | None
    squares: tuple[Square, ...]

    @property
    def mark(self) -> str:
        """What it is drawn as: overdue, or how far it is."""
        return _mark(self.standing, self.progress)


@dataclass(frozen=True, slots=True)
class WallDue:
    """One stage of the calendar, and how many units have finished it."""

    deadline: Deadline
    days_left: int
    done: int
    late: int
    overdue: int
    units: int

    @property
    def state(self) -> str:
        """The word that colours it."""
        if self.overdue:
            return "overdue"
        if self.units and self.done == self.units:
            return "done"
        return "open" if self.days_left >= 0 else "not-started"


@dataclass(frozen=True, slots=True)
class Debt:
    """What commissions of one level owe those of another.

    Attributes:
        owed: what.
        debtor: who.
        creditor: to whom.
        due: the day on which it is due.
        days_over: days since then; 0 where there is time.
        places: (constituency, precinct) of each that owes it, in order.
    """

    owed: Owed
    debtor: Level
    creditor: Level
    due: dt.date
    days_over: int
    places: tuple[tuple[int | None, int | None], ...]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Wall:
    """All that the page shows.

    Attributes:
        facts: whose it is, and of which day.
        dues: the stages of the calendar.
        cards: the constituencies.
        debts: who owes what to whom, the oldest first.
        burned: how the open cases went down.
        layout: how the cards stand on the sheet.
    """

    facts: Facts
    dues: tuple[WallDue, ...]
    cards: tuple[Card, ...]
    debts: tuple[Debt, ...]
    burned: BurnDown
    layout: Layout = Layout()
    precincts: Mapping[str, int] = field(default_factory=dict)
    """How many precincts are drawn as what."""
    constituencies: Mapping[str, int] = field(default_factory=dict)
    """How many constituencies are drawn as what."""

    @property
    def is_of_many(self) -> bool:
        """True where a card has no room for more than its number."""
        return len(self.cards) > _FEW

    @property
    def next_due(self) -> WallDue:
        """The first stage of this level that is not finished; without one, of any level."""
        unfinished = [due for due in self.dues if due.done < due.units or not due.units]
        own = [due for due in unfinished if due.deadline.sender is self.facts.level]
        return (own or unfinished or list(self.dues)[-1:])[0]

    @property
    def open_cases(self) -> int:
        """Cases to decide; one of two constituencies counts in both."""
        return sum(card.cases for card in self.cards)

    @property
    def overdue(self) -> int:
        """Units that are overdue."""
        return sum(due.overdue for due in self.dues)


def build_wall(
    about: Facts,
    deadlines: Iterable[Deadline],
    rows: Sequence[UnitStanding],
    burned: BurnDown,
) -> Wall:
    """What the page shows.

    Args:
        about: whose it is, and of which day.
        deadlines: the stages of the calendar.
        rows: how all units stand.
        burned: how the open cases went down.
    """
    cards = _cards(rows, burned, about.today)
    most = max((len(card.squares) for card in cards), default=0)
    every_square = [square for card in cards for square in card.squares]
    return Wall(
        about,
        dues=_dues(deadlines, rows, about.today),
        cards=cards,
        debts=_debts(rows, about.today),
        burned=burned,
        layout=layout_of(len(cards), most),
        precincts=Counter(square.mark for square in every_square),
        constituencies=Counter(card.mark for card in cards),
    )


def _mark(standing: Standing, progress: Progress) -> str:
    return "overdue" if standing is Standing.OVERDUE else progress.value


def _cards(
    rows: Sequence[UnitStanding], burned: BurnDown, today: dt.date
) -> tuple[Card, ...]:
    squares: dict[int | None, list[Square]] = {}
    wholes: dict[int | None, list[UnitStanding]] = {}
    is_of_precincts = {row.deadline for row in rows if row.precinct is not None}
    for row in rows:
        if row.deadline in is_of_precincts:
            square = Square(row.precinct, row.progress, row.standing, row.days_over)
            squares.setdefault(row.constituency, []).append(square)
        else:
            wholes.setdefault(row.constituency, []).append(row)
    names = facts.constituencies(today) if len(wholes) <= _NAMED else {}
    return tuple(
        _card(of_stages, squares.get(number, []), names.get(number or 0, ""), burned)
        for number, of_stages in wholes.items()
    )


def _card(
    stages: Sequence[UnitStanding],
    squares: Sequence[Square],
    name: str,
    burned: BurnDown,
) -> Card:
    unfinished = [row for row in stages if row.standing not in _DONE]
    row = (unfinished or list(stages)[-1:])[0]
    return Card(
        number=row.constituency,
        name=name,
        progress=row.progress,
        standing=row.standing,
        days_over=row.days_over,
        cases=row.waiting.cases,
        errors=row.waiting.errors,
        contested=row.waiting.contested,
        second_readings=row.waiting.second_readings,
        forecast=burned.of_constituencies.get(row.constituency),
        squares=tuple(squares),
    )


def _dues(
    deadlines: Iterable[Deadline], rows: Sequence[UnitStanding], today: dt.date
) -> tuple[WallDue, ...]:
    by_deadline: dict[Deadline, list[Standing]] = {one: [] for one in deadlines}
    for row in rows:
        by_deadline[row.deadline].append(row.standing)
    return tuple(
        WallDue(
            deadline,
            days_left=(deadline.due - today).days,
            done=sum(one in _DONE for one in standings),
            late=standings.count(Standing.DONE_LATE),
            overdue=standings.count(Standing.OVERDUE),
            units=len(standings),
        )
        for deadline, standings in by_deadline.items()
    )


def _debts(rows: Iterable[UnitStanding], today: dt.date) -> tuple[Debt, ...]:
    """Who owes what, of one kind and stage together; what is overdue longest first."""
    found: dict[
        tuple[Deadline, Owed, Level, Level], list[tuple[int | None, int | None]]
    ] = {}
    for row in rows:
        if row.owed is not None and row.debtor is not None and row.creditor is not None:
            key = row.deadline, row.owed, row.debtor, row.creditor
            found.setdefault(key, []).append((row.constituency, row.precinct))
    debts = [
        Debt(
            owed,
            debtor,
            creditor,
            deadline.due,
            max((today - deadline.due).days, 0),
            tuple(places),
        )
        for (deadline, owed, debtor, creditor), places in found.items()
    ]
    return tuple(sorted(debts, key=lambda debt: (-debt.days_over, debt.due)))


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
            # Of two that fit alike, the one with fewer, wider cards beside each other.
            best = max(best, (_rounded_down(side), -columns, squares))
    side, columns, squares = best
    return Layout(abs(columns), squares, max(side, 0.1))


def _rounded_down(side: float) -> float:
    """To thousandths of a millimetre, and never more: rounded up it would not fit the sheet."""
    return math.floor(side * 1000) / 1000


_CHART_WIDE, _CHART_HIGH = 600.0, 200.0
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
        return _Point(
            _CHART_WIDE * (day - first).days / days,
            _CHART_HIGH - _CHART_HIGH * count / most,
        )

    drawn = [at(day, count) for day, count in points]
    peak_day, peak = max(points, key=lambda point: (point[1], point[0]))
    now, left = points[-1]
    expected, fan = "", ""
    if told is not None and told.expected is not None:
        expected = _path([at(now, left), _reach(at(now, left), at(told.expected, 0))])
    if told is not None and told.earliest is not None:
        latest = told.latest or last + dt.timedelta(days=10 * days)
        ends = [_reach(at(now, left), at(day, 0)) for day in (told.earliest, latest)]
        corner = [_Point(_CHART_WIDE, _CHART_HIGH)] if ends[1].x >= _CHART_WIDE else []
        fan = _path([at(now, left), ends[0], *corner, ends[1]]) + "Z"
    return _Chart(
        line=_path(drawn),
        area=_path(
            [_Point(drawn[0].x, _CHART_HIGH), *drawn, _Point(drawn[-1].x, _CHART_HIGH)]
        )
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
    if end.x <= _CHART_WIDE:
        return end
    share = (_CHART_WIDE - start.x) / (end.x - start.x)
    return _Point(_CHART_WIDE, start.y + share * (end.y - start.y))


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
