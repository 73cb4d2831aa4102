"""Where everybody stands, as handed in and after what was decided; and the balance of each list."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools
from voterlist.errors import StageError
from voterlist.fields import PLACE
from voterlist.model import Action, Verdict, frozen
from voterlist.schemas import ENTRY, LIST_BALANCE
from voterlist.tables import (
    Column,
    concat,
    count_by,
    from_rows,
    is_among,
    mask_of,
    row_of_each,
    rows_among,
    take_column,
    with_column,
)

STRUCK = Action.STRIKE
REPEATED = Verdict.REPEAT
MOVED = Action.MOVE


def is_of(column: Column, value: int | str | None) -> Bools:
    """True for the rows that have this value; None: for those of which none is known."""
    if value is None:
        return np.asarray(column.is_null())
    return np.asarray(pc.fill_null(pc.equal(column, value), fill_value=False))


@frozen
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
    written = {name: everybody.column(name).combine_chunks() for name in PLACE}
    stands, is_elsewhere = everybody, np.zeros(everybody.num_rows, bool)
    for name in PLACE:
        new = pc.if_else(has_move, take_column(moves, name, row), written[name])
        is_elsewhere |= is_other(new, written[name])
        stands = with_column(stands, name, new)
    off = (
        of_action(applied, action).column("entry_id") for action in (STRUCK, REPEATED)
    )
    is_struck, is_off = (mask_of(is_among(ids, each)) for each in off)
    is_repeated = is_off & ~is_struck
    return Places(
        entries=stands,
        from_constituency=written["constituency"],
        from_precinct=written["precinct"],
        is_struck=is_struck,
        is_repeated=is_repeated,
        is_moved=is_elsewhere & ~is_struck & ~is_repeated,
        is_added=np.arange(everybody.num_rows) >= entries.num_rows,
    )


def of_action(applied: pa.Table, action: str) -> pa.Table:
    """The rows of APPLIED with this action."""
    return rows_among(applied, "action", [action])


def is_other(left: Column, right: Column) -> Bools:
    """True where two numbers differ; two unknown ones do not."""
    differ = pc.fill_null(pc.not_equal(left, right), fill_value=False)
    one_unknown = pc.xor(pc.is_null(left), pc.is_null(right))
    return np.asarray(pc.or_(differ, one_unknown))


# The balance of each list: nobody came onto it or left it unseen.

LIST_KEY = ("constituency", "precinct", "list_kind")
"""The columns that name a list."""
LIST_COUNTS = tuple(name for name in LIST_BALANCE.names if name not in LIST_KEY)
"""The columns with the numbers of a list."""
SIGNS: Mapping[str, int] = {
    **dict.fromkeys(("handed_in", "displayed"), 1),
    **dict.fromkeys(("struck", "repeated", "moved_out", "left"), -1),
    **dict.fromkeys(("moved_in", "added", "restored", "came"), 1),
}
"""How each number of a balance, or of the changes since a list was displayed, enters its sum."""


def counted_balance(places: Places, constituency: int | None) -> pa.Table:
    """LIST_BALANCE of the constituency's lists, counted from the people themselves."""
    entries = places.entries
    stands = entries.select(LIST_KEY)
    from_place = (places.from_constituency, places.from_precinct)
    came = pa.table([*from_place, entries.column("list_kind")], names=LIST_KEY)
    counted = {
        name: count_by(lists.filter(flags), *LIST_KEY)
        for name, lists, flags in (
            ("handed_in", came, ~places.is_added),
            ("struck", came, places.is_struck),
            ("repeated", came, places.is_repeated),
            ("moved_out", came, places.is_moved),
            ("moved_in", stands, places.is_moved & places.is_listed),
            ("added", came, places.is_added),
            ("listed", stands, places.is_listed),
        )
    }
    rows = [
        dict(zip(LIST_KEY, key, strict=True))
        | {name: counts.get(key, 0) for name, counts in counted.items()}
        for key in set().union(*counted.values())
        if key[0] == constituency
    ]
    return from_rows(rows, LIST_BALANCE, *LIST_KEY)


def require_balance(
    counted: pa.Table, listed: pa.Table, of_run: pa.Table | None
) -> None:
    """Check that the lists have the rows that their balance says.

    Args:
        counted: LIST_BALANCE, counted from the people.
        listed: LISTED of the same constituency.
        of_run: LIST_BALANCE of the same constituency as the run counted it, from what was applied;
            None: it made none.

    Raises:
        StageError: they have not.
    """
    rows = counted.to_pylist()
    is_even = all(row["listed"] == listed_by(row) for row in rows)
    is_whole = sum(row["listed"] for row in rows) == listed.num_rows
    if not is_even or not is_whole:
        raise _uneven("lists-unbalanced")
    if of_run is None:
        return
    key_of, numbers_of = itemgetter(*LIST_KEY), itemgetter(*LIST_COUNTS)
    own = {key_of(row): numbers_of(row) for row in rows}
    theirs = [row for row in of_run.to_pylist() if any(numbers_of(row))]
    if own != {key_of(row): numbers_of(row) for row in theirs}:
        raise _uneven("lists-unlike-run")


def listed_by(row: Mapping[str, int]) -> int:
    """How many a list must have by the other numbers of its balance, or of its changes."""
    return sum(sign * row.get(name, 0) for name, sign in SIGNS.items())


def _uneven(code: str) -> StageError:
    """The error of lists whose rows are not what their balance says."""
    return StageError(
        "the rows of the lists are not what their balance says",
        stage="lists",
        code=code,
    )
