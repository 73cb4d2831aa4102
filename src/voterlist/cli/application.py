"""``application``: what people ask the commission, and what becomes of it; ``find``: a voter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from voterlist.cli.options import (
    Today,
    Workspace,
    argument,
    clerk_of,
    day,
    option,
    settings_of,
    takes,
)
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import (
    SAY,
    TERMINAL,
    Answer,
    pick,
    table,
    tell,
    tell_left,
    title,
)
from voterlist.errors import usage_error
from voterlist.model import Asks, Body, Relation, Step, Way, frozen
from voterlist.storage.lock import user_name

if TYPE_CHECKING:
    from voterlist.counter.applications import Application, Book, Clerk
    from voterlist.counter.deciding import Decided, Ruling
    from voterlist.counter.finder import Found, Hit
    from voterlist.counter.looking import Card
    from voterlist.report.sections.findings import FindingWords
    from voterlist.tables import Row


_MOST_TOLD = 30
"""Of more open applications the status tells the rest as a number."""
_Number = Annotated[int, argument("application-number", "NUMBER")]
_By = Annotated[str, option("application-decider", "NAME")]
_Clerk = Annotated[str | None, option("application-clerk", "NAME")]
_Set = Annotated[list[str] | None, option("application-set", "--set", "FIELD=VALUE")]
_Ground = Annotated[str, option("application-ground", "GROUND")]
_Evidence = Annotated[str, option("application-evidence", "TEXT")]
_Reason = Annotated[str, option("application-reason", "TEXT")]
_Entry = Annotated[str | None, option("application-for", "--for", "ENTRY_ID")]


@frozen
class _Taken:
    """The arguments and options of ``take``."""

    workspace: Workspace
    what: Annotated[Asks, option("application-what")]
    by: Annotated[str, option("application-by", "NAME")]
    way: Annotated[Way, option("application-way")] = Way.COUNTER
    entries: Annotated[
        list[str] | None, option("application-for", "--for", "ENTRY_ID")
    ] = None
    name: Annotated[str, option("application-name", "NAME")] = ""
    born: Annotated[str, option("application-born", "DATE")] = ""
    values: _Set = None
    relation: Annotated[Relation, option("application-relation")] = Relation.SELF
    documents: Annotated[
        list[str] | None, option("application-document", "--document", "TEXT")
    ] = None
    against: Annotated[int | None, option("application-against", "NUMBER")] = None
    below: Annotated[str, option("application-below", "COMMISSION/NUMBER")] = ""
    clerk: _Clerk = None
    today: Today = None


@takes(_Taken)
def take(options: _Taken) -> Answer:
    """Take an application."""
    from voterlist.counter import taking
    from voterlist.counter.applications import (
        Request,
        answered_until,
        as_json,
        wants_other_struck,
    )

    entries = options.entries or []
    if len(entries) > 1:
        raise usage_error("application-two-people", count=len(entries))
    asked = Request(
        **pick(options, "what", "by", "relation", "name", "born", "against"),
        way=Way.BELOW if options.below else options.way,
        entry_id=entries[0] if entries else None,
        values=_values(options.values),
        documents=options.documents or (),
        below=options.below.strip(),
    )
    clerk = clerk_of(options.workspace, options.clerk or user_name(), options.today)
    with Steps() as steps:
        taken = taking.take(options.workspace, asked, clerk, progress=steps)
    until = answered_until(taken, settings_of(options.workspace))
    tell("cli.application.taken", number=str(taken.number), due=until)
    _tell_day(taken, clerk)
    _tell_doubts(taken)
    key = "decided" if options.what is Asks.LISTED else "taken"
    places = {"number": str(taken.number), "folder": options.workspace}
    if wants_other_struck(asked):
        tell("cli.application.notify-first", **places, due=taken.due)
    tell(f"cli.application.{key}.next", **places)
    return as_json(taken, clerk.today)


def _values(texts: Iterable[str] | None) -> dict[str, str]:
    """What ``--set`` sets, by field.

    Raises:
        UsageError: a text has no field, or a field is set twice.
    """
    values: dict[str, str] = {}
    for text in texts or ():
        name, sign, value = text.partition("=")
        if not sign or name.strip() in values:
            raise usage_error("application-set")
        values[name.strip()] = value.strip()
    return values


def _tell_day(application: Application, clerk: Clerk) -> None:
    """That another day is noted than the one that was named."""
    noted = (application.taken, *application.events)[-1].day
    if noted != clerk.today.isoformat():
        tell("cli.application.clock-behind", 2, today=clerk.today, newest=noted)


def _tell_doubts(taken: Application) -> None:
    for code, about in taken.doubts:
        tell(f"application.doubt.{code}", 2, about=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ruled:
    """The arguments and options of whatever is decided."""

    workspace: Workspace
    number: _Number
    by: _By
    ground: _Ground = ""
    evidence: _Evidence = ""
    reason: _Reason = ""
    entry: _Entry = None
    values: _Set = None
    today: Today = None

    def ruling(self, *, granted: bool, although: str = "") -> Ruling:
        """What is decided."""
        from voterlist.counter.deciding import Ruling

        return Ruling(
            granted=granted,
            entry_id=self.entry,
            values=_values(self.values),
            although=although,
            **pick(self, "ground", "evidence", "reason"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision(_Ruled):
    """The arguments and options of ``decide``."""

    grant: Annotated[bool | None, option("application-grant", "--grant/--refuse")] = (
        None
    )
    although: Annotated[str, option("application-although", "TEXT")] = ""


@takes(_Decision)
def decide(options: _Decision) -> Answer:
    """Grant or refuse an application."""
    from voterlist.counter import deciding

    if options.grant is None:
        raise usage_error("application-no-outcome")
    ruling = options.ruling(granted=options.grant, although=options.although)
    clerk = clerk_of(options.workspace, options.by, options.today)
    with Steps() as steps:
        made = deciding.decide(
            options.workspace, options.number, ruling, clerk, progress=steps
        )
    return _tell_decided(made, options.workspace, clerk)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Appeal(_Ruled):
    """The arguments and options of ``appeal``."""

    evidence: _Evidence
    to: Annotated[Body, option("application-to")]
    outcome: Annotated[Literal["granted", "refused"], option("application-outcome")]


@takes(_Appeal)
def appeal(options: _Appeal) -> Answer:
    """Note what became of an application above."""
    from voterlist.counter import deciding

    ruling = options.ruling(granted=options.outcome == "granted")
    clerk = clerk_of(options.workspace, options.by, options.today)
    made = deciding.appeal(options.workspace, options.number, options.to, ruling, clerk)
    return _tell_decided(made, options.workspace, clerk)


def tell_standing(made: Decided) -> None:
    """What is still missing before a decision does what it says."""
    if made.standing != "holds":
        against = str(made.application.asked.against)
        tell(f"cli.application.{made.standing}", 2, against=against)


def _tell_decided(made: Decided, workspace: Path, clerk: Clerk) -> Answer:
    """What was decided, or why it may not be granted."""
    from voterlist.counter.applications import as_json
    from voterlist.decisions.answers import grounds_for

    number = str(made.application.number)
    if made.problems:
        tell("cli.application.not-granted", number=number)
        rows = [
            [
                SAY(f"{problem.key}.{part}", count=1, who=problem.who or "")
                for part in ("title", "todo")
            ]
            for problem in made.problems
        ]
        table(("problem", "todo"), rows)
        if any("ground" in problem.code for problem in made.problems):
            known = grounds_for(made.application.asked.what)
            names = [
                f"{ground.code} ({title('ground', ground.code)})" for ground in known
            ]
            tell("cli.application.grounds", known=", ".join(names))
    else:
        tell(f"cli.application.{made.application.state}", number=number)
        _tell_day(made.application, clerk)
        ruled = [
            event for event in made.application.events if "granted" in event.details
        ]
        if ruled[1:] and ruled[-1].details["granted"] != ruled[-2].details["granted"]:
            before = {"by": ruled[-2].done_by, "day": ruled[-2].day}
            tell("cli.application.turned-over", 2, **before)
        tell_standing(made)
        tell("cli.application.decided.next", number=number, folder=workspace)
    return {
        **as_json(made.application, clerk.today),
        "standing": None if made.problems else made.standing,
        "problems": [
            {
                **pick(problem, "row", "code", "entry_id"),
                "todo": SAY(f"{problem.key}.todo", who=problem.who or ""),
            }
            for problem in made.problems
        ],
        "exit_code": bool(made.problems) or made.changes_nothing,
    }


_Out = Annotated[Path, option("application-out", "FILE.pdf")]
_Language = Annotated[
    Literal["az", "en"] | None, option("application-language", "--language")
]
_Writer = Annotated[str | None, option("application-writer", "NAME")]


def answer(
    workspace: Workspace,
    number: _Number,
    out: _Out,
    entry: _Entry = None,
    language: _Language = None,
    by: _Writer = None,
    today: Today = None,
) -> Answer:
    """Write the answer or refusal."""
    told = {"language": language, "entry_id": entry}
    made = _write_letter(workspace, number, "answer", out, by, today, **told)
    return {**pick(made, "number", "state"), "out": out}


def slip(
    workspace: Workspace,
    number: _Number,
    out: _Out,
    language: _Language = None,
    today: Today = None,
) -> Answer:
    """Write the slip with the number."""
    made = _write_letter(workspace, number, "slip", out, None, today, language=language)
    return {**pick(made, "number", "state"), "out": out}


def _write_letter(
    workspace: Path,
    number: int,
    name: str,
    out: Path,
    by: str | None,
    today: str | None,
    **told: Any,
) -> Application:
    """The application after a letter about it was written."""
    from voterlist.counter.letters import write_letter

    clerk = clerk_of(workspace, by or user_name(), today)
    with Steps() as steps:
        made = write_letter(workspace, number, name, out, clerk, progress=steps, **told)
    tell("cli.application.written", path=out)
    return made


def book(
    workspace: Workspace,
    out: _Out,
    language: _Language = None,
    today: Today = None,
) -> Answer:
    """Write the book of applications."""
    from voterlist.counter.letters import write_book

    count = write_book(workspace, out, today=day(today, workspace), language=language)
    tell("cli.application.book", count=count, path=out)
    return {"applications": count, "out": out}


def notify(
    workspace: Workspace,
    number: _Number,
    by: _By,
    text: Annotated[str, option("application-notice", "TEXT")] = "",
    out: Annotated[Path | None, option("application-letter", "FILE.pdf")] = None,
    language: _Language = None,
    today: Today = None,
) -> Answer:
    """Note that the voter was told whom somebody else wants struck."""
    if out is None:
        made = _add(workspace, number, Step.NOTIFIED, text, by, today)
    else:
        made = _write_letter(
            workspace, number, "notice", out, by, today, language=language
        )
    until = made.events[-1].details["until"]
    tell("cli.application.notified", until=until)
    return {"number": number, "until": until, "out": out}


def withdraw(
    workspace: Workspace,
    number: _Number,
    by: _By,
    reason: _Reason = "",
    today: Today = None,
) -> Answer:
    """Note that an application was withdrawn."""
    _add(workspace, number, Step.WITHDRAWN, reason, by, today)
    tell("cli.application.withdrawn", number=str(number))
    return {"number": number}


def note(
    workspace: Workspace,
    number: _Number,
    text: Annotated[str, argument("application-note", "TEXT")],
    by: _By,
    today: Today = None,
) -> Answer:
    """Add a note to an application."""
    _add(workspace, number, Step.NOTE, text, by, today)
    tell("cli.application.noted", number=str(number))
    return {"number": number}


def _add(
    workspace: Path, number: int, step: Step, text: str, by: str, today: str | None
) -> Application:
    """The application with an event more."""
    from voterlist.counter.applications import add_event

    clerk = clerk_of(workspace, by, today)
    made = add_event(workspace, number, step, text, clerk)
    _tell_day(made, clerk)
    return made


def list_all(
    workspace: Workspace,
    is_open: Annotated[bool, option("application-open", "--open")] = False,
    today: Today = None,
) -> Answer:
    """Show the applications: those that are late first."""
    from voterlist.counter.applications import (
        as_json,
        book_of,
        briefs_below,
        figures_of,
    )

    book = book_of(workspace, today=day(today, workspace))
    shown = book.open if is_open else book.applications
    figures = figures_of(
        [application.brief for application in book.applications], book.today
    )
    below = {
        sender: figures_of(briefs, book.today)
        for sender, briefs in briefs_below(workspace).items()
    }
    if not shown:
        tell(f"cli.application.none{'-open' if is_open else ''}")
    else:
        list_applications(shown, book.today)
    for numbers in book.many:
        tell("cli.application.many", numbers=", ".join(map(str, numbers)))
    if book.applications:
        _list_figures(
            "what", {f"application.what.{row['what']}": row for row in figures}
        )
    if below:
        tell("cli.application.below")
        _list_figures("commission", {name: rows[-1] for name, rows in below.items()})
    return {
        "today": book.today,
        "applications": [as_json(application, book.today) for application in shown],
        "figures": figures,
        "many_strikings": book.many,
        "below": [
            {"commission": sender, "figures": rows} for sender, rows in below.items()
        ],
        "late": book.late,
        "exit_code": book.late > 0,
    }


def _list_figures(head: str, figures: Mapping[str, Row]) -> None:
    """The numbers of applications, a line for each kind or commission."""
    names = ("taken", "open", "late", "granted", "refused", "answered", "withdrawn")
    rows = [
        (
            SAY(name) if SAY.has(name) else name,
            *(row[count] for count in names),
            "-" if row["days"] is None else SAY.number(row["days"], 1),
        )
        for name, row in figures.items()
    ]
    table((head, *names, "days"), rows, of="cli.application.head")


def tell_applications(book: Book) -> None:
    """The open ones with their due days, and what is doubtful of all; nobody is named."""
    if book.open:
        tell("cli.application.open", count=len(book.open), late=book.late)
        shown = book.open[:_MOST_TOLD]
        _table(shown, book.today, "number", "due", "what", "state")
        tell_left("cli.application.more", 2, book.open, _MOST_TOLD)
    for numbers in book.many:
        tell("cli.application.many", numbers=", ".join(map(str, numbers)))


def list_applications(shown: Sequence[Application], today: dt.date) -> None:
    """One line an application: its number, its due day, what is asked, how it stands.

    With ``--json`` what names people is not told a second time, on standard error.
    """
    if TERMINAL.json:
        return
    _table(shown, today, "number", "day", "due", "what", "state", "about")


def _table(shown: Sequence[Application], today: dt.date, *names: str) -> None:
    """These columns of applications; an open one that is behind its term is late."""
    cells = []
    for application in shown:
        is_late = application.state == "open" and application.is_late(today)
        row = {
            **pick(application, "day", "due"),
            "number": str(application.number),
            "what": SAY(f"application.what.{application.asked.what}"),
            "state": SAY(
                f"application.state.{'late' if is_late else application.state}"
            ),
            "about": application.about or "-",
        }
        cells.append([row[name] for name in names])
    table(names, cells, of="cli.application.head")


def show(workspace: Workspace, number: _Number, today: Today = None) -> Answer:
    """Show an application with all that became of it."""
    from voterlist.counter.applications import as_json, book_of, find
    from voterlist.counter.looking import asked_rows, event_lines

    book = book_of(workspace, today=day(today, workspace))
    application = find({taken.number: taken for taken in book.applications}, number)
    list_applications([application], book.today)
    _tell_doubts(application)
    # What is said there names people: with --json it is not told a second time.
    if not TERMINAL.json:
        words = _words()
        for heading, text in asked_rows(application, words):
            TERMINAL.say(f"  {heading}: {text}")
        for line in event_lines(application, words):
            TERMINAL.say(line)
    return as_json(application, book.today)


_NAMES = ("surname", "given_name", "patronymic")
_ADDED = (
    "entry_id",
    *_NAMES,
    "full_name",
    "birth_date",
    "constituency",
    "precinct",
)


@frozen
class _Options:
    """The arguments and options of the command."""

    workspace: Workspace
    words: Annotated[list[str] | None, argument("cli.find.words", "WORDS")] = None
    fin: Annotated[str | None, option("find-fin", "FIN")] = None
    born: Annotated[str | None, option("find-born", "DATE")] = None
    address: Annotated[str | None, option("find-address", "ADDRESS")] = None
    entry: Annotated[str | None, option("find-entry", "ENTRY")] = None
    card: Annotated[int | None, option("find-card", "N", min=1)] = None
    limit: Annotated[int, option("find-limit", "N", min=1, max=100)] = 10
    by: Annotated[str, option("find-by", "NAME")] = ""
    today: Today = None


@takes(_Options)
def find(options: _Options) -> Answer:
    """Find a voter."""
    from voterlist.counter.asking import Question
    from voterlist.counter.looking import look

    words = " ".join(options.words or ())
    question = Question(words, **pick(options, "fin", "born", "address", "entry"))
    with Steps() as steps:
        found, card = look(
            options.workspace,
            question,
            clerk_of(options.workspace, options.by.strip(), options.today),
            limit=options.limit,
            card=options.card,
            progress=steps,
        )
    # What is shown names people: with --json it is not told a second time, on standard error.
    if not TERMINAL.json:
        _tell(found)
        if card is not None:
            _tell_card(card)
    return {
        "answer": found.answer,
        "found": [_as_json(hit) for hit in found.hits],
        "card": card and _card_as_json(card),
        "added": [{name: row.get(name) for name in _ADDED} for row in found.added],
        "set_aside": list(found.aside),
        "searched": found.searched,
        "dates": found.asked.dates,
        "not_read": found.asked.not_read,
    }


def _as_json(hit: Hit) -> Answer:
    from voterlist.counter.looking import born_of

    row = hit.row
    is_listed = row["listed_precinct"] is not None or row["list_number"] is not None
    handed_in = {name: row[name] for name in ("constituency", "precinct")}
    today = {"constituency": row["listed_in"], "precinct": row["listed_precinct"]}
    names = (
        *_NAMES,
        "address",
        "fin",
        "document",
        "list_kind",
        "state",
        "ground",
        "kept_entry_id",
    )
    return {
        "entry_id": hit.entry_id,
        "score": round(hit.score, 4),
        "certain": hit.is_certain,
        **{name: row[name] for name in names},
        "birth_date": born_of(row),
        **(today if is_listed else handed_in),
        "list_number": row["list_number"],
        "handed_in": handed_in,
        "levels": hit.levels,
    }


def _tell(found: Found) -> None:
    """Who fits, what of it is certain, and what was searched."""
    from voterlist.counter.looking import (
        about_hit,
        added_since,
        name_of,
        search_lines,
        set_aside,
    )

    words = _words()
    tell(f"find.answer.{found.answer}")
    for number, hit in enumerate(found.hits, start=1):
        TERMINAL.say()
        score = words.probability(hit.score)
        TERMINAL.say(f"{number:>3}  {score:>8}  {name_of(hit.row, words)}")
        for line in about_hit(hit, words):
            TERMINAL.say(f"{'':15}{line}")
    for told in (added_since(found, words), set_aside(found, words)):
        for place, line in enumerate(told):
            if not place:
                TERMINAL.say()
            TERMINAL.say(f"  {line}" if place else line)
    TERMINAL.say()
    for line in search_lines(found, words):
        TERMINAL.say(line)


def _words() -> FindingWords:
    from voterlist.report.sections.findings import FindingWords

    return FindingWords(SAY.language)


def _card_as_json(card: Card) -> Answer:
    """A card for programs: codes, and each answer and finding as a sentence too."""
    from voterlist.report.asked import tell_answers

    words = _words()
    content = pick(card)
    del content["row"], content["findings"], content["answers"]
    told = [
        {**pick(answer), "sentence": tell_answers(answer, words)}
        for answer in card.answers
    ]
    findings = [
        {
            **pick(finding, "rule", "severity", "field"),
            "sentence": words.message(finding),
        }
        for finding in card.findings
    ]
    return {**content, "answers": told, "findings": findings}


def _tell_card(card: Card) -> None:
    """A card: how it stands, how it was handed in, what was decided, what is open."""
    from voterlist.counter.looking import card_parts

    TERMINAL.say()
    tell("card.title", entry=card.entry_id)
    for heading, lines in card_parts(card, _words()):
        TERMINAL.say(f"  {heading}")
        for line in lines:
            TERMINAL.say(f"    {line}")
    if not card.is_current:
        tell("card.not-current", 2)
