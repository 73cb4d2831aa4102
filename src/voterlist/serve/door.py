"""The door: who may come in, and who is in."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from voterlist.config import DeskSettings
from voterlist.model import Role
from voterlist.serve.clerk import Refusal
from voterlist.storage.ledger import OpenLedger, User
from voterlist.usecases.passwords import has_password, secret_of
from voterlist.usecases.users import user_named

Clock = Callable[[], dt.datetime]
"""The moment, with its time zone."""

LOGGED_IN = "desk-login"
LOGGED_OUT = "desk-logout"
LOCKED_OUT = "desk-locked"
"""The journal's words."""

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is logged in.

    Attributes:
        token: the digest of what the browser sends.
        name: who it is.
        role: what they may do.
    """

    token: str
    name: str
    role: Role


@dataclass(slots=True)
class _Session:
    """A session: it stands in the memory of this process alone, where nobody can plant one."""

    user: User
    """As they were when they logged in: with another password, or removed, they are out."""
    began: dt.datetime
    seen: dt.datetime


class Door:
    """Users and sessions. Read by all threads; written by the clerk's alone.

    Args:
        settings: how long a session lasts.
        clock: the moment.
    """

    def __init__(self, settings: DeskSettings, clock: Clock) -> None:
        self._idle = dt.timedelta(minutes=settings.idle_minutes)
        self._longest = dt.timedelta(hours=settings.session_hours)
        self._clock = clock
        self._users: list[User] = []
        self._sessions: dict[str, _Session] = {}
        # Tried where nobody has the name, so that this takes as long.
        self._nobodys = secret_of(secrets.token_urlsafe(_TOKEN_BYTES))
        self.left: Callable[[str], None] = lambda _token: None
        """Is told the token of each session that ends."""

    def read(self, ledger: OpenLedger) -> None:
        """Read users anew: another program may have changed them."""
        self._users = ledger.users()
        self.tidy()

    def has_users(self) -> bool:
        """True where anybody may log in."""
        return any(user.until is None for user in self._users)

    def user(self, name: str) -> User | None:
        """The user of this name, however it is typed; None where nobody may log in so."""
        user = user_named(self._users, name)
        return None if user is None or user.until is not None else user

    def is_right(self, user: User | None, password: str) -> bool:
        """True where the password is the user's. Takes as long where there is no such user."""
        secret = self._nobodys if user is None else user.secret
        return has_password(secret, password) and user is not None

    def visitor(self, cookie: str | None) -> Visitor | None:
        """Who sends this cookie; None where nobody does who is logged in."""
        if not cookie:
            return None
        token = digest_of(cookie)
        session = self._sessions.get(token)
        if session is None or self._is_over(session):
            return None
        session.seen = max(session.seen, self._clock())
        return Visitor(token, session.user.name, Role(session.user.role))

    def device(self, user: User | None, mark: str | None) -> str | None:
        """The device that sends this mark, where this user has logged in before; None elsewhere."""
        if user is None or not mark:
            return None
        device, _, _ = mark.partition(".")
        is_known = hmac.compare_digest(mark.encode(), _marked(user, device).encode())
        return device if is_known else None

    def mark(self, user: User, device: str | None) -> str:
        """What a device on which a user has logged in is to send with the next log-in.

        It opens nothing: it tells the device from those of strangers. A new password ends it.
        """
        return _marked(user, device or secrets.token_hex(_TOKEN_BYTES))

    def let_in(self, ledger: OpenLedger, user: User, old: str | None) -> str:
        """Begin a session, whatever the browser sent before; returns what it is to send.

        Raises:
            Refusal: the password was changed while it was tried.
        """
        if self.user(user.name) != user:
            raise Refusal("log-in-again", 403)
        if old is not None:
            self._end(digest_of(old))
        cookie = secrets.token_urlsafe(_TOKEN_BYTES)
        moment = self._clock()
        self._sessions[digest_of(cookie)] = _Session(user, moment, moment)
        ledger.write_journal(moment.date(), LOGGED_IN, by=user.name)
        return cookie

    def let_out(self, ledger: OpenLedger, visitor: Visitor) -> None:
        """End a session."""
        self._end(visitor.token)
        ledger.write_journal(self._clock().date(), LOGGED_OUT, by=visitor.name)

    def note_locked(self, ledger: OpenLedger, address: str) -> None:
        """Note that log-ins are refused for a while."""
        ledger.write_journal(self._clock().date(), LOCKED_OUT, address=address)

    def tidy(self) -> None:
        """End what is over."""
        for token, session in list(self._sessions.items()):
            if self._is_over(session):
                self._end(token)

    def _is_over(self, session: _Session) -> bool:
        if self.user(session.user.name) != session.user:
            return True
        moment = self._clock()
        # A session of tomorrow is one of a wrong clock.
        is_of_tomorrow = session.began - moment > self._idle
        is_idle = moment - session.seen >= self._idle
        return is_of_tomorrow or is_idle or moment - session.began >= self._longest

    def _end(self, token: str) -> None:
        if self._sessions.pop(token, None) is not None:
            self.left(token)


def digest_of(cookie: str) -> str:
    """What is kept of a cookie: it is random, so that a plain hash of it tells nothing."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def _marked(user: User, device: str) -> str:
    """A device with its seal. The key is what is kept of the password, which nobody is shown."""
    seal = hmac.digest(user.secret.encode(), device.encode(), "sha256")
    return f"{device}.{seal.hex()}"
