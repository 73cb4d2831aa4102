"""The counter at the desk: a voter found, an application taken, decided and noted, page by page.

Each page is one request; what it does is done by the functions that the commands call, in a thread
of their own, so that whoever decides cases is not held up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response

from voterlist.casework import at_door
from voterlist.casework.answer_files import AnswerFile
from voterlist.casework.importing import Bringer
from voterlist.casework.reviewing import Imported, asked_of, import_answers
from voterlist.counter.applications import (
    PLACE,
    Application,
    Book,
    Request,
    State,
    add_event,
    book_of,
    find,
    wants_other_struck,
)
from voterlist.counter.asking import Question
from voterlist.counter.card import Card
from voterlist.counter.deciding import REFUSE, Decided, Decider, Ruling, decide
from voterlist.counter.finder import Found
from voterlist.counter.looking import Looker, look
from voterlist.counter.taking import take
from voterlist.counter.telling import (
    about_hit,
    asked_rows,
    card_parts,
    event_lines,
    name_of,
    searched,
    set_aside,
)
from voterlist.counter.written import write_book, write_letter
from voterlist.decisions import grounds_for
from voterlist.errors import VoterlistError, WorkspaceBusyError
from voterlist.fields import CORRECTED
from voterlist.lists.door import DoorAnswer
from voterlist.model import (
    Action,
    Asks,
    AtDoor,
    Problem,
    Relation,
    Role,
    Step,
    Way,
)
from voterlist.render.counter import counter_page
from voterlist.render.xlsx import ANSWERING, answers_typed
from voterlist.report.asked import QUESTION_SHEETS
from voterlist.report.sections.findings import FindingWords
from voterlist.serve.door import Clock, Visitor
from voterlist.storage.temporary import private_folder

T = TypeVar("T")

_SEE_OTHER = 303
BOOK = "book"
"""The paper that is of all applications."""


class Letters(StrEnum):
    """The papers about one application."""

    SLIP = "slip"
    ANSWER = "answer"
    NOTICE = "notice"


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


@dataclass(frozen=True, slots=True)
class _Form:
    """What somebody typed into a form."""

    texts: Mapping[str, str]

    @classmethod
    async def of(cls, request: HttpRequest) -> _Form:
        """The form that a request brings; blanks around a text are left out."""
        read = parse_qs((await request.body()).decode("utf-8", "replace"))
        return cls({name: texts[0].strip() for name, texts in read.items()})

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
    "trouble": "",
    "form": _Form({}),
    "kept": None,
    "said_at_door": AtDoor,
    "corrected": CORRECTED,
}
"""What a page shows of which nothing else is said."""
_TELLING = {
    function.__name__: function
    for function in (
        about_hit,
        asked_rows,
        card_parts,
        event_lines,
        name_of,
        searched,
        set_aside,
        wants_other_struck,
    )
}
"""What the pages tell with."""


class CounterPages:
    """Answers the requests of the counter.

    Args:
        workspace: its folder.
        clock: the moment.
    """

    def __init__(self, workspace: Path, clock: Clock) -> None:
        self._workspace = workspace
        self._clock = clock
        self.decided = 0
        """Applications that were decided since the desk was opened."""

    async def home(
        self, _request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """The page on which somebody is looked for."""
        return await self._page("find", visitor, language, here="find", found=None)

    async def find(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """Who fits what was asked."""
        form = await _Form.of(request)
        question = Question(
            form("words"),
            form("fin") or None,
            form("born") or None,
            form("address") or None,
        )
        found, trouble = await self._tried(language, self._looked, question, visitor)
        return await self._page(
            "find",
            visitor,
            language,
            here="find",
            question=question,
            trouble=trouble,
            found=found and found[0],
        )

    async def door(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """Keep an answer from the door, typed by the code of its question."""
        form = await _Form.of(request)

        def answered() -> at_door.TakenIn:
            given = DoorAnswer(
                answer=AtDoor(form("answer")),
                field=form("field") or None,
                **{name: form(name) for name in ("code", "value", "note")},
            )
            return at_door.answer(
                self._workspace, given, by=visitor.name, now=self._clock()
            )

        kept, trouble = await self._tried(language, answered)
        typed = _Form({}) if kept else form
        about = {"kept": kept, "form": typed, "trouble": trouble, "found": None}
        return await self._page("find", visitor, language, here="find", **about)

    async def card(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """The card of an entry, and what may be asked about it."""
        entry_id = request.path_params["entry"]
        question = Question(entry=entry_id)
        opened, trouble = await self._tried(language, self._looked, question, visitor)
        if opened is None or opened[1] is None:
            words = FindingWords(language)
            gone = words("error.find-no-entry.what", entry=entry_id)
            return await self._page(
                "find",
                visitor,
                language,
                here="find",
                trouble=trouble or gone,
                found=None,
            )
        return await self._card_page(opened[1], visitor, language, _Form({}), "")

    async def _card_page(
        self, card: Card, visitor: Visitor, language: str, form: _Form, trouble: str
    ) -> Response:
        book = await asyncio.to_thread(self._book)
        own = [one for one in book.applications if one.asked.entry_id == card.entry_id]
        taking = _taking(form, entry=card.entry_id, now=card.cells)
        return await self._page(
            "card",
            visitor,
            language,
            here="",
            card=card,
            applications=own,
            trouble=trouble,
            **taking,
        )

    async def new(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """The form for somebody who is on no list."""
        form = await _Form.of(request)
        # Beside the name a date, a house or a number may have been looked for.
        words = [
            word for word in form("name").split() if not any(map(str.isdigit, word))
        ]
        about = _Form({**form.texts, "name": " ".join(words)})
        taking = _taking(about, what=Asks.ADD, is_open=True)
        return await self._page("new", visitor, language, here="", **taking)

    async def take(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """Take an application, and show it."""
        form = await _Form.of(request)

        def taken() -> Application:
            asked = Request(
                what=Asks(form("what")),
                by=form("by"),
                relation=Relation(form("relation")),
                way=Way(form("way")),
                entry_id=form("entry") or None,
                name=form("name"),
                born=form("born"),
                values=form.values,
                documents=(form("documents"),),
            )
            return take(
                self._workspace,
                asked,
                clerk=visitor.name,
                today=self._clock().date(),
                since=self._since,
            )

        application, trouble = await self._tried(language, taken)
        if application is None:
            taking = _taking(form, entry=form("entry"), is_open=True)
            return await self._page(
                "new", visitor, language, here="", trouble=trouble, **taking
            )
        return _to(application)

    async def book(
        self, _request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """All applications, those that are late first."""
        book = await asyncio.to_thread(self._book)
        words = FindingWords(language)
        many = [
            words("cli.application.many", numbers=", ".join(map(str, numbers)))
            for numbers in book.many
        ]
        return await self._page(
            "book",
            visitor,
            language,
            here="book",
            applications=book.applications,
            many=many,
        )

    async def application(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """An application with all that became of it."""
        number = request.path_params["number"]
        return await self._application_page(number, visitor, language, _Form({}), "")

    async def decide(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """Grant or refuse an application."""
        form = await _Form.of(request)

        def decided() -> Decided:
            ruling = Ruling(
                granted=form("outcome") == "grant",
                ground=form("ground"),
                evidence=form("evidence"),
                reason=form("reason"),
                entry_id=form("entry") or None,
                values=form.values,
                although=form("although"),
            )
            return decide(
                self._workspace,
                form.number,
                ruling,
                self._decider(visitor),
            )

        made, trouble = await self._tried(language, decided)
        if made is not None and not made.problems:
            self.decided += 1
            return _to(made.application)
        if made is not None:
            trouble = _told(made.problems, FindingWords(language))
        return await self._application_page(
            form.number, visitor, language, form, trouble
        )

    async def note(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """Note something of an application: a notice, its withdrawal, or words."""
        form = await _Form.of(request)

        def noted() -> Application:
            return add_event(
                self._workspace,
                form.number,
                Step(form("step")),
                {"text": form("text")},
                by=visitor.name,
                today=self._clock().date(),
            )

        made, trouble = await self._tried(language, noted)
        if made is not None:
            return _to(made)
        return await self._application_page(
            form.number, visitor, language, form, trouble
        )

    async def paper(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """A letter about an application, or the book, as PDF; that it was written is noted."""
        form = await _Form.of(request)
        name = form("paper")

        def written() -> bytes:
            with private_folder() as folder:
                out = folder / "paper.pdf"
                if name == BOOK:
                    today = self._clock().date()
                    write_book(self._workspace, out, today=today, language=language)
                else:
                    decider = self._decider(visitor)
                    write_letter(
                        self._workspace,
                        form.number,
                        Letters(name).value,
                        out,
                        decider,
                        language=language,
                    )
                return out.read_bytes()

        content, trouble = await self._tried(language, written)
        if content is None:
            return await self._application_page(
                form.number, visitor, language, form, trouble
            )
        whose = "" if name == BOOK else f"-{form.number}"
        headers = {"Content-Disposition": f'inline; filename="{name}{whose}.pdf"'}
        return Response(content, 200, headers, media_type="application/pdf")

    def _decider(self, visitor: Visitor) -> Decider:
        return Decider(visitor.name, self._clock(), self._since, visitor.name)

    async def _application_page(
        self, number: int, visitor: Visitor, language: str, form: _Form, trouble: str
    ) -> Response:
        book = await asyncio.to_thread(self._book)
        known = {one.number: one for one in book.applications}
        words = FindingWords(language)
        one, unknown = await self._tried(language, find, known, number)
        if one is None:
            return await self._page(
                "book",
                visitor,
                language,
                here="book",
                applications=book.applications,
                many=[],
                trouble=unknown,
            )
        return await self._page(
            "application",
            visitor,
            language,
            here="",
            one=one,
            fields=_FIELDS.get(one.asked.what, ()),
            papers=list(_letters(one)),
            form=form,
            grounds=_grounds(one, words),
            may_decide=visitor.role in {Role.ANALYST, Role.CHAIR},
            trouble=trouble,
        )

    async def questions(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """What is asked about findings and entries, and by the commission above."""
        sheet = request.query_params.get("sheet", "")
        skipped = request.query_params.get("skipped", "")
        return await self._questions_page(sheet, skipped, visitor, language, "")

    async def answer(
        self, request: HttpRequest, visitor: Visitor, language: str
    ) -> Response:
        """Record the answer to a question."""
        form = await _Form.of(request)

        def answered() -> Imported:
            typed = answers_typed(form.texts, form.texts, form("run_id"))
            return import_answers(
                self._workspace,
                [(AnswerFile(typed), Path(form("sheet")))],
                visitor.name,
                decided_at=self._clock(),
                bringer=Bringer(visitor.name, visitor.role),
            )

        made, trouble = await self._tried(language, answered)
        if made is not None and made.problems:
            trouble = _told(made.problems, FindingWords(language))
        sheet = form("sheet")
        if not trouble and sheet in QUESTION_SHEETS:
            path = (
                f"/counter/questions?sheet={sheet}&skipped={_number(form('skipped'))}"
            )
            return RedirectResponse(path, _SEE_OTHER)
        return await self._questions_page(
            sheet, form("skipped"), visitor, language, trouble
        )

    async def _questions_page(
        self, sheet: str, skipped: str, visitor: Visitor, language: str, trouble: str
    ) -> Response:
        """The questions of a sheet that nobody has answered, a few at a time."""
        run, items = await asyncio.to_thread(
            asked_of, self._workspace, visitor.name, language
        )
        waiting = {
            name: [one for one in asked if one.asked_as or not one.answers]
            for name in QUESTION_SHEETS[:-1]
            if (asked := items.of_sheet(name))
        }
        chosen = sheet if waiting.get(sheet) else next(filter(waiting.get, waiting), "")
        return await self._page(
            "questions",
            visitor,
            language,
            here="questions",
            run=run,
            waiting=waiting,
            door=items.door,
            sheet=chosen,
            start=_number(skipped),
            most=_SHOWN,
            answers=ANSWERING,
            trouble=trouble,
        )

    @property
    def _since(self) -> str:
        return self._clock().isoformat(" ", "minutes")

    def _book(self) -> Book:
        return book_of(self._workspace, today=self._clock().date())

    def _looked(
        self, question: Question, visitor: Visitor
    ) -> tuple[Found, Card | None]:
        looker = Looker(visitor.name, self._clock(), self._since)
        return look(self._workspace, question, looker, limit=_SHOWN)

    async def _tried(
        self, language: str, work: Callable[..., T], *given: Any
    ) -> tuple[T | None, str]:
        """(what a function returns, empty), or (None, why it was refused, in words)."""
        words = FindingWords(language)
        try:
            return await asyncio.to_thread(work, *given), ""
        except WorkspaceBusyError:
            return None, words("serve.refused.busy")
        except VoterlistError as error:
            key = f"error.{error.code}.what"
            return None, words(key, **error.places) if words.has(key) else error.message
        except ValueError:
            # A form that no page of ours has: a word that is none.
            return None, words("serve.refused.unreadable")

    async def _page(
        self, name: str, visitor: Visitor, language: str, **content: Any
    ) -> Response:
        """A page with what all of them show."""
        book = await asyncio.to_thread(self._book)
        given = {**_BLANK, **content}
        page = counter_page(
            name,
            FindingWords(language),
            visitor=visitor,
            late=book.late,
            today=book.today,
            **_TELLING,
            **given,
        )
        return HTMLResponse(page, 400 if given["trouble"] else 200)


def _number(text: str) -> int:
    """The number that a text is; 0 where it is none."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else 0


def _told(problems: Iterable[Problem], words: FindingWords) -> str:
    """Why answers were refused, and what to do."""
    return "; ".join(
        words(f"{problem.key}.{part}", count=1, who=problem.who or "")
        for problem in problems
        for part in ("title", "todo")
    )


def _to(application: Application) -> Response:
    return RedirectResponse(f"/counter/application/{application.number}", _SEE_OTHER)


def _letters(one: Application) -> Iterator[Letters]:
    """The papers that may be written about an application as it stands."""
    is_open = one.state is State.OPEN
    yield Letters.SLIP
    if is_open and wants_other_struck(one.asked):
        yield Letters.NOTICE
    if not is_open or one.asked.what is Asks.LISTED:
        yield Letters.ANSWER


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


def _grounds(one: Application, words: FindingWords) -> list[tuple[str, list[str]]]:
    """(heading, codes) of the grounds on which it may be granted, and refused."""
    actions = {each.value for each in Action}
    granting = (
        grounds_for(one.asked.what.value) if one.asked.what.value in actions else ()
    )
    both = (
        ("counter.decide.grant", granting),
        ("counter.decide.refuse", grounds_for(REFUSE)),
    )
    return [
        (words(key), [ground.code for ground in offered])
        for key, offered in both
        if offered
    ]
