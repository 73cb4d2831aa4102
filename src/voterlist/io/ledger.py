"""What must survive from run to run: submissions, cases, decisions, journal, in one SQLite file.

No clock: every function that writes is given the day. Decisions are only ever added; the newest for an
entry of a case holds, and the older ones remain to be seen.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from voterlist.errors import InputError, UsageError
from voterlist.schemas import ACCEPTANCE, DECISION, empty
from voterlist.tables import from_columns

__all__ = ["FILE_NAME", "CaseNote", "Ledger", "Submission", "read_acceptances", "received"]

FILE_NAME = "ledger.db"

_MIGRATIONS = (
    """
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
    ) STRICT;
    CREATE TABLE cases (
        case_id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('open', 'decided', 'gone')),
        first_run TEXT NOT NULL,
        last_run TEXT NOT NULL
    ) STRICT;
    CREATE TABLE decisions (
        number INTEGER PRIMARY KEY,
        case_id TEXT NOT NULL,
        entry_id TEXT NOT NULL,
        verdict TEXT NOT NULL,
        reason TEXT,
        decided_by TEXT NOT NULL,
        decided_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX decisions_by_case ON decisions (case_id, entry_id);
    CREATE TABLE journal (
        number INTEGER PRIMARY KEY,
        day TEXT NOT NULL,
        event TEXT NOT NULL,
        details TEXT NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE case_places (
        case_id TEXT NOT NULL,
        constituency INTEGER NOT NULL,
        PRIMARY KEY (case_id, constituency)
    ) STRICT
    """,
    """
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
    CREATE INDEX acceptances_by_finding ON acceptances (finding_id)
    """,
)
"""Script number n takes the file from ``user_version`` n to n + 1. A script, once released, never changes."""

_ACCEPTANCES_SINCE = 3

_UNKNOWN = 0
"""Stands for a constituency or precinct that is not known: a key column cannot be null."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A list that was handed in, and the first day it was seen."""

    source: str
    name: str
    sheet: str | None
    constituency: int | None
    precinct: int | None
    list_kind: str
    rows: int
    entries: int
    first_seen: dt.date


@dataclass(frozen=True, slots=True)
class CaseNote:
    """A case as the ledger knows it. ``status`` is open, decided, or gone (not in the newest run)."""

    case_id: str
    kind: str
    status: str
    first_run: str
    last_run: str


class Ledger:
    """The ledger of one workspace, open while its block runs; what the block wrote is kept or undone as one.

    Raises:
        InputError: the file is no ledger.
        UsageError: a newer version of the program wrote it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._base = sqlite3.connect(path, isolation_level=None, timeout=10)
        except sqlite3.DatabaseError:
            raise self._unreadable() from None
        try:
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")
            self._migrate()
        except sqlite3.DatabaseError:
            self._base.close()
            raise self._unreadable() from None
        except UsageError:
            self._base.close()
            raise

    def __enter__(self) -> Self:
        self._base.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._base.execute("COMMIT" if kind is None else "ROLLBACK")
        self._base.close()

    def submit(self, lists: pa.Table, names: Mapping[str, str], day: dt.date) -> None:
        """Note the lists (LIST) as handed in; a list known already keeps its first day.

        ``names`` gives the file name of each source.
        """
        rows = [
            (
                row["source"],
                row["sheet"] or "",
                row["constituency"] or _UNKNOWN,
                row["precinct"] or _UNKNOWN,
                row["list_kind"],
                names.get(row["source"], ""),
                row["rows"],
                row["entries"],
                day.isoformat(),
            )
            for row in lists.to_pylist()
        ]
        self._base.executemany(
            "INSERT INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " name = excluded.name, rows = excluded.rows, entries = excluded.entries,"
            " first_seen = min(first_seen, excluded.first_seen)",
            rows,
        )

    def submissions(self) -> list[Submission]:
        """All lists ever handed in, in order of constituency, precinct and day."""
        found = self._base.execute(
            "SELECT source, name, sheet, constituency, precinct, list_kind, rows, entries, first_seen"
            " FROM submissions ORDER BY constituency, precinct, first_seen, source, sheet",
        )
        return [
            Submission(
                source=source,
                name=name,
                sheet=sheet or None,
                constituency=constituency or None,
                precinct=precinct or None,
                list_kind=list_kind,
                rows=rows,
                entries=entries,
                first_seen=dt.date.fromisoformat(first_seen),
            )
            for source, name, sheet, constituency, precinct, list_kind, rows, entries, first_seen in found
        ]

    def note_cases(self, cases: pa.Table, run: str, only: Collection[int] | None = None) -> None:
        """Note the cases (CASE) of a run: new ones open, known ones seen again, those no longer there gone.

        ``only`` are the constituencies of a run that left others out: a case of which an entry stands in another
        one was not looked for, and stays as it was.
        """
        found = cases.select(["case_id", "kind"]).group_by(["case_id", "kind"]).aggregate([]).to_pylist()
        self._base.executemany(
            "INSERT INTO cases VALUES (?, ?, 'open', ?, ?) ON CONFLICT DO UPDATE SET"
            " kind = excluded.kind, last_run = excluded.last_run",
            [(case["case_id"], case["kind"], run, run) for case in found],
        )
        places = cases.select(["case_id", "constituency"]).group_by(["case_id", "constituency"]).aggregate([])
        self._base.executemany(
            "INSERT OR IGNORE INTO case_places VALUES (?, ?)",
            [(place["case_id"], place["constituency"] or _UNKNOWN) for place in places.to_pylist()],
        )
        self._base.execute(
            "UPDATE cases SET status = 'gone' WHERE last_run <> ? AND (? OR case_id NOT IN"
            " (SELECT case_id FROM case_places WHERE constituency NOT IN (SELECT value FROM json_each(?))))",
            (run, only is None, json.dumps(sorted(only or ()))),
        )
        self._base.execute(
            "UPDATE cases SET status ="
            " CASE WHEN case_id IN (SELECT case_id FROM decisions) THEN 'decided' ELSE 'open' END"
            " WHERE last_run = ?",
            (run,),
        )

    def cases(self) -> list[CaseNote]:
        """All cases ever noted, in order of their ids."""
        found = self._base.execute("SELECT case_id, kind, status, first_run, last_run FROM cases ORDER BY case_id")
        return [CaseNote(*row) for row in found]

    def decide(self, decisions: pa.Table) -> int:
        """Add decisions (DECISION); one that says what already holds is not added again.

        Returns:
            how many were added.
        """
        held = {
            (row["case_id"], row["entry_id"]): (row["verdict"], row["reason"]) for row in self.decisions().to_pylist()
        }
        new = [
            row
            for row in decisions.to_pylist()
            if held.get((row["case_id"], row["entry_id"])) != (row["verdict"], row["reason"])
        ]
        self._base.executemany(
            "INSERT INTO decisions (case_id, entry_id, verdict, reason, decided_by, decided_at)"
            " VALUES (:case_id, :entry_id, :verdict, :reason, :decided_by, :decided_at)",
            new,
        )
        return len(new)

    def decisions(self) -> pa.Table:
        """The decisions that hold now (DECISION): the newest for each entry of a case, sorted."""
        found = self._base.execute(
            "SELECT case_id, entry_id, verdict, reason, decided_by, decided_at FROM decisions"
            " WHERE number IN (SELECT max(number) FROM decisions GROUP BY case_id, entry_id)"
            " ORDER BY case_id, entry_id",
        ).fetchall()
        columns = list(zip(*found, strict=True)) or [()] * len(DECISION)
        return from_columns(
            {name: pa.array(values, pa.string()) for name, values in zip(DECISION.names, columns, strict=True)},
            DECISION,
            len(found),
        )

    def accept(self, acceptances: pa.Table) -> None:
        """Add what was said of findings (ACCEPTANCE)."""
        names = ", ".join(ACCEPTANCE.names)
        places = ", ".join(f":{name}" for name in ACCEPTANCE.names)
        self._base.executemany(f"INSERT INTO acceptances ({names}) VALUES ({places})", acceptances.to_pylist())  # noqa: S608  names of a schema

    def acceptances(self) -> pa.Table:
        """What was last said of each finding (ACCEPTANCE), by finding."""
        return _acceptances(self._base)

    def write_journal(self, day: dt.date, event: str, **details: str | int) -> None:
        """Add a line to the journal: codes and counts, never the content of a cell."""
        self._base.execute(
            "INSERT INTO journal (day, event, details) VALUES (?, ?, ?)",
            (day.isoformat(), event, json.dumps(details, sort_keys=True, ensure_ascii=False)),
        )

    def journal(self) -> list[tuple[dt.date, str, dict[str, str | int]]]:
        """(day, event, details) of all that happened, in order."""
        found = self._base.execute("SELECT day, event, details FROM journal ORDER BY number")
        return [(dt.date.fromisoformat(day), event, json.loads(details)) for day, event, details in found]

    def _unreadable(self) -> InputError:
        return InputError(f"{self._path} is not a ledger", code="ledger-unreadable", file=str(self._path))

    def _migrate(self) -> None:
        """Bring the file to this version's tables, all or nothing."""
        # The lock comes before the look: two processes may open a new workspace at once.
        self._base.execute("BEGIN IMMEDIATE")
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            raise UsageError(
                f"a newer version of the program wrote {self._path}",
                code="ledger-newer",
                places={"path": str(self._path)},
            )
        for script in _MIGRATIONS[version:]:
            for statement in script.split(";"):
                self._base.execute(statement)
        self._base.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")
        self._base.execute("COMMIT")


def read_acceptances(path: Path) -> pa.Table:
    """ACCEPTANCE of the ledger in this file, as ``Ledger.acceptances``; without a file, none. Nothing is written.

    Raises:
        InputError: the file is no ledger.
    """
    if not path.exists():
        return empty(ACCEPTANCE)
    # Where not even the file of its lock may be written, such as on a disc, the ledger is read as one nobody writes.
    for mode in ("mode=ro", "immutable=1"):
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, timeout=10)) as base:
                (version,) = base.execute("PRAGMA user_version").fetchone()
                return _acceptances(base) if version >= _ACCEPTANCES_SINCE else empty(ACCEPTANCE)
        except sqlite3.DatabaseError:
            continue
    raise InputError(f"{path} is not a ledger", code="ledger-unreadable", file=str(path))


def _acceptances(base: sqlite3.Connection) -> pa.Table:
    found = base.execute(
        f"SELECT {', '.join(ACCEPTANCE.names)} FROM acceptances"  # noqa: S608  names of a schema
        " WHERE number IN (SELECT max(number) FROM acceptances GROUP BY finding_id) ORDER BY finding_id",
    ).fetchall()
    columns = list(zip(*found, strict=True)) or [()] * len(ACCEPTANCE)
    return from_columns(
        {name: list(values) for name, values in zip(ACCEPTANCE.names, columns, strict=True)}, ACCEPTANCE, len(found)
    )


def received(submissions: list[Submission]) -> dict[tuple[int | None, int | None], dt.date]:
    """(constituency, precinct) -> the first day on which a list of it was handed in.

    A file in which no entry was found is no list that was handed in.
    """
    days: dict[tuple[int | None, int | None], dt.date] = {}
    for found in submissions:
        if not found.entries:
            continue
        place = (found.constituency, found.precinct)
        days[place] = min(found.first_seen, days.get(place, found.first_seen))
    return days
