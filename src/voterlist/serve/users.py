"""Who may work at the desk, and the passwords of those."""

from __future__ import annotations

import datetime as dt
import importlib
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voterlist.decisions import person_key
from voterlist.errors import usage_error
from voterlist.model import Role
from voterlist.storage import ledger as ledgers
from voterlist.storage.ledger import Ledger, Reader, User
from voterlist.storage.settings import settings_of

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
        user = replace(_required(ledger, name), until=today.isoformat())
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
        user = _required(ledger, name)
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


def _required(ledger: Reader, name: str) -> User:
    """The user of this name who was not removed."""
    user = user_named(ledger.users(), name)
    if user is None or user.until is not None:
        raise usage_error("user-unknown", name=name)
    return user
