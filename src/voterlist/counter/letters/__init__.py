"""The papers of an application: the slip, the answer, the notice to a voter, and the book.

That a letter was written is noted of the application.

A letter is a table (a file here) and a template (``render/pdf/templates``): the table says which of
``FACTS`` stand on it, and which sentences. Its words are those of the catalogue under
``letter.<name>``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from voterlist.config.sections import Settings
from voterlist.counter.applications import (
    Application,
    Book,
    Clerk,
    State,
    answered_until,
    applications_of,
    book_of,
    find,
    require_no_objection,
    wants_other_struck,
    with_event,
)
from voterlist.counter.deciding import standing_of
from voterlist.counter.finder import Finder
from voterlist.counter.index import make_index
from voterlist.decisions.answers import grounds
from voterlist.errors import UsageError, usage_error
from voterlist.fields import name_in
from voterlist.model import Asks, OnProgress, Step, frozen, no_progress
from voterlist.pipeline.known import known
from voterlist.pipeline.list_input import ListSource
from voterlist.render.pdf import typeset
from voterlist.report.values import Words
from voterlist.shipped import shipped_toml
from voterlist.storage.files import write_content
from voterlist.storage.ledger import ApplicationEvent
from voterlist.storage.workspace import open_to_change, settings_of
from voterlist.tables import Row

_ROLES = ("chair", "secretary")


@frozen
class Letter:
    """What a letter is about."""

    application: Application
    settings: Settings
    today: dt.date
    words: Words
    """Of its language."""
    entry: Row | None = None
    """How the entry stands on the list of today: the columns of ``counter.index.SHOWN``."""

    @property
    def outcome(self) -> ApplicationEvent | None:
        """What the commission itself decided last; None where it did not."""
        own = self.application.first or self.application
        return own.last(Step.DECIDED)

    @property
    def due(self) -> str:
        """Until when the applicant has the answer."""
        return self.on(answered_until(self.application, self.settings))

    @property
    def is_listed(self) -> bool:
        """True where the person stands on the list of today."""
        return self.entry is not None and self.entry["listed_precinct"] is not None

    @property
    def above(self) -> ApplicationEvent | None:
        """What was decided above and holds; None where the commission itself was the last."""
        holds = self.application.outcome
        return holds if holds and holds.event == Step.APPEALED else None

    @property
    def first_answered(self) -> dt.date:
        """The day of the first answer that said what holds: another printing gives no new term."""
        holds, events = self.application.outcome, self.application.events
        # What was answered earlier on the day of a decision did not say it.
        since = events.index(holds) if holds in events else 0
        days = [
            event.day
            for event in events[since:]
            if event.event == Step.ANSWERED and (not holds or event.day >= holds.day)
        ]
        return dt.date.fromisoformat(min(days)) if days else self.today

    def said(self, name: str) -> str:
        """What is said of the outcome by whoever decided so, above first; blank for nothing."""
        above, own = self.above, self.outcome
        both = [event.details for event in (above, own) if event is not None]
        alike = [said for said in both if said["granted"] == both[0]["granted"]]
        return next((said[name] for said in alike if said[name]), "")

    def on(self, day: dt.date | str) -> str:
        """A day in words."""
        return self.words.long_day(dt.date.fromisoformat(str(day)))


def _about(letter: Letter) -> str:
    application = letter.application
    if application.asked.name or letter.entry is None:
        return application.about
    return name_in(letter.entry)


def _place(letter: Letter) -> str:
    """Where the person stands today."""
    entry = letter.entry
    if entry is None:
        return ""
    if not letter.is_listed:
        return letter.words("letter.on-no-list")
    names = ("listed_in", "listed_precinct", "list_number")
    place = {name: str(entry[name] or "-") for name in names}
    return letter.words("letter.place", **place)


def _outcome(letter: Letter) -> str:
    application = letter.application
    key = f"application.state.{application.state}"
    if application.asked.what is Asks.LISTED:
        key = f"letter.{'listed' if letter.is_listed else 'on-no-list'}"
    return letter.words(key)


def _article(letter: Letter) -> str:
    ground, words = grounds().get(letter.said("ground")), letter.words
    if ground is None or ground.article is None:
        return ""
    text = words("letter.article", article=ground.article)
    return text if ground.verified else f"{text} ({words('letter.not-verified')})"


def _above(letter: Letter) -> str:
    event, words = letter.above, letter.words
    if event is None:
        return ""
    body = words(f"letter.body.{event.details['to']}")
    return "; ".join([body, _state(event, words), event.details["evidence"]])


def _tell_decision(letter: Letter) -> str:
    """By whom, when, and where another one holds also how."""
    event, words = letter.outcome, letter.words
    if event is None:
        return ""
    told = words("letter.decided", day=letter.on(event.day), by=event.done_by)
    return f"{told}; {_state(event, words)}" if letter.above else told


def _state(event: ApplicationEvent, words: Words) -> str:
    outcome = State.GRANTED if event.details["granted"] else State.REFUSED
    return words(f"application.state.{outcome}")


def _until(letter: Letter) -> str:
    event = letter.application.last(Step.NOTIFIED)
    return letter.on(event.details["until"]) if event else ""


FACTS: Mapping[str, Callable[[Letter], object]] = {
    "number": lambda letter: letter.application.number,
    "day": lambda letter: letter.on(letter.application.day),
    "due": lambda letter: letter.due,
    "applicant": lambda letter: letter.application.asked.by,
    "about": _about,
    "entry": lambda letter: letter.entry and letter.entry["entry_id"],
    "place": _place,
    "asked": lambda letter: letter.words(
        f"application.what.{letter.application.asked.what}"
    ),
    "set": lambda letter: "; ".join(
        f"{letter.words(f'field.{name}')}: {text}"
        for name, text in letter.application.asked.values.items()
    ),
    "documents": lambda letter: "; ".join(letter.application.asked.documents),
    "clerk": lambda letter: letter.application.taken.done_by,
    "outcome": _outcome,
    "ground": lambda letter: (
        letter.said("ground") in grounds()
        and letter.words(f"ground.{letter.said('ground')}.title")
    ),
    "article": _article,
    "evidence": lambda letter: "" if letter.above else letter.said("evidence"),
    "reason": lambda letter: letter.said("reason"),
    "decided": _tell_decision,
    "above": _above,
    "until": _until,
}
"""What a letter may say; its heading is ``letter.fact.<name>``. A blank one has no line."""


def render_letter(name: str, letter: Letter) -> bytes:
    """The PDF file of a letter; the same application and list give the same bytes.

    Raises:
        VoterlistError: see ``typeset``.
    """
    table, words = shipped_toml(__package__, f"{name}.toml"), letter.words
    said = {fact: FACTS[fact](letter) for fact in table["facts"]}
    title = words(f"letter.{name}.title", number=str(letter.application.number))
    data = {
        **_of_every_paper(words, letter.settings, title, letter.today),
        "facts": [
            [words(f"letter.fact.{fact}"), str(value)]
            for fact, value in said.items()
            if value
        ],
        "sentences": [
            text for key in table["sentences"] for text in _sentences(name, key, letter)
        ],
    }
    if not table["signed"]:
        data["signatures"] = None
    return typeset(table["template"], data, letter.today)


def _of_every_paper(
    words: Words, settings: Settings, title: str, today: dt.date
) -> dict[str, Any]:
    """What every paper says, and the places to sign."""
    said = ("title", "name", "signature", "seal", "date")
    signatures: dict[str, Any] = {key: words(f"lists.sign.{key}") for key in said}
    signatures["roles"] = [words(f"lists.sign.{role}") for role in _ROLES]
    notes = (settings.workspace.name, words.long_day(today))
    return {
        "language": words.language,
        "title": title,
        "short": title,
        "notes": [note for note in notes if note],
        "signatures": signatures,
    }


def _sentences(name: str, key: str, letter: Letter) -> Iterator[str]:
    """A sentence of a letter, where it is true of the application."""
    application, settings, words = letter.application, letter.settings, letter.words
    asked = application.asked.what
    if key == "does" and (
        application.state is not State.GRANTED or asked is Asks.COMPLAINT
    ):
        return
    if key != "appeal":
        yield words(f"letter.{name}.{key}", due=letter.due)
    elif letter.above:
        # Whoever decided above has a term and a body of its own.
        yield words("letter.answer.appeal-above")
    elif asked is not Asks.LISTED or not letter.is_listed:
        days = settings.applications.appeal_days
        until = letter.first_answered + dt.timedelta(days=days)
        body = words(f"letter.body.above.{settings.workspace.level}")
        at = letter.on(until)
        yield words("letter.answer.appeal", until=at, days=days, body=body)


_COLUMNS = (
    ("number", 13, "right"),
    ("day", 18, "left"),
    ("applicant", 38, "left"),
    ("about", 42, "left"),
    ("asked", 30, "left"),
    ("due", 18, "left"),
    ("outcome", 30, "left"),
    ("decided", 36, "left"),
    ("signature", 28, "left"),
)


def render_book(book: Book, settings: Settings, language: str) -> bytes:
    """The PDF file of the book: all applications by number, each with a place to sign.

    Raises:
        VoterlistError: see ``typeset``.
    """
    words = Words(language)
    by_number = sorted(book.applications, key=lambda application: application.number)
    letters = [
        Letter(application, settings, book.today, words) for application in by_number
    ]
    data = {
        **_of_every_paper(words, settings, words("letter.book.title"), book.today),
        "none": words("cli.application.none"),
        "columns": [
            {
                "heading": words(f"letter.fact.{name}"),
                "width": width,
                "align": align,
                "weight": "regular",
            }
            for name, width, align in _COLUMNS
        ],
        # Where somebody signs there is no text.
        "rows": [
            [
                str(FACTS[name](letter)) if name in FACTS else None
                for name, *_ in _COLUMNS
            ]
            for letter in letters
        ],
    }
    return typeset("book", data, book.today)


PAPERS: Mapping[str, Step | None] = {
    "slip": None,
    "notice": Step.NOTIFIED,
    "answer": Step.ANSWERED,
}
"""The papers about one application, and what is noted of it where one is written."""


def refusal_of(name: str, application: Application) -> str | None:
    """Why a paper cannot be written about an application as it stands; None where it can."""
    is_open = application.state is State.OPEN
    if name == "answer" and is_open and application.asked.what is not Asks.LISTED:
        return "application-open"
    if name == "notice" and not is_open:
        return "application-not-open"
    is_of_none = name == "notice" and not wants_other_struck(application.asked)
    return "application-no-notice" if is_of_none else None


def write_letter(
    workspace: Path,
    number: int,
    name: str,
    out: Path,
    clerk: Clerk,
    *,
    language: str | None = None,
    entry_id: str | None = None,
    progress: OnProgress = no_progress,
) -> Application:
    """Write a letter about an application, and note that it was.

    Args:
        workspace: its folder; held meanwhile.
        number: of the application.
        name: ``slip``, ``answer`` or ``notice``.
        out: the PDF file.
        clerk: who writes it, and when.
        language: its language; without it the first of the settings.
        entry_id: the entry that it is about, where the application names none.
        progress: told what is done while the index is made in which the entry is looked up.

    Raises:
        UsageError: no application has the number; it is not decided yet, or not open any more.
        WorkspaceBusyError: another command holds the workspace.
        OSError: the file cannot be written.
    """
    make_index(workspace, clerk.since, progress)
    with open_to_change(workspace, clerk.since) as (settings, ledger):
        every = applications_of(ledger.applications())
        application = find(every, number)
        refusal = refusal_of(name, application)
        if refusal is not None:
            raise usage_error(refusal, number=number)
        outcome = application.outcome
        if name == "answer" and outcome and application.state is State.GRANTED:
            # What people contest, or what waits for a second person, does not hold.
            require_no_objection(every, number, State.GRANTED)
            entries = [entry for entry, _ in outcome.details["amends"]]
            runs = known(workspace, ledger) if entries else None
            standing = runs and standing_of(ledger, runs, settings, entries)
            if standing not in {None, "holds"}:
                raise usage_error(f"application-{standing}", number=number)
        today = ledger.day_of_chain(clerk.today)
        entry = None
        try:
            source = ListSource.of(workspace, ledger, settings)
            finder = Finder(source, ledger, progress)
        except UsageError:
            if application.asked.what is Asks.LISTED:
                raise usage_error("no-run", path=workspace) from None
        else:
            entry = _entry_today(application, finder, entry_id)
        step = PAPERS[name]
        if step is not None:
            application = with_event(ledger, settings, application, step, clerk)
        words = Words(language or settings.report.languages[0])
        letter = Letter(application, settings, today, words, entry)
        write_content(out, render_letter(name, letter))
    return application


def _entry_today(
    application: Application, finder: Finder, named: str | None
) -> Row | None:
    """How the entry stands on the list of today; None where no list has it.

    Raises:
        UsageError: it is asked whether somebody is listed, who may be, or of whom no name is known
            to look for, and no entry is named.
    """
    asked, outcome = application.asked, application.outcome
    amends = outcome.details["amends"] if outcome else []
    entry_id = named or (amends[0][0] if amends else asked.entry_id)
    place = None if entry_id is None else finder.index.entry(entry_id)
    if place is not None:
        return finder.index.row(place)
    if asked.what is Asks.LISTED and (
        not asked.name or finder.find(asked.person.question, limit=1).is_probable
    ):
        raise usage_error("application-no-entry", number=application.number)
    return None


def write_book(
    workspace: Path, out: Path, *, today: dt.date, language: str | None = None
) -> int:
    """Write the book of applications, to be signed; returns how many stand in it.

    Raises:
        UsageError: it is no workspace.
        OSError: the file cannot be written.
    """
    settings = settings_of(workspace)
    book = book_of(workspace, today=today)
    content = render_book(book, settings, language or settings.report.languages[0])
    write_content(out, content)
    return len(book.applications)
