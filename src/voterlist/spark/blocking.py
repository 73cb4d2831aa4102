"""Blocks and their pairs, made by all tasks together.

Each part sends the codes that its entries have under each key. Codes go to tasks by their value, so
that a block stands in one task whole, and its size is known before a pair is made. A block that is
too large is asked about again: the parts of its entries tell the fields by which it is split.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from voterlist.arrays import AnyArray, Bools, Codes, Longs, dense, pack_pairs, runs
from voterlist.link import block, ranges
from voterlist.link.keys import Key
from voterlist.spark.exchange import Parcel, Tables, of_kind, packed, unpacked
from voterlist.spark.key_codes import KeyCodes
from voterlist.spark.part import ENTRIES, Whole

__all__ = ["Blocking", "forecast_of"]


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

    def part_of(self, positions: AnyArray) -> Longs:
        """The part in which each entry stands."""
        return np.asarray(
            np.searchsorted(self.starts[1:-1], positions, side="right"), np.int64
        )

    def sent(
        self, number: int, tables: Tables, groups: Codes | None
    ) -> Iterator[Parcel]:
        """The codes of the entries of a part under each key, for each task."""
        codes = KeyCodes(tables, self.whole)
        position = tables[ENTRIES].column("position").to_numpy()
        flags = codes.is_partial()
        columns: list[list[AnyArray]] = [[] for _ in range(self.tasks)]
        every: list[Longs] = []
        for key in self.keys:
            code = codes.together(key.fields)
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
            if groups is not None:
                made["group"] = groups[rows]
            content = packed({"codes": pa.table(made)})
            yield Parcel(target, "codes", number, len(rows), content)

    def blocks(self, parcels: list[Parcel]) -> Iterator[Parcel]:
        """The pairs of the blocks of one task, and the blocks that are to be split."""
        made = _Made(self, parcels[0].addressee)
        pieces = [_Piece.of(unpacked(parcel.content)["codes"]) for parcel in parcels]
        for number, key in enumerate(self.keys):
            listed = _listed(pieces, number)
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
        codes = KeyCodes(tables, self.whole)
        for parcel in of_kind(asked, "large"):
            table = unpacked(parcel.content)["large"]
            rows = table.column("position").to_numpy() - self.starts[number]
            key = table.column("key").to_numpy()
            most = max((len(one.splits) for one in self.keys), default=0)
            values = np.full((most, len(rows)), -1, np.int64)
            for key_number in np.unique(key).tolist():
                of_key = key == key_number
                for place, name in enumerate(self.keys[key_number].splits):
                    values[place, of_key] = codes.field(name)[rows[of_key]]
            for place in range(most):
                table = table.append_column(f"split_{place}", pa.array(values[place]))
            content = packed({"large": table})
            yield Parcel(parcel.sender, "split", number, len(rows), content)

    def split_blocks(self, parcels: list[Parcel]) -> Iterator[Parcel]:
        """The pairs of the large blocks of one task, split."""
        made = _Made(self, parcels[0].addressee)
        pieces = [_Piece.of(unpacked(parcel.content)["large"]) for parcel in parcels]
        for number, key in enumerate(self.keys):
            listed = _listed(pieces, number)
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


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one part sends, key after key."""

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

    @property
    def group(self) -> Codes | None:
        return self.columns.get("group")

    def counting(self, key: Key) -> block.Counting:
        return block.Counting(
            self.is_partial if key.partial_dates else None, self.group
        )


def _listed(pieces: Sequence[_Piece], key: int) -> _Listed:
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
    """What a task of blocks makes: pairs, questions, a forecast."""

    def __init__(self, blocking: Blocking, task: int) -> None:
        self._blocking = blocking
        self._task = task
        self._pairs: list[Longs] = [np.zeros(0, np.int64)]
        self._keys: list[AnyArray] = [np.zeros(0, np.uint8)]
        self._forecast: list[dict[str, object]] = []
        self._large: list[pa.Table] = []
        self._cut: list[Codes] = [np.zeros(0, np.int32)]
        self._members: list[Codes] = [np.zeros(0, np.int32)]

    def ask(self, key: int, listed: _Listed, rows: Longs) -> None:
        """Ask about the entries of blocks that are too large."""
        if len(rows):
            columns: dict[str, object] = {
                "key": np.full(len(rows), key, np.uint8),
                "code": listed.code[rows],
                "position": listed.position[rows],
                "is_partial": listed.is_partial[rows],
            }
            if listed.group is not None:
                columns["group"] = listed.group[rows]
            self._large.append(pa.table(columns))

    def add(self, key: int, listed: _Listed, blocks: block.Blocks) -> None:
        """The pairs of the blocks of one key."""
        told = blocks.forecast
        self._forecast.append(
            {
                "key": key,
                "blocks": told.blocks,
                "pairs": told.pairs,
                "largest": told.largest,
                "not_compared": told.not_compared,
            }
        )
        self._cut.append(listed.position[blocks.cut])
        self._members.append(listed.position[blocks.members])
        partners = [ranges.partners(blocks)]
        for part in ranges.cut(partners, blocks.size, self._blocking.chunk_pairs):
            left, right = ranges.pairs_of(partners, part)
            pairs = pack_pairs(listed.position[left], listed.position[right])
            self._pairs.append(pairs)
            self._keys.append(np.full(len(pairs), key, np.uint8))

    def parcels(self) -> Iterator[Parcel]:
        """All of it, for the parts of the left entries, the parts that are asked, the driver."""
        pairs, keys = np.concatenate(self._pairs), np.concatenate(self._keys)
        for part, rows in self._by_part(pairs >> 32):
            table = pa.table({"pair": pairs[rows], "key": keys[rows]})
            content = packed({"pairs": table})
            yield Parcel(part, "pairs", self._task, len(rows), content)
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
        members = pa.table({"position": np.unique(np.concatenate(self._members))})
        yield Parcel(
            self._task,
            "members",
            self._task,
            len(members),
            packed({"members": members}),
        )

    def _by_part(self, positions: AnyArray) -> Iterator[tuple[int, Longs]]:
        part = self._blocking.part_of(positions).astype(np.uint16)
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
