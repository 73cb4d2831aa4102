"""Dates."""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Levels, Words
from voterlist.config.sections import SharedFold
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind, one_edit, strongest


class DateLevel(Level):
    """The levels of two dates."""

    SAME = 1, 1.0, Evidence.VALUE
    SWAPPED = 2, 0.8
    DIGIT = 3, 0.8
    YEAR = 4, 0.6
    SAME_YEAR = 5, 0.2
    DIFFERS = 6
    MISSING = 0


def _distinct(one: Words, other: Words) -> Levels:
    first, second = _date_parts(one), _date_parts(other)
    same_year = first[:, 0] == second[:, 0]
    both_full = (first > 0).all(axis=1) & (second > 0).all(axis=1)
    turned = (first[:, 1] == second[:, 2]) & (first[:, 2] == second[:, 1])
    return strongest(
        DateLevel.DIFFERS,
        (DateLevel.SAME_YEAR, same_year),
        (DateLevel.YEAR, same_year & ~both_full),
        (DateLevel.DIGIT, both_full & one_edit(one, other)),
        (DateLevel.SWAPPED, both_full & same_year & turned),
    )


def _date_parts(dates: Words) -> np.ndarray:
    """Year, month and day of each date, shape (dates, 3); 0 where a part is not known."""
    parts = [[int(part) for part in date.split("-")] for date in dates]
    return np.array(parts, np.int64).reshape(-1, 3)


KIND = Kind(SharedFold.DATE, DateLevel, _distinct)
