"""A ledger opened: for writing where it is, for reading as it is at one moment."""

from __future__ import annotations

import importlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from voterlist.config.sections import Settings
from voterlist.errors import usage_error
from voterlist.model import frozen
from voterlist.storage.files import identity, private_folder
from voterlist.storage.ledger.base import (
    Base,
    SqliteBase,
    beside,
    damage_error,
    forbidden_error,
    locked_error,
    make_private,
    translated_errors,
)
from voterlist.storage.ledger.chain import GENESIS, NO_ROWS, append, digest, seal
from voterlist.storage.ledger.tables import (
    CHAIN,
    FILE_NAME,
    KEYS,
    NUMBERED,
    SINCE,
    VERSION,
    statements,
)

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
