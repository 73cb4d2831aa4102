"""Digests of the tables, kept in the ledger: a bit that changed on the disk changes no decision.

The digest of a table is the SHA-256 of its rows in the order of their key, each as Python writes a
tuple of bytes, whole numbers, floating point numbers and None, and a line break. In that text every
value is quoted, so no two tables share one.

The chain's digest is the hash of its last line, which holds all lines before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voterlist.errors import UsageError
from voterlist.storage.ledger.base import Base
from voterlist.storage.ledger.failures import damaged
from voterlist.storage.ledger.tables import (
    CHAIN,
    KEYS,
    MIGRATIONS,
)


@dataclass(frozen=True, slots=True)
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
    state = hashlib.sha256()
    wanted = sorted(set(positions))
    digests = {0: state.hexdigest()}
    rows_read = 0
    query = f"SELECT * FROM {table} ORDER BY {KEYS[table]}"  # noqa: S608  our names
    for chunk in base.chunks_of_bytes(query):
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
    key = KEYS[table]
    rows = f"WHERE {key} >= {int(first)} ORDER BY {key}"
    query = f"SELECT * FROM {table} {rows}"  # noqa: S608  our names
    digests: list[tuple[int, str]] = []
    for chunk in base.chunks_of_bytes(query):
        digests += [(row[0], row_digest(row)) for row in chunk]
    return digests


@dataclass(frozen=True, slots=True)
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
        key = KEYS[table]
        rows = f"WHERE {key} > {self.last} ORDER BY {key}"
        query = f"SELECT * FROM {table} {rows}"  # noqa: S608  our names
        count, last, state = self.rows, self.last, self.state.copy()
        for chunk in base.chunks_of_bytes(query):
            state.update(_as_bytes(chunk))
            count, last = count + len(chunk), chunk[-1][0]
        return RunningDigest(count, last, state)


def _as_bytes(rows: Iterable[tuple[object, ...]]) -> bytes:
    return "".join([f"{row!r}\n" for row in rows]).encode()


def seal(base: Base, digests: Mapping[str, TableDigest]) -> None:
    """Store the digests of tables, in the transaction that changed them."""
    base.execute_many(
        "INSERT INTO seals VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
        " rows = excluded.rows, digest = excluded.digest",
        [(table, one.rows, one.digest) for table, one in sorted(digests.items())],
    )


def sealed(base: Base) -> dict[str, TableDigest]:
    """The digests that are stored, by table."""
    stored = base.rows("SELECT name, rows, digest FROM seals")
    return {name: TableDigest(rows, text) for name, rows, text in stored}


def verify(base: Base, tables: Iterable[str]) -> None:
    """Compare these tables with their seals.

    Raises:
        InputError: a table is not what was sealed.
    """
    stored = sealed(base)
    for table in tables:
        if stored.get(table) != digest(base, table):
            raise damaged(base.name)


def verify_structure(base: Base) -> int:
    """Check the pages of the file and its schema; returns the version of its tables.

    Raises:
        InputError: it is damaged, or no ledger.
        UsageError: a newer version of the program wrote it.
    """
    version = version_of(base)
    if not base.has_schema_of(version):
        raise damaged(base.name)
    return version


def version_of(base: Base) -> int:
    """The version of the tables of a ledger whose pages fit together.

    Raises:
        InputError: they do not, or it is no ledger.
        UsageError: a newer version of the program wrote it.
    """
    if not base.is_sound():
        raise damaged(base.name)
    version = base.version()
    if version > len(MIGRATIONS):
        message = f"a newer version of the program wrote {base.name}"
        raise UsageError(message, code="ledger-newer", places={"path": base.name})
    if version < 0:
        raise damaged(base.name)
    return version
