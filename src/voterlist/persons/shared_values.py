"""Which rows agree with another one, found without putting every row of a nation into a group.

Nearly every row of a list agrees with no other in its FIN, or in names and birth date. So rows are
told apart by one number each, the numbers are sorted, and only those that stand more than once are
compared in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pyarrow as pa

from voterlist.arrays import (
    AnyArray,
    Codes,
    Hashes,
    Longs,
    mix,
    pack_columns,
    repeated_places,
    runs,
)
from voterlist.tables import Column, codes, is_known, over_rows

_AT_ONCE = 5
"""Columns that are put together before the rows are asked: of a nation's names and dates they fit
into one number."""

_WORD = 8
"""Bytes of a text that are taken at a time."""
_TEXTS = 1 << 14
"""Texts that are worked on together: so many stay in the memory of a core."""
_BEGINNING = np.frombuffer(b"0123456789123456" * 2, "<u8") ^ np.frombuffer(
    b"uespemosmodnarodarenegylsetybdet", "<u8"
)
_TURNS = ((0, 1, 13, 32), (2, 3, 16, 0), (0, 3, 21, 0), (2, 1, 17, 32))
"""Of a round: the word that is added to, the word that is added and turned, and by how many bits
each is turned."""
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], dtype=np.uint64)


def agreeing(columns: Sequence[AnyArray]) -> tuple[Longs, Longs]:
    """(rows, codes): the rows that agree with another in all these columns, and in which group.

    Rows ascend.

    A row with -1 in a column agrees with none: what is missing equals nothing.

    Returns:
        (rows, codes): the rows, ascending, and for each of them the code of its group.
    """
    rows = np.flatnonzero(np.logical_and.reduce([column >= 0 for column in columns]))
    # At first all rows are one group, which one code says of all.
    code = np.zeros(1, dtype=np.int64)
    for start in range(0, len(columns), _AT_ONCE):
        # One after the other: of a nation's rows each column is some megabytes.
        wanted = (column[rows] for column in columns[start : start + _AT_ONCE])
        number = pack_columns(chain([code], wanted), len(rows))
        order, sizes = runs(number)
        # Groups are numbered in the order in which they appear.
        groups = np.argsort(np.argsort(order[np.cumsum(sizes) - sizes]))
        code = np.full(len(number), -1, np.int64)
        code[order] = np.repeat(groups, sizes)
        at = np.flatnonzero(code >= 0)
        rows, code = rows[at], code[at]
    return rows, code


def sharing(column: Column) -> tuple[Longs, Longs]:
    """The rows whose text another row has too; null is no text.

    Returns:
        (rows, codes): the rows, ascending, and for each of them the code of its text.
    """
    known = np.flatnonzero(is_known(column))
    # Two texts of one hash are told apart below: only rows that may agree are compared as texts.
    rows = known[repeated_places(text_hashes(column)[known])]
    code, distinct = codes(column.take(rows))
    several = np.bincount(code, minlength=len(distinct))[code] > 1
    return rows[several], code[several].astype(np.int64)


def text_hashes(column: Column) -> Hashes:
    """A number for each text, the same for the same text; that of a null has no meaning.

    SipHash-2-4 (Aumasson and Bernstein 2012), mixed: the very numbers of pandas, for the ids of
    entries rest on them.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        return over_rows(array, text_hashes, null=0)
    hashes = np.empty(len(array), np.uint64)
    for at in range(0, len(array), _TEXTS):
        hashes[at : at + _TEXTS] = _hash_texts(*_bytes_of(array.slice(at, _TEXTS)))
    return mix(hashes)


def _hash_texts(bounds: Codes, words: Hashes) -> Hashes:
    """The hash of each text between these bounds."""
    length = np.diff(bounds)
    state = np.repeat(_BEGINNING[:, None], len(length), axis=1)
    rows = np.arange(len(length))
    for start in range(0, int(length.max()) + 1, _WORD):
        rows = rows[length[rows] >= start]
        left = np.minimum(length[rows] - start, _WORD)
        word = words[bounds[rows] + start] & _MASKS[left]
        # The last word, which may have no bytes of the text, ends with its length.
        word |= np.where(
            left < _WORD, length[rows].astype(np.uint64) << np.uint64(56), 0
        )
        own = state[:, rows]
        own[3] ^= word
        _turn(own, 2)
        own[0] ^= word
        state[:, rows] = own
    state[2] ^= np.uint64(0xFF)
    _turn(state, 4)
    hashes: Hashes = np.bitwise_xor.reduce(state)
    return hashes


def _turn(state: Hashes, rounds: int) -> None:
    """Mix the four words of each state; shape: words by states."""
    for into, other, *bits in _TURNS * rounds:
        state[into] += state[other]
        state[other] = _rotate(state[other], bits[0]) ^ state[into]
        state[into] = _rotate(state[into], bits[1])


def _rotate(words: Hashes, bits: int) -> Hashes:
    return (words << np.uint64(bits)) | (words >> np.uint64(64 - bits))


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
    """The bytes of a column of text, which has a row at least.

    Returns:
        Where each text begins, and where the last one ends; and the eight bytes from each byte on.
    """
    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(array) + 1, 4 * array.offset)
    first, last = int(bounds[0]), int(bounds[-1])
    padded = np.zeros(last - first + _WORD, np.uint8)
    if last > first:
        padded[: last - first] = np.frombuffer(data, np.uint8)[first:last]
    words: Hashes = np.ndarray((last - first + 1,), "<u8", padded, strides=(1,))
    return bounds - first, words
