"""Birth dates against the day of the election. What is not known is take_columns in the voter's favour."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.register import Codes, Flags, Register, RegisterTest
from voterlist.model import Rule, Severity, Unit

__all__ = ["TESTS", "youngest_possible"]

UNDER_AGE = Rule(
    "under-age",
    Severity.ERROR,
    Unit.ENTRY,
    "Election Code: a voter is 18 or older on election day",
)
OVER_AGE = Rule(
    "over-age",
    Severity.WARNING,
    Unit.ENTRY,
    "the lists of 2024 and 2025 held a voter born in 1890; 105 is passed by very few",
)
FUTURE_DATE = Rule(
    "future-date", Severity.ERROR, Unit.ENTRY, "nobody is born after the day of the election"
)


def _age(register: Register, month: Codes, day: Codes) -> Codes:
    """Completed years on the day for a birth in this month on this day of the birth year; row by row.

    Who is born on 29 February is take_columns as of age from 28 February on: never called under age
    wrongly.
    """
    today = register.on_day
    day = np.where((month == 2) & (day == 29), 28, day)
    later = (month > today.month) | ((month == today.month) & (day > today.day))
    age: Codes = today.year - register.number("birth_year") - later
    return age


def _known_or(register: Register, name: str, instead: int) -> Codes:
    number = register.number(name)
    return np.where(number < 0, instead, number)


def youngest_possible(register: Register) -> Codes:
    """The age in completed years if what is missing of the date is the last day that it can be."""
    return _age(
        register, _known_or(register, "birth_month", 12), _known_or(register, "birth_day", 31)
    )


def oldest_possible(register: Register) -> Codes:
    """The age in completed years if what is missing of the date is the first day that it can be."""
    return _age(
        register, _known_or(register, "birth_month", 1), _known_or(register, "birth_day", 1)
    )


def _unborn(register: Register) -> Flags:
    return register.known("birth_year") & (oldest_possible(register) < 0)


def under_age(register: Register) -> pa.Table:
    """Entries of people who are surely too young on the day.

    A year alone counts only where no day of it would do.
    """
    young = register.known("birth_year") & (
        oldest_possible(register) < register.settings.voting_age
    )
    return register.entry_findings(
        UNDER_AGE,
        young & ~_unborn(register),
        field="birth_date",
        limit=register.settings.voting_age,
    )


def over_age(register: Register) -> pa.Table:
    """Entries of people who are surely as old as the limit or older."""
    old = register.known("birth_year") & (
        youngest_possible(register) >= register.settings.oldest_age
    )
    return register.entry_findings(
        OVER_AGE, old, field="birth_date", limit=register.settings.oldest_age
    )


def future_date(register: Register) -> pa.Table:
    """Entries whose birth date surely lies after the day."""
    return register.entry_findings(FUTURE_DATE, _unborn(register), field="birth_date")


TESTS = (
    RegisterTest(UNDER_AGE, under_age),
    RegisterTest(OVER_AGE, over_age),
    RegisterTest(FUTURE_DATE, future_date),
)
