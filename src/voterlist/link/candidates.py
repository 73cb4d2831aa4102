"""Candidate pairs: each pair that some blocking key brings together, once, with its vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import numpy as np

from voterlist.arrays import Codes, Longs, pack_pairs
from voterlist.link import block, ranges, weigh
from voterlist.link.comparisons import SHIPPED, Comparisons, Pairs
from voterlist.link.encode import Encoded
from voterlist.link.found import Candidates, Compared, Store
from voterlist.link.incremental import reuse
from voterlist.link.ranges import Partners, Range
from voterlist.threads import each, in_turn, workers

__all__ = [
    "Candidates",
    "Compared",
    "Progress",
    "compare",
    "cut",
    "find",
    "find_again",
    "match_keys",
]

T = TypeVar("T")

Progress = Callable[[str, int, int], None]
"""Called with (step, pairs done, pairs in all) as the work goes on."""


def match_keys(blocks: list[block.Blocks], left: Codes, right: Codes) -> Longs:
    """Which keys bring each pair together, as bits: bit 0 the first key."""
    bits = np.zeros(len(left), np.int64)
    for number, key in enumerate(blocks):
        bits |= key.hold(left, right).astype(np.int64) << number
    return bits


def cut(entries: Encoded, keys: list[Partners], chunk_pairs: int) -> list[Range]:
    """The pairs of all keys in ranges, small enough that those of all threads make one chunk."""
    return ranges.cut(keys, entries.size, max(chunk_pairs // workers(), 1))


def find(
    entries: Encoded,
    blocks: list[block.Blocks],
    chunk_pairs: int,
    progress: Progress,
    comparisons: Comparisons = SHIPPED,
    store: Store | None = None,
) -> Candidates:
    """All candidate pairs.

    State: 12 bytes for each run of partners, 16 for each pair where there is no store, and the
    working arrays of one chunk.

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
        return compare(Pairs(entries, *ranges.pairs_of(keys, part)), comparisons)

    parts = cut(entries, keys, chunk_pairs)
    return Candidates.of(_told(compared, parts, progress), store)


def compare(pairs: Pairs, comparisons: Comparisons) -> Compared:
    """The pairs of a range, compared."""
    codes = comparisons.pack(comparisons.compare(pairs))
    return Compared(pairs.left, pairs.right, codes, weigh.count_chunk(codes))


def _told(
    work: Callable[[Range], T], parts: list[Range], progress: Progress
) -> Iterator[T]:
    """What the work gives for each range, with the progress told."""
    every, done = sum(part.pairs for part in parts), 0
    for part, given in zip(parts, in_turn(work, parts), strict=True):
        done += part.pairs
        progress("compare", done, every)
        yield given


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
    keys = [
        reuse.partners_to_compare(earlier, key, number)
        for number, key in enumerate(blocks)
    ]
    known_left, known_right, known_levels = reuse.reused_pairs(earlier, blocks)
    known = pack_pairs(known_left, known_right)

    def compared(part: Range) -> tuple[Codes, Codes, Codes | Longs]:
        left, right = ranges.pairs_of(keys, part)
        unknown = earlier.unknown(left, right, known)
        pairs = Pairs(entries, left[unknown], right[unknown])
        levels = comparisons.pack_pair_levels(comparisons.pair_levels(pairs))
        return pairs.left, pairs.right, levels

    parts = cut(entries, keys, chunk_pairs)
    new = list(_told(compared, parts, progress))
    left, right, levels = reuse.in_order(
        *(
            np.concatenate(column)
            for column in zip(
                (known_left, known_right, known_levels), *new, strict=True
            )
        )
    )
    alone = comparisons.unpack_pair_levels

    def adjusted(part: slice) -> Compared:
        pairs = Pairs(entries, left[part], right[part])
        codes = comparisons.pack(comparisons.adjust(pairs, alone(levels[part])))
        return Compared(pairs.left, pairs.right, codes, weigh.count_chunk(codes))

    found = Candidates.of(in_turn(adjusted, _slices(len(left), chunk_pairs)))
    return replace(found, afresh=len(left) - len(known_left)), levels


def _slices(many: int, chunk_pairs: int) -> list[slice]:
    """So many pairs in parts, small enough that those of all threads make one chunk."""
    most = max(chunk_pairs // workers(), 1)
    bounds = [*range(0, many, most), many]
    return [slice(start, stop) for start, stop in pairwise(bounds)]
