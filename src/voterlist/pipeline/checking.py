"""The stage of the register tests, a constituency at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import config
from voterlist.check import ENTRIES, VOTERS, examine_context
from voterlist.check.across import (
    KINDS,
    across_findings,
    keys_of,
    shared_rows,
    without_shared,
)
from voterlist.check.coincidences import COUNTED, counted_whole
from voterlist.check.context import Context
from voterlist.check.parts import Joined, PartTables, Sums, join, sums_of
from voterlist.check.rules import name_misspelt
from voterlist.config import CheckSettings
from voterlist.decisions import with_corrections
from voterlist.findings import is_on
from voterlist.model import Stage
from voterlist.pipeline.places import corrections_of, places_of, unit_name
from voterlist.pipeline.steps import NeededTables, StageContext, StageResult
from voterlist.pipeline.street_register import StreetRegister, read_streets
from voterlist.pipeline.units import Done, Task
from voterlist.schemas import FINDING, LIST
from voterlist.storage import store
from voterlist.tables import concat

__all__ = ["check_register", "is_passing"]

_PART = (
    "findings",
    "indicators",
    "profile",
    "pyramid",
    "pyramids",
    "coincidences",
    "street_use",
)
"""The tables of a constituency, by their names in ``PartTables``."""
_KEYS = "keys.parquet"
_NAMES = "names.parquet"


def check_register(tables: NeededTables, context: StageContext) -> StageResult:
    """The register tests, the statistics of every place, profiles and age pyramids."""
    register = read_streets(context.street_files, context.settings)
    checked = _checked(tables, context, register)
    made = {
        "findings-check": checked.findings,
        "findings-streets": register.findings,
        "sources-streets": register.sources,
        "use-streets": checked.street_use,
        "streets": register.table(),
        "profile": checked.profile,
        "pyramid": checked.pyramid,
        "ages": checked.pyramids,
        "coincidences": checked.coincidences,
        "own-indicators": checked.indicators,
    }
    rows = pq.read_metadata(tables.path("voters")).num_rows
    was_passing = context.is_passing(register.troubles)
    return StageResult(made, rows, rows, is_passing=was_passing)


def is_passing(sources: pa.Table, context: StageContext) -> bool:
    """True where one of these files (SOURCES) was not read for a reason of the moment."""
    rows = sources.select(["source", "trouble"]).to_pylist()
    return context.is_passing((row["source"], row["trouble"]) for row in rows)


@dataclass(frozen=True, slots=True)
class _Group:
    """A constituency: a row group of the entries and of the voters."""

    group: int
    constituency: int | None
    voters: Path
    entries: Path
    corrections: pa.Table
    """AMENDMENT"""
    lists: pa.Table
    """LIST"""
    streets: pa.Table | None
    """STREET; None where no register of streets was given."""

    def read(self) -> tuple[pa.Table, pa.Table]:
        """The voters and the entries, as the tests take them."""
        voters = _columns(self.voters, VOTERS, self.group)
        entries = _columns(self.entries, ENTRIES, self.group)
        return voters, with_corrections(entries, self.corrections)


@dataclass(frozen=True, slots=True)
class _Judging:
    """What all constituencies are judged by."""

    settings: CheckSettings
    on_day: dt.date

    def context(
        self, voters: pa.Table, entries: pa.Table, group: _Group | None = None
    ) -> Context:
        """What the tests look at."""
        lists = group.lists if group else LIST.empty_table()
        streets = group.streets if group else None
        return Context.of(voters, entries, lists, self.settings, self.on_day, streets)


def _checked(
    tables: NeededTables, context: StageContext, register: StreetRegister
) -> PartTables | Joined:
    judging = _Judging(context.settings.check, context.list_day)
    groups = _groups(tables, register)
    needs = _needs_of(tables, groups)
    limits = store.digest_of(config.digest(judging.settings), judging.on_day)
    done = _examined(groups, needs, limits, judging, context)
    if not done:
        nothing = judging.context(VOTERS.empty_table(), ENTRIES.empty_table())
        return _part(None, examine_context(nothing), sums_of(nothing))
    parts = [_read(one, group) for one, group in zip(done, groups, strict=True)]
    if len(parts) == 1:
        return parts[0]
    whole = _whole(tables.path("voters"), needs, context)
    shared = _shared(done, groups, needs, judging, context)
    across = [across_findings(shared.contexts(judging)), shared.slips]
    return join(shared.without(parts), whole, concat(across, FINDING), judging.settings)


def _groups(tables: NeededTables, register: StreetRegister) -> list[_Group]:
    """The constituencies, in the order of their row groups."""
    lists, amendments = tables["lists"], tables["amendments"]
    return [
        _Group(
            group,
            place or None,
            tables.path("voters"),
            tables.path("entries"),
            corrections_of(amendments, [place]),
            _of_constituency(lists, place or None),
            _streets_of(register, place or None),
        )
        for group, place in enumerate(places_of(lists))
    ]


def _of_constituency(rows: pa.Table, constituency: int | None) -> pa.Table:
    """The rows of a constituency; None: those of which it is not known."""
    column = rows.column("constituency")
    is_own = (
        column.is_null() if constituency is None else pc.equal(column, constituency)
    )
    return rows.filter(is_own)


def _streets_of(register: StreetRegister, constituency: int | None) -> pa.Table | None:
    streets = register.streets
    return None if streets is None else _of_constituency(streets, constituency)


def _needs_of(tables: NeededTables, groups: Sequence[_Group]) -> list[str]:
    """The digest of the voters and entries of each constituency, with their corrections."""
    voters, entries = (
        store.row_group_digests(tables.path(name)) for name in ("voters", "entries")
    )
    return [
        store.digest_of(*own, group.corrections.to_pylist())
        for *own, group in zip(voters, entries, groups, strict=True)
    ]


def _examined(
    groups: Sequence[_Group],
    needs: Sequence[str],
    limits: str,
    judging: _Judging,
    context: StageContext,
) -> list[Done]:
    tasks = []
    for group, need in zip(groups, needs, strict=True):
        given = (group.lists, group.streets)
        tables = (None if table is None else table.to_pylist() for table in given)
        tasks.append(_task(group, store.digest_of(need, limits, *tables), group))
    return context.units.each(
        Stage.CHECK,
        partial(_examine, judging=judging),
        tasks,
        partial(context.progress, Stage.CHECK),
    )


def _task(group: _Group, key: str, argument: Any, name: str = "") -> Task:
    unit = f"{name}{unit_name(group.constituency)}"
    return Task(unit, key, argument, (group.constituency,))


def _examine(group: _Group, folder: Path, *, judging: _Judging) -> dict[str, Any]:
    """Test a constituency; its tables, and a number for each entry and kind of sharing."""
    looked_at = judging.context(*group.read(), group=group)
    sums = sums_of(looked_at)
    part = _part(group.constituency, examine_context(looked_at), sums)
    for name in _PART:
        store.write_table(folder / f"{name}.parquet", getattr(part, name))
    keys = pa.table(keys_of(looked_at))
    store.write_table(folder / _KEYS, keys, repeats=False)
    store.write_table(folder / _NAMES, name_misspelt.name_counts(looked_at))
    return {"sums": sums.to_lists()}


def _part(constituency: int | None, examined: Any, sums: Sums) -> PartTables:
    named = {name: getattr(examined, name) for name in _PART}
    return PartTables(constituency, sums=sums, **named)


def _read(done: Done, group: _Group) -> PartTables:
    tables = {name: done.table(f"{name}.parquet") for name in _PART}
    sums = Sums.from_lists(done.said["sums"])
    return PartTables(group.constituency, sums=sums, **tables)


def _whole(voters: Path, needs: Sequence[str], context: StageContext) -> pa.Table:
    """COINCIDENCE of the whole list, of which some columns are held for it."""
    task = Task("whole", store.digest_of(*needs), voters)
    (done,) = context.units.each(Stage.CHECK, _count_whole, [task])
    return done.table("coincidences.parquet")


def _count_whole(voters: Path, folder: Path) -> dict[str, Any]:
    whole = counted_whole(_columns(voters, COUNTED))
    store.write_table(folder / "coincidences.parquet", whole)
    return {}


def _slips(
    done: Sequence[Done], judging: _Judging, context: StageContext
) -> dict[str, set[str]]:
    """Field -> the names that are slips beside the names of the whole list."""
    if not is_on(name_misspelt.RULE, judging.settings):
        return {}
    paths = [one.path(_NAMES) for one in done]
    digests = [one.made.files[_NAMES] for one in done]
    limit = judging.settings.least_times_as_frequent
    task = Task("slips", store.digest_of(limit, *digests), paths)
    work = partial(_find_slips, settings=judging.settings)
    (found,) = context.units.each(Stage.CHECK, work, [task])
    slips = found.table(_NAMES).to_pylist()
    named: dict[str, set[str]] = {}
    for row in slips:
        named.setdefault(row["field"], set()).add(row["name"])
    return named


def _find_slips(
    paths: Sequence[Path], folder: Path, *, settings: CheckSettings
) -> dict[str, Any]:
    counts = pa.concat_tables([pq.read_table(path) for path in paths])
    slips = name_misspelt.slips_in(counts, settings)
    rows = [
        {"field": field, "name": name} for field, own in slips.items() for name in own
    ]
    schema = counts.schema.remove(2)
    store.write_table(folder / _NAMES, pa.Table.from_pylist(rows, schema))
    return {}


def _own_slips(done: Done, slips: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """Those of the slips that stand in a constituency."""
    if not slips:
        return {}
    names = done.table(_NAMES)
    own: dict[str, list[str]] = {field: [] for field in slips}
    for field, slipped in slips.items():
        of_field = pc.equal(names.column("field"), field)
        here = names.column("name").filter(of_field).to_pylist()
        own[field] = sorted(slipped.intersection(here))
    return own


def _shared(
    done: Sequence[Done],
    groups: Sequence[_Group],
    needs: Sequence[str],
    judging: _Judging,
    context: StageContext,
) -> _Shared:
    """What stands in several constituencies, and names that are slips, taken from each."""
    rows: list[dict[str, Any]] = [{} for _ in groups]
    keys = [one.table(_KEYS) for one in done]
    for kind in KINDS:
        of_kind = [np.asarray(one.column(kind)) for one in keys]
        for own, shared in zip(rows, shared_rows(of_kind), strict=True):
            own[kind] = shared
    del keys
    slips = _slips(done, judging, context)
    tasks = []
    for one, group, need, own in zip(done, groups, needs, rows, strict=True):
        own_slips = _own_slips(one, slips)
        wanted = (own[kind].tobytes() for kind in KINDS)
        key = store.digest_of(need, own_slips, *wanted)
        tasks.append(_task(group, key, (group, own, own_slips), "shared-"))
    work = partial(_take_shared, judging=judging)
    taken = context.units.each(Stage.CHECK, work, tasks)
    parts = {
        name: [one.table(f"{name}.parquet") for one in taken]
        for name in ("voters", "entries", "slips", "kinds")
    }
    voters = concat(parts["voters"], VOTERS)
    flags, ids = pa.concat_tables(parts["kinds"]), voters.column("entry_id")
    return _Shared(
        voters,
        concat(parts["entries"], ENTRIES),
        {kind: ids.filter(flags.column(kind)).combine_chunks() for kind in KINDS},
        concat(parts["slips"], FINDING),
    )


@dataclass(frozen=True, slots=True)
class _Shared:
    """The entries that share something with an entry of another constituency."""

    voters: pa.Table
    entries: pa.Table
    kinds: Mapping[str, pa.Array]
    """For each kind the ids of the entries that share it."""
    slips: pa.Table
    """FINDING: the entries whose name is a slip."""

    def contexts(self, judging: _Judging) -> dict[str, Context]:
        """What the tests look at, for each kind."""
        made = {}
        for kind, ids in self.kinds.items():
            voters, entries = (
                table.filter(pc.is_in(table.column("entry_id"), value_set=ids))
                for table in (self.voters, self.entries)
            )
            made[kind] = judging.context(voters, entries)
        return made

    def without(self, parts: Sequence[PartTables]) -> list[PartTables]:
        """The parts without the findings that are said anew of all."""
        named = [one.name for one in fields(PartTables)]
        return [
            PartTables(
                **{name: getattr(part, name) for name in named}
                | {"findings": without_shared(part.findings, self.kinds)}
            )
            for part in parts
        ]


def _take_shared(
    task: tuple[_Group, dict[str, Any], dict[str, list[str]]],
    folder: Path,
    *,
    judging: _Judging,
) -> dict[str, Any]:
    """Take what is shared out of a constituency, and find the names that are slips."""
    group, own, slips = task
    rows = np.unique(np.concatenate([own[kind] for kind in KINDS]))
    voters, entries = group.read()
    found = FINDING.empty_table()
    if any(slips.values()):
        found = name_misspelt.find_slips(judging.context(voters, entries), slips)
    at = pa.array(rows)
    flags = {kind: np.isin(rows, own[kind]) for kind in KINDS}
    taken = {
        "voters": concat([voters.take(at)], VOTERS),
        "entries": concat([entries.take(at)], ENTRIES),
        "slips": found,
        "kinds": pa.table(flags),
    }
    for name, table in taken.items():
        store.write_table(folder / f"{name}.parquet", table)
    return {}


def _columns(path: Path, schema: pa.Schema, group: int | None = None) -> pa.Table:
    """The columns of this schema, of a row group or of all, text as codes where it has it so."""
    words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    file = pq.ParquetFile(path, read_dictionary=words)
    names = schema.names
    table = file.read(names) if group is None else file.read_row_group(group, names)
    return table.unify_dictionaries().combine_chunks()
