"""Rule ``missing-value``: missing value."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_missing, lacks_column
from voterlist.fields import REQUIRED
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING
from voterlist.tables import concat

RULE = Rule(
    "missing-value",
    Severity.WARNING,
    Unit.ENTRY,
    "Election Code, art. 46: what the list holds of a voter; the linkage of entries stands on it",
    looks_at=(
        "Does the entry lack surname, given name, patronymic, birth date, sex or address, while at "
        "least the share `1 - most_missing` of its precinct has it? One finding a field. A cell "
        "that was written and not understood (a dash, an unreadable date) is not missing: "
        "`normalize` speaks of it."
    ),
    false_alarms=(
        "A voter may lawfully have no patronymic. A list whose law asks for fewer fields: switch "
        "the rule off."
    ),
    settings=("most_missing",),
)


def find(context: Context) -> pa.Table:
    """Entries without a field that the other entries of their precinct have."""
    findings = []
    for field in REQUIRED:
        missing = is_missing(context, field)
        without_column = lacks_column(context, missing)[context.precincts.codes]
        findings.append(
            context.entry_findings(RULE, missing & ~without_column, field=field)
        )
    return concat(findings, FINDING)
