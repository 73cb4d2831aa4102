"""Which constituencies are late or lack lists, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow.compute as pc

from voterlist.model import Progress, Standing
from voterlist.report.section import Inputs
from voterlist.report.sections.deadlines import DONE
from voterlist.report.sections.nation import Counts, Part, by_place, nation_section
from voterlist.report.values import Text, UnitStanding
from voterlist.tables import by_key


def _build(inputs: Inputs) -> Part:
    of_place = by_key((row.constituency, row) for row in inputs.run.standings)
    told = {place: _standing(rows) for place, rows in of_place.items()}
    whole = _standing(inputs.run.standings)
    # A case of two constituencies waits in both.
    whole["cases"] = pc.count_distinct(inputs.table("queue").column("case_id")).as_py()
    counted = {
        name: Counts({place: numbers[name] for place, numbers in told.items()}, number)
        for name, number in whole.items()
    }
    order = ("days-over", "missing", "overdue", "cases")
    table = by_place(inputs, "late", counted, *order)
    late = [row for row in told.values() if row["overdue"] or row["missing"]]
    of_all = {"count": len(late), "of": len(told), "missing": whole["missing"]}
    head = Text("nation.late.told", tuple(of_all.items()))
    return Part([head], [table], waits=len(late))


def _standing(rows: Sequence[UnitStanding]) -> dict[str, Any]:
    """How a constituency, or all, stand with their precincts and the first unfinished stage."""
    precincts = [row for row in rows if row.precinct is not None]
    stages = [row for row in rows if row.precinct is None]
    unfinished = [row for row in stages if row.standing not in DONE]
    first = [*unfinished, *stages[-1:]][:1]
    units = [row for row in stages if row.deadline == first[0].deadline]
    return {
        "progress": f"progress.{units[0].progress}" if len(units) == 1 else None,
        "precincts": len(precincts),
        "missing": sum(row.progress is Progress.NOT_STARTED for row in precincts),
        "overdue": sum(row.standing is Standing.OVERDUE for row in rows),
        "days-over": max((row.days_over for row in rows), default=0),
        **{
            name: sum(getattr(row.waiting, name) for row in units)
            for name in ("cases", "errors", "contested")
        },
    }


LATE = nation_section("late", _build, "queue")
