"""The lists beside those of the last cycle, constituency by constituency."""

from __future__ import annotations

import pyarrow.compute as pc

from voterlist.report.section import Inputs
from voterlist.report.sections.nation import Part, by_place, counts, nation_section
from voterlist.report.sections.registers import CHANGES, NO_CAUSE
from voterlist.report.values import Text, text_column


def _build(inputs: Inputs) -> Part:
    summary = inputs.table("cycle_summary")
    if not summary.num_rows:
        return Part([Text("report.registers.no-cycle")])
    change = text_column(summary, "change")
    is_unexplained = pc.and_(
        pc.equal(text_column(summary, "cause"), NO_CAUSE),
        pc.or_(pc.equal(change, "added"), pc.equal(change, "removed")),
    )
    counted = {
        name: counts(summary.filter(pc.equal(change, name)), "entries")
        for name in CHANGES
    }
    counted["growth"] = (counted["after"] - counted["before"]) / counted["before"]
    counted["unexplained"] = counts(summary.filter(is_unexplained), "entries")
    table = by_place(inputs, "cycle", counted, "unexplained", "growth")
    names = ("before", "after", "added", "removed", "unexplained")
    told = table.text("nation.cycle.told", *names)
    return Part([told], [table], waits=table.whole["unexplained"])


CYCLE = nation_section("cycle", _build, "cycle_summary")
