"""The candidate pairs of the list, on the cluster: made, compared, scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from voterlist.arrays import Codes, Longs, pack_pairs
from voterlist.link.block import Forecast
from voterlist.link.comparisons import Comparisons
from voterlist.link.fit import MUCH
from voterlist.link.weigh import VectorCounts, count
from voterlist.spark import comparing
from voterlist.spark.blocking import Blocking, Ranges, forecast_of, to_ranges
from voterlist.spark.entries import Counted
from voterlist.spark.exchange import (
    Each,
    OfTask,
    Parcel,
    Steps,
    delivered,
    in_order,
    kind_of,
    mapped,
    of_each,
    of_kind,
    opened,
    parcels_of,
    to_several,
)
from voterlist.spark.part import Part, joined, part

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Blocked:
    """The candidate pairs of the list, each once, in ranges."""

    pairs: DataFrame
    ranges: int
    """How many ranges there are."""
    candidates: int
    """How many pairs there are."""
    forecast: tuple[Forecast, ...]
    reachable: int
    parted: int


def blocked(
    steps: Steps,
    counted: Counted,
    blocking: Blocking,
    tell: Callable[[tuple[Forecast, ...]], None],
) -> Blocked:
    """The pairs that the keys bring together."""
    many = counted.many
    parts = kind_of(counted.parts, "part")

    def frame() -> Each:
        codes = of_each(parts, "keys", opened(blocking.sent), folder=steps.handed)
        return Each(delivered(codes, blocking.tasks), "blocks", blocking.blocks)

    found = steps.step("blocks", frame)
    told = [parcel.tables for parcel in steps.told("blocks", "told")]
    made, begun = kind_of(found, "blocks"), steps.told("blocks", "blocks")
    asked = kind_of(found, "large")
    if sum(tables["large"].column("count")[0].as_py() for tables in told):
        split = _split_blocks(steps, blocking, parts.union(asked), many)
        of_split = steps.told("split-blocks", "told")
        told += [parcel.tables for parcel in of_split]
        made = made.union(kind_of(split, "blocks"))
        begun += steps.told("split-blocks", "blocks")
    forecast = forecast_of(blocking.keys, told)
    tell(forecast)
    counts = np.zeros(many, np.int64)
    for parcel in begun:
        counts[parcel.addressee] += parcel.rows
    ranges = Ranges.of(counts, blocking.chunk_pairs, counted.starts)

    def dealt() -> Each:
        of_ranges = mapped(made, "ranges", partial(to_ranges, ranges))
        work = partial(comparing.made, blocking=blocking, ranges=ranges)
        return Each(delivered(of_ranges, ranges.many), "pairs", work)

    pairs = steps.step("pairs", dealt)
    sizes = [parcel.rows for parcel in steps.told("pairs", "pairs")]
    reached = [parcel.rows for parcel in steps.told(counted.step, "reachable")]
    cut = np.concatenate(
        [tables["cut"].column("position").to_numpy() for tables in told]
    )
    return Blocked(
        pairs,
        ranges.many,
        sum(sizes),
        forecast,
        sum(reached),
        _count_parted(steps, np.unique(cut), counted.whole.size),
    )


def _split_blocks(
    steps: Steps, blocking: Blocking, parts: DataFrame, many: int
) -> DataFrame:
    """The blocks that are too large, split by the values of their entries.

    Args:
        steps: does and keeps the step.
        blocking: how blocks are made.
        parts: the parts, and what the blocks ask of them.
        many: how many parts there are.
    """

    def frame() -> Each:
        values = of_each(
            delivered(parts, many),
            "splits",
            partial(_splits, blocking),
            folder=steps.handed,
        )
        tasks = delivered(values, blocking.tasks)
        return Each(tasks, "split-blocks", blocking.split_blocks)

    return steps.step("split-blocks", frame)


def _count_parted(steps: Steps, cut: Codes, size: int) -> int:
    """How many of the entries of blocks that are too large stand in no other block.

    0 where they are too few for a doubt: then nobody asks for the others.
    """
    if len(cut) <= MUCH * size:
        return 0
    members = [p.tables["members"] for p in steps.told("blocks", "members")]
    inside = np.unique(
        np.concatenate([m.column("position").to_numpy() for m in members])
    )
    return int((~np.isin(cut, inside)).sum())


def _splits(blocking: Blocking, number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
    asked = of_kind(parcels, "large")
    if asked:
        (own,) = of_kind(parcels, "part")
        yield from blocking.splits(number, own.tables, asked)


# --- vectors


@dataclass(frozen=True)
class Compared:
    """The pairs with their vectors, in ranges, and how many pairs have each vector."""

    pairs: DataFrame
    vectors: VectorCounts
    random: VectorCounts
    """Of the random pairs."""
    ranges: int
    """How many ranges there are."""


def compared(
    steps: Steps,
    counted: Counted,
    blocked: Blocked,
    comparisons: Comparisons,
    random: tuple[Codes, Codes, Longs],
) -> Compared:
    """All pairs and the random ones, compared on the cluster."""
    many, starts = counted.many, counted.starts
    first_random = blocked.ranges
    drawn = list(_draw(random, first_random, _random_ranges(many)))
    tasks = first_random + len(drawn)

    def frame() -> Each:
        asked, found = (kind_of(blocked.pairs, kind) for kind in ("wanted", "pairs"))
        wanted, sliced = _with_random(steps, drawn, starts, asked, found)
        served = _serve(counted, wanted, steps.handed)
        work = partial(
            comparing.compared,
            whole=counted.whole,
            comparisons=comparisons,
            random_from=first_random,
        )
        return Each(delivered(sliced.union(served), tasks), "compare", work)

    return _with_vectors(steps, "vectors", frame, first_random)


def compared_again(
    steps: Steps,
    counted: Counted,
    before: Compared,
    comparisons: Comparisons,
    random: tuple[Codes, Codes, Longs],
    perhaps: Longs,
) -> Compared:
    """The same pairs with other counts; those of other vectors than ``perhaps`` stay."""
    many, starts = counted.many, counted.starts
    drawn = list(_draw(random, before.ranges, _random_ranges(many)))
    tasks = before.ranges + len(drawn)

    def frame() -> Each:
        wanted = mapped(before.pairs, "perhaps", partial(_near_wanted, perhaps, starts))
        wanted, sliced = _with_random(steps, drawn, starts, wanted, before.pairs)
        served = _serve(counted, wanted, steps.handed)
        work = partial(
            comparing.compared_again,
            whole=counted.whole,
            comparisons=comparisons,
            perhaps=perhaps,
            random_from=before.ranges,
        )
        return Each(delivered(sliced.union(served), tasks), "compare-again", work)

    return _with_vectors(steps, "vectors-again", frame, before.ranges)


def _with_random(
    steps: Steps,
    drawn: list[tuple[int, pa.Table]],
    starts: Longs,
    wanted: DataFrame,
    sliced: DataFrame,
) -> tuple[DataFrame, DataFrame]:
    """What is asked for, and the pairs, with those of the random ranges."""
    if not drawn:
        return wanted, sliced
    asked = [
        parcel
        for number, table in drawn
        for parcel in comparing.wanted_by(number, table, starts)
    ]
    pairs = [comparing.slices_of(number, -1, table) for number, table in drawn]
    return wanted.union(steps.sent(asked)), sliced.union(steps.sent(pairs))


def _random_ranges(parts: int) -> int:
    """In how many ranges random pairs are compared."""
    return max(2, parts // 4)


def _with_vectors(
    steps: Steps, name: str, each: Callable[[], Each], ranges: int
) -> Compared:
    pairs = steps.step(name, each)
    counts, random = (_vectors(steps, name, kind) for kind in ("counts", "random"))
    return Compared(kind_of(pairs, "pairs"), counts, random, ranges)


def _draw(
    random: tuple[Codes, Codes, Longs], first: int, tasks: int
) -> Iterator[tuple[int, pa.Table]]:
    """The random pairs in so many ranges."""
    left, right, times = random
    pairs = pack_pairs(left, right)
    order = np.argsort(pairs, kind="stable")
    for number, rows in enumerate(np.array_split(order, tasks)):
        if len(rows):
            yield first + number, pa.table({"pair": pairs[rows], "keys": times[rows]})


def _serve(counted: Counted, wanted: DataFrame, folder: str | None = None) -> DataFrame:
    """The entries that are asked for, for those who ask; large ones in this folder."""
    many, own = counted.many, kind_of(counted.parts, "part")
    every = to_several(own, comparing.servers(many), many).union(wanted)
    work = partial(comparing.served, starts=counted.starts)
    return of_each(delivered(every, many), "entries", work, folder=folder)


def _vectors(steps: Steps, name: str, kind: str) -> VectorCounts:
    tables = [parcel.tables["counts"] for parcel in steps.told(name, kind)]
    return count(
        [
            VectorCounts(
                table.column("code").to_numpy(), table.column("count").to_numpy()
            )
            for table in tables
        ]
    )


# --- kept pairs, and the entries of some positions


def chosen(
    steps: Steps,
    name: str,
    counted: Counted,
    compared: Compared,
    near: Longs,
    work: OfTask,
) -> pa.Table:
    """What is worked out of the pairs whose vectors are among ``near``, by left, then right."""

    def frame() -> Each:
        wanted = mapped(
            compared.pairs, "near", partial(_near_wanted, near, counted.starts)
        )
        sliced = mapped(compared.pairs, "near", partial(_near, near))
        served = _serve(counted, wanted, steps.handed)
        return Each(delivered(sliced.union(served), compared.ranges), name, work)

    steps.step(name, frame)
    found = steps.told(name, "kept")
    if not found:
        return pa.table({})
    table = pa.concat_tables([parcel.tables["kept"] for parcel in found])
    return table.sort_by(
        [("left", "ascending"), ("right", "ascending")]
    ).combine_chunks()


def _near_wanted(near: Longs, starts: Longs, parcels: list[Parcel]) -> Iterator[Parcel]:
    for number, table in comparing.near_pairs(parcels, near):
        yield from comparing.wanted_by(number, table, starts)


def _near(near: Longs, parcels: list[Parcel]) -> Iterator[Parcel]:
    for number, table in comparing.near_pairs(parcels, near):
        yield comparing.slices_of(number, number, table)


def entries_at(steps: Steps, counted: Counted, positions: Codes) -> Part | None:
    """The entries at these positions, ascending, on the driver; None where there are none."""
    if not len(positions):
        return None
    pairs = pa.table({"pair": pack_pairs(positions, positions)})
    wanted = steps.sent(comparing.wanted_by(0, pairs, counted.starts))
    found = _serve(counted, wanted).toArrow()
    pieces = comparing.pieces_of(in_order(parcels_of(found)))
    return part(joined(pieces), counted.whole)
