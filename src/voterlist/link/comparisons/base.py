"""What a comparison is: its levels, and what each of them says of two entries."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from enum import Enum, IntEnum
from typing import Self

import numpy as np

from voterlist.arrays import Bools, Codes, Floats, Levels, Longs
from voterlist.link.encode import Encoded
from voterlist.model import frozen

MISSING = 0
"""The code of the level *missing* in every comparison."""

Shares = Iterator[tuple[Longs, Floats]]
"""(positions of pairs, log2 of the share of unrelated people who have the value these pairs share).
"""


class Evidence(Enum):
    """What tells how often two unrelated people show a level."""

    LEVEL = "level"
    """The share of random pairs that show the level."""
    VALUE = "value"
    """The term frequency of the value that the two entries share."""
    ELSEWHERE = "elsewhere"
    """Nothing: the same piece of evidence is counted with another comparison."""


class Level(IntEnum):
    """The levels of one comparison, from the strongest evidence for one person to the weakest.

    The number of a level is its code in comparison vectors. Codes never change: models and vectors
    of earlier versions hold them.
    """

    likeness: float
    """How alike the two values are, 0 to 1: what ``linkage_features`` gives."""
    evidence: Evidence

    def __new__(
        cls, code: int, likeness: float = 0.0, evidence: Evidence = Evidence.LEVEL
    ) -> Self:
        """A level from its code, its likeness and its evidence."""
        level = int.__new__(cls, code)
        level._value_ = code
        level.likeness = likeness
        level.evidence = evidence
        return level

    @property
    def word(self) -> str:
        """The level as tables hold it: ``look-alike``."""
        return self.name.lower().replace("_", "-")

    @property
    def key(self) -> str:
        """The catalogue's key of what the level says."""
        return f"comparison.{self.word}"


@frozen
class Pairs:
    """Pairs of entries of an encoded list: ``left[i]`` and ``right[i]`` are positions in it."""

    entries: Encoded
    left: Codes
    right: Codes

    def __len__(self) -> int:
        return len(self.left)

    def at(self, where: Longs) -> Pairs:
        """The pairs at these positions."""
        return Pairs(self.entries, self.left[where], self.right[where])

    def turned(self) -> Pairs:
        """The same pairs with left and right exchanged."""
        return Pairs(self.entries, self.right, self.left)

    def same(self, codes: Codes | Longs) -> Bools:
        """True where both entries have a value of this column and it is one."""
        first = codes.take(self.left)
        return np.asarray((first == codes.take(self.right)) & (first >= 0))

    def same_and_known(self, codes: Codes | Longs) -> tuple[Bools, Bools]:
        """(as ``same``, as ``known``), of which each looks every entry up."""
        first, second = codes.take(self.left), codes.take(self.right)
        known = (first >= 0) & (second >= 0)
        return np.asarray((first == second) & known), np.asarray(known)

    def known(self, codes: Codes) -> Bools:
        """True where both entries have a value of this column."""
        return np.asarray((codes.take(self.left) >= 0) & (codes.take(self.right) >= 0))


def mark(levels: Levels, where: Bools, level: int) -> None:
    """Set, in place, the level of the pairs ``where`` is true; ``levels[where] = level``.

    Ten times as fast: no pair is looked at for itself.
    """
    levels ^= (levels ^ np.uint8(level)) & np.negative(where.view(np.uint8))


class Comparison(ABC):
    """How two entries are compared in one field.

    A level is found in two steps. The *pair level* follows from the two entries alone and can be
    kept for the next linkage. It may be one of the codes beyond ``levels``, for what the rest of
    the list decides. ``adjust`` then replaces those by *frequency-adjusted levels*, by how often
    the list has the values.
    """

    field: str
    levels: type[Level]
    beyond: int = 0
    """How many codes the pair levels have beyond those of ``levels``."""
    joint: tuple[Level, ...] = ()
    """Levels that two fields show together, so that none of the two changes alone."""
    implied: tuple[str, ...] = ()
    """Fields that are not counted where this one is the same."""

    @abstractmethod
    def pair_levels(self, pairs: Pairs) -> Levels:
        """The pair level of each pair by this field alone."""

    def by_codes(self, pairs: Pairs, codes: Codes | Longs) -> tuple[Levels, Longs]:
        """(*missing*, *differs* or ``same`` by the codes of the values; where these differ)."""
        same, known = pairs.same_and_known(codes)
        levels = np.full(len(pairs), MISSING, np.uint8)
        mark(levels, known, self.levels["DIFFERS"])
        mark(levels, same, self.same)
        return levels, np.flatnonzero(known & ~same)

    def relate(self, pairs: Pairs, levels: dict[str, Levels]) -> None:  # noqa: B027  few need it
        """Change, in place, pair levels that depend on the levels of several fields."""

    def adjust(self, pairs: Pairs, levels: Levels) -> None:  # noqa: B027  few need it
        """Replace, in place, the pair levels of this field by frequency-adjusted ones."""

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """The shares of unrelated people for the pairs that share a value of this field."""
        del pairs, levels
        yield from ()

    def value_levels(self, entries: Encoded) -> list[int]:
        """The codes of the levels whose evidence is a value, in a list with such entries."""
        del entries
        return [level for level in self.levels if level.evidence is not Evidence.LEVEL]

    def sampled(self, levels: dict[str, Levels]) -> Bools | slice:
        """Which random pairs tell how often unrelated people show each level."""
        del levels
        return slice(None)

    def fit_unrelated(self, entries: Encoded, log_u: Floats) -> None:  # noqa: B027  few need it
        """Set, in place, what this list says of how often unrelated people show a level."""

    def tells_relatives(self, entries: Encoded) -> bool:
        """Whether two people who share a value of this list are likely of one family."""
        del entries
        return True

    def fit_prior(self, entries: Encoded, shares: Floats) -> Floats:
        """The prior shares of the levels, *missing* left out, fitted to this list."""
        del entries
        return shares

    @property
    def pair_level_count(self) -> int:
        """How many codes the pair levels have."""
        return len(self.levels) + self.beyond

    @property
    def same(self) -> Level:
        """The level of the strongest evidence."""
        return next(iter(self.levels))

    @property
    def words(self) -> list[str]:
        """The levels as tables hold them, by code."""
        by_code = sorted(self.levels)
        return [level.word for level in by_code]

    @property
    def likenesses(self) -> Floats:
        """How alike two values are, by code of the level."""
        return np.array([level.likeness for level in sorted(self.levels)], np.float64)

    @property
    def elsewhere(self) -> list[int]:
        """The codes of the levels that are counted with another comparison."""
        return [level for level in self.levels if level.evidence is Evidence.ELSEWHERE]
