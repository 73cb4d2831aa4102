"""The order of printed lists: names by the Azerbaijani alphabet, house numbers as numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.arrays import Longs
from voterlist.tables import codes

ALPHABET = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz"
"""The 32 letters in the order of the Azerbaijani alphabet of 1992."""

_FIRST = 0x41
_OTHERS = 0x1000
"""Letters of other alphabets come behind, in the order of their codes."""
_BLANK = " "
_CAPITALS = str.maketrans({"I": "ı", "İ": "i"})
"""Unlike in other languages, the small letters of I and İ are two."""
_PLACES = {ord(letter): chr(_FIRST + place) for place, letter in enumerate(ALPHABET)}
_PART = re.compile(r"\d+|[^\W\d]+")


def name_key(text: str) -> str:
    """A text whose order by codes is that of the name in the alphabet.

    Signs between letters count as a blank, and a blank comes before every letter.
    """
    small = text.translate(_CAPITALS).lower()
    return "".join(map(_key_of_letter, small))


def _key_of_letter(letter: str) -> str:
    """The place of a letter: of the alphabet first, then digits as they are, then others."""
    known = _PLACES.get(ord(letter))
    if known is not None:
        return known
    if letter.isdigit():
        return letter
    return chr(min(_OTHERS + ord(letter), 0x10FFFF)) if letter.isalpha() else _BLANK


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


def name_ranks(column: pa.Array | pa.ChunkedArray) -> Longs:
    """The place of each row's text in the alphabet; rows without a text come last."""
    return _ranks(column, name_key)


def house_ranks(column: pa.Array | pa.ChunkedArray) -> Longs:
    """The place of each row's house or flat by number; rows without one come last."""
    return _ranks(column, house_key)


def _ranks(column: pa.Array | pa.ChunkedArray, key: Callable[[str], Any]) -> Longs:
    """The place of each row's text in the order of its keys; each distinct text is read once."""
    indices, distinct = codes(column)
    texts = distinct.to_pylist()
    in_order = sorted(
        range(len(texts)), key=lambda place: (key(texts[place]), texts[place])
    )
    # One place more at the end, where the code -1 of null points.
    rank = np.full(len(texts) + 1, len(texts), np.int64)
    rank[in_order] = np.arange(len(texts))
    return rank[indices]
