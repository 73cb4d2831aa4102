"""The stage that normalises the entries, those of a constituency at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.decisions import with_corrections
from voterlist.findings import gather
from voterlist.model import Profile, Stage
from voterlist.normalize import normalize
from voterlist.pipeline.places import (
    corrections_of,
    known_place,
    of_place,
    places_of,
    unit_name,
)
from voterlist.pipeline.steps import NeededTables, StageContext, StageResult
from voterlist.pipeline.units import Task
from voterlist.schemas import VOTER
from voterlist.storage import store
from voterlist.storage.store import Written

VOTERS, FINDINGS = "voters.parquet", "findings.parquet"
"""The files of a unit."""


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
                tuple(map(known_place, numbers)),
            )
        )
    done = context.units.each(
        Stage.NORMALIZE,
        _normalize,
        tasks,
        partial(context.progress, Stage.NORMALIZE),
    )
    rows = store.join_tables(
        context.folder / "voters.parquet",
        VOTER,
        [one.path(VOTERS) for one in done],
    )
    findings = [one.table(FINDINGS) for one in done]
    made = {"voters": Written(), "findings-normalize": gather(findings)}
    return StageResult(made, pq.read_metadata(entries).num_rows, rows)


def _unit_name_of(places: Sequence[int]) -> str:
    """The name of the unit of these constituencies, which stand next to each other in the list."""
    ends = dict.fromkeys((places[0], places[-1]))
    return "-".join(unit_name(known_place(place)) for place in ends)


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
    made = normalize(corrected, task.profile)
    is_one = len(task.places) == 1
    parts = (
        [made.table] if is_one else (of_place(made.table, one) for one in task.places)
    )
    store.write_tables(folder / VOTERS, VOTER, parts)
    store.write_table(folder / FINDINGS, made.findings)
    return {}
