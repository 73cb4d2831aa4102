"""What differs between an entry of the last cycle and the same entry now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.cycles.pairing import Paired
from voterlist.fields import COMPARED, FIELDS
from voterlist.matching import Flags, Rows

TOLD_BY = {name: FIELDS[name].differs_in for name in COMPARED} | {
    "list_kind": ("list_kind",)
}
"""A field, and the columns of VOTER that tell whether it changed: another spelling of one name is
no change."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields that changed, as bits of a number, one per pair."""

    codes: Rows

    def words(self, at: Rows) -> pa.Array:
        """The names of the fields of these pairs, joined with ``+``; null where none changed."""
        distinct, place = np.unique(self.codes[at], return_inverse=True)
        names = [
            "+".join(name for bit, name in enumerate(TOLD_BY) if code >> bit & 1)
            or None
            for code in distinct
        ]
        return pa.array(names, pa.string()).take(pa.array(place.ravel()))


def fields_changed(old: pa.Table, new: pa.Table, paired: Paired) -> Fields:
    """Which fields changed between two VOTER tables, pair by pair.

    Filled in or emptied is changed too.
    """
    codes = np.zeros(len(paired.old), dtype=np.int64)
    for bit, columns in enumerate(TOLD_BY.values()):
        changed = reduce(
            np.logical_or,
            (_is_changed(*_columns(old, new, paired, name)) for name in columns),
        )
        codes |= changed.astype(np.int64) << bit
    return Fields(codes)


def is_elsewhere(old: pa.Table, new: pa.Table, paired: Paired) -> Flags:
    """Which entries stand in another precinct or constituency than before.

    Where one is not known, in none other.
    """
    moved = np.zeros(len(paired.old), dtype=bool)
    for name in ("constituency", "precinct"):
        differs = pc.not_equal(*_columns(old, new, paired, name)).fill_null(
            fill_value=False
        )
        moved |= np.asarray(differs, dtype=bool)
    return moved


def _columns(
    old: pa.Table, new: pa.Table, paired: Paired, name: str
) -> tuple[Any, Any]:
    """One column of both, pair by pair.

    One at a time, for whole lists of a nation would not fit twice.
    """
    return old.column(name).take(pa.array(paired.old)), new.column(name).take(
        pa.array(paired.new)
    )


def _is_changed(left: Any, right: Any) -> Flags:
    if pa.types.is_dictionary(left.type):
        left, right = left.cast(pa.string()), right.cast(pa.string())
    differs = pc.not_equal(left, right).fill_null(fill_value=False)
    return np.asarray(
        pc.or_(differs, pc.xor(pc.is_null(left), pc.is_null(right))), dtype=bool
    )
