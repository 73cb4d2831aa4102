"""Rule ``name-misspelt``: probably a slip in the name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check.context import Context
from voterlist.check.spelling import misspelt
from voterlist.config import CheckSettings
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING
from voterlist.tables import codes, concat

_COUNTED_COLUMN = {
    "surname": "surname_stem",
    "given_name": "given_skeleton",
    "patronymic": "patronymic_skeleton",
}
"""Field -> the column of which the spellings are counted."""
_COUNTS = pa.schema(
    [("field", pa.string()), ("name", pa.string()), ("count", pa.int64())]
)

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
    """Entries with a name that is a letter from one very much more frequent in the whole list."""
    counts = name_counts(context)
    return find_slips(context, slips_in(counts, context.settings))


def name_counts(context: Context) -> pa.Table:
    """How often each name stands in the list, by field: field, name, count."""
    parts = []
    for field, column in _COUNTED_COLUMN.items():
        code, distinct = codes(context.voters.column(column))
        counts = np.bincount(code[code >= 0], minlength=len(distinct))
        columns = {"name": distinct, "count": counts}
        parts.append(_counts_of(field, columns))
    return pa.concat_tables(parts)


def _counts_of(field: str, columns: Mapping[str, Any]) -> pa.Table:
    count = len(columns["name"])
    return pa.table({"field": [field] * count, **columns}).cast(_COUNTS)


def slips_in(counts: pa.Table, settings: CheckSettings) -> dict[str, list[str]]:
    """Field -> the names that are slips, in order.

    ``counts`` is what ``name_counts`` gives, of one list or of several, of which the counts of a
    name are added up.
    """
    summed = counts.group_by(["field", "name"]).aggregate([("count", "sum")])
    slips = {}
    for field in _COUNTED_COLUMN:
        own = summed.filter(pc.equal(summed.column("field"), field)).sort_by("name")
        names = own.column("name").to_pylist()
        is_slip = misspelt(
            names, own.column("count_sum").to_numpy(), settings.least_times_as_frequent
        )
        slips[field] = [names[row] for row in np.flatnonzero(is_slip)]
    return slips


def find_slips(context: Context, slips: Mapping[str, Sequence[str]]) -> pa.Table:
    """FINDING: the entries with one of these names.

    A given name that is known to be one is left alone however rare it is.
    """
    findings = []
    for field, column in _COUNTED_COLUMN.items():
        code, distinct = codes(context.voters.column(column))
        is_named = pc.is_in(
            distinct, value_set=pa.array(slips.get(field, ()), distinct.type)
        )
        is_slip = np.append(np.asarray(is_named, dtype=bool), False)[code]
        if field == "given_name":
            is_slip &= ~context.is_known("given_sex")
        is_slip &= ~context.lost_letters
        findings.append(context.entry_findings(RULE, is_slip, field=field))
    return concat(findings, FINDING)
