"""Rule ``sex-contradicts-given-name``: sex and given name contradict."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import contradicts_sex
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "sex-contradicts-given-name",
    Severity.NOTE,
    Unit.ENTRY,
    "Azerbaijani naming: most given names are given to one sex only",
    looks_at="Is the given name one that is given to the other sex, by the shipped frequencies?",
    false_alarms=(
        "Names given to both sexes carry no witness, but the list of such names is not complete."
    ),
)


def find(context: Context) -> pa.Table:
    """Entries whose stated sex is not the one that the given name tells."""
    return context.entry_findings(
        RULE, contradicts_sex(context, "given_sex"), field="given_name"
    )
