"""Returned cases that the constituencies have settled by their answers.

Two or more of them say that the person stands rightly with them: these are different people. Those
that say "elsewhere" have struck the person off, and nothing is left there to be decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.catalogue import Catalogue
from voterlist.handovers import Event, handovers
from voterlist.link.cases import case_id
from voterlist.model import Verdict
from voterlist.schemas import DECISION
from voterlist.storage.ledger import Reader
from voterlist.tables import from_rows
from voterlist.usecases.returned_cases import (
    Answer,
    ReturnedCase,
    answers_of,
    known_as,
    returns_sent,
)

_KEEPS = "keep"


@dataclass(frozen=True, slots=True)
class CameUp:
    """What the newest package of a constituency says.

    Attributes:
        sender: the constituency, such as ``conec-088``.
        answers: its answers, by case.
        ids: the id below -> the id here, of the entries on its lists.
    """

    sender: str
    answers: Mapping[str, Answer]
    ids: Mapping[str, str]

    def listed(self, case: ReturnedCase) -> list[str]:
        """Its own entries of a case that are on its lists, under the ids of here."""
        return [self.ids[one.entry_id] for one in case.own if one.entry_id in self.ids]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the answers come to.

    Attributes:
        verdicts: DECISION: the people of a case are different ones.
        case_entries: the entries of each of these cases.
        entry_ids: entries of the newest sender that are of a returned case.
    """

    verdicts: pa.Table = field(default_factory=DECISION.empty_table)
    case_entries: Mapping[str, Sequence[str]] = field(default_factory=dict)
    entry_ids: frozenset[str] = frozenset()


def settled(
    workspace: Path, ledger: Reader, newest: CameUp, words: Catalogue
) -> Settled:
    """What all answers come to, with those of a package that is being taken in.

    A case stays open where a constituency was not asked, or has not answered; where all say
    "elsewhere"; where an entry that was given up is still on a list; and where two entries of one
    constituency are, for of these nothing was answered.

    Args:
        workspace: the workspace of the central commission.
        ledger: its ledger, without the line of that package.
        newest: what that package says.
        words: the catalogue in whose language the reasons are written.

    Raises:
        CustodyError: what was kept of a package is damaged.
    """
    asked = _asked(workspace, ledger)
    others = {one for _, one in asked} - {newest.sender}
    came = {one: _came_up(workspace, ledger, one) for one in others}
    came[newest.sender] = newest
    cases: dict[str, dict[str, ReturnedCase]] = {}
    for (name, sender), case in asked.items():
        cases.setdefault(name, {})[sender] = case
    rows: list[dict[str, Any]] = []
    case_entries: dict[str, list[str]] = {}
    for parts in cases.values():
        stays = _stays(parts, came)
        if len(stays) < 2:
            continue
        name = case_id(list(stays))
        case_entries[name] = sorted(stays)
        rows += [_row(name, one, *answered, words) for one, answered in stays.items()]
    own = {
        entry_id
        for (_, sender), case in asked.items()
        if sender == newest.sender
        for entry_id in newest.listed(case)
    }
    verdicts = from_rows(rows, DECISION)
    return Settled(verdicts, case_entries, frozenset(own))


def _asked(workspace: Path, ledger: Reader) -> dict[tuple[str, str], ReturnedCase]:
    """(case, constituency it was returned to) -> the case as it was returned last."""
    receivers = {
        line.receiver
        for line in handovers(ledger.journal())
        if line.event is Event.RETURNED
    }
    return {
        (case.case_id, receiver): case
        for receiver in sorted(receivers)
        for returned in returns_sent(workspace, ledger, receiver)
        for case in returned.cases
    }


def _came_up(workspace: Path, ledger: Reader, sender: str) -> CameUp:
    """What the newest package of a constituency said that was taken in."""
    ids = known_as(workspace, ledger, sender)
    answers = answers_of(workspace, ledger, sender)
    return CameUp(
        sender,
        {one.case_id: one for one in answers},
        {below: here for here, below in ids.items()},
    )


def _stays(
    parts: Mapping[str, ReturnedCase], came: Mapping[str, CameUp]
) -> dict[str, tuple[Answer, str]]:
    """Entry -> (answer, constituency) of those that stay; empty where the case is open."""
    places = {one.constituency for case in parts.values() for one in case.others}
    if len(places) != len(parts) or None in places:
        return {}
    stays: dict[str, tuple[Answer, str]] = {}
    for sender, case in parts.items():
        answer = came[sender].answers.get(case.case_id)
        listed = came[sender].listed(case)
        keeps = answer is not None and answer.answer == _KEEPS
        if answer is None or len(listed) != int(keeps):
            return {}
        stays |= dict.fromkeys(listed, (answer, sender))
    return stays


def _row(
    name: str, entry_id: str, answer: Answer, sender: str, words: Catalogue
) -> dict[str, Any]:
    """DECISION: the entry is a person of its own, by the answer of its constituency."""
    return {
        "case_id": name,
        "entry_id": entry_id,
        "verdict": Verdict.SEPARATE.value,
        "reason": words("settled.stays", number=answer.number),
        "decided_by": f"{answer.by} ({sender})",
        "decided_at": answer.day,
    }
