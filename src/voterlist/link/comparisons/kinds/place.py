"""Names of towns or districts."""

from __future__ import annotations

import numpy as np
from rapidfuzz import process
from rapidfuzz.fuzz import token_set_ratio

from voterlist.arrays import Levels, Words
from voterlist.config.sections import SharedFold
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind, one_slip, similar, strongest

_ALL_WORDS = 100
"""How alike two texts are of which one has all words of the other."""


class PlaceLevel(Level):
    """The levels of two names of places."""

    SAME = 1, 1.0, Evidence.VALUE
    ONE_EDIT = 2, 0.8
    PARTLY = 3, 0.6
    """One has all words of the other."""
    SIMILAR = 4, 0.3
    DIFFERS = 5
    MISSING = 0


def _distinct(one: Words, other: Words) -> Levels:
    words = process.cpdist(one, other, scorer=token_set_ratio, dtype=np.float64)
    return strongest(
        PlaceLevel.DIFFERS,
        (PlaceLevel.SIMILAR, similar(one, other)),
        (PlaceLevel.PARTLY, words >= _ALL_WORDS),
        (PlaceLevel.ONE_EDIT, one_slip(one, other)),
    )


KIND = Kind(SharedFold.WORDS, PlaceLevel, _distinct)
