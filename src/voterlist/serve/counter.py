"""The counter at the desk: a voter found, an application taken, decided and noted, page by page.

Each page is one request; what it does is done by the functions that the commands call. All of it
is done in a thread of its own, so that whoever decides cases is not held up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response

from voterlist.casework import at_door
from voterlist.casework.answer_files import AnswerFile
from voterlist.casework.importing import Bringer
from voterlist.casework.reviewing import asked_of, import_answers
from voterlist.counter.applications import (
    PLACE,
    Application,
    Book,
    Clerk,
    Request,
    add_event,
    book_of,
    find,
    wants_other_struck,
)
from voterlist.counter.asking import Question
from voterlist.counter.deciding import REFUSE, Ruling, decide
from voterlist.counter.finder import Found
from voterlist.counter.letters import PAPERS, refusal_of, write_book, write_letter
from voterlist.counter.looking import (
    Card,
    about_hit,
    added_since,
    asked_rows,
    card_parts,
    event_lines,
    look,
    name_of,
    search_lines,
    set_aside,
)
from voterlist.counter.taking import take
from voterlist.decisions.answers import grounds_for
from voterlist.errors import VoterlistError, WorkspaceBusyError
from voterlist.fields import CORRECTED
from voterlist.lists.sheets import DoorAnswer
from voterlist.model import Asks, AtDoor, Problem, Relation, Role, Step, Way, frozen
from voterlist.render.html import render_template
from voterlist.render.xlsx import ANSWERING, answers_typed
from voterlist.report.asked import QUESTION_SHEETS
from voterlist.report.sections.findings import FindingWords
from voterlist.serve.door import Clock, Visitor
from voterlist.storage.files import private_folder

_SEE_OTHER = 303
BOOK = "book"
"""The paper that is of all applications."""


_SET = "set-"
_MOST_DIGITS = 9
_SHOWN = 10
"""Who are shown of those that may be the person."""
_FIELDS: Mapping[Asks, tuple[str, ...]] = {
    Asks.ADD: (*CORRECTED, *PLACE),
    Asks.CORRECT: CORRECTED,
    Asks.MOVE: ("address", *PLACE),
    Asks.STRIKE: ("full_name", "birth_date", "document", "fin"),
}
"""What an application of a kind may set."""


@frozen
class _Form:
    """What somebody typed into a form."""

    texts: Mapping[str, str]

    def __call__(self, name: str) -> str:
        return self.texts.get(name, "")

    @property
    def number(self) -> int:
        """The number of an application; 0 where none is named."""
        return _number(self("number"))

    @property
    def values(self) -> dict[str, str]:
        """What is to be set, by field."""
        return {
            name.removeprefix(_SET): text
            for name, text in self.texts.items()
            if name.startswith(_SET) and text
        }


_BLANK = {
    "question": Question(),
    "found": None,
    "many": (),
    "kept": None,
    "said_at_door": AtDoor,
    "corrected": CORRECTED,
}
"""What a page shows of which nothing else is said."""
_TELLING = {
    function.__name__: function
    for function in (
        about_hit,
        added_since,
        asked_rows,
        card_parts,
        event_lines,
        name_of,
        search_lines,
        set_aside,
        wants_other_struck,
    )
}
"""What the pages tell with."""


@dataclass(slots=True, eq=False)
class CounterPages:
    """Answers the requests of the counter.

    Args:
        workspace: its folder.
        clock: the moment.
    """

    workspace: Path
    clock: Clock
    decided: int = 0
    """Applications that were decided since the desk was opened."""

    async def show(
        self,
        name: str,
        request: HttpRequest,
        visitor: Visitor,
        language: str,
        trouble: str = "",
    ) -> Response:
        """What a visit of this name comes to; ``trouble`` stands above it."""
        read = parse_qs((await request.body()).decode("utf-8", "replace"))
        form = _Form({field: texts[0].strip() for field, texts in read.items()})
        visit = _Visit(self, request, visitor, FindingWords(language), form, trouble)
        answer: Response = await asyncio.to_thread(getattr(visit, name))
        self.decided += visit.has_decided
        return answer


class _Visit:
    """One request of somebody, and what answers it: a method for each page and form."""

    def __init__(
        self,
        pages: CounterPages,
        request: HttpRequest,
        visitor: Visitor,
        words: FindingWords,
        form: _Form,
        trouble: str,
    ) -> None:
        self._workspace, self._now = pages.workspace, pages.clock()
        self._request, self._visitor = request, visitor
        self._words, self._form = words, form
        self._trouble = trouble
        self.has_decided = False

    def home(self) -> Response:
        """The page on which somebody is looked for."""
        return self._page("find")

    def find(self) -> Response:
        """Who fits what was asked."""
        question = Question(
            self._form("words"),
            *(self._form(name) or None for name in ("fin", "born", "address")),
        )
        found = None
        with self._told():
            found, _ = self._look(question)
        return self._page("find", form=_Form({}), question=question, found=found)

    def door(self) -> Response:
        """Keep an answer from the door, typed by the code of its question."""
        form = self._form
        with self._told():
            given = DoorAnswer(
                answer=AtDoor(form("answer")),
                field=form("field") or None,
                **{name: form(name) for name in ("code", "value", "note")},
            )
            kept = at_door.answer(
                self._workspace, given, by=self._visitor.name, now=self._now
            )
            return self._page("find", kept=kept, form=_Form({}))
        return self._page("find")

    def card(self) -> Response:
        """The card of an entry, and what may be asked about it."""
        entry_id = self._request.path_params["entry"]
        card = None
        with self._told():
            _, card = self._look(Question(entry=entry_id))
        if card is None:
            gone = self._words("error.find-no-entry.what", entry=entry_id)
            self._trouble = self._trouble or gone
            return self._page("find")
        every = self._book().applications
        own = [
            application
            for application in every
            if application.asked.entry_id == entry_id
        ]
        taking = _taking(self._form, entry=entry_id, now=card.cells)
        return self._page("card", card=card, applications=own, **taking)

    def new(self) -> Response:
        """The form for somebody who is on no list."""
        # Beside the name a date, a house or a number may have been looked for.
        words = [
            word
            for word in self._form("name").split()
            if not any(map(str.isdigit, word))
        ]
        about = _Form({**self._form.texts, "name": " ".join(words)})
        return self._page("new", **_taking(about, what=Asks.ADD, is_open=True))

    def take(self) -> Response:
        """Take an application, and show it."""
        form = self._form
        with self._told():
            asked = Request(
                what=Asks(form("what")),
                by=form("by"),
                relation=Relation(form("relation")),
                way=Way.BELOW if form("below") else Way(form("way")),
                entry_id=form("entry") or None,
                name=form("name"),
                born=form("born"),
                values=form.values,
                documents=(form("documents"),),
                below=form("below"),
            )
            taken = take(
                self._workspace,
                asked,
                self._clerk,
            )
            return _to(taken)
        return self._page("new", **_taking(form, entry=form("entry"), is_open=True))

    def book(self) -> Response:
        """All applications, those that are late first."""
        book = self._book()
        many = [
            self._words("cli.application.many", numbers=", ".join(map(str, numbers)))
            for numbers in book.many
        ]
        return self._page("book", applications=book.applications, many=many)

    def application(self) -> Response:
        """An application with all that became of it."""
        return self._application_page(self._request.path_params["number"])

    def decide(self) -> Response:
        """Grant or refuse an application."""
        form = self._form
        with self._told():
            ruling = Ruling(
                granted=form("outcome") == "grant",
                entry_id=form("entry") or None,
                values=form.values,
                **{
                    name: form(name)
                    for name in ("ground", "evidence", "reason", "although")
                },
            )
            made = decide(self._workspace, form.number, ruling, self._clerk)
            self.has_decided = not made.problems
            if self.has_decided and made.standing == "holds":
                return _to(made.application)
            self._tell(made.problems)
            if self.has_decided:
                against = str(made.application.asked.against)
                key = f"cli.application.{made.standing}"
                self._trouble = self._words(key, against=against)
        return self._application_page(form.number)

    def note(self) -> Response:
        """Note something of an application: a notice, its withdrawal, or words."""
        form = self._form
        with self._told():
            noted = add_event(
                self._workspace,
                form.number,
                Step(form("step")),
                form("text"),
                self._clerk,
            )
            return _to(noted)
        return self._application_page(form.number)

    def paper(self) -> Response:
        """A letter about an application, or the book, as PDF; that it was written is noted."""
        name, number = self._form("paper"), self._form.number
        language = self._words.language
        with self._told(), private_folder() as folder:
            out, whose = folder / "paper.pdf", ""
            if name == BOOK:
                today = self._now.date()
                write_book(self._workspace, out, today=today, language=language)
            elif name in PAPERS:
                whose = f"-{number}"
                told = self._workspace, number, name, out, self._clerk
                write_letter(*told, language=language)
            else:
                raise ValueError(name)
            headers = {"Content-Disposition": f'inline; filename="{name}{whose}.pdf"'}
            content = out.read_bytes()
            return Response(content, 200, headers, media_type="application/pdf")
        return self._application_page(number)

    def _application_page(self, number: int) -> Response:
        book = self._book()
        application = None
        with self._told():
            application = find(
                {taken.number: taken for taken in book.applications}, number
            )
        if application is None:
            return self._page("book", applications=book.applications)
        return self._page(
            "application",
            application=application,
            fields=_FIELDS.get(application.asked.what, ()),
            papers=[name for name in PAPERS if not refusal_of(name, application)],
            grounds=_grounds(application, self._words),
        )

    def questions(self) -> Response:
        """What is asked about findings and entries, and by the commission above."""
        sheet, skipped = (
            self._request.query_params.get(name, "") for name in ("sheet", "skipped")
        )
        return self._questions_page(sheet, skipped)

    def answer(self) -> Response:
        """Record the answer to a question."""
        form, visitor = self._form, self._visitor
        sheet, skipped = form("sheet"), form("skipped")
        with self._told():
            typed = answers_typed(form.texts, form.texts, form("run_id"))
            made = import_answers(
                self._workspace,
                [(AnswerFile(typed), Path(sheet))],
                visitor.name,
                decided_at=self._now,
                bringer=Bringer(visitor.name, visitor.role),
            )
            self._tell(made.problems)
        if not self._trouble and sheet in QUESTION_SHEETS:
            path = f"/counter/questions?sheet={sheet}&skipped={_number(skipped)}"
            return RedirectResponse(path, _SEE_OTHER)
        return self._questions_page(sheet, skipped)

    def _questions_page(self, sheet: str, skipped: str) -> Response:
        """The questions of a sheet that nobody has answered, a few at a time."""
        run, items = asked_of(self._workspace, self._visitor.name, self._words.language)
        waiting = {
            name: [
                question
                for question in asked
                if question.asked_as or not question.answers
            ]
            for name in QUESTION_SHEETS[:-1]
            if (asked := items.of_sheet(name))
        }
        chosen = sheet if waiting.get(sheet) else next(filter(waiting.get, waiting), "")
        return self._page(
            "questions",
            run=run,
            waiting=waiting,
            door=items.door,
            sheet=chosen,
            start=_number(skipped),
            most=_SHOWN,
            answers=ANSWERING,
        )

    @property
    def _clerk(self) -> Clerk:
        name, since = self._visitor.name, self._now.isoformat(" ", "minutes")
        return Clerk(name, self._now, since, name)

    def _book(self) -> Book:
        return book_of(self._workspace, today=self._now.date())

    def _look(self, question: Question) -> tuple[Found, Card | None]:
        return look(self._workspace, question, self._clerk, limit=_SHOWN)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What is refused inside is told on the page that follows."""
        words = self._words
        try:
            yield
        except WorkspaceBusyError:
            self._trouble = words("serve.refused.busy")
        except VoterlistError as error:
            key, self._trouble = f"error.{error.code}.what", error.message
            if words.has(key):
                self._trouble = words(key, **error.places)
        except ValueError:
            # A form that no page of ours has: a word that is none.
            self._trouble = words("serve.refused.unreadable")

    def _tell(self, problems: Iterable[Problem]) -> None:
        """Why answers were refused, and what to do, is told on the page that follows."""
        self._trouble = "; ".join(
            self._words(f"{problem.key}.{part}", count=1, who=problem.who or "")
            for problem in problems
            for part in ("title", "todo")
        )

    def _page(self, name: str, **content: Any) -> Response:
        """A page with what all of them show."""
        book = self._book()
        shown = {**_TELLING, **_BLANK, "form": self._form, **content}
        page = render_template(
            f"counter/{name}.html",
            say=self._words,
            visitor=self._visitor,
            may_decide=self._visitor.role in {Role.ANALYST, Role.CHAIR},
            late=book.late,
            today=book.today,
            here=name,
            trouble=self._trouble,
            **shown,
        )
        is_refused = self._trouble and not self.has_decided
        return HTMLResponse(page, 400 if is_refused else 200)


def _number(text: str) -> int:
    """The number that a text is; 0 where it is none."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else 0


def _to(application: Application) -> Response:
    return RedirectResponse(f"/counter/application/{application.number}", _SEE_OTHER)


def _taking(
    form: _Form,
    *,
    entry: str = "",
    what: Asks | None = None,
    now: Mapping[str, str] | None = None,
    is_open: bool = False,
) -> dict[str, Any]:
    """What the form of an application offers, with what was typed into it before."""
    return {
        "form": form,
        "entry": entry,
        "asks": [each for each in Asks if not entry or each is not Asks.ADD],
        "chosen": form("what") or what,
        "relations": Relation,
        "ways": Way,
        "fields": (*CORRECTED, *PLACE),
        "now": now or {},
        "is_open": is_open,
    }


def _grounds(
    application: Application, words: FindingWords
) -> list[tuple[str, list[str]]]:
    """(heading, codes) of the grounds on which it may be granted, and refused."""
    both = {"grant": grounds_for(application.asked.what), "refuse": grounds_for(REFUSE)}
    return [
        (words(f"counter.decide.{outcome}"), [ground.code for ground in offered])
        for outcome, offered in both.items()
        if offered
    ]
