"""Candidate pairs: each pair that some blocking key brings together, once, with its vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from voterlist.arrays import Codes, Longs, pack_pairs, unpack_pairs
from voterlist.link import block, weigh
from voterlist.link.comparisons import SHIPPED, Comparisons, Pairs
from voterlist.link.encode import Encoded
from voterlist.link.incremental import reuse

__all__ = ["Candidates", "Progress", "find", "find_again", "match_keys"]

Progress = Callable[[str, int, int], None]
"""Called with (step, pairs done, pairs in all) as the work goes on."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs (``left[i]`` < ``right[i]``, positions in the list) and their comparison vectors."""

    left: Codes
    right: Codes
    vector: Longs
    """The packed vector of each pair."""
    vectors: weigh.VectorCounts
    """The distinct packed vectors."""
    afresh: int
    """How many of the pairs were compared afresh; the others were reused."""

    def vectors_without(self, left: Codes, right: Codes) -> weigh.VectorCounts:
        """The distinct vectors, counted without these of the pairs."""
        every = pack_pairs(self.left, self.right)
        places = np.searchsorted(every, pack_pairs(left, right))
        codes = self.vectors.codes
        which = np.searchsorted(codes, self.vector[places])
        gone = np.bincount(which, minlength=len(codes)).astype(np.int64)
        return weigh.VectorCounts(codes, self.vectors.counts - gone)


def match_keys(blocks: list[block.Blocks], left: Codes, right: Codes) -> Longs:
    """Which keys bring each pair together, as bits: bit 0 the first key."""
    bits = np.zeros(len(left), np.int64)
    for number, key in enumerate(blocks):
        bits |= key.hold(left, right).astype(np.int64) << number
    return bits


def _pairs(blocks: list[block.Blocks], chunk_pairs: int) -> tuple[Codes, Codes]:
    """The pairs that these blocks bring together, each once, in the order of left, then right."""
    none = [np.zeros(0, np.int64)]
    numbers = none + [
        pack_pairs(*pairs) for key in blocks for pairs in block.chunks(key, chunk_pairs)
    ]
    every = np.concatenate(numbers)
    del numbers
    every.sort()
    return unpack_pairs(
        every[np.r_[True, every[1:] != every[:-1]]] if len(every) else every
    )


def find(
    entries: Encoded,
    blocks: list[block.Blocks],
    chunk_pairs: int,
    progress: Progress,
    comparisons: Comparisons = SHIPPED,
) -> Candidates:
    """All candidate pairs.

    State: 16 bytes for each pair of each key, and the working arrays of one chunk.
    """
    left, right = _pairs(blocks, chunk_pairs)
    gathered = _Gathered(left, right)
    for start in range(0, len(left), chunk_pairs):
        part = slice(start, start + chunk_pairs)
        pairs = Pairs(entries, left[part], right[part])
        gathered.add(comparisons.pack(comparisons.compare(pairs)))
        progress("compare", min(part.stop, len(left)), len(left))
    return gathered.candidates(len(left))


def find_again(
    entries: Encoded,
    blocks: list[block.Blocks],
    chunk_pairs: int,
    progress: Progress,
    earlier: reuse.Reuse,
    comparisons: Comparisons = SHIPPED,
) -> tuple[Candidates, Codes | Longs]:
    """All candidate pairs, and their packed pair levels for the next linkage.

    Pairs of an earlier linkage are not compared again: only their frequency-adjusted levels are
    worked out anew.
    """
    within = [
        reuse.blocks_to_compare(earlier, key, number)
        for number, key in enumerate(blocks)
    ]
    known_left, known_right, known_levels = reuse.reused_pairs(earlier, blocks)
    left, right = _pairs(within, chunk_pairs)
    unknown = earlier.unknown(left, right, pack_pairs(known_left, known_right))
    left, right = left[unknown], right[unknown]
    afresh = len(left)
    alone: list[Codes | Longs] = [known_levels]
    for start in range(0, afresh, chunk_pairs):
        part = slice(start, start + chunk_pairs)
        pairs = Pairs(entries, left[part], right[part])
        alone.append(comparisons.pack_pair_levels(comparisons.pair_levels(pairs)))
        progress("compare", min(part.stop, afresh), afresh)
    left, right, levels = reuse.in_order(
        np.concatenate([known_left, left]),
        np.concatenate([known_right, right]),
        _concatenated(alone),
    )
    gathered = _Gathered(left, right)
    for start in range(0, len(left), chunk_pairs):
        part = slice(start, start + chunk_pairs)
        pairs = Pairs(entries, left[part], right[part])
        vectors = comparisons.adjust(
            pairs, comparisons.unpack_pair_levels(levels[part])
        )
        gathered.add(comparisons.pack(vectors))
    return gathered.candidates(afresh), levels


def _concatenated(parts: list[Codes | Longs]) -> Codes | Longs:
    dtype = np.result_type(*parts)
    return np.concatenate(parts).astype(dtype, copy=False)


class _Gathered:
    """The candidate pairs with their vectors, gathered a chunk at a time."""

    def __init__(self, left: Codes, right: Codes) -> None:
        self._left, self._right = left, right
        self._codes = [np.zeros(0, np.int64)]
        self._seen: list[weigh.VectorCounts] = []

    def add(self, codes: Longs) -> None:
        """The packed vectors of the next pairs."""
        self._codes.append(codes)
        self._seen.append(weigh.count_chunk(codes))

    def candidates(self, afresh: int) -> Candidates:
        """All pairs with their vectors."""
        return Candidates(
            self._left,
            self._right,
            np.concatenate(self._codes),
            weigh.count(self._seen),
            afresh,
        )
