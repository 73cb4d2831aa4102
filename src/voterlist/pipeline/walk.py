"""Doing the stages of a run, one after the other.

Each stage is done once and its tables are committed, or taken over from an interrupted run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TypeVar

import pyarrow as pa

from voterlist.errors import StageError, VoterlistError, place_of
from voterlist.model import Stage
from voterlist.pipeline.steps import (
    IN_PARTS,
    Context,
    NeededTables,
    StageContext,
    StageResult,
    Step,
    place_of_table,
)
from voterlist.processes.workers import peak_megabytes
from voterlist.storage.kept import DRAW
from voterlist.storage.store import RunFolder, Shelf, StageRecord, Work, Written

_LOG = logging.getLogger(__name__)
_NO_KEY = ""
"""The key of a stage that is never taken over; no digest is empty."""

Result = TypeVar("Result")
Tables = Mapping[str, pa.Table]


@dataclass(slots=True)
class Walk:
    """The stages of one run, as far as they are done."""

    folder: RunFolder
    program: str
    """The digest of the program."""
    context: Context
    tables: Shelf = field(default_factory=Shelf)
    """Every table made so far, by its place."""
    digests: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of every table made so far, by its place."""
    work: list[Work] = field(default_factory=list)
    is_passing: bool = False
    """True from the first stage on whose result is one of the moment."""

    def step(self, step: Step) -> None:
        """Do one stage, or take over what an interrupted run made of the very same.

        Raises:
            StageError: the stage failed inside, or lost a row.
        """
        stage = step.stage
        self.context.progress(stage, "", 0, 1)
        started = time.perf_counter()
        key = step.key(self.program, self.digests, self.context)
        # Where units are drawn, lists are taken over unit by unit.
        is_made = self.is_passing or (stage is Stage.INGEST and DRAW.get()() < 1)
        record = None if is_made else self._taken_over(step, key)
        notes: Mapping[str, int | str] = {}
        is_reused = record is not None
        if record is None:
            result = self._make(step)
            record = self._commit(stage, key, result)
            notes = {**self._units_of(stage), **result.notes}
        else:
            self._put(dict.fromkeys(record.tables))
        self.digests |= record.tables
        work = Work(
            stage=stage,
            rows_in=record.rows_in,
            rows_out=record.rows_out,
            set_aside=record.set_aside,
            seconds=round(time.perf_counter() - started, 3),
            peak_megabytes=peak_megabytes(),
            reused=is_reused,
            # Those that wait for work have not ended.
            worker_megabytes=max(
                peak_megabytes(workers=True), self.context.units.worker_megabytes
            ),
            notes=notes,
        )
        self.note(work)
        self.context.progress(stage, "", 1, 1)

    def _taken_over(self, step: Step, key: str) -> StageRecord | None:
        """What another run made of the very same."""
        needed = {
            place_of_table(name, 0 if name in IN_PARTS else None) for name in step.makes
        }
        return self.folder.take_over(step.stage, key, needed)

    def _units_of(self, stage: Stage) -> dict[str, int]:
        """How many units of a stage were made, and how many were taken over."""
        counted = self.context.units.counted.get(stage)
        if counted is None:
            return {}
        return {"units_made": counted.made, "units_taken_over": counted.taken_over}

    def _make(self, step: Step) -> StageResult:
        """What the stage makes of the tables that it needs."""
        needed = NeededTables(self.tables, step)
        context = StageContext(self.context, step, self.folder.path)
        result = guard(step.stage, partial(step.run, needed, context))
        guard(step.stage, partial(step.require_declared, result.tables))
        _require_balance(step.stage, result)
        return result

    def _commit(self, stage: Stage, key: str, result: StageResult) -> StageRecord:
        """Write the tables of a stage and record it."""
        self.is_passing = self.is_passing or result.is_passing
        tables = result.by_place()
        record = self.folder.commit(
            stage,
            _NO_KEY if self.is_passing else key,
            tables,
            rows_in=result.rows_in,
            rows_out=result.rows_out,
            set_aside=result.set_aside,
        )
        self._put({place: _at_hand(table) for place, table in tables.items()})
        return record

    def _put(self, tables: Mapping[str, pa.Table | None]) -> None:
        """Add tables by their places; None stands for one that is only in its file."""
        for place, table in tables.items():
            self.tables.put(place, self.folder.table_path(place), table)

    def finish(self, stages: Iterable[str], outputs: Mapping[str, str]) -> None:
        """Record the run as complete; its tables are then read where it lies in the end."""
        written = self.folder.path
        self.folder.finish(stages, outputs)
        self.tables.follow(written, self.folder.path)

    def note(self, work: Work) -> None:
        """Add what a stage did to the trace, and to the log where anybody reads one."""
        self.work.append(work)
        self.folder.note(work)
        _LOG.info("stage", extra={"run": self.folder.manifest.run, **asdict(work)})


def _at_hand(table: pa.Table | Written) -> pa.Table | None:
    return None if isinstance(table, Written) else table


def guard(stage: Stage, make: Callable[[], Result]) -> Result:
    """What ``make`` gives.

    Raises:
        StageError: it failed inside. The cause is not chained: its message may quote a cell.
    """
    try:
        return make()
    except (VoterlistError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, its message may quote a cell
        places = {"kind": type(error).__name__, "place": place_of(error)}
        message = f"the stage {stage} failed: {places['kind']} at {places['place']}"
        raise StageError(
            message, stage=stage, code="stage-broke", places=places
        ) from None


def _require_balance(stage: Stage, made: StageResult) -> None:
    """Stop the run where a row was lost or came from nowhere."""
    if made.rows_in != made.rows_out + made.set_aside:
        counts = {
            name: str(getattr(made, name))
            for name in ("rows_in", "rows_out", "set_aside")
        }
        message = f"rows do not balance in the stage {stage}: {counts}"
        raise StageError(message, stage=stage, code="rows-lost", places=counts)
