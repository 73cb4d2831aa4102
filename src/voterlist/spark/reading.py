"""The entries of a frame in the order of their ids, in parts of about one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Longs
from voterlist.model import Profile
from voterlist.spark.counting import summary
from voterlist.spark.exchange import Parcel, Tables, packed, unpacked
from voterlist.spark.part import encoded
from voterlist.tables import sort_by

__all__ = ["bounds_of", "dealt", "gathered", "part_count", "sampled", "starts_of"]

_SAMPLED = 256
"""Ids that tell how those of one task are spread."""
_SMALL, _FEW, _MOST = 25_000, 16, 1_000_000
"""A part has at least so many entries until there are a few parts, and at most the last number."""

Voters = Callable[[pa.Table], pa.Table]
"""VOTER of the rows of a frame."""


def part_count(size: int) -> int:
    """In how many parts so many entries are dealt."""
    return max(2, min(_FEW, size // _SMALL), -(-size // _MOST))


def sampled(ids: list[pa.Array]) -> Iterator[Parcel]:
    """How many ids a task has, and some of them."""
    every = pa.chunked_array(ids, pa.string())
    step = max(1, len(every) // _SAMPLED)
    table = pa.table({"id": every.take(pa.array(np.arange(0, len(every), step)))})
    unknown = every.null_count
    yield Parcel(unknown, "ids", step, len(every), packed({"ids": table}))


def bounds_of(parcels: Sequence[Parcel], parts: int) -> list[str]:
    """The first ids of the parts after the first."""
    ids: list[tuple[str, int]] = []
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


def dealt(table: pa.Table, bounds: Sequence[str]) -> Iterator[Parcel]:
    """The rows of a task, for each part."""
    ordered = sort_by(table, "entry_id")
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
    number: int, parcels: list[Parcel], profile: Profile, added: tuple[str, ...]
) -> Iterator[Parcel]:
    """One part, encoded, and what it tells the driver."""
    rows = pa.concat_tables([unpacked(parcel.content)["rows"] for parcel in parcels])
    rows = sort_by(rows.combine_chunks(), "entry_id")
    columns = {name: rows.column(f"added:{name}") for name in added}
    tables: Tables = encoded(rows, columns, profile)
    yield Parcel(number, "part", number, len(rows), packed(tables))
    content = packed(summary(tables))
    yield Parcel(_equal(rows.column("entry_id")), "summary", number, len(rows), content)


def _equal(ids: pa.ChunkedArray) -> int:
    """How many of these sorted ids are that of the entry before."""
    array = ids.combine_chunks()
    if len(array) < 2:
        return 0
    again = pc.equal(array.slice(1), array.slice(0, len(array) - 1))
    return int(pc.sum(again).as_py() or 0)


def starts_of(parcels: Sequence[Parcel]) -> Longs:
    """Where each part begins, and where the list ends, by the summaries of the parts."""
    sizes = [parcel.rows for parcel in sorted(parcels, key=lambda one: one.sender)]
    return np.cumsum([0, *sizes])
