"""The clerk: the one thread that writes the ledger.

What is asked for while a block is being written waits, and is written together in the next one. So
many requests share one transaction, and none waits for more than two. A request is answered once
its block is on the disk.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from voterlist.casework.answer_files import Said, answers_of_decisions
from voterlist.casework.importing import (
    Against,
    ImportedFile,
    check_answers,
    in_parts,
)
from voterlist.decisions.given import is_same_person
from voterlist.desk import Decision, State
from voterlist.errors import InputError, VoterlistError
from voterlist.model import Problem, Role, frozen
from voterlist.schemas import AMENDMENT, DECISION
from voterlist.serve.door import Clock, Door, Visitor
from voterlist.serve.guards import Refusal
from voterlist.serve.work import Case, Work
from voterlist.storage.ledger import Ledger, Place

_MOST_TOGETHER = 64
"""Requests that share one block at most."""
_TICK = 0.5
"""Seconds without a request after which the clerk looks around."""

_LOST = {"ledger-replaced", "ledger-damaged"}
"""Codes of errors after which nothing more is recorded until the desk is opened again."""

T = TypeVar("T")


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

    def __init__(self, place: Place, watcher: Watch) -> None:
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


@frozen
class _Hold:
    """Who has a case open, and since when."""

    token: str
    name: str
    since: dt.datetime


class Holds:
    """Who has which case open. Written by the clerk's thread alone.

    Args:
        minutes: after so long a case is free again.
    """

    def __init__(self, minutes: int) -> None:
        self._lasts = dt.timedelta(minutes=minutes)
        self._held: dict[str, _Hold] = {}
        self.shown: defaultdict[str, set[str]] = defaultdict(set)
        """The cases that were opened in a session, by its token."""

    def by(self, case: str, moment: dt.datetime) -> str | None:
        """Who has a case open; None where nobody has."""
        hold = self._held.get(case)
        # Also after a clock was set back it comes free in time.
        if hold is None or not -self._lasts < moment - hold.since < self._lasts:
            return None
        return hold.name

    def take(self, case: str, visitor: Visitor, moment: dt.datetime) -> str | None:
        """Give a case to somebody, and free what they had before; returns whose it is otherwise."""
        other = self.by(case, moment)
        if other is not None and other != visitor.name:
            return other
        self.free(visitor.token)
        self._held[case] = _Hold(visitor.token, visitor.name, moment)
        return None

    def free(self, token: str) -> None:
        """Free what was opened in a session."""
        for case in [
            case_id for case_id, hold in self._held.items() if hold.token == token
        ]:
            del self._held[case]

    def end(self, token: str) -> None:
        """Free and forget what was opened in a session that is over."""
        self.free(token)
        self.shown.pop(token, None)

    def drop(self, case: str) -> None:
        """Free a case."""
        self._held.pop(case, None)

    def all(self, moment: dt.datetime) -> dict[str, str]:
        """Who has each case open."""
        held = {case: self.by(case, moment) for case in dict(self._held)}
        return {case: name for case, name in held.items() if name is not None}


@dataclass(slots=True)
class Request:
    """One decision that is to be recorded.

    Attributes:
        visitor: who decides.
        language: in which the reason is written.
        decision: what is decided, and what the person saw of the entries.
        knows: which answers the person saw; see ``Case.knows``.
        refusal: why it is not recorded; None where it is.
    """

    visitor: Visitor
    language: str
    decision: Decision
    knows: str
    refusal: Refusal | None = field(default=None)


class Refused(Refusal):
    """A decision that cannot hold; ``problem`` says why, in the words of the review."""

    def __init__(self, problem: Problem) -> None:
        super().__init__("not-recorded")
        self.problem = problem


def record(
    ledger: Ledger, work: Work, requests: Sequence[Request], moment: dt.datetime
) -> None:
    """Record decisions; of each that is not, ``refusal`` says why.

    Args:
        ledger: in a block.
        work: the cases as they stand.
        requests: the decisions, in the order in which they came.
        moment: when they are recorded.
    """
    taken: dict[str, Request] = {}
    for request in requests:
        request.refusal = request.refusal or _refusal(request, work, taken)
        if request.refusal is None:
            taken[request.decision.case] = request
    if not taken:
        return
    runs, given = work.around(taken)
    against = Against(
        runs=runs,
        given=given,
        settings=work.settings,
        numbers=work.numbers,
        decided_at=moment,
    )
    rows = list(taken.values())
    said = [
        Said(request.decision, request.visitor.name, request.language)
        for request in rows
    ]
    imported = check_answers(answers_of_decisions(said, work.desk.run), against)
    _write(ledger, imported)
    for problem in imported.problems:
        request = _request_meant(problem, rows)
        request.refusal = Refused(problem)


def _refusal(
    request: Request, work: Work, taken: Mapping[str, Request]
) -> Refusal | None:
    """Why a decision is refused before its verdicts are looked at; None where it is not."""
    role = request.visitor.role
    if role not in {Role.ANALYST, Role.CHAIR}:
        return Refusal("not-yours", 403)
    if request.decision.settles and role != Role.CHAIR:
        return Refusal("only-chair", 403)
    case = work.case(request.decision.case)
    if case is None:
        return Refusal("case-gone")
    if request.decision.case in taken:
        other = taken[request.decision.case].visitor.name
        return Refusal("case-decided", by=other)
    if request.knows != case.knows:
        people = [answer.by for answer in case.desk.answers]
        return Refusal("case-decided", by=", ".join(people) or "—")
    entries = (member.entry_id for member in case.desk.case.members)
    is_as_seen = request.decision.is_of(entries, case.desk.seen)
    return None if is_as_seen else Refusal("case-changed")


def _write(ledger: Ledger, imported: ImportedFile) -> None:
    """Write answers into the ledger; what entries say is kept later."""
    for verdicts, is_settling in in_parts(imported.verdicts, DECISION):
        if verdicts.num_rows:
            ledger.add_verdicts(verdicts.to_pylist(), adjudicates=is_settling)
    for amendments, is_settling in in_parts(imported.amendments, AMENDMENT):
        if amendments.num_rows:
            ledger.amend(amendments, adjudicates=is_settling)


def _request_meant(problem: Problem, requests: Sequence[Request]) -> Request:
    """The request that a problem is about."""
    if problem.row:
        return requests[problem.row - 1]
    for request in requests:
        if problem.case_id == request.decision.case or (
            problem.entry_id in request.decision.entries
        ):
            return request
    raise AssertionError(problem.code)


_SWEPT_EVERY = dt.timedelta(minutes=10)

OPENED = "desk-view"
"""The journal's word for a case that somebody opened."""


class Watch:
    """Is told of every block: keeps what the process knows in step, and says who gets which case.

    Args:
        door: users and sessions.
        work: the cases.
        holds: who has which case open.
        clock: the moment.
    """

    def __init__(self, door: Door, work: Work, holds: Holds, clock: Clock) -> None:
        self._door = door
        self._work = work
        self._holds = holds
        self._clock = clock
        self._others = -1
        self._requests: list[Request] = []
        self._swept = clock()
        self.recorded = 0
        """Decisions since the desk was opened."""

    def before(self, ledger: Ledger) -> None:
        """A block begins: read anew what another program may have changed."""
        self._requests = []
        if ledger.others != self._others:
            self._door.read(ledger)
            self._work.read(ledger)
            self._others = ledger.others

    def after(self, ledger: Ledger) -> None:
        """All requests of the block are done: record its decisions, as the last of it."""
        if self._requests:
            record(ledger, self._work, self._requests, self._clock())

    def kept(self, ledger: Ledger) -> None:
        """The block is on the disk: take in what was recorded."""
        done = [request for request in self._requests if request.refusal is None]
        if done:
            self._work.follow(ledger)
            ledger.rest()
        for request in done:
            self._holds.drop(request.decision.case)
        self.recorded += len(done)
        self._requests = []

    def undone(self) -> None:
        """The block was undone: what was noted of it does not hold, and is read anew."""
        self._others = -1

    def idle(self, ledger: Ledger, *, is_last: bool) -> None:
        """Nothing is asked for, and there is time for what can wait; in a block of its own.

        Sessions that are over end; now and then what follows from the answers is kept.

        Args:
            ledger: in the block.
            is_last: the desk is being closed.
        """
        self._door.tidy()
        moment = self._clock()
        if is_last or abs(moment - self._swept) >= _SWEPT_EVERY:
            # It reads the tables of the run: nobody is to wait for it often.
            self._work.keep(ledger)
            self._swept = moment

    def decide(self, _ledger: Ledger, requests: Sequence[Request]) -> None:
        """Record decisions, with those of others, at the end of the block.

        Now it is told whether the person has the case: who is next may open it within the block.
        """
        for request in requests:
            case_id, visitor = request.decision.case, request.visitor
            other = self._holds.by(case_id, self._clock())
            seen = self._holds.shown[visitor.token]
            request.refusal = None
            if other not in {None, visitor.name}:
                request.refusal = Refusal("case-held", by=str(other))
            elif case_id not in seen and self._work.case(case_id) is not None:
                request.refusal = Refusal("case-unopened")
        self._requests += requests

    def open(self, ledger: Ledger, visitor: Visitor, case_id: str) -> str:
        """Give a case to somebody, and note that they saw it; returns its id.

        Raises:
            Refusal: the run has no such case, or somebody else has it.
        """
        if self._work.case(case_id) is None:
            raise Refusal("case-gone")
        other = self._holds.take(case_id, visitor, self._clock())
        # The chair sees all cases, also those that somebody is deciding.
        if other is not None and visitor.role != Role.CHAIR:
            raise Refusal("case-held", by=other)
        self._note(ledger, visitor, case_id)
        return case_id

    def open_next(self, ledger: Ledger, visitor: Visitor, after: int) -> str:
        """Give somebody the next case that waits for them, and that nobody has; returns its id.

        Args:
            ledger: in a block.
            visitor: who asks.
            after: the place in the queue behind which the case is; those before it come last. The
                case in that place is not given again: its decision may be on its way.

        Raises:
            Refusal: there is none.
        """
        moment = self._clock()
        held = self._holds.all(moment)
        cases = self._work.cases()
        behind = [*cases[after + 1 :], *cases[: max(after, 0)]]
        decided = {request.decision.case for request in self._requests}
        for case in behind:
            case_id = case.desk.case.case_id
            is_free = held.get(case_id, visitor.name) == visitor.name
            if is_free and case_id not in decided and _waits_for(case, visitor):
                self._holds.take(case_id, visitor, moment)
                self._note(ledger, visitor, case_id)
                return case_id
        self._holds.free(visitor.token)
        # No fault: it is what everybody works for.
        raise Refusal("nothing-left", 200)

    def _note(self, ledger: Ledger, visitor: Visitor, case_id: str) -> None:
        """Note who saw which case, before it is shown."""
        day = self._clock().date()
        self._holds.shown[visitor.token].add(case_id)
        ledger.write_journal(day, OPENED, by=visitor.name, case=case_id)


def _waits_for(case: Case, visitor: Visitor) -> bool:
    """True where a case waits for this person."""
    shown = case.shown_to(visitor.name)
    state = shown.state
    people = (answer.by for answer in shown.answers)
    if any(is_same_person(visitor.name, person) for person in people):
        return False
    is_settled_by_them = state == State.CONTESTED and visitor.role == Role.CHAIR
    return is_settled_by_them or state == State.OPEN
