"""How many pairs each class has, by what is known of people and by what the list shows.

A class that needs a field which the list lacks is not offered: without birth dates nothing tells
father and son of one name from a repetition, and a class for them would take the repetitions. And
nothing but a home in common shows how many brothers and sisters a list has.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np

from voterlist.arrays import Floats
from voterlist.link.comparisons import MISSING, Vectors
from voterlist.link.priors import Prior

_LEAST_KNOWN = 0.001
"""A field that fewer of the pairs have is one that the list lacks."""
_NO_PAIRS = 2.0**-500
"""The size of a class that is not offered: it has a logarithm, and no pair is of that class."""


def lacking(shares: Mapping[str, float]) -> list[str]:
    """The fields that the list lacks, by the shares of pairs that have them."""
    return [field for field, share in shares.items() if share < _LEAST_KNOWN]


class Sizes:
    """How many pairs the classes have that are learnt."""

    def __init__(
        self, known: Mapping[str, Prior], entries: float, shares: Mapping[str, float]
    ) -> None:
        """``entries`` are those of the list, fewer where not every pair counts."""
        self._known = known
        self._entries = entries
        self._countable = {
            name: prod(shares[field] for field in prior.needs)
            for name, prior in known.items()
        }
        missing = lacking(shares)
        self._is_counted = {
            name: not set(prior.counted_by) & set(missing)
            for name, prior in known.items()
        }

    def expected(self) -> Floats:
        """The sizes before the list was seen."""
        return self._of_classes(dict.fromkeys(self._known))

    def learnt(self, expected: Floats, vectors: Vectors) -> Floats:
        """The sizes by the pairs of each vector that are expected in each class."""
        classes = zip(self._known.items(), expected.T, strict=False)
        return self._of_classes(
            {
                name: self._counted(name, prior, of_class, vectors)
                for (name, prior), of_class in classes
            }
        )

    def _counted(
        self, name: str, prior: Prior, expected: Floats, vectors: Vectors
    ) -> float | None:
        """How many pairs the class has by those in which it can be told; None where none tells."""
        if not self._is_counted[name]:
            return None
        is_told = np.ones(len(expected), np.bool_)
        for field in prior.needs:
            is_told &= vectors.levels[field] != MISSING
        return float(expected[is_told].sum()) / max(self._countable[name], _LEAST_KNOWN)

    def _of_classes(self, counted: Mapping[str, float | None]) -> Floats:
        """The sizes, where so many pairs of each class were counted."""
        sizes: dict[str, float] = {}
        # What a class is a part of comes first.
        for name in sorted(
            self._known, key=lambda name: len(self._known[name].part_of)
        ):
            prior = self._known[name]
            whole = sum(sizes[other] for other in prior.part_of)
            expected = prior.expected_share * (
                whole if prior.part_of else self._entries
            )
            size = _weighted(counted[name], expected, prior.size_weight)
            is_offered = self._countable[name] >= _LEAST_KNOWN
            sizes[name] = max(size, _NO_PAIRS) if is_offered else _NO_PAIRS
        return np.array([sizes[name] for name in self._known], np.float64)


def _weighted(counted: float | None, expected: float, weight: float) -> float:
    if counted is None:
        return expected
    return (counted + weight * expected) / (1 + weight)
