"""Rule ``crowded-dwelling``: very many voters in one dwelling."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "crowded-dwelling",
    Severity.NOTE,
    Unit.DWELLING,
    "audits of registers ask about dwellings with unusually many voters; the number is a setting",
    looks_at=(
        "Are more voters than `most_voters_in_dwelling` entered in one dwelling (precinct, street, "
        "house, flat)? Temporary lists are not looked at. Where some entries of a house name a "
        "flat, an entry without one is in no dwelling. The entry named is the first of the "
        "dwelling."
    ),
    false_alarms="A block of flats whose flat numbers nobody wrote; a dormitory; a large family.",
    settings=("most_voters_in_dwelling",),
)


def find(context: Context) -> pa.Table:
    """Dwellings with more voters than the settings allow, by their first entry."""
    dwellings, limit = context.dwellings, context.settings.most_voters_in_dwelling
    at = np.flatnonzero(dwellings.size > limit)
    value, rows = dwellings.size[at], dwellings.first[at]
    return context.entry_findings(RULE, rows, field="address", value=value, limit=limit)
