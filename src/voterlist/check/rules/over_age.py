"""Rule ``over-age``: unusually old."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import youngest_possible
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries of people who are surely as old as the limit or older."""
    limit = context.settings.oldest_age
    is_old = context.is_known("birth_year") & (youngest_possible(context) >= limit)
    return context.entry_findings(rule, is_old, field="birth_date", limit=limit)
