"""The clerk: the one thread that writes the ledger.

What is asked for while a block is being written waits, and is written together in the next one. So
many requests share one transaction, and none waits for more than two. A request is answered once
its block is on the disk.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from voterlist.errors import InputError, VoterlistError
from voterlist.storage.ledger import Ledger, Place

_MOST_TOGETHER = 64
"""Requests that share one block at most."""
_TICK = 0.5
"""Seconds without a request after which the clerk looks around."""

_LOST = {"ledger-replaced", "ledger-damaged"}
"""Codes of errors after which nothing more is recorded until the desk is opened again."""

T = TypeVar("T")


class Refusal(Exception):  # noqa: N818  an answer to a request, not a fault of the program
    """A request that is refused, before anything of it was written.

    Attributes:
        code: why; the catalogue has ``serve.refused.<code>``.
        status: of the answer.
        places: what its sentence names.
    """

    def __init__(self, code: str, status: int = 409, **places: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.places = places


class Watcher(Protocol):
    """Who is told of every block."""

    def before(self, ledger: Ledger) -> None:
        """A block begins."""

    def after(self, ledger: Ledger) -> None:
        """All requests of the block are done: the last moment to write into it."""

    def kept(self, ledger: Ledger) -> None:
        """The block is on the disk."""

    def undone(self) -> None:
        """The block was undone: what was noted of it does not hold."""

    def idle(self, ledger: Ledger, *, is_last: bool) -> None:
        """Nothing is asked for: time for what can wait. In a block of its own.

        ``is_last``: the desk is being closed.
        """


@dataclass(slots=True)
class _Job:
    work: Callable[[Ledger], Any]
    future: Future[Any] = field(default_factory=Future)


class Clerk:
    """Writes the ledger in one thread.

    Args:
        place: where the ledger is.
        watcher: is told of every block.

    Raises:
        InputError: the ledger is damaged, or holds less than its marks say.
    """

    def __init__(self, place: Place, watcher: Watcher) -> None:
        self._place = place
        self._watcher = watcher
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, name="clerk", daemon=True)
        self._thread.start()
        self._opened.result()

    async def do(self, work: Callable[[Ledger], T]) -> T:
        """What ``work`` returns, once its block is on the disk.

        Raises:
            Refusal: ``work`` refused, and nothing was written.
            WorkspaceBusyError: another program holds the ledger.
        """
        job = _Job(work)
        self._jobs.put(job)
        return await asyncio.wrap_future(job.future)

    def close(self) -> None:
        """Write what was asked for, and close the ledger."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            ledger = Ledger(self._place)
            with ledger.block():
                self._watcher.before(ledger)
        except BaseException as error:  # noqa: BLE001  it is raised in the thread that waits
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        try:
            while (jobs := self._next()) is not None:
                self._serve(ledger, jobs)
            self._look_around(ledger, is_last=True)
            ledger.close()
        except (VoterlistError, OSError):
            # All that was confirmed is on the disk; the mark alone could not be written.
            self._watcher.undone()

    def _next(self) -> list[_Job] | None:
        """The requests that wait, none after a while without any; None: it is time to close."""
        try:
            job = self._jobs.get(timeout=_TICK)
        except queue.Empty:
            return []
        jobs: list[_Job] = []
        while job is not None:
            jobs.append(job)
            if len(jobs) == _MOST_TOGETHER or self._jobs.empty():
                return jobs
            job = self._jobs.get()
        if not jobs:
            return None
        # To be found again after these.
        self._jobs.put(None)
        return jobs

    def _serve(self, ledger: Ledger, jobs: list[_Job]) -> None:
        if not jobs:
            self._look_around(ledger)
            return
        # Who went away meanwhile wants nothing any more.
        jobs = [job for job in jobs if job.future.set_running_or_notify_cancel()]
        self._answer(ledger, jobs)

    def _answer(self, ledger: Ledger, jobs: list[_Job]) -> None:
        try:
            results = self._together(ledger, jobs)
        except Exception as error:  # noqa: BLE001  of one request; the others must not suffer
            self._watcher.undone()
            is_of_all = isinstance(error, VoterlistError | OSError)
            is_lost = isinstance(error, InputError) and error.code in _LOST
            if is_of_all or len(jobs) == 1:
                told = Refusal("ledger-lost", 503) if is_lost else error
                for job in jobs:
                    job.future.set_exception(told)
                return
            for job in jobs:
                self._answer(ledger, [job])
            return
        # On the disk: from here on nothing is tried a second time.
        for job, result in zip(jobs, results, strict=True):
            try:
                job.future.set_result(_final(result))
            except Exception as error:  # noqa: BLE001  a refusal, or a fault of this request
                job.future.set_exception(error)

    def _together(self, ledger: Ledger, jobs: list[_Job]) -> list[Any]:
        """What each request returns, or its refusal, written in one block."""
        results: list[Any] = []
        with ledger.block():
            self._watcher.before(ledger)
            for job in jobs:
                try:
                    results.append(job.work(ledger))
                except Refusal as refusal:
                    results.append(refusal)
            self._watcher.after(ledger)
        try:
            self._watcher.kept(ledger)
        except Exception:  # noqa: BLE001  it is on the disk: nobody is told that it is not
            # What was recorded stays so; what the process knows of it is read anew.
            self._watcher.undone()
        return results

    def _look_around(self, ledger: Ledger, *, is_last: bool = False) -> None:
        """Do what can wait; a fault of it is one of the next request too, and told there."""
        try:
            with ledger.block():
                self._watcher.before(ledger)
                self._watcher.idle(ledger, is_last=is_last)
            self._watcher.kept(ledger)
            ledger.write_mark()
        except Exception:  # noqa: BLE001  without this thread nobody would get an answer
            self._watcher.undone()


def _final(result: Any) -> Any:
    """The result of a request whose block is on the disk.

    Raises:
        Refusal: it was refused.
    """
    if isinstance(result, Refusal):
        raise result
    return result
