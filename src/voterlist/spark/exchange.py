"""What tasks hand to each other: a few rows of bytes, each for one task of the next step.

Spark moves rows. To move a million entries as a million rows costs more than all that is done with
them here. So a task puts all that it has for another task into one row: Arrow tables, packed. Spark
sees who gets it, and how many bytes it has.

What a step keeps is read again by the steps behind it. Its large rows stand in files that the tasks
write and read themselves, and Spark moves but the places in them: a task that reads two columns of
a part then reads two columns.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist.spark.failures import in_task
from voterlist.spark.work import Work
from voterlist.storage.files import make_folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

COLUMNS = (
    "addressee int, kind string, sender int, rows long, content binary, kept string"
)
"""The columns of every step, as Spark writes them."""
_TYPES = {
    "int": pa.int32(),
    "long": pa.int64(),
    "string": pa.string(),
    "binary": pa.binary(),
}
_SCHEMA = pa.schema(
    [(name, _TYPES[kind]) for name, kind in map(str.split, COLUMNS.split(", "))]
)
_LARGE = 16_384
"""Bytes from which a row of a step stands in a file."""
_ALIGNED = 64
"""Where a row begins in its file: Arrow reads its columns in place."""

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the content of a parcel stands in a file that all machines see."""

    start: int
    length: int
    path: str

    def __str__(self) -> str:
        return f"{self.start} {self.length} {self.path}"

    @classmethod
    def of(cls, text: str) -> Kept:
        """The place that this text tells."""
        start, length, path = text.split(" ", 2)
        return cls(int(start), int(length), path)


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
    content: bytes | Kept
    """Tables, packed."""

    @property
    def tables(self) -> dict[str, pa.Table]:
        """Its tables; those in a file are read as far as they are looked at."""
        return unpacked(self.content)


def packed(tables: Tables) -> bytes:
    """Tables as bytes: for each its name, and an Arrow stream."""
    sink = pa.BufferOutputStream()
    names = pa.table({"name": pa.array(list(tables), pa.string())})
    for table in (names, *tables.values()):
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def unpacked(content: bytes | Kept) -> dict[str, pa.Table]:
    """The tables in these bytes. Those in a file are read as far as they are looked at."""
    source = pa.BufferReader(
        _map_file(content) if isinstance(content, Kept) else content
    )
    with pa.ipc.open_stream(source) as reader:
        names = reader.read_all().column("name").to_pylist()
    found = {}
    for name in names:
        with pa.ipc.open_stream(source) as reader:
            found[name] = reader.read_all()
    return found


def _map_file(kept: Kept) -> pa.Buffer:
    with pa.memory_map(kept.path) as file:
        file.seek(kept.start)
        return file.read_buffer(kept.length)


def kept_in(folder: str, parcels: Iterable[Parcel]) -> Iterator[Parcel]:
    """The parcels of a task, the content of the large ones in a file of this folder.

    An attempt that fails leaves its file behind; nobody is told of it.
    """
    path = Path(folder) / uuid4().hex
    with ExitStack() as opened:
        file = None
        for parcel in parcels:
            content = parcel.content
            if isinstance(content, Kept) or len(content) < _LARGE:
                yield parcel
                continue
            if file is None:
                file = opened.enter_context(path.open("xb"))
            start = -(-file.tell() // _ALIGNED) * _ALIGNED
            file.seek(start)
            file.write(content)
            yield replace(parcel, content=Kept(start, len(content), str(path)))


OfParcels = Callable[[list[Parcel]], Iterable[Parcel]]
"""What a task does with all parcels that it gets."""


def mapped(
    frame: DataFrame, stage: str, work: OfParcels, *, folder: str | None = None
) -> DataFrame:
    """A step in which each task does ``work`` with its rows of the frame, a step as well.

    Where a folder is given, the large ones of its rows stand there.
    """

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        parcels = [parcel for batch in batches for parcel in parcels_of(batch)]
        if parcels:
            made = work(_in_order(parcels))
            yield from map(batch_of, kept_in(folder, made) if folder else made)

    return frame.mapInArrow(in_task(stage, task), COLUMNS)


def parcels_of(rows: pa.RecordBatch | pa.Table) -> Iterator[Parcel]:
    """The parcels that these rows of a step are."""
    for row in rows.select(_SCHEMA.names).to_pylist():
        place = row.pop("kept")
        if place is not None:
            row["content"] = Kept.of(place)
        yield Parcel(**row)


def _in_order(parcels: list[Parcel]) -> list[Parcel]:
    """The parcels in an order that does not depend on when they came."""
    return sorted(parcels, key=lambda one: (one.addressee, one.kind, one.sender))


def batch_of(parcel: Parcel) -> pa.RecordBatch:
    """A row of a step, as Spark gets it."""
    return pa.RecordBatch.from_pylist([row_of(parcel)], schema=_SCHEMA)


def row_of(parcel: Parcel) -> dict[str, object]:
    """A parcel as a row of a step."""
    content, kept = parcel.content, None
    if isinstance(content, Kept):
        content, kept = b"", str(content)
    return {
        "addressee": parcel.addressee,
        "kind": parcel.kind,
        "sender": parcel.sender,
        "rows": parcel.rows,
        "content": content,
        "kept": kept,
    }


def delivered(frame: DataFrame, tasks: int) -> DataFrame:
    """The rows of a step, each with the task that it is for; tasks are numbered from 0."""
    return frame.repartitionById(tasks, frame["addressee"])


def to_several(frame: DataFrame, many: int, tasks: int) -> DataFrame:
    """Each row of a step for so many tasks: its own, and those behind it, then from 0 on."""
    from pyspark.sql import functions  # noqa: PLC0415  an extra

    behind = functions.explode(
        functions.sequence(functions.lit(0), functions.lit(many - 1))
    )
    repeated = frame.withColumn("behind", behind)
    task = (repeated["addressee"] + repeated["behind"]) % tasks
    return repeated.withColumn("addressee", task.cast("int")).drop("behind")


def by_addressee(parcels: Iterable[Parcel]) -> Iterator[tuple[int, list[Parcel]]]:
    """The parcels of each addressee: a task may stand for several, where there are few."""
    found: dict[int, list[Parcel]] = {}
    for parcel in parcels:
        found.setdefault(parcel.addressee, []).append(parcel)
    yield from sorted(found.items())


def of_kind(parcels: Iterable[Parcel], kind: str) -> list[Parcel]:
    """Those of a kind, in their order."""
    return [parcel for parcel in parcels if parcel.kind == kind]


OfTask = Callable[[int, list[Parcel]], Iterable[Parcel]]
"""What is done with all parcels of one addressee."""


@dataclass(frozen=True)
class Each:
    """Work on the parcels of each addressee together, which makes a step."""

    frame: DataFrame
    stage: str
    work: OfTask


@dataclass(frozen=True)
class Steps:
    """Where the steps of a linkage are written, and how."""

    spark: SparkSession
    work: Work

    @property
    def handed(self) -> str:
        """Where the large rows stand that tasks hand to each other while a step is written."""
        return str(self.work.handed)

    def step(self, name: str, each: Callable[[], Each]) -> DataFrame:
        """A step, done if need be."""

        def write(path: str) -> None:
            folder, handed = self.work.kept(name), self.work.handed
            shutil.rmtree(handed, ignore_errors=True)
            make_folder(folder)
            make_folder(handed)
            made = each()
            frame = of_each(made.frame, made.stage, made.work, folder=str(folder))
            writer = frame.write.option("compression", "none")
            writer = writer.option("parquet.enable.dictionary", "false")
            try:
                writer.parquet(path)
            finally:
                # What was handed is in the step now, or is made anew.
                shutil.rmtree(handed, ignore_errors=True)

        return self.spark.read.schema(COLUMNS).parquet(self.work.step(name, write))

    def told(self, name: str, kind: str) -> list[Parcel]:
        """The parcels of one kind in a step that is done, on the driver."""
        rows = pq.read_table(self.work.folder / name, filters=[("kind", "=", kind)])
        return in_order(parcels_of(rows))

    def sent(self, parcels: Iterable[Parcel]) -> DataFrame:
        """Parcels that the driver sends."""
        rows = [tuple(row_of(parcel).values()) for parcel in parcels]
        return self.spark.createDataFrame(rows, COLUMNS)


def in_order(parcels: Iterable[Parcel]) -> list[Parcel]:
    """The parcels in the order of their senders."""
    return sorted(parcels, key=lambda one: (one.sender, one.addressee))


def of_each(
    frame: DataFrame, stage: str, work: OfTask, *, folder: str | None = None
) -> DataFrame:
    """A step in which the parcels of each addressee are worked on together."""
    return mapped(frame, stage, partial(_of_each, work), folder=folder)


def _of_each(work: OfTask, parcels: list[Parcel]) -> Iterator[Parcel]:
    for number, of_one in by_addressee(parcels):
        yield from work(number, of_one)


def kind_of(frame: DataFrame, *kinds: str) -> DataFrame:
    """The rows of these kinds."""
    return frame.filter(frame["kind"].isin(*kinds))


def opened(work: Callable[[int, Tables], Iterable[Parcel]]) -> OfTask:
    """Work on the tables of a part."""

    def task(number: int, parcels: list[Parcel]) -> Iterator[Parcel]:
        for own in of_kind(parcels, "part"):
            yield from work(number, own.tables)

    return task
