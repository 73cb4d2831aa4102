"""What a review workbook holds, made of the tables of a run and of what people answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.decisions import Given, Standing, with_corrections
from voterlist.findings import FINDINGS_ACCEPTED, finding_ids
from voterlist.model import Action, Mark, Returned, Stage
from voterlist.report.asked import (
    AskedAs,
    AskedFinding,
    GivenAnswer,
    Reopened,
    ReviewItems,
    Subject,
    given_answer,
)
from voterlist.report.lookup import Names, Sources, rows_of, written_names
from voterlist.report.sections.cases import Case, CaseTables, build_cases
from voterlist.report.sections.findings import FindingRow, build_findings
from voterlist.report.values import Born, Place, Value
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

__all__ = ["ReviewTables", "review_cases", "review_findings", "review_items"]

_SETTLED = frozenset({Returned.CARRIED_OUT, Returned.ANSWERED})
"""Why an answer came back of which nobody needs to do anything."""

_Row: TypeAlias = Mapping[str, Any]
_Subjects: TypeAlias = Callable[[Iterable[str | None]], dict[str, Subject]]


@dataclass(frozen=True, slots=True)
class ReviewTables:
    """The tables of a run that a review workbook is made of.

    Attributes:
        cases: CASE.
        entries: ENTRY.
        voters: VOTER.
        pairs: PAIR.
        waterfalls: WATERFALL.
        findings: FINDING.
        accepted: ACCEPTED.
        registers: ENTRY: the rows of registers that findings name.
        numbers: ``case_id`` and ``number`` of every case.
        returned: RETURNED: the answers whose entries changed.
    """

    cases: pa.Table
    entries: pa.Table
    voters: pa.Table
    pairs: pa.Table
    waterfalls: pa.Table
    findings: pa.Table
    accepted: pa.Table
    registers: pa.Table
    numbers: pa.Table
    returned: pa.Table


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
    entries = with_corrections(tables.entries, holding.amendments)
    names = Names(sources)

    def subjects(ids: Iterable[str | None]) -> dict[str, Subject]:
        return _subjects(ids, entries, tables, names)

    contested = _rows(holding.contested)
    pending = _rows(holding.pending)
    disputed_cases = {row["case_id"] for row in contested if _is_of_case(row)}
    cases = _cases(tables, entries, numbers, holding, names, mask_identifiers)
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
    asked_findings = [one for one in findings if one.finding.finding_id not in apart]
    questions = _questions(holding.amendments, open_cases)
    members = {case: {*ids} for case, ids in given.case_entries.items()}
    shown = {one.finding.finding_id for one in asked_findings if one.given}
    came_back = set(tables.returned.column("old_entry_id").to_pylist())
    is_open = {case.case_id for case in open_cases}
    decisions = [
        row
        for row in _rows(holding.decisions)
        if row["case_id"] not in is_open
        and not came_back & members.get(row["case_id"], {row["entry_id"]})
    ]
    amendments = [
        row
        for row in _rows(holding.amendments)
        if row["finding_id"] not in shown
        and (row["case_id"], row["entry_id"]) not in questions
        and row["entry_id"] not in came_back
    ]
    reopened = [
        *_contested_cases(contested, tables.cases, numbers, subjects),
        *_contested_entries(contested, subjects),
        *_pending(pending, subjects),
        *_returned(tables.returned, given, numbers, subjects),
        *_decided_cases(decisions, numbers, subjects),
        *_decided_entries(amendments, subjects),
    ]
    return ReviewItems(
        tuple(open_cases), questions, tuple(asked_findings), tuple(reopened)
    )


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


def _cases(
    tables: ReviewTables,
    entries: pa.Table,
    numbers: pa.Table,
    holding: Standing,
    names: Names,
    mask_identifiers: bool,
) -> tuple[Case, ...]:
    """All cases by number."""
    looked_up = CaseTables(
        entries=entries,
        voters=tables.voters,
        pairs=tables.pairs,
        waterfalls=tables.waterfalls,
        decisions=holding.decisions,
    )
    return build_cases(
        tables.cases, numbers, looked_up, names, mask_identifiers=mask_identifiers
    )


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
        _births(found, voters),
        found.column("address").to_pylist(),
        names.places(found),
        strict=True,
    )
    return {row[0]: Subject(*row) for row in columns}


def _births(entries: pa.Table, voters: pa.Table) -> list[Value]:
    """The birth date as far as it is known, else as it is written."""
    parts = [
        voters.column(name).to_pylist()
        for name in ("birth_year", "birth_month", "birth_day")
    ]
    written = entries.column("birth_date").to_pylist()
    return [
        text if year is None else Born(year, month, day)
        for text, year, month, day in zip(written, *parts, strict=True)
    ]


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
    findings: Iterable[AskedFinding], amendments: pa.Table, subjects: _Subjects
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


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    return list(table.to_pylist())


def _is_of_case(row: _Row) -> bool:
    """True of an answer of CONTESTED that is a verdict: it names a case and no action."""
    return row["case_id"] is not None and row["answer"] not in {*Action, Mark.ACCEPT}


def _questions(
    amendments: pa.Table, cases: Iterable[Case]
) -> dict[tuple[str, str], GivenAnswer]:
    """The questions to precincts that were asked in these cases, by case and entry."""
    is_open = {case.case_id for case in cases}
    return {
        (row["case_id"], row["entry_id"]): given_answer(Action.ASK.value, row)
        for row in _rows(amendments)
        if row["action"] == Action.ASK and row["case_id"] in is_open
    }


def _contested_cases(
    contested: Iterable[_Row],
    cases: pa.Table,
    numbers: pa.Table,
    subjects: _Subjects,
) -> Iterator[Reopened]:
    """Every entry of each contested case, with what each person answered."""
    answers: dict[tuple[str, str], list[GivenAnswer]] = {}
    for row in contested:
        if _is_of_case(row):
            key = row["case_id"], row["entry_id"]
            answers.setdefault(key, []).append(given_answer(row["answer"], row))
    members: dict[str, set[str]] = {case: set() for case, _ in answers}
    for case, entry in (*answers, *_members(cases, members)):
        members[case].add(entry)
    number_of = _number_of(numbers, members)
    looked_up = subjects(entry for group in members.values() for entry in group)
    for case in sorted(members, key=lambda one: (number_of.get(one, 0), one)):
        for entry in sorted(members[case]):
            yield Reopened(
                AskedAs.CONTESTED_CASE,
                looked_up[entry],
                tuple(answers.get((case, entry), ())),
                case_id=case,
                case_number=number_of.get(case),
            )


def _members(cases: pa.Table, wanted: Iterable[str]) -> list[tuple[str, str]]:
    """(case, entry) of these cases."""
    ids = pa.array(sorted(wanted), pa.string())
    rows = cases.select(["case_id", "entry_id"])
    rows = rows.filter(pc.is_in(rows.column("case_id"), value_set=ids))
    return [(row["case_id"], row["entry_id"]) for row in rows.to_pylist()]


def _number_of(numbers: pa.Table, wanted: Iterable[str | None]) -> dict[str, int]:
    """The numbers of these cases."""
    ids = pa.array(sorted({one for one in wanted if one is not None}), pa.string())
    rows = numbers.filter(pc.is_in(numbers.column("case_id"), value_set=ids))
    return {row["case_id"]: row["number"] for row in rows.to_pylist()}


def _contested_entries(
    contested: Iterable[_Row], subjects: _Subjects
) -> Iterator[Reopened]:
    """Each contested entry with what each person answered."""
    by_entry: dict[str, list[_Row]] = {}
    for row in contested:
        if not _is_of_case(row):
            by_entry.setdefault(row["entry_id"], []).append(row)
    looked_up = subjects(by_entry)
    for entry, rows in by_entry.items():
        yield Reopened(
            AskedAs.CONTESTED_ENTRY,
            looked_up[entry],
            tuple(given_answer(row["answer"], row) for row in rows),
            **_about(rows),
        )


def _about(rows: Iterable[_Row]) -> dict[str, Any]:
    """The finding and the case that answers name, where one of them does."""
    about: dict[str, Any] = {}
    for name in ("rule", "finding_id", "case_id"):
        about[name] = next((row[name] for row in rows if row.get(name)), None)
    return about


def _pending(pending: Iterable[_Row], subjects: _Subjects) -> Iterator[Reopened]:
    """What waits for a second person."""
    yield from _single(AskedAs.PENDING, pending, subjects)


def _single(
    asked_as: AskedAs, rows: Iterable[_Row], subjects: _Subjects
) -> Iterator[Reopened]:
    """Answers of AMENDMENT, each by itself."""
    rows = list(rows)
    looked_up = subjects(row["entry_id"] for row in rows)
    for row in rows:
        answer = given_answer(row["action"], row)
        subject = looked_up[row["entry_id"]]
        yield Reopened(asked_as, subject, (answer,), **_about([row]))


_OF_OTHERS = frozenset({Returned.CHANGED.value, Returned.GONE.value})
"""Why a whole case comes back, though one entry of it alone is another one now."""


def _returned(
    returned: pa.Table, given: Given, numbers: pa.Table, subjects: _Subjects
) -> Iterator[Reopened]:
    """What was decided of entries that say something else now.

    An entry that is gone is shown as it was.
    """
    rows = [row for row in returned.to_pylist() if row["why"] not in _SETTLED]
    looked_up = subjects(row["entry_id"] for row in rows)
    number_of = _number_of(numbers, (row["case_id"] for row in rows))
    gone = {row["old_entry_id"] for row in rows if row["entry_id"] is None}
    old = _old_subjects(given.subjects, gone)
    for row in rows:
        was = Subject(row["old_entry_id"])
        subject = looked_up.get(row["entry_id"] or "") or old.get(
            row["old_entry_id"], was
        )
        yield Reopened(
            AskedAs.RETURNED,
            subject,
            (given_answer(row["answer"], row),),
            case_id=row["case_id"],
            case_number=number_of.get(row["case_id"]),
            changed=tuple(filter(None, (row["changed"] or "").split("+"))),
            why=_why(row),
        )


def _why(returned: _Row) -> str:
    """Why an answer came back: ``other-...`` where its own entry is as it was."""
    why = str(returned["why"])
    is_as_it_was = returned["entry_id"] is not None and not returned["changed"]
    return f"other-{why}" if is_as_it_was and why in _OF_OTHERS else why


def _old_subjects(subjects: pa.Table, wanted: set[str]) -> dict[str, Subject]:
    """Entries as they were when something was decided of them."""
    old: dict[str, Subject] = {}
    for row in subjects.to_pylist():
        if row["entry_id"] not in wanted:
            continue
        cells = json.loads(row["cells"])
        parts = [cells.get(name) for name in ("surname", "given_name", "patronymic")]
        name = " ".join(filter(None, parts)) or cells.get("full_name")
        place = Place(cells.get("constituency"), cells.get("precinct"))
        old[row["entry_id"]] = Subject(
            row["entry_id"], name, cells.get("birth_date"), cells.get("address"), place
        )
    return old


def _decided_cases(
    rows: list[dict[str, Any]], numbers: pa.Table, subjects: _Subjects
) -> Iterator[Reopened]:
    """These verdicts that hold, by number of the case."""
    looked_up = subjects(row["entry_id"] for row in rows)
    number_of = _number_of(numbers, (row["case_id"] for row in rows))
    rows.sort(key=lambda row: (number_of.get(row["case_id"], 0), row["entry_id"]))
    for row in rows:
        yield Reopened(
            AskedAs.DECIDED_CASE,
            looked_up[row["entry_id"]],
            (given_answer(row["verdict"], row),),
            case_id=row["case_id"],
            case_number=number_of.get(row["case_id"]),
        )


def _decided_entries(
    amendments: Iterable[_Row], subjects: _Subjects
) -> Iterator[Reopened]:
    """What holds of entries."""
    yield from _single(AskedAs.DECIDED_ENTRY, amendments, subjects)
