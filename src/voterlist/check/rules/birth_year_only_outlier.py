"""Rule ``birth-year-only-outlier``: more dates of a year alone than elsewhere."""

from __future__ import annotations

from functools import partial

from voterlist.check.measures import YEAR_ONLY, outliers
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "birth-year-only-outlier",
    Severity.WARNING,
    Unit.PRECINCT,
    (
        "a precinct differs from the rest of its constituency by more than chance and the settings "
        "allow"
    ),
    looks_at=(
        "Does a precinct give a year alone more often than is usual in its constituency (its "
        "middle precinct) by more than `most_outlying`, beyond what chance and the usual spread "
        "between precincts give (`outlier_chance`), and still when all precincts are asked at once "
        "(`false_outliers`)? See docs/statistics.md."
    ),
    false_alarms="A precinct whose list was compiled earlier, under the older form.",
    settings=("most_outlying", "outlier_chance", "false_outliers"),
    is_share=True,
)


find = partial(outliers, rule=RULE, measure=YEAR_ONLY, field="birth_date")
"""Precincts with another share of birth years alone than is usual."""
