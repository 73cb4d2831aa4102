"""Several tables as one list of entries, each entry with an id of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import readers
from voterlist.config.comparisons import AddedComparison
from voterlist.errors import InputError, MapError, UsageError
from voterlist.ingest import columns_needed, table_entries
from voterlist.ingest.added import added_columns, places_of_added, require_columns
from voterlist.schemas import ENTRY
from voterlist.tables import concat

__all__ = ["Joined", "Map", "Source", "joined"]

Map = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Source:
    """A file with the map of its columns."""

    path: Path
    columns: Map | None
    """None: the columns are told by the headers."""
    added: tuple[AddedComparison, ...] = ()
    map_name: str = ""
    """The name of the file with the map."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The rows of all files."""

    entries: pa.Table
    """ENTRY."""
    rows: tuple[int, ...]
    """How many of the entries each file has, in the order of the files."""
    added: dict[str, pa.Array]
    """The columns of the added comparisons, in the order of the entries."""
    are_renamed: bool = False
    """True where files share ids, so that each id has its file before it."""


def joined(sources: Sequence[Source]) -> Joined:
    """The rows of all files as one list. Where files share ids, each id is told with its file.

    Raises:
        InputError: a file could not be read.
        MapError: a map names a column that is not there.
        UsageError: files that share ids have one name, so that their ids cannot be told apart.
    """
    read = [_read(source) for source in sources]
    added = {
        name: pa.concat_arrays([columns[name] for _, columns in read])
        for name in (read[0][1] if read else {})
    }
    tables = [table for table, _ in read]
    if len(tables) == 1:
        return Joined(tables[0], (tables[0].num_rows,), added)
    # Codes of two files differ, so of several files the text itself is joined.
    tables = [table.cast(ENTRY) for table in tables]
    are_renamed = _share_ids(tables)
    if are_renamed:
        paths = [source.path for source in sources]
        _require_names_apart(paths)
        tables = [
            _named(table, path) for path, table in zip(paths, tables, strict=True)
        ]
    rows = tuple(table.num_rows for table in tables)
    return Joined(concat(tables, ENTRY), rows, added, are_renamed)


def _read(source: Source) -> tuple[pa.Table, dict[str, pa.Array]]:
    """The ENTRY table of a file, and the columns of its added comparisons."""

    def wanted(headers: Sequence[str]) -> frozenset[int]:
        require_columns(headers, source.added, source.columns)
        places = places_of_added(headers, source.added)
        others = _without(headers, places)
        return columns_needed(others, source.columns) | places

    try:
        table = readers.read_table(source.path, wanted=wanted)
        require_columns(table.column_names, source.added, source.columns)
        places = places_of_added(table.column_names, source.added)
        columns = added_columns(table, source.added)
        # What is compared on its own is no part of an address or a name by its header.
        names = _without(table.column_names, places)
        entries = table_entries(
            table.rename_columns(names), source.columns, keep_encoded=True
        )
    except InputError as error:
        raise error.of_file(source.path.name) from None
    except MapError as error:
        file = source.path.name
        raise error.of(map_name=source.map_name, file=file) from None
    return entries, columns


def _without(headers: Sequence[str], places: frozenset[int]) -> list[str]:
    """The headers, with those at these places made empty, so that they say nothing."""
    return ["" if place in places else header for place, header in enumerate(headers)]


def _share_ids(tables: Sequence[pa.Table]) -> bool:
    ids = pa.chunked_array(
        [chunk for table in tables for chunk in table.column("entry_id").chunks],
        pa.string(),
    )
    return bool(pc.count_distinct(ids).as_py() != len(ids))


def _require_names_apart(paths: Sequence[Path]) -> None:
    names = [path.name for path in paths]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = f"two files with the same entry ids are both named {twice}"
        raise UsageError(message, code="same-file-names", places={"path": twice})


def _named(table: pa.Table, path: Path) -> pa.Table:
    ids = pc.binary_join_element_wise(path.name, table.column("entry_id"), ":")
    return table.set_column(0, ENTRY.field("entry_id"), ids)
