"""What a review workbook asks: cases, findings, and what has to be looked at once more."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

import pyarrow as pa

from voterlist.decisions.answers import SHEETS, answers_of
from voterlist.decisions.effects import with_corrections
from voterlist.decisions.standing import Standing
from voterlist.decisions.trial import disputes
from voterlist.model import Action, Mark, Verdict, frozen
from voterlist.report.sections.cases.model import Case
from voterlist.report.sections.chance import Chance
from voterlist.report.sections.findings import FindingRow
from voterlist.report.values import Place, Value, Words
from voterlist.schemas import COINCIDENCE, empty
from voterlist.tables import ReadRow


@frozen
class ReviewTables:
    """The tables of a run that a workbook or a page for deciding is made of.

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
        doubted: the cases of which the second opinion differs from the model: asked first.
        coincidences: COINCIDENCE: what chance alone would give.
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
    doubted: frozenset[str] = frozenset()
    coincidences: pa.Table = field(default_factory=lambda: empty(COINCIDENCE))

    def looked_up(self, holding: Standing) -> dict[str, pa.Table]:
        """What is looked up for its cases, as of ``build_cases``, with what holds of answers."""
        return {
            "entries": with_corrections(self.entries, holding.amendments),
            "voters": self.voters,
            "pairs": self.pairs,
            "waterfalls": self.waterfalls,
            "decisions": holding.decisions,
            "returned": self.returned,
        }


class AskedAs(StrEnum):
    """Why something is asked once more that somebody had answered."""

    CONTESTED_CASE = "contested-case"
    """People gave the entries of a case different verdicts."""
    CONTESTED_ENTRY = "contested-entry"
    """People decided about an entry in different ways."""
    PENDING = "pending"
    """One person decided, and two have to."""
    RETURNED = "returned"
    """The entry says something else than when it was decided."""
    DECIDED_CASE = "decided-case"
    """What holds of an entry of a case; it may be taken back."""
    DECIDED_ENTRY = "decided-entry"
    """What holds of an entry; it may be taken back."""
    FROM_ABOVE = "from-above"
    """The commission above asks whether a person of a returned case stands rightly here."""


STAYS, ELSEWHERE = "stays", "elsewhere"
"""What may be answered to the commission above."""


@frozen
class Subject:
    """An entry, or the row of a register, as a person recognises it."""

    entry_id: str
    name: str | None = None
    born: Value = None
    address: str | None = None
    place: Place = field(default_factory=Place)


@frozen
class GivenAnswer:
    """What one person answered.

    Attributes:
        answer: a code of ``Verdict`` or ``Action``, or ``accept``.
        field: of a correction, the field of ENTRY.
        value: of a correction, what the field says from now on.
        ground: a code of ``grounds.toml``.
        document: what shows it.
        constituency: where the person stands from now on.
        precinct: where the person stands from now on.
        due: the day until which the precinct answers, in ISO 8601.
        reason: in the words of who decided.
        decided_by: who.
        decided_at: when, in ISO 8601.
    """

    answer: str
    field: str | None = None
    value: str | None = None
    ground: str | None = None
    document: str | None = None
    constituency: int | None = None
    precinct: int | None = None
    due: str | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_at: str | None = None


def given_answer(answer: str, row: ReadRow) -> GivenAnswer:
    """The answer that a row of DECISION, AMENDMENT, CONTESTED or ACCEPTANCE holds."""
    names = ("field", "ground", "document", "constituency", "precinct", "due", "reason")
    return GivenAnswer(
        answer,
        **{name: row.get(name) for name in names},
        # Of an accepted finding it is the number that the rule found.
        value=None if answer == Mark.ACCEPT else row.get("value"),
        decided_by=row.get("decided_by") or row.get("accepted_by"),
        decided_at=row.get("decided_at") or row.get("accepted_at"),
    )


@frozen
class Question:
    """What a person is asked about an entry, the row of a register, or a place.

    Attributes:
        subject: the entry; the row of a register where there is no entry; None: a place.
        finding: what a rule noticed; None where what people answered is looked at once more.
        beside: the row of a register, or the other entry, that the finding names.
        answers: what was answered before: of a finding by one person at most, of what is looked at
            once more by each person. Of an entry of a contested case there may be none.
        asked_as: why it is looked at once more; None: it is not.
        rule: whose finding is, or was, answered.
        finding_id: of that finding.
        case_id: the case that an answer names.
        case_number: its number.
        changed: the fields of ENTRY that say something else than when it was answered.
        why: why it came back, as a code.
        told: who else it may be, and what of them was compared, in words.
    """

    subject: Subject | None = None
    finding: FindingRow | None = None
    beside: Subject | None = None
    answers: tuple[GivenAnswer, ...] = ()
    asked_as: AskedAs | None = None
    rule: str | None = None
    finding_id: str | None = None
    case_id: str | None = None
    case_number: int | None = None
    changed: tuple[str, ...] = ()
    why: str | None = None
    told: str | None = None

    @property
    def entry_id(self) -> str | None:
        """The entry, or the row of a register, that it is about; None: a place."""
        return self.subject.entry_id if self.subject else None

    @property
    def sheet(self) -> str:
        """The sheet on which it stands: one of ``QUESTION_SHEETS``."""
        if self.asked_as is not None:
            return _SHEETS_ONCE_MORE[self.asked_as]
        return answers_of(self.rule or "").sheet

    @property
    def mark(self) -> str | None:
        """``asked_as``, with the answer that it is about where it is about a single one."""
        if self.asked_as is None or self.asked_as in _WITHOUT_ONE_ANSWER:
            return self.asked_as
        (answer,) = self.answers
        return f"{self.asked_as}:{answer.answer}:{answer.field or ''}"


_WITHOUT_ONE_ANSWER = frozenset(
    {AskedAs.CONTESTED_CASE, AskedAs.CONTESTED_ENTRY, AskedAs.FROM_ABOVE}
)
_SHEETS_ONCE_MORE = {
    AskedAs.FROM_ABOVE: "from-above",
    AskedAs.CONTESTED_CASE: "contested",
    AskedAs.CONTESTED_ENTRY: "contested",
    AskedAs.PENDING: "second-look",
    AskedAs.RETURNED: "came-back",
    AskedAs.DECIDED_CASE: "decided",
    AskedAs.DECIDED_ENTRY: "decided",
}
QUESTION_SHEETS = (*SHEETS, *dict.fromkeys(_SHEETS_ONCE_MORE.values()))
"""The sheets of a review workbook behind that of the cases, in their order."""


@frozen
class ReviewItems:
    """Everything that a review workbook asks."""

    cases: tuple[Case, ...] = ()
    """The open cases by number."""
    questions: tuple[Question, ...] = ()
    """About findings, errors first; behind them what is looked at once more."""
    asks: Mapping[tuple[str, str], GivenAnswer] = field(default_factory=dict)
    """(case, entry) -> what the precinct was asked about it and has not answered."""
    chances: Mapping[int | None, tuple[Chance, ...]] = field(default_factory=dict)
    """What chance alone would give in each constituency, None for all of them together."""
    door: Mapping[str, str] = field(default_factory=dict)
    """Finding, case or entry -> what was answered at the door, in words."""
    may_name: bool = False
    """True where somebody may name entries of which nothing is asked."""

    def of_sheet(self, sheet: str) -> tuple[Question, ...]:
        """The questions of one of ``QUESTION_SHEETS``."""
        return tuple(question for question in self.questions if question.sheet == sheet)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each kind of sheet has; of cases, and of disputes, how many.

        ``answered``: the findings among them that somebody accepted or answered.
        """
        *names, _ = QUESTION_SHEETS
        counts = {name.replace("-", "_"): len(self.of_sheet(name)) for name in names}
        contested = disputes(
            {"entry_id": question.entry_id, "case_id": question.case_id}
            for question in self.of_sheet("contested")
        )
        counts["contested"] = len({*contested.values()})
        counts["answered"] = sum(
            question.asked_as is None and bool(question.answers)
            for question in self.questions
        )
        return {"cases": len(self.cases), **counts}


_DAY_LENGTH = len("2026-02-03")
_REGISTER_ROW = re.compile(r"([a-z-]+):\1:(.+)")
"""How an answer names the row of a register: the register, and the id of the row, which begins with
the register too."""


def word_of(code: str, words: Words) -> str:
    """The word of an answer."""
    return words(f"verdict.{code}" if code in {*Verdict} else f"answer.{code}")


def ground_of(code: str | None, words: Words) -> str | None:
    """The title of a ground."""
    return words(f"ground.{code}.title") if code else None


def in_one_line(subject: Subject, words: Words) -> str:
    """An entry, or the row of a register, in one line."""
    parts = [
        subject.name,
        words.say(subject.born),
        subject.address,
        words.place(subject.place, None),
    ]
    return "; ".join(filter(None, parts))


def tell_answers(given: GivenAnswer, words: Words) -> str:
    """Who answered what, when and why, in one text."""
    head = ", ".join(filter(None, (given.decided_by, day_of(given.decided_at, words))))
    details = [
        words(f"field.{given.field}") if given.field else None,
        given.value,
        ground_of(given.ground, words),
        evidence_of(given.document, words),
        words.place(Place(given.constituency, given.precinct), None),
        day_of(given.due, words),
        given.reason,
    ]
    told = "; ".join(filter(None, details))
    return ": ".join(filter(None, (head, word_of(given.answer, words), told)))


def is_register_row(document: str | None) -> bool:
    """True where the row of a register stands in for a document."""
    return document is not None and _REGISTER_ROW.match(document) is not None


def evidence_of(document: str | None, words: Words) -> str | None:
    """The document, or the name of the register whose row shows it."""
    if document is None or not is_register_row(document):
        return document
    return words(f"field.{document.partition(':')[0]}")


def day_of(moment: str | None, words: Words) -> str | None:
    """The day of a day or moment in ISO 8601; a text that is none as it is."""
    try:
        return words.day(dt.date.fromisoformat((moment or "")[:_DAY_LENGTH]))
    except ValueError:
        return moment


def is_of_case(row: ReadRow) -> bool:
    """True of an answer of CONTESTED that is a verdict: it names a case and no action."""
    return row["case_id"] is not None and row["answer"] not in {*Action, Mark.ACCEPT}
