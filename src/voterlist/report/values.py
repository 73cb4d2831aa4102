"""The values that sections of a report are made of, and how they are looked up by their ids.

No value is a sentence. A value is a number, a day, a text of a list as somebody wrote it, or a
``Text`` that the catalogue renders.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.deadlines import Deadline
from voterlist.fields import NAME_PARTS
from voterlist.model import Level, Owed, Progress, Standing, null_last
from voterlist.tables import join_text, row_of_each


@dataclass(frozen=True, slots=True)
class Text:
    """A key of the catalogue and what fills its places."""

    key: str
    places: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Born:
    """A birth date as far as it is known."""

    year: int
    month: int | None = None
    day: int | None = None


Value: TypeAlias = str | int | float | dt.date | Text | Born | None

Precinct: TypeAlias = tuple[int | None, int | None]
"""The numbers of a constituency and of a precinct in it; None: not known."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Whose report it is. ``constituency`` None: everything that the tables hold."""

    cycle: str
    level: Level
    constituency: int | None
    today: dt.date


@dataclass(frozen=True, slots=True)
class Limits:
    """The size of a precinct, in voters, that the law names."""

    smallest_precinct: int = 50
    largest_precinct: int = 1500


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry or a row stands: in which file, sheet and line, of which precinct."""

    constituency: int | None = None
    precinct: int | None = None
    file: str | None = None
    sheet: str | None = None
    line: int | None = None

    @property
    def area(self) -> Precinct:
        """Its constituency and precinct."""
        return (self.constituency, self.precinct)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person in a precinct or constituency.

    Attributes:
        cases: cases to decide.
        errors: findings of the severity error that nobody answered.
        contested: answers of several people that contradict each other.
        second_readings: decided cases that wait for their second reading.
    """

    cases: int = 0
    errors: int = 0
    contested: int = 0
    second_readings: int = 0

    @property
    def is_nothing(self) -> bool:
        """True where nothing waits."""
        return not (self.cases or self.errors or self.contested or self.second_readings)


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """How one precinct or constituency stands with one stage of the calendar.

    Attributes:
        deadline: the stage and its due date.
        constituency: its number; None where it is not known.
        precinct: its number; None: the constituency as a whole.
        finished: the day on which the unit finished the stage.
        standing: how it stands against the due date.
        progress: how far its work is.
        days_over: days since the due date of what is overdue; 0 of all else.
        waiting: what waits for a person.
        owed: what is owed for the stage today; None where nothing is.
        debtor: the commission that owes it.
        creditor: the commission that waits for it.
        ground: what a person named as the ground of the day.
        by: who named it.
    """

    deadline: Deadline
    constituency: int | None
    precinct: int | None
    finished: dt.date | None
    standing: Standing
    progress: Progress = Progress.NOT_STARTED
    days_over: int = 0
    waiting: Waiting = Waiting()
    owed: Owed | None = None
    debtor: Level | None = None
    creditor: Level | None = None
    ground: str = ""
    by: str = ""

    @property
    def is_late(self) -> bool:
        """True where it is overdue, or will soon be."""
        return self.standing in {Standing.OVERDUE, Standing.DUE_SOON}

    @property
    def mark(self) -> str:
        """What it is drawn as: overdue, or how far it is."""
        is_overdue = self.standing is Standing.OVERDUE
        return "overdue" if is_overdue else self.progress.value


def place_order(
    constituency: int | None, precinct: int | None
) -> tuple[bool, int, bool, int]:
    """The key by which places are sorted: by number, unknown ones last."""
    return (*null_last(constituency), *null_last(precinct))


Sources = Mapping[str, str | Sequence[str]]
"""Source -> the file's name; where one content came as several files, their names in the order of
``copy``."""

_IDENTIFIER = re.compile(r"\b(?=\w*\d)\w{7,}\b")
"""A word of seven characters or more with a digit among them: what a FIN or a document number looks
like."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the files."""

    sources: Sources

    def of(self, source: str | None, copy: int = 0) -> str | None:
        """The file's name; its source where no name is known."""
        if source is None:
            return None
        names = self.sources.get(source, source)
        if isinstance(names, str):
            return names
        return names[min(copy, len(names) - 1)] if names else source

    def places(self, table: pa.Table) -> list[Place]:
        """The place of every row of a table with source, sheet, line, constituency and precinct."""
        unknown = [None] * table.num_rows
        has = set(table.column_names).__contains__
        columns = zip(
            table.column("source").to_pylist(),
            table.column("copy").to_pylist() if has("copy") else [0] * table.num_rows,
            table.column("sheet").to_pylist(),
            table.column("line").to_pylist() if has("line") else unknown,
            table.column("constituency").to_pylist(),
            table.column("precinct").to_pylist(),
            strict=True,
        )
        return [
            Place(constituency, precinct, self.of(source, copy), sheet, line)
            for source, copy, sheet, line, constituency, precinct in columns
        ]


def in_constituency(table: pa.Table, constituency: int | None) -> pa.Table:
    """The rows of one constituency, and those of which none is known: they must show somewhere."""
    if constituency is None:
        return table
    column = table.column("constituency")
    return table.filter(
        pc.or_kleene(pc.equal(column, constituency), pc.is_null(column))
    )


def rows_of(table: pa.Table, ids: pa.Array | pa.ChunkedArray) -> pa.Table:
    """One row for each id, in their order: the table's row with that ``entry_id``, else nulls."""
    # The table may hold a nation: first only the rows that are wanted, then by position.
    wanted = pc.unique(ids).drop_null()
    rows = table.filter(pc.is_in(table.column("entry_id"), value_set=wanted))
    return rows.take(row_of_each(ids, rows.column("entry_id")))


def written_names(entries: pa.Table) -> pa.ChunkedArray:
    """The name of each entry as written: its parts, or the full name where there are none."""
    joined = join_text([entries.column(name) for name in NAME_PARTS])
    return pc.coalesce(joined, entries.column("full_name"))


def birth_dates(entries: pa.Table, voters: pa.Table) -> list[Value]:
    """The birth date of each entry as far as it is known, else as it is written."""
    names = ("birth_year", "birth_month", "birth_day")
    parts = [voters.column(name).to_pylist() for name in names]
    written = entries.column("birth_date").to_pylist()
    return [
        text if year is None else Born(year, month, day)
        for text, year, month, day in zip(written, *parts, strict=True)
    ]


def mask(text: str) -> str:
    """An identifier with only its last three characters; of a shorter one nothing is shown."""
    return "\N{BULLET}" * 4 + (text[-3:] if len(text) > 3 else "")


def mask_row(text: str) -> str:
    """A cell of a row that was not understood, with everything masked that may be an identifier."""
    return _IDENTIFIER.sub(lambda match: mask(match.group()), text)
