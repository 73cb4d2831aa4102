"""Rule ``same-entry-repeated``: same names and birth date in one precinct."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import repeated_entries
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries that an earlier one of their precinct equals in names and full birth date."""
    repeats = context.cached(repeated_entries)
    at = repeats.in_precinct != repeats.rows
    return context.entry_findings(rule, repeats.rows[at], other=repeats.in_precinct[at])
