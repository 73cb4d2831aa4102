"""Rule ``heaping-round-year``: too many births in round years."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.measures import ROUND_YEAR, judge_precincts, outlier_findings
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


def find(context: Context) -> pa.Table:
    """Precincts with too many birth years that end in 0 or 5."""
    return outlier_findings(
        context, RULE, judge_precincts(context, ROUND_YEAR), "birth_date"
    )
