"""Comparison vectors: what all comparisons say of pairs of entries, and the vectors as integers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from voterlist.arrays import Codes, Floats, Levels, Longs, pack_mixed, unpack_mixed
from voterlist.link.comparisons import swapped
from voterlist.link.comparisons.added import Added
from voterlist.link.comparisons.base import Comparison, Pairs, Shares
from voterlist.link.grid import on_grid

_BINS = 64
_BITS_A_BIN = 2.0
_SUMMED_FIRST = ("address", "fin", "document", "given_name", "patronymic", "surname")
"""The order in which term frequencies are added; the other fields follow in their own order. The
last digits of a sum depend on it."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """The comparison vectors of pairs: one position a pair."""

    levels: dict[str, Levels]
    """For each field the code of the level."""
    term_frequency: Floats
    """log2 P(an unrelated person has the values that the pair shares), 0 or below: a sum over the
    fields that agree on a value."""

    def at(self, where: Longs) -> Vectors:
        """The vectors at these positions."""
        levels = {field: levels[where] for field, levels in self.levels.items()}
        return Vectors(levels, self.term_frequency[where])


class Comparisons:
    """The comparisons of one linkage, in the order of the columns of PAIR."""

    def __init__(self, comparisons: Sequence[Comparison]) -> None:
        self._by_field = {comparison.field: comparison for comparison in comparisons}
        self._radixes = {
            field: len(comparison.levels)
            for field, comparison in self._by_field.items()
        }
        self._pair_radixes = {
            field: comparison.pair_level_count
            for field, comparison in self._by_field.items()
        }

    def __iter__(self) -> Iterator[Comparison]:
        return iter(self._by_field.values())

    def __getitem__(self, field: str) -> Comparison:
        return self._by_field[field]

    @property
    def added_kinds(self) -> dict[str, str]:
        """The fields that a user added, with their kinds."""
        return {one.field: one.kind for one in self if isinstance(one, Added)}

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are compared."""
        return tuple(self._by_field)

    def pair_levels(self, pairs: Pairs) -> dict[str, Levels]:
        """The pair levels: what follows from the two entries alone, whatever else the list has."""
        levels = {
            comparison.field: comparison.pair_levels(pairs) for comparison in self
        }
        swapped.mark(pairs, levels)
        for comparison in self:
            comparison.relate(pairs, levels)
        return levels

    def adjust(self, pairs: Pairs, levels: dict[str, Levels]) -> Vectors:
        """The vectors of pairs from their pair levels, which are changed."""
        for comparison in self:
            comparison.adjust(pairs, levels[comparison.field])
        return Vectors(levels, self._term_frequency(pairs, levels))

    def compare(self, pairs: Pairs) -> Vectors:
        """The vectors of pairs: frequency-adjusted levels and term frequency."""
        return self.adjust(pairs, self.pair_levels(pairs))

    def _term_frequency(self, pairs: Pairs, levels: dict[str, Levels]) -> Floats:
        total = np.zeros(len(pairs), np.float64)
        for where, share in self._shares(pairs, levels):
            total[where] += on_grid(share)
        return total

    def _shares(self, pairs: Pairs, levels: dict[str, Levels]) -> Shares:
        later = [field for field in self.fields if field not in _SUMMED_FIRST]
        for field in _SUMMED_FIRST:
            yield from self[field].shared_value_shares(pairs, levels[field])
        yield from swapped.shared_value_shares(pairs, levels)
        for field in later:
            yield from self[field].shared_value_shares(pairs, levels[field])

    def pack(self, vectors: Vectors) -> Longs:
        """One code per pair: the levels in mixed radix below the bin of the term frequency.

        A bin is two bits.
        """
        bins = np.minimum(-vectors.term_frequency / _BITS_A_BIN, _BINS - 1).astype(
            np.int64
        )
        return pack_mixed(vectors.levels, self._radixes, np.maximum(bins, 0))

    def unpack(self, codes: Longs) -> Vectors:
        """The levels of packed vectors, and the middle of their bin of term frequency.

        The fields stand in the reverse order: the last digits of sums over them depend on it.
        """
        levels, bins = unpack_mixed(codes, self._radixes)
        return Vectors(levels, -(bins.astype(np.float64) + 0.5) * _BITS_A_BIN)

    @property
    def pair_level_codes(self) -> int:
        """How many codes ``pack_pair_levels`` can give."""
        return prod(self._pair_radixes.values())

    def pack_pair_levels(self, levels: Mapping[str, Levels]) -> Codes | Longs:
        """One code per pair for its pair levels: int32 where the codes fit, else int64."""
        rows = len(next(iter(levels.values())))
        narrow = self.pair_level_codes <= np.iinfo(np.int32).max
        none = np.zeros(rows, np.int32 if narrow else np.int64)
        return pack_mixed(levels, self._pair_radixes, none)

    def unpack_pair_levels(self, codes: Codes | Longs) -> dict[str, Levels]:
        """The pair levels that these codes stand for."""
        levels, _ = unpack_mixed(codes, self._pair_radixes)
        return {field: levels[field] for field in self.fields}
