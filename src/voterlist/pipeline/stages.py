"""Which stage follows which, and what each needs and makes.

Read ``STAGES`` from top to bottom and you have read a run.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from voterlist import link, reconcile
from voterlist.check import ENTRIES, VOTERS, beside_last, examine, indicators
from voterlist.cycles import Cycles, compare_cycles
from voterlist.decisions import (
    with_corrections,
)
from voterlist.link.explain import waterfalls
from voterlist.link.labels import decided
from voterlist.model import Stage
from voterlist.pipeline import reference
from voterlist.pipeline.decision_stages import SCORED, bring_decisions, review_cases
from voterlist.pipeline.intake import (
    INTAKE_TABLES,
    merge_lists,
    normalize_entries,
    take_in,
)
from voterlist.pipeline.steps import (
    Given,
    NeededTables,
    StageContext,
    StageResult,
    Step,
)
from voterlist.pipeline.street_register import read_streets
from voterlist.schemas import (
    CYCLE_CHANGE,
    CYCLE_SUMMARY,
    FINDING,
    REGISTER_USE,
    empty,
)
from voterlist.storage import linkage_state
from voterlist.tables import concat, sort_by

__all__ = ["STAGES"]


_FINDINGS = (
    "findings-check",
    "findings-ingest",
    "findings-normalize",
    "findings-streets",
)
"""The findings of the stages before; they are joined in this order."""


def check_register(tables: NeededTables, context: StageContext) -> StageResult:
    """The register tests, the statistics of every place, profiles and age pyramids."""
    register = read_streets(context.street_files, context.settings)
    # Of the list of a whole nation only the columns needed here are read, and none is kept.
    voters = tables.select("voters", VOTERS)
    examined = examine(
        voters,
        with_corrections(tables.select("entries", ENTRIES), tables["amendments"]),
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
        "pyramid": examined.pyramid,
        "ages": examined.pyramids,
        "coincidences": examined.coincidences,
        "own-indicators": examined.indicators,
    }
    rows = voters.num_rows
    return StageResult(
        made, rows, rows, is_passing=_is_passing(register.sources, context)
    )


def reconcile_outside(tables: NeededTables, context: StageContext) -> StageResult:
    """The list against registers, statistics and the last cycle's list.

    The findings of all stages are put together here. What of them is left to ask is known once the
    decisions about cases are known.
    """
    voters = tables["voters"]
    outside = reference.read(context.reference_files, context.settings)
    reconciled = reconcile.reconcile(
        voters,
        registers=outside.registers,
        statistics=outside.statistics,
        protocol=outside.protocol,
        settings=context.settings.check,
        on_day=context.list_day,
    )
    compared = _last_cycle(outside, voters, context)
    parts = [tables[name] for name in _FINDINGS]
    unread = reconcile.not_read(*outside.unread(), context.settings.check)
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
        "register_rows": reference.rows_named(
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
    rows = voters.num_rows
    return StageResult(made, rows, rows, is_passing=_is_passing(sources, context))


def _is_passing(sources: pa.Table, context: StageContext) -> bool:
    """True where one of these files (SOURCES) was not read for a reason of the moment."""
    rows = sources.select(["source", "trouble"]).to_pylist()
    return context.is_passing((row["source"], row["trouble"]) for row in rows)


def _last_cycle(
    outside: reference.Outside, voters: pa.Table, context: StageContext
) -> Cycles:
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


def link_entries(tables: NeededTables, context: StageContext) -> StageResult:
    """Pairs that may be one person, and the cases they make.

    Pairs compared by the run before are not compared again. The decisions of people are labels for
    the model, and a case that they decided stays one.
    """
    voters = tables["voters"]
    folder = context.workspace / linkage_state.FOLDER
    known = linkage_state.read(folder)
    decided_by_people = decided(tables["decisions"], voters.column("entry_id"))
    linkage = link.link(
        voters,
        context.settings.link,
        profile=context.settings.workspace.profile,
        decided=decided_by_people,
        incremental=link.Incremental(known.state),
        watch=link.Watch(
            lambda step, done, total: context.progress(Stage.LINK, step, done, total)
        ),
    )
    # A run of some constituencies uses the stored state of all, and does not replace it by its own
    # part.
    if linkage.state is not None and (context.is_whole or not linkage.reused):
        linkage_state.write(folder, linkage.state)
    made = {
        "pairs": linkage.pairs,
        "waterfalls": waterfalls(linkage.pairs, voters),
        "cases": linkage.cases,
        "clusters": linkage.clusters,
        "forecast": _records(linkage.forecast),
        "estimate": _records([linkage.estimate] if linkage.estimate else []),
        "doubts": _records(linkage.doubts),
    }
    notes: dict[str, int | str] = {
        "compared": linkage.candidates,
        "afresh": linkage.afresh,
        "state_use": known.after(linkage.reused).value,
        "training_labels": linkage.training_labels,
        "contradictory": linkage.contradictory,
    }
    rows = voters.num_rows
    return StageResult(made, rows, rows, notes=notes)


STAGES: tuple[Step, ...] = (
    Step(
        Stage.INGEST,
        take_in,
        makes=tuple(f"received-{name}" for name in INTAKE_TABLES),
        settings=("ingest", "territory"),
        given=(Given.INBOX,),
        by_constituency=True,
    ),
    Step(
        Stage.MERGE,
        merge_lists,
        needs=tuple(f"received-{name}" for name in INTAKE_TABLES),
        makes=("entries", "lists", "set_aside", "findings-ingest"),
        given=(Given.INBOX,),
    ),
    Step(
        Stage.DECISIONS,
        bring_decisions,
        needs=("entries",),
        makes=(
            "decisions",
            "amendments",
            "contested",
            "pending",
            "acceptances",
            "followed",
        ),
        settings=("decisions", "review"),
        given=(Given.ANSWERS, Given.SCOPE),
    ),
    Step(
        Stage.NORMALIZE,
        normalize_entries,
        needs=("entries", "lists", "amendments"),
        makes=("voters", "findings-normalize"),
        settings=("workspace.profile",),
        by_constituency=True,
    ),
    Step(
        Stage.CHECK,
        check_register,
        needs=("voters", "entries", "lists", "amendments"),
        makes=(
            "findings-check",
            "findings-streets",
            "sources-streets",
            "use-streets",
            "own-indicators",
            "streets",
            "profile",
            "pyramid",
            "ages",
            "coincidences",
        ),
        settings=("check", "ingest"),
        given=(Given.STREETS, Given.LIST_DAY),
    ),
    Step(
        Stage.RECONCILE,
        reconcile_outside,
        needs=(
            "voters",
            *_FINDINGS,
            "sources-streets",
            "use-streets",
            "own-indicators",
        ),
        makes=(
            "findings-raised",
            "matches",
            "register_use",
            "register_rows",
            "comparison",
            "cycle_changes",
            "cycle_summary",
            "indicators",
            "reference",
        ),
        settings=("check", "ingest", "workspace.profile"),
        given=(Given.REFERENCE, Given.LIST_DAY),
    ),
    Step(
        Stage.LINK,
        link_entries,
        needs=("voters", "decisions"),
        makes=(
            "pairs",
            "waterfalls",
            "cases",
            "clusters",
            "forecast",
            "estimate",
            "doubts",
        ),
        settings=("link", "workspace.profile"),
    ),
    Step(
        Stage.REVIEW,
        review_cases,
        needs=(
            "entries",
            "voters",
            "decisions",
            "amendments",
            "pending",
            "contested",
            "acceptances",
            "followed",
            "findings-raised",
            "matches",
            "pairs",
            *SCORED,
        ),
        makes=(
            "case_numbers",
            "returned",
            "queue",
            "second_readings",
            "certificate",
            "findings",
            "accepted",
            "scorecard",
            "applied",
            "skipped",
            "balance",
            "additions",
        ),
        may_make=("corrected", "changes"),
        settings=(
            "check",
            "territory",
            "workspace.profile",
            "workspace.cycle",
            "link.review_probability",
            "review",
        ),
        given=(Given.ANSWERS, Given.CASE_NUMBERS, Given.SCOPE),
    ),
)
"""Every stage that makes tables, in order; the reports are made from the tables of all of them."""


def _records(records: Sequence[object]) -> pa.Table:
    """Frozen records of plain values as a table, one row each."""
    rows = [dataclasses.asdict(record) for record in records]  # type: ignore[call-overload]
    return pa.Table.from_pylist(rows) if rows else pa.table({})
