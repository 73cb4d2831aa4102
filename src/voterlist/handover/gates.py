"""What keeps a list from being handed over: each a gate that is open until somebody did something.

Each gate is a key of ``[submit]``, and the catalogue has ``gate.<code>.what`` and ``.todo``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.casework.returned_cases import Kept, count_unanswered
from voterlist.config.sections import Settings, SubmitSettings
from voterlist.deadlines.handovers import emptied_lists
from voterlist.decisions.standing import still_contested
from voterlist.decisions.trial import disputes
from voterlist.errors import UsageError
from voterlist.lists.roll import is_of, listed_by
from voterlist.model import CAME_BACK, Action, Level, Severity, frozen
from voterlist.pipeline.inbox import INBOX, find
from voterlist.pipeline.known import read_table
from voterlist.pipeline.list_input import ListSource
from voterlist.report.sections.set_aside import NOBODY
from voterlist.report.values import in_constituency
from voterlist.schemas import with_entries
from voterlist.storage import ledger as ledgers
from voterlist.storage import store
from voterlist.tables import rows_among


class Gate(StrEnum):
    """What may keep a list from being handed over, in the order in which it is told."""

    STALE_RUN = "stale-run"
    """Decisions, lists or registers are newer than the run."""
    SET_ASIDE = "set-aside"
    """Rows that were set aside and may be voters, and files that could not be read."""
    MISSING_PRECINCTS = "missing-precincts"
    """Precincts of the territory without a list."""
    UNKNOWN_PRECINCTS = "unknown-precincts"
    """Entries and additions whose place is not known, or not of the territory."""
    ERRORS = "errors"
    """Findings that are errors, and that nobody answered."""
    OPEN_CASES = "open-cases"
    """Cases that are not decided."""
    CONTESTED = "contested"
    """Cases and entries about which people decided in different ways."""
    RETURNED = "returned"
    """Decisions that came back."""
    PENDING = "pending"
    """Decisions that wait for a second person."""
    SECOND_READINGS = "second-readings"
    """Decided cases that wait for their second reading."""
    RETURNED_CASES = "returned-cases"
    """Cases that are returned, and not answered; or by whose answers a person is on no list."""
    BALANCE = "balance"
    """Lists whose balance breaks."""


@frozen
class GateState:
    """How a gate stands.

    Attributes:
        gate: which.
        count: of what it counts; the sentence of the catalogue says what that is.
        limit: how many the settings let pass; None: any number.
    """

    gate: Gate
    count: int
    limit: int | None

    @property
    def is_open(self) -> bool:
        """True where it keeps the list from being handed over."""
        return self.limit is not None and self.count > self.limit

    @property
    def is_let_pass(self) -> bool:
        """True where there is something, and the settings let it pass."""
        return self.count > 0 and not self.is_open


@frozen
class Scope:
    """What is handed over: a constituency, or a precinct of it."""

    constituency: int
    precinct: int | None = None

    def of(self, table: pa.Table) -> pa.Table:
        """The rows of a table with places that are of this place."""
        is_own = is_of(table.column("constituency"), self.constituency)
        if self.precinct is not None:
            is_own &= is_of(table.column("precinct"), self.precinct)
        return table.filter(is_own)

    def about(self, table: pa.Table) -> pa.Table:
        """The rows about entries of this place, or about people who are to stand here."""
        is_own = pc.starts_with(table.column("entry_id"), self.prefix)
        if "constituency" in table.column_names:
            stands = self.of(table.select(["entry_id", "constituency", "precinct"]))
            is_there = pc.is_in(
                table.column("entry_id"), value_set=stands.column("entry_id")
            )
            is_own = pc.or_(is_own, is_there)
        return table.filter(is_own)

    @property
    def prefix(self) -> str:
        """How the ids of its entries begin."""
        place = f"{self.constituency:03}-"
        return place if self.precinct is None else f"{place}{self.precinct:04}-"

    def precincts(self, settings: Settings) -> frozenset[int]:
        """The precincts that hand in by ``[territory]``; without any, nobody said."""
        numbers = settings.territory.by_number.get(self.constituency, ())
        if self.precinct is None:
            return frozenset(numbers)
        return frozenset(numbers) & {self.precinct}


def gates(
    source: ListSource, scope: Scope, asked: Iterable[Gate] = Gate
) -> tuple[GateState, ...]:
    """How each gate of a place that is asked about stands, by its newest run.

    Raises:
        InputError: a table of the run is gone or damaged.
    """
    run = _Run(source, scope)
    limits = _limits(source.settings.submit)
    return tuple(GateState(gate, _COUNTS[gate](run), limits[gate]) for gate in asked)


def _limits(settings: SubmitSettings) -> dict[Gate, int | None]:
    """How many of each the settings let pass."""
    limits: dict[Gate, int | None] = {
        gate: 0 if getattr(settings, gate.replace("-", "_")) else None
        for gate in Gate
        if gate is not Gate.OPEN_CASES
    }
    return {**limits, Gate.OPEN_CASES: settings.most_open_cases}


@frozen
class _Run:
    """What the gates are told from."""

    source: ListSource
    scope: Scope

    @property
    def folder(self) -> Path:
        """That of the newest run of the place."""
        return self.source.runs.folder_of(self.scope.constituency)

    def table(self, name: str) -> pa.Table:
        """A table of the run."""
        return read_table(self.folder, name)

    def own(self, name: str) -> pa.Table:
        """The rows of a table with places that are of the place handed over."""
        return self.scope.of(self.table(name))

    def decided_ids(self, ids: Iterable[str]) -> list[str]:
        """Those of the place, and of people who are added to it from a row of a register.

        The place of that row stands behind the colon; it may be another precinct's, or nobody's.
        """
        own, place = self.scope.prefix, f":{self.scope.constituency:03}-"
        return [
            entry_id
            for entry_id in ids
            if entry_id.startswith(own) or place in entry_id or ":000-" in entry_id
        ]


def _stale(run: _Run) -> int:
    """1 where something was decided since the run, and 1 where its lists are others now."""
    try:
        run.source.require_current(run.scope.constituency)
        decided = 0
    except UsageError:
        decided = 1
    return decided + int(_lists_differ(run))


def _lists_differ(run: _Run) -> bool:
    """True where the run has read other contents than lie in the folders of the constituency.

    Below the central commission what lies elsewhere in the inbox may be its lists too: a run of
    ``-c`` did not read that. Nor did it ask about whom a register brought since, or a decision
    elsewhere. The inbox of the nation is not read once for each constituency.
    """
    source, limits = run.source, run.source.settings.ingest
    is_central = source.settings.workspace.level is Level.CEC
    own = (run.scope.constituency,) if is_central else ()
    try:
        today = find(source.workspace, own, limits)
    except UsageError:
        # Its lists lie beside the folders, or nowhere.
        today = find(source.workspace, (), limits)
    folders = {_folder_of(file.name) for batch in today.batches for file in batch.files}
    manifest = store.read_manifest(run.folder)
    then = manifest.inputs if manifest is not None else {}
    if _contents(today.digests, folders) != _contents(then, folders):
        return True
    came = {file.digest for file in today.reference if file.trouble is None}
    return not is_central and not came <= set(then.values())


def _folder_of(name: str) -> str:
    """The folder of the inbox in which a file lies; empty for a file beside the folders."""
    parts = PurePosixPath(name).parts
    return parts[1] if len(parts) > 2 and parts[0] == INBOX else ""


def _contents(digests: Mapping[str, str], folders: Iterable[str]) -> list[str]:
    """The contents of the files in these folders of the inbox."""
    wanted = set(folders)
    return sorted(
        digest
        for name, digest in digests.items()
        if name.startswith(f"{INBOX}/") and _folder_of(name) in wanted
    )


def _set_aside(run: _Run) -> int:
    """Rows that may be voters; a file that could not be read counts as one.

    Those of no known place count too: nobody knows whose they are.
    """
    rows = in_constituency(run.table("set_aside"), run.scope.constituency)
    precinct = run.scope.precinct
    return sum(
        max(int(row["rows"]), 1)
        for row in rows.select(["code", "rows", "precinct"]).to_pylist()
        if row["code"] not in NOBODY
        and (precinct is None or row["precinct"] in {None, precinct})
    )


def _missing_precincts(run: _Run) -> int:
    lists = run.own("lists")
    filled = with_entries(lists)
    there = set(filled.column("precinct").to_pylist())
    settings, own = run.source.settings, run.scope.constituency
    emptied = emptied_lists(run.source.journal, settings.workspace.cycle)
    there |= {precinct for place, precinct in emptied if place == own}
    return len(run.scope.precincts(settings) - there)


def _unknown_precincts(run: _Run) -> int:
    """Entries that no package takes: of no known place, or of one that is not ours.

    So are people who were added to a precinct that has no list any more.
    """
    entries = run.table("entries")
    # Whose own precinct is not in the territory has no place there either.
    known = Scope(run.scope.constituency).precincts(run.source.settings)
    precincts = run.scope.of(entries).column("precinct")
    ours = sum(
        int(row["counts"])
        for row in pc.value_counts(precincts).to_pylist()
        if row["values"] is not None and (not known or row["values"] in known)
    )
    waiting = [
        row
        for row in run.own("skipped").to_pylist()
        if row["answer"] == Action.ADD and row["code"] == "place-unknown"
    ]
    return int(entries.num_rows - ours) + len(waiting)


def _errors(run: _Run) -> int:
    errors = rows_among(run.own("findings"), "severity", [Severity.ERROR])
    return int(errors.num_rows)


def _open_cases(run: _Run) -> int:
    return len(run.own("queue").column("case_id").unique())


def _contested_subjects(run: _Run) -> int:
    # Of a dispute since the run nothing holds, so that no list is another one by it.
    contested = run.source.holding(run.folder).contested
    today = still_contested(contested, run.table("returned"))
    dispute_of = disputes(today.to_pylist())
    return len({dispute_of[entry] for entry in run.decided_ids(dispute_of)})


def _returned_answers(run: _Run) -> int:
    rows = run.table("returned").to_pylist()
    back = (row["old_entry_id"] for row in rows if row["why"] in CAME_BACK)
    return len(run.decided_ids(back))


def _pending(run: _Run) -> int:
    pending = run.table("pending")
    return len(set(run.decided_ids(pending.column("entry_id").to_pylist())))


def _second_readings(run: _Run) -> int:
    """Cases; one of which an entry stands elsewhere counts here too."""
    own = run.scope.about(run.table("second_readings"))
    return len(own.column("case_id").unique())


def _returned_cases(run: _Run) -> int:
    place = ledgers.place_in(run.source.workspace, run.source.settings)
    with ledgers.reading(place) as ledger:
        workspace = run.source.workspace
        kept = Kept(workspace, ledger)
        # Who let it pass asked on paper; each commission of which something is gone is told above.
        if run.source.settings.submit.returned_cases:
            kept.require_whole()
        vanished = sum(case.has_vanished for case in kept.owed())
        return count_unanswered(workspace, ledger) + vanished + len(kept.lost)


def _broken_balances(run: _Run) -> int:
    """Lists whose sums do not fit, and one where the entries are others than were handed in."""
    rows = run.own("balance").to_pylist()
    broken = sum(row["listed"] != listed_by(row) for row in rows)
    lists = run.own("lists").to_pylist()
    unequal = sum(row["rows"] != row["entries"] + row["set_aside"] for row in lists)
    handed_in = sum(row["handed_in"] for row in rows)
    return int(broken + unequal + (handed_in != run.own("entries").num_rows))


_COUNTS: Mapping[Gate, Callable[[_Run], int]] = {
    Gate.STALE_RUN: _stale,
    Gate.SET_ASIDE: _set_aside,
    Gate.MISSING_PRECINCTS: _missing_precincts,
    Gate.UNKNOWN_PRECINCTS: _unknown_precincts,
    Gate.ERRORS: _errors,
    Gate.OPEN_CASES: _open_cases,
    Gate.CONTESTED: _contested_subjects,
    Gate.RETURNED: _returned_answers,
    Gate.PENDING: _pending,
    Gate.SECOND_READINGS: _second_readings,
    Gate.RETURNED_CASES: _returned_cases,
    Gate.BALANCE: _broken_balances,
}
