"""Rule ``sex-contradicts-patronymic``: sex and father's name contradict."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import contradicts_sex
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "sex-contradicts-patronymic",
    Severity.WARNING,
    Unit.ENTRY,
    "Azerbaijani naming: oğlu is said of a son, qızı of a daughter (Soviet -oviç, -ovna)",
    looks_at=(
        "Does the particle or ending of the patronymic (oğlu, qızı, -oviç, -ovna and their "
        "spellings) say another sex than the entry states? What either lacks says nothing."
    ),
    false_alarms="A patronymic glued from two.",
)


def find(context: Context) -> pa.Table:
    """Entries whose stated sex is not the one that the patronymic tells."""
    return context.entry_findings(
        RULE, contradicts_sex(context, "patronymic_sex"), field="patronymic"
    )
