"""Candidate pairs: each pair of entries that some blocking key brings together, once, with its pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from voterlist.link import block, weigh
from voterlist.link.arrays import Codes, Longs
from voterlist.link.compare import compare
from voterlist.link.encode import Encoded

__all__ = ["Candidates", "Progress", "find", "found_by"]

Progress = Callable[[str, int, int], None]
"""Told (step, pairs done, pairs in all) as the work goes on."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs (``left[i]`` < ``right[i]``, positions in the list) and the packed pattern of each."""

    left: Codes
    right: Codes
    pattern: Longs
    patterns: weigh.Patterns


def found_by(blocks: list[block.Blocks], left: Codes, right: Codes) -> Longs:
    """Which keys bring each pair together, as bits: bit 0 the first key."""
    bits = np.zeros(len(left), np.int64)
    for number, key in enumerate(blocks):
        bits |= key.hold(left, right).astype(np.int64) << number
    return bits


def _fresh(blocks: list[block.Blocks], number: int, chunk_pairs: int) -> Iterator[tuple[Codes, Codes, int]]:
    """The pairs of one key that no earlier key brings together, and how many pairs were gone through."""
    for left, right in block.chunks(blocks[number], chunk_pairs):
        fresh = np.ones(len(left), np.bool_)
        for earlier in blocks[:number]:
            fresh &= ~earlier.hold(left, right)
        yield left[fresh], right[fresh], len(left)


def find(entries: Encoded, blocks: list[block.Blocks], chunk_pairs: int, progress: Progress) -> Candidates:
    """All candidate pairs. Memory: 16 bytes a pair, and the working arrays of one chunk."""
    total = sum(key.forecast.pairs for key in blocks)
    lefts, rights, codes, seen = [], [], [], []
    done = 0
    for number in range(len(blocks)):
        for left, right, gone_through in _fresh(blocks, number, chunk_pairs):
            packed = weigh.pack(compare(entries, left, right))
            lefts.append(left)
            rights.append(right)
            codes.append(packed)
            seen.append(weigh.patterns(packed))
            done += gone_through
            progress("compare", done, total)
    if not lefts:
        none = np.zeros(0, np.int32)
        return Candidates(none, none, np.zeros(0, np.int64), weigh.count([]))
    return Candidates(np.concatenate(lefts), np.concatenate(rights), np.concatenate(codes), weigh.count(seen))
