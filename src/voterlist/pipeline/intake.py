"""The stages that see every row of the nation: ingest, merge, normalize; a constituency at a time.

Nothing here holds more than a constituency. What one constituency gives is written where the run
keeps its tables, and the next stage reads it from there; a worker process hands back counts, never
rows. The tables are the same as if all had been done at once, in whatever number of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import readers
from voterlist.config import IngestSettings
from voterlist.decisions import with_corrections
from voterlist.errors import StageError
from voterlist.findings import gather
from voterlist.ingest import ingest
from voterlist.ingest.ids import entry_ids
from voterlist.merge import check_ids, count_entries, merge_accounts
from voterlist.model import Profile, Stage
from voterlist.normalize import normalize
from voterlist.pipeline.inbox import INBOX, Batch, Inputs
from voterlist.pipeline.steps import (
    NeededTables,
    Parts,
    StageContext,
    StageResult,
    place_of_table,
)
from voterlist.schemas import ENTRY, VOTER, Intake, RawFile, empty
from voterlist.storage import store
from voterlist.storage.store import Written
from voterlist.storage.workers import pool_of
from voterlist.tables import Outcome, concat, sort_by

__all__ = ["INTAKE_TABLES", "merge_lists", "normalize_entries", "take_in"]

INTAKE_TABLES = ("entries", "lists", "set_aside", "findings")
_TOGETHER = 200_000
"""Entries normalised together, where constituencies are smaller: names recur, and each is read once
a time."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def take_in(_tables: NeededTables, context: StageContext) -> StageResult:
    """Read every file of the inbox; one intake for each of its folders."""
    inputs = context.inputs
    read = partial(
        _take_in,
        settings=context.settings.ingest,
        territory=context.settings.territory.by_number,
        folder=context.folder,
    )
    tasks = list(enumerate(inputs.batches))
    intakes: list[_Taken] = []
    for taken in _each(read, tasks, context.jobs):
        intakes.append(taken)
        context.progress(Stage.INGEST, "", len(intakes), len(tasks))
    troubles = (trouble for taken in intakes for trouble in taken.troubles)
    return StageResult(
        {_received(name): Parts(len(tasks)) for name in INTAKE_TABLES},
        sum(taken.rows for taken in intakes),
        sum(taken.entries for taken in intakes),
        sum(taken.set_aside for taken in intakes),
        is_passing=context.is_passing(troubles),
    )


def merge_lists(tables: NeededTables, context: StageContext) -> StageResult:
    """One list out of all: entries, lists, rows set aside, findings of the intake."""
    accounts = _accounts(tables)
    received = tables.part_paths(_received("entries"))
    counted: list[pa.Table] = []
    rows = store.write_tables(
        context.folder / "entries.parquet", ENTRY, _merged(received, accounts, counted)
    )
    counts = pa.concat_tables(counted) if counted else count_entries(empty(ENTRY))
    merged = merge_accounts(accounts, counts)
    _require_known(merged.lists, context.inputs)
    made = {
        "entries": Written(),
        "lists": merged.lists,
        "set_aside": merged.set_aside,
        "findings-ingest": merged.findings,
    }
    rows_in = sum(pq.read_metadata(path).num_rows for path in received)
    return StageResult(made, rows_in, rows)


def _accounts(tables: NeededTables) -> list[Intake]:
    """The intake of each folder of the inbox, without its entries, which are too many to hold."""
    lists, set_aside, findings = (
        tables.parts(_received(name)) for name in ("lists", "set_aside", "findings")
    )
    parts = zip(lists, set_aside, findings, strict=True)
    return [Intake(empty(ENTRY), *part) for part in parts]


def normalize_entries(tables: NeededTables, context: StageContext) -> StageResult:
    """A voter for every entry."""
    entries, amendments = tables.path("entries"), tables["amendments"]
    profile = context.settings.workspace.profile
    tasks = []
    for groups in _gathered(_apart(tables["lists"]), _sizes(entries)):
        voters_path = context.folder / "scratch" / f"voters-{groups[0]}.parquet"
        tasks.append(_Groups(groups, entries, voters_path, profile, amendments))
    findings: list[pa.Table] = []
    set_aside: list[int] = []

    def voters() -> Iterator[pa.Table]:
        for outcome in _outcomes(tasks, context):
            findings.append(outcome.findings)
            set_aside.append(outcome.set_aside.num_rows)
            yield outcome.table

    rows = store.write_tables(context.folder / "voters.parquet", VOTER, voters())
    made = {"voters": Written(), "findings-normalize": gather(findings)}
    return StageResult(made, pq.read_metadata(entries).num_rows, rows, sum(set_aside))


def _received(name: str) -> str:
    """The name of the table that holds this table of every intake in parts."""
    return f"received-{name}"


def _each(
    work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int
) -> Iterator[Result]:
    """What ``work`` gives for each task, in order.

    In ``jobs`` processes, which changes nothing but the time.
    """
    workers = min(jobs, len(tasks))
    if workers < 2:
        yield from map(work, tasks)
        return
    with pool_of(workers) as pool:
        yield from pool.map(work, tasks)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What came in of a batch."""

    rows: int
    entries: int
    set_aside: int
    troubles: tuple[tuple[str, str], ...]
    """(source, code) of each file that could not be read."""


def _take_in(
    task: tuple[int, Batch],
    *,
    settings: IngestSettings,
    territory: Mapping[int, Collection[int]],
    folder: Path,
) -> _Taken:
    """Read a batch and write its intake into the run's folder."""
    number, batch = task
    files = [_inside_inbox(file) for file in readers.read_listed(batch.files, settings)]
    intake = ingest(
        files, settings, constituency=batch.constituency, territory=territory
    )
    for name in INTAKE_TABLES:
        path = folder / f"{place_of_table(_received(name), number)}.parquet"
        store.own_folder(path.parent)
        store.write_table(path, getattr(intake, name))
    troubles = tuple(
        (file.source, file.trouble) for file in files if file.trouble is not None
    )
    return _Taken(
        _sum(intake.lists, "rows"),
        intake.entries.num_rows,
        _sum(intake.set_aside, "rows"),
        troubles,
    )


def _inside_inbox(file: RawFile) -> RawFile:
    """The file under its path inside the inbox, for the numbers that the path may carry."""
    return replace(file, name=file.name.removeprefix(f"{INBOX}/"))


def _merged(
    received: Sequence[Path], accounts: Sequence[Intake], counted: list[pa.Table]
) -> Iterator[pa.Table]:
    """The entries of one constituency after the other, by id.

    How many entries each list has is added to ``counted``. An id begins with the number of the
    constituency, so the tables below each other are in order of id.
    """
    homes: dict[int, list[int]] = {}
    for number, account in enumerate(accounts):
        for place in _places(account.lists):
            homes.setdefault(place, []).append(number)
    shared: dict[int, pa.Table] = {}
    for number, account in enumerate(accounts):
        if len(_places(account.lists)) > 1:
            shared[number] = pq.read_table(received[number])
    for place in sorted(homes, key=_prefix):
        parts = []
        for number in homes[place]:
            is_shared = number in shared
            whole = shared[number] if is_shared else pq.read_table(received[number])
            parts.append(_of_place(whole, place) if is_shared else whole)
        entries = concat(parts, ENTRY)
        if len(parts) > 1:
            entries = _with_unique_ids(entries)
        check_ids(entries)
        counted.append(count_entries(entries))
        yield sort_by(entries, "entry_id")


def _places(lists: pa.Table) -> list[int]:
    """The constituencies with entries in these lists, by id; 0 is the unknown one."""
    filled = lists.filter(pc.greater(lists.column("entries"), 0))
    return sorted(
        pc.fill_null(filled.column("constituency"), 0).unique().to_pylist(), key=_prefix
    )


def _require_known(lists: pa.Table, inputs: Inputs) -> None:
    """Stop the run where a list has a content that is none of those that the manifest names."""
    known = {source for source, _ in inputs.names()}
    unknown = sorted(set(lists.column("source").to_pylist()) - known)
    if unknown:
        message = f"{len(unknown)} lists were read that are not among the inputs"
        places = {"sources": ", ".join(unknown)}
        raise StageError(
            message, stage=Stage.MERGE, code="input-unknown", places=places
        )


def _prefix(place: int) -> str:
    """How the entry ids of a constituency begin."""
    return f"{place:03d}-"


def _of_place(entries: pa.Table, place: int) -> pa.Table:
    """The entries of one constituency, 0 the unknown one."""
    return entries.filter(
        pc.equal(pc.fill_null(entries.column("constituency"), 0), place)
    )


def _with_unique_ids(entries: pa.Table) -> pa.Table:
    """The entries of several intakes, with ids that no two share.

    Ids are unique inside an intake. Two intakes share one where the same row of a precinct came in
    through two folders; it is then numbered as ``entry_ids`` numbers equal rows of one intake.
    """
    if pc.count_distinct(entries.column("entry_id")).as_py() == entries.num_rows:
        return entries
    return entries.set_column(0, ENTRY.field("entry_id"), entry_ids(entries))


@dataclass(frozen=True, slots=True)
class _Groups:
    """Row groups of the entries to normalise together, and where their voters are put."""

    groups: tuple[int, ...]
    entries: Path
    voters: Path
    profile: Profile
    amendments: pa.Table
    """AMENDMENT: its corrections are put into the entries first."""


def _apart(lists: pa.Table) -> list[tuple[int, ...]]:
    """The row groups of the entries, each a constituency, in runs that share no file.

    A file's dates are read in the light of all its rows, so a file of several constituencies is not
    cut.
    """
    order = {place: group for group, place in enumerate(_places(lists))}
    filled = lists.filter(pc.greater(lists.column("entries"), 0))
    homes = pc.fill_null(filled.column("constituency"), 0).to_pylist()
    sources = filled.column("source").to_pylist()
    groups = [order[home] for home in homes]
    pairs = sorted(zip(groups, sources, strict=True))
    reach = {source: group for group, source in pairs}  # the last group stands
    runs: list[tuple[int, ...]] = []
    start, end = 0, -1
    for group, source in pairs:
        if group > end >= start:
            runs.append(tuple(range(start, end + 1)))
            start = group
        end = max(end, reach[source])
    return [*runs, tuple(range(start, end + 1))] if pairs else []


def _sizes(entries: Path) -> list[int]:
    """How many entries each row group holds."""
    known = pq.read_metadata(entries)
    return [known.row_group(group).num_rows for group in range(known.num_row_groups)]


def _gathered(
    runs: Sequence[tuple[int, ...]], sizes: Sequence[int]
) -> list[tuple[int, ...]]:
    """Neighbouring runs put together as long as they hold no more than ``_TOGETHER`` entries."""
    gathered: list[tuple[int, ...]] = []
    for run in runs:
        if (
            gathered
            and sum(sizes[group] for group in (*gathered[-1], *run)) <= _TOGETHER
        ):
            gathered[-1] += run
        else:
            gathered.append(run)
    return gathered


def _outcomes(tasks: Sequence[_Groups], context: StageContext) -> Iterator[Outcome]:
    """The voters and findings of each run of row groups, in order."""
    aside = min(context.jobs, len(tasks)) > 1
    for done, outcome in enumerate(
        _each(_normalize_aside if aside else _normalize, tasks, context.jobs)
    ):
        path = tasks[done].voters
        yield replace(outcome, table=pq.read_table(path)) if aside else outcome
        path.unlink(missing_ok=True)
        context.progress(Stage.NORMALIZE, "", done + 1, len(tasks))


def _normalize(task: _Groups) -> Outcome:
    entries = pq.ParquetFile(task.entries).read_row_groups(list(task.groups))
    corrected = with_corrections(entries.unify_dictionaries(), task.amendments)
    return normalize(corrected, task.profile)


def _normalize_aside(task: _Groups) -> Outcome:
    """Normalise and put the voters into their file; the outcome's table is left empty."""
    outcome = _normalize(task)
    store.write_table(task.voters, outcome.table)
    return replace(outcome, table=empty(VOTER))


def _sum(table: pa.Table, column: str) -> int:
    return int(pc.sum(table.column(column)).as_py() or 0)
