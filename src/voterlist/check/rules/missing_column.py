"""Rule ``missing-column``: column not handed in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_missing, lacks_column
from voterlist.fields import REQUIRED
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING
from voterlist.tables import concat

RULE = Rule(
    "missing-column",
    Severity.WARNING,
    Unit.PRECINCT,
    "Election Code, art. 46: what the list holds of a voter; the linkage of entries stands on it",
    looks_at=(
        "Do more of a precinct's entries than `most_missing` lack the field? Then one finding for "
        "the precinct stands for all of its entries. The value is the share that lacks it."
    ),
    false_alarms=(
        "Published lists carry neither sex nor full date. A header that was not recognised looks "
        "like a column not handed in: pin it under `[ingest.columns]`."
    ),
    settings=("most_missing",),
    is_share=True,
)


def find(context: Context) -> pa.Table:
    """Precincts most of whose entries lack a field: one finding instead of one for each entry."""
    precincts, limit = context.precincts, context.settings.most_missing
    findings = []
    for field in REQUIRED:
        missing = is_missing(context, field)
        at = np.flatnonzero(lacks_column(context, missing))
        share = precincts.count(missing)[at] / precincts.size[at]
        findings.append(
            context.precinct_findings(RULE, at, field=field, value=share, limit=limit)
        )
    return concat(findings, FINDING)
