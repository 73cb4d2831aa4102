"""What is asked of one entry: which fields it lacks, how old its bearer can be, which sex."""

from __future__ import annotations

import numpy as np

from voterlist.check.context import Context
from voterlist.model import Sex
from voterlist.persons.shared_values import Codes, Flags


def is_missing(context: Context, field: str) -> Flags:
    """True where a field of ENTRY is neither written nor could be had from another cell.

    A cell that was written and not understood, a placeholder among them, is not missing:
    ``normalize`` speaks of it.
    """
    column = "birth_year" if field == "birth_date" else field
    return ~(context.is_known(column) | context.is_written(field))


def lacks_column(context: Context, missing: Flags) -> Flags:
    """True for each precinct that lacks the field in more of its entries than the settings allow.

    ``missing`` is what ``is_missing`` gives for the field.
    """
    precincts = context.precincts
    return precincts.count(missing) > context.settings.most_missing * precincts.size


_LAST_DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""The last day of each month; of February that of a leap year."""


def _age(context: Context, month: Codes, day: Codes) -> Codes:
    """Completed years on the day for a birth on this day of the birth year, row by row.

    Who is born on 29 February is taken as of age from 28 February on: never called under age
    wrongly.
    """
    today = context.on_day
    day = np.where((month == 2) & (day == 29), 28, day)
    later = (month > today.month) | ((month == today.month) & (day > today.day))
    age: Codes = today.year - context.number("birth_year") - later
    return age


def _known_or(context: Context, name: str, instead: int | Codes) -> Codes:
    number = context.number(name)
    return np.where(number < 0, instead, number)


def youngest_possible(context: Context) -> Codes:
    """The age in completed years if what is missing of the date is the last day that it can be."""
    month = _known_or(context, "birth_month", 12)
    last_day = np.take(_LAST_DAYS, month - 1, mode="clip")
    return _age(context, month, _known_or(context, "birth_day", last_day))


def oldest_possible(context: Context) -> Codes:
    """The age in completed years if what is missing of the date is the first day that it can be."""
    month = _known_or(context, "birth_month", 1)
    return _age(context, month, _known_or(context, "birth_day", 1))


def is_unborn(context: Context) -> Flags:
    """True where the birth date surely lies after the day."""
    return context.is_known("birth_year") & (oldest_possible(context) < 0)


def contradicts_sex(context: Context, witness: str) -> Flags:
    """True where the stated sex is not the one in the column ``witness`` of VOTER.

    Where either is not known, nothing is contradicted.
    """
    is_man, is_woman = (context.equals("sex", sex) for sex in (Sex.MALE, Sex.FEMALE))
    says_man, says_woman = (
        context.equals(witness, sex) for sex in (Sex.MALE, Sex.FEMALE)
    )
    return (is_man & says_woman) | (is_woman & says_man)
