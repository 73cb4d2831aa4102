"""The stage that holds the list against what other bodies, and other cycles, say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from voterlist import readers, reconcile
from voterlist.arrays import Longs
from voterlist.check import examine
from voterlist.check.context import ENTRIES, VOTERS
from voterlist.check.indicators import beside_last, indicators
from voterlist.config.sections import Settings
from voterlist.cycles import Cycles, compare_cycles
from voterlist.decisions.effects import with_corrections
from voterlist.errors import InputError
from voterlist.findings import gather
from voterlist.ingest.registers import StreetRows, street_rows
from voterlist.model import AsideCode, Stage, frozen
from voterlist.normalize.streets import normalize_streets
from voterlist.pipeline import reference
from voterlist.pipeline.inbox import STREETS
from voterlist.pipeline.steps import StageContext, StageResult, unit_name
from voterlist.pipeline.units import Task
from voterlist.reconcile import Part, Reconciliation, registers
from voterlist.reconcile.registers import COMPARED as RECONCILE_COMPARED
from voterlist.reconcile.statistics import COUNTED, TALLY, tally
from voterlist.schemas import (
    CYCLE_CHANGE,
    CYCLE_SUMMARY,
    FINDING,
    REGISTER_USE,
    STREET,
    STREET_ROW,
    VOTER,
    RawFile,
    empty,
)
from voterlist.storage import store
from voterlist.storage.kept import Said
from voterlist.storage.store import Shelf
from voterlist.tables import concat, sort_by


def check_register(tables: Shelf, context: StageContext) -> StageResult:
    """The register tests, the statistics of every place, profiles and age pyramids."""
    # A bad file is noted, no more.
    files = readers.read_listed(context.street_files, context.settings.ingest)
    register = _register(files)
    voters = tables.select("voters", VOTERS)
    entries = tables.select("entries", ENTRIES)
    examined = examine(
        voters,
        with_corrections(entries, tables["amendments"]),
        tables["lists"],
        context.settings.check,
        on_day=context.list_day,
        streets=register.streets,
    )
    made = {
        "findings-check": examined.findings,
        "findings-streets": register.findings,
        "sources-streets": register.sources,
        "use-streets": examined.street_use,
        "streets": register.table(),
        "profile": examined.profile,
        "ages": examined.pyramids,
        "coincidences": examined.coincidences,
        "own-indicators": examined.indicators,
    }
    rows = voters.num_rows
    is_passing = context.is_passing(register.troubles)
    return StageResult(made, rows, rows, is_passing=is_passing)


@frozen
class StreetRegister:
    """The streets of the precincts."""

    streets: pa.Table | None
    """STREET; None where no file of streets was given, or none of them could be read."""
    findings: pa.Table
    sources: pa.Table
    """SOURCES: ``usable`` are the rows that name a precinct and a street."""
    troubles: tuple[tuple[str, str], ...] = ()
    """(source, code) of files and sheets that could not be read."""

    def table(self) -> pa.Table:
        """STREET, without rows where there is no register."""
        return empty(STREET) if self.streets is None else self.streets


def read_given_streets(paths: Sequence[Path], settings: Settings) -> StreetRegister:
    """The streets in these files, whatever their names.

    Raises:
        InputError: one of them cannot be read.
    """
    files: list[RawFile] = []
    for path in dict.fromkeys(paths):
        # With its folder, whose name may be the number of the constituency.
        files += readers.read_files(
            path, f"{path.resolve().parent.name}/{path.name}", settings.ingest
        )
    for raw in files:
        street_rows(raw)
    return _register(files)


def _register(files: Iterable[RawFile]) -> StreetRegister:
    """The streets in these files; one that cannot be read is noted."""
    parts: list[StreetRows] = []
    outside = reference.Outside()
    for raw in files:
        outside.troubles += ((raw.source, code) for code in raw.troubles)
        if raw.copy:
            # It adds nothing and is not read.
            outside.note(raw.source, STREETS, 0, 0, AsideCode.DUPLICATE_FILE)
            continue
        try:
            part = street_rows(raw)
        except InputError as error:
            outside.note(raw.source, STREETS, 0, 0, error.code)
        else:
            outside.note(raw.source, STREETS, part.rows, part.table.num_rows)
            parts.append(part)
    noted, troubles = outside.table(), tuple(outside.troubles)
    if not parts:
        return StreetRegister(None, empty(FINDING), noted, troubles)
    outcome = normalize_streets(concat((part.table for part in parts), STREET_ROW))
    findings = gather([*(part.findings for part in parts), outcome.findings])
    return StreetRegister(outcome.table, findings, noted, troubles)


_UNKNOWN = -1
"""Stands for a constituency that is not known."""
FINDINGS = (
    "findings-check",
    "findings-ingest",
    "findings-normalize",
    "findings-streets",
)
"""The findings of the stages before; they are joined in this order."""


def reconcile_outside(tables: Shelf, context: StageContext) -> StageResult:
    """The list against registers, statistics and the last cycle's list.

    The findings of all stages are put together here. What of them is left to ask is known once the
    decisions about cases are known.
    """
    outside = reference.read(
        context.reference_files,
        context.settings.ingest,
        context.settings.workspace.profile,
        context.units,
    )
    reconciled = _reconcile(outside, tables, context)
    compared = _last_cycle(outside, tables, context)
    parts = [tables[name] for name in FINDINGS]
    unread = reconcile.not_read(outside.table(), context.settings.check)
    findings = concat([*parts, reconciled.findings, compared.findings, unread], FINDING)
    sources = sort_by(
        concat([outside.table(), tables["sources-streets"]], reference.SOURCES),
        "source",
    )
    made = {
        "findings-raised": findings,
        "matches": reconciled.matches,
        "register_use": concat(
            [reconciled.usable, tables["use-streets"]], REGISTER_USE
        ),
        "rows-raised": reference.rows_named(
            outside, compared.findings.column("other_entry_id")
        ),
        "comparison": reconciled.compared,
        "cycle_changes": compared.changes,
        "cycle_summary": compared.summary,
        "indicators": _beside_last(
            tables["own-indicators"], outside, compared, context
        ),
        "reference": sources,
    }
    rows = pq.read_metadata(tables.path("voters")).num_rows
    of_files = zip(
        *(sources.column(name).to_pylist() for name in ("source", "trouble")),
        strict=True,
    )
    was_passing = context.is_passing([*of_files, *outside.troubles])
    return StageResult(made, rows, rows, is_passing=was_passing)


def _reconcile(
    outside: reference.Outside, tables: Shelf, context: StageContext
) -> Reconciliation:
    """The list against registers, statistics and protocols.

    Only the entries that a register may meet are held; all of them where a register says who should
    be in it.
    """
    asks_of_all = registers.asks_of_all(outside.registers)
    voters = tables.path("voters")
    # A constituency at a time.
    done = context.units.each(Stage.RECONCILE, _count, _tasks("tally", voters))
    counted = concat([unit.table("tally.parquet") for unit in done], TALLY)
    part = Part(_constituencies_in(voters), counted)
    return reconcile.reconcile(
        tables["voters"] if asks_of_all else _candidates(outside, tables, context),
        registers=outside.registers,
        statistics=outside.statistics,
        protocol=outside.protocol,
        settings=context.settings.check,
        on_day=context.list_day,
        part=part,
        moves=tables["moves"],
    )


def _tasks(name: str, voters: Path, *needs: str) -> list[Task]:
    """A unit for each constituency of the voters, whose argument is where its row group is."""
    places = store.row_group_ends(voters, "constituency")
    groups = zip(places, store.row_group_digests(voters), strict=True)
    return [
        Task(
            f"{name}-{unit_name(place)}",
            store.digest_of(*needs, digest),
            (voters, group),
            (place,),
        )
        for group, ((place, _), digest) in enumerate(groups)
    ]


def _constituencies_in(voters: Path) -> Longs:
    """The constituencies of the voters, ascending; -1: one that is not known."""
    metadata = pq.read_metadata(voters)
    numbers = {
        place or _UNKNOWN
        for group, (place, _) in enumerate(store.row_group_ends(voters, "constituency"))
        if metadata.row_group(group).num_rows
    }
    return np.array(sorted(numbers), np.int64)


def _count(task: tuple[Path, int], folder: Path) -> Said:
    """Count the voters of a constituency."""
    path, group = task
    rows = pq.ParquetFile(path).read_row_group(group, COUNTED.names)
    store.write_table(folder / "tally.parquet", tally(rows))
    return {}


def _candidates(
    outside: reference.Outside, tables: Shelf, context: StageContext
) -> pa.Table:
    """VOTER: the entries that a row of a register may meet."""
    if not outside.registers:
        return VOTER.empty_table()
    voters = tables.path("voters")
    keys = registers.register_keys(outside.registers.values())
    needs = store.digest_of(*(keys[kind].tobytes() for kind in sorted(keys)))
    work = partial(_meet, keys=keys)
    done = context.each(work, _tasks("met", voters, needs))
    return concat([unit.table("voters.parquet") for unit in done], VOTER)


def _meet(task: tuple[Path, int], folder: Path, *, keys: Mapping[str, Any]) -> Said:
    """Take the entries out of a constituency that a row of a register may meet."""
    path, group = task
    file = pq.ParquetFile(path)
    looked_at = file.read_row_group(group, RECONCILE_COMPARED.names)
    rows = registers.may_meet(looked_at.combine_chunks(), keys)
    voters = file.read_row_group(group).combine_chunks().take(rows)
    store.write_table(folder / "voters.parquet", concat([voters], VOTER))
    return {}


def _last_cycle(
    outside: reference.Outside, tables: Shelf, context: StageContext
) -> Cycles:
    """This list beside the last cycle's; three tables without rows where that was not given."""
    if outside.last is None:
        return Cycles(empty(CYCLE_CHANGE), empty(CYCLE_SUMMARY), empty(FINDING))
    return compare_cycles(
        outside.last.voters,
        tables["voters"],
        earlier=outside.earlier.voters if outside.earlier is not None else None,
        registers=outside.registers,
        reasons=outside.reasons,
        settings=context.settings.check,
        on_day=context.list_day,
    )


def _beside_last(
    table: pa.Table, outside: reference.Outside, compared: Cycles, context: StageContext
) -> pa.Table:
    """The statistics with those of last cycle's list beside them.

    As they are where that was not given.
    """
    if outside.last is None:
        return table
    # Ages are a year further on now: the statistics of then are taken a year before.
    then = context.list_day - dt.timedelta(days=365)
    last = indicators(
        outside.last.voters, outside.last.entries, context.settings.check, on_day=then
    )
    return beside_last(table, last, compared.summary)
