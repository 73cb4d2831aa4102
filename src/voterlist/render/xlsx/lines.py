"""The rows of a review workbook: what is shown, what was answered before, what may be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from voterlist.decisions.answers import grounds_for
from voterlist.model import Action, Mark, Verdict
from voterlist.render.xlsx.forms import (
    ANSWER,
    ASKED_AS,
    CASE_ID,
    CONFIRM,
    ENTRY_ID,
    FINDING_ID,
)
from voterlist.report.asked import (
    AskedAs,
    AskedFinding,
    GivenAnswer,
    Reopened,
    day_of,
    ground_of,
    in_one_line,
    is_register_row,
    said,
    word_of,
)
from voterlist.report.section import SheetValue, place_cells
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
        before: what is shown before the columns that a person fills in.
        after: what is shown behind them.
        ids: the hidden columns.
        texts: what was answered before, by the columns that a person fills in.
        choices: the words of the drop-down lists, likewise.
        columns: the columns that its answers need, beside reason and name.
        marks_before: a mark for each value of ``before``; empty for none.
        marks_after: the same of ``after``.
        band: whether its ground sets it apart.
        first: whether a line is drawn above.
    """

    before: Sequence[SheetValue]
    after: Sequence[SheetValue]
    ids: Mapping[str, str | None]
    texts: Mapping[str, str | None] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    marks_before: Sequence[str] = ()
    marks_after: Sequence[str] = ()
    band: bool = False
    first: bool = False


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


def finding_lines(findings: Sequence[AskedFinding], words: FindingWords) -> list[Line]:
    """One line for each finding."""
    return [_finding_line(asked, words) for asked in findings]


def _finding_line(asked: AskedFinding, words: FindingWords) -> Line:
    finding, subject = asked.finding, asked.subject
    before: list[SheetValue] = [
        words(f"rule.{finding.rule}.title"),
        _name(asked, words),
        words.say(subject.born) if subject else None,
    ]
    after: list[SheetValue] = [
        words(f"field.{finding.field}") if finding.field else None,
        finding.cell,
        words.message(finding),
        _beside(asked, words),
        subject.address if subject else None,
        words(f"rule.{finding.rule}.todo"),
        words(f"severity.{finding.severity}"),
        *place_cells(finding.place),
    ]
    entry = subject.entry_id if subject else finding.entry_id
    return Line(
        before=before,
        after=after,
        ids={ENTRY_ID: entry, FINDING_ID: finding.finding_id},
        texts=texts_of(asked.given, words),
        choices=_choices(asked, words),
        columns=_columns(asked.actions),
        marks_before=[finding.severity.value, "", ""],
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


def reopened_lines(
    items: Sequence[Reopened], words: Words, *, people: int, is_returned: bool
) -> list[Line]:
    """One line for each answer, or contested entry, that has to be looked at once more.

    Args:
        items: what is shown.
        words: of the language.
        people: how many answers stand side by side at most.
        is_returned: whether it is shown what changed since.
    """
    lines = []
    band, last = True, ""
    for one in items:
        group = one.case_id or one.subject.entry_id
        is_first = group != last
        band, last = band != is_first, group
        lines.append(_reopened_line(one, words, people, is_returned, (band, is_first)))
    return lines


def _reopened_line(
    one: Reopened,
    words: Words,
    people: int,
    is_returned: bool,
    look: tuple[bool, bool],
) -> Line:
    subject = one.subject
    answers = [said(answer, words) for answer in one.answers]
    before: list[SheetValue] = [
        one.case_number,
        subject.name or words.place(subject.place, None),
        words.say(subject.born),
        *answers,
        *[None] * (people - len(answers)),
    ]
    if is_returned:
        changed = ", ".join(words(f"field.{name}") for name in one.changed)
        why = words(f"review.came-back.{one.why}") if one.why else None
        before += [changed, why]
    after = [
        subject.address,
        words(f"rule.{one.rule}.title") if one.rule else None,
        *place_cells(subject.place),
    ]
    offered = list(_offered(one))
    choices = {ANSWER: words_of(offered, words)} if offered else {}
    if grounds := _grounds(offered, words):
        choices["ground"] = grounds
    if fields := _fields(one):
        choices["field"] = tuple(words(f"field.{name}") for name in fields)
    ids = {
        CASE_ID: one.case_id,
        ENTRY_ID: subject.entry_id,
        FINDING_ID: one.finding_id,
        ASKED_AS: one.mark,
    }
    return Line(
        before=before,
        after=after,
        ids=ids,
        choices=choices,
        columns=_columns_of_dispute(one, offered),
        band=look[0],
        first=look[1],
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
