"""The entries that reports look up, taken out of the tables of a whole run.

Each row group of those tables holds the entries of one constituency. What is taken out of it is a
unit of work, so that it is not read again while its entries and the ids that are wanted stay.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.model import Stage
from voterlist.pipeline.places import unit_name
from voterlist.pipeline.units import Done, Task, Units
from voterlist.storage import store
from voterlist.tables import concat

_FILE = "rows.parquet"


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was looked up in a table of a run.

    Attributes:
        rows: the rows that are wanted.
        counts: how many rows the table has of each constituency.
    """

    rows: pa.Table
    counts: Mapping[int | None, int]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which rows of one row group are wanted; ``ids`` may be those of others too."""

    path: Path
    row_group: int
    ids: tuple[str, ...]
    columns: tuple[str, ...]


def look_up(units: Units, path: Path, ids: pa.Array, schema: pa.Schema) -> LookedUp:
    """The rows of a file of entries or voters that are wanted.

    Args:
        units: does the work.
        path: the file, in order of the ids.
        ids: those of the wanted entries, ascending.
        schema: the columns that are wanted.

    Raises:
        UnitsFailedError: a row group cannot be read.
    """
    done = units.each(Stage.REPORT, _take_out, list(_tasks(path, ids, schema.names)))
    rows = (one.table(_FILE) for one in done)
    return LookedUp(concat(rows, schema), _counts(done))


def _tasks(path: Path, ids: pa.Array, columns: Sequence[str]) -> Iterator[Task]:
    """One task for each row group."""
    metadata = pq.read_metadata(path)
    for number, digest in enumerate(store.row_group_digests(path)):
        group = metadata.row_group(number)
        first, last = _ends(group, "entry_id")
        start = bisect_left(ids, first, key=_text)
        end = bisect_right(ids, last, key=_text)
        inside = tuple(ids[start:end].to_pylist())
        constituency, _ = _ends(group, "constituency")
        yield Task(
            f"{path.stem}-{unit_name(constituency)}",
            store.digest_of(digest, columns, inside),
            _Wanted(path, number, inside, tuple(columns)),
            (constituency,),
        )


def _text(value: pa.StringScalar) -> str:
    """The text of a value of an array."""
    return str(value.as_py())


def _ends(group: pq.RowGroupMetaData, name: str) -> tuple[Any, Any]:
    """The smallest and the largest value of a column in a row group; None: it has none."""
    for number in range(group.num_columns):
        column = group.column(number)
        if column.path_in_schema == name and column.statistics.has_min_max:
            return column.statistics.min, column.statistics.max
    return None, None


def _take_out(wanted: _Wanted, folder: Path) -> dict[str, Any]:
    """Write the wanted rows of a row group; how many rows it has by constituency."""
    file = pq.ParquetFile(wanted.path)
    columns = list(dict.fromkeys(["constituency", *wanted.columns]))
    rows = file.read_row_group(wanted.row_group, columns=columns, use_threads=False)
    is_wanted = pc.is_in(
        rows.column("entry_id"), value_set=pa.array(wanted.ids, pa.string())
    )
    found = rows.select(list(wanted.columns)).filter(is_wanted)
    store.write_table(folder / _FILE, found)
    counted = pc.value_counts(rows.column("constituency")).to_pylist()
    return {"counts": [[row["values"], row["counts"]] for row in counted]}


def _counts(done: Sequence[Done]) -> dict[int | None, int]:
    """How many rows there are of each constituency."""
    counts: dict[int | None, int] = {}
    for one in done:
        for constituency, rows in one.said["counts"]:
            counts[constituency] = counts.get(constituency, 0) + rows
    return counts
