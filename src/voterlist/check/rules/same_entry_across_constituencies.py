"""Rule ``same-entry-across-constituencies``: same names and birth date in another constituency."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import repeated_entries
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries that an earlier one of another constituency equals in names and full birth date."""
    repeats = context.cached(repeated_entries)
    rows, first = repeats.rows, repeats.anywhere
    is_in_constituency = repeats.in_constituency != rows
    is_known = context.is_known("constituency")
    at = (first != rows) & ~is_in_constituency & is_known[rows] & is_known[first]
    return context.entry_findings(rule, rows[at], other=first[at])
