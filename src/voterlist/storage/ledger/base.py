"""The tables of the ledger; an open ledger of SQLite, whose errors are told as ours."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from voterlist.errors import InputError, VoterlistError, WorkspaceBusyError, input_error
from voterlist.model import frozen
from voterlist.storage.files import Identity, identity, private_folder

if TYPE_CHECKING:
    from voterlist.storage.ledger.postgres import PostgresBase

FILE_NAME = "ledger.db"

VERSION = 9
"""The ``user_version`` of a ledger."""

OLDEST = 7
"""The version of 0.1.0; a ledger of a version before it is not read."""

_TABLES = """
    CREATE TABLE submissions (
        source TEXT NOT NULL,
        sheet TEXT NOT NULL,
        constituency INTEGER NOT NULL,
        precinct INTEGER NOT NULL,
        list_kind TEXT NOT NULL,
        name TEXT NOT NULL,
        rows INTEGER NOT NULL,
        entries INTEGER NOT NULL,
        first_seen TEXT NOT NULL,
        PRIMARY KEY (source, sheet, constituency, precinct, list_kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE cases (
        case_id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('open', 'decided', 'gone')),
        first_run TEXT NOT NULL,
        last_run TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE case_places (
        case_id TEXT NOT NULL,
        constituency INTEGER NOT NULL,
        PRIMARY KEY (case_id, constituency)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE seals (
        name TEXT PRIMARY KEY,
        rows INTEGER NOT NULL,
        digest TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE decisions (
        number INTEGER PRIMARY KEY,
        case_id TEXT NOT NULL,
        entry_id TEXT NOT NULL,
        verdict TEXT NOT NULL,
        reason TEXT,
        decided_by TEXT NOT NULL,
        decided_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE adjudications (
        decision INTEGER PRIMARY KEY
    ) STRICT;
    CREATE TABLE acceptances (
        number INTEGER PRIMARY KEY,
        finding_id TEXT NOT NULL,
        rule TEXT NOT NULL,
        constituency INTEGER,
        precinct INTEGER,
        entry_id TEXT,
        other_entry_id TEXT,
        source TEXT,
        sheet TEXT,
        line INTEGER,
        field TEXT,
        value REAL,
        mark TEXT NOT NULL CHECK (mark IN ('accept', 'ask')),
        reason TEXT,
        accepted_by TEXT NOT NULL,
        accepted_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE amendments (
        number INTEGER PRIMARY KEY,
        entry_id TEXT NOT NULL,
        action TEXT NOT NULL,
        field TEXT,
        value TEXT,
        ground TEXT,
        document TEXT,
        constituency INTEGER,
        precinct INTEGER,
        due TEXT,
        reason TEXT,
        rule TEXT,
        finding_id TEXT,
        case_id TEXT,
        decided_by TEXT NOT NULL,
        decided_at TEXT NOT NULL,
        adjudicates INTEGER NOT NULL CHECK (adjudicates IN (0, 1))
    ) STRICT;
    CREATE TABLE subjects (
        entry_id TEXT PRIMARY KEY,
        cells TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE case_entries (
        case_id TEXT NOT NULL,
        entry_id TEXT NOT NULL,
        PRIMARY KEY (case_id, entry_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE case_numbers (
        case_id TEXT PRIMARY KEY,
        number INTEGER NOT NULL,
        content TEXT NOT NULL,
        run TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE journal (
        number INTEGER PRIMARY KEY,
        day TEXT NOT NULL,
        event TEXT NOT NULL,
        details TEXT NOT NULL
    ) STRICT;
    CREATE TABLE chain (
        number INTEGER PRIMARY KEY,
        line TEXT NOT NULL,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE TABLE users (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('analyst', 'chair', 'operator')),
        secret TEXT NOT NULL,
        since TEXT NOT NULL,
        until TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sessions (
        token TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        began TEXT NOT NULL,
        seen TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
    GUARD decisions number;
    GUARD adjudications decision;
    GUARD acceptances number;
    GUARD amendments number;
    GUARD journal number;
    GUARD subjects;
    GUARD case_entries;
    GUARD chain number
"""
"""SQL, and one word of ours: ``GUARD table`` makes the triggers that let rows only be added to a
table; ``GUARD table key``: each with a greater key than those before it. Every space stands as it
stood when the tables were first made so: SQLite keeps the text of a statement, and the schema is
compared as text.

There is no index: what stands in one stands under no seal, and a damaged one would give other rows
than its table.
"""

_SINCE_8 = """
    CREATE TABLE applications (
        number INTEGER PRIMARY KEY,
        application INTEGER NOT NULL,
        event TEXT NOT NULL,
        day TEXT NOT NULL,
        done_by TEXT NOT NULL,
        details TEXT NOT NULL
    ) STRICT;
    GUARD applications number
"""

_SINCE_9 = """
    ALTER TABLE users RENAME TO users_of_8;
    CREATE TABLE users (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('analyst', 'chair', 'operator', 'clerk')),
        secret TEXT NOT NULL,
        since TEXT NOT NULL,
        until TEXT
    ) STRICT, WITHOUT ROWID;
    INSERT INTO users SELECT * FROM users_of_8;
    DROP TABLE users_of_8
"""

KEYS = {
    "submissions": "source, sheet, constituency, precinct, list_kind",
    "cases": "case_id",
    "case_places": "case_id, constituency",
    "decisions": "number",
    "adjudications": "decision",
    "acceptances": "number",
    "amendments": "number",
    "subjects": "entry_id",
    "case_entries": "case_id, entry_id",
    "case_numbers": "case_id",
    "applications": "number",
    "users": "name",
    "journal": "number",
    "chain": "number",
}
"""The key of each table that holds content; a digest is taken over its rows in this order.

``cases`` and ``case_places`` hold what runs of earlier versions noted of their cases, and stay as
they are: a run's own table of cases is held by its manifest, whose digest the journal has.
"""

SESSIONS = "sessions"
"""Who was logged in at the desk of an earlier version. Nobody reads it: it is under no seal, and in
no copy."""

CHAIN = "chain"
"""The table in which every change of the others has its line."""

NUMBERED = (
    *("decisions", "acceptances", "journal", "adjudications", "amendments"),
    "applications",
)
"""Tables whose rows are only ever added, in the order of their keys; the chain names each row."""

APPEND_ONLY = (*NUMBERED, CHAIN)
"""These and the chain itself."""

UNNUMBERED = tuple(table for table in KEYS if table not in APPEND_ONLY)
"""Tables whose rows change, or have no order: a line of the chain holds the digest of the whole."""

GUARD = "GUARD "
"""How a statement begins that makes the triggers of a table."""

_REFUSED = "BEGIN SELECT RAISE(ABORT, 'rows are only added'); END"
_GUARDS = (
    f"CREATE TRIGGER {{table}}_update BEFORE UPDATE ON {{table}} {_REFUSED}",
    f"CREATE TRIGGER {{table}}_delete BEFORE DELETE ON {{table}} {_REFUSED}",
    # INSERT OR REPLACE deletes a row without firing the trigger on deletes.
    (
        f"CREATE TRIGGER {{table}}_insert BEFORE INSERT ON {{table}}"  # noqa: S608  our tables
        f" WHEN NEW.{{key}} <= (SELECT max({{key}}) FROM {{table}}) {_REFUSED}"
    ),
)


SINCE = {"applications": 8}
"""The version since which a ledger has a table, of those that version 7 had not."""


def statements(version: int = VERSION, since: int = 0) -> list[str]:
    """What makes the tables of a ledger of this version, in our words; none of version 0.

    ``since``: leaves out those that a ledger of that version has.
    """
    parts = {OLDEST: _TABLES, 8: _SINCE_8, 9: _SINCE_9}
    return [
        # As they stand: SQLite keeps the space behind a statement.
        statement
        for made, part in parts.items()
        if since < made <= version
        for statement in part.split(";")
        if statement.strip()
    ]


def for_sqlite(statement: str) -> list[str]:
    """A statement as SQLite takes it."""
    if not statement.lstrip().startswith(GUARD):
        return [statement]
    _, table, *key = statement.split()
    guards = _GUARDS if key else _GUARDS[:2]
    return [guard.format(table=table, key=key[0] if key else "") for guard in guards]


@cache
def schema_of(version: int) -> Mapping[str, str]:
    """All that a file of this ``user_version`` consists of: "type name" and its SQL."""
    with closing(sqlite3.connect(":memory:")) as model:
        for statement in statements(version):
            for part in for_sqlite(statement):
                model.execute(part)
        return schema_in(model.execute(SCHEMA_QUERY))


def schema_in(rows: Iterable[tuple[str, str, str, str | None]]) -> dict[str, str]:
    """The rows of ``SCHEMA_QUERY``: "type name", and its table and SQL."""
    return {f"{kind} {name}": f"{table}: {sql}" for kind, name, table, sql in rows}


SCHEMA_QUERY = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


UNKNOWN_PLACE = 0
"""Stands for a constituency or precinct that is not known: a key column cannot be null."""


@frozen
class Submission:
    """A list that was handed in, and the first day it was seen.

    Attributes:
        source: the file, as entries refer to it.
        name: as it was handed in.
        sheet: its name; None for a text file.
        constituency: its number; None where it is not known.
        precinct: its number; None where it is not known.
        list_kind: permanent or temporary.
        rows: all its rows.
        entries: the rows that are entries.
        first_seen: the day on which it was handed in.
    """

    source: str
    name: str
    sheet: str | None
    constituency: int | None
    precinct: int | None
    list_kind: str
    rows: int
    entries: int
    first_seen: dt.date


@frozen
class User:
    """Somebody who may work at the desk.

    Attributes:
        name: as it stands in the decisions.
        role: what they may do; a code of ``Role``.
        secret: what the password is tried against; never the password.
        since: the day on which they were added.
        until: the day on which they were removed; None where they were not.
    """

    name: str
    role: str
    secret: str = field(repr=False)
    since: str
    until: str | None = None


@frozen
class CaseNumber:
    """The number by which people call a case.

    Attributes:
        case_id: the case.
        number: from 1; no two cases of a workspace have the same.
        content: what its entries say, place apart: a case whose entries moved has another id, and
            keeps its number.
        run: the run that gave the number.
    """

    case_id: str
    number: int
    content: str
    run: str


@frozen
class ApplicationEvent:
    """Something that happened to an application.

    Attributes:
        application: its number, by which people call it; from 1.
        event: what happened: a code of ``Step``.
        day: when, in ISO 8601.
        done_by: the member or clerk of the commission who did it.
        details: what is said of it; it holds what the applicant said of a person.
    """

    application: int
    event: str
    day: str
    done_by: str
    details: Mapping[str, Any]


Base: TypeAlias = "SqliteBase | PostgresBase"
"""An open ledger, in whatever database; or a copy of it in memory."""

PRIVATE = 0o600
"""The mode of a ledger and of everything beside it: nobody else may read it."""
_OTHERS = 0o077
_AT_ONCE = 1 << 20
CHUNK = 5_000
"""Rows that are held at once where a whole table is read."""


Row = Sequence[Any] | Mapping[str, Any]
"""Values for the places of a statement, in order or by name."""
Chunks = Iterator[list[tuple[Any, ...]]]
"""Rows of a query, some thousand at a time."""


class Opened:
    """What every open ledger has, in whatever database.

    Attributes:
        path: where the ledger of the workspace is, or would be if it were a file: its marks are
            beside it.
        name: the ledger as messages call it.
        verified: True once the tables are known to be whole; until then an error in them means
            damage.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.verified = False


class SqliteBase(Opened):
    """A connection to a ledger that is a file of SQLite, or to a copy of it in memory.

    Statements are those that SQLite and PostgreSQL both understand. Values stand for ``?`` in
    order, or for ``:name`` by name.

    Args:
        connection: to the file, or to the copy.
        path: the file.
        file: its identity, before it was opened; None for a copy, or a file that is being made.
    """

    def __init__(
        self, connection: sqlite3.Connection, path: Path, file: Identity = None
    ) -> None:
        super().__init__(path, str(path))
        self.connection = connection
        self.files: list[Identity] = [file] if file else []
        """What is open: the file, and from the first transaction on the WAL and its index."""

    def begin(self) -> None:
        """Take the lock of the file.

        Raises:
            InputError: the file is another one, or gone.
        """
        self.execute("BEGIN IMMEDIATE")
        self.require_in_place()

    def commit(self) -> None:
        """Commit, and give the lock back.

        Raises:
            InputError: the file is another one, or gone: nobody will find what was written.
        """
        self.require_in_place()
        self.execute("COMMIT")
        # It may have gone in between.
        self.require_in_place()

    def rollback(self) -> None:
        """Undo, and give the lock back."""
        if self.connection.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self.files = []
        with self._translate_errors():
            self.connection.close()

    def require_in_place(self) -> None:
        """Stop where its file, WAL or index is not the one that was opened.

        Raises:
            InputError: it is another one, or gone.
        """
        if self.files:
            there = [identity(part) for part in (self.path, *beside(self.path))]
            self.files += there[len(self.files) :]
            if there != self.files:
                raise replaced_error(self.path)

    def version(self) -> int:
        """Which version its tables have, the ``user_version`` of the file; 0: it has none."""
        ((version,),) = self.rows("PRAGMA user_version")
        return int(version)

    def origin(self) -> int:
        """Of which workspace it is: a number drawn when its first ledger was made; 0: not known.

        It stands beside the tables, so that the same answers have the same heads everywhere.
        """
        ((origin,),) = self.rows("PRAGMA application_id")
        return int(origin)

    def set_origin(self, origin: int) -> None:
        """Note of which workspace it is."""
        self.execute(f"PRAGMA application_id = {origin}")

    def set_version(self, version: int) -> None:
        """Set the ``user_version`` of the file."""
        self.execute(f"PRAGMA user_version = {version}")

    def define(self, statement: str) -> None:
        """Execute a statement of a migration in the words of SQLite."""
        for part in for_sqlite(statement):
            self.execute(part)

    def is_sound(self) -> bool:
        """False where the pages of the file do not fit together.

        Raises:
            OSError: the file cannot be read.
        """
        if self._fits():
            return True
        # A page that the disk did not give is told as one that does not fit. Who believed that
        # would put an older copy in the place of a ledger that is whole.
        with self.path.open("rb") as file:
            while file.read(_AT_ONCE):
                pass
        return self._fits()

    def _fits(self) -> bool:
        return self.rows("PRAGMA quick_check(1)") == [("ok",)]

    def has_schema_of(self, version: int) -> bool:
        """Compare the texts of all statements that made the file."""
        return self.schema() == self.schema_of(version)

    def schema(self) -> Mapping[str, str]:
        """Everything in the file, by kind and name."""
        return schema_in(self.rows(SCHEMA_QUERY))

    def schema_of(self, version: int) -> Mapping[str, str]:
        """The same of a new file."""
        return schema_of(version)

    def execute(self, statement: str, values: Row = ()) -> None:
        """Execute a statement that gives no rows."""
        with self._translate_errors():
            self.connection.execute(statement, values)

    def execute_many(self, statement: str, rows: Iterable[Row]) -> None:
        """Execute a statement once for each row of values."""
        with self._translate_errors():
            self.connection.executemany(statement, rows)

    def rows(self, query: str, values: Row = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._translate_errors():
            return self.connection.execute(query, values).fetchall()

    def chunks_of_bytes(self, query: str) -> Chunks:
        """The rows of a query, some thousand at a time, every text as the bytes that are stored."""
        with self._translate_errors():
            text_factory = self.connection.text_factory
            self.connection.text_factory = bytes
            try:
                cursor = self.connection.execute(query)
                while rows := cursor.fetchmany(CHUNK):
                    yield rows
            finally:
                self.connection.text_factory = text_factory

    def _translate_errors(self) -> AbstractContextManager[None]:
        return translated_errors(self.path, unverified=not self.verified)


def beside(path: Path) -> tuple[Path, Path]:
    """The files that SQLite keeps beside a ledger in use: its WAL, and the index of the WAL."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def create_private(path: Path) -> None:
    """Make an empty file that nobody else may read, whatever the umask.

    Raises:
        FileExistsError: there is one.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE))
    path.chmod(PRIVATE)


def make_private(path: Path) -> None:
    """Make the ledger's file if there is none, and take from others the right to read it.

    SQLite gives the files beside it the mode of the ledger.
    """
    with suppress(FileExistsError):
        create_private(path)
    for part in (path, *beside(path)):
        # SQLite removes the files beside it when the last program closes the ledger.
        with suppress(FileNotFoundError):
            _take_from_others(part)


def _take_from_others(path: Path) -> None:
    mode = path.stat().st_mode
    if mode & _OTHERS and os.access(path, os.W_OK):
        # The file of another user, whose group we are in, stays as it is.
        with suppress(PermissionError):
            path.chmod(mode & ~_OTHERS & 0o777)


_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_FROM_THE_SYSTEM = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_PRIMARY = 0xFF
"""SQLite's extended codes have the primary code in the lowest byte."""
_LEAST_ROOM = 64 * 1024
"""With fewer bytes free than this the disk is full: the index of the WAL takes half of it."""


def damage_error(path: Path | str) -> InputError:
    """The ledger is damaged, or no ledger at all."""
    return input_error("ledger-damaged", path)


def locked_error(path: Path | str) -> WorkspaceBusyError:
    """Another program holds the ledger."""
    message = f"another program holds {path}"
    return WorkspaceBusyError(message, code="ledger-locked", places={"path": str(path)})


def forbidden_error(path: Path | str) -> VoterlistError:
    """The ledger, or its folder, may not be written."""
    message = f"{path} may not be written"
    return VoterlistError(message, code="ledger-forbidden", places={"path": str(path)})


def replaced_error(path: Path | str) -> InputError:
    """The ledger that is there is not the one that was opened: what was written is not in it."""
    return input_error("ledger-replaced", path)


@contextmanager
def translated_errors(path: Path, *, unverified: bool = False) -> Iterator[None]:
    """Raise what SQLite raises in the block as one of our errors, without its message.

    Args:
        path: the ledger.
        unverified: its tables are not verified yet; a statement that does not fit means damage.
    """
    try:
        yield
    except sqlite3.Error as error:
        cause = _cause(error, path, unverified=unverified)
        if cause is None:
            raise
        raise cause from None
    except UnicodeDecodeError:
        # SQLite quotes damaged names in its messages, and Python cannot read them.
        raise damage_error(path) from None


def _cause(error: sqlite3.Error, path: Path, *, unverified: bool) -> Exception | None:
    """The error to raise; None for one of the program itself."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
    if code in _DAMAGED:
        return damage_error(path) if _is_damaged(path) else _unread(path)
    if unverified and code == sqlite3.SQLITE_ERROR:
        return damage_error(path)
    if code in _LOCKED:
        return locked_error(path)
    if code in _FORBIDDEN:
        return forbidden_error(path)
    if code == sqlite3.SQLITE_FULL:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return _cause_in_the_system(path) if code in _FROM_THE_SYSTEM else None


def _cause_in_the_system(path: Path) -> Exception:
    """Why a file could not be opened, read or written; SQLite does not say what the system said."""
    if path.is_dir():
        return damage_error(path)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return forbidden_error(path)
    for part in (path, *beside(path)):
        if part.exists() and not os.access(part, os.R_OK | os.W_OK):
            return forbidden_error(path)
    if shutil.disk_usage(path.parent).free < _LEAST_ROOM:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return _unread(path)


def _unread(path: Path) -> OSError:
    return OSError(errno.EIO, os.strerror(errno.EIO), str(path))


def _is_damaged(path: Path) -> bool:
    """Whether a second look at the ledger finds damage too; False where it cannot be read.

    SQLite says of a page that the disk did not give, once, that the ledger is malformed.
    """
    wal, _ = beside(path)
    try:
        with private_folder() as folder:
            copy = folder / path.name
            shutil.copyfile(path, copy)
            if wal.exists():
                shutil.copyfile(wal, folder / wal.name)
            return not _is_whole(copy)
    except OSError:
        return False


def _is_whole(copy: Path) -> bool:
    try:
        with closing(sqlite3.connect(copy)) as opened:
            return opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except (sqlite3.Error, UnicodeDecodeError):
        return False
