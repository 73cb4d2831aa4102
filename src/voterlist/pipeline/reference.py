"""What lies in ``reference/``.

Registers, lists of other cycles, statistics, protocols, told by their names or their headings.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import config, readers
from voterlist.config.sections import IngestSettings, Settings, WorkspaceSettings
from voterlist.errors import InputError
from voterlist.ingest import ingest
from voterlist.ingest.look import register_headed
from voterlist.ingest.numbers import protocol, statistics
from voterlist.ingest.registers import (
    FORMER_NAMES,
    REASON,
    extra_column,
    register_named,
)
from voterlist.model import PASSING, AsideCode, Profile, Stage, Verdict, frozen
from voterlist.normalize.stage import normalize
from voterlist.pipeline.inbox import REFERENCE, is_passing, is_shapes, parts_of
from voterlist.pipeline.units import Task, Units
from voterlist.processes.parquet_proof import BROKEN_PARQUET
from voterlist.readers.listing import ListedFile
from voterlist.reconcile.policies import REGISTERS
from voterlist.reconcile.registers import FORMER
from voterlist.report.sections.set_aside import NOBODY
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
from voterlist.storage.kept import KeptUnit, Said
from voterlist.tables import (
    Column,
    by_key,
    concat,
    count_by,
    from_columns,
    from_rows,
    rows_among,
    rows_without,
    sort_by,
    with_column,
)

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
"""One row a file of ``reference/``: what it is (null: nothing says it), how many rows it has that
may be somebody's, how many of them could be used, and the code of why none."""


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

    def table(self) -> pa.Table:
        """SOURCES, sorted."""
        return from_rows(self.sources, SOURCES, "source", "register")


def not_understood(workspace: Path, limits: IngestSettings) -> tuple[str, ...]:
    """The names of the files of ``reference/`` of which nothing says what they are."""
    folder = workspace / REFERENCE
    files = readers.list_files(folder, workspace, limits.linked_folders)
    return tuple(
        file.name
        for file in files
        if not is_shapes(file.path) and _kind_of_file(file, limits) is None
    )


def _kind_of_file(file: ListedFile, limits: IngestSettings) -> str | None:
    """What a file is by its name, else by its titles and headings."""
    return register_named(file.path.name) or register_headed(
        readers.read_listed([file], limits), limits
    )


def _kinds(
    files: Sequence[ListedFile], limits: IngestSettings, units: Units | None
) -> list[str | None]:
    """What each file is; what its headings say of one is kept from run to run."""
    if units is None:
        return [_kind_of_file(file, limits) for file in files]
    unnamed = [file for file in files if register_named(file.path.name) is None]
    tasks = [
        Task(
            f"kind-{store.digest_of(file.name)[:12]}",
            store.digest_of(config.digest(limits), file.digest, file.trouble),
            file,
        )
        for file in unnamed
    ]
    done = units.each(Stage.RECONCILE, partial(_say_kind, limits=limits), tasks)
    headed = {file: unit.said["kind"] for file, unit in zip(unnamed, done, strict=True)}
    return [headed.get(file, register_named(file.path.name)) for file in files]


def _say_kind(file: ListedFile, _folder: Path, *, limits: IngestSettings) -> Said:
    """What a file is by its headings."""
    raw = readers.read_listed([file], limits)
    is_of_moment = any(code in PASSING for file in raw for code in file.troubles)
    return {"kind": register_headed(raw, limits), "passing": is_of_moment}


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
    by_kind = by_key(zip(_kinds(files, limits, units), files, strict=True))
    for file in by_kind.get(None, ()):
        trouble = file.trouble or AsideCode.REGISTER_UNKNOWN
        outside.note(_source_of(file), None, 0, 0, trouble)
    settings = _settings(limits, profile)
    persons = _persons(by_kind, settings, units)
    for register in persons.values():
        outside.troubles += register.troubles
    for name in (name for name in REGISTERS if name in persons):
        _add_register(outside, name, persons[name])
    outside.last = _cycle(outside, LAST, persons)
    outside.earlier = _cycle(outside, EARLIER, persons)
    if outside.last is not None:
        outside.reasons = concat(
            [outside.reasons, outside.last.reasons], REMOVAL_REASON
        )
    if given := by_kind.get(STATISTICS):
        tables = _numbers(outside, STATISTICS, statistics, given, limits)
        outside.statistics = _sorted(tables, STATISTIC)
    if given := by_kind.get(PROTOCOLS):
        tables = _numbers(outside, PROTOCOLS, protocol, given, limits)
        outside.protocol = _sorted(tables, PROTOCOL)
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
    needs = store.digest_of(config.digest(settings.ingest), settings.workspace.profile)
    tasks = []
    for name in named:
        files = tuple(by_kind[name])
        key = store.digest_of(needs, *parts_of(files))
        tasks.append(Task(name, key, (name, files)))
    work = partial(_read_persons, settings=settings)
    done = units.each(Stage.RECONCILE, work, tasks)
    return dict(zip(named, map(_kept_persons, done), strict=True))


def _read_named(name: str, files: Sequence[ListedFile], settings: Settings) -> Persons:
    """The register of this name, or the list of another cycle."""
    if name in {LAST, EARLIER}:
        return read_list(files, settings)
    return read_register(name, files, settings)


def _read_persons(
    task: tuple[str, Sequence[ListedFile]], folder: Path, *, settings: Settings
) -> Said:
    """Read a register, or a list of another cycle, into a folder."""
    name, files = task
    persons = _read_named(name, files, settings)
    for table in _PERSONS:
        store.write_table(folder / f"{table}.parquet", getattr(persons, table))
    return {
        "sources": persons.sources,
        "troubles": persons.troubles,
        "passing": is_passing(persons.troubles, files),
    }


def _kept_persons(done: KeptUnit) -> Persons:
    tables = {
        name: concat([done.table(f"{name}.parquet")], schema)
        for name, schema in _PERSONS.items()
    }
    said: dict[str, Any] = {
        name: tuple(map(tuple, done.said[name])) for name in ("sources", "troubles")
    }
    return Persons(**tables, **said)


def _numbers(
    outside: Outside,
    kind: str,
    make: Callable[[RawFile], pa.Table],
    files: Sequence[ListedFile],
    limits: IngestSettings,
) -> Iterator[pa.Table]:
    """The tables of numbers in these files; one of which any is unusable is noted alone."""
    for file in files:
        raw = readers.read_listed([file], limits)[0]
        try:
            table = make(raw)
        except InputError as error:
            outside.note(raw.source, kind, 0, 0, error.code)
        else:
            outside.note(raw.source, kind, table.num_rows, table.num_rows)
            yield table


def _sorted(tables: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """The tables below each other, by their first three columns."""
    return sort_by(concat(tables, schema), *schema.names[:3])


def rows_named(outside: Outside, ids: Column) -> pa.Table:
    """ENTRY.

    The rows of the registers, and those of the last cycle's list that have one of these ids.
    """
    if outside.last is None:
        return outside.rows
    named = rows_among(outside.last.entries, "entry_id", ids)
    return concat([outside.rows, named], ENTRY)


_Account = tuple[str, int, int, str | None]
"""Of a file: source, rows, rows that could be used, code of the trouble."""


@frozen
class Persons:
    """Persons whom a file, or several of one kind, name."""

    entries: pa.Table
    """ENTRY: as written, with the place of each row."""
    voters: pa.Table
    """VOTER, of the same rows."""
    former: pa.Table = field(default_factory=lambda: empty(VOTER))
    """VOTER: rows that tell a former name, under it, by the same ids."""
    reasons: pa.Table = field(default_factory=lambda: empty(REMOVAL_REASON))
    sources: tuple[_Account, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    """(source, code) of files and sheets that could not be read."""


def read_register(
    name: str, listed: Sequence[ListedFile], settings: Settings
) -> Persons:
    """The register of this name in these files.

    Ids begin with its name, so that no two registers share one.
    """
    files = readers.read_listed(listed, settings.ingest)
    entries, sources = _taken_in(files, settings)
    own_ids = entries.column("entry_id")
    ids = pc.binary_join_element_wise(name, own_ids, ":")
    entries = entries.set_column(0, ENTRY.field("entry_id"), ids).combine_chunks()
    former = _former(files, entries)
    return Persons(
        entries=entries,
        voters=_voters(entries, settings),
        former=_voters(former, settings),
        reasons=_reasons(files, entries),
        sources=sources,
        troubles=_troubles(files),
    )


def read_list(listed: Sequence[ListedFile], settings: Settings) -> Persons:
    """A whole list: tables of a run as they are, any other file through the intake."""
    own_tables = {file: _own_table(file, settings.ingest) for file in listed}
    others = [file for file, table in own_tables.items() if table is None]
    files = readers.read_listed(others, settings.ingest)
    taken, sources = _taken_in(files, settings)
    parts, marks = [taken], []
    for source, own, reasons in filter(None, own_tables.values()):
        parts.append(own)
        marks.append(reasons)
        # Every row of it is an entry.
        sources = (*sources, (source, own.num_rows, own.num_rows, None))
    entries = _without_repeats(concat(parts, ENTRY))
    return Persons(
        entries=entries,
        voters=_voters(entries, settings),
        reasons=concat(marks, REMOVAL_REASON),
        sources=sources,
        troubles=_troubles(files),
    )


def _troubles(files: Sequence[RawFile]) -> tuple[tuple[str, str], ...]:
    return tuple((file.source, code) for file in files for code in file.troubles)


def _without_repeats(entries: pa.Table) -> pa.Table:
    """The first entry of each id."""
    ids = entries.column("entry_id")
    if pc.count_distinct(ids).as_py() == entries.num_rows:
        return entries
    first = pc.index_in(pc.unique(ids), value_set=ids)
    return entries.take(first)


def _taken_in(
    files: Sequence[RawFile], settings: Settings
) -> tuple[pa.Table, tuple[_Account, ...]]:
    """ENTRY of the files, and (source, rows, entries, code of the trouble) of each file."""
    marked = [replace(file, is_register=True) for file in files]
    intake = ingest(marked, settings.ingest, constituency=None)
    entries = Counter(count_by(intake.lists, "source", of="entries"))
    left_out = rows_without(intake.set_aside, "code", NOBODY)
    rows = entries + Counter(count_by(left_out, "source", of="rows"))
    reasons = _most_set_aside(intake.set_aside)
    accounts: list[_Account] = []
    for file in files:
        source = file.source
        trouble: str | None = file.trouble
        if trouble is None and not entries[source]:
            trouble = reasons.get(source)
        accounts.append((source, rows[source], entries[source], trouble))
    return intake.entries, tuple(accounts)


def _most_set_aside(set_aside: pa.Table) -> dict[str, str]:
    """Source -> the code for which most of its rows are no entries."""
    counted = count_by(set_aside, "source", "code", of="rows")
    return dict(sorted(counted, key=lambda key: (counted[key], key[1])))


def _voters(entries: pa.Table, settings: Settings) -> pa.Table:
    return normalize(entries, settings.workspace.profile).table


def _former(files: Sequence[RawFile], entries: pa.Table) -> pa.Table:
    """The rows that tell a former name, under it."""
    has_former_name: list[pa.Array] = []
    for name, headers in FORMER_NAMES.items():
        former = extra_column(files, headers, entries)
        has_former_name.append(pc.is_valid(former))
        names = pc.coalesce(former, entries.column(name))
        entries = with_column(entries, name, names)
    return entries.filter(pc.or_(*has_former_name))


def _reasons(files: Sequence[RawFile], entries: pa.Table) -> pa.Table:
    """REMOVAL_REASON of the rows that give one."""
    reason = extra_column(files, REASON, entries)
    columns = {"id": entries.column("entry_id"), "reason": reason}
    return pa.table(columns).filter(pc.is_valid(reason)).cast(REMOVAL_REASON)


def _own_table(
    file: ListedFile, settings: IngestSettings
) -> tuple[str, pa.Table, pa.Table] | None:
    """The entries, or the corrected list, of a run: (source, ENTRY, REMOVAL_REASON of its repeats).

    None for any other file, and for one to be refused.
    """
    if file.path.suffix.lower() != ".parquet" or file.trouble is not None:
        return None
    try:
        with readers.open_file(file.path) as stream:
            content = stream.read()
        digest = hashlib.sha256(content).hexdigest()
        is_other = file.digest and file.digest != digest
        if is_other or readers.trouble_in(file.path, settings) is not None:
            return None
        buffer = pa.BufferReader(content)
        names = pq.read_schema(buffer).names
        if not set(ENTRY.names) <= set(names):
            return None
        columns = [*ENTRY.names, *(["mark"] if "mark" in names else [])]
        table = pq.read_table(buffer, columns=columns)
        entries = table.select(ENTRY.names).cast(ENTRY)
        return digest[: readers.SOURCE_DIGITS], entries, _removal_reasons(table)
    except (*BROKEN_PARQUET, KeyError):
        # What is damaged is told by the readers, as of any file; the cause may quote a cell.
        return None


def _removal_reasons(table: pa.Table) -> pa.Table:
    """REMOVAL_REASON of the entries that the last cycle marked as repeats."""
    if "mark" not in table.column_names:
        return empty(REMOVAL_REASON)
    reason = Verdict.REPEAT
    ids = rows_among(table, "mark", (reason,)).column("entry_id")
    columns = {"id": ids, "reason": pa.repeat(reason, len(ids))}
    return from_columns(columns, REMOVAL_REASON)
