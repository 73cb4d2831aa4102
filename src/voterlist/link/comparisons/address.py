"""Addresses: street, house and flat where the list has them, else the whole line; then the place.

They are one comparison, for a dwelling implies its street, its precinct and its constituency.
"""

from __future__ import annotations

import numpy as np
from rapidfuzz import process
from rapidfuzz.fuzz import token_sort_ratio

from voterlist.arrays import Levels
from voterlist.link.comparisons.base import (
    Comparison,
    Evidence,
    Level,
    Pairs,
    Shares,
    mark,
)
from voterlist.link.comparisons.names import distinct_pairs, least_share, share_of_codes
from voterlist.link.encode import Encoded

_LEAST_LINES = 1000
"""A list is thought to have at least so many address lines, however few it shows."""
_SAME_LINE, _NEAR_LINE = 97, 75
"""From how alike two lines are (0 to 100) they are *same* or *near*."""
_LINE_CLASSES = (50, 55, 65)
"""Where the classes of how alike lines that are further apart are begin (0 to 100)."""
_CLASSES = len(_LINE_CLASSES) + 1
_ALIKE_WITH_ONE_WORD, _ALIKE_WITH_TWO_WORDS, _PARTLY_WITHOUT_WORDS = 3, 1, 2
"""From which class on two lines with one rare word in common, or two, are *alike*; and from which
on those with none are *partly* alike."""


class AddressLevel(Level):
    """The levels of two addresses."""

    SAME = 1, 1.0, Evidence.VALUE
    """One dwelling."""
    NEAR = 2, 0.8
    """One house."""
    ALIKE = 3, 0.6
    """One street, or lines that are alike."""
    PARTLY = 4, 0.4
    """Lines that have some words in common."""
    SAME_PRECINCT = 5, 0.3
    SAME_CONSTITUENCY = 6, 0.1
    DIFFERS = 7
    MISSING = 0


_PLACES = (
    AddressLevel.SAME_PRECINCT,
    AddressLevel.SAME_CONSTITUENCY,
    AddressLevel.DIFFERS,
)
"""What is left of two addresses that differ: how far apart the entries stand."""
_FIRST_LINE = len(AddressLevel)
"""From here on the pair levels are those of lines that differ, place by class; how many rare words
both lines have, the list tells."""


class Address(Comparison):
    """Dwelling, house, street; or lines of text; then precinct and constituency."""

    field = "address"
    levels = AddressLevel
    beyond = len(_PLACES) * _CLASSES

    def pair_levels(self, pairs: Pairs) -> Levels:
        """By the parsed parts where the list has them, else by the words of the whole line."""
        entries = pairs.entries
        one_constituency, constituency_known = pairs.same_and_known(
            entries.constituency
        )
        levels = np.full(len(pairs), AddressLevel.MISSING, np.uint8)
        mark(levels, constituency_known, AddressLevel.DIFFERS)
        mark(levels, one_constituency, AddressLevel.SAME_CONSTITUENCY)
        one_precinct = one_constituency & pairs.same(entries.precinct)
        mark(levels, one_precinct, AddressLevel.SAME_PRECINCT)
        if entries.street.is_empty:
            _mark_lines(pairs, levels)
            return levels
        street, known = pairs.same_and_known(entries.street.codes)
        mark(levels, known & (levels == AddressLevel.MISSING), AddressLevel.DIFFERS)
        # A street of the same name in another constituency is another street.
        one_town = one_constituency | ~constituency_known
        if entries.village is not None:
            # One village, or a village and what may be this village or a street of its name.
            street = street | pairs.same(entries.village.codes)
        street = street & one_town
        mark(levels, street, AddressLevel.ALIKE)
        # Most pairs are of two streets: of the others alone more is asked.
        of_street = np.flatnonzero(street)
        house = of_street[pairs.at(of_street).same(entries.house.codes)]
        levels[house] = AddressLevel.NEAR
        flats = entries.flat.codes
        near = pairs.at(house)
        # Two houses without flats are one dwelling.
        levels[house[flats.take(near.left) == flats.take(near.right)]] = (
            AddressLevel.SAME
        )
        return levels

    def adjust(self, pairs: Pairs, levels: Levels) -> None:
        """Lines that differ: by how many words that are rare in the list both have."""
        where = np.flatnonzero(levels >= _FIRST_LINE)
        if not len(where):
            return
        near = pairs.at(where)
        rare = np.zeros(len(where), np.int8)
        for words in pairs.entries.address_words:
            rare += near.same(words)
        place, likeness = np.divmod(levels[where] - _FIRST_LINE, _CLASSES)
        partly = (likeness >= _PARTLY_WITHOUT_WORDS) | (rare >= 1)
        alike = (rare >= 1) & (likeness >= _ALIKE_WITH_ONE_WORD)
        alike |= (rare >= 2) & (likeness >= _ALIKE_WITH_TWO_WORDS)
        adjusted = np.array(_PLACES, np.uint8)[place]
        adjusted[partly] = AddressLevel.PARTLY
        adjusted[alike] = AddressLevel.ALIKE
        levels[where] = adjusted

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How many entries have the same line: London is no rare place."""
        entries = pairs.entries
        if not _has_lines(entries):
            return
        where = np.flatnonzero(levels == AddressLevel.SAME)
        codes = entries.address.codes[pairs.left[where]]
        least = least_share(entries.address, _LEAST_LINES)
        yield where, share_of_codes(entries.address, codes, entries.whole.people, least)

    def tells_relatives(self, entries: Encoded) -> bool:
        """False where most entries have lines of more than live in one home: *London*, say."""
        if not _has_lines(entries):
            return True
        homes, lines = entries.whole.home_lines
        return homes >= lines / 2

    def value_levels(self, entries: Encoded) -> list[int]:
        """Of dwellings the sample tells how often two share one; of lines the term frequency."""
        return super().value_levels(entries) if _has_lines(entries) else []


def _has_lines(entries: Encoded) -> bool:
    """True where addresses are compared as lines of text."""
    return bool(entries.address_words)


def _mark_lines(pairs: Pairs, levels: Levels) -> None:
    """Mark, in place, how alike whole address lines are, by their sorted words."""
    address = pairs.entries.address
    first, second = address.codes.take(pairs.left), address.codes.take(pairs.right)
    known = (first >= 0) & (second >= 0)
    levels[known & (levels == AddressLevel.MISSING)] = AddressLevel.DIFFERS
    levels[known & (first == second)] = AddressLevel.SAME
    other = np.flatnonzero(known & (first != second))
    if not len(other):
        return
    address_l, address_r, place = distinct_pairs(
        first[other], second[other], len(address.values)
    )
    likeness = process.cpdist(
        address.words(address_l),
        address.words(address_r),
        scorer=token_sort_ratio,
        dtype=np.float32,
    )[place]
    places = np.searchsorted(_PLACES, levels[other])
    undecided = _FIRST_LINE + places * _CLASSES + np.digitize(likeness, _LINE_CLASSES)
    undecided[likeness >= _NEAR_LINE] = AddressLevel.NEAR
    undecided[likeness >= _SAME_LINE] = AddressLevel.SAME
    levels[other] = undecided
