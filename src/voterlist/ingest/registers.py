"""What other bodies send of people and places: registers, and the streets of the precincts.

A register is told by the name of its file, its titles and its headings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.errors import InputError
from voterlist.ingest.added import clean_cells, headings_of, stood_at
from voterlist.ingest.content import ENOUGH
from voterlist.ingest.evidence import KINDS, column_numbers, with_titles
from voterlist.ingest.file_names import (
    NOT_NAMED,
    place_of_name,
    places_of_sheets,
)
from voterlist.ingest.findings import finding, findings_table
from voterlist.ingest.headers import match_header
from voterlist.ingest.heading import filled_cells, same_cells
from voterlist.ingest.place import NOWHERE, Place, title_place
from voterlist.ingest.survey import Survey
from voterlist.ingest.text import WORDS, fold
from voterlist.model import frozen
from voterlist.schemas import STREET_ROW, RawFile, RawSheet
from voterlist.tables import (
    concat,
    fits,
    from_columns,
    is_known,
    mask_of,
    row_of_each,
    sort_by,
)

# Columns that only some registers have, beside those of an entry.

REASON = frozenset(WORDS["register_columns"]["reason"])
"""Headers of the reason for a removal, as ``text.fold`` leaves them."""

FORMER_NAMES: dict[str, list[str]] = WORDS["former_names"]
"""Field -> headers of what it was before a change of name."""


def extra_column(
    files: Sequence[RawFile], headers: Collection[str], entries: pa.Table
) -> pa.Array:
    """The cell under one of these headers (as ``text.fold`` leaves them) of each entry (ENTRY).

    Null where none is.
    """
    parts = [
        part
        for file in files
        for sheet in file.sheets
        if (part := _cells(file, sheet, headers)) is not None
    ]
    if not parts:
        return pa.nulls(entries.num_rows, pa.string())
    known = pa.concat_tables(parts)
    rows = row_of_each(stood_at(entries), stood_at(known))
    return known.column("text").combine_chunks().take(rows)


def _cells(file: RawFile, sheet: RawSheet, headers: Collection[str]) -> pa.Table | None:
    """source, sheet, line, text of the column under the first header that is one of these.

    None without one.
    """
    cells = clean_cells(sheet.cells)

    def column_in(texts: Sequence[str | None]) -> dict[str, int]:
        found = [at for at, text in enumerate(texts) if text and fold(text) in headers]
        return {"text": found[0]} if found else {}

    headings = headings_of(cells, column_in)
    if headings is None:
        return None
    rows = len(sheet.lines)
    return pa.table(
        {
            "source": pa.repeat(file.source, rows),
            "sheet": pa.repeat(sheet.name or "", rows),
            "line": sheet.lines,
            "text": cells[headings[1]["text"]],
        }
    )


# The register of the precincts' streets, as handed in.
#
# Which streets and houses belong to which precinct.

_Cells = list[pa.Array]

_UNREAD = -1
_HEADERS: dict[str, str] = {
    word: role for role, words in WORDS["street_columns"].items() for word in words
}
"""Headings that stand in no voters' list, for they are of many streets or houses."""
_ROLES = {"address": "street", "house": "houses", "number": ""}
"""What the columns of a voters' list are here."""
_OF_VOTERS = "birth_date"
"""A column that every voters' list has, and no register of streets: the addresses of one prove
nothing of the other."""
_STREETS_TODO = (
    "Give a table with the headers precinct, street, houses,"
    " and constituency where the title does not name it."
)


@frozen
class StreetRows:
    """What a file of streets holds."""

    table: pa.Table
    """STREET_ROW, sorted by place in the file."""
    findings: pa.Table
    """FINDING: the rows that say no precinct or no street."""
    rows: int
    """How many rows there are below the headers, headers and titles not counted."""


def street_rows(raw: RawFile) -> StreetRows:
    """The streets in every sheet of a file that has a heading for them.

    A precinct, and a constituency, stands in the row, or in the row or title above it where the
    cell is blank, or in the name of the sheet, file or folder.

    Raises:
        InputError: the file could not be read, or no sheet has the headings.
    """
    if raw.trouble is not None:
        raise InputError(
            "the streets cannot be read",
            code=raw.trouble,
            file=raw.name,
            todo=_STREETS_TODO,
        )
    parts = [
        part
        for sheet in raw.sheets
        if sheet.trouble is None and (part := _sheet(raw, sheet))
    ]
    if not parts:
        code = next(
            (sheet.trouble for sheet in raw.sheets if sheet.trouble),
            "no-street-columns",
        )
        raise InputError(
            "no sheet has the columns of streets",
            code=code,
            file=raw.name,
            todo=_STREETS_TODO,
        )
    return StreetRows(
        sort_by(
            concat((part.table for part in parts), STREET_ROW),
            "source",
            "sheet",
            "line",
        ),
        concat((part.findings for part in parts), parts[0].findings.schema),
        sum(part.rows for part in parts),
    )


def _sheet(raw: RawFile, sheet: RawSheet) -> StreetRows | None:
    """The streets of one sheet; None where it has no headings of them."""
    cells = clean_cells(sheet.cells)
    headings = headings_of(cells, _columns_of_streets)
    if headings is None:
        return None
    header, columns = headings
    filled = filled_cells(cells)
    body = (np.arange(len(filled)) > header) & (filled > 0) & ~same_cells(cells, header)
    of_streets = (columns[role] for role in ("street", "settlement") if role in columns)
    named = filled_cells([*map(cells.__getitem__, of_streets)]) > 0
    titles = {}
    for row in np.flatnonzero(filled == 1).tolist():
        text = next(text for column in cells if (text := column[row].as_py()))
        if (place := title_place(text)) != NOWHERE:
            titles[row] = place
            body[row] = False
    places = {
        kind: _numbers(cells, columns, titles, body, header, kind) for kind in KINDS
    }
    for kind, numbers in places.items():
        numbers[numbers == 0] = _by_names(raw, sheet, kind)
    placed = np.logical_and.reduce([numbers > 0 for numbers in places.values()])
    chosen = np.flatnonzero(body & named & placed)
    taken = pa.array(chosen)
    values: dict[str, Any] = {
        role: cells[at].take(taken) for role, at in columns.items()
    }
    values |= {
        kind: pa.array(numbers[chosen], pa.int32()) for kind, numbers in places.items()
    }
    values |= {
        "source": pa.repeat(raw.source, len(chosen)),
        "sheet": pa.repeat(pa.scalar(sheet.name, pa.string()), len(chosen)),
        "line": sheet.lines.take(taken),
    }
    table = from_columns(values, STREET_ROW, length=len(chosen))
    return StreetRows(
        table, _unused_rows(raw, sheet, body, named, places), int(body.sum())
    )


def _by_names(raw: RawFile, sheet: RawSheet, kind: str) -> int:
    """The number of this kind that the name of the sheet says, else that of the file; else 0."""
    of_sheet = places_of_sheets([sheet.name])[sheet.name] if sheet.name else NOT_NAMED
    for reading in (of_sheet, place_of_name(raw.name)):
        number: int | None = getattr(reading, kind)
        if number and (kind != "precinct" or reading.doubt is None):
            return number
    return 0


def _columns_of_streets(texts: Sequence[str | None]) -> dict[str, int] | None:
    """The column of each role under headings that name streets, and precincts or houses."""
    columns: dict[str, int] = {}
    for at, text in enumerate(texts):
        if role := _role(text):
            columns.setdefault(role, at)
    has_streets = not columns.keys().isdisjoint(("street", "settlement"))
    has_places = not columns.keys().isdisjoint(("precinct", "houses"))
    is_of_streets = has_streets and has_places and _OF_VOTERS not in columns
    return columns if is_of_streets else None


def _role(text: str | None) -> str | None:
    """What a heading is taken for; None where it is of nothing that a register of streets needs."""
    if text is None:
        return None
    if known := _HEADERS.get(fold(text)):
        return known
    answer = match_header(text)
    role = _ROLES.get(answer.role, answer.role) if answer else ""
    return role if role in {*KINDS, *STREET_ROW.names, _OF_VOTERS} else None


def _numbers(
    cells: _Cells,
    columns: dict[str, int],
    titles: dict[int, Place],
    body: Bools,
    header: int,
    kind: str,
) -> Longs:
    """The number in force at each row.

    Of its cell, else of the cell or title above; 0 where none is, -1 unreadable.
    """
    numbers = np.zeros(len(body), dtype=np.int64)
    if kind in columns:
        column = cells[columns[kind]]
        numbers, _ = column_numbers(column, kind, body)
        numbers[body & is_known(column) & (numbers == 0)] = _UNREAD
    return with_titles(numbers, titles, kind, header)


def _unused_rows(
    raw: RawFile, sheet: RawSheet, body: Bools, named: Bools, places: dict[str, Longs]
) -> pa.Table:
    """FINDING: one a row that says no street, or of no precinct or constituency."""
    rows = []
    for row in np.flatnonzero(body).tolist():
        lacks = [kind for kind in KINDS if places[kind][row] <= 0] + (
            [] if named[row] else ["street"]
        )
        if lacks:
            where = {
                kind: int(places[kind][row]) for kind in KINDS if places[kind][row] > 0
            }
            at = {
                "source": raw.source,
                "sheet": sheet.name,
                "line": sheet.lines[row].as_py(),
            }
            rows.append(finding("street-row-unused", **at, **where, field=lacks[0]))
    return findings_table(rows)


def _kind_told(section: str, text: str) -> str | None:
    """The kind whose word of this section stands first in a text; None where none does."""
    kinds = [f"(?P<{kind}>{'|'.join(each)})" for kind, each in WORDS[section].items()]
    # Behind no letter; a year may be glued to it.
    found = re.search(rf"(?<![^\W\d_])(?:{'|'.join(kinds)})", fold(text))
    return str(found.lastgroup).replace("_", "-") if found else None


def register_named(name: str) -> str | None:
    """What the name of a file in the folder of registers says that it is."""
    return _kind_told("registers", name) or _kind_told("register_names", name)


_CALLED_VOTERS = re.compile(r"secici\w* siyahi(?:si)?\b|список избирател|voters'? list")
"""What a list of voters calls itself in its title."""
_OF_A_DAY = re.compile(r"tarix|gun\b|дат|date")
"""A word of the heading of a day."""
_SEVERAL = 2
"""One column of a whole list may tell since when a voter lives there; of where from too, none."""


def _are_others(former: pa.Array, names: Sequence[pa.Array]) -> bool:
    """True where a column has another surname of most voters, as lists have of few."""
    differs = fits(former, r"\pL{3}")
    for own in names:
        differs &= mask_of(pc.not_equal(former, own))
    several = len(former.filter(pa.array(differs)).unique())
    return several >= ENOUGH and 2 * differs.sum() > len(former)


def register_in(survey: Survey, *sections: str) -> str | None:
    """What a sheet is by its names, titles, and headings of columns mostly filled.

    By the words of these sections of ``headers.toml``; None where no word says so.
    """
    texts = [survey.file.name, survey.sheet.name]
    for section in survey.sections:
        # A remark below a list may say what was done with the dead.
        above = range(section.start, section.header.first)
        titles = [*filter(None, map(survey.rows.titles.get, above))]
        texts += titles
        is_called = any(_CALLED_VOTERS.search(fold(title)) for title in titles)
        headed = [
            (text, column)
            for text, column in zip(section.header.texts, survey.cells, strict=False)
            if text and column.null_count < len(column) / 2
        ]
        told = Counter(_kind_told("registers", text) for text, _ in headed)
        columns = section.header.map.columns
        is_list = bool(columns("birth_date")) and not survey.file.is_register
        has_homes = bool(columns("address"))
        own = [survey.cells[at] for at in columns("surname")]
        for text, column in headed:
            kind = _kind_told("registers", text)
            if not (
                is_list
                and (
                    (
                        kind == "arrivals"
                        and (is_called or told[kind] < _SEVERAL)
                        # When somebody came is what a register of arrivals says.
                        and (has_homes or not _OF_A_DAY.search(fold(text)))
                    )
                    or (kind == "name-changes" and not _are_others(column, own))
                )
            ):
                texts.append(text)
    kinds = (
        _kind_told(section, text) for text in texts for section in sections if text
    )
    return next(filter(None, kinds), None)
