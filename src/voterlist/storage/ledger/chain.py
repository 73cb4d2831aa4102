"""The chain: a line for every change of the ledger, each with the hash of the line before it.

A line is a text: canonical JSON (RFC 8785) of its number, its day, its event and its details; and
of the moment by the clock, where a person had named a day ahead of it. Its hash is the SHA-256 of
``PREFIX``, the hash of the line before it, a line break, and the bytes of the text as they are
stored. Details hold ids, counts and digests, never a cell of a list.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from voterlist import strict_json
from voterlist.storage.ledger.base import Base

PREFIX = b"voterlist ledger chain 1\n"
"""What is hashed before everything else, so that no other text has the hash of a line."""
BEGINNING = "0" * 64
"""Stands for the hash of the line before the first one."""

GENESIS = "genesis"
"""The event of the first line: it holds the digests of all tables at that time."""
ADDED = "added"
"""The detail that holds [key, digest] of each row that was added, by table."""
SEALS = "seals"
"""The detail that holds the rows and the digest of whole tables after the change, by table."""
CLOCK: ContextVar[Mapping[str, str]] = ContextVar("CLOCK", default=MappingProxyType({}))
"""What a line says besides while a command works to which a person named the day: ``at`` is the
moment by the clock. A day far ahead of it is ``ahead``, and no later line need follow it."""
_AHEAD = '"ahead":"'


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a chain: it stands for all that the ledger held then."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}-{self.hash}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the chain.

    Attributes:
        number: from 1, without gaps.
        day: the day of the change; None in the first line of a ledger that had no day yet.
        event: what was changed.
        details: ids, counts and digests.
        at: the moment by the clock, where a person had named a day ahead of it; else empty.
    """

    number: int
    day: dt.date | None
    event: str
    details: Mapping[str, Any]
    at: str = ""


def hash_of(previous: bytes, line: bytes) -> str:
    """The hash of a line, in hexadecimal."""
    return hashlib.sha256(PREFIX + previous + b"\n" + line).hexdigest()


def head_of(base: Base) -> Head | None:
    """The last line; None where there is none."""
    rows = base.rows("SELECT number, hash FROM chain ORDER BY number DESC LIMIT 1")
    return Head(*rows[0]) if rows else None


def has_line(base: Base, line: Head) -> bool:
    """True where the chain has this line, last or not."""
    query = "SELECT hash FROM chain WHERE number = ?"
    return base.rows(query, (line.number,)) == [(line.hash,)]


def newest_day(base: Base) -> dt.date | None:
    """The day of the last line that does not lie ahead of its clock."""
    query = "SELECT line FROM chain WHERE line NOT LIKE ? ORDER BY number DESC LIMIT 1"
    rows = base.rows(query, (f"%{_AHEAD}%",))
    return read_line(rows[0][0]).day if rows else None


def append(
    base: Base,
    day: dt.date | None,
    changes: Iterable[tuple[str, Mapping[str, Any]]],
) -> None:
    """Add a line for each of these changes (event, details)."""
    head = head_of(base) or Head(0, BEGINNING)
    rows = []
    for event, details in changes:
        number = head.number + 1
        text = _text_of(number, day, event, details)
        own = hash_of(head.hash.encode(), text.encode())
        rows.append((number, text, head.hash, own))
        head = Head(number, own)
    base.execute_many("INSERT INTO chain VALUES (?, ?, ?, ?)", rows)


def lines_of(base: Base) -> Iterator[Line]:
    """All lines, in order."""
    for (text,) in base.rows("SELECT line FROM chain ORDER BY number"):
        yield read_line(text)


def read_line(text: str | bytes) -> Line:
    """The line that this text holds.

    Raises:
        ValueError: it holds none.
    """
    content = strict_json.loads(text)
    try:
        number, day = content["number"], content["day"]
        event, details = content["event"], content["details"]
    except (TypeError, KeyError):
        raise ValueError("not a line") from None
    named = dt.date.fromisoformat(day) if day else None
    return Line(number, named, event, details, content.get("at", ""))


def _text_of(
    number: int, day: dt.date | None, event: str, details: Mapping[str, Any]
) -> str:
    content = {
        "number": number,
        "day": day.isoformat() if day else None,
        "event": event,
        "details": details,
        **CLOCK.get(),
    }
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
