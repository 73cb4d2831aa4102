"""Constituencies as the stages count them: by row group, by the beginning of an id, by a unit."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Action
from voterlist.tables import concat


def unit_name(constituency: int | None) -> str:
    """The name of the unit of a constituency, or of the files of which none is known."""
    return "unknown" if constituency is None else f"{constituency:03d}"


def known_place(place: int) -> int | None:
    """The number of a constituency; None for the unknown one."""
    return place or None


def places_of(lists: pa.Table) -> list[int]:
    """The constituencies with entries in these lists, by id; 0 is the unknown one."""
    filled = lists.filter(pc.greater(lists.column("entries"), 0))
    return sorted(
        pc.fill_null(filled.column("constituency"), 0).unique().to_pylist(),
        key=id_prefix,
    )


def id_prefix(place: int) -> str:
    """How the entry ids of a constituency begin."""
    return f"{place:03d}-"


def of_place(rows: pa.Table, place: int) -> pa.Table:
    """The rows of one constituency, 0 the unknown one, with no word that none of them has."""
    is_own = pc.equal(pc.fill_null(rows.column("constituency"), 0), place)
    return concat([rows.filter(is_own)], rows.schema)


def corrections_of(amendments: pa.Table, places: Sequence[int]) -> pa.Table:
    """The corrections (AMENDMENT) of the entries of these constituencies."""
    if not amendments.num_rows:
        return amendments
    prefix = pc.utf8_slice_codeunits(amendments.column("entry_id"), 0, 4)
    own = pa.array([id_prefix(place) for place in places])
    is_own = pc.is_in(prefix.cast(pa.string()), value_set=own)
    action = amendments.column("action").cast(pa.string())
    is_correction = pc.equal(action, Action.CORRECT.value)
    return amendments.filter(pc.and_(is_own, is_correction))


def received_name(name: str) -> str:
    """The name of the table that holds this table of every intake in parts."""
    return f"received-{name}"
