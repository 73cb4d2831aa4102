"""The ledger opened: where it is, for writing; as it is at one moment, to be read.

Whoever reads it writes nothing: not to it, to its folder or to the files beside it.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import pyarrow as pa

from voterlist import strict_json
from voterlist.config.sections import Settings
from voterlist.errors import usage_error
from voterlist.model import JournalLine, frozen
from voterlist.schemas import (
    ACCEPTANCE,
    DECISION,
    GIVEN_ACCEPTANCE,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    SUBJECT,
)
from voterlist.storage.files import identity, private_folder
from voterlist.storage.ledger.base import (
    CHAIN,
    FILE_NAME,
    KEYS,
    NUMBERED,
    SINCE,
    VERSION,
    ApplicationEvent,
    Base,
    CaseNumber,
    SqliteBase,
    Submission,
    User,
    beside,
    damage_error,
    forbidden_error,
    locked_error,
    make_private,
    statements,
    translated_errors,
)
from voterlist.storage.ledger.chain import (
    GENESIS,
    NO_ROWS,
    Head,
    Line,
    append,
    digest,
    has_table,
    head_of,
    lines_of,
    newest_day,
    seal,
    verify,
    verify_structure,
)
from voterlist.storage.ledger.mark import Mark, read_marks, require_no_gap
from voterlist.tables import from_columns

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from voterlist.storage.ledger.postgres import PostgresBase

_WRITABLE: WeakSet[SqliteBase] = WeakSet()
"""What this process has open for writing. Whoever closes a file loses all locks that the process
has of it (POSIX): another program would then take away the WAL into which this one still writes.
So such a file is read by SQLite alone, and never copied."""
_BYTES_OF_THE_OPEN = (510, 0x4000_0002)
"""How many bytes of a file, and from where on, SQLite locks as long as it is open."""
_ATTEMPTS = 20
"""How often a ledger is copied again that was written to meanwhile."""


def is_there(place: Place) -> bool:
    """True where the file has content, or the database has the tables of a ledger."""
    if place.url is None:
        return place.path.exists() and place.path.stat().st_size > 0
    with _postgres().snapshot(place.url, place.path) as there:
        return bool(there.version())


def writable(place: Place, timeout: float) -> Base:
    """A ledger, open for writing; an empty one where there is none.

    Args:
        place: where it is.
        timeout: seconds to wait for another program that holds it.
    """
    if place.url is not None:
        there = server(place, timeout)
        there.hold()
        return there
    path = place.path
    if path.is_dir():
        raise damage_error(path)
    make_private(path)
    if not os.access(path, os.W_OK):
        # SQLite would say so only at the first write, when the work is done.
        raise forbidden_error(path)
    file = identity(path)
    with translated_errors(path, unverified=True):
        connection = sqlite3.connect(path, isolation_level=None, timeout=timeout)
    base = SqliteBase(connection, path, file)
    _WRITABLE.add(base)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = FULL")
        base.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        base.close()
        raise
    return base


def _is_open_here(path: Path) -> bool:
    """True where this process has the file open for writing."""
    return any(ledger.files and ledger.path == path for ledger in _WRITABLE)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody opens this file as a ledger while the block runs.

    Whoever has it open keeps a lock of SQLite on the same bytes as long as it does, whether the
    file is damaged or not. Where the system lets nobody replace an open file, nothing is needed.

    Raises:
        WorkspaceBusyError: somebody has it open: a desk, a run, another command.
    """
    if sys.platform == "win32" or not path.exists():
        yield
        return
    if _is_open_here(path):
        raise locked_error(path)
    with path.open("rb+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, *_BYTES_OF_THE_OPEN)
        except OSError:
            raise locked_error(path) from None
        yield


def name_of(place: Place) -> str:
    """A ledger as messages call it: its file, or its database without user and password."""
    if place.url is None:
        return str(place.path)
    return str(_postgres().name_of(place.url))


def server(place: Place, timeout: float) -> PostgresBase:
    """A ledger on a server, open for writing; an empty one where there is none.

    Args:
        place: where it is.
        timeout: seconds to wait for another program that writes.
    """
    assert place.url is not None
    opened: PostgresBase = _postgres().connect(place.url, place.path, timeout)
    return opened


@contextmanager
def open_unverified(place: Place) -> Iterator[Base]:
    """The ledger as it is at one moment; without rows where there is none. Nothing is written."""
    if place.url is None:
        with _in_memory(place.path) as base:
            yield base
        return
    with _postgres().snapshot(place.url, place.path) as there:
        if there.version():
            yield there
            return
    with _empty(place.path) as base:
        yield base


def _postgres() -> ModuleType:
    """What speaks to PostgreSQL, loaded when it is needed: it is an extra.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return importlib.import_module("voterlist.storage.ledger.postgres")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("voterlist"):
            raise
        raise usage_error("ledger-no-driver") from None


@contextmanager
def _empty(path: Path) -> Iterator[SqliteBase]:
    """A ledger without tables, in memory."""
    with translated_errors(path):
        memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        yield SqliteBase(memory, path)
    finally:
        memory.close()


@contextmanager
def _in_memory(path: Path) -> Iterator[Base]:
    """A copy in memory of a file, and of what its WAL holds."""
    if path.is_dir():
        raise damage_error(path)
    with _empty(path) as base:
        if is_there(Place(path)):
            # A reader of a WAL has to write the index of the WAL beside it, and leaves it there.
            # So the files are copied, and SQLite reads the copy.
            with private_folder() as folder:
                is_own = _is_open_here(path)
                copy = path if is_own else _copy_files(path, folder)
                _read_copy(copy, base.connection, path)
        yield base


def _read_copy(copy: Path, memory: sqlite3.Connection, path: Path) -> None:
    with translated_errors(path, unverified=True):
        source = sqlite3.connect(copy)
        try:
            source.backup(memory)
        finally:
            source.close()


def _copy_files(path: Path, folder: Path) -> Path:
    """Copy a ledger and its WAL at a moment when nobody wrote to them.

    Raises:
        WorkspaceBusyError: there was no such moment.
    """
    copy = folder / path.name
    wal, _ = beside(path)
    copied_wal, _ = beside(copy)
    for _ in range(_ATTEMPTS):
        before = _state(path), _state(wal)
        shutil.copyfile(path, copy)
        copied_wal.unlink(missing_ok=True)
        if before[1] is not None:
            try:
                shutil.copyfile(wal, copied_wal)
            except FileNotFoundError:
                continue
        if before == (_state(path), _state(wal)):
            return copy
    raise locked_error(path)


def _state(path: Path) -> tuple[int, int, int] | None:
    """What changes where a file is written; None where there is no file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


@frozen
class Place:
    """Where a ledger is.

    Attributes:
        path: its file in the workspace; where it is on a server, the file that it would be: the
            marks are beside it.
        url: its database on a server, with the password that it may hold; None for the file.
    """

    path: Path
    url: str | None = field(default=None, repr=False)


def place_of(where: Path | Place) -> Place:
    """A path, which says a file of SQLite, as a place."""
    return where if isinstance(where, Place) else Place(where)


def place_in(workspace: Path, settings: Settings) -> Place:
    """Where the ledger of a workspace is, by ``[ledger]`` in its settings."""
    url = settings.ledger.url
    return Place(workspace / FILE_NAME, url.get_secret_value() if url else None)


def make_tables(base: Base, version: int) -> None:
    """Make the tables that a ledger of this version has not, in the caller's transaction.

    The first line of its chain holds the digests of the tables as they are. A table that came later
    has its lines from its first row on.
    """
    if version == VERSION:
        return
    for statement in statements(since=version):
        base.define(statement)
    if version:
        seal(base, {name: NO_ROWS for name, since in SINCE.items() if since > version})
        base.set_version(VERSION)
        return
    seal(base, dict.fromkeys(KEYS, NO_ROWS))
    tables: dict[str, dict[str, Any]] = {}
    for name in KEYS.keys() - {CHAIN}:
        tables[name] = asdict(NO_ROWS) | ({"last": 0} if name in NUMBERED else {})
    append(base, None, [(GENESIS, {"version": version, "tables": tables})])
    seal(base, {CHAIN: digest(base, CHAIN)})
    base.set_version(VERSION)


LARGE = ("cases", "case_places", "case_numbers")
"""Tables of many rows that few commands need: they are verified when they are first used."""
SMALL = tuple(table for table in KEYS if table not in LARGE)
"""Tables that are verified whenever a ledger is opened."""


class Reader:
    """A ledger whose small tables are verified."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._verified = set(SMALL)

    def submissions(self) -> list[Submission]:
        """All lists ever handed in, in order of constituency, precinct and day."""
        rows = self._base.rows(
            "SELECT source, name, sheet, constituency, precinct, list_kind, rows, entries,"
            " first_seen FROM submissions"
            " ORDER BY constituency, precinct, first_seen, source, sheet",
        )
        return [_submission(row) for row in rows]

    def decisions(self) -> pa.Table:
        """The decisions that hold now (DECISION): the newest for each entry of a case, sorted."""
        return self._newest("decisions", DECISION, one_for="case_id, entry_id")

    def given_verdicts(self, after: int = 0) -> pa.Table:
        """GIVEN_VERDICT: everything that anybody answered about cases, in order.

        ``after``: only those with greater numbers.
        """
        rows = self._base.rows(
            "SELECT number, case_id, entry_id, verdict, reason, decided_by, decided_at,"
            " number IN (SELECT decision FROM adjudications) FROM decisions"
            " WHERE number > ? ORDER BY number",
            (after,),
        )
        return _as_table(rows, GIVEN_VERDICT)

    def given_amendments(self, after: int = 0, *, of_added: bool = False) -> pa.Table:
        """GIVEN_AMENDMENT: everything that anybody decided about entries, in order.

        Args:
            after: only those with greater numbers.
            of_added: only those about people whom somebody added.
        """
        names = ", ".join(GIVEN_AMENDMENT.names)
        query = f"SELECT {names} FROM amendments WHERE number > ?"  # noqa: S608  our names
        if of_added:
            added = "SELECT entry_id FROM amendments WHERE action = 'add'"
            query += f" AND entry_id IN ({added})"
        rows = self._base.rows(f"{query} ORDER BY number", (after,))
        return _as_table(rows, GIVEN_AMENDMENT)

    def subjects(self) -> pa.Table:
        """SUBJECT: what entries said when something was decided about them, by entry."""
        rows = self._base.rows("SELECT entry_id, cells FROM subjects ORDER BY entry_id")
        return _as_table(rows, SUBJECT)

    def case_entries(self) -> dict[str, list[str]]:
        """The entries of each case of which anything was decided, by case."""
        entries: dict[str, list[str]] = {}
        query = "SELECT case_id, entry_id FROM case_entries ORDER BY case_id, entry_id"
        for case_id, entry_id in self._base.rows(query):
            entries.setdefault(case_id, []).append(entry_id)
        return entries

    def case_numbers(self) -> list[CaseNumber]:
        """The number of every case that ever had one, in order of the numbers."""
        self._verify("case_numbers")
        query = "SELECT case_id, number, content, run FROM case_numbers ORDER BY number"
        return [CaseNumber(*row) for row in self._base.rows(query)]

    def acceptances(self) -> pa.Table:
        """What was last said of each finding (ACCEPTANCE), by finding."""
        return self._newest("acceptances", ACCEPTANCE, one_for="finding_id")

    def given_acceptances(self) -> pa.Table:
        """GIVEN_ACCEPTANCE: everything that anybody said of findings, in order."""
        names = ", ".join(GIVEN_ACCEPTANCE.names)
        query = f"SELECT {names} FROM acceptances ORDER BY number"  # noqa: S608  our names
        return _as_table(self._base.rows(query), GIVEN_ACCEPTANCE)

    def applications(self) -> list[ApplicationEvent]:
        """All that happened to applications, in order."""
        if not has_table(self._base, "applications"):
            return []
        names = "application, event, day, done_by, details"
        query = f"SELECT {names} FROM applications ORDER BY number"  # noqa: S608  our names
        return [
            ApplicationEvent(number, event, day, by, strict_json.loads(details))
            for number, event, day, by, details in self._base.rows(query)
        ]

    def users(self) -> list[User]:
        """Everybody who works or worked at the desk, by name."""
        query = "SELECT name, role, secret, since, until FROM users ORDER BY name"
        return [User(*row) for row in self._base.rows(query)]

    def journal(self) -> list[JournalLine]:
        """(day, event, details) of all that happened, in order."""
        rows = self._base.rows(
            "SELECT day, event, details FROM journal ORDER BY number"
        )
        read_day = dt.date.fromisoformat
        return [
            (read_day(day), event, strict_json.loads(details))
            for day, event, details in rows
        ]

    def chain(self) -> list[Line]:
        """All lines of the chain, in order."""
        return list(lines_of(self._base))

    def has_line(self, hash_of_line: str) -> bool:
        """True where the chain has a line with this hash, which an act or a receipt names."""
        query = "SELECT hash FROM chain ORDER BY number"
        return (hash_of_line,) in self._base.rows(query)

    def head(self) -> Head:
        """The last line of the chain, which an act or a receipt prints."""
        head = head_of(self._base)
        assert head is not None  # a chain has its first line since it was made
        return head

    def newest_day(self) -> dt.date | None:
        """The newest day in the journal; None where it is empty.

        Days that lie ahead of their clock do not count.
        """
        newest = newest_day(self._base)
        query = "SELECT max(day) FROM journal WHERE day <= ?"
        ((day,),) = self._base.rows(query, (str(newest or ""),))
        return dt.date.fromisoformat(day) if day else None

    def day_of(self, today: dt.date) -> dt.date:
        """The day to record for today: the newest in the journal, where the clock is behind it."""
        return max(today, self.newest_day() or today)

    def _newest(self, table: str, schema: pa.Schema, *, one_for: str) -> pa.Table:
        """The row with the highest number for each value of ``one_for``, in its order."""
        newest = f"SELECT max(number) FROM {table} GROUP BY {one_for}"  # noqa: S608  our names
        columns_of = f"SELECT {', '.join(schema.names)} FROM {table}"  # noqa: S608  our names
        rows = self._base.rows(
            f"{columns_of} WHERE number IN ({newest}) ORDER BY {one_for}"
        )
        return _as_table(rows, schema)

    def _verify(self, *tables: str) -> None:
        """Verify the tables that are not verified yet."""
        new = [table for table in tables if table not in self._verified]
        verify(self._base, new)
        self._verified |= set(new)


def _as_table(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Rows of the ledger, their columns in the order of the schema, as a table."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    values: dict[str, Any] = {}
    for kind, column in zip(schema, columns, strict=True):
        # SQLite has no truth values, only 0 and 1.
        is_flag = pa.types.is_boolean(kind.type)
        values[kind.name] = [bool(cell) for cell in column] if is_flag else list(column)
    return from_columns(values, schema, len(rows))


def _submission(row: Sequence[Any]) -> Submission:
    """A row of the table of submissions, its columns in the order of the query."""
    source, name, *place, list_kind, rows, entries, day = row
    sheet, constituency, precinct = (known or None for known in place)
    first_seen = dt.date.fromisoformat(day)
    return Submission(
        source,
        name,
        sheet,
        constituency,
        precinct,
        list_kind,
        rows,
        entries,
        first_seen,
    )


@contextmanager
def reading(where: Path | Place) -> Iterator[Reader]:
    """A ledger, read; where there is none yet, one without rows. Nothing is written.

    Raises:
        InputError: it is damaged, or holds less than its marks say.
        UsageError: a newer version of the program wrote it.
        WorkspaceBusyError: another program keeps writing it.
        VoterlistError: it may not be read.
    """
    place = place_of(where)
    # The marks come first: who writes meanwhile makes the ledger longer than they say.
    marks = read_marks(place.path)
    with snapshot(place, marks) as base:
        yield Reader(base)


@contextmanager
def snapshot(
    where: Path | Place, marks: tuple[Mark, ...] = (), *, whole: bool = False
) -> Iterator[Base]:
    """A ledger at one moment, verified, of the version that it has. Nothing is written.

    Args:
        where: the ledger.
        marks: how far it has to be.
        whole: verify the large tables too.
    """
    with open_unverified(place_of(where)) as base:
        version = verify_structure(base)
        if version:
            verify(base, KEYS if whole else SMALL)
        else:
            make_tables(base, version)
        base.verified = True
        require_no_gap(base if version else None, marks, base.path)
        yield base


def read_acceptances(where: Path | Place) -> pa.Table:
    """ACCEPTANCE of this ledger, as ``Reader.acceptances``; without one, none."""
    with reading(where) as ledger:
        return ledger.acceptances()
