"""Small tables: the cases and entries that hang together with a few cases, and nothing else.

A decision is tried against all that was decided of the entries that it may touch. These are few,
and are found here without reading the tables of the run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa

from voterlist.decisions import Given
from voterlist.pipeline.known import Known
from voterlist.schemas import (
    ACCEPTANCE,
    ENTRY,
    FINDING,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    MATCH,
    RETURNED,
    empty,
)
from voterlist.tables import from_rows

Row: TypeAlias = Mapping[str, Any]
_NONE = (
    ("findings", FINDING),
    ("accepted", FINDING),
    ("matches", MATCH),
    ("register_rows", ENTRY),
    ("returned", RETURNED),
)
"""Tables that say nothing about a case."""


@dataclass(frozen=True, slots=True)
class Slice(Known):
    """A few cases and entries of what is known of a workspace."""

    tables: Mapping[str, pa.Table]

    def table(self, name: str) -> pa.Table:
        """One of the tables, with the rows of these cases and entries alone."""
        return self.tables[name]


@dataclass(frozen=True, slots=True)
class Group:
    """Cases and entries that hang together: what is decided of one may undo what holds of another.

    Attributes:
        cases: of today, and earlier ones that were answered.
        entries: the entries of all of them.
    """

    cases: frozenset[str]
    entries: frozenset[str]


class Answers:
    """All answers, found by case and by entry; under the ids of today."""

    def __init__(self, given: Given) -> None:
        self._verdicts: dict[str, list[Row]] = {}
        self._amendments: dict[str, list[Row]] = {}
        self._acceptances: dict[str, Row] = {}
        self.sums: Counter[str | None] = Counter()
        """Case -> the sum of the numbers of the answers that name it."""
        self.last = 0
        """The number of the last verdict."""
        self.last_amendment = 0
        """The number of the last amendment."""
        self.add(given.verdicts, given.amendments)
        self.accept(given.acceptances)

    def accept(self, acceptances: pa.Table) -> None:
        """Take what was last said of each finding."""
        rows = acceptances.to_pylist()
        self._acceptances = {row["finding_id"]: row for row in rows}

    def add(self, verdicts: pa.Table, amendments: pa.Table) -> set[str]:
        """Note more answers; returns the cases that they name."""
        cases = set()
        for row in verdicts.to_pylist():
            self._verdicts.setdefault(row["case_id"], []).append(row)
            self.last = max(self.last, row["number"])
            cases.add(row["case_id"])
            self.sums[row["case_id"]] += row["number"]
        for row in amendments.to_pylist():
            self._amendments.setdefault(row["entry_id"], []).append(row)
            self.last_amendment = max(self.last_amendment, row["number"])
            cases.add(row["case_id"])
            self.sums[row["case_id"]] += row["number"]
        return cases - {None}

    def of(self, cases: Iterable[str], entries: Iterable[str]) -> Given:
        """The answers about these cases, and about these entries."""
        verdicts = [row for case in cases for row in self._verdicts.get(case, ())]
        amendments = [row for one in entries for row in self._amendments.get(one, ())]
        findings = {row["finding_id"] for row in amendments} & self._acceptances.keys()
        accepted = [self._acceptances[one] for one in sorted(findings)]
        return Given(
            verdicts=from_rows(verdicts, GIVEN_VERDICT, "number"),
            amendments=from_rows(amendments, GIVEN_AMENDMENT, "number"),
            acceptances=from_rows(accepted, ACCEPTANCE),
        )

    def links(self) -> Iterable[tuple[str, str]]:
        """(case, entry) of every answer that names both."""
        for rows in (*self._verdicts.values(), *self._amendments.values()):
            for row in rows:
                if row["case_id"] is not None:
                    yield row["case_id"], row["entry_id"]


class Slices:
    """Cuts small tables out of those of a run.

    Args:
        runs: what is known of the workspace.
        answers: all answers.
    """

    def __init__(self, runs: Known, answers: Answers) -> None:
        self._runs = runs
        self._cases = runs.table("cases").combine_chunks()
        self._entries = runs.table("entries").combine_chunks()
        self._voters = runs.table("voters").combine_chunks()
        self._lists = runs.table("lists")
        self._case_rows: dict[str, list[int]] = {}
        ids = self._cases.column("case_id").to_pylist()
        for place, case in enumerate(ids):
            self._case_rows.setdefault(case, []).append(place)
        links = [*zip(ids, self._cases.column("entry_id").to_pylist(), strict=True)]
        self._groups = _groups([*links, *answers.links()])
        wanted = {one for group in self._groups.values() for one in group.entries}
        self._entry_rows = _rows_of(self._entries, wanted)
        self._voter_rows = _rows_of(self._voters, wanted)

    def group(self, case: str) -> Group:
        """What hangs together with a case of the run."""
        return self._groups[case]

    def of(self, groups: Collection[Group]) -> Slice:
        """The tables with the rows of these groups alone."""
        cases = sorted({case for group in groups for case in group.cases})
        entries = sorted({entry for group in groups for entry in group.entries})
        case_rows = [row for case in cases for row in self._case_rows.get(case, ())]
        tables = {name: empty(schema) for name, schema in _NONE}
        tables["cases"] = self._cases.take(case_rows)
        for name, table, rows in (
            ("entries", self._entries, self._entry_rows),
            ("voters", self._voters, self._voter_rows),
        ):
            tables[name] = table.take([rows[one] for one in entries if one in rows])
        tables["lists"] = self._lists
        runs = self._runs
        return Slice(runs.run, runs.inputs, runs.folders, runs.left_out, tables)


def _rows_of(table: pa.Table, wanted: Collection[str]) -> dict[str, int]:
    """The row of each of these entries."""
    ids = table.column("entry_id").to_pylist()
    return {one: row for row, one in enumerate(ids) if one in wanted}


def _groups(links: Collection[tuple[str, str]]) -> dict[str, Group]:
    """The group of each case; two cases with an entry in common are of one group."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        path = []
        while (above := parent.setdefault(node, node)) != node:
            path.append(node)
            node = above
        for one in path:
            parent[one] = node
        return node

    for case, entry in links:
        parent[root(("entry", entry))] = root(("case", case))
    cases: dict[tuple[str, str], set[str]] = {}
    entries: dict[tuple[str, str], set[str]] = {}
    for case, entry in links:
        cases.setdefault(root(("case", case)), set()).add(case)
        entries.setdefault(root(("case", case)), set()).add(entry)
    groups = {
        one: Group(frozenset(members), frozenset(entries[one]))
        for one, members in cases.items()
    }
    return {case: group for group in groups.values() for case in group.cases}
