"""The ledger as it is read: nothing is written to it, to its folder or to the files beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist import strict_json
from voterlist.model import JournalLine
from voterlist.schemas import (
    ACCEPTANCE,
    DECISION,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    SUBJECT,
)
from voterlist.storage.ledger.base import Base
from voterlist.storage.ledger.chain import (
    Head,
    Line,
    has_table,
    head_of,
    lines_of,
    newest_day,
    verify,
    verify_structure,
)
from voterlist.storage.ledger.mark import Mark, read_marks, require_no_gap
from voterlist.storage.ledger.opening import (
    Place,
    make_tables,
    open_unverified,
    place_of,
)
from voterlist.storage.ledger.tables import (
    KEYS,
    ApplicationEvent,
    CaseNumber,
    Submission,
    User,
)
from voterlist.tables import from_columns

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
        """Everything that anybody said of findings: ACCEPTANCE and a ``number``, in order."""
        schema = ACCEPTANCE.insert(0, pa.field("number", pa.int64()))
        columns = ", ".join(schema.names)
        query = f"SELECT {columns} FROM acceptances ORDER BY number"  # noqa: S608  our names
        rows = self._base.rows(query)
        return _as_table(rows, schema)

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
    for field, column in zip(schema, columns, strict=True):
        # SQLite has no truth values, only 0 and 1.
        is_flag = pa.types.is_boolean(field.type)
        values[field.name] = (
            [bool(cell) for cell in column] if is_flag else list(column)
        )
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
