"""The changes counted: by precinct, change and cause, with the entries before and after."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.schemas import CYCLE_SUMMARY
from voterlist.tables import concat, from_columns, sort_by

__all__ = ["summary"]

_PLACE = ("constituency", "precinct")


def summary(changes: pa.Table, old: pa.Table, new: pa.Table) -> pa.Table:
    """CYCLE_SUMMARY of the changes between two lists (VOTER).

    ``old`` must be without the constituencies that are not compared. In every precinct ``before`` +
    added + moved-in = ``after`` + removed + moved-out.
    """
    plain = changes.select(
        ["constituency", "precinct", "change", "cause", "old_constituency", "old_precinct"]
    )
    words = plain.column("change").cast(pa.string())
    is_move = pc.equal(words, "moved")
    stayed, moved = plain.filter(pc.invert(is_move)), plain.filter(is_move)
    inside = pc.is_in(
        moved.column("old_constituency"), value_set=pc.unique(old.column("constituency"))
    )
    out = moved.filter(pc.or_(inside, pc.is_null(moved.column("old_constituency"))))
    out = out.drop_columns(list(_PLACE)).rename_columns({f"old_{name}": name for name in _PLACE})
    parts = [
        _counted(old, "before"),
        _counted(new, "after"),
        _counted(stayed, None),
        _counted(moved, "moved-in"),
        _counted(out, "moved-out"),
    ]
    return sort_by(concat(parts, CYCLE_SUMMARY), *_PLACE, "change", "cause")


def _counted(rows: pa.Table, change: str | None) -> pa.Table:
    """How many rows each precinct has, by change and cause as far as there are such columns.

    With ``change`` all are counted as of this one.
    """
    columns = [*_PLACE, *(name for name in ("change", "cause") if name in rows.column_names)]
    plain = pa.table({name: rows.column(name) for name in columns})
    for name in columns[2:]:
        plain = plain.set_column(columns.index(name), name, plain.column(name).cast(pa.string()))
    if change is not None and "change" in columns:
        plain, columns = (
            plain.drop_columns(["change"]),
            [name for name in columns if name != "change"],
        )
    grouped = plain.group_by(columns).aggregate([([], "count_all")])
    found = {name: grouped.column(name) for name in columns} | {
        "entries": grouped.column("count_all")
    }
    if change is not None:
        found["change"] = pa.repeat(change, grouped.num_rows)
    return from_columns(found, CYCLE_SUMMARY, grouped.num_rows)
