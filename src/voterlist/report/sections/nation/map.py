"""The constituencies as a map: squares by number, or their shapes where a file gives these."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from voterlist.report.section import Inputs
from voterlist.report.sections.nation import Part, nation_section
from voterlist.report.sections.nation.late import LATE
from voterlist.report.sections.nation.quality import QUALITY
from voterlist.report.sections.nation.repeats import REPEATS
from voterlist.report.sections.nation.statistics import STATISTICS
from voterlist.report.shapes import Shapes

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


def _build(inputs: Inputs) -> Part:
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


MAP = nation_section("map", _build)
