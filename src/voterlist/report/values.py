"""The values that sections of a report are made of.

No value is a sentence. A value is a number, a day, a text of a list as somebody wrote it, or a
``Text`` that the catalogue renders.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from voterlist.deadlines import Deadline
from voterlist.model import Level, Owed, Progress, Standing

__all__ = [
    "Born",
    "Facts",
    "Limits",
    "Place",
    "Precinct",
    "Text",
    "UnitStanding",
    "Value",
    "Waiting",
    "place_order",
]


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


class Waiting(Protocol):
    """What waits for a person in a unit."""

    @property
    def cases(self) -> int:
        """Cases to decide."""

    @property
    def errors(self) -> int:
        """Findings of the severity error that nobody answered."""

    @property
    def contested(self) -> int:
        """Answers of several people that contradict each other."""

    @property
    def second_readings(self) -> int:
        """Decided cases that wait for their second reading."""


class UnitStanding(Protocol):
    """How one precinct or constituency stands with one stage of the calendar."""

    @property
    def deadline(self) -> Deadline:
        """The stage and its due date."""

    @property
    def constituency(self) -> int | None:
        """The unit's constituency."""

    @property
    def precinct(self) -> int | None:
        """None: the constituency as a whole."""

    @property
    def finished(self) -> dt.date | None:
        """The day on which the unit finished the stage."""

    @property
    def standing(self) -> Standing:
        """How it stands against the due date."""

    @property
    def progress(self) -> Progress:
        """How far its work is."""

    @property
    def days_over(self) -> int:
        """Days since the due date of what is overdue; 0 of all else."""

    @property
    def waiting(self) -> Waiting:
        """What waits for a person."""

    @property
    def owed(self) -> Owed | None:
        """What is owed for the stage today."""

    @property
    def debtor(self) -> Level | None:
        """The commission that owes it."""

    @property
    def creditor(self) -> Level | None:
        """The commission that waits for it."""


def place_order(
    constituency: int | None, precinct: int | None
) -> tuple[bool, int, bool, int]:
    """The key by which places are sorted: by number, unknown ones last."""
    return (constituency is None, constituency or 0, precinct is None, precinct or 0)
