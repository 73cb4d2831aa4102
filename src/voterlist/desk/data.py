"""The desk of a constituency, out of the tables of a run and of what people answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

from voterlist.catalogue import LANGUAGES
from voterlist.decisions import Standing, with_corrections
from voterlist.desk.model import Desk, DeskAnswer, DeskCase
from voterlist.desk.seen import seen_digests
from voterlist.model import Action
from voterlist.report import Facts, ReviewTables, blind_case
from voterlist.report.lookup import Names, Sources
from voterlist.report.reopened import is_of_case
from voterlist.report.sections.cases import (
    Case,
    CaseTables,
    CaseWords,
    Sentences,
    build_cases,
    cases_in,
    chances_by_place,
)

_Row: TypeAlias = Mapping[str, Any]
_Key: TypeAlias = tuple[str, str]
"""(case, person)."""


def desk_of(
    tables: ReviewTables,
    holding: Standing,
    facts: Facts,
    *,
    sources: Sources,
    mask_identifiers: bool = True,
    blind: Collection[str] = (),
) -> Desk:
    """The desk of ``facts.constituency``, or of everything where that is None.

    Args:
        tables: the tables of the run.
        holding: what holds of all answers, and what is contested.
        facts: whose desk it is.
        sources: the files of each source.
        mask_identifiers: whether only the end of an identifier is shown.
        blind: cases that are shown as if nobody had decided or compared them.
    """
    table = cases_in(tables.cases, facts.constituency)
    entries = with_corrections(tables.entries, holding.amendments)
    cases = build_cases(
        table,
        tables.numbers,
        CaseTables(
            entries=entries,
            voters=tables.voters,
            pairs=tables.pairs,
            waterfalls=tables.waterfalls,
            decisions=holding.decisions,
            returned=tables.returned,
        ),
        Names(sources),
        mask_identifiers=mask_identifiers,
    )
    shown = [blind_case(case) if case.case_id in blind else case for case in cases]
    shown.sort(key=lambda case: (case.case_id not in tables.doubted, case.number))
    cases = tuple(shown)
    answers = answers_in(holding)
    contested = {row["case_id"] for row in contested_in(holding)}
    members = {case.case_id: _ids(case) for case in cases}
    digests = seen_digests(members, entries)
    built = tuple(
        DeskCase(
            case=case,
            seen=digests[case.case_id],
            answers=() if case.is_blind else answers.get(case.case_id, ()),
            is_contested=case.case_id in contested,
        )
        for case in cases
    )
    chances = chances_by_place(tables.coincidences)
    sentences = {}
    for language in LANGUAGES:
        said = Sentences(CaseWords(language), chances)
        sentences[language] = tuple(
            said.words("quality.blind") if case.is_blind else said.of(case)
            for case in cases
        )
    return Desk(facts, built, sentences)


def _ids(case: Case) -> list[str]:
    """The entries of a case."""
    return [member.entry_id for member in case.members]


def contested_in(holding: Standing) -> list[_Row]:
    """The verdicts that contradict each other."""
    return [row for row in holding.contested.to_pylist() if is_of_case(row)]


def answers_in(holding: Standing) -> dict[str, tuple[DeskAnswer, ...]]:
    """What counts of each person's answers about each case."""
    rows: dict[_Key, dict[str, tuple[str, _Row]]] = {}

    def note(answer: str, row: _Row) -> None:
        of_person = rows.setdefault((row["case_id"], row["decided_by"]), {})
        of_person[row["entry_id"]] = (answer, row)

    for row in holding.amendments.to_pylist():
        if row["action"] == Action.ASK and row["case_id"] is not None:
            note(Action.ASK.value, row)
    for row in holding.decisions.to_pylist():
        note(row["verdict"], row)
    for row in contested_in(holding):
        note(row["answer"], row)
    by_case: dict[str, list[DeskAnswer]] = {}
    for (case_id, person), said in sorted(rows.items()):
        by_case.setdefault(case_id, []).append(_answer(person, said))
    return {case_id: tuple(answers) for case_id, answers in by_case.items()}


def _answer(person: str, said: Mapping[str, tuple[str, _Row]]) -> DeskAnswer:
    """One person's answers about the entries of a case, as one."""
    rows = [row for _, row in said.values()]
    return DeskAnswer(
        by=person,
        at=max(str(row["decided_at"]) for row in rows),
        verdicts={entry: answer for entry, (answer, _) in said.items()},
        reason=_first(row["reason"] for row in rows),
        due=_first(row.get("due") for row in rows),
    )


def _first(texts: Iterable[str | None]) -> str | None:
    """The first text that is one."""
    return next((text for text in texts if text), None)
