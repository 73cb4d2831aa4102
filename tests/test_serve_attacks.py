"""Those who would harm the desk on the commission's network: slow, long, and in another's name."""

from __future__ import annotations

import socket
import time

import pytest

import desks
import workspaces
from voterlist.model import Role
from voterlist.usecases import add_user

pytestmark = pytest.mark.slow

PEOPLE = {"Aysel": Role.ANALYST, "Rauf": Role.CHAIR, "Orxan": Role.OPERATOR}
PATIENCE = 15
"""Seconds that the desk waits for a head or a body."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    workspace = workspaces.make(tmp_path_factory.mktemp("attacks") / "2026")
    workspaces.run(workspace)
    for name, role in PEOPLE.items():
        add_user(workspace, name, role, desks.PASSWORD, today=workspaces.TODAY)
    with desks.running(workspace) as running:
        yield running


DECISION = {"language": "en", "decisions": []}


def test_each_role_does_its_own_work_and_no_other(desk):
    """An operator who decides would take lists out and decide them in one person."""
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
        assert asked[name][exports:] == (403, 403)
    assert asked["Orxan"][:exports] == (403, 403)
    assert asked["Orxan"][exports] == 200
    assert asked["Orxan"][exports + 1] not in {401, 403}
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
    connection = socket.create_connection((host, int(port)), timeout=4 * PATIENCE)
    connection.sendall(text.encode() + body)
    return connection


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
    begun = time.monotonic()
    slow = [
        request(desk, "Aysel", "POST /api/next", b"X-Slow: "),
        request(desk, "Aysel", "POST /api/next", b"Content-Length: 9\r\n\r\n{"),
    ]
    others = desk.visitor("Rauf")
    started = time.monotonic()
    assert others.get("/api/news?").status_code < 500
    assert time.monotonic() - started < PATIENCE / 2
    head, body = (answered(connection) for connection in slow)
    waited = time.monotonic() - begun
    for connection in slow:
        connection.close()
    assert head == b""
    assert b" 408 " in body or body == b""
    assert PATIENCE - 2 < waited < 3 * PATIENCE
