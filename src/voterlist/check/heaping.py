"""Birth dates that a precinct has too often: invented or rounded ones heap on certain days and years."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.check.chance import improbable
from voterlist.check.register import Flags, Register, RegisterTest
from voterlist.model import Rule, Severity, Unit

__all__ = ["TESTS"]

_DAYS_OF_YEAR = 365.25

FIRST_OF_JANUARY = Rule(
    "heaping-first-of-january",
    Severity.WARNING,
    Unit.PRECINCT,
    "births spread over the year: one day holds 1/365.25 of them",
)
FIFTEENTH = Rule(
    "heaping-fifteenth",
    Severity.WARNING,
    Unit.PRECINCT,
    "births spread over the months: the 15th of them holds 12/365.25 of the births",
)
ROUND_YEAR = Rule(
    "heaping-round-year",
    Severity.WARNING,
    Unit.PRECINCT,
    "age heaping (Whipple's index): years ending in 0 and 5 hold a fifth of the births",
)
_EXPECTED = {FIRST_OF_JANUARY: 1 / _DAYS_OF_YEAR, FIFTEENTH: 12 / _DAYS_OF_YEAR, ROUND_YEAR: 1 / 5}


def _first_of_january(register: Register) -> tuple[Flags, Flags]:
    full = register.known("birth_month") & register.known("birth_day")
    return (register.number("birth_month") == 1) & (register.number("birth_day") == 1), full


def _fifteenth(register: Register) -> tuple[Flags, Flags]:
    full = register.known("birth_month") & register.known("birth_day")
    return (register.number("birth_day") == 15), full


def _round_year(register: Register) -> tuple[Flags, Flags]:
    known = register.known("birth_year")
    return known & (register.number("birth_year") % 5 == 0), known


_HEAPS = {FIRST_OF_JANUARY: _first_of_january, FIFTEENTH: _fifteenth, ROUND_YEAR: _round_year}


def _heaped(register: Register, rule: Rule) -> pa.Table:
    """Precincts whose share of such dates exceeds what is expected by more than the settings and chance allow."""
    flags, of = _HEAPS[rule](register)
    precincts = register.precincts
    count, known = precincts.count(flags), precincts.count(of)
    limit = min(_EXPECTED[rule] + register.settings.most_heaping, 1.0)
    heaped = register.named_precinct & improbable(count, known, limit, register.settings.outlier_chance)
    at = np.flatnonzero(heaped)
    return register.precinct_findings(rule, at, field="birth_date", value=count[at] / known[at], limit=limit)


TESTS = tuple(RegisterTest(rule, partial(_heaped, rule=rule)) for rule in _HEAPS)
