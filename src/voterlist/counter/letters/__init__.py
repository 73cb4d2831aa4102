"""The papers of an application: the slip, the answer, the notice to a voter, and the book.

A letter is a table (a file here) and a template (``render/pdf/templates``): the table says which of
``FACTS`` stand on it, and which sentences. Its words are those of the catalogue under
``letter.<name>``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from voterlist.config import Settings
from voterlist.counter.applications import Application, Book, State
from voterlist.decisions import grounds
from voterlist.fields import NAME_PARTS
from voterlist.model import Asks, Step
from voterlist.render.pdf import typeset
from voterlist.report.words import Words
from voterlist.shipped import shipped_toml
from voterlist.storage.ledger import ApplicationEvent

_ROLES = ("chair", "secretary")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter is about."""

    application: Application
    settings: Settings
    today: dt.date
    entry: Mapping[str, Any] | None = None
    """How the entry stands on the list of today: the columns of ``counter.index.SHOWN``."""

    @property
    def outcome(self) -> ApplicationEvent | None:
        """What the commission itself decided last; None where it did not."""
        own = self.application.first or self.application
        return own.last(Step.DECIDED)

    @property
    def is_listed(self) -> bool:
        """True where the person stands on the list of today."""
        return self.entry is not None and self.entry["listed_precinct"] is not None


_Fact: TypeAlias = Callable[[Words, Letter], object]


def _about(_words: Words, letter: Letter) -> str:
    entry, asked = letter.entry, letter.application.asked
    if asked.name or entry is None:
        return asked.name
    return " ".join(entry[name] for name in NAME_PARTS if entry[name])


def _place(words: Words, letter: Letter) -> str:
    """Where the person stands today."""
    entry = letter.entry
    if entry is None:
        return ""
    if not letter.is_listed:
        return words("letter.on-no-list")
    names = ("listed_in", "listed_precinct", "list_number")
    return words("letter.place", **{name: str(entry[name] or "-") for name in names})


def _set(words: Words, letter: Letter) -> str:
    """What is to be set, as the applicant says it."""
    values = letter.application.asked.values
    return "; ".join(
        f"{words(f'field.{name}')}: {text}" for name, text in values.items()
    )


def _outcome(words: Words, letter: Letter) -> str:
    application = letter.application
    if application.asked.what is Asks.LISTED:
        return words(f"letter.{'listed' if letter.is_listed else 'on-no-list'}")
    return words(f"application.state.{application.state}")


def _decided(words: Words, letter: Letter) -> str:
    event = letter.outcome
    if event is None:
        return ""
    return words("letter.decided", day=_day(words, event.day), by=event.done_by)


def _ground(words: Words, letter: Letter) -> str:
    code = _said(letter, "ground")
    return words(f"ground.{code}.title") if code in grounds() else ""


def _article(words: Words, letter: Letter) -> str:
    ground = grounds().get(_said(letter, "ground"))
    if ground is None or ground.article is None:
        return ""
    text = words("letter.article", article=ground.article)
    return text if ground.verified else f"{text} ({words('letter.not-verified')})"


def _above(words: Words, letter: Letter) -> str:
    event = letter.application.last(Step.APPEALED)
    if event is None:
        return ""
    said = event.details
    to, outcome = said["to"], "granted" if said["granted"] else "refused"
    return "; ".join(
        [
            words(f"letter.body.{to}"),
            words(f"application.state.{outcome}"),
            said["evidence"],
        ]
    )


def _until(words: Words, letter: Letter) -> str:
    event = letter.application.last(Step.NOTIFIED)
    return _day(words, event.details["until"]) if event else ""


def _said(letter: Letter, name: str) -> str:
    event = letter.outcome
    return (event.details[name] if event else None) or ""


def _day(words: Words, day: dt.date | str) -> str:
    return words.long_day(dt.date.fromisoformat(str(day)))


FACTS: Mapping[str, _Fact] = {
    "number": lambda _words, letter: letter.application.number,
    "day": lambda words, letter: _day(words, letter.application.day),
    "due": lambda words, letter: _day(words, letter.application.due),
    "applicant": lambda _words, letter: letter.application.asked.by,
    "about": _about,
    "entry": lambda _words, letter: letter.entry and letter.entry["entry_id"],
    "place": _place,
    "asked": lambda words, letter: words(
        f"application.what.{letter.application.asked.what}"
    ),
    "set": _set,
    "documents": lambda _words, letter: "; ".join(letter.application.asked.documents),
    "clerk": lambda _words, letter: letter.application.taken.done_by,
    "outcome": _outcome,
    "ground": _ground,
    "article": _article,
    "evidence": lambda _words, letter: _said(letter, "evidence"),
    "reason": lambda _words, letter: _said(letter, "reason"),
    "decided": _decided,
    "above": _above,
    "until": _until,
}
"""What a letter may say; its heading is ``letter.fact.<name>``. A blank one has no line."""


def render_letter(name: str, letter: Letter, language: str) -> bytes:
    """The PDF file of a letter; the same application and list give the same bytes.

    Raises:
        VoterlistError: see ``typeset``.
    """
    table = shipped_toml(__package__, f"{name}.toml")
    words = Words(language)
    said = {fact: FACTS[fact](words, letter) for fact in table["facts"]}
    title = words(f"letter.{name}.title", number=str(letter.application.number))
    data = {
        **_of_every_paper(words, letter.settings, title, letter.today),
        "facts": [
            [words(f"letter.fact.{fact}"), str(value)]
            for fact, value in said.items()
            if value
        ],
        "sentences": [
            text
            for key in table["sentences"]
            for text in _sentences(name, key, words, letter)
        ],
    }
    if not table["signed"]:
        data["signatures"] = None
    return typeset(table["template"], data, letter.today)


def _of_every_paper(
    words: Words, settings: Settings, title: str, today: dt.date
) -> dict[str, Any]:
    """What every paper says, and the places to sign."""
    name = settings.workspace.name
    said = ("title", "name", "signature", "seal", "date")
    signatures: dict[str, Any] = {key: words(f"lists.sign.{key}") for key in said}
    signatures["roles"] = [words(f"lists.sign.{role}") for role in _ROLES]
    return {
        "language": words.language,
        "title": title,
        "short": title,
        "notes": [*([name] if name else []), _day(words, today)],
        "signatures": signatures,
    }


def _sentences(name: str, key: str, words: Words, letter: Letter) -> Iterator[str]:
    """A sentence of a letter, where it is true of the application."""
    application, settings = letter.application, letter.settings
    asked = application.asked.what
    is_told = asked is Asks.LISTED
    if key == "does" and (
        application.state is not State.GRANTED or asked is Asks.COMPLAINT
    ):
        return
    if key == "appeal":
        if is_told and letter.is_listed:
            return
        until = letter.today + dt.timedelta(days=settings.applications.appeal_days)
        body = words(f"letter.body.above.{settings.workspace.level}")
        yield words("letter.answer.appeal", until=_day(words, until), body=body)
        return
    yield words(f"letter.{name}.{key}", due=_day(words, application.due))


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
    title = words("letter.book.title")
    by_number = sorted(book.applications, key=lambda one: one.number)
    letters = [Letter(one, settings, book.today) for one in by_number]
    data = {
        **_of_every_paper(words, settings, title, book.today),
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
        "rows": [list(_line(words, letter)) for letter in letters],
    }
    return typeset("book", data, book.today)


def _line(words: Words, letter: Letter) -> Iterator[str | None]:
    """The cells of an application in the book; None where somebody signs."""
    for name, _, _ in _COLUMNS:
        if name == "signature":
            yield None
        elif name == "about":
            yield letter.application.about
        else:
            yield str(FACTS[name](words, letter))
