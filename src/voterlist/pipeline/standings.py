"""How every unit stands against the calendar, from the settings and the ledger."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from voterlist.config.sections import Settings
from voterlist.deadlines import (
    BurnDown,
    CalendarStage,
    Deadline,
    calendar,
    forecast,
    standing,
)
from voterlist.deadlines.handovers import (
    Event,
    Handover,
    emptied_lists,
    handovers,
)
from voterlist.model import Level, Owed, Precinct, Progress, Standing, frozen, null_last
from voterlist.pipeline.progress import (
    HandedOver,
    Journal,
    Work,
    covers,
    first_days_received,
    handed_over,
    of_cycle,
)
from voterlist.report.sections.deadlines import DONE
from voterlist.report.values import UnitStanding, Waiting, place_order
from voterlist.storage.ledger import Reader
from voterlist.storage.store import RUN_EVENT
from voterlist.tables import by_key

OPEN_IN = "open_in_"
"""How the details of a run begin that count the open cases of a constituency."""
_LEVELS = (Level.PEC, Level.CONEC, Level.CEC)
_NOTHING = Waiting()


@frozen
class Finish:
    """The day on which a stage was finished, and what says so.

    Attributes:
        day: the day; None where nothing shows that it was.
        ground: the paper or reason that a person named; empty where a list or a hand-over shows it.
        by: the person.
        is_undated: it was finished on this day or before it.
    """

    day: dt.date | None = None
    ground: str = ""
    by: str = ""
    is_undated: bool = False


def standings(
    settings: Settings,
    ledger: Reader | None,
    today: dt.date,
    pending: Journal = (),
    work: Work | None = None,
) -> tuple[UnitStanding, ...]:
    """One row a deadline and unit, in order of deadline, constituency and precinct.

    The stage of the precincts stands once for each precinct that handed in a list, or should have
    by ``[territory]``. It is finished on the day its first list was seen; in the workspace of the
    precinct itself, on the day it was handed over. The constituency's own stage is finished on the
    day its lists were handed over, that of the central commission on the day they were approved;
    where they were changed since, it is open until they are approved again. A line of the journal
    by which a person states the day goes before all of these, and what stands in
    ``[calendar.finished]`` before that. What is of another cycle than that of the settings counts
    for nothing.

    Args:
        settings: the workspace's settings.
        ledger: its ledger; None where it has none yet.
        today: the day on which to stand.
        pending: lines of the journal that are not written yet.
        work: what the newest runs show; None where there is none.
    """
    told = [*(ledger.journal() if ledger else ()), *pending]
    journal = of_cycle(told, settings.workspace.cycle)
    lines = handovers(journal)
    submissions = ledger.submissions() if ledger else []
    since = dt.date.min
    if len(journal) < len(told):
        since = min((day for day, *_ in journal), default=today)
        if all(event != RUN_EVENT for _, event, _ in journal):
            # The newest run is of the cycle before.
            work = None
    seen = first_days_received(submissions, work, since)
    stated = [line for line in lines if line.event is Event.FINISHED]
    emptied = emptied_lists(journal, settings.workspace.cycle)
    if work is not None:
        # A list that has no voter left was handed in, and no run has anything of it to read.
        work = replace(work, places=work.places | emptied)
    known = _Known(settings, today, seen, handed_over(lines, today), stated, work)
    rows: list[UnitStanding] = []
    for deadline in calendar(settings.calendar, settings.workspace.cycle):
        rows += [known.standing(deadline, place) for place in known.units(deadline)]
    return tuple(rows)


def overdue(rows: Sequence[UnitStanding], level: Level) -> tuple[UnitStanding, ...]:
    """The units that are overdue with a stage of this level, or of a level below it."""
    below = _LEVELS[: _LEVELS.index(level) + 1]
    return tuple(
        row
        for row in rows
        if row.standing is Standing.OVERDUE and row.deadline.sender in below
    )


def open_in(constituency: int | None) -> str:
    """The journal's word for how many cases of a constituency a run found open."""
    return f"{OPEN_IN}{constituency or 0}"


@dataclass(frozen=True)
class _Known:
    """What is known of all units on a day."""

    settings: Settings
    today: dt.date
    seen: Mapping[Precinct, dt.date]
    """The day on which the list of each precinct was first seen."""
    handed: Mapping[Precinct, HandedOver]
    stated: Sequence[Handover]
    """The lines of the journal by which persons state a day."""
    work: Work | None

    @cached_property
    def precincts(self) -> list[Precinct]:
        """All with a list or due to have one; unknown ones last."""
        expected = {
            (constituency, precinct)
            for constituency, precincts in self.settings.territory.by_number.items()
            for precinct in precincts
        }
        told = {place for place in self.handed if place[1] is not None}
        own = self.settings.workspace
        if own.level is Level.PEC and own.constituency and own.precinct:
            # A precinct owes its list before there is any.
            expected.add((own.constituency, own.precinct))
        places = expected | set(self.seen) | told
        return sorted(places, key=lambda place: place_order(*place))

    @cached_property
    def by_constituency(self) -> dict[int | None, list[Precinct]]:
        """The precincts of each constituency."""
        return by_key((place[0], place) for place in self.precincts)

    def units(self, deadline: Deadline) -> list[Precinct]:
        """The precincts, or the constituencies, that this deadline concerns."""
        own = self.settings.workspace.level
        is_own = own is deadline.sender is Level.PEC
        if is_own or deadline.stage is CalendarStage.COMPILE:
            return self.precincts
        numbers = sorted(self.by_constituency, key=null_last)
        return [(number, None) for number in numbers]

    def standing(self, deadline: Deadline, place: Precinct) -> UnitStanding:
        """How a unit stands with a stage."""
        finish = self._finish(deadline, place)
        day = finish.day
        warn_days = self.settings.calendar.warn_days
        against_date = standing(deadline, self.today, day, warn_days)
        if finish.is_undated and against_date is Standing.DONE_LATE:
            day, against_date = None, Standing.DONE_UNDATED
        progress = self._progress(place)
        is_over = against_date is Standing.OVERDUE
        owing = self._owing(place) if progress is Progress.NOT_AS_APPROVED else progress
        owed, debtor, creditor = _debt(deadline, against_date, owing)
        waiting = self.work.waiting.get(place) if self.work else None
        return UnitStanding(
            deadline,
            *place,
            finished=day,
            standing=against_date,
            progress=progress,
            days_over=(self.today - deadline.due).days if is_over else 0,
            waiting=waiting or _NOTHING,
            owed=owed,
            debtor=debtor,
            creditor=creditor,
            ground=finish.ground,
            by=finish.by,
        )

    def _finish(self, deadline: Deadline, place: Precinct) -> Finish:
        """When a unit finished a stage, and by what."""
        recorded = self.settings.calendar.finished.get(deadline.stage.value)
        if recorded is not None:
            return Finish(recorded.day, recorded.ground or "", recorded.by or "")
        is_approval = deadline.stage is CalendarStage.VERIFY
        if is_approval and self._changed(place) is Progress.NOT_AS_APPROVED:
            return Finish()
        stated = self._finish_stated(deadline, place)
        if stated.day is not None:
            return stated
        day = self._day_shown(deadline.stage, place)
        # The central commission sees a precinct's list long after its constituency did.
        is_undated = self.settings.workspace.level is Level.CEC and (
            deadline.stage is CalendarStage.COMPILE
        )
        return Finish(day, is_undated=is_undated)

    def _finish_stated(self, deadline: Deadline, place: Precinct) -> Finish:
        """What a person stated last in the journal, of the unit or of all units."""
        finish = Finish()
        for line in self.stated:
            is_of_stage = line.stage == deadline.stage and covers(line, place)
            if is_of_stage and line.finished:
                finish = Finish(line.finished, line.ground, line.by)
        return finish

    def _day_shown(self, stage: CalendarStage, place: Precinct) -> dt.date | None:
        """The day that a list or a hand-over shows."""
        handed = self.handed.get(place, HandedOver())
        if stage is CalendarStage.COMPILE:
            is_of_precinct = self.settings.workspace.level is Level.PEC
            # In its own workspace a list lies there before anybody has it.
            seen = None if is_of_precinct else self.seen.get(place)
            return min((day for day in (seen, handed.sent) if day), default=None)
        if stage is CalendarStage.CHECK:
            return handed.sent
        if stage is CalendarStage.VERIFY:
            return handed.approved
        return None

    def _progress(self, place: Precinct) -> Progress:
        """How far a unit is; a precinct is as far as its constituency, where that is farther.

        A precinct whose list is not there has not begun, whatever its constituency has done.
        """
        constituency, precinct = place
        is_precinct = precinct is not None
        own, above = self._told(place), self._told((constituency, None))
        if own is not None and not is_precinct:
            return own
        is_below = self.settings.workspace.level is Level.PEC
        changed = (Progress.NOT_AS_HANDED_OVER, Progress.NOT_AS_APPROVED)
        if own is not None and is_below and own in changed:
            return own
        if is_precinct and above is not None and self._is_there(place):
            return above
        if is_precinct and own is not None and is_below:
            return own
        return self._in_work(place)

    def _told(self, place: Precinct) -> Progress | None:
        """How far a unit is by the journal, and by its lists of today."""
        progress = self.handed.get(place, HandedOver()).progress
        if progress is Progress.RETURNED:
            return progress
        return self._changed(place) or progress

    def _changed(self, place: Precinct) -> Progress | None:
        """Since what the lists of a unit were changed; None where they were not."""
        state = self.handed.get(place, HandedOver())
        today = self._lists_of_today(place)
        if state.changed_since(state.lists_approved, today):
            return Progress.NOT_AS_APPROVED
        is_other = state.changed_since(state.lists, today)
        return Progress.NOT_AS_HANDED_OVER if is_other else None

    def _lists_of_today(self, place: Precinct) -> str:
        """The digest of the lists of a unit's constituency; empty where it is not known."""
        return self.work.lists.get(place[0], "") if self.work else ""

    def _owing(self, place: Precinct) -> Progress:
        """How far the lists are that are to be approved again."""
        state = self.handed.get(place, HandedOver())
        today = self._lists_of_today(place)
        if state.changed_since(state.lists, today):
            return Progress.NOT_AS_HANDED_OVER
        is_under_way = state.progress is Progress.HANDED_OVER
        return Progress.HANDED_OVER if is_under_way else Progress.RECEIVED_ABOVE

    def _in_work(self, place: Precinct) -> Progress:
        """How far a unit is that nobody handed on."""
        constituency, precinct = place
        of_unit = self.by_constituency[constituency] if precinct is None else [place]
        there = [submission for submission in of_unit if self._is_there(submission)]
        if not there:
            return Progress.NOT_STARTED
        if self.work is None or not self.work.places.issuperset(there):
            return Progress.RECEIVED
        if len(there) < len(of_unit):
            return Progress.IN_WORK
        is_calm = self.work.waiting.get(place, _NOTHING).is_nothing
        return Progress.READY if is_calm else Progress.WAITING

    def _is_there(self, precinct: Precinct) -> bool:
        """True where a list of the precinct has come."""
        seen = self.seen.get(precinct)
        return precinct in self.handed or (seen is not None and seen <= self.today)


_Debt = tuple[Owed | None, Level | None, Level | None]
"""(what, who owes it, to whom)."""


def _debt(deadline: Deadline, against_date: Standing, progress: Progress) -> _Debt:
    """What is owed for a stage today."""
    is_done = against_date in DONE
    is_open = not is_done and against_date is not Standing.NOT_STARTED
    forward = deadline.sender, deadline.receiver
    if deadline.stage is CalendarStage.VERIFY:
        return _debt_of_approval(progress, is_open=is_open) if not is_done else _NONE
    if not is_open:
        return _NONE
    if deadline.stage in {CalendarStage.COMPILE, CalendarStage.CHECK}:
        return Owed.LISTS, *forward
    return Owed.STAGE, *forward


_NONE: _Debt = (None, None, None)
_BEFORE_APPROVAL: dict[Progress, _Debt] = {
    Progress.RETURNED: (Owed.ANSWER, Level.CONEC, Level.CEC),
    Progress.NOT_AS_HANDED_OVER: (Owed.LISTS, Level.CONEC, Level.CEC),
    Progress.HANDED_OVER: (Owed.RECEIPT, Level.CEC, Level.CONEC),
}
"""What is owed between a hand-over and the approval."""


def _debt_of_approval(progress: Progress, *, is_open: bool) -> _Debt:
    """What is owed until the lists are approved."""
    if progress is Progress.RECEIVED_ABOVE and is_open:
        return Owed.APPROVAL, Level.CEC, Level.CONEC
    return _BEFORE_APPROVAL.get(progress, _NONE)


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
    told = of_cycle([*ledger.journal(), *pending], settings.workspace.cycle)
    points = _open_by_day(told, today)
    remaining = _remaining(work)
    newest = max(points, default=None)
    if newest is not None and newest <= today:
        points[today] = sum(remaining.values())
    office_days = settings.calendar.office_days
    settled = _answered_by_day(ledger, work, today)
    everywhere: Days = sum(settled.values(), Days())
    forecasts = {
        number: forecast(settled.get(number, Days()), count, today, office_days)
        for number, count in remaining.items()
    }
    return BurnDown(
        deadline,
        tuple(sorted(points.items())),
        forecast(everywhere, points.get(today, 0), today, office_days),
        {number: told for number, told in forecasts.items() if told is not None},
        office_days.count(today, deadline.due),
    )


def _deadline(settings: Settings, today: dt.date) -> Deadline:
    """The next deadline of this level, or of any where it has none; the last one after it."""
    deadlines = calendar(settings.calendar, settings.workspace.cycle)
    level = settings.workspace.level
    own = [deadline for deadline in deadlines if deadline.sender is level] or deadlines
    return next((deadline for deadline in own if deadline.due >= today), own[-1])


def _open_by_day(journal: Journal, today: dt.date) -> dict[dt.date, int]:
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
            if name.startswith(OPEN_IN)
        }
        points[day] = sum(newest.values())
    return points


def _remaining(work: Work | None) -> dict[int | None, int]:
    """Constituency -> its open cases."""
    if work is None:
        return {}
    return {
        number: waiting.cases
        for (number, precinct), waiting in sorted(work.waiting.items(), key=str)
        if precinct is None
    }


def _answered_by_day(
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
            day = day_of_moment(moment)
            if case_id is not None and day is not None:
                yield case_id, day


def day_of_moment(moment: str) -> dt.date | None:
    """The day of a moment in ISO 8601; None where it is written otherwise."""
    try:
        return dt.date.fromisoformat(moment[:10])
    except ValueError:
        return None
