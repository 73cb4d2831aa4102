"""Units of work: what a stage does for one constituency, done once and kept.

A stage names its units, each with the digest of all that it needs. A unit that an earlier run did
with the same needs is taken over from ``kept/`` of the workspace; the others are done, in ``jobs``
processes. A unit that fails costs itself: the others are done and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from voterlist.errors import StageError, VoterlistError, place_of
from voterlist.model import OnProgress, Stage, frozen
from voterlist.processes.workers import Lost, Pool, peak_megabytes
from voterlist.storage import kept
from voterlist.storage.kept import Kept, KeptUnit, Place, Said
from voterlist.storage.store import digest_of

Make = Callable[[Any, Path], Said]
"""Does a unit: is given the argument of its task and a folder, writes files into the folder, and
returns what it says of them as plain values. A function of a module, or a ``partial`` of one."""

_WORKER_ENDED = "worker-ended"
"""The kind of a failure whose process was ended from outside."""


@frozen
class Task:
    """A unit to do.

    Attributes:
        unit: its name, which is that of a folder too.
        key: the digest of all that it needs besides the program.
        argument: what it is made with.
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


@frozen
class UnitFailure:
    """Why a unit could not be done, as values that go from process to process.

    Attributes:
        kind: the type of the exception, or ``worker-ended``.
        place: the file and line of the program at which it was raised; of a process that was ended
            its exit code.
        error: an error that says by itself what to do, such as that of a disk that is full.
    """

    kind: str
    place: str
    error: Exception | None = None


class UnitsFailedError(StageError):
    """Some units of a stage could not be done; the others are done and kept."""

    def __init__(
        self, stage: Stage, failures: Sequence[tuple[Task, UnitFailure]]
    ) -> None:
        _, first = failures[0]
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
        make: Make,
        tasks: Iterable[Task],
        progress: OnProgress | None = None,
    ) -> list[KeptUnit]:
        """Every unit done, in the order of the tasks.

        Args:
            stage: whose units they are.
            make: makes one.
            tasks: the units; no two of a stage have one name.
            progress: told the constituency that was done last, how many units are done, and of
                how many.

        Raises:
            UnitsFailedError: some could not be done. Those that could are kept.
        """
        tasks = list(tasks)
        counted = self.counted.setdefault(stage, Counted())
        done: dict[int, KeptUnit] = {}
        missing = []
        # To be proved: a quarter of few, about four of more than 16, an eighth of many.
        share = max(1 / 8, 4 / max(len(tasks), 16))
        for number, task in enumerate(tasks):
            found = self.kept.find(self.place(stage, task), share)
            if found is None:
                missing.append(number)
            else:
                done[number] = found
        counted.taken_over += len(done)
        if progress:
            progress("", len(done), len(tasks))
        failures = []
        for number, failure in self._make_each(
            stage, make, [tasks[number] for number in missing]
        ):
            task = tasks[missing[number]]
            if failure is None:
                done[missing[number]] = self.kept.made(self.place(stage, task))
                counted.made += 1
            else:
                failures.append((task, failure))
            if progress:
                progress(task.place, len(done) + len(failures), len(tasks))
        if failures:
            failures.sort(key=lambda failed: failed[0].unit)
            raise UnitsFailedError(stage, failures)
        return [done[number] for number in range(len(tasks))]

    def place(self, stage: Stage, task: Task) -> Place:
        """Where a unit of a stage is kept."""
        key = digest_of(self.program, stage, task.unit, task.key)
        return Place(stage, task.unit, key)

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.close()

    def _make_each(
        self, stage: Stage, make: Make, tasks: Sequence[Task]
    ) -> Iterator[tuple[int, UnitFailure | None]]:
        """(number of the task, None or why it could not be done), as they come."""
        orders = [
            partial(
                kept.keep,
                self.kept.workspace,
                self.place(stage, task),
                partial(make, task.argument),
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
                yield number, UnitFailure(_WORKER_ENDED, str(answer.exit_code))
            else:
                failure, megabytes = answer
                self.worker_megabytes = max(self.worker_megabytes, megabytes)
                yield number, failure


def _do_here(make: Callable[[], object]) -> UnitFailure | None:
    """Make a unit and put it into its place; why not, where that fails."""
    try:
        make()
    except Exception as error:  # noqa: BLE001  whatever it is, its message may quote a cell
        return UnitFailure(type(error).__name__, place_of(error), _in_itself(error))
    return None


def _in_itself(error: Exception) -> Exception | None:
    """The error where it says by itself what to do, without what else it may hold; else None."""
    if isinstance(error, VoterlistError):
        return error
    if isinstance(error, OSError):
        return OSError(error.errno, error.strerror, error.filename)
    return MemoryError() if isinstance(error, MemoryError) else None


def _do_aside(make: Callable[[], object]) -> tuple[UnitFailure | None, float]:
    """The same in a worker, with the highest memory that it ever had, in mebibytes."""
    failure = _do_here(make)
    return failure, max(peak_megabytes(), peak_megabytes(workers=True))
