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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import asdict, field
from itertools import groupby
from types import MappingProxyType
from typing import Any

from voterlist import strict_json
from voterlist.errors import input_error, usage_error
from voterlist.model import frozen
from voterlist.storage.ledger.base import (
    CHAIN,
    KEYS,
    OLDEST,
    SINCE,
    VERSION,
    Base,
    Chunks,
    damage_error,
)

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


@frozen
class Head:
    """The last line of a chain: it stands for all that the ledger held then."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}-{self.hash}"


@frozen
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


@frozen
class TableDigest:
    """How many rows a table has, and the digest of them."""

    rows: int
    digest: str


NO_ROWS = TableDigest(0, hashlib.sha256().hexdigest())
"""What ``digest`` gives for a table without rows."""


def digest(base: Base, table: str) -> TableDigest:
    """The digest of a table as it is."""
    return digests_at(base, table, ())[0]


def digests_at(
    base: Base,
    table: str,
    positions: Collection[int],
) -> tuple[TableDigest, dict[int, str]]:
    """The digest of a table, and those of its first rows up to each position, in one reading."""
    if table == CHAIN:
        return _hashes_at(base, positions)
    if not has_table(base, table):
        return NO_ROWS, {0: NO_ROWS.digest}
    state = hashlib.sha256()
    wanted = sorted(set(positions))
    digests = {0: state.hexdigest()}
    rows_read = 0
    for chunk in rows_of(base, table):
        done = 0
        for position in wanted:
            if rows_read < position <= rows_read + len(chunk):
                state.update(_as_bytes(chunk[done : position - rows_read]))
                done = position - rows_read
                digests[position] = state.hexdigest()
        state.update(_as_bytes(chunk[done:]))
        rows_read += len(chunk)
    return TableDigest(rows_read, state.hexdigest()), digests


def _hashes_at(
    base: Base, positions: Collection[int]
) -> tuple[TableDigest, dict[int, str]]:
    """The last line of the chain, and the hash of each of these lines."""
    last = base.rows("SELECT number, hash FROM chain ORDER BY number DESC LIMIT 1")
    whole = TableDigest(*last[0]) if last else NO_ROWS
    hashes = {0: NO_ROWS.digest}
    for position in positions:
        query = "SELECT number, hash FROM chain WHERE number = :number"
        hashes.update(base.rows(query, {"number": position}))
    return whole, hashes


def row_digest(row: tuple[object, ...]) -> str:
    """The digest of one row; every text in it as bytes."""
    return hashlib.sha256(_as_bytes([row])).hexdigest()


def row_digests(base: Base, table: str, first: int) -> list[tuple[int, str]]:
    """(key, digest) of each row of a numbered table from this key on, in order."""
    chunks = rows_of(base, table, behind=first - 1)
    return [(row[0], row_digest(row)) for chunk in chunks for row in chunk]


@frozen
class RunningDigest:
    """The digest of a table whose rows are only added, from which the next rows go on.

    Attributes:
        rows: how many rows it had.
        last: the key of the last of them.
        state: the hash of them; it is copied, never changed.
    """

    rows: int = 0
    last: int = 0
    state: Any = field(default_factory=hashlib.sha256)

    @property
    def sealed(self) -> TableDigest:
        """The digest of the table as it is stored."""
        return TableDigest(self.rows, self.state.hexdigest())

    def go_on(self, base: Base, table: str) -> RunningDigest:
        """The digest with the rows that were added since."""
        count, last, state = self.rows, self.last, self.state.copy()
        for chunk in rows_of(base, table, behind=self.last):
            state.update(_as_bytes(chunk))
            count, last = count + len(chunk), chunk[-1][0]
        return RunningDigest(count, last, state)


def rows_of(base: Base, table: str, *, behind: int | None = None) -> Chunks:
    """The rows of a table in order, some thousand at a time, every text as bytes.

    ``behind``: of a numbered table only those with greater keys.
    """
    key = KEYS[table]
    those = "" if behind is None else f" WHERE {key} > {int(behind)}"
    return base.chunks_of_bytes(f"SELECT * FROM {table}{those} ORDER BY {key}")  # noqa: S608  our names


def _as_bytes(rows: Iterable[tuple[object, ...]]) -> bytes:
    return "".join([f"{row!r}\n" for row in rows]).encode()


def seal(base: Base, digests: Mapping[str, TableDigest]) -> None:
    """Store the digests of tables, in the transaction that changed them."""
    base.execute_many(
        "INSERT INTO seals VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
        " rows = excluded.rows, digest = excluded.digest",
        [
            (table, seal_of_table.rows, seal_of_table.digest)
            for table, seal_of_table in sorted(digests.items())
        ],
    )


def seal_digests(base: Base) -> dict[str, TableDigest]:
    """The digests that are stored, by table; one that came later has no rows."""
    later = {table: NO_ROWS for table in SINCE if not has_table(base, table)}
    stored = base.rows("SELECT name, rows, digest FROM seals")
    return later | {name: TableDigest(rows, text) for name, rows, text in stored}


def has_table(base: Base, table: str) -> bool:
    """False where the ledger is of a version that did not have the table yet."""
    return table not in SINCE or SINCE[table] <= base.version()


def verify(base: Base, tables: Iterable[str]) -> None:
    """Compare these tables with their seals.

    Raises:
        InputError: a table is not what was sealed.
    """
    stored = seal_digests(base)
    for table in tables:
        if stored.get(table) != digest(base, table):
            raise damage_error(base.name)


def verify_structure(base: Base) -> int:
    """Check the pages of the file and its schema; returns the version of its tables.

    Raises:
        InputError: it is damaged, or no ledger.
        UsageError: a newer version of the program wrote it.
    """
    version = version_of(base)
    if not base.has_schema_of(version):
        raise damage_error(base.name)
    return version


def version_of(base: Base) -> int:
    """The version of the tables of a ledger whose pages fit together.

    Raises:
        InputError: they do not, it is no ledger, or one of before 0.1.0.
        UsageError: a newer version of the program wrote it.
    """
    if not base.is_sound():
        raise damage_error(base.name)
    version = base.version()
    if version > VERSION:
        raise usage_error("ledger-newer", path=base.name)
    if version and version < OLDEST:
        raise input_error("ledger-older", base.name)
    return version


SUBMISSIONS = "submissions"
USERS = "users"
CASES = "cases"
"""Told by earlier versions alone."""
DECIDED = "decided"
AMENDED = "amended"
ACCEPTED = "accepted"
JOURNAL = "journal"
SUBJECTS = "subjects"
CASE_ENTRIES = "case-entries"
CASE_NUMBERS = "case-numbers"
APPLICATION = "application"
EVENTS = frozenset(
    {
        *(SUBMISSIONS, USERS, CASES, DECIDED, AMENDED),
        *(ACCEPTED, JOURNAL, SUBJECTS, CASE_ENTRIES, CASE_NUMBERS, APPLICATION),
    }
)
"""What a line of the chain may tell."""
_TOLD: Mapping[str, Mapping[str, str]] = {
    DECIDED: {"case": "case_id", "by": "decided_by"},
    AMENDED: {
        "action": "action",
        "case": "case_id",
        "by": "decided_by",
        "adjudicates": "adjudicates",
    },
    ACCEPTED: {"rule": "rule", "mark": "mark", "by": "accepted_by"},
    APPLICATION: {"application": "application", "action": "event", "by": "done_by"},
    JOURNAL: {"of": "event"},
}
"""Of rows that were added: what their line says, and the column that holds it."""

_MOMENTS = ("decided_at", "accepted_at")
"""The columns that say when an answer was given."""

Details = dict[str, Any]


@frozen
class _Change:
    """A line to come."""

    event: str
    details: Details
    tables: tuple[str, ...] = ()
    """The tables whose digest it holds."""


class Changes:
    """The changes of one block, in the order in which they were made."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._changes: list[_Change] = []
        self.given: dt.date | None = None
        """The newest day that the block was given."""
        self._told: dt.date | None = None

    @property
    def day(self) -> dt.date | None:
        """The day of the lines: the newest that the block was given, never before the last line.

        A block that was given none has the day on which its answers were given.
        """
        days = [self.given or self._told, newest_day(self._base)]
        return max((day for day in days if day), default=None)

    def on(self, day: dt.date) -> None:
        """Note the day that the block was given."""
        self.given = max(day, self.given or day)

    def note(self, event: str, tables: tuple[str, ...], **details: str | int) -> None:
        """Tables of which a row may be changed, or that have no order of their own."""
        self._changes.append(_Change(event, details, tables))

    def note_added(
        self,
        event: str,
        tables: Sequence[str],
        rows: Sequence[Mapping[str, Any]],
        numbers: range,
        **more: int,
    ) -> None:
        """Rows that were added to numbered tables: a line for those that ``_TOLD`` tells alike.

        The newest day on which an answer among them was given is noted.

        Args:
            event: what they are.
            tables: the tables, with one row each.
            rows: what was added.
            numbers: their keys.
            more: what the lines say besides.
        """
        names = _TOLD[event]
        keys = [tuple(row[name] for name in names.values()) for row in rows]
        for key, digests in self._row_groups(tables, keys, numbers):
            told = dict(zip(names, key, strict=True))
            if "application" in told:
                told["application"] = str(told["application"])
            self._changes.append(_Change(event, {**told, **more, ADDED: digests}))
        moments = [row[name] for row in rows for name in _MOMENTS if name in row]
        with suppress(ValueError):
            day = dt.date.fromisoformat(max(map(str, moments), default="")[:10])
            self._told = max(day, self._told or day)

    def lines(
        self, before: Mapping[str, TableDigest], after: Mapping[str, TableDigest]
    ) -> list[tuple[str, Details]]:
        """(event, details) of each line; ``before`` and ``after``: the digests of the tables.

        A change that left its tables as they were has no line. Every table that is another one
        than before must have one.
        """
        lines = []
        for change in self._changes:
            changed = [name for name in change.tables if before[name] != after[name]]
            if changed:
                seals = {name: asdict(after[name]) for name in changed}
                more = after[changed[0]].rows - before[changed[0]].rows
                details = {**change.details, "new": more, SEALS: seals}
                lines.append((change.event, details))
            elif not change.tables:
                lines.append((change.event, change.details))
        told = {table for _, details in lines for table in _tables_in(details)}
        changed = [table for table in after if before[table] != after[table]]
        untold = set(changed) - told
        # Verification would take such a row for one that was added by hand.
        assert not untold, f"a change of {sorted(untold)} has no line in the chain"
        return lines

    def _row_groups(
        self, tables: Sequence[str], keys: Sequence[Any], numbers: range
    ) -> Iterator[tuple[Any, dict[str, list[tuple[int, str]]]]]:
        """(key, digests of the rows by table) of rows that follow one another with one key."""
        if not numbers:
            return
        digests = {
            table: row_digests(self._base, table, numbers[0]) for table in tables
        }
        first = 0
        for key, members in groupby(keys):
            last = first + sum(1 for _ in members)
            yield key, {table: rows[first:last] for table, rows in digests.items()}
            first = last


def _tables_in(details: Details) -> set[str]:
    """The tables that a line tells of."""
    return {*details.get(ADDED, ()), *details.get(SEALS, ())}
