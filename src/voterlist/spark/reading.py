"""The entries of a frame in the order of their ids, in parts of about one size."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.arrays import Codes, Longs
from voterlist.config.sections import AddedComparison
from voterlist.fields import NAMES
from voterlist.ingest.added import added_columns
from voterlist.ingest.generic import given_map, name_columns, table_intake
from voterlist.link.comparisons.kinds import FOLDS
from voterlist.link.encode import COMPARED
from voterlist.link.part import ENTRIES, encode_part
from voterlist.link.priors import Sample, marks_of
from voterlist.model import Profile
from voterlist.normalize.stage import fold_added, normalize
from voterlist.readers import text_table
from voterlist.spark.counting import summary
from voterlist.spark.exchange import COLUMNS, Parcel, Step, batches_of
from voterlist.spark.failures import in_task
from voterlist.tables import codes, join_text, sort_by

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SAMPLED = 256
"""Ids that tell how those of one task are spread."""
_SMALL, _FEW, _MOST = 250_000, 16, 1_000_000
"""A part has at least so many entries until there are a few parts, and at most the last number."""


def part_count(size: int) -> int:
    """In how many parts so many entries are dealt."""
    return max(2, min(_FEW, -(-size // _SMALL)), -(-size // _MOST))


def sample_ids(number: int, ids: pa.Table) -> Iterator[Parcel]:
    """How many ids a task has, how many rows have none, and some of the ids."""
    every = join_text(text_table(ids).columns)
    step = max(1, len(every) // _SAMPLED)
    table = pa.table({"id": every.take(np.arange(0, len(every), step))})
    yield Parcel(every.null_count, "ids", number, len(every), {"ids": table})


def bounds_of(parcels: Sequence[Parcel], parts: int) -> list[str]:
    """The first ids of the parts after the first."""
    ids: list[tuple[str, float]] = []
    for parcel in parcels:
        table = parcel.tables["ids"]
        weight = parcel.rows / max(len(table), 1)
        ids += [
            (entry_id, weight)
            for entry_id in table.column("id").to_pylist()
            if entry_id is not None
        ]
    ids.sort()
    total = np.cumsum([weight for _, weight in ids])
    wanted = total[-1] / parts * np.arange(1, parts) if ids else np.zeros(0)
    places = np.searchsorted(total, wanted).tolist()
    return [ids[place][0] for place in places]


def dealt(
    number: int, table: pa.Table, rows: Rows, bounds: Sequence[str]
) -> Iterator[Parcel]:
    """The rows of a task, for each part."""
    ordered = sort_by(rows.entries(table), "entry_id")
    ids = ordered.column("entry_id").combine_chunks()
    cuts = [bisect_left(ids, bound, key=lambda of: of.as_py()) for bound in bounds]
    for part, (start, stop) in enumerate(
        zip([0, *cuts], [*cuts, len(ids)], strict=True)
    ):
        yield Parcel(
            part,
            "rows",
            number,
            stop - start,
            {"rows": ordered.slice(start, stop - start)},
        )


def gather_part(
    number: int, parcels: list[Parcel], rows: Rows, size: int
) -> Iterator[Parcel]:
    """One part, encoded, and what it tells the driver of a list of this size."""
    held = pa.concat_tables([parcel.tables["rows"] for parcel in parcels])
    held = sort_by(held.combine_chunks(), "entry_id")
    ids = held.column("entry_id").combine_chunks()
    groups = held.select([GROUP] if GROUP in held.column_names else [])
    voters, added = rows.voters(held.drop_columns(groups.column_names))
    tables = encode_part(voters, added, rows.profile)
    if groups.num_columns:
        entries = tables[ENTRIES].append_column("group", groups.column(GROUP))
        tables = {**tables, ENTRIES: entries}
    yield Parcel(number, "part", number, len(ids), tables)
    marks = marks_of(ids)
    drawn = np.flatnonzero(Sample().may_draw(marks, size))
    of_random = pa.table({"row": drawn, "mark": marks[drawn]})
    yield Parcel(
        _equal(ids),
        "summary",
        number,
        len(ids),
        {**summary(tables), "marks": of_random, "groups": groups},
    )


def _equal(ids: pa.Array) -> int:
    """How many of these sorted ids are that of the entry before."""
    if len(ids) < 2:
        return 0
    again = pc.equal(ids.slice(1), ids.slice(0, len(ids) - 1))
    return int(pc.sum(again).as_py() or 0)


def groups_of(parcels: Sequence[Parcel]) -> Codes | None:
    """The group of each entry of the list, by the summaries of the parts; None: all pairs count."""
    tables = [parcel.tables["groups"] for parcel in parcels]
    if not tables[0].num_columns:
        return None
    return np.concatenate([table.column(GROUP).to_numpy() for table in tables])


def drawn_of(
    parcels: Sequence[Parcel], starts: Longs, lists: Codes | None
) -> tuple[Codes, Codes, Longs]:
    """Random pairs of the list, by the summaries of the parts: (left, right, times).

    With ``lists``, the list of each entry, they are pairs of two lists.
    """
    size = int(starts[-1])
    if lists is not None:
        return Sample(lists=lists).draw(size)
    tables = [parcel.tables["marks"] for parcel in parcels]
    positions = np.concatenate(
        [
            table.column("row").to_numpy() + starts[parcel.sender]
            for parcel, table in zip(parcels, tables, strict=True)
        ]
    ).astype(np.int32)
    marks = np.concatenate([table.column("mark").to_numpy() for table in tables])
    left, right, times = Sample(marks=marks).draw(min(size, len(marks)))
    return positions[left], positions[right], times


ADDED = "added:"
"""Stands before the name of an added comparison where it is a column of rows."""
GROUP = "group:"
"""The column of rows that has the group of each: pairs of two entries of one do not count."""
_NAMES = 20_000
"""So many distinct names of a column are told of each task, the most frequent first."""

Columns = Mapping[str, Sequence[str]]
"""Field to the headers that make it up, as a map of columns says it."""


@dataclass(frozen=True)
class Rows:
    """How the rows of a frame are read."""

    profile: Profile
    columns: Columns | None = None
    """None: they are VOTER already."""
    comparisons: Sequence[AddedComparison] = ()

    @property
    def ids(self) -> Sequence[str]:
        """The columns of the entry ids."""
        return ("entry_id",) if self.columns is None else self.columns["entry_id"]

    @property
    def used(self) -> tuple[str, ...]:
        """All columns that are read, each once."""
        if self.columns is None:
            return tuple(COMPARED)
        headers = [name for names in self.columns.values() for name in names]
        headers += [
            name for comparison in self.comparisons for name in comparison.columns
        ]
        return tuple(dict.fromkeys(headers))

    @property
    def added(self) -> tuple[str, ...]:
        """The added comparisons."""
        return tuple(comparison.name for comparison in self.comparisons)

    def entries(self, rows: pa.Table) -> pa.Table:
        """The rows as ENTRY, or as VOTER, with the columns of added comparisons."""
        if self.columns is None:
            return rows.select(COMPARED)
        text = text_table(
            rows.select([name for name in rows.column_names if name != GROUP])
        )
        entries = table_intake(text, self.columns, distinct_ids=True).entries
        for name, column in added_columns(text, self.comparisons).items():
            entries = entries.append_column(ADDED + name, column)
        if GROUP in rows.column_names:
            entries = entries.append_column(GROUP, rows.column(GROUP))
        return entries

    def voters(self, entries: pa.Table) -> tuple[pa.Table, dict[str, pa.ChunkedArray]]:
        """VOTER of these entries, and the folded columns of added comparisons."""
        if self.columns is None:
            return entries, {}
        raw = {
            name: entries.column(ADDED + name).combine_chunks() for name in self.added
        }
        entries = entries.drop_columns([ADDED + name for name in self.added])
        voters = normalize(entries, self.profile, encoded=True, for_linkage=True).table
        added = fold_added(raw, self.comparisons, self.profile, FOLDS)
        return voters, {
            name: pa.chunked_array([column]) for name, column in added.items()
        }


def of_names(columns: Columns) -> dict[str, list[str]]:
    """Those of the columns that hold names."""
    return {field: list(names) for field, names in columns.items() if field in NAMES}


def counted_names(rows: pa.Table, columns: Columns) -> pa.Table:
    """How often each of the most frequent names stands in each column of names."""
    text = text_table(rows)
    names = name_columns(text, given_map(text.column_names, columns))
    counted = []
    for name in names.column_names:
        of_row, values = codes(names.column(name))
        counts = pa.array(of_row[of_row >= 0]).value_counts()
        told = pa.table(
            {
                "column": pa.repeat(name, len(counts)),
                "value": values.take(counts.field("values")).cast(pa.string()),
                "count": counts.field("counts"),
            }
        )
        order = [("count", "descending"), ("value", "ascending")]
        counted.append(told.sort_by(order).slice(0, _NAMES))
    return pa.concat_tables(counted)


OfRows = Callable[[int, pa.Table], Iterable[Parcel]]
"""What is done with the number of a task and its rows."""
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

    def mapped(self, step: str, columns: Sequence[str], work: OfRows) -> Step:
        """A step in which each task does ``work`` with these columns of its rows.

        With all of them where one is not there: a map may write a header in other letters.
        """
        chosen = self.frame
        if set(columns) <= set(self.frame.columns):
            chosen = chosen.select([chosen[f"`{name}`"] for name in columns])
        task = in_task(step, partial(_of_frame, work))
        return Step(chosen.mapInArrow(task, COLUMNS))


@dataclass(frozen=True)
class Piece:
    """A row group of a Parquet file, which every machine sees under the same path."""

    path: str
    number: int
    rows: int
    stamp: Stamp
    """Of the file as the driver saw it: what a task reads has to be the same."""
    group: int | None = None
    """That of its entries, -1 for none: pairs of two entries of one do not count. None: all do."""


@dataclass(frozen=True)
class Files:
    """The rows of Parquet files, by the pieces that each task reads.

    Spark turns what it reads of a file into rows, and rows into Arrow, a cell at a time. Tasks that
    read their part of a file themselves spare both.
    """

    spark: SparkSession
    tasks: tuple[tuple[Piece, ...], ...]

    @property
    def rows(self) -> int:
        """How many rows the files have."""
        return sum(piece.rows for pieces in self.tasks for piece in pieces)

    def mapped(self, step: str, columns: Sequence[str], work: OfRows) -> Step:
        """A step in which each task does ``work`` with these columns of its rows."""
        many = len(self.tasks)
        read = partial(_of_files, self.tasks, tuple(columns), work)
        numbers = self.spark.range(0, many, 1, max(many, 1))
        return Step(numbers.mapInArrow(in_task(step, read), COLUMNS))


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
    from pyspark import TaskContext  # noqa: PLC0415  an extra

    rows, context = list(batches), TaskContext.get()
    if rows and context is not None:
        table = pa.Table.from_batches(rows)
        yield from batches_of(work(context.partitionId(), table))


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
                yield from batches_of(work(number, rows))


def _read(piece: Piece, columns: Sequence[str]) -> pa.Table:
    """These columns of a piece, as text.

    Raises:
        ChangedError: the file was changed, before it was read or meanwhile.
    """
    _require_same(piece)
    with pq.ParquetFile(piece.path) as file:
        rows = file.read_row_group(piece.number, columns=list(columns))
    _require_same(piece)
    text = text_table(rows.select(columns))
    if piece.group is None:
        return text
    return text.append_column(
        GROUP, pa.array(np.full(len(text), piece.group, np.int32))
    )


def _require_same(piece: Piece) -> None:
    if stamp_of(Path(piece.path)) != piece.stamp:
        raise ChangedError
