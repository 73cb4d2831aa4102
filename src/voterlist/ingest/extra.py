"""Columns that only some registers have, beside those of an entry; and tables of a protocol."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import IngestSettings
from voterlist.errors import InputError
from voterlist.ingest.generic import first_sheet
from voterlist.ingest.headers import map_columns
from voterlist.ingest.lexicon import WORDS
from voterlist.ingest.place import cell_number
from voterlist.ingest.text import clean, fold
from voterlist.schemas import PROTOCOL, PROTOCOL_LINES, RawFile, RawSheet
from voterlist.tables import from_columns, map_unique, sort_by

REASON = frozenset(WORDS["register_columns"]["reason"])
"""Headers of the reason for a removal, as ``text.fold`` leaves them."""

FORMER_NAMES: dict[str, list[str]] = WORDS["former_names"]
"""Field -> headers of what it was before a change of name."""

_HEAD = 50
"""A header stands in one of the first so many rows."""


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
    key = ["source", "sheet", "line"]
    import pandas as pd  # noqa: PLC0415  it takes longer to load than all else here

    known = pd.concat(map(pd.DataFrame, parts), ignore_index=True).drop_duplicates(key)
    places = entries.select(key).to_pandas()
    places["sheet"] = places["sheet"].fillna("").astype(str)
    return pa.array(
        places.merge(known, on=key, how="left", validate="m:1")["text"],
        pa.string(),
        from_pandas=True,
    )


def _cells(
    file: RawFile, sheet: RawSheet, headers: Collection[str]
) -> dict[str, Any] | None:
    """source, sheet, line, text of the column under the first header that is one of these.

    None without one.
    """
    columns = [clean(_flat(column)) for column in sheet.cells.columns]
    for row in range(min(_HEAD, sheet.cells.num_rows)):
        for column in columns:
            text = column[row].as_py()
            if text is not None and fold(text) in headers:
                lines = np.asarray(sheet.lines)
                return {
                    "source": file.source,
                    "sheet": sheet.name or "",
                    "line": lines,
                    "text": column.to_pylist(),
                }
    return None


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return pa.chunked_array(column.chunks, pa.string()).combine_chunks()


# --- the protocol
# --------------------------------------------------------------------------------------

_LINE = re.compile(
    r"(?:line|setir|строка|стр)?\s*1\s*([abcdабвг]?)(?:\s*(?:setri|setir))?"
)
_LETTER = dict(zip("абвг", "abcd", strict=True))
_MOST_DIGITS = 18
"""A longer number is no count of voters, and has no room in a table."""
_TODO = (
    "Give a table with the headers constituency, precinct, 1, 1a, 1b, 1c, 1d"
    " and whole numbers in the lines."
)


def protocol(raw: RawFile) -> pa.Table:
    """The PROTOCOL table of the first sheet of a file; rows without any number are left out.

    Raises:
        InputError: the file could not be read, has no column of a line, or a line holds something
            that is no whole number; it names the line of the file.
    """
    sheet = first_sheet(raw, _TODO)
    cells = [clean(_flat(column)) for column in sheet.cells.columns]
    header, columns = _protocol_columns(cells, raw.name)
    written = {
        name: cells[column].slice(header + 1) for name, column in columns.items()
    }
    numbers = {
        name: _whole(written[name]) for name in written if name in PROTOCOL_LINES
    }
    numbers |= {
        name: map_unique(written[name], partial(cell_number, kind=name), pa.int32())
        for name in ("constituency", "precinct")
        if name in written
    }
    for name, column in numbers.items():
        unread = np.asarray(
            pc.and_(pc.is_valid(written[name]), pc.is_null(column)), dtype=bool
        )
        if unread.any():
            line = sheet.lines[header + 1 + int(np.argmax(unread))].as_py()
            raise InputError(
                f"the protocol has something in {name} that is no number",
                code="statistic-unreadable",
                file=raw.name,
                line=line,
                todo=_TODO,
            )
    has_number = np.logical_or.reduce(
        [
            np.asarray(numbers[name].is_valid(), dtype=bool)
            for name in numbers
            if "line" in name
        ]
    )
    table = from_columns(numbers, PROTOCOL, length=len(has_number)).filter(
        pa.array(has_number)
    )
    return sort_by(table, "constituency", "precinct", *PROTOCOL_LINES)


def _protocol_columns(cells: list[pa.Array], name: str) -> tuple[int, dict[str, int]]:
    """(the row of the header, the column of each line and of the place)."""
    for row in range(min(_HEAD, len(cells[0]) if cells else 0)):
        texts = [column[row].as_py() for column in cells]
        lines = {
            line: place
            for place, text in enumerate(texts)
            if text and (line := _line_of(text))
        }
        if {"line_1", "line_1a"} <= set(lines):
            matches = map_columns(texts, IngestSettings()).matches
            places = {
                match.role: match.column
                for match in matches
                if match.role in {"constituency", "precinct"}
            }
            return row, places | lines
    raise InputError(
        "the protocol has no columns 1 and 1a",
        code="header-unknown",
        file=name,
        todo=_TODO,
    )


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
