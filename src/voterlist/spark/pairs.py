"""The candidate pairs of the list, on the cluster: made, compared, scored."""

from __future__ import annotations

from collections.abc import Iterator
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
from voterlist.spark.blocking import Blocking, forecast_of
from voterlist.spark.entries import Counted
from voterlist.spark.exchange import (
    OfTask,
    Parcel,
    Steps,
    delivered,
    kind_of,
    of_each,
    opened,
    told,
)
from voterlist.spark.part import Part, joined, part

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Blocks:
    """The blocks of the list, in tasks."""

    frame: DataFrame
    blocking: Blocking
    forecast: tuple[Forecast, ...]
    reachable: int
    parted: int


@dataclass(frozen=True)
class Blocked:
    """The candidate pairs of the list, each once, in ranges."""

    pairs: DataFrame
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
    parts = counted.parts
    looked = told(of_each(parts, "keys", opened(blocking.looked)), "looked")
    blocking = blocking.with_large(looked)
    codes = delivered(of_each(parts, "codes", opened(blocking.sent)), blocking.tasks)
    made = steps.kept(of_each(codes, "blocks", blocking.blocks))
    tables = [parcel.tables for parcel in told(made, "told")]
    cut = [of["cut"].column("position").to_numpy() for of in tables]
    return Blocks(
        made,
        blocking,
        forecast_of(blocking.keys, tables),
        sum(parcel.rows for parcel in looked),
        _count_parted(made, np.unique(np.concatenate(cut)), counted.whole.size),
    )


def blocked(
    steps: Steps, counted: Counted, blocks: Blocks, chunk_pairs: int
) -> Blocked:
    """The pairs that the keys bring together."""
    every = sum(line.pairs for line in blocks.forecast)
    ranges = max(counted.many, -(-every // chunk_pairs))
    made = of_each(
        kind_of(blocks.frame, "part"),
        "pairs",
        opened(partial(blocks.blocking.pairs, many=ranges)),
    )
    work = partial(comparing.made, starts=counted.starts)
    pairs = steps.kept(of_each(delivered(made, ranges), "ranges", work))
    sizes = [parcel.rows for parcel in told(pairs, "pairs")]
    return Blocked(pairs, ranges, sizes, blocks)


def _count_parted(blocks: DataFrame, cut: Codes, size: int) -> int:
    """How many of the entries of blocks that are too large stand in no other block.

    0 where they are too few for a doubt: then nobody asks for the others.
    """
    if len(cut) <= MUCH * size:
        return 0
    members = [parcel.tables["members"] for parcel in told(blocks, "members")]
    inside = np.unique(
        np.concatenate([of.column("position").to_numpy() for of in members])
    )
    return int((~np.isin(cut, inside)).sum())


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

    asked, found = (kind_of(blocked.pairs, kind) for kind in ("wanted", "pairs"))
    wanted, sliced = _with_random(steps, drawn, starts, asked, found)
    every = delivered(sliced.union(_serve(counted, wanted)), tasks)
    work = partial(
        comparing.compared,
        whole=counted.whole,
        comparisons=comparisons,
        random_from=first_random,
    )
    pairs = steps.kept(of_each(every, "compare", work))
    return _with_vectors(pairs, first_random)


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

    wanted = of_each(before.pairs, "perhaps", partial(_near_wanted, perhaps, starts))
    wanted, sliced = _with_random(steps, drawn, starts, wanted, before.pairs)
    every = delivered(sliced.union(_serve(counted, wanted)), tasks)
    work = partial(
        comparing.compared_again,
        whole=counted.whole,
        comparisons=comparisons,
        perhaps=perhaps,
        random_from=before.ranges,
    )
    pairs = steps.kept(of_each(every, "compare-again", work))
    return _with_vectors(pairs, before.ranges)


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


def _with_vectors(pairs: DataFrame, ranges: int) -> Compared:
    counts, random = (_vectors(pairs, kind) for kind in ("counts", "random"))
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


def _serve(counted: Counted, wanted: DataFrame) -> DataFrame:
    """The entries that are asked for, for those who ask."""
    work = partial(comparing.served, starts=counted.starts)
    every = delivered(counted.parts.union(wanted), counted.many)
    return of_each(every, "entries", work)


def _vectors(pairs: DataFrame, kind: str) -> VectorCounts:
    tables = [parcel.tables["counts"] for parcel in told(pairs, kind)]
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
    name: str,
    counted: Counted,
    compared: Compared,
    near: Longs,
    work: OfTask,
) -> pa.Table:
    """What is worked out of the pairs whose vectors are among ``near``, by left, then right."""
    wanted = of_each(
        compared.pairs, "near", partial(_near_wanted, near, counted.starts)
    )
    sliced = of_each(compared.pairs, "near", partial(_near, near))
    every = delivered(sliced.union(_serve(counted, wanted)), compared.ranges)
    found = told(of_each(every, name, work), "kept")
    if not found:
        return pa.table({})
    table = pa.concat_tables([parcel.tables["kept"] for parcel in found])
    return table.sort_by(
        [("left", "ascending"), ("right", "ascending")]
    ).combine_chunks()


def _near_wanted(
    near: Longs, starts: Longs, _number: int, parcels: list[Parcel]
) -> Iterator[Parcel]:
    for number, table in comparing.near_pairs(parcels, near):
        yield from comparing.wanted_by(number, table, starts)


def _near(near: Longs, _number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
    for number, table in comparing.near_pairs(parcels, near):
        yield comparing.slices_of(number, number, table)


def entries_at(steps: Steps, counted: Counted, positions: Codes) -> Part | None:
    """The entries at these positions, ascending, on the driver; None where there are none."""
    if not len(positions):
        return None
    pairs = pa.table({"pair": pack_pairs(positions, positions)})
    wanted = steps.sent(comparing.wanted_by(0, pairs, counted.starts))
    pieces = comparing.pieces_of(told(_serve(counted, wanted), "entries"))
    return part(joined(pieces), counted.whole)
