"""Rule ``under-age``: under age on the day."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_unborn, oldest_possible
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries of people who are surely too young on the day.

    A year alone counts only where no day of it would do.
    """
    limit = context.settings.voting_age
    is_young = context.is_known("birth_year") & (oldest_possible(context) < limit)
    rows = is_young & ~is_unborn(context)
    return context.entry_findings(rule, rows, field="birth_date", limit=limit)
