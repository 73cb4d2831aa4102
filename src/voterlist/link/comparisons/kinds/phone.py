"""Telephone numbers, by their last nine digits."""

from __future__ import annotations

from voterlist.arrays import Levels, Words
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind, one_edit, strongest

_DIGITS = 9
"""Digits of a telephone number without its country's code and the zero before the area's."""


class PhoneLevel(Level):
    """The levels of two telephone numbers."""

    SAME = 1, 1.0, Evidence.VALUE
    DIGIT = 2, 0.8
    DIFFERS = 3
    MISSING = 0


def _fold(text: str) -> str:
    digits = [str(int(letter)) for letter in text if letter.isdecimal()]
    return "".join(digits[-_DIGITS:])


def _distinct(one: Words, other: Words) -> Levels:
    return strongest(PhoneLevel.DIFFERS, (PhoneLevel.DIGIT, one_edit(one, other)))


KIND = Kind(_fold, PhoneLevel, _distinct)
