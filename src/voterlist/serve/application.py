"""The application: which request does what, and the pages that it sends."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from voterlist.catalogue import LANGUAGES, Catalogue, catalogue
from voterlist.config.sections import Settings
from voterlist.decisions.given import person_key
from voterlist.errors import WorkspaceBusyError, usage_error
from voterlist.model import Role
from voterlist.processes.discreet import keep_logs_discreet
from voterlist.processes.limits import allow_connections
from voterlist.render.desk import desk_script, frame
from voterlist.render.html import as_it_stands, render_template
from voterlist.serve.cases_api import (
    KINDS,
    MOST_BYTES,
    MOST_FILE_BYTES,
    CasesApi,
    file_of,
    read_in,
)
from voterlist.serve.clerk import Clerk, Holds, Watch
from voterlist.serve.counter import CounterPages
from voterlist.serve.door import (
    Clock,
    Door,
    Guess,
    Throttle,
    Visitor,
    digest_of,
    origin_of,
)
from voterlist.serve.guards import STATUSES, Address, Bodies, Guards, Refusal
from voterlist.serve.work import Work
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.ledger import Ledger, User
from voterlist.storage.workspace import settings_of

_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


@cache
def assets() -> Mapping[str, bytes]:
    """Every file that may be asked for, by its name: nothing else is ever opened."""
    texts = {
        "desk.js": desk_script("served"),
        "desk.css": render_template("desk/desk.css"),
        "login.css": as_it_stands("desk/login.css"),
        "counter.css": render_template("counter/counter.css"),
    }
    return {name: text.encode() for name, text in texts.items()}


def language_of(wanted: str | None, first: str) -> Catalogue:
    """The language that a browser asks for, else the first of the settings."""
    return catalogue(wanted if wanted in LANGUAGES else first)


_SEE_OTHER = 303
_LANGUAGE = "language"
_YEAR = 365 * 24 * 3600
_MOST_AT_THE_DOOR = 40
"""People who log in at the same time; a password takes a second of a processor's time or less."""
_HASHED_AT_ONCE = 2
"""Each takes 46 MiB."""

_IMPORT = "/api/import"
_COUNTER = ("find", "door", "new", "take", "decide", "answer", "note", "paper")
"""The forms of the counter, which all who are logged in may send."""
_DECIDING = frozenset({"decide", "answer"})
"""Those that not all may."""
_BODIES = Bodies(
    forms=frozenset({"/login", "/logout", *(f"/counter/{name}" for name in _COUNTER)}),
    largest={"/api/decide": MOST_BYTES, _IMPORT: MOST_FILE_BYTES},
    kinds={_IMPORT: frozenset(KINDS)},
)
_DECIDE = (Role.ANALYST, Role.CHAIR)
_SEE_CASES = (*_DECIDE, Role.OPERATOR)

EXPORTED = "desk-export"
READ_IN = "desk-import"
ASKED = "desk-questions"
"""The journal's words for files that an operator takes out, that people read in, and for the page
of questions."""

Handler = Callable[[Request], Awaitable[Response]]
VisitorHandler = Callable[[Request, Visitor, Catalogue], Awaitable[Response]]
"""What answers somebody who is logged in, in their language."""


class Desk:
    """What requests work with, and what they have in common.

    Args:
        clerk: writes the ledger.
        door: who is in.
        cases: answers what the page's script asks.
        counter: finds voters, and takes applications.
        clock: the moment.
        settings: of whoever opens the desk.
    """

    def __init__(
        self,
        clerk: Clerk,
        door: Door,
        cases: CasesApi,
        counter: CounterPages,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self.clerk = clerk
        self.door = door
        self.cases = cases
        self.counter = counter
        self.clock = clock
        self._commission = settings.workspace.name
        self._language = settings.report.languages[0]
        """In which people are spoken to who asked for none."""
        self._throttle = Throttle()
        self._hashing = asyncio.Semaphore(_HASHED_AT_ONCE)
        self._at_the_door = 0
        say = catalogue(self._language)
        self._sentences = {status: say(f"serve.guard.{status}") for status in STATUSES}
        self._cookie = "voterlist-desk"
        self._is_secure = False

    def behind(self, address: Address) -> ASGIApp:
        """The application with all that stands before it."""
        if address.scheme == "https":
            # Such a cookie is never sent without TLS, and no neighbour can set it.
            self._cookie, self._is_secure = "__Host-voterlist-desk", True
        return Guards(
            Starlette(
                routes=self.routes(),
                lifespan=self._lifespan,
                exception_handlers={
                    HTTPException: self._failed,
                    Exception: self._failed,
                },
            ),
            scheme=address.scheme,
            hosts=address.hosts(),
            bodies=_BODIES,
            sentences=self._sentences,
        )

    def routes(self) -> list[Route]:
        """Everything that the desk answers to."""
        return [
            Route("/", self._inside(self.home)),
            Route("/login", self.show_login),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/logout", self._inside(self.log_out), methods=["POST"]),
            Route("/language", self.choose_language),
            Route("/api/desk", self._inside(self.cases.list_all, *_SEE_CASES)),
            Route("/api/news", self._inside(self.cases.news, *_SEE_CASES)),
            *(
                Route(f"/api/{path}", self._inside(handler, *_DECIDE), methods=["POST"])
                for path, handler in (
                    ("open", self.cases.open_case),
                    ("next", self.cases.open_next),
                    ("decide", self.cases.decide),
                )
            ),
            Route("/export/{kind}", self._inside(self.export, Role.OPERATOR)),
            Route(_IMPORT, self._inside(self.read_in, *_DECIDE), methods=["POST"]),
            *self._of_counter(),
            Route("/{name}", self.asset),
        ]

    def _of_counter(self) -> Iterator[Route]:
        """Everything that the counter answers to."""
        pages = {
            "": "home",
            "/book": "book",
            "/entry/{entry}": "card",
            "/application/{number:int}": "application",
        }
        for path, name in pages.items():
            yield Route(f"/counter{path}", self._inside(self._in_words(name)))
        yield Route("/counter/questions", self._inside(self.questions, *_DECIDE))
        for name in _COUNTER:
            roles = _DECIDE if name in _DECIDING else ()
            inside = self._inside(self._in_words(name), *roles)
            yield Route(f"/counter/{name}", inside, methods=["POST"])

    def _in_words(self, name: str) -> VisitorHandler:
        """A page of the counter in the language of whoever asks; a language chosen is kept."""

        async def handle(
            request: Request, visitor: Visitor, say: Catalogue
        ) -> Response:
            answer = await self.counter.show(name, request, visitor, say.language)
            return self._with_language(answer, say) if _chooses(request) else answer

        return handle

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        # Here and not behind the server: a signal ends the process right after it.
        await asyncio.to_thread(self.clerk.close)

    def words(self, request: Request) -> Catalogue:
        """The language of whoever asks."""
        wanted = request.query_params.get("lang") or request.cookies.get(_LANGUAGE)
        return language_of(wanted, self._language)

    def _inside(self, handler: VisitorHandler, *roles: Role) -> Handler:
        """A handler for those who are logged in, of these roles; without roles, of all."""

        async def handle(request: Request) -> Response:
            visitor = self.door.visitor(request.cookies.get(self._cookie))
            # What a script asks for cannot log in by itself.
            is_of_script = request.url.path.startswith("/api/")
            is_page = request.method == "GET" and not is_of_script
            if visitor is None:
                if is_page:
                    return RedirectResponse("/login", _SEE_OTHER)
                return self._refused(request, Refusal("logged-out", 401))
            is_others = roles and visitor.role not in roles
            if is_others and not is_page:
                return self._refused(request, Refusal("not-yours", 403))
            try:
                answer = self._told if is_others else handler
                return await answer(request, visitor, self.words(request))
            except Refusal as refusal:
                return self._refused(request, refusal)
            except WorkspaceBusyError:
                return self._refused(request, Refusal("busy", 503))

        return handle

    async def _told(
        self, request: Request, visitor: Visitor, say: Catalogue
    ) -> Response:
        """The counter, which is for everybody, with the word that a page is for others."""
        trouble = say("serve.refused.not-yours")
        show = self.counter.show
        answer = await show("home", request, visitor, say.language, trouble)
        answer.status_code = 403
        return answer

    def _refused(self, request: Request, refusal: Refusal) -> Response:
        """Why a request is refused, in words."""
        say = self.words(request)
        message = say(f"serve.refused.{refusal.code}", **refusal.places)
        told = {"code": refusal.code, "message": message}
        return JSONResponse(told, refusal.status)

    async def _failed(self, _request: Request, error: Exception) -> Response:
        """What is said of a request that led nowhere, or that failed inside."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        return PlainTextResponse(f"{self._sentences[status]}\n", status)

    async def home(
        self, _request: Request, visitor: Visitor, say: Catalogue
    ) -> Response:
        """The page of the desk, whose script asks for all else; the counter for its clerks."""
        if visitor.role not in _SEE_CASES:
            return RedirectResponse("/counter", _SEE_OTHER)
        return HTMLResponse(frame(say.language))

    async def choose_language(self, request: Request) -> Response:
        """Remember in which language somebody reads."""
        return self._with_language(Response(None, 204), self.words(request))

    async def show_login(self, request: Request) -> Response:
        """The page on which people log in."""
        say = self.words(request)
        is_ended = "ended" in request.query_params
        answer = self._login_page(
            say, message=say("serve.login.ended") if is_ended else ""
        )
        return self._with_language(answer, say) if _chooses(request) else answer

    def _with_language(self, answer: Response, say: Catalogue) -> Response:
        self._set_cookie(answer, _LANGUAGE, say.language, _YEAR)
        return answer

    async def log_in(self, request: Request) -> Response:
        """Try a password, and let the person in."""
        try:
            return await self._tried(request)
        except WorkspaceBusyError:
            say = self.words(request)
            return self._login_page(say, message=say("serve.refused.busy"), status=503)

    async def _tried(self, request: Request) -> Response:
        say = self.words(request)
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        name, password = (form.get(key, [""])[0] for key in ("name", "password"))
        if self._at_the_door >= _MOST_AT_THE_DOOR:
            message = say("serve.login.busy")
            return self._login_page(say, name=name, message=message, status=503)
        user = self.door.user(name)
        guess = self._guess(request, name, user)
        wait = self._throttle.begin(guess, self.clock())
        if wait:
            return self._locked(say, name, wait)
        self._at_the_door += 1
        try:
            async with self._hashing:
                is_right = await asyncio.to_thread(self.door.is_right, user, password)
        finally:
            self._at_the_door -= 1
        if not is_right or user is None:
            return await self._wrong(say, name, guess)
        self._throttle.succeeded(guess)
        old = request.cookies.get(self._cookie)
        try:
            cookie = await self.clerk.do(partial(self.door.let_in, user=user, old=old))
        except Refusal as refusal:
            message = say(f"serve.refused.{refusal.code}")
            return self._login_page(say, name=name, message=message, status=403)
        answer = RedirectResponse("/", _SEE_OTHER)
        self._set_cookie(answer, self._cookie, cookie)
        mark = self.door.mark(user, guess.device)
        self._set_cookie(answer, self._mark_of(name), mark, _YEAR)
        return answer

    def _guess(self, request: Request, name: str, user: User | None) -> Guess:
        """Who tries a password, and whether on a device that is known."""
        mark = request.cookies.get(self._mark_of(name))
        origin = origin_of(request.client.host if request.client else "")
        return Guess(person_key(name)[:80], origin, self.door.device(user, mark))

    def _mark_of(self, name: str) -> str:
        """The cookie by which a device is known to a person; several may share the device."""
        return f"{self._cookie}-{digest_of(person_key(name))[:16]}"

    def _set_cookie(
        self, answer: Response, name: str, value: str, seconds: int | None = None
    ) -> None:
        """Have the browser send this with each request; without seconds until it is closed."""
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            secure=self._is_secure,
            httponly=True,
            samesite="strict",
        )

    async def questions(
        self, request: Request, visitor: Visitor, say: Catalogue
    ) -> Response:
        """The page of questions; that somebody saw it stands in the journal before."""
        await self._note(ASKED, visitor)
        return await self._in_words("questions")(request, visitor, say)

    async def export(
        self, request: Request, visitor: Visitor, say: Catalogue
    ) -> Response:
        """A file for somebody who has no access to the desk."""
        kind = request.path_params["kind"]
        if kind not in {"page", "workbook"}:
            raise HTTPException(404)
        await self._note(EXPORTED, visitor)
        return await file_of(self.counter, kind, say.language)

    async def read_in(
        self, request: Request, visitor: Visitor, say: Catalogue
    ) -> Response:
        """Decisions that somebody made elsewhere: nobody brings those of others."""
        await self._note(READ_IN, visitor)
        return await read_in(self.counter, request, visitor, say)

    async def _note(self, event: str, visitor: Visitor) -> None:
        """Note in the journal who does something, before it is done."""
        day = self.clock().date()

        def note(ledger: Ledger) -> None:
            ledger.write_journal(day, event, by=visitor.name)

        await self.clerk.do(note)

    async def log_out(
        self, _request: Request, visitor: Visitor, _say: Catalogue
    ) -> Response:
        """End the session."""
        await self.clerk.do(partial(self.door.let_out, visitor=visitor))
        answer = RedirectResponse("/login", _SEE_OTHER)
        answer.delete_cookie(
            self._cookie, secure=self._is_secure, httponly=True, samesite="strict"
        )
        return answer

    async def asset(self, request: Request) -> Response:
        """A style or a script, by its name alone."""
        name = request.path_params["name"]
        content = assets().get(name)
        if content is None:
            return PlainTextResponse("", 404)
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(None, 304, headers)
        kind = _KINDS[name.rpartition(".")[2]]
        return Response(content, 200, headers, media_type=kind)

    async def _wrong(self, say: Catalogue, name: str, guess: Guess) -> Response:
        """Say that a password was wrong."""
        if self._throttle.failed(guess):
            note = partial(self.door.note_locked, address=guess.origin)
            await self.clerk.do(note)
        wait = self._throttle.wait(guess, self.clock())
        if wait:
            return self._locked(say, name, wait)
        message = say("serve.login.wrong")
        return self._login_page(say, name=name, message=message, status=401)

    def _locked(self, say: Catalogue, name: str, wait: int) -> Response:
        message = say("serve.login.locked", minutes=-(-wait // 60))
        answer = self._login_page(say, name=name, message=message, status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer

    def _login_page(
        self, say: Catalogue, *, name: str = "", message: str = "", status: int = 200
    ) -> Response:
        content = render_template(
            "desk/login.html",
            say=say,
            language=say.language,
            typed=name[:80],
            message=message,
            commission=self._commission,
        )
        return HTMLResponse(content, status)


def _chooses(request: Request) -> bool:
    """True where a request says in which language it wants to be answered."""
    return "lang" in request.query_params


_MOST_CONNECTIONS = 500
"""Open at once; for one more, whoever has the most of them loses one."""
_MOST_BEGUN = 8192
"""Connections that TCP has begun: until TLS agreed on keys no protocol sees, or closes, them."""
_IDLE_SECONDS = 75
"""A connection without a request is closed after so long."""
_REQUEST_SECONDS = 15
"""The head of a request has to arrive within so many seconds."""
_MOST_HEAD_BYTES = 16 * 1024


@dataclass(slots=True)
class Server:
    """A desk that is open; ``run`` returns when it is stopped."""

    _desk: Desk
    _address: Address
    _listener: socket
    decisions: int = 0
    """How many were recorded, once it is stopped."""

    @property
    def url(self) -> str:
        """Where it is open."""
        return self._address.url(self._listener.getsockname()[1])

    def run(self) -> None:
        """Answer requests until the process is told to stop (SIGINT, SIGTERM)."""
        address = self._address
        config = uvicorn.Config(
            self._desk.behind(address),
            http=_Patient,
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=10,
            h11_max_incomplete_event_size=_MOST_HEAD_BYTES,
            ssl_certfile=address.certificate,
            ssl_keyfile=address.key,
        )
        # The server logs an exception of a request with its words, which may quote a cell.
        keep_logs_discreet()
        allow_connections(_MOST_BEGUN)
        server = uvicorn.Server(config)
        # The server raises a signal again once it has stopped for it.
        with suppress(KeyboardInterrupt):
            asyncio.run(server.serve([self._listener]))


class _Patient(H11Protocol):
    """Closes a connection on which a request has begun, and its head does not come to an end.

    And one of whoever has the most, where there are too many.
    """

    _watch: asyncio.TimerHandle | None = None
    origin = ""
    since = 0.0
    """When something was heard of it last, by the clock of the loop."""

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        super().connection_made(transport)
        self.origin = origin_of(self.client[0] if self.client else "")
        self.since = self.loop.time()
        if len(self.connections) > _MOST_CONNECTIONS:
            self._make_room()
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Take what arrived, and wait for the rest."""
        self.since = self.loop.time()
        super().data_received(data)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        self._forget()

    def _expect(self) -> None:
        """Start the clock where a head is not whole yet; stop it where one is."""
        if not self.is_idle():
            self._forget()
        elif self._watch is None:
            self._watch = self.loop.call_later(_REQUEST_SECONDS, self._give_up)

    def is_idle(self) -> bool:
        """True between two requests."""
        return self.cycle is None or self.cycle.response_complete

    def _make_room(self) -> None:
        """Close another connection of whoever has the most: the one that is idle for longest."""
        others = [
            connection
            for connection in self.connections - {self}
            if isinstance(connection, _Patient)
        ]
        held = Counter(connection.origin for connection in others)
        first = min(
            others,
            key=lambda connection: (
                -held[connection.origin],
                not connection.is_idle(),
                connection.since,
            ),
        )
        # At once: who reads no answer would keep it open for long.
        first.transport.abort()
        self.connections.discard(first)

    def _forget(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _give_up(self) -> None:
        self._watch = None
        if not self.transport.is_closing():
            self.transport.close()


@contextmanager
def open_server(workspace: Path, address: Address, clock: Clock) -> Iterator[Server]:
    """A desk that is open to requests from now on, and is answered by ``Server.run``.

    Args:
        workspace: its folder.
        address: where it is to be open.
        clock: the moment, in the time zone of the workspace.

    Raises:
        UsageError: it is no workspace, nobody may log in, or the address is refused.
        WorkspaceBusyError: a desk is open there already.
        InputError: its ledger cannot be read.
    """
    settings = settings_of(workspace)
    address.require_safe()
    since = clock().isoformat(" ", "minutes")
    with lock.hold(workspace, since=since, **lock.OF_DESK):
        door = Door(settings.desk, clock)
        work = Work(workspace, settings, lambda: clock().date())
        holds = Holds(settings.desk.reserve_minutes)
        door.left = holds.end
        watch = Watch(door, work, holds, clock)
        place = ledgers.place_in(workspace, settings)
        with closing(Clerk(place, watch)) as clerk:
            if not door.has_users():
                raise usage_error("desk-no-users", path=workspace)
            cases = CasesApi(clerk, watch, work, holds, clock)
            counter = CounterPages(workspace, clock)
            desk = Desk(clerk, door, cases, counter, clock, settings)
            with address.listening() as listener:
                server = Server(desk, address, listener)
                yield server
                server.decisions = watch.recorded + counter.decided
