"""Comparisons that a user adds: one column of the list, compared by its kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from voterlist.arrays import AnyArray, Levels, Words
from voterlist.link.comparisons.base import MISSING, Comparison, Pairs, Shares, mark
from voterlist.link.comparisons.given_name import GivenNameLevel
from voterlist.link.comparisons.kinds import KINDS
from voterlist.link.comparisons.names import distinct_pairs, least_share, share_of_codes
from voterlist.link.comparisons.surname import SurnameLevel

_LEAST_VALUES = 1
"""Nothing is known of a column but the values that it has."""


_NAMES_APART = {
    "surname": (SurnameLevel.MISSING, SurnameLevel.DIFFERS),
    "given_name": (GivenNameLevel.MISSING, GivenNameLevel.DIFFERS),
}
"""The levels of names that are not near each other."""


class Added(Comparison):
    """The values of an added column, each distinct pair of them compared once."""

    def __init__(self, field: str, kind: str) -> None:
        self.field = field
        self.kind = kind
        self.levels = KINDS[kind].levels
        # Where a value on one entry alone says something, to have none is a value too.
        self._one_alone = self.levels.__members__.get("ONE_ALONE")

    def pair_levels(self, pairs: Pairs) -> Levels:
        """Missing, the same, or what the kind says of two values that differ."""
        codes = pairs.entries.added[self.field].codes
        levels, other = self.by_codes(pairs, codes)
        if self._one_alone is not None:
            has_l, has_r = codes.take(pairs.left) >= 0, codes.take(pairs.right) >= 0
            mark(levels, has_l ^ has_r, self._one_alone)
        distinct_levels = KINDS[self.kind].distinct_levels
        if len(other) and distinct_levels is not None:
            levels[other] = self._by_words(pairs.at(other), distinct_levels)
        return levels

    def _by_words(
        self, pairs: Pairs, told: Callable[[Words, Words], AnyArray]
    ) -> AnyArray:
        """What is told of the two values of each pair, each distinct two asked of once."""
        column = pairs.entries.added[self.field]
        first, second = column.codes.take(pairs.left), column.codes.take(pairs.right)
        word_l, word_r, place = distinct_pairs(first, second, len(column.values))
        words = column.words()
        return told(words[word_l], words[word_r])[place]

    def relate(self, pairs: Pairs, levels: dict[str, Levels]) -> None:
        """Values that are alike for their names alone differ: the names say the same already."""
        built_of_names = KINDS[self.kind].built_of_names
        if built_of_names is None:
            return
        own, differs = levels[self.field], self.levels["DIFFERS"]
        alike = ~np.isin(own, (MISSING, self.same, differs))
        surname, given_name = (
            ~np.isin(levels[field], apart) for field, apart in _NAMES_APART.items()
        )
        # Two of one name at one company have it before the @, and the company behind it.
        own[(surname ^ given_name) & (own == self.levels["SIMILAR"])] = differs
        where = np.flatnonzero(alike & surname & given_name)
        built = self._by_words(pairs.at(where), built_of_names)
        own[where[built]] = differs

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How many entries have the value."""
        entries = pairs.entries
        column = entries.added[self.field]
        where = np.flatnonzero(levels == self.same)
        codes = column.codes[pairs.left[where]]
        known = entries.whole.people if self._one_alone else column.known
        yield (
            where,
            share_of_codes(column, codes, known, least_share(column, _LEAST_VALUES)),
        )
