"""What goes down in a ``return``, what was answered to it, and who still owes an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter

from voterlist import strict_json
from voterlist.custody.commissions import Frozen, Kind
from voterlist.custody.refusals import refusal, wrong
from voterlist.deadlines import CalendarStage
from voterlist.deadlines.handovers import (
    FORGET_BEGUN,
    Event,
    Handover,
    handovers,
    is_list_before,
)
from voterlist.decisions import Given, standing
from voterlist.decisions.standing import last_answers
from voterlist.errors import UsageError
from voterlist.model import Action, Progress
from voterlist.model import Returned as WhyReturned
from voterlist.pipeline.inbox import RECEIVED, folders_by_digest
from voterlist.pipeline.known import answers_in, known, known_work
from voterlist.pipeline.progress import of_cycle
from voterlist.pipeline.standings import standings
from voterlist.storage.ledger import Reader
from voterlist.storage.settings import settings_of
from voterlist.tables import Row, rows_among

ANSWERED = "case-answered"
"""The journal's word for an answer to a returned case."""
CASES_NAME = "cases.json"
GATES_NAME = "gates.json"
ANSWERS_NAME = "answers.json"
KNOWN_AS_NAME = "known-as.json"
"""In the folder of a package: the ids of its entries at the sender, by the ids of here."""
SENT = "sent"
"""The folder of a workspace that keeps the manifest of each package that was written."""

_Id = Annotated[str, Field(pattern=r"\A([a-z-]{1,30}:)?[0-9A-Za-z.\-]{1,60}\z")]
"""Of an entry, of a case, or of the row of a register from which the receiver added somebody."""
_Word = Annotated[str, Field(pattern=r"\A[a-z][a-z0-9-]{0,60}\z")]
_DAY = r"\A20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\z"
_Number = Annotated[int, Field(ge=0, le=9_999_999)]
_Content = TypeVar("_Content")
_Text = Annotated[str, Field(max_length=500)]


class OwnEntry(Frozen):
    """An entry of the receiver, under the id that it has there."""

    entry_id: _Id
    precinct: _Number | None
    is_gone: bool = Field(default=False, exclude=True)
    """Its precinct's list does not have the person any more: the newest run says so."""
    came_as: _Id | None = Field(default=None, exclude=True)
    """The id under which it is asked about; the list may say something else today."""


class OtherEntry(Frozen):
    """An entry of somebody else: its place, and the ends of its identifiers."""

    constituency: _Number | None
    precinct: _Number | None
    fin: _Text | None
    document: _Text | None
    levels: dict[_Text, _Word] = Field(default_factory=dict)
    """What was compared with an entry of the receiver, each with its level; without what is
    missing. Packages of earlier versions do not say it."""


class ReturnedCase(Frozen):
    """A case that touches the receiver."""

    case_id: _Id
    number: _Number
    kind: _Word
    probability: float | None
    own: tuple[OwnEntry, ...] = Field(min_length=1)
    others: tuple[OtherEntry, ...]
    given_up: bool = False
    """All who were asked said that the person stands elsewhere, so all are asked again."""


class Proposal(Frozen):
    """A correction that the sender proposes."""

    entry_id: _Id
    action: _Word
    field: _Text | None
    value: _Text | None
    ground: _Text | None
    document: _Text | None
    reason: _Text | None
    decided_by: _Text


class ReturnedFinding(Frozen):
    """A finding of the sender about an entry of the receiver."""

    entry_id: _Id
    rule: _Word
    severity: _Word
    field: _Text | None
    value: float | None


class Approved(Frozen):
    """That the sender approved the lists of the receiver."""

    day: Annotated[str, Field(pattern=_DAY)]
    ground: _Text
    by: _Text
    package: _Text = ""
    """The package whose lists they are; returns of earlier versions do not say it."""


class Outcome(Frozen):
    """What the sender decided about an application that the receiver took."""

    number: _Number
    """That of the receiver."""
    above: _Number
    """That of the sender."""
    what: _Word
    entry_id: _Id | None
    born: _Text | None
    """As it was told: one of the two may name no entry."""
    granted: bool
    ground: _Word | None
    article: _Text | None
    reason: Annotated[str, Field(max_length=10_000)] | None
    day: Annotated[str, Field(pattern=_DAY)]
    by: _Text


class Returned(Frozen):
    """The file ``cases.json`` of a return."""

    format: Literal[1] = 1
    approved: Approved | None = None
    cases: tuple[ReturnedCase, ...]
    proposals: tuple[Proposal, ...]
    findings: tuple[ReturnedFinding, ...]
    outcomes: tuple[Outcome, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Returned:
        """The content of the file.

        Raises:
            CustodyError: ``package-content-wrong``.
        """
        return _read(path, TypeAdapter(cls), "cases")


class Answer(Frozen):
    """What the receiver of a case answered: a line of its journal, carried up with its package."""

    case_id: _Id
    number: _Number
    answer: Literal["keep", "give-up"]
    """The person stands rightly here, or stands elsewhere and was struck off here."""
    by: _Text
    day: Annotated[str, Field(pattern=_DAY)]


class LetPass(Frozen):
    """A gate that the settings of the sender let pass."""

    gate: _Word
    count: _Number


_ANSWERS = TypeAdapter(tuple[Answer, ...])
_GATES = TypeAdapter(tuple[LetPass, ...])


def read_answers(path: Path) -> tuple[Answer, ...]:
    """The answers in a package; none where it has none.

    Raises:
        CustodyError: ``package-content-wrong``.
    """
    return _read(path, _ANSWERS, "answers") if path.exists() else ()


def read_gates(path: Path) -> tuple[LetPass, ...]:
    """What the settings of the sender of a package let pass; nothing where it does not say.

    Raises:
        CustodyError: ``package-content-wrong``.
    """
    return _read(path, _GATES, "gates") if path.exists() else ()


def stage_of(returned: Returned) -> str:
    """The stage of the calendar that a return states as finished; empty where it asks instead."""
    return "" if returned.approved is None else CalendarStage.VERIFY.value


def approval_of(
    workspace: Path, ledger: Reader, constituency: int, today: dt.date
) -> Approved | None:
    """The approval of a constituency's lists; None where they, as they are, are not approved."""
    settings = settings_of(workspace)
    work = known_work(workspace, ledger, settings)
    rows = standings(settings, ledger, today, work=work)
    place = constituency, None, Progress.APPROVED
    if place not in {(row.constituency, row.precinct, row.progress) for row in rows}:
        return None
    *_, line = (
        line
        for line in handovers(of_cycle(ledger.journal(), settings.workspace.cycle))
        if line.event is Event.APPROVED and line.constituency == constituency
    )
    day = line.finished or line.day
    return Approved(
        day=day.isoformat(), ground=line.ground, by=line.by, package=line.package
    )


def _read(path: Path, kind: TypeAdapter[_Content], part: str) -> _Content:
    try:
        content = path.read_bytes()
        strict_json.loads(content)
        return kind.validate_json(content)
    except (OSError, ValueError):
        raise wrong(part) from None


def answers_in_journal(
    ledger: Reader, asked_again: Collection[str] = ()
) -> dict[str, Answer]:
    """Case -> the last answer to it; to one that is asked again, since the newest return."""
    answers: dict[str, Answer] = {}
    for line in ledger.journal():
        day, event, details = line
        if event == ANSWERED:
            case_id = str(details["case_id"])
            answers[case_id] = Answer(
                case_id=case_id,
                number=int(details["number"]),
                answer="keep" if details["answer"] == "keep" else "give-up",
                by=str(details["by"]),
                day=day.isoformat(),
            )
        elif asked_again and any(
            # One that states a stage as finished asks nothing.
            one.event is Event.RECEIVED and one.kind == Kind.RETURN and not one.stage
            for one in handovers([line])
        ):
            for case_id in asked_again:
                answers.pop(case_id, None)
    return answers


@dataclass(frozen=True, slots=True)
class Owed:
    """A case over several constituencies, or precincts of one, that is not settled.

    Attributes:
        case_id: the case.
        number: by which people call it.
        asked: the constituencies, or precincts, to which it was returned.
        owing: those of them that have not answered.
        has_vanished: all of them said that the person stands elsewhere.
    """

    case_id: str
    number: int
    asked: tuple[int, ...]
    owing: tuple[int, ...]
    has_vanished: bool


class Kept:
    """What a workspace keeps of the packages of its cycle; each is looked for and read once.

    What is asked of it raises CustodyError: ``received-gone`` where a package is not there and
    nobody had it deleted, or what is damaged.

    Args:
        workspace: its folder.
        ledger: its ledger.
    """

    def __init__(self, workspace: Path, ledger: Reader) -> None:
        self._workspace = workspace
        self._journal = list(ledger.journal())
        self._answers: dict[str, tuple[Answer, ...]] = {}

    @cached_property
    def _lines(self) -> list[tuple[Handover, bool]]:
        """The hand-overs of the workspace's cycle, in order.

        Of each, whether a command ``forget`` was begun after it: then what was kept of the package
        may be gone, and nothing of it was open any more.
        """
        cycle = settings_of(self._workspace).workspace.cycle
        journal = self._journal
        begun = [row for row, line in enumerate(journal) if line[1] == FORGET_BEGUN]
        last = begun[-1] if begun else 0
        return [
            (line, may_be_gone)
            for part, may_be_gone in ((journal[:last], True), (journal[last:], False))
            for line in handovers(part)
            if line.cycle in {"", cycle}
        ]

    @cached_property
    def _folders(self) -> dict[str, Path]:
        return folders_by_digest(self._workspace / RECEIVED)

    @cached_property
    def _newest_lines(self) -> dict[str, tuple[Handover, bool]]:
        """The line of the newest package of lists that was taken in, by its sender."""
        return {
            line.sender: (line, may_be_gone)
            for line, may_be_gone in self._lines
            if line.event is Event.RECEIVED and line.kind == Kind.SUBMIT
        }

    def _folder_of(self, taken: tuple[Handover, bool]) -> Path | None:
        """Where a package stands; None where ``forget`` deleted it."""
        line, may_be_gone = taken
        folder = self._folders.get(line.package)
        if folder is None and not may_be_gone:
            raise refusal("received-gone", path=self._workspace / RECEIVED)
        return folder

    def _lists_of(self, sender: str) -> Path | None:
        """The newest package of lists of a sender; None where there is none any more."""
        newest = self._newest_lines.get(sender)
        return None if newest is None else self._folder_of(newest)

    def lists(self) -> dict[str, Path]:
        """The folder of the newest package of lists of each sender, by the sender."""
        folders = {name: self._lists_of(name) for name in sorted(self._newest_lines)}
        return {name: folder for name, folder in folders.items() if folder is not None}

    def lists_until(self, sender: str, day: dt.date) -> Path | None:
        """The last package of lists that a sender handed in until a day; None: it did not."""
        lines = [
            (line, may_be_gone)
            for line, may_be_gone in self._lines
            if line.sender == sender and is_list_before(line, day)
        ]
        return self._folder_of(lines[-1]) if lines else None

    def known_as(self, sender: str) -> dict[str, str]:
        """The id here -> the id at the sender of its newest package.

        Empty where it handed in plain files: then both have the same ids.
        """
        folder = self._lists_of(sender)
        if folder is None:
            if sender in self._newest_lines:
                # Ids of here would be those of others there.
                raise refusal("received-gone", path=self._workspace / RECEIVED)
            return {}
        ids: dict[str, str] = strict_json.loads((folder / KNOWN_AS_NAME).read_bytes())
        return ids

    def answers_of(self, sender: str) -> tuple[Answer, ...]:
        """The answers in the newest package of a sender; none where none was taken."""
        if sender not in self._answers:
            folder = self._lists_of(sender)
            answers = () if folder is None else read_answers(folder / ANSWERS_NAME)
            self._answers[sender] = answers
        return self._answers[sender]

    def newest_return(self) -> Returned | None:
        """What the commission above returned last; None where it returned nothing."""
        lines = [
            (line, may_be_gone)
            for line, may_be_gone in self._lines
            if line.event is Event.RECEIVED and line.kind == Kind.RETURN
            # One that states a stage as finished asks nothing.
            if not line.stage
        ]
        folder = self._folder_of(lines[-1]) if lines else None
        return None if folder is None else Returned.read(folder / CASES_NAME)

    @cached_property
    def returned(self) -> dict[str, list[Returned]]:
        """What was returned to each receiver, the newest last; without what was deleted."""
        sent: dict[str, list[Returned]] = {}
        for line, may_be_gone in self._lines:
            if line.event is Event.RETURNED:
                path = self._workspace / SENT / f"{line.package}.cases"
                parts = sent.setdefault(line.receiver, [])
                parts += (
                    [Returned.read(path)] if path.exists() or not may_be_gone else []
                )
        return sent

    def cases_asked(self) -> dict[tuple[str, str], ReturnedCase]:
        """(case, receiver) -> the case as it was returned last."""
        return {
            (case.case_id, receiver): case
            for receiver, parts in sorted(self.returned.items())
            for returned in parts
            for case in returned.cases
        }

    def given_up(self) -> dict[str, dict[str, ReturnedCase]]:
        """Case -> receiver -> the case as it was returned last, where all gave the person up.

        Each struck their own entry for that of the other: the person stands on no list, and no run
        has the case any more.
        """
        asked: dict[str, dict[str, ReturnedCase]] = {}
        for (case_id, receiver), case in self.cases_asked().items():
            asked.setdefault(case_id, {})[receiver] = case
        gave_up = {
            (answer.case_id, receiver)
            for receiver in {receiver for parts in asked.values() for receiver in parts}
            for answer in self.answers_of(receiver)
            if answer.answer == "give-up"
        }
        return {
            case_id: parts
            for case_id, parts in asked.items()
            if len(parts) > 1 and gave_up.issuperset((case_id, name) for name in parts)
        }

    def owed(self) -> tuple[Owed, ...]:
        """The returned cases to which somebody owes an answer, by number.

        A case is settled once each commission that it was returned to has answered. Where all
        whose lists had the person say that they stand elsewhere, all are asked again: nobody
        vanishes.
        """
        asked: dict[str, dict[int, int]] = {}
        answered: dict[str, dict[int, str]] = {}
        sent_to = [line for line, _ in self._lines if line.event is Event.RETURNED]
        # A constituency asks its precincts.
        of = "precinct" if any(line.precinct for line in sent_to) else "constituency"
        places = {
            number: line.receiver
            for line in sent_to
            if (number := getattr(line, of)) is not None
        }
        for case_id, parts in self.given_up().items():
            # The newest return may not know it any more: its entries are on no list.
            for place, receiver in places.items():
                if receiver in parts:
                    asked.setdefault(case_id, {})[place] = parts[receiver].number
        for place, receiver in places.items():
            sent = self.returned.get(receiver, [])
            # What brings an approval down asks nothing, and takes nothing back.
            for returned in [one for one in sent if one.approved is None][-1:]:
                for case in returned.cases:
                    asked.setdefault(case.case_id, {})[place] = case.number
            for answer in self.answers_of(receiver):
                answered.setdefault(answer.case_id, {})[place] = answer.answer
        others: dict[str, set[int | None]] = {}
        for (case_id, _), case in self.cases_asked().items():
            found = {getattr(entry, of) for entry in case.others}
            others.setdefault(case_id, {None}).update(found)
        cases = (
            _debt_of(case_id, numbers, answered.get(case_id, {}), others[case_id])
            for case_id, numbers in asked.items()
        )
        return tuple(
            sorted((case for case in cases if case.owing), key=lambda case: case.number)
        )


def with_answers(
    workspace: Path, ledger: Reader
) -> list[tuple[ReturnedCase, Answer | None]]:
    """The cases of the newest return, each with the answer to it, if there is one.

    To a case that all gave up only counts what was answered since.

    Raises:
        CustodyError: what was kept of the return is damaged.
    """
    cases = _newest_cases(workspace, ledger)
    again = [case.case_id for case in cases if case.given_up]
    answers = _as_decided(answers_in_journal(ledger, again), cases, ledger)
    return [(case, answers.get(case.case_id)) for case in cases]


def answers_to_above(workspace: Path, ledger: Reader) -> dict[str, Answer]:
    """Case -> the answer to it, of all returns of the commission above.

    Raises:
        CustodyError: what was kept of the newest return is damaged.
    """
    cases = _newest_cases(workspace, ledger)
    return _as_decided(answers_in_journal(ledger), cases, ledger)


def _newest_cases(workspace: Path, ledger: Reader) -> tuple[ReturnedCase, ...]:
    """The cases of the newest return, about the entries of today."""
    returned = Kept(workspace, ledger).newest_return()
    if returned is None or not returned.cases:
        return ()
    today: dict[str, Row] = {}
    with suppress(UsageError):
        # What became of an entry about which the question of the commission above came back.
        for row in known(workspace, ledger).table("returned").to_pylist():
            if row["answer"] == Action.ASK:
                is_gone = row["why"] == WhyReturned.CARRIED_OUT
                entry = row["entry_id"] or row["old_entry_id"]
                today[row["old_entry_id"]] = {"entry_id": entry, "is_gone": is_gone}

    def of_today(case: ReturnedCase) -> ReturnedCase:
        own = []
        for one in case.own:
            came = {"is_gone": False, "came_as": one.entry_id}
            own.append(one.model_copy(update=came | today.get(one.entry_id, {})))
        return case.model_copy(update={"own": tuple(own)})

    return tuple(map(of_today, returned.cases))


def _as_decided(
    answers: Mapping[str, Answer], cases: Iterable[ReturnedCase], ledger: Reader
) -> dict[str, Answer]:
    """The answers, as what was decided since, at whichever door, leaves them.

    Whom a striking took off after all is given up by whoever struck; a person who was given up and
    is struck no more is asked about again.
    """
    holding = dict(answers)
    struck = taken_off(answers_in(ledger)) if holding else {}
    for case in cases:
        answer = holding.get(case.case_id)
        rows = [struck[one.entry_id] for one in case.own if one.entry_id in struck]
        is_off = all(one.is_gone or one.entry_id in struck for one in case.own)
        if answer is None or (answer.answer == "give-up") == is_off:
            continue
        if is_off and rows:
            said = {"by": rows[0]["decided_by"], "day": rows[0]["decided_at"][:10]}
            given_up = answer.model_copy(update={"answer": "give-up", **said})
            holding[case.case_id] = given_up
        else:
            del holding[case.case_id]
    return holding


def added_no_more(given: Given) -> dict[str, Row]:
    """The additions that somebody took back, by the id of who was added."""
    every = given.amendments.to_pylist()
    lost = {row["entry_id"]: row for row in every if row["action"] == Action.ADD}
    for entry, last in last_answers(given).items():
        if any(row["action"] == Action.ADD for row in last.values()):
            del lost[entry]
    return lost


def taken_off(given: Given) -> dict[str, Row]:
    """What took each entry off the list that is struck, or is added no more."""
    holding, every = standing(given).amendments, given.amendments
    lost = rows_among(every, "action", [Action.WITHDRAW])
    lost = rows_among(lost, "entry_id", added_no_more(given))
    rows = [rows_among(holding, "action", [Action.STRIKE]), lost]
    return {row["entry_id"]: row for table in rows for row in table.to_pylist()}


def unanswered(workspace: Path, ledger: Reader) -> int:
    """How many cases that the commission above returned are not answered."""
    return sum(answer is None for _, answer in with_answers(workspace, ledger))


def _debt_of(
    case_id: str,
    numbers: Mapping[int, int],
    answers: Mapping[int, str],
    others: Collection[int | None],
) -> Owed:
    asked = tuple(sorted(numbers))
    # Of those asked, and of those whose newest return does not ask it any more; any other one has
    # the person on the list.
    said = {*map(answers.get, asked), *answers.values()}
    has_vanished = said == {"give-up"} and {*asked, *answers, None}.issuperset(others)
    owing = tuple(
        receiver for receiver in asked if has_vanished or receiver not in answers
    )
    return Owed(case_id, max(numbers.values()), asked, owing, has_vanished)
