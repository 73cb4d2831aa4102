"""Identifiers as numbers.

Nearly every entry has one of its own, so none is held as a text or looked up in a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import process
from rapidfuzz.distance import OSA

from voterlist import tables
from voterlist.arrays import (
    Bools,
    Codes,
    Longs,
    Packed,
    Words,
    distinct_counts,
    repeated,
)

_MOST_LETTERS = 11
"""Letters of the longest identifier that is held as a number: a document's, AZE and eight digits.
"""
_BASE, _WORD = 37, 8
_ROWS_AT_ONCE = 1 << 15
_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
"""All bits of each byte but the highest."""

Bytes = npt.NDArray[np.uint8]
Small = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Identifiers:
    """One column of identifiers, one item an entry.

    Where all are short and of capitals and digits alone, as the profile ``az`` leaves them, they
    are held as their letters, packed; otherwise as texts.
    """

    codes: Longs
    """The same number where two identifiers are the same; -1 where none is known."""
    letters: Packed
    """The bytes of each, eight to a word; shape (entries, words), or no words where ``texts`` are
    held."""
    texts: pa.Array | None
    """The distinct identifiers, by their codes."""

    def words(self, of: Codes) -> Words:
        """The identifiers of these entries as Python strings."""
        if self.texts is not None:
            return np.array(self.texts.take(self.codes[of]).to_pylist(), dtype=object)
        chosen = np.ascontiguousarray(self.letters[of])
        return (
            chosen.view(f"S{chosen.shape[1] * _WORD}")
            .ravel()
            .astype(np.str_)
            .astype(object)
        )

    def one_edit(self, left: Codes, right: Codes) -> Bools:
        """True where two known identifiers are one edit apart.

        One character added, left out or replaced, or two neighbours swapped.
        """
        near = (
            np.arange(len(left))
            if self.texts is not None
            else self._perhaps_one_edit(left, right)
        )
        words_l, words_r = self.words(left[near]), self.words(right[near])
        is_one_edit = np.zeros(len(left), np.bool_)
        is_one_edit[near] = (
            process.cpdist(
                words_l, words_r, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8
            )
            == 1
        )
        return is_one_edit

    def _perhaps_one_edit(self, left: Codes, right: Codes) -> Longs:
        """The pairs that differ in at most two places, or by one in length.

        These are few, and no other pair is one edit apart.
        """
        first, second = (self.letters.take(side, axis=0) for side in (left, right))
        longer = np.abs(self._lengths.take(left) - self._lengths.take(right)) == 1
        return np.flatnonzero((_letters(first ^ second) <= 2) | longer)

    @cached_property
    def _lengths(self) -> Small:
        """How many letters each has."""
        return _letters(self.letters)

    def starts(self, length: int) -> Longs:
        """One code an entry for the first letters of its identifier; -1 where none is known."""
        if self.texts is None:
            return np.where(
                self.codes >= 0, self.codes // _BASE ** (_MOST_LETTERS - length), -1
            )
        starts = tables.map_unique(self.texts, lambda word: word[:length])
        return np.append(tables.codes(starts)[0].astype(np.int64), -1)[self.codes]

    def times(self, of: Codes) -> Longs:
        """How many entries have the identifier of each of these entries, which is known."""
        codes = self.codes[of]
        shared, times = self._shared
        if not len(shared):
            return np.ones(len(codes), np.int64)
        place = np.minimum(np.searchsorted(shared, codes), len(shared) - 1)
        return np.where(shared[place] == codes, times[place], 1)

    @cached_property
    def _shared(self) -> tuple[Longs, Longs]:
        """The codes that several entries have, ascending, and how many have each."""
        # A search among these few is much quicker than one among all.
        return distinct_counts(repeated(self.codes)[1])


def _letters(packed: Packed) -> Small:
    """How many bytes of each are not 0; of an identifier its length."""
    # The highest bit of a byte is set where it, or a sum that the others cannot carry over, is not
    # 0 (Warren, Hacker's Delight, section 6-1).
    count = np.zeros(len(packed), np.int8)
    for word in packed.T:
        filled = (((word & _LOW_BITS) + _LOW_BITS) | word) & ~_LOW_BITS
        count += np.bitwise_count(filled).astype(np.int8)
    return count


def identifiers(column: pa.ChunkedArray) -> Identifiers:
    """A column of identifiers, as text or dictionary-encoded."""
    array = tables.one_array(column)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    longest = tables.longest(array)
    if longest <= _MOST_LETTERS:
        letters = tables.text_words(array, longest)
        # A number always has ``_MOST_LETTERS`` digits.
        numbers = _numbers(letters.view(np.uint8))
        if numbers is not None:
            return Identifiers(numbers, letters, None)
    codes, distinct = tables.codes(array)
    return Identifiers(
        codes.astype(np.int64), np.zeros((len(codes), 0), np.uint64), distinct
    )


def _numbers(letters: Bytes) -> Longs | None:
    """The identifiers as numbers to the base 37, -1 where there is none.

    None where an identifier has a sign that is no digit of the base.
    """
    numbers = np.zeros(len(letters), np.int64)
    # So many rows at once that they stay in the processor's own memory.
    for start in range(0, len(letters), _ROWS_AT_ONCE):
        number = numbers[start : start + _ROWS_AT_ONCE]
        places = np.ascontiguousarray(letters[start : start + _ROWS_AT_ONCE].T)
        for place in range(_MOST_LETTERS):
            number *= _BASE
            if place < len(places):
                digits, are_all = _digits(places[place])
                if not are_all:
                    return None
                number += digits
    numbers[numbers == 0] = -1
    return numbers


def _digits(signs: Bytes) -> tuple[Bytes, bool]:
    """(digits to the base 37, whether all of the signs are such).

    1 to 10 for 0 to 9, then the capitals; 0 where the identifier has ended.
    """
    # What lies below the first becomes a high number: one comparison tells both.
    is_digit = signs - np.uint8(ord("0")) < 10
    is_capital = signs - np.uint8(ord("A")) < 26
    digits = is_digit * (signs - np.uint8(ord("0") - 1))
    digits += is_capital * (signs - np.uint8(ord("A") - 11))
    return digits, bool((is_digit | is_capital | (signs == 0)).all())
