"""Numbers of invented documents as text.

Each made from the person's number, so none is given out twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["documents", "fins", "numbered"]

Numbers = npt.NDArray[Any]

_FIN_LETTERS = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", np.uint8)
_DIGITS = np.frombuffer(b"0123456789", np.uint8)


def _column(characters: Numbers) -> pa.Array:
    """Rows of single-byte characters (count x width, uint8) as a text column."""
    count, width = characters.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(characters)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))


def _in_base(values: Numbers, width: int, letters: Numbers) -> Numbers:
    rest = values.astype(np.uint64)
    out = np.empty((len(rest), width), np.uint8)
    for at in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, np.uint64(len(letters)))
        out[:, at] = letters[digit.astype(np.int64)]
    return out


def numbered(front: str, values: Numbers, width: int = 7) -> pa.Array:
    """``front`` and each number with leading zeros: ``e0000001``."""
    fronts = np.broadcast_to(
        np.frombuffer(front.encode("ascii"), np.uint8), (len(values), len(front))
    )
    return _column(np.concatenate([fronts, _in_base(values, width, _DIGITS)], axis=1))


def fins(persons: Numbers, seed: int) -> pa.Array:
    """A FIN for each person's number: seven digits and capital Latin letters but I and O.

    A one-to-one map of the numbers below 34^7, so two persons never share one: a multiplication by
    a number without a common factor, then two Feistel rounds so that neighbours' FINs look
    unrelated.
    """
    whole, low_count, high_count = np.uint64(34**7), np.uint64(34**4), np.uint64(34**3)
    values = (
        (persons.astype(np.uint64) + np.uint64(7919 + seed % 1000))
        * np.uint64(1_299_709_387)
        % whole
    )
    high, low = np.divmod(values, low_count)
    high = (high + low * low * np.uint64(7)) % high_count
    low = (low + high * high * np.uint64(11)) % low_count
    return _column(_in_base(high * low_count + low, 7, _FIN_LETTERS))


def documents(persons: Numbers, version: Numbers, new: Numbers, seed: int) -> pa.Array:
    """A document number per person: ``AZE`` and 8 digits, or (``new``) 2 letters and 7 digits.

    ``version`` counts a person's documents from 0; each has its own number.
    """
    values = (
        persons.astype(np.uint64) * np.uint64(2) + version.astype(np.uint64) + np.uint64(seed % 997)
    ) * np.uint64(73_939_133)
    old = _column(
        np.concatenate(
            [_letters("AZE", len(values)), _in_base(values % np.uint64(10**8), 8, _DIGITS)], axis=1
        )
    )
    wide = values % np.uint64(20_000_000)
    series = np.where(wide < 10**7, 0, 1)
    fronts = np.array([list(b"AA"), list(b"AB")], np.uint8)[series]
    card = _column(np.concatenate([fronts, _in_base(wide % np.uint64(10**7), 7, _DIGITS)], axis=1))
    return pc.if_else(pa.array(new), card, old)


def _letters(text: str, count: int) -> Numbers:
    return np.broadcast_to(np.frombuffer(text.encode("ascii"), np.uint8), (count, len(text)))
