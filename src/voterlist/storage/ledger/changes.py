"""What a block changes in the ledger, as the lines of the chain about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from voterlist.storage.ledger import chain
from voterlist.storage.ledger.base import Base
from voterlist.storage.ledger.seals import TableDigest, row_digests

SUBMISSIONS = "submissions"
USERS = "users"
CASES = "cases"
DECIDED = "decided"
AMENDED = "amended"
ACCEPTED = "accepted"
JOURNAL = "journal"
SUBJECTS = "subjects"
CASE_ENTRIES = "case-entries"
CASE_NUMBERS = "case-numbers"

Details = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Change:
    """A line to come."""

    event: str
    details: Details
    tables: tuple[str, ...] = ()
    """The tables whose digest it holds."""


class Changes:
    """The changes of one block, in the order in which they were made."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._changes: list[_Change] = []
        self.given: dt.date | None = None
        """The newest day that the block was given."""
        self._told: dt.date | None = None

    @property
    def day(self) -> dt.date | None:
        """The day of the lines: the newest that the block was given, never before the last line.

        A block that was given none has the day on which its answers were given.
        """
        days = [self.given or self._told, chain.newest_day(self._base)]
        return max((day for day in days if day), default=None)

    def on(self, day: dt.date) -> None:
        """Note the day that the block was given."""
        self.given = max(day, self.given or day)

    def note(self, event: str, tables: tuple[str, ...], **details: str | int) -> None:
        """Tables of which a row may be changed, or that have no order of their own."""
        self._changes.append(_Change(event, details, tables))

    def decided(
        self, rows: Sequence[Mapping[str, Any]], numbers: range, *, adjudicates: bool
    ) -> None:
        """Decisions that were added, one line for each case and person."""
        keys = [(row["case_id"], row["decided_by"]) for row in rows]
        tables = ["decisions", *(["adjudications"] if adjudicates else [])]
        for (case, by), added in self._grouped(tables, keys, numbers):
            details = {"case": case, "by": by, "adjudicates": int(adjudicates)}
            self._changes.append(_Change(DECIDED, {**details, chain.ADDED: added}))
        self._tell(rows, "decided_at")

    def amended(self, rows: Sequence[Mapping[str, Any]], numbers: range) -> None:
        """Amendments that were added, one line for each action, case and person."""
        names = ("action", "case_id", "decided_by", "adjudicates")
        keys = [tuple(row[name] for name in names) for row in rows]
        for (action, case, by, flag), added in self._grouped(
            ["amendments"], keys, numbers
        ):
            details = {"action": action, "case": case, "by": by, "adjudicates": flag}
            self._changes.append(_Change(AMENDED, {**details, chain.ADDED: added}))
        self._tell(rows, "decided_at")

    def accepted(self, rows: Sequence[Mapping[str, Any]], numbers: range) -> None:
        """Marks of findings that were added, one line for each rule, mark and person."""
        names = ("rule", "mark", "accepted_by")
        keys = [tuple(row[name] for name in names) for row in rows]
        for (rule, mark, by), added in self._grouped(["acceptances"], keys, numbers):
            details = {"rule": rule, "mark": mark, "by": by}
            self._changes.append(_Change(ACCEPTED, {**details, chain.ADDED: added}))
        self._tell(rows, "accepted_at")

    def journalled(self, event: str, numbers: range) -> None:
        """A line of the journal that was added."""
        for key, added in self._grouped(["journal"], [event], numbers):
            self._changes.append(_Change(JOURNAL, {"of": key, chain.ADDED: added}))

    def lines(
        self, before: Mapping[str, TableDigest], after: Mapping[str, TableDigest]
    ) -> list[tuple[str, Details]]:
        """(event, details) of each line; ``before`` and ``after``: the digests of the tables.

        A change that left its tables as they were has no line. Every table that is another one
        than before must have one.
        """
        lines = []
        for one in self._changes:
            changed = [name for name in one.tables if before[name] != after[name]]
            if changed:
                seals = {name: asdict(after[name]) for name in changed}
                more = after[changed[0]].rows - before[changed[0]].rows
                details = {**one.details, "new": more, chain.SEALS: seals}
                lines.append((one.event, details))
            elif not one.tables:
                lines.append((one.event, one.details))
        told = {table for _, details in lines for table in _tables_in(details)}
        changed = [table for table in after if before[table] != after[table]]
        untold = set(changed) - told
        # Verification would take such a row for one that was added by hand.
        assert not untold, f"a change of {sorted(untold)} has no line in the chain"
        return lines

    def _grouped(
        self, tables: Sequence[str], keys: Sequence[Any], numbers: range
    ) -> Iterator[tuple[Any, dict[str, list[tuple[int, str]]]]]:
        """(key, digests of the rows by table) of rows that follow one another with one key."""
        if not numbers:
            return
        digests = {
            table: row_digests(self._base, table, numbers[0]) for table in tables
        }
        first = 0
        for key, members in groupby(keys):
            last = first + sum(1 for _ in members)
            yield key, {table: rows[first:last] for table, rows in digests.items()}
            first = last

    def _tell(self, rows: Sequence[Mapping[str, Any]], name: str) -> None:
        """Note the newest day on which an answer was given."""
        newest = max((str(row[name])[:10] for row in rows), default="")
        with suppress(ValueError):
            day = dt.date.fromisoformat(newest)
            self._told = max(day, self._told or day)


def _tables_in(details: Details) -> set[str]:
    """The tables that a line tells of."""
    return {*details.get(chain.ADDED, ()), *details.get(chain.SEALS, ())}
