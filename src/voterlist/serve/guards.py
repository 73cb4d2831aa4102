"""Where the desk is open, and what every request passes and every answer carries.

It is open to this computer alone, unless a certificate or a person says otherwise. A request is
refused that asks under a foreign name, that a foreign page sent, that is too long, or that does not
come to an end.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voterlist.errors import UsageError, place_of, usage_error
from voterlist.model import frozen

_BACKLOG = 128
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  named to be recognised


@frozen
class Address:
    """Where the desk is to be open.

    Attributes:
        host: an address or a name of this computer.
        port: 0: a free one.
        certificate: the file of the certificate; None: without TLS.
        key: the file of its private key.
        insecure: open it to other computers without TLS.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    certificate: Path | None = None
    key: Path | None = None
    insecure: bool = False

    @property
    def scheme(self) -> str:
        """``https`` with a certificate, else ``http``."""
        return "http" if self.certificate is None else "https"

    @property
    def is_loopback(self) -> bool:
        """True where only this computer can reach it."""
        if self.host in _LOOPBACK_NAMES:
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_readable_on_the_way(self) -> bool:
        """True where others in the network can read what is sent."""
        return not self.is_loopback and self.certificate is None

    def require_safe(self) -> None:
        """Refuse to be open to others without TLS, and a certificate that cannot be used.

        Raises:
            UsageError: it is so.
        """
        if (self.certificate is None) != (self.key is None):
            raise self._no_certificate()
        if self.is_readable_on_the_way and not self.insecure:
            raise usage_error("desk-needs-tls", host=self.host)
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            try:
                # A key with a passphrase would be asked for at the terminal.
                context.load_cert_chain(self.certificate, self.key, password="")
            except (OSError, ssl.SSLError):
                raise self._no_certificate() from None

    def listening(self) -> socket.socket:
        """A socket that listens there.

        Raises:
            UsageError: it cannot be had.
        """
        try:
            return self._bound()
        except OSError:
            raise usage_error("desk-address", host=self.host, port=self.port) from None

    def _bound(self) -> socket.socket:
        kind = socket.SOCK_STREAM
        found = socket.getaddrinfo(self.host, self.port, type=kind)
        family, _, protocol, _, place = found[0]
        # With its protocol: asyncio switches Nagle's algorithm off for TCP alone, and without that
        # every answer of two packets waits 40 ms for an acknowledgement.
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
        return listener

    def url(self, port: int) -> str:
        """The address as people type it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{port}/"

    def hosts(self) -> frozenset[str] | None:
        """The names under which a browser may ask for it; None: any.

        Another name is that of a foreign page that wants to be taken for the desk.
        """
        names = {self.host.casefold()}
        if self.is_loopback:
            names |= _LOOPBACK_NAMES
        if self.certificate is not None:
            return frozenset(names | _names_in(self.certificate))
        return None if self.host in _EVERYWHERE else frozenset(names)

    def _no_certificate(self) -> UsageError:
        return usage_error("desk-tls", cert=self.certificate or self.key)


def _names_in(certificate: Path) -> set[str]:
    """The names and addresses that a certificate is for."""
    first = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    try:
        names = first.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except x509.ExtensionNotFound:
        return set()
    addresses = names.get_values_for_type(x509.IPAddress)
    hosts = names.get_values_for_type(x509.DNSName)
    return {str(host).casefold() for host in (*addresses, *hosts)}


class Refusal(Exception):  # noqa: N818  an answer to a request, not a fault of the program
    """A request that is refused, before anything of it was written.

    Attributes:
        code: why; the catalogue has ``serve.refused.<code>``.
        status: of the answer.
        places: what its sentence names.
    """

    def __init__(self, code: str, status: int = 409, **places: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.places = places


JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

STATUSES = (403, 404, 405, 408, 413, 415, 421, 500)
"""With which a request is refused here; the catalogue has ``serve.guard.<status>``."""

_READING = frozenset({"GET", "HEAD"})
_METHODS = _READING | {"POST"}
_OWN_SITE = "same-origin"
_MOST_BYTES = 64 * 1024
_BODY_SECONDS = 15
"""A body has to arrive within so many seconds."""

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""What a page may do: nothing that does not come from here, and no script inside of it."""
_HEADERS = {
    "Content-Security-Policy": "; ".join(
        f"{name} {sources}" for name, sources in _POLICY.items()
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # With no-referrer a browser would not say which page a form is from.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}


@frozen
class Bodies:
    """What a path takes, where that is not the usual body of JSON."""

    forms: frozenset[str] = frozenset()
    """The paths that take a form of a page."""
    largest: Mapping[str, int] = field(default_factory=dict)
    """How many bytes a path takes."""
    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The media types that a path takes."""


class Guards:
    """Stands before the application.

    Args:
        app: the application.
        scheme: under which it is open.
        hosts: the names under which it may be asked for; None: any.
        bodies: what the paths take.
        sentences: what is said of each status of ``STATUSES``.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        scheme: str,
        hosts: frozenset[str] | None,
        bodies: Bodies,
        sentences: Mapping[int, str],
    ) -> None:
        self._app = app
        self._scheme = scheme
        self._hosts = hosts
        self._bodies = bodies
        self._sentences = sentences
        self._headers = _HEADERS | (_TLS_HEADERS if scheme == "https" else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        limited = _Body(receive, self._bodies.largest.get(scope["path"], _MOST_BYTES))
        try:
            await self._app(scope, limited, send_with_headers)
        except Exception as error:  # noqa: BLE001  its message may quote a cell
            # Only its kind and the line of the program are told.
            sys.stderr.write(f"{type(error).__name__} at {place_of(error)}\n")

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """Why a request is refused before it is read; None where it is not."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts is not None and _name_in(host) not in self._hosts:
            return self._plain(421)
        method = scope["method"]
        if method not in _METHODS:
            return self._plain(405)
        if method in _READING:
            return None
        is_own = headers.get("origin") == f"{self._scheme}://{host}"
        if not is_own or headers.get("sec-fetch-site", _OWN_SITE) != _OWN_SITE:
            return self._plain(403)
        path = scope["path"]
        of_form = {FORM} if path in self._bodies.forms else {JSON}
        kind = headers.get("content-type", "").partition(";")[0].strip()
        is_read = kind in self._bodies.kinds.get(path, of_form)
        return None if is_read else self._plain(415)

    def _plain(self, status: int) -> PlainTextResponse:
        return PlainTextResponse(f"{self._sentences[status]}\n", status)


@dataclass(slots=True)
class _Body:
    """Receives a body that is neither too long nor too slow."""

    _receive: Receive
    _left: int
    _until: float | None = None
    _is_whole: bool = False

    async def __call__(self) -> Message:
        if self._is_whole:
            return await self._receive()
        clock = asyncio.get_running_loop()
        if self._until is None:
            self._until = clock.time() + _BODY_SECONDS
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413)
        self._is_whole = not message.get("more_body", False)
        return message


def _name_in(host: str) -> str:
    """The name in a header ``Host``, without the port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].casefold()
    return host.partition(":")[0].casefold()
