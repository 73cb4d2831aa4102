"""The rows of the sheet of cases: entries side by side, what is proposed, what was answered."""

from __future__ import annotations

from voterlist.desk import proposed_verdicts, usual_reason
from voterlist.model import Action, Verdict
from voterlist.render.xlsx.forms import (
    ANSWER,
    CASE_ID,
    ENTRY_ID,
    PROPOSED_AS,
    TICK,
    TICKS,
)
from voterlist.render.xlsx.lines import Line, texts_of, words_of
from voterlist.render.xlsx.ticks import proposed_as
from voterlist.report import Case, GivenAnswer, ReviewItems, Words
from voterlist.report.sections.cases import (
    CASE_FIELDS,
    CaseWords,
    Member,
    Sentences,
    case_cells,
)
from voterlist.report.sheets import SheetValue, place_cells

__all__ = ["case_lines"]

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
