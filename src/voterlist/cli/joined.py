"""Several tables as one list of entries, each entry with an id of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import readers
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY
from voterlist.errors import InputError, UsageError
from voterlist.ingest import columns_needed, table_entries
from voterlist.schemas import ENTRY
from voterlist.tables import concat

__all__ = ["Map", "Source", "joined"]

Map = Mapping[str, str | Sequence[str]]
Source = tuple[Path, Map | None]
"""A file, and the map of its columns where one was given."""


def joined(
    files: Sequence[Source], against: Sequence[Source] = ()
) -> tuple[pa.Table, pa.ChunkedArray | None]:
    """The rows of all files as one ENTRY table, and the ids of those that are held against others, if any are.

    Where files share ids, each id is told with its file.

    Raises:
        InputError: a file could not be read.
        SettingsError: a map names a column that is not there.
        UsageError: files that share ids have one name, so that their ids cannot be told apart.
    """
    tables = [_read(path, columns) for path, columns in (*files, *against)]
    if len(tables) == 1:
        return tables[0], None
    # Codes of two files differ, so of several files the text itself is joined.
    tables = [table.cast(ENTRY) for table in tables]
    if _share_ids(tables):
        paths = [path for path, _ in (*files, *against)]
        _require_names_apart(paths)
        TERMINAL.warn(SAY("cli.link.renamed"))
        tables = [_named(table, path) for path, table in zip(paths, tables, strict=True)]
    new = concat(tables[: len(files)], ENTRY).column("entry_id") if against else None
    return concat(tables, ENTRY), new


def _read(path: Path, columns: Map | None) -> pa.Table:
    wanted = partial(columns_needed, columns=columns)
    try:
        return table_entries(readers.read_table(path, wanted=wanted), columns, coded=True)
    except InputError as error:
        raise error.of_file(path.name) from None


def _share_ids(tables: Sequence[pa.Table]) -> bool:
    ids = pa.chunked_array(
        [chunk for table in tables for chunk in table.column("entry_id").chunks], pa.string()
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
