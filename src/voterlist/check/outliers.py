"""Findings about precincts whose share, or whose ages, are outliers in their constituency."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.measures import Judged
from voterlist.model import Rule


def outlier_findings(
    context: Context, rule: Rule, judged: Judged, field: str
) -> pa.Table:
    """FINDING: the outliers, each with its value and the limit it has passed."""
    at = np.flatnonzero(judged.outlying)
    value, limit = judged.funnel.value[at], judged.limit[at]
    return context.precinct_findings(rule, at, field=field, value=value, limit=limit)
