"""The desk under requests that nobody's browser sends: routes, forms, cookies, bodies, methods.

    python campaign/desk_requests.py [--seed 1] [--count 100] [--minutes 60]

A trial opens a desk over a new copy of a workspace, with a person of each role, and sends it some
hundred requests. The routes are read from the application: a new one is tried without being named
here. Found is: a 500 or a traceback; an answer without its guards; a change, or a cell, without a
session; what a plain request of a role is refused and a damaged one is given; a body beyond its
size that is taken; a desk that ends.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import record

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from starlette.routing import Route  # noqa: E402

import desks  # noqa: E402  these stand in the folder of the tests
import test_desk_files as pages  # noqa: E402
import workspaces  # noqa: E402
from handed_subjects import reviewed  # noqa: E402
from mutators import damaged, with_other_values  # noqa: E402
from voterlist.config.sections import Settings  # noqa: E402
from voterlist.model import Role  # noqa: E402
from voterlist.serve.application import Desk  # noqa: E402
from voterlist.serve.cases_api import (  # noqa: E402
    MOST_BYTES,
    MOST_FILE_BYTES,
    CasesApi,
)
from voterlist.serve.counter import CounterPages  # noqa: E402
from voterlist.serve.door import add_user  # noqa: E402

COUNT = 60
REQUESTS = 300
PEOPLE = {
    "Aysel": Role.ANALYST,
    "Rauf": Role.CHAIR,
    "Orxan": Role.OPERATOR,
    "Nigar": Role.CLERK,
}
_CELLS = ("Məmmədov", "Məmmədova", "5XK1234", "12.03.1970")
"""Of the list of the workspace."""
_SECONDS = 60
_MOST = 64 * 1024
_LARGEST = {"/api/decide": MOST_BYTES, "/api/import": MOST_FILE_BYTES}
"""Bytes of a body, and of those paths that take more."""
_KINDS = (
    "application/json", "application/x-www-form-urlencoded", "text/plain", "",
    "multipart/form-data; boundary=x", "application/json; charset=utf-16",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip
_METHODS = (
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "get",
    "X",
)
_JOURNALS = ("journal", "session")
"""What a log-in that fails may change: the line that a name is locked."""


def routes() -> tuple[tuple[str, str], ...]:
    """(method, path) of everything that the desk answers to, as the application has it."""
    nothing: Any = None
    cases = CasesApi(*[nothing] * 5)
    counter = CounterPages(nothing, nothing)
    desk = Desk(nothing, nothing, cases, counter, nothing, Settings())
    return tuple(
        (method, route.path)
        for route in desk.routes()
        if isinstance(route, Route)
        for method in sorted(route.methods or ())
    )


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 where the connection was closed without an answer."""

    status: int
    head: str
    body: str


@dataclass
class Sent:
    """A request; ``who`` is empty without a session."""

    who: str
    method: str
    path: str
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def to(self, address: tuple[str, int]) -> Answer:
        """Send it."""
        head = f"{self.method} {self.path} HTTP/1.1\r\n".encode(
            "utf-8", "surrogatepass"
        )
        for name, value in self.headers.items():
            head += f"{name}: {value}\r\n".encode("utf-8", "surrogatepass")
        read = b""
        try:
            with socket.create_connection(address, timeout=_SECONDS) as connection:
                connection.sendall(head + b"\r\n" + self.content)
                while piece := connection.recv(1 << 16):
                    read += piece
        except ConnectionError:
            # A body that is too long is not read to its end.
            pass
        head_text, _, body = read.partition(b"\r\n\r\n")
        words = head_text.split(maxsplit=2)
        status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        return Answer(
            status, head_text.decode("latin-1"), body.decode("utf-8", "replace")
        )


class Requests:
    """The trials.

    Args:
        folder: for the copies of the workspace.
        requests: of a trial.
    """

    def __init__(self, folder: Path, requests: int = REQUESTS) -> None:
        self._folder = folder
        self._requests = requests

    def __call__(self, _number: int, dice: random.Random) -> record.Trial:
        """Open a desk and send it requests."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            workspace = shutil.copytree(reviewed(), Path(folder) / "2026")
            for name, role in PEOPLE.items():
                add_user(workspace, name, role, desks.PASSWORD, today=workspaces.TODAY)
            with desks.running(workspace) as desk:
                visit = _Visit(workspace, desk, dice)
                found = [one for _ in range(self._requests) for one in visit.one()]
                found += visit.nothing_changed()
                found += _ended(desk)
        said = ", ".join(
            f"{count} {status}" for status, count in visit.ends.most_common()
        )
        return record.Trial("desk", said, tuple(found), tries=dict(visit.tries))


def _ended(desk: desks.RunningDesk) -> Iterator[str]:
    if desk.process.poll() is not None:
        yield f"the desk ended by itself with {desk.process.returncode}"
        return
    try:
        code, _, _ = desk.stop()
    except AssertionError:
        yield "a traceback on the terminal"
        return
    if code not in {0, 130}:
        yield f"the desk ended with {code}"


class _Visit:
    """Requests to one desk."""

    def __init__(
        self, workspace: Path, desk: desks.RunningDesk, dice: random.Random
    ) -> None:
        self._workspace = workspace
        self._dice = dice
        host, _, port = desk.url.rpartition("//")[2].rpartition(":")
        self._address = (host, int(port))
        self._origin = desk.url
        self._routes = routes()
        self._bodies = _bodies(workspace)
        self._cookies = {
            name: (_cookie(desk, name), _cookie(desk, name)) for name in PEOPLE
        }
        self.tries: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()
        self._refused = self._refused_plainly()

    def _refused_plainly(self) -> set[tuple[str, str, str]]:
        """(person, method, path) of what a plain request is refused because of its role."""
        refused = set()
        for who in (*PEOPLE, ""):
            for method, path in self._routes:
                if path in {"/login", "/logout"}:
                    continue
                answer = self._plain(who, method, path).to(self._address)
                if answer.status in {303, 401, 403}:
                    refused.add((who, method, path))
        return refused

    def _plain(self, who: str, method: str, path: str) -> Sent:
        content = b"{}" if method == "POST" else b""
        # A session of its own is what a log-out ends.
        usual, other = self._cookies.get(who, ("", ""))
        sent = Sent(who, method, path.replace("{kind}", "page"), content)
        sent.headers = {
            "Host": self._origin.rpartition("//")[2],
            "Origin": self._origin,
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "Cookie": other if path == "/logout" else usual,
            "Connection": "close",
        }
        return sent

    def one(self) -> Iterator[str]:
        """Send a request; what is wrong with its answer."""
        dice = self._dice
        method, path = dice.choice(self._routes)
        who = dice.choice((*PEOPLE, "", ""))
        sent = self._plain(who, method, path)
        sent.content = dice.choice(self._bodies)
        hows = [self._damage(sent) for _ in range(dice.randint(0, 3))]
        sent.headers.setdefault("Content-Length", str(len(sent.content)))
        if "length" not in hows:
            sent.headers["Content-Length"] = str(len(sent.content))
        self.tries[hows[0] if hows else "plain"] += 1
        answer = sent.to(self._address)
        self.ends[str(answer.status)] += 1
        # Another method or path may be what that person is given.
        refused = self._refused if not {"path", "method"} & set(hows) else set()
        is_refused = (who, method, path) in refused
        for wrong in wrong_in(sent, answer, is_refused=is_refused):
            yield f"{method} {path} of {who or 'nobody'}, {'+'.join(hows)}: {wrong}"

    def _damage(self, sent: Sent) -> str:
        """Damage one part of a request; which."""
        dice = self._dice
        how = dice.choice(
            ("body", "path", "query", "cookie", "header", "kind", "method", "large")
        )
        other = dice.choice(self._bodies)
        if how == "body":
            sent.content = _damaged_body(sent.content, dice, other)
        elif how == "path":
            sent.path = _line(
                damaged(sent.path.encode(), dice, b"/../..%2f%00/api//")[1]
            )
        elif how == "query":
            values = {"since": "9" * 5_000, "lang": "\0", "ended": "", "x": other[:200]}
            names = dice.sample(sorted(values), 2)
            sent.path += "?" + urlencode({name: values[name] for name in names})
        elif how == "cookie":
            cookie = damaged(sent.headers["Cookie"].encode(), dice, other[:90])[1]
            sent.headers["Cookie"] = _line(cookie)
        elif how == "header":
            name = dice.choice(
                ("Host", "Origin", "Content-Length", "X-Forwarded-For", "Range")
            )
            how = "length" if name == "Content-Length" else how
            value = (
                "",
                "null",
                "https://evil.example",
                "-1",
                "9" * 30,
                "bytes=0-",
                "x" * 9_000,
            )
            sent.headers[name] = dice.choice(value)
        elif how == "kind":
            sent.headers["Content-Type"] = dice.choice(_KINDS)
        elif how == "method":
            sent.method = dice.choice(_METHODS)
        elif dice.random() < 0.2:
            sent.content = b" " * dice.choice((65_537, 3 << 20))
        return how

    def nothing_changed(self) -> Iterator[str]:
        """Send requests without a session; what they changed."""
        before = _rows(self._workspace)
        for method, path in self._routes * 3:
            sent = self._plain("", method, path)
            sent.content = self._dice.choice(self._bodies)
            self._damage(sent)
            sent.headers["Content-Length"] = str(len(sent.content))
            sent.to(self._address)
            self.tries["nobody"] += 1
        if _rows(self._workspace) != before:
            yield "requests without a session changed the ledger"


def wrong_in(sent: Sent, answer: Answer, *, is_refused: bool) -> Iterator[str]:
    """What is wrong with an answer.

    Args:
        sent: what was asked, by whom; ``who`` is empty without a session.
        answer: what came back.
        is_refused: the same person is refused a plain request of that kind.
    """
    is_let_in = answer.status in range(200, 300)
    if answer.status >= 500 and answer.status != 503:
        yield f"status {answer.status}"
    if "Traceback" in answer.body:
        yield "a traceback"
    if is_let_in and "content-security-policy" not in answer.head.lower():
        yield "an answer without its guards"
    if is_refused and is_let_in:
        yield "a damaged request is given what a plain one is refused"
    if not sent.who and any(cell in answer.body for cell in _CELLS):
        yield "a cell without a session"
    most = next((most for path, most in _LARGEST.items() if path in sent.path), _MOST)
    if is_let_in and sent.method == "POST" and len(sent.content) > most:
        yield "a body beyond its size is taken"


def _rows(workspace: Path) -> dict[str, int]:
    """Rows of each table of the ledger that no visitor without a session may change."""
    with closing(sqlite3.connect(workspace / "ledger.db")) as ledger:
        names = ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [
            name for (name,) in names.fetchall() if not name.startswith(_JOURNALS)
        ]
        count = "SELECT count(*) FROM"
        return {
            name: ledger.execute(f'{count} "{name}"').fetchone()[0] for name in tables
        }


def _cookie(desk: desks.RunningDesk, name: str) -> str:
    jar = desk.visitor(name).cookies.jar
    return "; ".join(f"{one.name}={one.value}" for one in jar)


def _bodies(workspace: Path) -> list[bytes]:
    """Bodies that some route takes; each is tried on all of them."""
    decision = pages.decision(workspace).model_dump()
    values: list[Any] = [
        {"language": "en", "decisions": [{"decision": decision, "knows": []}]},
        {"language": "en", "decisions": [decision]},
        {"case": decision["case"]},
        {"after": -1},
        {},
        [],
    ]
    forms = [{"name": "Aysel", "password": "x"}, {"name": "Aysel", "lang": "az"}]
    path = pages.saved(
        workspace, workspace / "decisions.json", pages.decision(workspace)
    )
    files = [path.read_bytes(), (workspace / "review.xlsx").read_bytes(), b""]
    path.unlink()
    return [
        *(json.dumps(one).encode() for one in values),
        *(urlencode(one).encode() for one in forms),
        *files,
    ]


def _damaged_body(content: bytes, dice: random.Random, other: bytes) -> bytes:
    """In its values where it is JSON, or in its bytes."""
    try:
        values = json.loads(content) if dice.random() < 0.7 else None
    except (ValueError, RecursionError):
        # A body that was damaged before is no JSON any more, or nested too deeply.
        values = None
    if values:
        return json.dumps(with_other_values(values, dice)).encode()
    return damaged(content, dice, other)[1]


def _line(content: bytes) -> str:
    """What can stand in one line of a head."""
    text = content.decode("utf-8", "replace")[:4_000]
    return "".join(one for one in text if one not in "\r\n") or "/"


def main() -> int:
    """Make the trials; the exit code."""
    options = record.arguments(__doc__ or "", COUNT).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return record.play("desk_requests", options, Requests(Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
