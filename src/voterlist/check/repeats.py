"""The rules about entries that share an identifier, or names and full date, with another one.

Whether the two are one person, ``link`` weighs and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from voterlist.arrays import Longs
from voterlist.check.context import Context, Found, groups_of
from voterlist.fields import BORN, PLACE
from voterlist.persons.matching import are_two_people
from voterlist.persons.shared_values import agreeing, sharing
from voterlist.tables import differ, group_codes

_PERSON = (
    "surname_stem",
    "given_skeleton",
    *BORN,
    "patronymic_skeleton",
)


def _beside_fullest(context: Context, rows: Longs, code: Longs) -> tuple[Longs, Longs]:
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
    for name in _PERSON:
        gaps += ~context.is_known(name)[rows]
    order = np.lexsort((rows, gaps, code))
    rows, code = rows[order], code[order]
    starts = np.flatnonzero(np.diff(code, prepend=-1))
    sizes = np.diff(np.append(starts, len(rows)))
    fullest = np.repeat(rows[starts], sizes)
    is_other = rows != fullest
    return rows[is_other], fullest[is_other]


def _shared_by_two_people(context: Context, field: str) -> Iterator[Found]:
    """Entries that share the field with another one which seems to be somebody else."""
    rows, fullest = _beside_fullest(context, *sharing(context.voters.column(field)))
    people = context.voters.select([*_PERSON, "given_sex"])
    left, right = (people.take(at) for at in (rows, fullest))
    apart = are_two_people(left, right)
    yield context.entries_found(rows[apart], other=fullest[apart], field=field)


_NO_GROUP = -1
"""The code of a row that is in no group."""


class _Repeats(NamedTuple):
    """The entries that share names and full date with another; one element per entry.

    Beside each row stands the first such entry within a place: the row itself where there is no
    other.
    """

    rows: Longs
    in_precinct: Longs
    in_constituency: Longs
    anywhere: Longs


def _repeated_entries(context: Context) -> _Repeats:
    """Which entries repeat which.

    Where the constituency is not known to anybody, the precinct alone says the place.
    """
    rows, person = context.namesakes
    places = context.voters.select(PLACE).take(rows)
    table = places.append_column("person", pa.array(person))
    constituency, _ = group_codes(table, "person", "constituency", known=False)
    precinct, _ = group_codes(table, "person", *PLACE, known=False)
    precinct[~context.is_known("precinct")[rows]] = _NO_GROUP
    return _Repeats(
        rows,
        in_precinct=_first(rows, precinct),
        in_constituency=_first(rows, constituency),
        anywhere=_first(rows, person),
    )


def _first(rows: Longs, code: Longs) -> Longs:
    """The first row of each row's code; the row itself where it has none."""
    groups = groups_of(code, int(code.max(initial=_NO_GROUP)) + 1)
    return np.where(code >= 0, rows[np.append(groups.first, 0)[code]], rows)


document_shared = partial(_shared_by_two_people, field="document")
fin_shared = partial(_shared_by_two_people, field="fin")


def two_fins(context: Context) -> Iterator[Found]:
    """Entries of one surname, given name, patronymic and full birth date, each with another FIN."""
    has_fin = np.where(context.is_known("fin"), 0, -1)
    namesakes = agreeing([has_fin, *map(context.codes, _PERSON)])
    rows, fullest = _beside_fullest(context, *namesakes)
    fin = context.voters.column("fin")
    apart = differ(fin.take(rows), fin.take(fullest))
    yield context.entries_found(rows[apart], other=fullest[apart], field="fin")


def same_entry_repeated(context: Context) -> Iterator[Found]:
    """Entries that an earlier one of their precinct equals in names and full birth date."""
    repeats = context.cached(_repeated_entries)
    at = repeats.in_precinct != repeats.rows
    yield context.entries_found(repeats.rows[at], other=repeats.in_precinct[at])


def same_entry_in_constituency(context: Context) -> Iterator[Found]:
    """Entries that an earlier one of another precinct of their constituency equals."""
    repeats = context.cached(_repeated_entries)
    rows, first = repeats.rows, repeats.in_constituency
    is_in_precinct = repeats.in_precinct != rows
    at = (first != rows) & ~is_in_precinct & context.is_known("precinct")[rows]
    yield context.entries_found(rows[at], other=first[at])


def same_entry_across_constituencies(context: Context) -> Iterator[Found]:
    """Entries that an earlier one of another constituency equals in names and full birth date."""
    repeats = context.cached(_repeated_entries)
    rows, first = repeats.rows, repeats.anywhere
    is_in_constituency = repeats.in_constituency != rows
    is_known = context.is_known("constituency")
    at = (first != rows) & ~is_in_constituency & is_known[rows] & is_known[first]
    yield context.entries_found(rows[at], other=first[at])
