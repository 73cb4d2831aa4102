"""A ledger of an earlier version brought to the tables of this program."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from voterlist.storage.ledger.base import Base
from voterlist.storage.ledger.chain import GENESIS, append
from voterlist.storage.ledger.seals import digest, seal, sealed
from voterlist.storage.ledger.tables import (
    CHAIN,
    CHAINED_SINCE,
    KEYS,
    MIGRATIONS,
    NUMBERED,
    SEALED_SINCE,
    statements,
)


def migrate(base: Base, version: int) -> None:
    """Bring the tables of this version to this program's, in the caller's transaction.

    A ledger without a chain gets its first line, with the digests of the tables as they are: what
    was done before it stands in the old lines of the journal, and is sealed by it.
    """
    if version == len(MIGRATIONS):
        return
    for statement in statements(version):
        base.define(statement)
    unsealed = KEYS if version < SEALED_SINCE else KEYS.keys() - sealed(base).keys()
    seal(base, {table: digest(base, table) for table in unsealed})
    if version < CHAINED_SINCE:
        _begin_chain(base, version)
        seal(base, {CHAIN: digest(base, CHAIN)})
    base.set_version(len(MIGRATIONS))


def _begin_chain(base: Base, version: int) -> None:
    """Write the first line of the chain."""
    ((newest,),) = base.rows("SELECT max(day) FROM journal")
    tables: dict[str, dict[str, Any]] = {}
    stored = sealed(base)
    for name in KEYS.keys() - {CHAIN}:
        tables[name] = asdict(stored[name])
    for name in NUMBERED:
        ((last,),) = base.rows(f"SELECT max({KEYS[name]}) FROM {name}")  # noqa: S608  our tables
        tables[name]["last"] = last or 0
    day = dt.date.fromisoformat(newest) if newest else None
    append(base, day, [(GENESIS, {"version": version, "tables": tables})])
