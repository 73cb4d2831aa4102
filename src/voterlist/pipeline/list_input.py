"""What the runs of a workspace know of one constituency, for its lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config.sections import Settings
from voterlist.deadlines import last_days
from voterlist.decisions.effects import with_corrections
from voterlist.decisions.follow import rename
from voterlist.decisions.given import Given
from voterlist.decisions.standing import Standing
from voterlist.errors import usage_error
from voterlist.lists.compile import ListInput
from voterlist.model import JournalLine, ListKind, null_last
from voterlist.normalize.stage import normalize
from voterlist.pipeline.known import NAMES, Known, answers_in, known, read_table
from voterlist.quality.readings import what_holds
from voterlist.schemas import AMENDMENT, APPLIED, ENTRY, VOTER, empty
from voterlist.storage.ledger import Reader
from voterlist.tables import Row, concat, is_among, rows_among, rows_without


@dataclass(slots=True)
class ListSource:
    """The complete runs of a workspace, and what people have answered until now."""

    workspace: Path
    runs: Known
    answers: Given
    settings: Settings
    journal: Sequence[JournalLine] = ()
    _standing: dict[Path, Standing] = field(default_factory=dict)

    @classmethod
    def of(cls, workspace: Path, ledger: Reader, settings: Settings) -> ListSource:
        """What a workspace knows and its ledger holds.

        Raises:
            UsageError: it has no complete run.
        """
        journal = ledger.journal()
        runs, answers = known(workspace, ledger), answers_in(ledger)
        return cls(workspace, runs, answers, settings, journal)

    def constituencies(self) -> tuple[int | None, ...]:
        """Those that have entries, by number; None at the end where entries have none.

        Raises:
            InputError: a table of a run is gone or damaged.
        """
        numbers: set[int | None] = set()
        for folder in self.runs.folders:
            column = read_table(folder, "entries", columns=["constituency"]).column(0)
            numbers |= set(pc.unique(column).to_pylist())
        return tuple(sorted(numbers, key=null_last))

    def input_of(self, constituency: int | None) -> tuple[str, ListInput]:
        """The run that knows the constituency best, and what it knows.

        Raises:
            InputError: a table of the run is gone or damaged.
        """
        folder = self.runs.folder_of(constituency)
        of_place = _is(constituency)
        entries = read_table(folder, "entries", of_place)
        ids = entries.column("entry_id").combine_chunks()
        has_moved = (
            of_place
            | pc.field("entry_id").isin(ids)
            | _is(constituency, "from_constituency")
        )
        applied = read_table(folder, "applied", has_moved)
        moved = applied.column("entry_id").combine_chunks()
        is_wanted = pc.field("entry_id").isin(_distinct(ids, moved))
        findings = read_table(folder, "findings", is_wanted)
        queue = read_table(folder, "queue")
        own = rows_among(queue, "entry_id", ids).column("case_id")
        cases = rows_among(queue, "case_id", own)
        others = _others(
            ids,
            moved,
            applied.column("kept_entry_id"),
            cases.column("entry_id"),
            findings.column("other_entry_id"),
        )
        amendments = read_table(folder, "amendments")
        is_other = pc.field("entry_id").isin(others)
        additions = read_table(folder, "additions", of_place | is_other)
        profile = self.settings.workspace.profile
        added = normalize(with_corrections(additions, amendments), profile).table
        voters = [
            read_table(folder, "voters", of_place),
            read_table(folder, "voters", is_other),
        ]
        has_balance = (folder / "balance.parquet").exists()
        return folder.name, ListInput(
            entries=concat([entries, read_table(folder, "entries", is_other)], ENTRY),
            voters=concat([*voters, added], VOTER),
            additions=additions,
            applied=applied,
            amendments=amendments,
            balance=read_table(folder, "balance", of_place) if has_balance else None,
            findings=findings,
            cases=cases,
        )

    def as_handed_in(self, given: ListInput) -> ListInput:
        """The same constituency without anything that was decided."""
        amended = given.amendments.column("entry_id")
        written = normalize(
            rows_among(given.entries, "entry_id", amended),
            self.settings.workspace.profile,
        ).table
        others = rows_without(given.voters, "entry_id", amended)
        return replace(
            given,
            voters=concat([others, written], VOTER),
            additions=empty(ENTRY),
            applied=empty(APPLIED),
            amendments=empty(AMENDMENT),
            balance=None,
        )

    @property
    def last_days(self) -> dict[ListKind, dt.date]:
        """The last day on which each kind of list may be changed; empty without an election."""
        return last_days(self.settings.calendar, self.settings.workspace.cycle)

    def register_rows(self, constituency: int | None) -> pa.Table:
        """ENTRY: the rows of registers that findings name."""
        return read_table(self.runs.folder_of(constituency), "register_rows")

    def known_as(self, constituency: int | None) -> dict[str, str]:
        """The id when something was decided -> the id of today, of entries that changed theirs."""
        rows = read_table(self.runs.folder_of(constituency), "followed").to_pylist()
        return {row["old_entry_id"]: row["entry_id"] for row in rows}

    def require_current(self, constituency: int | None) -> None:
        """Refuse a constituency about which something was decided since its run.

        Raises:
            UsageError: it is such a one.
            InputError: a table of the run is gone or damaged.
        """
        folder = self.runs.folder_of(constituency)
        entries = read_table(folder, "entries", _is(constituency))
        ids = entries.column("entry_id").combine_chunks()
        holding = self.holding(folder)
        names = ("decisions", "amendments")
        then = [
            _of_place(read_table(folder, name), ids, constituency) for name in names
        ]
        now = [_of_place(getattr(holding, name), ids, constituency) for name in names]
        is_applied = (folder / "applied.parquet").exists()
        if then == now and (is_applied or not any(then)):
            return
        raise usage_error("lists-run-again", run=folder.name, path=self.workspace)

    def holding(self, folder: Path) -> Standing:
        """What holds today of all answers about the entries of a run."""
        if folder not in self._standing:
            moves = read_table(folder, "followed")
            given = rename(self.answers, moves, NAMES)
            self._standing[folder] = what_holds(given, self.settings)
        return self._standing[folder]


def _of_place(table: pa.Table, ids: pa.Array, constituency: int | None) -> list[Row]:
    """The rows about entries of a constituency, or about people who are to stand there."""
    is_own = is_among(table.column("entry_id"), ids)
    if "constituency" in table.column_names and constituency is not None:
        stands = pc.equal(table.column("constituency"), constituency)
        is_own = pc.or_(is_own, pc.fill_null(stands, fill_value=False))
    rows: list[Row] = table.filter(is_own).to_pylist()
    return rows


def _is(constituency: int | None, name: str = "constituency") -> Any:
    """A filter for the rows of a constituency; None: for those of which none is known."""
    column = pc.field(name)
    return column.is_null() if constituency is None else column == constituency


def _distinct(*columns: Any) -> pa.Array:
    """The distinct ids of these columns, without null."""
    chunks = [
        column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        for column in columns
    ]
    return pc.unique(pa.concat_arrays(chunks)).drop_null()


def _others(ids: pa.Array, *columns: Any) -> pa.Array:
    """The ids in these columns that are none of ``ids``."""
    named = _distinct(*columns)
    return named.filter(pc.invert(is_among(named, ids)))
