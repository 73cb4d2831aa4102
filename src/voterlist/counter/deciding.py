"""What the commission decides about an application, and what became of it above.

What is granted is an answer like any other: it goes through the same checks, is tried against all
that was decided, and recorded with the decision in one transaction. What it does to the list is
computed in the next run, as of every answer.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeGuard

import pyarrow as pa

from voterlist.arrays import completed_years
from voterlist.casework.answering import answered_by, asked_by_entry
from voterlist.casework.importing import (
    Against,
    Bringer,
    check_answers,
    record,
)
from voterlist.casework.returned_cases import Outcome
from voterlist.catalogue import catalogue
from voterlist.config.sections import Settings
from voterlist.counter.applications import (
    PLACE,
    Application,
    Clerk,
    Request,
    State,
    applications_of,
    decided_by,
    find,
    name_of,
    require_fields,
    require_no_objection,
    wants_other_struck,
)
from voterlist.counter.asking import (
    entry_of,
    is_identified,
    wrong_values,
)
from voterlist.counter.index import make_index
from voterlist.counter.taking import likely
from voterlist.custody.commissions import Commission
from voterlist.deadlines import list_day
from voterlist.decisions.answers import grounds, grounds_for
from voterlist.decisions.given import is_same_person
from voterlist.decisions.standing import PLACE as PLACE_OF_ENTRY
from voterlist.decisions.standing import WITHDRAWN
from voterlist.decisions.verdicts import REVIEW_ROW
from voterlist.errors import UsageError, usage_error
from voterlist.model import (
    Action,
    Asks,
    Body,
    Level,
    OnProgress,
    Problem,
    Step,
    frozen,
    no_progress,
)
from voterlist.normalize.corrections import read_correction
from voterlist.pipeline.known import Known, answers_of_today, known
from voterlist.quality.readings import what_holds
from voterlist.render.xlsx import ANSWER_ROW, Answers
from voterlist.schemas import AMENDMENT, ENTRY, empty
from voterlist.storage.ledger import ApplicationEvent, Ledger, Reader
from voterlist.storage.workspace import open_to_change, open_to_read
from voterlist.tables import Row, from_rows, rows_among

REFUSE = "refuse"
"""What a ground carries that may refuse an application."""
_ACTIONS = frozenset({Action.ADD, Action.CORRECT, Action.MOVE, Action.STRIKE})
"""What is granted by an answer of this name; what else is asked changes no list by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What is decided about an application.

    Attributes:
        granted: False: it is refused.
        ground: a code of ``grounds``.
        evidence: what shows it; without it the documents that were seen when it was taken.
        reason: why, in words.
        entry_id: the entry that it is about, where the application names none, or another one.
        values: what is set besides what was asked.
        although: why somebody is added although an entry says nearly the same, or struck although
            somebody answered the commission above that they stay.
    """

    granted: bool
    ground: str = ""
    evidence: str = ""
    reason: str = ""
    entry_id: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    although: str = ""


@frozen
class Decided:
    """What became of a decision."""

    application: Application
    problems: tuple[Problem, ...] = ()
    """Why it may not be granted; then nothing is recorded."""
    standing: str = "holds"
    """``holds``; ``contested`` or ``pending``: a second person has to say something; or
    ``unchanged``: what is objected to stays on the list, until it is decided otherwise itself."""

    @property
    def changes_nothing(self) -> bool:
        """True where somebody has to decide more before it does what it says."""
        return self.standing in {"contested", "unchanged"}


def decide(
    workspace: Path,
    number: int,
    ruling: Ruling,
    clerk: Clerk,
    *,
    progress: OnProgress = no_progress,
) -> Decided:
    """Grant or refuse an application.

    Args:
        workspace: its folder; held meanwhile.
        number: of the application.
        ruling: what is decided.
        clerk: who decides, and when.
        progress: told what is done while the index is made in which somebody is looked for.

    Raises:
        UsageError: no application has the number, or it may not be decided so; the error says why.
        WorkspaceBusyError: another command holds the workspace.
    """
    with open_to_read(workspace) as (_, reader):
        application = find(applications_of(reader.applications()), number)
    is_looked_for = ruling.granted and not ruling.although
    if application.asked.what is Asks.ADD and is_looked_for:
        make_index(workspace, clerk.since, progress)
    with _open_work(workspace, number, ruling, clerk) as work:
        work.require_open()
        if ruling.granted:
            work.require_grantable(progress)
            return work.decide(Step.DECIDED, {})
        # A refusal is written, and may be appealed.
        codes = [ground.code for ground in grounds_for(REFUSE)]
        if ruling.ground not in codes:
            raise usage_error("application-ground", known=", ".join(codes))
        if not ruling.reason:
            raise usage_error("application-no-reason")
        return work.decide(Step.DECIDED, {})


def appeal(
    workspace: Path,
    number: int,
    to: Body,
    ruling: Ruling,
    clerk: Clerk,
) -> Decided:
    """Note what a commission above or a court decided about a decision: it overrules.

    Arguments as of ``decide``; the clerk notes it, and carries it out where the outcome is
    another one.

    Raises:
        UsageError: as ``decide``; nothing was decided, or it is not said by which act.
        WorkspaceBusyError: another command holds the workspace.
    """
    if not ruling.evidence:
        raise usage_error("application-no-act")
    with _open_work(workspace, number, ruling, clerk) as work:
        work.require_own()
        if work.application.outcome is None:
            raise usage_error("application-open", number=number)
        return work.decide(Step.APPEALED, {"to": to.value})


def come_down(
    workspace: Path,
    settings: Settings,
    ledger: Ledger,
    outcomes: Collection[Outcome],
    sender: Commission,
    today: dt.date,
) -> tuple[tuple[Decided, ...], tuple[int, ...]]:
    """Note what the commission above decided about applications of ours: it overrules.

    What was noted before is not noted again. The workspace is held by whoever calls.

    Returns:
        what was noted; and the numbers of those that a person has to note, since the application
        is another one, or not surely about the same person, or the list does not allow it. What
        the applicant withdrew stays as it is, and so does what a court decided; that above it was
        decided otherwise since, perhaps by a higher court, is for a person too.
    """
    words = catalogue(settings.report.languages[0])
    to = Body.CENTRAL if sender.level is Level.CEC else Body.CONSTITUENCY
    if not outcomes:
        return (), ()
    every = applications_of(ledger.applications())
    compare = _comparing(workspace, ledger, every, outcomes, today)
    noted: list[Decided] = []
    left: list[int] = []
    for outcome in outcomes:
        application = every.get(outcome.number)
        if application is None:
            left.append(outcome.number)
            continue
        key = f"{outcome.above} {outcome.day} {outcome.granted}"
        events = application.events
        came = [event.details["above"] for event in events if "above" in event.details]
        by_birth_date = compare(outcome, application)
        is_same = by_birth_date is not None
        is_withdrawn = application.state is State.WITHDRAWN
        last = application.last(Step.APPEALED)
        is_by_court = last is not None and last.details["to"] == Body.COURT
        by_court = is_same and is_by_court
        if came[-1:] == [key] or (is_same and is_withdrawn):
            continue
        act = words(
            "returned.outcome",
            name=sender.name,
            number_above=outcome.above,
            day=outcome.day,
            by=outcome.by,
            article=outcome.article or "-",
        )
        if by_birth_date:
            act = f"{act} {words('returned.outcome.by-birth-date')}"
        ruling = Ruling(
            granted=outcome.granted,
            ground=outcome.ground or "",
            evidence=act,
            reason=outcome.reason or "",
            entry_id=outcome.entry_id,
        )
        moment = dt.datetime.combine(today, dt.time(12), dt.UTC)
        clerk = Clerk(f"{outcome.by} ({sender.slug})", moment, "")
        work = _Work(workspace, settings, ledger, every, application, ruling, clerk)
        with suppress(UsageError):
            if is_same and not by_court:
                work.require_own()
                made = work.decide(Step.APPEALED, {"to": to.value, "above": key})
                if not made.problems:
                    noted.append(made)
                    continue
        if not _is_decided_so(outcome, application, by_court=by_court):
            left.append(outcome.number)
    return tuple(noted), tuple(left)


def _is_decided_so(
    outcome: Outcome, application: Application, *, by_court: bool
) -> bool:
    """True where a person has noted an outcome that could not be noted here.

    What a court decided is said by it, whenever, or holds against what was decided before it.
    """
    own = application.outcome
    if own is None:
        return False
    is_so = _is_granted(own) == outcome.granted
    if by_court:
        return is_so or own.day > outcome.day
    return is_so and own.day >= outcome.day


_Compare = Callable[[Outcome, Application], bool | None]
"""Whether an outcome and an application are told to be of one person by the birth date alone; None
where they are not surely about the same."""


def _comparing(
    workspace: Path,
    ledger: Reader,
    every: Mapping[int, Application],
    outcomes: Collection[Outcome],
    today: dt.date,
) -> _Compare:
    """What compares outcomes with applications.

    They are about the same where both ask for the same, and name one entry or tell one birth date.
    Where one of the two alone names an entry, no other application may tell the date.
    """

    def asked_in(application: Application) -> Request:
        """What is asked; an objection that names nobody is about whom the other one is about."""
        asked = application.asked
        other = every.get(asked.against or 0)
        if other is None or asked.entry_id or asked.born:
            return asked
        about = other.asked
        return replace(asked, entry_id=about.entry_id, born=about.born)

    def born_of(asked: Request | Outcome) -> str | None:
        """The birth date as told, or else of the entry that is named."""
        text = asked.born or dates.get(asked.entry_id)
        return text and read_correction("birth_date", text, today).text

    requests = [asked_in(each) for each in every.values() if not each.first]
    dates: dict[str | None, str | None] = {}
    ids = {outcome.entry_id for outcome in outcomes}
    ids |= {request.entry_id for request in requests}
    with suppress(UsageError):
        entries = known(workspace, ledger).table("entries")
        rows = rows_among(entries, "entry_id", ids - {None}).to_pylist()
        dates = {row["entry_id"]: row["birth_date"] for row in rows}
    count = Counter((request.what, born_of(request)) for request in requests)

    def compare(outcome: Outcome, application: Application) -> bool | None:
        asked, born = asked_in(application), born_of(outcome)
        is_same = asked.what == outcome.what
        if outcome.entry_id is not None and asked.entry_id is not None:
            return False if is_same and outcome.entry_id == asked.entry_id else None
        is_apart = outcome.entry_id != asked.entry_id
        is_same &= born is not None and born == born_of(asked)
        is_sure = not is_apart or count[asked.what, born] == 1
        return is_apart if is_same and is_sure else None

    return compare


@contextmanager
def _open_work(
    workspace: Path, number: int, ruling: Ruling, clerk: Clerk
) -> Iterator[_Work]:
    """The work on a decision about the application of a number."""
    require_fields(ruling.values)
    clerk = replace(clerk, by=name_of(clerk.by))
    with open_to_change(workspace, clerk.since) as (settings, ledger):
        every = applications_of(ledger.applications())
        application = find(every, number)
        yield _Work(workspace, settings, ledger, every, application, ruling, clerk)


@dataclass
class _Work:
    """A decision about an application, held against the list and recorded."""

    workspace: Path
    settings: Settings
    ledger: Ledger
    every: Mapping[int, Application]
    """All applications, by number."""
    application: Application
    ruling: Ruling
    clerk: Clerk

    def __post_init__(self) -> None:
        asked, ruling = self.application.asked, self.ruling
        self._asked = asked
        self._number = self.application.number
        self._entry_id = ruling.entry_id or asked.entry_id
        self._values = {**asked.values, **ruling.values}
        self._person = replace(asked.person, values=self._values)
        self._evidence = ruling.evidence or "; ".join(asked.documents) or None
        """What shows it: as it was decided, else the documents that were seen."""
        self._today = self.clerk.today

    @cached_property
    def _runs(self) -> Known:
        return known(self.workspace, self.ledger)

    def require_open(self) -> None:
        """Refuse to decide what is decided, or is decided elsewhere.

        Raises:
            UsageError: it says why.
        """
        ruling, outcome, number = self.ruling, self.application.outcome, self._number
        if self.application.state is State.WITHDRAWN:
            raise usage_error("application-not-open", number=number)
        self.require_own()
        if self._asked.what is Asks.LISTED:
            raise usage_error("application-listed", number=number)
        if outcome is None:
            return
        if outcome.event == Step.APPEALED:
            raise usage_error("application-decided-above", number=number)
        is_own = is_same_person(outcome.done_by, self.clerk.by)
        was_granted = outcome.details["granted"]
        if was_granted == ruling.granted:
            # A second person may grant what two people have to decide alike.
            if is_own or not was_granted:
                raise usage_error("application-decided", number=number)
        elif not ruling.reason:
            raise usage_error("application-decided-otherwise", number=number)
        elif was_granted and not is_own:
            raise usage_error("application-of-another", number=number)

    def require_own(self) -> None:
        """Refuse to decide an application that is decided with an earlier one.

        Raises:
            UsageError: it is.
        """
        first = self.application.first
        if first is not None:
            raise usage_error(
                "application-asked-already", number=self._number, first=first.number
            )

    def decide(self, step: Step, details: Mapping[str, Any]) -> Decided:
        """Record the decision with what it does to the list; or why it may not be granted."""
        ruling, outcome = self.ruling, self.application.outcome
        granted = ruling.granted
        before = outcome.details["amends"] if _is_granted(outcome) else None
        rows: list[Row] = []
        people = empty(ENTRY)
        is_objection = self._asked.what is Asks.COMPLAINT
        if granted and (before is None or step is Step.DECIDED or is_objection):
            rows, people = self._answers()
        elif not granted and before is not None:
            rows = list(self._withdrawals(before))
        is_restored = any(row["action"] == Action.ADD for row in rows) and not granted
        # Nobody is taken off a list by an objection alone.
        is_left = granted and not rows and bool(self._objected()[1])
        standing = "unchanged" if is_left else "holds"
        if is_restored or (step is Step.APPEALED and (is_objection or not granted)):
            # What is overruled is not the own answer of whoever notes it; nor is the addition of
            # somebody who comes back.
            moment = {
                "decided_by": self.clerk.by,
                "decided_at": self.clerk.at.isoformat(timespec="seconds"),
            }
            # The striking does not begin again where whoever notes it takes the question back.
            end = {"action": WITHDRAWN, "field": Action.STRIKE.value}
            end["decided_by"] = f"{self.clerk.by} ({details.get('to')})"
            asked = [row for row in rows if row["action"] == Action.ASK]
            ended = [moment | end | {"entry_id": row["entry_id"]} for row in asked]
            if details.get("to") == Body.COURT:
                # What begins again was decided before: a frozen list takes it.
                rows = [{"decided_at": moment["decided_at"], **row} for row in rows]
                del moment["decided_at"]
            told = [*ended, *(row | moment for row in rows)]
            amendments = from_rows(told, AMENDMENT)
            self.ledger.amend(amendments, adjudicates=True)
        elif rows:
            standing, problems = self._record(rows, people)
            if problems:
                return Decided(self.application, problems)
        amends = [[row["entry_id"], row.get("field") or _place_of(row)] for row in rows]
        said = {
            **details,
            "granted": granted,
            "ground": ruling.ground or None,
            "evidence": self._evidence if granted else ruling.evidence or None,
            "reason": ruling.reason or None,
            "although": ruling.although or None,
            # What was upheld above may be overruled still further above.
            "amends": amends or (before if granted and before else []),
        }
        event = self._note(self._number, step, said)
        # What is decided above is decided of this application alone.
        if standing == "holds" and step is Step.DECIDED:
            # Those that are open too are granted, what was granted with it is refused.
            with_it = {**said, "amends": [], "with": self._number}
            for other in self._others():
                if other.first is None and (granted or other.outcome):
                    self._note(other.number, Step.DECIDED, with_it)
        return Decided(self.application.after(event), standing=standing)

    def _others(self) -> Iterator[Application]:
        """The others that want the same voter struck: the open ones, and those decided with it."""
        wanted = Asks.STRIKE, self._entry_id
        for other in self.every.values() if self._asked.what is Asks.STRIKE else ():
            is_with = decided_by(self.every, other.number) == self._number
            is_other = other.number != self._number and (
                other.state is State.OPEN or is_with
            )
            if is_other and (other.asked.what, other.asked.entry_id) == wanted:
                yield other

    def _note(self, number: int, step: Step, said: Row) -> ApplicationEvent:
        """Note a decision about an application."""
        day = self._today.isoformat()
        event = ApplicationEvent(number, step.value, day, self.clerk.by, said)
        return self.ledger.apply(event)

    def _record(
        self, rows: list[Row], people: pa.Table
    ) -> tuple[str, tuple[Problem, ...]]:
        """Record the answers: (what of them holds, why they may not be recorded)."""
        runs, ledger, by = self._runs, self.ledger, self.clerk.by
        full = [
            {
                "file": "",
                "sheet": "",
                "row": number,
                "decided_by": by,
                "run_id": runs.run,
                "adjudicates": False,
                **row,
            }
            for number, row in enumerate(rows, 1)
        ]
        against = Against.of(
            runs,
            ledger,
            self.settings,
            decided_at=self.clerk.at,
            by=by,
            bringer=Bringer(self.clerk.account),
            people=people,
        )
        answers = Answers(
            decisions=empty(REVIEW_ROW),
            amendments=from_rows(full, ANSWER_ROW),
            runs=frozenset({runs.run}),
        )
        checked = check_answers(answers, against)
        if checked.problems:
            return "", checked.problems
        record(ledger, runs, checked)
        ids = {str(row["entry_id"]) for row in rows}
        return standing_of(ledger, runs, self.settings, ids), ()

    def require_grantable(self, progress: OnProgress) -> None:
        """Refuse what nobody may grant yet.

        Raises:
            UsageError: it says what is missing.
        """
        number, asked = self._number, self._asked
        person = self._person
        if asked.what is not Asks.ADD:
            # What was told of somebody who is on the list is written nowhere.
            person = replace(person, name="", born="")
        wrong = wrong_values(person, self._today)
        if asked.what.value in _ACTIONS and wrong:
            raise usage_error(
                "application-wrong", number=number, fields=", ".join(wrong)
            )
        if asked.what is Asks.COMPLAINT:
            if not self.ruling.reason:
                raise usage_error("application-no-reason")
        elif asked.what is Asks.ADD:
            self._require_missing(progress)
        elif self._entry_id is None:
            raise usage_error("application-no-entry", number=number)
        elif asked.what is Asks.STRIKE and not self.ruling.although:
            cases = asked_by_entry(self.workspace, self.ledger)
            _, answer = cases.get(self._entry_id, (None, None))
            other = answered_by(answer, Action.STRIKE, self.clerk.by)
            if other is not None:
                raise usage_error("application-stays", number=number, who=other)
        if wants_other_struck(asked):
            self._require_heard()

    def _require_heard(self) -> None:
        """Refuse to strike a voter for somebody else who is not known, or before the voter is told.

        Where the ground allows it, name and identifier of the entry as the applicant tells them
        stand for the notice.

        Raises:
            UsageError: it says what is missing.
        """
        number = self._number
        if not self._asked.documents:
            raise usage_error("application-by-unknown", number=number)
        if not self.ruling.evidence:
            raise usage_error("application-no-evidence", number=number)
        for application in (self.application, *self._others()):
            require_no_objection(
                self.every, application.number, State.OPEN, State.GRANTED
            )
        ground = grounds().get(self.ruling.ground)
        if ground is not None and ground.at_once:
            entry = entry_of(self.workspace, self.ledger, self._entry_id)
            if entry is not None and is_identified(entry, self._person):
                return
        notice = self.application.last(Step.NOTIFIED)
        if notice is None:
            raise usage_error("application-not-notified", number=number)
        until = notice.details["until"]
        if self._today.isoformat() <= until:
            raise usage_error("application-notice-runs", number=number, until=until)

    def _require_missing(self, progress: OnProgress) -> None:
        """Refuse to add who is under age, or whom an entry seems to be already.

        Raises:
            UsageError: it names the entries.
        """
        settings, person = self.settings, self._person
        day = list_day(settings.calendar, settings.workspace.cycle)
        born = person.values.get("birth_date") or person.born
        text = read_correction("birth_date", born, self._today).text if born else ""
        # What is missing of the date is taken in the voter's favour.
        year, month, born_on = map(int, f"{text or '0000'}-01-01"[:10].split("-"))
        if completed_years(year, month, born_on, day) < settings.check.voting_age:
            raise usage_error("application-under-age", number=self._number)
        if self.ruling.although:
            return
        found = likely(self.workspace, settings, self.ledger, person, progress)
        # Who is told of in the same words has the same row: it is added once.
        own = {
            entry_id
            for other in self.every.values()
            if other.asked.says_as(self._asked) and _is_granted(other.outcome)
            for entry_id, _ in other.outcome.details["amends"]
        }
        told = ", ".join(entry_id for entry_id in found if entry_id not in own)
        if told:
            raise usage_error("application-stands", number=self._number, entries=told)

    def _answers(self) -> tuple[list[Row], pa.Table]:
        """(ANSWER_ROW of what is granted, ENTRY of who is added)."""
        action, ruling = self._asked.what.value, self.ruling
        if action not in _ACTIONS:
            return list(self._questions()), empty(ENTRY)
        values, runs, entry_id = dict(self._values), self._runs, self._entry_id
        if action in {Action.ADD, Action.MOVE} and len(runs.constituencies()) == 1:
            values.setdefault("constituency", str(runs.constituencies()[0]))
        people = empty(ENTRY)
        if action == Action.ADD:
            place = tuple(_number(values.get(name)) for name in PLACE)
            people = self._person.row(self._number, (place[0], place[1]))
            entry_id = people.column("entry_id")[0].as_py()
        said = {
            "entry_id": entry_id,
            "action": action,
            "ground": ruling.ground or None,
            "document": self._evidence,
            "reason": ruling.reason or ruling.although or None,
        }
        correct = said | {"action": Action.CORRECT.value}
        rows = []
        if action == Action.MOVE:
            correct["ground"] = _ground_beside_a_move(ruling.ground)
        if action != Action.CORRECT:
            rows.append(said | {name: values.get(name) for name in PLACE})
        if action in {Action.CORRECT, Action.MOVE}:
            rows += [
                correct | {"field": name, "value": text}
                for name, text in values.items()
                if name not in PLACE
            ]
        return rows or [correct], people

    def _questions(self) -> Iterator[Row]:
        """ANSWER_ROW: what stops a striking to which somebody objected rightly.

        The entry is asked about anew. So a striking by the same person is replaced, as any is by a
        court, and one by somebody else contested: the voter stands on the list until it is settled.
        """
        said = {
            "action": Action.ASK.value,
            "reason": self.ruling.reason or self._evidence,
        }
        for entry_id in self._struck():
            yield {"entry_id": entry_id, **said}

    def _struck(self) -> list[str]:
        """The entry that is struck by the application to which this one objects."""
        what, amends = self._objected()
        return [entry_id for entry_id, _ in amends] if what is Asks.STRIKE else []

    def _objected(self) -> tuple[Asks | None, Sequence[Sequence[str]]]:
        """What the application asked to which this one objects, and what of it was granted."""
        other = self.every.get(decided_by(self.every, self._asked.against) or 0)
        if other is None or not _is_granted(other.outcome):
            return None, ()
        return other.asked.what, other.outcome.details["amends"]

    def _withdrawals(self, amends: Sequence[Sequence[str]]) -> Iterator[Row]:
        """ANSWER_ROW: what takes back all that was granted."""
        given, what = self.ledger.given_amendments(), self._asked.what.value
        for entry_id, name in amends:
            answers = rows_among(given, "entry_id", [entry_id]).to_pylist()
            added = [row for row in answers if row["action"] == Action.ADD]
            if answers[-1]["adjudicates"] and entry_id in self._struck():
                # What a court stopped begins again when a higher one says so.
                struck = [row for row in answers if row["action"] == Action.STRIKE]
                yield struck[-1]
                continue
            is_said = any(row["action"] == what for row in answers)
            if what != Action.STRIKE or is_said or not added:
                # That somebody was added stays.
                is_place = name == PLACE_OF_ENTRY and is_said
                field = what if is_place and added else name
                yield {"entry_id": entry_id, "action": WITHDRAWN, "field": field}
            elif answers[-1]["action"] == WITHDRAWN:
                # An earlier version struck who was added by taking the addition back.
                yield added[-1]


def _is_granted(outcome: ApplicationEvent | None) -> TypeGuard[ApplicationEvent]:
    """True for a decision that grants."""
    return outcome is not None and bool(outcome.details["granted"])


def standing_of(
    ledger: Reader, runs: Known, settings: Settings, entries: Collection[str]
) -> str:
    """What of these entries is decided: ``holds``, or is ``contested`` or ``pending``."""
    holding = what_holds(answers_of_today(ledger, runs), settings)
    for name, answers in (
        ("contested", holding.contested),
        ("pending", holding.pending),
    ):
        if not {*entries}.isdisjoint(answers.column("entry_id").to_pylist()):
            return name
    return "holds"


def _ground_beside_a_move(code: str) -> str | None:
    """The ground of what is corrected beside a move: it changes because the voter asks."""
    moves, others = (
        {ground.code for ground in grounds_for(each.value)}
        for each in (Action.MOVE, Action.CORRECT)
    )
    return "voter-asked" if code in moves - others else code or None


def _place_of(row: Row) -> str:
    """What takes an answer about a place back; a question stands beside the own addition."""
    return Action.ASK.value if row["action"] == Action.ASK else PLACE_OF_ENTRY


def _number(text: str | None) -> int | None:
    """The number of a place as written; None for what is none: the check tells it."""
    return int(text) if text and text.strip().isdecimal() else None
