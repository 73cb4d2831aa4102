"""Tables from anywhere: the maps of their columns, how these are used, all rows as one list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import readers
from voterlist.config import IngestSettings
from voterlist.config.comparisons import AddedComparison
from voterlist.errors import InputError, MapError, SettingsMistake, usage_error
from voterlist.ingest import (
    columns_needed,
    given_map,
    name_columns,
    parse_map,
    table_entries,
)
from voterlist.ingest.added import added_columns, places_of_added, require_columns
from voterlist.ingest.choice import (
    Choice,
    ColumnUse,
    choose,
    chosen,
    with_common_comparisons,
)
from voterlist.model import Profile
from voterlist.normalize.told import ToldProfile, tell_profile
from voterlist.schemas import ENTRY
from voterlist.storage.files import write_atomically
from voterlist.storage.store import write_table
from voterlist.tables import concat

Map = Mapping[str, str | Sequence[str]]
"""Field to header, or to headers that are joined with a blank."""


def read_map(path: Path | None) -> Map | None:
    """The map of columns in a file of TOML; None where none is given.

    Raises:
        UsageError: there is no such file.
        MapError: it is no map; holds every mistake.
    """
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError:
        raise usage_error("no-such-file", path=path) from None
    try:
        return parse_map(_text_of(content))
    except MapError as error:
        raise error.of(map_name=path.name) from None


def _text_of(content: bytes) -> str:
    """The text of a map.

    Raises:
        MapError: it is not in UTF-8; says on which line.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        mistake = SettingsMistake("", "not-utf8", line=line)
        raise MapError("the map is not in UTF-8", (mistake,)) from None


@dataclass(frozen=True, slots=True)
class FileColumns:
    """The columns of one file, and what each is used as."""

    file: str
    columns: tuple[ColumnUse, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the files were understood."""

    profile: Profile
    told: ToldProfile | None
    """How the profile was told from the names; None where it was given."""
    columns: tuple[FileColumns, ...]
    """What the columns of each file are used as."""


Keep = Callable[[pa.Table], pa.Table]
"""What holds the cells of a file, in memory or not."""


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
    profile: Profile
    """Whose names they are."""
    told: ToldProfile | None
    """How the profile was told from the names; None where it was given."""
    comparisons: tuple[AddedComparison, ...]
    """Those of the map; without a map those that the headers name in every file."""
    uses: tuple[FileColumns, ...]
    """What became of the columns of each file."""
    are_renamed: bool = False
    """True where files share ids, so that each id has its file before it."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The cells of a file, and what its columns are used as."""

    path: Path
    table: pa.Table
    choice: Choice

    def of(self, table: pa.Table) -> ReadFile:
        """The same with other cells."""
        return replace(self, table=table)

    def only(self, fields: Collection[str], *, ids_differ: bool = False) -> ReadFile:
        """The same with the cells of these fields alone: the columns of others hold nothing.

        ``ids_differ``: whether it was found already that no id stands twice.
        """
        kept = {place for field in fields for place in self.choice.map.columns(field)}
        nothing = pa.nulls(self.table.num_rows)
        columns = [
            column if place in kept else nothing
            for place, column in enumerate(self.table.columns)
        ]
        names = self.table.column_names
        choice = replace(
            self.choice, has_distinct_ids=self.choice.has_distinct_ids or ids_differ
        )
        table = pa.Table.from_arrays(columns, names=names)
        return replace(self, table=table, choice=choice)


@dataclass(frozen=True, slots=True)
class Understood:
    """The cells of all files, and how they are understood."""

    read: list[ReadFile]
    profile: Profile
    """Whose names they are."""
    told: ToldProfile | None
    """How the profile was told from the names; None where it was given."""

    @property
    def comparisons(self) -> tuple[AddedComparison, ...]:
        """The comparisons that every file has."""
        return self.read[0].choice.comparisons if self.read else ()

    @property
    def uses(self) -> tuple[FileColumns, ...]:
        """What becomes of the columns of each file."""
        return tuple(
            FileColumns(file.path.name, file.choice.uses) for file in self.read
        )

    def added(self) -> dict[str, pa.Array]:
        """The columns of the added comparisons over all files, in the order of the entries."""
        return _added_columns(self.read, self.comparisons)


def joined(sources: Sequence[Source], profile: Profile | None = None) -> Joined:
    """The rows of all files as one list. Where files share ids, each id is told with its file.

    Without a ``profile`` it is told from the names of all files.

    Raises:
        InputError: a file could not be read.
        MapError: a map names a column that is not there.
        UsageError: files that share ids have one name, so that their ids cannot be told apart.
    """
    files = understood(sources, profile)
    made = partial(
        Joined,
        added=files.added(),
        profile=files.profile,
        told=files.told,
        comparisons=files.comparisons,
        uses=files.uses,
    )
    rows = tuple(file.table.num_rows for file in files.read)
    entries, are_renamed = entries_of(files.read)
    return made(entries, rows, are_renamed=are_renamed)


def understood(
    sources: Sequence[Source],
    profile: Profile | None = None,
    keep: Keep = lambda table: table,
    *,
    settings: IngestSettings | None = None,
    linked: bool = True,
) -> Understood:
    """The files read, and how they are understood.

    Args:
        sources: the files.
        profile: whose names they are; None: told from the names.
        keep: given the cells of each file, it gives them back as they are to be held.
        settings: the limits of what is read.
        linked: their rows are linked. Of others the numbers in the lists are used, and no column is
            one that is only compared.

    Raises:
        InputError: a file could not be read.
        MapError: a map names a column that is not there.
    """
    alone = linked and len(sources) == 1
    read = [
        _read(source, keep, settings, alone=alone, numbered=not linked)
        for source in sources
    ]
    told = None
    if profile is None:
        told = tell_profile(
            _names_together(
                [name_columns(file.table, file.choice.map) for file in read]
            )
        )
        profile = told.profile
    choices = [file.choice.under(profile) for file in read]
    if linked:
        choices = with_common_comparisons(choices)
    else:
        choices = [choice.only(frozenset()) for choice in choices]
    read = [
        replace(file, choice=choice) for file, choice in zip(read, choices, strict=True)
    ]
    return Understood(read, profile, told)


def entries_of(read: list[ReadFile]) -> tuple[pa.Table, bool]:
    """(the ENTRY table of files, whether their ids are told with their names); empties ``read``.

    Raises:
        InputError: a file has no column of a name, or an id twice.
        UsageError: files that share ids have one name, so that their ids cannot be told apart.
    """
    paths = [file.path for file in read]
    tables = [_entries(read.pop(0)) for _ in paths]
    if len(tables) == 1:
        return tables[0], False
    # Codes of two files differ, so of several files the text itself is joined.
    tables = [table.cast(ENTRY) for table in tables]
    are_renamed = _share_ids(tables)
    if are_renamed:
        _require_names_apart(paths)
        tables = [
            _with_name(table, path) for path, table in zip(paths, tables, strict=True)
        ]
    return concat(tables, ENTRY), are_renamed


def _read(
    source: Source,
    keep: Keep,
    settings: IngestSettings | None,
    *,
    alone: bool,
    numbered: bool,
) -> ReadFile:
    """The cells of a file, and the choice of its columns."""

    def wanted(headers: Sequence[str]) -> frozenset[int]:
        require_columns(headers, source.added, source.columns)
        places = places_of_added(headers, source.added)
        others = _without(headers, places)
        return columns_needed(others, source.columns, numbered=numbered) | places

    try:
        table = keep(readers.read_table(source.path, settings, wanted=wanted))
        require_columns(table.column_names, source.added, source.columns)
        choice = _choice(table, source, alone=alone, numbered=numbered)
    except InputError as error:
        raise error.of_file(source.path.name) from None
    except MapError as error:
        file = source.path.name
        raise error.of(map_name=source.map_name, file=file) from None
    return ReadFile(source.path, table, choice)


def _choice(table: pa.Table, source: Source, *, alone: bool, numbered: bool) -> Choice:
    """What the columns are used as: as the map says, or as headers and cells tell."""
    if source.columns is None:
        return choose(table, source.added, alone=alone, numbered=numbered)
    headers = table.column_names
    return chosen(headers, given_map(headers, source.columns), source.added)


def _names_together(tables: Sequence[pa.Table]) -> pa.Table:
    """The names of all files as one table; each has the columns that it has."""
    if len(tables) == 1:
        return tables[0]
    texts = [table.cast(_as_text(table)) for table in tables]
    return pa.concat_tables(texts, promote_options="default")


def _as_text(table: pa.Table) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in table.column_names])


def _added_columns(
    read: Sequence[ReadFile], comparisons: Sequence[AddedComparison]
) -> dict[str, pa.Array]:
    """The column of each comparison over all files."""
    columns = [added_columns(file.table, file.choice.comparisons) for file in read]
    return {
        comparison.name: pa.concat_arrays([file[comparison.name] for file in columns])
        for comparison in comparisons
    }


def _entries(read: ReadFile) -> pa.Table:
    """The ENTRY table of a file."""
    try:
        return table_entries(
            read.table,
            read.choice.map,
            keep_encoded=True,
            distinct_ids=read.choice.has_distinct_ids,
        )
    except InputError as error:
        raise error.of_file(read.path.name) from None


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
        raise usage_error("same-file-names", path=twice)


def _with_name(table: pa.Table, path: Path) -> pa.Table:
    ids = pc.binary_join_element_wise(path.name, table.column("entry_id"), ":")
    return table.set_column(0, ENTRY.field("entry_id"), ids)


def write_rows(path: Path, table: pa.Table) -> None:
    """Write a table, all or nothing: as CSV or XLSX where the name ends so, else as Parquet.

    Raises:
        UsageError: a sheet has not as many rows.
    """
    # Neither the CSV of Arrow nor xlsxwriter is loaded for a file of Parquet.
    from voterlist.render import rows  # noqa: PLC0415  see above

    ending = path.suffix.lower()
    if ending == ".csv":
        write_atomically(path, lambda beside: rows.write_csv(beside, table))
    elif ending == ".xlsx":
        if table.num_rows > rows.ROWS_OF_A_SHEET:
            raise usage_error(
                "rows-beyond-xlsx",
                path=path,
                rows=f"{table.num_rows:,}",
                most=f"{rows.ROWS_OF_A_SHEET:,}",
            )
        write_atomically(path, lambda beside: rows.write_xlsx(beside, table))
    else:
        write_table(path, table)
