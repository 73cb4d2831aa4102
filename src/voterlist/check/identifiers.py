"""Entries that share an identifier, each beside the one that says the most of its bearer."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.agreeing import sharing
from voterlist.check.context import Codes, Context, Flags
from voterlist.model import Rule
from voterlist.tables import differ, similarity

__all__ = ["PERSON", "beside_fullest", "shared_by_two_people", "two_people"]

LEAST_ALIKE = 0.7
"""Names less alike than this are two names: of a name of six letters two may be wrong, of three
none."""

PERSON = (
    "surname_stem",
    "given_skeleton",
    "birth_year",
    "birth_month",
    "birth_day",
    "patronymic_skeleton",
)


def _other_name(left: pa.Table, right: pa.Table, name: str) -> Flags:
    # NaN, where either lacks the name, is not below any number.
    other: Flags = similarity(left.column(name), right.column(name)) < LEAST_ALIKE
    return other


def _other_date(left: pa.Table, right: pa.Table) -> Flags:
    """True where the dates differ in what both know of them, day and month exchanged allowed."""
    month, day = (
        differ(left.column(name), right.column(name)) for name in ("birth_month", "birth_day")
    )
    crossed = differ(left.column("birth_month"), right.column("birth_day")) | differ(
        left.column("birth_day"), right.column("birth_month")
    )
    return differ(left.column("birth_year"), right.column("birth_year")) | ((month | day) & crossed)


def two_people(left: pa.Table, right: pa.Table) -> Flags:
    """True where two voters (tables of one length, row by row) cannot well be one person.

    Another given name; or another birth date together with another surname or patronymic. A surname
    alone changes by marriage, and a date alone is a slip. What either lacks says nothing.
    """
    given = _other_name(left, right, "given_skeleton") | differ(
        left.column("given_sex"), right.column("given_sex")
    )
    family = _other_name(left, right, "surname_stem") | _other_name(
        left, right, "patronymic_skeleton"
    )
    return given | (_other_date(left, right) & family)


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
    apart = two_people(left, right)
    return context.entry_findings(rule, rows[apart], other=fullest[apart], field=field)
