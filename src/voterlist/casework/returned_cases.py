"""What goes down in a ``return``, what was answered to it, and who still owes an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter

from voterlist import strict_json
from voterlist.custody.commissions import Frozen, Kind
from voterlist.custody.manifest import DATA, MANIFEST
from voterlist.custody.refusals import refusal, wrong
from voterlist.deadlines import CalendarStage
from voterlist.deadlines.handovers import (
    FORGET_BEGUN,
    Event,
    Handover,
    handovers,
)
from voterlist.decisions.answers import grounds
from voterlist.decisions.follow import moves_of
from voterlist.decisions.given import Given, identity_of
from voterlist.decisions.outcome import place_of_id
from voterlist.decisions.standing import last_answers, standing
from voterlist.errors import CustodyError, InputError, UsageError
from voterlist.model import Action, Progress, Verdict, details_of, frozen
from voterlist.pipeline.inbox import RECEIVED, SENT, folders_by_digest
from voterlist.pipeline.known import answers_of_today, known, known_work, read_table
from voterlist.pipeline.progress import Journal, of_cycle
from voterlist.pipeline.standings import standings
from voterlist.storage.files import sha256
from voterlist.storage.ledger import Reader
from voterlist.storage.workspace import settings_of
from voterlist.tables import Row, rows_among

ANSWERED = "case-answered"
"""The journal's word for an answer to a returned case."""
CASES_NAME = "cases.json"
GATES_NAME = "gates.json"
ANSWERS_NAME = "answers.json"
KNOWN_AS_NAME = "known-as.json"
"""In the folder of a package: the ids of its entries at the sender, by the ids of here."""

_Id = Annotated[str, Field(pattern=r"\A([a-z-]{1,30}:)?[0-9A-Za-z.\-]{1,60}\z")]
"""Of an entry, of a case, or of the row of a register from which the receiver added somebody."""
_Word = Annotated[str, Field(pattern=r"\A[a-z][a-z0-9-]{0,60}\z")]
_Day = Annotated[
    str, Field(pattern=r"\A20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\z")
]
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
    stands_as: _Id | None = Field(default=None, exclude=True)
    """As in ``Answer``."""
    asked: tuple[OwnEntry, ...] = Field(default=(), exclude=True)
    """Where an entry was named so: the entries about which it was asked."""
    is_of_before: bool = Field(default=False, exclude=True)
    """The newest return does not ask about it."""


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

    day: _Day
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
    day: _Day
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
    day: _Day
    stands_as: _Id | None = None
    """The entry of the person who stays, whose line changed so that nobody found it."""


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


def _journal_of_cycle(workspace: Path, ledger: Reader) -> Journal:
    """The lines of this cycle; who is on the same lists in the next one has the same cases."""
    return of_cycle(ledger.journal(), settings_of(workspace).workspace.cycle)


def answers_in_journal(
    journal: Journal, asked_again: Collection[str] = ()
) -> dict[str, Answer]:
    """Case -> the last answer to it; to one that is asked again, since the newest return."""
    answers: dict[str, Answer] = {}
    for line in journal:
        day, event, details = line
        if event == ANSWERED:
            known = {*Answer.model_fields} & details.keys()
            said = {name: details[name] for name in known} | {"day": day.isoformat()}
            answers[str(details["case_id"])] = Answer.model_validate(said)
        elif asked_again and any(map(_asks, handovers([line]))):
            for case_id in asked_again:
                answers.pop(case_id, None)
    return answers


def _asks(line: Handover) -> bool:
    """True of a return from above; one that states a stage as finished asks nothing."""
    return line.event is Event.RECEIVED and line.kind == Kind.RETURN and not line.stage


def others_in(parts: Mapping[str, ReturnedCase]) -> Iterator[OtherEntry]:
    """What a case, as it was returned to several, says of entries of somebody else."""
    for case in parts.values():
        yield from case.others


@contextmanager
def _kept_in(path: Path) -> Iterator[None]:
    """Read what is kept there of a package; where it is gone or damaged, a new one is needed.

    Raises:
        CustodyError: it is so.
    """
    try:
        yield
    except (InputError, OSError, ValueError):
        raise refusal("received-gone", path=path) from None


def as_it_came(path: Path) -> Path:
    """The path of a file that is kept of a package, once it is as the manifest there says.

    Raises:
        CustodyError: it is gone or damaged.
    """
    with _kept_in(path):
        # What a package does not have it did not lose.
        for file in strict_json.loads((path.parent / MANIFEST).read_bytes())["files"]:
            if file["path"] == DATA + path.name and sha256(path) != file["sha256"]:
                raise ValueError(path.name)
    return path


@frozen
class Owed:
    """A case over several constituencies, or precincts of one, that is not settled.

    Attributes:
        case_id: the case.
        number: by which people call it.
        asked: the constituencies, or precincts, to which it was returned.
        owing: those of them that have not answered.
        has_vanished: none of them has the person any more.
    """

    case_id: str
    number: int
    asked: tuple[int, ...]
    owing: tuple[int, ...]
    has_vanished: bool


@frozen
class _Lists:
    """What lists of a commission below say of the entries about which it was asked."""

    listed: frozenset[str]
    struck: Mapping[str, Row]
    """AMENDMENT of those that it struck, on its list or left out of it."""


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
        self._answers: dict[str, Mapping[str, Answer]] = {}
        self._lists: dict[str, _Lists] = {}
        self.lost: dict[str, CustodyError] = {}
        """Why it is not known what a commission below was asked, or answered: what was kept of it
        is gone or damaged, as ``returned`` and ``owed`` found it."""

    @cached_property
    def _lines(self) -> list[Handover]:
        """The hand-overs of the workspace's cycle, in order."""
        cycle = settings_of(self._workspace).workspace.cycle
        return [line for line in handovers(self._journal) if line.cycle in {"", cycle}]

    @cached_property
    def _forgotten(self) -> set[str]:
        """The packages after which a command ``forget`` was begun.

        What was kept of them may be gone, and nothing of it was open any more.
        """
        begun = (
            row for row, line in enumerate(self._journal) if line[1] == FORGET_BEGUN
        )
        until = max(begun, default=0)
        return {line.package for line in handovers(self._journal[:until])}

    @cached_property
    def _folders(self) -> dict[str, Path]:
        return folders_by_digest(self._workspace / RECEIVED)

    @cached_property
    def handed_in(self) -> dict[str, Handover]:
        """The line of the newest package of lists that was taken in, by its sender."""
        return {line.sender: line for line in self._lines if line.is_list}

    def _folder_of(self, line: Handover) -> Path | None:
        """Where a package stands; None where ``forget`` deleted it."""
        folder = self._folders.get(line.package)
        if folder is None and line.package not in self._forgotten:
            name = f"{line.kind}-{line.cycle}-{line.sender}-to-{line.receiver}"
            path = self._workspace / RECEIVED / f"{name}-{line.serial:04}"
            raise refusal("received-gone", path=path)
        return folder

    def _lists_of(self, sender: str) -> Path | None:
        """The newest package of lists of a sender; None where there is none any more."""
        newest = self.handed_in.get(sender)
        return None if newest is None else self._folder_of(newest)

    def lists(self) -> dict[str, Path]:
        """The folder of the newest package of lists of each sender, by the sender."""
        return {
            name: folder
            for name in sorted(self.handed_in)
            if (folder := self._lists_of(name))
        }

    def lists_until(self, sender: str, day: dt.date) -> Path | None:
        """The last package of lists that a sender handed in until a day; None: it did not."""
        lines = [
            line
            for line in self._lines
            if line.sender == sender and line.is_list and line.day <= day
        ]
        return self._folder_of(lines[-1]) if lines else None

    def known_as(self, sender: str) -> dict[str, str]:
        """The id here -> the id at the sender of its newest package.

        Empty where it handed in plain files: then both have the same ids.
        """
        folder = self._lists_of(sender)
        if folder is None:
            if sender in self.handed_in:
                # Ids of here would be those of others there.
                raise refusal("received-gone", path=self._workspace / RECEIVED)
            return {}
        path = folder / KNOWN_AS_NAME
        with _kept_in(path):
            ids: dict[str, str] = strict_json.loads(path.read_bytes())
        return ids

    def answers_of(self, sender: str) -> Mapping[str, Answer]:
        """Case -> the answer in the newest package of a sender; none where none was taken."""
        if sender not in self._answers:
            folder = self._lists_of(sender)
            path = None if folder is None else as_it_came(folder / ANSWERS_NAME)
            answers = () if path is None else read_answers(path)
            self._answers[sender] = {answer.case_id: answer for answer in answers}
        return self._answers[sender]

    def own_of(self, sender: str, case: ReturnedCase) -> set[str]:
        """The entries of a case, and the one under which a sender says that the person stands."""
        given = self.answers_of(sender).get(case.case_id)
        named = {given.stands_as} if given and given.stands_as else set()
        return named.union(entry.entry_id for entry in case.own)

    def _can_read(self, sender: str, *, with_lists: bool = False) -> bool:
        """Whether its answers, and its lists, are kept as they came; ``lost`` says why not."""
        try:
            self.answers_of(sender)
            if with_lists:
                self._newest_lists(sender)
        except CustodyError as error:
            self.lost[sender] = error
        return sender not in self.lost

    def _said(self, sender: str, case_id: str) -> str | None:
        given = self.answers_of(sender).get(case_id)
        return given.answer if given else None

    def returns(self) -> list[Returned]:
        """What the commission above returned, the newest last; without what was deleted.

        Of an older one that is gone the journal has what was answered; the newest asks the rest.
        """
        lines = [line for line in self._lines if _asks(line)]
        folders = [self._folders.get(line.package) for line in lines[:-1]]
        folders += map(self._folder_of, lines[-1:])
        return [
            Returned.read(as_it_came(path / CASES_NAME)) for path in folders if path
        ]

    @cached_property
    def returned(self) -> dict[str, list[Returned]]:
        """What was returned to each receiver, the newest last; without what was deleted."""
        sent: dict[str, list[Returned]] = {}
        for line in self._returns_sent:
            path = self._workspace / SENT / f"{line.package}.cases"
            parts = sent.setdefault(line.receiver, [])
            try:
                parts.append(Returned.read(path))
            except CustodyError:
                if path.exists() or line.package not in self._forgotten:
                    self.lost[line.receiver] = refusal(
                        "sent-gone", path=path, name=CASES_NAME
                    )
        return sent

    @cached_property
    def _returns_sent(self) -> list[Handover]:
        return [line for line in self._lines if line.event is Event.RETURNED]

    @cached_property
    def _level(self) -> str:
        """Whom this commission asks: a constituency its precincts."""
        is_of_precincts = any(line.precinct for line in self._returns_sent)
        return "precinct" if is_of_precincts else "constituency"

    @cached_property
    def places(self) -> dict[str, int | None]:
        """The number of each commission to which something was returned."""
        return {
            line.receiver: getattr(line, self._level) for line in self._returns_sent
        }

    def places_of(self, entries: Iterable[OtherEntry]) -> set[int | None]:
        """The numbers of the commissions on whose lists these entries stand."""
        return {getattr(entry, self._level) for entry in entries}

    def cases_asked(self) -> dict[str, dict[str, ReturnedCase]]:
        """Case -> receiver -> the case as it was returned last."""
        asked: dict[str, dict[str, ReturnedCase]] = {}
        for receiver, parts in sorted(self.returned.items()):
            for case in (case for returned in parts for case in returned.cases):
                asked.setdefault(case.case_id, {})[receiver] = case
        return asked

    def given_up(self) -> dict[str, dict[str, ReturnedCase]]:
        """What of ``cases_asked`` is about somebody whom nobody has.

        Each struck their own entry for that of the other, or said that the person stays and lists
        them no more: the person stands on no list, and no run has the case any more. Who stands
        elsewhere by all of them, in one precinct that is none of theirs, is had by that one.
        """
        return {
            case_id: parts
            for case_id, parts in self.cases_asked().items()
            # Any other one has the person on the list.
            if self.places_of(others_in(parts)) <= {None, *map(self.places.get, parts)}
            # Of what is lost nobody says who was given up, until it is there again.
            and all(map(self._can_read, parts))
            and "give-up" in {self._said(name, case_id) for name in parts}
            and all(self._can_read(name, with_lists=True) for name in parts)
            and not any(self._sees_to(*part) for part in parts.items())
            and not self._are_elsewhere(parts)
        }

    def _are_elsewhere(self, parts: Mapping[str, ReturnedCase]) -> bool:
        """True where all struck their entries for one precinct, and none of them for another's.

        That precinct is told who came; whoever is asked again can say no more.
        """
        named = [
            {(row["constituency"], row["precinct"]) for row in self._struck(*part)}
            for part in parts.items()
        ]
        asked = {(other.constituency, other.precinct) for other in others_in(parts)}
        is_one = len(named[0]) == 1 and all(places == named[0] for places in named)
        return is_one and named[0].isdisjoint(asked)

    def _sees_to(self, receiver: str, case: ReturnedCase) -> bool:
        """True where a receiver keeps the person of a case, or has not answered and lists them.

        So does one that struck them off every list: whoever has died stands on none.
        """
        given = self._said(receiver, case.case_id)
        folder = None if given == "keep" else self._lists_of(receiver)
        if folder is None:
            return given != "give-up"
        own = self.own_of(receiver, case)
        if given is None and not own.isdisjoint(self._newest_lists(receiver).listed):
            return True
        struck = self._struck(receiver, case)
        found = [grounds().get(row["ground"] or "") for row in struck]
        return any(ground.of_person for ground in found if ground)

    def _struck(self, receiver: str, case: ReturnedCase) -> list[Row]:
        """AMENDMENT by which a receiver struck its entries of a case, on its list or left out."""
        struck = self._newest_lists(receiver).struck
        own = sorted(self.own_of(receiver, case))
        return [struck[entry_id] for entry_id in own if entry_id in struck]

    def _newest_lists(self, receiver: str) -> _Lists:
        """What the newest lists of a receiver say of whom it was asked about; read once for all."""
        if receiver not in self._lists:
            parts = self.returned[receiver]
            cases = [case for returned in parts for case in returned.cases]
            own = {entry for case in cases for entry in self.own_of(receiver, case)}
            lists = _Lists(frozenset(), {})
            if folder := self._lists_of(receiver):
                with _kept_in(folder):
                    given = read_table(folder, "amendments")
                given = rows_among(given, "entry_id", own)
                struck = rows_among(given, "action", [Action.STRIKE]).to_pylist()
                # Who stands in another precinct by now has another id, and is listed.
                texts = set(map(identity_of, self.known_as(receiver).values()))
                listed = (
                    entry_id for entry_id in own if identity_of(entry_id) in texts
                )
                by_entry = {row["entry_id"]: row for row in struck}
                lists = _Lists(frozenset(listed), by_entry)
            self._lists[receiver] = lists
        return self._lists[receiver]

    def require_whole(self) -> None:
        """Refuse where anything is lost: somebody may be on no list, and nobody sees it.

        Raises:
            CustodyError: what was kept of a package is gone or damaged.
        """
        self.given_up()
        for sender in self.returned:
            if not self._can_read(sender):
                raise self.lost[sender]

    def owed(self) -> tuple[Owed, ...]:
        """The returned cases to which somebody owes an answer, by number, as far as it is known.

        A case is settled once each commission that it was returned to has answered. Where all
        whose lists had the person say that they stand elsewhere, all are asked again: nobody
        vanishes.
        """
        vanished = self.given_up()
        # The newest return may not know it any more: its entries are on no list.
        asked = {case_id: dict(parts) for case_id, parts in vanished.items()}
        for receiver, sent in self.returned.items():
            # What brings an approval down asks nothing, and takes nothing back.
            for returned in [package for package in sent if package.approved is None][
                -1:
            ]:
                for case in returned.cases:
                    asked.setdefault(case.case_id, {})[receiver] = case
        owed = (
            Owed(
                case_id,
                max(case.number for case in parts.values()),
                self._numbers(parts),
                self._numbers(
                    name
                    for name in parts
                    if case_id in vanished
                    or not self._can_read(name)
                    or self._said(name, case_id) is None
                ),
                case_id in vanished,
            )
            for case_id, parts in asked.items()
        )
        return tuple(
            sorted((case for case in owed if case.owing), key=lambda case: case.number)
        )

    def _numbers(self, receivers: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted({self.places[name] or 0 for name in receivers}))


def with_answers(
    workspace: Path, ledger: Reader
) -> list[tuple[ReturnedCase, Answer | None]]:
    """The cases of the newest return, and those answered before, each with the answer that holds.

    To a case that all gave up only counts what was answered since.

    Raises:
        CustodyError: what was kept of a return is damaged.
    """
    cases = _cases_of_today(workspace, ledger)
    again = [case.case_id for case in cases if case.given_up and not case.is_of_before]
    said = answers_in_journal(_journal_of_cycle(workspace, ledger), again)
    answers = _as_decided(said, cases, workspace, ledger)
    return [(case, answers.get(case.case_id)) for case in cases]


def asked_above(
    workspace: Path, ledger: Reader, number: int | None = None
) -> list[tuple[ReturnedCase, Answer | None]]:
    """What of it is asked: the newest return, and any other case whose answer holds no more.

    And what has this number.
    """
    return [
        (case, answer)
        for case, answer in with_answers(workspace, ledger)
        if not case.is_of_before or answer is None or case.number == number
    ]


def answers_to_above(workspace: Path, ledger: Reader) -> dict[str, Answer]:
    """Case -> the answer to it, of all returns of the commission above.

    Raises:
        CustodyError: what was kept of a return is damaged.
    """
    cases = _cases_of_today(workspace, ledger)
    said = answers_in_journal(_journal_of_cycle(workspace, ledger))
    answers = _as_decided(said, cases, workspace, ledger)
    for case in cases:
        answer = answers.get(case.case_id)
        if answer and answer.stands_as:
            # Its line may say something else since it was named.
            today = {"stands_as": case.own[0].entry_id}
            answers[case.case_id] = answer.model_copy(update=today)
    return answers


def _cases_of_today(workspace: Path, ledger: Reader) -> list[ReturnedCase]:
    """The cases of the newest return, and before them those that were answered before.

    Each is as it was returned last, about the entries of today. Of a return that was deleted its
    answers tell the cases.
    """
    returns = Kept(workspace, ledger).returns()
    journal = _journal_of_cycle(workspace, ledger)
    cases = {
        str(details["case_id"]): _case_answered(details)
        for details in details_of(journal, ANSWERED)
        if "entries" in details
    }
    cases |= {case.case_id: case for returned in returns for case in returned.cases}
    if not cases:
        return []
    answers = answers_in_journal(journal)
    newest = [case.case_id for package in returns[-1:] for case in package.cases]
    today: dict[str, Row] = {}
    with suppress(UsageError):
        runs = known(workspace, ledger)
        moves = moves_of(runs.table("followed"))
        today = {old: {"entry_id": entry} for old, entry in moves.items()}
        # What became of an entry about which the commission above asked.
        for row in runs.table("returned").to_pylist():
            if row["answer"] in {Action.ASK, Action.WITHDRAW}:
                old, entry = row["old_entry_id"], row["entry_id"]
                today[old] = {"entry_id": entry or old, "is_gone": entry is None}

    def own_today(entry: OwnEntry) -> OwnEntry:
        came = {"is_gone": False, "came_as": entry.entry_id}
        return entry.model_copy(update=came | today.get(entry.entry_id, {}))

    def of_today(case: ReturnedCase) -> ReturnedCase:
        own = tuple(map(own_today, case.own))
        said = {"own": own, "is_of_before": case.case_id not in newest}
        answer = answers.get(case.case_id)
        if answer and answer.stands_as:
            case = standing_as(case, answer.stands_as)
            said |= {"own": tuple(map(own_today, case.own)), "asked": own}
        return case.model_copy(update=said)

    before = sorted((cases.keys() & answers.keys()) - {*newest})
    return [of_today(cases[name]) for name in (*before, *newest)]


def standing_as(case: ReturnedCase, entry_id: str) -> ReturnedCase:
    """The case about an entry of today in which nobody but a person finds the one it was about."""
    return case.model_copy(update={"own": (_own(entry_id),), "stands_as": entry_id})


def as_asked(case: ReturnedCase) -> ReturnedCase:
    """The case about the entries of which it was asked, whoever was named instead."""
    own = {"own": case.asked or case.own, "asked": (), "stands_as": None}
    return case.model_copy(update=own)


def _own(entry_id: str) -> OwnEntry:
    return OwnEntry(entry_id=entry_id, precinct=place_of_id(entry_id)[1])


def _case_answered(details: Mapping[str, str | int]) -> ReturnedCase:
    """A case as the line of the journal that answers it tells it."""
    return ReturnedCase(
        case_id=str(details["case_id"]),
        number=int(details["number"]),
        kind=str(details["kind"]),
        probability=None,
        own=tuple(map(_own, str(details["entries"]).split())),
        others=(),
    )


def _as_decided(
    answers: Mapping[str, Answer],
    cases: Iterable[ReturnedCase],
    workspace: Path,
    ledger: Reader,
) -> dict[str, Answer]:
    """The answers, as what was decided since, at whichever door, leaves them.

    Whom a striking took off after all is given up by whoever struck. Who was given up and is struck
    no more is asked about again, as is who stays and stands on no list any more, and who is listed
    again after somebody else was named and given up.
    """
    holding = dict(answers)
    if not holding:
        return holding
    try:
        struck = taken_off(answers_of_today(ledger, known(workspace, ledger)))
    except UsageError:
        # Nothing says who stands on a list.
        return holding
    for case in cases:
        answer = holding.get(case.case_id)
        rows = [
            struck[entry.entry_id] for entry in case.own if entry.entry_id in struck
        ]
        is_given_up = answer is not None and answer.answer == "give-up"
        about = (*case.own, *case.asked) if is_given_up else case.own
        is_off = all(entry.is_gone or entry.entry_id in struck for entry in about)
        if answer is None or is_given_up == is_off:
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
    """What took each entry off the list that is struck, or is added no more.

    With the one that a case keeps go its repetitions.
    """
    stands, every = standing(given), given.amendments
    lost = rows_among(every, "action", [Action.WITHDRAW])
    lost = rows_among(lost, "entry_id", added_no_more(given))
    rows = [rows_among(stands.amendments, "action", [Action.STRIKE]), lost]
    off = {row["entry_id"]: row for table in rows for row in table.to_pylist()}
    kept, repeats = (
        rows_among(stands.decisions, "verdict", [verdict]).to_pylist()
        for verdict in (Verdict.KEEP, Verdict.REPEAT)
    )
    cases = {row["case_id"]: off.get(row["entry_id"]) for row in kept}
    told = {row["entry_id"]: cases.get(row["case_id"]) for row in repeats}
    return {entry: row for entry, row in told.items() if row} | off


def count_unanswered(workspace: Path, ledger: Reader) -> int:
    """How many cases that the commission above returned are not answered."""
    return sum(answer is None for _, answer in asked_above(workspace, ledger))
