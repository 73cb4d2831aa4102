"""Rule ``heaping-fifteenth``: too many births on the 15th."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.measures import FIFTEENTH, judge_precincts, outlier_findings
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "heaping-fifteenth",
    Severity.WARNING,
    Unit.PRECINCT,
    "births spread over the months: the 15th of them holds 12/365.25 of the births",
    looks_at="The same for the 15th of any month, above 12/365.25 + `most_heaping`.",
    false_alarms="None known beyond chance.",
    settings=("most_heaping", "outlier_chance", "false_outliers"),
    is_share=True,
)


def find(context: Context) -> pa.Table:
    """Precincts with too many births on the 15th of a month."""
    return outlier_findings(
        context, RULE, judge_precincts(context, FIFTEENTH), "birth_date"
    )
