"""What requests ask for: the list, a case, what changed, to record decisions, files of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from voterlist.casework.importing import Bringer
from voterlist.casework.pages import export_page
from voterlist.casework.reviewing import Imported, export_review, import_review
from voterlist.catalogue import Catalogue
from voterlist.desk import Decision
from voterlist.errors import VoterlistError, WorkspaceBusyError
from voterlist.render.desk import desk_words
from voterlist.serve.clerk import Clerk, Holds, Refused, Request, Watch
from voterlist.serve.counter import CounterPages
from voterlist.serve.door import Clock, Visitor
from voterlist.serve.guards import JSON, Refusal
from voterlist.serve.work import Work, pack_case, pack_list, pack_state
from voterlist.storage.files import private_folder

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {JSON: "decisions.json", WORKBOOK: "review.xlsx"}
"""What may be read in, and how such a file is called here."""
MOST_FILE_BYTES = 50 * 1024 * 1024
"""Of a file that is read in."""


async def file_of(desk: CounterPages, kind: str, language: str) -> Response:
    """The ``page`` in one file, or the ``workbook``, of what waits for a decision now."""
    name, export = _FILES[kind]
    media = "text/html" if kind == "page" else WORKBOOK

    def written() -> bytes:
        with private_folder() as folder:
            path = folder / name
            export(desk.workspace, path, language, today=desk.clock().date())
            return path.read_bytes()

    content = await asyncio.to_thread(written)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, 200, headers, media_type=media)


_FILES: Mapping[str, tuple[str, Callable[..., object]]] = {
    "page": ("desk.html", export_page),
    "workbook": ("review.xlsx", export_review),
}
"""How a file is called, and what writes it."""


async def read_in(
    desk: CounterPages, request: HttpRequest, visitor: Visitor, say: Catalogue
) -> Response:
    """Read the decisions of whoever is logged in into the ledger.

    Raises:
        Refusal: it cannot be read, or another program holds the workspace.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    content = await request.body()

    def imported() -> Imported:
        with private_folder() as folder:
            path = folder / KINDS[kind]
            path.write_bytes(content)
            return import_review(
                desk.workspace,
                [path],
                visitor.name,
                decided_at=desk.clock(),
                bringer=Bringer(visitor.name, visitor.role),
            )

    try:
        made = await asyncio.to_thread(imported)
    except WorkspaceBusyError:
        raise Refusal("busy", 503) from None
    except VoterlistError:
        raise Refusal("file-unreadable", 400) from None
    refused = {problem.row for problem in made.problems if problem.row}
    counts = {"recorded": made.recorded, "refused": len(refused)}
    problems = sorted({problem.key for problem in made.problems})
    message = say("serve.page.imported", **counts)
    return JSONResponse({**counts, "problems": problems, "message": message})


_MOST_DECISIONS = 200
MOST_BYTES = 2 * 1024 * 1024
"""Of a request with decisions."""


class _Part(BaseModel):
    """A part of a request; what is not expected is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _Decided(_Part):
    """One decision, and which answers the person saw."""

    knows: str = Field(max_length=64)
    decision: Decision


class _Decisions(_Part):
    """The decisions of a request."""

    language: str = Field(max_length=8)
    decisions: list[_Decided] = Field(min_length=1, max_length=_MOST_DECISIONS)


class _Opened(_Part):
    """Which case is to be opened."""

    case: str = Field(max_length=100)


class _Next(_Part):
    """Behind which place of the queue the next case is."""

    after: int = -1


PartT = TypeVar("PartT", bound=_Part)


@dataclass(slots=True, eq=False)
class CasesApi:
    """Answers what the page's script asks.

    Args:
        clerk: writes the ledger.
        watch: gives cases to people.
        work: the cases.
        holds: who has which case open.
        clock: the moment.
    """

    _clerk: Clerk
    _watch: Watch
    _work: Work
    _holds: Holds
    _clock: Clock
    _listed: tuple[int, bytes] = (-1, b"")

    async def list_all(
        self, _request: HttpRequest, visitor: Visitor, _say: Catalogue
    ) -> Response:
        """All cases, the words of the page, and who asks."""
        head = {
            "name": visitor.name,
            "role": visitor.role.value,
            "today": self._clock().date().isoformat(),
            "words": desk_words("serve.page.", "serve.login.leave"),
            "held": self._held(visitor),
            "version": self._work.version,
            "asked_above": self._work.asked_above,
        }
        # The list is the same for all, and large.
        text = _text(head)[:-1] + b',"data":' + self._list(visitor.name) + b"}"
        return Response(text, media_type="application/json")

    async def open_case(
        self, request: HttpRequest, visitor: Visitor, _say: Catalogue
    ) -> Response:
        """One case whole, reserved for who asks."""
        wanted = await _read(request, _Opened)
        work = partial(self._watch.open, visitor=visitor, case_id=wanted.case)
        return self._opened(await self._clerk.do(work), visitor)

    async def open_next(
        self, request: HttpRequest, visitor: Visitor, _say: Catalogue
    ) -> Response:
        """The next case that waits for who asks, reserved for them."""
        wanted = await _read(request, _Next)
        after = min(max(wanted.after, -1), len(self._work.desk.cases) - 1)
        work = partial(self._watch.open_next, visitor=visitor, after=after)
        return self._opened(await self._clerk.do(work), visitor)

    def _opened(self, case_id: str, visitor: Visitor) -> Response:
        """A case that was given to somebody, as it stands and as this person sees it.

        Raises:
            Refusal: it is gone.
        """
        case = self._work.case(case_id)
        if case is None:
            raise Refusal("case-gone")
        return JSONResponse(pack_case(self._work.desk, case, visitor.name))

    async def decide(
        self, request: HttpRequest, visitor: Visitor, say: Catalogue
    ) -> Response:
        """Record decisions; of each it is told whether it was."""
        told = await _read(request, _Decisions)
        requests = [
            Request(visitor, told.language, decision.decision, decision.knows)
            for decision in told.decisions
        ]
        await self._clerk.do(partial(self._watch.decide, requests=requests))
        results = [self._result(request, say) for request in requests]
        refusals = [request.refusal for request in requests if request.refusal]
        statuses = [refusal.status for refusal in refusals]
        return JSONResponse({"results": results}, max(statuses, default=200))

    async def news(
        self, request: HttpRequest, visitor: Visitor, _say: Catalogue
    ) -> Response:
        """What changed since a version of the list."""
        try:
            since = int(request.query_params.get("since", "0"))
        except ValueError:
            raise Refusal("unreadable", 400) from None
        version = self._work.version
        changed = [case for case in self._work.cases() if case.version > since]
        told: dict[str, Any] = {
            "version": version,
            "run": self._work.desk.run,
            "held": self._held(visitor),
            "changed": [
                [case.place, case.shown_to(visitor.name).state.value, case.knows]
                for case in changed
            ],
        }
        return JSONResponse(told)

    def _list(self, name: str) -> bytes:
        """The list as it is sent, made anew where a case changed."""
        work = self._work
        version, cases = work.version, work.cases()
        if any(case.first for case in cases):
            # Who decided a case sees it, and who is to read it next does not.
            return _text(pack_list(work.desk, work.listed, cases, name))
        if self._listed[0] != version:
            text = _text(pack_list(work.desk, work.listed, cases, name))
            self._listed = version, text
        return self._listed[1]

    def _held(self, visitor: Visitor) -> dict[str, str]:
        """Who else has which case open, by its place."""
        told = {}
        for case_id, name in self._holds.all(self._clock()).items():
            case = self._work.case(case_id)
            if case is not None and name != visitor.name:
                told[str(case.place)] = name
        return told

    def _result(self, request: Request, say: Catalogue) -> dict[str, Any]:
        """What became of a decision."""
        case = self._work.case(request.decision.case)
        told: dict[str, Any] = {
            "case": request.decision.case,
            "done": request.refusal is None,
        }
        if case is not None:
            told |= pack_state(self._work.desk, case, request.visitor.name)
        if request.refusal is not None:
            told |= {
                "code": _code(request.refusal),
                "message": _message(request.refusal, say),
            }
        return told


def _code(refusal: Refusal) -> str:
    """Why a decision was refused, as a code."""
    return refusal.problem.code if isinstance(refusal, Refused) else refusal.code


def _message(refusal: Refusal, say: Catalogue) -> str:
    """Why a decision was refused, in words."""
    if not isinstance(refusal, Refused):
        return say(f"serve.refused.{refusal.code}", **refusal.places)
    problem = refusal.problem
    what = say(f"{problem.key}.title", count=problem.count, who=problem.who or "")
    return f"{what}. {say(f'{problem.key}.todo', who=problem.who or '')}"


async def _read(request: HttpRequest, kind: type[PartT]) -> PartT:
    """What a request says.

    Raises:
        Refusal: it says something else.
    """
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError:
        # Its message would hold what the request says.
        raise Refusal("unreadable", 400) from None


def _text(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
