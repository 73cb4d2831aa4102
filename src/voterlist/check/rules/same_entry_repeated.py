"""Rule ``same-entry-repeated``: same names and birth date in one precinct."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import repeated_entries
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "same-entry-repeated",
    Severity.NOTE,
    Unit.ENTRY,
    "a voter stands in a precinct's list once",
    looks_at=(
        "Do two entries of one precinct agree in surname, given name, patronymic (standard "
        "spelling) and full birth date? Informative: whether they are one person is weighed by "
        "`link` and decided by a person."
    ),
    false_alarms="Namesakes; in one precinct they are rare.",
)


def find(context: Context) -> pa.Table:
    """Entries that an earlier one of their precinct equals in names and full birth date."""
    repeats = context.cached(repeated_entries)
    at = repeats.in_precinct != repeats.rows
    return context.entry_findings(RULE, repeats.rows[at], other=repeats.in_precinct[at])
