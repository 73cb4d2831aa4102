"""Names that have fashions: given names, and patronymics, which are the given names of fathers."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from voterlist.arrays import Codes, Levels, Longs
from voterlist.link.comparisons.base import Comparison, Pairs, Shares
from voterlist.link.comparisons.names import (
    Nearness,
    adjust_names,
    cohort_shares,
    level_codes,
    name_levels,
)
from voterlist.link.encode import Encoded, EncodedColumn


class CohortName(Comparison):
    """Skeletons of names that are counted within ten years of birth.

    ``levels`` has at least the levels that are named here.
    """

    def __init__(self) -> None:
        levels = self.levels
        # Pair levels of names one and two edits apart: whether a spelling is rare, the list tells.
        one_edit, two_edits = len(levels), len(levels) + 1
        self.pair_level_count = two_edits + 1
        self._codes = level_codes(
            {
                Nearness.UNKNOWN: levels["MISSING"],
                Nearness.SAME: levels["SAME"],
                Nearness.INITIAL: levels["INITIAL"],
                Nearness.ONE_EDIT: one_edit,
                Nearness.TWO_EDITS: two_edits,
                Nearness.SIMILAR: levels["SIMILAR"],
                Nearness.DIFFERENT: levels["DIFFERS"],
            }
        )
        self._outcomes = {
            one_edit: (levels["MISSPELT"], levels["LOOK_ALIKE"]),
            two_edits: (levels["MISSPELT_TWICE"], levels["SIMILAR"]),
        }

    @abstractmethod
    def names(self, entries: Encoded) -> EncodedColumn:
        """The column of the names."""

    @abstractmethod
    def cohort_counts(self, entries: Encoded) -> Longs:
        """How many entries of each cohort have each name, shape (cohorts and one more, names)."""

    def sounds(self, entries: Encoded) -> Codes | None:
        """The code of the sound of each name; None where sounds are not compared."""
        del entries
        return None

    def pair_levels(self, pairs: Pairs) -> Levels:
        """By how near the names are."""
        entries = pairs.entries
        return name_levels(
            self.names(entries), pairs, self._codes, self.sounds(entries)
        )

    def adjust(self, pairs: Pairs, levels: Levels) -> None:
        """By how rare the spellings are."""
        adjust_names(self.names(pairs.entries), pairs, levels, self._outcomes)

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How often those born in the years of the two entries have the name."""
        where = np.flatnonzero(levels == self.levels["SAME"])
        if len(where):
            names = self.names(pairs.entries)
            counts = self.cohort_counts(pairs.entries)
            yield where, cohort_shares(names, counts, pairs.at(where))
