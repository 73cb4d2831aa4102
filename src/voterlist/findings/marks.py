"""What a person wrote beside findings in a review workbook, checked before it is recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from voterlist.findings.ids import ID_COLUMNS, finding_ids
from voterlist.model import Mark, Problem
from voterlist.schemas import ACCEPTANCE, FINDING, require
from voterlist.tables import from_columns

__all__ = ["MARK_PROBLEMS", "MARK_ROW", "UNKNOWN_MARK", "Marked", "check_marks"]

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


def check_marks(
    findings: pa.Table,
    rows: pa.Table,
    *,
    accepted_at: str,
    accepted_by: str | None,
    earlier: pa.Table,
    refused: Collection[Problem] = (),
) -> Marked:
    """The marks of a review workbook, checked against the findings and the marks before them.

    Args:
        findings: FINDING of the newest run.
        rows: MARK_ROW: what came back.
        accepted_at: the moment, as ACCEPTANCE has it.
        accepted_by: stands in where a row names nobody.
        earlier: ACCEPTANCE: what was last said of each finding.
        refused: rows that were refused before, and are not looked at again.
    """
    known = _known(findings, earlier)
    answered = {row["finding_id"]: row for row in earlier.to_pylist()}
    refused_places = {(problem.sheet, problem.row) for problem in refused}
    given = [
        row | {"decided_by": row["decided_by"] or accepted_by}
        for row in _by_place(rows)
        if (row["sheet"], row["row"]) not in refused_places
    ]
    problems = sorted(_problems(given, known), key=_place_of)
    wrong_places = {(problem.sheet, problem.row) for problem in problems}
    new: dict[str, dict[str, Any]] = {}
    for row in given:
        finding_id = row["finding_id"]
        is_wrong = (row["sheet"], row["row"]) in wrong_places
        if is_wrong or _holds_already(row, answered.get(finding_id)):
            continue
        acceptance = {
            **known[finding_id],
            "finding_id": finding_id,
            "mark": row["mark"],
            "reason": row["reason"],
            "accepted_by": row["decided_by"],
            "accepted_at": accepted_at,
        }
        new.setdefault(finding_id, acceptance)
    ordered = [new[finding_id] for finding_id in sorted(new)]
    columns = {name: [row[name] for row in ordered] for name in ACCEPTANCE.names}
    return Marked(from_columns(columns, ACCEPTANCE, len(ordered)), tuple(problems))


def _known(findings: pa.Table, earlier: pa.Table) -> dict[str, dict[str, Any]]:
    """By id, what each finding says that may be marked: of the run, or marked before."""
    earlier = require(earlier, ACCEPTANCE, "check")
    columns = [*ID_COLUMNS, "finding_id"]
    known = {row.pop("finding_id"): row for row in earlier.select(columns).to_pylist()}
    of_run = require(findings, FINDING, "check").select(ID_COLUMNS).to_pylist()
    return known | dict(zip(finding_ids(findings), of_run, strict=True))


def _place_of(problem: Problem) -> tuple[str, int, str]:
    return problem.sheet, problem.row, problem.code


def _by_place(rows: pa.Table) -> list[dict[str, Any]]:
    rows = require(rows, MARK_ROW, "check")
    return list(
        rows.sort_by([("sheet", "ascending"), ("row", "ascending")]).to_pylist()
    )


def _holds_already(row: Mapping[str, Any], answered: Mapping[str, Any] | None) -> bool:
    """True where this was said of the finding before.

    To ask of a finding of which nothing was ever said changes nothing either.
    """
    if answered is None:
        return bool(row["mark"] == Mark.ASK)
    if row["mark"] == Mark.ASK:
        return bool(answered["mark"] == Mark.ASK)
    return bool((answered["mark"], answered["reason"]) == (row["mark"], row["reason"]))


def _problems(
    rows: Sequence[Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    answers: dict[str | None, set[tuple[Any, Any]]] = {}
    for row in rows:
        answers.setdefault(row["finding_id"], set()).add((row["mark"], row["reason"]))
    for row in rows:
        is_known = row["finding_id"] in known
        has_reason = bool((row["reason"] or "").strip())
        tests = (
            ("unknown-finding", not is_known),
            ("unknown-mark", row["mark"] == UNKNOWN_MARK),
            ("mark-missing", row["mark"] is None),
            ("accepted-without-reason", row["mark"] == Mark.ACCEPT and not has_reason),
            ("no-decider", row["decided_by"] is None),
            ("marked-twice", is_known and len(answers[row["finding_id"]]) > 1),
        )
        rule = known[row["finding_id"]]["rule"] if is_known else None
        for code, is_wrong in tests:
            if is_wrong:
                yield Problem(row["row"], code, row["sheet"], rule=rule)
