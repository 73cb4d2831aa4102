"""Rule ``missing-value``: missing value."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_missing, lacks_column
from voterlist.fields import REQUIRED
from voterlist.model import Rule
from voterlist.schemas import FINDING
from voterlist.tables import concat


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries without a field that the other entries of their precinct have."""
    findings = []
    for field in REQUIRED:
        missing = is_missing(context, field)
        without_column = lacks_column(context, missing)[context.precincts.codes]
        findings.append(
            context.entry_findings(rule, missing & ~without_column, field=field)
        )
    return concat(findings, FINDING)
