"""Numbers."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import numpy as np

from voterlist.arrays import Levels, Words
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind, one_slip, strongest

_NEAR_NUMBER = 0.05
"""Two numbers are near that differ by at most this share of the larger."""
_MOST_DIGITS = 100
"""Before or behind the point; a longer number is none that people write."""


class NumberLevel(Level):
    """The levels of two numbers."""

    SAME = 1, 1.0, Evidence.VALUE
    DIGIT = 2, 0.8
    CLOSE = 3, 0.5
    """They differ by at most a twentieth of the larger."""
    DIFFERS = 4
    MISSING = 0


def _fold(text: str) -> str | None:
    """The number in one form: 1 043,50 and 1043.5 are one."""
    plain = re.sub(r"\s", "", text)
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        return None
    # 1e999999 would be a text of a million zeros.
    is_usual = number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS
    return f"{number.normalize():f}" if is_usual else None


def _distinct(one: Words, other: Words) -> Levels:
    first, second = one.astype(np.float64), other.astype(np.float64)
    larger = np.maximum(np.abs(first), np.abs(second))
    return strongest(
        NumberLevel.DIFFERS,
        (NumberLevel.CLOSE, np.abs(first - second) <= _NEAR_NUMBER * larger),
        (NumberLevel.DIGIT, one_slip(one, other)),
    )


KIND = Kind(_fold, NumberLevel, _distinct)
