"""The stage that reads the inbox, one of its folders at a time.

The rows of a file are kept by themselves, so that a file is read once in its life. What a folder
gives is made of the rows of all its files together, for one may be a version of another.

What a folder gives is written where the run keeps its tables, and the next stage reads it from
there; a worker process hands back counts, never rows. The tables are the same as if all had been
read at once, in whatever number of processes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import config, readers
from voterlist.config import IngestSettings
from voterlist.config.comparisons import AddedComparison
from voterlist.ingest import ingest
from voterlist.model import PASSING, AsideCode, Stage
from voterlist.pipeline.inbox import INBOX, Batch
from voterlist.pipeline.places import received_name, unit_name
from voterlist.pipeline.steps import (
    NeededTables,
    Parts,
    StageContext,
    StageResult,
    place_of_table,
)
from voterlist.pipeline.units import Done, Task
from voterlist.readers import ListedFile
from voterlist.schemas import ENTRY, Intake, RawFile
from voterlist.storage import store
from voterlist.storage.kept import Place, memo

INTAKE_TABLES = ("entries", "lists", "set_aside", "findings", "added")
_ROWS = "rows"
"""The file that holds the rows of a file of the inbox."""


def take_in(_tables: NeededTables, context: StageContext) -> StageResult:
    """Read every file of the inbox; one intake for each of its folders."""
    tasks = intake_tasks(context)
    settings = context.settings.ingest
    reading = _Reading(
        context.workspace,
        settings,
        context.settings.territory.by_number,
        store.digest_of(context.units.program, config.digest(settings)),
        context.settings.comparisons,
    )
    read = partial(_take_in, reading=reading)
    progress = partial(context.progress, Stage.INGEST)
    done = context.units.each(Stage.INGEST, read, tasks, progress)
    intakes = {one.task.constituencies[0]: one for one in done}
    taken: list[Mapping[str, Any]] = []
    for number, batch in enumerate(context.inputs.batches):
        intake = intakes.get(batch.constituency)
        if intake is None:
            taken.append(_leave_out(context, number, batch))
        else:
            _put_intake(context.folder, number, intake)
            taken.append(intake.said)
    troubles = (trouble for said in taken for trouble in said["troubles"])
    return StageResult(
        {received_name(name): Parts(len(taken)) for name in INTAKE_TABLES},
        sum(said["rows"] for said in taken),
        sum(said["entries"] for said in taken),
        sum(said["set_aside"] for said in taken),
        is_passing=bool(context.left_out) or context.is_passing(troubles),
    )


def intake_tasks(context: StageContext) -> list[Task]:
    """The units of reading: each folder of the inbox that is not left out."""
    needs = _digest_of_settings(context)
    return [
        Task(
            unit_name(batch.constituency),
            store.digest_of(needs, *_needs_of(batch)),
            batch,
            (batch.constituency,),
        )
        for batch in context.inputs.batches
        if batch.constituency not in context.left_out
    ]


def _digest_of_settings(context: StageContext) -> str:
    """The settings that reading depends on."""
    sections = context.settings.ingest, context.settings.territory
    digests = map(config.digest, sections)
    return store.digest_of(*digests, repr(context.settings.comparisons))


def _needs_of(batch: Batch) -> Iterator[object]:
    """What an intake depends on: the numbers that a path may carry, and the contents."""
    yield batch.constituency
    for file in batch.files:
        yield from (file.name, file.digest, file.trouble)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the lists of a workspace are read.

    Attributes:
        workspace: its folder, in which the rows of its files are kept.
        settings: how files are read.
        territory: the precincts of each constituency.
        needs: the digest of all that the rows of a file depend on besides the file.
        comparisons: those whose columns are read beside the fields of an entry.
    """

    workspace: Path
    settings: IngestSettings
    territory: Mapping[int, Collection[int]]
    needs: str
    comparisons: Sequence[AddedComparison]

    def key(self, file: ListedFile) -> str:
        """The digest of all that the rows of a file depend on."""
        return store.digest_of(self.needs, file.name, file.digest)

    def rows(self, file: ListedFile, place: Place) -> list[RawFile]:
        """A file, or those in it, read or as they are kept in this place."""
        if file.trouble is not None:
            return readers.read_listed([file], self.settings)
        unit = memo(self.workspace, place, partial(self._read, file))
        with pa.input_stream(unit.path(_ROWS), compression="zstd") as stream:
            return list(readers.unpack_files(stream.read()))

    def _read(self, file: ListedFile, folder: Path) -> dict[str, Any]:
        """Read a file into a folder."""
        files = readers.read_listed([file], self.settings)
        with pa.output_stream(folder / _ROWS, compression="zstd") as stream:
            stream.write(readers.pack_files(files))
        troubles = (code for raw in files for code in raw.troubles)
        return {"passing": any(code in PASSING for code in troubles)}


def _take_in(batch: Batch, folder: Path, *, reading: _Reading) -> dict[str, Any]:
    """Read a batch and write its intake into a folder; returns its numbers and its troubles."""
    own = Place(Stage.INGEST.value, unit_name(batch.constituency), "")
    parts = {file: own.part(reading.key(file)) for file in batch.files}
    found = (raw for file, place in parts.items() for raw in reading.rows(file, place))
    files = [
        replace(raw, name=_inside_inbox(raw.name)) for raw in readers.numbered(found)
    ]
    intake = ingest(
        files,
        reading.settings,
        constituency=batch.constituency,
        territory=reading.territory,
        comparisons=reading.comparisons,
    )
    known = {
        (readers.unread_source(file.name), file.trouble)
        for file in batch.files
        if file.trouble is not None
    }
    troubles = [(file.source, code) for file in files for code in file.troubles]
    is_passing = any(
        code in PASSING and (source, code) not in known for source, code in troubles
    )
    _write_intake(intake, folder)
    return _said_of(intake) | {
        "troubles": troubles,
        "passing": is_passing,
        "parts": [place.key for place in parts.values()],
    }


def _inside_inbox(name: str) -> str:
    """The path inside the inbox, for the numbers that it may carry."""
    return name.removeprefix(f"{INBOX}/")


def _leave_out(context: StageContext, number: int, batch: Batch) -> dict[str, Any]:
    """The intake of a batch whose work failed: each of its files is set aside."""
    files = [
        RawFile(
            readers.unread_source(file.name),
            _inside_inbox(file.name),
            trouble=AsideCode.WORK_FAILED,
        )
        for file in batch.files
    ]
    intake = ingest(
        files,
        context.settings.ingest,
        constituency=batch.constituency,
    )
    for name in INTAKE_TABLES:
        path = _intake_path(context.folder, name, number)
        store.own_folder(path.parent)
        store.write_table(path, getattr(intake, name))
    return _said_of(intake) | {"troubles": []}


def _said_of(intake: Intake) -> dict[str, Any]:
    """The numbers of an intake."""
    return {
        "rows": _sum(intake.lists, "rows"),
        "entries": intake.entries.num_rows,
        "set_aside": _sum(intake.set_aside, "rows"),
    }


def _write_intake(intake: Intake, folder: Path) -> None:
    for name in INTAKE_TABLES:
        path = folder / f"{name}.parquet"
        if name == "entries":
            # As one row group, for so it goes on.
            store.write_tables(path, ENTRY, [intake.entries])
        else:
            store.write_table(path, getattr(intake, name))


def _put_intake(folder: Path, number: int, done: Done) -> None:
    """Put the intake of a batch where the run keeps its tables."""
    for name in INTAKE_TABLES:
        path = _intake_path(folder, name, number)
        store.own_folder(path.parent)
        store.link_file(done.path(f"{name}.parquet"), path)


def _intake_path(folder: Path, name: str, number: int) -> Path:
    return folder / f"{place_of_table(received_name(name), number)}.parquet"


def _sum(table: pa.Table, column: str) -> int:
    return int(pc.sum(table.column(column)).as_py() or 0)
