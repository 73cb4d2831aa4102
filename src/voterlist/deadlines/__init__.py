"""The calendar of a compilation, and how a stage of it stands against its due date.

No clock here.

At the pace of the last working days, when is the work done? The days are few and uneven, so the
answer is a range: the mean of a day is taken as quasi-Poisson, its variance as that of the days
themselves where they scatter more than a Poisson variable (McCullagh and Nelder, Generalized Linear
Models, 1989, section 9.2).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from voterlist.facts import WorkingDays
from voterlist.model import Level, ListKind, Standing, frozen

if TYPE_CHECKING:
    from voterlist.config.sections import CalendarSettings


class CalendarStage(StrEnum):
    """The stages of a compilation, in order.

    The codes stand in the catalogue as ``deadline.<code>.title``.
    """

    COMPILE = "compile"
    CHECK = "check"
    VERIFY = "verify"
    DISPLAYED = "displayed"
    UPDATED = "updated"
    SPECIAL = "special"


@frozen
class Deadline:
    """One stage of the calendar: who hands over to whom, and by which day."""

    stage: CalendarStage
    sender: Level
    receiver: Level
    opens: dt.date
    """The first day of the stage."""
    due: dt.date
    """The last day still in time ("no later than")."""
    ground: str
    """The rule or practice it stands on; the catalogue has it as ``deadline.<stage>.ground``."""
    planned: dt.date | None = None
    """The day that the calendar has, where a decision moved it."""
    decision: str = ""
    """The number of that decision."""


_GROUNDS = {
    CalendarStage.COMPILE: (
        "Practice of the Central Election Commission, 2015-2025: no later than 5 February"
    ),
    CalendarStage.CHECK: "Practice of the Central Election Commission, 2015-2025: up to 5 April",
    CalendarStage.VERIFY: "Election Code, article 46.1: approved no later than 30 May",
    CalendarStage.DISPLAYED: (
        "Election Code, article 48: displayed at least 35 days before the election"
    ),
    CalendarStage.UPDATED: (
        "Election Code, article 46: updated at least 25 days before the election"
    ),
    CalendarStage.SPECIAL: (
        "Election Code, article 46: special lists at least 20 days before the election"
    ),
}


def calendar(settings: CalendarSettings, cycle: str) -> tuple[Deadline, ...]:
    """The deadlines of a cycle, in order of their due dates; those that were moved as they are now.

    Without an election day it is the yearly calendar (Election Code, article 46.1, and the yearly
    dates of the Central Election Commission); with one it is counted back from it.

    Raises:
        ValueError: the cycle does not begin with a year.
    """
    if settings.election_day is None:
        due_dates = _yearly(settings, cycle_year(cycle))
    else:
        due_dates = _before_election(settings, settings.election_day)
    return tuple(sorted(due_dates, key=lambda deadline: deadline.due))


def list_day(settings: CalendarSettings, cycle: str) -> dt.date:
    """The day on which the list counts: the election, or the last due date of the cycle.

    Whoever is of voting age on that day belongs on the list.

    Raises:
        ValueError: the cycle does not begin with a year.
    """
    if settings.election_day is not None:
        return settings.election_day
    return calendar(settings, cycle)[-1].due


def last_days(settings: CalendarSettings, cycle: str) -> dict[ListKind, dt.date]:
    """The last day on which each kind of list may be changed as always; empty without an election.

    Permanent lists are updated, and those of military units, places of detention and the like
    made, so many days before the day (Election Code, articles 46 and 46.1), or by the day that a
    decision set.

    Raises:
        ValueError: the cycle does not begin with a year.
    """
    if settings.election_day is None:
        return {}
    days = {deadline.stage: deadline.due for deadline in calendar(settings, cycle)}
    return {
        ListKind.PERMANENT: days[CalendarStage.UPDATED],
        ListKind.TEMPORARY: days[CalendarStage.SPECIAL],
    }


def is_frozen(last_day: dt.date, day: dt.date) -> bool:
    """True where a list may be changed on this day by a decision of its own kind alone."""
    return day > last_day


def cycle_year(cycle: str) -> int:
    """The year a cycle's name begins with.

    Raises:
        ValueError: it begins with none.
    """
    return int(cycle[:4])


def standing(
    deadline: Deadline, now: dt.date, finished: dt.date | None, warn_days: int
) -> Standing:
    """How a stage stands on the day ``now``, given the day on which it was finished, if it was.

    The due day itself is in time. What is finished only after ``now`` is not finished yet.
    """
    if finished is not None and finished <= now:
        return Standing.DONE if finished <= deadline.due else Standing.DONE_LATE
    if now > deadline.due:
        return Standing.OVERDUE
    if now < deadline.opens:
        return Standing.NOT_STARTED
    if (deadline.due - now).days <= warn_days:
        return Standing.DUE_SOON
    return Standing.OPEN


def _yearly(settings: CalendarSettings, year: int) -> list[Deadline]:
    """The three stages of every year; each opens on the day after the one before is due."""
    steps = (
        (CalendarStage.COMPILE, Level.PEC, Level.CONEC, settings.compile_due),
        (CalendarStage.CHECK, Level.CONEC, Level.CEC, settings.check_due),
        (CalendarStage.VERIFY, Level.CEC, Level.CONEC, settings.verify_due),
    )
    opens = dt.date(year, 1, 1)
    due_dates = []
    for stage, sender, receiver, month_day in steps:
        due = dt.date.fromisoformat(f"{year:04d}-{month_day}")
        planned = Deadline(stage, sender, receiver, opens, due, _GROUNDS[stage])
        due_dates.append(_as_moved(planned, settings))
        opens = due_dates[-1].due + dt.timedelta(days=1)
    return due_dates


def _as_moved(planned: Deadline, settings: CalendarSettings) -> Deadline:
    """The deadline as a decision moved it; as it is where none did."""
    moved = settings.moved_to(planned.stage.value)
    if moved is None:
        return planned
    return replace(
        planned,
        # A stage that was moved before the one ahead of it opens on its last day.
        opens=min(planned.opens, moved.due),
        due=moved.due,
        planned=planned.due,
        decision=moved.decision,
    )


def _before_election(settings: CalendarSettings, election: dt.date) -> list[Deadline]:
    """The stages before an election, counted back from its day.

    All are open from the first day of the count.
    """
    steps = (
        (CalendarStage.DISPLAYED, Level.PEC, Level.CONEC, settings.displayed_days),
        (CalendarStage.UPDATED, Level.PEC, Level.CONEC, settings.updated_days),
        (CalendarStage.SPECIAL, Level.PEC, Level.CONEC, settings.special_days),
    )
    # Election Code, article 101: the earliest of the counted dates is 45 days before; lists are
    # worked on from then.
    opens = election - dt.timedelta(days=max(45, settings.displayed_days))
    due_dates = []
    for stage, sender, receiver, days in steps:
        due = election - dt.timedelta(days=days)
        planned = Deadline(stage, sender, receiver, opens, due, _GROUNDS[stage])
        due_dates.append(_as_moved(planned, settings))
    return due_dates


_DAYS = 10
"""Working days looked back on: two weeks."""
_NORMAL_80 = 1.2816
"""The normal quantile of 90 %: the range holds 80 %."""
_FARTHEST = 1_000
"""Working days beyond which no day is named."""


@frozen
class Forecast:
    """When the work will be done, at the pace of the last working days."""

    remaining: int
    days: int
    """Working days looked back on."""
    settled: int
    """What was settled on them."""
    earliest: dt.date | None
    expected: dt.date | None
    latest: dt.date | None
    """None where the pace names no day within four years."""

    @property
    def pace(self) -> float:
        """How many are settled on a working day."""
        return self.settled / self.days if self.days else 0.0


@frozen
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


def forecast(
    settled: Mapping[dt.date, int],
    remaining: int,
    today: dt.date,
    working_days: WorkingDays,
) -> Forecast | None:
    """When the rest will be settled; None where nothing was settled yet, or nothing remains.

    Args:
        settled: how many were settled on each day.
        remaining: how many wait.
        today: the last day looked back on.
        working_days: what was settled on a free day counts for the working day before it.
    """
    started = min((day for day in settled if day <= today), default=None)
    if started is None or remaining <= 0:
        return None
    counts = _by_working_day(settled, started, today, working_days)[-_DAYS:]
    total = sum(counts)
    mean = total / len(counts)
    spread = _NORMAL_80 * math.sqrt(_variance(counts, mean) / len(counts))
    days = [
        _day(remaining, pace, today, working_days)
        for pace in (mean + spread, mean, mean - spread)
    ]
    return Forecast(remaining, len(counts), total, *days)


def _by_working_day(
    settled: Mapping[dt.date, int],
    first: dt.date,
    last: dt.date,
    working_days: WorkingDays,
) -> list[int]:
    """What was settled on each working day, and on the free days after it."""
    counts: list[int] = []
    day = first
    while day <= last:
        if working_days.holds(day) or not counts:
            counts.append(0)
        counts[-1] += settled.get(day, 0)
        day += dt.timedelta(days=1)
    return counts


def _variance(counts: list[int], mean: float) -> float:
    """The variance of a day: at least that of a Poisson variable."""
    if len(counts) < 2:
        return mean
    scatter = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    return max(mean, scatter)


def _day(
    remaining: int, pace: float, today: dt.date, working_days: WorkingDays
) -> dt.date | None:
    needed = math.ceil(remaining / pace) if pace > 0 else math.inf
    if needed > _FARTHEST:
        return None
    return working_days.after(today, int(needed))
