"""The ledger as it is written: one transaction a block, chained, sealed, then marked."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from voterlist.decisions.given import person_key
from voterlist.processes.stopping import whole
from voterlist.schemas import ACCEPTANCE, AMENDMENT, DECISION
from voterlist.storage.ledger import chain
from voterlist.storage.ledger.base import (
    CHAIN,
    NUMBERED,
    UNKNOWN_PLACE,
    ApplicationEvent,
    CaseNumber,
    User,
    damage_error,
    replaced_error,
)
from voterlist.storage.ledger.chain import (
    RunningDigest,
    TableDigest,
    digest,
    seal,
    seal_digests,
    verify,
    verify_structure,
)
from voterlist.storage.ledger.mark import (
    origin_in,
    read_marks,
    require_no_gap,
    write_mark,
)
from voterlist.storage.ledger.reading import (
    SMALL,
    Place,
    Reader,
    is_there,
    make_tables,
    place_of,
    writable,
)
from voterlist.tables import ReadRow

_ORIGINS = 2**31 - 1
"""So many numbers SQLite has for a file."""
_PATIENCE = 10.0
"""Seconds to wait for another program that holds the ledger."""


class Ledger(Reader):
    """The ledger of one workspace, written in blocks: what one wrote is kept or undone as one.

    A ``with`` over the ledger is its only block. A server keeps it open for many small ones
    (``block``), all in the thread that opened it. A block costs what it adds, not what the ledger
    holds: the digests of tables whose rows are only added go on from where they were, and the
    tables are read whole again only where another program wrote meanwhile, which the head of the
    chain tells.

    Args:
        where: its file, or its place; made if there is none and no mark of one.
        timeout: seconds to wait for another program that holds it.
        renewed: a person accepts it as it is, whatever its marks say: they are void from now on.

    Raises:
        InputError: it is damaged, or holds less than its marks say.
        UsageError: a newer version of the program wrote it.
        WorkspaceBusyError: another program holds it.
        VoterlistError: it may not be written.
        OSError: the disk is full.
    """

    def __init__(
        self,
        where: Path | Place,
        *,
        timeout: float = _PATIENCE,
        renewed: bool = False,
    ) -> None:
        place = place_of(where)
        marks = read_marks(place.path)
        self._generation = max((mark.generation for mark in marks), default=0) + int(
            renewed
        )
        self._origin = origin_in(marks)
        if renewed:
            marks = ()
        if place.url is None and not is_there(place):
            # Before the file is made.
            require_no_gap(None, marks, place.path)
        super().__init__(writable(place, timeout))
        self.last_head: chain.Head | None = None
        """The last line of the chain as it was read or written last."""
        self._changed: set[str] = set()
        self._changes = chain.Changes(self._base)
        self._states: dict[str, RunningDigest] = {}
        self._new_states: dict[str, RunningDigest] = {}
        self._day: dt.date | None = None
        self._unmarked: dict[str, TableDigest] | None = None
        self.others = 0
        """How often it was found that another program had written."""
        try:
            # The lock comes before the look: two processes may open a new workspace at once.
            self._base.begin()
            version = verify_structure(self._base)
            if not version:
                require_no_gap(None, marks, place.path)
            make_tables(self._base, version)
            self._catch_up()
            require_no_gap(self._base, marks, place.path)
            self._be_known()
            self._base.commit()
        except BaseException:
            self._base.close()
            raise

    def _be_known(self) -> None:
        """Note of which workspace it is; a number is drawn where neither it nor a mark says it."""
        own = self._base.origin()
        self._origin = self._origin or own or 1 + secrets.randbelow(_ORIGINS)
        if self._origin != own:
            self._base.set_origin(self._origin)

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._base.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The transaction of a block that failed is undone with the ledger closed.
        try:
            if kind is None:
                with whole():
                    self._end()
                    self.write_mark()
        finally:
            self._base.close()

    @contextmanager
    def block(self) -> Iterator[Self]:
        """What is written in the block is kept as one, or undone as one.

        Raises:
            InputError: another program wrote, and the ledger is damaged.
            WorkspaceBusyError: another program holds it.
        """
        try:
            self._begin()
            yield self
            self._end()
        except BaseException:
            self._base.rollback()
            self._day = None
            raise

    def _begin(self) -> None:
        self._base.begin()
        self._catch_up()
        self._changed = set()
        self._changes = chain.Changes(self._base)
        self._new_states = {}

    def _catch_up(self) -> None:
        """Verify the ledger where another program wrote since; all of it when it is opened."""
        head = chain.head_of(self._base)
        if head == self.last_head:
            return
        if self.last_head and not chain.has_line(self._base, self.last_head):
            raise replaced_error(self._base.name)
        self._base.verified = False
        stored = seal_digests(self._base)
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
        self.last_head = head
        self.others += 1

    def _end(self) -> None:
        """Chain, seal and commit what was changed."""
        if not self._changed:
            self._base.commit()
            return
        before = seal_digests(self._base)
        self._seal(self._changed)
        lines = self._changes.lines(before, seal_digests(self._base))
        chain.append(self._base, self._changes.day, lines)
        self._seal([CHAIN])
        seals = seal_digests(self._base)
        head = chain.head_of(self._base)
        self._base.commit()
        self._unmarked, self.last_head = seals, head
        self._states |= self._new_states
        # Nothing is read behind a commit: on a server that would begin another snapshot.
        if self._day is not None:
            self._day = max(self._day, self._changes.given or self._day)

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

    def newest_day(self) -> dt.date | None:
        """The newest day in the journal, with what is still to be kept."""
        if self._day is None:
            self._day = super().newest_day()
        return max(filter(None, (self._day, self._changes.given)), default=None)

    def submit(self, lists: pa.Table, names: Mapping[str, str], day: dt.date) -> None:
        """Note the lists (LIST) as handed in; a list known already keeps its first day.

        ``names`` gives the file name of each source. A day before the newest in the journal is
        that of a wrong clock: the newest is taken instead.
        """
        self._change("submissions")
        today = self.day_of(day)
        first_seen = today.isoformat()
        rows = [
            (
                row["source"],
                row["sheet"] or "",
                row["constituency"] or UNKNOWN_PLACE,
                row["precinct"] or UNKNOWN_PLACE,
                row["list_kind"],
                names.get(row["source"], ""),
                row["rows"],
                row["entries"],
                first_seen,
            )
            # Of a list that lies twice the copy, which is set aside, says nothing.
            for row in sorted(lists.to_pylist(), key=lambda row: row["entries"])
        ]
        self._base.execute_many(
            "INSERT INTO submissions (source, sheet, constituency, precinct, list_kind, name, rows,"
            " entries, first_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (source, sheet, constituency, precinct, list_kind) DO UPDATE SET"
            " name = excluded.name, rows = excluded.rows, entries = excluded.entries,"
            # Days only go back behind one that lay ahead of its clock.
            " first_seen = CASE WHEN excluded.first_seen < submissions.first_seen"
            " THEN excluded.first_seen ELSE submissions.first_seen END",
            rows,
        )
        self._changes.on(today)
        self._changes.note(chain.SUBMISSIONS, ("submissions",), lists=len(rows))

    def decide(self, decisions: pa.Table, *, adjudicates: bool = False) -> int:
        """Add decisions (DECISION); what the same person said last is not added again.

        Args:
            decisions: what people decided.
            adjudicates: they settle what others decided in different ways.

        Returns:
            how many were added.
        """
        said = {_by(row): _says(row) for row in self.given_verdicts().to_pylist()}
        new = [
            row
            for row in decisions.to_pylist()
            if adjudicates or said.get(_by(row)) != _says(row)
        ]
        self.add_verdicts(new, adjudicates=adjudicates)
        return len(new)

    def add_verdicts(self, new: Sequence[ReadRow], *, adjudicates: bool) -> None:
        """Add rows of DECISION, whatever was said before."""
        beside = ("adjudications",) if adjudicates else ()
        said = {"adjudicates": int(adjudicates)}
        self._add(chain.DECIDED, DECISION.names, new, "decisions", *beside, **said)

    def amend(self, amendments: pa.Table, *, adjudicates: bool = False) -> int:
        """Add what was decided about entries (AMENDMENT); returns how many were added.

        ``adjudicates``: they settle what others decided in different ways.
        """
        flag = int(adjudicates)
        rows = [{**row, "adjudicates": flag} for row in amendments.to_pylist()]
        names = (*AMENDMENT.names, "adjudicates")
        self._add(chain.AMENDED, names, rows, "amendments")
        return len(rows)

    def keep_subjects(self, subjects: pa.Table) -> None:
        """Keep what entries say (SUBJECT) of which something is decided.

        An entry id comes from what the entry says, so one that is kept stays as it is.
        """
        self._change("subjects")
        self._base.execute_many(
            "INSERT INTO subjects VALUES (:entry_id, :cells) ON CONFLICT DO NOTHING",
            subjects.sort_by("entry_id").to_pylist(),
        )
        self._changes.note(chain.SUBJECTS, ("subjects",))

    def keep_case_entries(self, entries: Mapping[str, Collection[str]]) -> None:
        """Keep the entries of cases of which something is decided, by case."""
        rows = []
        for case_id, members in entries.items():
            rows += [(case_id, entry_id) for entry_id in members]
        self._change("case_entries")
        self._base.execute_many(
            "INSERT INTO case_entries VALUES (?, ?) ON CONFLICT DO NOTHING",
            sorted(rows),
        )
        self._changes.note(chain.CASE_ENTRIES, ("case_entries",))

    def number_cases(self, numbers: Iterable[CaseNumber]) -> None:
        """Keep the numbers of cases; a case that has one keeps it."""
        self._change("case_numbers")
        rows = [(case.case_id, case.number, case.content, case.run) for case in numbers]
        self._base.execute_many(
            "INSERT INTO case_numbers VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            sorted(rows),
        )
        self._changes.note(chain.CASE_NUMBERS, ("case_numbers",))

    def day_of_chain(self, today: dt.date) -> dt.date:
        """The day to record for today, as ``day_of``, by all that was ever changed."""
        return max(self.day_of(today), chain.newest_day(self._base) or today)

    def apply(self, event: ApplicationEvent) -> ApplicationEvent:
        """Add what happened to an application; returns it with the day that is kept."""
        day = self.day_of_chain(dt.date.fromisoformat(event.day))
        kept = replace(event, day=day.isoformat())
        row = asdict(kept)
        row["details"] = json.dumps(kept.details, sort_keys=True, ensure_ascii=False)
        self._add(chain.APPLICATION, tuple(row), [row], "applications")
        self._changes.on(dt.date.fromisoformat(kept.day))
        return kept

    def keep_user(self, user: User, day: dt.date, *, action: str) -> None:
        """Keep who may work at the desk; an open desk logs everybody of this name out.

        ``action`` says in the chain what was done.
        """
        self._change("users")
        self._base.execute(
            "INSERT INTO users VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
            " role = excluded.role, secret = excluded.secret, until = excluded.until",
            (user.name, user.role, user.secret, user.since, user.until),
        )
        self._changes.on(self.day_of(day))
        said = {"action": action, "name": user.name, "role": user.role}
        self._changes.note(chain.USERS, ("users",), **said)

    def accept(self, acceptances: pa.Table) -> None:
        """Add what was said of findings (ACCEPTANCE)."""
        rows = [_with_one_zero(row) for row in acceptances.to_pylist()]
        self._add(chain.ACCEPTED, ACCEPTANCE.names, rows, "acceptances")

    def write_journal(self, day: dt.date, event: str, **details: str | int) -> None:
        """Add a line to the journal: codes and counts, never the content of a cell.

        A day before the newest in the journal is that of a wrong clock: the newest is taken.
        """
        text = json.dumps(details, sort_keys=True, ensure_ascii=False)
        today = self.day_of(day)
        row = {"day": today.isoformat(), "event": event, "details": text}
        self._add(chain.JOURNAL, tuple(row), [row], "journal")
        self._changes.on(today)

    def _add(
        self,
        event: str,
        names: Sequence[str],
        rows: Sequence[ReadRow],
        table: str,
        *beside: str,
        **more: int,
    ) -> None:
        """Add rows to a numbered table, and their numbers alone to those beside it."""
        self._change(table, *beside)
        query = f"SELECT coalesce(max(number), 0) + 1 FROM {table}"  # noqa: S608  our names
        ((first,),) = self._base.rows(query)
        numbers = range(first, first + len(rows))
        columns = ", ".join(names)
        places = ", ".join(f":{name}" for name in names)
        values = f"(number, {columns}) VALUES (:number, {places})"
        self._base.execute_many(
            f"INSERT INTO {table} {values}",
            [
                {**row, "number": number}
                for number, row in zip(numbers, rows, strict=True)
            ],
        )
        for other in beside:
            self._base.execute_many(
                f"INSERT INTO {other} VALUES (?)",  # noqa: S608  our names
                [(number,) for number in numbers],
            )
        self._changes.note_added(event, (table, *beside), rows, numbers, **more)

    def _change(self, *tables: str) -> None:
        """Tables that are about to be changed: verified before, sealed at the end of the block."""
        self._verify(*tables)
        self._changed |= set(tables)


def _by(decision: Mapping[str, Any]) -> tuple[str, str, str]:
    """The entry of a case that a decision is about, and who made it."""
    person = person_key(decision["decided_by"])
    return decision["case_id"], decision["entry_id"], person


def _says(decision: Mapping[str, Any]) -> tuple[str | None, ...]:
    """What a decision says, and under which name, whenever it was made."""
    return decision["verdict"], decision["reason"], decision["decided_by"]


def _with_one_zero(row: ReadRow) -> dict[str, Any]:
    """-0.0 as 0.0: SQLite keeps no sign of zero, PostgreSQL does; both have to say the same."""
    value = row["value"]
    return {**row, "value": 0.0 if value == 0 else value}
