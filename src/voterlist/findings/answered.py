"""Findings that were answered by what was done to the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools
from voterlist.findings.ids import finding_ids
from voterlist.model import Action, Verdict
from voterlist.schemas import ACCEPTED, FINDING
from voterlist.tables import from_columns, is_among

_Row: TypeAlias = dict[str, Any]

_ANSWERS = frozenset({Action.STRIKE.value, Action.MOVE.value, Action.ADD.value})
"""What answers a finding. Of a corrected field its rule says whether it still finds something."""


def answers_to(findings: pa.Table, applied: pa.Table) -> list[_Row | None]:
    """For each finding the row of APPLIED that answers it, or None.

    A finding is answered where

    * its entry was struck or moved, or its register's row added, under its id or its rule;
    * one of its entries was struck, whatever its rule;
    * it says that a register's row is not on the list, and the row was added;
    * it is about an entry and the kept one, or another one, that it repeats. Other findings about
      a repetition stay: what a register says of it, it says of the person, who stays on the list.

    Args:
        findings: FINDING.
        applied: APPLIED.
    """
    answers = _Answers(applied.to_pylist())
    answered: list[_Row | None] = [None] * findings.num_rows
    rows = np.flatnonzero(answers.candidates(findings))
    candidates = findings.take(pa.array(rows))
    # The loop runs over findings about entries of which people decided.
    ids = finding_ids(candidates)
    for row, finding, finding_id in zip(
        rows.tolist(), candidates.to_pylist(), ids, strict=True
    ):
        answered[row] = answers.to(finding, finding_id)
    return answered


def answered(findings: pa.Table, answers: Sequence[_Row]) -> pa.Table:
    """ACCEPTED of these findings, each answered by the row of APPLIED at its place."""
    columns = {name: findings.column(name) for name in FINDING.names}
    columns |= {
        "reason": [_reason(row) for row in answers],
        "accepted_by": pa.array([row["decided_by"] for row in answers], pa.string()),
        "action": pa.array([row["action"] for row in answers], pa.string()),
        "ground": pa.array([row["ground"] for row in answers], pa.string()),
    }
    return from_columns(columns, ACCEPTED, len(answers))


def _reason(answer: _Row) -> str:
    """What the person wrote; else the document, or the code of the ground."""
    texts = (answer[name] for name in ("reason", "document", "ground", "action"))
    return str(next(text for text in texts if text))


class _Answers:
    """What was done to the list, by what it answers."""

    def __init__(self, applied: Iterable[_Row]) -> None:
        self._by_id: dict[str, _Row] = {}
        """By the id of the finding that was answered."""
        self._by_rule: dict[tuple[str, str], _Row] = {}
        """By (rule, entry) of the finding that was answered."""
        self._struck: dict[str, _Row] = {}
        self._added: dict[str, _Row] = {}
        self._repeats: dict[str, _Row] = {}
        """The repetitions that are off the list, by entry."""
        for row in applied:
            if row["action"] == Verdict.REPEAT:
                self._repeats[row["entry_id"]] = row
            elif row["action"] in _ANSWERS:
                self._note(row)

    def _note(self, row: _Row) -> None:
        """Note a striking, move or addition by everything that it answers."""
        if row["finding_id"]:
            self._by_id[row["finding_id"]] = row
        if row["rule"]:
            self._by_rule[row["rule"], row["entry_id"]] = row
        if row["action"] == Action.STRIKE:
            self._struck[row["entry_id"]] = row
        if row["action"] == Action.ADD:
            self._added[row["entry_id"]] = row

    def candidates(self, findings: pa.Table) -> Bools:
        """Which of these may be answered."""
        rules = {row["rule"] for row in self._by_id.values()}
        ids = {entry for _, entry in self._by_rule}
        ids |= self._struck.keys() | self._added.keys() | self._repeats.keys()
        wanted = {"rule": rules - {None}, "entry_id": ids, "other_entry_id": ids}
        found = np.zeros(findings.num_rows, dtype=bool)
        for name, values in wanted.items():
            is_wanted = is_among(findings.column(name), values)
            found |= np.asarray(is_wanted)
        return found

    def to(self, finding: _Row, finding_id: str) -> _Row | None:
        """The row of APPLIED that answers a finding."""
        entry, other = finding["entry_id"], finding["other_entry_id"]
        if finding_id in self._by_id:
            return self._by_id[finding_id]
        for one in (entry, other):
            row = self._by_rule.get((finding["rule"], one)) or self._struck.get(one)
            if row is not None:
                return row
        if entry is None and other in self._added:
            return self._added[other]
        return self._repeat(entry, other)

    def _repeat(self, entry: str | None, other: str | None) -> _Row | None:
        """The repetition where both entries are one person."""
        for repeat, kept in ((entry, other), (other, entry)):
            row = self._repeats.get(repeat or "")
            if row is not None and row["kept_entry_id"] in {kept, self._kept(kept)}:
                return row
        return None

    def _kept(self, entry: str | None) -> str:
        """The entry that is kept for one that is a repetition; empty for any other."""
        row = self._repeats.get(entry or "")
        return row["kept_entry_id"] if row is not None else ""
