"""Rule ``precinct-too-large``: precinct too large."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "precinct-too-large",
    Severity.WARNING,
    Unit.PRECINCT,
    "Election Code: a precinct has 50 to 1,500 voters",
    looks_at="Has the precinct, over its permanent lists, more entries than `largest_precinct`?",
    false_alarms="None: the limit is the law's. But look at `precinct-in-two-lists` first.",
    settings=("largest_precinct",),
)


def find(context: Context) -> pa.Table:
    """Precincts with more entries than the law allows."""
    size, limit = context.permanent_entries, context.settings.largest_precinct
    at = np.flatnonzero(size > limit)
    return context.precinct_findings(RULE, at, value=size[at], limit=limit)
