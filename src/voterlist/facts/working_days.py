"""The days on which a commission works: no Saturday, no Sunday, no holiday.

``holidays.toml`` holds the holidays, each with its ground. Where a holiday falls on a Saturday or
Sunday, the next working day is free in its place (Labour Code of Azerbaijan, article 105). Of two
holidays that fall on one day, one more day is free.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from voterlist.shipped import shipped_toml

_SATURDAY = 5
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
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
    named = sorted([*_named(year - 1), *_named(year)])
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


def _named(year: int) -> Iterator[dt.date]:
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
