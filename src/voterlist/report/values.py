"""The values that sections of a report are made of.

No value is a sentence. A value is a number, a day, a text of a list as somebody wrote it, or a
``Text`` that the catalogue renders.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

from voterlist.deadlines import Deadline
from voterlist.model import Level, Owed, Progress, Standing


@dataclass(frozen=True, slots=True)
class Text:
    """A key of the catalogue and what fills its places."""

    key: str
    places: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Born:
    """A birth date as far as it is known."""

    year: int
    month: int | None = None
    day: int | None = None


Value: TypeAlias = str | int | float | dt.date | Text | Born | None

Precinct: TypeAlias = tuple[int | None, int | None]
"""The numbers of a constituency and of a precinct in it; None: not known."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Whose report it is. ``constituency`` None: everything that the tables hold."""

    cycle: str
    level: Level
    constituency: int | None
    today: dt.date


@dataclass(frozen=True, slots=True)
class Limits:
    """The size of a precinct, in voters, that the law names."""

    smallest_precinct: int = 50
    largest_precinct: int = 1500


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry or a row stands: in which file, sheet and line, of which precinct."""

    constituency: int | None = None
    precinct: int | None = None
    file: str | None = None
    sheet: str | None = None
    line: int | None = None

    @property
    def area(self) -> Precinct:
        """Its constituency and precinct."""
        return (self.constituency, self.precinct)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person in a precinct or constituency.

    Attributes:
        cases: cases to decide.
        errors: findings of the severity error that nobody answered.
        contested: answers of several people that contradict each other.
        second_readings: decided cases that wait for their second reading.
    """

    cases: int = 0
    errors: int = 0
    contested: int = 0
    second_readings: int = 0

    @property
    def is_nothing(self) -> bool:
        """True where nothing waits."""
        return not (self.cases or self.errors or self.contested or self.second_readings)


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """How one precinct or constituency stands with one stage of the calendar.

    Attributes:
        deadline: the stage and its due date.
        constituency: its number; None where it is not known.
        precinct: its number; None: the constituency as a whole.
        finished: the day on which the unit finished the stage.
        standing: how it stands against the due date.
        progress: how far its work is.
        days_over: days since the due date of what is overdue; 0 of all else.
        waiting: what waits for a person.
        owed: what is owed for the stage today; None where nothing is.
        debtor: the commission that owes it.
        creditor: the commission that waits for it.
        ground: what a person named as the ground of the day.
        by: who named it.
    """

    deadline: Deadline
    constituency: int | None
    precinct: int | None
    finished: dt.date | None
    standing: Standing
    progress: Progress = Progress.NOT_STARTED
    days_over: int = 0
    waiting: Waiting = Waiting()
    owed: Owed | None = None
    debtor: Level | None = None
    creditor: Level | None = None
    ground: str = ""
    by: str = ""


def place_order(
    constituency: int | None, precinct: int | None
) -> tuple[bool, int, bool, int]:
    """The key by which places are sorted: by number, unknown ones last."""
    return (constituency is None, constituency or 0, precinct is None, precinct or 0)
