"""Where the desk is open: this computer alone, unless a certificate or a person says otherwise."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from voterlist.errors import UsageError

_BACKLOG = 128
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  named to be recognised


@dataclass(frozen=True, slots=True)
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
            places = {"host": self.host}
            raise UsageError("no TLS", code="desk-needs-tls", places=places)
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
            places = {"host": self.host, "port": str(self.port)}
            message = "address not free"
            raise UsageError(message, code="desk-address", places=places) from None

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
        places = {"cert": str(self.certificate or self.key)}
        return UsageError("no certificate", code="desk-tls", places=places)


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
    return {str(one).casefold() for one in (*addresses, *hosts)}
