"""What the commission decides about an application, and what became of it above.

What is granted is an answer like any other: it goes through the same checks, is tried against all
that was decided, and recorded with the decision in one transaction. What it does to the list is
computed in the next run, as of every answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist import strict_json
from voterlist.casework.importing import (
    FROZEN,
    Against,
    Bringer,
    ImportedFile,
    check_answers,
    record,
)
from voterlist.casework.pages import numbers_of
from voterlist.config import Settings
from voterlist.counter.applications import (
    PLACE,
    Application,
    State,
    applications_of,
    find,
    named,
    require_fields,
    wants_other_struck,
)
from voterlist.counter.finder import FOUND, SEVERAL
from voterlist.counter.index import Progress
from voterlist.counter.people import (
    REGISTER,
    Person,
    agree,
    entry_of,
    is_identified,
    wrong_values,
)
from voterlist.counter.taking import likely
from voterlist.deadlines import is_frozen, last_days, list_day
from voterlist.decisions import grounds, grounds_for, is_same_person
from voterlist.decisions.standing import PLACE as PLACE_OF_ENTRY
from voterlist.decisions.standing import WITHDRAWN
from voterlist.decisions.verdicts import REVIEW_ROW
from voterlist.errors import usage_error
from voterlist.model import Action, Asks, Body, ListKind, Problem, Step
from voterlist.normalize import read_correction
from voterlist.pipeline.known import Known, answers_of_today, known
from voterlist.quality.readings import actions_of_two, what_holds
from voterlist.render.xlsx import ANSWER_ROW, Answers
from voterlist.schemas import AMENDMENT, ENTRY, empty
from voterlist.storage.ledger import ApplicationEvent, Ledger, Reader
from voterlist.storage.workspace import open_to_change
from voterlist.tables import from_rows, rows_among, with_column

REFUSE = "refuse"
"""What a ground carries that may refuse an application."""
_ACTIONS = {
    Asks.ADD: Action.ADD,
    Asks.CORRECT: Action.CORRECT,
    Asks.MOVE: Action.MOVE,
    Asks.STRIKE: Action.STRIKE,
}


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
        although: why somebody is added although an entry says nearly the same.
    """

    granted: bool
    ground: str = ""
    evidence: str = ""
    reason: str = ""
    entry_id: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    although: str = ""


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, and when."""

    by: str
    at: dt.datetime
    """The moment, with its time zone."""
    since: str
    """When the command began, as it is told to another one that has to wait."""
    bringer: str
    """Whose account it is; asked for where people log in at a desk."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision."""

    application: Application
    problems: tuple[Problem, ...] = ()
    """Why it may not be granted; then nothing is recorded."""
    standing: str = "holds"
    """``holds``, ``contested`` or ``pending``: what a second person has to say."""


def decide(
    workspace: Path,
    number: int,
    ruling: Ruling,
    decider: Decider,
    *,
    progress: Progress = lambda _step, _done, _total: None,
) -> Decided:
    """Grant or refuse an application.

    Args:
        workspace: its folder; held meanwhile.
        number: of the application.
        ruling: what is decided.
        decider: who decides, and when.
        progress: told what is done while the index is made in which somebody is looked for.

    Raises:
        UsageError: no application has the number, or it may not be decided so; the error says why.
        WorkspaceBusyError: another command holds the workspace.
    """
    require_fields(ruling.values)
    decider = replace(decider, by=named(decider.by))
    with open_to_change(workspace, decider.since) as (settings, ledger):
        applications = applications_of(ledger.applications())
        application = find(applications, number)
        _require_open(application, ruling, decider.by)
        work = _Work(workspace, settings, ledger, application, decider)
        work.against = applications.get(application.asked.against or 0)
        work.others = [*applications.values()]
        if ruling.granted:
            work.every = applications.values()
            work.require_grantable(ruling, progress)
        else:
            _require_refusable(ruling)
        return work.decided(Step.DECIDED, ruling, {})


def appeal(
    workspace: Path,
    number: int,
    to: Body,
    ruling: Ruling,
    decider: Decider,
) -> Decided:
    """Note what a commission above or a court decided about a decision: it overrules.

    Arguments as of ``decide``; the decider notes it, and carries it out where the outcome is
    another one.

    Raises:
        UsageError: as ``decide``; nothing was decided, or it is not said by which act.
        WorkspaceBusyError: another command holds the workspace.
    """
    require_fields(ruling.values)
    decider = replace(decider, by=named(decider.by))
    if not ruling.evidence:
        raise usage_error("application-no-act")
    with open_to_change(workspace, decider.since) as (settings, ledger):
        application = find(applications_of(ledger.applications()), number)
        _require_own(application)
        if application.outcome is None:
            raise usage_error("application-open", number=number)
        work = _Work(workspace, settings, ledger, application, decider)
        return work.decided(Step.APPEALED, ruling, {"to": to.value})


def _require_open(application: Application, ruling: Ruling, by: str) -> None:
    """Refuse to decide what is decided, or is decided elsewhere.

    Raises:
        UsageError: it says why.
    """
    number, outcome = application.number, application.outcome
    if application.state is State.WITHDRAWN:
        raise usage_error("application-not-open", number=number)
    _require_own(application)
    if application.asked.what is Asks.LISTED:
        raise usage_error("application-listed", number=number)
    if outcome is None:
        return
    if outcome.event == Step.APPEALED:
        raise usage_error("application-decided-above", number=number)
    if outcome.details["granted"] == ruling.granted:
        # A second person may grant what two people have to decide alike.
        if not ruling.granted or is_same_person(outcome.done_by, by):
            raise usage_error("application-decided", number=number)
    elif not ruling.reason:
        raise usage_error("application-decided-otherwise", number=number)
    elif outcome.details["granted"] and not is_same_person(outcome.done_by, by):
        raise usage_error("application-of-another", number=number)


def _require_own(application: Application) -> None:
    """Refuse to decide an application that is decided with an earlier one.

    Raises:
        UsageError: it is.
    """
    if application.first is not None:
        number, first = application.number, application.first.number
        raise usage_error("application-asked-already", number=number, first=first)


def _require_refusable(ruling: Ruling) -> None:
    """Refuse a refusal without ground or reason: it is written, and may be appealed.

    Raises:
        UsageError: one is missing, or the ground is none of a refusal.
    """
    codes = [ground.code for ground in grounds_for(REFUSE)]
    if ruling.ground not in codes:
        known = ", ".join(codes)
        raise usage_error("application-ground", known=known)
    if not ruling.reason:
        raise usage_error("application-no-reason")


class _Work:
    """A decision about an application, held against the list and recorded."""

    def __init__(
        self,
        workspace: Path,
        settings: Settings,
        ledger: Ledger,
        application: Application,
        decider: Decider,
    ) -> None:
        self._workspace = workspace
        self._settings = settings
        self._ledger = ledger
        self._application = application
        self._asked = application.asked
        self._by = decider.by
        self._at = decider.at
        self._bringer = decider.bringer
        self.against: Application | None = None
        """The application to which this one objects."""
        self.every: Collection[Application] = ()
        """All applications."""
        self.others: Sequence[Application] = ()
        """All applications; another one about who is struck now is decided with this one."""

    def decided(
        self, step: Step, ruling: Ruling, details: Mapping[str, Any]
    ) -> Decided:
        """Record the decision with what it does to the list; or why it may not be granted."""
        outcome = self._application.outcome
        was_granted = outcome is not None and outcome.details["granted"]
        rows: list[dict[str, Any]] = []
        people = empty(ENTRY)
        if ruling.granted and (not was_granted or step is Step.DECIDED):
            rows, people = self._answers(ruling)
        elif was_granted and not ruling.granted and outcome is not None:
            rows = list(self._withdrawals(outcome))
            people = self._added({row["entry_id"] for row in rows})
        takes_off = ruling.granted and any(row["action"] == WITHDRAWN for row in rows)
        code = self._problem_of_striking(ruling) if takes_off else None
        if code is not None:
            return Decided(self._application, (Problem(1, code, ""),))
        is_restored = not ruling.granted and any(
            row["action"] == Action.ADD for row in rows
        )
        standing = "holds"
        if takes_off and self._is_alone(outcome):
            standing = "pending"
        elif takes_off or is_restored or (step is Step.APPEALED and not ruling.granted):
            # What is overruled is not the own answer of whoever notes it; nor is the addition of
            # somebody who is struck now, or comes back.
            overruled = [row | {"decided_at": self._moment} for row in rows]
            amendments = from_rows(overruled, AMENDMENT)
            self._ledger.amend(amendments, adjudicates=True)
        elif rows:
            standing, problems = self._recorded(rows, people)
            if problems:
                return Decided(self._application, problems)
        amends = [[row["entry_id"], _field_of(row)] for row in rows]
        if outcome is not None and was_granted and ruling.granted and not rows:
            # What was upheld above may be overruled still further above.
            amends = outcome.details["amends"]
        said = {
            **details,
            "granted": ruling.granted,
            "ground": ruling.ground or None,
            "evidence": self._evidence(ruling)
            if ruling.granted
            else ruling.evidence or None,
            "reason": ruling.reason or None,
            "although": ruling.although or None,
            "amends": amends,
        }
        day = self._at.date().isoformat()
        number = self._application.number
        event = self._ledger.apply(
            ApplicationEvent(number, step.value, day, self._by, said)
        )
        if standing == "holds":
            self._decide_others(ruling, {**said, "amends": [], "with": number})
        return Decided(self._application.after(event), standing=standing)

    def _recorded(
        self, rows: list[dict[str, Any]], people: pa.Table
    ) -> tuple[str, tuple[Problem, ...]]:
        """Record the answers: (what of them holds, why they may not be recorded)."""
        runs = known(self._workspace, self._ledger)
        checked = self._checked(rows, people, runs)
        if checked.problems:
            return "", checked.problems
        if self._asked.what is Asks.MOVE and people.num_rows:
            # Another place than that to which somebody else added the person: it is this one.
            checked = _settling(checked)
        record(self._ledger, runs, checked)
        ids = {str(row["entry_id"]) for row in rows}
        return standing_of(self._ledger, runs, self._settings, ids), ()

    def _decide_others(self, ruling: Ruling, said: Mapping[str, Any]) -> None:
        """Decide the other open applications that want struck who is struck by this one."""
        if not ruling.granted or self._asked.what is not Asks.STRIKE:
            return
        day = self._at.date().isoformat()
        entry_id = ruling.entry_id or self._asked.entry_id
        for other in self.others:
            is_same = (other.asked.what, other.asked.entry_id) == (
                Asks.STRIKE,
                entry_id,
            )
            is_own = other.number == said["with"] or other.first is not None
            if is_same and other.state is State.OPEN and not is_own:
                decided = Step.DECIDED.value
                event = ApplicationEvent(other.number, decided, day, self._by, said)
                self._ledger.apply(event)

    @property
    def _moment(self) -> str:
        return self._at.isoformat(timespec="seconds")

    def require_grantable(self, ruling: Ruling, progress: Progress) -> None:
        """Refuse what nobody may grant yet.

        Raises:
            UsageError: it says what is missing.
        """
        number = self._application.number
        person = self._person(ruling)
        if self._asked.what is not Asks.ADD:
            # What was told of somebody who is on the list is written nowhere.
            person = replace(person, name="", born="")
        wrong = wrong_values(person, self._at.date())
        if self._asked.what in _ACTIONS and wrong:
            raise usage_error(
                "application-wrong", number=number, fields=", ".join(wrong)
            )
        if self._asked.what is Asks.COMPLAINT:
            if not ruling.reason:
                raise usage_error("application-no-reason")
        elif self._asked.what is Asks.ADD:
            self._require_missing(ruling, progress)
        elif (ruling.entry_id or self._asked.entry_id) is None:
            raise usage_error("application-no-entry", number=number)
        if wants_other_struck(self._asked):
            self._require_heard(ruling)

    def _require_heard(self, ruling: Ruling) -> None:
        """Refuse to strike a voter for somebody else who is not known, or before the voter is told.

        Where the ground allows it, name and identifier of the entry as the applicant tells them
        stand for the notice.

        Raises:
            UsageError: it says what is missing.
        """
        number, asked = self._application.number, self._asked
        if not asked.documents:
            raise usage_error("application-by-unknown", number=number)
        if not ruling.evidence:
            raise usage_error("application-no-evidence", number=number)
        for other in self.every:
            is_objection = other.asked.against == number
            if is_objection and other.state in {State.OPEN, State.GRANTED}:
                raise usage_error(
                    "application-objected", number=number, other=other.number
                )
        ground = grounds().get(ruling.ground)
        if ground is not None and ground.at_once and self._is_identified(ruling):
            return
        notice = self._application.last(Step.NOTIFIED)
        if notice is None:
            raise usage_error("application-not-notified", number=number)
        if self._at.date().isoformat() <= notice.details["until"]:
            until = notice.details["until"]
            raise usage_error("application-notice-runs", number=number, until=until)

    def _is_identified(self, ruling: Ruling) -> bool:
        """True where the person of the application is the entry by name and an identifier."""
        entry_id = ruling.entry_id or self._asked.entry_id
        entry = entry_of(self._workspace, self._ledger, entry_id)
        return entry is not None and is_identified(entry, self._person(ruling))

    def _person(self, ruling: Ruling) -> Person:
        values = {**self._asked.values, **ruling.values}
        return replace(self._asked.person, values=values)

    def _require_missing(self, ruling: Ruling, progress: Progress) -> None:
        """Refuse to add who is under age, or whom an entry seems to be already.

        Whom another application added since the run is in no list that could be searched.

        Raises:
            UsageError: it names the entries.
        """
        settings = self._settings
        day = list_day(settings.calendar, settings.workspace.cycle)
        person = self._person(ruling)
        born = person.values.get("birth_date") or person.born
        text = read_correction("birth_date", born, self._at.date()).text if born else ""
        # What is missing of the date is taken in the voter's favour.
        earliest = f"{text}-01-01"[:10] if text else ""
        limit = f"{day.year - settings.check.voting_age:04}-{day:%m-%d}"
        if earliest > limit:
            raise usage_error("application-under-age", number=self._application.number)
        if ruling.although:
            return
        answer, entries = likely(
            self._workspace, settings, self._ledger, person, progress
        )
        found = entries if answer in {FOUND, SEVERAL} else []
        told = ", ".join([*found, *self._added_since(person)])
        if told:
            number = self._application.number
            raise usage_error("application-stands", number=number, entries=told)

    def _added_since(self, person: Person) -> Iterator[str]:
        """The ids under which others were added since the run who may be this person."""
        run = known(self._workspace, self._ledger).run
        for other in self.every:
            outcome = other.outcome
            # Who is told of in the same words has the same row: it is added once.
            is_same = other.asked.says_as(self._asked)
            if outcome is None or is_same or outcome.day < run[:10]:
                continue
            if other.asked.what is Asks.ADD and outcome.details["granted"]:
                (row,) = other.asked.person.row(0, (None, None)).to_pylist()
                if agree(row, person):
                    yield outcome.details["amends"][0][0]

    def _answers(self, ruling: Ruling) -> tuple[list[dict[str, Any]], pa.Table]:
        """(ANSWER_ROW of what is granted, ENTRY of who is added)."""
        action = _ACTIONS.get(self._asked.what)
        if action is None:
            return list(self._questions(ruling)), empty(ENTRY)
        values = {**self._asked.values, **ruling.values}
        runs = known(self._workspace, self._ledger)
        if action in {Action.ADD, Action.MOVE} and len(runs.constituencies()) == 1:
            values.setdefault("constituency", str(runs.constituencies()[0]))
        entry_id = ruling.entry_id or self._asked.entry_id
        people = rows_among(runs.table("additions"), "entry_id", [entry_id])
        if people.num_rows and action is Action.STRIKE:
            row = {"entry_id": entry_id, "action": WITHDRAWN, "field": PLACE_OF_ENTRY}
            return [{**row, "decided_by": self._by}], empty(ENTRY)
        if action is Action.ADD:
            place = tuple(_number(values.get(name)) for name in PLACE)
            person = self._person(ruling)
            people = person.row(self._application.number, (place[0], place[1]))
            entry_id = people.column("entry_id")[0].as_py()
        said = {
            "entry_id": entry_id,
            "ground": ruling.ground or None,
            "document": self._evidence(ruling),
            "reason": ruling.reason or ruling.although or None,
        }
        fields = {name: text for name, text in values.items() if name not in PLACE}
        rows: list[dict[str, Any]] = []
        if action is not Action.CORRECT:
            at = {name: values.get(name) for name in PLACE}
            row = {**said, **at, "action": action.value}
            if people.num_rows:
                # Who was added is moved by being added elsewhere.
                ground = _ground_beside_a_move(ruling.ground, Action.ADD)
                row |= {"action": Action.ADD.value, "ground": ground}
            rows.append(row)
        if action in {Action.CORRECT, Action.MOVE}:
            of_field = dict(said)
            if action is Action.MOVE:
                of_field["ground"] = _ground_beside_a_move(
                    ruling.ground, Action.CORRECT
                )
            rows += [
                {
                    **of_field,
                    "action": Action.CORRECT.value,
                    "field": name,
                    "value": text,
                }
                for name, text in fields.items()
            ]
        if action is Action.CORRECT and not fields:
            rows.append({**said, "action": action.value})
        return rows, people

    def _problem_of_striking(self, ruling: Ruling) -> str | None:
        """Why somebody who was added may not be taken off: a code of the checks of all answers."""
        ground = grounds().get(ruling.ground)
        if ground is None or Action.STRIKE.value not in ground.actions:
            return "ground-not-for-action"
        if self._evidence(ruling) is None:
            return "evidence-missing"
        last = last_days(self._settings.calendar, self._settings.workspace.cycle)
        frozen = last.get(ListKind.PERMANENT)
        is_late = frozen is not None and is_frozen(frozen, self._at.date())
        return FROZEN if is_late and not ground.after_freeze else None

    def _evidence(self, ruling: Ruling) -> str | None:
        """What shows it: as it was decided, else the documents that were seen."""
        return ruling.evidence or "; ".join(self._asked.documents) or None

    def _questions(self, ruling: Ruling) -> Iterator[dict[str, Any]]:
        """ANSWER_ROW: what stops a striking to which somebody objected rightly.

        The entry is asked about anew. So a striking by the same person is replaced, and one by
        somebody else contested: the voter stands on the list until it is settled.
        """
        other = self.against
        if other is None or other.asked.what is not Asks.STRIKE:
            return
        outcome = other.outcome
        if outcome is not None and outcome.details["granted"]:
            for entry_id, _ in outcome.details["amends"]:
                yield {
                    "entry_id": entry_id,
                    "action": Action.ASK.value,
                    "reason": ruling.reason,
                }

    def _added(self, ids: Collection[str]) -> pa.Table:
        """ENTRY: the rows from which people were added, as they were kept."""
        subjects = rows_among(self._ledger.subjects(), "entry_id", ids).to_pylist()
        kept = ((row["entry_id"], strict_json.loads(row["cells"])) for row in subjects)
        rows = [
            {name: {"entry_id": key, **cells}.get(name) for name in ENTRY.names}
            for key, cells in kept
            if cells.get("source") == REGISTER
        ]
        return from_rows(rows, ENTRY)

    def _is_alone(self, outcome: ApplicationEvent | None) -> bool:
        """True where a second person has to strike too, before it holds."""
        wanted = actions_of_two(self._settings.decisions, self._settings.review)
        if Action.STRIKE.value not in wanted:
            return False
        if outcome is None or not outcome.details["granted"]:
            return True
        return is_same_person(outcome.done_by, self._by)

    def _withdrawals(self, outcome: ApplicationEvent) -> Iterator[dict[str, Any]]:
        """ANSWER_ROW: what takes back all that was granted."""
        for entry_id, name in outcome.details["amends"]:
            answers = rows_among(
                self._ledger.given_amendments(), "entry_id", [entry_id]
            ).to_pylist()
            additions = [row for row in answers if row["action"] == Action.ADD]
            if self._asked.what is Asks.STRIKE and additions:
                # Where a second person was waited for, nobody was taken off.
                if answers[-1]["action"] == WITHDRAWN:
                    yield {**additions[-1], "decided_by": self._by}
                continue
            yield {
                "entry_id": entry_id,
                "action": WITHDRAWN,
                "field": name,
                "decided_by": self._by,
            }

    def _checked(
        self, rows: list[dict[str, Any]], people: pa.Table, runs: Known
    ) -> ImportedFile:
        """The answers, held against the list and all that was decided."""
        full = [
            {
                "file": "",
                "sheet": "",
                "row": number,
                "decided_by": self._by,
                "run_id": runs.run,
                "adjudicates": False,
                **row,
            }
            for number, row in enumerate(rows, 1)
        ]
        ledger = self._ledger
        against = Against(
            runs=runs,
            given=answers_of_today(ledger, runs),
            settings=self._settings,
            numbers=numbers_of(runs, runs.table("cases"), ledger),
            decided_at=self._at,
            by=self._by,
            bringer=Bringer(self._bringer) if ledger.users() else None,
            people=people,
            journal=ledger.journal(),
        )
        answers = Answers(
            decisions=empty(REVIEW_ROW),
            amendments=from_rows(full, ANSWER_ROW),
            runs=frozenset({runs.run}),
        )
        return check_answers(answers, (), against)


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


def _settling(checked: ImportedFile) -> ImportedFile:
    """The same, with additions that settle where the person stands."""
    actions = checked.amendments.column("action").to_pylist()
    is_settling = pa.array([action == Action.ADD for action in actions], pa.bool_())
    amendments = with_column(checked.amendments, "adjudicates", is_settling)
    return replace(checked, amendments=amendments)


def _ground_beside_a_move(code: str, action: Action) -> str | None:
    """The ground of what is corrected or added beside a move: it changes because the voter asks."""
    moves, others = (
        {ground.code for ground in grounds_for(each.value)}
        for each in (Action.MOVE, action)
    )
    return "voter-asked" if code in moves - others else code or None


def _field_of(row: Mapping[str, Any]) -> str:
    """What of the entry an answer is about, as a withdrawal names it."""
    return row.get("field") or PLACE_OF_ENTRY


def _number(text: str | None) -> int | None:
    """The number of a place as written; None for what is none: the check tells it."""
    return int(text) if text and text.strip().isdecimal() else None
