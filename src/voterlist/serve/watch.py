"""What happens around every block that the clerk writes, and what requests ask of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from voterlist.decisions import is_same_person
from voterlist.desk import State
from voterlist.model import Role
from voterlist.serve.case import Case
from voterlist.serve.clerk import Refusal
from voterlist.serve.door import Clock, Door, Visitor
from voterlist.serve.holds import Holds
from voterlist.serve.recording import Request, record
from voterlist.serve.work import Work
from voterlist.storage.ledger import OpenLedger

_SWEPT_EVERY = dt.timedelta(minutes=10)

OPENED = "desk-view"
"""The journal's word for a case that somebody opened."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The decisions of a request, once their block is on the disk."""

    requests: Sequence[Request]

    def result(self) -> Sequence[Request]:
        """The decisions, each with its refusal or without."""
        return self.requests


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened, as it stands once the block is on the disk."""

    work: Work
    case_id: str

    def result(self) -> Case:
        """The case.

        Raises:
            Refusal: it is gone.
        """
        case = self.work.case(self.case_id)
        if case is None:
            raise Refusal("case-gone")
        return case


class Watch:
    """Keeps what the process knows in step with the ledger; decides who gets which case.

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

    def before(self, ledger: OpenLedger) -> None:
        """Read anew what another program may have changed."""
        self._requests = []
        if ledger.others != self._others:
            self._door.read(ledger)
            self._work.read(ledger)
            self._others = ledger.others

    def after(self, ledger: OpenLedger) -> None:
        """Record the decisions of the block."""
        if self._requests:
            record(ledger, self._work, self._requests, self._clock())

    def kept(self, ledger: OpenLedger) -> None:
        """Take in what was recorded."""
        done = [one for one in self._requests if one.refusal is None]
        if done:
            self._work.follow(ledger)
            ledger.rest()
        for one in done:
            self._holds.drop(one.decision.case)
        self.recorded += len(done)
        self._requests = []

    def undone(self) -> None:
        """Read all of it anew in the next block."""
        self._others = -1

    def idle(self, ledger: OpenLedger, *, is_last: bool) -> None:
        """End the sessions that are over, and now and then keep what follows from the answers."""
        self._door.tidy()
        moment = self._clock()
        if is_last or abs(moment - self._swept) >= _SWEPT_EVERY:
            # It reads the tables of the run: nobody is to wait for it often.
            self._work.keep(ledger)
            self._swept = moment

    def decide(self, _ledger: OpenLedger, requests: Sequence[Request]) -> Recorded:
        """Record decisions, with those of others, at the end of the block.

        Now it is told whether the person has the case: who is next may open it within the block.
        """
        for one in requests:
            case_id, visitor = one.decision.case, one.visitor
            other = self._holds.by(case_id, self._clock())
            seen = self._holds.shown[visitor.token]
            one.refusal = None
            if other not in {None, visitor.name}:
                one.refusal = Refusal("case-held", by=str(other))
            elif case_id not in seen and self._work.case(case_id) is not None:
                one.refusal = Refusal("case-unopened")
        self._requests += requests
        return Recorded(requests)

    def open(self, ledger: OpenLedger, visitor: Visitor, case_id: str) -> Opened:
        """Give a case to somebody, and note that they saw it.

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
        return Opened(self._work, case_id)

    def open_next(self, ledger: OpenLedger, visitor: Visitor, after: int) -> Opened:
        """Give somebody the next case that waits for them, and that nobody has.

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
        decided = {one.decision.case for one in self._requests}
        for case in behind:
            case_id = case.desk.case.case_id
            is_free = held.get(case_id, visitor.name) == visitor.name
            if is_free and case_id not in decided and _waits_for(case, visitor):
                self._holds.take(case_id, visitor, moment)
                self._note(ledger, visitor, case_id)
                return Opened(self._work, case_id)
        self._holds.free(visitor.token)
        # No fault: it is what everybody works for.
        raise Refusal("nothing-left", 200)

    def _note(self, ledger: OpenLedger, visitor: Visitor, case_id: str) -> None:
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
