"""The sheets of a workbook as data; ``render.xlsx`` writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from voterlist.report.values import Place
from voterlist.report.words import Words

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


_LONGEST = 32_767
"""Characters that a cell can hold, as UTF-16 counts them."""
_FORMULA_SIGNS = frozenset("=+-@＝＋－＠")
"""Signs, plain and full-width, with which a formula may begin."""
_BREAKS = frozenset("\t\r\n")
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def safe(text: str) -> str:
    """The text as a cell may hold it: an apostrophe stands before what could be a formula.

    Blanks before the sign are looked through, because a later export to CSV and back would drop
    them. What is too long for a cell ends with an ellipsis.
    """
    if text[:1] in _BREAKS or text.lstrip()[:1] in _FORMULA_SIGNS:
        text = "'" + text
    # A character may count twice, so half the length is always short enough.
    if len(text) <= _LONGEST // 2 or _units(text) <= _LONGEST:
        return text
    content = text.encode("utf-16-le", "surrogatepass")[: 2 * (_LONGEST - 1)]
    return content.decode("utf-16-le", "ignore") + _ELLIPSIS


def _units(text: str) -> int:
    """The length of a text as UTF-16 counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
