"""How near two names are: by edit distance and Jaro-Winkler, over distinct pairs of names only.

A pair of names that meets a thousand times is compared once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from voterlist.arrays import Bools, Codes, Floats, Levels, Longs, Signs, factorize
from voterlist.link.comparisons.base import MISSING, Comparison, Pairs, Shares, mark
from voterlist.link.encode import EncodedColumn
from voterlist.link.grid import steady_count, steady_size
from voterlist.link.identifiers import Identifiers
from voterlist.model import Profile


def share_of_counts(
    counts: Longs, size: int, least: float, pseudo: float = 1.0
) -> Floats:
    """log2 of the share of unrelated people who have a value that so many entries have.

    ``counts`` are the entries with the value, ``size`` all entries. The two entries of the pair are
    left out of the count, and ``pseudo`` is added, as much for each of 1 / ``least`` values (a
    Dirichlet prior). So a value that only the pair has is about as likely as ``least``. Both
    numbers are rounded, so that an entry less hardly ever changes them.
    """
    counted = steady_count(np.maximum(counts - 2, 0) + pseudo)
    share = counted / steady_size(size + pseudo / least)
    return np.asarray(np.log2(share), np.float64)


def least_share(column: EncodedColumn, distinct: int) -> float:
    """The share of a value that only one pair has; a column has at least ``distinct`` values."""
    return 1 / max(column.distinct, distinct)


def share_of_codes(
    column: EncodedColumn, codes: Codes, size: int, least: float
) -> Floats:
    """log2 of the share of unrelated people who have the values with these codes; 0 for -1."""
    if not len(column.counts):
        return np.zeros(len(codes))
    shares = share_of_counts(column.counts[codes], size, least, column.pseudo_count)
    return np.where(codes >= 0, shares, 0.0)


LEAST_GIVEN_NAMES = 300
"""A list is thought to have at least so many given names, however few it shows."""

_COHORT_PSEUDO_COUNT = 1000
"""People of all ages who are thought to stand in each cohort too."""
_RARE, _RARE_IN = 3, 100_000
"""A spelling is rare that at most 3 entries have, or 3 of each 100,000."""
_SIMILAR_FROM = 0.88
"""The Jaro-Winkler similarity from which two names are similar."""
_FEW_EDITS_FROM = 0.5
"""The share of the letters of the longer name that fewer edits leave."""
_LETTERS_OF_A_WORD = 8
"""Letters of a given name that is surely one word: of two, two people may share the second."""
_MOST_BY_BEGINNING = 0.4
"""Winkler's tenth for each of at most four letters at the beginning."""
_ROUNDING = 1e-6
_LETTERS_FOR_ONE, _LETTERS_FOR_TWO = 3, 6
"""Letters of a name in which one edit, and two, are seen as such."""
_LETTERS_OF_A_SLIP, _TIMES = 3, 8
"""Letters of a name in which two edits may be a slip, of one so many times as common."""


class Nearness(IntEnum):
    """How near two names are by themselves."""

    UNKNOWN = 0
    SAME = 1
    INITIAL = 2
    ONE_EDIT = 3
    TWO_EDITS = 4
    SIMILAR = 5
    DIFFERENT = 6
    SOUNDS_ALIKE = 7
    """More than one edit apart, and they sound alike."""
    ONE_EDIT_SOUNDS_ALIKE = 8
    HEARD_ALIKE = 9
    """More than one edit apart, and they may be one name brought from another alphabet."""
    SHORT_TWO_EDITS = 10
    """Two edits apart in a name of few letters."""
    SHORT_SIMILAR = 11
    """The same, and similar."""
    FEW_EDITS = 12
    """Further apart, but fewer edits than half of the letters of the longer name."""


def level_codes(codes: Mapping[Nearness, int]) -> Levels:
    """The code of a comparison's level for each nearness, as an array to look up in.

    A nearness that the comparison does not ask for has code 0.
    """
    return np.array([codes.get(nearness, 0) for nearness in Nearness], np.uint8)


def distinct_pairs(
    first: Codes, second: Codes, size: int
) -> tuple[Codes, Codes, Codes]:
    """The distinct unordered pairs of codes below ``size``, and which of them each pair is."""
    low = np.minimum(first, second).astype(np.int64)
    high = np.maximum(first, second).astype(np.int64)
    place, distinct = factorize(low * size + high)
    return (
        (distinct // size).astype(np.int32),
        (distinct % size).astype(np.int32),
        place,
    )


def name_levels(
    names: EncodedColumn, pairs: Pairs, codes: Levels, sounds: Codes | None = None
) -> Levels:
    """The level of each pair of names; ``codes`` has the level of each nearness.

    ``sounds`` has the code of the sound of each distinct name; without it no names sound alike.
    """
    same, known = pairs.same_and_known(names.codes)
    levels = np.full(len(pairs), MISSING, np.uint8)
    mark(levels, same, codes[Nearness.SAME])
    other = np.flatnonzero(known & ~same)
    if len(other):
        apart = pairs.at(other)
        name_l, name_r, place = distinct_pairs(
            names.codes[apart.left], names.codes[apart.right], len(names.values)
        )
        nearness = nearness_of(names, name_l, name_r)
        if pairs.entries.profile is Profile.GENERIC:
            _mark_spellings(nearness, names, name_l, name_r)
        if sounds is not None:
            _mark_sounds(nearness, sounds[name_l], sounds[name_r])
        levels[other] = codes[nearness][place]
    return levels


def _mark_spellings(
    nearness: Levels, names: EncodedColumn, first: Codes, second: Codes
) -> None:
    """Mark, in place, what a machine misreads as one edit, and names by ear from elsewhere."""
    apart = ~np.isin(nearness, (Nearness.INITIAL, Nearness.ONE_EDIT))
    apart &= np.minimum(names.lengths[first], names.lengths[second]) >= _LETTERS_FOR_ONE
    where = np.flatnonzero(apart)
    left, right = first[where], second[where]
    nearness[where[names.heard[left] == names.heard[right]]] = Nearness.HEARD_ALIKE
    nearness[where[names.printed[left] == names.printed[right]]] = Nearness.ONE_EDIT
    is_word = names.lengths <= _LETTERS_OF_A_WORD
    is_other = nearness == Nearness.DIFFERENT
    where = np.flatnonzero(is_other & is_word[first] & is_word[second])
    words = names.words_with_q_for_k
    alike = process.cpdist(
        words[first[where]], words[second[where]], scorer=OSA.normalized_similarity
    )
    nearness[where[alike > _FEW_EDITS_FROM]] = Nearness.FEW_EDITS


def _mark_sounds(nearness: Levels, first: Codes, second: Codes) -> None:
    """Mark, in place, the names that sound alike, by the codes of their sounds."""
    alike = (first == second) & (first >= 0)
    one_edit = nearness == Nearness.ONE_EDIT
    nearness[alike & one_edit] = Nearness.ONE_EDIT_SOUNDS_ALIKE
    nearness[alike & ~one_edit] = Nearness.SOUNDS_ALIKE


class Looks(NamedTuple):
    """How names look from afar, as arrays of one item a name."""

    letters: Signs
    """Which letters each has, as bits."""
    lengths: Codes
    initials: Codes

    @classmethod
    def of(cls, names: EncodedColumn) -> Looks:
        """Those of the distinct names of a column."""
        return cls(names.letters, names.lengths, names.initials)

    def at(self, codes: Codes) -> Looks:
        """Those of the names with these codes."""
        return Looks(self.letters[codes], self.lengths[codes], self.initials[codes])


def may_be_near(first: Looks, second: Looks) -> Bools:
    """False for names that are different by their lengths and by which letters they have.

    Nine in ten are, and are told so in a third of the time. Two edits change at most
    four of the letters that only one of two names has. Of a name's letters no more match than
    those that the other has too, and as many as that bound the Jaro similarity J; Winkler adds at
    most 0.4 (1 - J), where the first letters are the same.
    """
    length, other_length = first.lengths, second.lengths
    alone = np.bitwise_count(first.letters & ~second.letters).astype(np.int32)
    other_alone = np.bitwise_count(second.letters & ~first.letters).astype(np.int32)
    matching = np.minimum(length - alone, other_length - other_alone)
    jaro = (matching / length + matching / other_length + 1) / 3
    one_initial = first.initials == second.initials
    winkler = np.where(one_initial, jaro + _MOST_BY_BEGINNING * (1 - jaro), jaro)
    near = winkler >= _SIMILAR_FROM - _ROUNDING
    near |= (alone + other_alone <= 2 * 2) & (np.abs(length - other_length) <= 2)
    near |= (np.minimum(length, other_length) == 1) & one_initial
    return np.asarray(near)


def nearness_of(names: EncodedColumn, first: Codes, second: Codes) -> Levels:
    """How near names with different codes are."""
    every = np.full(len(first), Nearness.DIFFERENT, np.uint8)
    looks = Looks.of(names)
    near = np.flatnonzero(may_be_near(looks.at(first), looks.at(second)))
    every[near] = _measure(names, first[near], second[near])
    return every


def _measure(names: EncodedColumn, first: Codes, second: Codes) -> Levels:
    """The same, letter by letter."""
    words = names.words_with_q_for_k
    word_l, word_r = words[first], words[second]
    edits = process.cpdist(
        word_l, word_r, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8
    )
    alike = process.cpdist(
        word_l,
        word_r,
        scorer=JaroWinkler.normalized_similarity,
        score_cutoff=_SIMILAR_FROM,
        dtype=np.float32,
    )
    shortest = np.minimum(names.lengths[first], names.lengths[second])
    longest = np.maximum(names.lengths[first], names.lengths[second])
    one_initial = names.initials[first] == names.initials[second]
    nearness = np.full(len(first), Nearness.DIFFERENT, np.uint8)
    nearness[alike >= np.float32(_SIMILAR_FROM)] = Nearness.SIMILAR
    two_edits = (edits == 2) & (shortest >= _LETTERS_OF_A_SLIP)
    nearness[two_edits] = np.where(
        nearness[two_edits] == Nearness.SIMILAR,
        Nearness.SHORT_SIMILAR,
        Nearness.SHORT_TWO_EDITS,
    )
    nearness[(edits == 2) & (shortest >= _LETTERS_FOR_TWO)] = Nearness.TWO_EDITS
    nearness[(edits <= 1) & (shortest >= _LETTERS_FOR_ONE)] = Nearness.ONE_EDIT
    nearness[(shortest == 1) & (longest > 1) & one_initial] = Nearness.INITIAL
    return nearness


def adjust_names(
    columns: Iterable[EncodedColumn],
    pairs: Pairs,
    levels: Levels,
    outcomes: Mapping[int, tuple[int, ...]],
) -> None:
    """Decide, in place, the levels of names that may be slips of each other.

    ``outcomes`` has for each undecided level the level where a spelling is rare, of one of the two
    entries in one of the columns, and the level where all are in use. Where it has a third one, as
    of two edits in few letters, a rare spelling alone is no sign of a slip: the other has to be
    many times as common. Names that are not folded are often spelt in two ways, and a common one
    explains no other: there both have to be rare, each a slip of a name between them. Where one is,
    they have the third level, if both birth dates are full: without, nothing tells brother from
    sister.
    """
    rare = max(_RARE, int(_RARE * pairs.entries.whole.people / _RARE_IN))
    for undecided, (misspelt, in_use, *similar) in outcomes.items():
        where = np.flatnonzero(levels == undecided)
        levels[where] = in_use
        for names in columns if len(where) else ():
            near = pairs.at(where)
            counts = names.counts[names.codes[[near.left, near.right]]]
            fewest, most = counts.min(axis=0), counts.max(axis=0)
            is_slip = fewest <= rare
            if similar and pairs.entries.profile is Profile.AZ:
                is_slip &= most >= _TIMES * fewest
            elif similar:
                are_full = near.known(pairs.entries.date_code)
                levels[where[is_slip & are_full]] = similar[0]
                is_slip &= most <= rare
            levels[where[is_slip]] = misspelt


def cohort_shares(names: EncodedColumn, by_cohort: Longs, pairs: Pairs) -> Floats:
    """log2 of the share of unrelated people who have the name that these pairs share.

    Names have fashions, so the share is the mean of the shares among those born in the years of the
    two entries. The whole list counts in each cohort as so many pseudo-counts.
    """
    entries = pairs.entries
    code = names.codes.take(pairs.left)
    least = least_share(names, LEAST_GIVEN_NAMES)
    # Logarithms of each name's count, and not of each pair's.
    whole_of_name = np.exp2(
        share_of_counts(names.counts, entries.whole.people, least, names.pseudo_count)
    )
    whole = whole_of_name[code]
    sizes = steady_size(entries.whole.cohort_sizes + _COHORT_PSEUDO_COUNT)
    # Each of the two is left out where it is counted: both, if they are of one cohort.
    own = 1 + (entries.cohort.take(pairs.left) == entries.cohort.take(pairs.right))
    share = np.zeros(len(pairs))
    for side in (pairs.left, pairs.right):
        cohort = entries.cohort[side]
        counted = np.maximum(by_cohort[code, cohort] - own, 0)
        pseudo = _COHORT_PSEUDO_COUNT * whole
        share += steady_count(counted + pseudo) / sizes[cohort] / 2
    return np.asarray(np.log2(share), np.float64)


# --- Identifiers beside each other: the same, one sign apart, or different


class Identifier(Comparison):
    """Identifiers, sign by sign. ``levels`` has at least the levels that are named here."""

    least: float
    """The chance that an unrelated person has one given identifier."""

    def pair_levels(self, pairs: Pairs) -> Levels:
        """Same, one edit apart, or different."""
        held: Identifiers = getattr(pairs.entries, self.field)
        levels, other = self.by_codes(pairs, held.codes)
        one_edit = held.one_edit(pairs.left[other], pairs.right[other])
        levels[other[one_edit]] = self.levels["DIGIT"]
        return levels

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How many entries have the identifier that pairs share; ``least`` where only they do."""
        where = np.flatnonzero(levels == self.levels["SAME"])
        held: Identifiers = getattr(pairs.entries, self.field)
        counts = held.times(pairs.left[where])
        yield where, share_of_counts(counts, pairs.entries.whole.people, self.least)


# --- Names that have fashions: given names, and patronymics, which are the given names of fathers


class CohortName(Comparison):
    """Skeletons of names that are counted within ten years of birth.

    ``levels`` has at least the levels that are named here.
    """

    def __init__(self) -> None:
        levels = self.levels
        # Pair levels of names one and two edits apart: whether a spelling is rare, the list tells.
        one_edit, two_edits, short, short_similar = range(len(levels), len(levels) + 4)
        self.beyond = 4
        self._codes = level_codes(
            {
                Nearness.SAME: levels["SAME"],
                Nearness.INITIAL: levels["INITIAL"],
                Nearness.ONE_EDIT: one_edit,
                Nearness.TWO_EDITS: two_edits,
                Nearness.SHORT_TWO_EDITS: short,
                Nearness.SHORT_SIMILAR: short_similar,
                Nearness.SIMILAR: levels["SIMILAR"],
                Nearness.DIFFERENT: levels["DIFFERS"],
                Nearness.HEARD_ALIKE: levels["LOOK_ALIKE"],
                Nearness.FEW_EDITS: levels["DIFFERS"],
            }
        )
        self._outcomes = {
            one_edit: (levels["MISSPELT"], levels["LOOK_ALIKE"]),
            two_edits: (levels["MISSPELT_TWICE"], levels["SIMILAR"]),
            short: (levels["MISSPELT_TWICE"], levels["DIFFERS"], levels["SIMILAR"]),
            short_similar: (
                levels["MISSPELT_TWICE"],
                levels["SIMILAR"],
                levels["SIMILAR"],
            ),
        }

    def _names(self, pairs: Pairs) -> EncodedColumn:
        """The column of the names."""
        names: EncodedColumn = getattr(pairs.entries, self.field)
        return names

    def pair_levels(self, pairs: Pairs) -> Levels:
        """By how near the names are."""
        return name_levels(self._names(pairs), pairs, self._codes)

    def adjust(self, pairs: Pairs, levels: Levels) -> None:
        """By how rare the spellings are."""
        adjust_names((self._names(pairs),), pairs, levels, self._outcomes)

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How often those born in the years of the two entries have the name."""
        where = np.flatnonzero(levels == self.levels["SAME"])
        if len(where):
            counts = pairs.entries.name_counts[self.field]
            yield where, cohort_shares(self._names(pairs), counts, pairs.at(where))
