"""The pairs of ranges, and the entries that each range needs.

A range asks the parts for its entries, once each, and compares its pairs as the local engine does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Codes, Longs, unpack_pairs
from voterlist.link import weigh
from voterlist.link.comparisons import Comparisons, Pairs
from voterlist.link.part import ENTRIES, Tables, Whole, cut, joined, part
from voterlist.spark.blocking import distinct_pairs
from voterlist.spark.exchange import Parcel, of_kind, packed

_NOT_SENT = ("fin_hash", "document_hash", "group")


def made(number: int, parcels: list[Parcel], starts: Longs) -> Iterator[Parcel]:
    """The pairs of a range, and what it asks of the parts."""
    table = distinct_pairs(parcels)
    yield Parcel(number, "pairs", number, len(table), packed({"pairs": table}))
    yield from wanted_by(number, table, starts)


def wanted_by(number: int, table: pa.Table, starts: Longs) -> Iterator[Parcel]:
    """What a range asks of the parts: the positions of the entries of its pairs."""
    members = np.unique(np.concatenate(unpack_pairs(table.column("pair").to_numpy())))
    bounds = np.searchsorted(members, starts)
    for target, (start, stop) in enumerate(pairwise(bounds.tolist())):
        if stop > start:
            positions = pa.table({"position": members[start:stop]})
            content = packed({"wanted": positions})
            yield Parcel(target, "wanted", number, stop - start, content)


def served(number: int, parcels: list[Parcel], starts: Longs) -> Iterator[Parcel]:
    """The entries of a part, for each range that asks for some."""
    wanted = of_kind(parcels, "wanted")
    if not wanted:
        return
    (own,) = of_kind(parcels, "part")
    tables = _columns_sent(own.tables)
    for parcel in wanted:
        positions = parcel.tables["wanted"].column("position").to_numpy()
        content = packed(cut(tables, positions - starts[number]))
        yield Parcel(parcel.sender, "entries", number, len(positions), content)


def _columns_sent(tables: Tables) -> Tables:
    """The columns of a part that a range gets."""
    entries = tables[ENTRIES]
    kept = [name for name in entries.column_names if name not in _NOT_SENT]
    return {**tables, ENTRIES: entries.select(kept)}


def at(
    number: int, tables: Tables, positions: Codes, starts: Longs
) -> Iterator[Parcel]:
    """Those of the entries at these positions, ascending, that stand in a part."""
    start, stop = np.searchsorted(positions, starts[number : number + 2])
    if stop > start:
        rows = positions[start:stop] - starts[number]
        content = packed(cut(_columns_sent(tables), rows))
        yield Parcel(0, "entries", number, len(rows), content)


def _pairs_of(parcels: list[Parcel]) -> pa.Table:
    """The pairs of a range."""
    (own,) = of_kind(parcels, "pairs")
    return own.tables["pairs"].combine_chunks()


def compared(
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
        entries = part(joined(sent), whole)
        left, right = map(entries.local, unpack_pairs(numbers[rows]))
        levels = comparisons.compare(Pairs(entries, left, right))
        vectors[rows] = comparisons.pack(levels)
    content = packed({"pairs": table.append_column("vector", pa.array(vectors))})
    yield Parcel(number, "pairs", number, len(vectors), content)
    counted = weigh.count_chunk(vectors)
    counts = pa.table({"code": counted.codes, "count": counted.counts})
    yield Parcel(number, "counts", number, len(counts), packed({"counts": counts}))


def near(number: int, parcels: list[Parcel], codes: Longs) -> Iterator[Parcel]:
    """The pairs of a range whose vector is one of these."""
    table = _pairs_of(parcels)
    found = table.filter(pc.is_in(table.column("vector"), value_set=pa.array(codes)))
    if len(found):
        yield Parcel(number, "near", number, len(found), packed({"near": found}))


def wanted_again(
    number: int, parcels: list[Parcel], perhaps: Longs, starts: Longs
) -> Iterator[Parcel]:
    """What a range asks of the parts for the pairs whose vector is one of these."""
    for parcel in near(number, parcels, perhaps):
        yield from wanted_by(number, parcel.tables["near"], starts)
