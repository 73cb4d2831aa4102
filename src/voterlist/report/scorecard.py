"""The scorecard of each precinct: how comprehensive, how accurate and how current its list is.

The three qualities are those by which observers and commissions judge a register of voters (ACE
Electoral Knowledge Network, Voter Registration: a list that is "current, comprehensive and
accurate"; OSCE/ODIHR, Handbook for the Observation of Voter Registration, 2012). Each is shown by
measures with both their numbers. They are not added up: a mark out of ten would hide which of them
is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import EntryRole, Severity, Unit
from voterlist.report.faults import NOBODY
from voterlist.report.lookup import text_column
from voterlist.schemas import SCORECARD
from voterlist.tables import from_columns, sort_by

__all__ = ["ASKED_FIELDS", "MEASURES", "scorecard"]

Place: TypeAlias = tuple[int | None, int | None]
Counts: TypeAlias = Mapping[Place, int]

ASKED_FIELDS = ("surname", "given_name", "patronymic", "birth_date", "sex", "address")
"""The fields that the law asks of every entry."""

MEASURES = {
    "listed-of-adults": "comprehensiveness",
    "listed-of-declared": "comprehensiveness",
    "rows-not-taken-in": "comprehensiveness",
    "cells-missing": "accuracy",
    "entries-with-errors": "accuracy",
    "entries-questioned": "accuracy",
    "repeats-proposed": "accuracy",
    "deceased": "currency",
    "over-age": "currency",
    "listed-elsewhere": "currency",
}
"""Each measure with its quality, in the order in which they are shown."""

_DECEASED = ("deceased-confirmed", "deceased-probable")
_ELSEWHERE = ("within-constituency", "across-constituencies", "displaced")


def scorecard(
    *,
    profile: pa.Table,
    lists: pa.Table,
    set_aside: pa.Table,
    findings: pa.Table,
    cases: pa.Table | None,
    comparison: pa.Table,
    register_use: pa.Table,
) -> pa.Table:
    """SCORECARD: one row a precinct and measure, ordered by place and measure.

    Args:
        profile: PROFILE; it says which precincts there are.
        lists: LIST.
        set_aside: SET_ASIDE.
        findings: FINDING of all stages.
        cases: CASE; the proposals count, decided or not. None: nobody has looked for repeats.
        comparison: COMPARISON; the adults of each precinct, where statistics are given.
        register_use: REGISTER_USE; without a register of deaths nobody is counted as dead.
    """
    voters = _counted(profile, "voters")
    entry = findings.filter(pc.equal(text_column(findings, "unit"), Unit.ENTRY.value))
    found: dict[str, tuple[Counts, Counts]] = {
        "listed-of-adults": _adults(comparison),
        "listed-of-declared": _declared(lists),
        "rows-not-taken-in": (
            _counted(_perhaps_people(set_aside), "rows"),
            _counted(lists, "rows"),
        ),
        "cells-missing": _cells_missing(profile),
        "entries-with-errors": (_entries(_of(entry, "severity", Severity.ERROR)), voters),
        "entries-questioned": (
            _entries(_of(entry, "severity", Severity.ERROR, Severity.WARNING)),
            voters,
        ),
        "over-age": (_entries(_of(entry, "rule", "over-age")), voters),
    }
    if cases is not None:
        repeats = _of(cases, "role", EntryRole.REPEAT)
        found["repeats-proposed"] = (_entries(repeats), voters)
        found["listed-elsewhere"] = (_entries(_of(repeats, "kind", *_ELSEWHERE)), voters)
    if _has_deaths(register_use):
        found["deceased"] = (_entries(_of(entry, "rule", *_DECEASED)), voters)
    rows = [
        (*place, quality, measure, found[measure][0].get(place, 0), found[measure][1][place])
        for place in voters
        for measure, quality in MEASURES.items()
        if measure in found and found[measure][1].get(place)
    ]
    return _table(rows)


def _table(rows: list[tuple[int | None, int | None, str, str, int, int]]) -> pa.Table:
    columns = dict(zip(SCORECARD.names, map(list, zip(*rows, strict=True)), strict=False))
    if not columns:
        return SCORECARD.empty_table()
    columns["value"] = [
        count / of for count, of in zip(columns["count"], columns["of"], strict=True)
    ]
    return sort_by(
        from_columns(columns, SCORECARD), "constituency", "precinct", "quality", "measure"
    )


def _summed(table: pa.Table, column: str, how: str) -> dict[Place, int]:
    grouped = table.group_by(["constituency", "precinct"], use_threads=False).aggregate(
        [(column, how)]
    )
    columns = (
        grouped.column(name).to_pylist() for name in ("constituency", "precinct", f"{column}_{how}")
    )
    return {
        (constituency, precinct): int(value or 0)
        for constituency, precinct, value in zip(*columns, strict=True)
    }


def _counted(table: pa.Table, column: str) -> Counts:
    return _summed(table, column, "sum")


def _entries(table: pa.Table) -> Counts:
    """How many entries of each precinct the rows name, each once."""
    return _summed(table, "entry_id", "count_distinct")


def _of(table: pa.Table, column: str, *words: str) -> pa.Table:
    return table.filter(
        pc.is_in(text_column(table, column), value_set=pa.array([str(word) for word in words]))
    )


def _perhaps_people(set_aside: pa.Table) -> pa.Table:
    nobody = pa.array([code.value for code in NOBODY])
    return set_aside.filter(pc.invert(pc.is_in(text_column(set_aside, "code"), value_set=nobody)))


def _adults(comparison: pa.Table) -> tuple[Counts, Counts]:
    """Entries of the permanent list, and adults in the statistics."""
    rows = _of(comparison, "measure", "adults").filter(
        pc.field("precinct").is_valid() & pc.field("list").is_valid()
    )
    return _counted(rows, "list"), _counted(rows, "statistic")


def _declared(lists: pa.Table) -> tuple[Counts, Counts]:
    """Entries of the lists that declare a total below, and those totals."""
    declaring = lists.filter(pc.field("declared").is_valid())
    return _counted(declaring, "entries"), _counted(declaring, "declared")


def _cells_missing(profile: pa.Table) -> tuple[Counts, Counts]:
    """Cells of the fields that the law asks for that hold nothing, and all cells of these fields."""
    missing: Counter[Place] = Counter()
    for row in profile.to_pylist():
        place = (row["constituency"], row["precinct"])
        missing[place] += sum(
            round(row[f"missing_{name}"] * row["voters"]) for name in ASKED_FIELDS
        )
    return missing, {
        place: len(ASKED_FIELDS) * count for place, count in _counted(profile, "voters").items()
    }


def _has_deaths(register_use: pa.Table) -> bool:
    deaths = _of(_of(register_use, "register", "deaths"), "measure", "total")
    return bool(deaths.num_rows) and deaths.column("rows").null_count == 0
