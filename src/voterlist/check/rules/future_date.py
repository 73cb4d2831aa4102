"""Rule ``future-date``: birth date in the future."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_unborn
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries whose birth date surely lies after the day."""
    return context.entry_findings(rule, is_unborn(context), field="birth_date")
