"""The sheets of a review workbook: what each shows, asks and offers, before it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from operator import attrgetter
from typing import Any

from voterlist.decisions.answers import FREE, SHEETS, answers_of, grounds_for
from voterlist.desk import proposed_verdicts, usual_reason
from voterlist.model import Action, Mark, Verdict, frozen
from voterlist.render.xlsx.filled import proposed_as
from voterlist.render.xlsx.forms import (
    ANSWER,
    ANSWERS,
    ASKED_AS,
    CASE_ID,
    CONFIRM,
    ENTRY_ID,
    FINDING_ID,
    NAMING,
    PROPOSED_AS,
    TICK,
    TICKS,
)
from voterlist.report.asked import (
    ELSEWHERE,
    QUESTION_SHEETS,
    STAYS,
    AskedAs,
    GivenAnswer,
    Question,
    ReviewItems,
    Subject,
    day_of,
    ground_of,
    in_one_line,
    is_register_row,
    tell_answers,
    word_of,
)
from voterlist.report.section import (
    Column,
    SheetValue,
    column,
    columns_of,
    place_columns,
)
from voterlist.report.sections.cases import CaseRow, case_columns, case_rows
from voterlist.report.sections.cases.model import (
    CASE_FIELDS,
    CaseWords,
    Member,
    Sentences,
)
from voterlist.report.sections.findings import FindingWords
from voterlist.report.values import Words
from voterlist.tables import by_key

COLUMNS_OF = {
    Action.STRIKE.value: ("ground", "document", "precinct"),
    Action.CORRECT.value: ("field", "value", "ground", "document"),
    Action.MOVE.value: ("precinct", "ground", "document"),
    Action.ADD.value: ("precinct", "ground", "document"),
    Action.ASK.value: ("due",),
}
"""The columns that each answer needs, beside reason and name."""


@frozen
class Line:
    """One row of a sheet.

    Attributes:
        item: of what the columns of the sheet tell.
        ids: the hidden columns.
        texts: what was answered before, by the columns that a person fills in.
        choices: the words of the drop-down lists, likewise.
        columns: the columns that its answers need, beside reason and name.
        look: whether its ground sets it apart, and whether a line is drawn above.
    """

    item: Any
    ids: Mapping[str, str | None]
    texts: Mapping[str, str | None] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    look: tuple[bool, bool] = (False, False)


_MOST_FINDINGS = 100_000
"""Findings on one sheet: errors and warnings stand first, and nobody goes through more one by
one."""
_ALWAYS = (ANSWER, "reason", "decided_by")


@frozen
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


def plans(items: ReviewItems, words: Words) -> Iterator[Plan]:
    """The sheets in their order, those without rows too."""
    yield _cases(items, CaseWords(words.language))
    for name in QUESTION_SHEETS:
        yield _questions(name, items, FindingWords(words.language))


_NAMED_LINES = 60
"""For entries that the person names."""


OF_NAMED = tuple(action for action in FREE.actions if action != Action.ADD)
"""What may be decided about an entry that the person names, beside taking an answer back."""


def named_plan(words: Words) -> Plan:
    """The sheet of blank lines, on each of which somebody names an entry and decides about it."""
    needed = {*(name for action in OF_NAMED for name in COLUMNS_OF[action]), *_ALWAYS}
    line = Line(
        item=None,
        ids={},
        choices={
            ANSWER: words_of([*OF_NAMED, Action.WITHDRAW], words),
            "ground": _grounds(OF_NAMED, words),
            "field": tuple(words(f"field.{name}") for name in FREE.fields),
        },
    )
    return Plan(
        name=words("review.sheet.named"),
        title=words("review.sheet.named.title"),
        notes=[words("review.sheet.named.note")],
        before=(),
        answers=[name for name in ANSWERS if name in {*NAMING, *needed}],
        after=(),
        ids=(ENTRY_ID, FINDING_ID),
        lines=[line] * _NAMED_LINES,
    )


_SHOWN_FIRST = {"written": 24, "birth_date": 11, "address": 24}
"""The fields of an entry of a case that stand before the columns that a person fills in, each with
its width there."""


def _cases(items: ReviewItems, words: CaseWords) -> Plan:
    """The cases, each entry with a place for the decision."""
    before, after = _columns_of_cases(items, words)
    if any(case.case_id in items.door for case in items.cases):
        after = (_door_column(items, words, _case_asked_about), *after)
    return Plan(
        name=words("review.sheet.cases"),
        title=words("review.title"),
        notes=(words("review.how.1"), words("review.how.5")),
        before=before,
        answers=(TICK, ANSWER, "due", "reason", "decided_by"),
        after=after,
        ids=(CASE_ID, ENTRY_ID, PROPOSED_AS),
        lines=list(_case_lines(items, words)),
    )


def _case_asked_about(row: CaseRow) -> str | None:
    """The case, in the row of its first entry; a second reader is told nothing of it."""
    return row.case.case_id if row.is_first and not row.case.is_blind else None


def _asked_about(asked: Question) -> str | None:
    """What was asked about at the door: a finding, or an entry of which there is none."""
    return asked.finding_id or (asked.entry_id if asked.asked_as else None)


def _door_column(
    items: ReviewItems, words: Words, about: Callable[[Any], str | None]
) -> Column:
    """What was answered at the door."""
    return column(
        words,
        words("review.column.at-door"),
        30,
        "text",
        lambda row: items.door.get(about(row) or ""),
        printed=False,
    )


_Columns = tuple[tuple[Column, ...], tuple[Column, ...]]
"""Those before and those behind the columns that a person fills in."""


def _columns_of_cases(items: ReviewItems, words: CaseWords) -> _Columns:
    """What is shown of an entry of a case."""
    shown = dict(zip(CASE_FIELDS, case_columns(words), strict=True))
    first = [
        replace(shown.pop(name), width=width) for name, width in _SHOWN_FIRST.items()
    ]
    sentences = Sentences(words, items.chances)
    before = columns_of(
        words,
        ("review.column.number", 6, "label", "case.number"),
        *first,
        ("field.precinct", 9, "label", "member.place.precinct"),
        (
            "review.column.proposed",
            12,
            "text",
            _unless_blind(lambda row: words(f"role.{row.member.role}")),
        ),
    )
    after = columns_of(
        words,
        (
            "review.column.sentence",
            46,
            "text",
            lambda row: sentences.of(row.case) if row.is_first else None,
        ),
        ("review.column.kind", 16, "text", "case-kind.{0.case.kind}.title"),
        (
            "review.column.probability",
            11,
            "probability",
            _unless_blind(lambda row: row.case.probability),
        ),
        (
            "review.column.why",
            22,
            "text",
            _unless_blind(
                lambda row: "; ".join(
                    [words(f"reason.{row.member.reason}"), *words.before(row.member)]
                )
            ),
        ),
    )
    constituency, _, *place = place_columns(words, "member.place")
    why = column(
        words,
        words("waterfall.column.why"),
        44,
        "text",
        lambda row: words.why(row.case.why) if row.case.why and row.is_first else None,
        printed=False,
    )
    return before, (*after, *shown.values(), constituency, *place, why)


def _unless_blind(told: Callable[[CaseRow], SheetValue]) -> Callable[[Any], SheetValue]:
    """What is told of a row; nothing where a second person reads."""
    return lambda row: None if row.case.is_blind else told(row)


def _case_lines(items: ReviewItems, words: CaseWords) -> Iterator[Line]:
    """One line for each entry of each open case."""
    choices = {TICK: TICKS[:1], ANSWER: words_of(_OF_CASES, words)}
    for row in case_rows(items.cases):
        case, member = row.case, row.member
        question = items.asks.get((case.case_id, member.entry_id))
        verdict = proposed_verdicts(case).get(member.entry_id)
        reason = words(f"desk.reason.{usual_reason(case)}")
        yield Line(
            item=row,
            ids={
                CASE_ID: case.case_id,
                ENTRY_ID: member.entry_id,
                PROPOSED_AS: proposed_as(verdict, reason) if verdict else None,
            },
            texts=_case_texts(member, question, words),
            choices=choices,
            columns=("due",),
            look=row.look,
        )


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


def texts_of(given: GivenAnswer | None, words: Words) -> dict[str, str | None]:
    """An answer as a person would fill it in."""
    if given is None:
        return {}
    return {
        ANSWER: word_of(given.answer, words),
        "field": words(f"field.{given.field}") if given.field else None,
        "value": given.value,
        "ground": ground_of(given.ground, words),
        # The row of a register is found again without being written.
        "document": None if is_register_row(given.document) else given.document,
        "precinct": _destination(given),
        "due": day_of(given.due, words),
        "reason": given.reason,
        "decided_by": given.decided_by,
    }


def _destination(given: GivenAnswer) -> str | None:
    """The precinct where the person stands from now on, as ``88/12``."""
    if given.precinct is None:
        return None
    numbers = (given.constituency, given.precinct)
    return "/".join(str(number) for number in numbers if number is not None)


def words_of(codes: Iterable[str], words: Words) -> tuple[str, ...]:
    """The words of answers, each once, in their order."""
    return tuple(dict.fromkeys(word_of(code, words) for code in codes))


def _questions(name: str, items: ReviewItems, words: FindingWords) -> Plan:
    """A sheet of findings, or of what is looked at once more, with places for the answers."""
    questions = items.of_sheet(name)
    ids: tuple[str, ...]
    notes = [words(f"review.sheet.{name}.note")]
    if name in SHEETS:
        ids, left = (ENTRY_ID, FINDING_ID), len(questions) - _MOST_FINDINGS
        notes.append(words("review.findings.note"))
        if left > 0:
            notes.append(words("report.cut", shown=_MOST_FINDINGS, left=left))
            questions = questions[:_MOST_FINDINGS]
        before, after = _finding_columns(words)
    else:
        ids = (CASE_ID, ENTRY_ID, FINDING_ID, ASKED_AS)
        before, after = _once_more_columns(name, questions, words)
    if any(_asked_about(question) in items.door for question in questions):
        after = (_door_column(items, words, _asked_about), *after)
    lines = list(_question_lines(questions, words))
    needed = {*_ALWAYS, *(name for line in lines for name in line.columns)}
    return Plan(
        name=words(f"review.sheet.{name}"),
        title=words(f"review.sheet.{name}.title"),
        notes=notes,
        before=before,
        answers=[name for name in ANSWERS if name in needed],
        after=after,
        ids=ids,
        lines=lines,
    )


def _subject_columns(words: Words) -> tuple[Column, ...]:
    """Whom a question is about."""
    return columns_of(
        words,
        ("review.column.subject", 20, "text", lambda question: _name(question, words)),
        ("field.birth_date", 11, "text", _of_subject(lambda of: words.say(of.born))),
    )


def _of_subject(told: Callable[[Subject], Any]) -> Callable[[Question], Any]:
    """What is told of the entry of a question; nothing of a place."""
    return lambda question: told(question.subject) if question.subject else None


_ADDRESS = ("field.address", 24, "text", _of_subject(attrgetter("address")))


def _name(asked: Question, words: Words) -> str:
    """Whom it is about, or which place where it names no entry or an entry without a name."""
    name = asked.subject.name if asked.subject else None
    if asked.finding is None:
        return name or words.place(asked.subject.place if asked.subject else "")
    return name or asked.finding.written or words.place(asked.finding.place)


def _finding_columns(words: FindingWords) -> _Columns:
    """The columns of a sheet of findings."""
    before = columns_of(
        words,
        ("report.column.rule", 18, "text", "rule.{0.rule}.title", "finding.severity"),
        *_subject_columns(words),
    )
    after = columns_of(
        words,
        (
            "report.column.field",
            12,
            "text",
            lambda question: words.field_of(question.finding),
        ),
        ("report.column.cell", 16, "text", "finding.cell"),
        (
            "report.column.message",
            40,
            "text",
            lambda question: words.message(question.finding),
        ),
        ("review.column.beside", 36, "text", lambda question: _beside(question, words)),
        _ADDRESS,
        ("report.column.todo", 40, "text", "rule.{0.rule}.todo"),
        ("report.column.severity", 11, "text", "severity.{0.finding.severity}"),
        *place_columns(words, "finding.place"),
    )
    return before, after


def _beside(asked: Question, words: Words) -> str | None:
    """The register's row, or the other entry, beside the entry; else where that stands."""
    if asked.beside is not None:
        return in_one_line(asked.beside, words)
    other = asked.finding and asked.finding.other
    return words.place(other, None) if other else None


def _once_more_columns(
    name: str, questions: Sequence[Question], words: FindingWords
) -> _Columns:
    """The columns of a sheet with what each person answered side by side."""
    most = max((len(question.answers) for question in questions), default=1)
    shown: list[Any] = [_said_column(name, place, words) for place in range(most)]
    if name == "from-above":
        shown = [("review.column.from-above", 40, "text", "told")]
    if name == "came-back":
        shown += [
            ("review.column.changed", 16, "text", partial(_fields_changed, words)),
            ("review.column.came-back", 20, "text", "review.came-back.{0.why}"),
        ]
    before = columns_of(
        words,
        ("review.column.number", 6, "label", "case_number"),
        *_subject_columns(words),
        *shown,
    )
    after = columns_of(
        words,
        _ADDRESS,
        (
            "report.column.rule",
            30,
            "text",
            lambda question: (
                words(f"rule.{question.rule}.title") if question.rule else None
            ),
        ),
        *place_columns(words, "subject.place"),
    )
    return before, after


def _fields_changed(words: Words, asked: Question) -> str:
    """The fields that say something else than when they were answered."""
    return ", ".join(words(f"field.{name}") for name in asked.changed)


def _said_column(name: str, place: int, words: Words) -> Column:
    """The column for the answer of one person; blank where fewer people answered."""
    return column(
        words,
        words(f"review.column.said.{name}", number=place + 1),
        24,
        "text",
        lambda question: (
            tell_answers(question.answers[place], words)
            if place < len(question.answers)
            else None
        ),
    )


def _question_lines(questions: Sequence[Question], words: Words) -> Iterator[Line]:
    """One line for each; what is looked at once more of one case or entry has one ground."""
    band, last = True, None
    for asked in questions:
        group = asked.case_id or asked.entry_id if asked.asked_as else None
        is_first = group != last
        band, last = band != is_first, group
        offered, fields, columns = answers_to(asked)
        given = None if asked.asked_as else next(iter(asked.answers), None)
        yield Line(
            item=asked,
            ids={
                CASE_ID: asked.case_id,
                ENTRY_ID: asked.entry_id,
                FINDING_ID: asked.finding_id,
                ASKED_AS: asked.mark,
            },
            texts=texts_of(given, words),
            choices={
                ANSWER: words_of(offered, words),
                "ground": _grounds(offered, words),
                "field": tuple(words(f"field.{name}") for name in fields),
            },
            columns=tuple(columns),
            look=(band, is_first) if asked.asked_as else (False, False),
        )


_Answers = tuple[Sequence[str], Sequence[str], Sequence[str]]
"""The answers that make sense, the fields of ENTRY that they may correct, and the columns that
they need."""


def answers_to(asked: Question) -> _Answers:
    """What may be answered.

    Where one of several answers is chosen, or confirmed, what the chosen one says is taken over.
    Only what two answers of the same kind say in different ways has to be written again.
    """
    if asked.asked_as is None:
        answers = answers_of(asked.rule or "")
        needed = [
            name for action in answers.actions for name in COLUMNS_OF.get(action, ())
        ]
        return [*answers.actions, Action.WITHDRAW], answers.fields, needed
    offered = _offer_answers(asked)
    needed = ["due"] if Action.ASK in {*offered} else []
    needed += ["document", "precinct"] if ELSEWHERE in offered else []
    names = ("field", "value", "ground", "precinct")
    needed += [name for name in names if _differ(asked.answers, name)]
    # The fields that people corrected in different ways.
    fields = [answer.field for answer in asked.answers if answer.field]
    is_contested = asked.asked_as is AskedAs.CONTESTED_ENTRY
    return offered, list(dict.fromkeys(fields)) if is_contested else [], needed


def _grounds(actions: Iterable[str], words: Words) -> tuple[str, ...]:
    """The titles of the grounds that may carry one of these answers."""
    codes = [ground.code for action in actions for ground in grounds_for(action)]
    return tuple(words(f"ground.{code}.title") for code in dict.fromkeys(codes))


ANSWERING = {
    "to": answers_to,
    "words": words_of,
    "grounds": _grounds,
    "headings": ANSWERS,
    "line": in_one_line,
    "said": tell_answers,
}
"""What a page of questions asks and offers in the words of a workbook: see ``questions.html``."""


def _differ(answers: Sequence[GivenAnswer], name: str) -> bool:
    """True where two answers of the same kind say different things in a column."""
    said_by_kind = by_key((answer.answer, getattr(answer, name)) for answer in answers)
    return any(len(set(different)) > 1 for different in said_by_kind.values())


_VERDICTS = tuple(Verdict)
_ACCEPT, _ASK, _WITHDRAW = Mark.ACCEPT, Action.ASK, Action.WITHDRAW
_OF_CASES = (*_VERDICTS, _ASK, _WITHDRAW)
_OFFERED = {
    AskedAs.CONTESTED_CASE: _OF_CASES,
    # Before these: what people answered.
    AskedAs.CONTESTED_ENTRY: (_ACCEPT, _ASK, _WITHDRAW),
    AskedAs.PENDING: (CONFIRM, _ACCEPT, _ASK, _WITHDRAW),
    AskedAs.RETURNED: (CONFIRM, _ASK),
    AskedAs.DECIDED_CASE: (*_VERDICTS, _WITHDRAW),
    AskedAs.DECIDED_ENTRY: (_WITHDRAW, _ASK),
    AskedAs.FROM_ABOVE: (STAYS, ELSEWHERE),
}
"""The answers that make sense where something is looked at once more; a finding alone is accepted.
"""


def _offer_answers(asked: Question) -> list[str]:
    """The answers that make sense where something is looked at once more."""
    assert asked.asked_as is not None
    given = [answer.answer for answer in asked.answers]
    if asked.asked_as is AskedAs.RETURNED and given[0] in _VERDICTS:
        # What was decided of a case is decided anew on the sheet of cases.
        return []
    offered = [
        action
        for action in _OFFERED[asked.asked_as]
        if action != _ACCEPT or asked.finding_id
    ]
    is_contested = asked.asked_as is AskedAs.CONTESTED_ENTRY
    return list(dict.fromkeys([*(given if is_contested else ()), *offered]))
