"""Blocks and their pairs, made by all tasks together.

Each part sends the codes that its entries have under each key. Codes go to tasks by their value, so
that a block stands in one task whole, and its size is known before a pair is made. Entries of codes
that are too many for one block are sent once more, with the fields by which the block is split.

The pairs of a block go to ranges by a digest of their left entries, so that a range has all keys of
a pair, and none has more pairs than another, whatever the blocks are from which they come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from voterlist.arrays import (
    AnyArray,
    Codes,
    Longs,
    mix,
    pack_pairs,
    runs,
)
from voterlist.link import block, ranges
from voterlist.link.encode import Whole
from voterlist.link.fit import reachable
from voterlist.link.keys import Key, field, together
from voterlist.link.part import Part, Tables, part
from voterlist.model import frozen
from voterlist.spark.exchange import Parcel

_OF_MEMBERS = ("position", "is_partial", "group")
"""The columns of entries that are asked for of a block."""
_AT_ONCE = 1 << 21
"""About so many pairs of a task go to their ranges at a time."""


@dataclass(frozen=True, eq=False, slots=True)
class Blocking:
    """The keys of a list, and to how many tasks it is dealt."""

    whole: Whole
    keys: tuple[Key, ...]
    limit: int
    """Entries in a block at most."""
    tasks: int
    large: tuple[Longs, ...] | None = None
    """For each key the codes that more entries than the limit have: these are split, and no other
    is looked at. None: all others are."""

    def sent(self, number: int, tables: Tables) -> Iterator[Parcel]:
        """The codes of the entries of a part under each key, for each task.

        The rows of the first parcel are how many of the entries some key reaches.
        """
        entries = part(tables, self.whole)
        made = [
            self._coded(entries, place)
            for place in range(len(self.keys))
            if self.large is None or len(self.large[place])
        ]
        table = pa.concat_tables(made)
        task = (table.column("code").to_numpy() % self.tasks).astype(np.uint16)
        ordered = table.take(np.argsort(task, kind="stable"))
        bounds = np.cumsum([0, *np.bincount(task, minlength=self.tasks)]).tolist()
        reached = int(reachable(entries, self.keys).sum())
        for target, (start, stop) in enumerate(pairwise(bounds)):
            rows = 0 if target or self.large else reached
            yield Parcel(
                target,
                "codes",
                number,
                rows,
                {"codes": ordered.slice(start, stop - start)},
            )

    def _coded(self, entries: Part, place: int) -> pa.Table:
        """The entries that are looked at, with their codes under a key."""
        key = self.keys[place]
        code = together(entries, key.fields)
        is_sent = code >= 0 if self.large is None else np.isin(code, self.large[place])
        rows = np.flatnonzero(is_sent)
        columns: dict[str, AnyArray] = {
            "key": np.full(len(rows), place, np.uint8),
            "code": code[rows],
            "position": entries.positions[rows],
            "is_partial": entries.partial_date[rows],
        }
        if entries.groups is not None:
            columns["group"] = entries.groups[rows]
        if self.large is not None:
            for column in range(max(len(key.splits) for key in self.keys)):
                columns[f"split_{column}"] = np.full(len(rows), -1, np.int64)
            for column, name in enumerate(key.splits):
                columns[f"split_{column}"][:] = field(entries, name)[rows]
        return pa.table(columns)

    def blocks(self, task: int, parcels: list[Parcel]) -> Iterator[Parcel]:
        """The blocks of one task, and what it tells of them."""
        kept, forecast, cut, large = [], [], [], []
        for place, listed in self._by_key(
            [parcel.tables["codes"] for parcel in parcels]
        ):
            blocks, too_large = self._blocks(self.keys[place], listed)
            forecast.append(asdict(blocks.forecast) | {"key": place})
            cut.append(listed.position[blocks.cut])
            large.append(too_large)
            members = {
                name: column[blocks.members]
                for name, column in listed.columns.items()
                if name in _OF_MEMBERS
            }
            members["key"] = np.full(len(blocks.members), place, np.uint8)
            members["block"] = blocks.numbers().astype(np.int64)
            kept.append(pa.table(members))
        members = pa.concat_tables(kept)
        yield Parcel(task, "part", task, len(members), {"members": members})
        told = {
            "forecast": pa.Table.from_pylist(forecast),
            "cut": pa.table({"position": np.concatenate(cut)}),
            "large": pa.table(
                {
                    "key": np.repeat(np.arange(len(large)), [len(of) for of in large]),
                    "code": np.concatenate(large),
                }
            ),
        }
        reached = sum(parcel.rows for parcel in parcels)
        yield Parcel(task, "told", task, reached, told)
        inside = np.unique(members.column("position").to_numpy())
        yield Parcel(
            task,
            "members",
            task,
            len(inside),
            {"members": pa.table({"position": inside})},
        )

    def _by_key(self, tables: Sequence[pa.Table]) -> Iterator[tuple[int, _Listed]]:
        """(place of a key, its entries in the order of the list).

        Parts come in their order, and each has its keys in theirs.
        """
        places = np.arange(len(self.keys) + 1)
        bounds = [
            np.searchsorted(table.column("key").to_numpy(), places) for table in tables
        ]
        for place in range(len(self.keys)):
            of_key = pa.concat_tables(
                table.slice(start[place], start[place + 1] - start[place])
                for table, start in zip(tables, bounds, strict=True)
            )
            names = of_key.column_names
            yield (
                place,
                _Listed({name: of_key.column(name).to_numpy() for name in names}),
            )

    def _blocks(self, key: Key, listed: _Listed) -> tuple[block.Blocks, Longs]:
        """(The blocks of the entries with a code under a key, the codes that are to be split)."""
        code, counting = listed.columns["code"], listed.counting(key)
        limit = key.most(self.limit)
        none = np.zeros(0, np.int64)
        if self.large is None:
            order, sizes = runs(code)
            is_large = sizes > limit
            too_large = code[order[np.cumsum(sizes)[is_large] - 1]]
            split = order[np.repeat(~is_large, sizes)], sizes[~is_large], 0
        else:
            too_large = none

            def values(name: str) -> Longs:
                return listed.columns[f"split_{key.splits.index(name)}"]

            split = block.split_runs(code, key.splits, values, limit, counting)
        size = len(listed.position)
        return block.of_runs(key, size, split, limit, counting), too_large

    def pairs(self, task: int, tables: Tables, many: int) -> Iterator[Parcel]:
        """The pairs of the blocks of one task, each with its key, for so many ranges."""
        sender = task
        kind = "made" if self.large is None else "made-large"
        for place, listed in self._by_key([tables["members"]]):
            key = self.keys[place]
            runs_of_key = *runs(listed.columns["block"]), 0
            blocks = block.of_runs(
                key,
                len(listed.position),
                runs_of_key,
                key.most(self.limit),
                listed.counting(key),
            )
            partners = ranges.partners(blocks)
            done = np.cumsum(partners.count, dtype=np.int64) // _AT_ONCE
            for chunk in np.unique(done).tolist():
                start, stop = np.searchsorted(done, (chunk, chunk + 1))
                left, right = ranges.of_runs(partners, np.arange(start, stop))
                left, right = listed.position[left], listed.position[right]
                of_range = range_of(left, many)
                order = np.argsort(of_range, kind="stable")
                pairs = pack_pairs(left, right)[order]
                bounds = np.cumsum(np.bincount(of_range, minlength=many))
                for target, of_target in enumerate(np.split(pairs, bounds[:-1])):
                    if len(of_target):
                        table = pa.table({"pair": of_target})
                        yield Parcel(
                            target, kind, sender, len(table), {str(place): table}
                        )
                # Every parcel of a task for one range has a number of its own.
                sender += self.tasks


def range_of(left: Codes, many: int) -> Longs:
    """The range, of so many, of the pairs of each left entry."""
    return (mix(left.astype(np.uint64)) % np.uint64(many)).astype(np.int64)


def distinct_pairs(parcels: Sequence[Parcel]) -> pa.Table:
    """Each pair of a range once, in their order, with all keys that hold it as bits."""
    pairs, keys = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for parcel in parcels:
        for place, table in parcel.tables.items():
            pairs.append(table.column("pair").to_numpy())
            keys.append(np.full(len(table), 1 << int(place), np.int64))
    every = np.concatenate(pairs)
    order = np.argsort(every, kind="stable")
    ordered = every[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    of_key = np.concatenate(keys)[order]
    every_key = np.bitwise_or.reduceat(of_key, first) if len(first) else of_key
    return pa.table({"pair": ordered[first], "keys": every_key})


@frozen
class _Listed:
    """The entries that have a code under one key, in the order of the list."""

    columns: dict[str, AnyArray]

    @property
    def position(self) -> Codes:
        return self.columns["position"]

    def counting(self, key: Key) -> block.Counting:
        """Which pairs of a block count."""
        required = self.columns["is_partial"] if key.partial_dates else None
        return block.Counting(required, self.columns.get("group"))


def large_of(keys: Sequence[Key], told: Sequence[Tables]) -> tuple[Longs, ...]:
    """For each key the codes that are to be split, ascending, by what all tasks tell."""
    every = pa.concat_tables([tables["large"] for tables in told])
    key, code = (every.column(name).to_numpy() for name in ("key", "code"))
    return tuple(np.sort(code[key == place]) for place in range(len(keys)))


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
