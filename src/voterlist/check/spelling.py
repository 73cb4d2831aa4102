"""Slips of the keyboard: rare spellings one letter from a very frequent name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from voterlist.check.context import Flags

__all__ = ["misspelt"]

_SHORTEST = 5
"""Shorter names are one letter from each other too often (Əli, Vəli)."""
_AT_A_TIME = 4_096


def misspelt(
    names: Sequence[str], counts: np.ndarray[tuple[int], np.dtype[np.int64]], times: int
) -> Flags:
    """For each distinct name whether it is one letter from a name ``times`` as frequent or more.

    A letter more, less, another, or two exchanged; never the first (Vəliyev is no slip for Əliyev),
    and never the last one more or less, by which a woman's name differs from a man's (Samir,
    Samirə).
    """
    flags = np.zeros(len(names), dtype=bool)
    words = np.array(names, dtype=object)
    is_frequent = counts >= times
    frequent, count_of_frequent = words[is_frequent], counts[is_frequent]
    is_long_enough = np.array([len(name) >= _SHORTEST for name in names], dtype=bool)
    is_rare = counts * times <= counts.max(initial=0)
    rare = np.flatnonzero(is_long_enough & is_rare)
    for start in range(0, len(rare), _AT_A_TIME):
        at = rare[start : start + _AT_A_TIME]
        distance = cdist(
            words[at], frequent, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8
        )
        is_near = (distance == 1) & (count_of_frequent >= times * counts[at][:, None])
        for one, other in zip(*np.nonzero(is_near), strict=True):
            flags[at[one]] |= _is_slip(words[at[one]], frequent[other])
    return flags


def _is_slip(rare: str, frequent: str) -> bool:
    """True where two names differ in a letter that is neither the first nor a last one added.

    The two must be one letter apart.
    """
    return rare[0] == frequent[0] and rare[:-1] != frequent and frequent[:-1] != rare
