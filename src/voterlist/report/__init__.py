"""The report: all tables of a run -> ``ReportModel``, the numbers and rows that every output shows.

No file is written and no sentence is made here: ``io.xlsx`` and ``io.html`` say the model in a
language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.findings import FINDINGS_ACCEPTED, finding_ids
from voterlist.model import Mark, Rule, Stage
from voterlist.report.audit import build_audit
from voterlist.report.cases import build_cases, count_kinds
from voterlist.report.faults import build_aside, build_faults, count_rules
from voterlist.report.figures import (
    build_balance,
    build_chance,
    build_dues,
    build_estimate,
    build_needs,
    build_numbers,
    build_precincts,
    build_pyramid,
)
from voterlist.report.lookup import Names, Sources, in_constituency
from voterlist.report.model import (
    AskedFault,
    Case,
    Facts,
    Fault,
    Limits,
    ReportModel,
    Text,
    UnitStanding,
)
from voterlist.report.outside import build_outside
from voterlist.report.scorecard import scorecard as scorecard_of
from voterlist.report.words import Words
from voterlist.schemas import (
    ACCEPTANCE,
    ACCEPTED,
    AGES,
    CASE,
    COINCIDENCE,
    ENTRY,
    FINDING,
    INDICATOR,
    LIST,
    PAIR,
    PROFILE,
    PYRAMID,
    SCORECARD,
    SET_ASIDE,
    VOTER,
    WATERFALL,
    empty,
    require,
)

__all__ = [
    "RULES",
    "AskedFault",
    "Case",
    "Facts",
    "Limits",
    "ReportModel",
    "Sources",
    "Text",
    "Words",
    "build",
    "review_cases",
    "review_faults",
    "scorecard_of",
]

RULES: tuple[Rule, ...] = ()


def build(
    *,
    facts: Facts,
    entries: pa.Table,
    voters: pa.Table,
    lists: pa.Table,
    set_aside: pa.Table,
    findings: pa.Table,
    cases: pa.Table,
    pairs: pa.Table,
    profile: pa.Table,
    pyramid: pa.Table,
    sources: Sources,
    waterfalls: pa.Table | None = None,
    decisions: pa.Table | None = None,
    standings: Sequence[UnitStanding] = (),
    estimate: pa.Table | None = None,
    coincidences: pa.Table | None = None,
    limits: Limits | None = None,
    indicators: pa.Table | None = None,
    scorecard: pa.Table | None = None,
    ages: pa.Table | None = None,
    register_use: pa.Table | None = None,
    register_rows: pa.Table | None = None,
    comparison: pa.Table | None = None,
    cycle_summary: pa.Table | None = None,
    mask_identifiers: bool = True,
) -> ReportModel:
    """The report of ``facts.constituency``, out of the tables of a run that may hold others beside it.

    Every table may hold several constituencies, except ``pyramid``, which counts the voters of the
    report. A case is in the report of each constituency that one of its entries is in. Rows whose
    constituency is not known are in every report, for they must show somewhere.

    Args:
        facts: whose report it is, and the day.
        entries: ENTRY; with ``voters`` (VOTER) it must hold every entry that a case or finding
            names.
        voters: VOTER.
        lists: LIST.
        set_aside: SET_ASIDE.
        findings: FINDING of all stages.
        cases: CASE.
        pairs: PAIR.
        profile: PROFILE.
        pyramid: PYRAMID of the voters of ``facts.constituency``.
        sources: source -> name of the file, or names in the order of ``copy``.
        waterfalls: WATERFALL of the pairs; None: no case says why.
        decisions: DECISION, all or the current ones.
        standings: rows of ``pipeline.standings``.
        estimate: at most one row with the columns of ``Estimate``.
        coincidences: COINCIDENCE; None: the report says nothing of chance.
        limits: the size of a precinct by law.
        indicators: INDICATOR; None: the report has no audit.
        scorecard: SCORECARD of the same precincts.
        ages: AGES of the same precincts.
        register_use: REGISTER_USE; None: the report says nothing of other bodies.
        register_rows: ENTRY of the registers' rows that findings name.
        comparison: COMPARISON.
        cycle_summary: CYCLE_SUMMARY.
        mask_identifiers: show only the last three characters of FIN and document.

    Raises:
        SchemaError: a table does not have the shape of its schema.
    """
    stage, place, names = Stage.REPORT, facts.constituency, Names(sources)
    entries, voters = require(entries, ENTRY, stage), require(voters, VOTER, stage)
    own = in_constituency(entries, place)
    all_cases = require(cases, CASE, stage)
    aside_rows = in_constituency(require(set_aside, SET_ASIDE, stage), place)
    built = build_cases(
        _cases_in(all_cases, place),
        numbers=review.numbered(all_cases),
        entries=entries,
        voters=voters,
        pairs=require(pairs, PAIR, stage),
        waterfalls=_waterfalls(waterfalls),
        decisions=decisions,
        names=names,
        mask_identifiers=mask_identifiers,
    )
    asked, apart = (
        tuple(case for case in built if case.is_asked is wanted) for wanted in (True, False)
    )
    found = in_constituency(require(findings, FINDING, stage), place)
    outside_rows = _given(register_rows, ENTRY)
    faults = build_faults(
        found, entries, names, registers=outside_rows, mask_identifiers=mask_identifiers
    )
    aside = build_aside(aside_rows, names, mask_identifiers=mask_identifiers)
    balance = build_balance(
        in_constituency(require(lists, LIST, stage), place), own.num_rows, aside_rows, names
    )
    dues = build_dues(standings, place, facts.today)
    precincts = build_precincts(
        in_constituency(require(profile, PROFILE, stage), place), faults, asked
    )
    return ReportModel(
        facts=facts,
        limits=limits or Limits(),
        numbers=build_numbers(balance, precincts, asked, faults),
        needs=build_needs(balance, dues, asked, faults, aside),
        balance=balance,
        dues=dues,
        cases=asked,
        apart=apart,
        kinds=count_kinds(built),
        faults=faults,
        rules=count_rules(faults, precincts),
        precincts=precincts,
        pyramid=build_pyramid(require(pyramid, PYRAMID, stage)),
        aside=aside,
        estimate=build_estimate(estimate),
        chance=build_chance(_given(coincidences, COINCIDENCE), place),
        audit=build_audit(
            _given(indicators, INDICATOR), _given(scorecard, SCORECARD), _given(ages, AGES), place
        ),
        outside=build_outside(register_use, comparison, cycle_summary, place),
    )


def review_cases(
    cases: pa.Table,
    *,
    entries: pa.Table,
    voters: pa.Table,
    pairs: pa.Table,
    sources: Sources,
    waterfalls: pa.Table | None = None,
    decisions: pa.Table | None = None,
    mask_identifiers: bool = True,
) -> tuple[Case, ...]:
    """The open cases of a CASE table by number, with their entries: what a review workbook asks about.

    Raises:
        SchemaError: a table does not have the shape of its schema.
    """
    table = require(cases, CASE, Stage.REPORT)
    built = build_cases(
        table,
        numbers=review.numbered(table),
        entries=require(entries, ENTRY, Stage.REPORT),
        voters=require(voters, VOTER, Stage.REPORT),
        pairs=require(pairs, PAIR, Stage.REPORT),
        waterfalls=_waterfalls(waterfalls),
        decisions=decisions,
        names=Names(sources),
        mask_identifiers=mask_identifiers,
    )
    return tuple(case for case in built if case.is_open)


def review_faults(
    findings: pa.Table,
    accepted: pa.Table,
    acceptances: pa.Table,
    *,
    entries: pa.Table,
    registers: pa.Table,
    sources: Sources,
    mask_identifiers: bool = True,
) -> tuple[AskedFault, ...]:
    """The findings that a review workbook asks about, errors first; behind them those accepted in a workbook before.

    Args:
        findings: FINDING of a run.
        accepted: ACCEPTED of the same run.
        acceptances: ACCEPTANCE: what was last said of each finding, after the run too.
        entries: ENTRY that they name.
        registers: ENTRY of the registers' rows that they name.
        sources: as for ``build``.
        mask_identifiers: show only the last three characters of FIN and document.

    Raises:
        SchemaError: a table does not have the shape of its schema.
    """
    stage, rule = Stage.REPORT, pc.field("rule").cast(pa.string())
    # What was accepted is counted by a finding, which asks nothing.
    asked = require(findings, FINDING, stage).filter(rule != FINDINGS_ACCEPTED.code)
    before = require(accepted, ACCEPTED, stage).filter(pc.field("finding_id").is_valid())
    said = {row["finding_id"]: row for row in require(acceptances, ACCEPTANCE, stage).to_pylist()}
    kept = {"registers": require(registers, ENTRY, stage), "mask_identifiers": mask_identifiers}
    entries, names = require(entries, ENTRY, stage), Names(sources)
    own = build_faults(asked, entries, names, **kept, ids=finding_ids(asked))
    others = build_faults(
        before.select(FINDING.names),
        entries,
        names,
        **kept,
        ids=before.column("finding_id").to_pylist(),
    )
    return tuple(_asked(fault, said.get(fault.finding_id or "")) for fault in (*own, *others))


def _asked(fault: Fault, said: Mapping[str, Any] | None) -> AskedFault:
    if said is None or said["mark"] != Mark.ACCEPT:
        return AskedFault(fault)
    return AskedFault(fault, Mark.ACCEPT, said["reason"], said["accepted_by"])


def _waterfalls(waterfalls: pa.Table | None) -> pa.Table | None:
    return None if waterfalls is None else require(waterfalls, WATERFALL, Stage.REPORT)


def _given(table: pa.Table | None, schema: pa.Schema) -> pa.Table:
    return empty(schema) if table is None else require(table, schema, Stage.REPORT)


def _cases_in(cases: pa.Table, constituency: int | None) -> pa.Table:
    """Every entry of the cases that have an entry in this constituency."""
    if constituency is None:
        return cases
    inside = in_constituency(cases, constituency).column("case_id")
    return cases.filter(pc.is_in(cases.column("case_id"), value_set=pc.unique(inside)))
