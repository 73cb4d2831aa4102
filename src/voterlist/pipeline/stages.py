"""Which stage follows which, and what each needs and makes.

Read ``STAGES`` from top to bottom and you have read a run.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from voterlist import link, reconcile, review
from voterlist.check import ENTRIES, VOTERS, beside_last, examine, indicators
from voterlist.cycles import Cycles, compare_cycles
from voterlist.decisions import (
    STOOD,
    Names,
    columns_for,
    effects,
    follow,
    renamed,
    standing,
    with_corrections,
)
from voterlist.findings import finding_ids, settle
from voterlist.link.cases import case_id
from voterlist.link.explain import waterfalls
from voterlist.link.labels import decided
from voterlist.model import Action, Stage
from voterlist.pipeline import reference
from voterlist.pipeline.intake import (
    INTAKE_TABLES,
    merge_lists,
    normalize_entries,
    take_in,
)
from voterlist.pipeline.returned import Answered, Today, returned
from voterlist.pipeline.steps import (
    Given,
    NeededTables,
    StageContext,
    StageResult,
    Step,
)
from voterlist.pipeline.street_register import read_streets
from voterlist.report import scorecard_of
from voterlist.schemas import (
    CASE_NUMBER,
    CYCLE_CHANGE,
    CYCLE_SUMMARY,
    FINDING,
    REGISTER_USE,
    empty,
)
from voterlist.storage import linkage_state
from voterlist.storage.ledger import CaseNumber
from voterlist.tables import concat, from_columns, sort_by

__all__ = ["STAGES"]


_FINDINGS = (
    "findings-check",
    "findings-ingest",
    "findings-normalize",
    "findings-streets",
)
"""The findings of the stages before; they are joined in this order."""


def bring_decisions(tables: NeededTables, context: StageContext) -> StageResult:
    """What people decided, brought to the entries of today; what of it holds."""
    stood = tables.select("entries", STOOD)
    followed = follow(context.answers, stood, _NAMES, context.is_of_run)
    two_people = [Action(name) for name in context.settings.decisions.two_people]
    holding = standing(followed.given, two_people=two_people)
    made = {
        "decisions": holding.decisions,
        "amendments": holding.amendments,
        "contested": holding.contested,
        "pending": holding.pending,
        "acceptances": followed.given.acceptances,
        "followed": followed.moves,
    }
    return StageResult(made, stood.num_rows, stood.num_rows)


_NAMES = Names(case_id, finding_ids)


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


def review_cases(tables: NeededTables, context: StageContext) -> StageResult:
    """What was decided and what is left to ask: the queue, the findings, the scorecards.

    What decisions do to the list, with the balance of each precinct, and the corrected list once
    something is decided.
    """
    decisions, amendments = tables["decisions"], tables["amendments"]
    # Of the list of a whole nation only the columns needed here are read.
    entries = tables.select("entries", columns_for(amendments))
    done = effects(
        entries,
        tables["cases"],
        decisions,
        amendments,
        matches=tables["matches"],
        subjects=context.answers.subjects,
        territory=context.settings.territory.by_number,
    )
    settled = settle(
        tables["findings-raised"],
        context.settings.check,
        tables["acceptances"],
        done.applied,
    )
    numbers = review.numbered(tables["cases"], _case_numbers(context.case_numbers))
    made = {
        "case_numbers": numbers,
        "returned": _returned(tables, entries.column("entry_id"), context),
        "queue": review.queue(tables["cases"], decisions, numbers),
        "findings": settled.findings,
        "accepted": settled.accepted,
        "scorecard": _scorecard(tables, settled.findings),
        "applied": done.applied,
        "skipped": done.skipped,
        "balance": done.balance,
        "additions": done.additions,
    }
    if decisions.num_rows or amendments.num_rows:
        corrected = review.apply(tables["entries"], tables["cases"], decisions, done)
        made |= {"corrected": corrected.table, "changes": corrected.changes}
    rows_out = made.get("corrected", entries).num_rows
    return StageResult(made, entries.num_rows, rows_out)


def _returned(
    tables: NeededTables, entry_ids: pa.ChunkedArray, context: StageContext
) -> pa.Table:
    """RETURNED: the answers whose entries are not on the list as they were."""
    given, followed = context.answers, tables["followed"]
    names = ("decisions", "amendments", "pending", "contested", "acceptances")
    answered = Answered(
        given,
        renamed(given, followed, _NAMES),
        followed,
        **{name: tables[name] for name in names},
    )
    today = Today(
        entry_ids,
        tables.path("voters"),
        tables["cases"],
        tables["lists"],
        context.settings.workspace.profile,
        context.is_of_run,
    )
    return returned(answered, today)


def _case_numbers(numbers: Sequence[CaseNumber]) -> pa.Table:
    """CASE_NUMBER of these cases."""
    names = CASE_NUMBER.names
    columns = {name: [getattr(one, name) for one in numbers] for name in names}
    return from_columns(columns, CASE_NUMBER, len(numbers))


_SCORED = (
    "profile",
    "lists",
    "set_aside",
    "cases",
    "comparison",
    "register_use",
)


def _scorecard(tables: NeededTables, findings: pa.Table) -> pa.Table:
    """The scorecard of each precinct, which needs the findings that are left and the cases."""
    return scorecard_of(**{name: tables[name] for name in _SCORED}, findings=findings)


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
        settings=("decisions",),
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
            *_SCORED,
        ),
        makes=(
            "case_numbers",
            "returned",
            "queue",
            "findings",
            "accepted",
            "scorecard",
            "applied",
            "skipped",
            "balance",
            "additions",
        ),
        may_make=("corrected", "changes"),
        settings=("check", "territory", "workspace.profile"),
        given=(Given.ANSWERS, Given.CASE_NUMBERS, Given.SCOPE),
    ),
)
"""Every stage that makes tables, in order; the reports are made from the tables of all of them."""


def _records(records: Sequence[object]) -> pa.Table:
    """Frozen records of plain values as a table, one row each."""
    rows = [dataclasses.asdict(record) for record in records]  # type: ignore[call-overload]
    return pa.Table.from_pylist(rows) if rows else pa.table({})
