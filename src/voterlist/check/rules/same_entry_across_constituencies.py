"""Rule ``same-entry-across-constituencies``: same names and birth date in another constituency."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import repeated_entries
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "same-entry-across-constituencies",
    Severity.NOTE,
    Unit.ENTRY,
    "Election Code, art. 46.1: the Central Election Commission verifies the lists for repetitions",
    looks_at=(
        "The same across constituencies, for entries that no earlier one of their own constituency "
        "equals. Entries of unknown constituency are not asked about."
    ),
    false_alarms="Namesakes born on one day, the more the longer the list.",
)


def find(context: Context) -> pa.Table:
    """Entries that an earlier one of another constituency equals in names and full birth date."""
    repeats = context.cached(repeated_entries)
    rows, first = repeats.rows, repeats.anywhere
    is_in_constituency = repeats.in_constituency != rows
    is_known = context.is_known("constituency")
    at = (first != rows) & ~is_in_constituency & is_known[rows] & is_known[first]
    return context.entry_findings(RULE, rows[at], other=first[at])
