"""How a step is written, and read: Parquet in the work folder, large rows in files beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from voterlist.spark.exchange import (
    COLUMNS,
    Parcel,
    Tables,
    by_addressee,
    mapped,
    of_kind,
    parcels_of,
    row_of,
    unpacked,
)
from voterlist.spark.work import Work
from voterlist.storage.files import make_folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

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
            yield from work(number, unpacked(own.content))

    return task
