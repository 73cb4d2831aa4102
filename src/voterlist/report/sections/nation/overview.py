"""Who is late, the map, and what the chair of the centre must know."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow.compute as pc

from voterlist.model import Level, Progress, Severity
from voterlist.report.section import Inputs
from voterlist.report.sections.deadlines import DONE
from voterlist.report.sections.nation import Counts, Part, by_place, nation_section
from voterlist.report.sections.nation.balance import BALANCE
from voterlist.report.sections.nation.others import CHANGES, CYCLE, DEATHS, STATISTICS
from voterlist.report.sections.nation.quality import QUALITY, REPEATS
from voterlist.report.sections.needs import NEEDS, Need
from voterlist.report.shapes import Shapes
from voterlist.report.values import Text, UnitStanding
from voterlist.tables import by_key


def _late(inputs: Inputs) -> Part:
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
    sentences = [Text("nation.late.told", tuple(of_all.items()))]
    own = sum(row.days_over > 0 for row in inputs.run.standings) - whole["overdue"]
    if own:
        sentences.append(Text("nation.late.own", (("count", own),)))
    return Part(sentences, [table], waits=len(late) + bool(own))


def _standing(rows: Sequence[UnitStanding]) -> dict[str, Any]:
    """How a constituency, or all, stand with their precincts and the first unfinished stage."""
    precincts = [row for row in rows if row.precinct is not None]
    stages = [row for row in rows if row.precinct is None]
    unfinished = [row for row in stages if row.standing not in DONE]
    first = [*unfinished, *stages[-1:]][:1]
    units = [row for row in stages if row.deadline == first[0].deadline]
    # What they wait for is nothing in which they are late.
    overdue = [row for row in rows if row.days_over and row.debtor is not Level.CEC]
    return {
        "progress": f"progress.{units[0].progress}" if len(units) == 1 else None,
        "precincts": len(precincts),
        "missing": sum(row.progress is Progress.NOT_STARTED for row in precincts),
        "overdue": len(overdue),
        "days-over": max((row.days_over for row in overdue), default=0),
        **{
            name: sum(getattr(row.waiting, name) for row in units)
            for name in ("cases", "errors", "contested")
        },
    }


LATE = nation_section("late", _late, "queue")


_SHOWN = (
    (LATE, "overdue"),
    (QUALITY, "entries-questioned"),
    (REPEATS, "to_decide"),
    (STATISTICS, "of-adults"),
)
"""What is drawn: a section, and a measure of its first table."""
_SHADES = 4
_MOST = 5
"""Troubles that are told; more would fill the page."""


@dataclass(frozen=True, slots=True)
class MapPicture:
    """One measure of the constituencies.

    Attributes:
        measure: its name.
        values: by the number of the constituency.
        shades: likewise, 1 the least to 4 the most; of none there is no shade.
        shapes: those of the constituencies; without paths they are drawn as squares.
    """

    measure: str
    values: Mapping[int, float | None]
    shades: Mapping[int, int]
    shapes: Shapes


def _map(inputs: Inputs) -> Part:
    shapes = inputs.run.shapes or Shapes({})
    rows = inputs.of(LATE).tables[0].rows
    places = sorted(row.of for row in rows if isinstance(row.of, int))
    pictures = []
    for section, measure in _SHOWN:
        told = [row for table in inputs.of(section).tables[:1] for row in table.rows]
        numbers = {row.of: row.numbers[measure] for row in told}
        values = {place: numbers.get(place) for place in places}
        known = sorted(value for value in values.values() if value)
        if known:
            shades = {
                place: 1 + _SHADES * bisect_left(known, value) // len(known)
                for place, value in values.items()
                if value
            }
            pictures.append(MapPicture(measure, values, shades, shapes))
    troubles = shapes.troubles[:_MOST]
    return Part(troubles, pictures=pictures, waits=len(troubles))


MAP = nation_section("map", _map)


PARTS = (BALANCE, LATE, QUALITY, MAP, REPEATS, CHANGES, DEATHS, STATISTICS, CYCLE)
"""The sections behind this one, in their order."""


def _needs(inputs: Inputs) -> tuple[Need, ...]:
    needs = []
    for section in PARTS:
        part = inputs.of(section)
        grave = Severity.ERROR if section in {BALANCE, LATE} else Severity.WARNING
        severity = grave if part.waits else Severity.NOTE
        needs += [Need(severity, text, section.name) for text in part.told[:1]]
    return tuple(needs)


NATION_NEEDS = replace(NEEDS, build=_needs)
