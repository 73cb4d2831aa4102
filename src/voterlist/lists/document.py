"""One list as it is printed: what every writer of lists is given.

A document holds only what its purpose may show. Whoever writes it leaves nothing out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pyarrow as pa

from voterlist.model import ListKind, ListOrder, Purpose
from voterlist.schemas import CORRECTION, DOOR, empty

__all__ = ["Balance", "ListDocument", "place_stem", "record_stem"]


@dataclass(frozen=True, slots=True)
class Balance:
    """The rows of one list: a row of LIST_BALANCE."""

    handed_in: int
    struck: int
    repeated: int
    moved_out: int
    moved_in: int
    added: int
    listed: int

    @property
    def is_even(self) -> bool:
        """True where the sum is right."""
        left = self.handed_in - self.struck - self.repeated - self.moved_out
        return left + self.moved_in + self.added == self.listed


@dataclass(frozen=True, slots=True)
class ListDocument:
    """The list of one precinct, permanent or temporary."""

    cycle: str
    run: str
    """The run that it comes from."""
    day: dt.date
    """The day on which it was made."""
    purpose: Purpose
    order: ListOrder
    constituency: int | None
    constituency_name: str | None
    """None where no source vouches for a name."""
    precinct: int | None
    """None: the entries whose precinct is not known."""
    list_kind: ListKind
    rows: pa.Table
    """LISTED in the order of ``number``. On display ``fin``, ``document`` and ``sex`` are null, and
    ``birth_date``, ``birth_month`` and ``birth_day`` are null but for those who come of age: show
    ``birth_date`` where it is known, else ``birth_year``."""
    balance: Balance
    corrections: pa.Table = field(default_factory=lambda: empty(CORRECTION))
    """CORRECTION; without rows on display."""
    door: pa.Table = field(default_factory=lambda: empty(DOOR))
    """DOOR; without rows on display."""
    members: int = 4
    """How many sign beside chair and secretary."""

    @property
    def stem(self) -> str:
        """The file's name without language and ending.

        Such as ``constituency-088-precinct-0004-display``.
        """
        place = f"{place_stem(self.constituency)}-{_precinct_stem(self.precinct)}"
        is_permanent = self.list_kind is ListKind.PERMANENT
        kind = "" if is_permanent else f"-{self.list_kind}"
        return f"{place}{kind}-{self.purpose}"


def place_stem(constituency: int | None) -> str:
    """How the names of a constituency's files begin.

    The word stands before the number, so that nobody, and no program, takes it for a precinct's.
    """
    number = "unknown" if constituency is None else f"{constituency:03}"
    return f"constituency-{number}"


def record_stem(constituency: int | None, precinct: int | None, kind: str) -> str:
    """The name of the files of a list for programs, without their endings."""
    stem = f"{place_stem(constituency)}-{_precinct_stem(precinct)}-record"
    return stem if kind == ListKind.PERMANENT else f"{stem}-{kind}"


def _precinct_stem(precinct: int | None) -> str:
    return "precinct-" + ("unknown" if precinct is None else f"{precinct:04}")
