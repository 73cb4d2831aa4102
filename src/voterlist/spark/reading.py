"""The entries of a frame in the order of their ids, in parts of about one size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Codes, Longs
from voterlist.link.sample import Sample, marks_of
from voterlist.readers import text_table
from voterlist.spark.exchange import Parcel, packed, unpacked
from voterlist.spark.numbers import summary
from voterlist.spark.part import encoded
from voterlist.spark.rows import Rows
from voterlist.tables import join_text, sort_by

_SAMPLED = 256
"""Ids that tell how those of one task are spread."""
_SMALL, _FEW, _MOST = 250_000, 16, 1_000_000
"""A part has at least so many entries until there are a few parts, and at most the last number."""


def part_count(size: int) -> int:
    """In how many parts so many entries are dealt."""
    return max(2, min(_FEW, -(-size // _SMALL)), -(-size // _MOST))


def sampled(ids: pa.Table) -> Iterator[Parcel]:
    """How many ids a task has, how many rows have none, and some of the ids."""
    every = join_text(text_table(ids).columns)
    step = max(1, len(every) // _SAMPLED)
    table = pa.table({"id": every.take(pa.array(np.arange(0, len(every), step)))})
    yield Parcel(every.null_count, "ids", 0, len(every), packed({"ids": table}))


def bounds_of(parcels: Sequence[Parcel], parts: int) -> list[str]:
    """The first ids of the parts after the first."""
    ids: list[tuple[str, float]] = []
    for parcel in parcels:
        table = unpacked(parcel.content)["ids"]
        weight = parcel.rows / max(len(table), 1)
        ids += [
            (one, weight) for one in table.column("id").to_pylist() if one is not None
        ]
    ids.sort()
    total = np.cumsum([weight for _, weight in ids])
    wanted = total[-1] / parts * np.arange(1, parts) if ids else np.zeros(0)
    places = np.searchsorted(total, wanted).tolist()
    return [ids[place][0] for place in places]


def dealt(table: pa.Table, rows: Rows, bounds: Sequence[str]) -> Iterator[Parcel]:
    """The rows of a task, for each part."""
    ordered = sort_by(rows.entries(table), "entry_id")
    ids = ordered.column("entry_id").combine_chunks()
    cuts = [_first_from(ids, bound) for bound in bounds]
    for part, (start, stop) in enumerate(
        zip([0, *cuts], [*cuts, len(ids)], strict=True)
    ):
        content = packed({"rows": ordered.slice(start, stop - start)})
        yield Parcel(part, "rows", 0, stop - start, content)


def _first_from(ids: pa.Array, bound: str) -> int:
    """Where the first of these sorted ids stands that is not before the bound."""
    low, high = 0, len(ids)
    while low < high:
        middle = (low + high) // 2
        if ids[middle].as_py() < bound:
            low = middle + 1
        else:
            high = middle
    return low


def gathered(
    number: int, parcels: list[Parcel], rows: Rows, size: int
) -> Iterator[Parcel]:
    """One part, encoded, and what it tells the driver of a list of this size."""
    held = pa.concat_tables([unpacked(parcel.content)["rows"] for parcel in parcels])
    held = sort_by(held.combine_chunks(), "entry_id")
    ids = held.column("entry_id").combine_chunks()
    voters, added = rows.voters(held)
    tables = encoded(voters, added, rows.profile)
    yield Parcel(number, "part", number, len(ids), packed(tables))
    marks = marks_of(ids)
    drawn = np.flatnonzero(Sample().may_draw(marks, size))
    of_random = pa.table({"row": drawn, "mark": marks[drawn]})
    content = packed({**summary(tables), "marks": of_random})
    yield Parcel(_equal(ids), "summary", number, len(ids), content)


def _equal(ids: pa.Array) -> int:
    """How many of these sorted ids are that of the entry before."""
    if len(ids) < 2:
        return 0
    again = pc.equal(ids.slice(1), ids.slice(0, len(ids) - 1))
    return int(pc.sum(again).as_py() or 0)


def drawn_of(parcels: Sequence[Parcel], starts: Longs) -> tuple[Codes, Codes, Longs]:
    """Random pairs of the list, by the summaries of the parts: (left, right, times)."""
    size = int(starts[-1])
    tables = [unpacked(parcel.content)["marks"] for parcel in parcels]
    positions = np.concatenate(
        [
            table.column("row").to_numpy() + starts[parcel.sender]
            for parcel, table in zip(parcels, tables, strict=True)
        ]
    ).astype(np.int32)
    marks = np.concatenate([table.column("mark").to_numpy() for table in tables])
    left, right, times = Sample(marks=marks).draw(min(size, len(marks)))
    return positions[left], positions[right], times


def starts_of(parcels: Sequence[Parcel]) -> Longs:
    """Where each part begins, and where the list ends, by the summaries of the parts."""
    sizes = [parcel.rows for parcel in sorted(parcels, key=lambda one: one.sender)]
    return np.cumsum([0, *sizes])
