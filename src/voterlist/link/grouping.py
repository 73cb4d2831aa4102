"""Entries that share a code, found by sorting code and position as one integer: far quicker than an argsort."""

from __future__ import annotations

import numpy as np

from voterlist.link.arrays import Codes, Longs

__all__ = ["dense", "joined", "runs"]

_BITS = 63


def runs(codes: Longs) -> tuple[Longs, Longs]:
    """(positions in order of code, sizes of the runs of one code); unknown codes (below 0) are left out.

    Inside a run positions ascend. ``codes`` may be anything that fits beside a position in 63 bits; larger ones
    are numbered anew first.
    """
    known = np.flatnonzero(codes >= 0)
    found = codes[known]
    shift = int(max(len(codes) - 1, 1)).bit_length()
    if int(found.max(initial=0)).bit_length() + shift > _BITS:
        found = dense(found)
    packed = np.sort((found.astype(np.int64) << shift) | known)
    order = packed & ((1 << shift) - 1)
    ordered = packed >> shift
    cuts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(order) else np.zeros(0, np.int64)
    return order, np.diff(np.r_[cuts, len(order)])


def dense(codes: Longs) -> Longs:
    """The same codes numbered 0, 1, 2 ... in their order; unknown ones (below 0) become -1."""
    order = np.argsort(codes)
    ordered = codes[order]
    new = np.r_[False, ordered[1:] != ordered[:-1]] if len(codes) else np.zeros(0, np.bool_)
    numbers = np.cumsum(new & (ordered >= 0))
    if len(ordered) and ordered[0] < 0:
        # The first known code would be numbered 1.
        numbers -= int((ordered >= 0).any())
        numbers[ordered < 0] = -1
    ranked = np.empty(len(codes), np.int64)
    ranked[order] = numbers
    return ranked


def joined(first: Longs, second: Codes | Longs) -> Longs:
    """Two codes as one, -1 where either is unknown; numbered anew where they would not fit into 63 bits."""
    span = int(second.max(initial=0)) + 1
    if int(first.max(initial=0)).bit_length() + span.bit_length() > _BITS:
        first = dense(first)
    return np.where((first >= 0) & (second >= 0), first * span + second, -1)
