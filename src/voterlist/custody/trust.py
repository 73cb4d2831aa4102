"""Whose packages are taken: the file ``trust.json`` of a workspace.

Nothing here writes a journal. The command that changes the file journals the digest that
``write_trust`` returns, and gives it to ``read_trust`` the next time. So a file that was changed by
hand is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator

from voterlist.custody.canonical import from_bytes, stated_format, to_bytes
from voterlist.custody.commissions import Commission, Digest, Frozen, Place
from voterlist.custody.keys import PublicKey
from voterlist.custody.refusals import refusal
from voterlist.custody.sealing import is_recipient
from voterlist.custody.signatures import fingerprint
from voterlist.storage.files import open_private, write_atomically

__all__ = ["TRUST_NAME", "Trust", "Trusted", "read_trust", "write_trust"]

TRUST_NAME = "trust.json"
_FORMAT = 1
_LONGEST_NAME = 200
_MOST_BYTES = 64 * 1024 * 1024
"""A central commission with 6,000 precincts that changed their keys ten times has 30 MB."""


def _recipient(text: str) -> str:
    if not is_recipient(text):
        raise ValueError("no recipient")
    return text


def _is_name(name: str) -> bool:
    """True for what fits into one line of a message."""
    return 0 < len(name.strip()) <= _LONGEST_NAME and name.isprintable()


def _name(name: str) -> str:
    if not _is_name(name):
        raise ValueError("no name")
    return name


class Trusted(Frozen):
    """One key that is trusted, or was until a day."""

    name: Annotated[str, AfterValidator(_name)]
    """What people here call its owner. One name, one key."""
    commission: Commission
    signing: Digest
    age: Annotated[str, AfterValidator(_recipient)]
    since: dt.date
    until: dt.date | None
    """The day on which trust was withdrawn; None while it holds."""

    @property
    def fingerprint(self) -> str:
        """Eight groups of five digits, to read aloud."""
        return fingerprint(self.signing)

    @property
    def holds(self) -> bool:
        """True while packages signed with the key are taken."""
        return self.until is None


class _File(Frozen):
    """What stands in ``trust.json``."""

    kind: Literal["voterlist-trust"] = "voterlist-trust"
    format: Literal[1] = 1
    keys: tuple[Trusted, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys that are trusted, in the order in which they were; withdrawn ones among them."""

    keys: tuple[Trusted, ...] = ()

    def of_key(self, signing: str) -> Trusted | None:
        """The entry of a key; None for one that was never trusted."""
        return next((key for key in self.keys if key.signing == signing), None)

    def of_place(self, place: Place) -> Trusted | None:
        """The key of a commission that holds; None where it has none."""
        return next(
            (key for key in self._held() if key.commission.place == place), None
        )

    def of_name(self, name: str) -> Trusted | None:
        """The key of this name that holds; None where there is none."""
        return next((key for key in self._held() if key.name == name), None)

    def added(self, public: PublicKey, name: str, day: dt.date) -> Trust:
        """With one more key.

        Raises:
            CustodyError: ``trust-name-unusable``; ``trust-key-known``: the key is, or was,
                trusted; ``trust-name-taken``; ``trust-place-taken``: another key of this
                commission holds, and is to be withdrawn first.
        """
        if not _is_name(name):
            raise refusal("trust-name-unusable")
        known = self.of_key(public.signing)
        if known is not None:
            raise refusal("trust-key-known", name=known.name)
        if self.of_name(name) is not None:
            raise refusal("trust-name-taken", name=name)
        other = self.of_place(public.commission.place)
        if other is not None:
            raise refusal("trust-place-taken", name=other.name)
        key = Trusted(
            name=name,
            commission=public.commission,
            signing=public.signing,
            age=public.age,
            since=day,
            until=None,
        )
        return Trust((*self.keys, key))

    def withdrawn(self, name: str, day: dt.date) -> Trust:
        """Without trust in the key of this name. Its entry stays, with the day.

        Raises:
            CustodyError: ``trust-name-unknown``: no key of this name holds.
        """
        key = self.of_name(name)
        if key is None:
            raise refusal("trust-name-unknown", name=name)
        ended = key.model_copy(update={"until": day})
        return Trust(tuple(ended if other is key else other for other in self.keys))

    def _held(self) -> tuple[Trusted, ...]:
        return tuple(key for key in self.keys if key.holds)

    def is_sound(self) -> bool:
        """True where no two keys are one, and none that hold share a name or a commission."""
        held = self._held()
        columns: tuple[list[object], ...] = (
            [key.signing for key in self.keys],
            [key.name for key in held],
            [key.commission.place for key in held],
        )
        return all(len(set(values)) == len(values) for values in columns)


def read_trust(path: Path, digest: str | None) -> Trust:
    """The trusted keys of a workspace; none where no key was ever trusted.

    Args:
        path: the file.
        digest: what ``write_trust`` returned when the file was last changed; None where it never
            was.

    Raises:
        CustodyError: ``trust-gone``: a file was written and is not there; ``trust-altered``: the
            file is not the one that was written last; ``trust-newer``: a newer version of the
            program wrote it; ``trust-damaged``: it is what was written, and no such file.
        OSError: the file cannot be read.
    """
    if not path.exists():
        if digest is not None:
            raise refusal("trust-gone", path=path)
        return Trust()
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES)
    if hashlib.sha256(content).hexdigest() != digest:
        raise refusal("trust-altered", path=path)
    stated = stated_format(content)
    if stated is not None and stated > _FORMAT:
        raise refusal("trust-newer", path=path)
    parsed = from_bytes(_File, content)
    trust = Trust() if parsed is None else Trust(parsed.keys)
    if parsed is None or not trust.is_sound():
        raise refusal("trust-damaged", path=path)
    return trust


def write_trust(path: Path, trust: Trust) -> str:
    """Write the file, whole or not at all.

    Returns:
        The SHA-256 of the file, for the journal.
    """
    content = to_bytes(_File(keys=trust.keys))

    def write(beside: Path) -> None:
        with open_private(beside) as file:
            file.write(content)

    write_atomically(path, write)
    return hashlib.sha256(content).hexdigest()
