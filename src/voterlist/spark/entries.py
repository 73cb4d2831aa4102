"""The list in parts, with what the whole list counts of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from voterlist.arrays import Codes, Longs
from voterlist.errors import UsageError
from voterlist.link.fit import reachable
from voterlist.link.keys import Key
from voterlist.spark import counting, reading
from voterlist.spark.exchange import (
    Each,
    Parcel,
    Steps,
    Tables,
    delivered,
    kept_in,
    kind_of,
    of_each,
    of_kind,
    opened,
    packed,
    parcels_of,
    unpacked,
)
from voterlist.spark.part import Whole, part
from voterlist.spark.reading import Columns, Rows, Source, counted_names, of_names

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_EQUAL = "spark-equal-ids"


@dataclass(frozen=True)
class Counted:
    """The list in parts, with all counts."""

    parts: DataFrame
    whole: Whole
    starts: Longs
    """Where each part begins, and where the list ends."""
    step: str
    """The step that holds the parts."""

    @property
    def many(self) -> int:
        """How many parts there are."""
        return len(self.starts) - 1


@dataclass(frozen=True)
class Listed:
    """The list in parts, before anything is counted."""

    parts: DataFrame
    starts: Longs
    """Where each part begins, and where the list ends."""
    whole: Whole
    random: tuple[Codes, Codes, Longs]
    """Random pairs: (left, right, how often each counts)."""


def read(steps: Steps, source: Source, rows: Rows) -> Listed | None:
    """The entries of a list in parts; None where it has no rows.

    Raises:
        UsageError: two entries have one id, or one has none; the tasks read other rows than they
            should.
    """
    told = source.mapped("ids", rows.ids, reading.sampled)
    samples = list(parcels_of(told.toArrow()))
    unknown = sum(parcel.addressee for parcel in samples)
    if unknown:
        raise UsageError(f"{unknown} rows have no id", code="spark-no-id", places={})
    size = sum(parcel.rows for parcel in samples)
    _require_all(size, source.rows)
    if not size:
        return None
    parts = reading.part_count(size)
    bounds = reading.bounds_of(samples, parts)

    def dealt() -> Each:
        deal = partial(_dealt, rows=rows, bounds=bounds, folder=steps.handed)
        spread = source.mapped("rows", rows.used, deal)
        gather = partial(reading.gathered, rows=rows, size=size)
        return Each(delivered(spread, parts), "entries", gather)

    entries = steps.step("entries", dealt)
    summaries = steps.told("entries", "summary")
    equal = sum(parcel.addressee for parcel in summaries)
    if equal:
        raise UsageError(
            f"{equal} ids stand twice", code=_EQUAL, places={"count": str(equal)}
        )
    starts = reading.starts_of(summaries)
    # The files are read a second time for it.
    _require_all(int(starts[-1]), size)
    tables = [parcel.tables for parcel in summaries]
    whole = counting.whole_of(tables, int(starts[-1]), rows.profile, rows.added)
    return Listed(entries, starts, whole, reading.drawn_of(summaries, starts))


def _dealt(
    table: pa.Table, rows: Rows, bounds: Sequence[str], folder: str
) -> Iterator[Parcel]:
    return kept_in(folder, reading.dealt(table, rows, bounds))


def _require_all(read: int, there: int | None) -> None:
    """Refuse where the tasks read other rows than there are; None: nobody knows how many.

    Raises:
        UsageError: ``spark-rows-missing``.
    """
    if there not in {None, read}:
        raise UsageError(
            f"the tasks read {read} rows of {there}", code="spark-rows-missing"
        )


def counted(
    steps: Steps,
    listed: Listed,
    keys: Callable[[int], tuple[Key, ...]],
    *,
    repeats: DataFrame | None = None,
) -> Counted:
    """The parts with how often the whole list has each value."""
    starts, whole = listed.starts, listed.whole
    many, suffix = len(starts) - 1, "" if repeats is None else "-again"
    own = kind_of(listed.parts, "part")
    asking = own if repeats is None else delivered(own.union(repeats), many)
    ask = partial(_ask, whole=whole, starts=starts)

    def answers(questions: DataFrame) -> Callable[[], Each]:
        answer = partial(counting.answer, profile=whole.profile)
        return lambda: Each(delivered(questions, many), "answers", answer)

    questions = of_each(asking, "questions", ask, folder=steps.handed)
    told = steps.step(f"answers{suffix}", answers(questions))
    stats = [parcel.tables for parcel in steps.told(f"answers{suffix}", "stats")]
    whole = counting.with_stats(whole, stats, by_person=repeats is not None)
    put = partial(_put, whole=whole, starts=starts, keys=keys(whole.size))
    name = f"parts{suffix}"

    def with_counts() -> Each:
        answered = delivered(own.union(kind_of(told, "answer")), many)
        return Each(answered, "counts", put)

    if not whole.has_lines:
        return Counted(steps.step(name, with_counts), whole, starts, name)
    first = steps.step(f"words{suffix}", with_counts)
    ask_lines = opened(partial(_lines_asked, tasks=many))
    asked = of_each(first, "lines", ask_lines, folder=steps.handed)
    lines = steps.step(f"line-answers{suffix}", answers(asked))
    every = kind_of(first, "part", "reachable").union(kind_of(lines, "answer"))
    deal = partial(_lines_put, whole=whole, tasks=many)

    def frame() -> Each:
        return Each(delivered(every, many), "line-counts", deal)

    return Counted(steps.step(name, frame), whole, starts, name)


def whole_again(
    steps: Steps, listed: Listed, before: Counted, repeats: DataFrame
) -> Whole:
    """What is known of the whole list, where the values of each person count once."""
    own = delivered(kind_of(listed.parts, "part").union(repeats), before.many)
    steps.step("summaries-again", lambda: Each(own, "summaries", _sum))
    told = steps.told("summaries-again", "summary")
    tables = [parcel.tables for parcel in told]
    whole = before.whole
    again = counting.whole_of(tables, whole.size, whole.profile, whole.added)
    return replace(again, home_lines=whole.home_lines)


def _sum(number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
    for own in of_kind(parcels, "part"):
        told = counting.summary(own.tables, _repeats(parcels))
        yield Parcel(number, "summary", number, own.rows, packed(told))


def _repeats(parcels: list[Parcel]) -> counting.Repeats:
    return {
        name: table.column("row").to_numpy()
        for parcel in of_kind(parcels, "repeats")
        for name, table in parcel.tables.items()
    }


def _ask(
    number: int, parcels: list[Parcel], whole: Whole, starts: Longs
) -> Iterator[Parcel]:
    for own in of_kind(parcels, "part"):
        tables, start = own.tables, int(starts[number])
        asked = counting.ask(tables, whole, start, _repeats(parcels))
        yield from _questions(number, asked, len(starts) - 1)


def _questions(number: int, asked: Tables, tasks: int) -> Iterator[Parcel]:
    for task, tables in counting.to_tasks(asked, tasks):
        yield Parcel(task, "question", number, len(tables), packed(tables))


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
    made = counting.counted(own.tables, whole, start, answers, tasks)
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
    made = counting.with_lines(own.tables, whole, answers, tasks)
    yield Parcel(number, "part", number, own.rows, packed(made))


def told_names(source: Source, columns: Columns) -> dict[str, Counter[str]]:
    """How often the most frequent names stand in each column of names."""
    names = of_names(columns)
    used = list(dict.fromkeys(name for headers in names.values() for name in headers))
    told = source.mapped("names", used, partial(_names, columns=names))
    counts: dict[str, Counter[str]] = {}
    for row in told.toArrow().to_pylist():
        for name in unpacked(row["content"])["names"].to_pylist():
            of_column = counts.setdefault(name["column"], Counter())
            of_column[name["value"]] += name["count"]
    return counts


def _names(rows: pa.Table, columns: Columns) -> Iterator[Parcel]:
    names = counted_names(rows, columns)
    yield Parcel(0, "names", 0, len(names), packed({"names": names}))
