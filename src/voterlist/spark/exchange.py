"""What tasks hand to each other: Arrow tables in rows of bytes, which Spark shuffles and keeps.

To move a million entries as a million rows costs more than all that is done with them here. So a
task puts all that it has for another task into a parcel: Arrow tables, packed. Spark brings it
there, puts it on disk where memory is short, and makes it anew where a machine is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from voterlist.link.part import Tables
from voterlist.model import frozen
from voterlist.spark.failures import in_task
from voterlist.tables import Row, by_key

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

COLUMNS = (
    "addressee int, kind string, sender int, rows long, piece int, pieces int,"
    " content binary"
)
"""The columns of every step, as Spark has them."""
_SCHEMA = pa.schema(
    {
        "addressee": pa.int32(),
        "kind": pa.string(),
        "sender": pa.int32(),
        "rows": pa.int64(),
        "piece": pa.int32(),
        "pieces": pa.int32(),
        "content": pa.binary(),
    }
)
_PIECE = 1 << 22
"""Bytes of a row at most: Java holds rows whole, and several of them at a time."""


@frozen
class Parcel:
    """What one task has for another. No two of one kind have the same sender and addressee."""

    addressee: int
    """The task of the next step that gets it."""
    kind: str
    """What it is."""
    sender: int
    """The task that made it; parcels stand in the order of their senders."""
    rows: int
    """How much is in it."""
    tables: Tables
    """What is in it."""


def pack_tables(tables: Tables) -> bytes:
    """Tables as bytes: for each its name, and an Arrow stream."""
    sink = pa.BufferOutputStream()
    names = pa.table({"name": pa.array(list(tables), pa.string())})
    for table in (names, *tables.values()):
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def unpack_tables(content: bytes) -> dict[str, pa.Table]:
    """The tables in these bytes."""
    source = pa.BufferReader(content)
    with pa.ipc.open_stream(source) as reader:
        names = reader.read_all().column("name").to_pylist()
    found = {}
    for name in names:
        with pa.ipc.open_stream(source) as reader:
            found[name] = reader.read_all()
    return found


def batches_of(parcels: Iterable[Parcel]) -> Iterator[pa.RecordBatch]:
    """The parcels, packed, as rows of a step, as Spark gets them."""
    for parcel in parcels:
        content = pack_tables(parcel.tables)
        pieces = max(1, -(-len(content) // _PIECE))
        for piece in range(pieces):
            row = {
                "addressee": parcel.addressee,
                "kind": parcel.kind,
                "sender": parcel.sender,
                "rows": parcel.rows,
                "piece": piece,
                "pieces": pieces,
                "content": content[piece * _PIECE : (piece + 1) * _PIECE],
            }
            yield pa.RecordBatch.from_pylist([row], schema=_SCHEMA)


def parcels_of(batches: Iterable[pa.RecordBatch]) -> list[Parcel]:
    """The parcels in these rows of a step, by addressee, kind and sender."""
    parcels = []
    pieces: dict[tuple[int, str, int], list[Row]] = {}
    for batch in batches:
        for row in batch.select(_SCHEMA.names).to_pylist():
            key = (row["addressee"], row["kind"], row["sender"])
            if row["pieces"] == 1:
                parcels.append(Parcel(*key, row["rows"], unpack_tables(row["content"])))
            else:
                pieces.setdefault(key, []).append(row)
    for key, rows in pieces.items():
        rows.sort(key=lambda row: row["piece"])
        if [row["piece"] for row in rows] != list(range(rows[0]["pieces"])):
            raise ValueError("two parcels of one kind from one task to another")
        content = b"".join(row["content"] for row in rows)
        parcels.append(Parcel(*key, rows[0]["rows"], unpack_tables(content)))
    return sorted(
        parcels, key=lambda parcel: (parcel.addressee, parcel.kind, parcel.sender)
    )


OfTask = Callable[[int, list[Parcel]], Iterable[Parcel]]
"""What is done with all parcels of one addressee."""


@dataclass(frozen=True)
class Step:
    """The parcels that tasks make, wherever Spark has them."""

    frame: DataFrame

    def each(self, stage: str, work: OfTask) -> Step:
        """A step in which the parcels of each addressee are worked on together."""

        def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            # A task may stand for several addressees, where there are few.
            yield from batches_of(work_parcels(parcels_of(batches), work))

        return Step(self.frame.mapInArrow(in_task(stage, task), COLUMNS))

    def delivered(self, tasks: int) -> Step:
        """Each parcel with the task that it is for; tasks are numbered from 0."""
        return Step(self.frame.repartitionById(tasks, self.frame["addressee"]))

    def union(self, other: Step) -> Step:
        """The parcels of both."""
        return Step(self.frame.union(other.frame))

    def of_kind(self, *kinds: str) -> Step:
        """The parcels of these kinds."""
        return Step(self.frame.filter(self.frame["kind"].isin(*kinds)))

    def told(self, kind: str) -> list[Parcel]:
        """The parcels of one kind, on the driver, in the order of their senders."""
        parcels = parcels_of(self.of_kind(kind).frame.toArrow().to_batches())
        return sorted(parcels, key=lambda parcel: (parcel.sender, parcel.addressee))

    def sizes(self, kind: str) -> list[int]:
        """How much is in each parcel of one kind, by addressee; the content stays where it is."""
        first = self.of_kind(kind).frame.filter(self.frame["piece"] == 0)
        table = first.select("addressee", "rows").toArrow()
        rows: list[int] = table.sort_by("addressee").column("rows").to_pylist()
        return rows


def work_parcels(parcels: Iterable[Parcel], work: OfTask) -> Iterator[Parcel]:
    """What work makes of the parcels of each addressee."""
    by_addressee = by_key((parcel.addressee, parcel) for parcel in parcels)
    for number in sorted(by_addressee):
        yield from work(number, by_addressee.pop(number))


def of_kind(parcels: Iterable[Parcel], kind: str) -> list[Parcel]:
    """Those of a kind, in their order."""
    return [parcel for parcel in parcels if parcel.kind == kind]


def on_tables(work: Callable[[int, Tables], Iterable[Parcel]]) -> OfTask:
    """Work on the tables of a part."""

    def task(number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
        for own in of_kind(parcels, "part"):
            yield from work(number, own.tables)

    return task


@dataclass(frozen=True)
class Steps:
    """The steps of a linkage that Spark keeps until it ends."""

    spark: SparkSession
    _kept: list[DataFrame] = field(default_factory=list)

    def kept(self, step: Step) -> Step:
        """The same parcels. They are made once, when somebody asks for some, and kept on disk."""
        from pyspark.storagelevel import StorageLevel  # noqa: PLC0415  an extra

        self._kept.append(step.frame.persist(StorageLevel.DISK_ONLY))
        return Step(self._kept[-1])

    def sent(self, parcels: Iterable[Parcel]) -> Step:
        """Parcels that the driver sends."""
        rows = pa.Table.from_batches(batches_of(parcels), _SCHEMA)
        return Step(self.spark.createDataFrame(rows, COLUMNS))

    def end(self) -> None:
        """Keep nothing any more."""
        for frame in self._kept:
            # A cluster that went away keeps nothing.
            with suppress(Exception):
                frame.unpersist()
