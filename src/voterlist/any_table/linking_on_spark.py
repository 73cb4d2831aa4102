"""The linkage alone, on machines with Spark: files of Parquet in, the same tables out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import spark as cluster
from voterlist.any_table.joined import FileColumns, Reading, Source, write_rows
from voterlist.any_table.linking import (
    Linked,
    LinkRequest,
    Planned,
    Watch,
    write_pairs,
)
from voterlist.errors import naming, usage_error
from voterlist.ingest.added import require_columns
from voterlist.ingest.choice import Choice
from voterlist.ingest.generic import MAP_FIELDS, UsedTable
from voterlist.model import frozen
from voterlist.readers import text_table
from voterlist.spark.failures import tell_failures
from voterlist.spark.reading import Files, Piece, Stamp, dealt_pieces, stamp_of
from voterlist.spark.session import open_session, require_master
from voterlist.storage.workspace import link_settings

_NEW = -1
"""The group of the entries that are held against the others: none, each is paired with all."""
_LOOKED_AT, _EACH = 100, 1_000
"""Where no map names the columns, they are told by so many parts of the files, spread over all of
them, and so many rows of each part."""


@frozen
class _File:
    """A file of Parquet, by what its end says of it."""

    path: Path
    rows: int
    groups: tuple[int, ...]
    """Rows in each part of its rows."""
    schema: pa.Schema
    stamp: Stamp
    """By what the tasks know that they read this file."""
    group: int | None = None
    """The group of its entries, of which no two are paired; None where all pairs count."""


@frozen
class _List:
    """The files that are linked as one list."""

    files: tuple[_File, ...]
    choice: Choice
    """What the columns are used as, the same in all files."""

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    def headers(self) -> list[str]:
        """The columns that are used, in the order of the files."""
        used = {
            place for field in MAP_FIELDS for place in self.choice.map.columns(field)
        }
        names = self.files[0].schema.names
        added = {
            name
            for comparison in self.choice.comparisons
            for name in comparison.columns
        }
        return [
            name for place, name in enumerate(names) if place in used or name in added
        ]

    def columns(self) -> dict[str, list[str]]:
        """Field to the headers that make it up, as a map says it."""
        names, places = self.files[0].schema.names, self.choice.map.columns
        found = {field: [names[at] for at in places(field)] for field in MAP_FIELDS}
        return {field: headers for field, headers in found.items() if headers}


def link_tables_on_spark(
    request: LinkRequest,
    master: str,
    out: Path,
    clusters: Path | None = None,
    *,
    watch: Watch,
) -> Linked:
    """Link the files on a cluster, and write the pairs and the clusters.

    Args:
        request: what is to be linked.
        master: the address of the cluster, as ``spark.session.open_session`` takes it.
        out: the file of the pairs (PAIR): Parquet, CSV or XLSX by the end of its name.
        clusters: the file of the clusters, where they are wanted; likewise.
        watch: what is called while it runs.

    Raises:
        UsageError: the request cannot be used; there is no such cluster, or it is not fit; a file
            is no Parquet or has other columns than the others; an id stands twice.
        SettingsError: a map or the settings have mistakes.
        StageError: the cluster failed.
    """
    settings = link_settings(request.settings)
    with _open_files(request, master) as (files, listed, account):
        watch.reading(account)
        result = cluster.link(
            files,
            listed.columns(),
            profile=account.profile,
            settings=settings,
            comparisons=listed.choice.comparisons,
            watch=watch.over(listed.rows),
            is_between=request.between,
            one_to_one=request.one_to_one,
        )
    write_pairs(out, result)
    if clusters is not None:
        write_rows(clusters, result.clusters)
    return Linked(
        result,
        listed.rows,
        new=sum(file.rows for file in listed.files if file.group == _NEW)
        if request.against
        else None,
        settings=settings,
        state_use=None,
        are_renamed=False,
        reading=account,
    )


def plan_on_spark(request: LinkRequest, master: str) -> Planned:
    """What each blocking key would cost; no pair is made.

    Raises:
        UsageError: as ``link_tables_on_spark``.
        SettingsError: a map or the settings have mistakes.
        StageError: the cluster failed.
    """
    settings = link_settings(request.settings)
    with _open_files(request, master) as (files, listed, account):
        forecast = cluster.plan(
            files,
            listed.columns(),
            profile=account.profile,
            settings=settings,
            comparisons=listed.choice.comparisons,
            is_between=request.between,
        )
    return Planned(listed.rows, forecast, account)


@contextmanager
def _open_files(
    request: LinkRequest, master: str
) -> Iterator[tuple[Files, _List, Reading]]:
    """The files on a cluster, the list that they are, and how they were read."""
    require_master(master)
    listed = _list_of(request)
    with open_session(master) as spark, tell_failures():
        files = Files(spark, _tasks(listed))
        profile, telling = request.profile, None
        if profile is None:
            telling = cluster.tell(files, listed.columns())
            profile = telling.profile
        choice = listed.choice.under(profile)
        uses = tuple(FileColumns(file.path.name, choice.uses) for file in listed.files)
        yield files, _List(listed.files, choice), Reading(profile, telling, uses)


def _group_of(request: LinkRequest, place: int) -> int | None:
    """The group of the entries of a source of the request, by its place."""
    if request.between:
        return min(place, len(request.files))
    if not request.against:
        return None
    return _NEW if place < len(request.files) else 0


def _list_of(request: LinkRequest) -> _List:
    """The files with what their columns are used as.

    Raises:
        UsageError: one is no Parquet, or lacks a column of the others; no column has ids.
        MapError: a map names a column that is not there, or one file has another map.
    """
    sources = request.sources()
    files = [
        _file(path, _group_of(request, place))
        for place, source in enumerate(sources)
        for path in _parquet(source.path)
    ]
    if not files:
        raise usage_error("spark-not-parquet", path=sources[0].path)
    choice = _choice(files, sources[0])
    listed = _List(tuple(files), choice)
    if not choice.map.columns("entry_id"):
        raise usage_error("spark-no-id")
    for file in files[1:]:
        _require_columns(file, files[0], listed.headers())
    return listed


def _parquet(path: Path) -> Iterator[Path]:
    """A file, or the Parquet files of a folder in the order of their names."""
    if not path.is_dir():
        yield path
        return
    yield from sorted(filter(Path.is_file, path.rglob("*.parquet")))


def _file(path: Path, group: int | None = None) -> _File:
    try:
        stamp = stamp_of(path)
        known = pq.ParquetFile(path)
    except FileNotFoundError:
        raise usage_error("no-such-file", path=path) from None
    except pa.ArrowInvalid:
        raise usage_error("spark-not-parquet", path=path) from None
    groups = [
        known.metadata.row_group(at).num_rows for at in range(known.num_row_groups)
    ]
    return _File(path, sum(groups), tuple(groups), known.schema_arrow, stamp, group)


def _choice(files: Sequence[_File], source: Source) -> Choice:
    """What the columns of the list are used as: as the map says, or as some of its rows tell."""
    first = files[0]
    is_mapped = source.columns is not None
    with naming(first.path.name, map_name=source.map_name):
        require_columns(first.schema.names, source.added, source.columns)
        # A map names the columns: nobody looks at the rows.
        rows = first.schema.empty_table() if is_mapped else _some_rows(files)
        return UsedTable.of("", rows, source.columns, source.added).choice


def _some_rows(files: Sequence[_File]) -> pa.Table:
    """Rows from all over the files, as text, in the columns of the first of them.

    Where these are not all rows, a column that has but one value in them gets two more, with the
    least and the greatest value of all files: so it is blank, or the same in every row, only where
    it is so everywhere. A file that lacks one of the columns adds no value to it.
    """
    groups = [(file, number) for file in files for number in range(len(file.groups))]
    step = max(1, len(groups) // _LOOKED_AT)
    empty = text_table(files[0].schema.empty_table())
    tables = [empty]
    for file, number in groups[::step]:
        rows = pq.ParquetFile(file.path).iter_batches(_EACH, [number])
        # A part of a file may have no rows.
        tables += [
            text_table(pa.Table.from_batches([batch])) for batch in islice(rows, 1)
        ]
    joined = pa.concat_tables(tables, promote_options="default")
    joined = joined.select(empty.column_names)
    if len(joined) == sum(file.rows for file in files):
        return joined
    seen = {
        name: joined.column(name).unique().drop_null() for name in empty.schema.names
    }
    ends = {
        name: _others(_ends(files, name), values)
        for name, values in seen.items()
        if len(values) < 2
    }
    return pa.concat_tables([joined, pa.table(ends)], promote_options="default")


def _others(ends: pa.Array, seen: pa.Array) -> pa.Array:
    """The ends of a column without the value seen already, which would seem to stand twice.

    Where all values are equal they stay: so the column stays one of equal values.
    """
    if len(ends.unique()) < 2:
        return ends
    return pc.if_else(pc.is_in(ends, seen), pa.scalar(None, pa.string()), ends)


def _ends(files: Sequence[_File], name: str) -> pa.Array:
    """The least and the greatest text of a column; blank where it is blank."""
    found = pa.array([], pa.string())
    for file in files:
        if name in file.schema.names:
            for batch in pq.ParquetFile(file.path).iter_batches(columns=[name]):
                texts = text_table(pa.Table.from_batches([batch])).column(0)
                both = pc.min_max(pa.chunked_array([found, *texts.chunks]))
                found = pa.array(
                    [both["min"].as_py(), both["max"].as_py()], pa.string()
                )
    return found if len(found) else pa.array([None, None], pa.string())


def _require_columns(file: _File, first: _File, headers: Sequence[str]) -> None:
    """Spark would read a column that a file lacks as unknown, in silence.

    Raises:
        UsageError: the file lacks a column that is used, or has it in another type.
    """
    for header in headers:
        place = file.schema.get_field_index(header)
        expected = _plain(first.schema.field(header).type)
        if place < 0 or _plain(file.schema.field(place).type) != expected:
            raise usage_error("spark-other-columns", path=file.path, column=header)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type of the values, however they are encoded in the file."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.string() if pa.types.is_large_string(value) else value


def _tasks(listed: _List) -> tuple[tuple[Piece, ...], ...]:
    """What of the files each task reads."""
    pieces = [
        Piece(str(file.path.resolve()), number, rows, file.stamp, file.group)
        for file in listed.files
        for number, rows in enumerate(file.groups)
    ]
    return dealt_pieces(pieces, listed.rows)
