"""Columns of text, dictionary-encoded.

What is asked of a text, or made of it, is done once to each distinct one. What is noticed on the
way is noted here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Longs
from voterlist.findings import (
    ENTRY_PLACE,
    declared_rules,
    gather,
    make,
    take_columns,
)
from voterlist.tables import by_appearance, codes, fits, with_values

BY_CODE = declared_rules("voterlist.normalize")
RULES = tuple(BY_CODE.values())
"""What the normaliser may notice."""


def encode(column: pa.Array) -> pa.DictionaryArray:
    """The column dictionary-encoded, if it is not."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def matching(column: pa.DictionaryArray, pattern: str) -> Bools:
    """One item a distinct value: whether Arrow finds the pattern in it."""
    return fits(column.dictionary, pattern)


def rows_of(column: pa.DictionaryArray, values: Bools) -> Bools:
    """The rows whose value is among these.

    ``values`` has one item a distinct value. A null is among none.
    """
    return np.append(values, [False])[codes(column)[0]]


def keep_rows(column: pa.DictionaryArray, rows: Bools) -> pa.DictionaryArray:
    """The column with null outside these rows, and with the values that are left."""
    indices = np.where(rows, codes(column)[0], -1).astype(np.int32)
    return by_appearance(
        pa.DictionaryArray.from_arrays(
            pa.array(indices, mask=indices < 0), column.dictionary
        )
    )


def from_texts(text_of_row: Longs, texts: Sequence[str]) -> pa.DictionaryArray:
    """A dictionary-encoded column of these texts, each kept once; -1 is null."""
    distinct = pa.array(texts, pa.string()).dictionary_encode()
    rows = pa.array(text_of_row.astype(np.int32), mask=text_of_row < 0)
    indices = distinct.indices.take(rows)
    return by_appearance(pa.DictionaryArray.from_arrays(indices, distinct.dictionary))


def fold_each(
    column: pa.DictionaryArray,
    fold: Callable[[str], Sequence[Any]],
    kinds: Sequence[pa.DataType],
) -> list[pa.Array]:
    """Columns of a fold that gives several results, applied once to each distinct value.

    There is one column for each result. Columns of text are dictionary-encoded.
    """
    values = column.dictionary.to_pylist()
    folded = [fold(value) for value in values]
    columns = []
    for place, kind in enumerate(kinds):
        values = pa.array([results[place] for results in folded], kind)
        columns.append(
            with_values(column, values)
            if kind == pa.string()
            else values.take(column.indices)
        )
    return columns


def where(
    column: pa.DictionaryArray,
    chosen: Bools,
    fold: Callable[[str], Any],
    kind: pa.DataType,
) -> pa.Array:
    """The fold of those distinct values that are chosen, null for the others.

    One item a distinct value.
    """
    places = np.flatnonzero(chosen)
    folded = pa.array(
        [fold(value) for value in column.dictionary.take(places).to_pylist()],
        kind,
    )
    back = np.full(len(chosen), -1, np.int32)
    back[places] = np.arange(len(places))
    return folded.take(pa.array(back, mask=back < 0))


class Notes:
    """Collects findings about the rows of one ENTRY table; without one nothing is kept.

    Only its columns ``ENTRY_PLACE`` are needed.
    """

    def __init__(self, entries: pa.Table | None = None) -> None:
        self._entries = entries
        self._found: list[pa.Table] = []
        self._taken: dict[str, Bools] = {}

    @property
    def are_kept(self) -> bool:
        """Whether anybody reads them."""
        return self._entries is not None

    def rows(self, rule: str, mask: Bools, field: str) -> None:
        """One finding for each row of the mask.

        A row that has this rule's finding already gets no second.
        """
        if self._entries is None:
            return
        taken = self._taken.setdefault(rule, np.zeros(len(mask), np.bool_))
        fresh = mask & ~taken
        taken |= mask
        if not fresh.any():
            return
        columns = take_columns(self._entries, np.flatnonzero(fresh), ENTRY_PLACE)
        self._found.append(
            make(BY_CODE[rule], int(fresh.sum()), {**columns, "field": field})
        )

    def files(self, rule: str, sources: list[str], field: str) -> None:
        """One finding for each source."""
        if self._entries is None:
            return
        columns = {"source": pa.array(sources, pa.string()), "field": field}
        self._found.append(make(BY_CODE[rule], len(sources), columns))

    def table(self) -> pa.Table:
        """FINDING of all that was noted."""
        return gather(self._found)
