"""Entries and what was done to them -> the list of each precinct."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools
from voterlist.decisions import with_corrections
from voterlist.lists.balance import counted_balance, require_balance
from voterlist.lists.corrections import corrections_of
from voterlist.lists.door import door_of
from voterlist.lists.listed import listed_rows
from voterlist.lists.roll import Places, places_of
from voterlist.lists.streets import street_texts
from voterlist.model import ListOrder
from voterlist.schemas import VOTER
from voterlist.tables import from_columns, row_of_each, taken

__all__ = ["Compiled", "ListInput", "compile_lists"]


@dataclass(frozen=True, slots=True)
class ListInput:
    """What a run knows of one constituency.

    Its tables may hold people of others: those who came from there, and those whom a case or a
    finding names.
    """

    entries: pa.Table
    """ENTRY: as handed in."""
    voters: pa.Table
    """VOTER: of the entries, from their corrected cells, and of the additions."""
    additions: pa.Table
    """ENTRY: the people added from registers."""
    applied: pa.Table
    """APPLIED"""
    amendments: pa.Table
    """AMENDMENT: what holds; corrections and questions are taken from it."""
    balance: pa.Table | None
    """LIST_BALANCE of the constituency as the run counted it; None where the run made none."""
    findings: pa.Table
    """FINDING: those still open."""
    cases: pa.Table
    """CASE: those still open."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The lists of the precincts of one constituency."""

    listed: pa.Table
    """LISTED, by precinct, kind and number."""
    corrections: pa.Table
    """CORRECTION, by precinct, kind, change and name."""
    balance: pa.Table
    """LIST_BALANCE, one row for each list."""
    door: pa.Table
    """DOOR, by precinct, kind, street, house and flat."""


def compile_lists(
    given: ListInput, *, constituency: int | None, order: ListOrder = ListOrder.NAME
) -> Compiled:
    """The compiled, corrected list of every precinct of a constituency.

    Entries whose precinct is not known make a list of their own.

    Args:
        given: what the run knows.
        constituency: its number; None: the entries of which no constituency is known.
        order: how each list is sorted.

    Raises:
        StageError: the list of a precinct has other rows than its balance says.
    """
    corrected = replace(
        given,
        entries=with_corrections(given.entries, given.amendments),
        additions=with_corrections(given.additions, given.amendments),
    )
    places = places_of(corrected.entries, corrected.additions, given.applied)
    voters = _in_order(given.voters, places.entries.column("entry_id"))
    streets = street_texts(places.entries.column("address"), voters)
    is_here = places.is_listed & _is_of(
        places.entries.column("constituency"), constituency
    )
    rows = pa.array(np.flatnonzero(is_here))
    listed = listed_rows(
        _taken(places, rows),
        voters.take(rows),
        streets.take(rows),
        given.applied,
        order,
    )
    balance = counted_balance(places, constituency)
    require_balance(balance, listed, given.balance)
    return Compiled(
        listed=listed,
        corrections=corrections_of(given.applied, places, voters, listed, constituency),
        balance=balance,
        door=door_of(corrected, places, voters, streets, listed),
    )


def _in_order(voters: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """VOTER of these ids in their order, text as plain columns."""
    rows = row_of_each(ids, voters.column("entry_id"))
    columns = {name: taken(voters, name, rows) for name in VOTER.names}
    return from_columns(columns, VOTER, len(ids))


def _is_of(column: pa.ChunkedArray, constituency: int | None) -> Bools:
    """True for the rows of a constituency; None: those of which none is known."""
    if constituency is None:
        return np.asarray(column.is_null())
    return np.asarray(pc.fill_null(pc.equal(column, constituency), fill_value=False))


def _taken(places: Places, rows: pa.Array) -> Places:
    """The places of these rows."""
    at = rows.to_numpy()
    return Places(
        entries=places.entries.take(rows),
        from_constituency=places.from_constituency.take(rows),
        from_precinct=places.from_precinct.take(rows),
        is_struck=places.is_struck[at],
        is_repeated=places.is_repeated[at],
        is_moved=places.is_moved[at],
        is_added=places.is_added[at],
    )
