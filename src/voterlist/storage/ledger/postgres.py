"""The ledger in a database of PostgreSQL: the same tables, the same chain, several machines.

One program writes at a time: an advisory lock of the transaction sees to it. Readers see the ledger
as it was when they began. Text is compared byte by byte (collation ``C``), as SQLite compares it,
so that digests and order are the same in both.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, TextClause, create_engine, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.pool import NullPool

from voterlist.errors import UsageError, VoterlistError, usage_error
from voterlist.storage.ledger.base import (
    CHUNK,
    GUARD,
    KEYS,
    SESSIONS,
    Chunks,
    Opened,
    Row,
    damage_error,
    forbidden_error,
    locked_error,
    statements,
)

_LOCK = 0x766F_7465_726C_6973
"""The advisory lock of whoever writes: the letters of ``voterlis``."""
_HELD = _LOCK + 1
"""The advisory lock of whoever has the ledger open for writing, and of who replaces it."""
_CONNECT_TIMEOUT = "10"
"""Seconds to wait for a server that does not answer."""
_VERSION = "ledger_version"
"""The table that holds the version of the others; SQLite has ``user_version`` for it."""
_KEPT = "ledger_kept_"
"""How the schema of a ledger is called that was set aside; a number follows."""
_MODEL = "voterlist_model"
"""The schema in which tables are made to compare with; it is gone with its transaction."""

_LOCKED = {"55P03", "40001", "40P01"}
_FORBIDDEN = {"42501", "25006"}
_DAMAGED = {"XX001", "XX002"}
_FULL = "53100"
_NO_CONNECTION = "08001"
_OF_CONNECTIONS = ("08", "28", "3D", "53", "57")
"""Classes of SQLSTATE: connections, passwords, no such database, no room, shut down."""
_OF_STATEMENTS = "42"
"""The class of SQLSTATE for tables and columns that are not there."""

_TYPES = (
    (re.compile(r"\)\s*STRICT(, WITHOUT ROWID)?\s*$"), ")"),
    (re.compile(r"\bTEXT\b"), 'TEXT COLLATE "C"'),
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\bREAL\b"), "DOUBLE PRECISION"),
)
"""How a statement of a migration, which is in the words of SQLite, is said here."""

_REFUSE = """
    CREATE OR REPLACE FUNCTION ledger_rows_are_only_added() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'rows are only added'; END $$
"""
_GUARD = """
    CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_rows_are_only_added()
"""
_GUARDED = re.compile(r"GUARD (\w+)")

_TABLES = tuple(sorted((*KEYS, SESSIONS, "seals", _VERSION)))
_SCHEMA = """
    WITH ours AS (
        SELECT oid, relname FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (:tables)
    )
    SELECT 'table ' || relname AS name, string_agg(part, '; ' ORDER BY part) AS content FROM (
        SELECT relname, concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull,
            (SELECT collname FROM pg_collation WHERE oid = attcollation)) AS part
        FROM ours JOIN pg_attribute ON attrelid = ours.oid
        WHERE attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT relname, pg_get_constraintdef(pg_constraint.oid)
        FROM ours JOIN pg_constraint ON conrelid = ours.oid WHERE contype <> 't'
    ) AS parts GROUP BY relname
    UNION ALL
    SELECT 'trigger ' || tgname, pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text
    FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'rule ' || rulename, pg_get_ruledef(pg_rewrite.oid)
    FROM ours JOIN pg_rewrite ON ev_class = ours.oid
    UNION ALL
    SELECT 'function ' || proname, prosrc FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace
        AND proname = 'ledger_rows_are_only_added'
"""


class PostgresBase(Opened):
    """A connection to a ledger in a database of PostgreSQL.

    Args:
        connection: the connection.
        path: the file that the ledger would be: its marks are beside it.
        timeout: seconds to wait for another program that writes.
    """

    def __init__(self, connection: Connection, path: Path, timeout: float) -> None:
        super().__init__(path, name_of(connection.engine.url))
        self._connection = connection
        self._timeout = timeout

    def begin(self) -> None:
        """Take the lock of whoever writes."""
        self._take(f"pg_advisory_xact_lock({_LOCK})")

    def hold(self, *, alone: bool = False) -> None:
        """Hold the ledger until the connection is closed: with others, or alone.

        Raises:
            WorkspaceBusyError: others hold it otherwise.
        """
        self._take(f"pg_advisory_lock{'' if alone else '_shared'}({_HELD})")
        self.commit()

    def _take(self, lock: str) -> None:
        with self._translate_errors():
            self._connection.rollback()
            wait = max(1, round(self._timeout * 1000))
            for setting in (f"lock_timeout = {wait}", "synchronous_commit = on"):
                self._connection.exec_driver_sql(f"SET LOCAL {setting}")
            self._connection.exec_driver_sql(f"SELECT {lock}")

    def commit(self) -> None:
        """Commit, and give the lock back."""
        with self._translate_errors():
            self._connection.commit()

    def rollback(self) -> None:
        """Undo, and give the lock back."""
        with self._translate_errors():
            self._connection.rollback()

    def close(self) -> None:
        """Close the connection."""
        with self._translate_errors():
            self._connection.close()

    def version(self) -> int:
        """The version in the table that holds it."""
        ((there,),) = self.rows(f"SELECT to_regclass('{_VERSION}') IS NOT NULL")
        if not there:
            return 0
        versions = self.rows(f"SELECT version FROM {_VERSION}")  # noqa: S608  our table
        return int(versions[0][0]) if len(versions) == 1 else -1

    def origin(self) -> int:
        """Of which workspace it is, by the comment on the table of the version; 0: not known."""
        query = f"SELECT obj_description(to_regclass('{_VERSION}'), 'pg_class')"
        ((origin,),) = self.rows(query)
        return int(origin or 0)

    def set_origin(self, origin: int) -> None:
        """Note of which workspace it is."""
        self.execute(f"COMMENT ON TABLE {_VERSION} IS '{origin}'")

    def require_in_place(self) -> None:
        """Nothing: a database is in no place of its own."""

    def set_version(self, version: int) -> None:
        """Write the version into its table."""
        self.define(f"CREATE TABLE IF NOT EXISTS {_VERSION} (version INTEGER NOT NULL)")
        self.execute(f"DELETE FROM {_VERSION}")  # noqa: S608  our table
        self.execute(f"INSERT INTO {_VERSION} VALUES (?)", (version,))  # noqa: S608  our table

    def define(self, statement: str) -> None:
        """Execute a statement of a migration in the words of PostgreSQL."""
        with self._translate_errors():
            for part in for_postgres(statement):
                self._connection.exec_driver_sql(part)

    def is_sound(self) -> bool:
        """False where the database does not keep text in UTF-8."""
        return self.rows("SHOW server_encoding") == [("UTF8",)]

    def has_schema_of(self, version: int) -> bool:
        """False where the guards of a table are missing or switched off.

        All the rest is compared by ``schema`` when the ledger is verified: it needs a schema to
        compare with, which takes longer than to open a ledger should.
        """
        guarded = {
            match[1]
            for statement in statements(version)
            if (match := _GUARDED.match(statement.lstrip()))
        }
        query = (
            "SELECT relname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid"
            " WHERE relnamespace = current_schema()::regnamespace"
            " AND tgname = relname || '_guard' AND tgenabled = 'O'"
        )
        return guarded <= {name for (name,) in self.rows(query)}

    def schema(self) -> Mapping[str, str]:
        """Its tables with their columns and constraints, and what is fastened to them."""
        ((name,),) = self.rows("SELECT quote_ident(current_schema())")
        rows = self.rows(_SCHEMA, {"tables": list(_TABLES)})
        return {key: content.replace(f"{name}.", "") for key, content in rows}

    def schema_of(self, version: int) -> Mapping[str, str]:
        """The same of a new ledger, made in a schema of its own and undone."""
        with self._translate_errors():
            trial = self._connection.begin_nested()
        try:
            with self._translate_errors():
                for statement in (
                    f"CREATE SCHEMA {_MODEL}",
                    f"SET LOCAL search_path TO {_MODEL}",
                ):
                    self._connection.exec_driver_sql(statement)
            for statement in statements(version):
                self.define(statement)
            self.set_version(version)
            return self.schema()
        finally:
            with self._translate_errors():
                trial.rollback()

    def execute(self, statement: str, values: Row = ()) -> None:
        """Execute a statement that gives no rows."""
        with self._translate_errors():
            self._connection.execute(_statement(statement), _by_name(values))

    def execute_many(self, statement: str, rows: Iterable[Row]) -> None:
        """Execute a statement once for each row of values."""
        named = [_by_name(row) for row in rows]
        if named:
            with self._translate_errors():
                self._connection.execute(_statement(statement), named)

    def rows(self, query: str, values: Row = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._translate_errors():
            found = self._connection.execute(_statement(query), _by_name(values))
            return [tuple(row) for row in found]

    def chunks_of_bytes(self, query: str) -> Chunks:
        """The rows of a query, some thousand at a time, every text as the bytes that are stored."""
        with self._translate_errors():
            statement = text(query).execution_options(yield_per=CHUNK)
            for chunk in self._connection.execute(statement).partitions():
                yield [tuple(map(_as_bytes, row)) for row in chunk]

    def set_aside(self) -> str:
        """Move all its tables, whatever they hold, into a schema of their own; returns its name."""
        query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE :pattern"
        taken = {name for (name,) in self.rows(query, {"pattern": f"{_KEPT}%"})}
        number = 1
        while (kept := f"{_KEPT}{number}") in taken:
            number += 1
        query = "SELECT relname FROM pg_class WHERE relname = ANY (:tables)"
        query += " AND relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        there = self.rows(query, {"tables": list(_TABLES)})
        with self._translate_errors():
            self._connection.exec_driver_sql(f"CREATE SCHEMA {kept}")
            for (table,) in there:
                self._connection.exec_driver_sql(
                    f"ALTER TABLE {table} SET SCHEMA {kept}"
                )
        return kept

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        with translated_errors(self.name, unverified=not self.verified):
            yield


def connect(url: str, path: Path, timeout: float) -> PostgresBase:
    """A ledger on a server, open for writing; see ``PostgresBase``.

    Raises:
        UsageError: the address is none of PostgreSQL.
        VoterlistError: the server does not answer, or lets nobody in with this password.
    """
    address = _address(url)
    engine = create_engine(address, poolclass=NullPool, hide_parameters=True)
    with translated_errors(name_of(address)):
        return PostgresBase(engine.connect(), path, timeout)


@contextmanager
def snapshot(url: str, path: Path) -> Iterator[PostgresBase]:
    """A ledger on a server as it is at one moment. What is written in the block is undone."""
    base = connect(url, path, timeout=0)
    try:
        with translated_errors(base.name):
            base.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield base
    finally:
        base.close()


def name_of(address: str | URL) -> str:
    """The address of a database as messages show it: without user and password."""
    url = _address(address) if isinstance(address, str) else address
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"


def for_postgres(statement: str) -> list[str]:
    """A statement of a migration as PostgreSQL takes it."""
    if statement.lstrip().startswith(GUARD):
        table = statement.split()[1]
        return [_REFUSE, _GUARD.format(table=table)]
    for pattern, said in _TYPES:
        statement = pattern.sub(said, statement)
    return [statement]


@contextmanager
def translated_errors(name: str, *, unverified: bool = False) -> Iterator[None]:
    """Raise what PostgreSQL raises in the block as one of our errors, without its message.

    Its messages quote rows and addresses.
    """
    try:
        yield
    except DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if not state and isinstance(error, OperationalError | InterfaceError):
            state = _NO_CONNECTION
        raise _cause(state, name, unverified=unverified) from None


def _cause(state: str, name: str, *, unverified: bool) -> Exception:
    """The error to raise for this SQLSTATE; it is empty where the driver refused."""
    if state in _LOCKED:
        return locked_error(name)
    if state in _FORBIDDEN:
        return forbidden_error(name)
    if state in _DAMAGED or (unverified and state.startswith(_OF_STATEMENTS)):
        return damage_error(name)
    if state == _FULL:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
    places = {"path": name, "state": state or "—"}
    if state.startswith(_OF_CONNECTIONS):
        message = f"{name} cannot be reached"
        return VoterlistError(message, code="ledger-unreachable", places=places)
    return VoterlistError(f"{name}: {state}", code="ledger-refused", places=places)


def _address(url: str) -> URL:
    """The address for SQLAlchemy, with the driver that we use."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise _no_address() from None
    if address.get_backend_name() != "postgresql":
        raise _no_address()
    address = address.set(drivername="postgresql+psycopg")
    return address.update_query_dict(
        {"connect_timeout": address.query.get("connect_timeout", _CONNECT_TIMEOUT)}
    )


def _no_address() -> UsageError:
    return usage_error("ledger-url")


@cache
def _statement(statement: str) -> TextClause:
    """A statement whose places have names: ``?`` is ``:p0``, ``:p1`` ... in order."""
    first, *rest = statement.split("?")
    parts = [f":p{number}{part}" for number, part in enumerate(rest)]
    return text("".join([first, *parts]))


def _by_name(values: Row) -> dict[str, Any]:
    """Values by name; those given in order as ``p0``, ``p1`` ..."""
    if isinstance(values, Mapping):
        return dict(values)
    return {f"p{number}": value for number, value in enumerate(values)}


def _as_bytes(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value
