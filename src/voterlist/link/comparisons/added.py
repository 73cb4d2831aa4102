"""Comparisons that a user adds: one column of the list, compared by its kind."""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Levels
from voterlist.link.comparisons.base import MISSING, Comparison, Evidence, Pairs, Shares
from voterlist.link.comparisons.kinds import KINDS
from voterlist.link.comparisons.names import distinct_pairs, least_share, share_of_codes

_LEAST_VALUES = 1
"""Nothing is known of a column but the values that it has."""


class Added(Comparison):
    """The values of an added column, each distinct pair of them compared once."""

    def __init__(self, field: str, kind: str) -> None:
        self.field = field
        self.kind = kind
        self.levels = KINDS[kind].levels
        self.pair_level_count = len(self.levels)
        (self._same,) = (
            level for level in self.levels if level.evidence is Evidence.VALUE
        )

    def pair_levels(self, pairs: Pairs) -> Levels:
        """Missing, the same, or what the kind says of two values that differ."""
        column = pairs.entries.added[self.field]
        first, second = column.codes[pairs.left], column.codes[pairs.right]
        known = (first >= 0) & (second >= 0)
        levels = np.full(len(pairs), MISSING, np.uint8)
        levels[known & (first == second)] = self._same
        other = np.flatnonzero(known & (first != second))
        if len(other):
            word_l, word_r, place = distinct_pairs(
                first[other], second[other], len(column.values)
            )
            words = column.words()
            distinct = KINDS[self.kind].distinct_levels(words[word_l], words[word_r])
            levels[other] = distinct[place]
        return levels

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How many entries have the value."""
        entries = pairs.entries
        column = entries.added[self.field]
        where = np.flatnonzero(levels == self._same)
        codes = column.codes[pairs.left[where]]
        known = column.known
        yield (
            where,
            share_of_codes(column, codes, known, least_share(column, _LEAST_VALUES)),
        )
