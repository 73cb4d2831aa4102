"""The sheets of a workbook as data; ``render.xlsx`` writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from voterlist.report.values import Place
from voterlist.report.words import Words

__all__ = [
    "Block",
    "Column",
    "Row",
    "SheetTable",
    "SheetValue",
    "columns_of",
    "place_cells",
    "place_columns",
]

SheetValue: TypeAlias = str | float | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its heading, its width in characters, and what its values are."""

    heading: str
    width: int
    kind: str = "text"
    """``text``, ``line`` (a text that is not wrapped), ``count``, ``decimal``, ``share``, ``bits``,
    ``probability``, ``day``, or ``label`` (a number that names and does not count)."""
    hidden: bool = False
    printed: bool = True
    """False keeps it and the columns after it off paper, where every column makes the print
    smaller."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Its values, and for each a mark (``differs``, ``spelling``, a severity) or an empty text.
    """

    values: Sequence[SheetValue]
    marks: Sequence[str] = ()
    band: bool = False
    first: bool = False
    """True draws a line above: a new group begins."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A sheet with one table: its name, the title and notes above the table, columns and rows."""

    name: str
    head: Sequence[str]
    """The title, then what a reader should know before the table."""
    columns: Sequence[Column]
    rows: Sequence[Row]
    none: str = ""
    """What stands below the headings where there is no row."""
    frozen: int = 0
    """How many columns at the left stay in sight."""


@dataclass(frozen=True, slots=True)
class Block:
    """A small table of the first sheet under a title; one without rows is left out."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[SheetValue]]


def columns_of(words: Words, *columns: tuple[str, int, str]) -> tuple[Column, ...]:
    """Columns out of (key of the heading in the catalogue, width, kind)."""
    return tuple(Column(words(key), width, kind) for key, width, kind in columns)


_PLACE_COLUMNS = (
    ("field.constituency", 11, "label"),
    ("field.precinct", 9, "label"),
    ("field.source", 18, "text"),
    ("field.sheet", 10, "text"),
    ("field.line", 7, "label"),
)


def place_columns(words: Words) -> tuple[Column, ...]:
    """The columns that say where an entry stands."""
    return columns_of(words, *_PLACE_COLUMNS)


def place_cells(place: Place) -> list[SheetValue]:
    """Where an entry stands, in the order of ``place_columns``."""
    return [
        place.constituency,
        place.precinct,
        place.file,
        place.sheet,
        place.line or None,
    ]
