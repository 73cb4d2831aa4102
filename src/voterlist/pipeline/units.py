"""Units of work: what a stage does for one constituency, done once and kept.

A stage names its units, each with the digest of all that it needs. A unit that an earlier run did
with the same needs is taken over from ``kept/`` of the workspace; the others are done, in ``jobs``
processes. A unit that fails costs itself: the others are done and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist.errors import StageError, VoterlistError, place_of
from voterlist.model import Stage
from voterlist.processes.workers import Lost, Pool, peak_megabytes
from voterlist.storage import kept
from voterlist.storage.kept import Kept, KeptUnit, Place
from voterlist.storage.store import digest_of

Work = Callable[[Any, Path], Mapping[str, Any]]
"""Does a unit: is given the argument of its task and a folder, writes files into the folder, and
returns what it says of them as plain values. A function of a module, or a ``partial`` of one."""

_WORKER_ENDED = "worker-ended"
"""The kind of a failure whose process was ended from outside."""


@dataclass(frozen=True, slots=True)
class Task:
    """A unit to do.

    Attributes:
        unit: its name, which is that of a folder too.
        key: the digest of all that it needs besides the program.
        argument: what its work is called with.
        constituencies: those that it is of; None among them: one that is not known.
    """

    unit: str
    key: str
    argument: Any
    constituencies: tuple[int | None, ...] = ()

    @property
    def place(self) -> str:
        """The number of its constituency; empty where it is of several or of none."""
        number = self.constituencies[0] if len(self.constituencies) == 1 else None
        return "" if number is None else str(number)


@dataclass(frozen=True, slots=True)
class Done:
    """A unit that is done: its task, what it made, and whether an earlier run did it."""

    task: Task
    made: KeptUnit
    is_taken_over: bool

    def path(self, name: str) -> Path:
        """The path of a file that it wrote."""
        return self.made.path(name)

    def table(self, name: str) -> pa.Table:
        """The table in a file that it wrote."""
        # Of a small file ``pq.read_table`` takes twice as long: it thinks of folders of files.
        with pq.ParquetFile(self.path(name)) as file:
            return file.read()

    @property
    def said(self) -> Mapping[str, Any]:
        """What it said of its work."""
        return self.made.said


@dataclass(frozen=True, slots=True)
class UnitFailure:
    """A unit that could not be done.

    Attributes:
        task: its task.
        kind: the type of the exception, or ``worker-ended``.
        place: the file and line of the program at which it was raised; of a process that was ended
            its exit code.
        error: an error that says by itself what to do, such as that of a disk that is full.
    """

    task: Task
    kind: str
    place: str
    error: Exception | None = None


class UnitsFailedError(StageError):
    """Some units of a stage could not be done; the others are done and kept."""

    def __init__(self, stage: Stage, failures: Sequence[UnitFailure]) -> None:
        first = failures[0]
        places = {"kind": first.kind, "place": first.place}
        message = f"the stage {stage} failed: {first.kind} at {first.place}"
        super().__init__(message, stage=stage, code="stage-broke", places=places)
        self.failures = tuple(failures)


@dataclass(slots=True)
class Counted:
    """How many units of a stage were made, and how many taken over."""

    made: int = 0
    taken_over: int = 0


@dataclass(slots=True)
class Units:
    """Does the units of a run.

    Attributes:
        kept: the work of earlier runs.
        program: the digest of the program.
        jobs: how many processes work side by side; 1: this one alone.
    """

    kept: Kept
    program: str
    jobs: int = 1
    counted: dict[Stage, Counted] = field(default_factory=dict)
    worker_megabytes: float = 0.0
    """The highest memory of any worker so far."""
    _pool: Pool | None = None

    def each(
        self,
        stage: Stage,
        work: Work,
        tasks: Iterable[Task],
        progress: Callable[[str, int, int], None] | None = None,
    ) -> list[Done]:
        """Every unit done, in the order of the tasks.

        Args:
            stage: whose units they are.
            work: does one.
            tasks: the units; no two of a stage have one name.
            progress: told the constituency that was done last, how many units are done, and of
                how many.

        Raises:
            UnitsFailedError: some could not be done. Those that could are kept.
        """
        tasks = list(tasks)
        counted = self.counted.setdefault(stage, Counted())
        done: dict[int, Done] = {}
        missing = []
        # To be proved: a quarter of few, about four of more than 16, an eighth of many.
        share = max(1 / 8, 4 / max(len(tasks), 16))
        for number, task in enumerate(tasks):
            found = self.kept.find(self.place(stage, task), share)
            if found is None:
                missing.append(number)
            else:
                done[number] = Done(task, found, is_taken_over=True)
        counted.taken_over += len(done)
        if progress:
            progress("", len(done), len(tasks))
        failures = []
        for number, failure in self._make_each(
            stage, work, [tasks[number] for number in missing]
        ):
            task = tasks[missing[number]]
            if failure is None:
                made = self.kept.made(self.place(stage, task))
                done[missing[number]] = Done(task, made, is_taken_over=False)
                counted.made += 1
            else:
                failures.append(failure.of(task, stage))
            if progress:
                progress(task.place, len(done) + len(failures), len(tasks))
        if failures:
            failures.sort(key=lambda failure: failure.task.unit)
            raise UnitsFailedError(stage, failures)
        return [done[number] for number in range(len(tasks))]

    def place(self, stage: Stage, task: Task) -> Place:
        """Where a unit of a stage is kept."""
        key = digest_of(self.program, stage.value, task.unit, task.key)
        return Place(stage.value, task.unit, key)

    def is_kept(self, stage: Stage, task: Task) -> bool:
        """True where an earlier run did the unit."""
        return self.kept.find(self.place(stage, task)) is not None

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.close()

    def _make_each(
        self, stage: Stage, work: Work, tasks: Sequence[Task]
    ) -> Iterator[tuple[int, _Failure | None]]:
        """(number of the task, None or why it could not be done), as they come."""
        orders = [
            _Order(
                self.kept.workspace,
                self.place(stage, task),
                partial(work, task.argument),
            )
            for task in tasks
        ]
        if min(self.jobs, len(tasks)) < 2:
            yield from enumerate(map(_do_here, orders))
            return
        if self._pool is None:
            self._pool = Pool(self.jobs)
        for number, answer in self._pool.answers(_do_aside, orders):
            if isinstance(answer, Lost):
                yield number, _Failure(_WORKER_ENDED, str(answer.exit_code))
            else:
                failure, megabytes = answer
                self.worker_megabytes = max(self.worker_megabytes, megabytes)
                yield number, failure


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a unit could not be done, as values that go from process to process."""

    kind: str
    place: str
    told: Mapping[str, Any] | None = None
    """What one of the program's own errors says."""
    system: tuple[Any, ...] | None = None
    """The number, the text and the path of an error of the system."""

    @classmethod
    def by(cls, error: Exception) -> _Failure:
        """The failure of this error; its message may quote a cell, unless it is of the program."""
        kind, place = type(error).__name__, place_of(error)
        if isinstance(error, VoterlistError):
            names = ("message", "todo", "code", "places")
            return cls(kind, place, {name: getattr(error, name) for name in names})
        if isinstance(error, OSError):
            system = error.errno, error.strerror, error.filename
            return cls(kind, place, system=system)
        return cls(kind, place)

    def of(self, task: Task, stage: Stage) -> UnitFailure:
        """The failure of this task."""
        error: Exception | None = None
        if self.told is not None:
            told = dict(self.told)
            told["places"] = {
                key: text for key, text in told["places"].items() if key != "stage"
            }
            error = StageError(told.pop("message"), stage=stage, **told)
        elif self.system is not None:
            error = OSError(*self.system)
        elif self.kind == MemoryError.__name__:
            error = MemoryError()
        return UnitFailure(task, self.kind, self.place, error)


@dataclass(frozen=True, slots=True)
class _Order:
    """A unit to make: where it is put, and what makes it."""

    workspace: Path
    place: Place
    fill: Callable[[Path], Mapping[str, Any]]


def _do_here(order: _Order) -> _Failure | None:
    """Make a unit and put it into its place; why not, where that fails."""
    try:
        kept.keep(order.workspace, order.place, order.fill)
    except Exception as error:  # noqa: BLE001  whatever it is, its message may quote a cell
        return _Failure.by(error)
    return None


def _do_aside(order: _Order) -> tuple[_Failure | None, float]:
    """The same in a worker, with the highest memory that it ever had, in mebibytes."""
    failure = _do_here(order)
    return failure, max(peak_megabytes(), peak_megabytes(workers=True))
