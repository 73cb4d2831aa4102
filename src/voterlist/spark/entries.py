"""The list in parts, with what the whole list counts of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.arrays import Codes, Longs
from voterlist.errors import usage_error
from voterlist.link.encode import Whole
from voterlist.link.part import Tables
from voterlist.link.types import lists_in_order
from voterlist.spark import counting, reading
from voterlist.spark.exchange import (
    Parcel,
    Step,
    Steps,
    of_kind,
    on_tables,
)
from voterlist.spark.reading import Columns, Rows, Source, counted_names, of_names

_EQUAL = "spark-equal-ids"


@dataclass(frozen=True)
class Counted:
    """The list in parts, with all counts."""

    parts: Step
    whole: Whole
    starts: Longs
    """Where each part begins, and where the list ends."""

    @property
    def many(self) -> int:
        """How many parts there are."""
        return len(self.starts) - 1


@dataclass(frozen=True)
class Listed:
    """The list in parts, before anything is counted."""

    parts: Step
    starts: Longs
    """Where each part begins, and where the list ends."""
    whole: Whole
    random: tuple[Codes, Codes, Longs]
    """Random pairs: (left, right, how often each counts)."""
    groups: Codes | None = None
    """The group of each entry: pairs of two entries of one do not count. None: all count."""


def read(
    steps: Steps, source: Source, rows: Rows, *, is_between: bool = False
) -> Listed | None:
    """The entries of a list in parts; None where it has no rows.

    ``is_between``: each group is a list of its own, and random pairs are of two lists.

    Raises:
        UsageError: two entries have one id, or one has none; the tasks read other rows than they
            should.
    """
    samples = source.mapped("ids", rows.ids, reading.sample_ids).told("ids")
    unknown = sum(parcel.addressee for parcel in samples)
    if unknown:
        raise usage_error("spark-no-id")
    size = sum(parcel.rows for parcel in samples)
    _require_all(size, source.rows)
    if not size:
        return None
    parts = reading.part_count(size)
    bounds = reading.bounds_of(samples, parts)
    spread = source.mapped(
        "rows", rows.used, partial(reading.dealt, rows=rows, bounds=bounds)
    )
    gather = partial(reading.gather_part, rows=rows, size=size)
    entries = steps.kept(spread.delivered(parts).each("entries", gather))
    summaries = entries.told("summary")
    equal = sum(parcel.addressee for parcel in summaries)
    if equal:
        raise usage_error(_EQUAL, count=equal)
    starts = np.cumsum([0, *(parcel.rows for parcel in summaries)])
    # The files are read a second time for it.
    _require_all(int(starts[-1]), size)
    tables = [parcel.tables for parcel in summaries]
    whole = counting.whole_of(tables, int(starts[-1]), rows.profile, rows.added)
    groups = reading.groups_of(summaries)
    if groups is not None and is_between:
        groups = lists_in_order(groups)
    drawn = reading.drawn_of(summaries, starts, groups if is_between else None)
    return Listed(entries, starts, whole, drawn, groups)


def _require_all(read: int, there: int | None) -> None:
    """Refuse where the tasks read other rows than there are; None: nobody knows how many.

    Raises:
        UsageError: ``spark-rows-missing``.
    """
    if there not in {None, read}:
        raise usage_error("spark-rows-missing")


def count_values(
    steps: Steps,
    listed: Listed,
    *,
    repeats: Step | None = None,
) -> Counted:
    """The parts with how often the whole list has each value."""
    starts, whole = listed.starts, listed.whole
    many = len(starts) - 1
    own = listed.parts.of_kind("part")
    asking = own if repeats is None else own.union(repeats).delivered(many)
    answer = partial(counting.answer, profile=whole.profile)

    def answers(questions: Step) -> Step:
        return steps.kept(questions.delivered(many).each("answers", answer))

    ask = partial(_ask, whole=whole, starts=starts)
    answered = answers(asking.each("questions", ask))
    stats = [parcel.tables for parcel in answered.told("stats")]
    whole = counting.with_stats(whole, stats, by_person=repeats is not None)
    put = partial(_put, whole=whole, starts=starts)
    every = own.union(answered.of_kind("answer")).delivered(many)
    parts = steps.kept(every.each("counts", put))
    if whole.has_lines:
        ask_lines = on_tables(partial(_lines_asked, tasks=many))
        answered = answers(parts.each("lines", ask_lines))
        every = parts.union(answered.of_kind("answer")).delivered(many)
        deal = partial(_lines_put, whole=whole, tasks=many)
        parts = steps.kept(every.each("line-counts", deal))
    return Counted(parts, whole, starts)


def whole_again(listed: Listed, before: Counted, repeats: Step) -> Whole:
    """What is known of the whole list, where the values of each person count once."""
    own = listed.parts.of_kind("part").union(repeats).delivered(before.many)
    summaries = own.each("summaries", _sum).told("summary")
    tables = [parcel.tables for parcel in summaries]
    whole = before.whole
    again = counting.whole_of(tables, whole.size, whole.profile, whole.added)
    return replace(again, home_lines=whole.home_lines)


def _sum(number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
    for own in of_kind(parcels, "part"):
        told = counting.summary(own.tables, _repeats(parcels))
        yield Parcel(number, "summary", number, own.rows, told)


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
        yield Parcel(task, "question", number, len(tables), tables)


def _put(
    number: int, parcels: list[Parcel], whole: Whole, starts: Longs
) -> Iterator[Parcel]:
    (own,) = of_kind(parcels, "part")
    start, tasks = int(starts[number]), len(starts) - 1
    answers = of_kind(parcels, "answer")
    made = counting.count_part(own.tables, whole, start, answers, tasks)
    yield Parcel(number, "part", number, own.rows, made)


def _lines_asked(number: int, tables: Tables, tasks: int) -> Iterator[Parcel]:
    yield from _questions(number, counting.ask_lines(tables), tasks)


def _lines_put(
    number: int, parcels: list[Parcel], whole: Whole, tasks: int
) -> Iterator[Parcel]:
    (own,) = of_kind(parcels, "part")
    answers = of_kind(parcels, "answer")
    made = counting.with_lines(own.tables, whole, answers, tasks)
    yield Parcel(number, "part", number, own.rows, made)


def told_names(source: Source, columns: Columns) -> dict[str, Counter[str]]:
    """How often the most frequent names stand in each column of names."""
    names = of_names(columns)
    used = list(dict.fromkeys(name for headers in names.values() for name in headers))
    asked = source.mapped("names", used, partial(_names, columns=names))
    counts: dict[str, Counter[str]] = {}
    for parcel in asked.told("names"):
        for name in parcel.tables["names"].to_pylist():
            of_column = counts.setdefault(name["column"], Counter())
            of_column[name["value"]] += name["count"]
    return counts


def _names(number: int, rows: pa.Table, columns: Columns) -> Iterator[Parcel]:
    names = counted_names(rows, columns)
    yield Parcel(0, "names", number, len(names), {"names": names})
