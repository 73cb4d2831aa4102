"""What a review workbook asks: cases, findings, and what has to be looked at once more."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist import strict_json
from voterlist.decisions import Given, Standing, members_of, with_corrections
from voterlist.decisions.answers import SHEETS, Answers, answers_of
from voterlist.fields import NAME_PARTS
from voterlist.model import Action, Mark, Returned, Verdict
from voterlist.report.sections.cases.model import Case
from voterlist.report.sections.chance import Chance
from voterlist.report.sections.findings import FindingRow
from voterlist.report.values import Place, Value
from voterlist.report.words import Words
from voterlist.schemas import COINCIDENCE, empty
from voterlist.tables import rows_among


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Subject:
    """An entry, or the row of a register, as a person recognises it."""

    entry_id: str
    name: str | None = None
    born: Value = None
    address: str | None = None
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
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


def given_answer(answer: str, row: Mapping[str, Any]) -> GivenAnswer:
    """The answer that a row of DECISION, AMENDMENT, CONTESTED or ACCEPTANCE holds."""
    texts = ("field", "ground", "document", "due", "reason")
    return GivenAnswer(
        answer,
        **{name: row.get(name) for name in texts},
        # Of an accepted finding it is the number that the rule found.
        value=None if answer == Mark.ACCEPT else row.get("value"),
        constituency=row.get("constituency"),
        precinct=row.get("precinct"),
        decided_by=row.get("decided_by") or row.get("accepted_by"),
        decided_at=row.get("decided_at") or row.get("accepted_at"),
    )


@dataclass(frozen=True, slots=True)
class AskedFinding:
    """A finding that a person may answer, and what was answered before."""

    finding: FindingRow
    subject: Subject | None = None
    """The entry, or the row of a register where there is no entry."""
    register: Subject | None = None
    """The row of a register, or the other entry, that the finding names beside the entry."""
    given: GivenAnswer | None = None

    @property
    def answers(self) -> Answers:
        """What may be answered; of a rule without answers of its own, as of a place."""
        return answers_of(self.finding.rule)

    @property
    def sheet(self) -> str:
        """The sheet on which it stands: one of ``SHEETS``."""
        return self.answers.sheet

    @property
    def actions(self) -> tuple[str, ...]:
        """The answers that make sense: codes of ``Action``, and ``accept``."""
        return self.answers.actions

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of ENTRY that may be corrected."""
        return self.answers.fields


@dataclass(frozen=True, slots=True)
class Reopened:
    """What somebody answered, and has to be looked at once more."""

    asked_as: AskedAs
    subject: Subject
    answers: tuple[GivenAnswer, ...]
    """One for each person who answered; where nobody did, of an entry of a contested case, none."""
    rule: str | None = None
    finding_id: str | None = None
    case_id: str | None = None
    case_number: int | None = None
    changed: tuple[str, ...] = ()
    """The fields of ENTRY that say something else now."""
    why: str | None = None
    """Why it came back, as a code."""

    @property
    def mark(self) -> str:
        """``asked_as``, with the answer that it is about where it is about a single one."""
        if self.asked_as in {AskedAs.CONTESTED_CASE, AskedAs.CONTESTED_ENTRY}:
            return self.asked_as.value
        (answer,) = self.answers
        return f"{self.asked_as}:{answer.answer}:{answer.field or ''}"


@dataclass(frozen=True, slots=True)
class ReviewItems:
    """Everything that a review workbook asks."""

    cases: tuple[Case, ...] = ()
    """The open cases by number."""
    questions: Mapping[tuple[str, str], GivenAnswer] = field(default_factory=dict)
    """(case, entry) -> the question to the precinct that nobody answered yet."""
    findings: tuple[AskedFinding, ...] = ()
    """Errors first."""
    reopened: tuple[Reopened, ...] = ()
    chances: Mapping[int | None, tuple[Chance, ...]] = field(default_factory=dict)
    """What chance alone would give in each constituency, None for all of them together."""

    def of_sheet(self, sheet: str) -> tuple[AskedFinding, ...]:
        """The findings of one of ``SHEETS``."""
        return tuple(one for one in self.findings if one.sheet == sheet)

    def asked_as(self, codes: Iterable[AskedAs]) -> tuple[Reopened, ...]:
        """What is asked once more for one of these causes."""
        wanted = set(codes)
        return tuple(one for one in self.reopened if one.asked_as in wanted)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows, or cases, each kind of sheet has."""
        findings = {name: len(self.of_sheet(name)) for name in SHEETS}
        contested = self.asked_as([AskedAs.CONTESTED_CASE, AskedAs.CONTESTED_ENTRY])
        return {
            "cases": len(self.cases),
            **findings,
            "contested": len(
                {one.case_id or one.subject.entry_id for one in contested}
            ),
            "second_look": len(self.asked_as([AskedAs.PENDING])),
            "came_back": len(self.asked_as([AskedAs.RETURNED])),
        }


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
    return "; ".join(part for part in parts if part)


def said(given: GivenAnswer, words: Words) -> str:
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
    told = "; ".join(detail for detail in details if detail)
    return ": ".join(
        part for part in (head, word_of(given.answer, words), told) if part
    )


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


Subjects: TypeAlias = Callable[[Iterable[str | None]], dict[str, Subject]]
"""Looks up entries, and rows of registers, by their ids."""
_Row: TypeAlias = Mapping[str, Any]

_SETTLED = frozenset({Returned.CARRIED_OUT, Returned.ANSWERED})
"""Why an answer came back of which nobody needs to do anything."""


def is_of_case(row: _Row) -> bool:
    """True of an answer of CONTESTED that is a verdict: it names a case and no action."""
    return row["case_id"] is not None and row["answer"] not in {*Action, Mark.ACCEPT}


def contested_cases(
    contested: Iterable[_Row],
    cases: pa.Table,
    numbers: pa.Table,
    subjects: Subjects,
) -> Iterator[Reopened]:
    """Every entry of each contested case, with what each person answered."""
    answers: dict[tuple[str, str], list[GivenAnswer]] = {}
    for row in contested:
        if is_of_case(row):
            key = row["case_id"], row["entry_id"]
            answers.setdefault(key, []).append(given_answer(row["answer"], row))
    members: dict[str, set[str]] = {}
    for case, entry in answers:
        members.setdefault(case, set()).add(entry)
    for case, entries in members_of(cases, list(members)).items():
        members[case].update(entries)
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


def _number_of(numbers: pa.Table, wanted: Iterable[str | None]) -> dict[str, int]:
    """The numbers of these cases."""
    rows = rows_among(numbers, "case_id", wanted)
    return {row["case_id"]: row["number"] for row in rows.to_pylist()}


def contested_entries(
    contested: Iterable[_Row], subjects: Subjects
) -> Iterator[Reopened]:
    """Each contested entry with what each person answered."""
    by_entry: dict[str, list[_Row]] = {}
    for row in contested:
        if not is_of_case(row):
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


def answers_alone(
    asked_as: AskedAs, rows: Iterable[_Row], subjects: Subjects
) -> Iterator[Reopened]:
    """What single people answered, each answer by itself.

    Args:
        asked_as: why it is looked at once more.
        rows: of AMENDMENT.
        subjects: looks up what they are about.
    """
    rows = list(rows)
    looked_up = subjects(row["entry_id"] for row in rows)
    for row in rows:
        answer = given_answer(row["action"], row)
        subject = looked_up[row["entry_id"]]
        yield Reopened(asked_as, subject, (answer,), **_about([row]))


def came_back(
    returned: pa.Table, given: Given, numbers: pa.Table, subjects: Subjects
) -> Iterator[Reopened]:
    """What was decided of entries that say something else now.

    An entry that is gone is shown as it was.

    Args:
        returned: RETURNED.
        given: all answers, with what entries said then.
        numbers: ``case_id`` and ``number`` of every case.
        subjects: looks up the entries of today.
    """
    rows = [row for row in returned.to_pylist() if row["why"] not in _SETTLED]
    looked_up = subjects(row["entry_id"] for row in rows)
    number_of = _number_of(numbers, (row["case_id"] for row in rows))
    gone = {row["old_entry_id"] for row in rows if row["entry_id"] is None}
    old = _old_subjects(given.subjects, gone)
    for row in rows:
        was = old.get(row["old_entry_id"], Subject(row["old_entry_id"]))
        subject = looked_up.get(row["entry_id"] or "", was)
        changed = (row["changed"] or "").split("+")
        yield Reopened(
            AskedAs.RETURNED,
            subject,
            (given_answer(row["answer"], row),),
            case_id=row["case_id"],
            case_number=number_of.get(row["case_id"]),
            changed=tuple(filter(None, changed)),
            why=_why(row),
        )


_OF_OTHERS = frozenset({Returned.CHANGED.value, Returned.GONE.value})
"""Why a whole case comes back, though one entry of it alone is another one now."""


def _why(returned: Mapping[str, Any]) -> str:
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
        cells = strict_json.loads(row["cells"])
        parts = [cells.get(name) for name in NAME_PARTS]
        name = " ".join(filter(None, parts)) or cells.get("full_name")
        place = Place(cells.get("constituency"), cells.get("precinct"))
        old[row["entry_id"]] = Subject(
            row["entry_id"], name, cells.get("birth_date"), cells.get("address"), place
        )
    return old


def decided_cases(
    rows: list[dict[str, Any]], numbers: pa.Table, subjects: Subjects
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
