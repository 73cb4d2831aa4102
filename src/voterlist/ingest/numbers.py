"""Tables of numbers that other bodies send: statistics, and protocols of results.

They are few rows from one body: better refused than half used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.arrays import Bools
from voterlist.errors import InputError
from voterlist.ingest.added import clean_cells, headings_of
from voterlist.ingest.headers import map_columns
from voterlist.ingest.place import cell_number
from voterlist.ingest.text import fold
from voterlist.model import frozen
from voterlist.schemas import PROTOCOL, PROTOCOL_LINES, STATISTIC, RawFile
from voterlist.tables import from_columns, is_known, map_unique, sort_by

_PLACES = ("constituency", "precinct")

_Headings = Sequence[str | None]


@frozen
class _Numbers:
    """The first sheet of a file, below its headings and without blank rows."""

    cells: dict[str, pa.Array]
    """Clean text, by role."""
    lines: pa.Array
    file: str
    todo: str
    """What to give instead of a file that is refused."""

    def places(self) -> dict[str, pa.Array]:
        """The numbers of constituencies and precincts, null where a cell holds none."""
        return {
            name: map_unique(
                self.cells[name], partial(cell_number, kind=name), pa.int32()
            )
            for name in _PLACES
            if name in self.cells
        }

    def refuse(self, rows: Bools, message: str) -> None:
        """Refuse the file where there are such rows; names the line of the first.

        Raises:
            InputError: one of the rows is marked.
        """
        if rows.any():
            raise InputError(
                message,
                code="statistic-unreadable",
                file=self.file,
                line=self.lines[int(np.argmax(rows))].as_py(),
                todo=self.todo,
            )

    def refuse_unread(self, name: str, numbers: pa.Array, message: str) -> None:
        """The same where a cell holds something that was not read as a number."""
        self.refuse(is_known(self.cells[name]) & ~is_known(numbers), message)


def _read_numbers(
    raw: RawFile,
    roles_in: Callable[[_Headings], dict[str, int] | None],
    lacking: str,
    todo: str,
) -> _Numbers:
    """The numbers of a file.

    Args:
        raw: the file.
        roles_in: headings -> the column of each role; None where they are no headings.
        lacking: what is said of a file without headings.
        todo: what to give instead.

    Raises:
        InputError: it has no sheet that could be read, or no headings.
    """
    sheet = raw.sheets[0] if raw.sheets else None
    trouble = raw.trouble or (sheet.trouble if sheet else None)
    if sheet is None or trouble is not None:
        code = trouble or "file-empty"
        message = "the numbers cannot be read"
        raise InputError(message, code=code, file=raw.name, todo=todo)
    cells = clean_cells(sheet.cells)
    headings = headings_of(cells, roles_in)
    if headings is None:
        raise InputError(lacking, code="header-unknown", file=raw.name, todo=todo)
    row, columns = headings
    below = [column.slice(row + 1) for column in cells]
    filled = np.logical_or.reduce([is_known(column) for column in below])
    chosen = pa.array(np.flatnonzero(filled))
    body = {role: below[at].take(chosen) for role, at in columns.items()}
    lines = sheet.lines.slice(row + 1).take(chosen)
    return _Numbers(body, lines, raw.name, todo)


def statistics(raw: RawFile) -> pa.Table:
    """The STATISTIC table of the first sheet of a file.

    Its columns are constituency, precinct, measure and value. Rows that are wholly blank are left
    out. ``measure`` is in lower case.

    Raises:
        InputError: the file could not be read, lacks a column, or a row has no number where one
            must be; it names the line.
    """
    lacking = "the statistics lack one of the columns constituency, measure, value"
    numbers = _read_numbers(raw, _statistic_roles, lacking, _STATISTICS_TODO)
    places = numbers.places()
    values = {
        "constituency": places["constituency"],
        "measure": map_unique(numbers.cells["measure"], str.lower),
        "value": map_unique(numbers.cells["value"], _amount, pa.float64()),
    }
    for name, column in values.items():
        message = f"{column.null_count} rows of the statistics have no usable {name}"
        numbers.refuse(~is_known(column), message)
    if "precinct" in places:
        values["precinct"] = places["precinct"]
        message = "the statistics have a precinct that is no number"
        numbers.refuse_unread("precinct", values["precinct"], message)
    table = from_columns(values, STATISTIC, length=len(numbers.lines))
    return sort_by(table, "constituency", "precinct", "measure", "value")


_STATISTICS_TODO = (
    "Give a table with the headers constituency, precinct, measure, value"
    " and a number in each value."
)


def _statistic_roles(texts: _Headings) -> dict[str, int] | None:
    """The columns of these headings; None where one that is needed is not among them."""
    needed = {"constituency", "measure", "value"}
    columns: dict[str, int] = {}
    for match in map_columns(texts).matches:
        if match.role in needed | {"precinct"}:
            columns.setdefault(match.role, match.column)
    return columns if needed <= set(columns) else None


def _amount(text: str) -> float | None:
    """A number as written in any of the three languages: 1043, 1 043, 1 043,5 or 1,043.5."""
    plain = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if plain.count(",") == 1 and "." not in plain and len(plain.split(",")[1]) != 3:
        plain = plain.replace(",", ".")
    try:
        number = float(plain.replace(",", ""))
    except ValueError:
        return None
    return number if np.isfinite(number) else None


_LINE = re.compile(
    r"(?:line|setir|строка|стр)?\s*1\s*([abcdабвг]?)(?:\s*(?:setri|setir))?"
)
_LETTER = dict(zip("абвг", "abcd", strict=True))
_MOST_DIGITS = 18
"""A longer number is no count of voters, and has no room in a table."""
_PROTOCOL_TODO = (
    "Give a table with the headers constituency, precinct, 1, 1a, 1b, 1c, 1d"
    " and whole numbers in the lines."
)


def protocol(raw: RawFile) -> pa.Table:
    """The PROTOCOL table of the first sheet of a file; rows without any number are left out.

    Raises:
        InputError: the file could not be read, has no column of a line, or a line holds something
            that is no whole number; it names the line of the file.
    """
    lacking = "the protocol has no columns 1 and 1a"
    numbers = _read_numbers(raw, _protocol_roles, lacking, _PROTOCOL_TODO)
    lines = {
        name: _whole(column)
        for name, column in numbers.cells.items()
        if name in PROTOCOL_LINES
    }
    values = lines | numbers.places()
    for name, column in values.items():
        message = f"the protocol has something in {name} that is no number"
        numbers.refuse_unread(name, column, message)
    has_number = np.logical_or.reduce([is_known(column) for column in lines.values()])
    table = from_columns(values, PROTOCOL, length=len(has_number))
    kept = table.filter(has_number)
    return sort_by(kept, "constituency", "precinct", *PROTOCOL_LINES)


def _protocol_roles(texts: _Headings) -> dict[str, int] | None:
    """The columns of the lines and of the place; None where these are no headings of lines."""
    lines = {
        line: place
        for place, text in enumerate(texts)
        if text and (line := _line_of(text))
    }
    if not {"line_1", "line_1a"} <= set(lines):
        return None
    matches = map_columns(texts).matches
    places = {match.role: match.column for match in matches if match.role in _PLACES}
    return places | lines


def _line_of(text: str) -> str | None:
    """``line_1a`` for 1a, line 1a, sətir 1a, строка 1а; None for any other header."""
    match = _LINE.fullmatch(fold(text))
    return f"line_1{_LETTER.get(match[1], match[1])}" if match else None


def _whole(column: pa.Array) -> pa.Array:
    """Whole numbers, with or without blanks between the thousands."""

    def number(text: str) -> int | None:
        plain = re.sub(r"[\s\N{NO-BREAK SPACE}]", "", text).removesuffix(".0")
        is_number = plain.isascii() and plain.isdecimal() and len(plain) <= _MOST_DIGITS
        return int(plain) if is_number else None

    return map_unique(column, number, pa.int64())
