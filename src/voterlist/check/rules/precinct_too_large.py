"""Rule ``precinct-too-large``: precinct too large."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Precincts with more entries than the law allows."""
    size, limit = context.permanent_entries, context.settings.largest_precinct
    at = np.flatnonzero(size > limit)
    return context.precinct_findings(rule, at, value=size[at], limit=limit)
