"""What of an earlier linkage is reused: its pairs, and the blocks in which there may be others.

A pair of two entries known again is what it was, and it is still a candidate where a key still
brings the two together. Other pairs can only have come to be where a block holds a new entry, or
holds known ones that did not all stand together before: because another block was split, or is no
longer, or another word became rare.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from voterlist.arrays import Bools, Codes, Longs, pack_pairs
from voterlist.link import block, ranges
from voterlist.link.incremental.state import State

__all__ = ["Reuse", "in_order", "partners_to_compare", "reuse", "reused_pairs"]


@dataclass(frozen=True, slots=True, eq=False)
class Reuse:
    """An earlier state beside the list of today."""

    state: State | None
    then: Codes
    """The position then of each entry of today; -1 of one that is not known."""
    now: Codes
    """The position today of each entry of then; -1 of one that is gone."""
    shaken: Bools
    """Known entries that stood in a block whose known entries do not all stand together any more.
    """
    mixed: list[bool] = field(default_factory=list)
    """For each key gone through so far, whether known entries stand together that did not before.
    """

    def unknown(self, left: Codes, right: Codes, known: Longs) -> Bools:
        """True for the pairs that are not among ``known``, the sorted numbers of reused pairs."""
        unknown = (self.then[left] < 0) | (self.then[right] < 0)
        if len(known) and any(self.mixed):
            # Entries that did not stand together under one key may have done so under another.
            old = np.flatnonzero(~unknown)
            number = pack_pairs(left[old], right[old])
            place = np.minimum(np.searchsorted(known, number), len(known) - 1)
            unknown[old] = known[place] != number
        else:
            unknown[:] = True
        return unknown


def reuse(state: State | None, then: Codes) -> Reuse:
    """An earlier state beside a list of which each entry stood at the position ``then``.

    ``state`` is None where there is no earlier state.
    """
    now = np.full(state.entries.shape[1] if state else 0, -1, np.int32)
    known = np.flatnonzero(then >= 0)
    now[then[known]] = known
    return Reuse(state, then, now, np.zeros(len(then), np.bool_))


def partners_to_compare(
    earlier: Reuse, key: block.Blocks, number: int
) -> ranges.Partners:
    """The pairs of one key that may be new: those of new entries, and of blocks put together anew.

    Marks the entries that are ``shaken`` under this key, so it must be called for every key before
    ``reused_pairs``.
    """
    sizes = np.diff(key.starts)
    numbers = np.repeat(np.arange(len(sizes)), sizes)
    new = earlier.then[key.members] < 0
    mixed = _mixed(earlier, key, number, numbers, new)
    earlier.mixed.append(bool(mixed.any()))
    is_anchor = new | mixed[numbers]
    chosen = np.bincount(numbers[is_anchor], minlength=len(sizes)) > 0
    inside = chosen[numbers]
    starts = np.r_[0, np.cumsum(sizes[chosen])].astype(np.int64)
    within = replace(key, members=key.members[inside], starts=starts)
    return ranges.partners(within, is_anchor[inside])


def _mixed(
    earlier: Reuse, key: block.Blocks, number: int, numbers: Longs, new: Bools
) -> Bools:
    """For each block of today whether it mixes known entries of several earlier blocks."""
    mixed = np.zeros(len(key.starts) - 1, np.bool_)
    if earlier.state is None:
        return mixed
    before = np.full(len(earlier.then), -1, np.int32)
    if number < len(earlier.state.blocks):
        members, blocks = earlier.state.blocks[number]
        still = earlier.now[members]
        members, blocks = still[still >= 0], blocks[still >= 0]
        before[members] = blocks
        parted = _not_together(blocks, key.block_of()[members])
        earlier.shaken[members[parted[blocks]]] = True
    known = np.flatnonzero(~new)
    where = numbers[known]
    mixed[: where.max(initial=-1) + 1] = _not_together(
        where, before[key.members[known]]
    )
    return mixed


def _not_together(groups: Codes | Longs, other: Codes) -> Bools:
    """For each group, by its number, whether its members have several codes of another kind."""
    size = int(groups.max(initial=-1)) + 1
    last = np.full(size, -1, np.int32)
    last[groups] = other
    several = np.bincount(groups, minlength=size) > 1
    differing = np.zeros(size, np.bool_)
    differing[groups[(other != last[groups]) | (other < 0)]] = True
    return np.asarray(differing & several)


def reused_pairs(
    earlier: Reuse, blocks: list[block.Blocks]
) -> tuple[Codes, Codes, Codes | Longs]:
    """The pairs that need not be compared again, in ascending order.

    Returns (left, right, packed pair levels).
    """
    if earlier.state is None:
        none = np.zeros(0, np.int32)
        return none, none, none
    one, other = earlier.now[earlier.state.left], earlier.now[earlier.state.right]
    stands = (one >= 0) & (other >= 0)
    still = np.flatnonzero(stands)
    doubtful = still[earlier.shaken[one[still]] & earlier.shaken[other[still]]]
    held = np.zeros(len(doubtful), np.bool_)
    for key in blocks:
        held |= key.hold(one[doubtful], other[doubtful])
    stands[doubtful[~held]] = False
    one, other = one[stands], other[stands]
    return in_order(
        np.minimum(one, other), np.maximum(one, other), earlier.state.levels[stands]
    )


def in_order(
    left: Codes, right: Codes, levels: Codes | Longs
) -> tuple[Codes, Codes, Codes | Longs]:
    """The pairs in the order of left, then right."""
    number = pack_pairs(left, right)
    if (number[1:] > number[:-1]).all():
        return left, right, levels
    # Mostly in order already, and this sort takes such runs as they are.
    order = np.argsort(number, kind="stable")
    return left[order], right[order], levels[order]
