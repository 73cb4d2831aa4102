"""Rule ``precinct-too-small``: precinct too small."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "precinct-too-small",
    Severity.WARNING,
    Unit.PRECINCT,
    "Election Code: a precinct has 50 to 1,500 voters",
    looks_at=(
        "Has the precinct, over its permanent lists, fewer entries than `smallest_precinct`? A "
        "precinct with a temporary list only is not asked about."
    ),
    false_alarms=(
        "Precincts in ships, missions abroad or remote settlements that handed in a permanent list."
    ),
    settings=("smallest_precinct",),
)


def find(context: Context) -> pa.Table:
    """Precincts with fewer entries than the law allows.

    The list of a ward or a ship alone is no precinct.
    """
    size, limit = context.permanent_entries, context.settings.smallest_precinct
    at = np.flatnonzero((size > 0) & (size < limit))
    return context.precinct_findings(RULE, at, value=size[at], limit=limit)
