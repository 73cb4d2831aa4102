"""The ledger as a server keeps it: open all the time, written in many small blocks.

A block costs what it adds, not what the ledger holds. The digests of tables whose rows are only
added go on from where they were; the tables are read whole again only where another program wrote
meanwhile, which the head of the chain tells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pyarrow as pa

from voterlist.storage.ledger import chain
from voterlist.storage.ledger.base import damage_error, replaced_error
from voterlist.storage.ledger.chain import (
    RunningDigest,
    TableDigest,
    digest,
    seal,
    sealed,
    verify,
)
from voterlist.storage.ledger.mark import write_mark
from voterlist.storage.ledger.opening import Place
from voterlist.storage.ledger.reading import SMALL
from voterlist.storage.ledger.tables import NUMBERED
from voterlist.storage.ledger.writing import Ledger


class OpenLedger(Ledger):
    """A ledger that stays open for many blocks. Of one thread: that which opened it.

    Args:
        where: its file, or its place.

    Raises:
        InputError: it is damaged, or holds less than its marks say.
        WorkspaceBusyError: another program holds it.
    """

    def __init__(self, where: Path | Place) -> None:
        super().__init__(where)
        self._states: dict[str, RunningDigest] = {}
        self._new_states: dict[str, RunningDigest] = {}
        self._head: chain.Head | None = None
        self._day: dt.date | None = None
        self._unmarked: dict[str, TableDigest] | None = None
        self.others = 0
        """How often it was found that another program had written."""

    @contextmanager
    def block(self) -> Iterator[Self]:
        """What is written in the block is kept as one, or undone as one.

        Raises:
            InputError: another program wrote, and the ledger is damaged.
            WorkspaceBusyError: another program holds it.
        """
        try:
            self._base.begin()
            self._catch_up()
            self._changed = set()
            self._changes = chain.Changes(self._base)
            self._new_states = {}
            yield self
            if self._changed:
                seals = self._commit()
                self._unmarked = seals
                self._states |= self._new_states
                self._head = self.last_head
            else:
                self._base.commit()
        except BaseException:
            self._base.rollback()
            self._day = None
            raise

    def rest(self) -> None:
        """End what was read between two blocks: a server keeps its snapshot until then."""
        self._base.rollback()

    def write_mark(self) -> None:
        """Write beside the ledger how far it is, where it grew since.

        The ledger may be ahead of its mark, so this need not follow every block.
        """
        if self._unmarked is not None:
            # Beside another ledger it would say that decisions are lost.
            self._base.require_in_place()
            write_mark(self._base.path, self._unmarked, self._generation, self._origin)
            self._unmarked = None

    def close(self) -> None:
        """Write the mark, and close."""
        try:
            self.write_mark()
        finally:
            self._base.close()

    def add_verdicts(self, decisions: pa.Table, *, adjudicates: bool = False) -> None:
        """Add decisions (DECISION), of which the caller knows that they say something new."""
        if decisions.num_rows:
            self._add_verdicts(decisions.to_pylist(), adjudicates=adjudicates)

    def newest_day(self) -> dt.date | None:
        """The newest day in the journal; None where it is empty."""
        if self._day is None:
            self._day = super().newest_day()
        return self._day

    def write_journal(self, day: dt.date, event: str, **details: str | int) -> None:
        """Add a line to the journal; see ``Ledger.write_journal``."""
        super().write_journal(day, event, **details)
        self._day = max(day, self._day or day)

    def _catch_up(self) -> None:
        """Verify the ledger again where another program wrote."""
        head = chain.head_of(self._base)
        if head == self._head:
            return
        if self._head is not None and not chain.has_line(self._base, self._head):
            raise replaced_error(self._base.name)
        self._base.verified = False
        stored = sealed(self._base)
        for table in NUMBERED:
            self._states[table] = RunningDigest().go_on(self._base, table)
            if stored.get(table) != self._states[table].sealed:
                raise damage_error(self._base.name)
        verify(self._base, [table for table in SMALL if table not in NUMBERED])
        self._base.verified = True
        self._verified = set(SMALL)
        self._day = None
        # Who wrote has written its own mark.
        self._unmarked = None
        self._head = head
        self.others += 1

    def _seal(self, tables: Iterable[str]) -> None:
        """Store the digests of these tables; of those that only grow, by what was added."""
        digests = {}
        for table in tables:
            if table in self._states:
                running = self._states[table].go_on(self._base, table)
                self._new_states[table] = running
                digests[table] = running.sealed
            else:
                digests[table] = digest(self._base, table)
        seal(self._base, digests)
