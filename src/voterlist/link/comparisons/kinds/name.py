"""Names of people in any of the alphabets."""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Bools, Levels, Words
from voterlist.config.sections import SharedFold
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind, one_slip, shortest, similar, strongest


class NameLevel(Level):
    """The levels of two names."""

    SAME = 1, 1.0, Evidence.VALUE
    ONE_EDIT = 2, 0.8
    INITIAL = 3, 0.6
    SIMILAR = 4, 0.3
    DIFFERS = 5
    MISSING = 0


def _distinct(one: Words, other: Words) -> Levels:
    return strongest(
        NameLevel.DIFFERS,
        (NameLevel.SIMILAR, similar(one, other)),
        (NameLevel.ONE_EDIT, one_slip(one, other)),
        (NameLevel.INITIAL, _one_is_initial(one, other)),
    )


def _one_is_initial(one: Words, other: Words) -> Bools:
    """True where one of the two is the first letter of the other."""
    initials = [first[0] == second[0] for first, second in zip(one, other, strict=True)]
    return np.asarray((shortest(one, other) == 1) & np.array(initials, np.bool_))


KIND = Kind(SharedFold.NAME, NameLevel, _distinct)
