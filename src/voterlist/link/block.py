"""Blocking: which entries are compared, by several keys, with every pair that is cut counted.

A key is a set of fields that must agree. Two entries are compared once, under the first key that
brings them together. A block that is too large is split by the key's further fields; the pairs that
a split separates are counted, so no pair is lost unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from voterlist.arrays import Bools, Codes, Longs, dense, runs
from voterlist.link.encode import Encoded
from voterlist.link.fields import field as field_of
from voterlist.link.fields import together
from voterlist.link.keys import Key, keys
from voterlist.model import Profile

__all__ = [
    "Blocks",
    "Forecast",
    "anchored",
    "build",
    "build_all",
    "chunks",
    "gone_through",
]


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
    """The blocks of one key.

    ``members`` of block i stand from ``starts[i]`` to ``starts[i + 1]``.
    """

    key: Key
    size: int
    """Entries of the list."""
    members: Codes
    starts: Longs
    anchors: Longs
    """How many anchors each block has: its first members, each paired with all that follow. Members
    that are no anchors are not paired with each other."""
    required: tuple[Bools, ...]
    """Flags of entries: a pair counts where it has at least one entry of each flag. Without flags,
    every pair counts."""
    forecast: Forecast
    cut: Codes = field(default_factory=lambda: np.zeros(0, np.int32))
    """Entries of blocks that are too large to be compared."""

    def numbers(self) -> Codes:
        """The block of each member."""
        sizes = np.diff(self.starts)
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    def block_of(self) -> Codes:
        """The block of each entry, -1 where it stands in none.

        Not cached: for all keys together it would take a gigabyte.
        """
        numbers = np.full(self.size, -1, np.int32)
        numbers[self.members] = self.numbers()
        return numbers

    def hold(self, left: Codes, right: Codes) -> Bools:
        """True where this key brings the two entries together."""
        block_of = self.block_of()
        one = block_of[left]
        together = (one >= 0) & (one == block_of[right])
        return np.asarray(
            together & self.counts(left, right) if self.required else together
        )

    def counts(self, left: Codes, right: Codes) -> Bools:
        """True where a pair of one block counts."""
        counts = np.ones(len(left), np.bool_)
        for required in self.required:
            counts &= required[left] | required[right]
        return counts


def _sums(chosen: Bools, order: Longs, sizes: Longs) -> Longs:
    """How many of the chosen entries each run holds."""
    if not len(sizes):
        return sizes
    return np.add.reduceat(
        chosen[order], np.r_[0, np.cumsum(sizes)[:-1]], dtype=np.int64
    )


def _pairs(order: Longs, sizes: Longs, required: tuple[Bools, ...]) -> Longs:
    """Pairs of each run that have at least one entry of each of the required (of at most two)."""
    pairs = sizes * (sizes - 1) // 2
    for one in required:
        without = _sums(~one, order, sizes)
        pairs = pairs - without * (without - 1) // 2
    if len(required) > 1:
        # Pairs without an entry of either were subtracted twice.
        without = _sums(~required[0] & ~required[1], order, sizes)
        pairs = pairs + without * (without - 1) // 2
    return pairs


def _split(
    entries: Encoded, key: Key, limit: int, required: tuple[Bools, ...]
) -> tuple[Longs, Longs, int]:
    """The runs of a key, blocks beyond ``limit`` split as long as the key has a split left.

    Returns (order, sizes, pairs that the splits parted).
    """
    codes = together(entries, key.fields)
    order, sizes = runs(codes)
    parted = 0
    for name in key.splits:
        if not (sizes > limit).any():
            break
        large = np.repeat(sizes > limit, sizes)
        positions = order[large]
        before = _pairs(order, sizes, required)[sizes > limit].sum()
        part = field_of(entries, name)[positions]
        # An unknown split value is a value of its own here: its entries stay together, none is
        # lost.
        finer = dense(codes[positions]) * (int(part.max(initial=0)) + 2) + part + 1
        within, after = runs(finer)
        parted += int(before - _pairs(positions[within], after, required).sum())
        codes = codes.copy()
        codes[positions] = int(codes.max(initial=0)) + 1 + dense(finer)
        order, sizes = runs(codes)
    return order, sizes, parted


def build(entries: Encoded, key: Key, limit: int, new: Bools | None = None) -> Blocks:
    """The blocks of one key over the list, none larger than ``limit`` entries.

    A block still too large when the key has no further field is cut from comparison under this key,
    and counted: such a block says only that many entries share a common value. With ``new``, only
    pairs that have at least one new entry count.
    """
    required = (() if new is None else (new,)) + (
        (entries.partial_date,) if key.partial_dates else ()
    )
    order, sizes, parted = _split(entries, key, limit, required)
    pairs = _pairs(order, sizes, required)
    kept = (pairs >= 1) & (sizes <= limit)
    parted += int(pairs[sizes > limit].sum())
    members = order[np.repeat(kept, sizes)].astype(np.int32)
    cut = order[np.repeat((pairs >= 1) & (sizes > limit), sizes)].astype(np.int32)
    sizes, pairs = sizes[kept], pairs[kept]
    forecast = Forecast(
        key.name, len(sizes), int(pairs.sum()), int(sizes.max(initial=0)), parted
    )
    if required:
        blocks = anchored(
            key, entries.size, members, sizes, required[0][members], required, forecast
        )
        return replace(blocks, cut=cut)
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    return Blocks(key, entries.size, members, starts, sizes, required, forecast, cut)


def anchored(
    key: Key,
    size: int,
    members: Codes,
    sizes: Longs,
    is_anchor: Bools,
    required: tuple[Bools, ...],
    forecast: Forecast,
) -> Blocks:
    """Blocks in which only members that are anchors are paired with all others of the block."""
    numbers = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    anchors = _sums(is_anchor, np.arange(len(members)), sizes)
    # The anchors of each block first, otherwise in order.
    members = members[np.argsort(numbers * np.int64(2) + ~is_anchor, kind="stable")]
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    return Blocks(key, size, members, starts, anchors, required, forecast)


def build_all(
    entries: Encoded,
    profile: Profile,
    limit: int,
    new: Bools | None = None,
    added: tuple[str, ...] = (),
) -> list[Blocks]:
    """The blocks of every key of a profile, the most telling key first.

    With ``new``, only pairs that have at least one new entry count. ``added`` are the added fields
    that block.
    """
    every = keys(profile, entries.size, limit, added)
    return [build(entries, key, limit, new) for key in every]


def chunks(blocks: Blocks, chunk_pairs: int) -> Iterator[tuple[Codes, Codes]]:
    """The pairs that count, as (left positions, right positions) with left < right.

    Each chunk is made from about ``chunk_pairs`` pairs.
    """
    sizes = np.diff(blocks.starts)
    if not len(sizes):
        return
    total = np.cumsum(gone_through(blocks))
    first = 0
    while first < len(sizes):
        done = int(total[first - 1]) if first else 0
        last = max(
            first + 1, int(np.searchsorted(total, done + chunk_pairs, side="right"))
        )
        left, right = _pairs_within(blocks, sizes, first, last)
        if blocks.required:
            counts = blocks.counts(left, right)
            left, right = left[counts], right[counts]
        yield left, right
        first = last


def gone_through(blocks: Blocks) -> Longs:
    """How many pairs the anchors of each block make, including those that do not count."""
    sizes = np.diff(blocks.starts)
    return np.asarray(
        blocks.anchors * (sizes - 1) - blocks.anchors * (blocks.anchors - 1) // 2,
        np.int64,
    )


def _pairs_within(
    blocks: Blocks, sizes: Longs, first: int, last: int
) -> tuple[Codes, Codes]:
    """The pairs of the blocks from ``first`` up to, not including, ``last``."""
    begin, end = int(blocks.starts[first]), int(blocks.starts[last])
    ends = np.repeat(blocks.starts[first + 1 : last + 1], sizes[first:last])
    place = np.arange(begin, end)
    followers = ends - place - 1
    followers[
        place
        >= np.repeat(
            (blocks.starts[:-1] + blocks.anchors)[first:last], sizes[first:last]
        )
    ] = 0
    left = np.repeat(place, followers)
    step = np.arange(len(left)) - np.repeat(np.cumsum(followers) - followers, followers)
    one, other = blocks.members[left], blocks.members[left + 1 + step]
    return np.minimum(one, other), np.maximum(one, other)
