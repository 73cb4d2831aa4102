"""The sheet of corrections of each list: what was struck, corrected, moved and added, and why."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from voterlist.lists.listed import name_ranks, numbers_of, standard_names
from voterlist.lists.roll import MOVED, REPEATED, STRUCK, Places, is_of, of_action
from voterlist.model import Action
from voterlist.schemas import CORRECTION
from voterlist.tables import concat, from_columns, sort_by, taken

MOVED_OUT, MOVED_IN = "moved-out", "moved-in"

_AS_APPLIED = (
    "entry_id",
    "field",
    "written",
    "value",
    "kept_entry_id",
    "ground",
    "document",
    "case_id",
    "rule",
    "reason",
    "decided_by",
    "decided_at",
)


def corrections_of(
    applied: pa.Table,
    places: Places,
    voters: pa.Table,
    listed: pa.Table,
    constituency: int | None,
) -> pa.Table:
    """CORRECTION of the lists of a constituency.

    A move stands on the sheet of the list that was left and on that of the list that was joined.

    Args:
        applied: APPLIED.
        places: of everybody whom it names.
        voters: VOTER of the same people in the same order.
        listed: LISTED of the constituency.
        constituency: whose lists they are.
    """
    names = standard_names(voters)
    parts = [
        _sheet_rows(rows, change, is_origin, (places, voters, names, listed))
        for change, is_origin, rows in _changes(applied)
    ]
    rows = concat(parts, CORRECTION)
    rows = rows.filter(pa.array(is_of(rows.column("constituency"), constituency)))
    rank = pa.array(name_ranks(rows.column("name")))
    order = ("precinct", "list_kind", "change", _RANK, "entry_id", "field")
    return sort_by(rows.append_column(_RANK, rank), *order).drop_columns([_RANK])


_RANK = "rank"


def _changes(applied: pa.Table) -> Iterator[tuple[str, bool, pa.Table]]:
    """(what it is called on the sheet, whether the list is that of the origin, the rows)."""
    moves = of_action(applied, MOVED)
    yield Action.ADD.value, False, of_action(applied, Action.ADD.value)
    yield Action.CORRECT.value, False, of_action(applied, Action.CORRECT.value)
    yield MOVED_IN, False, moves
    yield MOVED_OUT, True, moves
    yield REPEATED, True, of_action(applied, REPEATED)
    yield STRUCK, True, of_action(applied, STRUCK)


def _sheet_rows(
    rows: pa.Table,
    change: str,
    is_origin: bool,
    people: tuple[Places, pa.Table, pa.Array, pa.Table],
) -> pa.Table:
    """CORRECTION of rows of APPLIED."""
    places, voters, names, listed = people
    entries = places.entries
    at = places.index_of(rows.column("entry_id"))
    kept = places.index_of(rows.column("kept_entry_id"))
    came = {
        "constituency": places.from_constituency.take(at),
        "precinct": places.from_precinct.take(at),
    }
    stands = {name: taken(entries, name, at) for name in ("constituency", "precinct")}
    columns = {name: rows.column(name) for name in _AS_APPLIED}
    columns |= came if is_origin else stands
    columns |= {f"from_{name}": column for name, column in came.items()}
    columns |= {f"to_{name}": rows.column(name) for name in stands}
    columns["change"] = pa.repeat(change, rows.num_rows)
    columns["list_kind"] = taken(entries, "list_kind", at)
    columns["number"] = numbers_of(rows.column("entry_id"), listed)
    columns["name"] = names.take(at)
    columns["birth_year"] = taken(voters, "birth_year", at)
    columns["address"] = taken(entries, "address", at)
    columns["kept_name"] = names.take(kept)
    columns["kept_precinct"] = taken(entries, "precinct", kept)
    columns["kept_number"] = numbers_of(rows.column("kept_entry_id"), listed)
    return from_columns(columns, CORRECTION, rows.num_rows)
