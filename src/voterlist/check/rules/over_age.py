"""Rule ``over-age``: unusually old."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import youngest_possible
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "over-age",
    Severity.WARNING,
    Unit.ENTRY,
    "the lists of 2024 and 2025 held a voter born in 1890; 105 is passed by very few",
    looks_at=(
        "Is the person surely `oldest_age` or older on the day? Of a year alone, 31 December "
        "counts."
    ),
    false_alarms="People of that age live. The finding asks, nobody is struck for age.",
    settings=("oldest_age",),
)


def find(context: Context) -> pa.Table:
    """Entries of people who are surely as old as the limit or older."""
    limit = context.settings.oldest_age
    is_old = context.is_known("birth_year") & (youngest_possible(context) >= limit)
    return context.entry_findings(RULE, is_old, field="birth_date", limit=limit)
