"""The linkage of a frame on Spark, step by step; each step stands in the work folder once done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from voterlist.arrays import Codes, Longs, pack_pairs
from voterlist.errors import UsageError
from voterlist.link.block import Forecast
from voterlist.link.comparisons import Comparisons
from voterlist.link.fit import reachable
from voterlist.link.keys import Key
from voterlist.link.weigh import VectorCounts, count
from voterlist.model import Profile
from voterlist.spark import comparing, counting, reading
from voterlist.spark.blocking import Blocking, forecast_of
from voterlist.spark.comparing import Ranges, Scoring
from voterlist.spark.exchange import (
    COLUMNS,
    Parcel,
    Tables,
    batch_of,
    by_addressee,
    delivered,
    mapped,
    of_kind,
    packed,
    unpacked,
)
from voterlist.spark.failures import in_task
from voterlist.spark.part import Part, Whole, joined, part
from voterlist.spark.work import Work

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Blocked", "Compared", "Counted", "Steps", "read"]

OfTask = Callable[[int, list[Parcel]], Iterable[Parcel]]
"""What is done with all parcels of one addressee."""

_EQUAL = "spark-equal-ids"


@dataclass(frozen=True)
class Steps:
    """Where the steps of a linkage are written, and how."""

    spark: SparkSession
    work: Work

    def step(self, name: str, frame: Callable[[], DataFrame]) -> DataFrame:
        """A step, done if need be."""

        def write(path: str) -> None:
            writer = frame().write.option("compression", "none")
            writer.option("parquet.enable.dictionary", "false").parquet(path)

        return self.spark.read.schema(COLUMNS).parquet(self.work.step(name, write))

    def told(self, frame: DataFrame, kind: str) -> list[Parcel]:
        """The parcels of one kind, on the driver."""
        rows = frame.filter(frame["kind"] == kind).toArrow()
        parcels = [Parcel(**row) for row in rows.to_pylist()]
        return sorted(parcels, key=lambda one: (one.sender, one.addressee))

    def sent(self, parcels: Iterable[Parcel]) -> DataFrame:
        """Parcels that the driver sends."""
        rows = [(p.addressee, p.kind, p.sender, p.rows, p.content) for p in parcels]
        return self.spark.createDataFrame(rows, COLUMNS)


def of_each(frame: DataFrame, stage: str, work: OfTask) -> DataFrame:
    """A step in which the parcels of each addressee are worked on together."""
    return mapped(frame, stage, partial(_of_each, work))


def _of_each(work: OfTask, parcels: list[Parcel]) -> Iterator[Parcel]:
    for number, of_one in by_addressee(parcels):
        yield from work(number, of_one)


def _kind(frame: DataFrame, *kinds: str) -> DataFrame:
    return frame.filter(frame["kind"].isin(*kinds))


def _opened(work: Callable[[int, Tables], Iterable[Parcel]]) -> OfTask:
    """Work on the tables of a part."""

    def task(number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
        for own in of_kind(parcels, "part"):
            yield from work(number, unpacked(own.content))

    return task


# --- the entries


@dataclass(frozen=True)
class Counted:
    """The list in parts, with all counts."""

    parts: DataFrame
    whole: Whole
    starts: Longs
    """Where each part begins, and where the list ends."""

    @property
    def many(self) -> int:
        """How many parts there are."""
        return len(self.starts) - 1


def read(
    steps: Steps, voters: DataFrame, profile: Profile, added: tuple[str, ...]
) -> tuple[DataFrame, Longs, Whole]:
    """The entries in parts, where each part begins, and what is known of the whole.

    Raises:
        UsageError: two entries have one id.
    """
    ids = voters.select("entry_id").mapInArrow(
        in_task("ids", partial(_rows_of, _sampled)), COLUMNS
    )
    samples = [Parcel(**row) for row in ids.toArrow().to_pylist()]
    size = sum(parcel.rows for parcel in samples)
    parts = reading.part_count(size)
    bounds = reading.bounds_of(samples, parts)

    def frame() -> DataFrame:
        deal = partial(_rows_of, partial(reading.dealt, bounds=bounds))
        spread = voters.mapInArrow(in_task("rows", deal), COLUMNS)
        gather = partial(reading.gathered, profile=profile, added=added)
        return of_each(delivered(spread, parts), "entries", gather)

    entries = steps.step("entries", frame)
    summaries = steps.told(entries, "summary")
    equal = sum(parcel.addressee for parcel in summaries)
    if equal:
        raise UsageError(
            f"{equal} ids stand twice", code=_EQUAL, places={"count": str(equal)}
        )
    starts = reading.starts_of(summaries)
    tables = [unpacked(parcel.content) for parcel in summaries]
    return entries, starts, counting.whole_of(tables, int(starts[-1]), profile, added)


def _sampled(table: pa.Table) -> Iterator[Parcel]:
    yield from reading.sampled(table.column("entry_id").chunks)


def _rows_of(
    work: Callable[[pa.Table], Iterator[Parcel]], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """What is done with the rows of a frame that is no step, as batches of a step."""
    rows = list(batches)
    if rows:
        yield from map(batch_of, work(pa.Table.from_batches(rows)))


def counted(
    steps: Steps,
    entries: DataFrame,
    starts: Longs,
    whole: Whole,
    keys: Callable[[int], tuple[Key, ...]],
    *,
    repeats: DataFrame | None = None,
) -> Counted:
    """The parts with how often the whole list has each value."""
    many, suffix = len(starts) - 1, "" if repeats is None else "-again"
    own = _kind(entries, "part")
    asking = own if repeats is None else delivered(own.union(repeats), many)
    ask = partial(_asked, whole=whole, starts=starts)

    def answers(questions: DataFrame) -> Callable[[], DataFrame]:
        answer = partial(_answered, profile=whole.profile)
        return lambda: of_each(delivered(questions, many), "answers", answer)

    told = steps.step(f"answers{suffix}", answers(of_each(asking, "questions", ask)))
    stats = [unpacked(one.content) for one in steps.told(told, "stats")]
    whole = counting.with_stats(whole, stats, by_person=repeats is not None)
    put = partial(_put, whole=whole, starts=starts, keys=keys(whole.size))
    with_counts = of_each(
        delivered(own.union(_kind(told, "answer")), many), "counts", put
    )
    if not whole.has_lines:
        return Counted(steps.step(f"parts{suffix}", lambda: with_counts), whole, starts)
    first = steps.step(f"words{suffix}", lambda: with_counts)
    asked = of_each(first, "lines", _opened(partial(_lines_asked, tasks=many)))
    lines = steps.step(f"line-answers{suffix}", answers(asked))
    every = _kind(first, "part", "reachable").union(_kind(lines, "answer"))
    deal = partial(_lines_put, whole=whole, tasks=many)

    def frame() -> DataFrame:
        return of_each(delivered(every, many), "line-counts", deal)

    return Counted(steps.step(f"parts{suffix}", frame), whole, starts)


def _asked(
    number: int, parcels: list[Parcel], whole: Whole, starts: Longs
) -> Iterator[Parcel]:
    for own in of_kind(parcels, "part"):
        repeats = {
            name: table.column("row").to_numpy()
            for parcel in of_kind(parcels, "repeats")
            for name, table in unpacked(parcel.content).items()
        }
        asked = counting.ask(unpacked(own.content), whole, int(starts[number]), repeats)
        yield from _questions(number, asked, len(starts) - 1)


def _questions(number: int, asked: Tables, tasks: int) -> Iterator[Parcel]:
    for task, tables in counting.to_tasks(asked, tasks):
        yield Parcel(task, "question", number, len(tables), packed(tables))


def _answered(
    _number: int, parcels: list[Parcel], profile: Profile
) -> Iterator[Parcel]:
    yield from counting.answer(parcels, profile)


def _put(
    number: int,
    parcels: list[Parcel],
    whole: Whole,
    starts: Longs,
    keys: Sequence[Key],
) -> Iterator[Parcel]:
    (own,) = of_kind(parcels, "part")
    start, tasks = int(starts[number]), len(starts) - 1
    answers = of_kind(parcels, "answer")
    made = counting.counted(unpacked(own.content), whole, start, answers, tasks)
    yield Parcel(number, "part", number, own.rows, packed(made))
    reached = int(reachable(part(made, whole), keys).sum())
    yield Parcel(number, "reachable", number, reached, b"")


def _lines_asked(number: int, tables: Tables, tasks: int) -> Iterator[Parcel]:
    yield from _questions(number, counting.ask_lines(tables), tasks)


def _lines_put(
    number: int, parcels: list[Parcel], whole: Whole, tasks: int
) -> Iterator[Parcel]:
    yield from of_kind(parcels, "reachable")
    (own,) = of_kind(parcels, "part")
    answers = of_kind(parcels, "answer")
    made = counting.with_lines(unpacked(own.content), whole, answers, tasks)
    yield Parcel(number, "part", number, own.rows, packed(made))


# --- blocks and pairs


@dataclass(frozen=True)
class Blocked:
    """The candidate pairs of the list, each once, in parts by their left entries."""

    pairs: DataFrame
    counts: dict[int, int]
    """How many pairs each part has."""
    forecast: tuple[Forecast, ...]
    reachable: int
    parted: int

    @property
    def candidates(self) -> int:
        """How many pairs there are."""
        return sum(self.counts.values())


def blocked(
    steps: Steps,
    counted: Counted,
    blocking: Blocking,
    tell: Callable[[tuple[Forecast, ...]], None],
) -> Blocked:
    """The pairs that the keys bring together."""
    many = counted.many
    own = _kind(counted.parts, "part")

    def frame() -> DataFrame:
        codes = of_each(own, "keys", _opened(partial(_codes, blocking=blocking)))
        return of_each(
            delivered(codes, blocking.tasks), "blocks", partial(_blocks, blocking)
        )

    found = steps.step("blocks", frame)
    told = [unpacked(parcel.content) for parcel in steps.told(found, "told")]
    made = _kind(found, "pairs")
    asked = _kind(found, "large")
    if sum(tables["large"].column("count")[0].as_py() for tables in told):

        def again() -> DataFrame:
            both = delivered(own.union(asked), many)
            values = of_each(both, "splits", partial(_splits, blocking))
            return of_each(
                delivered(values, blocking.tasks),
                "split-blocks",
                partial(_split_blocks, blocking),
            )

        split = steps.step("split-blocks", again)
        told += [unpacked(parcel.content) for parcel in steps.told(split, "told")]
        made = made.union(_kind(split, "pairs"))
    forecast = forecast_of(blocking.keys, told)
    tell(forecast)
    distinct = partial(comparing.distinct_pairs, starts=counted.starts)
    pairs = steps.step(
        "pairs", lambda: of_each(delivered(made, many), "pairs", distinct)
    )
    sizes = pairs.select("sender", "rows").toArrow().to_pylist()
    reached = counted.parts.filter("kind = 'reachable'").select("rows").toArrow()
    cut = np.concatenate(
        [tables["cut"].column("position").to_numpy() for tables in told]
    )
    return Blocked(
        pairs,
        {row["sender"]: row["rows"] for row in sizes},
        forecast,
        sum(reached.column("rows").to_pylist()),
        _parted(steps, found, np.unique(cut)),
    )


def _parted(steps: Steps, found: DataFrame, cut: Codes) -> int:
    """How many of the entries of blocks that are too large stand in no other block."""
    if not len(cut):
        return 0
    members = [unpacked(p.content)["members"] for p in steps.told(found, "members")]
    inside = np.unique(
        np.concatenate([m.column("position").to_numpy() for m in members])
    )
    return int((~np.isin(cut, inside)).sum())


def _codes(number: int, tables: Tables, blocking: Blocking) -> Iterator[Parcel]:
    yield from blocking.sent(number, tables, None)


def _blocks(
    blocking: Blocking, _number: int, parcels: list[Parcel]
) -> Iterator[Parcel]:
    yield from blocking.blocks(parcels)


def _splits(blocking: Blocking, number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
    asked = of_kind(parcels, "large")
    if asked:
        (own,) = of_kind(parcels, "part")
        yield from blocking.splits(number, unpacked(own.content), asked)


def _split_blocks(
    blocking: Blocking, _number: int, parcels: list[Parcel]
) -> Iterator[Parcel]:
    yield from blocking.split_blocks(parcels)


# --- vectors


@dataclass(frozen=True)
class Compared:
    """The pairs with their vectors, in ranges, and how many pairs have each vector."""

    pairs: DataFrame
    vectors: VectorCounts
    random: VectorCounts
    """Of the random pairs."""


def compared(
    steps: Steps,
    counted: Counted,
    blocked: Blocked,
    comparisons: Comparisons,
    random: tuple[Codes, Codes, Longs],
    most: int,
) -> Compared:
    """All pairs and the random ones, compared on the cluster."""
    many, starts = counted.many, counted.starts
    ranges = Ranges.of(blocked.counts, many, most, starts)
    drawn = list(_drawn(random, ranges.many, max(2, many // 4)))
    wanted_random = [
        one
        for number, table in drawn
        for one in comparing.wanted_by(number, table, starts)
    ]
    sliced_random = [comparing.slices_of(number, -1, table) for number, table in drawn]
    own = _kind(counted.parts, "part")

    def frame() -> DataFrame:
        wanted = mapped(blocked.pairs, "ranges", partial(_wanted, ranges))
        sliced = mapped(blocked.pairs, "ranges", partial(_sliced, ranges))
        if drawn:
            wanted = wanted.union(steps.sent(wanted_random))
            sliced = sliced.union(steps.sent(sliced_random))
        served = of_each(
            delivered(own.union(wanted), many), "entries", comparing.served
        )
        work = partial(
            comparing.compared,
            whole=counted.whole,
            comparisons=comparisons,
            random_from=ranges.many,
        )
        tasks = ranges.many + len(drawn)
        return of_each(delivered(sliced.union(served), max(tasks, 1)), "compare", work)

    pairs = steps.step("vectors", frame)
    return Compared(
        _kind(pairs, "pairs"),
        _vectors(steps, pairs, "counts"),
        _vectors(steps, pairs, "random"),
    )


def _drawn(
    random: tuple[Codes, Codes, Longs], first: int, tasks: int
) -> Iterator[tuple[int, pa.Table]]:
    """The random pairs in so many ranges."""
    left, right, times = random
    pairs = pack_pairs(left, right)
    order = np.argsort(pairs, kind="stable")
    for number, rows in enumerate(np.array_split(order, tasks)):
        if len(rows):
            yield first + number, pa.table({"pair": pairs[rows], "keys": times[rows]})


def _wanted(ranges: Ranges, parcels: list[Parcel]) -> Iterator[Parcel]:
    for number, table in ranges.slices(parcels):
        yield from comparing.wanted_by(number, table, ranges.starts)


def _sliced(ranges: Ranges, parcels: list[Parcel]) -> Iterator[Parcel]:
    for parcel in parcels:
        for number, table in ranges.slices([parcel]):
            yield comparing.slices_of(number, parcel.sender, table)


def _vectors(steps: Steps, frame: DataFrame, kind: str) -> VectorCounts:
    tables = [unpacked(parcel.content)["counts"] for parcel in steps.told(frame, kind)]
    return count(
        [
            VectorCounts(
                table.column("code").to_numpy(), table.column("count").to_numpy()
            )
            for table in tables
        ]
    )


# --- kept pairs, and the entries of some positions


def kept(
    steps: Steps, counted: Counted, compared: Compared, near: Longs, scoring: Scoring
) -> pa.Table:
    """The pairs worth keeping, in the order of left, then right."""
    own, many = _kind(counted.parts, "part"), counted.many

    def frame() -> DataFrame:
        wanted = mapped(
            compared.pairs, "near", partial(_near_wanted, near, counted.starts)
        )
        sliced = mapped(compared.pairs, "near", partial(_near, near))
        served = of_each(
            delivered(own.union(wanted), many), "entries", comparing.served
        )
        work = partial(comparing.scored, scoring=scoring)
        return of_each(delivered(sliced.union(served), many), "score", work)

    found = steps.told(steps.step("kept", frame), "kept")
    if not found:
        return pa.table({})
    table = pa.concat_tables([unpacked(parcel.content)["kept"] for parcel in found])
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
    both = delivered(_kind(counted.parts, "part").union(wanted), counted.many)
    found = steps.told(of_each(both, "entries", comparing.served), "entries")
    return part(joined(comparing.pieces_of(found)), counted.whole)
