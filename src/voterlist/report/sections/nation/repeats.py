"""Who may stand on the list twice: by kind, within one constituency and across several."""

from __future__ import annotations

from dataclasses import replace

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
    wide = of_each.field("values").filter(is_wide)
    across = cases.filter(pc.is_in(cases.column("case_id"), wide))
    asked, asked_across = (_asked(rows) for rows in (cases, across))
    is_repeat = pc.equal(text_column(asked, "role"), EntryRole.REPEAT.value)
    counted = {
        "cases": _cases(asked),
        "across": _cases(asked_across),
        "repeats": counts(asked.filter(is_repeat)),
        "to-decide": _cases(inputs.table("queue")),
    }
    table = by_place(inputs, "repeats", counted, "to-decide", "cases")
    every, far = (
        count_by(distinct(rows, "case_id", "kind"), "kind") for rows in (cases, across)
    )
    kinds = [
        _kind_row(f"case-kind.{kind}.title", every[kind], far.get(kind, 0))
        for kind in CaseKind
        if kind in every
    ]
    whole = _kind_row(
        "nation.repeats.asked", table.whole["cases"], table.whole["across"]
    )
    tables = [Counted("kinds", [replace(whole, is_whole=True), *kinds]), table]
    told = table.text("nation.repeats.told", *counted)
    return Part([told], tables, waits=table.whole["to-decide"])


def _asked(cases: pa.Table) -> pa.Table:
    """Those that a person is asked about."""
    return rows_among(cases, "kind", _ASKED)


def _kind_row(of: str, cases: int, across: int) -> Row:
    return Row(of, {"cases": cases, "within": cases - across, "across": across})


def _cases(entries: pa.Table) -> Counts:
    """The cases by constituency; one of two counts in both, and once among all."""
    of_place = count_by(distinct(entries, "case_id", "constituency"), "constituency")
    return Counts(of_place, pc.count_distinct(entries.column("case_id")).as_py())


REPEATS = nation_section("repeats", _build, "cases", "queue")
