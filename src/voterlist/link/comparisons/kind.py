"""What a kind of added comparison is, and what kinds ask of two values that differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from voterlist.arrays import Bools, Levels, Longs, Words
from voterlist.config.sections import Fold
from voterlist.link.comparisons.base import Level
from voterlist.model import frozen

_SIMILAR_NAME = 0.88
"""The Jaro-Winkler similarity from which two names, places or e-mail addresses are similar."""
_LETTERS_FOR_ONE = 4
"""Letters of a value in which one edit is seen as a slip."""


@frozen
class Kind:
    """A kind of comparison that a user can add."""

    fold: Fold
    """Brings every spelling of a value to one form."""
    levels: type[Level]
    """One of them has the evidence of a value: that of two values that are the same."""
    distinct_levels: Callable[[Words, Words], Levels] | None = None
    """The level of each pair of folded values that differ; both are known. None: all *differ*."""
    built_of_names: Callable[[Words, Words], Bools] | None = None
    """Which pairs of values that are alike, and not the same, may be so for the names of which they
    are built. Where the names are near too, they count as different: one piece of evidence counts
    once."""
    known_shares: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """For a class of pairs the shares of its levels, by code, where they are known beforehand and a
    list is not to learn others; they sum to one."""


def strongest(weakest: Level, *steps: tuple[Level, Bools]) -> Levels:
    """The level of each pair: that of the last step that is true of it, else the weakest."""
    levels = np.full(len(steps[0][1]), weakest, np.uint8)
    for level, is_true in steps:
        levels[is_true] = level
    return levels


def one_edit(one: Words, other: Words) -> Bools:
    """True where two values are one edit apart."""
    edits = process.cpdist(
        one, other, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8
    )
    return np.asarray(edits == 1)


def one_slip(one: Words, other: Words) -> Bools:
    """True where one edit is seen as a slip: in values that are long enough."""
    return one_edit(one, other) & (shortest(one, other) >= _LETTERS_FOR_ONE)


def similar(one: Words, other: Words) -> Bools:
    """True where two words are alike from their beginning."""
    scorer = JaroWinkler.normalized_similarity
    alike = process.cpdist(one, other, scorer=scorer, dtype=np.float64)
    return np.asarray(alike >= _SIMILAR_NAME)


def shortest(one: Words, other: Words) -> Longs:
    """The letters of the shorter of the two values."""
    lengths = [
        min(len(first), len(second)) for first, second in zip(one, other, strict=True)
    ]
    return np.array(lengths, np.int64)
