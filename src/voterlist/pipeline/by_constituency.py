"""What a run did for each constituency, counted from its tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.ingest import LETTERS_LOST, PLACE_DOUBTS
from voterlist.model import Severity
from voterlist.pipeline.result import FURNITURE, ConstituencyWork, LeftOut
from voterlist.pipeline.told import whole_files_unread
from voterlist.tables import rows_among

Counts = Mapping[int | None, int]
_OF_A_LIST = ["source", "sheet", "precinct"]


@dataclass(frozen=True, slots=True)
class Account:
    """The tables of a run that say what became of its lists."""

    lists: pa.Table
    """LIST"""
    set_aside: pa.Table
    """SET_ASIDE"""
    findings: pa.Table
    """FINDING: those that are left to ask."""
    queue: pa.Table | None
    """The cases that wait for a decision; None where the run was stopped before it had them."""


def work_by_constituency(
    account: Account, left_out: Collection[LeftOut]
) -> tuple[ConstituencyWork, ...]:
    """What was done for each constituency that has a list, a case or a failure, ascending."""
    findings = account.findings
    counted: dict[str, Counts] = {
        "entries": _summed(account.lists, "entries"),
        "set_aside": _summed(_unexpected(account.set_aside), "rows"),
        "unreadable": _rows(whole_files_unread(account.set_aside)),
        "in_doubt": _distinct(rows_among(findings, "rule", PLACE_DOUBTS), _OF_A_LIST),
        "lost_letters": _distinct(
            rows_among(findings, "rule", (LETTERS_LOST,)), _OF_A_LIST
        ),
        "errors": _rows(rows_among(findings, "severity", (Severity.ERROR.value,))),
        "open_cases": _cases(account.queue),
    }
    failures = {one.constituency: one.kind for one in left_out}
    work: dict[int | None, dict[str, int]] = defaultdict(dict)
    for name, counts in counted.items():
        for constituency, count in counts.items():
            work[constituency][name] = count
    places = sorted({*work, *failures}, key=lambda one: (one is None, one or 0))
    return tuple(
        ConstituencyWork(place, **work[place], failure=failures.get(place))
        for place in places
    )


def _cases(queue: pa.Table | None) -> Counts:
    return {} if queue is None else _distinct(queue, ["case_id"])


def _unexpected(set_aside: pa.Table) -> pa.Table:
    """The rows that are no header, title, total or blank row."""
    codes = set_aside.column("code").cast(pa.string())
    usual = pc.is_in(codes, pa.array(sorted(FURNITURE), pa.string()))
    return set_aside.filter(pc.invert(usual))


def _summed(table: pa.Table, column: str) -> Counts:
    sums = table.group_by("constituency").aggregate([(column, "sum")])
    return _as_counts(sums, f"{column}_sum")


def _rows(table: pa.Table) -> Counts:
    counts = table.group_by("constituency").aggregate([([], "count_all")])
    return _as_counts(counts, "count_all")


def _distinct(table: pa.Table, columns: list[str]) -> Counts:
    """How many different values the columns have in each constituency."""
    apart = table.select(["constituency", *columns])
    return _rows(apart.group_by(apart.column_names).aggregate([]))


def _as_counts(table: pa.Table, column: str) -> Counts:
    places, counts = (
        table.column(name).to_pylist() for name in ("constituency", column)
    )
    return {place: count for place, count in zip(places, counts, strict=True) if count}
