"""The stage that reads the inbox, one of its folders at a time.

What a folder gives is written where the run keeps its tables, and the next stage reads it from
there; a worker process hands back counts, never rows. The tables are the same as if all had been
read at once, in whatever number of processes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import config, readers
from voterlist.config import IngestSettings
from voterlist.ingest import ingest
from voterlist.model import PASSING, AsideCode, Stage
from voterlist.pipeline.inbox import Batch
from voterlist.pipeline.known_files import INTAKE_TABLES, Folder, inside_inbox, take
from voterlist.pipeline.places import received_name, unit_name
from voterlist.pipeline.steps import (
    NeededTables,
    Parts,
    StageContext,
    StageResult,
    place_of_table,
)
from voterlist.pipeline.units import Done, Task
from voterlist.schemas import ENTRY, Intake, RawFile
from voterlist.storage import store

__all__ = ["INTAKE_TABLES", "intake_tasks", "take_in"]


def take_in(_tables: NeededTables, context: StageContext) -> StageResult:
    """Read every file of the inbox; one intake for each of its folders."""
    tasks = intake_tasks(context)
    read = partial(
        _take_in,
        settings=context.settings.ingest,
        territory=context.settings.territory.by_number,
        needs=store.digest_of(context.units.program, _digest_of_settings(context)),
    )
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
    return store.digest_of(*map(config.digest, sections))


def _needs_of(batch: Batch) -> Iterator[object]:
    """What an intake depends on: the numbers that a path may carry, and the contents."""
    yield batch.constituency
    for file in batch.files:
        yield from (file.name, file.digest, file.trouble)


def _take_in(
    batch: Batch,
    folder: Path,
    *,
    settings: IngestSettings,
    territory: Mapping[int, Collection[int]],
    needs: str,
) -> dict[str, Any]:
    """Read a batch and write its intake into a folder; returns its numbers and its troubles."""
    listed = Folder(batch.files, batch.constituency, settings, territory, needs)
    taken = take(listed, folder)
    known = {
        (readers.unread_source(file.name), file.trouble)
        for file in batch.files
        if file.trouble is not None
    }
    troubles = [(file.source, code) for file in taken.read for code in file.troubles]
    is_passing = any(
        code in PASSING and (source, code) not in known for source, code in troubles
    )
    _write_intake(taken.intake, folder)
    said = _said_of(taken.intake) | taken.said
    return said | {"troubles": troubles, "passing": is_passing}


def _leave_out(context: StageContext, number: int, batch: Batch) -> dict[str, Any]:
    """The intake of a batch whose work failed: each of its files is set aside."""
    files = [
        RawFile(
            readers.unread_source(file.name),
            inside_inbox(file.name),
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
