"""Patronymics: the father's given name, which brothers and sisters share."""

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

__all__ = ["Patronymic", "PatronymicLevel"]


class PatronymicLevel(Level):
    """The levels of two patronymics."""

    SAME = 1, 1.0, Evidence.VALUE
    MISSPELT = 3, 0.8
    """One edit apart, and one of the spellings is rare."""
    INITIAL = 2, 0.6
    MISSPELT_TWICE = 7, 0.5
    """Two edits apart in a long name, and one of the spellings is rare."""
    LOOK_ALIKE = 4, 0.5
    """One edit apart, and both are names in use."""
    SIMILAR = 5, 0.3
    DIFFERS = 6
    MISSING = 0


_ONE_EDIT, _TWO_EDITS = 8, 9
"""Pair levels of names one and two edits apart: whether a spelling is rare, the list tells."""
_CODES = level_codes(
    {
        Nearness.UNKNOWN: PatronymicLevel.MISSING,
        Nearness.SAME: PatronymicLevel.SAME,
        Nearness.INITIAL: PatronymicLevel.INITIAL,
        Nearness.ONE_EDIT: _ONE_EDIT,
        Nearness.TWO_EDITS: _TWO_EDITS,
        Nearness.SIMILAR: PatronymicLevel.SIMILAR,
        Nearness.DIFFERENT: PatronymicLevel.DIFFERS,
    }
)
_OUTCOMES = {
    _ONE_EDIT: (PatronymicLevel.MISSPELT, PatronymicLevel.LOOK_ALIKE),
    _TWO_EDITS: (PatronymicLevel.MISSPELT_TWICE, PatronymicLevel.SIMILAR),
}


class Patronymic(Comparison):
    """Skeletons of patronymics."""

    field = "patronymic"
    levels = PatronymicLevel
    pair_level_count = _TWO_EDITS + 1
    counted_columns = ("patronymic_skeleton", "birth_year")

    def pair_levels(self, pairs: Pairs) -> Levels:
        """By how near the names are."""
        return name_levels(pairs.entries.patronymic, pairs, _CODES)

    def adjust(self, pairs: Pairs, levels: Levels) -> None:
        """By how rare the spellings are."""
        adjust_names(pairs.entries.patronymic, pairs, levels, _OUTCOMES)

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How often those born in the years of the two entries have the name."""
        where = np.flatnonzero(levels == PatronymicLevel.SAME)
        if len(where):
            entries = pairs.entries
            counts = entries.patronymic_counts
            yield where, cohort_shares(entries.patronymic, counts, pairs.at(where))
