"""The stage that makes one list of all: a constituency at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.errors import StageError
from voterlist.ingest.added import ENTRY_CELL, with_ids
from voterlist.ingest.ids import entry_ids
from voterlist.merge import check_ids, count_entries, merge_accounts
from voterlist.model import Stage
from voterlist.pipeline.inbox import Inputs
from voterlist.pipeline.places import (
    id_prefix,
    known_place,
    of_place,
    places_of,
    received_name,
    unit_name,
)
from voterlist.pipeline.steps import NeededTables, StageContext, StageResult
from voterlist.pipeline.units import Done, Task
from voterlist.schemas import ADDED, ENTRY, Intake, empty
from voterlist.storage import store
from voterlist.storage.store import Written
from voterlist.tables import concat, sort_by


def merge_lists(tables: NeededTables, context: StageContext) -> StageResult:
    """One list out of all: entries, lists, rows set aside, findings of the intake."""
    accounts = _accounts(tables)
    received = tables.part_paths(received_name("entries"))
    done = context.units.each(
        Stage.MERGE,
        _merge_place,
        _merge_tasks(received, accounts),
        partial(context.progress, Stage.MERGE),
    )
    rows = store.join_tables(
        context.folder / "entries.parquet", ENTRY, map(_entries_of, done)
    )
    counted = [one.table("counts.parquet") for one in done]
    counts = pa.concat_tables(counted) if counted else count_entries(empty(ENTRY))
    merged = merge_accounts(accounts, counts)
    _require_known(merged.lists, context.inputs)
    added = concat(tables.parts(received_name("added")), ADDED)
    if added.num_rows:
        path = context.folder / "entries.parquet"
        added = with_ids(added, pq.read_table(path, columns=ENTRY_CELL.names))
    made = {
        "entries": Written(),
        "lists": merged.lists,
        "set_aside": merged.set_aside,
        "findings-ingest": merged.findings,
        "added": added,
    }
    rows_in = sum(pq.read_metadata(path).num_rows for path in received)
    return StageResult(made, rows_in, rows)


def _accounts(tables: NeededTables) -> list[Intake]:
    """The intake of each folder of the inbox, without its entries, which are too many to hold."""
    lists, set_aside, findings = (
        tables.parts(received_name(name)) for name in ("lists", "set_aside", "findings")
    )
    parts = zip(lists, set_aside, findings, strict=True)
    return [Intake(empty(ENTRY), *part) for part in parts]


@dataclass(frozen=True, slots=True)
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
    homes: dict[int, list[int]] = {}
    for number, own in enumerate(places):
        for place in own:
            homes.setdefault(place, []).append(number)
    digests = {number: store.sha256(received[number]) for number in range(len(places))}
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


def _merge_place(place: _Place, folder: Path) -> dict[str, Any]:
    """The entries of a constituency by id, and how many each of its lists has.

    As they were received they are in order of id; where nothing else belongs to them, that file
    stays.
    """
    if place.is_alone:
        entries = pq.read_table(place.received[0], columns=_COUNTED)
    else:
        parts = [of_place(pq.read_table(one), place.number) for one in place.received]
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


def _entries_of(done: Done) -> Path:
    """The file that holds the entries of a constituency."""
    place: _Place = done.task.argument
    return place.received[0] if place.is_alone else done.path("entries.parquet")


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
