"""Given names: they rarely change, so another one is strong evidence against one person."""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Levels
from voterlist.link.comparisons.base import Comparison, Evidence, Level, Pairs, Shares
from voterlist.link.comparisons.names import (
    Nearness,
    adjust_names,
    cohort_shares,
    level_codes,
    name_levels,
)

__all__ = ["GivenName", "GivenNameLevel"]


class GivenNameLevel(Level):
    """The levels of two given names."""

    SAME = 1, 1.0, Evidence.VALUE
    MISSPELT = 3, 0.8
    """One edit apart, and one of the spellings is rare."""
    SWAPPED = 7, 0.7, Evidence.ELSEWHERE
    """Surname and given name changed places; it is counted with the surname."""
    INITIAL = 2, 0.6
    MISSPELT_TWICE = 9, 0.5
    """Two edits apart in a long name, and one of the spellings is rare."""
    LOOK_ALIKE = 4, 0.5
    """One edit apart, and both are names in use: Samir, Samira."""
    SIMILAR = 5, 0.3
    CROSSED = 8, 0.3, Evidence.VALUE
    """One surname is the other entry's given name, and the other names differ."""
    DIFFERS = 6
    MISSING = 0


_ONE_EDIT, _TWO_EDITS = 10, 11
"""Pair levels of names one and two edits apart: whether a spelling is rare, the list tells."""
_CODES = level_codes(
    {
        Nearness.UNKNOWN: GivenNameLevel.MISSING,
        Nearness.SAME: GivenNameLevel.SAME,
        Nearness.INITIAL: GivenNameLevel.INITIAL,
        Nearness.ONE_EDIT: _ONE_EDIT,
        Nearness.TWO_EDITS: _TWO_EDITS,
        Nearness.SIMILAR: GivenNameLevel.SIMILAR,
        Nearness.DIFFERENT: GivenNameLevel.DIFFERS,
    }
)
_OUTCOMES = {
    _ONE_EDIT: (GivenNameLevel.MISSPELT, GivenNameLevel.LOOK_ALIKE),
    _TWO_EDITS: (GivenNameLevel.MISSPELT_TWICE, GivenNameLevel.SIMILAR),
}


class GivenName(Comparison):
    """Skeletons of given names; ``swapped`` marks those that changed places."""

    field = "given_name"
    levels = GivenNameLevel
    pair_level_count = _TWO_EDITS + 1
    counted_columns = ("given_skeleton", "birth_year")
    joint = (GivenNameLevel.SWAPPED, GivenNameLevel.CROSSED)
    implied = ("sex",)

    def pair_levels(self, pairs: Pairs) -> Levels:
        """By how near the names are."""
        return name_levels(pairs.entries.given, pairs, _CODES)

    def adjust(self, pairs: Pairs, levels: Levels) -> None:
        """By how rare the spellings are."""
        adjust_names(pairs.entries.given, pairs, levels, _OUTCOMES)

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How often those born in the years of the two entries have the name."""
        where = np.flatnonzero(levels == GivenNameLevel.SAME)
        if len(where):
            entries = pairs.entries
            yield (
                where,
                cohort_shares(entries.given, entries.given_counts, pairs.at(where)),
            )
