"""The lists beside those of the last cycle, constituency by constituency."""

from __future__ import annotations

from voterlist.report.section import Inputs
from voterlist.report.sections.nation import Part, by_place, counts, nation_section
from voterlist.report.sections.registers import CHANGES, NO_CAUSE
from voterlist.report.values import Text
from voterlist.tables import rows_among


def _build(inputs: Inputs) -> Part:
    summary = inputs.table("cycle_summary")
    if not summary.num_rows:
        return Part([Text("report.registers.no-cycle")])
    counted = {
        name: counts(rows_among(summary, "change", [name]), "entries")
        for name in CHANGES
    }
    counted["growth"] = (counted["after"] - counted["before"]) / counted["before"]
    without_cause = rows_among(summary, "cause", [NO_CAUSE])
    came_or_gone = rows_among(without_cause, "change", ["added", "removed"])
    counted["unexplained"] = counts(came_or_gone, "entries")
    table = by_place(inputs, "cycle", counted, "unexplained", "growth")
    names = ("before", "after", "added", "removed", "unexplained")
    told = table.text("nation.cycle.told", *names)
    return Part([told], [table], waits=table.whole["unexplained"])


CYCLE = nation_section("cycle", _build, "cycle_summary")
