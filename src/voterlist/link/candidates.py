"""Candidate pairs: each pair that some blocking key brings together, once, with its vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from voterlist.arrays import Codes, Longs
from voterlist.link import block, ranges, weigh
from voterlist.link.comparisons import SHIPPED, Comparisons, Pairs, Vectors
from voterlist.link.encode import Encoded
from voterlist.link.found import Candidates, Compared, Store
from voterlist.link.incremental import Known
from voterlist.link.ranges import Range
from voterlist.threads import each, in_turn, workers

Progress = Callable[[str, int, int], None]
"""Called with (step, pairs done, pairs in all) as the work goes on."""


def match_keys(blocks: list[block.Blocks], left: Codes, right: Codes) -> Longs:
    """Which keys bring each pair together, as bits: bit 0 the first key."""
    bits = np.zeros(len(left), np.int64)
    for number, key in enumerate(blocks):
        bits |= key.hold(left, right).astype(np.int64) << number
    return bits


def find(
    entries: Encoded,
    blocks: list[block.Blocks],
    chunk_pairs: int,
    progress: Progress,
    comparisons: Comparisons = SHIPPED,
    *,
    store: Store | None = None,
    known: Known | None = None,
) -> Candidates:
    """All candidate pairs.

    With ``known`` the pairs have their packed pair levels, for the next linkage. Those that are
    known are not compared: only their frequency-adjusted levels are worked out anew.

    State: 12 bytes for each run of partners, 16 for each pair where there is no store, 4 more for
    its pair levels, and the working arrays of one chunk.

    Raises:
        OSError: the disk of the store is full.
    """
    # Where memory is short no two keys are worked on at once.
    keys = (
        list(map(ranges.partners, blocks))
        if store is not None
        else each(ranges.partners, blocks)
    )

    def compared(part: Range) -> Compared:
        pairs = Pairs(entries, *ranges.pairs_of(keys, part))
        if known is None:
            return _compared(pairs, comparisons.compare(pairs), comparisons, len(pairs))
        levels, afresh = _levels(pairs, comparisons, known)
        vectors = comparisons.adjust(pairs, comparisons.unpack_pair_levels(levels))
        return _compared(pairs, vectors, comparisons, afresh, levels)

    # Small enough that the ranges of all threads make one chunk.
    parts = ranges.cut(keys, entries.size, max(chunk_pairs // workers(), 1))
    return Candidates.of(_told(compared, parts, progress), store)


def _levels(
    pairs: Pairs, comparisons: Comparisons, known: Known
) -> tuple[Codes | Longs, int]:
    """(the packed pair levels, how many pairs had to be compared for them)."""
    is_known, of_known = known.looked_up(pairs.left, pairs.right)
    new = np.flatnonzero(~is_known)
    of_new = comparisons.pack_pair_levels(comparisons.pair_levels(pairs.at(new)))
    levels = np.empty(len(pairs), of_new.dtype)
    levels[is_known], levels[new] = of_known, of_new
    return levels, len(new)


def _compared(
    pairs: Pairs,
    vectors: Vectors,
    comparisons: Comparisons,
    afresh: int,
    levels: Codes | Longs | None = None,
) -> Compared:
    codes = comparisons.pack(vectors)
    counts = weigh.count_chunk(codes)
    return Compared(pairs.left, pairs.right, codes, counts, afresh, levels)


def _told(
    work: Callable[[Range], Compared], parts: list[Range], progress: Progress
) -> Iterator[Compared]:
    """What the work gives for each range, with the progress told."""
    every, done = sum(part.pairs for part in parts), 0
    for part, given in zip(parts, in_turn(work, parts), strict=True):
        done += part.pairs
        progress("compare", done, every)
        yield given
