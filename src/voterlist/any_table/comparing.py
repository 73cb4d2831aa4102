"""Two lists of two cycles: what changed between them, and why."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import readers
from voterlist.config.sections import Settings
from voterlist.cycles import compare_cycles
from voterlist.cycles.findings import NO_CAUSE
from voterlist.errors import input_error, usage_error
from voterlist.ingest.registers import register_named
from voterlist.model import OnProgress, Precinct, Stage, frozen, no_progress
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.outcome import counts, list_name
from voterlist.pipeline.reference import (
    EARLIER,
    LAST,
    Outside,
    Persons,
    read,
    read_list,
)
from voterlist.schemas import REMOVAL_REASON
from voterlist.storage import store
from voterlist.tables import Row, concat, count_by


@frozen
class Compared:
    """The list of this cycle beside the list of the last one."""

    before: int
    """Entries of the last cycle's list."""
    after: int
    """Entries of this cycle's list."""
    changes: pa.Table
    """CYCLE_CHANGE: one row for each entry that came, went, changed or moved; with the ``list`` and
    ``line`` of the entry, and the ``old_list`` and ``old_line`` of that of the last cycle."""
    by_cause: tuple[Row, ...]
    """``change``, ``cause``, ``entries``: by change, the most frequent cause first."""
    unexplained: tuple[Row, ...]
    """``constituency``, ``precinct``, ``added``, ``removed``: entries without a cause.

    The precincts with the most of them come first.
    """
    findings: dict[str, int]
    """Findings by rule."""


def compare_lists(
    old: Path,
    new: Path,
    *,
    today: dt.date,
    earlier: Path | None = None,
    reference: Path | None = None,
    progress: OnProgress = no_progress,
) -> Compared:
    """Compare the list of the last cycle with that of this cycle.

    Args:
        old: the list of the last cycle.
        new: the list of this cycle.
        today: the day of the new list, on which voters must be of age.
        earlier: the list of the cycle before the last.
        reference: a folder of registers that explain who came and went.
        progress: told what is being done.

    Raises:
        UsageError: there is no such file or folder.
        InputError: nothing in one of the lists can be read.
    """
    settings = Settings()
    progress(Stage.INGEST, 0, 1)
    before, after = _list(old, settings), _list(new, settings)
    first = _list(earlier, settings).voters if earlier is not None else None
    outside = _outside(reference, settings)
    progress(Stage.RECONCILE, 0, 1)
    cycles = compare_cycles(
        before.voters,
        after.voters,
        earlier=first,
        registers=outside.registers,
        reasons=concat([outside.reasons, before.reasons], REMOVAL_REASON),
        settings=settings.check,
        on_day=today,
    )
    changes = _with_lists(cycles.changes, "", new, after)
    return Compared(
        before=before.voters.num_rows,
        after=after.voters.num_rows,
        changes=_with_lists(changes, "old_", old, before),
        by_cause=tuple(_by_cause(cycles.changes)),
        unexplained=tuple(_unexplained_by_precinct(cycles.summary)),
        findings=counts(cycles.findings, "rule"),
    )


def _with_lists(
    changes: pa.Table, cycle: str, path: Path, persons: Persons
) -> pa.Table:
    """The changes with the list and line of each entry of a cycle; of a run, the lists it read."""
    manifest = store.read_manifest(path.parent)
    sources = sources_of(manifest.inputs) if manifest else {}
    at = pc.index_in(
        changes.column(f"{cycle}entry_id"),
        value_set=persons.entries.column("entry_id").combine_chunks(),
    )
    places = persons.entries.select(["source", "sheet", "line"]).take(at)
    names = [
        row["source"]
        and list_name(
            (row["source"], row["sheet"]), {row["source"]: [path.name]} | sources
        )
        for row in places.to_pylist()
    ]
    named = changes.append_column(f"{cycle}list", pa.array(names, pa.string()))
    return named.append_column(f"{cycle}line", places.column("line"))


def _list(path: Path, settings: Settings) -> Persons:
    """The list in a file.

    Raises:
        UsageError: there is no such file.
        InputError: nothing in it can be read.
    """
    if not path.is_file():
        raise usage_error("no-such-file", path=path)
    persons = read_list([readers.list_file(path, path.parent)], settings)
    troubles = [trouble for *_, trouble in persons.sources if trouble]
    if troubles and not persons.entries.num_rows:
        raise input_error(troubles[0], path.name)
    return persons


def _outside(folder: Path | None, settings: Settings) -> Outside:
    """The registers of a reference folder.

    Lists of other cycles in it are left alone, for they are given by name.
    """
    if folder is None:
        return Outside()
    if not folder.is_dir():
        raise usage_error("no-such-file", path=folder)
    files = readers.list_files(folder, folder.parent)
    cycles = {LAST, EARLIER}
    registers = [file for file in files if register_named(file.path.name) not in cycles]
    return read(registers, settings.ingest, settings.workspace.profile)


def _by_cause(changes: pa.Table) -> list[Row]:
    """``change``, ``cause``, ``entries``: by change, the most frequent cause first."""
    rows = [
        {"change": change, "cause": cause, "entries": count}
        for (change, cause), count in count_by(changes, "change", "cause").items()
    ]
    return sorted(rows, key=lambda row: (row["change"], -row["entries"], row["cause"]))


def _unexplained_by_precinct(summary: pa.Table) -> list[Row]:
    """Entries without a cause, by precinct."""
    has_no_cause = pc.equal(summary.column("cause").cast(pa.string()), NO_CAUSE)
    by_place: dict[Precinct, dict[str, Any]] = {}
    for row in summary.filter(has_no_cause).to_pylist():
        if row["change"] in {"added", "removed"}:
            place = {name: row[name] for name in ("constituency", "precinct")}
            counted = by_place.setdefault(
                (place["constituency"], place["precinct"]),
                {**place, "added": 0, "removed": 0},
            )
            counted[row["change"]] += row["entries"]
    return sorted(
        by_place.values(),
        key=lambda row: (
            -row["added"] - row["removed"],
            row["constituency"] or 0,
            row["precinct"] or 0,
        ),
    )
