"""A handful of helpers over Arrow tables. No domain words here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from voterlist.arrays import pack_columns

__all__ = [
    "Outcome",
    "by_appearance",
    "coalesced",
    "coded",
    "codes",
    "concat",
    "differ",
    "from_columns",
    "group_codes",
    "join_text",
    "longest",
    "map_unique",
    "matches",
    "recoded",
    "rows_beyond",
    "similarity",
    "sort_by",
    "text_bytes",
    "words",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage returns: its table, what it noticed, and the rows it set aside."""

    table: pa.Table
    findings: pa.Table
    set_aside: pa.Table


def words(values: Sequence[str | None] | pa.Array | pa.ChunkedArray) -> pa.Array:
    """A dictionary-encoded column of few distinct words, its dictionary in sorted order.

    Sorted, so that the bytes do not depend on which word came first.
    """
    array = (
        values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, pa.string())
    )
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    used = pc.unique(array.indices).drop_null()
    distinct = pc.unique(array.dictionary.take(used)).drop_null().sort()
    places = pc.index_in(array.dictionary, value_set=distinct)
    return pa.DictionaryArray.from_arrays(places.take(array.indices), distinct)


def coded(schema: pa.Schema, *, apart: Collection[str] = ()) -> pa.Schema:
    """The schema with each column of text that may be null held as codes of its distinct values, but for those apart.

    A list of millions takes a third of the memory so, and what is done to a text is done once to
    each distinct one.
    """
    held = pa.dictionary(pa.int32(), pa.string())
    chosen = [
        field.nullable and field.type == pa.string() and field.name not in apart for field in schema
    ]
    return pa.schema(
        [field.with_type(held) if yes else field for field, yes in zip(schema, chosen, strict=True)]
    )


def recoded(column: pa.DictionaryArray, values: pa.Array) -> pa.DictionaryArray:
    """A coded column with each of its values, all distinct, replaced by the one at the same place of ``values``."""
    if values.equals(column.dictionary):
        return column
    distinct = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        distinct.indices.take(column.indices), distinct.dictionary
    )


def by_appearance(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """A coded column with its distinct values in the order in which they appear, those that stand nowhere left out."""
    indices, distinct = codes(column)
    rows = np.flatnonzero(indices >= 0)[::-1]
    first = np.full(len(distinct), len(indices), np.int64)
    # Written from the end, so that the first row of each value is what stays.
    first[indices[rows]] = rows
    order = np.argsort(first, kind="stable")[: int((first < len(indices)).sum())]
    if len(order) == len(distinct) and bool((order[1:] > order[:-1]).all()):
        return column
    place = np.full(len(distinct) + 1, -1, np.int32)
    place[order] = np.arange(len(order))
    found = place[indices]
    return pa.DictionaryArray.from_arrays(
        pa.array(found, mask=found < 0), distinct.take(pa.array(order))
    )


def coalesced(first: pa.DictionaryArray, second: pa.DictionaryArray) -> pa.DictionaryArray:
    """Of two coded columns the first where it is known, else the second."""
    if not first.null_count or second.null_count == len(second):
        return first
    one, values = codes(first)
    other, more = codes(second)
    both = np.where(one >= 0, one, np.where(other >= 0, other + len(values), -1)).astype(np.int32)
    distinct = pa.concat_arrays([values, more]).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        distinct.indices.take(pa.array(both, mask=both < 0)), distinct.dictionary
    )


def codes(
    column: pa.Array | pa.ChunkedArray,
) -> tuple[np.ndarray[Any, np.dtype[np.int32]], pa.Array]:
    """A column as (codes, distinct values).

    Int32, -1 where null; the values in order of appearance.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    indices = (
        array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    )
    return indices, array.dictionary


def map_unique(
    column: pa.Array | pa.ChunkedArray,
    fold: Callable[[str], Any],
    kind: pa.DataType | None = None,
) -> pa.Array:
    """``fold`` applied once to each distinct value of a text column, then laid back over the rows.

    Null stays null and is never passed to ``fold``; what ``fold`` returns as None becomes null.
    """
    indices, distinct = codes(column)
    folded = pa.array([fold(value) for value in distinct.to_pylist()], kind or pa.string())
    return folded.take(pa.array(indices, mask=indices < 0))


def longest(column: pa.Array) -> int:
    """The bytes of the longest text of a column; 0 where there is none."""
    return int(pc.max(pc.binary_length(column)).as_py() or 0)


def text_bytes(column: pa.Array, width: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The UTF-8 bytes of a text column, shape (rows, width): of a shorter text 0 follows, a longer one is cut.

    A null is a row of zeros.
    """
    rows = len(column)
    found = np.zeros((rows, width), np.uint8)
    _, starts, content = column.buffers()
    if content is None or not rows:
        return found
    offsets = np.frombuffer(starts, np.int32, rows + 1, column.offset * 4)
    letters, lengths = np.frombuffer(content, np.uint8), np.diff(offsets)
    if column.null_count:
        lengths[~column.is_valid().to_numpy(zero_copy_only=False)] = 0
    filled, most = lengths > 0, int(lengths.max())
    if most <= width and lengths.sum(dtype=np.int64) == offsets[-1] - offsets[0]:
        # All that lies in the column is asked for (a null may lie on bytes of its own), so it is
        # taken as it lies.
        lying = letters[offsets[0] : offsets[-1]]
        if most and most * int(np.count_nonzero(filled)) == len(lying):
            # All are of one length, as identifiers often are.
            found[filled, :most] = lying.reshape(-1, most)
        else:
            found[np.arange(width) < lengths[:, None]] = lying
        return found
    for place in range(width):
        longer = np.flatnonzero(lengths > place)
        found[longer, place] = letters[offsets[longer] + place]
    return found


def rows_beyond(
    column: pa.Array, first: str, last: str, *, most: int
) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    """The rows of a text column, ascending, with a byte (UTF-8) that is not between those of two ASCII signs.

    A null is no such row. None where more than ``most`` such bytes stand in the column: then there
    are better ways to look for them.
    """
    rows = len(column)
    _, starts, content = column.buffers()
    if content is None or not rows:
        return np.zeros(0, np.int64)
    offsets = np.frombuffer(starts, np.int32, rows + 1, column.offset * 4)
    # What lies below the first becomes a high number: one comparison tells both.
    beyond = np.frombuffer(content, np.uint8, offsets[-1] - offsets[0], offsets[0]) - np.uint8(
        ord(first)
    )
    found = beyond > ord(last) - ord(first)
    if np.count_nonzero(found) > most:
        return None
    row = np.unique(np.searchsorted(offsets, np.flatnonzero(found) + offsets[0], side="right") - 1)
    return (
        row[column.take(pa.array(row)).is_valid().to_numpy(zero_copy_only=False)]
        if column.null_count
        else row
    )


def join_text(
    columns: Sequence[pa.Array | pa.ChunkedArray], separator: str = " "
) -> pa.Array | pa.ChunkedArray:
    """Text columns joined row by row, nulls left out.

    Null where all are null. Texts must not begin with blanks.
    """
    if len(columns) == 1:
        return _known_text(columns[0])
    # With a null in every column, skipping leaves the whole row out and moves up those below
    # (pyarrow 26). So the first is never null; the separator it then leaves in front is cut off.
    first = pc.fill_null(columns[0], "")
    joined = pc.binary_join_element_wise(first, *columns[1:], separator, null_handling="skip")
    return _known_text(pc.utf8_ltrim(joined, separator))


def _known_text(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """A text column with null where a text is empty."""
    if pa.types.is_dictionary(column.type):
        return recoded(column, _known_text(column.dictionary))
    blank = pc.equal(column, "")
    return (
        pc.if_else(blank, pa.scalar(None, pa.string()), column) if pc.any(blank).as_py() else column
    )


def group_codes(
    table: pa.Table, *names: str, known: bool = True
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], int]:
    """One code a row, the same where two rows agree in all these columns; and how many codes there are.

    Codes count from 0 in order of appearance. A row with a null among the columns has -1, for what
    is missing equals nothing; with ``known=False`` the nulls of a column make a group of their own.
    """
    unknown = np.zeros(table.num_rows, dtype=bool)
    singles = []
    for name in names:
        single, _ = codes(table.column(name))
        unknown |= single < 0
        singles.append(single)
    combined = pack_columns(singles, table.num_rows)
    kept = ~unknown if known else np.ones(table.num_rows, dtype=bool)
    dense, distinct = pd.factorize(combined[kept])
    result = np.full(table.num_rows, -1, dtype=np.int64)
    result[kept] = dense
    return result, len(distinct)


def matches(
    left: np.ndarray[Any, np.dtype[np.int64]], right: np.ndarray[Any, np.dtype[np.int64]]
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]:
    """All pairs (left row, right row) of one code, ordered by both.

    A code of -1 matches nothing.
    """
    order = np.argsort(right, kind="stable")
    first = np.searchsorted(right[order], left, side="left")
    counts = np.where(left >= 0, np.searchsorted(right[order], left, side="right") - first, 0)
    left_rows = np.repeat(np.arange(len(left)), counts)
    within = np.arange(len(left_rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return left_rows, order[np.repeat(first, counts) + within]


def differ(
    left: pa.Array | pa.ChunkedArray, right: pa.Array | pa.ChunkedArray
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """True where both are known and not equal."""
    return _mask(pc.not_equal(_plain(left), _plain(right)))


def similarity(
    left: pa.Array | pa.ChunkedArray, right: pa.Array | pa.ChunkedArray
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """How alike two text columns are, row by row, 0 to 1; NaN where either is missing.

    1 less the optimal string alignment distance divided by the longer length.
    """
    found = np.full(len(left), np.nan)
    both = _mask(pc.and_(pc.is_valid(left), pc.is_valid(right)))
    pairs = [pc.filter(_plain(column), pa.array(both)).to_pylist() for column in (left, right)]
    found[both] = cpdist(*pairs, scorer=OSA.normalized_similarity, dtype=np.float64)
    return found


def _plain(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """A column of words as a column of text; any other as it is."""
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _mask(column: pa.Array | pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """A boolean column for numpy, null as False."""
    return np.asarray(column.fill_null(fill_value=False), dtype=bool)


def from_columns(
    columns: Mapping[str, Any], schema: pa.Schema, length: int | None = None, *, coded: bool = False
) -> pa.Table:
    """A table of this schema from the columns given; the schema's other columns are null.

    ``length`` is needed only where no column is given that shows it. With ``coded`` a column of
    text that is given coded stays so.
    """
    rows = length if length is not None else len(next(iter(columns.values())))
    arrays = []
    for field in schema:
        values = columns.get(field.name)
        if values is None:
            arrays.append(pa.nulls(rows, field.type))
            continue
        if pa.types.is_dictionary(field.type):
            arrays.append(words(values))
            continue
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        array = values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
        kept = array.type == field.type or (
            coded and field.nullable and pa.types.is_dictionary(array.type)
        )
        arrays.append(array if kept else array.cast(field.type))
    held = [field.with_type(array.type) for field, array in zip(schema, arrays, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(held) if coded else schema)


def concat(tables: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """The tables one below the other, in one chunk a column; zero tables give zero rows."""
    found = [table for table in tables if table.num_rows]
    if not found:
        return schema.empty_table()
    joined = pa.concat_tables(found).unify_dictionaries()
    return from_columns({name: joined.column(name) for name in joined.column_names}, schema)


def sort_by(table: pa.Table, *names: str) -> pa.Table:
    """The table in ascending order of these columns (nulls last), in one chunk a column."""
    if table.num_rows < 2 or (len(names) == 1 and _ascends(table.column(names[0]))):
        return table.combine_chunks()
    plain = table
    for name in names:
        column = table.column(name)
        if pa.types.is_dictionary(column.type):
            plain = plain.set_column(
                plain.schema.get_field_index(name), name, column.cast(column.type.value_type)
            )
    order = pc.sort_indices(plain, sort_keys=[(name, "ascending") for name in names])
    return table.take(order).combine_chunks()


def _ascends(column: pa.ChunkedArray) -> bool:
    """True for a column of text that is in ascending order.

    A list often is, and looking costs little.
    """
    if column.null_count or not pa.types.is_string(column.type):
        return False
    return bool(pc.all(pc.less_equal(column.slice(0, len(column) - 1), column.slice(1))).as_py())
