"""Numbers of invented documents as text.

Each made from the person's number, so none is given out twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[Any]

_FIN_LETTERS = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", np.uint8)
_DIGITS = np.frombuffer(b"0123456789", np.uint8)


def _column(characters: Numbers) -> pa.Array:
    """Rows of single-byte characters (count x width, uint8) as a text column."""
    count, width = characters.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(characters)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))


def _beside(left: Numbers, right: Numbers) -> pa.Array:
    """Rows of characters, each with those of the same row behind it, as a text column."""
    return _column(np.concatenate([left, right], axis=1))


def _in_base(values: Numbers, width: int, letters: Numbers) -> Numbers:
    """Each number as ``width`` digits: the letters are the digits of the base."""
    base = np.uint64(len(letters))
    rest = values.astype(np.uint64)
    digits = np.empty((len(rest), width), np.uint8)
    for at in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, base)
        digits[:, at] = letters[digit.astype(np.int64)]
    return digits


def numbered(front: str, values: Numbers, width: int = 7) -> pa.Array:
    """``front`` and each number with leading zeros: ``e0000001``."""
    digits = _in_base(values, width, _DIGITS)
    return _beside(_letters(front, len(values)), digits)


def fins(persons: Numbers, seed: int) -> pa.Array:
    """A FIN for each person's number: seven digits and capital Latin letters but I and O.

    A one-to-one map of the numbers below 34^7, so two persons never share one: a multiplication by
    a number without a common factor, then two Feistel rounds so that neighbours' FINs look
    unrelated.
    """
    whole = np.uint64(34**7)
    low_count = np.uint64(34**4)
    high_count = np.uint64(34**3)
    shifted = persons.astype(np.uint64) + np.uint64(7919 + seed % 1000)
    values = shifted * np.uint64(1_299_709_387) % whole
    high, low = np.divmod(values, low_count)
    high = (high + low * low * np.uint64(7)) % high_count
    low = (low + high * high * np.uint64(11)) % low_count
    return _column(_in_base(high * low_count + low, 7, _FIN_LETTERS))


def documents(persons: Numbers, version: Numbers, new: Numbers, seed: int) -> pa.Array:
    """A document number per person: ``AZE`` and 8 digits, or 2 letters and 7 digits.

    Args:
        persons: the person's number.
        version: which of the person's documents, from 0; each has its own number.
        new: bool, whether it is the new card, the one with two letters.
        seed: moves all numbers on.
    """
    # Two numbers a person.
    values = persons.astype(np.uint64) * np.uint64(2)
    values += version.astype(np.uint64)
    values += np.uint64(seed % 997)
    values *= np.uint64(73_939_133)
    eight_digits = _in_base(values % np.uint64(10**8), 8, _DIGITS)
    old_card = _beside(_letters("AZE", len(values)), eight_digits)

    of_two_series = values % np.uint64(20_000_000)
    series = np.where(of_two_series < 10**7, 0, 1)
    fronts = np.array([list(b"AA"), list(b"AB")], np.uint8)[series]
    seven_digits = _in_base(of_two_series % np.uint64(10**7), 7, _DIGITS)
    new_card = _beside(fronts, seven_digits)
    return pc.if_else(pa.array(new), new_card, old_card)


def _letters(text: str, count: int) -> Numbers:
    """The letters of one text, once for each of ``count`` rows."""
    letters = np.frombuffer(text.encode("ascii"), np.uint8)
    return np.broadcast_to(letters, (count, len(text)))
