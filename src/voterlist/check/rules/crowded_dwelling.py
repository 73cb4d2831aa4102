"""Rule ``crowded-dwelling``: very many voters in one dwelling."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Dwellings with more voters than the settings allow, by their first entry."""
    dwellings, limit = context.dwellings, context.settings.most_voters_in_dwelling
    at = np.flatnonzero(dwellings.size > limit)
    value, rows = dwellings.size[at], dwellings.first[at]
    return context.entry_findings(rule, rows, field="address", value=value, limit=limit)
