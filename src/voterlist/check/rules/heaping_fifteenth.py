"""Rule ``heaping-fifteenth``: too many births on the 15th."""

from __future__ import annotations

from functools import partial

from voterlist.check.measures import FIFTEENTH, outliers
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


find = partial(outliers, rule=RULE, measure=FIFTEENTH, field="birth_date")
"""Precincts with too many births on the 15th of a month."""
