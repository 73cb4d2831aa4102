"""The tables of the ledger, and what makes them."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import field
from functools import cache
from typing import Any

from voterlist.model import frozen

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
