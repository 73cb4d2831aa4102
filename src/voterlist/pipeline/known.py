"""What is known of a workspace.

Its newest run, and of constituencies that it left out the newest that had them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.config.sections import Settings
from voterlist.decisions.follow import Names, rename
from voterlist.decisions.given import Given, answered_ids, members_of, subjects_among
from voterlist.decisions.standing import still_contested
from voterlist.errors import UsageError, input_error, usage_error
from voterlist.findings import finding_ids
from voterlist.model import details_of, frozen
from voterlist.persons import case_id
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.progress import OF_WORK, Work, work_of
from voterlist.quality.readings import what_holds
from voterlist.readers import SOURCE_DIGITS
from voterlist.report import values
from voterlist.schemas import (
    ACCEPTANCE,
    ACCEPTED,
    AMENDMENT,
    APPLIED,
    CASE,
    CASE_NUMBER,
    CERTIFICATE,
    COINCIDENCE,
    CONTESTED,
    CYCLE_CHANGE,
    DECISION,
    ENTRY,
    FINDING,
    FOLLOWED,
    INDICATOR,
    LIST,
    LIST_BALANCE,
    MATCH,
    PAIR,
    PROFILE,
    RETURNED,
    SECOND_OPINION,
    SECOND_READING,
    SET_ASIDE,
    SKIPPED,
    SUBJECT,
    VOTER,
    WATERFALL,
    WAVE,
    with_added,
)
from voterlist.storage import store
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.store import RUN_EVENT, Manifest
from voterlist.tables import Row, concat, from_columns, rows_among, rows_without
from voterlist.watch import left_to_ask

_KEYS = {
    "entries": ("entry_id",),
    "voters": ("entry_id",),
    "pairs": ("entry_l", "entry_r"),
    "waterfalls": ("entry_l", "entry_r"),
    "cases": ("case_id", "entry_id"),
    "case_numbers": ("case_id",),
    "register_rows": ("entry_id",),
    "matches": ("register_id", "entry_id"),
    "returned": ("old_entry_id",),
    "followed": ("old_entry_id",),
    "second_opinion": ("case_id", "entry_l", "entry_r"),
    "second_readings": ("case_id", "entry_id"),
}
_OF_PLACES = frozenset(
    {
        "findings",
        "accepted",
        "lists",
        "applied",
        "skipped",
        "balance",
        "additions",
        "coincidences",
        "set_aside",
    }
)
"""Tables whose rows have no key: of an older run those count that are of a constituency no newer
run had."""
_OF_ALL = frozenset(
    {"decisions", "amendments", "contested", "pending", "acceptances", "waves"}
)
"""Tables that every run makes of all answers: those of the newest run count."""
_SCHEMAS = {
    "entries": ENTRY,
    "voters": VOTER,
    "pairs": PAIR,
    "waterfalls": WATERFALL,
    "cases": CASE,
    "queue": CASE,
    "case_numbers": CASE_NUMBER,
    "coincidences": COINCIDENCE,
    "register_rows": ENTRY,
    "findings": FINDING,
    "accepted": ACCEPTED,
    "lists": LIST,
    "matches": MATCH,
    "returned": RETURNED,
    "decisions": DECISION,
    "amendments": AMENDMENT,
    "contested": CONTESTED,
    "pending": AMENDMENT,
    "acceptances": ACCEPTANCE,
    "followed": FOLLOWED,
    "second_opinion": SECOND_OPINION,
    "second_readings": SECOND_READING,
    "applied": APPLIED,
    "skipped": SKIPPED,
    "balance": LIST_BALANCE,
    "additions": ENTRY,
    "certificate": CERTIFICATE,
    "indicators": INDICATOR,
    "profile": PROFILE,
    "set_aside": SET_ASIDE,
    "cycle_changes": CYCLE_CHANGE,
    "waves": WAVE,
}

_ALWAYS = frozenset(
    {"cases", "entries", "findings", "lists", "pairs", "queue", "voters"}
)
"""Tables that every run has. What others say, which runs of earlier versions do not have, is shown
where it is there."""


@frozen
class Known:
    """The tables that a person decides on, of all constituencies."""

    run: str
    """The newest run."""
    inputs: dict[str, str]
    """The SHA-256 of every list by its path, of the runs together."""
    folders: tuple[Path, ...]
    """The runs, the newest first; more than one where it was of some constituencies only."""
    left_out: tuple[frozenset[int], ...]
    """For each run the constituencies of which a newer one says more."""

    def names(self, settings: Settings) -> values.Names:
        """The names of its files, and what is shown of identifiers."""
        masked = settings.privacy.mask_identifiers
        return values.Names(sources_of(self.inputs), masked)

    def folder_of(self, constituency: int | None) -> Path:
        """The newest run that has this constituency, or entries of which none is known."""
        for folder, newer in zip(self.folders, self.left_out[1:], strict=False):
            if constituency in newer:
                return folder
        return self.folders[-1]

    def constituencies(self) -> list[int]:
        """The constituencies of all lists.

        Raises:
            InputError: a table is gone or damaged.
        """
        places = pc.unique(self.table("lists").column("constituency")).drop_null()
        return sorted(places.to_pylist())

    def table(self, name: str) -> pa.Table:
        """One of ``_SCHEMAS`` (cases, entries, voters ...) of all runs together.

        Of two rows with one key the newer is taken. Cases are taken from an older run only where
        one of their entries is of a constituency that no newer run had.

        Raises:
            InputError: a table is gone or damaged.
        """
        if name in _OF_ALL:
            return read_table(self.folders[0], name)
        parts = []
        for folder, newer in zip(self.folders, self.left_out, strict=True):
            part = read_table(folder, name)
            if name == "skipped" and len(self.folders) > 1:
                # Another run had a list of that constituency.
                part = rows_without(part, "code", ["list-missing"])
            if name == "cases":
                part = _only_new_places(part, newer)
            elif name in _OF_PLACES and newer:
                part = _only_other_places(part, newer)
            parts.append(part)
        if name in _OF_PLACES:
            return concat(parts, _SCHEMAS[name])
        return _newest_rows(parts, name)


Complete = tuple[Path, Manifest, bool]
"""(folder, manifest, whether all of the inbox was run) of a complete run."""


def known(workspace: Path, ledger: Reader, *newer: Complete) -> Known:
    """What the complete runs of a workspace say together.

    ``newer``: a run that is complete but for its reports.

    Raises:
        UsageError: there is none.
    """
    folders: list[Path] = []
    manifests: list[Manifest] = []
    left_out: list[frozenset[int]] = []
    covered: frozenset[int] = frozenset()
    for folder, manifest, is_whole in chain(newer, complete_runs(workspace, ledger)):
        is_newer = not covered.issuperset(manifest.constituencies)
        if is_whole or is_newer or not folders:
            folders.append(folder)
            manifests.append(manifest)
            left_out.append(covered)
            covered |= set(manifest.constituencies)
        if is_whole:
            break
    if not folders:
        raise usage_error("no-run", path=workspace)
    inputs: dict[str, str] = {}
    for manifest in reversed(manifests):
        inputs |= manifest.inputs
    return Known(manifests[0].run, inputs, tuple(folders), tuple(left_out))


def known_work(
    workspace: Path,
    ledger: Reader,
    settings: Settings | None = None,
    *newer: Complete,
) -> Work | None:
    """What the complete runs show of the work, and what was decided since; None without a run.

    With settings, the lists are those that the next run will make of what holds today. ``newer`` as
    ``known`` takes it.

    Raises:
        InputError: a table of a run is damaged.
    """
    try:
        runs = known(workspace, ledger, *newer)
    except UsageError:
        return None
    tables = {name: runs.table(name) for name in OF_WORK}
    decisions = [tables["decisions"], ledger.decisions()]
    sources = {path: digest[:SOURCE_DIGITS] for path, digest in runs.inputs.items()}
    if settings is not None:
        holding = what_holds(answers_of_today(ledger, runs), settings)
        tables |= {
            "decisions": holding.decisions,
            "amendments": holding.amendments,
            "contested": still_contested(holding.contested, runs.table("returned")),
        }
    return work_of(tables, sources, decisions)


def cycles_of_runs(workspace: Path, ledger: Reader) -> dict[str, str | None]:
    """The cycle of every run that a workspace knows; None where version 0.1.0 did not record it.

    The journal knows runs whose folders were deleted. A ledger that was put back from a copy does
    not know the runs since then; their folders do.
    """
    folders = (workspace / "runs").glob("*")
    manifests = (store.read_manifest(folder) for folder in folders)
    cycles: dict[str, str | None] = {
        manifest.run: None
        for manifest in manifests
        if manifest is not None and manifest.complete
    }
    for details in details_of(ledger.journal(), RUN_EVENT):
        cycle = details.get("cycle")
        cycles[str(details["run"])] = None if cycle is None else str(cycle)
    return cycles


def complete_runs(workspace: Path, ledger: Reader) -> Iterator[Complete]:
    """The complete runs, newest first."""
    altered = store.altered_runs(workspace, ledger.journal())
    told = store.told_of(ledger.journal())
    for _, event, details in reversed(ledger.journal()):
        if event == RUN_EVENT:
            run = str(details["run"])
            finished = store.finished_run(workspace, run, told.get(run, ""))
            if finished is not None and finished[0] not in altered:
                yield *finished, details.get("whole", 1) == 1


def _only_new_places(cases: pa.Table, covered: Collection[int]) -> pa.Table:
    """The cases with an entry in a constituency that is not covered, or not known."""
    if not covered:
        return cases
    place = cases.column("constituency")
    is_covered = pc.is_in(place, value_set=pa.array(sorted(covered), pa.int32()))
    is_new = pc.fill_null(pc.invert(is_covered), fill_value=True)
    return rows_among(cases, "case_id", cases.column("case_id").filter(is_new))


def _only_other_places(rows: pa.Table, covered: Collection[int]) -> pa.Table:
    """The rows of constituencies that are known and not covered."""
    others = pa.array([None, *sorted(covered)], pa.int32())
    place = rows.column("constituency")
    if "from_constituency" in rows.column_names:
        # Where it was handed in; of an added person, where they stand.
        place = pc.coalesce(rows.column("from_constituency"), place)
    return rows.filter(pc.invert(pc.is_in(place, value_set=others)))


def _newest_rows(parts: list[pa.Table], name: str) -> pa.Table:
    """The parts below each other, without the rows whose key stands in a part before."""
    schema = with_added(_SCHEMAS[name], parts)
    kept = [_with_all(parts[0], schema)]
    for part in parts[1:]:
        left, right = _key(part, name), _key(concat(kept, schema), name)
        older = part.filter(pc.invert(pc.is_in(left, value_set=right)))
        kept.append(_with_all(older, schema))
    return concat(kept, schema)


def _with_all(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with every column of the schema; one that it has not is null."""
    columns = dict(zip(table.column_names, table.columns, strict=True))
    return from_columns(columns, schema, table.num_rows)


def _key(table: pa.Table, name: str) -> pa.Array:
    """The key of each row as one text; ids hold no line break."""
    columns = [pc.fill_null(table.column(column), "") for column in _KEYS[name]]
    return pc.binary_join_element_wise(*columns, "\n").combine_chunks()


def read_table(
    folder: Path, name: str, rows: Any = None, columns: Sequence[str] | None = None
) -> pa.Table:
    """A table of a run in the schema of today.

    Args:
        folder: that of the run.
        name: one of ``_SCHEMAS``.
        rows: a filter of the rows to read; None: all.
        columns: those to read; None: all. One that came later is null in older runs.

    Raises:
        InputError: it is gone or damaged.
    """
    schema = _SCHEMAS[name]
    path = folder / f"{name}.parquet"
    if name not in _ALWAYS and not path.exists():
        return schema.empty_table()
    try:
        wanted = None if columns is None else list(columns)
        if rows is None:
            table = store.read_file(path, wanted)
        else:
            table = pq.read_table(path, columns=wanted, filters=rows)
        given = dict(zip(table.column_names, table.columns, strict=True))
        if columns is None:
            schema = with_added(schema, [table])
        else:
            schema = pa.schema(map(schema.field, columns))
        return from_columns(given, schema, table.num_rows)
    except (OSError, pa.ArrowException):
        # The cause may quote a cell, so it is not chained.
        raise input_error("run-damaged", path) from None


_UNKNOWN = "{}"
"""The cells of an entry of which no run says anything."""


def waves_left(folder: Path) -> tuple[Row, ...]:
    """Rows of WAVE of a run: what stands out of the answers of a night, and is left to ask.

    Raises:
        InputError: a table is gone or damaged.
    """
    found = read_table(folder, "waves")
    return left_to_ask(found, read_table(folder, "findings")) if found.num_rows else ()


NAMES = Names(case_id, finding_ids)
"""How cases and findings are named by their entries."""


def answers_in(ledger: Reader) -> Given:
    """All answers in a ledger, under the ids that the entries had then."""
    return Given(
        verdicts=ledger.given_verdicts(),
        amendments=ledger.given_amendments(),
        acceptances=ledger.acceptances(),
        marks=ledger.given_acceptances(),
        subjects=ledger.subjects(),
        case_entries=ledger.case_entries(),
    )


def answers_of_today(ledger: Reader, runs: Known) -> Given:
    """All answers in a ledger, under the ids that the entries have in the newest run."""
    return rename(answers_in(ledger), runs.table("followed"), NAMES)


def keep_subjects(ledger: Ledger, runs: Callable[[], Known]) -> None:
    """Keep what the entries of all answers say, and which entries their cases have.

    What is kept already stays as it is: it is what was there when the first answer was given.

    Args:
        ledger: with the answers.
        runs: the runs on which people decided; asked for only where something is to be kept.
    """
    decided = set(ledger.given_verdicts().column("case_id").to_pylist())
    cases = decided - ledger.case_entries().keys()
    if cases:
        ledger.keep_case_entries(members_of(runs().table("cases"), cases))
    given = answers_in(ledger)
    ids = answered_ids(given) - set(given.subjects.column("entry_id").to_pylist())
    if ids:
        ledger.keep_subjects(_subjects_of(ids, runs().table("entries")))


def _subjects_of(ids: Collection[str], entries: pa.Table) -> pa.Table:
    """SUBJECT of these entries; one that no run has is noted too, so that it is asked for once."""
    subjects = subjects_among(entries, ids)
    rest = sorted(set(ids) - set(subjects.column("entry_id").to_pylist()))
    unknown = {"entry_id": rest, "cells": [_UNKNOWN] * len(rest)}
    return concat([subjects, from_columns(unknown, SUBJECT, len(rest))], SUBJECT)
