"""Entries that share an identifier, or names and full birth date, with another one.

Whether the two are one person, ``link`` weighs and a person decides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context, groups_of
from voterlist.findings import PRECINCT_PLACE
from voterlist.model import Rule
from voterlist.persons.one_person import are_two_people
from voterlist.persons.shared_values import Codes, sharing
from voterlist.tables import group_codes

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


_NO_GROUP = -1
"""The code of a row that is in no group."""


class Repeats(NamedTuple):
    """The entries that share names and full date with another; one element per entry.

    Beside each row stands the first such entry within a place: the row itself where there is no
    other.
    """

    rows: Codes
    in_precinct: Codes
    in_constituency: Codes
    anywhere: Codes


def repeated_entries(context: Context) -> Repeats:
    """Which entries repeat which.

    Where the constituency is not known to anybody, the precinct alone says the place.
    """
    rows, person = context.namesakes
    places = context.voters.select(list(PRECINCT_PLACE)).take(pa.array(rows))
    table = places.append_column("person", pa.array(person))
    constituency, _ = group_codes(table, "person", "constituency", known=False)
    precinct, _ = group_codes(table, "person", *PRECINCT_PLACE, known=False)
    precinct[~context.is_known("precinct")[rows]] = _NO_GROUP
    return Repeats(
        rows,
        in_precinct=_first(rows, precinct),
        in_constituency=_first(rows, constituency),
        anywhere=_first(rows, person),
    )


def _first(rows: Codes, code: Codes) -> Codes:
    """The first row of each row's code; the row itself where it has none."""
    groups = groups_of(code, int(code.max(initial=_NO_GROUP)) + 1)
    return np.where(code >= 0, rows[np.append(groups.first, 0)[code]], rows)
