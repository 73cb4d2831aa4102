"""What people are asked, out of the tables of a run and of what they answered; also blind."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions import Given, Standing, standing
from voterlist.findings import FINDINGS_ACCEPTED, finding_ids
from voterlist.model import Action, CaseKind, EntryRole, Mark, Stage
from voterlist.report.asked import (
    AskedAs,
    AskedFinding,
    GivenAnswer,
    ReviewItems,
    ReviewTables,
    Subject,
    Subjects,
    answers_alone,
    came_back,
    contested_cases,
    contested_entries,
    decided_cases,
    given_answer,
    is_of_case,
)
from voterlist.report.sections.cases.build import build_cases
from voterlist.report.sections.cases.model import Case
from voterlist.report.sections.chance import chances_by_place
from voterlist.report.sections.findings import FindingRow, build_findings
from voterlist.report.values import Names, Sources, birth_dates, rows_of, written_names
from voterlist.schemas import (
    ACCEPTANCE,
    ACCEPTED,
    ENTRY,
    FINDING,
    require,
)
from voterlist.tables import is_among, rows_among


def blind_cases(
    case_ids: Collection[str],
    tables: ReviewTables,
    *,
    sources: Sources,
    mask_identifiers: bool = True,
) -> tuple[Case, ...]:
    """These cases as nobody had decided them, without score, proposal and evidence.

    Args:
        case_ids: the cases that the person may read.
        tables: the tables of the run.
        sources: the files of each source.
        mask_identifiers: whether only the end of an identifier is shown.
    """
    cases = build_cases(
        rows_among(tables.cases, "case_id", case_ids),
        tables.numbers,
        tables.looked_up(standing(Given())),
        Names(sources),
        mask_identifiers=mask_identifiers,
    )
    return tuple(blind_case(case) for case in cases)


def blind_case(case: Case) -> Case:
    """The case with its entries in the order of their ids, and nothing that anybody says of them.

    Its kind says where the entries stand, and not what the program takes them for. The writers of
    page and workbook leave the score out.
    """
    members = sorted(case.members, key=lambda member: member.entry_id)
    hidden = [
        replace(
            member,
            role=EntryRole.QUESTION.value,
            verdict=None,
            decided_by=None,
            decided_why=None,
            before=(),
        )
        for member in members
    ]
    return replace(
        case,
        kind=_kind_by_place(case),
        is_asked=True,
        members=tuple(hidden),
        why=None,
        is_blind=True,
    )


def _kind_by_place(case: Case) -> CaseKind:
    """The kind that a case of one person in these places would have."""
    if len(case.areas) == 1:
        return CaseKind.SAME_PRECINCT
    constituencies = {constituency for constituency, _ in case.areas}
    is_one = len(constituencies) == 1
    return CaseKind.WITHIN_CONSTITUENCY if is_one else CaseKind.ACROSS_CONSTITUENCIES


def without_first_readings(
    tables: ReviewTables, holding: Standing, case_ids: Collection[str]
) -> tuple[ReviewTables, Standing]:
    """The tables and what holds, without these cases: who is to read them must not see them."""
    cases = _others(tables.cases, case_ids)
    left = replace(
        holding,
        decisions=_others(holding.decisions, case_ids),
        # What the first reader asked the precinct about a case, and why.
        amendments=_others(holding.amendments, case_ids),
    )
    return replace(tables, cases=cases), left


def _others(table: pa.Table, case_ids: Collection[str]) -> pa.Table:
    """The rows of other cases, and of none."""
    return table.filter(pc.invert(is_among(table.column("case_id"), case_ids)))


_Row: TypeAlias = dict[str, Any]


def review_items(
    tables: ReviewTables,
    given: Given,
    holding: Standing,
    *,
    sources: Sources,
    mask_identifiers: bool = True,
) -> ReviewItems:
    """Everything that a person is asked, with what was answered before.

    What is contested, and what waits for a second person, stands on a sheet of its own and on no
    other.

    Args:
        tables: the tables of the run.
        given: everything that people answered, under the ids of the run.
        holding: what holds of it.
        sources: the files of each source.
        mask_identifiers: whether only the end of an identifier is shown.
    """
    numbers = tables.numbers
    looked_up = tables.looked_up(holding)
    entries, names = looked_up["entries"], Names(sources)

    def subjects(ids: Iterable[str | None]) -> dict[str, Subject]:
        return _subjects(ids, entries, tables, names)

    contested = holding.contested.to_pylist()
    pending = holding.pending.to_pylist()
    disputed_cases = {row["case_id"] for row in contested if is_of_case(row)}
    cases = build_cases(
        tables.cases, numbers, looked_up, names, mask_identifiers=mask_identifiers
    )
    findings = review_findings(
        tables.findings,
        tables.accepted,
        given.acceptances,
        entries=entries,
        registers=tables.registers,
        sources=sources,
        mask_identifiers=mask_identifiers,
    )
    findings = _with_subjects(findings, holding.amendments, subjects)
    apart = {row["finding_id"] for row in (*contested, *pending)}
    open_cases = [
        case for case in cases if case.is_open and case.case_id not in disputed_cases
    ]
    open_cases.sort(key=lambda case: (case.case_id not in tables.doubted, case.number))
    asked_findings = [one for one in findings if one.finding.finding_id not in apart]
    questions = _questions(holding.amendments, open_cases)
    asked = ReviewItems(
        tuple(open_cases),
        questions,
        tuple(asked_findings),
        chances=chances_by_place(tables.coincidences),
    )
    changed = set(tables.returned.column("old_entry_id").to_pylist())
    decisions = _decisions_elsewhere(holding, given, asked, changed)
    amendments = _amendments_elsewhere(holding, asked, changed)
    reopened = [
        *contested_cases(contested, tables.cases, numbers, subjects),
        *contested_entries(contested, subjects),
        *answers_alone(AskedAs.PENDING, pending, subjects),
        *came_back(tables.returned, given, numbers, subjects),
        *decided_cases(decisions, numbers, subjects),
        *answers_alone(AskedAs.DECIDED_ENTRY, amendments, subjects),
    ]
    return replace(asked, reopened=tuple(reopened))


def _decisions_elsewhere(
    holding: Standing, given: Given, asked: ReviewItems, changed: set[str]
) -> list[_Row]:
    """The verdicts that hold and stand in no open case, and with no answer that came back.

    Args:
        holding: what holds.
        given: all answers, with the entries of their cases.
        asked: the cases and findings that are asked.
        changed: the entries that are not on the list as they were.
    """
    open_cases = {case.case_id for case in asked.cases}
    decisions = []
    for row in holding.decisions.to_pylist():
        members = given.case_entries.get(row["case_id"], [row["entry_id"]])
        is_shown = row["case_id"] in open_cases or not changed.isdisjoint(members)
        if not is_shown:
            decisions.append(row)
    return decisions


def _amendments_elsewhere(
    holding: Standing, asked: ReviewItems, changed: set[str]
) -> list[_Row]:
    """What holds of entries and stands beside no finding, no case and no answer that came back.

    The arguments are those of ``_decisions_elsewhere``.
    """
    shown = {one.finding.finding_id for one in asked.findings if one.given}
    amendments = []
    for row in holding.amendments.to_pylist():
        is_of_finding = row["finding_id"] in shown
        is_question = (row["case_id"], row["entry_id"]) in asked.questions
        is_changed = row["entry_id"] in changed
        if not is_of_finding and not is_question and not is_changed:
            amendments.append(row)
    return amendments


def _subjects(
    ids: Iterable[str | None], entries: pa.Table, tables: ReviewTables, names: Names
) -> dict[str, Subject]:
    """These entries and rows of registers as a person recognises them, by id."""
    wanted = pa.array(sorted({one for one in ids if one is not None}), pa.string())
    found = rows_of(pa.concat_tables([entries, tables.registers]), wanted)
    voters = rows_of(tables.voters, wanted)
    columns = zip(
        wanted.to_pylist(),
        written_names(found).to_pylist(),
        birth_dates(found, voters),
        found.column("address").to_pylist(),
        names.places(found),
        strict=True,
    )
    return {row[0]: Subject(*row) for row in columns}


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

    def rows_of_findings(table: pa.Table, ids: list[str]) -> tuple[FindingRow, ...]:
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
        *rows_of_findings(to_accept, list(finding_ids(to_accept))),
        *rows_of_findings(
            accepted_before.select(FINDING.names),
            accepted_before.column("finding_id").to_pylist(),
        ),
    )
    answers = {
        row["finding_id"]: given_answer(Mark.ACCEPT.value, row)
        for row in require(acceptances, ACCEPTANCE, Stage.REPORT).to_pylist()
        if row["mark"] == Mark.ACCEPT
    }
    return tuple(
        AskedFinding(row, given=answers.get(row.finding_id or "")) for row in rows
    )


def _with_subjects(
    findings: Iterable[AskedFinding], amendments: pa.Table, subjects: Subjects
) -> tuple[AskedFinding, ...]:
    """The findings with their entries, the rows of registers beside them, and what holds of them.

    Where a finding names no entry, it is about the row of a register.
    """
    findings = list(findings)
    looked_up = subjects(
        one
        for asked in findings
        for one in (asked.finding.entry_id, asked.finding.other_entry_id)
    )
    answers = {
        row["finding_id"]: given_answer(row["action"], row)
        for row in amendments.to_pylist()
        if row["finding_id"] is not None
    }
    complete = []
    for asked in findings:
        entry = looked_up.get(asked.finding.entry_id or "")
        other = looked_up.get(asked.finding.other_entry_id or "")
        given = answers.get(asked.finding.finding_id or "", asked.given)
        complete.append(
            replace(asked, subject=entry or other, register=other, given=given)
        )
    return tuple(complete)


def _questions(
    amendments: pa.Table, cases: Iterable[Case]
) -> dict[tuple[str, str], GivenAnswer]:
    """The questions to precincts that were asked in these cases, by case and entry."""
    is_open = {case.case_id for case in cases}
    return {
        (row["case_id"], row["entry_id"]): given_answer(Action.ASK.value, row)
        for row in amendments.to_pylist()
        if row["action"] == Action.ASK and row["case_id"] in is_open
    }
