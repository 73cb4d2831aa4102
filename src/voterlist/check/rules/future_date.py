"""Rule ``future-date``: birth date in the future."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_unborn
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "future-date",
    Severity.ERROR,
    Unit.ENTRY,
    "nobody is born after the day of the election",
    looks_at="Does the birth date surely lie after the day?",
    false_alarms="None known. `normalize` may already have set aside a year that cannot be.",
)


def find(context: Context) -> pa.Table:
    """Entries whose birth date surely lies after the day."""
    return context.entry_findings(RULE, is_unborn(context), field="birth_date")
