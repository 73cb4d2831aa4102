"""Rule ``age-structure-outlier``: unusual ages."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.measures import ages_judged, outlier_findings
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "age-structure-outlier",
    Severity.WARNING,
    Unit.PRECINCT,
    (
        "a precinct differs from the rest of its constituency by more than chance and the settings "
        "allow"
    ),
    looks_at=(
        "Take every age in turn and ask what share of the voters is that old or younger, in the "
        "precinct and in the rest of its constituency. Is the largest difference (the distance of "
        "Kolmogorov and Smirnov) above `most_outlying`, beyond what chance and the usual spread "
        "between precincts give (`outlier_chance`), and still an outlier when all precincts are "
        "asked at once (`false_outliers`)? See docs/statistics.md."
    ),
    false_alarms="Hostels, new districts of young families, old people's homes.",
    settings=("most_outlying", "outlier_chance", "false_outliers"),
    is_share=True,
)


def find(context: Context) -> pa.Table:
    """Precincts whose voters are of other ages than those of the rest of the constituency."""
    return outlier_findings(context, RULE, context.cached(ages_judged), "birth_date")
