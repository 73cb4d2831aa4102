"""Candidate pairs: each pair of entries that some blocking key brings together, once, with its pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from voterlist.link import block, memory, recall, weigh
from voterlist.link.arrays import Codes, Longs
from voterlist.link.compare import compare, levels_alone, settled
from voterlist.link.encode import Encoded

__all__ = ["Candidates", "Progress", "find", "find_again", "found_by"]

Progress = Callable[[str, int, int], None]
"""Told (step, pairs done, pairs in all) as the work goes on."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs (``left[i]`` < ``right[i]``, positions in the list) and the packed pattern of each."""

    left: Codes
    right: Codes
    pattern: Longs
    patterns: weigh.Patterns
    afresh: int
    """How many of them were compared afresh; the others were remembered."""


def found_by(blocks: list[block.Blocks], left: Codes, right: Codes) -> Longs:
    """Which keys bring each pair together, as bits: bit 0 the first key."""
    bits = np.zeros(len(left), np.int64)
    for number, key in enumerate(blocks):
        bits |= key.hold(left, right).astype(np.int64) << number
    return bits


def _fresh(
    blocks: list[block.Blocks], number: int, chunk_pairs: int, within: block.Blocks | None = None
) -> Iterator[tuple[Codes, Codes, int]]:
    """The pairs of one key that no earlier key brings together, and how many pairs were gone through.

    ``within`` are the blocks of this key in which there is something to find, if not all.
    """
    for left, right in block.chunks(within or blocks[number], chunk_pairs):
        fresh = np.ones(len(left), np.bool_)
        for earlier in blocks[:number]:
            fresh &= ~earlier.hold(left, right)
        yield left[fresh], right[fresh], len(left)


def find(entries: Encoded, blocks: list[block.Blocks], chunk_pairs: int, progress: Progress) -> Candidates:
    """All candidate pairs. Memory: 16 bytes a pair, and the working arrays of one chunk."""
    total = sum(key.forecast.pairs for key in blocks)
    found = _Gathered()
    done = 0
    for number in range(len(blocks)):
        for left, right, gone_through in _fresh(blocks, number, chunk_pairs):
            found.add(left, right, weigh.pack(compare(entries, left, right)))
            done += gone_through
            progress("compare", done, total)
    return found.candidates()


def find_again(
    entries: Encoded,
    blocks: list[block.Blocks],
    chunk_pairs: int,
    progress: Progress,
    recalled: recall.Recalled,
) -> tuple[Candidates, Codes]:
    """All candidate pairs in ascending order, and what each is by itself, packed for the next linkage.

    Pairs that are remembered are not compared again: only what the list says of them is worked out anew. Memory: 20
    bytes a pair, and as much while they are put in order.
    """
    within = [recall.unknown_blocks(recalled, key, number) for number, key in enumerate(blocks)]
    left, right, levels = recall.carried(recalled, blocks)
    lefts, rights, alone = [left], [right], [levels]
    known = recall.numbered(left, right, entries.size)
    total = sum(int(block.gone_through(key).sum()) for key in within)
    done = 0
    for number in range(len(blocks)):
        for one, other, gone_through in _fresh(blocks, number, chunk_pairs, within[number]):
            unknown = recalled.unknown(one, other, known)
            left, right = one[unknown], other[unknown]
            lefts.append(left)
            rights.append(right)
            alone.append(memory.packed(levels_alone(entries, left, right)))
            done += gone_through
            progress("compare", done, total)
    progress("compare", total, total)
    del known
    afresh = sum(map(len, lefts[1:]))
    left, right, levels = recall.in_order(
        np.concatenate(lefts), np.concatenate(rights), np.concatenate(alone), entries.size
    )
    found = _Gathered()
    for start in range(0, len(left), chunk_pairs):
        part = slice(start, start + chunk_pairs)
        compared = settled(entries, left[part], right[part], memory.unpacked(levels[part]))
        found.add(left[part], right[part], weigh.pack(compared))
    return replace(found.candidates(), afresh=afresh), levels


class _Gathered:
    """Candidates as they are found, a chunk at a time."""

    def __init__(self) -> None:
        none = np.zeros(0, np.int32)
        self._lefts, self._rights, self._codes = [none], [none], [np.zeros(0, np.int64)]
        self._seen: list[weigh.Patterns] = []

    def add(self, left: Codes, right: Codes, codes: Longs) -> None:
        """These pairs with their packed patterns."""
        self._lefts.append(left)
        self._rights.append(right)
        self._codes.append(codes)
        self._seen.append(weigh.patterns(codes))

    def candidates(self) -> Candidates:
        """All that were added."""
        left = np.concatenate(self._lefts)
        return Candidates(
            left, np.concatenate(self._rights), np.concatenate(self._codes), weigh.count(self._seen), len(left)
        )
