"""Birth dates that a precinct has too often.

Invented or rounded ones heap on certain days and years.
"""

from __future__ import annotations

from voterlist.check.outliers import outlier_test
from voterlist.model import Rule, Severity, Unit

__all__ = ["TESTS"]

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

TESTS = tuple(
    outlier_test(rule, "birth_date") for rule in (FIRST_OF_JANUARY, FIFTEENTH, ROUND_YEAR)
)
