"""The stages that see every row of the nation: ingest, merge, normalize; a constituency at a time.

Nothing here holds more than a constituency. What one constituency gives is written where the run
keeps its tables, and the next stage reads it from there; a worker process hands back counts, never
rows. The tables are the same as if all had been done at once, in whatever number of processes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import config, readers
from voterlist.config import IngestSettings
from voterlist.decisions import with_corrections
from voterlist.errors import StageError
from voterlist.findings import gather
from voterlist.ingest import ingest
from voterlist.ingest.ids import entry_ids
from voterlist.merge import check_ids, count_entries, merge_accounts
from voterlist.model import PASSING, Action, AsideCode, Profile, Stage
from voterlist.normalize import normalize
from voterlist.pipeline.inbox import INBOX, Batch, Inputs
from voterlist.pipeline.steps import (
    NeededTables,
    Parts,
    StageContext,
    StageResult,
    place_of_table,
)
from voterlist.pipeline.units import Done, Task
from voterlist.schemas import ENTRY, VOTER, Intake, RawFile, empty
from voterlist.storage import store
from voterlist.storage.store import Written
from voterlist.tables import concat, sort_by

__all__ = [
    "INTAKE_TABLES",
    "corrections_of",
    "merge_lists",
    "normalize_entries",
    "places_of",
    "take_in",
    "unit_name",
]

INTAKE_TABLES = ("entries", "lists", "set_aside", "findings")


def take_in(_tables: NeededTables, context: StageContext) -> StageResult:
    """Read every file of the inbox; one intake for each of its folders."""
    inputs = context.inputs
    read = partial(
        _take_in,
        settings=context.settings.ingest,
        territory=context.settings.territory.by_number,
    )
    needs = store.digest_of(
        config.digest(context.settings.ingest),
        config.digest(context.settings.territory),
    )
    batches = enumerate(inputs.batches)
    asked = {
        number: batch
        for number, batch in batches
        if batch.constituency not in context.left_out
    }
    tasks = [
        Task(
            unit_name(batch.constituency),
            store.digest_of(needs, *_needs_of(batch)),
            batch,
            (batch.constituency,),
        )
        for batch in asked.values()
    ]
    done = context.units.each(
        Stage.INGEST, read, tasks, partial(context.progress, Stage.INGEST, "")
    )
    intakes = dict(zip(asked, done, strict=True))
    taken = []
    for number, batch in enumerate(inputs.batches):
        if number in intakes:
            _put_intake(context.folder, number, intakes[number])
            taken.append(intakes[number].said)
        else:
            taken.append(_leave_out(context, number, batch))
    troubles = (trouble for said in taken for trouble in said["troubles"])
    return StageResult(
        {_received(name): Parts(len(taken)) for name in INTAKE_TABLES},
        sum(said["rows"] for said in taken),
        sum(said["entries"] for said in taken),
        sum(said["set_aside"] for said in taken),
        is_passing=bool(context.left_out) or context.is_passing(troubles),
    )


def unit_name(constituency: int | None) -> str:
    """The name of the unit of a constituency, or of the files of which none is known."""
    return "unknown" if constituency is None else f"{constituency:03d}"


def _needs_of(batch: Batch) -> Iterator[object]:
    """What an intake depends on: the numbers that a path may carry, and the contents."""
    yield batch.constituency
    for file in batch.files:
        yield from (file.name, file.digest, file.trouble)


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
    places = places_of(tables["lists"])
    digests = store.row_group_digests(entries)
    tasks = []
    for groups in _apart(tables["lists"]):
        numbers = tuple(places[group] for group in groups)
        own = corrections_of(amendments, numbers)
        needs = (profile, *(digests[group] for group in groups), own.to_pylist())
        tasks.append(
            Task(
                _unit_name_of(numbers),
                store.digest_of(*needs),
                _Groups(groups, numbers, entries, profile, own),
                tuple(map(_known, numbers)),
            )
        )
    done = context.units.each(
        Stage.NORMALIZE,
        _normalize,
        tasks,
        partial(context.progress, Stage.NORMALIZE, ""),
    )
    rows = store.join_tables(
        context.folder / "voters.parquet",
        VOTER,
        [one.path("voters.parquet") for one in done],
    )
    findings = [pq.read_table(one.path("findings.parquet")) for one in done]
    made = {"voters": Written(), "findings-normalize": gather(findings)}
    set_aside = sum(one.said["set_aside"] for one in done)
    return StageResult(made, pq.read_metadata(entries).num_rows, rows, set_aside)


def _unit_name_of(places: Sequence[int]) -> str:
    """The name of the unit of these constituencies, which stand next to each other in the list."""
    ends = dict.fromkeys((places[0], places[-1]))
    return "-".join(unit_name(_known(place)) for place in ends)


def _known(place: int) -> int | None:
    """The number of a constituency; None for the unknown one."""
    return place or None


def corrections_of(amendments: pa.Table, places: Sequence[int]) -> pa.Table:
    """The corrections (AMENDMENT) of the entries of these constituencies."""
    if not amendments.num_rows:
        return amendments
    prefix = pc.utf8_slice_codeunits(amendments.column("entry_id"), 0, 4)
    own = pa.array([_prefix(place) for place in places])
    is_own = pc.is_in(prefix.cast(pa.string()), value_set=own)
    action = amendments.column("action").cast(pa.string())
    is_correction = pc.equal(action, Action.CORRECT.value)
    return amendments.filter(pc.and_(is_own, is_correction))


def _received(name: str) -> str:
    """The name of the table that holds this table of every intake in parts."""
    return f"received-{name}"


def _take_in(
    batch: Batch,
    folder: Path,
    *,
    settings: IngestSettings,
    territory: Mapping[int, Collection[int]],
) -> dict[str, Any]:
    """Read a batch and write its intake into a folder; returns its numbers and its troubles."""
    files = [_inside_inbox(file) for file in readers.read_listed(batch.files, settings)]
    intake = ingest(
        files, settings, constituency=batch.constituency, territory=territory
    )
    known = {
        (readers.unread_source(file.name), file.trouble)
        for file in batch.files
        if file.trouble is not None
    }
    troubles = [
        (file.source, file.trouble) for file in files if file.trouble is not None
    ]
    is_passing = any(
        code in PASSING and (source, code) not in known for source, code in troubles
    )
    _write_intake(intake, folder)
    return _said_of(intake) | {"troubles": troubles, "passing": is_passing}


def _leave_out(context: StageContext, number: int, batch: Batch) -> dict[str, Any]:
    """The intake of a batch whose work failed: each of its files is set aside."""
    files = [
        RawFile(
            readers.unread_source(file.name), file.name, trouble=AsideCode.WORK_FAILED
        )
        for file in batch.files
    ]
    intake = ingest(
        [_inside_inbox(file) for file in files],
        context.settings.ingest,
        constituency=batch.constituency,
    )
    for name in INTAKE_TABLES:
        path = _intake_path(context.folder, name, number)
        store.own_folder(path.parent)
        store.write_table(path, getattr(intake, name))
    return _said_of(intake) | {"troubles": []}


def _said_of(intake: Intake) -> dict[str, Any]:
    """The numbers of an intake."""
    return {
        "rows": _sum(intake.lists, "rows"),
        "entries": intake.entries.num_rows,
        "set_aside": _sum(intake.set_aside, "rows"),
    }


def _write_intake(intake: Intake, folder: Path) -> None:
    for name in INTAKE_TABLES:
        store.write_table(folder / f"{name}.parquet", getattr(intake, name))


def _put_intake(folder: Path, number: int, done: Done) -> None:
    """Put the intake of a batch where the run keeps its tables."""
    for name in INTAKE_TABLES:
        path = _intake_path(folder, name, number)
        store.own_folder(path.parent)
        store.link_file(done.path(f"{name}.parquet"), path)


def _intake_path(folder: Path, name: str, number: int) -> Path:
    return folder / f"{place_of_table(_received(name), number)}.parquet"


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
        for place in places_of(account.lists):
            homes.setdefault(place, []).append(number)
    shared: dict[int, pa.Table] = {}
    for number, account in enumerate(accounts):
        if len(places_of(account.lists)) > 1:
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


def places_of(lists: pa.Table) -> list[int]:
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


def _of_place(rows: pa.Table, place: int) -> pa.Table:
    """The rows of one constituency, 0 the unknown one, with no word that none of them has."""
    is_own = pc.equal(pc.fill_null(rows.column("constituency"), 0), place)
    return concat([rows.filter(is_own)], rows.schema)


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
    """Row groups of the entries to normalise together, each a constituency."""

    groups: tuple[int, ...]
    places: tuple[int, ...]
    entries: Path
    profile: Profile
    amendments: pa.Table
    """AMENDMENT: its corrections are put into the entries first."""


def _apart(lists: pa.Table) -> list[tuple[int, ...]]:
    """The row groups of the entries, each a constituency, in runs that share no file.

    A file's dates are read in the light of all its rows, so a file of several constituencies is not
    cut.
    """
    order = {place: group for group, place in enumerate(places_of(lists))}
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


def _normalize(task: _Groups, folder: Path) -> dict[str, Any]:
    """Normalise row groups; the voters of each constituency are a row group of their file."""
    entries = pq.ParquetFile(task.entries).read_row_groups(list(task.groups))
    corrected = with_corrections(entries.unify_dictionaries(), task.amendments)
    outcome = normalize(corrected, task.profile)
    voters = outcome.table
    is_one = len(task.places) == 1
    parts = [voters] if is_one else (_of_place(voters, one) for one in task.places)
    store.write_tables(folder / "voters.parquet", VOTER, parts)
    store.write_table(folder / "findings.parquet", outcome.findings)
    return {"set_aside": outcome.set_aside.num_rows}


def _sum(table: pa.Table, column: str) -> int:
    return int(pc.sum(table.column(column)).as_py() or 0)
