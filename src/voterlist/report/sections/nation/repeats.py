"""Who may stand on the list twice: by kind, within one constituency and across several."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import CaseKind, EntryRole
from voterlist.report.section import Inputs
from voterlist.report.sections.nation import (
    Counted,
    Counts,
    Part,
    Row,
    by_place,
    counts,
    nation_section,
)
from voterlist.report.values import Text, text_column
from voterlist.tables import count_by, distinct, is_among

_ACROSS = "across"
_SCOPES = ("in-precinct", "in-constituency", _ACROSS)
_ASKED = [kind.value for kind in CaseKind if kind.is_asked]
_AREA = 10_000
"""Numbers of precincts are smaller."""


def _build(inputs: Inputs) -> Part:
    cases = inputs.table("cases")
    if not cases.num_rows:
        return Part([Text("nation.repeats.nothing")])
    scopes = _scopes(cases)
    of_kind = count_by(scopes, "kind", "scope")
    kinds = [kind for kind, _ in of_kind]
    by_kind = [
        _kind_row(f"case-kind.{kind}.title", [kind], of_kind)
        for kind in CaseKind
        if kind in kinds
    ]
    whole = _kind_row("nation.repeats.asked", _ASKED, of_kind)
    asked = cases.filter(is_among(text_column(cases, "kind"), _ASKED))
    wide = scopes.filter(pc.equal(scopes.column("scope"), _ACROSS)).column("case_id")
    is_repeat = pc.equal(text_column(asked, "role"), EntryRole.REPEAT.value)
    counted = {
        "cases": _cases(asked),
        _ACROSS: _cases(asked.filter(pc.is_in(asked.column("case_id"), wide))),
        "repeats": counts(asked.filter(is_repeat)),
        "to-decide": _cases(inputs.table("queue")),
    }
    table = by_place(inputs, "repeats", counted, "to-decide", "cases")
    told = table.text("nation.repeats.told", *counted)
    tables = [Counted("kinds", [whole, *by_kind]), table]
    return Part([told], tables, waits=table.whole["to-decide"])


def _scopes(cases: pa.Table) -> pa.Table:
    """One row a case: its id, its kind, and how far apart its entries are."""
    area = pc.add(
        pc.multiply(cases.column("constituency"), _AREA), cases.column("precinct")
    )
    columns = {
        "case_id": cases.column("case_id"),
        "kind": text_column(cases, "kind"),
        "constituency": cases.column("constituency"),
        "area": area,
    }
    of_case = pa.table(columns).group_by(["case_id", "kind"], use_threads=False)
    spread = of_case.aggregate(
        [("constituency", "count_distinct"), ("area", "count_distinct")]
    )
    within = pc.if_else(
        pc.greater(spread.column("area_count_distinct"), 1), *_SCOPES[1::-1]
    )
    scope = pc.if_else(
        pc.greater(spread.column("constituency_count_distinct"), 1), _ACROSS, within
    )
    return spread.select(["case_id", "kind"]).append_column("scope", scope)


def _kind_row(of: str, kinds: list[str], counted: dict[tuple[str, str], int]) -> Row:
    """The cases of these kinds, by how far apart their entries are."""
    numbers = {
        scope: sum(counted.get((kind, scope), 0) for kind in kinds) for scope in _SCOPES
    }
    return Row(of, {"cases": sum(numbers.values()), **numbers}, is_whole=len(kinds) > 1)


def _cases(entries: pa.Table) -> Counts:
    """The cases by constituency; one of two counts in both, and once among all."""
    of_place = count_by(distinct(entries, "case_id", "constituency"), "constituency")
    return Counts(of_place, pc.count_distinct(entries.column("case_id")).as_py())


REPEATS = nation_section("repeats", _build, "cases", "queue")
