"""What commissions handed to each other, as the lines of a journal say it.

A hand-over is a line of the journal: an event of ``Event`` with details of plain values. Nothing
else of a workspace knows of it, so whoever reads the journal knows how a stage stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from voterlist.model import JournalLine, Precinct, frozen

FORGET_BEGUN = "forget-begun"
"""The journal's word for the moment before the contents of packages are deleted."""


class Event(StrEnum):
    """The journal's words for what was handed over, and for what a person states of a stage."""

    SUBMITTED = "submitted"
    """A package was written for the commission above."""
    RETURNED = "returned"
    """A package was written for the commission below."""
    RECEIVED = "received"
    """A package of another commission was taken in."""
    RECEIPT = "receipt"
    """The receiver's receipt for a package of ours came back."""
    APPROVED = "approved"
    """The lists of a constituency were approved."""
    FINISHED = "stage-finished"
    """A person states, with a ground, on which day a stage was finished."""


@frozen
class Handover:
    """One such line.

    Attributes:
        day: the day of the line.
        event: what happened.
        kind: of a package: ``submit`` or ``return``; empty of all else.
        constituency: which it is about; None where it is not known.
        precinct: the precinct; None for the constituency as a whole.
        sender: the commission, such as ``conec-088``.
        receiver: the commission, such as ``cec``.
        serial: the number of the package in its series; 0 where there is none.
        package: the identity of the package, in hexadecimal.
        head: the head of the sender's journal; of a receipt the receiver's.
        stage: the stage of the calendar that a person states as finished, or that the package
            does.
        finished: the day on which it was finished.
        ground: the paper or reason that it rests on.
        by: who states it.
        cycle: in which it was; earlier versions state it of a package alone.
        emptied: the precincts whose lists were handed in with it and have no voter left.
        balance: what was done to the lists before they were handed over: the sums of LIST_BALANCE,
            and the strikings by ``ground.<code>``. Empty where an earlier version took it in.
        lists: of a package that goes up, the digest of its lists, as its sender or its receiver has
            them.
        work: the digest of the lists that the workspace had then.
    """

    day: dt.date
    event: Event
    kind: str = ""
    constituency: int | None = None
    precinct: int | None = None
    sender: str = ""
    receiver: str = ""
    serial: int = 0
    package: str = ""
    head: str = ""
    stage: str = ""
    finished: dt.date | None = None
    ground: str = ""
    by: str = ""
    cycle: str = ""
    emptied: frozenset[int] = frozenset()
    balance: Mapping[str, int] = field(default_factory=dict)
    lists: str = ""
    work: str = ""

    @property
    def is_list(self) -> bool:
        """True of lists of a commission below that were taken in."""
        return self.event is Event.RECEIVED and self.kind == "submit"

    def details(self) -> dict[str, str | int]:
        """The details of its line; what is not known is left out."""
        details: dict[str, str | int] = {
            name: getattr(self, name) for name in _TEXTS if getattr(self, name)
        }
        for name in ("constituency", "precinct", "serial"):
            if getattr(self, name):
                details[name] = getattr(self, name)
        if self.emptied:
            details["emptied"] = " ".join(map(str, sorted(self.emptied)))
        if self.balance:
            steps = (f"{step}={count}" for step, count in self.balance.items())
            details["balance"] = " ".join(steps)
        if self.finished is not None:
            details["finished"] = self.finished.isoformat()
        return details


def handovers(journal: Iterable[JournalLine]) -> list[Handover]:
    """The hand-overs of a journal, in its order; other lines are passed over."""
    return [
        _handover(day, Event(event), details)
        for day, event, details in journal
        if event in _EVENTS
    ]


def balances_below(
    journal: Iterable[JournalLine], cycle: str
) -> dict[int, Mapping[str, int]]:
    """Constituency -> the balance of the last package of it that was taken in, where it is told."""
    return {
        line.constituency: line.balance
        for line in _newest_lists(journal, cycle)
        if line.constituency and line.precinct is None and line.balance
    }


def emptied_lists(journal: Iterable[JournalLine], cycle: str) -> frozenset[Precinct]:
    """(constituency, precinct) of which the newest package that was taken in left no voter."""
    return frozenset(
        (line.constituency, precinct)
        for line in _newest_lists(journal, cycle)
        for precinct in line.emptied
    )


def packed_units(journal: Iterable[JournalLine], cycle: str) -> frozenset[Precinct]:
    """(constituency, precinct; None: all of it) of whose lists a package was taken in."""
    lines = _newest_lists(journal, cycle)
    return frozenset((line.constituency, line.precinct) for line in lines)


def _newest_lists(journal: Iterable[JournalLine], cycle: str) -> Collection[Handover]:
    """The newest package of lists of each sender that was taken in."""
    newest = {
        line.sender: line
        for line in handovers(journal)
        if line.is_list and line.cycle in {"", cycle}
    }
    return newest.values()


_EVENTS = frozenset(event.value for event in Event)


_TEXTS = (
    *("kind", "cycle", "sender", "receiver", "package"),
    *("head", "stage", "ground", "by", "lists", "work"),
)
"""The fields of a line that are texts; empty where it does not say them."""


def _handover(day: dt.date, event: Event, details: Mapping[str, str | int]) -> Handover:
    finished = details.get("finished")
    texts: dict[str, Any] = {name: str(details.get(name, "")) for name in _TEXTS}
    return Handover(
        day=day,
        event=event,
        constituency=_number(details.get("constituency")),
        precinct=_number(details.get("precinct")),
        serial=int(details.get("serial", 0)),
        finished=dt.date.fromisoformat(str(finished)) if finished else None,
        emptied=frozenset(map(int, str(details.get("emptied", "")).split())),
        balance={
            step: int(count)
            for pair in str(details.get("balance", "")).split()
            for step, count in [pair.split("=")]
        },
        **texts,
    )


def _number(value: str | int | None) -> int | None:
    return int(value) if value else None
