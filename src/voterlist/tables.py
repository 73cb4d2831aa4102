"""A handful of helpers over Arrow tables. No domain words here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Outcome", "codes", "concat", "from_columns", "map_unique", "sort_by", "words"]


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
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, pa.string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.cast(pa.string())
    distinct = pc.unique(array).drop_null().sort()
    return pa.DictionaryArray.from_arrays(pc.index_in(array, value_set=distinct), distinct)


def codes(column: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray[Any, np.dtype[np.int32]], pa.Array]:
    """A column as (codes, distinct values): int32, -1 where null; the values in order of appearance."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    indices = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
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


def from_columns(columns: Mapping[str, Any], schema: pa.Schema, length: int | None = None) -> pa.Table:
    """A table of this schema from the columns given; the schema's other columns are null.

    ``length`` is needed only where no column is given that shows it.
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
        arrays.append(array if array.type == field.type else array.cast(field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def concat(tables: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """The tables one below the other, in one chunk a column; zero tables give zero rows."""
    found = [table for table in tables if table.num_rows]
    if not found:
        return schema.empty_table()
    joined = pa.concat_tables(found).unify_dictionaries()
    return from_columns({name: joined.column(name) for name in joined.column_names}, schema)


def sort_by(table: pa.Table, *names: str) -> pa.Table:
    """The table in ascending order of these columns (nulls last), in one chunk a column."""
    if table.num_rows < 2:
        return table
    plain = table
    for name in names:
        column = table.column(name)
        if pa.types.is_dictionary(column.type):
            plain = plain.set_column(plain.schema.get_field_index(name), name, column.cast(column.type.value_type))
    order = pc.sort_indices(plain, sort_keys=[(name, "ascending") for name in names])
    return table.take(order).combine_chunks()
