"""Entry ids made from an entry's cells and place: they survive a renamed or reordered file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import ListKind
from voterlist.schemas import ENTRY_FIELDS
from voterlist.tables import codes

__all__ = ["HASHED_FIELDS", "content_hash", "entry_ids"]

HASHED_FIELDS = tuple(field for field in ENTRY_FIELDS if field != "number")
"""What an id is made of. The line number is left out: it changes with every line inserted above."""

_NAME_PARTS = ("surname", "given_name", "patronymic")

_DIGITS = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", dtype=np.uint8)
"""Crockford's base 32: no I, L, O and U, so an id can be read aloud and typed."""
_SHIFTS = np.arange(60, -1, -5, dtype=np.uint64)
_Words = npt.NDArray[np.uint64]


def entry_ids(entries: pa.Table) -> pa.Array:
    """An id for each row: ``004-0012-`` and 13 digits; zeros where the place is not known.

    What kind of list a row stands on is part of the id. Rows of one precinct's lists of a kind that
    say the same have ``.2``, ``.3`` ... in order of source, sheet and line.
    """
    if not entries.num_rows:
        return pa.array([], pa.string())
    places = np.stack([_numbers(entries.column(name)) for name in ("constituency", "precinct")])
    # A permanent and a temporary list may say the same of one person; the two entries are told
    # apart for ever.
    hashes = content_hash(entries) + np.uint64(0xD1B54A32D192ED03) * _is_temporary(entries)
    order = np.lexsort(
        (_numbers(entries.column("line")), *_ranks(entries), hashes, places[1], places[0])
    )
    ordered = [values[order] for values in (places[0], places[1], hashes)]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = np.any([values[1:] != values[:-1] for values in ordered], axis=0)
    position = np.arange(len(order))
    repeat = np.empty(len(order), dtype=np.int64)
    repeat[order] = position - np.maximum.accumulate(np.where(is_first, position, 0)) + 1
    prefixes, which = np.unique(places[0] * 10_000 + places[1], return_inverse=True)
    prefix = pa.array(
        [f"{value // 10_000:03d}-{value % 10_000:04d}-" for value in prefixes.tolist()]
    )
    numbers = pa.array(repeat).cast(pa.string())
    suffix = pc.if_else(pa.array(repeat > 1), pc.binary_join_element_wise(".", numbers, ""), "")
    return pc.binary_join_element_wise(prefix.take(pa.array(which)), base32(hashes), suffix, "")


def content_hash(entries: pa.Table) -> _Words:
    """A 64-bit hash of each row's fields, which distinguishes fields, and null from empty text.

    Where a whole name stands in one cell, its parts beside it are left out: they may have been made
    from it, by the evidence of the other rows, and an id depends on its own row alone.
    """
    total = np.zeros(entries.num_rows, dtype=np.uint64)
    whole = np.asarray(entries.column("full_name").is_valid(), dtype=bool)
    for position, field in enumerate(HASHED_FIELDS):
        indices, distinct = codes(entries.column(field))
        if field in _NAME_PARTS and whole.any():
            indices = np.where(whole, np.int32(-1), indices).astype(np.int32)
        # One more place at the end, where the code -1 of null points: a hash that no text has by
        # design.
        single = np.append(
            pd.util.hash_array(np.array(distinct.to_pylist(), dtype=object), categorize=False),
            np.uint64(0),
        )
        salt = np.uint64((0x9E3779B97F4A7C15 * (2 * position + 1)) & 0xFFFFFFFFFFFFFFFF)
        # Mixed again with the field's salt, so that two fields with their texts exchanged give
        # another sum.
        total += _mix(single ^ salt)[indices]
    return _mix(total)


def _is_temporary(entries: pa.Table) -> _Words:
    """1 where a row stands on a temporary list, 0 elsewhere."""
    kinds, distinct = codes(entries.column("list_kind"))
    flags = np.array(
        [kind == ListKind.TEMPORARY for kind in distinct.to_pylist()] + [False], np.uint64
    )
    return np.asarray(flags[kinds], np.uint64)


def _mix(values: _Words) -> _Words:
    """The finaliser of splitmix64 (Steele, Lea and Flood, 2014).

    Each bit in moves about half the bits out.
    """
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def base32(hashes: _Words) -> pa.Array:
    """Each 64-bit number as 13 digits of Crockford's base 32."""
    digits = _DIGITS[((hashes[:, None] >> _SHIFTS) & np.uint64(31)).astype(np.intp)]
    offsets = np.arange(len(hashes) + 1, dtype=np.int32) * len(_SHIFTS)
    return pa.StringArray.from_buffers(
        len(hashes), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(digits))
    )


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """A column of whole numbers, 0 where null."""
    return np.asarray(pc.fill_null(column, 0), dtype=np.int64)


def _ranks(entries: pa.Table) -> tuple[npt.NDArray[np.int64], ...]:
    """Sheet and source as ranks of their texts, the last sort key first, for ``lexsort``."""
    ranks = []
    for name in ("sheet", "source"):
        indices, distinct = codes(entries.column(name))
        order = np.argsort(
            np.array([str(value) for value in distinct.to_pylist()], dtype=object), kind="stable"
        )
        place = np.zeros(len(distinct) + 1, dtype=np.int64)
        place[order] = np.arange(1, len(distinct) + 1)
        ranks.append(place[indices])
    return tuple(ranks)
