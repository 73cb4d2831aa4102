"""Entries that share an identifier, each beside the one that says the most of its bearer."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.model import Rule
from voterlist.one_person import are_two_people
from voterlist.shared_values import Codes, sharing

PERSON = (
    "surname_stem",
    "given_skeleton",
    "birth_year",
    "birth_month",
    "birth_day",
    "patronymic_skeleton",
)


def beside_fullest(context: Context, rows: Codes, code: Codes) -> tuple[Codes, Codes]:
    """Rows that share a code, beside the row of that code which holds the most.

    Args:
        context: what the rules look at.
        rows: ascending rows.
        code: what each of them shares with others.

    Returns:
        Two arrays of rows, one element for each row but the fullest: the row, and the fullest of
        its code. Of several such it is the first.
    """
    gaps = np.zeros(len(rows), dtype=np.int64)
    for name in PERSON:
        gaps += ~context.is_known(name)[rows]
    order = np.lexsort((rows, gaps, code))
    rows, code = rows[order], code[order]
    starts = np.flatnonzero(np.diff(code, prepend=-1))
    sizes = np.diff(np.append(starts, len(rows)))
    fullest = np.repeat(rows[starts], sizes)
    is_other = rows != fullest
    return rows[is_other], fullest[is_other]


def shared_by_two_people(context: Context, rule: Rule, field: str) -> pa.Table:
    """FINDING: entries that share the field with another one which seems to be somebody else."""
    rows, fullest = beside_fullest(context, *sharing(context.voters.column(field)))
    people = context.voters.select([*PERSON, "given_sex"])
    left, right = (people.take(pa.array(at)) for at in (rows, fullest))
    apart = are_two_people(left, right)
    return context.entry_findings(rule, rows[apart], other=fullest[apart], field=field)
