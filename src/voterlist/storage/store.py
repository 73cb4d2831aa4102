"""The folder of one run: tables as Parquet, and the record of what came in and what went out.

Every file is written beside its place, forced to the disk and renamed, and only then recorded; a
run killed at any moment leaves either the old file or the new one, and a record that never promises
too much.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import strict_json
from voterlist.model import frozen
from voterlist.processes.stopping import whole
from voterlist.storage.files import (
    are_unaltered,
    close_folder,
    own_folder,
    remove_leftovers,
    remove_work_folders,
    sha256,
    sync_folder,
    write_atomically,
    write_content,
)
from voterlist.version import __version__

MANIFEST_NAME = "manifest.json"
RUN_EVENT = "run"
"""The journal's word for a run that was completed; its details say how many cases were open."""
TRACE_NAME = "trace.json"
SCRATCH = "scratch/"
"""Tables whose names begin so are kept only until the run is complete."""
_AGAIN, _BEFORE = ".again", ".before"
"""What is added to the name of a run's folder: for a complete run that is being made again, and for
the complete one while the new one takes its place."""
_LIBRARIES = (
    *("jinja2", "numpy", "pandas", "pyarrow", "pypdfium2", "python-calamine"),
    *("rapidfuzz", "recordlinkage", "scipy", "typst", "xlsxwriter"),
)
"""Those that read the lists, compute, or write tables and reports."""
_RUN_BESIDE = re.compile(
    rf"(?P<run>\d{{4}}-\d\d-\d\d-[0-9a-f]{{8}})({re.escape(_AGAIN)}|{re.escape(_BEFORE)})"
)


@frozen
class Written:
    """Stands for a table that a stage itself has written to its place.

    It is there whole and forced to the disk.
    """


@frozen
class StageRecord:
    """A stage that was completed, with its balance: ``rows_in = rows_out + set_aside``.

    Attributes:
        key: the digest of all that the stage needs; empty where that was a failure of the moment
            too.
        tables: the SHA-256 of each of its tables by name.
        rows_in: rows that came in.
        rows_out: rows that go on.
        set_aside: rows that were set aside.
    """

    key: str
    tables: Mapping[str, str]
    rows_in: int
    rows_out: int
    set_aside: int


@frozen
class Manifest:
    """What a run was made from and what it made. The same input gives the same manifest."""

    run: str
    today: str
    program: str
    program_digest: str
    settings: str
    constituencies: tuple[int, ...]
    inputs: Mapping[str, str]
    """Path inside the workspace -> SHA-256 of every file read."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """Path inside the workspace -> SHA-256 of every file written for people; filled when the run is
    complete."""
    stages: Mapping[str, StageRecord] = field(default_factory=dict)
    complete: bool = False


@frozen
class Work:
    """What one stage did, for the trace.

    Attributes:
        stage: its name.
        rows_in: rows that came in.
        rows_out: rows that go on.
        set_aside: rows that were set aside.
        seconds: how long it took, by the clock on the wall.
        peak_megabytes: the highest memory of the process so far, not of the stage alone.
        reused: True where the tables of an interrupted run were taken over.
        worker_megabytes: the highest memory of any one worker process so far.
        notes: what the stage says of how it did its work, such as how many pairs it had to compare;
            no result depends on it.
    """

    stage: str
    rows_in: int
    rows_out: int
    set_aside: int
    seconds: float
    peak_megabytes: float
    reused: bool = False
    worker_megabytes: float = 0.0
    notes: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Shelf(Mapping[str, pa.Table]):
    """The tables of a run by name.

    One that stands only in a file is read when it is first asked for.

    Attributes:
        place_of: where the table of a name is; a place is its own name. It raises what is to be
            raised of a table that may not be read.
    """

    place_of: Callable[[str], str] = str
    _files: dict[str, Path] = field(default_factory=dict)
    _tables: dict[str, pa.Table] = field(default_factory=dict)

    def put(self, place: str, path: Path, table: pa.Table | None = None) -> None:
        """Add a table that stands in this file; where it is at hand it need not be read again."""
        self._files[place] = path
        self._tables.pop(place, None)
        if table is not None:
            self._tables[place] = table

    def path(self, name: str) -> Path:
        """The file of a table."""
        return self._files[self.place_of(name)]

    def follow(self, old: Path, new: Path) -> None:
        """Look for every table in the folder ``new``, to which the folder ``old`` was renamed."""
        for place, path in self._files.items():
            self._files[place] = new / path.relative_to(old)

    def select(self, name: str, schema: pa.Schema) -> pa.Table:
        """The columns of this schema, text as codes where it has it so.

        Read for the caller alone, and not kept.
        """
        columns = self.columns(name, schema)
        if isinstance(columns, pa.Table):
            return columns
        words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        return _read(columns.path, words, schema.names)

    def columns(self, name: str, schema: pa.Schema) -> pa.Table | FileColumns:
        """The columns of this schema, those of a file read when they are asked for."""
        place = self.place_of(name)
        if place in self._tables:
            return self._tables[place].select(schema.names)
        return FileColumns(self._files[place], schema)

    def parts(self, name: str) -> list[pa.Table]:
        """The parts of a table that lies in parts, in order."""
        return [self._at(place) for place in self._part_places(name)]

    def part_paths(self, name: str) -> list[Path]:
        """The files of the parts of a table, in order."""
        return [self._files[place] for place in self._part_places(name)]

    def _part_places(self, name: str) -> Iterator[str]:
        first = self.place_of(name)
        places = (f"{first}-{number}" for number in count())
        return takewhile(self._files.__contains__, places)

    def _at(self, place: str) -> pa.Table:
        if place not in self._tables:
            self._tables[place] = _read(self._files[place])
        return self._tables[place]

    def __getitem__(self, name: str) -> pa.Table:
        return self._at(self.place_of(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _read(
    path: Path, words: Sequence[str] = (), names: Sequence[str] | None = None
) -> pa.Table:
    """The columns of these names, all without names; ``words``: those to read as codes."""
    table = read_file(path, names, words).unify_dictionaries().combine_chunks()
    return table if names is None else table.select(names)


def read_file(
    path: Path, names: Sequence[str] | None = None, words: Sequence[str] = ()
) -> pa.Table:
    """The columns of a file that have these names, all without names.

    ``words``: those to read as codes.
    """
    # As a data set, as ``pq.read_table`` reads it, a small file takes twice the time.
    with pq.ParquetFile(path, read_dictionary=words) as file:
        return file.read(names)


class RunFolder:
    """The folder of one run, opened for writing.

    A stage recorded by another run is taken over when its key is the same and its files are what
    was recorded.

    A run that was completed is made again in a folder of its own beside the complete one.
    ``finish`` puts it in the place of that. Until then the complete run can be read.
    """

    def __init__(self, workspace: Path, manifest: Manifest) -> None:
        """Open the folder of ``manifest.run``; it is made if need be.

        What killed runs left in the workspace is removed first; so the caller must hold the
        workspace.
        """
        self.workspace = workspace
        self._home = run_path(workspace, manifest.run)
        own_folder(self._home.parent)
        for name in ("reports", "compared"):
            close_folder(workspace / name)
        remove_leftovers(workspace)
        remove_work_folders(workspace)
        settle_reruns(workspace, {}, manifest.run)
        self.path = (
            _beside(self._home, _AGAIN) if _is_complete(self._home) else self._home
        )
        own_folder(self.path)
        earlier_manifest = read_manifest(self.path)
        if earlier_manifest is not None and not earlier_manifest.complete:
            manifest = replace(manifest, stages=earlier_manifest.stages)
        self._manifest = manifest
        self._work: list[Work] = []
        self._record()

    @property
    def manifest(self) -> Manifest:
        """What is recorded so far."""
        return self._manifest

    def table_path(self, name: str) -> Path:
        """Where the table of this name stands."""
        return _table_path(self.path, name)

    def take_over(
        self, stage: str, key: str, needed: Collection[str] = ()
    ) -> StageRecord | None:
        """The record of a stage of which another run left the tables.

        They are in this folder then. None where no run has a stage with this key and all tables
        that are ``needed``, or its files are not what was recorded. A run that was interrupted, or
        one with other settings, is one too: what the stage needs is the same. A complete run has no
        tables any more that only its stages needed.
        """
        runs = (
            path for path in sorted(self._home.parent.iterdir()) if path != self.path
        )
        for folder in (self.path, *runs):
            record = _recorded_stage(folder, stage, key)
            if record is None or not record.tables.keys() >= set(needed):
                continue
            tables = {
                _table_path(folder, name): digest
                for name, digest in record.tables.items()
            }
            if are_unaltered(tables):
                if folder != self.path:
                    self._copy(folder, record)
                    self._add(stage, record)
                return record
        return None

    def _copy(self, folder: Path, record: StageRecord) -> None:
        """Take the tables of a stage from the folder of another run."""
        for name in sorted(record.tables):
            path = self.table_path(name)
            own_folder(path.parent)
            link_file(_table_path(folder, name), path)

    def _add(self, stage: str, record: StageRecord) -> None:
        """Record a stage."""
        stages = {**self._manifest.stages, stage: record}
        self._manifest = replace(self._manifest, stages=stages)
        self._record()

    def commit(
        self,
        stage: str,
        key: str,
        tables: Mapping[str, pa.Table | Written],
        *,
        rows_in: int,
        rows_out: int,
        set_aside: int,
    ) -> StageRecord:
        """Write a stage's tables, then record the stage with its balance of rows."""
        digests = {}
        with whole():
            for name in sorted(tables):
                path = self.table_path(name)
                table = tables[name]
                if not isinstance(table, Written):
                    own_folder(path.parent)
                    write_table(path, table)
                digests[name] = sha256(path)
            record = StageRecord(key, digests, rows_in, rows_out, set_aside)
            self._add(stage, record)
        return record

    def note(self, work: Work) -> None:
        """Add what a stage did to the trace.

        Times and memory differ from run to run, so no digest covers it.
        """
        self._work.append(work)
        text = _json({"run": self._manifest.run, "stages": self._work})
        write_content(self.path / TRACE_NAME, text)

    def digests(self, outputs: Iterable[Path]) -> dict[str, str]:
        """The SHA-256 of each of these files for people, by its path in the workspace."""
        return {
            path.relative_to(self.workspace).as_posix(): sha256(path)
            for path in sorted(outputs)
        }

    def finish(self, stages: Iterable[str], outputs: Mapping[str, str]) -> None:
        """Record the run as complete: these stages, and ``digests`` of files for people.

        Tables that only a run in the middle needs (``scratch/``) and leftovers of an earlier
        attempt go. A run made again takes the place of the one before; ``path`` is then another.
        That one stays beside it, and counts, until the journal tells of this one (``leave``). Who
        reads that one meanwhile holds the ledger: so does whoever calls this.
        """
        kept = {
            stage: _without_scratch(self._manifest.stages[stage]) for stage in stages
        }
        expected = {
            self.table_path(name) for record in kept.values() for name in record.tables
        }
        for path in self.path.rglob("*.parquet"):
            if path not in expected:
                path.unlink()
        if (self.path / SCRATCH).is_dir():
            (self.path / SCRATCH).rmdir()
        # Last of all: a kill before leaves a run to go on with, and no complete one with more than
        # it should hold.
        self._manifest = replace(
            self._manifest, stages=kept, outputs=dict(outputs), complete=True
        )
        self._record()
        if self.path != self._home:
            _settle(self._home)
            self.path = self._home

    def leave(self) -> None:
        """The journal tells of the run: the one before it goes."""
        _remove_folder(_beside(self._home, _BEFORE))

    def _record(self) -> None:
        write_content(self.path / MANIFEST_NAME, _json(self._manifest))


def _table_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def _recorded_stage(folder: Path, stage: str, key: str) -> StageRecord | None:
    """The record of a stage with this key in the folder of a run."""
    manifest = read_manifest(folder)
    record = manifest.stages.get(stage) if manifest is not None else None
    return record if record is not None and record.key == key else None


def _without_scratch(record: StageRecord) -> StageRecord:
    tables = {
        name: digest
        for name, digest in record.tables.items()
        if not name.startswith(SCRATCH)
    }
    return replace(record, tables=tables)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a run's folder; None where there is none, or none that this version wrote."""
    return read_manifest_and_digest(folder)[0]


def read_manifest_and_digest(folder: Path) -> tuple[Manifest | None, str]:
    """As ``read_manifest``, and the SHA-256 of what was read; "" where there is no file."""
    digest = ""
    try:
        content = (folder / MANIFEST_NAME).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        known = strict_json.loads(content)
        known["stages"] = {
            stage: StageRecord(**record) for stage, record in known["stages"].items()
        }
        known["constituencies"] = tuple(known["constituencies"])
        return Manifest(**known), digest
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, digest


def write_table(
    path: Path,
    table: pa.Table,
    *,
    place: Callable[[Path], Path] | None = None,
    repeats: bool = True,
) -> None:
    """Write a table as Parquet, all or nothing; ``place`` as ``write_atomically`` takes it.

    ``repeats`` is False where hardly any value stands twice: to look for those that do takes longer
    than all else, and makes the file larger.
    """

    def write(beside: Path) -> None:
        if table.num_rows:
            _write(table.combine_chunks(), beside, repeats=repeats)
        else:
            schema = table.schema.serialize().to_pybytes()
            beside.write_bytes(_file_without_rows(schema, repeats=repeats))

    write_atomically(path, write, place=place)


def _write(table: pa.Table, into: Any, *, repeats: bool) -> None:
    pq.write_table(table, into, compression="zstd", use_dictionary=repeats)


@cache
def _file_without_rows(schema: bytes, *, repeats: bool) -> bytes:
    """The file of a table of this schema without rows: of a small list most tables are such."""
    stream = pa.BufferOutputStream()
    table = pa.ipc.read_schema(pa.py_buffer(schema)).empty_table()
    _write(table, stream, repeats=repeats)
    return bytes(stream.getvalue())


def write_tables(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    """Write tables as the row groups of one Parquet file, all or nothing; returns the rows.

    Each is a row group. Tables without rows are left out. One table after the other is asked for,
    so that only one is in memory.
    """
    rows = 0

    def write(beside: Path) -> None:
        nonlocal rows
        with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
            for table in tables:
                if table.num_rows:
                    writer.write_table(
                        table.combine_chunks(), row_group_size=table.num_rows
                    )
                    rows += table.num_rows

    write_atomically(path, write)
    return rows


def join_tables(path: Path, schema: pa.Schema, parts: Iterable[Path]) -> int:
    """Join files of this schema to one with the row groups of all; returns the rows.

    All or nothing. A row group has the same bytes there as in its part.

    Raises:
        ValueError: a part has another schema.
    """

    def groups() -> Iterator[pa.Table]:
        for part in parts:
            with pq.ParquetFile(part) as file:
                for number in range(file.num_row_groups):
                    yield file.read_row_group(number)

    return write_tables(path, schema, groups())


def row_group_digests(path: Path) -> list[str]:
    """The digest of each row group of a Parquet file: of its bytes, which are not read as values.

    The same rows of the same schema, written by this program, have the same digest in any file.
    """
    footer = pq.read_metadata(path)
    digests = []
    with path.open("rb") as content:
        for number in range(footer.num_row_groups):
            group = footer.row_group(number)
            columns = [group.column(column) for column in range(group.num_columns)]
            start = min(map(_start_of, columns))
            end = max(
                _start_of(column) + column.total_compressed_size for column in columns
            )
            content.seek(start)
            digests.append(hashlib.sha256(content.read(end - start)).hexdigest())
    return digests


def row_group_ends(path: Path, name: str) -> list[tuple[Any, Any]]:
    """The smallest and the largest value of a column in each row group of a Parquet file.

    None where a group has no value.
    """
    footer = pq.read_metadata(path)
    column = footer.schema.to_arrow_schema().get_field_index(name)
    ends = []
    for number in range(footer.num_row_groups):
        known = footer.row_group(number).column(column).statistics
        has_ends = known is not None and known.has_min_max
        ends.append((known.min, known.max) if has_ends else (None, None))
    return ends


def _start_of(column: pq.ColumnChunkMetaData) -> int:
    """Where the bytes of a column of a row group begin."""
    dictionary = column.dictionary_page_offset
    pages = column.data_page_offset
    return int(pages if dictionary is None else min(dictionary, pages))


def link_file(source: Path, target: Path) -> None:
    """Let a file have a second name, which takes no room on the disk; a copy where it cannot.

    Neither is ever written to: files are made beside their place and renamed.
    """
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:
        write_atomically(target, partial(shutil.copyfile, source))


def run_path(workspace: Path, run: str) -> Path:
    """The folder of a run. While a complete run is made again, it is the complete one's."""
    return workspace / "runs" / run


def finished_run(
    workspace: Path, run: str, told: str = ""
) -> tuple[Path, Manifest] | None:
    """The folder and the manifest of a complete run; None where it is not complete.

    Between two renames of a run made again its own folder may not be there, and a kill may leave it
    so. A kill before the journal tells of it leaves the one before beside it.

    Args:
        workspace: its folder.
        run: the run.
        told: the digest of its manifest in the journal: that one counts, else the newest.
    """
    home = run_path(workspace, run)
    complete = []
    for folder in (_beside(home, _AGAIN), home, _beside(home, _BEFORE)):
        # Read once: a run that ends just now may move it.
        manifest, digest = read_manifest_and_digest(folder)
        if manifest is not None and manifest.complete:
            complete.append((digest == told, folder, manifest))
    # The first of those that are told of, else the first.
    for _, folder, manifest in sorted(complete, key=lambda found: not found[0]):
        return folder, manifest
    return None


def stand_of_runs(workspace: Path) -> tuple[int, list[Path]] | None:
    """What changes whenever a run begins, ends or is put away; None where there was none yet."""
    runs = workspace / "runs"
    try:
        return runs.stat().st_mtime_ns, sorted(runs.iterdir())
    except FileNotFoundError:
        return None


def told_of(journal: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    """The digest of the manifest of each run that the journal tells of.

    Of runs of earlier versions it has none.
    """
    return {
        details["run"]: details["manifest"]
        for _, event, details in journal
        if event == RUN_EVENT and "manifest" in details
    }


def altered_runs(workspace: Path, journal: Iterable[tuple[Any, ...]]) -> list[Path]:
    """The folders of complete runs whose manifests are not those that the journal has of them."""
    return [
        found[0]
        for run, digest in told_of(journal).items()
        if (found := finished_run(workspace, run, digest))
        and read_manifest_and_digest(found[0])[1] != digest
    ]


def _beside(home: Path, ending: str) -> Path:
    return home.with_name(home.name + ending)


def _is_complete(folder: Path) -> bool:
    manifest = read_manifest(folder)
    return manifest is not None and manifest.complete


def settle_reruns(
    workspace: Path, told: Mapping[str, str], current: str | None = None
) -> None:
    """End what killed runs began: of whole runs one takes its place, half of one goes.

    Args:
        workspace: its folder; held by the caller.
        told: as ``told_of`` returns it.
        current: half of this run stays beside the complete one, for it is gone on with; None: of
            any run.
    """
    runs = workspace / "runs"
    if not runs.is_dir():
        return
    matches = [_RUN_BESIDE.fullmatch(path.name) for path in runs.iterdir()]
    for run in sorted({match["run"] for match in matches if match}):
        home, again = runs / run, _beside(runs / run, _AGAIN)
        _settle(home, told.get(run, ""))
        _remove_folder(_beside(home, _BEFORE))
        is_left = current not in {None, run} or not _is_complete(home)
        if is_left or _is_complete(again):
            _remove_folder(again)


def _settle(home: Path, told: str = "") -> None:
    """Let the complete run that counts take its place; the one that stood there lies beside it.

    Killed after any of the steps, it is gone on with by the next call; a complete run is found at
    each moment (``finished_run``, which says what ``told`` is).
    """
    again, before = _beside(home, _AGAIN), _beside(home, _BEFORE)
    found = finished_run(home.parent.parent, home.name, told)
    if found is not None and found[0] != home:
        if home.exists():
            beside = again if found[0] == before else before
            _remove_folder(beside)
            home.rename(beside)
        found[0].rename(home)
    sync_folder(home.parent)


def _remove_folder(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def digest_of(*parts: object) -> str:
    """The SHA-256 of these values.

    Each stands in it with its length, so no two lists of values share one.
    """
    state = hashlib.sha256()
    for part in parts:
        # A name that is not UTF-8 holds lone surrogates.
        content = str(part).encode("utf-8", "surrogatepass")
        state.update(f"{len(content)}:".encode())
        state.update(content)
    return state.hexdigest()


_ENDINGS = (".py", ".toml", ".csv", ".parquet", ".json", ".html", ".css", ".js", ".typ")
"""Of the files on which a result may rest; those that are installed beside them are of no run."""


@cache
def program_digest() -> str:
    """The SHA-256 of the program's own files, and of the versions of what it works with.

    A stage made by another program is never taken over. Another version of Python or of a library
    may fold, read or write otherwise: what it left is made anew.
    """
    state = hashlib.sha256(digest_of(__version__, *_library_versions()).encode())
    for name, item in sorted(program_files()):
        if name.endswith(_ENDINGS):
            state.update(name.encode())
            state.update(hashlib.sha256(item.read_bytes()).digest())
    return state.hexdigest()


def _library_versions() -> Iterator[str]:
    """The versions of Python and of the libraries on which the bytes of a result rest."""
    yield ".".join(map(str, sys.version_info[:3]))
    for name in _LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            yield f"{name} {metadata.version(name)}"


def program_files(
    folder: Traversable | None = None, prefix: str = ""
) -> Iterator[tuple[str, Traversable]]:
    """(Path inside the package, file) of all that the program consists of."""
    for item in (folder or resources.files("voterlist")).iterdir():
        if not item.is_dir():
            yield f"{prefix}{item.name}", item
        elif item.name != "__pycache__":
            yield from program_files(item, f"{prefix}{item.name}/")


def _fields_of(record: Any) -> dict[str, Any]:
    """What ``asdict`` gives, without a copy of all that is in it."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _json(content: Any) -> str:
    # In one line: with an indent Python writes it itself, which takes ten times as long, and the
    # manifest is written after each step.
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=_fields_of)
    text += "\n"
    # A name that is not UTF-8 holds lone surrogates, which UTF-8 has no bytes for; JSON can write
    # them as digits.
    return re.sub("[\ud800-\udfff]", lambda sign: f"\\u{ord(sign[0]):04x}", text)


@frozen
class FileColumns:
    """Columns of a table on the disk. Of the list of a nation one column is in memory at a time."""

    path: Path
    schema: pa.Schema
    """What is read of it, text as codes where the schema has it so."""

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        with pq.ParquetFile(self.path) as file:
            return int(file.metadata.num_rows)

    def column(self, name: str) -> pa.ChunkedArray:
        """A column of the schema, read anew."""
        kind = self.schema.field(name).type
        words = [name] if pa.types.is_dictionary(kind) else []
        return _read(self.path, words, [name]).column(0).cast(kind)
