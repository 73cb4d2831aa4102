"""The rows of a list, as tasks get them: of a frame that is in Spark, or of files that they read.

Spark turns what it reads of a file into rows, and rows into Arrow, a cell at a time. Tasks that
read their part of a file themselves spare both; Spark only says who reads what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from voterlist.readers import text_table
from voterlist.spark.exchange import COLUMNS, Parcel, batch_of
from voterlist.spark.failures import in_task
from voterlist.spark.reading import part_count

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

OfRows = Callable[[pa.Table], Iterable[Parcel]]
"""What is done with the rows of a task."""
Stamp = tuple[int, int]
"""Size of a file in bytes, and when it was written, in whole seconds: machines that see one disk
need not agree on more."""


def stamp_of(path: Path) -> Stamp:
    """By what a file is known again.

    Raises:
        OSError: it is gone, or may not be looked at.
    """
    state = path.stat()
    return state.st_size, int(state.st_mtime)


class ChangedError(Exception):
    """A file is another one than when the linkage began."""


@dataclass(frozen=True)
class Frame:
    """The rows of a frame of Spark."""

    frame: DataFrame

    @property
    def rows(self) -> None:
        """How many rows there are is not known."""
        return

    @property
    def spark(self) -> SparkSession:
        """The session of the frame."""
        return self.frame.sparkSession

    def mapped(self, step: str, columns: Sequence[str], work: OfRows) -> DataFrame:
        """A step in which each task does ``work`` with these columns of its rows.

        With all of them where one is not there: a map may write a header in other letters.
        """
        chosen = self.frame
        if set(columns) <= set(self.frame.columns):
            chosen = chosen.select([chosen[f"`{name}`"] for name in columns])
        return chosen.mapInArrow(in_task(step, partial(_of_frame, work)), COLUMNS)


@dataclass(frozen=True)
class Piece:
    """A row group of a Parquet file, which every machine sees under the same path."""

    path: str
    number: int
    rows: int
    stamp: Stamp
    """Of the file as the driver saw it: what a task reads has to be the same."""


@dataclass(frozen=True)
class Files:
    """The rows of Parquet files, by the pieces that each task reads."""

    spark: SparkSession
    tasks: tuple[tuple[Piece, ...], ...]

    @property
    def rows(self) -> int:
        """How many rows the files have."""
        return sum(piece.rows for pieces in self.tasks for piece in pieces)

    def mapped(self, step: str, columns: Sequence[str], work: OfRows) -> DataFrame:
        """A step in which each task does ``work`` with these columns of its rows."""
        many = len(self.tasks)
        read = partial(_of_files, self.tasks, tuple(columns), work)
        numbers = self.spark.range(0, many, 1, max(many, 1))
        return numbers.mapInArrow(in_task(step, read), COLUMNS)


Source = Frame | Files


def dealt_pieces(pieces: Sequence[Piece], rows: int) -> tuple[tuple[Piece, ...], ...]:
    """The pieces of a list of so many rows, in their order, as tasks of about one size."""
    many = part_count(rows)
    ends = np.cumsum([piece.rows for piece in pieces])
    # A piece is not cut; it is the task's in which its middle stands.
    middles = ends - [piece.rows / 2 for piece in pieces]
    task = np.minimum(middles * many // max(rows, 1), many - 1).astype(np.int64)
    return tuple(
        tuple(pieces[place] for place in np.flatnonzero(task == number).tolist())
        for number in np.unique(task).tolist()
    )


def _of_frame(
    work: OfRows, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    rows = list(batches)
    if rows:
        yield from map(batch_of, work(pa.Table.from_batches(rows)))


def _of_files(
    tasks: Sequence[Sequence[Piece]],
    columns: Sequence[str],
    work: OfRows,
    batches: Iterator[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for number in batch.column(0).to_pylist():
            rows = pa.concat_tables([_read(piece, columns) for piece in tasks[number]])
            if len(rows):
                yield from map(batch_of, work(rows))


def _read(piece: Piece, columns: Sequence[str]) -> pa.Table:
    """These columns of a piece, as text.

    Raises:
        ChangedError: the file was changed, before it was read or meanwhile.
    """
    _require_same(piece)
    with pq.ParquetFile(piece.path) as file:
        rows = file.read_row_group(piece.number, columns=list(columns))
    _require_same(piece)
    return text_table(rows.select(columns))


def _require_same(piece: Piece) -> None:
    if stamp_of(Path(piece.path)) != piece.stamp:
        raise ChangedError
