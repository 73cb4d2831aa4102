"""Whose packages are taken: the file ``trust.json`` of a workspace.

Nothing here writes a journal. The command that changes the file journals the digest that
``changing_trust`` gives, and gives it to ``read_trust`` the next time. So a file that was changed
by hand is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from voterlist.custody.canonical import from_bytes, require_known_format, to_bytes
from voterlist.custody.commissions import (
    Commission,
    Digest,
    Frozen,
    Name,
    Place,
    as_written,
)
from voterlist.custody.keys import PublicKey, fingerprint
from voterlist.custody.refusals import refusal
from voterlist.model import frozen
from voterlist.storage.files import sync_folder, write_content

TRUST_NAME = "trust.json"
_FORMAT = 1
_MOST_BYTES = 64 * 1024 * 1024
"""A central commission with 6,000 precincts that changed their keys ten times has 30 MB."""


class Trusted(Frozen):
    """One key that is trusted, or was until a day."""

    name: Name
    """What people here call its owner. One name, one key."""
    commission: Commission
    signing: Digest
    age: str
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


@frozen
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
        written = as_written(name)
        return next((key for key in self._held() if key.name == written), None)

    def added(self, public: PublicKey, name: str, day: dt.date) -> Trust:
        """With one more key.

        Raises:
            CustodyError: ``trust-name-unusable``; ``trust-key-known``: the key is, or was,
                trusted; ``trust-name-taken``; ``trust-place-taken``: another key of this
                commission holds, and is to be withdrawn first.
        """
        known = self.of_key(public.signing)
        if known is not None:
            raise refusal("trust-key-known", name=known.name)
        if self.of_name(name) is not None:
            raise refusal("trust-name-taken", name=name)
        other = self.of_place(public.commission.place)
        if other is not None:
            raise refusal("trust-place-taken", name=other.name)
        try:
            key = Trusted(
                name=as_written(name),
                commission=public.commission,
                signing=public.signing,
                age=public.age,
                since=day,
                until=None,
            )
        except ValidationError:
            raise refusal("trust-name-unusable") from None
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
        digest: what ``changing_trust`` gave when the file was last changed; None where it never
            was.

    Raises:
        CustodyError: ``trust-gone``: a file was written and is not there; ``trust-altered``: the
            file is not the one that was written last; ``trust-newer``: a newer version of the
            program wrote it; ``trust-damaged``: it is what was written, and no such file.
        OSError: the file cannot be read.
    """
    content = _content(path)
    if not _is(content, digest):
        beside = _next_to(path)
        changed = _content(beside)
        if changed is None or not _is(changed, digest):
            raise refusal(
                "trust-gone" if content is None else "trust-altered", path=path
            )
        # A process ended between the journal and the file.
        beside.replace(path)
        content = changed
    if content is None:
        return Trust()
    require_known_format(content, _FORMAT, "trust-newer", path=path)
    parsed = from_bytes(_File, content)
    trust = Trust() if parsed is None else Trust(parsed.keys)
    if parsed is None or not trust.is_sound():
        raise refusal("trust-damaged", path=path)
    return trust


@contextmanager
def changing_trust(path: Path, trust: Trust) -> Iterator[str]:
    """Change the file together with the journal.

    The new file lies beside the old one while the block journals its digest, and takes its place
    after the block. If the block ends otherwise, or the process is killed, the journal decides:
    ``read_trust`` puts the new file in its place where its digest was journalled.

    Yields:
        The SHA-256 of the new file, to be journalled within the block.
    """
    content = to_bytes(_File(keys=trust.keys))
    beside = _next_to(path)
    write_content(beside, content)
    yield hashlib.sha256(content).hexdigest()
    beside.replace(path)
    sync_folder(path.parent)


def _next_to(path: Path) -> Path:
    """Where the file lies that is to take the place of this one."""
    return path.with_name(f"{path.name}.next")


def _content(path: Path) -> bytes | None:
    """What stands in a file; None where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except FileNotFoundError:
        return None


def _is(content: bytes | None, digest: str | None) -> bool:
    """True where a file is the one with this digest, and where there is none and was none."""
    if content is None:
        return digest is None
    return hashlib.sha256(content).hexdigest() == digest
