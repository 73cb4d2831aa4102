"""Rule ``sex-ratio-outlier``: unusual share of men."""

from __future__ import annotations

from functools import partial

from voterlist.check.measures import MEN_SHARE, outliers
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "sex-ratio-outlier",
    Severity.WARNING,
    Unit.PRECINCT,
    (
        "a precinct differs from the rest of its constituency by more than chance and the settings "
        "allow"
    ),
    looks_at=(
        "Does the share of men (of those with a known sex) lie further from what is usual in the "
        "constituency (its middle precinct) than `most_outlying`, on either side, beyond what "
        "chance and the usual spread between precincts give (`outlier_chance`), and still when all "
        "precincts are asked at once (`false_outliers`)? The limit shown is the one that was "
        "passed. See docs/statistics.md."
    ),
    false_alarms="Barracks, dormitories, villages whose men work elsewhere.",
    settings=("most_outlying", "outlier_chance", "false_outliers"),
    is_share=True,
)


find = partial(outliers, rule=RULE, measure=MEN_SHARE, field="sex")
"""Precincts with another share of men than is usual."""
