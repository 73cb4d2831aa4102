"""The columns of a table from anywhere, as clean text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Hashes, mix
from voterlist.ingest.text import clean
from voterlist.tables import longest, text_bytes

_SIGNS_OF_ABSENCE = ("NA", "NaN", "nan", "NULL", "None", "<NA>")
"""What programs write for a value that is missing. Each may be a name too, so it says so only where
it is the commonest value of its column."""

_HASHED_BYTES = 32
"""Texts of up to so many bytes are told apart by hashes; ids are short."""
_AT_ONCE = 1 << 18
"""Texts that are hashed at a time."""


def flat(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array of text, dictionary-encoded if it is."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = (
            pa.concat_arrays(array.chunks)
            if array.num_chunks
            else pa.array([], column.type)
        )
    is_text = pa.types.is_string(array.type) or pa.types.is_dictionary(array.type)
    return array if is_text else array.cast(pa.string())


def known_cells(column: pa.ChunkedArray) -> pa.Array:
    """The cells of a column as clean text; null where one is blank or says that nothing is known.

    Dictionary-encoded if the column is.
    """
    cells = clean(flat(column))
    values = cells.dictionary if pa.types.is_dictionary(cells.type) else cells
    signs = pa.array(_SIGNS_OF_ABSENCE)
    # Only short texts can be signs; to look up each of millions would take long.
    short = values.filter(pc.less_equal(pc.binary_length(values), longest(signs)))
    if not pc.any(pc.is_in(short, value_set=signs)).as_py():
        return cells
    for sign in _SIGNS_OF_ABSENCE:
        cells = _without_sign(cells, sign)
    return cells


def is_ascending(values: pa.Array) -> bool:
    """True where each text stands behind the one before it, as ids of a list do as a rule.

    No value can stand twice then. Values that are dictionary-encoded are not looked at.
    """
    if not pa.types.is_string(values.type):
        return False
    earlier = values.slice(0, max(len(values) - 1, 0))
    return bool(pc.all(pc.less(earlier, values.slice(1))).as_py())


def are_distinct(values: pa.Array) -> bool:
    """True where no text of a column without nulls stands twice."""
    if is_ascending(values):
        return True
    if not pa.types.is_string(values.type) or longest(values) > _HASHED_BYTES:
        return bool(len(pc.unique(values)) == len(values))
    # Texts whose hashes differ differ. To sort these is quicker than a table of the texts, and
    # takes a fifth of its memory.
    parts = range(0, len(values), _AT_ONCE)
    hashes = np.concatenate(
        [np.zeros(0, np.uint64)]
        + [_hashes(values.slice(start, _AT_ONCE)) for start in parts]
    )
    hashes.sort()
    if not (hashes[1:] == hashes[:-1]).any():
        return True
    return bool(len(pc.unique(values)) == len(values))


def _hashes(texts: pa.Array) -> Hashes:
    """A hash of each text of at most ``_HASHED_BYTES`` bytes."""
    hashes = np.zeros(len(texts), np.uint64)
    for word in text_bytes(texts, _HASHED_BYTES).view(np.uint64).T:
        hashes = mix(hashes + word)
    return hashes


def _without_sign(cells: pa.Array, sign: str) -> pa.Array:
    """The cells with a sign of absence made null, where it is their commonest value."""
    values = cells.dictionary if pa.types.is_dictionary(cells.type) else cells
    if not pc.any(pc.equal(values, sign)).as_py():
        return cells
    text = cells.cast(pa.string())
    (commonest,) = pc.mode(text.dictionary_encode().indices, 1)
    if text.dictionary_encode().dictionary[commonest["mode"].as_py()].as_py() != sign:
        return cells
    known = pc.if_else(pc.equal(text, sign), pa.scalar(None, pa.string()), text)
    return known.dictionary_encode() if values is not cells else known
