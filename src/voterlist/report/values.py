"""The values of a report: how they are looked up by their ids, and how a language says them.

No value is a sentence. A value is a number, a day, a text of a list as somebody wrote it, or a
``Text`` that the catalogue renders. What a section alone says stands in its own folder.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.catalogue import catalogue
from voterlist.deadlines import Deadline
from voterlist.fields import BORN, NAME_PARTS, PLACE
from voterlist.model import Level, Owed, Precinct, Progress, Standing, frozen, null_last
from voterlist.tables import Column, join_text, row_of_each, rows_among


@frozen
class Text:
    """A key of the catalogue and what fills its places."""

    key: str
    places: tuple[tuple[str, Value], ...] = ()


@frozen
class Born:
    """A birth date as far as it is known."""

    year: int
    month: int | None = None
    day: int | None = None


Value = str | int | float | dt.date | Text | Born | None


@frozen
class Facts:
    """Whose report it is. ``constituency`` None: everything that the tables hold."""

    cycle: str
    level: Level
    constituency: int | None
    today: dt.date


@frozen
class Limits:
    """The size of a precinct, in voters, that the law names."""

    smallest_precinct: int = 50
    largest_precinct: int = 1500


@frozen
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


@frozen
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
        return self == Waiting()


@frozen
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
        return "overdue" if is_overdue else self.progress


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


@frozen
class Names:
    """The names of the files, and what is shown of identifiers."""

    sources: Sources
    mask_identifiers: bool = True
    """Show only the last three characters of FIN and document."""

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
        names = ("source", "copy", *PLACE, "sheet", "line")
        told = table.select([name for name in names if name in table.column_names])
        return [
            Place(
                row["constituency"],
                row["precinct"],
                self.of(row["source"], row.get("copy", 0)),
                row["sheet"],
                row.get("line"),
            )
            for row in told.to_pylist()
        ]


def in_constituency(table: pa.Table, constituency: int | None) -> pa.Table:
    """The rows of one constituency, and those of which none is known: they must show somewhere."""
    if constituency is None:
        return table
    column = table.column("constituency")
    return table.filter(
        pc.or_kleene(pc.equal(column, constituency), pc.is_null(column))
    )


def rows_of(table: pa.Table, ids: Column) -> pa.Table:
    """One row for each id, in their order: the table's row with that ``entry_id``, else nulls."""
    # The table may hold a nation: first only the rows that are wanted, then by position.
    rows = rows_among(table, "entry_id", ids)
    return rows.take(row_of_each(ids, rows.column("entry_id")))


def written_names(entries: pa.Table) -> pa.ChunkedArray:
    """The name of each entry as written: its parts, or the full name where there are none."""
    joined = join_text([entries.column(name) for name in NAME_PARTS])
    return pc.coalesce(joined, entries.column("full_name"))


def birth_dates(entries: pa.Table, voters: pa.Table) -> list[Value]:
    """The birth date of each entry as far as it is known, else as it is written."""
    parts = [voters.column(name).to_pylist() for name in BORN]
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


UNKNOWN = "\N{EN DASH}"
"""What stands for a value that is not known."""
_SURE = 0.999
"""The highest probability that is shown as a number."""


class Words:
    """Says values in one language: ``words(key)`` for the catalogue, ``words.say`` for a value."""

    def __init__(self, language: str) -> None:
        self._catalogue = catalogue(language)
        self.language = self._catalogue.language

    def __call__(self, key: str, **places: Value) -> str:
        """The catalogue's text; of a key that it lacks the key, so that nothing disappears."""
        if not places:
            return _plain(self.language, key)
        if not self.has(key):
            return key
        filled = {
            name: UNKNOWN if value is None else self.say(value)
            for name, value in places.items()
        }
        return self._catalogue(key, **filled)

    def has(self, key: str) -> bool:
        """True where the catalogue has this key."""
        return self._catalogue.has(key)

    def say(self, value: Value) -> str:
        """Any value as text; what is not known is an empty text."""
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, Text):
            return self(value.key, **dict(value.places))
        if isinstance(value, Born):
            return self._born(value)
        if isinstance(value, dt.date):
            return self.day(value)
        return self.number(value)

    def number(self, value: float, digits: int | None = None) -> str:
        """A number as the language writes it."""
        return self._catalogue.number(value, digits)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share (0 to 1) as a percentage."""
        return self._catalogue.percent(share, digits)

    def probability(self, value: float) -> str:
        """A probability as a percentage that never rounds up to certainty: ``> 99.9 %``."""
        if value > _SURE:
            return f">\N{NO-BREAK SPACE}{self.percent(_SURE)}"
        return self.percent(value)

    def day(self, value: dt.date) -> str:
        """A day in digits: 2026-02-03, in Azerbaijani 03.02.2026."""
        parts = {
            "yyyy": f"{value.year:04d}",
            "mm": f"{value.month:02d}",
            "dd": f"{value.day:02d}",
        }
        return self("report.date.short", **parts)

    def long_day(self, value: dt.date) -> str:
        """A day with its month in letters: 3 February 2026, 3 fevral 2026."""
        month = self(f"report.month.{value.month}")
        return self(
            "report.date.long", day=str(value.day), month=month, year=str(value.year)
        )

    def place(self, place: Place | str, home: int | None = None) -> str:
        """A place in one line: precinct, file, sheet and line, as far as known; an id as it is.

        The constituency comes first where it is not ``home``, the one whose report it is.
        """
        if isinstance(place, str):
            return place
        parts = []
        if place.constituency is not None and place.constituency != home:
            parts.append(
                self("report.place.constituency", number=str(place.constituency))
            )
        if place.precinct is not None:
            parts.append(self("report.place.precinct", number=str(place.precinct)))
        if place.file:
            parts.append(place.file)
        if place.sheet:
            parts.append(self("report.place.sheet", sheet=place.sheet))
        if place.line:
            parts.append(self("report.place.line", line=str(place.line)))
        return ", ".join(parts)

    @functools.cache  # noqa: B019  one Words lives as long as one report is written
    def _born(self, value: Born) -> str:
        year = f"{value.year:04d}"
        if value.month is None:
            return year
        month = f"{value.month:02d}"
        if value.day is None:
            return self("report.date.month", yyyy=year, mm=month)
        return self("report.date.short", yyyy=year, mm=month, dd=f"{value.day:02d}")


@functools.cache
def _plain(language: str, key: str) -> str:
    """The text of a key without places; the key where the catalogue lacks it."""
    texts = catalogue(language)
    return texts(key) if texts.has(key) else key


def title_of(facts: Facts, words: Words, area: str = "report.") -> str:
    """The report's title: the constituency, or what its area says of all, and the cycle."""
    if facts.constituency is None:
        return words(f"{area}title.all", cycle=facts.cycle)
    return words("report.title", number=str(facts.constituency), cycle=facts.cycle)
