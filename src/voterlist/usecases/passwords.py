"""Passwords: what is kept of them, and how one is tried. Argon2id, by RFC 9106."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any

from voterlist.errors import UsageError

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
        raise UsageError("bad length", code="password-length", places=places)
    letters = set(password.casefold())
    if password.casefold() == name.casefold() or len(letters) < 4:
        raise UsageError("easy to guess", code="password-easy")


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
        raise UsageError("no argon2", code="desk-not-installed") from None
