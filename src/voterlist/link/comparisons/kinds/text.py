"""Words in any order, without marks and capitals."""

from __future__ import annotations

import numpy as np
from rapidfuzz import process
from rapidfuzz.fuzz import token_sort_ratio

from voterlist.arrays import Levels, Words
from voterlist.config.sections import SharedFold
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind, strongest

_NEAR_TEXT, _SIMILAR_TEXT = 90, 75
"""From how alike the words of two texts are (0 to 100) they are *near* or *similar*."""


class TextLevel(Level):
    """The levels of two texts, by their words in any order."""

    SAME = 1, 1.0, Evidence.VALUE
    SIMILAR_WORDS = 2, 0.8
    SIMILAR = 3, 0.5
    DIFFERS = 4
    MISSING = 0


def _distinct(one: Words, other: Words) -> Levels:
    alike = process.cpdist(one, other, scorer=token_sort_ratio, dtype=np.float64)
    return strongest(
        TextLevel.DIFFERS,
        (TextLevel.SIMILAR, alike >= _SIMILAR_TEXT),
        (TextLevel.SIMILAR_WORDS, alike >= _NEAR_TEXT),
    )


KIND = Kind(SharedFold.WORDS, TextLevel, _distinct)
