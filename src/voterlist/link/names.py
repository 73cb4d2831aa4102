"""The levels of names: by edit distance and Jaro-Winkler, over the distinct pairs of distinct values only.

A pair of names that meets a thousand times is compared once.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from voterlist.link.arrays import Bools, Codes, Levels, Longs
from voterlist.link.encode import Coded, Encoded

__all__ = [
    "CROSSED",
    "ENDING_SLIPS",
    "MAY_HAVE_CHANGED",
    "ONE_EDIT",
    "SURNAME_MISSPELT_TWICE",
    "SWAPPED",
    "TWO_EDITS",
    "crossed",
    "distinct_pairs",
    "mark_swapped",
    "name_levels",
    "same",
    "settle_names",
    "settle_surnames",
    "surname_levels",
]

MAY_HAVE_CHANGED, SURNAME_MISSPELT_TWICE = 8, 9
"""Levels of two surnames that differ, of two women: most marry, and many take another surname then;
and of a surname misspelt twice."""
SWAPPED, CROSSED = 7, 8
"""Levels of surname and given name that stand in each other's place: both, or one of them while the
other differs."""

_MISSPELT, _LOOK_ALIKE, _SIMILAR, _DIFFERS = 3, 4, 5, 6
_LETTERS_FOR_ONE, _LETTERS_FOR_TWO = 3, 6
"""Letters of a name in which one edit, and two, are seen as such."""

ONE_EDIT, TWO_EDITS = 3, 10
"""Levels of two names one or two edits apart, until the list has said whether one of them is rare,
which is then misspelt; or whether both are in use, which are look-alikes or merely similar."""

ENDING_SLIPS = {11: _SIMILAR, 12: _DIFFERS, 13: TWO_EDITS}
"""Levels of surnames whose stems are further apart (the second level) while the whole surnames are
one or two edits apart."""
_SLIP_OF = np.zeros(TWO_EDITS + 1, np.uint8)
_SLIP_OF[list(ENDING_SLIPS.values())] = list(ENDING_SLIPS)

_ALIKE = 0.88
"""The Jaro-Winkler similarity from which two names are similar."""
_FEMALE = 1
_LONG_ENOUGH = 4
"""Letters of a name in which one edit may be a slip."""


def same(codes: Codes, left: Codes, right: Codes) -> Bools:
    """True where both entries have a value and it is one."""
    first = codes[left]
    return np.asarray((first == codes[right]) & (first >= 0))


def distinct_pairs(first: Codes, second: Codes, size: int) -> tuple[Codes, Codes, Longs]:
    """The distinct unordered pairs of codes, and which of them each pair is."""
    low, high = (
        np.minimum(first, second).astype(np.int64),
        np.maximum(first, second).astype(np.int64),
    )
    place, distinct = pd.factorize(low * size + high)
    return (distinct // size).astype(np.int32), (distinct % size).astype(np.int32), place


def _similarity_levels(names: Coded, first: Codes, second: Codes) -> Levels:
    """Levels 2, ``ONE_EDIT``, ``TWO_EDITS``, 5 and 6 of distinct pairs of names that differ."""
    words = names.words()
    one, other = words[first], words[second]
    edits = process.cpdist(one, other, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    alike = process.cpdist(
        one, other, scorer=JaroWinkler.normalized_similarity, score_cutoff=_ALIKE, dtype=np.float32
    )
    length, initial = names.lengths, names.initials
    shortest = np.minimum(length[first], length[second])
    longest = np.maximum(length[first], length[second])
    levels = np.full(len(first), _DIFFERS, np.uint8)
    levels[alike >= np.float32(_ALIKE)] = _SIMILAR
    levels[(edits == 2) & (shortest >= _LETTERS_FOR_TWO)] = TWO_EDITS
    levels[(edits == 1) & (shortest >= _LETTERS_FOR_ONE)] = ONE_EDIT
    levels[(shortest == 1) & (longest > 1) & (initial[first] == initial[second])] = 2
    return levels


def name_levels(names: Coded, left: Codes, right: Codes) -> Levels:
    """Levels 0 to 6 of the names of the pairs by themselves, without 4.

    Whether a spelling is rare the list says.
    """
    first, second = names.codes[left], names.codes[right]
    levels = np.zeros(len(left), np.uint8)
    known = (first >= 0) & (second >= 0)
    levels[known & (first == second)] = 1
    other = np.flatnonzero(known & (first != second))
    if len(other):
        one, two, place = distinct_pairs(first[other], second[other], len(names.values))
        levels[other] = _similarity_levels(names, one, two)[place]
    return levels


def settle_names(
    names: Coded, left: Codes, right: Codes, levels: Levels, rare: int, twice: int
) -> None:
    """What the list says of names one or two edits apart; a spelling is rare that at most ``rare`` entries have.

    ``twice`` is the level of a name misspelt in two places.
    """
    for apart, misspelt, in_use in (
        (ONE_EDIT, _MISSPELT, _LOOK_ALIKE),
        (TWO_EDITS, twice, _SIMILAR),
    ):
        where = np.flatnonzero(levels == apart)
        levels[where] = np.where(
            _one_is_rare(names, left[where], right[where], rare), misspelt, in_use
        )


def _one_is_rare(names: Coded, left: Codes, right: Codes, rare: int) -> Bools:
    if not len(left):
        return np.zeros(0, np.bool_)
    return np.asarray(
        np.minimum(names.counts[names.codes[left]], names.counts[names.codes[right]]) <= rare
    )


def surname_levels(entries: Encoded, left: Codes, right: Codes) -> Levels:
    """Stems are compared.

    Level 2 is one stem with another ending, so an initial here is "similar".
    """
    levels = name_levels(entries.stem, left, right)
    levels[levels == 2] = 5
    # A slip in the ending keeps the stem from being found: the whole surnames tell.
    doubtful = np.flatnonzero(levels >= 5)
    whole = name_levels(entries.surname, left[doubtful], right[doubtful])
    slips = doubtful[(whole == ONE_EDIT) | (whole == TWO_EDITS)]
    levels[slips] = _SLIP_OF[levels[slips]]
    levels[(levels == 1) & ~same(entries.surname.codes, left, right)] = 2
    return levels


def settle_surnames(entries: Encoded, left: Codes, right: Codes, levels: Levels, rare: int) -> None:
    """What the list says of surnames near each other, and what their bearers' sex says of those that differ.

    Of whole surnames only a rare one tells a slip in the ending.
    """
    settle_names(entries.stem, left, right, levels, rare, SURNAME_MISSPELT_TWICE)
    for slip, stems in ENDING_SLIPS.items():
        where = np.flatnonzero(levels == slip)
        one, two = left[where], right[where]
        is_slip = _one_is_rare(entries.surname, one, two, rare)
        if stems == TWO_EDITS:
            is_slip |= _one_is_rare(entries.stem, one, two, rare)
        levels[where] = np.where(is_slip, _MISSPELT, _SIMILAR if stems == TWO_EDITS else stems)
    differing = np.flatnonzero(levels == _DIFFERS)
    women = (entries.sex[left[differing]] == _FEMALE) & (entries.sex[right[differing]] == _FEMALE)
    levels[differing[women]] = MAY_HAVE_CHANGED


def crossed(entries: Encoded, surname: Codes, given: Codes) -> Bools:
    """True where a surname and another entry's given name are one, or of four letters and one later edit apart."""
    found = np.zeros(len(surname), np.bool_)
    surnames, names = entries.surname, entries.given
    known = np.flatnonzero((surname >= 0) & (given >= 0))
    # The first letter must agree, which leaves few pairs to compare.
    alike = (
        known[surnames.initials[surname[known]] == names.initials[given[known]]]
        if len(known)
        else known
    )
    size = max(len(names.values), 1)
    distinct, place = np.unique(
        surname[alike].astype(np.int64) * size + given[alike], return_inverse=True
    )
    one, other = (distinct // size).astype(np.int32), (distinct % size).astype(np.int32)
    edits = process.cpdist(
        surnames.words()[one],
        names.words()[other],
        scorer=OSA.distance,
        score_cutoff=1,
        dtype=np.uint8,
    )
    long = (
        np.minimum(surnames.lengths[one], names.lengths[other]) >= _LONG_ENOUGH
        if len(one)
        else np.zeros(0, np.bool_)
    )
    found[alike] = ((edits == 0) | ((edits == 1) & long))[place]
    return found


def mark_swapped(
    entries: Encoded, left: Codes, right: Codes, surname: Levels, given: Levels
) -> None:
    """Mark levels "swapped" where each surname is the other's given name or unknown, "crossed" where one is."""
    unlike = ((surname >= 3) | (surname == 0)) & ((given >= 3) | (given == 0))
    doubtful = np.flatnonzero(unlike & (surname + given > 0))
    if not len(doubtful):
        return
    one, two = left[doubtful], right[doubtful]
    surnames, names = entries.surname.codes, entries.given.codes
    there, back = (
        crossed(entries, surnames[one], names[two]),
        crossed(entries, surnames[two], names[one]),
    )
    unknown_there = (surnames[one] < 0) | (names[two] < 0)
    unknown_back = (surnames[two] < 0) | (names[one] < 0)
    both = (there & back) | (there & unknown_back) | (unknown_there & back)
    found = doubtful[both]
    surname[found] = np.where(surname[found] > 0, SWAPPED, 0)
    given[found] = np.where(given[found] > 0, np.where(surname[found] > 0, SWAPPED, CROSSED), 0)
    half = doubtful[(there ^ back) & ~both]
    given[half] = np.where(given[half] > 0, CROSSED, 0)
