"""Rule ``under-age``: under age on the day."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import is_unborn, oldest_possible
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "under-age",
    Severity.ERROR,
    Unit.ENTRY,
    "Election Code: a voter is 18 or older on election day",
    looks_at=(
        "Is the person surely younger than `voting_age` on the day? What is missing of the date is "
        "taken in the voter's favour: of a year alone, 1 January of it counts, so an entry with a "
        "year only is found just where no day of the year would do. Who was born on 29 February is "
        "of age from 28 February on. A birth in the future is `future-date` and not found here."
    ),
    false_alarms=(
        "The day is the election, or the last due date of the cycle: where an election is called "
        "for a later day, set it in the settings, or who turns 18 in between is found here."
    ),
    settings=("voting_age",),
)


def find(context: Context) -> pa.Table:
    """Entries of people who are surely too young on the day.

    A year alone counts only where no day of it would do.
    """
    limit = context.settings.voting_age
    is_young = context.is_known("birth_year") & (oldest_possible(context) < limit)
    rows = is_young & ~is_unborn(context)
    return context.entry_findings(RULE, rows, field="birth_date", limit=limit)
