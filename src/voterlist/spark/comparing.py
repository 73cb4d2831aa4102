"""The pairs of ranges, and the entries that each range needs.

A range asks the parts for its entries, once each, and compares its pairs as the local engine does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from voterlist.arrays import Longs, unpack_pairs
from voterlist.config import LinkSettings
from voterlist.link import weigh
from voterlist.link.cluster import sure_pairs
from voterlist.link.comparisons import Comparisons, Pairs
from voterlist.link.judge import Scorer, judge_pairs
from voterlist.link.weigh import Model
from voterlist.spark.blocking import distinct_pairs
from voterlist.spark.exchange import Parcel, Tables, of_kind, packed
from voterlist.spark.part import ENTRIES, Part, Whole, cut, joined, part

_NOT_SENT = ("fin_hash", "document_hash", "group")


def made(number: int, parcels: list[Parcel], starts: Longs) -> Iterator[Parcel]:
    """The pairs of a range, and what it asks of the parts."""
    table = distinct_pairs(parcels)
    yield slices_of(number, number, table)
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


def slices_of(number: int, sender: int, table: pa.Table) -> Parcel:
    """Some pairs of a range."""
    return Parcel(number, "pairs", sender, len(table), packed({"pairs": table}))


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


def _open_range(parcels: list[Parcel], whole: Whole) -> tuple[Part, pa.Table, Pairs]:
    """(the entries of a range, its pairs as a table, its pairs)."""
    entries = part(joined(pieces_of(parcels)), whole)
    found = [parcel.tables["pairs"] for parcel in of_kind(parcels, "pairs")]
    table = pa.concat_tables(found).combine_chunks()
    left, right = unpack_pairs(table.column("pair").to_numpy())
    return entries, table, Pairs(entries, entries.local(left), entries.local(right))


def pieces_of(parcels: list[Parcel]) -> list[Tables]:
    """The entries that the parts sent, in the order of the parts."""
    return [parcel.tables for parcel in of_kind(parcels, "entries")]


def compared(
    number: int,
    parcels: list[Parcel],
    whole: Whole,
    comparisons: Comparisons,
    random_from: int,
) -> Iterator[Parcel]:
    """The pairs of a range with their vectors, and how often it has each vector.

    Of ranges of random pairs, those from ``random_from`` on, only the second.
    """
    _, table, pairs = _open_range(parcels, whole)
    vectors = comparisons.pack(comparisons.compare(pairs))
    if number >= random_from:
        times = table.column("keys").to_numpy()
        codes, place = np.unique(vectors, return_inverse=True)
        counts = np.bincount(place, times, len(codes)).astype(np.int64)
        content = packed({"counts": pa.table({"code": codes, "count": counts})})
        yield Parcel(number, "random", number, len(codes), content)
        return
    yield from _with_vectors(number, table, vectors)


def compared_again(
    number: int,
    parcels: list[Parcel],
    whole: Whole,
    comparisons: Comparisons,
    perhaps: Longs,
    random_from: int,
) -> Iterator[Parcel]:
    """The pairs of a range with other counts; those of other vectors than ``perhaps`` stay."""
    if number >= random_from:
        yield from compared(number, parcels, whole, comparisons, random_from)
        return
    found = [parcel.tables["pairs"] for parcel in of_kind(parcels, "pairs")]
    table = pa.concat_tables(found).combine_chunks()
    vectors = table.column("vector").to_numpy().copy()
    rows = _among(vectors, perhaps)
    if len(rows):
        entries = part(joined(pieces_of(parcels)), whole)
        left, right = unpack_pairs(table.column("pair").to_numpy()[rows])
        pairs = Pairs(entries, entries.local(left), entries.local(right))
        vectors[rows] = comparisons.pack(comparisons.compare(pairs))
    yield from _with_vectors(number, table.drop_columns(["vector"]), vectors)


def _with_vectors(number: int, table: pa.Table, vectors: Longs) -> Iterator[Parcel]:
    """The pairs of a range with their vectors, and how often it has each vector."""
    counted = weigh.count_chunk(vectors)
    content = packed({"pairs": table.append_column("vector", pa.array(vectors))})
    yield Parcel(number, "pairs", number, len(vectors), content)
    counts = pa.table({"code": counted.codes, "count": counted.counts})
    yield Parcel(number, "counts", number, len(counts), packed({"counts": counts}))


def _among(codes: Longs, chosen: Longs) -> Longs:
    """Where the codes are among these, which are sorted."""
    if not len(chosen):
        return np.zeros(0, np.int64)
    place = np.minimum(np.searchsorted(chosen, codes), len(chosen) - 1)
    return np.flatnonzero(chosen[place] == codes)


def near_pairs(parcels: list[Parcel], near: Longs) -> Iterator[tuple[int, pa.Table]]:
    """Of each range the pairs whose vector is among these, which are sorted."""
    for parcel in of_kind(parcels, "pairs"):
        table = parcel.tables["pairs"]
        rows = _among(table.column("vector").to_numpy(), near)
        if len(rows):
            yield parcel.sender, table.take(pa.array(rows))


@dataclass(frozen=True, slots=True)
class Scoring:
    """The model, and the settings by which pairs are kept."""

    whole: Whole
    comparisons: Comparisons
    model: Model
    settings: LinkSettings
    is_between: bool = False
    """Whether every pair is of two lists."""


def sure(number: int, parcels: list[Parcel], scoring: Scoring) -> Iterator[Parcel]:
    """The pairs of a range that are surely one person."""
    entries, _, pairs = _open_range(parcels, scoring.whole)
    scorer = Scorer(entries, scoring.comparisons, scoring.model)
    left, right, weight = sure_pairs(scorer, pairs.left, pairs.right)
    columns = {
        "left": entries.positions[left],
        "right": entries.positions[right],
        "weight": weight,
    }
    content = packed({"kept": pa.table(columns)})
    yield Parcel(number, "kept", number, len(left), content)


def scored(number: int, parcels: list[Parcel], scoring: Scoring) -> Iterator[Parcel]:
    """The pairs of a range that are worth keeping, scored exactly."""
    entries, table, pairs = _open_range(parcels, scoring.whole)
    scorer = Scorer(entries, scoring.comparisons, scoring.model)
    kept, vectors, rows = judge_pairs(
        scorer, pairs, None, scoring.settings, is_between=scoring.is_between
    )
    columns: dict[str, object] = {
        "left": entries.positions[kept.left],
        "right": entries.positions[kept.right],
        "keys": table.column("keys").to_numpy()[rows],
        "vector": table.column("vector").to_numpy()[rows],
        "weight": kept.weight,
        "kind": kept.kind,
        "term_frequency": vectors.term_frequency,
    }
    for place, share in enumerate(kept.posterior.T):
        columns[f"posterior_{place}"] = np.ascontiguousarray(share)
    for field, levels in vectors.levels.items():
        columns[f"level_{field}"] = levels
    yield Parcel(number, "kept", number, len(rows), packed({"kept": pa.table(columns)}))
