"""Ledgers in files and in databases of PostgreSQL, made, copied and edited by hand alike."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager

import pytest

from voterlist.storage.ledger import Place, copies
from voterlist.storage.ledger.base import OLDEST, statements
from voterlist.storage.ledger.reading import server, writable

try:
    import postgres
except ImportError:
    postgres = None

KINDS = ["sqlite", "postgres"]
both = pytest.mark.parametrize("kind", KINDS)
"""Runs a test, or a fixture, on a ledger in a file and on one in a database."""


def require(kind):
    """Skip the test where a ledger of this kind cannot be made."""
    if kind == "postgres":
        if postgres is None:
            pytest.skip("no driver for PostgreSQL is installed")
        if not postgres.is_installed():
            pytest.skip(postgres.WHY_NOT)


def new(kind, folder):
    """The place of a ledger that is not there yet."""
    require(kind)
    url = postgres.new_database() if kind == "postgres" else None
    return Place(folder / "ledger.db", url)


def copied(place, folder):
    """A ledger copied with its whole folder, by the means of its database."""
    shutil.copytree(place.path.parent, folder)
    url = place.url and postgres.new_database(place.url)
    return Place(folder / place.path.name, url)


@contextmanager
def opened(place):
    """The ledger, without anything that the program verifies; what is done is kept."""
    base = writable(place, 5)
    try:
        base.begin()
        yield base
        base.commit()
    finally:
        base.close()


def rows(place, query, *values):
    """The rows of a query."""
    with opened(place) as base:
        return base.rows(query, values)


def edit(place, *statements):
    """Edit a ledger by hand, its guards put back afterwards as they were."""
    with opened(place) as base:
        back = _without_guards(base) if place.url is None else _switched_off(base)
        for statement, *values in statements:
            base.execute(statement, values)
        for statement in back:
            base.execute(statement)


def make_former(place):
    """Make a ledger one of version 0.1.0, which had no table of applications and no clerks."""
    users = next(part for part in statements(OLDEST) if "TABLE users" in part)
    with opened(place) as base:
        base.execute("ALTER TABLE users RENAME TO later_users")
        base.define(users)
        base.execute("INSERT INTO users SELECT * FROM later_users")
        base.execute("DROP TABLE later_users")
        base.execute("DROP TABLE applications")
        base.execute("DELETE FROM seals WHERE name = 'applications'")
        base.set_version(OLDEST)


def _without_guards(base):
    triggers = base.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    for name, _ in triggers:
        base.execute(f"DROP TRIGGER {name}")
    return [sql for _, sql in triggers]


def _switched_off(base):
    guarded = base.rows(
        "SELECT relname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid"
        " WHERE tgname LIKE '%_guard'"
    )
    for (table,) in guarded:
        base.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for (table,) in guarded]


def put_back(source, place):
    """Put the rows of one ledger in the place of another's, by the means of its database."""
    if place.url is None:
        here, there = (sqlite3.connect(one.path) for one in (place, source))
        with closing(here), closing(there):
            there.backup(here)
        return
    with closing(server(source, 5)) as there, closing(server(place, 5)) as here:
        here.begin()
        here.set_aside()
        copies.transfer(there, here)
        here.commit()
