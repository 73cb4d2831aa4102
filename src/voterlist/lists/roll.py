"""Where everybody stands, as handed in and after what was decided; the rows of each list.

And the balance of each list, counted from the people themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs, consecutive, run_sizes
from voterlist.errors import StageError
from voterlist.fields import BORN, CARRIED, ENTRY_FIELDS, IDENTIFIERS, NAME_PARTS, PLACE
from voterlist.model import Action, ListOrder, Verdict, frozen
from voterlist.schemas import ENTRY, LIST_BALANCE, LISTED
from voterlist.tables import (
    Column,
    by_key,
    codes,
    concat,
    count_by,
    from_columns,
    from_rows,
    group_codes,
    is_among,
    join_text,
    mask_of,
    plain,
    row_of_each,
    rows_among,
    take_column,
    with_column,
    words,
)

STRUCK = Action.STRIKE
REPEATED = Verdict.REPEAT
MOVED = Action.MOVE


def is_of(column: Column, value: int | str | None) -> Bools:
    """True for the rows that have this value; None: for those of which none is known."""
    if value is None:
        return np.asarray(column.is_null())
    return np.asarray(pc.fill_null(pc.equal(column, value), fill_value=False))


@frozen
class Places:
    """Entries and additions, each with where it was handed in and where it stands."""

    entries: pa.Table
    """ENTRY: constituency and precinct are those of the list that it stands on."""
    from_constituency: pa.Array
    from_precinct: pa.Array
    """Where it was handed in."""
    is_struck: Bools
    is_repeated: Bools
    is_moved: Bools
    """Moved to another list, and not off it."""
    is_added: Bools

    @property
    def is_listed(self) -> Bools:
        """True for those on a list."""
        is_here = np.asarray(self.entries.column("constituency").is_valid())
        is_off: Bools = self.is_struck | self.is_repeated | (self.is_moved & ~is_here)
        return ~is_off

    def index_of(self, ids: Column) -> pa.Array:
        """The row of each id; null where it is none of these."""
        return row_of_each(ids, self.entries.column("entry_id"))


def places_of(entries: pa.Table, additions: pa.Table, applied: pa.Table) -> Places:
    """The places of entries and additions after what was done to them.

    Args:
        entries: ENTRY.
        additions: ENTRY of the people added.
        applied: APPLIED.
    """
    everybody = concat([entries, additions], ENTRY)
    ids = everybody.column("entry_id")
    moves = of_action(applied, MOVED)
    row = row_of_each(ids, moves.column("entry_id"))
    has_move = row.is_valid()
    written = {name: everybody.column(name).combine_chunks() for name in PLACE}
    stands, is_elsewhere = everybody, np.zeros(everybody.num_rows, bool)
    for name in PLACE:
        new = pc.if_else(has_move, take_column(moves, name, row), written[name])
        is_elsewhere |= is_other(new, written[name])
        stands = with_column(stands, name, new)
    off = (
        of_action(applied, action).column("entry_id") for action in (STRUCK, REPEATED)
    )
    is_struck, is_off = (mask_of(is_among(ids, each)) for each in off)
    is_repeated = is_off & ~is_struck
    return Places(
        entries=stands,
        from_constituency=written["constituency"],
        from_precinct=written["precinct"],
        is_struck=is_struck,
        is_repeated=is_repeated,
        is_moved=is_elsewhere & ~is_struck & ~is_repeated,
        is_added=np.arange(everybody.num_rows) >= entries.num_rows,
    )


def of_action(applied: pa.Table, action: str) -> pa.Table:
    """The rows of APPLIED with this action."""
    return rows_among(applied, "action", [action])


def is_other(left: Column, right: Column) -> Bools:
    """True where two numbers differ; two unknown ones do not."""
    differ = pc.fill_null(pc.not_equal(left, right), fill_value=False)
    one_unknown = pc.xor(pc.is_null(left), pc.is_null(right))
    return np.asarray(pc.or_(differ, one_unknown))


# The balance of each list: nobody came onto it or left it unseen.

LIST_KEY = ("constituency", "precinct", "list_kind")
"""The columns that name a list."""
LIST_COUNTS = tuple(name for name in LIST_BALANCE.names if name not in LIST_KEY)
"""The columns with the numbers of a list."""
SIGNS: Mapping[str, int] = {
    **dict.fromkeys(("handed_in", "displayed"), 1),
    **dict.fromkeys(("struck", "repeated", "moved_out", "left"), -1),
    **dict.fromkeys(("moved_in", "added", "restored", "came"), 1),
}
"""How each number of a balance, or of the changes since a list was displayed, enters its sum."""


def counted_balance(places: Places, constituency: int | None) -> pa.Table:
    """LIST_BALANCE of the constituency's lists, counted from the people themselves."""
    entries = places.entries
    stands = entries.select(LIST_KEY)
    from_place = (places.from_constituency, places.from_precinct)
    came = pa.table([*from_place, entries.column("list_kind")], names=LIST_KEY)
    counted = {
        name: count_by(lists.filter(flags), *LIST_KEY)
        for name, lists, flags in (
            ("handed_in", came, ~places.is_added),
            ("struck", came, places.is_struck),
            ("repeated", came, places.is_repeated),
            ("moved_out", came, places.is_moved),
            ("moved_in", stands, places.is_moved & places.is_listed),
            ("added", came, places.is_added),
            ("listed", stands, places.is_listed),
        )
    }
    rows = [
        dict(zip(LIST_KEY, key, strict=True))
        | {name: counts.get(key, 0) for name, counts in counted.items()}
        for key in set().union(*counted.values())
        if key[0] == constituency
    ]
    return from_rows(rows, LIST_BALANCE, *LIST_KEY)


def require_balance(
    counted: pa.Table, listed: pa.Table, of_run: pa.Table | None
) -> None:
    """Check that the lists have the rows that their balance says.

    Args:
        counted: LIST_BALANCE, counted from the people.
        listed: LISTED of the same constituency.
        of_run: LIST_BALANCE of the same constituency as the run counted it, from what was applied;
            None: it made none.

    Raises:
        StageError: they have not.
    """
    rows = counted.to_pylist()
    is_even = all(row["listed"] == listed_by(row) for row in rows)
    is_whole = sum(row["listed"] for row in rows) == listed.num_rows
    if not is_even or not is_whole:
        raise _uneven("lists-unbalanced")
    if of_run is None:
        return
    key_of, numbers_of = itemgetter(*LIST_KEY), itemgetter(*LIST_COUNTS)
    own = {key_of(row): numbers_of(row) for row in rows}
    theirs = [row for row in of_run.to_pylist() if any(numbers_of(row))]
    if own != {key_of(row): numbers_of(row) for row in theirs}:
        raise _uneven("lists-unlike-run")


def listed_by(row: Mapping[str, int]) -> int:
    """How many a list must have by the other numbers of its balance, or of its changes."""
    return sum(sign * row.get(name, 0) for name, sign in SIGNS.items())


def _uneven(code: str) -> StageError:
    """The error of lists whose rows are not what their balance says."""
    return StageError(
        "the rows of the lists are not what their balance says",
        stage="lists",
        code=code,
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
