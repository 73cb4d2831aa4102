"""The rows of a file of answers, with what they confirm, ready to be checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist.decisions import AMENDMENT_ROW, WITHDRAWN, Given, Spellings, Standing
from voterlist.decisions.standing import last_answers
from voterlist.decisions.verdicts import REVIEW_ROW
from voterlist.model import Action, Mark, Problem
from voterlist.render.xlsx import ANSWER_ROW, CONFIRM, Answers
from voterlist.tables import from_rows

_Row: TypeAlias = dict[str, Any]

_SHOWN = ("field", "value", "ground", "document", "constituency", "precinct", "due")
"""What an answer takes over from the one that it confirms, where it says nothing itself."""
_TO_BE_SAID = ("field", "value", "ground", "precinct")
"""What a row must say itself where the answers that are shown differ in it."""


def spelled_as_before(
    answers: Answers, by: str | None, given: Given
) -> tuple[Answers, str | None]:
    """The answers, and who decided where nobody is named, with names as they were typed before.

    Else who types a name in capitals would be a second person, who agrees with the first one or
    settles a dispute with them.
    """
    columns = (
        given.verdicts.column("decided_by"),
        given.amendments.column("decided_by"),
        given.acceptances.column("accepted_by"),
    )
    spellings = Spellings(
        name for column in columns for name in column.unique().to_pylist()
    )

    def spelled(table: pa.Table) -> pa.Table:
        place = table.column_names.index("decided_by")
        names = [spellings.of(name) for name in table.column(place).to_pylist()]
        column = pa.array(names, pa.string())
        return table.set_column(place, table.schema.field(place), column)

    decisions, amendments = spelled(answers.decisions), spelled(answers.amendments)
    named = replace(answers, decisions=decisions, amendments=amendments)
    return named, spellings.of(by)


class Originals:
    """The answers that are shown where somebody may confirm or settle them.

    Args:
        by_cause: the answers, by why they are shown; without them nothing may be confirmed.
    """

    def __init__(self, by_cause: Mapping[str, list[_Row]] | None = None) -> None:
        self._by_cause = by_cause or {}

    def of(self, row: Mapping[str, Any]) -> list[_Row]:
        """The answers that a row confirms, or chooses among; different ones only."""
        cause, _, about = (row["asked_as"] or "").partition(":")
        action, _, field = about.partition(":")
        if cause == "contested-entry":
            action, field = row["action"], row["field"] or ""
        different: dict[tuple[Any, ...], _Row] = {}
        for earlier in self._by_cause.get(cause, []):
            answer = earlier.get("action") or earlier.get("answer")
            is_of_entry = earlier["entry_id"] == row["entry_id"]
            is_of_field = not field or earlier["field"] == field
            if is_of_entry and answer == action and is_of_field:
                said = tuple(earlier.get(name) for name in _SHOWN)
                different.setdefault(said, earlier | {"action": answer})
        return list(different.values())


def originals_of(holding: Standing, given: Given, returned: pa.Table) -> Originals:
    """What may be confirmed or settled, of what holds, and of RETURNED."""
    return Originals(
        {
            "pending": holding.pending.to_pylist(),
            "contested-entry": holding.contested.to_pylist(),
            "returned": list(_returned_rows(returned, given)),
        }
    )


def _returned_rows(returned: pa.Table, given: Given) -> Iterator[_Row]:
    """What was decided of entries that changed since, under the ids of today."""
    originals = {
        (row["entry_id"], row["action"], row["field"], row["decided_by"]): row
        for row in given.amendments.to_pylist()
    }
    for row in returned.to_pylist():
        key = row["old_entry_id"], row["answer"], row["field"], row["decided_by"]
        original = originals.get(key)
        if original is not None:
            entry = row["entry_id"] or row["old_entry_id"]
            yield original | {"entry_id": entry, "finding_id": None, "case_id": None}


class Rows:
    """The rows of a file, ready to be checked."""

    def __init__(
        self,
        answers: Answers,
        given: Given,
        by: str | None,
        originals: Originals,
    ) -> None:
        self.problems: list[Problem] = []
        self._said = last_answers(given)
        self._given = given
        self._by = by
        self._originals = originals
        amendments = [
            full
            for row in answers.amendments.to_pylist()
            if (full := self._with_confirmed(row)) is not None
        ]
        verdicts = []
        for row in answers.decisions.to_pylist():
            question = self._question_taken_back(row)
            if question is not None:
                amendments.append(question)
            if question is None or self._has_verdict(row):
                verdicts.append(row)
        self.verdicts = from_rows(verdicts, REVIEW_ROW)
        standing = [row for row in amendments if not self._is_taken_back(row)]
        self.amendments = from_rows(standing, AMENDMENT_ROW)

    def _with_confirmed(self, row: _Row) -> _Row | None:
        """A row with what it confirms; None where there is no such thing."""
        if row["asked_as"] is None or row["action"] in {None, WITHDRAWN, Action.ASK}:
            return row
        shown = self._originals.of(row)
        is_confirmation = row["action"] == CONFIRM
        if is_confirmation and not shown:
            self._refuse(row, "cannot-confirm")
            return None
        if len(shown) > 1 and not _says_all(row, shown):
            self._refuse(row, "several-to-confirm")
            return None
        if len(shown) != 1:
            return row
        (original,) = shown
        full = row | {name: row[name] or _text(original.get(name)) for name in _SHOWN}
        full["finding_id"] = row["finding_id"] or original.get("finding_id")
        full["reason"] = row["reason"] or (
            original["reason"] if is_confirmation else None
        )
        return full | {
            "action": original["action"] if is_confirmation else row["action"]
        }

    def _refuse(self, row: _Row, code: str) -> None:
        """Note why a row is refused."""
        case, entry = row["case_id"], row["entry_id"]
        problem = Problem(row["row"], code, row["sheet"], case, entry, file=row["file"])
        self.problems.append(problem)

    def _question_taken_back(self, row: _Row) -> _Row | None:
        """The row of a case that takes back a question to the precinct, as that; else None."""
        if row["verdict"] != WITHDRAWN:
            return None
        person = row["decided_by"] or self._by
        said = self._said.get(row["entry_id"] or "", {}).values()
        questions = [answer for answer in said if answer["action"] == Action.ASK]
        if not any(question["decided_by"] == person for question in questions):
            return None
        nothing = dict.fromkeys(ANSWER_ROW.names)
        return nothing | row | {"action": WITHDRAWN, "adjudicates": False}

    def _has_verdict(self, row: _Row) -> bool:
        """True where the person of a row has given its entry a verdict."""
        person = row["decided_by"] or self._by
        key = row["case_id"], row["entry_id"], person
        own = [
            answer["verdict"]
            for answer in self._given.verdicts.to_pylist()
            if (answer["case_id"], answer["entry_id"], answer["decided_by"]) == key
        ]
        return bool(own) and own[-1] != WITHDRAWN

    def _is_taken_back(self, row: _Row) -> bool:
        """True where the person took the answer back before: a file may be read in twice."""
        if row["action"] != WITHDRAWN:
            return False
        person = row["decided_by"] or self._by
        marks = {
            acceptance["finding_id"]: acceptance
            for acceptance in self._given.acceptances.to_pylist()
        }
        mark = marks.get(row["finding_id"])
        if mark is not None and mark["mark"] == Mark.ASK:
            return bool(mark["accepted_by"] == person)
        last = [
            answer
            for answer in self._given.amendments.to_pylist()
            if answer["entry_id"] == row["entry_id"] and answer["decided_by"] == person
        ]
        return bool(last) and last[-1]["action"] == WITHDRAWN


def _says_all(row: _Row, shown: Iterable[_Row]) -> bool:
    """True where a row says itself in what the answers differ."""
    if row["action"] == CONFIRM:
        return False
    shown = list(shown)
    for name in _TO_BE_SAID:
        different = {_text(answer.get(name)) for answer in shown}
        if len(different) > 1 and row[name] is None:
            return False
    return True


def _text(value: object) -> str | None:
    """A value as text, as people write it into a workbook."""
    return None if value is None else str(value)
