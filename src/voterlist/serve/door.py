"""The door: who may come in, by which password, and who is in.

Passwords are counted by who tries them: a stranger must not be able to lock somebody out by
wrong passwords for their name. So a device on which a person has logged in before is counted alone,
and wrong passwords for a name from everywhere hold up strangers alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import importlib
import ipaddress
import secrets
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voterlist.config.sections import DeskSettings
from voterlist.decisions.given import person_key
from voterlist.errors import usage_error
from voterlist.model import Role, frozen
from voterlist.serve.guards import Refusal
from voterlist.storage import ledger as ledgers
from voterlist.storage.ledger import Ledger, Reader, User
from voterlist.storage.workspace import settings_of

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_LETTERS = 12
"""A password has at least so many letters: NIST SP 800-63B asks for 8, and 15 without a second
factor; what is decided here is looked at by more than one person."""
MOST_LETTERS = 256
"""A longer one is refused: it would only cost time."""

_MEMORY_KIBIBYTES = 46 * 1024
_ROUNDS = 1
_LANES = 1
"""The first of the settings that OWASP recommends for Argon2id: 46 MiB, one round, one lane."""


def secret_of(password: str) -> str:
    """What is kept of a password: a salt and the hash, in the form of the library.

    Raises:
        UsageError: Argon2 is not installed.
    """
    return str(_hasher().hash(password))


def has_password(secret: str, password: str) -> bool:
    """True where the password is that of the secret. Takes the same time in either case.

    Raises:
        UsageError: Argon2 is not installed.
    """
    argon2 = _library()
    try:
        return bool(_hasher().verify(secret, password))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def require_good(password: str, name: str) -> None:
    """Refuse a password that is too short, too long, or the name itself.

    Raises:
        UsageError: it is one of these.
    """
    places = {"least": str(LEAST_LETTERS), "most": str(MOST_LETTERS)}
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise usage_error("password-length", **places)
    letters = set(password.casefold())
    if password.casefold() == name.casefold() or len(letters) < 4:
        raise usage_error("password-easy")


@cache
def _hasher() -> PasswordHasher:
    hasher: PasswordHasher = _library().PasswordHasher(
        time_cost=_ROUNDS, memory_cost=_MEMORY_KIBIBYTES, parallelism=_LANES
    )
    return hasher


def _library() -> Any:
    """Argon2, loaded when it is needed: it is an extra.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return importlib.import_module("argon2")
    except ModuleNotFoundError:
        raise usage_error("desk-not-installed") from None


_MOST_LETTERS = 80


def add_user(
    workspace: Path, name: str, role: Role, password: str, *, today: dt.date
) -> User:
    """Let somebody work at the desk; who was removed is taken in again.

    Args:
        workspace: its folder.
        name: as it is to stand in the decisions.
        role: what they may do.
        password: what they log in with; only its Argon2 hash is kept.
        today: the day.

    Raises:
        UsageError: somebody of this name is there, or the name or the password is refused.
    """
    wanted = require_name(name)
    require_good(password, wanted)
    with Ledger(_place(workspace)) as ledger:
        there = user_named(ledger.users(), wanted)
        if there is not None and there.until is None:
            raise usage_error("user-taken", name=there.name)
        user = User(
            name=wanted if there is None else there.name,
            role=role.value,
            secret=secret_of(password),
            since=today.isoformat(),
        )
        ledger.keep_user(user, today, action="added")
    return user


def list_users(workspace: Path) -> list[User]:
    """Everybody who works or worked at the desk, by name.

    Raises:
        UsageError: it is no workspace.
        InputError: its ledger cannot be read.
    """
    with ledgers.reading(_place(workspace)) as ledger:
        return ledger.users()


def remove_user(workspace: Path, name: str, *, today: dt.date) -> User:
    """Let somebody work at the desk no more; they are logged out, their decisions stay.

    Raises:
        UsageError: there is nobody of this name.
    """
    with Ledger(_place(workspace)) as ledger:
        user = replace(_require_user(ledger, name), until=today.isoformat())
        ledger.keep_user(user, today, action="removed")
    return user


def change_password(
    workspace: Path, name: str, password: str, *, today: dt.date
) -> User:
    """Give somebody another password; they are logged out everywhere.

    Raises:
        UsageError: there is nobody of this name, or the password is refused.
    """
    with Ledger(_place(workspace)) as ledger:
        user = _require_user(ledger, name)
        require_good(password, user.name)
        user = replace(user, secret=secret_of(password))
        ledger.keep_user(user, today, action="password")
    return user


def require_name(name: str) -> str:
    """A name as it is kept: composed letters, single spaces.

    Raises:
        UsageError: it is empty, too long, or holds letters that cannot be seen.
    """
    kept = " ".join(unicodedata.normalize("NFC", name).split())
    is_visible = all(unicodedata.category(letter)[0] != "C" for letter in kept)
    if not kept or len(kept) > _MOST_LETTERS or not is_visible:
        raise usage_error("user-name", most=_MOST_LETTERS)
    return kept


def user_named(users: Iterable[User], name: str) -> User | None:
    """The user of this name, however it is typed.

    An older ledger may hold both "Nigar K" and "Nigar K.": then the one of these very letters.
    """
    alike = [user for user in users if person_key(user.name) == person_key(name)]
    exact = [user for user in alike if user.name == name]
    return next(iter(exact or alike), None)


def _place(workspace: Path) -> ledgers.Place:
    return ledgers.place_in(workspace, settings_of(workspace))


def _inside(users: Iterable[User], name: str) -> User | None:
    """The user of this name who was not removed."""
    user = user_named(users, name)
    return None if user is None or user.until is not None else user


def _require_user(ledger: Reader, name: str) -> User:
    user = _inside(ledger.users(), name)
    if user is None:
        raise usage_error("user-unknown", name=name)
    return user


MOST_WRONG = {"device": 10, "pair": 10, "name": 30, "address": 50}
"""After so many wrong passwords a guess is refused: of a known device; for a name from an address;
for a name from addresses from which nobody logged in by it; from an address for any names."""
LOCKED = dt.timedelta(minutes=15)
"""For so long; a count is forgotten after the same time without another wrong one."""
_MOST_COUNTED = 10_000
"""What is counted at once; the oldest counts are forgotten."""
_ONE_SUBSCRIBER = 64
"""So many bits of an address of IPv6 are given to one customer, who may choose the others."""

_Key = tuple[str, ...]


@frozen
class Guess:
    """Who tries a password."""

    name: str
    origin: str
    """Where it comes from: see ``origin_of``."""
    device: str | None = None
    """The device, where the person of this name has logged in on it before."""


@dataclass(slots=True)
class _Count:
    """Passwords that were wrong, or are being tried."""

    wrong: int
    last: dt.datetime
    is_told: bool = False
    """The journal has a line that guesses are refused."""


class Throttle:
    """Counts passwords. A count holds for names that nobody has too: it tells nothing."""

    def __init__(self) -> None:
        self._counts: OrderedDict[_Key, _Count] = OrderedDict()
        self._known: set[_Key] = set()
        """Names and where somebody logged in by them."""

    def wait(self, guess: Guess, moment: dt.datetime) -> int:
        """Seconds until a password is tried again; 0: at once."""
        return max(self._wait(key, moment) for key in self._keys(guess))

    def begin(self, guess: Guess, moment: dt.datetime) -> int:
        """As ``wait``; where it is 0 the password counts as a wrong one from now on.

        It is counted before it is tried: those that are tried meanwhile would not be counted.
        """
        wait = self.wait(guess, moment)
        if wait:
            return wait
        for key in self._keys(guess):
            count = self._counts.pop(key, None)
            if count is None or moment - count.last >= LOCKED:
                count = _Count(0, moment)
            count.wrong += 1
            count.last = moment
            self._counts[key] = count
        while len(self._counts) > _MOST_COUNTED:
            self._counts.popitem(last=False)
        return 0

    def failed(self, guess: Guess) -> bool:
        """The password was wrong; True where guesses are refused from now on."""
        full = [
            count
            for key, count in self._counts_of(guess)
            if count.wrong >= MOST_WRONG[key[0]] and not count.is_told
        ]
        for count in full:
            count.is_told = True
        return bool(full)

    def succeeded(self, guess: Guess) -> None:
        """The password was right: forget the wrong ones of this person in this place.

        Those for the name from elsewhere, and those of the address, stay.
        """
        for key, count in self._counts_of(guess):
            count.wrong -= 1
            if key[0] in {"device", "pair"}:
                del self._counts[key]
        self._known.add(_pair(guess))

    def _keys(self, guess: Guess) -> list[_Key]:
        if guess.device is not None:
            return [("device", guess.device)]
        keys = [_pair(guess), ("address", guess.origin)]
        return keys if _pair(guess) in self._known else [*keys, ("name", guess.name)]

    def _counts_of(self, guess: Guess) -> list[tuple[_Key, _Count]]:
        keys = self._keys(guess)
        return [(key, self._counts[key]) for key in keys if key in self._counts]

    def _wait(self, key: _Key, moment: dt.datetime) -> int:
        count = self._counts.get(key)
        if count is None or count.wrong < MOST_WRONG[key[0]]:
            return 0
        # A clock that was set back must not lock anybody out for longer.
        left = min(count.last + LOCKED - moment, LOCKED)
        return max(0, int(left.total_seconds()))


def origin_of(address: str) -> str:
    """What of an address stands for whoever has it; the address itself where it is none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return address
    network = ipaddress.ip_network((found, _ONE_SUBSCRIBER), strict=False)
    return str(getattr(found, "ipv4_mapped", None) or network)


def _pair(guess: Guess) -> _Key:
    return "pair", guess.name, guess.origin


Clock = Callable[[], dt.datetime]
"""The moment, with its time zone."""

LOGGED_IN = "desk-login"
LOGGED_OUT = "desk-logout"
LOCKED_OUT = "desk-locked"
"""The journal's words."""

_TOKEN_BYTES = 32


@frozen
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

    def read(self, ledger: Ledger) -> None:
        """Read users anew: another program may have changed them."""
        self._users = ledger.users()
        self.tidy()

    def has_users(self) -> bool:
        """True where anybody may log in."""
        return any(user.until is None for user in self._users)

    def user(self, name: str) -> User | None:
        """The user of this name, however it is typed; None where nobody may log in so."""
        return _inside(self._users, name)

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
        is_known = hmac.compare_digest(
            mark.encode(), _seal_device(user, device).encode()
        )
        return device if is_known else None

    def mark(self, user: User, device: str | None) -> str:
        """What a device on which a user has logged in is to send with the next log-in.

        It opens nothing: it tells the device from those of strangers. A new password ends it.
        """
        return _seal_device(user, device or secrets.token_hex(_TOKEN_BYTES))

    def let_in(self, ledger: Ledger, user: User, old: str | None) -> str:
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

    def let_out(self, ledger: Ledger, visitor: Visitor) -> None:
        """End a session."""
        self._end(visitor.token)
        ledger.write_journal(self._clock().date(), LOGGED_OUT, by=visitor.name)

    def note_locked(self, ledger: Ledger, address: str) -> None:
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


def _seal_device(user: User, device: str) -> str:
    """A device with its seal. The key is what is kept of the password, which nobody is shown."""
    seal = hmac.digest(user.secret.encode(), device.encode(), "sha256")
    return f"{device}.{seal.hex()}"
