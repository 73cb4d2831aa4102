"""Rule ``same-entry-in-constituency``: same names and birth date in another precinct."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import repeated_entries
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "same-entry-in-constituency",
    Severity.NOTE,
    Unit.ENTRY,
    "Election Code, art. 46: the constituency checks the lists of its precincts for repetitions",
    looks_at=(
        "Has an entry before this one, in another precinct of the constituency, the same surname, "
        "given name, father's name (in their standard spelling) and full birth date? An entry with "
        "an equal one in its own precinct is `same-entry-repeated` instead. What is missing equals "
        "nothing."
    ),
    false_alarms=(
        "Namesakes born on one day: rare in a constituency; "
        "coincidences-beyond-chance says how many to expect."
    ),
)


def find(context: Context) -> pa.Table:
    """Entries that an earlier one of another precinct of their constituency equals."""
    repeats = context.cached(repeated_entries)
    rows, first = repeats.rows, repeats.in_constituency
    is_in_precinct = repeats.in_precinct != rows
    at = (first != rows) & ~is_in_precinct & context.is_known("precinct")[rows]
    return context.entry_findings(RULE, rows[at], other=first[at])
