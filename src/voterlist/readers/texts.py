"""Columns of any type, of a table or of a frame of pandas, as columns of text."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from voterlist.errors import UsageError
from voterlist.readers.books import cell_text

_SAMPLE = 100_000
_NEARLY_ALL = 0.9
"""The share of distinct texts among the known ones of a sample, above which a column is not held as
codes: that would cost memory."""


def coded_text(column: pa.ChunkedArray) -> pa.Array:
    """A column for ``text_table``, dictionary-encoded unless nearly every value is distinct."""
    if pa.types.is_integer(column.type):
        numbers = column.combine_chunks().dictionary_encode()
        texts = numbers.dictionary.cast(pa.string())
        return pa.DictionaryArray.from_arrays(numbers.indices, texts)
    if pa.types.is_dictionary(column.type) and pa.types.is_string(
        column.type.value_type
    ):
        encoded = column.unify_dictionaries().combine_chunks()
        return encoded.cast(pa.dictionary(pa.int32(), pa.string()))
    text = _as_text(column)
    sample = text.slice(len(text) // 2, _SAMPLE).drop_null()
    if len(sample.unique()) > _NEARLY_ALL * len(sample):
        return text
    return text.dictionary_encode()


def text_table(table: pa.Table) -> pa.Table:
    """The same columns, every one as text: whole numbers without a point, dates in ISO 8601."""
    names = table.column_names
    return pa.Table.from_arrays(
        [_as_text(table.column(place)) for place in range(len(names))], names=names
    )


def _as_text(column: pa.ChunkedArray) -> pa.Array:
    """A column as text.

    Whole numbers without a point, dates in ISO 8601, lists and records left out as null.
    """
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = (
            pa.concat_arrays(array.chunks)
            if array.num_chunks
            else pa.array([], array.type)
        )
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


# A frame of pandas as a table of text, whatever its cells are.


def frame_table(frame: pd.DataFrame) -> pa.Table:
    """The columns of a frame as text, in their order; its index is left aside.

    Whole numbers without a point, dates in ISO 8601. A cell that holds several things is null.

    Raises:
        UsageError: two columns have one name. It does not tell the name, which may be a cell of a
            list that was read without its headings.
    """
    names = [_text(label) or "" for label in frame.columns]
    if len(set(names)) < len(names):
        todo = "Give each column one name of its own: frame.columns = [...]."
        raise UsageError(f"two columns have no names of their own. {todo}", todo=todo)
    columns = [_texts(frame.iloc[:, place]) for place in range(len(names))]
    return pa.Table.from_arrays(columns, names=names)


def _texts(column: pd.Series) -> Any:
    """A column of Arrow as text."""
    # Arrow would tell the type of objects by the first of them, and 1 and True are one to it.
    kind = pa.string() if pd.api.types.is_object_dtype(column.dtype) else None
    # What it says when it cannot quotes a cell.
    with suppress(Exception):
        cells = pa.array(column, kind, from_pandas=True)
        return text_table(pa.table({"cells": cells})).column(0)
    # By distinct values would be wrong: 1, 1.0 and True are equal, and three texts.
    texts = [_text(cell) for cell in column.astype(object)]
    return pa.array(texts, pa.string())


def _text(cell: Any) -> str | None:
    """A cell as a person would write it; None where nothing is known, or it is several things."""
    try:
        if isinstance(cell, np.datetime64):
            cell = pd.Timestamp(cell)
        if isinstance(cell, bytes):
            return cell.decode(errors="replace")
        if pd.api.types.is_list_like(cell) or pd.isna(cell):
            return None
        # Half a letter of UTF-16 is a letter that was lost.
        return cell_text(cell).encode(errors="replace").decode()
    except Exception:  # noqa: BLE001  any object can be a cell; what it raises may quote itself
        return None
