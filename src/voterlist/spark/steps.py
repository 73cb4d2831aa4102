"""How a step is written, and read: Parquet in the work folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from voterlist.spark.exchange import (
    COLUMNS,
    Parcel,
    Tables,
    by_addressee,
    mapped,
    of_kind,
    unpacked,
)
from voterlist.spark.work import Work

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["OfTask", "Steps", "kind_of", "of_each", "opened"]

OfTask = Callable[[int, list[Parcel]], Iterable[Parcel]]
"""What is done with all parcels of one addressee."""


@dataclass(frozen=True)
class Steps:
    """Where the steps of a linkage are written, and how."""

    spark: SparkSession
    work: Work

    def step(self, name: str, frame: Callable[[], DataFrame]) -> DataFrame:
        """A step, done if need be."""

        def write(path: str) -> None:
            writer = frame().write.option("compression", "none")
            writer.option("parquet.enable.dictionary", "false").parquet(path)

        return self.spark.read.schema(COLUMNS).parquet(self.work.step(name, write))

    def told(self, frame: DataFrame, kind: str) -> list[Parcel]:
        """The parcels of one kind, on the driver."""
        rows = frame.filter(frame["kind"] == kind).toArrow()
        parcels = [Parcel(**row) for row in rows.to_pylist()]
        return sorted(parcels, key=lambda one: (one.sender, one.addressee))

    def sent(self, parcels: Iterable[Parcel]) -> DataFrame:
        """Parcels that the driver sends."""
        rows = [(p.addressee, p.kind, p.sender, p.rows, p.content) for p in parcels]
        return self.spark.createDataFrame(rows, COLUMNS)


def of_each(frame: DataFrame, stage: str, work: OfTask) -> DataFrame:
    """A step in which the parcels of each addressee are worked on together."""
    return mapped(frame, stage, partial(_of_each, work))


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
