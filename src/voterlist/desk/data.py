"""What stands on a desk: the cases as one run knows them, and what was answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pyarrow as pa

from voterlist.catalogue import LANGUAGES
from voterlist.decisions.given import person_key
from voterlist.decisions.standing import Standing
from voterlist.fields import ENTRY_FIELDS, IDENTIFIERS, LATER_FIELDS
from voterlist.model import Action, EntryRole, Verdict, frozen
from voterlist.report.asked import ReviewTables, is_of_case
from voterlist.report.sections.cases.build import cases_in
from voterlist.report.sections.cases.model import Case, CaseWords, Member, Sentences
from voterlist.report.sections.chance import chances_by_place
from voterlist.report.to_review import queued_cases
from voterlist.report.values import Facts, Names, rows_of
from voterlist.tables import ReadRow, by_key

_SAME = "same"


def proposed_verdicts(case: Case) -> dict[str, Verdict]:
    """What is proposed of each entry of a case; nothing where a person has to find out."""
    roles = {member.entry_id: member.role for member in case.members}
    if EntryRole.QUESTION in roles.values() or EntryRole.KEEP not in roles.values():
        return {}
    return {entry_id: Verdict(role) for entry_id, role in roles.items()}


def usual_reason(case: Case) -> str:
    """The reason, a code of ``REASONS``, of whoever takes what is proposed and says no other."""
    steps = case.why.steps if case.why else ()
    same = {step.field for step in steps if step.level == _SAME}
    return "one-identifier" if same.intersection(IDENTIFIERS) else "names-and-birth"


class Proposal(StrEnum):
    """What the program proposes of a case as a whole."""

    SAME = "same"
    """One person: an entry is kept, the others repeat it."""
    SEPARATE = "separate"
    """Different people."""
    NOTHING = "nothing"
    """A person has to find out."""


class State(StrEnum):
    """How far a case is."""

    OPEN = "open"
    ASKED = "asked"
    """A precinct was asked, and has not answered."""
    CONTESTED = "contested"
    """People decided in different ways."""
    SETTLED = "settled"
    APART = "apart"
    """Not asked about: twins, relatives, namesakes."""


@frozen
class DeskAnswer:
    """What one person answered about a case.

    Attributes:
        by: who.
        at: when, in ISO 8601.
        verdicts: by entry, a code of ``Verdict``, or ``ask``.
        reason: in the person's words.
        due: of a question, the day until which the precinct answers.
    """

    by: str
    at: str
    verdicts: Mapping[str, str]
    reason: str | None = None
    due: str | None = None


@frozen
class DeskCase:
    """A case with what people answered about it.

    Attributes:
        case: its entries side by side, and the evidence.
        seen: the digest of what its entries say; see ``seen_digests``.
        answers: what counts of each person's answers, in order of name.
        is_contested: whether the answers differ.
    """

    case: Case
    seen: str
    answers: tuple[DeskAnswer, ...] = ()
    is_contested: bool = False

    @property
    def proposal(self) -> Proposal:
        """What is proposed of the case as a whole."""
        if not self.case.kind.is_asked:
            return Proposal.SEPARATE
        return Proposal.NOTHING if self.kept is None else Proposal.SAME

    @property
    def kept(self) -> str | None:
        """The entry that is proposed to be kept; None where nothing is proposed."""
        verdicts = proposed_verdicts(self.case)
        return next(
            (entry for entry, said in verdicts.items() if said == Verdict.KEEP), None
        )

    @property
    def state(self) -> State:
        """How far it is."""
        if self.is_contested:
            return State.CONTESTED
        if all(member.verdict for member in self.case.members):
            return State.SETTLED
        if any("ask" in answer.verdicts.values() for answer in self.answers):
            return State.ASKED
        return State.OPEN if self.case.is_asked else State.APART

    @property
    def due(self) -> str | None:
        """The first day by which a precinct that was asked answers, in ISO 8601."""
        days = [answer.due for answer in self.answers if answer.due]
        return min(days, default=None)


@frozen
class Desk:
    """All cases of a constituency, or of a workspace, by number."""

    facts: Facts
    """Whose they are."""
    cases: tuple[DeskCase, ...]
    sentences: Mapping[str, tuple[str, ...]]
    """By language, the sentence of each case."""
    run: str
    """The newest run of the workspace."""


_DIGITS = 16
_FIRST = (
    "entry_id",
    "list_kind",
    *(name for name in ENTRY_FIELDS if name not in LATER_FIELDS),
)


def seen_digests(
    members: Mapping[str, Sequence[str]], entries: pa.Table
) -> dict[str, str]:
    """For each case a digest of what its entries say, in hexadecimal digits.

    Args:
        members: the entries of each case.
        entries: ENTRY with the corrections that hold.
    """
    ids = pa.array(
        [entry_id for ids in members.values() for entry_id in ids], pa.string()
    )
    rows = rows_of(entries, ids).select([*_FIRST, *LATER_FIELDS]).to_pylist()
    texts = {row["entry_id"]: json.dumps(_say_entry(row)) for row in rows}
    digests = {}
    for case_id, ids_of_case in members.items():
        said = "\n".join(
            texts.get(entry_id, entry_id) for entry_id in sorted(ids_of_case)
        )
        digest = hashlib.sha256(f"{case_id}\n{said}".encode()).hexdigest()
        digests[case_id] = digest[:_DIGITS]
    return digests


def _say_entry(row: ReadRow) -> list[Any]:
    """What an entry says; a field that came later is named where something stands in it."""
    later = {name: row[name] for name in LATER_FIELDS if row[name] is not None}
    return [*(row[name] for name in _FIRST), *([later] if later else [])]


_Key = tuple[str, str]
"""(case, key of a person)."""


def desk_of(
    tables: ReviewTables,
    holding: Standing,
    facts: Facts,
    *,
    run: str,
    names: Names,
    blind: Collection[str] = (),
) -> Desk:
    """The desk of ``facts.constituency``, or of everything where that is None.

    Args:
        tables: the tables of the run.
        holding: what holds of all answers, and what is contested.
        facts: whose desk it is.
        run: the newest run.
        names: the names of the files, and what is shown of identifiers.
        blind: cases that are shown as if nobody had decided or compared them.
    """
    looked_up = tables.looked_up(holding)
    cases = queued_cases(
        replace(tables, cases=cases_in(tables.cases, facts.constituency)),
        looked_up,
        names=names,
        blind=blind,
    )
    members = {
        case.case_id: [member.entry_id for member in case.members] for case in cases
    }
    digests = seen_digests(members, looked_up["entries"])
    unread = (DeskCase(case, digests[case.case_id]) for case in cases)
    built = tuple(with_answers(unread, holding))
    chances = chances_by_place(tables.coincidences)
    sentences = {
        language: tuple(map(Sentences(CaseWords(language), chances).of, cases))
        for language in LANGUAGES
    }
    return Desk(facts, built, sentences, run)


def with_answers(cases: Iterable[DeskCase], holding: Standing) -> Iterator[DeskCase]:
    """The cases with what holds of all answers about them; a second reader is not told."""
    said = answers_in(holding)
    contested = {row["case_id"] for row in contested_in(holding)}
    verdicts = {
        (row["case_id"], row["entry_id"]): row for row in holding.decisions.to_pylist()
    }
    for desk_case in cases:
        case_id = desk_case.case.case_id
        if desk_case.case.is_blind:
            yield replace(desk_case, is_contested=case_id in contested)
            continue
        members = tuple(
            _with_verdict(member, verdicts.get((case_id, member.entry_id)))
            for member in desk_case.case.members
        )
        yield replace(
            desk_case,
            case=replace(desk_case.case, members=members),
            answers=said.get(case_id, ()),
            is_contested=case_id in contested,
        )


def _with_verdict(member: Member, row: Mapping[str, Any] | None) -> Member:
    """An entry of a case with the verdict that holds; None: none does."""
    return replace(
        member,
        verdict=None if row is None else Verdict(row["verdict"]),
        decided_by=None if row is None else row["decided_by"],
        decided_why=None if row is None else row["reason"],
    )


def contested_in(holding: Standing) -> list[ReadRow]:
    """The verdicts that contradict each other."""
    return [row for row in holding.contested.to_pylist() if is_of_case(row)]


def answers_in(holding: Standing) -> dict[str, tuple[DeskAnswer, ...]]:
    """What counts of each person's answers about each case."""
    rows: dict[_Key, dict[str, tuple[str, ReadRow]]] = {}

    def note(answer: str, row: ReadRow) -> None:
        of_person = rows.setdefault((row["case_id"], person_key(row["decided_by"])), {})
        of_person[row["entry_id"]] = (answer, row)

    for row in holding.amendments.to_pylist():
        if row["action"] == Action.ASK and row["case_id"] is not None:
            note(Action.ASK.value, row)
    for row in holding.decisions.to_pylist():
        note(row["verdict"], row)
    for row in contested_in(holding):
        note(row["answer"], row)
    by_case = by_key((case_id, _answer(said)) for (case_id, _), said in rows.items())
    return {
        case_id: tuple(sorted(answers, key=lambda answer: answer.by))
        for case_id, answers in by_case.items()
    }


def _answer(said: Mapping[str, tuple[str, ReadRow]]) -> DeskAnswer:
    """One person's answers about the entries of a case, as one."""
    rows = [row for _, row in said.values()]
    return DeskAnswer(
        by=rows[-1]["decided_by"],
        at=max(str(row["decided_at"]) for row in rows),
        verdicts={entry: answer for entry, (answer, _) in said.items()},
        reason=_first(row["reason"] for row in rows),
        due=_first(row.get("due") for row in rows),
    )


def _first(texts: Iterable[str | None]) -> str | None:
    """The first text that is one."""
    return next((text for text in texts if text), None)
