"""A part of a list that compares as the whole list does.

What two entries are to each other depends on the rest of the list only by counts: how many entries
have a name, how many are born in a year. A ``Part`` holds some entries, and with each of their
values how often the *whole* list has it. The comparisons read it as any ``Encoded`` list. Values
have the order in which they appear in the whole list, so that even what a distance makes of (a, b)
and (b, a) is as there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas
from voterlist.arrays import Codes, Hashes, Longs
from voterlist.link.encode import (
    ADDED,
    DOCUMENT_START,
    LINKED,
    NAMES_COUNTED,
    Encoded,
    EncodedColumn,
    Whole,
    encode,
    street_names,
)
from voterlist.link.identifiers import Identifiers, identifiers
from voterlist.link.keys import ADDRESS_PARTS
from voterlist.link.priors import marks_of
from voterlist.model import Profile
from voterlist.tables import Column, Columns
from voterlist.tables import codes as codes_of

Tables = Mapping[str, pa.Table]

ENTRIES = "entries"
"""The table of the entries of a part; the others hold the distinct values of one column each."""
TEXTS = ("surname", "stem", "given_name", "patronymic", "address")
"""The columns whose values are compared or counted."""
PLACES = ("street", "house", "flat")
"""The columns whose values are the same or not: a hash is enough."""
IDENTIFIERS = ("fin", "document")
GROUP = "of_group_"
"""Before the number of a sex or of a cohort: how many of its entries have each value."""
_NUMBERS = ("year", "month", "day", "sex", "constituency", "precinct", "temporary")
_ANY_TEXT = pa.array([""])


@dataclass(frozen=True, eq=False, kw_only=True)
class _Names(EncodedColumn):
    """A column of names with what the whole list counts of each."""

    by: Longs = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    """By sex or by cohort, shape (values, groups)."""

    @cached_property
    def hashed(self) -> Longs:
        """The hash of the value of each entry; -1 where none is known."""
        return place_codes(self.values, self.codes)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Counted(Identifiers):
    """Identifiers, and how many entries of the whole list have each."""

    every: Longs = field(default_factory=lambda: np.zeros(0, np.int64))

    def times(self, of: Codes) -> Longs:
        """How many entries of the list have the identifier of each of these entries."""
        return self.every[of]


@dataclass(frozen=True, eq=False, kw_only=True)
class Part(Encoded):
    """Some entries of a list, with the counts of the whole list."""

    whole: Whole = field()
    """As it was counted elsewhere: the entries here do not tell it."""
    ids: pa.Array
    positions: Codes
    """Where each entry stands in the list, ascending."""
    groups: Codes | None = None
    """The group of each; None where all pairs count, or nobody asks."""

    @property
    def first_year(self) -> int:
        """That of the whole list."""
        return self.whole.first_year

    @cached_property
    def name_counts(self) -> Mapping[str, Longs]:
        """Those of the whole list."""
        columns = {name: getattr(self, name) for name in NAMES_COUNTED}
        return {
            name: column.by
            for name, column in columns.items()
            if isinstance(column, _Names)
        }

    def codes_of(self, name: str) -> Codes | Longs:
        """The codes of a column as a field of keys: 63 bits of the hash of each value.

        Two values of a nation of a billion share a code with a chance of one in twenty for each
        key, and then a block too many is compared: no pair is lost.
        """
        is_added = name.startswith(ADDED)
        column = (
            self.added[name.removeprefix(ADDED)] if is_added else getattr(self, name)
        )
        return column.hashed if isinstance(column, _Names) else super().codes_of(name)

    def coded(self, words: Sequence[str | None]) -> Longs:
        """The same of other words."""
        return coded_words(words)

    def usual(self, name: str) -> Longs:
        """The code of the usual spelling of each entry's name; -1 where it has none."""
        slips = self.whole.slips
        codes = with_usual(np.asarray(self.codes_of(name), np.int64), *slips[name])
        if name != "stem" or self.profile is not Profile.AZ:
            return codes
        whole = np.asarray(self.codes_of("surname"), np.int64)
        of_whole = with_usual(whole, *slips["surname"])
        return np.where(of_whole != whole, of_whole, codes)

    @property
    def document_starts(self) -> Longs:
        """The code of the first letters of each document."""
        known = np.flatnonzero(self.document.codes >= 0)
        starts = np.full(self.size, -1, np.int64)
        words = self.document.words(known.astype(np.int32))
        starts[known] = self.coded([word[:DOCUMENT_START] for word in words])[:-1]
        return starts

    @property
    def forms(self) -> Mapping[str, int]:
        """Those of the whole list that are, or have, a short form."""
        return self.whole.forms

    def local(self, positions: Codes) -> Codes:
        """Where the entries at these positions of the list stand in the part."""
        return np.searchsorted(self.positions, positions).astype(np.int32)


def texts_of(tables: Tables) -> list[str]:
    """The columns of a part that have a table of their values."""
    return [name for name in tables if name != ENTRIES and not name.endswith(":")]


def with_usual(codes: Longs, slips: Longs, usual: Longs) -> Longs:
    """The codes of names, with those of slips as what is meant; slips ascend."""
    if not len(slips):
        return codes
    place = np.minimum(np.searchsorted(slips, codes), len(slips) - 1)
    return np.where(slips[place] == codes, usual[place], codes)


def place_codes(values: pa.Array, codes: Codes) -> Longs:
    """Codes as 63 bits of a hash of the text, the same in every part; -1 where none is known."""
    known: Hashes = marks_of(values) >> np.uint64(1)
    return np.append(known.astype(np.int64), -1)[codes]


def coded_words(words: Sequence[str | None]) -> Longs:
    """The code of each of these words, -1 for none, and -1 once more at the end."""
    encoded = pa.array(words, pa.string()).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int32)
    return np.append(place_codes(encoded.dictionary, codes), -1)


def encode_part(
    voters: pa.Table, added: dict[str, pa.ChunkedArray], profile: Profile
) -> Tables:
    """The tables of a part: VOTER sorted by entry id, as codes, without any count."""
    voters = schemas.require(voters, LINKED, "link")
    return _tables_of(voters, encode(voters, added, profile))


def _tables_of(voters: Columns, whole: Encoded) -> Tables:
    """The tables of these columns of VOTER, which are encoded so."""
    columns: dict[str, object] = {"id": voters.column("entry_id")}
    held = {name: getattr(whole, name) for name in TEXTS}
    held |= {ADDED + name: column for name, column in whole.added.items()}
    for name, column in held.items():
        columns[name] = column.codes
    for name in PLACES:
        column = getattr(whole, name)
        columns[name] = place_codes(column.values, column.codes)
    _, doubtful = street_names(voters.column("street"))
    settlement = voters.column("settlement")
    for name, texts in (("doubtful", doubtful), ("settlement", settlement)):
        codes, values = codes_of(texts)
        columns[name] = place_codes(values, codes)
    for name in _NUMBERS:
        columns[name] = getattr(whole, name)
    for name in IDENTIFIERS:
        columns[name] = voters.column(name).cast(pa.string())
        codes, values = codes_of(columns[name])
        columns[f"{name}_hash"] = place_codes(values, codes)
    values = {name: pa.table({"value": held[name].values}) for name in held}
    return {ENTRIES: pa.table(columns), **values}


def villages(columns: dict[str, object], doubtful: Longs) -> Longs:
    """The village of each entry, as a hash; -1 without one.

    ``columns`` are those of a part, of which the ones that tell it are taken out. ``doubtful`` are
    the hashes of the streets of the whole list that may be villages.
    """
    settlement, own = (
        np.asarray(columns.pop(name)) for name in ("settlement", "doubtful")
    )
    is_village = (np.asarray(columns["street"]) < 0) & np.isin(settlement, doubtful)
    return np.where(is_village, settlement, own)


def whole_list(voters: Columns, profile: Profile) -> tuple[Tables, Whole]:
    """A whole list as one part, and what it counts.

    Address lines are held without their rare words.

    Args:
        voters: the columns ``COMPARED`` of VOTER, in the order of the entry ids.
        profile: whose names they are.
    """
    entries = encode(voters, None, profile)
    tables = _tables_of(voters, entries)
    columns: dict[str, object] = dict(
        zip(tables[ENTRIES].column_names, tables[ENTRIES].columns, strict=True)
    )
    doubtful = np.asarray(columns["doubtful"])
    held = {name: getattr(entries, name) for name in TEXTS}
    whole = replace(
        entries.whole,
        doubtful=np.unique(doubtful[doubtful >= 0]),
        values={name: (column.distinct, column.known) for name, column in held.items()},
    )
    columns["village"] = villages(columns, whole.doubtful)
    columns["position"] = np.arange(entries.size, dtype=np.int32)
    for name in IDENTIFIERS:
        of_entries: Identifiers = getattr(entries, name)
        known = np.flatnonzero(of_entries.codes >= 0)
        times = np.zeros(entries.size, np.int32)
        times[known] = of_entries.times(known.astype(np.int32))
        columns[f"{name}_times"] = times
    if whole.has_lines:
        columns["word_0"] = np.full(entries.size, -1, np.int64)
    made = {ENTRIES: pa.table(columns)}
    for name, column in held.items():
        first, groups = np.arange(len(column.values)), entries.name_counts.get(name)
        made[name] = values_table(column.values, column.counts, first, groups)
    return made, whole


def values_table(
    values: Column, counts: Longs, first: Longs, groups: Longs | None = None
) -> pa.Table:
    """The distinct values of a column: how many entries have each, and the first that does.

    ``groups``: how many of each group, shape (values, groups).
    """
    columns: dict[str, object] = {"value": values, "count": counts, "first": first}
    for number, of_group in enumerate(() if groups is None else groups.T):
        columns[f"{GROUP}{number}"] = np.ascontiguousarray(of_group)
    return pa.table(columns)


def cut(tables: Tables, rows: Longs) -> Tables:
    """The part that these rows make, with no other values than theirs."""
    entries = tables[ENTRIES].take(rows)
    made = {ENTRIES: entries}
    for name in texts_of(tables):
        codes = entries.column(name).to_numpy()
        used = np.flatnonzero(np.bincount(codes[codes >= 0]))
        place = np.full(int(codes.max(initial=-1)) + 2, -1, np.int32)
        place[used] = np.arange(len(used))
        made[ENTRIES] = _with(made[ENTRIES], name, place[codes])
        made[name] = tables[name].take(used)
    return made


def join_parts(parts: Sequence[Tables]) -> Tables:
    """Several parts as one, its values in the order in which the whole list has them.

    The entries of a part stand before those of the next.
    """
    made = {ENTRIES: pa.concat_tables([part[ENTRIES] for part in parts])}
    for name in texts_of(parts[0]):
        table = pa.concat_tables([part[name] for part in parts]).combine_chunks()
        again, _ = codes_of(table.column("value"))
        _, first = np.unique(again, return_index=True)
        appears = table.column("first").to_numpy()[first]
        order = np.argsort(appears, kind="stable")
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order))
        place, starts = (
            rank[again],
            np.cumsum([0, *(len(part[name]) for part in parts)]),
        )
        codes = [
            _renumber(
                place[start : start + len(part[name])], part[ENTRIES].column(name)
            )
            for part, start in zip(parts, starts, strict=False)
        ]
        made[ENTRIES] = _with(made[ENTRIES], name, np.concatenate(codes))
        made[name] = table.take(first[order])
    return made


def _renumber(place: Codes, codes: pa.ChunkedArray) -> Codes:
    """The codes under the numbers that their values have now; -1 stays."""
    return np.asarray(np.append(place, np.int32(-1))[codes.to_numpy()], np.int32)


def _with(table: pa.Table, name: str, values: Codes) -> pa.Table:
    number = table.schema.get_field_index(name)
    return table.set_column(number, name, pa.array(values))


def part(tables: Tables, whole: Whole) -> Part:
    """The part that these tables hold, counted."""
    entries = tables[ENTRIES].combine_chunks()

    def number(name: str, kind: type[np.generic] = np.int32) -> Codes:
        return np.asarray(entries.column(name).to_numpy(), kind)

    def place(name: str, *, is_empty: bool) -> EncodedColumn:
        values = _ANY_TEXT.slice(0, 0) if is_empty else _ANY_TEXT
        return EncodedColumn(number(name, np.int64), values, np.zeros(0, np.int64))

    words = [name for name in entries.column_names if name.startswith("word_")]
    columns: dict[str, Any] = {name: _column(tables, name, whole) for name in TEXTS}
    columns |= {name: _identifiers(entries, name) for name in IDENTIFIERS}
    columns |= {name: number(name) for name in _NUMBERS if name != "temporary"}
    made = Part(
        whole=whole,
        ids=entries.column("id").combine_chunks(),
        positions=number("position"),
        groups=number("group") if "group" in entries.column_names else None,
        size=len(entries),
        **columns,
        street=place("street", is_empty=not whole.has_streets),
        house=place("house", is_empty=False),
        flat=place("flat", is_empty=False),
        village=place("village", is_empty=False),
        temporary=np.asarray(entries.column("temporary"), np.bool_),
        address_words=tuple(number(name, np.int64) for name in words),
        added={name: _column(tables, ADDED + name, whole) for name in whole.added},
        profile=whole.profile,
    )
    # What keys are made of, where not of a column of values.
    hashed = {name: f"{name}_hash" for name in IDENTIFIERS}
    hashed |= {name: f"line_part_{place}" for place, name in enumerate(ADDRESS_PARTS)}
    for name, column in hashed.items():
        there = column in entries.column_names
        codes = number(column, np.int64) if there else np.full(len(entries), -1)
        made.joins[(name,)] = codes
    return made


def _column(tables: Tables, name: str, whole: Whole) -> EncodedColumn:
    table = tables[name].combine_chunks()
    groups = [of for of in table.column_names if of.startswith(GROUP)]
    by = np.zeros((len(table), len(groups)), np.int64)
    for number in range(len(groups)):
        by[:, number] = table.column(f"{GROUP}{number}").to_numpy()
    return _Names(
        tables[ENTRIES].column(name).to_numpy().astype(np.int32, copy=False),
        table.column("value").combine_chunks(),
        table.column("count").to_numpy(),
        whole.pseudo_counts.get(name, 1.0),
        whole.values[name],
        by=by,
    )


def _identifiers(entries: pa.Table, name: str) -> Identifiers:
    plain = identifiers(entries.column(name))
    times = pc.fill_null(entries.column(f"{name}_times"), 1)
    return _Counted(
        plain.codes, plain.letters, plain.texts, every=times.to_numpy().astype(np.int64)
    )


def nobody(whole: Whole) -> Part:
    """A list of the size of the whole, of which no entry is here: what a model asks of a list."""
    none = np.zeros(0, np.int32)
    values = pa.array([], pa.string())
    numbers = Identifiers(none.astype(np.int64), np.zeros((0, 1), np.uint64), None)

    def column(name: str) -> EncodedColumn:
        return EncodedColumn(
            none,
            values,
            none.astype(np.int64),
            whole.pseudo_counts.get(name, 1.0),
            whole.values.get(name),
        )

    columns: dict[str, Any] = {name: column(name) for name in (*TEXTS, *PLACES)}
    numbers_of = ("year", "month", "day", "sex", "constituency", "precinct")
    columns |= dict.fromkeys(numbers_of, none)
    return Part(
        whole=whole,
        ids=values,
        positions=none,
        size=whole.size,
        fin=numbers,
        document=numbers,
        **columns,
        temporary=none.astype(np.bool_),
        address_words=(none,) if whole.has_lines else (),
        added={name: column(ADDED + name) for name in whole.added},
        profile=whole.profile,
    )
