"""Pairs in ranges of equal size, and the entries that each range needs.

The pairs of the list are numbered, and cut into ranges of so many pairs each (PairRange: Kolb, Thor
and Rahm 2012), whatever the blocks are from which they come. So no task has more to compare than
another. A range asks the parts for its entries, once each, and compares its pairs as the local
engine does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from voterlist.arrays import AnyArray, Longs, unpack_pairs
from voterlist.config import LinkSettings
from voterlist.link import weigh
from voterlist.link.comparisons import Comparisons, Pairs
from voterlist.link.judge import Scorer, judge_pairs
from voterlist.link.people import sure_pairs
from voterlist.link.weigh import Model
from voterlist.spark.exchange import Parcel, Tables, of_kind, packed, unpacked
from voterlist.spark.part import ENTRIES, Part, Whole, cut, joined, part

__all__ = [
    "Ranges",
    "Scoring",
    "compared",
    "compared_again",
    "distinct_pairs",
    "near_pairs",
    "pieces_of",
    "scored",
    "served",
    "slices_of",
    "sure",
    "wanted_by",
]

_NOT_SENT = ("fin_hash", "document_hash")


def distinct_pairs(
    number: int, parcels: list[Parcel], starts: Longs
) -> Iterator[Parcel]:
    """The pairs of which this part has the left entry, each once, with the keys that hold it.

    They stand in the order of the parts of their right entries, so that a range of them needs the
    entries of few parts.
    """
    found = [unpacked(parcel.content)["pairs"] for parcel in of_kind(parcels, "pairs")]
    if not found:
        return
    table = pa.concat_tables(found)
    every, key = table.column("pair").to_numpy(), table.column("key").to_numpy()
    order = np.argsort(every, kind="stable")
    ordered = every[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    bits = np.bitwise_or.reduceat(np.int64(1) << key[order].astype(np.int64), first)
    pairs = ordered[first]
    _, right = unpack_pairs(pairs)
    by_part = np.argsort(
        np.searchsorted(starts[1:-1], right, side="right").astype(np.uint16),
        kind="stable",
    )
    content = packed(
        {"pairs": pa.table({"pair": pairs[by_part], "keys": bits[by_part]})}
    )
    yield Parcel(number, "pairs", number, len(pairs), content)


@dataclass(frozen=True, slots=True)
class Ranges:
    """Where the pairs of each part stand among all pairs, and how many a range has."""

    offsets: dict[int, int]
    most: int
    starts: Longs
    """Where each part of the list begins, and where the list ends."""

    @property
    def many(self) -> int:
        """How many ranges there are."""
        return -(-self.offsets[-1] // self.most)

    @classmethod
    def of(cls, counts: dict[int, int], tasks: int, most: int, starts: Longs) -> Ranges:
        """Ranges of at most so many pairs, and as many ranges as there are tasks if need be."""
        numbers = sorted(counts)
        ends = np.cumsum([0, *(counts[number] for number in numbers)]).tolist()
        offsets = dict(zip(numbers, ends, strict=False)) | {-1: ends[-1]}
        return cls(offsets, max(1, min(most, -(-ends[-1] // tasks))), starts)

    def slices(self, parcels: list[Parcel]) -> Iterator[tuple[int, pa.Table]]:
        """The pairs of some parts, range by range."""
        for parcel in parcels:
            table = unpacked(parcel.content)["pairs"]
            start, done = self.offsets[parcel.sender], 0
            while done < len(table):
                number = (start + done) // self.most
                end = min((number + 1) * self.most - start, len(table))
                yield number, table.slice(done, end - done)
                done = end


def _members(table: pa.Table) -> AnyArray:
    left, right = unpack_pairs(table.column("pair").to_numpy())
    return np.unique(np.concatenate([left, right]))


def wanted_by(number: int, table: pa.Table, starts: Longs) -> Iterator[Parcel]:
    """What a range asks of the parts: the positions of the entries of its pairs."""
    members = _members(table)
    bounds = np.searchsorted(members, starts)
    for one in range(len(starts) - 1):
        positions = members[bounds[one] : bounds[one + 1]]
        if len(positions):
            content = packed({"wanted": pa.table({"position": positions})})
            yield Parcel(one, "wanted", number, len(positions), content)


def slices_of(number: int, sender: int, table: pa.Table) -> Parcel:
    """Some pairs of a range."""
    return Parcel(number, "pairs", sender, len(table), packed({"pairs": table}))


def served(number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
    """The entries of a part, for each range that asks for some."""
    (own,) = of_kind(parcels, "part")
    tables = unpacked(own.content)
    entries = tables[ENTRIES].drop_columns(
        [name for name in tables[ENTRIES].column_names if name in _NOT_SENT]
    )
    tables = {**tables, ENTRIES: entries}
    start = entries.column("position")[0].as_py() if len(entries) else 0
    asked: dict[int, list[AnyArray]] = {}
    for parcel in of_kind(parcels, "wanted"):
        positions = unpacked(parcel.content)["wanted"].column("position").to_numpy()
        asked.setdefault(parcel.sender, []).append(positions)
    for sender, positions in asked.items():
        rows = np.unique(np.concatenate(positions)).astype(np.int64) - start
        yield Parcel(sender, "entries", number, len(rows), packed(cut(tables, rows)))


def _opened(parcels: list[Parcel], whole: Whole) -> tuple[Part, pa.Table, Pairs]:
    """(the entries of a range, its pairs as a table, its pairs)."""
    entries = part(joined(pieces_of(parcels)), whole)
    found = [unpacked(parcel.content)["pairs"] for parcel in of_kind(parcels, "pairs")]
    table = pa.concat_tables(found).combine_chunks()
    left, right = unpack_pairs(table.column("pair").to_numpy())
    return entries, table, Pairs(entries, entries.local(left), entries.local(right))


def pieces_of(parcels: list[Parcel]) -> list[Tables]:
    """The entries that the parts sent, in the order of the parts."""
    return [unpacked(parcel.content) for parcel in of_kind(parcels, "entries")]


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
    _, table, pairs = _opened(parcels, whole)
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
    found = [unpacked(parcel.content)["pairs"] for parcel in of_kind(parcels, "pairs")]
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
        table = unpacked(parcel.content)["pairs"]
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


def sure(number: int, parcels: list[Parcel], scoring: Scoring) -> Iterator[Parcel]:
    """The pairs of a range that are surely one person."""
    entries, _, pairs = _opened(parcels, scoring.whole)
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
    entries, table, pairs = _opened(parcels, scoring.whole)
    scorer = Scorer(entries, scoring.comparisons, scoring.model)
    kept, vectors, rows = judge_pairs(
        scorer, pairs, None, scoring.settings, is_between=scoring.is_between
    )
    columns: dict[str, object] = {
        "left": entries.positions[kept.left],
        "right": entries.positions[kept.right],
        "entry_l": entries.ids.take(pa.array(kept.left)),
        "entry_r": entries.ids.take(pa.array(kept.right)),
        "keys": table.column("keys").to_numpy()[rows],
        "weight": kept.weight,
        "kind": kept.kind,
        "term_frequency": vectors.term_frequency,
    }
    for place, share in enumerate(kept.posterior.T):
        columns[f"posterior_{place}"] = np.ascontiguousarray(share)
    for field, levels in vectors.levels.items():
        columns[f"level_{field}"] = levels
    yield Parcel(number, "kept", number, len(rows), packed({"kept": pa.table(columns)}))
