"""The stage that reads the inbox, one of its folders at a time.

The rows of a file are kept by themselves, so that a file is read once in its life. What a folder
gives is made of the rows of all its files together, for one may be a version of another.

What a folder gives is written where the run keeps its tables, and the next stage reads it from
there; a worker process hands back counts, never rows. The tables are the same as if all had been
read at once, in whatever number of processes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import config, readers
from voterlist.config.sections import AddedComparison, IngestSettings
from voterlist.deadlines import cycle_year
from voterlist.decisions.effects import with_corrections
from voterlist.errors import StageError
from voterlist.findings import gather
from voterlist.ingest import ingest
from voterlist.ingest.added import ENTRY_CELL, with_ids
from voterlist.ingest.ids import entry_ids
from voterlist.merge import check_ids, count_entries, merge_accounts
from voterlist.model import PASSING, AsideCode, Profile, Stage, frozen
from voterlist.normalize.stage import normalize
from voterlist.pipeline.inbox import INBOX, Batch, Inputs, is_passing, parts_of
from voterlist.pipeline.steps import (
    INTAKE_TABLES,
    Parts,
    StageContext,
    StageResult,
    corrections_of,
    id_prefix,
    known_place,
    of_place,
    place_of_table,
    places_of,
    received_name,
    unit_name,
)
from voterlist.pipeline.units import Task
from voterlist.readers.listing import ListedFile
from voterlist.schemas import ADDED, ENTRY, VOTER, Intake, RawFile, empty, with_entries
from voterlist.storage import store
from voterlist.storage.files import own_folder, sha256
from voterlist.storage.kept import KeptUnit, Place, Said, memo
from voterlist.storage.store import Shelf, Written
from voterlist.tables import by_key, concat, sort_by, total

_ROWS = "rows"
"""The file that holds the rows of a file of the inbox."""


def take_in(_tables: Shelf, context: StageContext) -> StageResult:
    """Read every file of the inbox; one intake for each of its folders."""
    tasks = intake_tasks(context)
    settings = context.settings.ingest
    reading = _Reading(
        context.workspace,
        settings,
        context.settings.territory.by_number,
        store.digest_of(context.units.program, config.digest(settings)),
        context.settings.comparisons,
        cycle_year(context.settings.workspace.cycle),
    )
    read = partial(_take_in, reading=reading)
    done = context.each(read, tasks)
    intakes = {
        task.constituencies[0]: unit for task, unit in zip(tasks, done, strict=True)
    }
    taken: list[Said] = []
    for number, batch in enumerate(context.inputs.batches):
        intake = intakes.get(batch.constituency)
        if intake is None:
            taken.append(_leave_out(context, number, batch))
        else:
            _put_intake(context.folder, number, intake)
            taken.append(intake.said)
    troubles = (trouble for said in taken for trouble in said["troubles"])
    return StageResult(
        {received_name(name): Parts(len(taken)) for name in INTAKE_TABLES},
        sum(said["rows"] for said in taken),
        sum(said["entries"] for said in taken),
        sum(said["set_aside"] for said in taken),
        is_passing=bool(context.left_out) or context.is_passing(troubles),
    )


def intake_tasks(context: StageContext) -> list[Task]:
    """The units of reading: each folder of the inbox that is not left out."""
    needs = _digest_of_settings(context)
    return [
        Task(
            unit_name(batch.constituency),
            store.digest_of(needs, batch.constituency, *parts_of(batch.files)),
            batch,
            (batch.constituency,),
        )
        for batch in context.inputs.batches
        if batch.constituency not in context.left_out
    ]


def _digest_of_settings(context: StageContext) -> str:
    """The settings that reading depends on."""
    settings = context.settings
    digests = map(config.digest, (settings.ingest, settings.territory))
    cycle = settings.workspace.cycle
    return store.digest_of(*digests, cycle, repr(settings.comparisons))


@frozen
class _Reading:
    """How the lists of a workspace are read.

    Attributes:
        workspace: its folder, in which the rows of its files are kept.
        settings: how files are read.
        territory: the precincts of each constituency.
        needs: the digest of all that the rows of a file depend on besides the file.
        comparisons: those whose columns are read beside the fields of an entry.
        year: that of the cycle.
    """

    workspace: Path
    settings: IngestSettings
    territory: Mapping[int, Collection[int]]
    needs: str
    comparisons: Sequence[AddedComparison]
    year: int

    def key(self, file: ListedFile) -> str:
        """The digest of all that the rows of a file depend on."""
        return store.digest_of(self.needs, file.name, file.digest)

    def rows(self, file: ListedFile, place: Place) -> list[RawFile]:
        """A file, or those in it, read or as they are kept in this place."""
        if file.trouble is not None:
            return readers.read_listed([file], self.settings)
        unit = memo(self.workspace, place, partial(self._read, file))
        with pa.input_stream(unit.path(_ROWS), compression="zstd") as stream:
            files = readers.unpack_files(stream.read())
            return [replace(raw, is_ours=file.is_ours) for raw in files]

    def _read(self, file: ListedFile, folder: Path) -> Said:
        """Read a file into a folder."""
        files = readers.read_listed([file], self.settings)
        with pa.output_stream(folder / _ROWS, compression="zstd") as stream:
            stream.write(readers.pack_files(files))
        troubles = (code for raw in files for code in raw.troubles)
        return {"passing": any(code in PASSING for code in troubles)}


def _take_in(batch: Batch, folder: Path, *, reading: _Reading) -> Said:
    """Read a batch and write its intake into a folder; returns its numbers and its troubles."""
    own = Place(Stage.INGEST, unit_name(batch.constituency), "")
    parts = {file: own.part(reading.key(file)) for file in batch.files}
    found = (raw for file, place in parts.items() for raw in reading.rows(file, place))
    files = [
        replace(raw, name=_inside_inbox(raw.name))
        for raw in readers.number_files(found)
    ]
    intake = ingest(
        files,
        reading.settings,
        constituency=batch.constituency,
        territory=reading.territory,
        comparisons=reading.comparisons,
        year=reading.year,
    )
    troubles = [(file.source, code) for file in files for code in file.troubles]
    _write_intake(intake, folder)
    return {
        **_said_of(intake),
        "troubles": troubles,
        "passing": is_passing(troubles, batch.files),
        "parts": [place.key for place in parts.values()],
    }


def _inside_inbox(name: str) -> str:
    """The path inside the inbox, for the numbers that it may carry."""
    return name.removeprefix(f"{INBOX}/")


def _leave_out(context: StageContext, number: int, batch: Batch) -> Said:
    """The intake of a batch whose work failed: each of its files is set aside."""
    files = [
        RawFile(
            readers.unread_source(file.name),
            _inside_inbox(file.name),
            trouble=AsideCode.WORK_FAILED,
        )
        for file in batch.files
    ]
    intake = ingest(
        files,
        context.settings.ingest,
        constituency=batch.constituency,
    )
    for name in INTAKE_TABLES:
        path = _intake_path(context.folder, name, number)
        own_folder(path.parent)
        store.write_table(path, getattr(intake, name))
    return {**_said_of(intake), "troubles": []}


def _said_of(intake: Intake) -> Said:
    """The numbers of an intake."""
    return {
        "rows": total(intake.lists, "rows"),
        "entries": intake.entries.num_rows,
        "set_aside": total(intake.set_aside, "rows"),
    }


def _write_intake(intake: Intake, folder: Path) -> None:
    for name in INTAKE_TABLES:
        path = folder / f"{name}.parquet"
        if name == "entries":
            # As one row group, for so it goes on.
            store.write_tables(path, ENTRY, [intake.entries])
        else:
            store.write_table(path, getattr(intake, name))


def _put_intake(folder: Path, number: int, done: KeptUnit) -> None:
    """Put the intake of a batch where the run keeps its tables."""
    for name in INTAKE_TABLES:
        path = _intake_path(folder, name, number)
        own_folder(path.parent)
        store.link_file(done.path(f"{name}.parquet"), path)


def _intake_path(folder: Path, name: str, number: int) -> Path:
    return folder / f"{place_of_table(received_name(name), number)}.parquet"


def merge_lists(tables: Shelf, context: StageContext) -> StageResult:
    """One list out of all: entries, lists, rows set aside, findings of the intake."""
    accounts = _accounts(tables)
    received = tables.part_paths(received_name("entries"))
    tasks = _merge_tasks(received, accounts)
    done = context.each(_merge_place, tasks)
    places: list[_Place] = [task.argument for task in tasks]
    parts = [
        place.received[0] if place.is_alone else unit.path("entries.parquet")
        for place, unit in zip(places, done, strict=True)
    ]
    rows = store.join_tables(context.folder / "entries.parquet", ENTRY, parts)
    counted = [unit.table("counts.parquet") for unit in done]
    counts = pa.concat_tables(counted) if counted else count_entries(empty(ENTRY))
    merged = merge_accounts(accounts, counts)
    _require_known(merged.lists, context.inputs)
    added = concat(tables.parts(received_name("added")), ADDED)
    if added.num_rows:
        path = context.folder / "entries.parquet"
        added = with_ids(added, store.read_file(path, ENTRY_CELL.names))
    made = {
        "entries": Written(),
        "lists": merged.lists,
        "set_aside": merged.set_aside,
        "findings-ingest": merged.findings,
        "added": added,
    }
    rows_in = sum(pq.read_metadata(path).num_rows for path in received)
    return StageResult(made, rows_in, rows)


def _accounts(tables: Shelf) -> list[Intake]:
    """The intake of each folder of the inbox, without its entries, which are too many to hold."""
    lists, set_aside, findings = (
        tables.parts(received_name(name)) for name in ("lists", "set_aside", "findings")
    )
    parts = zip(lists, set_aside, findings, strict=True)
    return [Intake(empty(ENTRY), *part) for part in parts]


@frozen
class _Place:
    """A constituency, and the files of entries in which it was received."""

    number: int
    received: tuple[Path, ...]
    is_alone: bool
    """True where there is one such file, and it holds no other constituency."""


def _merge_tasks(received: Sequence[Path], accounts: Sequence[Intake]) -> list[Task]:
    """The units of merging: each constituency, in order of its ids.

    An id begins with the number of the constituency, so the constituencies below each other are in
    order of id.
    """
    places = [places_of(account.lists) for account in accounts]
    homes = by_key(
        (place, number) for number, own in enumerate(places) for place in own
    )
    digests = list(map(sha256, received))
    tasks = []
    for place in sorted(homes, key=id_prefix):
        numbers = homes[place]
        is_alone = len(numbers) == 1 and len(places[numbers[0]]) == 1
        paths = tuple(received[number] for number in numbers)
        needs = (place, is_alone, *(digests[number] for number in numbers))
        tasks.append(
            Task(
                unit_name(known_place(place)),
                store.digest_of(*needs),
                _Place(place, paths, is_alone),
                (known_place(place),),
            )
        )
    return tasks


def _merge_place(place: _Place, folder: Path) -> Said:
    """The entries of a constituency by id, and how many each of its lists has.

    As they were received they are in order of id; where nothing else belongs to them, that file
    stays.
    """
    if place.is_alone:
        entries = store.read_file(place.received[0], _COUNTED)
    else:
        parts = [
            of_place(store.read_file(part), place.number) for part in place.received
        ]
        entries = concat(parts, ENTRY)
        if len(parts) > 1:
            entries = _with_unique_ids(entries)
        entries = sort_by(entries, "entry_id")
        store.write_tables(folder / "entries.parquet", ENTRY, [entries])
    check_ids(entries)
    store.write_table(folder / "counts.parquet", count_entries(entries))
    return {}


_COUNTED = ["entry_id", "source", "sheet", "constituency", "precinct"]
"""The columns of ENTRY by which entries are counted."""


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


def _with_unique_ids(entries: pa.Table) -> pa.Table:
    """The entries of several intakes, with ids that no two share.

    Ids are unique inside an intake. Two intakes share one where the same row of a precinct came in
    through two folders; it is then numbered as ``entry_ids`` numbers equal rows of one intake.
    """
    if pc.count_distinct(entries.column("entry_id")).as_py() == entries.num_rows:
        return entries
    return entries.set_column(0, ENTRY.field("entry_id"), entry_ids(entries))


VOTERS, FINDINGS = "voters.parquet", "findings.parquet"
"""The files of a unit."""


def normalize_entries(tables: Shelf, context: StageContext) -> StageResult:
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
                tuple(map(known_place, numbers)),
            )
        )
    done = context.each(_normalize, tasks)
    rows = store.join_tables(
        context.folder / "voters.parquet",
        VOTER,
        [unit.path(VOTERS) for unit in done],
    )
    findings = [unit.table(FINDINGS) for unit in done]
    made = {"voters": Written(), "findings-normalize": gather(findings)}
    return StageResult(made, pq.read_metadata(entries).num_rows, rows)


def _unit_name_of(places: Sequence[int]) -> str:
    """The name of the unit of these constituencies, which stand next to each other in the list."""
    ends = dict.fromkeys((places[0], places[-1]))
    return "-".join(unit_name(known_place(place)) for place in ends)


@frozen
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
    filled = with_entries(lists)
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


def _normalize(task: _Groups, folder: Path) -> Said:
    """Normalise row groups; the voters of each constituency are a row group of their file."""
    entries = pq.ParquetFile(task.entries).read_row_groups(list(task.groups))
    corrected = with_corrections(entries.unify_dictionaries(), task.amendments)
    made = normalize(corrected, task.profile)
    parts = [made.table]
    if len(task.places) > 1:
        parts = [of_place(made.table, place) for place in task.places]
    store.write_tables(folder / VOTERS, VOTER, parts)
    store.write_table(folder / FINDINGS, made.findings)
    return {}
