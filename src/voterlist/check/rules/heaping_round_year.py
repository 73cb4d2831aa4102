"""Rule ``heaping-round-year``: too many births in round years."""

from __future__ import annotations

from functools import partial

from voterlist.check.measures import ROUND_YEAR, outliers
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "heaping-round-year",
    Severity.WARNING,
    Unit.PRECINCT,
    "age heaping (Whipple's index): years ending in 0 and 5 hold a fifth of the births",
    looks_at="The same for birth years ending in 0 or 5, above 1/5 + `most_heaping`.",
    false_alarms=(
        "A small settlement of people of one age (a students' hostel) whose years happen to be "
        "round."
    ),
    settings=("most_heaping", "outlier_chance", "false_outliers"),
    is_share=True,
)


find = partial(outliers, rule=RULE, measure=ROUND_YEAR, field="birth_date")
"""Precincts with too many birth years that end in 0 or 5."""
