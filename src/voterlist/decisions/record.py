"""What is to be recorded of answers, beside what the same people had said before."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from voterlist.decisions.amended import Amended, Replaced
from voterlist.decisions.answer import ACCEPT, Row
from voterlist.decisions.given import Given
from voterlist.decisions.judge import Judged
from voterlist.decisions.reasons import Reasons
from voterlist.decisions.standing import about, is_taken_back, last_answers, says
from voterlist.decisions.subjects import subject_table
from voterlist.model import Action, Mark
from voterlist.schemas import ACCEPTANCE, AMENDMENT
from voterlist.tables import from_rows

_SAID = itemgetter("mark", "reason", "accepted_by")
"""What was said of a finding, why and by whom."""


def amendment(one: Judged, decided_at: str) -> Row:
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


class Record:
    """What is to be recorded, and what every person has said so far."""

    def __init__(self, given: Given, decided_at: str) -> None:
        self._decided_at = decided_at
        self._said = {entry: dict(rows) for entry, rows in last_answers(given).items()}
        """Entry -> what each person last said of it."""
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

    def add(self, one: Judged) -> bool:
        """Record an answer; false where it takes back what was never said."""
        row = amendment(one, self._decided_at)
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

    def _amend(self, one: Judged, row: Row) -> bool:
        """Record what is done to an entry; false where the person has said the same."""
        said = self._said.setdefault(row["entry_id"], {})
        key = (row["decided_by"], about(row))
        before = said.get(key)
        # A person may have said it to several findings of the entry: only the last counts, and
        # none of them is said anew.
        is_known = _words_of(row) in self._words
        is_same = before is not None and says(before) == says(row) and is_known
        took_back = self._take_back_acceptance(one, row)
        if is_same and not took_back and not row["adjudicates"]:
            return False
        if before is not None and says(before) != says(row):
            self._replace(one, before["action"], row["action"])
        self._amendments.append(row)
        self._words.add(_words_of(row))
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
        """Note what is recorded of a finding as accepted, or as asked again."""
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
        """Note that the person had said something else before."""
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


_WORDS = (
    "entry_id",
    "decided_by",
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
    return (*says(row), *(row[name] for name in _WORDS))
