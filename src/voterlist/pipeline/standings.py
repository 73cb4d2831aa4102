"""How every unit stands against the calendar, from the settings and the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from voterlist.config import Settings
from voterlist.deadlines import CalendarStage, Deadline, calendar, standing
from voterlist.model import Level, Standing
from voterlist.storage.ledger import Reader, received

__all__ = ["RUN_EVENT", "UnitStanding", "overdue", "standings"]

RUN_EVENT = "run"
"""The journal's word for a run that was completed; its details say how many cases were open."""

_LEVELS = (Level.PEC, Level.CONEC, Level.CEC)

Journal = Sequence[tuple[dt.date, str, dict[str, str | int]]]
Received = dict[tuple[int | None, int | None], dt.date]


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """How one precinct or constituency stands with one stage of the calendar."""

    deadline: Deadline
    constituency: int | None
    precinct: int | None
    """None: the constituency as a whole."""
    finished: dt.date | None
    standing: Standing


def standings(
    settings: Settings,
    ledger: Reader | None,
    today: dt.date,
    pending: Journal = (),
) -> tuple[UnitStanding, ...]:
    """One row a deadline and unit, in order of deadline, constituency and precinct.

    The stage of the precincts stands once for each precinct that handed in a list, or should have
    by ``[territory]``; it is finished on the day its first list was seen. The constituency's own
    stage is finished on the day from which on no case is open. What a person recorded in
    ``[calendar.finished]`` goes before both.

    Args:
        settings: the workspace's settings.
        ledger: its ledger; None where it has none yet.
        today: the day on which to stand.
        pending: lines of the journal that are not written yet.
    """
    handed_in = received(ledger.submissions()) if ledger else {}
    journal = [*(ledger.journal() if ledger else ()), *pending]
    rows = []
    for deadline in calendar(settings.calendar, settings.workspace.cycle):
        recorded = settings.calendar.finished.get(deadline.stage.value)
        for constituency, precinct, finished in _units(
            settings, deadline, handed_in, journal
        ):
            day = recorded or finished
            unit_standing = standing(deadline, today, day, settings.calendar.warn_days)
            rows.append(
                UnitStanding(deadline, constituency, precinct, day, unit_standing)
            )
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
    return f"open_in_{constituency or 0}"


def settled_on(journal: Journal, constituency: int | None) -> dt.date | None:
    """The day from which on every run of a constituency found none of its cases open.

    None where the newest run of it found one, or found no entry of it. A run of other
    constituencies says nothing. A line whose day lies before that of an earlier line counts as of
    the earlier line's day: its clock was wrong.
    """
    since: dt.date | None = None
    day = dt.date.min
    for written, event, details in journal:
        day = max(day, written)
        if event != RUN_EVENT:
            continue
        count = details.get(open_in(constituency))
        if count is not None:
            since = (since or day) if count == 0 else None
        elif details.get("whole", 1):
            since = None
    return since


def _units(
    settings: Settings,
    deadline: Deadline,
    handed_in: Received,
    journal: Journal,
) -> list[tuple[int | None, int | None, dt.date | None]]:
    """(constituency, precinct, day finished) of every unit that this deadline concerns."""
    if deadline.stage is CalendarStage.COMPILE:
        return [
            (*place, handed_in.get(place)) for place in _precincts(settings, handed_in)
        ]
    constituencies = sorted(
        {number for number, _ in _precincts(settings, handed_in)}, key=_null_last
    )
    is_check = deadline.stage is CalendarStage.CHECK
    return [
        (number, None, settled_on(journal, number) if is_check else None)
        for number in constituencies
    ]


def _precincts(
    settings: Settings, handed_in: Collection[tuple[int | None, int | None]]
) -> list[tuple[int | None, int | None]]:
    """(constituency, precinct) of all with a list or due to have one; unknown ones last."""
    expected = {
        (int(constituency), precinct)
        for constituency, precincts in settings.territory.precincts.items()
        for precinct in precincts
    }
    return sorted(
        expected | set(handed_in),
        key=lambda place: (_null_last(place[0]), _null_last(place[1])),
    )


def _null_last(number: int | None) -> tuple[bool, int]:
    return (number is None, number or 0)
