"""The sheets of a review workbook: columns and lines, before they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voterlist.decisions.answers import SHEETS
from voterlist.desk.data import proposed_verdicts, usual_reason
from voterlist.model import Action, Verdict
from voterlist.render.xlsx.filled import proposed_as
from voterlist.render.xlsx.forms import (
    ANSWER,
    ANSWERS,
    ASKED_AS,
    CASE_ID,
    ENTRY_ID,
    FINDING_ID,
    PROPOSED_AS,
    TICK,
    TICKS,
)
from voterlist.render.xlsx.lines import (
    Line,
    finding_lines,
    reopened_lines,
    texts_of,
    words_of,
)
from voterlist.report.asked import (
    AskedAs,
    AskedFinding,
    GivenAnswer,
    Reopened,
    ReviewItems,
)
from voterlist.report.section import (
    Column,
    SheetValue,
    columns_of,
    place_cells,
    place_columns,
)
from voterlist.report.sections.cases import (
    CASE_FIELDS,
    Case,
    CaseWords,
    Member,
    Sentences,
    case_cells,
    case_columns,
)
from voterlist.report.sections.findings import FindingWords
from voterlist.report.words import Words

_CASE_ANSWERS = (*(verdict.value for verdict in Verdict), Action.ASK, Action.WITHDRAW)
_SHOWN_FIRST = ("written", "birth_date", "address")
"""The fields of an entry of a case that stand before the columns that a person fills in."""


def case_lines(items: ReviewItems, words: CaseWords) -> list[Line]:
    """One line for each entry of each open case."""
    choices = {TICK: TICKS[:1], ANSWER: words_of(_CASE_ANSWERS, words)}
    sentences = Sentences(words, items.chances)
    lines = []
    for number, case in enumerate(items.cases):
        proposed = proposed_verdicts(case)
        reason = words(f"desk.reason.{usual_reason(case)}")
        is_blind = case.is_blind
        sentence = words("quality.blind") if is_blind else sentences.of(case)
        for member in case.members:
            question = items.questions.get((case.case_id, member.entry_id))
            shown = _CaseCells(case, member, words, sentence)
            verdict = proposed.get(member.entry_id)
            ids = {
                CASE_ID: case.case_id,
                ENTRY_ID: member.entry_id,
                PROPOSED_AS: proposed_as(verdict, reason) if verdict else None,
            }
            line = Line(
                before=shown.before,
                after=shown.after,
                ids=ids,
                texts=_case_texts(member, question, words),
                choices=choices,
                columns=("due",),
                marks_before=shown.marks_before,
                marks_after=shown.marks_after,
                band=number % 2 == 1,
                first=member is case.members[0],
            )
            lines.append(line)
    return lines


class _CaseCells:
    """What a line shows of an entry of a case, and which cells differ within the case."""

    def __init__(
        self, case: Case, member: Member, words: CaseWords, sentence: str
    ) -> None:
        values, marks = case_cells(member, words)
        shown = dict(zip(CASE_FIELDS, zip(values, marks, strict=True), strict=True))
        first = [shown.pop(name) for name in _SHOWN_FIRST]
        is_first = member is case.members[0]
        self.before: list[SheetValue] = [
            case.number,
            *(value for value, _ in first),
            member.place.precinct,
            None if case.is_blind else words(f"role.{member.role}"),
        ]
        self.marks_before = ["", *(mark for _, mark in first), "", ""]
        about: list[SheetValue] = [
            sentence if is_first else None,
            words(f"case-kind.{case.kind}.title"),
            *_proposal(case, member, words),
        ]
        constituency, _, *place = place_cells(member.place)
        why = words.why(case.why) if case.why and is_first else None
        values_shown = [value for value, _ in shown.values()]
        self.after: list[SheetValue] = [
            *about,
            *values_shown,
            constituency,
            *place,
            why,
        ]
        self.marks_after = [
            *[""] * len(about),
            *(mark for _, mark in shown.values()),
            *[""] * (len(place) + 2),
        ]


def _proposal(case: Case, member: Member, words: CaseWords) -> list[SheetValue]:
    """The probability, and why a role is proposed; blank where a second person reads."""
    if case.is_blind:
        return [None, None]
    why = "; ".join([words(f"reason.{member.reason}"), *words.before(member)])
    return [case.probability, why]


def _case_texts(
    member: Member, question: GivenAnswer | None, words: Words
) -> dict[str, str | None]:
    """What was answered of an entry of a case."""
    if member.verdict is None:
        return texts_of(question, words)
    return {
        ANSWER: words(f"verdict.{member.verdict}"),
        "reason": member.decided_why,
        "decided_by": member.decided_by,
    }


_MOST_FINDINGS = 100_000
"""Findings on one sheet: errors and warnings stand first, and nobody goes through more one by
one."""
_ALWAYS = (ANSWER, "reason", "decided_by")
_REOPENED_SHEETS = {
    "contested": (AskedAs.CONTESTED_CASE, AskedAs.CONTESTED_ENTRY),
    "second-look": (AskedAs.PENDING,),
    "came-back": (AskedAs.RETURNED,),
    "decided": (AskedAs.DECIDED_CASE, AskedAs.DECIDED_ENTRY),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A sheet: what is shown before and behind the columns that a person fills in."""

    name: str
    title: str
    notes: Sequence[str]
    before: Sequence[Column]
    answers: Sequence[str]
    """Of ``ANSWERS``, those that make sense on this sheet."""
    after: Sequence[Column]
    ids: Sequence[str]
    lines: Sequence[Line]
    frozen: int = 2


def plans(items: ReviewItems, words: Words) -> Iterator[Plan]:
    """The sheets in their order, those without rows too."""
    yield _cases(items, CaseWords(words.language))
    for name in SHEETS:
        yield _findings(name, items.of_sheet(name), FindingWords(words.language))
    for name, codes in _REOPENED_SHEETS.items():
        yield _reopened(name, items.asked_as(codes), words)


def _cases(items: ReviewItems, words: CaseWords) -> Plan:
    """The cases, each entry with a place for the decision."""
    before = columns_of(
        words,
        ("review.column.number", 6, "label"),
        ("field.written", 24, "text"),
        ("field.birth_date", 11, "text"),
        ("field.address", 24, "text"),
        ("field.precinct", 9, "label"),
        ("review.column.proposed", 12, "text"),
    )
    after = columns_of(
        words,
        ("review.column.sentence", 46, "text"),
        ("review.column.kind", 16, "text"),
        ("review.column.probability", 11, "probability"),
        ("review.column.why", 22, "text"),
    )
    shown = {column.heading for column in before}
    rest = [*case_columns(words), *place_columns(words)]
    return Plan(
        name=words("review.sheet.cases"),
        title=words("review.title"),
        notes=(words("review.how.1"), words("review.how.5")),
        before=before,
        answers=(TICK, ANSWER, "due", "reason", "decided_by"),
        after=(
            *after,
            *(column for column in rest if column.heading not in shown),
            Column(words("waterfall.column.why"), 44, printed=False),
        ),
        ids=(CASE_ID, ENTRY_ID, PROPOSED_AS),
        lines=case_lines(items, words),
    )


def _findings(name: str, findings: Sequence[AskedFinding], words: FindingWords) -> Plan:
    """The findings of one sheet, each with a place for the answer."""
    notes = [words(f"review.sheet.{name}.note"), words("review.findings.note")]
    left = len(findings) - _MOST_FINDINGS
    if left > 0:
        notes.append(words("report.cut", shown=_MOST_FINDINGS, left=left))
    before = columns_of(
        words,
        ("report.column.rule", 18, "text"),
        ("review.column.subject", 20, "text"),
        ("field.birth_date", 11, "text"),
    )
    after = columns_of(
        words,
        ("report.column.field", 12, "text"),
        ("report.column.cell", 16, "text"),
        ("report.column.message", 40, "text"),
        ("review.column.beside", 36, "text"),
        ("field.address", 24, "text"),
        ("report.column.todo", 40, "text"),
        ("report.column.severity", 11, "text"),
    )
    lines = finding_lines(findings[:_MOST_FINDINGS], words)
    return Plan(
        name=words(f"review.sheet.{name}"),
        title=words(f"review.sheet.{name}.title"),
        notes=notes,
        before=before,
        answers=_needed(lines),
        after=(*after, *place_columns(words)),
        ids=(ENTRY_ID, FINDING_ID),
        lines=lines,
    )


def _needed(lines: Sequence[Line]) -> list[str]:
    """The columns that the answers of these lines need, in the order of ``ANSWERS``."""
    needed = {*_ALWAYS, *(name for line in lines for name in line.columns)}
    return [name for name in ANSWERS if name in needed]


def _reopened(name: str, items: Sequence[Reopened], words: Words) -> Plan:
    """What has to be looked at once more, with what each person answered side by side."""
    people = max((len(one.answers) for one in items), default=1)
    said = [
        Column(words(f"review.column.said.{name}", number=number + 1), 24)
        for number in range(people)
    ]
    before = [
        *columns_of(
            words,
            ("review.column.number", 6, "label"),
            ("review.column.subject", 20, "text"),
            ("field.birth_date", 11, "text"),
        ),
        *said,
    ]
    after = columns_of(
        words,
        ("field.address", 24, "text"),
        ("report.column.rule", 30, "text"),
    )
    extra: tuple[Column, ...] = ()
    if name == "came-back":
        extra = columns_of(
            words,
            ("review.column.changed", 16, "text"),
            ("review.column.came-back", 20, "text"),
        )
    lines = reopened_lines(items, words, people=people, is_returned=bool(extra))
    return Plan(
        name=words(f"review.sheet.{name}"),
        title=words(f"review.sheet.{name}.title"),
        notes=(words(f"review.sheet.{name}.note"),),
        before=[*before, *extra],
        answers=_needed(lines),
        after=(*after, *place_columns(words)),
        ids=(CASE_ID, ENTRY_ID, FINDING_ID, ASKED_AS),
        lines=lines,
    )
