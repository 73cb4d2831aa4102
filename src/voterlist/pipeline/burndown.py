"""The open cases day by day against the deadline, and when they are decided at this pace.

A case of two constituencies counts in both: each commission has to look at it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from voterlist.config import Settings
from voterlist.deadlines import Deadline, calendar
from voterlist.pace import forecast
from voterlist.pipeline.progress import Work
from voterlist.pipeline.standings import RUN_EVENT, Journal
from voterlist.render.wall import BurnDown
from voterlist.storage.ledger import Reader

__all__ = ["BurnDown", "burn_down"]

_OPEN_IN = "open_in_"

Days = Counter[dt.date]


def burn_down(
    settings: Settings,
    ledger: Reader,
    today: dt.date,
    pending: Journal = (),
    work: Work | None = None,
) -> BurnDown:
    """How the open cases went down, by the runs and answers that the ledger knows until today.

    Args:
        settings: the settings of the workspace.
        ledger: its ledger.
        today: the last day to look at.
        pending: lines of the journal that are not written yet.
        work: what the newest runs show; None where there is none.
    """
    deadline = _deadline(settings, today)
    points = _counted([*ledger.journal(), *pending], today)
    remaining = _remaining(work)
    newest = max(points, default=None)
    if newest is not None and newest <= today:
        points[today] = sum(remaining.values())
    office_days = settings.calendar.office_days
    settled = _settled(ledger, work, today)
    everywhere: Days = sum(settled.values(), Days())
    forecasts = {
        number: forecast(settled.get(number, Days()), count, today, office_days)
        for number, count in remaining.items()
    }
    return BurnDown(
        deadline,
        tuple(sorted(points.items())),
        forecast(everywhere, points.get(today, 0), today, office_days),
        {number: one for number, one in forecasts.items() if one is not None},
        office_days.count(today, deadline.due),
    )


def _deadline(settings: Settings, today: dt.date) -> Deadline:
    """The next deadline of this level, or of any where it has none; the last one after it."""
    deadlines = calendar(settings.calendar, settings.workspace.cycle)
    own = [one for one in deadlines if one.sender is settings.workspace.level]
    of_level = own or list(deadlines)
    return next((one for one in of_level if one.due >= today), of_level[-1])


def _counted(journal: Journal, today: dt.date) -> dict[dt.date, int]:
    """Day -> the open cases by the last run of the day, those of other runs carried on."""
    newest: dict[str, int] = {}
    points: dict[dt.date, int] = {}
    day = dt.date.min
    for written, event, details in journal:
        # A line whose clock was behind counts as of the day before it.
        day = max(day, written)
        if event != RUN_EVENT or day > today:
            continue
        if details.get("whole", 1):
            newest = {}
        newest |= {
            name: int(count)
            for name, count in details.items()
            if name.startswith(_OPEN_IN)
        }
        points[day] = sum(newest.values())
    return points


def _remaining(work: Work | None) -> dict[int | None, int]:
    """Constituency -> its open cases."""
    if work is None:
        return {}
    return {
        number: one.cases
        for (number, precinct), one in sorted(work.waiting.items(), key=str)
        if precinct is None
    }


def _settled(
    ledger: Reader, work: Work | None, today: dt.date
) -> dict[int | None, Days]:
    """Constituency -> day -> the cases about which somebody first answered on that day."""
    first: dict[str, dt.date] = {}
    for case_id, day in _answers(ledger):
        first[case_id] = min(day, first.get(case_id, day))
    settled: dict[int | None, Days] = {}
    for case_id, day in first.items():
        if day > today:
            continue
        for number in work.cases.get(case_id, frozenset()) if work else ():
            settled.setdefault(number, Days())[day] += 1
    return settled


def _answers(ledger: Reader) -> Iterator[tuple[str, dt.date]]:
    """(case, day) of every answer about a case."""
    for table in (ledger.given_verdicts(), ledger.given_amendments()):
        moments = table.column("decided_at").to_pylist()
        cases = table.column("case_id").to_pylist()
        for case_id, moment in zip(cases, moments, strict=True):
            day = _day_of(moment)
            if case_id is not None and day is not None:
                yield case_id, day


def _day_of(moment: str) -> dt.date | None:
    """The day of a moment in ISO 8601; None where it is written otherwise."""
    try:
        return dt.date.fromisoformat(moment[:10])
    except ValueError:
        return None
