"""Walking the street.

Each stage once, its tables committed, or taken over from a run that was interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from voterlist.errors import StageError, VoterlistError, place_of
from voterlist.model import Stage
from voterlist.storage.store import RunFolder, Shelf, Work, digest_of

__all__ = ["Made", "Progress", "Tables", "Walk", "guarded", "peak_megabytes"]

_NO_KEY = ""
"""The key of a stage that is never taken over; no digest is empty."""

Result = TypeVar("Result")
Tables = Mapping[str, pa.Table]
Progress = Callable[[Stage, str, int, int], None]
"""Called with a stage, a step inside it (empty for the stage itself), how much is done, and of how
much."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a stage made: its tables by name, and its balance of rows."""

    tables: Mapping[str, pa.Table | None]
    """None: the stage has written this table to its place itself, for it is too large to hold."""
    rows_in: int
    rows_out: int
    set_aside: int = 0
    notes: Mapping[str, int | str] = field(default_factory=dict)
    """What it says of how it did its work, for the trace."""
    is_passing: bool = False
    """True where something could not be read for a reason of the moment.

    No other run takes over what was made.
    """


@dataclass(slots=True)
class Walk:
    """One walk down the street of one run."""

    folder: RunFolder
    key: str
    """The digest of all that the next stage depends on; at first, of what the run reads."""
    progress: Progress
    tables: Shelf = field(default_factory=Shelf)
    """Every table made so far, by name."""
    work: list[Work] = field(default_factory=list)
    is_passing: bool = False
    """True from the first stage on whose result is one of the moment."""

    def step(self, stage: Stage, make: Callable[[], Made], *depends: str) -> None:
        """Do one stage, or take over what an interrupted run made of the very same.

        Args:
            stage: the stage.
            make: does it.
            depends: digests of what it depends on besides the stages before it.

        Raises:
            StageError: the stage failed inside, or lost a row.
        """
        self.progress(stage, "", 0, 1)
        started = time.perf_counter()
        self.key = digest_of(self.key, stage, *depends)
        found = None if self.is_passing else self.folder.take_over(stage, self.key)
        if found is None:
            made = guarded(stage, make)
            _require_balance(stage, made)
            balance = {
                "rows_in": made.rows_in,
                "rows_out": made.rows_out,
                "set_aside": made.set_aside,
            }
            self.is_passing = self.is_passing or made.is_passing
            self.folder.commit(
                stage, _NO_KEY if self.is_passing else self.key, made.tables, **balance
            )
        else:
            record, _ = found
            made = Made(
                dict.fromkeys(record.tables), record.rows_in, record.rows_out, record.set_aside
            )
        for name, table in made.tables.items():
            self.tables.put(name, self.folder.table_path(name), table)
        work = Work(
            stage=stage,
            rows_in=made.rows_in,
            rows_out=made.rows_out,
            set_aside=made.set_aside,
            seconds=round(time.perf_counter() - started, 3),
            peak_megabytes=peak_megabytes(),
            reused=found is not None,
            worker_megabytes=peak_megabytes(workers=True),
            notes=made.notes,
        )
        self.note(work)
        self.progress(stage, "", 1, 1)

    def finish(self, stages: Iterable[str], outputs: Iterable[Path]) -> None:
        """Record the run as complete; its tables are then read where it lies in the end."""
        written = self.folder.path
        self.folder.finish(stages, outputs)
        self.tables.follow(written, self.folder.path)

    def note(self, work: Work) -> None:
        """Add what a stage did to the trace."""
        self.work.append(work)
        self.folder.note(work)


def guarded(stage: Stage, make: Callable[[], Result]) -> Result:
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
        raise StageError(message, stage=stage, code="stage-broke", places=places) from None


def _require_balance(stage: Stage, made: Made) -> None:
    """Stop the run where a row was lost or came from nowhere."""
    if made.rows_in != made.rows_out + made.set_aside:
        counts = {name: str(getattr(made, name)) for name in ("rows_in", "rows_out", "set_aside")}
        message = f"rows do not balance in the stage {stage}: {counts}"
        raise StageError(message, stage=stage, code="rows-lost", places=counts)


def peak_megabytes(*, workers: bool = False) -> float:
    """The highest memory of this process so far, or of any one of its workers that has ended, in mebibytes.

    0 where the system does not tell.
    """
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return 0.0
    who = resource.RUSAGE_CHILDREN if workers else resource.RUSAGE_SELF
    return round(resource.getrusage(who).ru_maxrss / 1024, 1)
