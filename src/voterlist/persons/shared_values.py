"""Which rows agree with another one, found without putting every row of a nation into a group.

Nearly every row of a list agrees with no other in its FIN, or in names and birth date. So rows are
told apart by one number each, the numbers are sorted, and only those that stand more than once are
compared in full.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from voterlist.arrays import (
    AnyArray,
    Codes,
    Hashes,
    Longs,
    factorized,
    grouped,
    mix,
    pack_columns,
)
from voterlist.tables import codes, is_known, over_rows

_AT_ONCE = 5
"""Columns that are put together before the rows are asked: of a nation's names and dates they fit
into one number."""

_WORD = 8
"""Bytes of a text that are taken at a time."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2**64 divided by the golden ratio, odd: it spreads neighbours widely (Knuth, vol. 3, section
6.4)."""
_SHIFT = np.uint64(29)
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], dtype=np.uint64)


def agreeing(columns: Sequence[AnyArray]) -> tuple[Longs, Longs]:
    """(rows, codes): the rows that agree with another in all these columns, and in which group.

    Rows ascend.

    A row with -1 in a column agrees with none: what is missing equals nothing.

    Returns:
        (rows, codes): the rows, ascending, and for each of them the code of its group.
    """
    rows = np.flatnonzero(np.logical_and.reduce([column >= 0 for column in columns]))
    code = np.zeros(len(rows), dtype=np.int64)
    for start in range(0, len(columns), _AT_ONCE):
        number = pack_columns(
            [code, *(column[rows] for column in columns[start : start + _AT_ONCE])],
            len(rows),
        )
        at = np.sort(grouped(number))
        rows, code = rows[at], factorized(number[at])[0].astype(np.int64)
    return rows, code


def sharing(column: pa.Array | pa.ChunkedArray) -> tuple[Longs, Longs]:
    """The rows whose text another row has too; null is no text.

    Returns:
        (rows, codes): the rows, ascending, and for each of them the code of its text.
    """
    known = np.flatnonzero(is_known(column))
    # Two texts of one hash are told apart below: only rows that may agree are compared as texts.
    rows = known[np.sort(grouped(text_hashes(column)[known]))]
    code, distinct = codes(column.take(pa.array(rows)))
    several = np.bincount(code, minlength=len(distinct))[code] > 1
    return rows[several], code[several].astype(np.int64)


def text_hashes(column: pa.Array | pa.ChunkedArray) -> Hashes:
    """A number for each text, the same for the same text; that of a null has no meaning.

    The bytes are taken eight at a time and multiplied in, so texts of up to eight bytes and one
    length never meet.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        return over_rows(array, text_hashes, null=0)
    bounds, words = _bytes_of(array)
    start, length = bounds[:-1].astype(np.int64), np.diff(bounds)
    hashes = length.astype(np.uint64) * _MULTIPLIER
    rows = np.flatnonzero(length > 0)
    while len(rows):
        taken = words[start[rows]] & _MASKS[np.minimum(length[rows], _WORD)]
        mixed = (hashes[rows] ^ taken) * _MULTIPLIER
        hashes[rows] = mixed ^ (mixed >> _SHIFT)
        start[rows] += _WORD
        length[rows] -= _WORD
        rows = rows[length[rows] > 0]
    return hashes


def row_keys(table: pa.Table, names: Sequence[str]) -> Hashes:
    """A number for each row: rows that agree in all these columns have the same.

    0 where one of the columns is null: what is missing equals nothing. Rows that do not agree may
    have one number, as good as never.
    """
    number = np.ones(table.num_rows, np.uint64)
    known = np.ones(table.num_rows, dtype=bool)
    for name in names:
        column = table.column(name)
        known &= is_known(column)
        if pa.types.is_integer(column.type):
            own = np.asarray(column.cast(pa.int64()).fill_null(0)).astype(np.uint64)
        else:
            own = text_hashes(column)
        number = mix(number) ^ own
    number = mix(number)
    number[~known] = NO_KEY
    return number


NO_KEY = np.uint64(0)
"""The number of a row that agrees with none."""


def _bytes_of(array: pa.Array) -> tuple[Codes, Hashes]:
    """The bytes of a column of text.

    Returns:
        Where each text begins, and where the last one ends; and the eight bytes from each byte on.
    """
    _, offsets, data = array.buffers()
    bounds = (
        np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
        if len(array)
        else _NONE
    )
    first, last = int(bounds[0]), int(bounds[-1])
    padded = np.zeros(last - first + _WORD, np.uint8)
    if last > first:
        padded[: last - first] = np.frombuffer(data, np.uint8)[first:last]
    words: Hashes = np.ndarray((last - first + 1,), "<u8", padded, strides=(1,))
    return bounds - first, words


_NONE = np.zeros(1, np.int32)
