"""What an entry has in the fields of blocking keys, as codes that are the same in every part.

A list on one machine numbers its values. Parts of a list cannot, so here the code of a value is 63
bits of its hash. Two values of a nation of a billion share a code with a chance of one in twenty
for each key, and then a block too many is compared: no pair is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zlib import crc32

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools, Hashes, Longs, mix, salted
from voterlist.link.encode import ADDRESS_WORDS
from voterlist.link.fields import ADDRESS_PARTS, address_numbers
from voterlist.link.short_names import FULL_NAMES, full_names_of
from voterlist.link.sounds import sound_key
from voterlist.model import Profile
from voterlist.spark.exchange import Tables
from voterlist.spark.part import ENTRIES, Whole, place_codes

__all__ = ["KeyCodes"]

_SALT = 0x9E3779B97F4A7C15
_START = 5
"""Letters of the beginning of a document."""


class KeyCodes:
    """The codes of the fields of keys, of the entries of one part."""

    def __init__(self, tables: Tables, whole: Whole) -> None:
        self._tables = tables
        self._entries = tables[ENTRIES]
        self._whole = whole
        self._fields: dict[str, Longs] = {}
        self._mixed: dict[str, Hashes] = {}

    def together(self, names: tuple[str, ...]) -> Longs:
        """One code an entry for several fields, -1 where one of them is unknown.

        Without any field, all entries have the same code.
        """
        rows = len(self._entries)
        total, known = np.zeros(rows, np.uint64), np.ones(rows, np.bool_)
        for name in names:
            total += self._mixed_field(name)
            known &= self.field(name) >= 0
        return np.where(known, (total >> np.uint64(1)).astype(np.int64), -1)

    def _mixed_field(self, name: str) -> Hashes:
        if name not in self._mixed:
            salt = salted(_SALT, crc32(name.encode()))
            self._mixed[name] = mix(self.field(name).view(np.uint64) ^ salt)
        return self._mixed[name]

    def field(self, name: str) -> Longs:
        """The codes of one field, -1 where it is unknown."""
        if name not in self._fields:
            self._fields[name] = self._made(name)
        return self._fields[name]

    def is_partial(self) -> Bools:
        """True where the birth date is not known in full, or is the first of January."""
        day_and_month = self._number("month") * self._number("day")
        return np.asarray((day_and_month == 0) | (day_and_month == 1))

    def _made(self, name: str) -> Longs:
        made: dict[str, Callable[[], Longs]] = {
            "date": self._date,
            "initials": lambda: _both(
                self.field("stem_initial"), self.field("given_name_initial")
            ),
            "names": self._names,
            "sounds": self._sounds,
            "numbers": lambda: self._derived("address", address_numbers),
            "document_start": self._document_start,
            **{
                f"{name}_initial": partial(self._derived, name, lambda word: word[0])
                for name in ("stem", "given_name", "patronymic")
            },
            **{
                name: partial(self._full_name, number)
                for number, name in enumerate(FULL_NAMES)
            },
            **{
                name: partial(self._dealt, f"word_{number}")
                for number, name in enumerate(ADDRESS_WORDS)
            },
            **{
                name: partial(self._dealt, f"line_part_{number}")
                for number, name in enumerate(ADDRESS_PARTS)
            },
            **{name: partial(self._known, name) for name in ("year", "month", "day")},
            "fin": partial(self._number, "fin_hash"),
            "document": partial(self._number, "document_hash"),
        }
        if name in made:
            return made[name]()
        if name in self._tables:
            return self._derived(name, lambda word: word)
        # What is unknown may be any number below 0.
        return np.maximum(self._number(name), -1)

    def _known(self, name: str) -> Longs:
        """A part of the date, -1 where it is not known."""
        number = self._number(name)
        return np.where(number > 0, number, -1)

    def _number(self, name: str) -> Longs:
        return np.asarray(self._entries.column(name).to_numpy(), np.int64)

    def _derived(self, name: str, derive: Callable[[str], str]) -> Longs:
        """The codes of what is derived from each value; -1 where that is empty."""
        words = [derive(word) or None for word in self._words(name)]
        return self._codes(name, words)

    def _words(self, name: str) -> list[str]:
        words: list[str] = self._tables[name].column("value").to_pylist()
        return words

    def _codes(self, name: str, words: list[str | None]) -> Longs:
        """The codes of the entries, whose values of a column have these words instead."""
        encoded = pa.array(words, pa.string()).dictionary_encode()
        distinct = encoded.indices.fill_null(-1).to_numpy().astype(np.int32)
        of_value = np.append(place_codes(encoded.dictionary, distinct), -1)
        return np.asarray(of_value[self._entries.column(name).to_numpy()], np.int64)

    def _date(self) -> Longs:
        year, month, day = (self._number(name) for name in ("year", "month", "day"))
        full = (year > 0) & (month > 0) & (day > 0)
        return np.where(full, year * 10_000 + month * 100 + day, -1)

    def _names(self) -> Longs:
        """Surname and given name as one code whichever stands first."""
        one, other = self.field("surname"), self.field("given_name")
        known = (one >= 0) & (other >= 0)
        low, high = np.minimum(one, other), np.maximum(one, other)
        return np.where(known, _both(low, high), -1)

    def _sounds(self) -> Longs:
        if self._whole.profile is Profile.AZ:
            return np.full(len(self._entries), -1, np.int64)
        return _both(
            self._derived("stem", sound_key), self._derived("given_name", sound_key)
        )

    def _document_start(self) -> Longs:
        codes = self._entries.column("document").combine_chunks().dictionary_encode()
        starts = [word[:_START] for word in codes.dictionary.to_pylist()]
        encoded = pa.array(starts, pa.string()).dictionary_encode()
        of_value = place_codes(
            encoded.dictionary, encoded.indices.to_numpy().astype(np.int32)
        )
        places = codes.indices.fill_null(-1).to_numpy()
        return np.asarray(np.append(of_value, -1)[places], np.int64)

    def _full_name(self, number: int) -> Longs:
        column = full_names_of(self._whole.forms, self._whole.profile)[number]
        return self._codes(
            "given_name", [column.get(word) for word in self._words("given_name")]
        )

    def _dealt(self, name: str) -> Longs:
        """A column of the rare words or parts of address lines; unknown where there are none."""
        if name not in self._entries.column_names:
            return np.full(len(self._entries), -1, np.int64)
        return self._number(name)


def _both(first: Longs, second: Longs) -> Longs:
    """Two codes as one, -1 where either is unknown."""
    known = (first >= 0) & (second >= 0)
    number = mix(mix(first.view(np.uint64)) + second.view(np.uint64)) >> np.uint64(1)
    return np.where(known, number.astype(np.int64), -1)
