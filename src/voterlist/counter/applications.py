"""Applications (müraciət): what was asked, what became of it, and by when it is answered.

An application is the fold of its events in the ledger. No clock, and no sentence: what is doubtful
of it is told by codes. What people say of themselves and others stands in these events alone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.casework.returned_cases import Kept, Outcome
from voterlist.config.sections import Settings
from voterlist.counter.asking import Person
from voterlist.custody.refusals import wrong
from voterlist.decisions.answers import grounds
from voterlist.decisions.given import (
    is_same_person,
    name_as_kept,
    person_key,
    voter_key,
)
from voterlist.errors import usage_error
from voterlist.fields import ENTRY_FIELDS
from voterlist.model import Asks, Relation, Step, Way, frozen
from voterlist.schemas import HANDED_APPLICATION
from voterlist.storage.ledger import ApplicationEvent, Ledger, place_in
from voterlist.storage.store import read_file
from voterlist.storage.workspace import open_to_read, settings_of
from voterlist.tables import Row, by_key, from_rows

PLACE = ("constituency", "precinct")
SET = (*ENTRY_FIELDS, *PLACE)
"""What an application may set: a field of an entry, and where the person belongs."""

Doubt = tuple[str, str]
"""(code, what it is about: a field, or numbers of applications); ``application.doubt.<code>``."""


@frozen
class Clerk:
    """Who does something at the counter, and when."""

    by: str
    at: dt.datetime
    """The moment, with its time zone."""
    since: str
    """When the command began, as it is told to another one that has to wait."""
    account: str = ""
    """Whose account it is; asked for where people log in at a desk."""

    @property
    def today(self) -> dt.date:
        """The day of the moment."""
        return self.at.date()


class State(StrEnum):
    """How an application stands."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    ANSWERED = "answered"
    """It asked what the list says, and was told."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks the commission for.

    Attributes:
        what: what is to be done.
        by: who asks.
        relation: who that is to the person whom it is about.
        way: by which way it came.
        entry_id: the entry that it is about, where it is known.
        name: whom it is about, in words.
        born: the birth date of that person, as told.
        values: what is to be set: field of ENTRY, ``constituency`` or ``precinct`` -> text.
        documents: the documents that were seen.
        against: the number of the application to which it objects.
        below: the commission below that took it first, and its number there: ``conec-088/12``.
    """

    what: Asks
    by: str
    relation: Relation = Relation.SELF
    way: Way = Way.COUNTER
    entry_id: str | None = None
    name: str = ""
    born: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    documents: Sequence[str] = ()
    against: int | None = None
    below: str = ""

    @property
    def person(self) -> Person:
        """Whom it is about, as the applicant says."""
        return Person(self.name, self.born, self.values)

    def is_again(self, other: Request) -> bool:
        """True where the same person asks for the same with the same documents."""
        mine, theirs = (
            (asked.relation, list(asked.documents)) for asked in (self, other)
        )
        is_same = is_same_person(self.by, other.by) and mine == theirs
        return is_same and self.says_as(other)

    def says_as(self, other: Request) -> bool:
        """True where another application asks the same for the same person."""
        mine, theirs = (
            (asked.what, asked.entry_id, voter_key(asked.name), asked.born)
            for asked in (self, other)
        )
        is_same = self.values == other.values and self.against == other.against
        return mine == theirs and is_same


@frozen
class Brief:
    """An application without what anybody said in it: as others may count it."""

    number: int
    what: str
    """A code of ``Asks``."""
    state: str
    """A code of ``State``."""
    day: dt.date
    due: dt.date
    done: dt.date | None
    """When it was decided, or answered, first."""
    ground: str | None = None
    entry_id: str | None = None

    def is_late(self, today: dt.date) -> bool:
        """True where it was, or is still, not answered in its term."""
        return (self.done or today) > self.due


@frozen
class Application:
    """An application with all that became of it."""

    taken: ApplicationEvent
    asked: Request
    due: dt.date
    """The last day on which it is answered in time."""
    doubts: tuple[Doubt, ...]
    """What was told to whoever took it."""
    events: tuple[ApplicationEvent, ...] = ()
    """What became of it, in order."""
    first: Application | None = None
    """The application that asked the same before, and is decided for both."""

    @property
    def number(self) -> int:
        """By which people call it; from 1."""
        return self.taken.application

    @property
    def about(self) -> str:
        """Whom it is about, for people: the name that was told, or that of the entry, or its id."""
        known_as = self.taken.details.get("known_as")
        return self.asked.name or known_as or self.asked.entry_id or ""

    @property
    def day(self) -> dt.date:
        """When it was taken."""
        return dt.date.fromisoformat(self.taken.day)

    def after(self, event: ApplicationEvent) -> Application:
        """It after something more happened; while a voter may object, its term is not over."""
        due = self.due
        if event.event == Step.NOTIFIED:
            until = dt.date.fromisoformat(event.details["until"])
            due = max(due, until + dt.timedelta(days=1))
        return replace(self, events=(*self.events, event), due=due)

    def last(self, *steps: Step) -> ApplicationEvent | None:
        """The last event of these kinds; None where there is none."""
        return next(
            (event for event in reversed(self.events) if event.event in steps), None
        )

    @property
    def outcome(self) -> ApplicationEvent | None:
        """What holds: the last decision, of the commission or above; None while it is open."""
        own = self.last(Step.DECIDED, Step.APPEALED)
        return own or (self.first.outcome if self.first else None)

    @property
    def state(self) -> State:
        """How it stands."""
        if self.last(Step.WITHDRAWN):
            return State.WITHDRAWN
        if self.outcome is not None:
            return State.GRANTED if self.outcome.details["granted"] else State.REFUSED
        is_told = self.asked.what is Asks.LISTED and self.last(Step.ANSWERED)
        return State.ANSWERED if is_told else State.OPEN

    @property
    def done(self) -> dt.date | None:
        """The day on which the commission decided first, or told what the list says."""
        shared = self.first.events if self.first else ()
        days = [event.day for event in (*shared, *self.events) if event.event in _ENDS]
        return dt.date.fromisoformat(days[0]) if days else None

    @property
    def brief(self) -> Brief:
        """It without what anybody said in it."""
        ground = self.outcome.details["ground"] if self.outcome else None
        what, state = self.asked.what.value, self.state.value
        days = self.day, self.due, self.done
        return Brief(self.number, what, state, *days, ground, self.asked.entry_id)

    def is_late(self, today: dt.date) -> bool:
        """True where it was, or is still, not answered in its term."""
        return self.brief.is_late(today)


_ENDS = frozenset({Step.DECIDED, Step.APPEALED, Step.ANSWERED, Step.WITHDRAWN})
"""What the commission owes a person; of what was forwarded, what was decided above."""


def applications_of(events: Iterable[ApplicationEvent]) -> dict[int, Application]:
    """The applications of these events, by number."""
    found: dict[int, Application] = {}
    for event in events:
        if event.event == Step.TAKEN:
            found[event.application] = taken_as(event, found)
        elif event.application in found:
            found[event.application] = found[event.application].after(event)
    for number, known in found.items():
        # What became of the first one since; who withdrew it leaves the other one standing.
        first = found[known.first.number] if known.first else None
        is_gone = first is None or first.state is State.WITHDRAWN
        found[number] = replace(known, first=None if is_gone else first)
    return found


def taken_as(event: ApplicationEvent, known: Mapping[int, Application]) -> Application:
    """The application that an event begins, with the one among these that asked the same."""
    said = event.details
    asked = said["asked"]
    kinds = {"what": Asks, "relation": Relation, "way": Way, "documents": tuple}
    words = {name: kind(asked[name]) for name, kind in kinds.items()}
    return Application(
        taken=event,
        asked=Request(**{**asked, **words}),
        due=dt.date.fromisoformat(said["due"]),
        doubts=tuple((code, about) for code, about in said["doubts"]),
        first=known.get(said["first"]),
    )


def name_of(text: str) -> str:
    """The name of whoever asks or decides.

    Raises:
        UsageError: nothing of it can be seen.
    """
    name = name_as_kept(text)
    if name is None:
        raise usage_error("application-by-nobody")
    return name


def require_fields(values: Mapping[str, str]) -> None:
    """Refuse what no application may set.

    Raises:
        UsageError: it names the fields that there are.
    """
    if not values.keys() <= set(SET):
        raise usage_error("application-field", known=", ".join(SET))


def wants_other_struck(asked: Request) -> bool:
    """True where somebody wants another voter struck."""
    return asked.what is Asks.STRIKE and asked.relation is not Relation.SELF


def answered_until(application: Application, settings: Settings) -> dt.date:
    """The last day on which the applicant has the answer.

    Whom somebody else wants struck is told by the due day, and may object first.
    """
    days = 0
    if wants_other_struck(application.asked) and not application.last(Step.NOTIFIED):
        days = settings.applications.notice_days + 1
    return application.due + dt.timedelta(days=days)


def many_strikings(
    applications: Iterable[Application], settings: Settings
) -> list[list[int]]:
    """The numbers of applications by which one person wants more than so many others struck."""
    by_person = by_key(
        (person_key(application.asked.by), application.number)
        for application in applications
        if wants_other_struck(application.asked)
    )
    most = settings.applications.most_strikings
    return [numbers for numbers in by_person.values() if len(numbers) > most]


def require_no_objection(
    every: Mapping[int, Application], number: int, *states: State
) -> None:
    """Refuse what an objection in one of these states stops, to it or what is decided with it.

    Raises:
        UsageError: it names the objection.
    """
    decided = decided_by(every, number)
    for other in every.values():
        is_to_it = decided_by(every, other.asked.against) == decided
        if is_to_it and other.state in states:
            raise usage_error("application-objected", number=number, other=other.number)


def decided_by(every: Mapping[int, Application], number: int | None) -> int | None:
    """The number of the application whose decision is that of this one; None where none has it."""
    one = every.get(number or 0)
    if one is None:
        return None
    own = one.first.number if one.first else one.number
    return own if one.outcome is None else one.outcome.details.get("with", own)


def find(applications: Mapping[int, Application], number: int) -> Application:
    """The application of a number.

    Raises:
        UsageError: no application has it.
    """
    if number not in applications:
        last = max(applications, default=0)
        raise usage_error("application-unknown", number=number, last=last)
    return applications[number]


def add_event(
    workspace: Path,
    number: int,
    step: Step,
    text: str,
    clerk: Clerk,
) -> Application:
    """Note that an application was withdrawn, that a voter was told of it, or a note.

    Raises:
        UsageError: no application has the number, or it is not open any more.
        WorkspaceBusyError: another command writes the ledger all the time.
    """
    settings = settings_of(workspace)
    with Ledger(place_in(workspace, settings)) as ledger:
        application = find(applications_of(ledger.applications()), number)
        if step is not Step.NOTE and application.state is not State.OPEN:
            raise usage_error("application-not-open", number=number)
        return with_event(ledger, settings, application, step, clerk, text=text)


def with_event(
    ledger: Ledger,
    settings: Settings,
    application: Application,
    step: Step,
    clerk: Clerk,
    **details: str,
) -> Application:
    """The application with what happened to it; of a notice until when the voter may object.

    Raises:
        UsageError: a notice, where nobody wants another voter struck.
    """
    day = ledger.day_of_chain(clerk.today)
    if step is Step.NOTIFIED:
        if not wants_other_struck(application.asked):
            raise usage_error("application-no-notice", number=application.number)
        term = dt.timedelta(days=settings.applications.notice_days)
        details["until"] = (day + term).isoformat()
    event = ApplicationEvent(
        application.number, step.value, day.isoformat(), clerk.by, details
    )
    return application.after(ledger.apply(event))


@frozen
class Book:
    """All applications of a workspace on a day."""

    today: dt.date
    applications: tuple[Application, ...]
    """Those that are late, then the open ones, each by their due day; then all others."""
    many: tuple[tuple[int, ...], ...]
    """Numbers of applications of one person who wants many others struck."""

    @property
    def open(self) -> tuple[Application, ...]:
        """Those that wait for the commission, the most urgent first."""
        return tuple(
            application
            for application in self.applications
            if application.state is State.OPEN
        )

    @property
    def late(self) -> int:
        """How many open ones are behind their term."""
        return sum(application.is_late(self.today) for application in self.open)


def book_of(workspace: Path, *, today: dt.date) -> Book:
    """The applications of a workspace.

    Raises:
        UsageError: it is no workspace.
        InputError: its ledger cannot be read.
    """
    with open_to_read(workspace) as (settings, ledger):
        return read_book(ledger.applications(), settings, today)


def read_book(
    events: Iterable[ApplicationEvent], settings: Settings, today: dt.date
) -> Book:
    """The applications of these events."""
    every = applications_of(events).values()

    def order(application: Application) -> tuple[bool, dt.date, int]:
        is_open = application.state is State.OPEN
        return (
            not is_open,
            application.due if is_open else application.day,
            application.number,
        )

    many = tuple(tuple(numbers) for numbers in many_strikings(every, settings))
    return Book(today, tuple(sorted(every, key=order)), many)


def figures_of(briefs: Sequence[Brief], today: dt.date) -> list[Row]:
    """The numbers of each kind that was asked for, and of all together.

    ``what`` is a code of ``Asks``, or ``all``; ``taken``, and of them by each code of ``State``;
    ``late``: answered, or still open, behind their term; ``days`` from the application to the
    decision, on average, None where none was decided.
    """
    by_kind = by_key((brief.what, brief) for brief in briefs)
    kinds = [asks.value for asks in Asks if asks.value in by_kind]
    figures = []
    for what, those in (*((kind, by_kind[kind]) for kind in kinds), ("all", briefs)):
        states = Counter(brief.state for brief in those)
        days = [
            (brief.done - brief.day).days
            for brief in those
            if brief.done is not None and brief.state != State.WITHDRAWN
        ]
        row = {"what": what, "taken": len(those)}
        row |= {state.value: states[state.value] for state in State}
        row["late"] = sum(brief.is_late(today) for brief in those)
        row["days"] = sum(days) / len(days) if days else None
        figures.append(row)
    return figures


def as_json(application: Application, today: dt.date) -> dict[str, Any]:
    """An application for programs; ``first`` is the number of the one that asked the same."""
    names = ("number", "day", "due", "state")
    return {
        **{name: getattr(application, name) for name in names},
        "late": application.is_late(today),
        "done": application.done,
        "clerk": application.taken.done_by,
        **asdict(application.asked),
        "first": application.first.number if application.first else None,
        "doubts": [
            {"code": code, "about": about} for code, about in application.doubts
        ],
        "events": [
            {
                "event": event.event,
                "day": event.day,
                "by": event.done_by,
                **event.details,
            }
            for event in application.events
        ],
    }


CARRIED = "applications.parquet"
"""Their table in a package: counted, without what anybody said."""


def handed_over(
    applications: Iterable[Application], place: tuple[int, int | None]
) -> pa.Table:
    """HANDED_APPLICATION of a constituency, or of a precinct of it, by number.

    An application about an entry of elsewhere names none.
    """
    constituency, precinct = place
    prefix = f"{constituency:03}-" + ("" if precinct is None else f"{precinct:04}-")
    where = {"constituency": constituency, "precinct": precinct}
    rows = []
    for application in applications:
        row = asdict(application.brief) | where
        if not (row["entry_id"] or "").startswith(prefix):
            row["entry_id"] = None
        rows.append(row)
    return from_rows(rows, HANDED_APPLICATION, "number")


def outcomes_for(
    receiver: str,
    applications: Iterable[Application],
    prefix: str,
    ids: Mapping[str, str],
) -> tuple[Outcome, ...]:
    """What was decided about the applications that a commission below took.

    The ids of its entries begin with ``prefix``; ``ids``: the id here -> the one there, where they
    differ.
    """
    found = {}
    for application in applications:
        commission, _, number = application.asked.below.partition("/")
        event, entry_id = application.outcome, application.asked.entry_id or ""
        if commission == receiver and event is not None:
            said = event.details
            ground = grounds().get(said["ground"])
            found[number] = Outcome(
                number=int(number),
                above=application.number,
                what=application.asked.what,
                entry_id=ids.get(entry_id, entry_id)
                if entry_id.startswith(prefix)
                else None,
                born=application.asked.born or None,
                article=ground.article if ground else None,
                day=event.day,
                by=event.done_by,
                **{name: said[name] for name in ("granted", "ground", "reason")},
            )
    return tuple(found.values())


def briefs_below(workspace: Path) -> dict[str, list[Brief]]:
    """The applications in the newest package of each commission below, by the commission.

    Raises:
        UsageError: it is no workspace.
        CustodyError: what was kept of a package is gone or damaged.
    """
    with open_to_read(workspace) as (_, ledger):
        folders = Kept(workspace, ledger).lists()
    paths = {sender: folder / CARRIED for sender, folder in folders.items()}
    try:
        return {
            sender: [_brief(row) for row in read_file(path).to_pylist()]
            for sender, path in paths.items()
            if path.exists()
        }
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        raise wrong("applications") from None


def _brief(row: Row) -> Brief:
    days = {
        name: dt.date.fromisoformat(row[name])
        for name in ("day", "due", "done")
        if name != "done" or row[name]
    }
    return Brief(**{name: row[name] for name in Brief.__annotations__} | days)
