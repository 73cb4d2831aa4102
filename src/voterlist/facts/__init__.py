"""Facts that ship with the program, each with the days for which its source vouches.

``constituencies.csv`` holds the numbers and names of the electoral constituencies from the public
record. A map is redrawn every five years, so a name without its days means nothing: number 48 was
Yevlax until 2015 and is Abşeron since 2023. Of the map in force since 19 September 2023 only the
names found in public reports are in; the others are unknown here, and a workspace works with their
numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import field
from functools import cache
from typing import Any

from voterlist.model import frozen
from voterlist.shipped import shipped_rows, shipped_toml

_SATURDAY = 5
_ONE_DAY = dt.timedelta(days=1)


@frozen
class WorkingDays:
    """Which days are working days."""

    holidays: frozenset[dt.date] = field(default_factory=frozenset)
    """Days that are free beside those of ``holidays.toml``."""
    worked: frozenset[dt.date] = field(default_factory=frozenset)
    """Days that are worked although they would be free: a Saturday in place of a Monday, or the
    days before a deadline."""

    def holds(self, day: dt.date) -> bool:
        """True for a working day."""
        if day in self.worked:
            return True
        is_weekend = day.weekday() >= _SATURDAY
        return not (is_weekend or day in self.holidays or day in holidays_of(day.year))

    def between(self, first: dt.date, last: dt.date) -> Iterator[dt.date]:
        """The working days from ``first`` to ``last``, both included."""
        day = first
        while day <= last:
            if self.holds(day):
                yield day
            day += _ONE_DAY

    def count(self, first: dt.date, last: dt.date) -> int:
        """How many working days there are from ``first`` to ``last``, both included."""
        return sum(1 for _ in self.between(first, last))

    def after(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day after a day; the day itself where ``count`` is 0."""
        while count > 0:
            day += _ONE_DAY
            count -= self.holds(day)
        return day


@cache
def holidays_of(year: int) -> frozenset[dt.date]:
    """The days of a year that are free by law, those moved from a weekend among them."""
    # A holiday at the end of December may be made good in January.
    named = sorted([*_named_days(year - 1), *_named_days(year)])
    free = set(named)
    seen: set[dt.date] = set()
    for day in named:
        if day.weekday() >= _SATURDAY or day in seen:
            free.add(_next_free_place(day, free))
        seen.add(day)
    return frozenset(day for day in free if day.year == year)


def _next_free_place(day: dt.date, taken: Collection[dt.date]) -> dt.date:
    """The first day after ``day`` that is neither a weekend nor free already."""
    day += _ONE_DAY
    while day.weekday() >= _SATURDAY or day in taken:
        day += _ONE_DAY
    return day


def _named_days(year: int) -> Iterator[dt.date]:
    """The holidays of a year on their own days, one for each holiday."""
    facts = _facts()
    for group in facts["every_year"]:
        if year >= group["since"]:
            for text in group["days"]:
                yield dt.date.fromisoformat(f"{year:04d}-{text}")
    for group in facts["once"]:
        for text in group["days"]:
            day = dt.date.fromisoformat(text)
            if day.year == year:
                yield day


@cache
def _facts() -> dict[str, Any]:
    return shipped_toml("voterlist.facts", "holidays.toml")


CONSTITUENCY_NUMBERS = range(1, 126)
"""The numbers a constituency may have (Election Code: 125 single-member constituencies)."""

BIRTH_YEARS = range(1880, 2100)
"""The years in which somebody on a voters' list can be born, those still to come among them: only
who knows the day of the list can judge these. The oldest person whose age is proved was born in
1875 and died in 1997."""


@frozen
class Constituency:
    """One constituency of one map. ``valid_until`` None: still in force."""

    number: int
    name: str
    valid_from: dt.date
    valid_until: dt.date | None
    source: str

    def holds_on(self, day: dt.date) -> bool:
        """True where the source vouches for the name on this day; both limits are included."""
        return self.valid_from <= day and (
            self.valid_until is None or day <= self.valid_until
        )


@cache
def all_constituencies() -> tuple[Constituency, ...]:
    """Every name of every map known, in order of number and day."""
    return tuple(
        Constituency(
            number=int(row["number"]),
            name=row["name"],
            valid_from=dt.date.fromisoformat(row["valid_from"]),
            valid_until=dt.date.fromisoformat(row["valid_until"])
            if row["valid_until"]
            else None,
            source=row["source"],
        )
        for row in shipped_rows("voterlist.facts", "constituencies.csv")
    )


def constituencies(on: dt.date) -> dict[int, str]:
    """The name by number of the constituencies whose name is known for this day.

    The others are absent.
    """
    return {
        constituency.number: constituency.name
        for constituency in all_constituencies()
        if constituency.holds_on(on)
    }


def mortality() -> dict[str, dict[str, float]]:
    """The share that dies in a year, by sex, then by the first age of a group (100: all above)."""
    return shipped_toml("voterlist.facts", "mortality.toml")
