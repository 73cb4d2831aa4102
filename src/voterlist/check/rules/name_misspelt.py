"""Rule ``name-misspelt``: probably a slip in the name."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.spelling import misspelt
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING
from voterlist.tables import codes, concat

_COUNTED_COLUMN = {
    "surname": "surname_stem",
    "given_name": "given_skeleton",
    "patronymic": "patronymic_skeleton",
}
"""Field -> the column of which the spellings are counted."""

RULE = Rule(
    "name-misspelt",
    Severity.NOTE,
    Unit.ENTRY,
    (
        "Election Code, art. 46.1: the lists are verified for repetitions and inaccuracies; a slip "
        "of one letter is rare beside the name that it spoils"
    ),
    looks_at=(
        "Is the surname's stem, the given name or the father's name, folded to its skeleton, one "
        "letter (more, less, another, or two exchanged) from a name that stands at least "
        "`least_times_as_frequent` times as often in the whole list? Names shorter than five "
        "letters are left out; so is a difference in the first letter (Vəliyev, Əliyev), and a "
        "last letter more or less (Samir, Samirə). A given name that the program knows is left "
        "alone. The skeleton is the same for every script and spelling of a name, so ASCII or "
        "Russian writing is no slip. A list that lost letters (`letters-lost`) is left out."
    ),
    false_alarms=(
        "A rare surname that happens to lie beside a frequent one. The more entries the list has, "
        "the more slips are found: in a list of few thousand no name is 250 times as frequent as "
        "another."
    ),
    settings=("least_times_as_frequent",),
)


def find(context: Context) -> pa.Table:
    """Entries with a name that is a letter from one very much more frequent in the whole list.

    A given name that is known to be one is left alone however rare it is.
    """
    findings = []
    for field, column in _COUNTED_COLUMN.items():
        code, distinct = codes(context.voters.column(column))
        counts = np.bincount(code[code >= 0], minlength=len(distinct))
        times = context.settings.least_times_as_frequent
        is_slip = np.append(misspelt(distinct.to_pylist(), counts, times), False)[code]
        if field == "given_name":
            is_slip &= ~context.is_known("given_sex")
        is_slip &= ~context.lost_letters
        findings.append(context.entry_findings(RULE, is_slip, field=field))
    return concat(findings, FINDING)
