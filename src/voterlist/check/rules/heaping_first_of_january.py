"""Rule ``heaping-first-of-january``: too many births on 1 January."""

from __future__ import annotations

from functools import partial

from voterlist.check.measures import FIRST_OF_JANUARY, outliers
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "heaping-first-of-january",
    Severity.WARNING,
    Unit.PRECINCT,
    "births spread over the year: one day holds 1/365.25 of them",
    looks_at=(
        "Is the share of full birth dates on 1 January in a precinct above 1/365.25 + "
        "`most_heaping`, beyond what chance and the usual spread between precincts give "
        "(`outlier_chance`), and still when all precincts are asked at once (`false_outliers`)? "
        "See docs/statistics.md."
    ),
    false_alarms=(
        "People registered late in life or elsewhere were often given 1 January by an office: the "
        "date is then the lawful one."
    ),
    settings=("most_heaping", "outlier_chance", "false_outliers"),
    is_share=True,
)


find = partial(outliers, rule=RULE, measure=FIRST_OF_JANUARY, field="birth_date")
"""Precincts with too many births on 1 January."""
