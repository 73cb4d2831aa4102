"""Those who would harm the desk on the commission's network: slow, long, and in another's name."""

from __future__ import annotations

import contextlib
import selectors
import socket
import sys
import time

import httpx
import pytest

import desks
import workspaces
from voterlist.model import Role
from voterlist.processes.limits import allow_connections
from voterlist.serve.door import add_user

PEOPLE = {
    "Aysel": Role.ANALYST,
    "Rauf": Role.CHAIR,
    "Orxan": Role.OPERATOR,
    "Nigar": Role.CLERK,
}
PATIENCE = 15
"""Seconds that the desk waits for a head or a body."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    workspace = workspaces.finished(tmp_path_factory.mktemp("attacks") / "2026")
    for name, role in PEOPLE.items():
        add_user(workspace, name, role, desks.PASSWORD, today=workspaces.TODAY)
    with desks.running(workspace) as running:
        yield running


DECISION = {"language": "en", "decisions": []}


def test_each_role_does_its_own_work_and_no_other(desk):
    """An operator who decides, or reads decisions in, would take lists out and decide them."""
    visitors = {name: desk.visitor(name) for name in PEOPLE}
    visitors["nobody"] = desk.visitor()
    asked = {
        name: (
            client.post("/api/decide", json=DECISION).status_code,
            client.post("/api/next", json={"after": -1}).status_code,
            client.get("/export/workbook").status_code,
            client.post(
                "/api/import",
                content=b"x",
                headers={"Content-Type": "application/json"},
            ).status_code,
        )
        for name, client in visitors.items()
    }
    decides, exports = 0, 2
    for name in ("Aysel", "Rauf"):
        assert asked[name][decides] not in {401, 403}
        assert asked[name][exports] == 403
        assert asked[name][exports + 1] not in {401, 403}
    assert asked["Orxan"] == (403, 403, 200, 403)
    assert asked["Nigar"] == (403, 403, 403, 403)
    assert asked["nobody"] == (401, 401, 303, 401)


def request(desk, name, head, body=b""):
    """(socket, first line of the answer) of a request as bytes, in a session."""
    client = desk.visitor(name)
    cookie = "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
    host, _, port = desk.url.rpartition("//")[2].rpartition(":")
    text = (
        f"{head} HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {desk.url}\r\n"
        f"Cookie: {cookie}\r\nContent-Type: application/json\r\n"
    )
    connection = socket.create_connection((host, int(port)), timeout=600)
    connection.sendall(text.encode() + body)
    return connection


def are_open(connections):
    """Those that the desk has neither answered nor closed."""
    with selectors.DefaultSelector() as waiting:
        for one in connections:
            waiting.register(one, selectors.EVENT_READ)
        over = {key.fileobj for key, _ in waiting.select(0)}
    return [one for one in connections if one not in over]


def answered(connection):
    """The first line of the answer; empty where the connection is closed without one."""
    try:
        return connection.recv(65536).partition(b"\r\n")[0]
    except ConnectionError:
        return b""


@pytest.mark.parametrize(
    ("name", "path", "most"),
    [("Aysel", "/api/next", 64 * 1024), ("Aysel", "/api/decide", 2 * 2**20)],
)
def test_a_body_that_is_too_long_is_refused_however_it_is_sent(desk, name, path, most):
    """A length that is not told, as in chunks, would fill the memory."""
    piece = b" " * 65536
    chunk = b"%x\r\n%b\r\n" % (len(piece), piece)
    connection = request(
        desk, name, f"POST {path}", b"Transfer-Encoding: chunked\r\n\r\n"
    )
    with connection:
        try:
            for _ in range(most // len(piece) + 2):
                connection.sendall(chunk)
        except ConnectionError:
            return
        assert b" 413 " in answered(connection)


def test_a_slow_client_is_let_go_and_holds_up_nobody(desk):
    """A few of them would keep everybody else out."""
    others = desk.visitor("Rauf")
    begun = time.monotonic()
    slow = [
        request(desk, "Aysel", "POST /api/next", b"X-Slow: "),
        request(desk, "Aysel", "POST /api/next", b"Content-Length: 9\r\n\r\n{"),
    ]
    assert others.get("/api/news?").status_code < 500
    assert are_open(slow) == slow
    head, body = (answered(connection) for connection in slow)
    waited = time.monotonic() - begun
    for connection in slow:
        connection.close()
    assert head == b""
    assert b" 408 " in body or body == b""
    assert waited > PATIENCE - 2


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is Linux's")
"""There every address that begins with 127 is this computer."""


def somebody(desk, address, **options):
    """A client of another computer, as far as the desk can see."""
    transport = httpx.HTTPTransport(local_address=address)
    return desk.visitor(transport=transport, **options)


@LINUX
def test_a_stranger_keeps_nobody_out(desk):
    """Ten wrong passwords for the chair's name every quarter of an hour, and she never comes in."""
    chair = desk.visitor("Rauf")
    office = somebody(desk, "127.0.0.2")
    assert desks.log_in(office, "Rauf").status_code == 303
    office.cookies.clear()
    for place in range(10, 14):
        stranger = somebody(desk, f"127.0.0.{place}")
        tried = [desks.log_in(stranger, "Rauf", "wrong").status_code for _ in range(10)]
    assert tried[-1] == 429
    assert desks.log_in(stranger, "Rauf").status_code == 429
    # She may come in from where she was before, on the device of before, also beside a stranger.
    assert desks.log_in(office, "Rauf").status_code == 303
    beside = desk.visitor()
    for _ in range(10):
        desks.log_in(beside, "Rauf", "wrong")
    assert desks.log_in(beside, "Rauf").status_code == 429
    assert desks.log_in(chair, "Rauf").status_code == 303
    moved = somebody(desk, "127.0.0.10", cookies=dict(chair.cookies))
    assert desks.log_in(moved, "Rauf").status_code == 303
    # The strangers, all together, have no more guesses.
    assert desks.log_in(somebody(desk, "127.0.0.99"), "Rauf").status_code == 429


@LINUX
def test_guesses_that_come_at_once_are_counted_one_by_one(desk):
    """All that were sent before the first was found wrong were tried: one of forty may be right."""
    wrong = b"name=Orxan&password=wrong"
    head = (
        f"POST /login HTTP/1.1\r\nHost: {desk.url.rpartition('//')[2]}\r\n"
        f"Origin: {desk.url}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(wrong)}\r\n\r\n"
    )
    with contextlib.ExitStack() as opened:
        for _ in range(30):
            said = head.encode() + wrong
            opened.enter_context(connected(desk, "127.0.0.30", said))
        last = desks.log_in(somebody(desk, "127.0.0.30"), "Orxan")
    assert last.status_code == 429


def connected(desk, address, said=b""):
    """A connection from another computer, as far as the desk can see, that says so much."""
    host, _, port = desk.url.rpartition("//")[2].rpartition(":")
    made = socket.create_connection((host, int(port)), 600, (address, 0))
    made.sendall(said)
    return made


@LINUX
@pytest.mark.parametrize("said", [b"", b"GET /login HTTP/1.1\r\nX-Slow: "])
def test_connections_that_one_computer_holds_shut_out_nobody(desk, said):
    """Five hundred that say nothing, or not all, and everybody else got a 503."""
    allow_connections(8192)
    analyst = somebody(desk, "127.0.0.2")
    assert analyst.get("/login").status_code == 200
    with contextlib.ExitStack() as opened:
        held = [
            opened.enter_context(connected(desk, "127.0.0.1", said)) for _ in range(600)
        ]
        assert analyst.get("/login").status_code == 200
        for address in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
            assert somebody(desk, address).get("/login").status_code == 200
        # The desk still waits for them, but for as many as it may hold.
        assert 0 < len(are_open(held)) <= 500
