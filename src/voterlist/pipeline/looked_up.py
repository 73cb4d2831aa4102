"""The entries that reports look up, taken out of the tables of a whole run by row group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

__all__ = ["Wanted", "counts_of", "rows_wanted", "wanted_in"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of one row group are wanted.

    Attributes:
        path: a file of Parquet.
        row_group: its number in the file.
        ids: those of the wanted entries; others may be among them.
        columns: what is read of them.
    """

    path: Path
    row_group: int
    ids: pa.Array
    columns: Sequence[str]


def wanted_in(path: Path, ids: pa.Array, columns: Sequence[str]) -> list[Wanted]:
    """What is wanted of each row group of a file of entries.

    Args:
        path: the file.
        ids: those of the wanted entries, ascending.
        columns: what is read of them.
    """
    metadata = pq.read_metadata(path)
    place = metadata.schema.names.index("entry_id")
    wanted = []
    for number in range(metadata.num_row_groups):
        bounds = metadata.row_group(number).column(place).statistics
        inside = ids
        if bounds is not None and bounds.has_min_max:
            is_inside = pc.and_(
                pc.greater_equal(ids, bounds.min), pc.less_equal(ids, bounds.max)
            )
            inside = ids.filter(is_inside)
        if len(inside):
            wanted.append(Wanted(path, number, inside, columns))
    return wanted


def rows_wanted(wanted: Wanted) -> pa.Table:
    """The wanted rows of a row group."""
    file = pq.ParquetFile(wanted.path)
    rows = file.read_row_group(
        wanted.row_group, columns=list(wanted.columns), use_threads=False
    )
    is_wanted = pc.is_in(rows.column("entry_id"), value_set=wanted.ids)
    return rows.filter(is_wanted).combine_chunks()


def counts_of(path: Path) -> Counter[int | None]:
    """How many rows of a file of entries each constituency has."""
    counts: Counter[int | None] = Counter()
    for numbers in _constituencies(path):
        counts.update(
            {
                row["values"]: row["counts"]
                for row in pc.value_counts(numbers).to_pylist()
            }
        )
    return counts


def _constituencies(path: Path) -> Iterator[pa.ChunkedArray]:
    """The column of constituencies, one row group after the other."""
    file = pq.ParquetFile(path)
    for number in range(file.num_row_groups):
        yield file.read_row_group(number, columns=["constituency"]).column(0)
