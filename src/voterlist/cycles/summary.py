"""The changes counted: by precinct, change and cause, with the entries before and after."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.findings import PRECINCT_PLACE
from voterlist.schemas import CYCLE_SUMMARY
from voterlist.tables import concat, from_columns, sort_by

__all__ = ["summary"]

_OLD_PLACE = ("old_constituency", "old_precinct")


def summary(changes: pa.Table, old: pa.Table, new: pa.Table) -> pa.Table:
    """CYCLE_SUMMARY of the changes between two lists (VOTER).

    ``old`` must be without the constituencies that are not compared. In every precinct ``before`` +
    added + moved-in = ``after`` + removed + moved-out.
    """
    columns = [*PRECINCT_PLACE, "change", "cause", *_OLD_PLACE]
    plain = changes.select(columns)
    is_move = pc.equal(plain.column("change").cast(pa.string()), "moved")
    stayed, moved = plain.filter(pc.invert(is_move)), plain.filter(is_move)
    parts = [
        _counted(old, "before"),
        _counted(new, "after"),
        _counted(stayed, None, "change", "cause"),
        _counted(moved, "moved-in", "cause"),
        _counted(_left(moved, old), "moved-out", "cause"),
    ]
    return sort_by(concat(parts, CYCLE_SUMMARY), *PRECINCT_PLACE, "change", "cause")


def _left(moved: pa.Table, old: pa.Table) -> pa.Table:
    """Entries that moved, at the place that they left, if that is compared."""
    place = moved.column("old_constituency")
    is_compared = pc.is_in(place, value_set=pc.unique(old.column("constituency")))
    left = moved.filter(pc.or_(is_compared, pc.is_null(place)))
    names = dict(zip(_OLD_PLACE, PRECINCT_PLACE, strict=True))
    return left.drop_columns(list(PRECINCT_PLACE)).rename_columns(names)


def _counted(rows: pa.Table, change: str | None, *words: str) -> pa.Table:
    """How many rows each precinct has, by these columns of words.

    ``change`` is the change of all of them where no column tells it.
    """
    columns = {name: rows.column(name) for name in PRECINCT_PLACE}
    columns |= {name: rows.column(name).cast(pa.string()) for name in words}
    grouped = pa.table(columns).group_by(list(columns)).aggregate([([], "count_all")])
    counted = {name: grouped.column(name) for name in columns}
    counted["entries"] = grouped.column("count_all")
    if change is not None:
        counted["change"] = pa.repeat(change, grouped.num_rows)
    return from_columns(counted, CYCLE_SUMMARY, grouped.num_rows)
