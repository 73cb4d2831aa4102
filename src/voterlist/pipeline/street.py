"""The street: which stage follows which. Read ``STREET`` from top to bottom and you have read a run."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import config, link, reconcile, review
from voterlist.check import check, profile, pyramid
from voterlist.config import IngestSettings, Settings
from voterlist.deadlines import calendar
from voterlist.ingest import ingest
from voterlist.ingest.ids import entry_ids
from voterlist.io import readers, store
from voterlist.merge import merge
from voterlist.model import Stage
from voterlist.normalize import normalize
from voterlist.pipeline import reference
from voterlist.pipeline.inbox import INBOX, Batch, Inputs
from voterlist.pipeline.walk import Made, Progress, Tables
from voterlist.schemas import ENTRY, FINDING, Intake
from voterlist.tables import concat, sort_by

__all__ = ["STREET", "Context", "Step"]

FINDING_ORDER = ("rule", "constituency", "precinct", "entry_id", "other_entry_id", "source", "sheet", "line", "field")
_INTAKE_TABLES = ("entries", "lists", "set_aside", "findings")


@dataclass(frozen=True, slots=True)
class Context:
    """What the stages of a run may depend on besides the tables."""

    workspace: Path
    settings: Settings
    inputs: Inputs
    decisions: pa.Table
    """DECISION: those that hold now."""
    today: dt.date
    jobs: int
    progress: Progress

    @property
    def list_day(self) -> dt.date:
        """The day on which the list counts: the election, or the last due date of the cycle.

        Whoever is of voting age on that day belongs on the list.
        """
        if self.settings.calendar.election_day is not None:
            return self.settings.calendar.election_day
        return calendar(self.settings.calendar, self.settings.workspace.cycle)[-1].due


@dataclass(frozen=True, slots=True)
class Step:
    """One stage on the street."""

    stage: Stage
    make: Callable[[Tables, Context], Made]
    depends: Callable[[Context], str]
    """The digest of what the stage depends on besides the stages before it."""


def take_in(_tables: Tables, context: Context) -> Made:
    """Read every file of the inbox; one intake a constituency."""
    tables: dict[str, pa.Table] = {}
    intakes = _told_apart(_read_batches(context))
    for number, intake in enumerate(intakes):
        tables |= {f"scratch/received-{number}-{name}": getattr(intake, name) for name in _INTAKE_TABLES}
    rows = sum(_sum(intake.lists, "rows") for intake in intakes)
    aside = sum(_sum(intake.set_aside, "rows") for intake in intakes)
    return Made(tables, rows, sum(intake.entries.num_rows for intake in intakes), aside)


def merge_lists(tables: Tables, context: Context) -> Made:
    """One list out of all: entries, lists, what was set aside, what was noticed on the way in."""
    intakes = [
        Intake(**{name: tables[f"scratch/received-{number}-{name}"] for name in _INTAKE_TABLES})
        for number in range(len(context.inputs.batches))
    ]
    merged = merge(intakes)
    made = {
        "entries": merged.entries,
        "lists": merged.lists,
        "set_aside": merged.set_aside,
        "scratch/findings-ingest": merged.findings,
    }
    return Made(made, sum(intake.entries.num_rows for intake in intakes), merged.entries.num_rows)


def normalize_entries(tables: Tables, context: Context) -> Made:
    """A voter for every entry."""
    outcome = normalize(tables["entries"], context.settings.workspace.profile)
    made = {"voters": outcome.table, "scratch/findings-normalize": outcome.findings}
    return Made(made, tables["entries"].num_rows, outcome.table.num_rows, outcome.set_aside.num_rows)


def check_register(tables: Tables, context: Context) -> Made:
    """The register tests, the precincts' profiles and the age pyramid."""
    voters = tables["voters"]
    found = check(voters, tables["entries"], tables["lists"], context.settings.check, on_day=context.list_day)
    made = {
        "scratch/findings-check": found,
        "profile": profile(voters, tables["entries"], on_day=context.list_day),
        "pyramid": pyramid(voters, context.list_day),
    }
    return Made(made, voters.num_rows, voters.num_rows)


def reconcile_outside(tables: Tables, context: Context) -> Made:
    """The list against the registers and statistics of other bodies; here all findings come together."""
    voters = tables["voters"]
    outside = reference.read(context.inputs.reference, context.workspace, context.settings)
    found = reconcile.reconcile(
        voters,
        deaths=outside.deaths,
        statistics=outside.statistics,
        settings=context.settings.check,
    )
    parts = [tables[name] for name in sorted(tables) if name.startswith("scratch/findings-")]
    made = {
        "findings": sort_by(concat([*parts, found.findings], FINDING), *FINDING_ORDER),
        "matches": found.matches,
        "register_use": found.usable,
        "comparison": found.compared,
        "reference": outside.table(),
    }
    return Made(made, voters.num_rows, voters.num_rows)


def link_entries(tables: Tables, context: Context) -> Made:
    """Pairs that may be one person, and the cases they make."""
    voters = tables["voters"]
    found = link.link(
        voters,
        context.settings.link,
        profile=context.settings.workspace.profile,
        progress=lambda step, done, total: context.progress(Stage.LINK, step, done, total),
    )
    made = {
        "pairs": found.pairs,
        "cases": found.cases,
        "clusters": found.clusters,
        "forecast": _records(found.forecast),
        "chance": _records(found.chance),
        "estimate": _records([found.estimate] if found.estimate else []),
    }
    return Made(made, voters.num_rows, voters.num_rows)


def review_cases(tables: Tables, context: Context) -> Made:
    """The queue of cases to decide and, once something is decided, the corrected list with its changes."""
    entries, cases = tables["entries"], tables["cases"]
    made = {"queue": review.queue(cases, context.decisions)}
    if context.decisions.num_rows:
        corrected = review.apply(entries, cases, context.decisions)
        made |= {"corrected": corrected.table, "changes": corrected.changes, "skipped": corrected.skipped}
    return Made(made, entries.num_rows, made.get("corrected", entries).num_rows)


STREET: tuple[Step, ...] = (
    Step(Stage.INGEST, take_in, lambda context: config.digest(context.settings.ingest)),
    Step(Stage.MERGE, merge_lists, lambda _: ""),
    Step(Stage.NORMALIZE, normalize_entries, lambda context: context.settings.workspace.profile.value),
    Step(Stage.CHECK, check_register, lambda context: f"{context.list_day} {config.digest(context.settings.check)}"),
    Step(Stage.RECONCILE, reconcile_outside, lambda context: config.digest(context.settings.check)),
    Step(Stage.LINK, link_entries, lambda context: config.digest(context.settings.link)),
    Step(Stage.REVIEW, review_cases, lambda context: store.digest_of(context.decisions.to_pylist())),
)
"""Every stage that makes tables, in order; the reports are made from the tables of all of them."""


def _read_batches(context: Context) -> list[Intake]:
    """The intake of each batch, in order; in ``jobs`` processes, which changes nothing but the time it takes."""
    arguments = [(batch, context.workspace / INBOX, context.settings.ingest) for batch in context.inputs.batches]
    total = len(arguments)
    intakes = []
    workers = min(context.jobs, total)
    if workers > 1:
        # Not fork: a forked process inherits Arrow's threads in whatever state they are.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for done, intake in enumerate(pool.map(_read_batch, *zip(*arguments, strict=True)), 1):
                intakes.append(intake)
                context.progress(Stage.INGEST, "", done, total)
        return intakes
    for done, argument in enumerate(arguments, 1):
        intakes.append(_read_batch(*argument))
        context.progress(Stage.INGEST, "", done, total)
    return intakes


def _told_apart(intakes: list[Intake]) -> list[Intake]:
    """The intakes, with ids that no two entries share.

    Ids are unique inside an intake. Two intakes share one where the same row of a precinct came in through two
    folders; it is then numbered as ``entry_ids`` numbers equal rows of one intake.
    """
    entries = concat((intake.entries for intake in intakes), ENTRY)
    if pc.count_distinct(entries.column("entry_id")).as_py() == entries.num_rows:
        return intakes
    ids = entry_ids(entries)
    apart, start = [], 0
    for intake in intakes:
        own = intake.entries.set_column(0, ENTRY.field("entry_id"), ids.slice(start, intake.entries.num_rows))
        apart.append(dataclasses.replace(intake, entries=sort_by(own, "entry_id")))
        start += intake.entries.num_rows
    return apart


def _read_batch(batch: Batch, inbox: Path, settings: IngestSettings) -> Intake:
    return ingest(readers.read_paths(batch.paths, inbox, settings), settings, constituency=batch.constituency)


def _records(found: Sequence[object]) -> pa.Table:
    """Frozen records of plain values as a table, one row each."""
    rows = [dataclasses.asdict(record) for record in found]  # type: ignore[call-overload]
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def _sum(table: pa.Table, column: str) -> int:
    return int(pc.sum(table.column(column)).as_py() or 0)
