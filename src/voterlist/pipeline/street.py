"""The street.

Which stage follows which. Read ``STREET`` from top to bottom and you have read a run.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from voterlist import config, link, reconcile, review
from voterlist.check import ENTRIES, VOTERS, beside_last, examine, indicators, settle
from voterlist.cycles import Cycles, compare_cycles
from voterlist.link.explain import waterfalls
from voterlist.link.labels import decided
from voterlist.model import Stage
from voterlist.pipeline import reference
from voterlist.pipeline.context import Context
from voterlist.pipeline.intake import merge_lists, normalize_entries, take_in
from voterlist.pipeline.streets import read_streets
from voterlist.pipeline.walk import Made, Tables
from voterlist.report import scorecard_of
from voterlist.schemas import CYCLE_CHANGE, CYCLE_SUMMARY, FINDING, REGISTER_USE, empty
from voterlist.storage import linkage_state, store
from voterlist.storage.store import Shelf
from voterlist.tables import concat, sort_by

__all__ = ["STREET", "Context", "Step"]

FINDING_ORDER = (
    "rule",
    "constituency",
    "precinct",
    "entry_id",
    "other_entry_id",
    "source",
    "sheet",
    "line",
    "field",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage on the street."""

    stage: Stage
    make: Callable[[Shelf, Context], Made]
    depends: Callable[[Context], str]
    """The digest of what the stage depends on besides the stages before it."""


def check_register(tables: Shelf, context: Context) -> Made:
    """The register tests, the statistics of every place, the precincts' profiles and the age pyramids."""
    register = read_streets(context.inputs.reference, context.settings)
    # Of a nation only what is looked at is read, for this stage alone.
    voters = tables.select("voters", VOTERS)
    found = examine(
        voters,
        tables.select("entries", ENTRIES),
        tables["lists"],
        context.settings.check,
        on_day=context.list_day,
        streets=register.streets,
    )
    made = {
        "scratch/findings-check": found.findings,
        "scratch/findings-streets": register.findings,
        "scratch/sources-streets": register.sources,
        "scratch/use-streets": found.street_use,
        "streets": register.table(),
        "profile": found.profile,
        "pyramid": found.pyramid,
        "ages": found.pyramids,
        "coincidences": found.coincidences,
        "scratch/indicators": found.indicators,
    }
    return Made(
        made, voters.num_rows, voters.num_rows, is_passing=_is_passing(register.sources, context)
    )


def reconcile_outside(tables: Tables, context: Context) -> Made:
    """The list against registers, statistics and the last cycle's list.

    Here all findings come together.
    """
    voters = tables["voters"]
    outside = reference.read(context.inputs.reference, context.settings)
    found = reconcile.reconcile(
        voters,
        registers=outside.registers,
        statistics=outside.statistics,
        protocol=outside.protocol,
        settings=context.settings.check,
        on_day=context.list_day,
    )
    compared = _last_cycle(outside, voters, context)
    parts = [tables[name] for name in sorted(tables) if name.startswith("scratch/findings-")]
    unread = reconcile.not_read(*outside.unread(), context.settings.check)
    findings = concat([*parts, found.findings, compared.findings, unread], FINDING)
    settled = settle(sort_by(findings, *FINDING_ORDER), context.settings.check, context.acceptances)
    sources = sort_by(
        concat([outside.table(), tables["scratch/sources-streets"]], reference.SOURCES), "source"
    )
    made = {
        "findings": sort_by(settled.findings, *FINDING_ORDER),
        "accepted": settled.accepted,
        "matches": found.matches,
        "register_use": concat([found.usable, tables["scratch/use-streets"]], REGISTER_USE),
        "register_rows": reference.rows_named(outside, compared.findings.column("other_entry_id")),
        "comparison": found.compared,
        "cycle_changes": compared.changes,
        "cycle_summary": compared.summary,
        "indicators": _beside_last(tables["scratch/indicators"], outside, compared, context),
        "reference": sources,
    }
    return Made(made, voters.num_rows, voters.num_rows, is_passing=_is_passing(sources, context))


def _is_passing(sources: pa.Table, context: Context) -> bool:
    """True where one of these files (SOURCES) was not read for a reason of the moment."""
    rows = sources.select(["source", "trouble"]).to_pylist()
    return context.inputs.is_passing((row["source"], row["trouble"]) for row in rows)


def _last_cycle(outside: reference.Outside, voters: pa.Table, context: Context) -> Cycles:
    """This list beside the last cycle's; three tables without rows where that was not given."""
    if outside.last is None:
        return Cycles(empty(CYCLE_CHANGE), empty(CYCLE_SUMMARY), empty(FINDING))
    return compare_cycles(
        outside.last.voters,
        voters,
        earlier=outside.earlier.voters if outside.earlier is not None else None,
        registers=outside.registers,
        reasons=outside.reasons,
        settings=context.settings.check,
        on_day=context.list_day,
    )


def _beside_last(
    table: pa.Table, outside: reference.Outside, compared: Cycles, context: Context
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


def link_entries(tables: Tables, context: Context) -> Made:
    """Pairs that may be one person, and the cases they make; what is remembered of the last run is not done again.

    What people decided teaches the model, and a case that they decided stays one.
    """
    voters = tables["voters"]
    folder = context.workspace / linkage_state.FOLDER
    known = linkage_state.read(folder)
    said = decided(context.decisions, voters.column("entry_id"))
    found = link.link(
        voters,
        context.settings.link,
        profile=context.settings.workspace.profile,
        decided=said,
        incremental=link.Incremental(known.state),
        watch=link.Watch(
            lambda step, done, total: context.progress(Stage.LINK, step, done, total)
        ),
    )
    # A run of some constituencies uses what is remembered of all, and does not put its own part in
    # its place.
    if found.state is not None and (context.inputs.is_whole or not found.reused):
        linkage_state.write(folder, found.state)
    made = {
        "pairs": found.pairs,
        "waterfalls": waterfalls(found.pairs, voters),
        "cases": found.cases,
        "clusters": found.clusters,
        "forecast": _records(found.forecast),
        "estimate": _records([found.estimate] if found.estimate else []),
    }
    notes: dict[str, int | str] = {
        "compared": found.candidates,
        "afresh": found.afresh,
        "memory": known.after(found.reused).value,
        "taught": found.taught,
        "contradictory": found.contradictory,
    }
    return Made(made, voters.num_rows, voters.num_rows, notes=notes)


def review_cases(tables: Tables, context: Context) -> Made:
    """The queue of cases, the scorecards and, once something is decided, the corrected list with its changes."""
    entries, cases = tables["entries"], tables["cases"]
    made = {"queue": review.queue(cases, context.decisions), "scorecard": _scorecard(tables)}
    if context.decisions.num_rows:
        corrected = review.apply(entries, cases, context.decisions)
        made |= {
            "corrected": corrected.table,
            "changes": corrected.changes,
            "skipped": corrected.skipped,
        }
    return Made(made, entries.num_rows, made.get("corrected", entries).num_rows)


def _scorecard(tables: Tables) -> pa.Table:
    """The scorecard of each precinct, which needs the findings of all stages and the cases."""
    names = ("profile", "lists", "set_aside", "findings", "cases", "comparison", "register_use")
    return scorecard_of(**{name: tables[name] for name in names})


def _settled_by(context: Context) -> str:
    """The digest of the settings of findings, and of what people said of them."""
    return store.digest_of(config.digest(context.settings.check), context.acceptances.to_pylist())


def _linked_by(context: Context) -> str:
    """The digest of the settings of linkage, and of what people decided.

    The model learns from it.
    """
    settings = config.digest(context.settings.link)
    return (
        store.digest_of(settings, context.decisions.to_pylist())
        if context.decisions.num_rows
        else settings
    )


STREET: tuple[Step, ...] = (
    Step(Stage.INGEST, take_in, lambda context: config.digest(context.settings.ingest)),
    Step(Stage.MERGE, merge_lists, lambda _: ""),
    Step(
        Stage.NORMALIZE, normalize_entries, lambda context: context.settings.workspace.profile.value
    ),
    Step(
        Stage.CHECK,
        check_register,
        lambda context: f"{context.list_day} {config.digest(context.settings.check)}",
    ),
    Step(Stage.RECONCILE, reconcile_outside, _settled_by),
    Step(Stage.LINK, link_entries, _linked_by),
    Step(
        Stage.REVIEW, review_cases, lambda context: store.digest_of(context.decisions.to_pylist())
    ),
)
"""Every stage that makes tables, in order; the reports are made from the tables of all of them."""


def _records(found: Sequence[object]) -> pa.Table:
    """Frozen records of plain values as a table, one row each."""
    rows = [dataclasses.asdict(record) for record in found]  # type: ignore[call-overload]
    return pa.Table.from_pylist(rows) if rows else pa.table({})
