"""Which entries are compared at all: blocking on several keys, bounded by pairs, with every cut counted.

A key is a set of fields that must agree. Two entries are compared once, under the first key that brings
them together. A block that is too large is split by the key's further fields; the pairs that the split
parts are counted, never dropped unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from voterlist.link.arrays import Bools, Codes, Longs
from voterlist.link.encode import Encoded
from voterlist.link.fields import field, together
from voterlist.link.grouping import dense, runs
from voterlist.link.keys import Key, keys
from voterlist.model import Profile

__all__ = ["Blocks", "Forecast", "build", "build_all", "chunks"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one key will cost, known before a pair is made."""

    key: str
    blocks: int
    pairs: int
    largest: int
    """Entries in its largest block, after splitting."""
    not_compared: int
    """Pairs that agree on the key's fields but were parted because their block was too large."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of one key: ``members`` of block i stand from ``starts[i]`` to ``starts[i + 1]``."""

    key: Key
    block_of: Codes
    """The block of each entry, -1 where it stands in none."""
    members: Codes
    starts: Longs
    heads: Longs
    """How many members of each block, its first ones, are paired with all that follow; the others only with these."""
    head: Bools | None
    """Which entries are heads; None where all are."""
    forecast: Forecast

    def hold(self, left: Codes, right: Codes) -> Bools:
        """True where this key brings the two entries together."""
        one = self.block_of[left]
        together = (one >= 0) & (one == self.block_of[right])
        if self.head is not None:
            together &= self.head[left] | self.head[right]
        return np.asarray(together)


def _pairs(sizes: Longs, heads: Longs) -> Longs:
    """Pairs of each block of ``sizes`` members, of whom ``heads`` are paired with all that follow."""
    return heads * (sizes - 1) - heads * (heads - 1) // 2


def _heads(head: Bools | None, order: Longs, sizes: Longs) -> Longs:
    """How many heads each run holds."""
    if head is None:
        return sizes
    return np.add.reduceat(head[order], np.r_[0, np.cumsum(sizes)[:-1]]).astype(np.int64) if len(sizes) else sizes


def _split(entries: Encoded, key: Key, limit: int, head: Bools | None) -> tuple[Longs, Longs, int]:
    """The runs of the key in which no block passes ``limit`` while a split is left, and how many pairs were parted."""
    codes = together(entries, key.fields)
    order, sizes = runs(codes)
    parted = 0
    for name in key.splits:
        if not (sizes > limit).any():
            break
        large = np.repeat(sizes > limit, sizes)
        positions = order[large]
        before = _pairs(sizes, _heads(head, order, sizes))[sizes > limit].sum()
        part = field(entries, name)[positions]
        # An unknown split value is a value of its own here: its entries stay together, none is lost.
        finer = dense(codes[positions]) * (int(part.max(initial=0)) + 2) + part + 1
        within, after = runs(finer)
        parted += int(before - _pairs(after, _heads(head, positions[within], after)).sum())
        codes = codes.copy()
        codes[positions] = int(codes.max(initial=0)) + 1 + dense(finer)
        order, sizes = runs(codes)
    return order, sizes, parted


def build(entries: Encoded, key: Key, limit: int) -> Blocks:
    """The blocks of one key over the list, none larger than ``limit`` entries.

    A block still too large when the key has no further field is cut from comparison under this key, and
    counted: such a block says only that many entries share a common value.
    """
    head = entries.partial_date if key.partial_dates else None
    order, sizes, parted = _split(entries, key, limit, head)
    heads = _heads(head, order, sizes)
    kept = (sizes >= 2) & (sizes <= limit) & (heads >= 1)
    parted += int(_pairs(sizes, heads)[sizes > limit].sum())
    members = order[np.repeat(kept, sizes)].astype(np.int32)
    sizes, heads = sizes[kept], heads[kept]
    numbers = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    if head is not None:
        # The heads of each block first, otherwise in order.
        members = members[np.argsort(numbers * np.int64(2) + ~head[members], kind="stable")]
    block_of = np.full(entries.size, -1, np.int32)
    block_of[members] = numbers
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    forecast = Forecast(key.name, len(sizes), int(_pairs(sizes, heads).sum()), int(sizes.max(initial=0)), parted)
    return Blocks(key, block_of, members, starts, heads, head, forecast)


def build_all(entries: Encoded, profile: Profile, limit: int) -> list[Blocks]:
    """The blocks of every key of a profile, the most telling key first."""
    return [build(entries, key, limit) for key in keys(profile, entries.size, limit)]


def chunks(blocks: Blocks, chunk_pairs: int) -> Iterator[tuple[Codes, Codes]]:
    """All pairs (left position, right position; left < right) inside the blocks, about ``chunk_pairs`` at a time."""
    sizes = np.diff(blocks.starts)
    if not len(sizes):
        return
    total = np.cumsum(_pairs(sizes, blocks.heads))
    first = 0
    while first < len(sizes):
        done = int(total[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(total, done + chunk_pairs, side="right")))
        yield _pairs_within(blocks, sizes, first, last)
        first = last


def _pairs_within(blocks: Blocks, sizes: Longs, first: int, last: int) -> tuple[Codes, Codes]:
    """The pairs of the blocks from ``first`` up to, not including, ``last``."""
    begin, end = int(blocks.starts[first]), int(blocks.starts[last])
    ends = np.repeat(blocks.starts[first + 1 : last + 1], sizes[first:last])
    place = np.arange(begin, end)
    followers = ends - place - 1
    followers[place >= np.repeat((blocks.starts[:-1] + blocks.heads)[first:last], sizes[first:last])] = 0
    left = np.repeat(place, followers)
    step = np.arange(len(left)) - np.repeat(np.cumsum(followers) - followers, followers)
    one, other = blocks.members[left], blocks.members[left + 1 + step]
    return np.minimum(one, other), np.maximum(one, other)
