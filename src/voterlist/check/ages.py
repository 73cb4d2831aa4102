"""The rules about ages and birth dates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voterlist.arrays import Bools, Floats, Longs, completed_years
from voterlist.check.context import Context, Found
from voterlist.findings import take_columns

_LAST_DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""The last day of each month; of February that of a leap year."""


def _age(context: Context, month: Longs, day: Longs) -> Longs:
    """Completed years on the day for a birth on this day of the birth year, row by row."""
    return completed_years(context.number("birth_year"), month, day, context.on_day)


def _known_or(context: Context, name: str, instead: int | Longs) -> Longs:
    number = context.number(name)
    return np.where(number < 0, instead, number)


def youngest_possible(context: Context) -> Longs:
    """The age in completed years if what is missing of the date is the last day that it can be."""
    month = _known_or(context, "birth_month", 12)
    last_day = np.take(_LAST_DAYS, month - 1, mode="clip")
    return _age(context, month, _known_or(context, "birth_day", last_day))


def oldest_possible(context: Context) -> Longs:
    """The age in completed years if what is missing of the date is the first day that it can be."""
    month = _known_or(context, "birth_month", 1)
    return _age(context, month, _known_or(context, "birth_day", 1))


def _is_unborn(context: Context) -> Bools:
    """True where the birth date surely lies after the day."""
    return context.is_known("birth_year") & (oldest_possible(context) < 0)


def under_age(context: Context) -> Iterator[Found]:
    """Entries of people who are surely too young on the day.

    A year alone counts only where no day of it would do.
    """
    limit = context.settings.voting_age
    is_young = context.is_known("birth_year") & (oldest_possible(context) < limit)
    rows = is_young & ~_is_unborn(context)
    yield context.entries_found(rows, field="birth_date", limit=limit)


def over_age(context: Context) -> Iterator[Found]:
    """Entries of people who are surely as old as the limit or older."""
    limit = context.settings.oldest_age
    is_old = context.is_known("birth_year") & (youngest_possible(context) >= limit)
    yield context.entries_found(is_old, field="birth_date", limit=limit)


def future_date(context: Context) -> Iterator[Found]:
    """Entries whose birth date surely lies after the day."""
    yield context.entries_found(_is_unborn(context), field="birth_date")


def birth_year_only(context: Context) -> Iterator[Found]:
    """Constituencies in which more birth dates are a year alone than the settings allow."""
    has_year = context.is_known("birth_year")
    count = _by_constituency(context, has_year & ~context.is_known("birth_day"))
    of = _by_constituency(context, has_year)
    limit = context.settings.most_year_only
    at = np.flatnonzero(count > limit * of)
    precinct = context.constituency_of_precinct.first[at]
    columns = take_columns(
        context.voters, context.precincts.first[precinct], ["constituency"]
    )
    columns |= {"field": "birth_date", "value": count[at] / of[at], "limit": limit}
    yield Found(len(at), columns)


def _by_constituency(context: Context, flags: Bools) -> Floats:
    """How many entries of each constituency are flagged."""
    groups = context.constituency_of_precinct
    flagged = context.precincts.count(flags)
    counted = np.bincount(groups.codes, weights=flagged, minlength=len(groups.size))
    return counted.astype(np.float64)
