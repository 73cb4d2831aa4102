"""Tables from anywhere: the maps of their columns, how these are used, all rows as one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import readers
from voterlist.config.sections import AddedComparison, IngestSettings
from voterlist.errors import MapError, SettingsMistake, naming, usage_error
from voterlist.ingest.added import places_of_added, require_columns
from voterlist.ingest.choice import ColumnUse
from voterlist.ingest.generic import (
    UsedTable,
    columns_needed,
    names_of,
    parse_map,
    under_profile,
)
from voterlist.model import Profile, frozen
from voterlist.normalize.told import ToldProfile, tell_profile
from voterlist.schemas import ENTRY
from voterlist.storage.files import write_atomically
from voterlist.storage.store import write_table
from voterlist.tables import concat, with_column

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
    with naming(map_name=path.name):
        try:
            return parse_map(content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            mistake = SettingsMistake("", "not-utf8", line=line)
            raise MapError("the map is not in UTF-8", (mistake,)) from None


@frozen
class FileColumns:
    """The columns of one file, and what each is used as."""

    file: str
    columns: tuple[ColumnUse, ...]


@frozen
class Reading:
    """How the files were understood."""

    profile: Profile
    told: ToldProfile | None
    """How the profile was told from the names; None where it was given."""
    columns: tuple[FileColumns, ...]
    """What the columns of each file are used as."""


Keep = Callable[[pa.Table], pa.Table]
"""What holds the cells of a file, in memory or not."""


@frozen
class Source:
    """A file with the map of its columns."""

    path: Path
    columns: Map | None
    """None: the columns are told by the headers."""
    added: tuple[AddedComparison, ...] = ()
    map_name: str = ""
    """The name of the file with the map."""


@frozen
class Understood:
    """The cells of all files, and how they are understood."""

    read: list[UsedTable]
    reading: Reading

    @property
    def comparisons(self) -> tuple[AddedComparison, ...]:
        """The comparisons that every file has."""
        return self.read[0].choice.comparisons if self.read else ()


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
    told, read, alone = None, [], linked and len(sources) == 1
    for source in sources:
        name = source.path.name
        with naming(name, map_name=source.map_name):
            wanted = partial(_wanted_places, source, numbered=not linked)
            table = keep(readers.read_table(source.path, settings, wanted=wanted))
            how = (source.columns, source.added)
            used = UsedTable.of(name, table, *how, alone=alone, numbered=not linked)
            read.append(used)
    if profile is None:
        told = tell_profile(names_of(read))
        profile = told.profile
    if linked:
        read = under_profile(read, profile)
    else:
        nothing: frozenset[str] = frozenset()
        choices = [used.choice.under(profile).only(nothing) for used in read]
        read = [
            replace(used, choice=choice)
            for used, choice in zip(read, choices, strict=True)
        ]
    uses = tuple(FileColumns(used.name, used.choice.uses) for used in read)
    return Understood(read, Reading(profile, told, uses))


def _wanted_places(
    source: Source, headers: Sequence[str], *, numbered: bool
) -> frozenset[int]:
    """The places of the columns that are read of a file with these headers."""
    require_columns(headers, source.added, source.columns)
    places = places_of_added(headers, source.added)
    # What is only compared says nothing of the fields.
    others = ["" if at in places else header for at, header in enumerate(headers)]
    return columns_needed(others, source.columns, numbered=numbered) | places


def entries_of(read: list[UsedTable]) -> tuple[pa.Table, bool]:
    """(the ENTRY table of files, whether their ids are told with their names); empties ``read``.

    Raises:
        InputError: a file has no column of a name, or an id twice.
        UsageError: files that share ids have one name, so that their ids cannot be told apart.
    """
    names = [file.name for file in read]
    tables = [_entries(read.pop(0)) for _ in names]
    if len(tables) == 1:
        return tables[0], False
    # Codes of two files differ, so of several files the text itself is joined.
    tables = [table.cast(ENTRY) for table in tables]
    ids = concat(tables, ENTRY).column("entry_id")
    are_renamed = pc.count_distinct(ids).as_py() != len(ids)
    if are_renamed:
        if twice := [name for name in names if names.count(name) > 1]:
            raise usage_error("same-file-names", path=twice[0])
        for number, table in enumerate(tables):
            own = pc.binary_join_element_wise(names[number], table["entry_id"], ":")
            tables[number] = with_column(table, "entry_id", own)
    return concat(tables, ENTRY), are_renamed


def _entries(read: UsedTable) -> pa.Table:
    """The ENTRY table of a file."""
    return read.intake(keep_encoded=True).entries


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
