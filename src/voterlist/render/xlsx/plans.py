"""The sheets of a review workbook: what each shows, asks and offers, before it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from voterlist.decisions.answers import SHEETS, grounds_for
from voterlist.desk.data import proposed_verdicts, usual_reason
from voterlist.model import Action, Mark, Verdict
from voterlist.render.xlsx.filled import proposed_as
from voterlist.render.xlsx.forms import (
    ANSWER,
    ANSWERS,
    ASKED_AS,
    CASE_ID,
    CONFIRM,
    ENTRY_ID,
    FINDING_ID,
    PROPOSED_AS,
    TICK,
    TICKS,
)
from voterlist.report.asked import (
    AskedAs,
    AskedFinding,
    GivenAnswer,
    Reopened,
    ReviewItems,
    day_of,
    ground_of,
    in_one_line,
    is_register_row,
    said,
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
from voterlist.report.words import Words

_COLUMNS = {
    Action.STRIKE.value: ("ground", "document", "precinct"),
    Action.CORRECT.value: ("field", "value", "ground", "document"),
    Action.MOVE.value: ("precinct", "ground", "document"),
    Action.ADD.value: ("precinct", "ground", "document"),
    Action.ASK.value: ("due",),
}
"""The columns that each answer needs, beside reason and name."""


@dataclass(frozen=True, slots=True)
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


_CASE_ANSWERS = (*(verdict.value for verdict in Verdict), Action.ASK, Action.WITHDRAW)
_SHOWN_FIRST = {"written": 24, "birth_date": 11, "address": 24}
"""The fields of an entry of a case that stand before the columns that a person fills in, each with
its width there."""


def _cases(items: ReviewItems, words: CaseWords) -> Plan:
    """The cases, each entry with a place for the decision."""
    shown = dict(zip(CASE_FIELDS, case_columns(words), strict=True))
    first = [
        replace(shown.pop(name), width=width) for name, width in _SHOWN_FIRST.items()
    ]
    sentences = Sentences(words, items.chances)
    before = (
        *columns_of(words, ("review.column.number", 6, "label", "case.number")),
        *first,
        *columns_of(
            words,
            ("field.precinct", 9, "label", "member.place.precinct"),
            (
                "review.column.proposed",
                12,
                "text",
                _unless_blind(lambda row: words(f"role.{row.member.role}")),
            ),
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
    return Plan(
        name=words("review.sheet.cases"),
        title=words("review.title"),
        notes=(words("review.how.1"), words("review.how.5")),
        before=before,
        answers=(TICK, ANSWER, "due", "reason", "decided_by"),
        after=(*after, *shown.values(), constituency, *place, why),
        ids=(CASE_ID, ENTRY_ID, PROPOSED_AS),
        lines=list(_case_lines(items, words)),
    )


def _unless_blind(told: Callable[[CaseRow], SheetValue]) -> Callable[[Any], SheetValue]:
    """What is told of a row; nothing where a second person reads."""
    return lambda row: None if row.case.is_blind else told(row)


def _case_lines(items: ReviewItems, words: CaseWords) -> Iterator[Line]:
    """One line for each entry of each open case."""
    choices = {TICK: TICKS[:1], ANSWER: words_of(_CASE_ANSWERS, words)}
    for row in case_rows(items.cases):
        case, member = row.case, row.member
        question = items.questions.get((case.case_id, member.entry_id))
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
    if given.constituency is None:
        return str(given.precinct)
    return f"{given.constituency}/{given.precinct}"


def words_of(codes: Iterable[str], words: Words) -> tuple[str, ...]:
    """The words of answers, each once, in their order."""
    return tuple(dict.fromkeys(word_of(code, words) for code in codes))


def _findings(name: str, findings: Sequence[AskedFinding], words: FindingWords) -> Plan:
    """The findings of one sheet, each with a place for the answer."""
    notes = [words(f"review.sheet.{name}.note"), words("review.findings.note")]
    left = len(findings) - _MOST_FINDINGS
    if left > 0:
        notes.append(words("report.cut", shown=_MOST_FINDINGS, left=left))
    before = columns_of(
        words,
        (
            "report.column.rule",
            18,
            "text",
            "rule.{0.finding.rule}.title",
            "finding.severity",
        ),
        ("review.column.subject", 20, "text", lambda asked: _name(asked, words)),
        (
            "field.birth_date",
            11,
            "text",
            lambda asked: words.say(asked.subject.born) if asked.subject else None,
        ),
    )
    after = columns_of(
        words,
        (
            "report.column.field",
            12,
            "text",
            lambda asked: words.field_of(asked.finding),
        ),
        ("report.column.cell", 16, "text", "finding.cell"),
        (
            "report.column.message",
            40,
            "text",
            lambda asked: words.message(asked.finding),
        ),
        ("review.column.beside", 36, "text", lambda asked: _beside(asked, words)),
        (
            "field.address",
            24,
            "text",
            lambda asked: asked.subject.address if asked.subject else None,
        ),
        ("report.column.todo", 40, "text", "rule.{0.finding.rule}.todo"),
        ("report.column.severity", 11, "text", "severity.{0.finding.severity}"),
    )
    lines = [_finding_line(asked, words) for asked in findings[:_MOST_FINDINGS]]
    return Plan(
        name=words(f"review.sheet.{name}"),
        title=words(f"review.sheet.{name}.title"),
        notes=notes,
        before=before,
        answers=_needed(lines),
        after=(*after, *place_columns(words, "finding.place")),
        ids=(ENTRY_ID, FINDING_ID),
        lines=lines,
    )


def _finding_line(asked: AskedFinding, words: FindingWords) -> Line:
    finding, subject = asked.finding, asked.subject
    entry = subject.entry_id if subject else finding.entry_id
    return Line(
        item=asked,
        ids={ENTRY_ID: entry, FINDING_ID: finding.finding_id},
        texts=texts_of(asked.given, words),
        choices=_choices(asked, words),
        columns=_columns(asked.actions),
    )


def _name(asked: AskedFinding, words: Words) -> str:
    """Whom the finding is about, or which place where it names no entry."""
    subject = asked.subject
    name = subject.name if subject else None
    return name or asked.finding.written or words.place(asked.finding.place, None)


def _beside(asked: AskedFinding, words: Words) -> str | None:
    """The register's row, or the other entry, beside the entry; else where that stands."""
    if asked.register is not None:
        return in_one_line(asked.register, words)
    other = asked.finding.other
    return words.place(other, None) if other else None


def _choices(asked: AskedFinding, words: Words) -> dict[str, tuple[str, ...]]:
    """The answers that make sense for the rule of a finding."""
    actions = [*asked.actions, Action.WITHDRAW]
    choices = {ANSWER: words_of(actions, words), "ground": _grounds(actions, words)}
    if asked.fields:
        choices["field"] = tuple(words(f"field.{name}") for name in asked.fields)
    return choices


def _grounds(actions: Iterable[str], words: Words) -> tuple[str, ...]:
    """The titles of the grounds that may carry one of these answers."""
    codes = [ground.code for action in actions for ground in grounds_for(action)]
    return tuple(words(f"ground.{code}.title") for code in dict.fromkeys(codes))


def _columns(actions: Iterable[str]) -> tuple[str, ...]:
    """The columns that these answers need."""
    return tuple(name for action in actions for name in _COLUMNS.get(action, ()))


def _needed(lines: Sequence[Line]) -> list[str]:
    """The columns that the answers of these lines need, in the order of ``ANSWERS``."""
    needed = {*_ALWAYS, *(name for line in lines for name in line.columns)}
    return [name for name in ANSWERS if name in needed]


def _reopened(name: str, items: Sequence[Reopened], words: Words) -> Plan:
    """What has to be looked at once more, with what each person answered side by side."""
    people = range(max((len(one.answers) for one in items), default=1))
    before = columns_of(
        words,
        ("review.column.number", 6, "label", "case_number"),
        (
            "review.column.subject",
            20,
            "text",
            lambda one: one.subject.name or words.place(one.subject.place, None),
        ),
        ("field.birth_date", 11, "text", lambda one: words.say(one.subject.born)),
    )
    if name == "came-back":
        extra = columns_of(
            words,
            (
                "review.column.changed",
                16,
                "text",
                lambda one: ", ".join(words(f"field.{name}") for name in one.changed),
            ),
            (
                "review.column.came-back",
                20,
                "text",
                lambda one: words(f"review.came-back.{one.why}") if one.why else None,
            ),
        )
    else:
        extra = ()
    after = columns_of(
        words,
        ("field.address", 24, "text", "subject.address"),
        (
            "report.column.rule",
            30,
            "text",
            lambda one: words(f"rule.{one.rule}.title") if one.rule else None,
        ),
    )
    lines = _reopened_lines(items, words)
    return Plan(
        name=words(f"review.sheet.{name}"),
        title=words(f"review.sheet.{name}.title"),
        notes=(words(f"review.sheet.{name}.note"),),
        before=(
            *before,
            *(_said_column(name, place, words) for place in people),
            *extra,
        ),
        answers=_needed(lines),
        after=(*after, *place_columns(words, "subject.place")),
        ids=(CASE_ID, ENTRY_ID, FINDING_ID, ASKED_AS),
        lines=lines,
    )


def _said_column(name: str, place: int, words: Words) -> Column:
    """The column for the answer of one person."""
    return column(
        words,
        words(f"review.column.said.{name}", number=place + 1),
        24,
        "text",
        lambda one: _answer_at(one, place, words),
    )


def _answer_at(one: Reopened, place: int, words: Words) -> str | None:
    """What the person in this place answered; None where fewer people did."""
    return said(one.answers[place], words) if place < len(one.answers) else None


def _reopened_lines(items: Sequence[Reopened], words: Words) -> list[Line]:
    """One line for each answer, or contested entry, that has to be looked at once more."""
    lines = []
    band, last = True, ""
    for one in items:
        group = one.case_id or one.subject.entry_id
        is_first = group != last
        band, last = band != is_first, group
        lines.append(_reopened_line(one, words, (band, is_first)))
    return lines


def _reopened_line(one: Reopened, words: Words, look: tuple[bool, bool]) -> Line:
    offered = list(_offered(one))
    choices = {ANSWER: words_of(offered, words)} if offered else {}
    if grounds := _grounds(offered, words):
        choices["ground"] = grounds
    if fields := _fields(one):
        choices["field"] = tuple(words(f"field.{name}") for name in fields)
    ids = {
        CASE_ID: one.case_id,
        ENTRY_ID: one.subject.entry_id,
        FINDING_ID: one.finding_id,
        ASKED_AS: one.mark,
    }
    return Line(
        item=one,
        ids=ids,
        choices=choices,
        columns=_columns_of_dispute(one, offered),
        look=look,
    )


def _columns_of_dispute(one: Reopened, offered: Iterable[str]) -> tuple[str, ...]:
    """The columns that are needed where one of several answers is chosen, or confirmed.

    What the chosen answer says is taken over. Only what two answers of the same kind say in
    different ways has to be written again.
    """
    differing = [
        name
        for name in ("field", "value", "ground", "precinct")
        if _differ(one.answers, name)
    ]
    return (*(["due"] if Action.ASK in {*offered} else []), *differing)


def _differ(answers: Sequence[GivenAnswer], name: str) -> bool:
    """True where two answers of the same kind say different things in a column."""
    said_by_kind: dict[str, set[str | int | None]] = {}
    for answer in answers:
        said_by_kind.setdefault(answer.answer, set()).add(getattr(answer, name))
    return any(len(different) > 1 for different in said_by_kind.values())


def _offered(one: Reopened) -> Iterator[str]:
    """The answers that make sense where something is looked at once more."""
    verdicts = [verdict.value for verdict in Verdict]
    given = [answer.answer for answer in one.answers]
    ask, withdraw = Action.ASK.value, Action.WITHDRAW.value
    accept = [Mark.ACCEPT.value] if one.finding_id else []
    match one.asked_as:
        case AskedAs.CONTESTED_CASE:
            yield from (*verdicts, ask, withdraw)
        case AskedAs.CONTESTED_ENTRY:
            yield from dict.fromkeys([*given, *accept, ask, withdraw])
        case AskedAs.PENDING:
            yield from (CONFIRM, *accept, ask, withdraw)
        case AskedAs.RETURNED:
            # What was decided of a case is decided anew on the sheet of cases.
            yield from () if given[0] in verdicts else (CONFIRM, ask)
        case AskedAs.DECIDED_CASE:
            yield from (*verdicts, withdraw)
        case AskedAs.DECIDED_ENTRY:
            yield from (withdraw, ask)


def _fields(one: Reopened) -> tuple[str, ...]:
    """The fields that people corrected in different ways."""
    if one.asked_as is not AskedAs.CONTESTED_ENTRY:
        return ()
    fields = [answer.field for answer in one.answers if answer.field]
    return tuple(dict.fromkeys(fields))
