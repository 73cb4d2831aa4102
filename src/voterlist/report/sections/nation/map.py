"""The constituencies as a map: squares by number, or their shapes where a file gives these."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from voterlist.report.section import Inputs
from voterlist.report.sections.nation import Part, nation_section, places_of
from voterlist.report.sections.nation.late import LATE
from voterlist.report.sections.nation.quality import QUALITY
from voterlist.report.sections.nation.repeats import REPEATS
from voterlist.report.sections.nation.statistics import STATISTICS
from voterlist.report.shapes import Shapes

_SHOWN = (
    (LATE, "late", "overdue"),
    (QUALITY, "quality", "entries-questioned"),
    (REPEATS, "repeats", "to-decide"),
    (STATISTICS, "adults", "of-adults"),
)
"""What is drawn: section, table, measure."""
_SHADES = 4
_MOST = 5
"""Troubles that are told; more would fill the page."""


@dataclass(frozen=True, slots=True)
class MapPicture:
    """One measure of the constituencies.

    Attributes:
        measure: its name.
        values: by the number of the constituency.
        shades: likewise, 1 the least to 4 the most; 0 for none.
        shapes: those of the constituencies; without paths they are drawn as squares.
    """

    measure: str
    values: Mapping[int, float | None]
    shades: Mapping[int, int]
    shapes: Shapes


def _build(inputs: Inputs) -> Part:
    shapes = inputs.run.shapes or Shapes({})
    places = sorted(place for place in places_of(inputs) if place is not None)
    pictures = []
    for section, name, measure in _SHOWN:
        tables = [table for table in inputs.of(section).tables if table.name == name]
        values = {
            row.of: row.numbers[measure] for table in tables for row in table.rows
        }
        known = sorted(value for place in places if (value := values.get(place)))
        if known:
            own = {place: values.get(place) for place in places}
            shades = {
                place: 1 + _SHADES * bisect_left(known, value) // len(known)
                if value
                else 0
                for place, value in own.items()
            }
            pictures.append(MapPicture(measure, own, shades, shapes))
    told = shapes.troubles[:_MOST]
    return Part(told, pictures=pictures, waits=len(told))


MAP = nation_section("map", _build)
