"""Candidate pairs: each pair that some blocking key brings together, once, with its vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from voterlist.arrays import Codes, Longs, pack_pairs, unpack_pairs
from voterlist.link import block, weigh
from voterlist.link.comparisons import SHIPPED, Comparisons, Pairs
from voterlist.link.encode import Encoded
from voterlist.link.incremental import reuse
from voterlist.threads import each, in_turn, workers

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

    def of_key(key: block.Blocks) -> Longs:
        numbers = [pack_pairs(*pairs) for pairs in block.chunks(key, chunk_pairs)]
        return np.concatenate([np.zeros(0, np.int64), *numbers])

    every = np.concatenate([np.zeros(0, np.int64), *each(of_key, blocks)])
    every.sort()
    return unpack_pairs(
        every[np.r_[True, every[1:] != every[:-1]]] if len(every) else every
    )


def _parts(many: int, chunk_pairs: int) -> list[slice]:
    """So many pairs in parts, small enough that those of all threads make one chunk."""
    most = max(chunk_pairs // workers(), 1)
    bounds = [*range(0, many, most), many]
    return [slice(start, stop) for start, stop in pairwise(bounds)]


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

    def packed(part: slice) -> Longs:
        pairs = Pairs(entries, left[part], right[part])
        return comparisons.pack(comparisons.compare(pairs))

    parts = _parts(len(left), chunk_pairs)
    for part, codes in zip(parts, in_turn(packed, parts), strict=True):
        gathered.add(codes)
        progress("compare", part.stop, len(left))
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
    new_left, new_right = left, right

    def pair_levels(part: slice) -> Codes | Longs:
        pairs = Pairs(entries, new_left[part], new_right[part])
        return comparisons.pack_pair_levels(comparisons.pair_levels(pairs))

    parts = _parts(afresh, chunk_pairs)
    for part, levels_of_part in zip(parts, in_turn(pair_levels, parts), strict=True):
        alone.append(levels_of_part)
        progress("compare", part.stop, afresh)
    left, right, levels = reuse.in_order(
        np.concatenate([known_left, left]),
        np.concatenate([known_right, right]),
        _concatenated(alone),
    )
    gathered = _adjusted(entries, left, right, levels, chunk_pairs, comparisons)
    return gathered.candidates(afresh), levels


def _adjusted(
    entries: Encoded,
    left: Codes,
    right: Codes,
    levels: Codes | Longs,
    chunk_pairs: int,
    comparisons: Comparisons,
) -> _Gathered:
    """The pairs with their vectors, by their packed pair levels."""
    gathered = _Gathered(left, right)

    def packed(part: slice) -> Longs:
        pairs = Pairs(entries, left[part], right[part])
        alone = comparisons.unpack_pair_levels(levels[part])
        return comparisons.pack(comparisons.adjust(pairs, alone))

    for codes in in_turn(packed, _parts(len(left), chunk_pairs)):
        gathered.add(codes)
    return gathered


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
