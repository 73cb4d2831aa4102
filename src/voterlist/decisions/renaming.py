"""Answers under the ids that entries, cases and findings have today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from voterlist.decisions.given import Given
from voterlist.schemas import FOLLOWED
from voterlist.tables import with_column


@dataclass(frozen=True, slots=True)
class Names:
    """How cases and findings are named by their entries."""

    case_id: Callable[[list[str]], str]
    """The id of the case of these entries."""
    finding_ids: Callable[[pa.Table], list[str]]
    """The ids of these findings (columns of FINDING)."""


def moves_of(followed: pa.Table) -> dict[str, str]:
    """Old id -> id of today of the entries of FOLLOWED."""
    ids = (followed.column(name).to_pylist() for name in FOLLOWED.names)
    return dict(zip(*ids, strict=True))


def renamed(given: Given, followed: pa.Table, names: Names) -> Given:
    """The answers under the ids of today; ``followed`` is FOLLOWED."""
    moves = moves_of(followed)
    if not moves:
        return given
    cases: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for old, entries in given.case_entries.items():
        today = [moves.get(entry, entry) for entry in entries]
        new = names.case_id(today) if today != list(entries) else old
        cases[old] = new
        members[new] = sorted(today)
    acceptances = _with(given.acceptances, {"entry_id": moves, "other_entry_id": moves})
    findings = _finding_ids(given.acceptances, acceptances, names)
    return replace(
        given,
        verdicts=_with(given.verdicts, {"entry_id": moves, "case_id": cases}),
        amendments=_with(
            given.amendments,
            {"entry_id": moves, "case_id": cases, "finding_id": findings},
        ),
        acceptances=_with(acceptances, {"finding_id": findings}),
        case_entries=members,
    )


def _finding_ids(then: pa.Table, today: pa.Table, names: Names) -> dict[str, str]:
    """Id then -> id today of the findings whose entries moved.

    Args:
        then: ACCEPTANCE.
        today: the same rows, under the entry ids of today.
        names: how findings are named.
    """
    columns = ("entry_id", "other_entry_id")
    is_moved = [
        before != after
        for before, after in zip(
            then.select(columns).to_pylist(),
            today.select(columns).to_pylist(),
            strict=True,
        )
    ]
    moved = today.filter(pa.array(is_moved, pa.bool_()))
    old_ids = moved.column("finding_id").to_pylist()
    return dict(zip(old_ids, names.finding_ids(moved), strict=True))


def _with(table: pa.Table, names: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """The table with the texts of these columns replaced."""
    for column, new in names.items():
        texts = [new.get(text, text) for text in table.column(column).to_pylist()]
        table = with_column(table, column, pa.array(texts, pa.string()))
    return table
