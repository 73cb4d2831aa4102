"""A handful of helpers over Arrow tables. No domain words here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from voterlist.arrays import (
    Bools,
    Codes,
    Floats,
    Longs,
    Packed,
    consecutive,
    factorize,
    first_rows,
    in_order,
    pack_columns,
    pieces,
    room_beside,
)
from voterlist.model import frozen

Column: TypeAlias = pa.Array | pa.ChunkedArray
Row = dict[str, Any]
"""A row of a table, by the names of its columns."""
ReadRow = Mapping[str, Any]
"""The same where nobody changes it."""
Number = TypeVar("Number", bound=np.generic)


class Columns(Protocol):
    """Columns of a table, in memory or read when they are asked for."""

    @property
    def num_rows(self) -> int:
        """How many rows there are."""

    def column(self, name: str) -> pa.ChunkedArray:
        """A column by its name."""


@frozen
class Outcome:
    """What a stage returns: its table, what it noticed, and the rows it set aside."""

    table: pa.Table
    findings: pa.Table
    set_aside: pa.Table


_FEW = 100
"""Rows for which Python is quicker than the calls of Arrow: a desk and a small list ask for
columns of a few words, and for thousands of them."""


_SHARE = 10
"""Of so many rows one is few: what only few need is not done to all."""


def words(values: Sequence[str | None] | Column) -> pa.Array:
    """A dictionary-encoded column of few distinct words, its dictionary in sorted order.

    Sorted, so that the bytes do not depend on which word came first.
    """
    if len(values) < _FEW:
        texts = values.to_pylist() if hasattr(values, "to_pylist") else values
        in_order = sorted({text for text in texts if text is not None})
        place = {text: number for number, text in enumerate(in_order)}
        return pa.DictionaryArray.from_arrays(
            pa.array(map(place.get, texts), pa.int32()),
            pa.array(in_order, pa.string()),
        )
    array = (
        one_array(values)
        if isinstance(values, Column)
        else pa.array(values, pa.string())
    )
    if pa.types.is_dictionary(array.type):
        used = pc.unique(array.indices).drop_null()
        distinct = pc.unique(array.dictionary.take(used)).drop_null()
    else:
        array = array.dictionary_encode()
        distinct = array.dictionary
        if len(distinct) < 2:
            return array
    in_order = distinct.sort()
    if in_order.equals(array.dictionary):
        return array
    places = pc.index_in(array.dictionary, value_set=in_order)
    return pa.DictionaryArray.from_arrays(places.take(array.indices), in_order)


_ENCODED = pa.dictionary(pa.int32(), pa.string())


def with_encoded_text(schema: pa.Schema, *, apart: Collection[str] = ()) -> pa.Schema:
    """The schema with its nullable text columns dictionary-encoded, but for those ``apart``.

    A list of millions takes a third of the memory so, and what is done to a text is done once to
    each distinct one.
    """
    fields = []
    for field in schema:
        is_text = field.nullable and field.type == pa.string()
        is_encoded = is_text and field.name not in apart
        fields.append(field.with_type(_ENCODED) if is_encoded else field)
    return pa.schema(fields)


def with_values(column: pa.DictionaryArray, values: pa.Array) -> pa.DictionaryArray:
    """A dictionary-encoded column with each value replaced by its counterpart in ``values``."""
    stays = mask_of(pc.equal(values, column.dictionary))
    if stays.all():
        return column
    changed = values.filter(~stays)
    # Where few change, the others are told apart already, but for those that one of these now is.
    few = len(changed) < len(values) // _SHARE
    stays &= ~mask_of(pc.is_in(values, value_set=changed)) if few else False
    kept = values.filter(stays)
    own, distinct = codes(values.filter(~stays))
    place = np.empty(len(values), np.int32)
    place[stays] = np.arange(len(kept))
    place[~stays] = np.where(own >= 0, own + len(kept), -1)
    return pa.DictionaryArray.from_arrays(
        pa.array(place, mask=place < 0).take(column.indices),
        pa.concat_arrays([kept, distinct]),
    )


def by_appearance(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """A dictionary-encoded column with its values in order of first use, unused ones left out."""
    indices, distinct = codes(column)
    first = first_rows(indices, len(distinct), absent=len(indices))
    used = int((first < len(indices)).sum())
    order = np.argsort(first, kind="stable")[:used]
    if used == len(distinct) and bool((order[1:] > order[:-1]).all()):
        return column
    # One place more, for the code -1.
    place = np.full(len(distinct) + 1, -1, np.int32)
    place[order] = np.arange(used)
    new_indices = place[indices]
    return pa.DictionaryArray.from_arrays(
        pa.array(new_indices, mask=new_indices < 0), distinct.take(order)
    )


def coalesce(
    first: pa.DictionaryArray, second: pa.DictionaryArray
) -> pa.DictionaryArray:
    """Of two dictionary-encoded columns the first where it is known, else the second."""
    if not first.null_count or second.null_count == len(second):
        return first
    first_codes, first_values = codes(first)
    second_codes, second_values = codes(second)
    # The values of the second stand behind those of the first.
    shifted = np.where(second_codes >= 0, second_codes + len(first_values), -1)
    both = np.where(first_codes >= 0, first_codes, shifted).astype(np.int32)
    distinct = pa.concat_arrays([first_values, second_values]).dictionary_encode()
    rows = pa.array(both, mask=both < 0)
    return pa.DictionaryArray.from_arrays(
        distinct.indices.take(rows), distinct.dictionary
    )


def codes(column: Column) -> tuple[Codes, pa.Array]:
    """A column as (codes, distinct values).

    Int32, -1 where null; the values in order of appearance.
    """
    array = one_array(column)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    # To fill what has no gaps takes a call of Arrow all the same; there are hundreds in a run.
    gaps = array.indices.null_count
    filled = array.indices.fill_null(-1) if gaps else array.indices
    indices = filled.to_numpy(zero_copy_only=False)
    return indices.astype(np.int32, copy=False), array.dictionary


def map_unique(
    column: Column,
    fold: Callable[[str], Any],
    kind: pa.DataType | None = None,
) -> pa.Array:
    """``fold`` applied once to each distinct value of a text column, then laid back over the rows.

    Null stays null and is never passed to ``fold``; what ``fold`` returns as None becomes null.
    """
    indices, distinct = codes(column)
    values = [fold(value) for value in distinct.to_pylist()]
    folded = pa.array(values, kind or pa.string())
    return folded.take(pa.array(indices, mask=indices < 0))


def over_rows(
    column: Column, fold: Callable[[pa.Array], npt.NDArray[Number]], null: Any
) -> npt.NDArray[Number]:
    """What ``fold`` makes of the distinct values of a column, laid back over the rows.

    ``null`` is for the rows without a value; ``fold`` gives one number or flag for each value.
    """
    indices, distinct = codes(column)
    values = fold(distinct)
    # One more place at the end, where the code -1 of null points.
    return np.append(values, np.array([null], values.dtype))[indices]


def longest(column: pa.Array) -> int:
    """The bytes of the longest text of a column; 0 where there is none."""
    return int(pc.max(pc.binary_length(column)).as_py() or 0)


_WORD = 8
"""Bytes that are one number."""
_KNOWN = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], np.uint64)
"""The bits of the first bytes of a word, by how many these are."""
Sought = Callable[[npt.NDArray[np.uint8]], Bools]
"""Tells of each of some bytes of texts whether it is sought."""


def text_words(column: pa.Array, width: int) -> Packed:
    """The first UTF-8 bytes of a text column, eight to a word, shape (rows, words).

    As many words as ``width`` bytes need, one at least, filled up with 0. A null has zeros alone.
    """
    rows = len(column)
    words = np.zeros((rows, max(1, -(-width // _WORD))), "<u8")
    _, bounds, content = column.buffers()
    if content is None or not rows:
        return words
    offsets = np.frombuffer(bounds, np.int32, rows + 1, column.offset * 4)
    letters = np.frombuffer(content, np.uint8)
    lengths = np.diff(offsets)
    if column.null_count:
        # A null may lie on bytes of its own.
        lengths[~column.is_valid().to_numpy(zero_copy_only=False)] = 0
    # So many rows at once that they stay in the processor's own memory.
    for at in pieces(rows):
        starts = offsets[at.start : at.stop + 1]
        first, end = starts[0], starts[-1]
        # Each word is taken with what lies behind the text; that is then made 0.
        lying = np.zeros(end - first + words.shape[1] * _WORD, np.uint8)
        lying[: end - first] = letters[first:end]
        place = starts[:-1] - first
        for number, word in enumerate(words[at].T):
            before = number * _WORD
            behind = np.ndarray(end - first + 1, "<u8", lying[before:], strides=(1,))
            known = _KNOWN[np.clip(lengths[at] - before, 0, _WORD)]
            np.bitwise_and(behind[place], known, out=word)
    return words


def rows_with(column: pa.Array, is_sought: Sought, *, most: int) -> Longs | None:
    """The rows of a text column, ascending, with a UTF-8 byte that is sought.

    A null is no such row. None where more than ``most`` such bytes stand in the column: then there
    are better ways to look for them.
    """
    rows = len(column)
    _, starts, content = column.buffers()
    if content is None or not rows:
        return np.zeros(0, np.int64)
    offsets = np.frombuffer(starts, np.int32, rows + 1, column.offset * 4)
    letters = np.frombuffer(content, np.uint8, offsets[-1] - offsets[0], offsets[0])
    places = [np.zeros(0, np.int64)]
    for at in pieces(len(letters)):
        found = np.flatnonzero(is_sought(letters[at]))
        most -= len(found)
        if most < 0:
            return None
        places.append(found + at.start + offsets[0])
    every = np.concatenate(places)
    row: Longs = np.unique(np.searchsorted(offsets, every, side="right") - 1)
    if not column.null_count:
        return row
    known = column.take(row).is_valid()
    kept: Longs = row[known.to_numpy(zero_copy_only=False)]
    return kept


def join_text(columns: Sequence[Column], separator: str = " ") -> Column:
    """Text columns joined row by row, nulls left out.

    Null where all are null. Texts must not begin with blanks.
    """
    if len(columns) == 1:
        return _known_text(columns[0])
    # With a null in every column, skipping leaves the whole row out and moves up those below
    # (pyarrow 26). So the first is never null; the separator it then leaves in front is cut off.
    first = pc.fill_null(columns[0], "")
    joined = pc.binary_join_element_wise(
        first, *columns[1:], separator, null_handling="skip"
    )
    return _known_text(pc.utf8_ltrim(joined, separator))


def _known_text(column: Column) -> Column:
    """A text column with null where a text is empty."""
    if pa.types.is_dictionary(column.type):
        return with_values(column, _known_text(column.dictionary))
    blank = pc.equal(column, "")
    if not pc.any(blank).as_py():
        return column
    return pc.if_else(blank, pa.scalar(None, pa.string()), column)


Key = TypeVar("Key")
Item = TypeVar("Item")


def by_key(pairs: Iterable[tuple[Key, Item]]) -> dict[Key, list[Item]]:
    """The items of each key, in the order in which they come."""
    groups: dict[Key, list[Item]] = {}
    for key, item in pairs:
        groups.setdefault(key, []).append(item)
    return groups


def group_codes(table: pa.Table, *names: str, known: bool = True) -> tuple[Longs, int]:
    """(code of each row, number of codes): rows that agree in all columns share a code.

    Codes count from 0 in order of appearance. A row with a null among the columns has -1, for what
    is missing equals nothing; with ``known=False`` the nulls of a column make a group of their own.
    """
    rows = table.num_rows
    unknown = np.zeros(rows, dtype=bool)
    columns = []
    for name in names:
        column_codes, _ = codes(table.column(name))
        unknown |= column_codes < 0
        columns.append(column_codes)
    combined = pack_columns(columns, rows)
    kept = ~unknown if known else np.ones(rows, dtype=bool)
    dense, distinct = factorize(combined[kept])
    result = np.full(rows, -1, dtype=np.int64)
    result[kept] = dense
    return result, len(distinct)


def matches(left: Longs, right: Longs) -> tuple[Longs, Longs]:
    """All pairs (left row, right row) of one code, ordered by both.

    A code of -1 matches nothing.
    """
    order = np.argsort(right, kind="stable")
    ascending = right[order]
    first = np.searchsorted(ascending, left, side="left")
    behind = np.searchsorted(ascending, left, side="right")
    counts = np.where(left >= 0, behind - first, 0)
    left_rows = np.repeat(np.arange(len(left)), counts)
    return left_rows, order[consecutive(first, counts)]


def differ(left: Column, right: Column) -> Bools:
    """True where both are known and not equal."""
    return mask_of(pc.not_equal(plain(left), plain(right)))


def similarity(left: Column, right: Column) -> Floats:
    """How alike two text columns are, row by row, 0 to 1; NaN where either is missing.

    1 less the optimal string alignment distance divided by the longer length.
    """
    likeness = np.full(len(left), np.nan)
    both = mask_of(pc.and_(pc.is_valid(left), pc.is_valid(right)))
    left_texts = pc.filter(plain(left), both).to_pylist()
    right_texts = pc.filter(plain(right), both).to_pylist()
    likeness[both] = cpdist(
        left_texts, right_texts, scorer=OSA.normalized_similarity, dtype=np.float64
    )
    return likeness


def one_array(column: Column) -> pa.Array:
    """A column in one piece.

    ``combine_chunks`` would copy a column that is one piece already.
    """
    if isinstance(column, pa.Array):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        # Text of more than two gigabytes, or no chunk at all.
        chunks = array.chunks or [pa.array([], array.type)]
        array = pa.concat_arrays(chunks)
    return array


def plain(column: Column) -> Column:
    """A dictionary-encoded column as a column of its values; any other as it is."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column


def text_of(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column as text, whether it is dictionary-encoded or not."""
    return table.column(name).cast(pa.string())


def distinct(table: pa.Table, *names: str) -> pa.Table:
    """The distinct rows of these columns, in any order."""
    return table.select(names).group_by(list(names)).aggregate([])


def count_by(table: pa.Table, *names: str, of: str | None = None) -> dict[Any, int]:
    """Value of a column -> how many rows have it; tuple of values where several are named.

    ``of``: a column whose sum is wanted instead.
    """
    columns = {name: plain(table.column(name)) for name in names}
    each = pa.repeat(1, table.num_rows) if of is None else table.column(of)
    grouped = pa.table([*columns.values(), each], names=[*names, ""]).group_by(names)
    *keys, counts = grouped.aggregate([("", "sum")]).itercolumns()
    values = (
        keys[0].to_pylist()
        if len(keys) == 1
        else zip(*(key.to_pylist() for key in keys), strict=True)
    )
    return {
        value: count or 0
        for value, count in zip(values, counts.to_pylist(), strict=True)
    }


def total(table: pa.Table, name: str) -> int:
    """The sum of a column of whole numbers; 0 where nothing is known."""
    return int(pc.sum(table.column(name)).as_py() or 0)


def row_counts(table: pa.Table, *names: str, into: str) -> dict[str, pa.ChunkedArray]:
    """The distinct rows of these columns, in any order, and ``into`` a column how many of each.

    Args:
        table: has the columns.
        names: of the columns.
        into: what the column of the numbers is called.
    """
    grouped = table.select(names).group_by(list(names), use_threads=False)
    counted = grouped.aggregate([([], "count_all")])
    return dict(zip((*names, into), counted.columns, strict=True))


def with_column(table: pa.Table, name: str, column: Column) -> pa.Table:
    """The table with other values in a column; its place, type and nullability stay."""
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), column)


def row_of_each(values: Column, known: Column) -> pa.Array:
    """The row of ``known`` with each value; null where no row has it."""
    return one_array(pc.index_in(values, value_set=one_array(known)))


def take_column(table: pa.Table, name: str, rows: pa.Array) -> pa.Array:
    """A column at these rows, as plain values; null where a row is null."""
    return one_array(plain(table.column(name))).take(rows)


Texts: TypeAlias = Iterable[str | None] | Column
"""Texts, in a column or not; null among them is none."""


def is_among(column: Column, texts: Texts) -> Column:
    """True for each row whose text is one of these; never for null."""
    if isinstance(texts, Column):
        wanted = plain(one_array(texts))
    else:
        known = {text for text in texts if text is not None}
        wanted = pa.array(sorted(known), pa.string())
    return pc.is_in(plain(column), value_set=wanted, skip_nulls=True)


def rows_among(table: pa.Table, name: str, texts: Texts) -> pa.Table:
    """The rows of the table whose text in this column is one of these; never those with null."""
    return table.filter(is_among(table.column(name), texts))


def rows_without(table: pa.Table, name: str, texts: Texts) -> pa.Table:
    """The rows of the table whose text in this column is none of these; those with null too."""
    return table.filter(pc.invert(is_among(table.column(name), texts)))


def mask_of(column: Column) -> Bools:
    """A boolean column for numpy, null as False."""
    filled = column.fill_null(fill_value=False) if column.null_count else column
    return np.asarray(filled, dtype=bool)


_LETTER = r"[A-Za-z\x{80}-\x{10FFFF}]"
"""Every letter, and every other sign beyond ASCII."""
_NO_LETTER = re.compile(r"\[\^\\pL[^]]*\]")
_LETTERS = "A-Za-zÇçƏəĞğİıÖöŞşÜüЁёА-я"
"""The letters of most texts, within brackets."""
_USUAL = re.compile(rf"[\0-\x7F{_LETTERS}№–—«»“”„]*")
"""A text that has no other letters."""


def fits(column: Column, pattern: str, needs: Sought | None = None) -> Bools:
    r"""True where some part of the text fits the pattern, which is one of RE2; null fits none.

    A pattern is built anew for each column, and one with all letters (``\pL``, alone or at the
    beginning of ``[^\pL]``) takes milliseconds: it is asked about those texts alone that fit where
    whatever is beyond ASCII passes for a letter, and where few do and have but usual letters, as
    one of these. So is one of which a text ``needs`` certain bytes, where few texts have them.
    """
    if not len(column):
        return np.zeros(0, np.bool_)
    rough = _NO_LETTER.sub(r"[\\s\\S]", pattern).replace(r"\pL", _LETTER)
    rows = None
    if needs is not None:
        rows = rows_with(one_array(column), needs, most=len(column) // _SHARE)
    if rows is None:
        found = mask_of(pc.match_substring_regex(column, rough))
        if rough == pattern or not found.any():
            return found
        rows = np.flatnonzero(found)
    exact = np.zeros(len(column), np.bool_)
    if len(rows):
        some = column.take(rows)
        if len(rows) < _FEW and _USUAL.fullmatch("".join(some.to_pylist())):
            pattern = pattern.replace(r"[^\pL", f"[^{_LETTERS}")
            pattern = pattern.replace(r"\pL", f"[{_LETTERS}]")
        exact[rows] = mask_of(pc.match_substring_regex(some, pattern))
    return exact


def fits_each(columns: Sequence[pa.Array], pattern: str) -> Bools:
    """Which texts of columns of one length fit, as ``fits``; shape: columns by rows.

    The pattern is built once for all of them.
    """
    rows = len(columns[0]) if columns else 0
    texts = pa.chunked_array(columns, pa.string()).combine_chunks()
    return fits(texts, pattern).reshape(len(columns), rows)


def is_known(column: Column) -> Bools:
    """True where the column is not null."""
    return np.asarray(column.is_valid(), dtype=bool)


def numbers(table: pa.Table, name: str) -> Longs:
    """A column of whole numbers, -1 where null."""
    return np.asarray(table.column(name).cast(pa.int64()).fill_null(-1), np.int64)


def from_columns(
    columns: Mapping[str, Any],
    schema: pa.Schema,
    length: int | None = None,
    *,
    keep_encoded: bool = False,
) -> pa.Table:
    """A table of this schema from the columns given; the schema's other columns are null.

    ``length`` is needed only where no column is given that shows it. With ``keep_encoded`` a
    column of text that is given dictionary-encoded stays so, and one that is not given is.
    """
    rows = length if length is not None else len(next(iter(columns.values())))
    arrays = []
    # What is not given is one column for all of its type.
    nothing = cache(partial(pa.nulls, rows))
    for field in schema:
        values = columns.get(field.name)
        if values is None:
            is_text = keep_encoded and field.nullable and field.type == pa.string()
            arrays.append(nothing(_ENCODED if is_text else field.type))
        else:
            arrays.append(_as_field(values, field, keep_encoded=keep_encoded))
    if not keep_encoded:
        return pa.Table.from_arrays(arrays, schema=schema)
    fields = [
        field.with_type(array.type) for field, array in zip(schema, arrays, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def from_rows(
    rows: Collection[Mapping[str, Any]], schema: pa.Schema, *order: str
) -> pa.Table:
    """A table of this schema from rows; what a row does not have is null.

    Args:
        rows: by the names of the columns; other names are left out.
        schema: of the table.
        order: the columns by which it is sorted; without any, the order of the rows is kept.
    """
    if not rows:
        return _without_rows(schema)
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    table = from_columns(columns, schema, len(rows))
    return sort_by(table, *order) if order else table


@cache
def _without_rows(schema: pa.Schema) -> pa.Table:
    """A table of this schema without rows: a desk asks for thousands of them."""
    return schema.empty_table()


def _as_field(values: Any, field: pa.Field, *, keep_encoded: bool) -> pa.Array:
    """The values as an array of the field's type; encoded text stays so with ``keep_encoded``."""
    if pa.types.is_dictionary(field.type):
        return words(values)
    array = (
        one_array(values)
        if isinstance(values, Column)
        else pa.array(values, from_pandas=True)
    )
    if array.type == field.type:
        return array
    if keep_encoded and field.nullable and pa.types.is_dictionary(array.type):
        return array
    return array.cast(field.type)


def concat(tables: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """The tables one below the other, in one chunk a column; zero tables give zero rows."""
    filled = [table for table in tables if table.num_rows]
    if not filled:
        return _without_rows(schema)
    joined = pa.concat_tables(filled).unify_dictionaries()
    columns = dict(zip(joined.column_names, joined.columns, strict=True))
    return from_columns(columns, schema)


def sort_by(table: pa.Table, *names: str) -> pa.Table:
    """The table in ascending order of these columns (nulls last), in one chunk a column."""
    if table.num_rows < 2 or (len(names) == 1 and _ascends(table.column(names[0]))):
        return table.combine_chunks()
    # Codes of a dictionary do not sort as their values do.
    keys = pa.table([plain(table.column(name)) for name in names], names=list(names))
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in names])
    return table.take(order).combine_chunks()


def order_of(texts: pa.Array) -> pa.Array | None:
    """The places of texts, none null, in ascending order; None where they stand so."""
    if _ascends(texts):
        return None
    order, alike = _by_beginnings(texts)
    few = order[alike]
    order[alike] = few[pc.array_sort_indices(texts.take(few)).to_numpy()]
    return pa.array(order)


def are_distinct(values: pa.Array) -> bool:
    """True where no value of a column without nulls stands twice."""
    if _ascends(values, pc.less):
        return True
    if pa.types.is_string(values.type):
        order, alike = _by_beginnings(values)
        values = values.take(order[alike])
    return bool(len(pc.unique(values)) == len(values))


_BEGINNING = 64
"""Bytes of a text that are looked at."""


def _by_beginnings(texts: pa.Array) -> tuple[Longs, Bools]:
    """(places of texts in the order of how they begin, which of them begin alike).

    Of each byte of the beginnings the bits that differ somewhere are put into one number, as many
    as there is room for: to sort numbers is much quicker than to sort texts.
    """
    words = text_words(texts, min(longest(texts), _BEGINNING)).T
    digits, room = [], room_beside(len(texts))
    for word in words:
        varying = int(np.bitwise_or.reduce(word) ^ np.bitwise_and.reduce(word))
        for start in range(0, 8 * _WORD, 8):
            bits = (varying >> start & 0xFF).bit_length()
            taken = min(bits, room)
            room -= taken
            if taken:
                digits.append((word, start + bits - taken, taken))
    numbers = np.zeros(len(texts), np.uint64)
    for at in pieces(len(numbers)):
        number = numbers[at]
        for word, start, bits in digits:
            number <<= np.uint64(bits)
            number |= word[at] >> np.uint64(start) & np.uint64((1 << bits) - 1)
    return in_order(numbers)


def _ascends(
    column: Column, stands_before: Callable[..., Column] = pc.less_equal
) -> bool:
    """True for a column of text in ascending order, each beside the next as is asked.

    A list often is, and looking costs little.
    """
    if column.null_count or not pa.types.is_string(column.type):
        return False
    earlier = column.slice(0, max(len(column) - 1, 0))
    return bool(pc.all(stands_before(earlier, column.slice(1))).as_py())


def as_ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers, at least one, as 3, 5-6."""
    ranges: list[str] = []
    first = last = numbers[0]
    for number in [*numbers[1:], 0]:
        if number == last + 1:
            last = number
            continue
        ranges.append(f"{first}" if first == last else f"{first}-{last}")
        first = last = number
    return ", ".join(ranges)
