"""Worker processes: they work side by side, and end with the process that started them.

A pool of the standard library breaks as a whole where the system kills one of its processes, as it
does when memory runs out. Here the task that the process had in hand is lost, and no other.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, cast

from voterlist.model import frozen
from voterlist.processes import stopping
from voterlist.processes.discreet import be_discreet, tell
from voterlist.processes.limits import collect_seldom

_SET_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of Linux: the signal that a process gets when its parent ends."""
_PATIENCE = 5
"""Seconds in which an idle worker must end when it is asked to."""


_alive: set[SpawnProcess] = set()
"""The workers of this process that may not have ended."""


@frozen
class Lost:
    """The worker that had a task in hand ended before it answered.

    Attributes:
        exit_code: that of its process; below zero the number of the signal that ended it.
    """

    exit_code: int


@dataclass(slots=True)
class _Worker:
    """A process, and the number of the task that it has in hand."""

    process: SpawnProcess
    connection: Connection
    task: int = -1


@dataclass(slots=True)
class Pool:
    """Processes that do tasks. They are started when they are needed, and kept.

    Attributes:
        size: how many work side by side.
    """

    size: int
    _idle: list[_Worker] = field(default_factory=list)

    def answers(
        self, work: Callable[[Any], Any], tasks: Sequence[Any]
    ) -> Iterator[tuple[int, Any]]:
        """(number of the task, what ``work`` gives for it), as they come.

        Where a worker ended over it, ``Lost`` stands for the answer. ``work`` must not raise: an
        exception ends its worker.

        Args:
            work: a function of a module.
            tasks: what it is called with, one after the other; values that can be pickled.
        """
        waiting = list(range(len(tasks)))[::-1]
        busy: dict[Connection, _Worker] = {}
        try:
            while waiting or busy:
                while waiting and len(busy) < self.size:
                    worker = self._take_worker()
                    worker.task = waiting.pop()
                    busy[worker.connection] = worker
                    # One that ends in this moment is noticed below.
                    with suppress(OSError):
                        worker.connection.send((work, tasks[worker.task]))
                for ready in multiprocessing.connection.wait(list(busy)):
                    worker = busy.pop(cast("Connection", ready))
                    answer = _answer(worker)
                    if isinstance(answer, Lost):
                        worker.connection.close()
                    else:
                        self._idle.append(worker)
                    yield worker.task, answer
        finally:
            for worker in busy.values():
                # What they do is for nobody any more.
                worker.process.kill()
                _end(worker)

    def _take_worker(self) -> _Worker:
        """An idle worker, or a new one.

        One that was ended while it was idle had nothing in hand: no task is lost with it.
        """
        while self._idle:
            worker = self._idle.pop()
            if worker.process.is_alive():
                return worker
            _end(worker)
        return _start_worker()

    def close(self) -> None:
        """End the processes."""
        for worker in self._idle:
            _end(worker)
        self._idle.clear()


def _start_worker() -> _Worker:
    # Not fork: a forked process inherits Arrow's threads in whatever state they are.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,))
    process.start()
    _alive.add(process)
    there.close()
    return _Worker(process, here)


def _answer(worker: _Worker) -> Any:
    """What a worker says of its task; ``Lost`` where it ended."""
    try:
        return worker.connection.recv()
    except (EOFError, OSError):
        worker.process.join()
        _alive.discard(worker.process)
        return Lost(worker.process.exitcode or 0)


def _end(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.join(_PATIENCE)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    _alive.discard(worker.process)


def end_all() -> None:
    """End every worker of this process at once, whatever it has in hand.

    The workers of a pool in a generator live on while an exception passes that was raised beside
    it. They ignore signals that ask them to end, and write nothing in halves.
    """
    for process in _alive:
        process.kill()
    for process in _alive:
        process.join()
    _alive.clear()


def _serve(connection: Connection) -> None:
    """Do the tasks that come through the connection, until it is closed."""
    be_discreet()
    collect_seldom()
    end_with_parent()
    try:
        while True:
            work, task = connection.recv()
            connection.send(work(task))
    except (EOFError, OSError):
        return
    except Exception as error:  # noqa: BLE001  multiprocessing would print its words
        tell(error)
        raise SystemExit(1) from None


def end_with_parent() -> None:
    """Make this worker process end with its parent, however that ends.

    A parent that is killed tells its workers nothing. They would do the rest of their work, and
    write it, for nobody. In a process that is no worker this does nothing.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    # Signals that ask to end reach all processes of a program; the first one ends the others.
    stopping.ignore_signals()
    threading.Thread(target=_wait_for, args=(parent.sentinel,), daemon=True).start()
    # The thread waits while other code holds the interpreter; the system does not.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


def _wait_for(sentinel: int) -> None:
    """End the process at once when the sentinel is ready: its parent has ended."""
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


def peak_megabytes(*, workers: bool = False) -> float:
    """The highest memory of this process so far, in mebibytes; 0 where it is not known.

    With ``workers`` that of any one of its workers that has ended.
    """
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return 0.0
    who = resource.RUSAGE_CHILDREN if workers else resource.RUSAGE_SELF
    return round(resource.getrusage(who).ru_maxrss / 1024, 1)
