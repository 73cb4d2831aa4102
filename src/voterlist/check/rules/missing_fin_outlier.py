"""Rule ``missing-fin-outlier``: more entries without a FIN than elsewhere."""

from __future__ import annotations

from functools import partial

from voterlist.check.measures import WITHOUT_FIN, outliers
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "missing-fin-outlier",
    Severity.WARNING,
    Unit.PRECINCT,
    (
        "a precinct differs from the rest of its constituency by more than chance and the settings "
        "allow"
    ),
    looks_at=(
        "Does a precinct lack the FIN more often than is usual in its constituency (its middle "
        "precinct) by more than `most_outlying`, beyond what chance and the usual spread between "
        "precincts give (`outlier_chance`), and still when all precincts are asked at once "
        "(`false_outliers`)? A FIN that `normalize` found invalid counts as lacking. See "
        "docs/statistics.md."
    ),
    false_alarms="A precinct of people whose documents are of the older kind.",
    settings=("most_outlying", "outlier_chance", "false_outliers"),
    is_share=True,
)


find = partial(outliers, rule=RULE, measure=WITHOUT_FIN, field="fin")
"""Precincts with another share of entries without a FIN than is usual."""
