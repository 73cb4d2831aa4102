"""Identifiers beside each other: the same, one sign apart, or different."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voterlist.arrays import Levels
from voterlist.link.comparisons.base import Level, Pairs, Shares, mark
from voterlist.link.comparisons.shares import share_of_counts
from voterlist.link.identifiers import Identifiers


@dataclass(frozen=True, slots=True)
class IdentifierLevels:
    """Which levels of a comparison say what of two identifiers."""

    missing: Level
    same: Level
    digit: Level
    differs: Level


def identifier_levels(
    identifiers: Identifiers, pairs: Pairs, levels: IdentifierLevels
) -> Levels:
    """The level of each pair: same, one edit apart, or different."""
    first, second = identifiers.codes[pairs.left], identifiers.codes[pairs.right]
    known = (first >= 0) & (second >= 0)
    marked = np.full(len(pairs), levels.missing, np.uint8)
    mark(marked, known, levels.differs)
    mark(marked, known & (first == second), levels.same)
    other = np.flatnonzero(known & (first != second))
    one_edit = identifiers.one_edit(pairs.left[other], pairs.right[other])
    marked[other[one_edit]] = levels.digit
    return marked


def identifier_shares(
    identifiers: Identifiers, pairs: Pairs, is_same: np.ndarray, least: float
) -> Shares:
    """How many entries have the identifier that these pairs share; ``least`` where only they do."""
    where = np.flatnonzero(is_same)
    counts = identifiers.times(pairs.left[where])
    yield where, share_of_counts(counts, pairs.entries.people, least)
