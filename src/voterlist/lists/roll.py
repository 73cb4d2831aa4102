"""Where everybody stands: as handed in, and after what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools
from voterlist.model import Action, Verdict
from voterlist.schemas import ENTRY
from voterlist.tables import concat, from_columns, plain, row_of_each, taken

STRUCK = Action.STRIKE.value
REPEATED = Verdict.REPEAT.value
MOVED = Action.MOVE.value

Column: TypeAlias = pa.Array | pa.ChunkedArray


def is_of(column: Column, value: int | str | None) -> Bools:
    """True for the rows that have this value; None: for those of which none is known."""
    if value is None:
        return np.asarray(column.is_null())
    return np.asarray(pc.fill_null(pc.equal(column, value), fill_value=False))


@dataclass(frozen=True, slots=True)
class Places:
    """Entries and additions, each with where it was handed in and where it stands."""

    entries: pa.Table
    """ENTRY: constituency and precinct are those of the list that it stands on."""
    from_constituency: pa.Array
    from_precinct: pa.Array
    """Where it was handed in."""
    is_struck: Bools
    is_repeated: Bools
    is_moved: Bools
    """Moved to another list, and not off it."""
    is_added: Bools

    @property
    def is_listed(self) -> Bools:
        """True for those on a list."""
        is_here = np.asarray(self.entries.column("constituency").is_valid())
        is_off: Bools = self.is_struck | self.is_repeated | (self.is_moved & ~is_here)
        return ~is_off

    def index_of(self, ids: Column) -> pa.Array:
        """The row of each id; null where it is none of these."""
        return row_of_each(ids, self.entries.column("entry_id"))


def places_of(entries: pa.Table, additions: pa.Table, applied: pa.Table) -> Places:
    """The places of entries and additions after what was done to them.

    Args:
        entries: ENTRY.
        additions: ENTRY of the people added.
        applied: APPLIED.
    """
    everybody = concat([entries, additions], ENTRY)
    ids = everybody.column("entry_id")
    moves = of_action(applied, MOVED)
    row = row_of_each(ids, moves.column("entry_id"))
    has_move = row.is_valid()
    placed = {name: everybody.column(name) for name in ENTRY.names}
    written = {name: everybody.column(name).combine_chunks() for name in _PLACE}
    for name in _PLACE:
        new = taken(moves, name, row)
        placed[name] = pc.if_else(has_move, new, written[name])
    stands = from_columns(placed, ENTRY, everybody.num_rows)
    is_elsewhere = np.zeros(everybody.num_rows, bool)
    for name in _PLACE:
        is_elsewhere |= _is_other(placed[name], written[name])
    is_struck = _is_in(ids, of_action(applied, STRUCK))
    is_repeated = _is_in(ids, of_action(applied, REPEATED)) & ~is_struck
    return Places(
        entries=stands,
        from_constituency=written["constituency"],
        from_precinct=written["precinct"],
        is_struck=is_struck,
        is_repeated=is_repeated,
        is_moved=is_elsewhere & ~is_struck & ~is_repeated,
        is_added=np.arange(everybody.num_rows) >= entries.num_rows,
    )


_PLACE = ("constituency", "precinct")


def of_action(applied: pa.Table, action: str) -> pa.Table:
    """The rows of APPLIED with this action."""
    actions = plain(applied.column("action"))
    return applied.filter(pc.equal(actions, action))


def _is_other(left: Column, right: Column) -> Bools:
    """True where two numbers differ; two unknown ones do not."""
    differ = pc.fill_null(pc.not_equal(left, right), fill_value=False)
    one_unknown = pc.xor(pc.is_null(left), pc.is_null(right))
    return np.asarray(pc.or_(differ, one_unknown))


def _is_in(ids: Column, rows: pa.Table) -> Bools:
    """True for the ids that one of these rows has."""
    named = pc.is_in(ids, value_set=rows.column("entry_id").combine_chunks())
    return np.asarray(named)
