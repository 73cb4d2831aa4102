"""The FIN, the personal identification number: a person has one for life."""

from __future__ import annotations

from voterlist.arrays import Levels
from voterlist.link.comparisons.base import Comparison, Evidence, Level, Pairs, Shares
from voterlist.link.comparisons.names import (
    IdentifierLevels,
    identifier_levels,
    identifier_shares,
)

_LEAST_SHARE = 1e-9
"""The chance that an unrelated person has one given FIN."""


class FinLevel(Level):
    """The levels of two FINs."""

    SAME = 1, 1.0, Evidence.VALUE
    DIGIT = 2, 0.8
    """One sign more, less or other, or two neighbours that changed places."""
    DIFFERS = 3
    MISSING = 0


_LEVELS = IdentifierLevels(
    FinLevel.MISSING, FinLevel.SAME, FinLevel.DIGIT, FinLevel.DIFFERS
)


class Fin(Comparison):
    """The FIN, sign by sign."""

    field = "fin"
    levels = FinLevel
    pair_level_count = len(FinLevel)

    def pair_levels(self, pairs: Pairs) -> Levels:
        """Same, one edit apart, or different."""
        return identifier_levels(pairs.entries.fin, pairs, _LEVELS)

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How many entries have the FIN."""
        is_same = levels == FinLevel.SAME
        yield from identifier_shares(pairs.entries.fin, pairs, is_same, _LEAST_SHARE)
