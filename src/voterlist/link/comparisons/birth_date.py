"""Birth dates: what a slip of the pen, an unknown day or another person makes of one."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from voterlist.arrays import Bools, Codes, Floats, Levels
from voterlist.link.comparisons.base import (
    Comparison,
    Evidence,
    Level,
    Pairs,
    Shares,
    mark,
)
from voterlist.link.encode import Encoded
from voterlist.link.grid import steady_count, steady_size
from voterlist.model import Profile

_DIGITS = 8
"""Digits of a date written as year, month and day."""
_DAYS, _YEARS = 365.0, 100.0
"""Pseudo-counts: a list is thought to have so many days in a year, and so many years."""
_LEAST_INCOMPLETE, _MOST_INCOMPLETE = 0.001, 0.999
"""Bounds of the share of incomplete dates, so that no level is impossible."""
_A_GENERATION = 15
"""Parents are so many years older than their children, or more."""


class BirthDateLevel(Level):
    """The levels of two birth dates."""

    SAME = 1, 1.0, Evidence.VALUE
    SWAPPED = 3, 0.8
    """Day and month changed places."""
    DIGIT = 4, 0.8
    """One digit differs, or two neighbouring digits changed places."""
    YEAR = 2, 0.6, Evidence.VALUE
    """The years agree; a day or month is unknown, or one of the dates is the first of January."""
    PART = 5, 0.6
    """One of day, month and year differs; of years alone by one, but not under ``az``."""
    SAME_YEAR = 6, 0.2
    DIFFERS = 7
    GENERATION = 8
    """The years are a generation or more apart, as those of parent and child are."""
    MISSING = 0


class BirthDate(Comparison):
    """Year, month and day, each of which may be unknown."""

    field = "birth_date"
    levels = BirthDateLevel

    def pair_levels(self, pairs: Pairs) -> Levels:
        """By the parts that agree."""
        packed = pairs.entries.packed_date
        first, second = (
            _Dates(packed.take(pairs.left)),
            _Dates(packed.take(pairs.right)),
        )
        known = (first.year > 0) & (second.year > 0)
        full = known & first.is_full & second.is_full
        same_year, same_month = first.year == second.year, first.month == second.month
        same_day = first.day == second.day
        parts = same_year.astype(np.int8) + same_month + same_day
        full_of_one_year = full & same_year
        levels = np.full(len(pairs), BirthDateLevel.MISSING, np.uint8)
        mark(levels, known, BirthDateLevel.DIFFERS)
        years_apart = np.abs(first.year - second.year)
        mark(levels, known & (years_apart >= _A_GENERATION), BirthDateLevel.GENERATION)
        if pairs.entries.profile is Profile.GENERIC:
            # A year that follows from an age, or from memory, is right within one.
            years_alone = known & ~first.is_full & ~second.is_full
            mark(levels, years_alone & (years_apart == 1), BirthDateLevel.PART)
        mark(levels, known & same_year, BirthDateLevel.YEAR)
        mark(levels, full_of_one_year, BirthDateLevel.SAME_YEAR)
        mark(levels, full & (parts == 2), BirthDateLevel.PART)
        near = np.flatnonzero(full)
        slips = _off_by_a_digit(first.digits(near), second.digits(near))
        levels[near[slips]] = BirthDateLevel.DIGIT
        swapped = (first.month == second.day) & (first.day == second.month)
        mark(levels, full_of_one_year & swapped, BirthDateLevel.SWAPPED)
        # Who knows the year only is often given the first of January.
        one_is_incomplete = first.is_new_year ^ second.is_new_year
        mark(levels, full_of_one_year & one_is_incomplete, BirthDateLevel.YEAR)
        mark(levels, full_of_one_year & same_month & same_day, BirthDateLevel.SAME)
        return levels

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """Years by their frequency; full dates by theirs, so that the 1 January counts less."""
        entries, whole = pairs.entries, pairs.entries.whole
        size = max(whole.people, 1)
        years = steady_count(whole.years + 1.0)
        year_share = years / steady_size(size + _YEARS)
        where = np.flatnonzero(levels == BirthDateLevel.YEAR)
        yield where, np.log2(year_share[entries.year[pairs.left[where]]])
        where = np.flatnonzero(levels == BirthDateLevel.SAME)
        if not len(where):
            return
        entry = pairs.left[where]
        days = steady_count(whole.days + 1.0)
        day_share = days / steady_size(size + _DAYS)
        least = year_share[entries.year[entry]] * day_share[entries.day_of_year[entry]]
        counts = whole.dates[entries.date_code[entry]]
        counted = steady_count(np.maximum(counts - 2, 0) + 1.0)
        yield where, np.log2(counted / (steady_size(size) + 1.0 / least))

    def fit_unrelated(self, entries: Encoded, log_u: Floats) -> None:
        """*Year*: how often years agree, the term frequency tells; how many dates are incomplete.

        The second factor is the list's.
        """
        least = 0.5 / entries.size
        log_u[BirthDateLevel.YEAR] = np.log2(max(incomplete_share(entries), least))

    def fit_prior(self, entries: Encoded, shares: Floats) -> Floats:
        """How many dates are incomplete is the list's habit, not a property of a class of pairs.

        So dates that agree are *year* as often as the list is incomplete.
        """
        same, year = BirthDateLevel.SAME - 1, BirthDateLevel.YEAR - 1
        incomplete = np.clip(
            incomplete_share(entries), _LEAST_INCOMPLETE, _MOST_INCOMPLETE
        )
        fitted = shares.copy()
        agreeing = shares[same] + shares[year]
        fitted[same], fitted[year] = agreeing * (1 - incomplete), agreeing * incomplete
        return fitted


def incomplete_share(entries: Encoded) -> float:
    """P(of two entries at least one has a birth year only, or the first of January), 0 to 1."""
    incomplete, known = entries.whole.incomplete_dates
    whole = 1 - incomplete / max(known, 1)
    return 1 - whole * whole


class _Dates:
    """The birth dates of one side of the pairs."""

    def __init__(self, packed: Codes) -> None:
        self.year, self.month, self.day = packed >> 9, packed >> 5 & 15, packed & 31

    @property
    def is_full(self) -> Bools:
        """True where month and day are known."""
        return np.asarray((self.month > 0) & (self.day > 0))

    @property
    def is_new_year(self) -> Bools:
        return np.asarray(self.month * self.day == 1)

    def digits(self, where: np.ndarray) -> Digits:
        """The dates at these positions as eight digits, four bits each."""
        year, month, day = self.year[where], self.month[where], self.day[where]
        digits: Digits = _FOUR_DIGITS[year] << np.uint32(16)
        digits |= _FOUR_DIGITS[month * 100 + day]
        return digits


Digits = npt.NDArray[np.uint32]

_NUMBERS = np.arange(1 << 15)
_FOUR_DIGITS = sum(
    (_NUMBERS // 10**place % 10 << 4 * place).astype(np.uint32) for place in range(4)
)
"""The last four digits of each number, four bits each; of any number that a year can be."""
_LOWEST_BITS = np.uint32(0x11111111)


def _off_by_a_digit(one: Digits, two: Digits) -> Bools:
    """True where two dates differ in one digit, or in two neighbours that changed places."""
    apart = one ^ two
    apart |= apart >> np.uint32(2)
    apart |= apart >> np.uint32(1)
    differing = np.bitwise_count(apart & _LOWEST_BITS)
    off = differing == 1
    pairs = np.flatnonzero(differing == 2)
    off[pairs] = _are_turned(one[pairs], two[pairs])
    return np.asarray(off)


def _are_turned(one: Digits, two: Digits) -> Bools:
    """True where two neighbouring digits changed places."""
    turned = np.zeros(len(one), np.bool_)
    shifts = [np.uint32(4 * place) for place in range(_DIGITS)]
    digits = [((one >> shift) & 15, (two >> shift) & 15) for shift in shifts]
    for (first, second), (after, following) in itertools.pairwise(digits):
        turned |= (first == following) & (second == after) & (first != second)
    return turned
