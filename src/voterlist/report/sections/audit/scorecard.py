"""The scorecard of each precinct: how comprehensive, how accurate and how current its list is.

The three qualities are those by which observers and commissions judge a register of voters (ACE
Electoral Knowledge Network, Voter Registration: a list that is "current, comprehensive and
accurate"; OSCE/ODIHR, Handbook for the Observation of Voter Registration, 2012). Each is shown by
measures with both their numbers. They are not added up: a mark out of ten would hide which of them
is wrong.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.fields import PLACE, REQUIRED
from voterlist.model import EntryRole, Precinct, Severity, Unit
from voterlist.report.sections.set_aside import NOBODY
from voterlist.schemas import SCORECARD
from voterlist.tables import (
    count_by,
    distinct,
    from_rows,
    rows_among,
    rows_without,
)

Counts = Mapping[Precinct, int]

_Measured = dict[str, tuple[Counts, Counts]]
"""By measure: how many of each precinct are counted, and of how many."""

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
    """SCORECARD: one row for each precinct and measure, ordered by place and measure.

    Args:
        profile: PROFILE; it says which precincts there are.
        lists: LIST.
        set_aside: SET_ASIDE.
        findings: FINDING of all stages.
        cases: CASE; the proposals count, decided or not. None: nobody has looked for repeats.
        comparison: COMPARISON; the adults of each precinct, where statistics are given.
        register_use: REGISTER_USE; without a register of deaths nobody is counted as dead.
    """
    voters = _sum_by_precinct(profile, "voters")
    maybe_people = _sum_by_precinct(rows_without(set_aside, "code", NOBODY), "rows")
    measured: _Measured = {
        "listed-of-adults": _adults(comparison),
        "listed-of-declared": _sum_declared(lists),
        "rows-not-taken-in": (maybe_people, _sum_by_precinct(lists, "rows")),
        "cells-missing": _cells_missing(profile),
        **_of_findings(findings, voters, has_deaths=_has_deaths(register_use)),
        **({} if cases is None else _of_cases(cases, voters)),
    }
    return _table(voters, measured)


def _of_findings(findings: pa.Table, voters: Counts, *, has_deaths: bool) -> _Measured:
    """The measures that count entries with findings."""
    entry = rows_among(findings, "unit", [Unit.ENTRY])
    errors = rows_among(entry, "severity", [Severity.ERROR])
    questioned = rows_among(entry, "severity", [Severity.ERROR, Severity.WARNING])
    measured: _Measured = {
        "entries-with-errors": (_entries(errors), voters),
        "entries-questioned": (_entries(questioned), voters),
        "over-age": (_entries(rows_among(entry, "rule", ["over-age"])), voters),
    }
    if has_deaths:
        measured["deceased"] = (_entries(rows_among(entry, "rule", _DECEASED)), voters)
    return measured


def _of_cases(cases: pa.Table, voters: Counts) -> _Measured:
    """The measures that count proposed repeats."""
    repeats = rows_among(cases, "role", [EntryRole.REPEAT])
    elsewhere = rows_among(repeats, "kind", _ELSEWHERE)
    return {
        "repeats-proposed": (_entries(repeats), voters),
        "listed-elsewhere": (_entries(elsewhere), voters),
    }


def _table(precincts: Iterable[Precinct], measured: _Measured) -> pa.Table:
    """SCORECARD; a measure has no row in a precinct in which it has nothing to count."""
    rows = []
    for precinct, (measure, quality) in itertools.product(precincts, MEASURES.items()):
        counts, totals = measured.get(measure, ({}, {}))
        count, total = counts.get(precinct, 0), totals.get(precinct)
        if total:
            cells = (*precinct, quality, measure, count, total, count / total)
            rows.append(dict(zip(SCORECARD.names, cells, strict=True)))
    return from_rows(rows, SCORECARD, *PLACE, "quality", "measure")


def _sum_by_precinct(table: pa.Table, column: str) -> Counts:
    """The sum of a column in each precinct."""
    return count_by(table, *PLACE, of=column)


def _entries(table: pa.Table) -> Counts:
    """How many entries of each precinct the rows name, each once."""
    named = table.filter(pc.field("entry_id").is_valid())
    return count_by(distinct(named, *PLACE, "entry_id"), *PLACE)


def _adults(comparison: pa.Table) -> tuple[Counts, Counts]:
    """Entries of the permanent list, and adults in the statistics."""
    is_compared = pc.field("precinct").is_valid() & pc.field("list").is_valid()
    rows = rows_among(comparison, "measure", ["adults"]).filter(is_compared)
    return _sum_by_precinct(rows, "list"), _sum_by_precinct(rows, "statistic")


def _sum_declared(lists: pa.Table) -> tuple[Counts, Counts]:
    """Entries of the lists that declare a total below, and those totals."""
    declaring = lists.filter(pc.field("declared").is_valid())
    return _sum_by_precinct(declaring, "entries"), _sum_by_precinct(
        declaring, "declared"
    )


def _cells_missing(profile: pa.Table) -> tuple[Counts, Counts]:
    """Empty cells of the fields that the law requires, and all cells of these fields."""
    missing: Counter[Precinct] = Counter()
    for row in profile.to_pylist():
        empty = [round(row[f"missing_{name}"] * row["voters"]) for name in REQUIRED]
        missing[row["constituency"], row["precinct"]] += sum(empty)
    voters = _sum_by_precinct(profile, "voters")
    return missing, {area: len(REQUIRED) * count for area, count in voters.items()}


def _has_deaths(register_use: pa.Table) -> bool:
    """True where a register of deaths was given."""
    deaths = rows_among(
        rows_among(register_use, "register", ["deaths"]), "measure", ["total"]
    )
    return bool(deaths.num_rows) and deaths.column("rows").null_count == 0
