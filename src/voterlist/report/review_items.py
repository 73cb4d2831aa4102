"""What a review workbook holds: the open cases, and the findings that a person may accept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.findings import FINDINGS_ACCEPTED, finding_ids
from voterlist.model import Mark, Stage
from voterlist.report.lookup import Names, Sources
from voterlist.report.sections.cases import Case, CaseTables, build_cases
from voterlist.report.sections.findings import AskedFinding, FindingRow, build_findings
from voterlist.schemas import (
    ACCEPTANCE,
    ACCEPTED,
    CASE,
    CASE_NUMBER,
    DECISION,
    ENTRY,
    FINDING,
    PAIR,
    RETURNED,
    VOTER,
    WATERFALL,
    empty,
    require,
)

__all__ = ["review_cases", "review_findings"]


def review_cases(
    cases: pa.Table,
    tables: Mapping[str, pa.Table],
    *,
    sources: Sources,
    decisions: pa.Table | None = None,
    mask_identifiers: bool = True,
) -> tuple[Case, ...]:
    """The open cases of a CASE table by number, with their entries.

    Args:
        cases: CASE.
        tables: ``entries``, ``voters``, ``pairs``, and where there are any ``waterfalls``,
            ``case_numbers`` and ``returned``.
        sources: the files of each source.
        decisions: DECISION.
        mask_identifiers: whether only the end of an identifier is shown.

    Raises:
        SchemaError: a table does not have the shape of its schema.
    """
    table = require(cases, CASE, Stage.REPORT)
    built = build_cases(
        table,
        review.numbered(table, _checked(tables.get("case_numbers"), CASE_NUMBER)),
        CaseTables(
            entries=require(tables["entries"], ENTRY, Stage.REPORT),
            voters=require(tables["voters"], VOTER, Stage.REPORT),
            pairs=require(tables["pairs"], PAIR, Stage.REPORT),
            waterfalls=_checked(tables.get("waterfalls"), WATERFALL),
            decisions=_checked(decisions, DECISION),
            returned=_checked(tables.get("returned"), RETURNED),
        ),
        Names(sources),
        mask_identifiers=mask_identifiers,
    )
    return tuple(case for case in built if case.is_open)


def _checked(table: pa.Table | None, schema: pa.Schema) -> pa.Table:
    return empty(schema) if table is None else require(table, schema, Stage.REPORT)


def review_findings(
    findings: pa.Table,
    accepted: pa.Table,
    acceptances: pa.Table,
    *,
    entries: pa.Table,
    registers: pa.Table,
    sources: Sources,
    mask_identifiers: bool = True,
) -> tuple[AskedFinding, ...]:
    """The findings that a person may accept, errors first; behind them those accepted before.

    Args:
        findings: FINDING of a run.
        accepted: ACCEPTED of the same run.
        acceptances: ACCEPTANCE: the last answer to each finding, also from after the run.
        entries: ENTRY that they name.
        registers: ENTRY of the registers' rows that they name.
        sources: as of ``Run``.
        mask_identifiers: show only the last three characters of FIN and document.

    Raises:
        SchemaError: a table does not have the shape of its schema.
    """
    entries, names = require(entries, ENTRY, Stage.REPORT), Names(sources)
    registers = require(registers, ENTRY, Stage.REPORT)

    def rows_of(table: pa.Table, ids: list[str]) -> tuple[FindingRow, ...]:
        return build_findings(
            table,
            entries,
            names,
            registers=registers,
            mask_identifiers=mask_identifiers,
            ids=ids,
        )

    # What was accepted is counted by a finding, which asks nothing.
    is_asked = pc.field("rule").cast(pa.string()) != FINDINGS_ACCEPTED.code
    to_accept = require(findings, FINDING, Stage.REPORT).filter(is_asked)
    accepted_before = require(accepted, ACCEPTED, Stage.REPORT).filter(
        pc.field("finding_id").is_valid()
    )
    rows = (
        *rows_of(to_accept, list(finding_ids(to_accept))),
        *rows_of(
            accepted_before.select(FINDING.names),
            accepted_before.column("finding_id").to_pylist(),
        ),
    )
    answers = require(acceptances, ACCEPTANCE, Stage.REPORT).to_pylist()
    by_id = {answer["finding_id"]: answer for answer in answers}
    return tuple(_with_answer(row, by_id.get(row.finding_id or "")) for row in rows)


def _with_answer(row: FindingRow, answer: Mapping[str, Any] | None) -> AskedFinding:
    if answer is None or answer["mark"] != Mark.ACCEPT:
        return AskedFinding(row)
    return AskedFinding(row, Mark.ACCEPT, answer["reason"], answer["accepted_by"])
