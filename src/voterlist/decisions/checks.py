"""The check of answers about entries and findings, when they come back from a person."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.amended import (
    Amended,
    AmendmentContext,
    Replaced,
    ValueReader,
)
from voterlist.decisions.answer import ACCEPT, Answer, Row, Subjects
from voterlist.decisions.given import Given
from voterlist.decisions.judge import Judge, Judged
from voterlist.decisions.rows import AMENDMENT_ROW
from voterlist.decisions.standing import (
    about,
    is_taken_back,
    last_answers,
    says,
    standing,
)
from voterlist.model import Action, Mark, Problem, Verdict
from voterlist.schemas import (
    ACCEPTANCE,
    AMENDMENT,
    ENTRY,
    ENTRY_FIELDS,
    SUBJECT,
    require,
)
from voterlist.tables import from_columns, plain

__all__ = [
    "AMENDMENT_PROBLEMS",
    "check_amendments",
    "precincts_known",
    "subjects_of",
]

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
_SUBJECT_CELLS = (
    "constituency",
    "precinct",
    "list_kind",
    "source",
    "sheet",
    "line",
    *ENTRY_FIELDS,
)


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
    reasons = _Reasons(judged)
    reasons.refuse_all("answered-twice", _answered_twice(reasons.kept()))
    _refuse_disputes(reasons, given)
    _refuse_taken_fins(reasons, context.voters, given)
    _refuse_listed(reasons, context, given, decided_at.date())
    record = _Record(given, decided_at.isoformat(timespec="seconds"))
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


def subjects_of(entries: pa.Table) -> pa.Table:
    """SUBJECT: what these entries (ENTRY) say, with their places, by id."""
    rows = require(entries, ENTRY, "review").to_pylist()
    return _subjects({row["entry_id"]: row for row in rows})


def _subjects(entries: Mapping[str, Row]) -> pa.Table:
    ids = sorted(entries)
    cells = [_cells(entries[entry_id]) for entry_id in ids]
    return from_columns({"entry_id": ids, "cells": cells}, SUBJECT, len(ids))


def _cells(entry: Row) -> str:
    """The entry as JSON: the same text for the same entry."""
    cells = {name: entry[name] for name in _SUBJECT_CELLS}
    return json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _answered(
    rows: pa.Table, decided_by: str | None, refused: Iterable[Problem]
) -> list[Row]:
    """The rows in which something was answered, their cells without blanks around."""
    refused_places = {(one.file, one.sheet, one.row) for one in refused}
    answered = []
    for row in rows.to_pylist():
        if (row["file"], row["sheet"], row["row"]) in refused_places:
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


class _Reasons:
    """Answers, and why some of them are refused."""

    def __init__(self, judged: list[Judged]) -> None:
        self._judged = judged
        self._codes: dict[tuple[str, str, int], dict[str, Answer]] = defaultdict(dict)
        for one in judged:
            for code in one.problems:
                self.refuse(code, one)

    def refuse(self, code: str, one: Judged) -> None:
        """Refuse the row of this answer."""
        self._codes[one.answer.place].setdefault(code, one.answer)

    def refuse_all(self, code: str, those: Iterable[Judged]) -> bool:
        """Refuse the rows of these answers; true where there is one."""
        those = list(those)
        for one in those:
            self.refuse(code, one)
        return bool(those)

    def kept(self) -> list[Judged]:
        """The answers that are not refused, in their order."""
        return [one for one in self._judged if one.answer.place not in self._codes]

    def problems(self) -> tuple[Problem, ...]:
        """Every reason, in order of file, sheet, row and code."""
        return tuple(
            _problem(code, answer)
            for _, answers in sorted(self._codes.items())
            for code, answer in sorted(answers.items())
        )


def _problem(code: str, answer: Answer) -> Problem:
    cells, finding = answer.cells, answer.finding
    return Problem(
        cells["row"],
        code,
        cells["sheet"],
        case_id=cells["case_id"],
        entry_id=answer.entry_id or cells["entry_id"],
        rule=None if finding is None else finding["rule"],
        file=cells["file"],
    )


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
        row = _amendment(one, "")
        yield ("entry", one.answer.entry_id, about(row)), says(row)


def _refuse_disputes(reasons: _Reasons, given: Given) -> None:
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
    people: dict[str, set[str]] = defaultdict(set)
    verdicts = {verdict.value for verdict in Verdict}
    for row in standing(given).contested.to_pylist():
        if row["answer"] not in verdicts:
            people[row["entry_id"]].add(row["decided_by"])
    return people


def _refuse_taken_fins(reasons: _Reasons, voters: pa.Table, given: Given) -> None:
    """Refuse corrections to a FIN that another entry has, after all that is decided.

    An answer that is refused frees no FIN, so it is asked again until nothing more is refused.
    """
    while True:
        fresh = [one for one in reasons.kept() if one.field == "fin" and one.value]
        fins = {one.value for one in fresh}
        bearers = _bearers(fins, voters, _corrected_fins(reasons, given))
        taken = [one for one in fresh if bearers[one.value] - {one.answer.entry_id}]
        if not reasons.refuse_all("fin-taken", taken):
            return


def _corrected_fins(reasons: _Reasons, given: Given) -> dict[str | None, str | None]:
    """Entry -> the FIN to which it is corrected, by answers before or by these."""
    fins = {
        row["entry_id"]: row["value"]
        for answers in last_answers(given).values()
        for row in answers.values()
        if row["field"] == "fin" and row["action"] == Action.CORRECT
    }
    fresh = [one for one in reasons.kept() if one.answer.action == Action.CORRECT]
    return fins | {
        one.answer.entry_id: one.value for one in fresh if one.field == "fin"
    }


def _refuse_listed(
    reasons: _Reasons, context: AmendmentContext, given: Given, today: dt.date
) -> None:
    """Refuse to add a person whose FIN is on the list, or who is added from another row.

    Registers overlap: who arrived is resident too.
    """

    def marks_of(entry: Row) -> list[_Mark]:
        return list(_marks_of(entry, context.read_value, today))

    additions = [one for one in reasons.kept() if one.answer.action == Action.ADD]
    if not additions:
        return
    marks = [marks_of(one.answer.entry or {}) for one in additions]
    fins = {mark[0] for known in marks for mark in known if len(mark) == 1}
    listed = _bearers(fins, context.voters, _corrected_fins(reasons, given))
    added = {
        mark: entry_id
        for entry_id, entry in _added_before(given).items()
        for mark in marks_of(entry)
    }
    for one, known in zip(additions, marks, strict=True):
        entry_id = str(one.answer.entry_id)
        is_added = any(added.get(mark, entry_id) != entry_id for mark in known)
        if is_added or any(listed.get(mark[0]) for mark in known if len(mark) == 1):
            reasons.refuse("already-listed", one)
        else:
            added |= dict.fromkeys(known, entry_id)


_Mark: TypeAlias = tuple[str, ...]
"""What tells a person: the FIN, or names and birth date."""
_NAMES = ("surname", "given_name", "patronymic", "full_name")


def _marks_of(
    entry: Mapping[str, Any], read_value: ValueReader, today: dt.date
) -> Iterator[_Mark]:
    """What the row of a register tells its person by."""
    if entry.get("fin") and (fin := read_value("fin", entry["fin"], today).text):
        yield (fin,)
    born = entry.get("birth_date") and read_value(
        "birth_date", entry["birth_date"], today
    )
    if born and born.text:
        names = [" ".join((entry.get(name) or "").split()) for name in _NAMES]
        yield (*(name.casefold() for name in names), born.text)


def _added_before(given: Given) -> dict[str, Row]:
    """Register rows of which people are added -> what they say."""
    added = {
        entry_id
        for entry_id, answers in last_answers(given).items()
        if any(row["action"] == Action.ADD for row in answers.values())
    }
    subjects = given.subjects.to_pylist()
    return {
        row["entry_id"]: json.loads(row["cells"])
        for row in subjects
        if row["entry_id"] in added
    }


def _bearers(
    wanted: Collection[str | None],
    voters: pa.Table,
    fins: Mapping[str | None, str | None],
) -> dict[str | None, set[str | None]]:
    """FIN -> the entries that have it.

    Args:
        wanted: the FINs that are asked about.
        voters: the entries with the FINs of the newest run.
        fins: what entries are corrected to since.
    """
    values = pa.array(sorted(fin for fin in wanted if fin), pa.string())
    named = voters.select(["entry_id", "fin"])
    named = named.filter(pc.is_in(plain(named.column("fin")), value_set=values))
    bearers: dict[str | None, set[str | None]] = defaultdict(set)
    for row in named.to_pylist():
        if row["entry_id"] not in fins:
            bearers[row["fin"]].add(row["entry_id"])
    for entry_id, fin in fins.items():
        bearers[fin].add(entry_id)
    return bearers


def _amendment(one: Judged, decided_at: str) -> Row:
    """The answer as a row of AMENDMENT, and whether it settles a dispute."""
    cells, finding = one.answer.cells, one.answer.finding
    constituency, precinct = one.place or (None, None)
    return {
        "entry_id": one.answer.entry_id,
        "action": one.answer.action,
        "field": one.field,
        "value": one.value,
        "ground": one.ground,
        "document": one.document,
        "constituency": constituency,
        "precinct": precinct,
        "due": one.due,
        "reason": cells["reason"],
        "rule": None if finding is None else finding["rule"],
        "finding_id": cells["finding_id"],
        "case_id": cells["case_id"],
        "decided_by": cells["decided_by"],
        "decided_at": decided_at,
        "adjudicates": cells["adjudicates"],
    }


class _Record:
    """What is to be recorded, and what every person has said so far."""

    def __init__(self, given: Given, decided_at: str) -> None:
        self._decided_at = decided_at
        self._said = {entry: dict(rows) for entry, rows in last_answers(given).items()}
        accepted = given.acceptances.to_pylist()
        self._accepted = {row["finding_id"]: row for row in accepted}
        self._amendments: list[Row] = []
        self._acceptances: list[Row] = []
        self._entries: dict[str, Row] = {}
        self._replaced: list[Replaced] = []

    def add(self, one: Judged) -> bool:
        """Record an answer; false where it takes back what was never said."""
        row = _amendment(one, self._decided_at)
        if one.answer.action == Action.WITHDRAW:
            is_new = self._withdraw(one, row)
            if not is_new:
                return False
        elif one.answer.action == ACCEPT:
            is_new = self._accept(one, row)
        else:
            is_new = self._amend(one, row)
        if is_new and one.answer.entry is not None:
            self._entries[str(one.answer.entry_id)] = one.answer.entry
        return True

    def amended(self, reasons: _Reasons) -> Amended:
        """All that is to be recorded, and why other rows are refused."""
        plain_rows = [row for row in self._amendments if not row["adjudicates"]]
        settling = [row for row in self._amendments if row["adjudicates"]]
        return Amended(
            amendments=_table(plain_rows, AMENDMENT),
            adjudications=_table(settling, AMENDMENT),
            acceptances=_table(self._acceptances, ACCEPTANCE),
            subjects=_subjects(self._entries),
            problems=reasons.problems(),
            replaced=tuple(self._replaced),
        )

    def _amend(self, one: Judged, row: Row) -> bool:
        """Record what is done to an entry; false where the person has said the same."""
        said = self._said.setdefault(row["entry_id"], {})
        key = (row["decided_by"], about(row))
        before = said.get(key)
        is_same = before is not None and _is_same(before, row)
        took_back = self._take_back_acceptance(one, row)
        if is_same and not took_back and not row["adjudicates"]:
            return False
        if before is not None and says(before) != says(row):
            self._replace(one, before["action"], row["action"])
        self._amendments.append(row)
        said[key] = row
        return True

    def _accept(self, one: Judged, row: Row) -> bool:
        """Record that a finding is as it should be; false where that is known."""
        taken_back = self._own(row)
        for key in taken_back:
            before = self._said[row["entry_id"]].pop(key)
            self._replace(one, before["action"], ACCEPT)
        if taken_back or row["adjudicates"]:
            nothing = dict.fromkeys(("field", "value", "ground", "document"))
            self._amendments.append(row | nothing | {"action": Action.WITHDRAW.value})
        # An acceptance has its reason alone, so nothing that was written gets lost.
        words = (row[name] for name in ("ground", "reason", "document"))
        reason = "; ".join(word for word in words if word)
        last = self._accepted.get(row["finding_id"])
        if last is not None and (last["mark"], last["reason"]) == (ACCEPT, reason):
            return bool(taken_back) or row["adjudicates"]
        self._mark(one, row, Mark.ACCEPT, reason)
        return True

    def _withdraw(self, one: Judged, row: Row) -> bool:
        """Record that a person takes an answer back; false where there is none."""
        own = self._own(row)
        took_back = self._take_back_acceptance(one, row)
        for key in own:
            before = self._said[row["entry_id"]].pop(key)
            self._replace(one, before["action"], row["action"])
        if own or row["adjudicates"]:
            self._amendments.append(row)
        return bool(own) or took_back or row["adjudicates"]

    def _own(self, row: Row) -> list[tuple[str, str]]:
        """What the person had said that an acceptance, or a withdrawal, takes back."""
        said = self._said.get(row["entry_id"], {})
        return [key for key, before in said.items() if is_taken_back(before, row)]

    def _take_back_acceptance(self, one: Judged, row: Row) -> bool:
        """Ask again about a finding that the person had accepted.

        Who settles a dispute takes back what anybody had accepted.
        """
        last = self._accepted.get(row["finding_id"])
        if last is None or last["mark"] != Mark.ACCEPT:
            return False
        is_own = last["accepted_by"] == row["decided_by"]
        if not is_own and not row["adjudicates"]:
            return False
        if is_own:
            self._replace(one, ACCEPT, row["action"])
        self._mark(one, row, Mark.ASK, row["reason"])
        return True

    def _mark(self, one: Judged, row: Row, mark: Mark, reason: str | None) -> None:
        finding = one.answer.finding or {}
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

    def _replace(self, one: Judged, before: str, now: str) -> None:
        file, sheet, row = one.answer.place
        finding = one.answer.finding
        self._replaced.append(
            Replaced(
                file=file,
                sheet=sheet,
                row=row,
                decided_by=one.answer.cells["decided_by"],
                entry_id=one.answer.entry_id,
                rule=None if finding is None else finding["rule"],
                field=one.field,
                before=before,
                now=now,
            )
        )


_SAID = ("ground", "document", "due", "reason", "finding_id", "case_id")


def _is_same(before: Row, row: Row) -> bool:
    """True where an answer repeats an earlier one, word for word."""
    return says(before) == says(row) and all(
        before[name] == row[name] for name in _SAID
    )


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    columns = {name: [row[name] for row in rows] for name in schema.names}
    return from_columns(columns, schema, len(rows))
