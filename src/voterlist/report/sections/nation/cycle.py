"""The lists beside those of the last cycle, constituency by constituency."""

from __future__ import annotations

import pyarrow.compute as pc

from voterlist.report.section import Inputs
from voterlist.report.sections.nation import (
    Counted,
    Measure,
    Numbers,
    Part,
    counts,
    nation_section,
    places_in,
    places_of,
    ranked,
    rows_of,
    share,
)
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
        **{
            name: counts(summary.filter(pc.equal(change, name)), "entries")
            for name in CHANGES
        },
        "unexplained": counts(summary.filter(is_unexplained), "entries"),
    }
    rows = ranked(rows_of(places_of(inputs), counted, _growth), "unexplained", "growth")
    whole = rows[0].numbers
    names = ("before", "after", "added", "removed", "unexplained")
    told = Text("nation.cycle.told", places_in(whole, *names))
    measures = [
        Measure("rank"),
        *map(Measure, CHANGES),
        Measure("growth", "share"),
        Measure("unexplained", mark="warning"),
    ]
    return Part(
        [told],
        [Counted("cycle", measures, rows)],
        waits=whole["unexplained"],
    )


def _growth(numbers: Numbers) -> Numbers:
    """By how much the list grew, as a share of what it was."""
    return {"growth": share(numbers["after"] - numbers["before"], numbers["before"])}


CYCLE = nation_section("cycle", _build, "cycle_summary")
