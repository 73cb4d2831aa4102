"""The check of answers about entries and findings, and what is to be recorded of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from operator import itemgetter
from typing import Any

import pyarrow as pa

from voterlist.decisions.answers import (
    ACCEPT,
    Amended,
    AmendmentContext,
    Replaced,
    Subjects,
    why_accepted,
)
from voterlist.decisions.given import (
    AMENDMENT_ROW,
    Given,
    is_same_person,
    not_refused,
    person_key,
    subject_table,
)
from voterlist.decisions.judge import Judge, Judged, Reasons
from voterlist.decisions.listed import refuse_listed, refuse_taken_fins
from voterlist.decisions.standing import (
    PLACE,
    about,
    is_dispute,
    is_taken_back,
    key_among,
    last_answers,
    says,
    standing,
)
from voterlist.model import Action, Mark, Problem, Verdict
from voterlist.schemas import ACCEPTANCE, AMENDMENT, require
from voterlist.tables import Row, from_rows

_SAID = itemgetter("mark", "reason", "accepted_by")
"""What was said of a finding, why and by whom."""


def amendment(judged: Judged, decided_at: str) -> Row:
    """The answer as a row of AMENDMENT, and whether it settles a dispute."""
    cells, finding = judged.answer.cells, judged.answer.finding
    constituency, precinct = judged.place or (None, None)
    return {
        "entry_id": judged.answer.entry_id,
        "action": judged.answer.action,
        "field": judged.field,
        "value": judged.value,
        "ground": judged.ground,
        "document": judged.document,
        "constituency": constituency,
        "precinct": precinct,
        "due": judged.due,
        "reason": cells["reason"],
        "rule": None if finding is None else finding["rule"],
        "finding_id": cells["finding_id"],
        "case_id": cells["case_id"],
        "decided_by": cells["decided_by"],
        "decided_at": decided_at,
        "adjudicates": cells["adjudicates"],
    }


class Record:
    """What is to be recorded, and what every person has said so far."""

    def __init__(self, given: Given, decided_at: str) -> None:
        self._decided_at = decided_at
        self._said = {entry: dict(rows) for entry, rows in last_answers(given).items()}
        """Entry -> what each person last said of it."""
        self._settled = last_answers(given, with_settled=True)
        """The same with what a third person settled since: said again, it opens nothing."""
        self._words = {_words_of(row) for row in given.amendments.to_pylist()}
        """Every answer that was ever given, word for word."""
        accepted = given.acceptances.to_pylist()
        self._stood = {row["finding_id"]: _SAID(row) for row in accepted}
        """Finding -> what was last said of it before."""
        self._accepted = {row["finding_id"]: row for row in accepted}
        """Finding -> the last acceptance of it, or question about it."""
        self._amendments: list[Row] = []
        self._acceptances: list[Row] = []
        self._entries: dict[str, Row] = {}
        """What the entries say that the new answers are about."""
        self._replaced: list[Replaced] = []

    def add(self, judged: Judged) -> bool:
        """Record an answer; false where it takes back what was never said."""
        row = amendment(judged, self._decided_at)
        if judged.answer.action == Action.WITHDRAW:
            is_new = self._withdraw(judged, row)
            if not is_new:
                return False
        elif judged.answer.action == ACCEPT:
            is_new = self._accept(judged, row)
        else:
            is_new = self._amend(judged, row)
        if is_new and judged.answer.entry is not None:
            self._entries[str(judged.answer.entry_id)] = judged.answer.entry
        return True

    def amended(self, reasons: Reasons) -> Amended:
        """All that is to be recorded, and why other rows are refused."""
        plain_rows = [row for row in self._amendments if not row["adjudicates"]]
        settling = [row for row in self._amendments if row["adjudicates"]]
        # A file may accept a finding more than once, in other words: its last word counts.
        accepted = [
            row
            for row in self._acceptances
            if _SAID(self._accepted[row["finding_id"]])
            != self._stood.get(row["finding_id"])
        ]
        return Amended(
            amendments=from_rows(plain_rows, AMENDMENT),
            adjudications=from_rows(settling, AMENDMENT),
            acceptances=from_rows(accepted, ACCEPTANCE),
            subjects=subject_table(self._entries),
            problems=reasons.problems(),
            replaced=tuple(self._replaced),
        )

    def _amend(self, judged: Judged, row: Row) -> bool:
        """Record what is done to an entry; false where the person has said the same."""
        said = self._said.setdefault(row["entry_id"], {})
        key = key_among(said, row)
        before = said.get(key)
        # A person may have said it to several findings of the entry: only the last counts, and
        # none of them is said anew.
        is_known = _words_of(row) in self._words
        last = before or self._settled.get(row["entry_id"], {}).get(key)
        is_same = last is not None and says(last) == says(row) and is_known
        took_back = self._take_back_acceptance(judged, row)
        if is_same and not took_back and not row["adjudicates"]:
            return False
        if before is not None and says(before) != says(row):
            self._replace(judged, before["action"], row["action"])
        self._amendments.append(row)
        self._words.add(_words_of(row))
        said[key] = row
        return True

    def _accept(self, judged: Judged, row: Row) -> bool:
        """Record that a finding is as it should be; false where that is known."""
        took_back = self._take_back(judged, row, ACCEPT)
        if took_back or row["adjudicates"]:
            nothing = dict.fromkeys(("field", "value", "ground", "document"))
            self._amendments.append(row | nothing | {"action": Action.WITHDRAW.value})
        reason = why_accepted(row)
        last = self._accepted.get(row["finding_id"])
        if last is not None and (last["mark"], last["reason"]) == (ACCEPT, reason):
            return took_back or row["adjudicates"]
        self._mark(judged, row, Mark.ACCEPT, reason)
        return True

    def _withdraw(self, judged: Judged, row: Row) -> bool:
        """Record that a person takes an answer back; false where there is none."""
        took_back = self._take_back_acceptance(judged, row)
        if judged.answer.answers.withdraws_row and not took_back:
            # The addition was no answer to this finding, which came with the entry.
            row["field"] = PLACE
        is_own = self._take_back(judged, row, row["action"])
        if is_own or row["adjudicates"]:
            self._amendments.append(row)
        return is_own or took_back or row["adjudicates"]

    def _take_back(self, judged: Judged, row: Row, now: str) -> bool:
        """Forget what the person had said that an answer takes back; false of nothing."""
        said = self._said.get(row["entry_id"], {})
        own = [key for key, before in said.items() if is_taken_back(before, row)]
        for key in own:
            self._replace(judged, said.pop(key)["action"], now)
        return bool(own)

    def _take_back_acceptance(self, judged: Judged, row: Row) -> bool:
        """Ask again about a finding that the person had accepted.

        Who settles a dispute takes back what anybody had accepted.
        """
        last = self._accepted.get(row["finding_id"])
        if last is None or last["mark"] != Mark.ACCEPT:
            return False
        is_own = is_same_person(last["accepted_by"], row["decided_by"])
        if not is_own and not row["adjudicates"]:
            return False
        if is_own:
            self._replace(judged, ACCEPT, row["action"])
        self._mark(judged, row, Mark.ASK, row["reason"])
        return True

    def _mark(self, judged: Judged, row: Row, mark: Mark, reason: str | None) -> None:
        """Note what is recorded of a finding as accepted, or as asked again."""
        finding = judged.answer.finding or {}
        acceptance = {name: finding.get(name) for name in ACCEPTANCE.names}
        acceptance |= {
            "finding_id": row["finding_id"],
            "mark": mark.value,
            "reason": reason,
            "accepted_by": row["decided_by"],
            "accepted_at": self._decided_at,
        }
        self._acceptances.append(acceptance)
        self._accepted[row["finding_id"]] = acceptance

    def _replace(self, judged: Judged, before: str, now: str) -> None:
        """Note that the person had said something else before."""
        finding = judged.answer.finding
        self._replaced.append(
            Replaced(
                file=judged.answer.cells["file"],
                decided_by=judged.answer.cells["decided_by"],
                entry_id=judged.answer.entry_id,
                rule=None if finding is None else finding["rule"],
                before=before,
                now=now,
            )
        )


_WORDS = (
    "entry_id",
    "field",
    "ground",
    "document",
    "due",
    "reason",
    "finding_id",
    "case_id",
)


def _words_of(row: Row) -> tuple[Any, ...]:
    """An answer word for word, whenever it was given."""
    return (
        *says(row),
        person_key(row["decided_by"]),
        *(row[name] for name in _WORDS),
    )


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
    answered = _answered_rows(
        require(rows, AMENDMENT_ROW, "review"), decided_by, refused
    )
    subjects = Subjects(answered, context, given)
    asked = {
        (row["entry_id"], person_key(row["decided_by"]), row["due"])
        for row in given.amendments.to_pylist()
        if row["action"] == Action.ASK
    }
    judge = Judge(context, subjects, decided_at.date(), asked)
    judged = [
        judge.judge(answer) for row in answered for answer in subjects.answers(row)
    ]
    reasons = Reasons(judged)
    reasons.refuse_all("answered-twice", _answered_twice(reasons.kept()))
    _refuse_disputes(reasons, given)
    refuse_taken_fins(reasons, context.voters, given)
    refuse_listed(reasons, context, given, decided_at.date())
    record = Record(given, decided_at.isoformat(timespec="seconds"))
    for kept in reasons.kept():
        if not record.add(kept):
            reasons.refuse("nothing-to-withdraw", kept)
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


def _answered_rows(
    rows: pa.Table, decided_by: str | None, refused: Iterable[Problem]
) -> list[Row]:
    """The rows in which something was answered, their cells without blanks around."""
    answered = []
    for row in not_refused(rows, refused):
        row |= {name: _without_blanks(name, row[name]) for name in _TEXTS}
        is_answer = any(row[name] is not None for name in _SHOWS_AN_ANSWER)
        if row["action"] is not None or is_answer:
            row["decided_by"] = row["decided_by"] or decided_by
            answered.append(row)
    return answered


def _without_blanks(name: str, text: str | None) -> str | None:
    """The text without blanks around it, null where nothing else stands in it."""
    if text is None:
        return None
    kept = " ".join(text.split()) if name in _ONE_LINE else text.strip()
    return kept or None


def _answered_twice(judged: Iterable[Judged]) -> Iterator[Judged]:
    """The answers in one file of a person who says two things of one entry or finding."""
    said: dict[tuple[Any, ...], list[tuple[Judged, Any]]] = defaultdict(list)
    for answer_given in judged:
        person = (
            answer_given.answer.cells["file"],
            person_key(answer_given.answer.cells["decided_by"]),
        )
        for subject, answer in _things_said(answer_given):
            said[*person, *subject].append((answer_given, answer))
    for answers in said.values():
        if len({answer for _, answer in answers}) > 1:
            yield from (answer_given for answer_given, _ in answers)


def _things_said(judged: Judged) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """(what is spoken of, what is said of it): of the finding, and of the entry."""
    action, finding_id = judged.answer.action, judged.answer.cells["finding_id"]
    if finding_id is not None:
        yield ("finding", finding_id), action if action in _OF_FINDING else "amended"
    if finding_id is None or action not in _OF_FINDING:
        row = amendment(judged, "")
        yield ("entry", judged.answer.entry_id, about(row)), says(row)


def _refuse_disputes(reasons: Reasons, given: Given) -> None:
    """Refuse to settle what is not contested, or one's own dispute."""
    people = _disputing_people(given)
    for judged in reasons.kept():
        if not judged.answer.cells["adjudicates"]:
            continue
        parties = people.get(judged.answer.entry_id or "", set())
        if not parties:
            reasons.refuse("nothing-contested", judged)
        elif person_key(judged.answer.cells["decided_by"]) in parties:
            reasons.refuse("own-dispute", judged)


def _disputing_people(given: Given) -> dict[str, set[str]]:
    """Entry -> the keys of the people who decided about it in different ways."""
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
            yield from (person_key(row["decided_by"]) for row in (one, other))


def _is_accepted(one: Row, other: Row) -> bool:
    """True where one of them accepts the finding that the other answers otherwise."""
    is_same_finding = one["finding_id"] == other["finding_id"] is not None
    return is_same_finding and ACCEPT in {one["action"], other["action"]}
