"""Answers that come back: their entry, or another one of its case, is not on the list as it was.

What was decided about an entry does not go over to another text. The entry of the same person today
is looked for, with what changed since, and a person decides again. An answer that the precinct
carried out itself needs nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist.cycles.differences import TOLD_BY
from voterlist.decisions import (
    not_among,
)
from voterlist.fields import NAME_PARTS
from voterlist.model import Action, Mark, Returned, Verdict
from voterlist.pipeline.found_again import Answered, Now, Today, what_became_of
from voterlist.schemas import RETURNED, empty
from voterlist.tables import from_rows

__all__ = ["Answered", "Today", "returned"]

_UNIMPORTANT = frozenset({"address", "list_kind"})
"""Fields that may change beside what a precinct corrected."""
_PARTS = {"full_name": NAME_PARTS}
"""Fields of ENTRY that are read into several of TOLD_BY."""
_ORDER = ("old_entry_id", "case_id", "answer", "field", "decided_by")

_Row: TypeAlias = dict[str, Any]


def returned(answered: Answered, today: Today) -> pa.Table:
    """RETURNED: the answers whose entries are not on the list as they were, in order of entry."""
    rows = list(_rows(answered))
    members = _Members(answered)
    ids = {one for row in rows for one in members.of(row)}
    gone = [one for one in not_among(ids, today.entry_ids) if today.is_of_run(one)]
    if not gone:
        return empty(RETURNED)
    found = what_became_of(gone, answered, today)
    back = [row for row in rows if any(one in found for one in members.of(row))]
    reasons = _Reasons(answered, today, _Answers(rows, members), found)
    for row in back:
        own = found.get(row["old_entry_id"])
        row["entry_id"] = own.entry_id if own else row["old_entry_id"]
        row["changed"] = own.changed if own else None
    for row in back:
        row["why"] = reasons.why(row).value
    return from_rows(back, RETURNED, *_ORDER)


def _rows(answered: Answered) -> Iterator[_Row]:
    """Every answer that holds, waits or is contested, with ``old_entry_id`` and ``answer``."""
    for row in answered.decisions.to_pylist():
        yield row | {"old_entry_id": row["entry_id"], "answer": row["verdict"]}
    for table in (answered.amendments, answered.pending):
        for row in table.to_pylist():
            # A person who was added from a register has no entry.
            if row["action"] != Action.ADD:
                old = {"old_entry_id": row["entry_id"], "answer": row["action"]}
                yield row | old | {"case_id": None}
    for row in answered.contested.to_pylist():
        if row["answer"] != Action.ADD:
            is_verdict = row["answer"] in set(Verdict)
            case = row["case_id"] if is_verdict else None
            yield row | {"old_entry_id": row["entry_id"], "case_id": case}
    for row in answered.acceptances.to_pylist():
        if row["mark"] == Mark.ACCEPT and row["entry_id"] is not None:
            yield row | {
                "old_entry_id": row["entry_id"],
                "answer": row["mark"],
                "decided_by": row["accepted_by"],
                "decided_at": row["accepted_at"],
            }


class _Members:
    """The entries that an answer is about together."""

    def __init__(self, answered: Answered) -> None:
        entries = answered.renamed.case_entries
        self._of_case = {case: frozenset(members) for case, members in entries.items()}

    def of(self, row: _Row) -> frozenset[str]:
        """The entries of its case, the two entries of its finding, or its entry alone."""
        own = {row["old_entry_id"], row.get("other_entry_id")} - {None}
        return self._of_case.get(row.get("case_id") or "", frozenset()) | own


@dataclass(frozen=True, slots=True)
class _Answers:
    """All answers that hold, wait or are contested, and the entries that each is about."""

    rows: list[_Row]
    members: _Members


class _Reasons:
    """Why each answer came back."""

    def __init__(
        self,
        answered: Answered,
        today: Today,
        answers: _Answers,
        found: Mapping[str, Now],
    ) -> None:
        self._members = answers.members
        self._about: dict[str | None, list[_Row]] = {}
        """The answers about each entry, by its old id."""
        for row in answers.rows:
            self._about.setdefault(row["old_entry_id"], []).append(row)
        self._found = found
        self._corrected = _corrected_fields(answered)
        """The corrected fields of each entry."""
        self._cases = set(today.cases.column("case_id").unique().to_pylist())
        """The cases of today."""
        self._verdicts: dict[str, dict[str, str]] = {}
        """Case -> the verdict that holds of each entry."""
        for row in answered.decisions.to_pylist():
            case = self._verdicts.setdefault(row["case_id"], {})
            case[row["entry_id"]] = row["verdict"]
        self._contested = set(
            answered.contested.column("case_id").drop_null().to_pylist()
        )

    def why(self, row: _Row) -> Returned:
        """Why this answer came back."""
        members = self._members.of(row)
        gone = {one: self._found[one] for one in members if one in self._found}
        if self._is_carried_out(row, gone):
            return Returned.CARRIED_OUT
        others = self._about.get(row["entry_id"], ())
        if any(self._settles(other, row) for other in others):
            return Returned.ANSWERED
        own = self._found.get(row["old_entry_id"])
        if own is not None:
            return own.why
        reasons = {now.why for now in gone.values()}
        order = (Returned.CHANGED, Returned.UNCLEAR, Returned.GONE)
        return next(one for one in order if one in reasons)

    def _is_carried_out(self, row: _Row, gone: Mapping[str, Now]) -> bool:
        """True where the precinct did itself what the answer says."""
        answer, own = row["answer"], self._found.get(row["old_entry_id"])
        if answer in set(Verdict):
            return self._are_repeats_removed(row["case_id"], gone)
        if own is None:
            return False
        if answer == Action.STRIKE:
            return own.why is Returned.GONE
        corrected = self._corrected.get(row["old_entry_id"], frozenset())
        others = own.against_corrected - corrected - _UNIMPORTANT
        if own.why is not Returned.CHANGED or others:
            return False
        if answer == Action.MOVE:
            return own.place == (row["constituency"], row["precinct"])
        parts = set(_PARTS.get(row["field"], (row["field"],)))
        says_so = parts <= TOLD_BY.keys() and not parts & own.against_corrected
        return answer == Action.CORRECT and says_so

    def _are_repeats_removed(self, case_id: str, gone: Mapping[str, Now]) -> bool:
        """True where all that is gone of a case are its repetitions, and it is undisputed."""
        if case_id in self._contested:
            return False
        verdicts = self._verdicts.get(case_id, {})
        are_repeats = all(verdicts.get(one) == Verdict.REPEAT for one in gone)
        return are_repeats and all(now.why is Returned.GONE for now in gone.values())

    def _settles(self, other: _Row, row: _Row) -> bool:
        """True where the other answer, about the entry of today, is to the same question."""
        if row["answer"] in set(Verdict):
            is_other = other["case_id"] != row["case_id"]
            is_of_today = other["case_id"] in self._cases
            return other["answer"] in set(Verdict) and is_other and is_of_today
        if row["old_entry_id"] == row["entry_id"]:
            return False
        names = ("rule",) if row["answer"] == Mark.ACCEPT else ("field",)
        is_one_kind = (row["answer"] in set(Action)) == (other["answer"] in set(Action))
        return is_one_kind and all(row.get(name) == other.get(name) for name in names)


def _corrected_fields(answered: Answered) -> dict[str, frozenset[str]]:
    """By entry the fields that were corrected, by the names of TOLD_BY."""
    corrected: dict[str, frozenset[str]] = {}
    for row in answered.amendments.to_pylist():
        if row["action"] == Action.CORRECT:
            parts = frozenset(_PARTS.get(row["field"], (row["field"],)))
            known = corrected.get(row["entry_id"], frozenset())
            corrected[row["entry_id"]] = known | parts
    return corrected
