"""What is noticed of birth dates.

One file for all: the dates of a file are read together, because the order of day and month is
that of the file.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

IMPOSSIBLE_DATE = Rule(
    "impossible-date",
    Severity.WARNING,
    Unit.ENTRY,
    "the Gregorian calendar",
    looks_at=(
        "Does the birth date name a day that no calendar has (31.02.1980), or a year before 1880 "
        "or after 2099? Of a day that is none the year is kept, day and month count as missing. A "
        "date of another century is kept for the linkage; the register tests count it as missing."
    ),
    false_alarms="A date typed with its parts in an order that the rest of the file does not have.",
)
DATE_UNREADABLE = Rule(
    "date-unreadable",
    Severity.WARNING,
    Unit.ENTRY,
    "the entry as written",
    looks_at="Is a birth date written that no known form reads? It counts as missing.",
    false_alarms="A form of date not met so far.",
)
DATE_SWAPPED = Rule(
    "date-swapped",
    Severity.NOTE,
    Unit.ENTRY,
    "the order of day and month in the rest of the file",
    looks_at=(
        "Is a date possible only with day and month exchanged, against the order of the rest of "
        "the file? It is read exchanged."
    ),
    false_alarms="A wrong month in a file whose dates are otherwise right.",
)
MONTH_FIRST = Rule(
    "date-order-month-first",
    Severity.NOTE,
    Unit.FILE,
    "the dates of the file",
    looks_at=(
        "Do the dates of the file have the month first, as days above 12 in the second place show?"
    ),
    false_alarms="None known.",
)
ORDER_MIXED = Rule(
    "date-order-mixed",
    Severity.WARNING,
    Unit.FILE,
    "the dates of the file",
    looks_at=(
        "Has the file dates of both orders, day first and month first? What is possible in both is "
        "then read day first."
    ),
    false_alarms="Two clerks who shared a list: both orders are right in their part.",
)

RULES: tuple[Rule, ...] = (
    IMPOSSIBLE_DATE,
    DATE_UNREADABLE,
    DATE_SWAPPED,
    MONTH_FIRST,
    ORDER_MIXED,
)
