"""Rule ``same-entry-in-constituency``: same names and birth date in another precinct."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import repeated_entries
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries that an earlier one of another precinct of their constituency equals."""
    repeats = context.cached(repeated_entries)
    rows, first = repeats.rows, repeats.in_constituency
    is_in_precinct = repeats.in_precinct != rows
    at = (first != rows) & ~is_in_precinct & context.is_known("precinct")[rows]
    return context.entry_findings(rule, rows[at], other=first[at])
