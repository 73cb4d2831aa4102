"""Entries that share a code, found by sorting code and position as one integer.

Far quicker than an argsort.
"""

from __future__ import annotations

import numpy as np

from voterlist.agreeing import repeated
from voterlist.arrays import Bools, Codes, Longs

__all__ = ["dense", "joined", "numbered", "parted", "runs"]

_BITS = 63


def runs(codes: Longs) -> tuple[Longs, Longs]:
    """(positions of the entries that share their code with another, sizes of the runs of one code).

    Runs stand one after the other, inside a run positions ascend; unknown codes (below 0) are left
    out. ``codes`` may be any numbers of 63 bits.
    """
    shift = _width(len(codes))
    if _fits(codes, shift):
        return _cut(_sharing(_ordered(codes, shift), shift), shift)
    known = np.flatnonzero(codes >= 0)
    near = known[repeated(codes[known])]
    order = near[np.argsort(codes[near], kind="stable")]
    return order, _sizes(codes[order])


def _width(count: int) -> int:
    """The bits of a position among so many."""
    return int(max(count - 1, 1)).bit_length()


def _fits(codes: Longs, shift: int) -> bool:
    """True where a code and a position go into one integer."""
    return int(codes.max(initial=0)).bit_length() + shift <= _BITS


def _ordered(codes: Longs, shift: int) -> Longs:
    """The known codes, each with its position in the lowest ``shift`` bits, in ascending order."""
    packed = codes.astype(np.int64)
    packed <<= shift
    packed |= np.arange(len(codes))
    packed.sort()
    return packed[np.searchsorted(packed, 0) :]


def _shared(equal: Bools) -> Bools:
    """From "equal to the next one" (one item less): whether each is equal to a neighbour."""
    shared = np.zeros(len(equal) + 1, np.bool_)
    shared[:-1] = equal
    shared[1:] |= equal
    return shared


def _sharing(packed: Longs, shift: int) -> Longs:
    """Those of ``_ordered`` whose code another has too."""
    if not len(packed):
        return packed
    return packed[_shared((packed[1:] ^ packed[:-1]) < (1 << shift))]


def _sizes(ordered: Longs) -> Longs:
    """The sizes of the runs of equal numbers."""
    cuts = (
        np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        if len(ordered)
        else np.zeros(0, np.int64)
    )
    return np.asarray(np.diff(np.r_[cuts, len(ordered)]), np.int64)


def _cut(packed: Longs, shift: int) -> tuple[Longs, Longs]:
    """What ``runs`` returns, from the codes with their positions."""
    return packed & ((1 << shift) - 1), _sizes(packed >> shift)


def dense(codes: Longs) -> Longs:
    """The same codes numbered 0, 1, 2 ... in their order; unknown ones (below 0) become -1."""
    ranked = np.full(len(codes), -1, np.int64)
    shift = _width(len(codes))
    if _fits(codes, shift):
        packed = _ordered(codes, shift)
        order, ordered = packed & ((1 << shift) - 1), packed >> shift
    else:
        order = np.argsort(codes)
        order = order[np.searchsorted(codes[order], 0) :]
        ordered = codes[order]
    ranked[order] = np.cumsum(np.r_[False, ordered[1:] != ordered[:-1]][: len(ordered)])
    return ranked


def joined(first: Longs, second: Codes | Longs) -> Longs:
    """Two codes as one, below 0 where either is unknown.

    Numbered anew where they would not fit into 63 bits.
    """
    span = int(second.max(initial=0)) + 1
    if int(first.max(initial=0)).bit_length() + span.bit_length() >= _BITS:
        first = dense(first)
    # Where the first is unknown the sum is below 0 already.
    found = first * span
    found += second
    if second.min(initial=0) < 0:
        found[second < 0] = -1
    return found


_HALF = 32


def numbered(left: Codes, right: Codes) -> Longs:
    """One number a pair, in the order of left, then right."""
    return (left.astype(np.int64) << _HALF) | right


def parted(numbers: Longs) -> tuple[Codes, Codes]:
    """(left, right) of pairs by their numbers."""
    return (numbers >> _HALF).astype(np.int32), (numbers & ((1 << _HALF) - 1)).astype(np.int32)
