"""Rule ``precinct-too-small``: precinct too small."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Precincts with fewer entries than the law allows.

    The list of a ward or a ship alone is no precinct.
    """
    size, limit = context.permanent_entries, context.settings.smallest_precinct
    at = np.flatnonzero((size > 0) & (size < limit))
    return context.precinct_findings(rule, at, value=size[at], limit=limit)
