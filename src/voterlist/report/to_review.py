"""What people are asked, out of the tables of a run and of what they answered; also blind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import strict_json
from voterlist.decisions.given import Given, members_of
from voterlist.decisions.standing import (
    Standing,
    answers_back,
    standing,
    still_contested,
)
from voterlist.fields import name_in
from voterlist.findings import finding_ids
from voterlist.findings.accepted import FINDINGS_ACCEPTED
from voterlist.model import (
    CAME_BACK,
    Action,
    CaseKind,
    EntryRole,
    Mark,
    Returned,
    Stage,
)
from voterlist.report.asked import (
    AskedAs,
    GivenAnswer,
    Question,
    ReviewItems,
    ReviewTables,
    Subject,
    given_answer,
    is_of_case,
)
from voterlist.report.sections.cases.build import build_cases
from voterlist.report.sections.cases.model import Case
from voterlist.report.sections.chance import chances_by_place
from voterlist.report.sections.findings import build_findings
from voterlist.report.values import (
    Names,
    Place,
    birth_dates,
    rows_of,
    written_names,
)
from voterlist.schemas import ACCEPTANCE, ACCEPTED, ENTRY, FINDING, require
from voterlist.tables import ReadRow, by_key, rows_among, rows_without


def blind_cases(
    case_ids: Collection[str],
    tables: ReviewTables,
    *,
    names: Names,
) -> tuple[Case, ...]:
    """These cases as nobody had decided them, without score, proposal and evidence.

    Args:
        case_ids: the cases that the person may read.
        tables: the tables of the run.
        names: the names of the files, and what is shown of identifiers.
    """
    cases = build_cases(
        rows_among(tables.cases, "case_id", case_ids),
        tables.numbers,
        tables.looked_up(standing(Given())),
        names,
    )
    return tuple(blind_case(case) for case in cases)


def queued_cases(
    tables: ReviewTables,
    looked_up: Mapping[str, pa.Table],
    *,
    names: Names,
    blind: Collection[str] = (),
) -> list[Case]:
    """All cases as a person decides them, on whatever: those that are in doubt first, by number.

    Args:
        tables: the tables of the run.
        looked_up: as of ``ReviewTables.looked_up``.
        names: the names of the files, and what is shown of identifiers.
        blind: cases that are shown as if nobody had decided or compared them.
    """
    cases = build_cases(
        tables.cases,
        tables.numbers,
        looked_up,
        names,
    )
    shown = [blind_case(case) if case.case_id in blind else case for case in cases]
    return sorted(
        shown, key=lambda case: (case.case_id not in tables.doubted, case.number)
    )


def blind_case(case: Case) -> Case:
    """The case with its entries in the order of their ids, and nothing that anybody says of them.

    Its kind says where the entries stand, and not what the program takes them for. The writers of
    page and workbook leave the score out.
    """
    members = sorted(case.members, key=lambda member: member.entry_id)
    hidden = [
        replace(
            member,
            role=EntryRole.QUESTION,
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
    tables: ReviewTables,
    holding: Standing,
    ready: Collection[str],
    own: Collection[str],
) -> tuple[ReviewTables, Standing]:
    """The tables and what holds, as they are shown to who is to read a few cases a second time.

    Args:
        tables: the tables of a run.
        holding: what holds.
        ready: the cases that wait for a second reading: how they were decided is not told.
        own: those of them that this person is to read; the others are not shown.
    """
    cases = rows_without(tables.cases, "case_id", {*ready} - {*own})
    left = replace(
        holding,
        decisions=rows_without(holding.decisions, "case_id", ready),
        # What the first reader asked the precinct about a case, and why.
        amendments=rows_without(holding.amendments, "case_id", ready),
    )
    return replace(tables, cases=cases), left


_OF_OTHERS = frozenset({Returned.CHANGED, Returned.GONE})
"""Why a whole case comes back, though one entry of it alone is another one now."""


def review_items(
    tables: ReviewTables,
    given: Given,
    holding: Standing,
    *,
    names: Names,
    blind: Collection[str] = (),
) -> ReviewItems:
    """Everything that a person is asked, with what was answered before.

    What is contested, and what waits for a second person, stands on a sheet of its own and on no
    other.

    Args:
        tables: the tables of the run.
        given: everything that people answered, under the ids of the run.
        holding: what holds of it.
        names: the names of the files, and what is shown of identifiers.
        blind: cases that the person is to read without knowing the first decision.
    """
    looked_up = tables.looked_up(holding)
    left = still_contested(holding.contested, tables.returned)
    holding = replace(holding, contested=left)
    contested, pending = left.to_pylist(), holding.pending.to_pylist()
    cases = queued_cases(
        tables,
        looked_up,
        names=names,
        blind=blind,
    )
    disputed_cases = {row["case_id"] for row in contested if is_of_case(row)}
    open_cases = [
        case for case in cases if case.is_open and case.case_id not in disputed_cases
    ]
    asked_elsewhere = {row["finding_id"] for row in (*contested, *pending)}
    every_finding = review_findings(
        tables.findings,
        tables.accepted,
        given.acceptances,
        entries=looked_up["entries"],
        registers=tables.registers,
        names=names,
        amendments=holding.amendments,
    )
    findings = tuple(
        finding
        for finding in every_finding
        if finding.finding_id not in asked_elsewhere
    )
    items = ReviewItems(
        tuple(open_cases),
        findings,
        _asks(holding.amendments, open_cases),
        chances_by_place(tables.coincidences),
    )
    numbers = tables.numbers.select(["case_id", "number"]).to_pylist()
    number_of = {row["case_id"]: row["number"] for row in numbers}
    once_more = _all_once_more(tables, given, holding, items, number_of)
    questions = [*findings, *once_more]
    entries = looked_up["entries"]
    told = with_subjects(questions, number_of, entries, tables, names, given.subjects)
    return replace(items, questions=tuple(told))


def _all_once_more(
    tables: ReviewTables,
    given: Given,
    holding: Standing,
    asked: ReviewItems,
    number_of: Mapping[str | None, int],
) -> Iterator[Question]:
    """What people answered and has to be looked at once more, in the order of its sheets."""

    def order(question: Question) -> tuple[Any, ...]:
        return number_of.get(question.case_id, 0), question.case_id, question.entry_id

    disputes = contested_questions(holding.contested.to_pylist())
    by_reason = by_key((question.asked_as, question) for question in disputes)
    of_cases = by_reason.get(AskedAs.CONTESTED_CASE, [])
    yield from sorted([*of_cases, *_others_of(of_cases, tables.cases)], key=order)
    yield from by_reason.get(AskedAs.CONTESTED_ENTRY, ())
    yield from pending_questions(holding.pending.to_pylist())
    yield from _questions_returned(tables.returned)
    back = set(answers_back(tables.returned).column("old_entry_id").to_pylist())
    yield from sorted(_decided_elsewhere(holding, given, asked, back), key=order)
    yield from _amended_elsewhere(holding, asked, back)


def review_findings(
    findings: pa.Table,
    accepted: pa.Table,
    acceptances: pa.Table,
    *,
    entries: pa.Table,
    registers: pa.Table,
    names: Names,
    amendments: pa.Table | None = None,
) -> tuple[Question, ...]:
    """The findings that a person may answer, errors first; behind them those accepted before.

    Args:
        findings: FINDING of a run.
        accepted: ACCEPTED of the same run.
        acceptances: ACCEPTANCE: the last answer to each finding, also from after the run.
        entries: ENTRY that they name.
        registers: ENTRY of the registers' rows that they name.
        names: the names of the files, and what is shown of identifiers.
        amendments: AMENDMENT: what holds of entries, perhaps beside a finding.

    Raises:
        SchemaError: a table does not have the shape of its schema.
    """
    rows_of_findings = partial(
        build_findings,
        entries=require(entries, ENTRY, Stage.REPORT),
        names=names,
        registers=require(registers, ENTRY, Stage.REPORT),
    )
    # What was accepted is counted by a finding, which asks nothing.
    is_asked = pc.field("rule").cast(pa.string()) != FINDINGS_ACCEPTED.code
    to_accept = require(findings, FINDING, Stage.REPORT).filter(is_asked)
    before = require(accepted, ACCEPTED, Stage.REPORT).filter(
        pc.field("finding_id").is_valid()
    )
    ids_before = before.column("finding_id").to_pylist()
    rows = (
        *rows_of_findings(to_accept, ids=list(finding_ids(to_accept))),
        *rows_of_findings(before.select(FINDING.names), ids=ids_before),
    )
    answers = _answers_before(acceptances, amendments)
    return tuple(
        Question(
            subject=Subject(row.entry_id) if row.entry_id else None,
            finding=row,
            rule=row.rule,
            finding_id=row.finding_id,
            answers=answers.get(row.finding_id or "", ()),
        )
        for row in rows
    )


def _answers_before(
    acceptances: pa.Table, amendments: pa.Table | None
) -> dict[str, tuple[GivenAnswer]]:
    """By finding what was answered; what was decided of the entry counts more than an acceptance.

    Raises:
        SchemaError: a table does not have the shape of its schema.
    """
    rows = require(acceptances, ACCEPTANCE, Stage.REPORT).to_pylist()
    given = [row for row in rows if row["mark"] == Mark.ACCEPT]
    given += [] if amendments is None else amendments.to_pylist()
    return {
        row["finding_id"]: (_read_answer(row),) for row in given if row["finding_id"]
    }


def _asks(
    amendments: pa.Table, cases: Iterable[Case]
) -> dict[tuple[str, str], GivenAnswer]:
    """The questions to precincts that were asked in these cases, by case and entry."""
    is_open = {case.case_id for case in cases}
    return {
        (row["case_id"], row["entry_id"]): _read_answer(row)
        for row in amendments.to_pylist()
        if row["action"] == Action.ASK and row["case_id"] in is_open
    }


def _read_answer(row: ReadRow) -> GivenAnswer:
    """What a row of DECISION, AMENDMENT, CONTESTED, RETURNED or ACCEPTANCE says."""
    names = ("answer", "verdict", "action", "mark")
    return given_answer(next(row[name] for name in names if row.get(name)), row)


def _once_more(
    asked_as: AskedAs, subject: Subject, rows: Sequence[ReadRow]
) -> Question:
    """What is looked at once more of an entry, with what people answered."""

    def about(name: str) -> str | None:
        return next((row[name] for row in rows if row.get(name)), None)

    return Question(
        subject,
        answers=tuple(map(_read_answer, rows)),
        asked_as=asked_as,
        rule=about("rule"),
        finding_id=about("finding_id"),
        case_id=about("case_id"),
    )


def _alone(asked_as: AskedAs, rows: Iterable[ReadRow]) -> Iterator[Question]:
    """What single people answered, each answer by itself."""
    for row in rows:
        yield _once_more(asked_as, Subject(row["entry_id"]), [row])


def pending_questions(rows: Iterable[ReadRow]) -> Iterator[Question]:
    """What waits for a second person: rows of AMENDMENT."""
    return _alone(AskedAs.PENDING, rows)


def contested_questions(rows: Iterable[ReadRow]) -> Iterator[Question]:
    """What people answered in different ways, each with the answers of all: rows of CONTESTED.

    People may come to an entry from a finding and from a case: it is one question.
    """
    said = by_key(
        ((row["case_id"] if is_of_case(row) else None, row["entry_id"]), row)
        for row in rows
    )
    for (case, entry), answers in said.items():
        asked_as = AskedAs.CONTESTED_CASE if case else AskedAs.CONTESTED_ENTRY
        yield _once_more(asked_as, Subject(entry), answers)


def _others_of(asked: Sequence[Question], cases: pa.Table) -> Iterator[Question]:
    """The entries of contested cases about which nobody answered anything."""
    answered = {(question.case_id, question.entry_id) for question in asked}
    for case, entries in members_of(
        cases, [question.case_id for question in asked]
    ).items():
        for entry in entries:
            if (case, entry) not in answered:
                asked_as = AskedAs.CONTESTED_CASE
                yield Question(Subject(entry), asked_as=asked_as, case_id=case)


def _questions_returned(returned: pa.Table) -> Iterator[Question]:
    """What was decided of entries that say something else now, or are on no list any more."""
    for row in returned.to_pylist():
        if row["why"] in CAME_BACK:
            subject = Subject(row["entry_id"] or row["old_entry_id"])
            changed = tuple(filter(None, (row["changed"] or "").split("+")))
            asked = _once_more(AskedAs.RETURNED, subject, [row])
            yield replace(asked, changed=changed, why=_why(row))


def _why(returned: ReadRow) -> str:
    """Why an answer came back: ``other-...`` where its own entry is as it was."""
    why = str(returned["why"])
    is_as_it_was = returned["entry_id"] is not None and not returned["changed"]
    return f"other-{why}" if is_as_it_was and why in _OF_OTHERS else why


def _as_decided(subjects: pa.Table, wanted: set[str]) -> dict[str, Subject]:
    """Entries as they were when something was decided of them."""
    old: dict[str, Subject] = {}
    for row in rows_among(subjects, "entry_id", wanted).to_pylist():
        cells = strict_json.loads(row["cells"])
        name = name_in(cells) or cells.get("full_name")
        place = Place(cells.get("constituency"), cells.get("precinct"))
        told = cells.get("birth_date"), cells.get("address"), place
        old[row["entry_id"]] = Subject(row["entry_id"], name, *told)
    return old


def _decided_elsewhere(
    holding: Standing, given: Given, asked: ReviewItems, back: set[str]
) -> Iterator[Question]:
    """The verdicts that hold and stand in no open case, and with no answer that came back."""
    open_cases = {case.case_id for case in asked.cases}
    for row in holding.decisions.to_pylist():
        members = given.case_entries.get(row["case_id"], [row["entry_id"]])
        if row["case_id"] not in open_cases and back.isdisjoint(members):
            yield from _alone(AskedAs.DECIDED_CASE, [row])


def _amended_elsewhere(
    holding: Standing, asked: ReviewItems, back: set[str]
) -> Iterator[Question]:
    """What holds of entries and stands beside no finding, no case and no answer that came back."""
    answered = {question.finding_id for question in asked.questions if question.answers}
    for row in holding.amendments.to_pylist():
        is_beside_case = (row["case_id"], row["entry_id"]) in asked.asks
        is_shown = row["finding_id"] in answered or is_beside_case
        if not is_shown and row["entry_id"] not in back:
            yield from _alone(AskedAs.DECIDED_ENTRY, [row])


_OF_CASES = {AskedAs.CONTESTED_CASE, AskedAs.RETURNED, AskedAs.DECIDED_CASE}
"""What is told with the number of its case."""


def with_subjects(
    questions: Sequence[Question],
    number_of: Mapping[str | None, int],
    entries: pa.Table,
    tables: ReviewTables,
    names: Names,
    decided: pa.Table,
) -> Iterator[Question]:
    """The questions with the entries, and the rows of registers, that they are about.

    What is on no list any more is shown as it was when it was ``decided`` (SUBJECT).
    """
    named = {
        *(question.entry_id for question in questions),
        *(
            question.finding.other_entry_id
            for question in questions
            if question.finding
        ),
    }
    ids = set(filter(None, named))
    wanted = pa.array(sorted(ids), pa.string())
    found = rows_of(pa.concat_tables([entries, tables.registers]), wanted)
    columns = zip(
        found.column("entry_id").to_pylist(),
        written_names(found).to_pylist(),
        birth_dates(found, rows_of(tables.voters, wanted)),
        found.column("address").to_pylist(),
        names.places(found),
        strict=True,
    )
    subjects = {row[0]: Subject(*row) for row in columns}
    subjects |= _as_decided(decided, ids - subjects.keys())
    for question in questions:
        other = question.finding and question.finding.other_entry_id
        beside = subjects.get(other, Subject(other)) if other else None
        # A finding that names no entry is about the row of a register.
        subject = question.subject or beside
        if subject is not None:
            subject = subjects.get(subject.entry_id, subject)
        is_of_case = question.asked_as in _OF_CASES
        number = number_of.get(question.case_id) if is_of_case else question.case_number
        yield replace(question, subject=subject, beside=beside, case_number=number)
