"""The stages of what people decided: what holds, and what it does to the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pyarrow as pa

from voterlist import review
from voterlist.decisions import (
    STOOD,
    Given,
    Names,
    columns_for,
    effects,
    follow,
    renamed,
    standing,
)
from voterlist.findings import finding_ids, settle
from voterlist.link.cases import case_id
from voterlist.pipeline.returned import Answered, Today, returned
from voterlist.pipeline.steps import NeededTables, StageContext, StageResult
from voterlist.quality.certificate import certificate_of_run
from voterlist.quality.readings import (
    UNASKED,
    actions_of_two,
    in_effect,
    second_readings,
)
from voterlist.report.sections.audit.scorecard import scorecard as scorecard_of
from voterlist.schemas import CASE_NUMBER
from voterlist.storage.ledger import CaseNumber
from voterlist.tables import from_rows


def bring_decisions(tables: NeededTables, context: StageContext) -> StageResult:
    """What people decided, brought to the entries of today; what of it holds."""
    # Of the list of a nation one column is read at a time, and mostly the ids alone.
    stood = tables.columns("entries", STOOD)
    followed = follow(context.answers, stood, _NAMES, context.is_of_run)
    settings = context.settings
    two_people = actions_of_two(settings.decisions, settings.review)
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


def review_cases(tables: NeededTables, context: StageContext) -> StageResult:
    """What was decided and what is left to ask: the queue, the findings, the scorecards.

    What decisions do to the list, with the balance of each precinct, and the corrected list once
    something is decided.
    """
    amendments = tables["amendments"]
    given = renamed(context.answers, tables["followed"], _NAMES)
    settings = context.settings
    readings = second_readings(
        given, tables["cases"], settings.review, settings.workspace.cycle
    )
    decisions = in_effect(tables["decisions"], readings)
    # Of the list of a whole nation only the columns needed here are read.
    entries = tables.select("entries", columns_for(amendments))
    done = effects(
        entries,
        tables["cases"],
        decisions,
        amendments,
        matches=tables["matches"],
        subjects=context.answers.subjects,
        territory=settings.territory.by_number,
    )
    settled = settle(
        tables["findings-raised"],
        settings.check,
        tables["acceptances"],
        done.applied,
    )
    numbers = review.numbered(tables["cases"], _case_numbers(context.case_numbers))
    made = {
        "case_numbers": numbers,
        "returned": _returned(tables, given, entries.column("entry_id"), context),
        "queue": review.queue(
            tables["cases"], tables["decisions"], numbers, _doubted(tables)
        ),
        "second_readings": readings,
        "certificate": certificate_of_run(
            given,
            tables["cases"],
            # Of the pairs of a nation only the columns needed here are read.
            lambda: tables.select("pairs", UNASKED),
            settings.link.review_probability,
        ),
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
    tables: NeededTables,
    given: Given,
    entry_ids: pa.ChunkedArray,
    context: StageContext,
) -> pa.Table:
    """RETURNED: the answers whose entries are not on the list as they were."""
    followed = tables["followed"]
    names = ("decisions", "amendments", "pending", "contested", "acceptances")
    answered = Answered(
        context.answers,
        given,
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


def _doubted(tables: NeededTables) -> list[str]:
    """The cases of which the second opinion takes a pair for something else than the model."""
    opinions = tables["second_opinion"]
    differs = opinions.filter(opinions.column("differs"))
    return list(differs.column("case_id").unique().to_pylist())


def _case_numbers(numbers: Sequence[CaseNumber]) -> pa.Table:
    """CASE_NUMBER of these cases."""
    return from_rows([asdict(one) for one in numbers], CASE_NUMBER)


SCORED = (
    "profile",
    "lists",
    "set_aside",
    "cases",
    "comparison",
    "register_use",
)


def _scorecard(tables: NeededTables, findings: pa.Table) -> pa.Table:
    """The scorecard of each precinct, which needs the findings that are left and the cases."""
    return scorecard_of(**{name: tables[name] for name in SCORED}, findings=findings)
