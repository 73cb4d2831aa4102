"""The candidate pairs of the list, on the cluster: made, compared, scored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.arrays import Codes, Longs
from voterlist.link.block import Forecast
from voterlist.link.comparisons import Comparisons, Pairs
from voterlist.link.fit import MUCH
from voterlist.link.part import Part, joined, nobody, part
from voterlist.link.weigh import VectorCounts, count
from voterlist.spark import comparing
from voterlist.spark.blocking import Blocking, forecast_of, large_of
from voterlist.spark.entries import Counted
from voterlist.spark.exchange import Parcel, Step, Steps, opened


@dataclass(frozen=True)
class Blocks:
    """The blocks of the list, in tasks."""

    steps: list[tuple[Step, Blocking]]
    """Those that are small enough, then those of which the codes had to be split."""
    forecast: tuple[Forecast, ...]
    reachable: int
    parted: int


@dataclass(frozen=True)
class Blocked:
    """The candidate pairs of the list, each once, in ranges."""

    pairs: Step
    ranges: int
    """How many ranges there are."""
    sizes: list[int]
    """How many pairs each range has that has any."""
    blocks: Blocks

    @property
    def candidates(self) -> int:
        """How many pairs there are."""
        return sum(self.sizes)


def blocks(steps: Steps, counted: Counted, blocking: Blocking) -> Blocks:
    """The blocks of every key."""

    def made_by(blocking: Blocking) -> tuple[Step, list[Parcel]]:
        sent = counted.parts.each("codes", opened(blocking.sent))
        made = sent.delivered(counted.many).each("blocks", blocking.blocks)
        made = steps.kept(made)
        return made, made.told("told")

    first, parcels = made_by(blocking)
    made = [(first, blocking)]
    reachable = sum(parcel.rows for parcel in parcels)
    large = large_of(blocking.keys, [parcel.tables for parcel in parcels])
    if any(map(len, large)):
        split = replace(blocking, large=large)
        of_large, of_split = made_by(split)
        made.append((of_large, split))
        parcels += of_split
    tables = [parcel.tables for parcel in parcels]
    cut = np.unique(
        np.concatenate([of["cut"].column("position").to_numpy() for of in tables])
    )
    return Blocks(
        made,
        forecast_of(blocking.keys, tables),
        reachable,
        _count_parted([step for step, _ in made], cut, counted.whole.size),
    )


def blocked(
    steps: Steps, counted: Counted, blocks: Blocks, chunk_pairs: int
) -> Blocked:
    """The pairs that the keys bring together."""
    every = sum(line.pairs for line in blocks.forecast)
    ranges = max(counted.many, -(-every // chunk_pairs))
    made = [
        step.of_kind("part").each("pairs", opened(partial(blocking.pairs, many=ranges)))
        for step, blocking in blocks.steps
    ]
    every_pair = made[0].union(made[1]) if len(made) > 1 else made[0]
    work = partial(comparing.made, starts=counted.starts)
    pairs = steps.kept(every_pair.delivered(ranges).each("ranges", work))
    return Blocked(pairs, ranges, pairs.sizes("pairs"), blocks)


def _count_parted(steps: list[Step], cut: Codes, size: int) -> int:
    """How many of the entries of blocks that are too large stand in no other block.

    0 where they are too few for a doubt: then nobody asks for the others.
    """
    if len(cut) <= MUCH * size:
        return 0
    inside = [
        parcel.tables["members"].column("position").to_numpy()
        for step in steps
        for parcel in step.told("members")
    ]
    return int((~np.isin(cut, np.concatenate(inside))).sum())


# --- vectors


@dataclass(frozen=True)
class Compared:
    """The pairs with their vectors, in ranges, and how many pairs have each vector."""

    pairs: Step
    vectors: VectorCounts
    ranges: int
    """How many ranges there are."""


def compared(
    steps: Steps, counted: Counted, blocked: Blocked, comparisons: Comparisons
) -> Compared:
    """All pairs, compared on the cluster."""
    wanted, found = map(blocked.pairs.of_kind, ("wanted", "pairs"))
    work = partial(comparing.compared, whole=counted.whole, comparisons=comparisons)
    every = found.union(_serve(counted, wanted)).delivered(blocked.ranges)
    return _counted(steps.kept(every.each("compare", work)), blocked.ranges)


def compared_again(
    steps: Steps,
    counted: Counted,
    before: Compared,
    comparisons: Comparisons,
    perhaps: Longs,
) -> Compared:
    """The same pairs with other counts; those of other vectors than ``perhaps`` stay."""
    ask = partial(comparing.wanted_again, perhaps=perhaps, starts=counted.starts)
    served = _serve(counted, before.pairs.each("perhaps", ask))
    work = partial(
        comparing.compared,
        whole=counted.whole,
        comparisons=comparisons,
        perhaps=perhaps,
    )
    every = before.pairs.union(served).delivered(before.ranges)
    return _counted(steps.kept(every.each("compare-again", work)), before.ranges)


def _counted(pairs: Step, ranges: int) -> Compared:
    tables = [parcel.tables["counts"] for parcel in pairs.told("counts")]
    counts = [
        VectorCounts(*(table.column(name).to_numpy() for name in ("code", "count")))
        for table in tables
    ]
    return Compared(pairs.of_kind("pairs"), count(counts), ranges)


def _serve(counted: Counted, wanted: Step) -> Step:
    """The entries that are asked for, for those who ask."""
    work = partial(comparing.served, starts=counted.starts)
    every = counted.parts.union(wanted).delivered(counted.many)
    return every.each("entries", work)


# --- pairs and entries on the driver


def near(compared: Compared, codes: Longs) -> pa.Table:
    """The pairs whose vectors are among these, by left, then right."""
    work = partial(comparing.near, codes=codes)
    found = compared.pairs.each("near", work).told("near")
    none = np.zeros(0, np.int64)
    empty = pa.table(dict.fromkeys(("pair", "keys", "vector"), none))
    table = pa.concat_tables([empty, *(parcel.tables["near"] for parcel in found)])
    return table.sort_by("pair").combine_chunks()


def pairs_at(counted: Counted, left: Codes, right: Codes) -> tuple[Part, Pairs]:
    """(the entries at these positions of the list, on the driver; the pairs of them)."""
    positions = np.unique(np.concatenate([left, right]))
    work = partial(comparing.at, positions=positions, starts=counted.starts)
    found = counted.parts.each("entries", opened(work)).told("entries")
    entries = replace(nobody(counted.whole), size=0)
    if found:
        entries = part(joined([parcel.tables for parcel in found]), counted.whole)
    return entries, Pairs(entries, entries.local(left), entries.local(right))
