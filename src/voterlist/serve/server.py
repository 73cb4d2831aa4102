"""The server: one process, opened and run until it is stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from socket import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from voterlist.errors import usage_error
from voterlist.processes.discreet import keep_logs_discreet
from voterlist.processes.limits import allow_connections
from voterlist.serve.application import Desk
from voterlist.serve.cases_api import CasesApi, Exchange
from voterlist.serve.clerk import Clerk
from voterlist.serve.counter import CounterPages
from voterlist.serve.door import Clock, Door, origin_of
from voterlist.serve.guards import Address
from voterlist.serve.watch import Holds, Watch
from voterlist.serve.work import Work
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.settings import settings_of

_MOST_CONNECTIONS = 500
"""Open at once; for one more, whoever has the most of them loses one."""
_MOST_BEGUN = 8192
"""Connections that TCP has begun: until TLS agreed on keys no protocol sees, or closes, them."""
_IDLE_SECONDS = 75
"""A connection without a request is closed after so long."""
_REQUEST_SECONDS = 15
"""The head of a request has to arrive within so many seconds."""
_MOST_HEAD_BYTES = 16 * 1024


class Server:
    """A desk that is open; ``run`` returns when it is stopped."""

    def __init__(self, desk: Desk, address: Address, listener: socket) -> None:
        self._desk = desk
        self._address = address
        self._listener = listener
        self.decisions = 0
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
            files = Exchange(workspace, clock)
            desk = Desk(clerk, door, cases, files, counter, clock, settings)
            with address.listening() as listener:
                server = Server(desk, address, listener)
                yield server
                server.decisions = watch.recorded + counter.decided
