"""Columns of any type as columns of text."""

from __future__ import annotations

import pyarrow as pa

from voterlist.processes.parquet_proof import repeats
from voterlist.readers.books import cell_text
from voterlist.tables import one_array


def coded_text(column: pa.ChunkedArray) -> pa.Array:
    """A column for ``text_table``, dictionary-encoded unless nearly every value is distinct."""
    if pa.types.is_integer(column.type):
        numbers = one_array(column).dictionary_encode()
        texts = numbers.dictionary.cast(pa.string())
        return pa.DictionaryArray.from_arrays(numbers.indices, texts)
    if pa.types.is_dictionary(column.type) and pa.types.is_string(
        column.type.value_type
    ):
        encoded = one_array(column.unify_dictionaries())
        return encoded.cast(pa.dictionary(pa.int32(), pa.string()))
    text = plain_text(column)
    return text.dictionary_encode() if repeats(text) else text


def text_table(table: pa.Table) -> pa.Table:
    """The same columns, every one as text: whole numbers without a point, dates in ISO 8601."""
    names = table.column_names
    return pa.Table.from_arrays(
        [plain_text(table.column(place)) for place in range(len(names))], names=names
    )


def plain_text(column: pa.ChunkedArray) -> pa.Array:
    """A column as text.

    Whole numbers without a point, dates in ISO 8601, lists and records left out as null.
    """
    array = one_array(column)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        return array.cast(pa.string())
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return pa.array(
            [
                None if value is None else value.decode("utf-8", errors="replace")
                for value in array.to_pylist()
            ],
            pa.string(),
        )
    if pa.types.is_nested(array.type):
        return pa.nulls(len(array), pa.string())
    if pa.types.is_integer(array.type) or pa.types.is_boolean(array.type):
        return array.cast(pa.string())
    distinct = array.dictionary_encode()
    texts = [
        None if _is_gap(value) else cell_text(value)
        for value in distinct.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(distinct.indices)


def _is_gap(value: object) -> bool:
    """True for None and for the float that is no number."""
    return value is None or value != value  # noqa: PLR0124  only NaN differs from itself
