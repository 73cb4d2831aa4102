"""The rows of the lists: LISTED, sorted by the Azerbaijani alphabet and numbered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Longs, consecutive, run_sizes
from voterlist.fields import BORN, CARRIED, ENTRY_FIELDS, IDENTIFIERS, NAME_PARTS
from voterlist.lists.roll import LIST_KEY, Places, of_action
from voterlist.model import Action, ListOrder
from voterlist.schemas import LISTED
from voterlist.tables import (
    Column,
    by_key,
    codes,
    from_columns,
    group_codes,
    join_text,
    plain,
    row_of_each,
    take_column,
    words,
)

# The order of printed lists: names by the Azerbaijani alphabet, house numbers as numbers.

ALPHABET = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz"
"""The 32 letters in the order of the Azerbaijani alphabet of 1992."""

_FIRST = 0x41
_OTHERS = 0x1000
"""Letters of other alphabets come behind, in the order of their codes."""
_BLANK = " "
_CAPITALS = str.maketrans({"I": "ı", "İ": "i"})
"""Unlike in other languages, the small letters of I and İ are two."""
_PART = re.compile(r"\d+|[^\W\d]+")


def name_key(text: str) -> str:
    """A text whose order by codes is that of the name in the alphabet.

    Signs between letters count as a blank, and a blank comes before every letter.
    """
    return text.translate(_CAPITALS).lower().translate(_KEYS)


class _Keys(dict[int, str]):
    """The key of each letter by its code, worked out when it is first met.

    Letters of the alphabet come first, then digits as they are, then others.
    """

    def __missing__(self, code: int) -> str:
        letter = key = chr(code)
        if not letter.isdigit():
            other = chr(min(_OTHERS + code, 0x10FFFF))
            key = other if letter.isalpha() else _BLANK
        self[code] = key
        return key


_KEYS = _Keys(
    {ord(letter): chr(_FIRST + place) for place, letter in enumerate(ALPHABET)}
)


def house_key(text: str) -> tuple[tuple[int, str], ...]:
    """A key by which 2 stands before 2A, and 2A before 10."""
    return tuple(
        _key_of_number(part) if part.isdecimal() else (0, name_key(part))
        for part in _PART.findall(text)
    )


def _key_of_number(digits: str) -> tuple[int, str]:
    """Shorter numbers first; of equally long ones the digits tell. No number is too long for it."""
    significant = digits.lstrip("0")
    return len(significant), significant


def ranks(column: Column, key: Callable[[str], Any] = name_key) -> Longs:
    """The place of each row's text in the order of its keys; rows without a text come last.

    Each distinct text is read once.
    """
    indices, distinct = codes(column)
    texts = distinct.to_pylist()
    in_order = sorted(range(len(texts)), key=lambda at: (key(texts[at]), texts[at]))
    # One place more at the end, where the code -1 of null points.
    rank = np.full(len(texts) + 1, len(texts), np.int64)
    rank[in_order] = np.arange(len(texts))
    return rank[indices]


def printed_names(entries: pa.Table, voters: pa.Table) -> dict[str, Column]:
    """The parts of each name as they are printed: in their standard spelling.

    Nobody is without a name because it could not be read: then it is as handed in or corrected, all
    of it for the surname where there are no parts.

    Args:
        entries: ENTRY.
        voters: VOTER of the same people in the same order.
    """
    parts = {name: plain(voters.column(name)) for name in NAME_PARTS}
    own, whole = (plain(entries.column(name)) for name in ("surname", "full_name"))
    known = pc.coalesce(parts["surname"], own)
    is_whole = pc.and_(pc.is_null(known), pc.is_valid(whole))
    is_nameless = pc.is_null(join_text([*parts.values()]))
    nameless = pc.if_else(is_nameless, _whole_names(entries), None)
    rest = {name: pc.if_else(is_whole, None, parts[name]) for name in NAME_PARTS[1:]}
    return {"surname": pc.coalesce(known, whole, nameless), **rest}


def numbers_of(ids: pa.ChunkedArray, listed: pa.Table) -> pa.Array:
    """The place of each entry in its list; null where it is on none of these.

    Args:
        ids: of entries.
        listed: LISTED.
    """
    return take_column(listed, "number", row_of_each(ids, listed.column("entry_id")))


def listed_rows(
    places: Places,
    voters: pa.Table,
    streets: pa.Array,
    applied: pa.Table,
    order: ListOrder,
) -> pa.Table:
    """LISTED of these people, by list and number.

    Args:
        places: of the people of one constituency, all of them listed.
        voters: VOTER of the same people in the same order.
        streets: the text of each one's street.
        applied: APPLIED, of which the corrected fields are taken.
        order: by name, or by street and house.
    """
    entries = places.entries
    in_order, numbers = number_rows(entries, voters, streets, order)
    entries, voters = entries.take(in_order), voters.take(in_order)
    columns = {name: entries.column(name) for name in (*LIST_KEY, "entry_id")}
    columns |= {name: voters.column(name) for name in _FROM_VOTERS}
    columns |= {name: entries.column(name) for name in ("source", "sheet", "line")}
    columns["number"] = pa.array(numbers)
    standard = join_text([plain(voters.column(name)) for name in NAME_PARTS])
    columns["name_as_written"] = _where_otherwise(_whole_names(entries), standard)
    columns |= printed_names(entries, voters)
    columns["birth_date"] = _dates(entries, voters)
    for name in ("address", *CARRIED):
        columns[name] = _cells_said(entries.column(name))
    for name in IDENTIFIERS:
        columns[name] = pc.coalesce(
            plain(voters.column(name)), _cells_said(entries.column(name))
        )
    columns["corrected"] = _corrected_fields(entries.column("entry_id"), applied)
    is_moved = pa.array(places.is_moved).take(in_order)
    for name in ("from_constituency", "from_precinct"):
        handed_in = getattr(places, name).take(in_order)
        columns[name] = pc.if_else(is_moved, handed_in, None)
    columns["added"] = pa.array(places.is_added).take(in_order)
    return from_columns(columns, LISTED, entries.num_rows)


_FROM_VOTERS = (*BORN, "sex")


def number_rows(
    entries: pa.Table, voters: pa.Table, streets: pa.Array, order: ListOrder
) -> tuple[pa.Array, Longs]:
    """(the rows in the order of the printed lists, the number of each in its list, from 1).

    By constituency, precinct and kind of list, unknown ones last; then by name, or by street and
    house; ties by birth date and id.
    """
    by_name = [ranks(voters.column(name)) for name in NAME_PARTS]
    of_house = (ranks(voters.column(name), house_key) for name in ("house", "flat"))
    by_house = [ranks(streets), *of_house]
    keys = [*by_house, *by_name] if order is ListOrder.STREET else by_name
    place = [_numbers_or_last(entries.column(name)) for name in LIST_KEY[:2]]
    kind = ranks(entries.column("list_kind"))
    born = [_numbers_or_last(voters.column(name)) for name in BORN]
    ids = np.asarray(pc.rank(entries.column("entry_id")))
    # The last key of lexsort is the first to be looked at.
    in_order = np.lexsort([ids, *reversed([*place, kind, *keys, *born])])
    rows = pa.array(in_order)
    return rows, numbers_within(entries.take(rows))


def numbers_within(rows: pa.Table) -> Longs:
    """The number of each row in its list, from 1; the rows of a list stand together."""
    of_lists, _ = group_codes(rows, *LIST_KEY, known=False)
    sizes = run_sizes(of_lists)
    return consecutive(np.ones(len(sizes), np.int64), sizes)


def _numbers_or_last(column: pa.ChunkedArray) -> Longs:
    """The numbers of a column; what is not known comes last."""
    last = np.iinfo(np.int32).max
    return np.asarray(pc.fill_null(column.cast(pa.int64()), last), np.int64)


def _whole_names(entries: pa.Table) -> pa.Array:
    """The names as handed in or corrected."""
    parts = join_text([plain(entries.column(name)) for name in NAME_PARTS])
    return pc.coalesce(parts, plain(entries.column("full_name")))


def _where_otherwise(written: pa.Array, standard: pa.Array) -> pa.Array:
    """The names as written where they are spelt otherwise, or where none could be read.

    Capital letters and blanks alone make no other spelling.
    """
    is_other = pc.not_equal(_comparable_names(written), _comparable_names(standard))
    return pc.if_else(pc.fill_null(is_other, fill_value=True), written, None)


def _cells_said(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The cells as written, without those that hold signs alone, such as a dash."""
    cells = plain(column)
    return pc.if_else(pc.match_substring_regex(cells, r"[\p{L}\p{N}]"), cells, None)


def _comparable_names(names: pa.Array) -> pa.Array:
    """The names in small letters, with single blanks."""
    for capital, small in (("I", "ı"), ("İ", "i")):
        names = pc.replace_substring(names, capital, small)
    return pc.replace_substring_regex(
        pc.utf8_lower(pc.utf8_trim_whitespace(names)), r"\s+", " "
    )


def _dates(entries: pa.Table, voters: pa.Table) -> pa.Array:
    """ISO 8601 as far as the date is known; what was written where it could not be read."""
    parts = [
        pc.utf8_lpad(voters.column(f"birth_{name}").cast(pa.string()), width, "0")
        for name, width in (("year", 4), ("month", 2), ("day", 2))
    ]
    # A day is known only where its month is.
    month = pc.binary_join_element_wise(*parts[:2], "-")
    whole = pc.binary_join_element_wise(*parts, "-")
    return pc.coalesce(whole, month, parts[0], plain(entries.column("birth_date")))


def _corrected_fields(ids: pa.ChunkedArray, applied: pa.Table) -> pa.DictionaryArray:
    """The corrected fields of each entry, joined with ``+`` in the order of ENTRY_FIELDS."""
    rows = of_action(applied, Action.CORRECT)
    corrections = rows.select(["entry_id", "field"]).to_pylist()
    fields = by_key((row["entry_id"], row["field"]) for row in corrections)
    texts = [
        "+".join(field for field in ENTRY_FIELDS if field in corrected)
        for corrected in fields.values()
    ]
    places = row_of_each(ids, pa.array(list(fields), pa.string()))
    return words(pa.array(texts, pa.string()).take(places))
