"""The check of answers about entries and findings, when they come back from a person."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

import pyarrow as pa

from voterlist.decisions.amended import Amended, AmendmentContext
from voterlist.decisions.answer import ACCEPT, Row, Subjects
from voterlist.decisions.given import Given
from voterlist.decisions.judge import Judge, Judged
from voterlist.decisions.listed import refuse_listed, refuse_taken_fins
from voterlist.decisions.reasons import Reasons
from voterlist.decisions.record import Record, amendment
from voterlist.decisions.rows import AMENDMENT_ROW
from voterlist.decisions.standing import about, is_dispute, says, standing
from voterlist.model import Action, Problem, Verdict
from voterlist.schemas import require

AMENDMENT_PROBLEMS = (
    "accepted-without-reason",
    "action-missing",
    "action-not-for-case",
    "action-not-for-finding",
    "already-listed",
    "already-there",
    "answered-twice",
    "date-impossible",
    "date-in-future",
    "destination-here",
    "document-impossible",
    "due-past",
    "due-unreadable",
    "entry-gone",
    "evidence-missing",
    "field-missing",
    "field-not-correctable",
    "fin-impossible",
    "fin-taken",
    "ground-missing",
    "ground-not-for-action",
    "no-decider",
    "nobody-to-add",
    "nothing-contested",
    "nothing-to-withdraw",
    "own-dispute",
    "precinct-missing",
    "precinct-not-here",
    "precinct-unreadable",
    "reason-missing",
    "unknown-action",
    "unknown-case",
    "unknown-entry",
    "unknown-finding",
    "unknown-ground",
    "value-missing",
    "value-unreadable",
)
"""Why an answer is refused; ``review.problem.<code>.title`` and ``.todo`` in the catalogue."""

_TEXTS = tuple(
    field.name
    for field in AMENDMENT_ROW
    if pa.types.is_string(field.type) and field.name not in {"file", "sheet"}
)
_SHOWS_AN_ANSWER = ("reason", "value", "due", "decided_by")
"""Cells that a workbook leaves blank: who wrote in one of them meant to answer."""
_ONE_LINE = frozenset(
    {"value", "decided_by", "field", "action", "ground", "constituency", "precinct"}
)
_OF_FINDING = frozenset({ACCEPT, Action.WITHDRAW.value})
"""What is said of a finding as a whole, where the row names one."""


def check_amendments(
    rows: pa.Table,
    context: AmendmentContext,
    given: Given,
    *,
    decided_at: dt.datetime,
    decided_by: str | None = None,
    refused: Collection[Problem] = (),
) -> Amended:
    """The answers of people about entries and findings, checked.

    A row is refused with its reasons, and all other rows are recorded. That one person strikes an
    entry and another corrects it is no reason: ``standing`` makes it contested.

    Args:
        rows: AMENDMENT_ROW, in the order in which they were answered.
        context: what they are held against.
        given: what was answered before, brought to the entries of today.
        decided_at: the moment, with its time zone.
        decided_by: who decided where a row names nobody.
        refused: rows that were refused before, and are not looked at again.
    """
    answered = _answered(require(rows, AMENDMENT_ROW, "review"), decided_by, refused)
    subjects = Subjects(answered, context, given)
    judge = Judge(context, subjects, decided_at.date())
    judged = [
        judge.judge(answer) for row in answered for answer in subjects.answers(row)
    ]
    reasons = Reasons(judged)
    reasons.refuse_all("answered-twice", _answered_twice(reasons.kept()))
    _refuse_disputes(reasons, given)
    refuse_taken_fins(reasons, context.voters, given)
    refuse_listed(reasons, context, given, decided_at.date())
    record = Record(given, decided_at.isoformat(timespec="seconds"))
    for one in reasons.kept():
        if not record.add(one):
            reasons.refuse("nothing-to-withdraw", one)
    return record.amended(reasons)


def precincts_known(
    territory: Mapping[int, Collection[int]], lists: pa.Table
) -> dict[int, frozenset[int]]:
    """Constituency -> its precincts: those of the territory, else those that handed in lists.

    Args:
        territory: ``[territory]`` of the settings, by constituency.
        lists: LIST, or any table with ``constituency`` and ``precinct``.
    """
    places = lists.select(["constituency", "precinct"]).group_by(
        ["constituency", "precinct"]
    )
    listed: dict[int, set[int]] = defaultdict(set)
    for place in places.aggregate([]).to_pylist():
        if None not in place.values():
            listed[place["constituency"]].add(place["precinct"])
    precincts = {number: frozenset(found) for number, found in listed.items()}
    return precincts | {
        number: frozenset(numbers) for number, numbers in territory.items() if numbers
    }


def _answered(
    rows: pa.Table, decided_by: str | None, refused: Iterable[Problem]
) -> list[Row]:
    """The rows in which something was answered, their cells without blanks around."""
    refused_places = {(one.file, one.sheet, one.row) for one in refused}
    answered = []
    for row in rows.to_pylist():
        # A problem that names no file is of the only one.
        places = {(file, row["sheet"], row["row"]) for file in ("", row["file"])}
        if places & refused_places:
            continue
        row |= {name: _stripped(name, row[name]) for name in _TEXTS}
        is_answer = any(row[name] is not None for name in _SHOWS_AN_ANSWER)
        if row["action"] is not None or is_answer:
            row["decided_by"] = row["decided_by"] or decided_by
            answered.append(row)
    return answered


def _stripped(name: str, text: str | None) -> str | None:
    """The text without blanks around it, null where nothing else stands in it."""
    if text is None:
        return None
    kept = " ".join(text.split()) if name in _ONE_LINE else text.strip()
    return kept or None


def _answered_twice(judged: Iterable[Judged]) -> Iterator[Judged]:
    """The answers in one file of a person who says two things of one entry or finding."""
    said: dict[tuple[Any, ...], list[tuple[Judged, Any]]] = defaultdict(list)
    for one in judged:
        person = (one.answer.cells["file"], one.answer.cells["decided_by"])
        for subject, answer in _said(one):
            said[*person, *subject].append((one, answer))
    for answers in said.values():
        if len({answer for _, answer in answers}) > 1:
            yield from (one for one, _ in answers)


def _said(one: Judged) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """(what is spoken of, what is said of it): of the finding, and of the entry."""
    action, finding_id = one.answer.action, one.answer.cells["finding_id"]
    if finding_id is not None:
        yield ("finding", finding_id), action if action in _OF_FINDING else "amended"
    if finding_id is None or action not in _OF_FINDING:
        row = amendment(one, "")
        yield ("entry", one.answer.entry_id, about(row)), says(row)


def _refuse_disputes(reasons: Reasons, given: Given) -> None:
    """Refuse to settle what is not contested, or one's own dispute."""
    people = _disputing_people(given)
    for one in reasons.kept():
        if not one.answer.cells["adjudicates"]:
            continue
        parties = people.get(one.answer.entry_id or "", set())
        if not parties:
            reasons.refuse("nothing-contested", one)
        elif one.answer.cells["decided_by"] in parties:
            reasons.refuse("own-dispute", one)


def _disputing_people(given: Given) -> dict[str, set[str]]:
    """Entry -> the people who decided about it in different ways."""
    rows_of: dict[str, list[Row]] = defaultdict(list)
    verdicts = {verdict.value for verdict in Verdict}
    for row in standing(given).contested.to_pylist():
        if row["answer"] not in verdicts:
            rows_of[row["entry_id"]].append(row | {"action": row["answer"]})
    return {entry_id: set(_parties(rows)) for entry_id, rows in rows_of.items()}


def _parties(rows: Iterable[Row]) -> Iterator[str]:
    """The people whose answers about one entry cannot hold beside those of others."""
    for one, other in combinations(rows, 2):
        if is_dispute(one, other) or _is_accepted(one, other):
            yield from (one["decided_by"], other["decided_by"])


def _is_accepted(one: Row, other: Row) -> bool:
    """True where one of them accepts the finding that the other answers otherwise."""
    is_same_finding = one["finding_id"] == other["finding_id"] is not None
    return is_same_finding and ACCEPT in {one["action"], other["action"]}
