"""The candidate pairs of the list, on the cluster: made, compared, scored.

A range of pairs asks the parts for its entries, once each, and compares its pairs as the local
engine does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Codes, Longs, unpack_pairs
from voterlist.link import weigh
from voterlist.link.block import Forecast
from voterlist.link.comparisons.base import Pairs
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.encode import Whole
from voterlist.link.fit import MUCH
from voterlist.link.part import (
    ENTRIES,
    Part,
    Tables,
    cut,
    join_parts,
    nobody,
    part,
)
from voterlist.link.weigh import VectorCounts, count
from voterlist.spark.blocking import Blocking, distinct_pairs, forecast_of, large_of
from voterlist.spark.entries import Counted
from voterlist.spark.exchange import (
    Parcel,
    Step,
    Steps,
    of_kind,
    on_tables,
)

_NOT_SENT = ("fin_hash", "document_hash", "group")


def _distinct(number: int, parcels: list[Parcel], starts: Longs) -> Iterator[Parcel]:
    """The pairs of a range, and what it asks of the parts."""
    table = distinct_pairs(parcels)
    yield Parcel(number, "pairs", number, len(table), {"pairs": table})
    yield from _wanted_by(number, table, starts)


def _wanted_by(number: int, table: pa.Table, starts: Longs) -> Iterator[Parcel]:
    """What a range asks of the parts: the positions of the entries of its pairs."""
    members = np.unique(np.concatenate(unpack_pairs(table.column("pair").to_numpy())))
    bounds = np.searchsorted(members, starts)
    for target, (start, stop) in enumerate(pairwise(bounds.tolist())):
        if stop > start:
            positions = pa.table({"position": members[start:stop]})
            yield Parcel(target, "wanted", number, stop - start, {"wanted": positions})


def _entries_for(number: int, parcels: list[Parcel], starts: Longs) -> Iterator[Parcel]:
    """The entries of a part, for each range that asks for some."""
    wanted = of_kind(parcels, "wanted")
    if not wanted:
        return
    (own,) = of_kind(parcels, "part")
    tables = _columns_sent(own.tables)
    for parcel in wanted:
        positions = parcel.tables["wanted"].column("position").to_numpy()
        yield Parcel(
            parcel.sender,
            "entries",
            number,
            len(positions),
            cut(tables, positions - starts[number]),
        )


def _columns_sent(tables: Tables) -> Tables:
    """The columns of a part that a range gets."""
    entries = tables[ENTRIES]
    kept = [name for name in entries.column_names if name not in _NOT_SENT]
    return {**tables, ENTRIES: entries.select(kept)}


def _entries_at(
    number: int, tables: Tables, positions: Codes, starts: Longs
) -> Iterator[Parcel]:
    """Those of the entries at these positions, ascending, that stand in a part."""
    start, stop = np.searchsorted(positions, starts[number : number + 2])
    if stop > start:
        rows = positions[start:stop] - starts[number]
        yield Parcel(0, "entries", number, len(rows), cut(_columns_sent(tables), rows))


def _pairs_of(parcels: list[Parcel]) -> pa.Table:
    """The pairs of a range."""
    (own,) = of_kind(parcels, "pairs")
    return own.tables["pairs"].combine_chunks()


def _compare(
    number: int,
    parcels: list[Parcel],
    whole: Whole,
    comparisons: Comparisons,
    perhaps: Longs | None = None,
) -> Iterator[Parcel]:
    """The pairs of a range with their vectors, and how often it has each vector.

    With ``perhaps`` those are compared again that had one of these vectors; the others stay.
    """
    table = _pairs_of(parcels)
    numbers = table.column("pair").to_numpy()
    rows, vectors = np.arange(len(numbers)), np.zeros(len(numbers), np.int64)
    if perhaps is not None:
        vectors = table.column("vector").to_numpy().copy()
        rows, table = np.isin(vectors, perhaps).nonzero()[0], table.drop(["vector"])
    if len(rows):
        # The parts sent the entries, in the order of the parts.
        sent = [parcel.tables for parcel in of_kind(parcels, "entries")]
        entries = part(join_parts(sent), whole)
        left, right = map(entries.local, unpack_pairs(numbers[rows]))
        levels = comparisons.compare(Pairs(entries, left, right))
        vectors[rows] = comparisons.pack(levels)
    yield Parcel(
        number,
        "pairs",
        number,
        len(vectors),
        {"pairs": table.append_column("vector", pa.array(vectors))},
    )
    counted = weigh.count_chunk(vectors)
    counts = pa.table({"code": counted.codes, "count": counted.counts})
    yield Parcel(number, "counts", number, len(counts), {"counts": counts})


def _among(number: int, parcels: list[Parcel], codes: Longs) -> Iterator[Parcel]:
    """The pairs of a range whose vector is one of these."""
    table = _pairs_of(parcels)
    found = table.filter(pc.is_in(table.column("vector"), value_set=pa.array(codes)))
    if len(found):
        yield Parcel(number, "near", number, len(found), {"near": found})


def _wanted_again(
    number: int, parcels: list[Parcel], perhaps: Longs, starts: Longs
) -> Iterator[Parcel]:
    """What a range asks of the parts for the pairs whose vector is one of these."""
    for parcel in _among(number, parcels, perhaps):
        yield from _wanted_by(number, parcel.tables["near"], starts)


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
        sent = counted.parts.each("codes", on_tables(blocking.sent))
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


def block_pairs(
    steps: Steps, counted: Counted, blocks: Blocks, chunk_pairs: int
) -> Blocked:
    """The pairs that the keys bring together."""
    every = sum(line.pairs for line in blocks.forecast)
    ranges = max(counted.many, -(-every // chunk_pairs))
    made = [
        step.of_kind("part").each(
            "pairs", on_tables(partial(blocking.pairs, many=ranges))
        )
        for step, blocking in blocks.steps
    ]
    every_pair = made[0].union(made[1]) if len(made) > 1 else made[0]
    work = partial(_distinct, starts=counted.starts)
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


def compare_pairs(
    steps: Steps, counted: Counted, blocked: Blocked, comparisons: Comparisons
) -> Compared:
    """All pairs, compared on the cluster."""
    wanted, found = map(blocked.pairs.of_kind, ("wanted", "pairs"))
    work = partial(_compare, whole=counted.whole, comparisons=comparisons)
    every = found.union(_serve(counted, wanted)).delivered(blocked.ranges)
    return _count_pairs(steps.kept(every.each("compare", work)), blocked.ranges)


def compared_again(
    steps: Steps,
    counted: Counted,
    before: Compared,
    comparisons: Comparisons,
    perhaps: Longs,
) -> Compared:
    """The same pairs with other counts; those of other vectors than ``perhaps`` stay."""
    ask = partial(_wanted_again, perhaps=perhaps, starts=counted.starts)
    served = _serve(counted, before.pairs.each("perhaps", ask))
    work = partial(
        _compare,
        whole=counted.whole,
        comparisons=comparisons,
        perhaps=perhaps,
    )
    every = before.pairs.union(served).delivered(before.ranges)
    return _count_pairs(steps.kept(every.each("compare-again", work)), before.ranges)


def _count_pairs(pairs: Step, ranges: int) -> Compared:
    tables = [parcel.tables["counts"] for parcel in pairs.told("counts")]
    counts = [
        VectorCounts(*(table.column(name).to_numpy() for name in ("code", "count")))
        for table in tables
    ]
    return Compared(pairs.of_kind("pairs"), count(counts), ranges)


def _serve(counted: Counted, wanted: Step) -> Step:
    """The entries that are asked for, for those who ask."""
    work = partial(_entries_for, starts=counted.starts)
    every = counted.parts.union(wanted).delivered(counted.many)
    return every.each("entries", work)


# --- pairs and entries on the driver


def near(compared: Compared, codes: Longs) -> pa.Table:
    """The pairs whose vectors are among these, by left, then right."""
    work = partial(_among, codes=codes)
    found = compared.pairs.each("near", work).told("near")
    none = np.zeros(0, np.int64)
    empty = pa.table(dict.fromkeys(("pair", "keys", "vector"), none))
    table = pa.concat_tables([empty, *(parcel.tables["near"] for parcel in found)])
    return table.sort_by("pair").combine_chunks()


def pairs_at(counted: Counted, left: Codes, right: Codes) -> tuple[Part, Pairs]:
    """(the entries at these positions of the list, on the driver; the pairs of them)."""
    positions = np.unique(np.concatenate([left, right]))
    work = partial(_entries_at, positions=positions, starts=counted.starts)
    found = counted.parts.each("entries", on_tables(work)).told("entries")
    entries = replace(nobody(counted.whole), size=0)
    if found:
        entries = part(join_parts([parcel.tables for parcel in found]), counted.whole)
    return entries, Pairs(entries, entries.local(left), entries.local(right))
