"""At this pace, when is the work done?

The pace is what was settled on each of the last working days. The days are few and uneven, so the
answer is a range: the mean of a day is taken as quasi-Poisson, its variance as that of the days
themselves where they scatter more than a Poisson variable (McCullagh and Nelder, Generalized Linear
Models, 1989, section 9.2).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from voterlist.deadlines import Deadline
from voterlist.facts import WorkingDays

_DAYS = 10
"""Working days looked back on: two weeks."""
_NORMAL_80 = 1.2816
"""The normal quantile of 90 %: the range holds 80 %."""
_FARTHEST = 1_000
"""Working days beyond which no day is named."""


@dataclass(frozen=True, slots=True)
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
