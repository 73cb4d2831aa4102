"""What tasks hand to each other: a few rows of bytes, each for one task of the next step.

Spark moves rows. To move a million entries as a million rows costs more than all that is done with
them here. So a task puts all that it has for another task into one row: Arrow tables, packed. Spark
sees who gets it, and how many bytes it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from voterlist.spark.failures import in_task

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = [
    "COLUMNS",
    "Parcel",
    "Tables",
    "batch_of",
    "by_addressee",
    "delivered",
    "mapped",
    "of_kind",
    "packed",
    "unpacked",
]

COLUMNS = "addressee int, kind string, sender int, rows long, content binary"
"""The columns of every step, as Spark writes them."""
_SCHEMA = pa.schema(
    [
        pa.field("addressee", pa.int32()),
        pa.field("kind", pa.string()),
        pa.field("sender", pa.int32()),
        pa.field("rows", pa.int64()),
        pa.field("content", pa.binary()),
    ]
)

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One row of a step."""

    addressee: int
    """The task of the next step that gets it."""
    kind: str
    """What it is."""
    sender: int
    """The task that made it; it tells the order in which parcels are opened."""
    rows: int
    """How much is in it."""
    content: bytes
    """Tables, packed."""


def packed(tables: Tables) -> bytes:
    """Tables as bytes: for each its name, and an Arrow stream."""
    sink = pa.BufferOutputStream()
    names = pa.table({"name": pa.array(list(tables), pa.string())})
    for table in (names, *tables.values()):
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def unpacked(content: bytes) -> dict[str, pa.Table]:
    """The tables in these bytes."""
    source = pa.BufferReader(content)
    with pa.ipc.open_stream(source) as reader:
        names = reader.read_all().column("name").to_pylist()
    found = {}
    for name in names:
        with pa.ipc.open_stream(source) as reader:
            found[name] = reader.read_all()
    return found


Work = Callable[[list[Parcel]], Iterable[Parcel]]
"""What a task does with all parcels that it gets."""


def mapped(frame: DataFrame, stage: str, work: Work) -> DataFrame:
    """A step in which each task does ``work`` with its rows of the frame, a step as well."""

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        parcels = [parcel for batch in batches for parcel in _parcels(batch)]
        if parcels:
            yield from map(batch_of, work(_in_order(parcels)))

    return frame.mapInArrow(in_task(stage, task), COLUMNS)


def _parcels(batch: pa.RecordBatch) -> Iterator[Parcel]:
    for row in batch.select(_SCHEMA.names).to_pylist():
        yield Parcel(**row)


def _in_order(parcels: list[Parcel]) -> list[Parcel]:
    """The parcels in an order that does not depend on when they came."""
    return sorted(parcels, key=lambda one: (one.addressee, one.kind, one.sender))


def batch_of(parcel: Parcel) -> pa.RecordBatch:
    """A row of a step, as Spark gets it."""
    row = {name: getattr(parcel, name) for name in _SCHEMA.names}
    return pa.RecordBatch.from_pylist([row], schema=_SCHEMA)


def delivered(frame: DataFrame, tasks: int) -> DataFrame:
    """The rows of a step, each with the task that it is for; tasks are numbered from 0."""
    return frame.repartitionById(tasks, frame["addressee"])


def by_addressee(parcels: Iterable[Parcel]) -> Iterator[tuple[int, list[Parcel]]]:
    """The parcels of each addressee: a task may stand for several, where there are few."""
    found: dict[int, list[Parcel]] = {}
    for parcel in parcels:
        found.setdefault(parcel.addressee, []).append(parcel)
    yield from sorted(found.items())


def of_kind(parcels: Iterable[Parcel], kind: str) -> list[Parcel]:
    """Those of a kind, in their order."""
    return [parcel for parcel in parcels if parcel.kind == kind]
