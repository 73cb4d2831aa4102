"""Entry ids made from an entry's cells and place: they survive a renamed or reordered file."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Hashes, Longs, mix, salt_of
from voterlist.fields import HASHED, LATER_FIELDS, NAME_PARTS
from voterlist.model import ListKind
from voterlist.persons.shared_values import text_hashes
from voterlist.tables import codes, is_known, mask_of, over_rows, text_of

_DIGITS = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", dtype=np.uint8)
"""Crockford's base 32: no I, L, O and U, so an id can be read aloud and typed."""
_SHIFTS = np.arange(60, -1, -5, dtype=np.uint64)
"""How far the bits of each digit are from the right, from the first digit to the last."""
_PRECINCTS = 10_000
"""Numbers of precincts have at most four digits."""
_TEMPORARY = np.uint64(0xD1B54A32D192ED03)
"""Added to the hash of an entry of a temporary list."""
_GOLDEN = 0x9E3779B97F4A7C15
"""2**64 divided by the golden ratio, as in splitmix64: salts that lie far apart."""


def entry_ids(entries: pa.Table) -> pa.Array:
    """An id for each row: ``004-0012-`` and 13 digits; zeros where the place is not known.

    What kind of list a row stands on is part of the id. Rows of one precinct's lists of a kind that
    say the same have ``.2``, ``.3`` ... in order of source, sheet and line.
    """
    if not entries.num_rows:
        return pa.array([], pa.string())
    constituency = _numbers(entries.column("constituency"))
    precinct = _numbers(entries.column("precinct"))
    # A permanent and a temporary list may say the same of one person; the two entries are told
    # apart for ever.
    hashes = content_hash(entries) + _TEMPORARY * _is_temporary(entries)
    repeat = _repeats(entries, hashes, constituency, precinct)
    numbers = pa.array(repeat).cast(pa.string())
    number_part = pc.binary_join_element_wise(".", numbers, "")
    suffix = pc.if_else(repeat > 1, number_part, "")
    prefix = _prefixes(constituency, precinct)
    return pc.binary_join_element_wise(prefix, base32(hashes), suffix, "")


def _repeats(
    entries: pa.Table, hashes: Hashes, constituency: Longs, precinct: Longs
) -> Longs:
    """Which of the equal rows of a place each row is, from 1, by source, sheet and line.

    Args:
        entries: at least one.
        hashes: of the content of each.
        constituency: 0 where it is not known.
        precinct: 0 where it is not known.
    """
    count = len(hashes)
    line = _numbers(entries.column("line"))
    # The order of the order of distinct texts is the rank of each.
    sheet, source = (
        over_rows(
            entries.column(name),
            lambda texts: np.argsort(np.argsort(np.array(texts.to_pylist(), object))),
            null=-1,
        )
        for name in ("sheet", "source")
    )
    order = np.lexsort((line, sheet, source, hashes, precinct, constituency))
    is_first = np.zeros(count, dtype=bool)
    is_first[0] = True
    for values in (constituency, precinct, hashes):
        ordered = values[order]
        is_first[1:] |= ordered[1:] != ordered[:-1]
    position = np.arange(count)
    first_position = np.maximum.accumulate(np.where(is_first, position, 0))
    repeat = np.empty(count, dtype=np.int64)
    repeat[order] = position - first_position + 1
    return repeat


def _prefixes(constituency: Longs, precinct: Longs) -> pa.Array:
    """The place of each row as text: ``004-0012-``."""
    place = constituency * _PRECINCTS + precinct
    places, place_of_row = np.unique(place, return_inverse=True)
    texts = []
    for number in places.tolist():
        own_constituency, own_precinct = divmod(number, _PRECINCTS)
        texts.append(f"{own_constituency:03d}-{own_precinct:04d}-")
    return pa.array(texts).take(place_of_row)


def content_hash(entries: pa.Table) -> Hashes:
    """A 64-bit hash of each row's fields, which distinguishes fields, and null from empty text.

    Where a whole name stands in one cell, its parts beside it are left out: they may have been made
    from it, by the evidence of the other rows, and an id depends on its own row alone.
    """
    total = np.zeros(entries.num_rows, dtype=np.uint64)
    whole = is_known(entries.column("full_name"))
    for position, field in enumerate(HASHED):
        indices, distinct = codes(entries.column(field))
        if field in NAME_PARTS and whole.any():
            indices = np.where(whole, np.int32(-1), indices).astype(np.int32)
        # One more place at the end, where the code -1 of null points: a hash that no text has by
        # design.
        hashes = np.append(text_hashes(distinct), np.uint64(0))
        salt = salt_of(_GOLDEN, position)
        # Mixed again with the field's salt, so that two fields with their texts exchanged give
        # another sum.
        mixed = mix(hashes ^ salt)
        if field in LATER_FIELDS:
            # Else every entry would have got another id on the day when the field came.
            mixed[-1] = 0
        total += mixed[indices]
    return mix(total)


def _is_temporary(entries: pa.Table) -> Hashes:
    """1 where a row stands on a temporary list, 0 elsewhere."""
    is_temporary = pc.equal(text_of(entries, "list_kind"), ListKind.TEMPORARY.value)
    return mask_of(is_temporary).astype(np.uint64)


def base32(hashes: Hashes) -> pa.Array:
    """Each 64-bit number as 13 digits of Crockford's base 32."""
    five_bits = (hashes[:, None] >> _SHIFTS) & np.uint64(31)
    digits = np.ascontiguousarray(_DIGITS[five_bits.astype(np.intp)])
    offsets = np.arange(len(hashes) + 1, dtype=np.int32) * len(_SHIFTS)
    return pa.StringArray.from_buffers(
        len(hashes), pa.py_buffer(offsets), pa.py_buffer(digits)
    )


def _numbers(column: pa.ChunkedArray) -> Longs:
    """A column of whole numbers, 0 where null."""
    return np.asarray(pc.fill_null(column, 0), dtype=np.int64)
