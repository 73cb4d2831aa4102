"""The kinds of comparisons that a user can add: their levels, and which level two values have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio

from voterlist.arrays import Bools, Levels, Longs, Words
from voterlist.config.comparisons import ComparisonKind
from voterlist.link.comparisons.base import Evidence, Level

DistinctLevels = Callable[[Words, Words], Levels]
"""The level of each pair of values that differ; both are known."""

_NEAR_TEXT, _SIMILAR_TEXT = 90, 75
"""From how alike the words of two texts are (0 to 100) they are *near* or *similar*."""
_SIMILAR_NAME = 0.88
"""The Jaro-Winkler similarity from which two names, places or e-mail addresses are similar."""
_LETTERS_FOR_ONE = 4
"""Letters of a value in which one edit is seen as a slip."""
_ALL_WORDS = 100
"""How alike two texts are of which one has all words of the other."""
_NEAR_NUMBER = 0.05
"""Two numbers are near that differ by at most this share of the larger."""


class ExactLevel(Level):
    """The levels of values that are compared as written."""

    SAME = 1, 1.0, Evidence.VALUE
    DIFFERS = 2
    MISSING = 0


class TextLevel(Level):
    """The levels of two texts, by their words in any order."""

    SAME = 1, 1.0, Evidence.VALUE
    SIMILAR_WORDS = 2, 0.8
    SIMILAR = 3, 0.5
    DIFFERS = 4
    MISSING = 0


class NameLevel(Level):
    """The levels of two names."""

    SAME = 1, 1.0, Evidence.VALUE
    ONE_EDIT = 2, 0.8
    INITIAL = 3, 0.6
    SIMILAR = 4, 0.3
    DIFFERS = 5
    MISSING = 0


class DateLevel(Level):
    """The levels of two dates."""

    SAME = 1, 1.0, Evidence.VALUE
    SWAPPED = 2, 0.8
    DIGIT = 3, 0.8
    YEAR = 4, 0.6
    SAME_YEAR = 5, 0.2
    DIFFERS = 6
    MISSING = 0


class NumberLevel(Level):
    """The levels of two numbers."""

    SAME = 1, 1.0, Evidence.VALUE
    DIGIT = 2, 0.8
    CLOSE = 3, 0.5
    """They differ by at most a twentieth of the larger."""
    DIFFERS = 4
    MISSING = 0


class PlaceLevel(Level):
    """The levels of two names of places."""

    SAME = 1, 1.0, Evidence.VALUE
    ONE_EDIT = 2, 0.8
    PARTLY = 3, 0.6
    """One has all words of the other."""
    SIMILAR = 4, 0.3
    DIFFERS = 5
    MISSING = 0


class EmailLevel(Level):
    """The levels of two e-mail addresses."""

    SAME = 1, 1.0, Evidence.VALUE
    SAME_USER = 2, 0.9
    """What stands before the @ is the same."""
    ONE_EDIT = 3, 0.8
    SIMILAR = 4, 0.5
    DIFFERS = 5
    MISSING = 0


class PhoneLevel(Level):
    """The levels of two telephone numbers."""

    SAME = 1, 1.0, Evidence.VALUE
    DIGIT = 2, 0.8
    DIFFERS = 3
    MISSING = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of comparison."""

    levels: type[Level]
    distinct_levels: DistinctLevels


def _levels(weakest: Level, *steps: tuple[Level, Bools]) -> Levels:
    """The level of each pair: that of the last step that is true of it, else the weakest."""
    levels = np.full(len(steps[0][1]), weakest, np.uint8)
    for level, is_true in steps:
        levels[is_true] = level
    return levels


def _one_edit(one: Words, other: Words) -> Bools:
    edits = process.cpdist(
        one, other, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8
    )
    return np.asarray(edits == 1)


def _one_slip(one: Words, other: Words) -> Bools:
    """True where one edit is seen as a slip: in values that are long enough."""
    return _one_edit(one, other) & (_shortest(one, other) >= _LETTERS_FOR_ONE)


def _similar(one: Words, other: Words) -> Bools:
    scorer = JaroWinkler.normalized_similarity
    alike = process.cpdist(one, other, scorer=scorer, dtype=np.float64)
    return np.asarray(alike >= _SIMILAR_NAME)


def _shortest(one: Words, other: Words) -> Longs:
    """The letters of the shorter of the two values."""
    lengths = [
        min(len(first), len(second)) for first, second in zip(one, other, strict=True)
    ]
    return np.array(lengths, np.int64)


def _one_is_initial(one: Words, other: Words) -> Bools:
    """True where one of the two is the first letter of the other."""
    initials = [first[0] == second[0] for first, second in zip(one, other, strict=True)]
    return np.asarray((_shortest(one, other) == 1) & np.array(initials, np.bool_))


def _exact(one: Words, other: Words) -> Levels:
    del other
    return np.full(len(one), ExactLevel.DIFFERS, np.uint8)


def _text(one: Words, other: Words) -> Levels:
    alike = process.cpdist(one, other, scorer=token_sort_ratio, dtype=np.float64)
    return _levels(
        TextLevel.DIFFERS,
        (TextLevel.SIMILAR, alike >= _SIMILAR_TEXT),
        (TextLevel.SIMILAR_WORDS, alike >= _NEAR_TEXT),
    )


def _name(one: Words, other: Words) -> Levels:
    return _levels(
        NameLevel.DIFFERS,
        (NameLevel.SIMILAR, _similar(one, other)),
        (NameLevel.ONE_EDIT, _one_slip(one, other)),
        (NameLevel.INITIAL, _one_is_initial(one, other)),
    )


def _date(one: Words, other: Words) -> Levels:
    first, second = _date_parts(one), _date_parts(other)
    same_year = first[:, 0] == second[:, 0]
    both_full = (first > 0).all(axis=1) & (second > 0).all(axis=1)
    turned = (first[:, 1] == second[:, 2]) & (first[:, 2] == second[:, 1])
    return _levels(
        DateLevel.DIFFERS,
        (DateLevel.SAME_YEAR, same_year),
        (DateLevel.YEAR, same_year & ~both_full),
        (DateLevel.DIGIT, both_full & _one_edit(one, other)),
        (DateLevel.SWAPPED, both_full & same_year & turned),
    )


def _date_parts(dates: Words) -> np.ndarray:
    """Year, month and day of each date, shape (dates, 3); 0 where a part is not known."""
    parts = [[int(part) for part in date.split("-")] for date in dates]
    return np.array(parts, np.int64).reshape(-1, 3)


def _number(one: Words, other: Words) -> Levels:
    first, second = one.astype(np.float64), other.astype(np.float64)
    larger = np.maximum(np.abs(first), np.abs(second))
    return _levels(
        NumberLevel.DIFFERS,
        (NumberLevel.CLOSE, np.abs(first - second) <= _NEAR_NUMBER * larger),
        (NumberLevel.DIGIT, _one_slip(one, other)),
    )


def _place(one: Words, other: Words) -> Levels:
    words = process.cpdist(one, other, scorer=token_set_ratio, dtype=np.float64)
    return _levels(
        PlaceLevel.DIFFERS,
        (PlaceLevel.SIMILAR, _similar(one, other)),
        (PlaceLevel.PARTLY, words >= _ALL_WORDS),
        (PlaceLevel.ONE_EDIT, _one_slip(one, other)),
    )


def _email(one: Words, other: Words) -> Levels:
    users = [
        first.partition("@")[0] == second.partition("@")[0]
        for first, second in zip(one, other, strict=True)
    ]
    return _levels(
        EmailLevel.DIFFERS,
        (EmailLevel.SIMILAR, _similar(one, other)),
        (EmailLevel.ONE_EDIT, _one_edit(one, other)),
        (EmailLevel.SAME_USER, np.array(users, np.bool_)),
    )


def _phone(one: Words, other: Words) -> Levels:
    return _levels(PhoneLevel.DIFFERS, (PhoneLevel.DIGIT, _one_edit(one, other)))


KINDS = {
    ComparisonKind.EXACT: Kind(ExactLevel, _exact),
    ComparisonKind.TEXT: Kind(TextLevel, _text),
    ComparisonKind.NAME: Kind(NameLevel, _name),
    ComparisonKind.DATE: Kind(DateLevel, _date),
    ComparisonKind.NUMBER: Kind(NumberLevel, _number),
    ComparisonKind.PLACE: Kind(PlaceLevel, _place),
    ComparisonKind.EMAIL: Kind(EmailLevel, _email),
    ComparisonKind.PHONE: Kind(PhoneLevel, _phone),
}
