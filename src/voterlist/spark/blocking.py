"""Blocks and their pairs, made by all tasks together.

Each part sends the codes that its entries have under each key. Codes go to tasks by their value, so
that a block stands in one task whole, and its size is known before a pair is made. A block that is
too large is asked about again: the parts of its entries tell the fields by which it is split.

A pair belongs to its left entry, as on one machine (``voterlist.link.ranges``). How many pairs the
entries of each part begin is known from the sizes of the blocks; by that the left entries are dealt
to ranges of equal size (PairRange: Kolb, Thor and Rahm 2012). The members of a block go to every
range that has one of its left entries, and the range makes its pairs. So no task makes more pairs
than another, whatever the blocks are from which they come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pyarrow as pa

from voterlist.arrays import (
    AnyArray,
    Bools,
    Codes,
    Longs,
    consecutive,
    dense,
    mix,
    pack_pairs,
    runs,
)
from voterlist.link import block, ranges
from voterlist.link.keys import Key, field, together
from voterlist.spark.exchange import Parcel, Tables, of_kind, packed
from voterlist.spark.part import Whole, part

_HALF = np.uint64(32)


def part_of(positions: AnyArray, starts: Longs) -> Longs:
    """The part in which each entry stands."""
    return np.asarray(np.searchsorted(starts[1:-1], positions, side="right"), np.int64)


@dataclass(frozen=True, slots=True)
class Ranges:
    """The range to which each left entry is dealt, with all pairs that it begins.

    The pairs of the list stand in a line: part after part, inside a part by a digest of their left
    entries. Equal stretches of the line are the ranges. So the pairs of a part stay together as far
    as they are not too many, and entries that begin many pairs do not stand together.
    """

    starts: Longs
    """Where each part of the list begins, and where the list ends."""
    offsets: Longs
    """Where the pairs of each part begin in the line, and where it ends."""
    most: int
    """Pairs in a range, one that several keys bring together counted with each: about so many."""

    @classmethod
    def of(cls, counts: Longs, most: int, starts: Longs) -> Ranges:
        """Ranges of the pairs of parts that begin so many: at least as many ranges as parts."""
        offsets = np.cumsum(np.append(0, counts))
        even = -(-int(offsets[-1]) // len(counts))
        return cls(starts, offsets, max(1, min(most, even)))

    @property
    def many(self) -> int:
        """How many ranges there are: at least one."""
        return max(1, -(-int(self.offsets[-1]) // self.most))

    def of_left(self, positions: Codes) -> Longs:
        """The range of each left entry."""
        part = part_of(positions, self.starts)
        digest = mix(positions.astype(np.uint64)) >> _HALF
        before = digest * np.diff(self.offsets)[part] / (1 << 32)
        return (self.offsets[part] + before.astype(np.int64)) // self.most

    def of_part(self, part: int) -> range:
        """The ranges that have left entries of a part."""
        start, stop = self.offsets[part : part + 2].tolist()
        return range(start // self.most, -(-stop // self.most))


def to_ranges(ranges: Ranges, parcels: list[Parcel]) -> Iterator[Parcel]:
    """The blocks of each part, for each of its ranges; the part is the sender now."""
    for parcel in parcels:
        for number in ranges.of_part(parcel.addressee):
            yield replace(parcel, addressee=number, sender=parcel.addressee)


@dataclass(frozen=True, slots=True)
class Blocking:
    """The keys of a list, and into which tasks and parts it is dealt."""

    whole: Whole
    keys: tuple[Key, ...]
    limit: int
    """Entries in a block at most."""
    starts: Longs
    """Where each part begins, and where the list ends."""
    tasks: int
    chunk_pairs: int
    """Pairs in a range at most, one that several keys bring together counted with each."""

    def sent(self, number: int, tables: Tables) -> Iterator[Parcel]:
        """The codes of the entries of a part under each key, for each task."""
        entries = part(tables, self.whole)
        position, flags = entries.positions, entries.partial_date
        columns: list[list[AnyArray]] = [[] for _ in range(self.tasks)]
        every: list[Longs] = []
        for key in self.keys:
            code = together(entries, key.fields)
            known = np.flatnonzero(code >= 0)
            task = (code[known] % self.tasks).astype(np.uint16)
            order = known[np.argsort(task, kind="stable")]
            ends = np.cumsum(np.bincount(task, minlength=self.tasks))
            for target, rows in enumerate(np.split(order, ends[:-1])):
                columns[target].append(rows)
            every.append(code)
        for target, of_key in enumerate(columns):
            rows = np.concatenate(of_key)
            made = {
                "key": np.repeat(
                    np.arange(len(of_key), dtype=np.uint8), [len(r) for r in of_key]
                ),
                "code": np.concatenate(
                    [code[rows] for code, rows in zip(every, of_key, strict=True)]
                ),
                "position": position[rows],
                "is_partial": flags[rows],
            }
            content = packed({"codes": pa.table(made)})
            yield Parcel(target, "codes", number, len(rows), content)

    def blocks(self, task: int, parcels: list[Parcel]) -> Iterator[Parcel]:
        """The blocks of one task, and the entries of those that are to be split."""
        made = _Made(self, task)
        pieces = [_Piece.of(parcel.tables["codes"]) for parcel in parcels]
        for number, key in enumerate(self.keys):
            listed = _entries_of_key(pieces, number)
            runs_of_key, sizes = runs(listed.code)
            large = np.repeat(sizes > self.limit, sizes)
            made.ask(number, listed, runs_of_key[large])
            counting = listed.counting(key)
            split = runs_of_key[~large], sizes[sizes <= self.limit], 0
            blocks = block.of_runs(key, len(listed.code), split, self.limit, counting)
            made.add(number, listed, blocks)
        yield from made.parcels()

    def splits(
        self, number: int, tables: Tables, asked: list[Parcel]
    ) -> Iterator[Parcel]:
        """What the entries of a part that stand in large blocks have in the fields of splits."""
        entries = part(tables, self.whole)
        for parcel in of_kind(asked, "large"):
            table = parcel.tables["large"]
            rows = table.column("position").to_numpy() - self.starts[number]
            key = table.column("key").to_numpy()
            most = max((len(key.splits) for key in self.keys), default=0)
            values = np.full((most, len(rows)), -1, np.int64)
            for key_number in np.unique(key).tolist():
                of_key = key == key_number
                for place, name in enumerate(self.keys[key_number].splits):
                    values[place, of_key] = field(entries, name)[rows[of_key]]
            for place in range(most):
                table = table.append_column(f"split_{place}", pa.array(values[place]))
            content = packed({"large": table})
            yield Parcel(parcel.sender, "split", number, len(rows), content)

    def split_blocks(self, task: int, parcels: list[Parcel]) -> Iterator[Parcel]:
        """The large blocks of one task, split."""
        made = _Made(self, task)
        pieces = [_Piece.of(parcel.tables["large"]) for parcel in parcels]
        for number, key in enumerate(self.keys):
            listed = _entries_of_key(pieces, number)
            if not len(listed.code):
                continue
            values = {
                name: dense(listed.columns[f"split_{place}"])
                for place, name in enumerate(key.splits)
            }
            counting = listed.counting(key)
            split = block.split_runs(
                dense(listed.code), key.splits, values.__getitem__, self.limit, counting
            )
            blocks = block.of_runs(key, len(listed.code), split, self.limit, counting)
            made.add(number, listed, blocks)
        yield from made.parcels()

    def pairs(self, number: int, parcels: list[Parcel], of: Ranges) -> pa.Table:
        """The pairs of one range, each once, in their order, with the keys that hold it.

        The sender of each parcel is the part whose left entries it has.
        """
        pieces, sizes = [], []
        for parcel in parcels:
            tables = parcel.tables
            piece, size = (_Piece.of(tables[name]) for name in ("members", "sizes"))
            position = piece.columns["position"]
            # A range may have entries of two parts: each of them comes with its own blocks.
            own = part_of(position, self.starts) == parcel.sender
            piece.columns["is_own"] = own & (of.of_left(position) == number)
            pieces.append(piece)
            sizes.append(size)
        every, keys = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for place, key in enumerate(self.keys if pieces else ()):
            listed = _entries_of_key(pieces, place)
            runs_of_key = _runs_with(
                listed.columns["is_own"], _entries_of_key(sizes, place).columns["size"]
            )
            blocks = block.of_runs(
                key,
                len(listed.position),
                (*runs_of_key, 0),
                self.limit,
                listed.counting(key),
            )
            partners = ranges.partners(blocks)
            own_runs = np.flatnonzero(listed.columns["is_own"][partners.left])
            left, right = ranges.of_runs(partners, own_runs)
            every.append(pack_pairs(listed.position[left], listed.position[right]))
            keys.append(np.full(len(left), 1 << place, np.int64))
        return _distinct(np.concatenate(every), np.concatenate(keys))


def _runs_with(is_own: Bools, sizes: Longs) -> tuple[Longs, Longs]:
    """The runs of so many entries that have one of one's own: (their entries, their sizes)."""
    if not len(sizes):
        return sizes, sizes
    first = np.cumsum(sizes) - sizes
    chosen = np.logical_or.reduceat(is_own, first)
    return consecutive(first[chosen], sizes[chosen]), sizes[chosen]


def _distinct(pairs: Longs, keys: Longs) -> pa.Table:
    """Each of these pairs once, with all its keys."""
    order = np.argsort(pairs, kind="stable")
    ordered = pairs[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    every_key = np.bitwise_or.reduceat(keys[order], first) if len(first) else keys
    return pa.table({"pair": ordered[first], "keys": every_key})


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one sender sends, key after key."""

    columns: dict[str, AnyArray]
    bounds: Longs
    """Where each key begins, and behind the last one the end."""

    @classmethod
    def of(cls, table: pa.Table) -> _Piece:
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        most = np.iinfo(np.uint8).max
        return cls(columns, np.searchsorted(columns["key"], np.arange(most + 1)))


@dataclass(frozen=True, slots=True)
class _Listed:
    """The entries that have a code under one key, in the order of the list."""

    columns: dict[str, AnyArray]

    @property
    def code(self) -> Longs:
        return self.columns["code"]

    @property
    def position(self) -> Codes:
        return self.columns["position"]

    @property
    def is_partial(self) -> Bools:
        return self.columns["is_partial"]

    def counting(self, key: Key) -> block.Counting:
        return block.Counting(self.is_partial if key.partial_dates else None, None)


def _entries_of_key(pieces: Sequence[_Piece], key: int) -> _Listed:
    """The entries of one key: parts come in their order, and so do the entries of a part."""
    return _Listed(
        {
            name: np.concatenate(
                [
                    piece.columns[name][piece.bounds[key] : piece.bounds[key + 1]]
                    for piece in pieces
                ]
            )
            for name in pieces[0].columns
        }
    )


class _Made:
    """What a task of blocks makes: blocks, questions, a forecast."""

    def __init__(self, blocking: Blocking, task: int) -> None:
        self._blocking = blocking
        self._task = task
        self._members: list[pa.Table] = []
        self._sizes: list[Longs] = []
        self._begun = np.zeros(len(blocking.starts) - 1, np.int64)
        self._forecast: list[dict[str, object]] = []
        self._large: list[pa.Table] = []
        self._cut: list[Codes] = [np.zeros(0, np.int32)]

    def ask(self, key: int, listed: _Listed, rows: Longs) -> None:
        """Ask about the entries of blocks that are too large."""
        if len(rows):
            columns: dict[str, object] = {
                "key": np.full(len(rows), key, np.uint8),
                "code": listed.code[rows],
                "position": listed.position[rows],
                "is_partial": listed.is_partial[rows],
            }
            self._large.append(pa.table(columns))

    def add(self, key: int, listed: _Listed, blocks: block.Blocks) -> None:
        """The pairs of the blocks of one key."""
        self._forecast.append(asdict(blocks.forecast) | {"key": key})
        self._cut.append(listed.position[blocks.cut])
        columns = {
            "key": np.full(len(blocks.members), key, np.uint8),
            "position": listed.position[blocks.members],
            "is_partial": listed.is_partial[blocks.members],
        }
        self._members.append(pa.table(columns))
        self._sizes.append(np.diff(blocks.starts))
        partners = ranges.partners(blocks)
        part = part_of(listed.position[partners.left], self._blocking.starts)
        begun = np.bincount(part, partners.count, len(self._begun))
        self._begun += begun.astype(np.int64)

    def parcels(self) -> Iterator[Parcel]:
        """All of it, for the parts of the left entries, the parts that are asked, the driver."""
        members = pa.concat_tables(self._members).combine_chunks()
        yield from self._blocks_of_parts(members)
        if self._large:
            large = pa.concat_tables(self._large).combine_chunks()
            for part, rows in self._by_part(large.column("position").to_numpy()):
                content = packed({"large": large.take(pa.array(rows))})
                yield Parcel(part, "large", self._task, len(rows), content)
        told = pa.Table.from_pylist(self._forecast)
        cut = pa.table({"position": np.concatenate(self._cut)})
        large = pa.table({"count": [sum(map(len, self._large))]})
        content = packed({"forecast": told, "cut": cut, "large": large})
        yield Parcel(self._task, "told", self._task, len(cut), content)
        inside = pa.table(
            {"position": np.unique(members.column("position").to_numpy())}
        )
        content = packed({"members": inside})
        yield Parcel(self._task, "members", self._task, len(inside), content)

    def _blocks_of_parts(self, members: pa.Table) -> Iterator[Parcel]:
        """The blocks for each part: from the first entry on that the part has in them."""
        sizes = np.concatenate(self._sizes)
        position = members.column("position").to_numpy()
        key = members.column("key").to_numpy()
        block_of = np.repeat(np.arange(len(sizes)), sizes)
        part = part_of(position, self._blocking.starts)
        is_other_block = np.diff(block_of, prepend=-1) != 0
        is_other_part = np.diff(part, prepend=-1) != 0
        first = np.flatnonzero(is_other_block | is_other_part)
        behind = np.cumsum(sizes)[block_of[first]] - first
        # The last entry of a block begins no pair.
        first, behind = first[behind > 1], behind[behind > 1]
        for number, chosen in self._by_part(position[first]):
            start, size = first[chosen], behind[chosen]
            made = members.take(pa.array(consecutive(start, size)))
            of_part = {
                "members": made,
                "sizes": pa.table({"key": key[start], "size": size.astype(np.int32)}),
            }
            begun = int(self._begun[number])
            yield Parcel(number, "blocks", self._task, begun, packed(of_part))

    def _by_part(self, positions: AnyArray) -> Iterator[tuple[int, Longs]]:
        part = part_of(positions, self._blocking.starts).astype(np.uint16)
        order = np.argsort(part, kind="stable")
        bounds = np.cumsum(np.bincount(part))
        start = 0
        for number, end in enumerate(bounds.tolist()):
            if end > start:
                yield number, order[start:end]
            start = end


def forecast_of(
    keys: Sequence[Key], told: Sequence[Tables]
) -> tuple[block.Forecast, ...]:
    """The forecast of each key by what all tasks tell."""
    rows = [row for tables in told for row in tables["forecast"].to_pylist()]
    lines = []
    for number, key in enumerate(keys):
        of_key = [row for row in rows if row["key"] == number]
        lines.append(
            block.Forecast(
                key.name,
                sum(row["blocks"] for row in of_key),
                sum(row["pairs"] for row in of_key),
                max((row["largest"] for row in of_key), default=0),
                sum(row["not_compared"] for row in of_key),
            )
        )
    return tuple(lines)
