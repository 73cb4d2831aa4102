"""Which constituencies are late or lack lists, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow.compute as pc

from voterlist.model import Progress, Standing
from voterlist.report.section import Inputs
from voterlist.report.sections.deadlines import DEADLINES, DONE
from voterlist.report.sections.nation import Counts, Part, by_place, nation_section
from voterlist.report.values import Text, UnitStanding, Waiting
from voterlist.tables import by_key


def _build(inputs: Inputs) -> Part:
    stages = [
        Text(
            "nation.late.stage",
            (
                ("stage", Text(f"deadline.{due.deadline.stage}.title")),
                ("due", due.deadline.due),
                ("done", due.done),
                ("units", len(due.units)),
                ("overdue", due.overdue),
            ),
        )
        for due in inputs.of(DEADLINES)
    ]
    of_place = by_key((row.constituency, row) for row in inputs.run.standings)
    told = {place: _standing(rows) for place, rows in of_place.items()}
    counted = {
        name: Counts(
            {place: numbers[name] for place, numbers in told.items()},
            sum(numbers[name] for numbers in told.values())
            if name in _SUMMED
            else None,
        )
        for name in _standing([])
    }
    # A case of two constituencies waits in both.
    cases = pc.count_distinct(inputs.table("queue").column("case_id")).as_py()
    counted["cases"] = replace(counted["cases"], whole=cases)
    order = ("days-over", "missing", "overdue", "cases")
    table = by_place(inputs, "late", counted, *order)
    late = [row for row in told.values() if row["overdue"] or row["missing"]]
    of_all = {"count": len(late), "of": len(told), "missing": table.whole["missing"]}
    head = Text("nation.late.told", tuple(of_all.items()))
    return Part([head, *stages], [table], waits=len(late))


_WAITING = ("cases", "errors", "contested")
_SUMMED = ("precincts", "missing", "overdue", "errors", "contested")


def _standing(rows: Sequence[UnitStanding]) -> dict[str, Any]:
    """How a constituency stands: its precincts, and the first stage that it has not finished."""
    precincts = [row for row in rows if row.precinct is not None]
    stages = [row for row in rows if row.precinct is None]
    unfinished = [row for row in stages if row.standing not in DONE]
    stage = next(iter([*unfinished, *stages[-1:]]), None)
    waiting = stage.waiting if stage else Waiting()
    return {
        "progress": stage and Text(f"progress.{stage.progress}"),
        "precincts": len(precincts),
        "missing": sum(row.progress is Progress.NOT_STARTED for row in precincts),
        "overdue": sum(row.standing is Standing.OVERDUE for row in rows),
        "days-over": max((row.days_over for row in rows), default=0),
        **{name: getattr(waiting, name) for name in _WAITING},
    }


LATE = nation_section("late", _build, "queue")
