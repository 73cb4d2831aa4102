"""Findings that a person marks in a review workbook as accepted, each with its reason.

And marks that are refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from voterlist.model import Mark, Problem
from voterlist.schemas import ACCEPTANCE, FINDING, require
from voterlist.tables import from_columns

__all__ = ["MARK_PROBLEMS", "MARK_ROW", "UNKNOWN_MARK", "Marked", "check_marks", "finding_ids"]

UNKNOWN_MARK = "unknown"

MARK_ROW = pa.schema(
    [
        pa.field("sheet", pa.string(), nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field("finding_id", pa.string()),
        pa.field("mark", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("decided_by", pa.string()),
        pa.field("run_id", pa.string()),
    ],
)
"""A row of a review workbook's findings in which somebody wrote. ``mark`` is a code of ``Mark``,
``UNKNOWN_MARK`` for a word that is none, null where nothing stands; ``row`` counts from 1, as the
spreadsheet shows it; ``run_id`` is the run from which the row was exported."""

MARK_PROBLEMS = (
    "unknown-finding",
    "unknown-mark",
    "mark-missing",
    "accepted-without-reason",
    "no-decider",
    "marked-twice",
)
"""Why such a row is refused; ``review.problem.<code>.title`` and ``.todo`` in the catalogue."""

_OF_ENTRY = ("rule", "entry_id", "other_entry_id", "field", "value")
_OF_PLACE = ("rule", "constituency", "precinct", "source", "sheet", "line", "field", "value")
_KEY = tuple(name for name in FINDING.names if name in {*_OF_ENTRY, *_OF_PLACE})


@dataclass(frozen=True, slots=True)
class Marked:
    """What came back from a person, checked against the findings."""

    acceptances: pa.Table
    """ACCEPTANCE: the new marks to record, by finding. What already holds is not repeated."""
    problems: tuple[Problem, ...]
    """Why rows were refused, by sheet and row; all other rows are recorded."""

    def count(self, mark: Mark) -> int:
        """How many findings are newly marked so."""
        return sum(one == mark for one in self.acceptances.column("mark").to_pylist())


def finding_ids(findings: pa.Table) -> list[str]:
    """An id of each FINDING, made of what it says: its rule and entries, or its rule and place, with field and number.

    An entry id comes from what the entry says, so the finding of a corrected entry has another id.
    """
    return [_id(row) for row in findings.select(_KEY).to_pylist()]


def _id(row: Mapping[str, Any]) -> str:
    names = _OF_ENTRY if row["entry_id"] is not None else _OF_PLACE
    digest = hashlib.sha256()
    for name in names:
        # With its length before it, so that no two findings are one by where a text ends and the
        # next begins.
        said = b"" if row[name] is None else _plain(row[name]).encode()
        digest.update(len(said).to_bytes(4, "big") + said)
    return digest.hexdigest()[:16]


def _plain(value: object) -> str:
    # Six digits: numbers that are summed in another order differ in the sixteenth.
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def check_marks(
    findings: pa.Table,
    rows: pa.Table,
    *,
    accepted_at: str,
    accepted_by: str | None,
    earlier: pa.Table,
    refused: Collection[Problem] = (),
) -> Marked:
    """The marks of a review workbook (MARK_ROW), checked against the findings and what was said of them before.

    Args:
        findings: FINDING of the newest run.
        rows: what came back.
        accepted_at: the moment.
        accepted_by: stands in where a row names nobody.
        earlier: ACCEPTANCE: what was last said of each finding.
        refused: rows that were refused before, and are not looked at again.
    """
    found = require(findings, FINDING, "check").select(_KEY)
    said = {row["finding_id"]: row for row in require(earlier, ACCEPTANCE, "check").to_pylist()}
    known = {one: {name: row[name] for name in _KEY} for one, row in said.items()}
    known |= dict(zip(finding_ids(findings), found.to_pylist(), strict=True))
    places = {(problem.sheet, problem.row) for problem in refused}
    given = [
        row | {"decided_by": row["decided_by"] or accepted_by}
        for row in _in_order(rows)
        if (row["sheet"], row["row"]) not in places
    ]
    problems = sorted(
        _problems(given, known), key=lambda problem: (problem.sheet, problem.row, problem.code)
    )
    wrong = {(problem.sheet, problem.row) for problem in problems}
    taken: dict[str, dict[str, Any]] = {}
    for row in given:
        if (row["sheet"], row["row"]) in wrong or _holds(row, said.get(row["finding_id"])):
            continue
        told = {"mark": row["mark"], "reason": row["reason"], "accepted_by": row["decided_by"]}
        one = row["finding_id"]
        taken.setdefault(one, {**known[one], **told, "finding_id": one, "accepted_at": accepted_at})
    ordered = [taken[one] for one in sorted(taken)]
    columns = {name: [row[name] for row in ordered] for name in ACCEPTANCE.names}
    return Marked(from_columns(columns, ACCEPTANCE, len(ordered)), tuple(problems))


def _in_order(rows: pa.Table) -> list[dict[str, Any]]:
    return list(
        require(rows, MARK_ROW, "check")
        .sort_by([("sheet", "ascending"), ("row", "ascending")])
        .to_pylist()
    )


def _holds(row: Mapping[str, Any], said: Mapping[str, Any] | None) -> bool:
    """True where this was said of the finding before, or where it is asked and nothing was ever said."""
    if said is None:
        return bool(row["mark"] == Mark.ASK)
    if row["mark"] == Mark.ASK:
        return bool(said["mark"] == Mark.ASK)
    return bool((said["mark"], said["reason"]) == (row["mark"], row["reason"]))


def _problems(
    rows: Sequence[Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    said: dict[str | None, set[tuple[Any, Any]]] = {}
    for row in rows:
        said.setdefault(row["finding_id"], set()).add((row["mark"], row["reason"]))
    for row in rows:
        tests = (
            ("unknown-finding", row["finding_id"] not in known),
            ("unknown-mark", row["mark"] == UNKNOWN_MARK),
            ("mark-missing", row["mark"] is None),
            (
                "accepted-without-reason",
                row["mark"] == Mark.ACCEPT and not (row["reason"] or "").strip(),
            ),
            ("no-decider", row["decided_by"] is None),
            ("marked-twice", row["finding_id"] in known and len(said[row["finding_id"]]) > 1),
        )
        rule = known.get(row["finding_id"] or "", {}).get("rule")
        for code, wrong in tests:
            if wrong:
                yield Problem(row["row"], code, row["sheet"], rule=rule)
