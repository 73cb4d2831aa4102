"""The pairs of all blocking keys, cut into ranges of about as many pairs each.

A pair belongs to its left entry, under whatever key it comes: the pairs of all keys whose left
entries stand from one position up to another are a *range*. So a range is made by itself, on any
core or machine, holds every pair once though several keys bring it together, and no other range has
it: neither a set of seen pairs nor a sort of all of them is needed. Ranges follow each other in the
order of left, then right. How many pairs an entry begins is counted before any is made, so ranges
are of one size whatever the sizes of the blocks are, and may begin and end in the middle of a
block. (Load balancing by ranges of pairs: PairRange of Kolb, Thor and Rahm 2012, "Load balancing
for MapReduce-based entity resolution", there with the pairs numbered block by block.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voterlist.arrays import Bools, Codes, Longs, consecutive, pack_pairs, unpack_pairs
from voterlist.link.block import Blocks
from voterlist.model import frozen

_HALF = 32


@frozen
class Partners:
    """The pairs of one key: runs of partners, in the order of the left entries.

    Run i pairs the entry ``left[i]`` with ``count[i]`` entries, which stand in ``members`` from
    ``first[i]`` on and behind it in the list. An entry may have several runs.
    """

    members: Codes
    left: Codes
    first: Codes
    count: Codes

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return int(self.count.sum(dtype=np.int64))


@frozen
class Range:
    """The pairs whose left entry stands from ``start`` up to, not including, ``stop``."""

    start: int
    stop: int
    pairs: int
    """How many there are, one that several keys bring together counted with each."""


def partners(blocks: Blocks) -> Partners:
    """The pairs that the blocks of a key bring together, as runs of partners."""
    kinds, may_pair = _kinds(blocks)
    if may_pair.all():
        place = np.arange(len(kinds), dtype=np.int32)
        ends = np.repeat(blocks.starts[1:].astype(np.int32), np.diff(blocks.starts))
        return _in_order(blocks.members, place, place + np.int32(1), ends)
    # Inside a block the entries of one kind stand together, in their order: a section. The entries
    # of a section behind an entry are a run.
    section_of = blocks.numbers() * np.int64(len(may_pair)) + kinds
    order = np.argsort(section_of, kind="stable")
    section_of = section_of[order]
    begins = np.flatnonzero(np.diff(section_of, prepend=-1))
    sections = _Sections(
        members=blocks.members[order],
        starts=np.append(begins, len(order)),
        block=section_of[begins] // len(may_pair),
        kind=section_of[begins] % len(may_pair),
    )
    return _runs(sections, *_meeting(sections, may_pair))


def _kinds(blocks: Blocks) -> tuple[Longs, Bools]:
    """(the kind of each member, which two kinds of entries may be paired).

    A kind is all of an entry that decides whether a pair of a block counts.
    """
    counting, members = blocks.counting, blocks.members
    number = np.zeros(len(members), np.int64)
    if counting.groups is not None:
        number += counting.groups[members] + 1
    number *= 2
    if counting.required is not None:
        number += counting.required[members]
    # Few numbers are in use, and none is large: they are looked up in a table.
    distinct = np.flatnonzero(np.bincount(number))
    place = np.zeros(int(distinct.max(initial=0)) + 1, np.int64)
    place[distinct] = np.arange(len(distinct))
    kinds = place[number]
    group, has_flag = (distinct >> 1) - 1, (distinct & 1).astype(np.bool_)
    may_pair = np.ones((len(distinct), len(distinct)), np.bool_)
    if counting.required is not None:
        may_pair &= has_flag[:, None] | has_flag
    if counting.groups is not None:
        may_pair &= (group[:, None] < 0) | (group[:, None] != group)
    return kinds, may_pair


@frozen
class _Sections:
    """The entries of each block, kind by kind; section i from ``starts[i]`` on."""

    members: Codes
    starts: Longs
    block: Longs
    kind: Longs

    @property
    def sizes(self) -> Longs:
        return np.diff(self.starts)


def _meeting(sections: _Sections, may_pair: Bools) -> tuple[Longs, Longs]:
    """The sections of a block whose entries may be paired: each with itself, and both ways."""
    size = len(sections.block)
    begins = np.flatnonzero(np.diff(sections.block, prepend=-1))
    many = np.diff(np.append(begins, size))
    # The sections that each section meets are those of its block.
    first, count = np.repeat(begins, many), np.repeat(many, many)
    section_l = np.repeat(np.arange(size), count)
    section_r = consecutive(first, count)
    chosen = may_pair[sections.kind[section_l], sections.kind[section_r]]
    return section_l[chosen], section_r[chosen]


def _runs(sections: _Sections, one: Longs, other: Longs) -> Partners:
    """The runs of the entries of sections ``one`` among those of ``other``."""
    starts, sizes, members = sections.starts, sections.sizes, sections.members
    place = consecutive(starts[one], sizes[one])
    within = np.repeat(other, sizes[one])
    first = place + 1
    strange = np.flatnonzero(np.repeat(one != other, sizes[one]))
    if len(strange):
        numbers = np.repeat(np.arange(len(sizes)) << _HALF, sizes) + members
        wanted = (within[strange] << _HALF) + members[place[strange]]
        first[strange] = np.searchsorted(numbers, wanted)
    return _in_order(members, place, first, starts[1:][within])


def _in_order(
    members: Codes, place: Codes | Longs, first: Codes | Longs, end: Codes | Longs
) -> Partners:
    """The runs in the order of their left entries, which stand at these places among members."""
    kept = np.flatnonzero(end > first)
    packed = members[place[kept]].astype(np.int64) << _HALF
    packed |= kept
    packed.sort()
    kept = packed & ((1 << _HALF) - 1)
    first = first[kept].astype(np.int32)
    return Partners(
        members,
        left=(packed >> _HALF).astype(np.int32),
        first=first,
        count=end[kept].astype(np.int32) - first,
    )


def cut(keys: Sequence[Partners], size: int, most: int) -> list[Range]:
    """The pairs of all keys in ranges, in order; ``size`` is how many entries the list has.

    A range has at most ``most`` pairs, or one left entry alone that begins more; none is empty.
    """
    begun = np.zeros(size, np.int64)
    for key in keys:
        first = np.flatnonzero(np.diff(key.left, prepend=-1))
        if len(first):
            begun[key.left[first]] += np.add.reduceat(key.count, first, dtype=np.int64)
    total = np.cumsum(begun)
    ranges, start, done = [], 0, 0
    while size and done < total[-1]:
        stop = int(np.searchsorted(total, done + most, side="right"))
        # An entry that begins more pairs than that is a range by itself.
        stop = max(stop, int(np.searchsorted(total, done, side="right")) + 1)
        ranges.append(Range(start, stop, int(total[stop - 1]) - done))
        start, done = stop, int(total[stop - 1])
    return ranges


def of_runs(key: Partners, runs: Longs) -> tuple[Codes, Codes]:
    """The pairs of these runs of a key: (left, right), run after run."""
    count = key.count[runs]
    left = np.repeat(key.left[runs], count)
    return left, key.members[consecutive(key.first[runs], count)]


def pairs_of(keys: Sequence[Partners], within: Range) -> tuple[Codes, Codes]:
    """The pairs of a range, each once: (left, right), in the order of left, then right."""
    numbers = [np.zeros(0, np.int64)]
    for key in keys:
        begin, end = np.searchsorted(key.left, (within.start, within.stop))
        numbers.append(pack_pairs(*of_runs(key, np.arange(begin, end))))
    every = np.concatenate(numbers)
    every.sort()
    return unpack_pairs(every[np.diff(every, prepend=-1) > 0])
