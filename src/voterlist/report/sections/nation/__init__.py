"""What the sections of the nation's report share: constituencies side by side, in numbers.

No voter stands in it. A section counts tables of the run by constituency; page and workbook walk
the same columns. The numbers of all constituencies together are counted apart, from the tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist import facts, strict_json
from voterlist.model import frozen, null_last
from voterlist.report.section import Column, Inputs, Section, SheetTable, SheetValue
from voterlist.report.sections.audit import AuditWords
from voterlist.report.values import UNKNOWN, Facts, Text
from voterlist.schemas import (
    AGES,
    APPLIED,
    CASE,
    COMPARISON,
    CYCLE_SUMMARY,
    ENTRY,
    INDICATOR,
    LIST,
    LIST_BALANCE,
    REGISTER_USE,
    SCORECARD,
    SET_ASIDE,
)
from voterlist.tables import count_by, total


def _some(schema: pa.Schema, *names: str) -> pa.Schema:
    """These columns of a table: of the list of a nation no others are read."""
    return pa.schema([schema.field(name) for name in names])


TABLES: Mapping[str, pa.Schema] = {
    "ages": AGES,
    "applied": _some(APPLIED, "action", "ground", "from_constituency"),
    "balance": LIST_BALANCE,
    "cases": _some(CASE, "case_id", "kind", "role", "constituency", "precinct"),
    "comparison": COMPARISON,
    "cycle_summary": CYCLE_SUMMARY,
    "entries": _some(ENTRY, "constituency"),
    "indicators": INDICATOR,
    "lists": LIST,
    "queue": _some(CASE, "case_id", "constituency"),
    "register_use": REGISTER_USE,
    "scorecard": SCORECARD,
    "set_aside": _some(SET_ASIDE, "constituency", "line", "rows"),
}
"""The tables of the run that the report is made of, with the columns that are read."""

Numbers = Mapping[str, Any]


@frozen
class Counts:
    """How many there are by constituency, and of all together.

    Attributes:
        by: the number of each constituency that has one.
        whole: of all, counted from the table.
    """

    by: Mapping[int | None, Any]
    whole: Any

    def __sub__(self, other: Counts) -> Counts:
        """How many more."""
        places = self.by.keys() | other.by.keys()
        by = {place: self.by.get(place, 0) - other.by.get(place, 0) for place in places}
        return Counts(by, self.whole - other.whole)

    def __truediv__(self, other: Counts) -> Counts:
        """Which share; not known where there is nothing to count."""
        by = {place: self.by.get(place, 0) / of for place, of in other.by.items() if of}
        return Counts(by, self.whole / other.whole if other.whole else None)


def counts(table: pa.Table, of: str | None = None) -> Counts:
    """The rows of a table by ``constituency``; ``of``: the sums of a column instead."""
    by = count_by(table, "constituency", of=of)
    whole = table.num_rows if of is None else total(table, of)
    return Counts({place: int(count) for place, count in by.items()}, whole)


@frozen
class Row:
    """A constituency, or whatever else ``of`` names, in numbers.

    Attributes:
        of: the number of the constituency, None where it is not known; or the key of a word.
        numbers: by the names of the measures, in the order of the columns.
        marks: of the numbers that are marked, what as.
        is_whole: True for all constituencies together.
    """

    of: Any
    numbers: Numbers
    marks: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = False


@frozen
class Counted:
    """A table of numbers.

    ``nation.table.<name>`` and its ``.note`` are said above it; its sheet is
    ``nation.<name>.short``.
    """

    name: str
    rows: Sequence[Row]

    @property
    def whole(self) -> Numbers:
        """The numbers of all constituencies together."""
        return self.rows[0].numbers

    def text(self, key: str, *names: str) -> Text:
        """A sentence about these of the numbers of all."""
        return Text(key, tuple((name, self.whole[name]) for name in names))


@frozen
class Part:
    """What a section shows: sentences, tables and pictures.

    Attributes:
        told: sentences; the first one is said at the head of the report too.
        tables: by constituency, or by something else.
        pictures: what ``pictures.html`` draws.
        waits: how much of it waits for somebody.
        linked: the constituencies that have a report of their own.
    """

    told: Sequence[Text] = ()
    tables: Sequence[Counted] = ()
    pictures: Sequence[Any] = ()
    waits: int = 0
    linked: Sequence[int] = ()


def by_place(
    inputs: Inputs,
    name: str,
    counted: Mapping[str, Counts],
    *ranked_by: str,
    lacking: int | None = 0,
    marks: Mapping[int | None, Mapping[str, str]] = MappingProxyType({}),
) -> Counted:
    """A table with a row for all constituencies together, then one for each.

    Args:
        inputs: what the section sees.
        name: of the table.
        counted: by the names of the measures.
        ranked_by: measures; who has the most of the first stands first, the next ones tell those
            apart who are equal in it. Without any they stand by number, unknown ones last.
        lacking: what a constituency has that is not among counts; None: it is not known.
        marks: of the numbers of a constituency, what they are marked as.
    """
    # Those of the territory, those with a report, and whoever has a number.
    every = {row.constituency for row in inputs.run.standings} | {*inputs.run.reported}
    every = every.union(*(count.by for count in counted.values()))
    rows = []
    for place in sorted(every, key=null_last):
        # Of a share it is never known.
        own = {
            name: count.by.get(place, lacking if isinstance(count.whole, int) else None)
            for name, count in counted.items()
        }
        rows.append(Row(place, own, marks.get(place, {})))
    whole: Numbers = {name: count.whole for name, count in counted.items()}
    if ranked_by:
        rows.sort(key=lambda row: [-(row.numbers[name] or 0) for name in ranked_by])
        ranks = enumerate(rows, start=1)
        rows = [replace(row, numbers={"rank": at, **row.numbers}) for at, row in ranks]
        whole = {"rank": None, **whole}
    return Counted(name, [Row("nation.whole", whole, is_whole=True), *rows])


_MARKS = {
    "lost": "error",
    "unbalanced": "error",
    "unread": "error",
    "missing": "error",
    "overdue": "warning",
    "days-over": "error",
    "unexplained": "warning",
}
"""What a number that is not 0 is marked as."""


class NationWords(AuditWords):
    """Says numbers as their columns have them."""

    def cell(self, value: SheetValue) -> str:
        """A value as the page shows it; a number with a fraction is a share."""
        if isinstance(value, float):
            return self.percent(value)
        return UNKNOWN if value is None else self.say(value)

    def sheet(self, table: Counted, about: Facts) -> SheetTable:
        """The table as page and workbook show it."""
        key = f"nation.table.{table.name}"
        of, names = f"{key}.of", facts.constituencies(about.today)
        if self.has(of):
            first = [Column(self(of), 34, "text", self._named)]
        else:
            first = [
                Column(self("field.constituency"), 13, "label", self._named),
                Column(
                    self("nation.name"), 26, "line", lambda row: names.get(row.of, "")
                ),
            ]
        return SheetTable(
            self(f"nation.{table.name}.short"),
            (self(key), self(f"{key}.note")),
            [*first, *(self._measure(name, table) for name in table.whole)],
            table.rows,
            frozen=len(first),
            look=lambda row: (row.is_whole, False),
        )

    def _measure(self, name: str, table: Counted) -> Column:
        """The column of a measure."""
        kinds = {type(row.numbers[name]) for row in table.rows}

        def value(row: Row) -> SheetValue:
            number: SheetValue = row.numbers[name]
            return self(number) if isinstance(number, str) else number

        def mark(row: Row) -> str:
            return row.marks.get(
                name, _MARKS.get(name, "") if row.numbers[name] else ""
            )

        kind = "text" if str in kinds else "share" if float in kinds else "count"
        key = f"{name}.title" if name.startswith("ground.") else f"nation.{name}"
        return Column(self(key), 13, kind, value, mark)

    def _named(self, row: Row) -> SheetValue:
        of: SheetValue = "nation.unknown" if row.of is None else row.of
        return self(of) if isinstance(of, str) else of


def nation_section(
    name: str, build: Callable[[Inputs], Part], *names: str
) -> Section[Part]:
    """A section that counts these tables; all are drawn by one template."""
    return Section(
        name=name,
        build=lambda inputs: replace(build(inputs), linked=inputs.run.reported),
        uses={table: TABLES[table] for table in names},
        sheets=lambda part, about, words: [
            words.sheet(table, about) for table in part.tables
        ],
        drawn_by="nation",
    )


# Shapes of constituencies out of GeoJSON (RFC 7946), as paths in degrees


Ring = list[tuple[float, float]]
"""(to the east, to the south), in degrees of latitude."""
_NARROW = math.cos(math.radians(40.4))
"""How much narrower a degree to the east is than one to the south, in the middle of the country."""


@frozen
class Shapes:
    """What files of shapes give.

    Attributes:
        rings: by the number of the constituency.
        troubles: what did not fit, and where.
    """

    rings: Mapping[int, list[Ring]]
    troubles: tuple[Text, ...] = ()

    @property
    def box(self) -> list[float]:
        """Where the rings begin in the west and in the north, how wide and how high they are."""
        points = np.concatenate(
            [ring for rings in self.rings.values() for ring in rings]
        )
        corner = points.min(axis=0)
        return [*corner.tolist(), *(points.max(axis=0) - corner).tolist()]


def shapes_of(files: Mapping[str, bytes | None]) -> Shapes:
    """The shapes in these files, by their names; what cannot be used is told and not raised.

    A feature has its number in the property ``constituency``, and degrees of longitude and
    latitude. None stands for a file that cannot be read.
    """
    rings: dict[int, list[Ring]] = {}
    troubles = []
    for file, content in files.items():
        try:
            features = list(strict_json.loads(content or b"")["features"])
        except (ValueError, TypeError, LookupError):
            troubles.append(Text("nation.map.no-geojson", (("file", file),)))
            continue
        for place, feature in enumerate(features, start=1):
            try:
                own = list(_rings(feature["geometry"]))
                number = int(feature["properties"]["constituency"])
            except (ValueError, TypeError, LookupError):
                where = (("file", file), ("feature", place))
                troubles.append(Text("nation.map.no-shape", where))
            else:
                rings.setdefault(number, []).extend(own)
    rings = {number: own for number, own in rings.items() if own}
    return Shapes(rings, tuple(troubles))


def _rings(geometry: Any) -> Iterator[Ring]:
    """The rings of a geometry.

    Raises:
        ValueError, TypeError, LookupError: it is no polygon of degrees.
    """
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind not in {"Polygon", "MultiPolygon"}:
        raise ValueError("no polygon")
    for polygon in coordinates if kind == "MultiPolygon" else [coordinates]:
        for ring in polygon:
            places = [(float(point[0]), -float(point[1])) for point in ring]
            if not places or not all(abs(x) <= 180 and abs(y) <= 90 for x, y in places):
                raise ValueError("no ring of degrees")
            # To a hundred metres; points that fall together are one.
            points = dict.fromkeys(
                (round(x * _NARROW, 3), round(y, 3)) for x, y in places
            )
            yield list(points)
