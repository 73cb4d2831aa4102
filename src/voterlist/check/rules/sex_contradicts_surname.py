"""Rule ``sex-contradicts-surname``: sex and surname contradict."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import contradicts_sex
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "sex-contradicts-surname",
    Severity.NOTE,
    Unit.ENTRY,
    "Azerbaijani naming: -ov, -yev is a man's ending, -ova, -yeva a woman's",
    looks_at=(
        "Does the surname's ending (-ov/-ova, -yev/-yeva and their spellings) say another sex than "
        "the entry states?"
    ),
    false_alarms="A woman with a foreign or a deliberately unchanged surname in -ov.",
)


def find(context: Context) -> pa.Table:
    """Entries whose stated sex is not the one that the surname tells."""
    return context.entry_findings(
        RULE, contradicts_sex(context, "surname_sex"), field="surname"
    )
