"""Sex, where the given names do not tell it already."""

from __future__ import annotations

from voterlist.arrays import Levels
from voterlist.link.comparisons.base import Comparison, Level, Pairs, mark
from voterlist.link.comparisons.given_name import GivenNameLevel


class SexLevel(Level):
    """The levels of two sexes."""

    SAME = 1, 1.0
    DIFFERS = 2
    MISSING = 0


class Sex(Comparison):
    """The sex as stated, else as the patronymic or the given name witnesses it."""

    field = "sex"
    levels = SexLevel

    def pair_levels(self, pairs: Pairs) -> Levels:
        """Same, or differs."""
        levels, _ = self.by_codes(pairs, pairs.entries.sex)
        return levels

    def relate(self, pairs: Pairs, levels: dict[str, Levels]) -> None:
        """Where the given names agree, one sex is the same evidence and is not counted again."""
        del pairs
        sex = levels["sex"]
        same_given_name = levels["given_name"] == GivenNameLevel.SAME
        mark(sex, same_given_name & (sex == SexLevel.SAME), SexLevel.MISSING)
