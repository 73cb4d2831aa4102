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
from voterlist.report.values import Text
from voterlist.tables import count_by, distinct, rows_among

_ASKED = [kind.value for kind in CaseKind if kind.is_asked]


def _build(inputs: Inputs) -> Part:
    cases = inputs.table("cases")
    if not cases.num_rows:
        return Part([Text("nation.repeats.nothing")])
    of_each = (
        distinct(cases, "case_id", "constituency").column("case_id").value_counts()
    )
    is_wide = pc.greater(of_each.field("counts"), 1)
    of_several = of_each.field("values").filter(is_wide)
    across = cases.filter(pc.is_in(cases.column("case_id"), of_several))
    asked, asked_across = (_cases_to_ask(rows) for rows in (cases, across))
    counted = {
        "cases": _cases(asked),
        "across": _cases(asked_across),
        "repeats": counts(rows_among(asked, "role", [EntryRole.REPEAT])),
        "to_decide": _cases(inputs.table("queue")),
    }
    table = by_place(inputs, "repeats", counted, "to_decide", "cases")
    every, far = (
        count_by(distinct(rows, "case_id", "kind"), "kind") for rows in (cases, across)
    )
    kinds = []
    for kind in CaseKind:
        if kind in every:
            wide = far.get(kind, 0)
            numbers = {
                "cases": every[kind],
                "within": every[kind] - wide,
                "across": wide,
            }
            kinds.append(Row(f"case-kind.{kind}.title", numbers))
    told = table.text("nation.repeats.told", *counted)
    tables = [table, Counted("kinds", kinds)]
    return Part([told], tables, waits=table.whole["to_decide"])


def _cases_to_ask(cases: pa.Table) -> pa.Table:
    """Those that a person is asked about."""
    return rows_among(cases, "kind", _ASKED)


def _cases(entries: pa.Table) -> Counts:
    """The cases by constituency; one of two counts in both, and once among all."""
    of_place = count_by(distinct(entries, "case_id", "constituency"), "constituency")
    return Counts(of_place, pc.count_distinct(entries.column("case_id")).as_py())


REPEATS = nation_section("repeats", _build, "cases", "queue")
