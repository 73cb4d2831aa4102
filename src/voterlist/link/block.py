"""Blocking: which entries are compared, by several keys, with every pair that is cut counted.

A key is a set of fields that must agree. Two entries are compared once, under the first key that
brings them together. A block that is too large is split by the key's further fields; the pairs that
a split separates are counted, so no pair is lost unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

import numpy as np

from voterlist.arrays import Bools, Codes, Longs, pack_known, runs
from voterlist.link.encode import Encoded
from voterlist.link.keys import Key, keys, prepare, together
from voterlist.link.keys import field as field_of
from voterlist.model import Profile, frozen
from voterlist.persons.chance import members_of_groups
from voterlist.processes.threads import each


@frozen
class Forecast:
    """What one key will cost, known before a pair is made."""

    key: str
    blocks: int
    pairs: int
    largest: int
    """Entries in its largest block, after splitting."""
    not_compared: int
    """Pairs that agree on the key's fields but were parted because their block was too large."""


@frozen
class Counting:
    """Which pairs of a block count."""

    required: Bools | None
    """Flags of entries: a pair counts only where it has at least one entry with the flag."""
    groups: Codes | None
    """The group of each entry: a pair of one group does not count. -1 is no group."""

    @property
    def is_all(self) -> bool:
        """Whether every pair counts."""
        return self.required is None and self.groups is None

    def pairs(self, order: Longs, sizes: Longs) -> Longs:
        """How many pairs count in each run of entries; the runs follow each other in ``order``."""
        pairs = self._between_groups(None, order, sizes)
        if self.required is not None:
            pairs = pairs - self._between_groups(~self.required, order, sizes)
        return pairs

    def _between_groups(
        self, chosen: Bools | None, order: Longs, sizes: Longs
    ) -> Longs:
        """The pairs of the chosen entries of each run, without those of one group."""
        pairs = _pairs_of(sizes if chosen is None else _sums(chosen, order, sizes))
        for members in members_of_groups(self.groups):
            inside = members if chosen is None else members & chosen
            pairs = pairs - _pairs_of(_sums(inside, order, sizes))
        return pairs

    def counts(self, left: Codes, right: Codes) -> Bools:
        """True where a pair of one block counts."""
        counts = np.ones(len(left), np.bool_)
        if self.required is not None:
            counts &= self.required[left] | self.required[right]
        if self.groups is not None:
            group = self.groups[left]
            counts &= (group < 0) | (group != self.groups[right])
        return counts


def _pairs_of(sizes: Longs) -> Longs:
    """How many pairs so many entries make."""
    return sizes * (sizes - 1) // 2


@frozen
class Blocks:
    """The blocks of one key.

    ``members`` of block i stand from ``starts[i]`` to ``starts[i + 1]``, in the order of the list.
    """

    key: Key
    size: int
    """Entries of the list."""
    members: Codes
    starts: Longs
    counting: Counting
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
        block = block_of[left]
        together = (block >= 0) & (block == block_of[right])
        if self.counting.is_all:
            return np.asarray(together)
        return np.asarray(together & self.counting.counts(left, right))


def _sums(chosen: Bools, order: Longs, sizes: Longs) -> Longs:
    """How many of the chosen entries each run holds."""
    if not len(sizes):
        return sizes
    return np.add.reduceat(
        chosen[order], np.r_[0, np.cumsum(sizes)[:-1]], dtype=np.int64
    )


def split_runs(
    codes: Longs,
    splits: Sequence[str],
    values: Callable[[str], Codes | Longs],
    limit: int,
    counting: Counting,
) -> tuple[Longs, Longs, int]:
    """The runs of the codes of a key, split beyond ``limit`` as long as there is a split left.

    ``values`` gives the codes of a split. Returns (order, sizes, pairs that the splits parted).
    """
    order, sizes = runs(codes)
    parted = 0
    for name in splits:
        if not (sizes > limit).any():
            break
        large = np.repeat(sizes > limit, sizes)
        positions = order[large]
        before = counting.pairs(order, sizes)[sizes > limit].sum()
        part = values(name)[positions]
        # An unknown split value is a value of its own here: its entries stay together, none is
        # lost. Any code below 0 is unknown.
        part = np.maximum(part, -1)
        finer = pack_known(codes[positions], part + 1)
        within, after = runs(finer)
        parted += int(before - counting.pairs(positions[within], after).sum())
        codes = codes.copy()
        codes[positions] = finer
        order, sizes = runs(codes)
    return order, sizes, parted


def build(
    entries: Encoded, key: Key, limit: int, groups: Codes | None = None
) -> Blocks:
    """The blocks of one key over the list, none larger than ``limit`` entries.

    A block still too large when the key has no further field is cut from comparison under this key,
    and counted: such a block says only that many entries share a common value. With ``groups``,
    pairs of two entries of one group do not count; -1 is no group.
    """
    required = entries.partial_date if key.partial_dates else None
    counting = Counting(required, groups)
    codes, limit = together(entries, key.fields), key.most(limit)

    def values(name: str) -> Codes | Longs:
        return field_of(entries, name)

    split = split_runs(codes, key.splits, values, limit, counting)
    return of_runs(key, entries.size, split, limit, counting)


def of_runs(
    key: Key,
    size: int,
    split: tuple[Longs, Longs, int],
    limit: int,
    counting: Counting,
) -> Blocks:
    """The blocks of a key over ``size`` entries, of the runs that ``split_runs`` gives."""
    order, sizes, parted = split
    pairs = counting.pairs(order, sizes)
    kept = (pairs >= 1) & (sizes <= limit)
    parted += int(pairs[sizes > limit].sum())
    members = order[np.repeat(kept, sizes)].astype(np.int32)
    cut = order[np.repeat((pairs >= 1) & (sizes > limit), sizes)].astype(np.int32)
    sizes, pairs = sizes[kept], pairs[kept]
    forecast = Forecast(
        key.name, len(sizes), int(pairs.sum()), int(sizes.max(initial=0)), parted
    )
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    return Blocks(key, size, members, starts, counting, forecast, cut)


def build_all(
    entries: Encoded,
    profile: Profile,
    limit: int,
    groups: Codes | None = None,
    added: Mapping[str, bool] | None = None,
    own: tuple[Key, ...] = (),
    *,
    one_by_one: bool = False,
) -> list[Blocks]:
    """The blocks of every key of a profile, the most telling key first.

    With ``groups``, pairs of two entries of one group do not count. ``added`` tells of the added
    fields whether they block, ``own`` are the keys of the user. ``one_by_one``: no two keys are
    worked on at once, which takes less memory.
    """
    every = keys(profile, entries.size, limit, added, own)
    prepare(entries, [key.fields for key in every])
    if one_by_one:
        blocks = [build(entries, key, limit, groups) for key in every]
    else:
        blocks = each(lambda key: build(entries, key, limit, groups), every)
    # What keys have in common takes as much memory as a few columns.
    entries.joins.clear()
    return blocks


def pairs_within(size: int) -> int:
    """How many pairs so many entries make."""
    return size * (size - 1) // 2


def pairs_without(groups: Codes) -> int:
    """How many pairs of entries count: all but those inside a group."""
    sizes = np.bincount(groups[groups >= 0]).tolist()
    return pairs_within(len(groups)) - sum(map(pairs_within, sizes))
