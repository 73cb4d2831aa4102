"""The calendar of the compilation, and how each unit stands with each of its stages."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter

from voterlist.deadlines import Deadline
from voterlist.model import Standing, frozen
from voterlist.report.section import (
    Inputs,
    Section,
    SheetTable,
    columns_of,
)
from voterlist.report.values import Facts, UnitStanding, Words

_STANDING_ORDER = (
    Standing.DONE,
    Standing.DONE_UNDATED,
    Standing.DONE_LATE,
    Standing.NOT_STARTED,
    Standing.OPEN,
    Standing.DUE_SOON,
    Standing.OVERDUE,
)
_MARKS = {
    Standing.OVERDUE: "error",
    Standing.DUE_SOON: "warning",
    Standing.DONE: "good",
    Standing.DONE_LATE: "note",
    Standing.DONE_UNDATED: "good",
}
DONE = frozenset({Standing.DONE, Standing.DONE_LATE, Standing.DONE_UNDATED})
"""How a unit stands with a stage that it has finished."""
_MOST_MONTHS = 36


@frozen
class Due:
    """One stage of the calendar and how its units stand."""

    deadline: Deadline
    days_left: int
    """Days from today to the due day; negative after it."""
    standings: tuple[tuple[Standing, int], ...]
    """How many units stand how, in the order of ``Standing``."""
    units: tuple[UnitStanding, ...]

    @property
    def done(self) -> int:
        """How many units have finished it."""
        return sum(units for standing, units in self.standings if standing in DONE)

    @property
    def late(self) -> int:
        """How many of these finished it late."""
        return dict(self.standings).get(Standing.DONE_LATE, 0)

    @property
    def overdue(self) -> int:
        """How many units are overdue with it."""
        return dict(self.standings).get(Standing.OVERDUE, 0)

    @property
    def state(self) -> str:
        """The word that colours it as a whole."""
        if self.overdue:
            return "overdue"
        if self.units and self.done == len(self.units):
            return "done"
        return "open" if self.days_left >= 0 else "not-started"

    @property
    def worst(self) -> Standing:
        """The standing that asks for most."""
        return max(
            (standing for standing, _ in self.standings), key=_STANDING_ORDER.index
        )


def _build(inputs: Inputs) -> tuple[Due, ...]:
    """The stages in order of their due dates."""
    here = {inputs.facts.constituency, None}
    is_whole = inputs.facts.constituency is None
    rows = [row for row in inputs.run.standings if is_whole or row.constituency in here]
    stages = dict.fromkeys(row.deadline for row in rows)
    dues = [due_of(stage, rows, inputs.facts.today) for stage in stages]
    dues.sort(key=attrgetter("deadline.due", "deadline.opens", "deadline.stage"))
    return tuple(dues)


def due_of(deadline: Deadline, rows: Sequence[UnitStanding], today: dt.date) -> Due:
    """How the units among these rows stand with a stage."""
    units = tuple(row for row in rows if row.deadline == deadline)
    counts = Counter(unit.standing for unit in units)
    return Due(
        deadline,
        days_left=(deadline.due - today).days,
        standings=tuple(
            (standing, counts[standing]) for standing in Standing if counts[standing]
        ),
        units=units,
    )


def _sheets(dues: Sequence[Due], facts: Facts, words: Words) -> Iterable[SheetTable]:
    note = words("report.deadlines.note", today=words.long_day(facts.today))
    columns = columns_of(
        words,
        ("report.column.stage", 46, "text", "deadline.{0.deadline.stage}.title"),
        (
            "report.column.from-to",
            52,
            "text",
            lambda unit: _from_to(unit.deadline, words),
        ),
        ("report.column.opens", 12, "day", "deadline.opens"),
        ("report.column.due", 12, "day", "deadline.due"),
        ("field.constituency", 12, "label", "constituency"),
        ("field.precinct", 11, "label", "precinct"),
        ("report.column.finished", 12, "day", "finished"),
        (
            "report.column.standing",
            20,
            "text",
            "standing.{0.standing}",
            lambda unit: _MARKS.get(unit.standing, ""),
        ),
        ("report.column.days-over", 10, "number", lambda unit: unit.days_over or None),
        ("report.column.progress", 24, "text", "progress.{0.progress}"),
        (
            "report.column.ground",
            56,
            "text",
            lambda unit: _ground(unit.deadline, words),
        ),
    )
    yield SheetTable(
        words("report.sheet.deadlines"),
        (words("report.deadlines.title"), note),
        columns,
        [unit for due in dues for unit in due.units],
        words("report.deadlines.none"),
    )


def _from_to(due: Deadline, words: Words) -> str:
    ends = (words(f"commission.{end}") for end in (due.sender, due.receiver))
    return " \N{RIGHTWARDS ARROW} ".join(ends)


def _ground(due: Deadline, words: Words) -> str:
    """What the date stands on, and the decision that moved it."""
    ground = words(f"deadline.{due.stage}.ground")
    if due.planned is None:
        return ground
    moved = words("deadline.moved", planned=due.planned, decision=due.decision)
    return f"{ground}; {moved}"


def _months_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """The first days of the months between two days, for the axis of a calendar."""
    numbers = range(first.month - 1, first.month - 1 + _MOST_MONTHS)
    starts = [dt.date(first.year + month // 12, month % 12 + 1, 1) for month in numbers]
    return [day for day in starts if first <= day <= last]


DEADLINES = Section(
    name="deadlines",
    build=_build,
    sheets=_sheets,
    page=lambda _: {"months_between": _months_between},
    most={"waiting": 60},
)
