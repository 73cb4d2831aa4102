"""Rule ``missing-column``: column not handed in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_missing, lacks_column
from voterlist.fields import REQUIRED
from voterlist.model import Rule
from voterlist.schemas import FINDING
from voterlist.tables import concat


def find(context: Context, rule: Rule) -> pa.Table:
    """Precincts most of whose entries lack a field: one finding instead of one for each entry."""
    precincts, limit = context.precincts, context.settings.most_missing
    findings = []
    for field in REQUIRED:
        missing = is_missing(context, field)
        at = np.flatnonzero(lacks_column(context, missing))
        share = precincts.count(missing)[at] / precincts.size[at]
        findings.append(
            context.precinct_findings(rule, at, field=field, value=share, limit=limit)
        )
    return concat(findings, FINDING)
