"""What lies in ``reference/``.

Registers, lists of other cycles, statistics, protocols, told by their names or their headings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import config, readers
from voterlist.config import IngestSettings, Settings, WorkspaceSettings
from voterlist.errors import InputError
from voterlist.ingest import protocol, register_headed, register_named, statistics
from voterlist.model import PASSING, AsideCode, Profile, Stage
from voterlist.pipeline.inbox import REFERENCE, STREETS
from voterlist.pipeline.registers import Persons, read_list, read_register
from voterlist.pipeline.units import Done, Task, Units
from voterlist.readers import ListedFile
from voterlist.reconcile import FORMER, REGISTERS
from voterlist.schemas import (
    ENTRY,
    PROTOCOL,
    REMOVAL_REASON,
    STATISTIC,
    VOTER,
    RawFile,
    empty,
)
from voterlist.storage import store
from voterlist.tables import concat, from_rows, sort_by

__all__ = [
    "EARLIER",
    "LAST",
    "SOURCES",
    "STREETS",
    "Outside",
    "not_understood",
    "read",
    "rows_named",
]

STATISTICS = "statistics"
PROTOCOLS = "protocol"
LAST = "last-cycle"
EARLIER = "earlier-cycle"

SOURCES = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("register", pa.dictionary(pa.int32(), pa.string())),
        pa.field("rows", pa.int64(), nullable=False),
        pa.field("usable", pa.int64(), nullable=False),
        pa.field("trouble", pa.dictionary(pa.int32(), pa.string())),
    ],
)
"""One row a file of ``reference/``: what it is (null: nothing says it), how many of its rows could
be used, and the code of why not."""


@dataclass(slots=True)
class Outside:
    """What other bodies, and other cycles, gave. None: no such file."""

    registers: dict[str, pa.Table] = field(default_factory=dict)
    """VOTER by name, as ``reconcile`` takes them."""
    rows: pa.Table = field(default_factory=lambda: empty(ENTRY))
    """ENTRY: every row of the registers as written, with its file and line; ids as in
    ``registers``."""
    reasons: pa.Table = field(default_factory=lambda: empty(REMOVAL_REASON))
    last: Persons | None = None
    earlier: Persons | None = None
    statistics: pa.Table | None = None
    """STATISTIC"""
    protocol: pa.Table | None = None
    """PROTOCOL"""
    sources: list[dict[str, object]] = field(default_factory=list)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    """(source, code) of the files and sheets of registers and lists that could not be read."""

    def note(
        self,
        source: str,
        register: str | None,
        rows: int,
        usable: int,
        trouble: str | None = None,
    ) -> None:
        """Add a file to the sources."""
        cells = (source, register, rows, usable, trouble)
        self.sources.append(dict(zip(SOURCES.names, cells, strict=True)))

    def unread(self) -> tuple[list[str], list[str]]:
        """The sources of the files of which nothing could be used, and what each is by its name."""
        rows = sorted(
            (str(row["register"]), str(row["source"]))
            for row in self.sources
            if row["register"] and row["trouble"]
        )
        return [source for _, source in rows], [register for register, _ in rows]

    def table(self) -> pa.Table:
        """SOURCES, sorted."""
        return from_rows(self.sources, SOURCES, "source", "register")


def not_understood(workspace: Path, limits: IngestSettings) -> tuple[str, ...]:
    """The names of the files of ``reference/`` of which nothing says what they are."""
    folder = workspace / REFERENCE
    files = readers.list_files(folder, workspace, limits.linked_folders)
    return tuple(file.name for file in files if _kind_of_file(file, limits) is None)


def _kind_of_file(file: ListedFile, limits: IngestSettings) -> str | None:
    """What a file is by its name, else by its titles and headings."""
    return register_named(file.path.name) or register_headed(
        readers.read_listed([file], limits), limits
    )


def read(
    files: Sequence[ListedFile],
    limits: IngestSettings,
    profile: Profile,
    units: Units | None = None,
) -> Outside:
    """What these files hold.

    The name of a file says what kind it is, else its headings. A file that cannot be read, or that
    nothing is known of, is noted; the rest are read. Registers and lists are kept from run to run.

    Args:
        files: those of ``reference/``.
        limits: how files are read.
        profile: how names are folded.
        units: does the work and keeps it; without it nothing is kept.
    """
    outside = Outside()
    by_kind: dict[str | None, list[ListedFile]] = {}
    for file in files:
        by_kind.setdefault(_kind_of_file(file, limits), []).append(file)
    for file in by_kind.get(None, ()):
        trouble = file.trouble or AsideCode.REGISTER_UNKNOWN
        outside.note(_source_of(file), None, 0, 0, trouble)
    settings = _settings(limits, profile)
    persons = _persons(by_kind, settings, units)
    for one in persons.values():
        outside.troubles += one.troubles
    for name in (name for name in REGISTERS if name in persons):
        _add_register(outside, name, persons[name])
    outside.last = _cycle(outside, LAST, persons)
    outside.earlier = _cycle(outside, EARLIER, persons)
    if outside.last is not None:
        outside.reasons = concat(
            [outside.reasons, outside.last.reasons], REMOVAL_REASON
        )
    numbers = {}
    for kind, schema, make in (
        (STATISTICS, STATISTIC, statistics),
        (PROTOCOLS, PROTOCOL, protocol),
    ):
        file_tables = [
            _read_numbers(outside, kind, make, file, settings)
            for file in by_kind.get(kind, ())
        ]
        tables = [table for table in file_tables if table is not None]
        numbers[kind] = (
            sort_by(concat(tables, schema), *schema.names[:3]) if file_tables else None
        )
    outside.statistics, outside.protocol = numbers[STATISTICS], numbers[PROTOCOLS]
    return outside


def _source_of(file: ListedFile) -> str:
    """The source of a file that is not read."""
    if file.trouble is None and file.digest:
        return file.digest[: readers.SOURCE_DIGITS]
    return readers.unread_source(file.name)


def _add_register(outside: Outside, name: str, persons: Persons) -> None:
    outside.registers[name] = persons.voters
    if persons.former.num_rows and name == "name-changes":
        outside.registers[FORMER] = persons.former
    if name == "removals":
        outside.reasons = concat([outside.reasons, persons.reasons], REMOVAL_REASON)
    outside.rows = concat([outside.rows, persons.entries], ENTRY)
    _note(outside, name, persons)


def _note(outside: Outside, name: str, persons: Persons) -> None:
    for source, rows, usable, trouble in persons.sources:
        outside.note(source, name, rows, usable, trouble)


def _cycle(
    outside: Outside, name: str, persons: Mapping[str, Persons]
) -> Persons | None:
    if name not in persons:
        return None
    _note(outside, name, persons[name])
    # A file that could not be read is no empty list: everybody would be new.
    return persons[name] if persons[name].entries.num_rows else None


def _settings(limits: IngestSettings, profile: Profile) -> Settings:
    """As much of the settings as reading needs."""
    workspace = WorkspaceSettings().model_copy(update={"profile": profile})
    return Settings().model_copy(update={"ingest": limits, "workspace": workspace})


_PERSONS = {
    "entries": ENTRY,
    "voters": VOTER,
    "former": VOTER,
    "reasons": REMOVAL_REASON,
}
"""The tables of ``Persons``."""


def _persons(
    by_kind: Mapping[str | None, Sequence[ListedFile]],
    settings: Settings,
    units: Units | None,
) -> dict[str, Persons]:
    """The registers and lists that are given, by name."""
    named = [name for name in (*REGISTERS, LAST, EARLIER) if name in by_kind]
    if units is None:
        return {name: _read_named(name, by_kind[name], settings) for name in named}
    needs = store.digest_of(
        config.digest(settings.ingest), settings.workspace.profile.value
    )
    tasks = []
    for name in named:
        files = [
            part
            for file in by_kind[name]
            for part in (file.name, file.digest, file.trouble)
        ]
        key = store.digest_of(needs, *files)
        tasks.append(Task(name, key, (name, tuple(by_kind[name]))))
    work = partial(_read_persons, settings=settings)
    done = units.each(Stage.RECONCILE, work, tasks)
    return {one.task.unit: _kept_persons(one) for one in done}


def _read_named(name: str, files: Sequence[ListedFile], settings: Settings) -> Persons:
    """The register of this name, or the list of another cycle."""
    if name in {LAST, EARLIER}:
        return read_list(files, settings)
    return read_register(name, files, settings)


def _read_persons(
    task: tuple[str, Sequence[ListedFile]], folder: Path, *, settings: Settings
) -> dict[str, Any]:
    """Read a register, or a list of another cycle, into a folder."""
    name, files = task
    persons = _read_named(name, files, settings)
    for table in _PERSONS:
        store.write_table(folder / f"{table}.parquet", getattr(persons, table))
    known = {(readers.unread_source(file.name), file.trouble) for file in files}
    is_passing = any(
        code in PASSING and (source, code) not in known
        for source, code in persons.troubles
    )
    return {
        "sources": persons.sources,
        "troubles": persons.troubles,
        "passing": is_passing,
    }


def _kept_persons(done: Done) -> Persons:
    tables = {
        name: concat([done.table(f"{name}.parquet")], schema)
        for name, schema in _PERSONS.items()
    }
    sources = tuple(
        (source, rows, usable, trouble)
        for source, rows, usable, trouble in done.said["sources"]
    )
    troubles = tuple((source, code) for source, code in done.said["troubles"])
    return Persons(**tables, sources=sources, troubles=troubles)


def _read_numbers(
    outside: Outside,
    kind: str,
    make: Callable[[RawFile], pa.Table],
    file: ListedFile,
    settings: Settings,
) -> pa.Table | None:
    """A table of numbers; None where any of it is unusable, which is noted."""
    raw = readers.read_listed([file], settings.ingest)[0]
    try:
        table = make(raw)
    except InputError as error:
        outside.note(raw.source, kind, 0, 0, error.code)
        return None
    outside.note(raw.source, kind, table.num_rows, table.num_rows)
    return table


def rows_named(outside: Outside, ids: pa.Array | pa.ChunkedArray) -> pa.Table:
    """ENTRY.

    The rows of the registers, and those of the last cycle's list that have one of these ids.
    """
    if outside.last is None:
        return outside.rows
    last = outside.last.entries
    return concat(
        [
            outside.rows,
            last.filter(pc.is_in(last.column("entry_id"), value_set=pc.unique(ids))),
        ],
        ENTRY,
    )
