"""What the sections of the nation's report share: constituencies side by side, in numbers.

No voter stands in it. A section counts tables of the run by constituency; page and workbook walk
the same columns. The numbers of all constituencies together are counted apart, from the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import facts
from voterlist.model import null_last
from voterlist.report.section import Column, Inputs, Section, SheetTable, SheetValue
from voterlist.report.sections.audit import AuditWords
from voterlist.report.values import Facts, Text, Value
from voterlist.report.words import UNKNOWN
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
from voterlist.tables import count_by


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

_SHOWN = 13
"""Rows of a table that the page shows before somebody asks for all."""

Numbers = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are by constituency, and of all together.

    Attributes:
        by: the number of each constituency that has one.
        whole: of all, counted from the table.
        without: what a constituency has that is not among them: 0, or None for "not known".
    """

    by: Mapping[int | None, Any]
    whole: Any
    without: Any = 0


def counts(table: pa.Table, of: str | None = None) -> Counts:
    """The rows of a table by ``constituency``; ``of``: the sums of a column instead."""
    whole = table.num_rows if of is None else pc.sum(table.column(of)).as_py() or 0
    return Counts(count_by(table, "constituency", of=of), whole)


@dataclass(frozen=True, slots=True)
class Row:
    """A constituency, or whatever else ``of`` names, in numbers.

    Attributes:
        of: the number of the constituency, None where it is not known; or the key of a word.
        numbers: by the names of the measures.
        marks: of the numbers that are marked, what as.
        is_whole: True for all constituencies together.
    """

    of: Any
    numbers: Numbers
    marks: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of numbers; ``mark``: what one that is not zero is marked as."""

    name: str
    kind: str = "count"
    mark: str = ""

    def column(self, words: NationWords) -> Column:
        """The column, in the language of these words."""
        return Column(
            words(f"nation.{self.name}"),
            13,
            self.kind,
            lambda row: words.plain(row.numbers.get(self.name)),
            lambda row: row.marks.get(
                self.name, self.mark if row.numbers.get(self.name) else ""
            ),
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """A table of numbers; ``nation.table.<name>`` and its ``.note`` are said above it."""

    name: str
    measures: Sequence[Measure]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Part:
    """What a section shows: sentences, pictures and tables."""

    told: Sequence[Text] = ()
    tables: Sequence[Counted] = ()
    pictures: Sequence[Any] = ()
    linked: Sequence[int] = ()
    """The constituencies that have a report of their own."""
    waits: int = 0
    """How much of it waits for somebody."""


def places_of(inputs: Inputs) -> set[int | None]:
    """The constituencies of the territory, and those that handed in lists."""
    told = {row.constituency for row in inputs.run.standings}
    listed = count_by(inputs.table("lists"), "constituency")
    return told | set(listed) | set(inputs.run.reported)


def rows_of(
    places: Iterable[int | None],
    counted: Mapping[str, Counts],
    told: Callable[[Numbers], Numbers] = lambda _: {},
) -> list[Row]:
    """A row for all constituencies together, then one for each; who is not known stands last.

    Args:
        places: the constituencies; those that have a number are added to them.
        counted: by the names of the measures.
        told: what else is told of the numbers of a row.
    """
    whole = {name: count.whole for name, count in counted.items()}
    rows = [Row("nation.whole", {**whole, **told(whole)}, is_whole=True)]
    every = set(places).union(*(count.by for count in counted.values()))
    for place in sorted(every, key=null_last):
        own = {
            name: count.by.get(place, count.without) for name, count in counted.items()
        }
        rows.append(Row(place, {**own, **told(own)}))
    return rows


def places_in(numbers: Numbers, *names: str) -> tuple[tuple[str, Value], ...]:
    """These numbers, or all, as the places of a text."""
    return tuple((name.replace("-", "_"), numbers[name]) for name in names or numbers)


def ranked(rows: Sequence[Row], *names: str) -> list[Row]:
    """The same rows with their rank: the one with the most of these numbers first.

    The second number tells those apart that are equal in the first. Who has none of them, or of
    whom they are not known, has no rank.
    """
    whole = [row for row in rows if row.is_whole]
    places = [row for row in rows if not row.is_whole]
    order = {id(row): [-(row.numbers[name] or 0) for name in names] for row in places}
    told = [
        replace(row, numbers={**row.numbers, "rank": rank})
        for rank, row in enumerate(sorted(places, key=lambda row: order[id(row)]), 1)
    ]
    return [*whole, *told]


def share(count: Any, of: Any) -> float | None:
    """``count`` / ``of``; None where either is not known, or there is nothing to count."""
    return count / of if of and count is not None else None


class NationWords(AuditWords):
    """Says numbers as their columns have them."""

    def plain(self, value: Value) -> SheetValue:
        """A value as a sheet holds it."""
        return self.say(value) if isinstance(value, Text) else value  # type: ignore[return-value]

    def cell(self, kind: str, value: SheetValue) -> str:
        """A value as the page shows it."""
        if value is None:
            return UNKNOWN
        if kind == "share" and isinstance(value, float):
            return self.percent(value)
        if kind == "decimal" and isinstance(value, float):
            return self.number(value, 1)
        return str(value) if kind == "label" else self.say(value)

    def sheet(self, table: Counted, about: Facts) -> SheetTable:
        """The table as page and workbook show it."""
        measures = [measure.column(self) for measure in table.measures]
        if any(isinstance(row.of, str) for row in table.rows if not row.is_whole):
            first = [
                Column(self(f"nation.table.{table.name}.of"), 34, "text", self._named)
            ]
        else:
            names = facts.constituencies(about.today)
            first = [
                Column(self("field.constituency"), 13, "label", self._named),
                Column(
                    self("nation.name"),
                    26,
                    "line",
                    lambda row: names.get(row.of, ""),
                ),
            ]
        title = self(f"nation.table.{table.name}")
        return SheetTable(
            title,
            (title, self(f"nation.table.{table.name}.note")),
            [*first, *measures],
            table.rows,
            self("nation.none"),
            frozen=len(first),
            look=lambda row: (row.is_whole, False),
        )

    def _named(self, row: Row) -> SheetValue:
        if isinstance(row.of, str):
            return self(row.of)
        return self("nation.unknown") if row.of is None else row.of


def nation_section(
    name: str, build: Callable[[Inputs], Part], *names: str
) -> Section[Part, NationWords]:
    """A section that counts these tables; all are drawn by one template."""
    return Section(
        name=name,
        build=lambda inputs: replace(build(inputs), linked=inputs.run.reported),
        words=NationWords,
        uses={table: TABLES[table] for table in ("lists", *names)},
        sheets=lambda part, about, words: [
            words.sheet(table, about) for table in part.tables
        ],
        page=lambda _: {"shown": _SHOWN},
        drawn_by="nation",
    )
