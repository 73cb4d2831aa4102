"""Which constituencies are late or lack lists, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow.compute as pc

from voterlist.model import Progress, Standing, null_last
from voterlist.report.section import Inputs
from voterlist.report.sections.deadlines import DEADLINES, DONE
from voterlist.report.sections.nation import (
    Counted,
    Measure,
    Part,
    Row,
    nation_section,
    places_in,
    places_of,
    ranked,
)
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
    rows = [
        _row(place, of_place.get(place, []))
        for place in sorted(places_of(inputs), key=null_last)
    ]
    whole: dict[str, Any] = {
        name: sum(row.numbers[name] for row in rows if row.numbers[name])
        for name in _SUMMED
    }
    # A case of two constituencies waits in both.
    whole["cases"] = pc.count_distinct(inputs.table("queue").column("case_id")).as_py()
    measures = [
        Measure("rank"),
        Measure("progress", "text"),
        Measure("precincts"),
        Measure("missing", mark="error"),
        Measure("overdue", mark="warning"),
        Measure("days-over", mark="error"),
        *map(Measure, _WAITING),
    ]
    worst = ranked(
        [Row("nation.whole", whole, is_whole=True), *rows],
        *("days-over", "missing", "overdue", "cases"),
    )
    late = [row for row in rows if row.numbers["overdue"] or row.numbers["missing"]]
    counted = {"count": len(late), "of": len(rows), "missing": whole["missing"]}
    return Part(
        [Text("nation.late.told", places_in(counted)), *stages],
        [Counted("late", measures, worst)],
        waits=len(late),
    )


_WAITING = ("cases", "errors", "contested")
_SUMMED = ("precincts", "missing", "overdue", "errors", "contested")


def _row(place: int | None, rows: Sequence[UnitStanding]) -> Row:
    """How a constituency stands: its precincts, and the first stage that it has not finished."""
    precincts = [row for row in rows if row.precinct is not None]
    stages = [row for row in rows if row.precinct is None]
    unfinished = [row for row in stages if row.standing not in DONE]
    stage = next(iter([*unfinished, *stages[-1:]]), None)
    numbers: dict[str, Any] = {
        "precincts": len(precincts),
        "missing": sum(row.progress is Progress.NOT_STARTED for row in precincts),
        "overdue": sum(row.standing is Standing.OVERDUE for row in rows),
        "days-over": max((row.days_over for row in rows), default=0),
        "progress": stage and Text(f"progress.{stage.progress}"),
    }
    waiting = stage.waiting if stage else Waiting()
    return Row(place, numbers | {name: getattr(waiting, name) for name in _WAITING})


LATE = nation_section("late", _build, "queue")
