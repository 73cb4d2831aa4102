"""One SQLite database, on the disk or in memory, whose errors are told as ours."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from voterlist.storage.ledger.failures import translated_errors
from voterlist.storage.ledger.tables import (
    SCHEMA_QUERY,
    for_sqlite,
    schema_in,
    schema_of,
)

__all__ = ["Base", "beside", "create_private", "make_private"]

PRIVATE = 0o600
"""The mode of a ledger and of everything beside it: nobody else may read it."""
_OTHERS = 0o077
_CHUNK = 5_000
"""Rows that are held at once where a whole table is read."""


Row = Sequence[Any] | Mapping[str, Any]
"""Values for the places of a statement, in order or by name."""


class Base:
    """A connection to the ledger at ``path``, or to a copy of it in memory."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.verified = False
        """True once the tables are known to be whole; until then an error in them means damage."""

    def begin(self) -> None:
        """Begin to write: nobody else writes until ``commit``."""
        self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keep what was written since ``begin``."""
        self.execute("COMMIT")

    def version(self) -> int:
        """Which version its tables have; 0: it has none."""
        ((version,),) = self.rows("PRAGMA user_version")
        return int(version)

    def is_sound(self) -> bool:
        """False where the pages of the file do not fit together."""
        return self.rows("PRAGMA quick_check(1)") == [("ok",)]

    def schema(self) -> Mapping[str, str]:
        """Its tables and triggers, by kind and name."""
        return schema_in(self.rows(SCHEMA_QUERY))

    def schema_of(self, version: int) -> Mapping[str, str]:
        """The tables and triggers that this version has."""
        return schema_of(version)

    def define(self, statement: str) -> None:
        """Execute a statement of a migration."""
        for one in for_sqlite(statement):
            self.execute(one)

    def set_version(self, version: int) -> None:
        """Note which version the tables have now."""
        self.execute(f"PRAGMA user_version = {version}")

    def execute(self, statement: str, values: Row = ()) -> None:
        """Execute a statement that gives no rows."""
        with translated_errors(self.path, unverified=not self.verified):
            self.connection.execute(statement, values)

    def execute_many(self, statement: str, rows: Iterable[Row]) -> None:
        """Execute a statement once for each row of values."""
        with translated_errors(self.path, unverified=not self.verified):
            self.connection.executemany(statement, rows)

    def rows(self, query: str, values: Row = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with translated_errors(self.path, unverified=not self.verified):
            return self.connection.execute(query, values).fetchall()

    def chunks_of_bytes(self, query: str) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, some thousand at a time, every text as the bytes that are stored."""
        with translated_errors(self.path, unverified=not self.verified):
            text_factory = self.connection.text_factory
            self.connection.text_factory = bytes
            try:
                cursor = self.connection.execute(query)
                while rows := cursor.fetchmany(_CHUNK):
                    yield rows
            finally:
                self.connection.text_factory = text_factory

    def close(self) -> None:
        """Close the database; a transaction that is open is undone."""
        with translated_errors(self.path, unverified=not self.verified):
            self.connection.close()


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
        if not os.access(part, os.W_OK):
            continue
        mode = part.stat().st_mode
        if mode & _OTHERS:
            # The file of another user, whose group we are in, stays as it is.
            with suppress(PermissionError):
                part.chmod(mode & ~_OTHERS & 0o777)
