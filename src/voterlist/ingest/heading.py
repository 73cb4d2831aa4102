"""Where the headers of a sheet stand, and what they say.

None, one, or a further one where another list begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.config.sections import IngestSettings
from voterlist.fields import NAMES
from voterlist.ingest.content import Shape, by_content, shapes
from voterlist.ingest.headers import ColumnMap, claims, map_columns
from voterlist.ingest.text import OF_THINGS, UNUSED, fold
from voterlist.model import frozen
from voterlist.tables import fits_each, is_known, mask_of

_HEAD_ROWS = 50
"""A header further down than this is not looked for."""
_NAME_HEADER = (
    r"(?i)soy ?ad|famil[iİ]ya|фамили|сојад|сояд|surname|last name|family name|full name"
    r"|^\W*f\.? ?[iİ]\.? ?o"
    r"|ф\.? ?и\.? ?о|^\W*s\.? ?a\.? ?a|^\W*(?:ad|ad[ıiIİ]|имя|name)\W*$"
)
"""What stands in every header: the word for a surname, a whole name, or a name."""
_SURE_ALONE = 0.98
"""The confidence of a header that is the only one of its list."""
_LEAST_BODY = 3
"""Columns of fewer rows than this are not told by their cells."""


@frozen
class Header:
    """The header of a list and its meaning. Rows are counted from 0 in the sheet.

    Attributes:
        rows: the rows it takes, the row of column numbers below it included; empty where the list
            has none.
        map: what its columns mean.
        texts: what each column is called; of a header of several rows, together.
        body: the first row below it; -1 where that is the row after its last one.
    """

    rows: tuple[int, ...]
    map: ColumnMap
    texts: tuple[str | None, ...] = ()
    body: int = -1

    @property
    def first(self) -> int:
        """The first row of the header, or of the list where it has none."""
        return self.rows[0] if self.rows else self.body

    @property
    def start(self) -> int:
        """The first row that may be an entry."""
        return self.body if self.body >= 0 else self.rows[-1] + 1

    @property
    def worth(self) -> tuple[int, float]:
        """How many columns it tells, and how surely."""
        confidences = [match.confidence for match in self.map.matches]
        return len(confidences), sum(confidences)

    def moved(self, by: int) -> Header:
        """The same header in a sheet that has so many rows more above it."""
        rows = tuple(row + by for row in self.rows)
        return replace(self, rows=rows, body=self.start + by)


_Texts = list[str | None]
"""The cells of a row, from the first column to the last."""
_Head = list[_Texts]
"""The first rows of a sheet."""


def find_header(head: _Head, settings: IngestSettings) -> Header | None:
    """The header among a sheet's first rows, None where there is none.

    It is the first row, or up to three rows together, that names the columns of a voter's name and
    at least one more, or of a full name alone.
    """
    head = head[:_HEAD_ROWS]
    for row, cells in enumerate(head):
        header = _try(head, (row,), settings)
        if header is None and _count_filled(cells) > 1:
            header = _lower_rows(head, row, settings)
        if header is None:
            continue
        for rows in ((row - 1, row), (row, row + 1), (row - 1, row, row + 1)):
            is_inside = rows[0] >= 0 and rows[-1] < len(head)
            is_extended = header.rows[0] == row and header.rows[-1] < row + 2
            if is_inside and is_extended:
                other = _try(head, rows, settings)
                if other and other.worth > header.worth:
                    header = other
        after = header.rows[-1] + 1
        if after < len(head) and _is_column_numbers(head[after]):
            header = replace(header, rows=(*header.rows, after))
        return header
    return None


def _count_filled(cells: _Texts) -> int:
    """How many cells hold something."""
    return sum(1 for cell in cells if cell)


def _lower_rows(head: _Head, row: int, settings: IngestSettings) -> Header | None:
    """The header that this row makes with the next one or two, where none of them does alone."""
    for last in (row + 1, row + 2):
        if last >= len(head) or _try(head, (last,), settings) is not None:
            return None
        if header := _try(head, tuple(range(row, last + 1)), settings):
            return header
    return None


def _try(head: _Head, rows: tuple[int, ...], settings: IngestSettings) -> Header | None:
    """The header that these rows make, or None."""
    texts = head[rows[0]]
    columns = map_columns(texts, settings)
    for position, row in enumerate(rows[1:], 1):
        upper = texts
        if position > 1:
            # A text that stands above several columns holds for each of them.
            above = head[rows[position - 1]]
            upper = [text or below for text, below in zip(texts, above, strict=True)]
        texts, columns = _stacked_rows(upper, head[row], settings)
    if columns.is_pinned():
        # A header of the settings makes this row the header; so their columns by letter count in it
        # too.
        columns = map_columns(texts, settings, positions=True)
    if not columns.has_name():
        return None
    is_name = columns.roles() <= {"full_name", "surname"}
    is_alone = is_name and _count_filled(texts) == 1
    if is_alone and columns.matches[0].confidence < _SURE_ALONE:
        return None
    if len(columns.matches) < 2 and not is_alone:
        return None
    return Header(rows, columns, tuple(texts))


def _stacked_rows(
    upper: _Texts, lower: _Texts, settings: IngestSettings
) -> tuple[_Texts, ColumnMap]:
    """The texts of a header of two rows, and its map.

    A heading above several columns holds for each of them. Each column takes what is understood
    best: the two texts together, the lower or the upper alone.
    """
    understood = map_columns(lower, settings).matches
    has_digits = any(re.search(r"\d", text or "") for text in lower)
    if has_digits or 2 * len(understood) < _count_filled(lower):
        # Not half of the lower cells are headers: that row is the first entry.
        return upper, ColumnMap(())
    above: str | None = None
    texts: _Texts = []
    for top, bottom in zip(upper, lower, strict=True):
        if top or not bottom:
            above = top
        both = f"{above} {bottom}" if above and bottom else None
        texts.append(_understood_best([both, bottom, top], settings))
    return texts, map_columns(texts, settings)


def _understood_best(choices: _Texts, settings: IngestSettings) -> str | None:
    """The header understood with the highest confidence, the first of equal ones."""
    best = None
    most = -1.0
    for choice in choices:
        if not choice:
            continue
        matches = claims([choice], settings)
        confidence = matches[0].confidence if matches else 0.0
        if confidence > most:
            best, most = choice, confidence
    return best


def _is_column_numbers(cells: _Texts) -> bool:
    """True for the row 1, 2, 3 ... that official forms have under the header."""
    filled = [cell for cell in cells if cell]
    numbers = [str(number) for number in range(1, len(filled) + 1)]
    return len(filled) >= 2 and filled == numbers


def filled_cells(cells: list[pa.Array]) -> Longs:
    """How many cells of each row hold something."""
    filled: Longs = np.zeros(len(cells[0]) if cells else 0, dtype=np.int64)
    for column in cells:
        filled += is_known(column)
    return filled


def any_match(
    cells: Sequence[pa.Array], columns: Iterable[int], patterns: Sequence[str]
) -> Bools:
    """The rows of which a cell in one of these columns fits all of the patterns."""
    chosen = [cells[column] for column in columns]
    if not chosen:
        return np.zeros(len(cells[0]), dtype=bool)
    first, *others = patterns
    cell_fits = fits_each(chosen, first)
    for pattern in others:
        # Most patterns fit no cell, and each that is asked takes as long as the first.
        if cell_fits.any():
            cell_fits &= fits_each(chosen, pattern)
    found: Bools = np.logical_or.reduce(cell_fits)
    return found


def same_cells(cells: list[pa.Array], row: int) -> Bools:
    """The rows that repeat every filled cell of this one: the header on each new page."""
    same = np.ones(len(cells[0]), dtype=bool)
    for column in cells:
        text = column[row].as_py()
        if text is not None:
            same &= mask_of(pc.equal(column, text))
    return same


def body_rows(filled: Longs, first: int, last: int, columns: int) -> Longs:
    """The rows of a range that are filled like entries of a list of this many columns.

    Args:
        filled: how many cells of each row hold something.
        first: the first row of the range.
        last: the row behind it.
        columns: how many columns the list has.
    """
    least = max(1, min(columns, 4) // 2 + columns // 4)
    return np.flatnonzero(filled[first:last] >= least) + first


def later_headers(
    cells: list[pa.Array], filled: Longs, first_header: Header, settings: IngestSettings
) -> list[Header]:
    """The headers of further lists in the same sheet: those that do not repeat the first.

    The first row of such a header holds the word for a surname or name and no digit. It makes a
    header by itself or with the rows below it.

    Args:
        cells: the columns of the sheet.
        filled: how many cells of each row hold something.
        first_header: that of the first list.
        settings: headers of the settings are known too.
    """
    candidates = _worded_rows(cells, filled, first_header)
    later: list[Header] = []
    for row in np.flatnonzero(candidates).tolist():
        if later and row < later[-1].start:
            continue
        last = min(row + 4, len(filled))
        window = [[column[at].as_py() for column in cells] for at in range(row, last)]
        header = find_header(window, settings)
        if header is None or header.first != 0:
            continue
        # At least half of the filled cells are headers: a voter may be called like one.
        matches = map_columns(window[0], settings).matches
        known = sum(1 for match in matches if match.confidence >= 0.9)
        if known >= 2 and 2 * known >= _count_filled(window[0]):
            later.append(header.moved(row))
    return later


def _worded_rows(cells: list[pa.Array], filled: Longs, header: Header) -> Bools:
    """The rows below a header with the word for a name, without a digit, unlike the header."""
    rows = len(filled)
    every = range(len(cells))
    worded = any_match(cells, every, (_NAME_HEADER,)) & (filled >= 2)
    worded &= np.arange(rows) >= header.start
    if not worded.any():
        return worded
    worded &= ~any_match(cells, every, (r"\d",))
    for row in header.rows:
        worded &= ~same_cells(cells, row)
    return worded


def headerless(
    cells: list[pa.Array], filled: Longs, settings: IngestSettings
) -> Header | None:
    """The list in a sheet without a readable header: columns pinned by place, or by content.

    A first row of words above columns of numbers or dates is a header in words not known.
    """
    some = filled[filled > 0]
    usual = int(np.median(some)) if len(some) else 0
    rows = np.flatnonzero(filled >= max(1, (usual + 1) // 2))
    pinned = map_columns([None] * len(cells), settings, positions=True)
    if not len(rows) or (len(rows) < _LEAST_BODY and not pinned.matches):
        return None
    looks = shapes(cells, rows, most=1000)
    numeric = [
        at for at, look in enumerate(looks) if look.enough and look["digit"] > 0.8
    ]
    heading = _unknown_heading(cells, rows, numeric)
    texts: tuple[str | None, ...] = (None,) * len(cells)
    if heading:
        texts = tuple(column[heading[0]].as_py() for column in cells)
    things = {
        at
        for at, text in enumerate(texts)
        if text and OF_THINGS.match(fold(text)) and not re.search(_NAME_HEADER, text)
    }
    unused = {*pinned.columns(UNUSED)}
    # Names under "worker" are the voters' where no other column holds any.
    for left_out in (unused | things, unused):
        told = [
            Shape(cells[at][:0]) if at in left_out else look
            for at, look in enumerate(looks)
        ]
        columns = _pinned_and_by_cells(pinned, by_content(told))
        if columns.has_name():
            break
    else:
        return None
    if not heading:
        return Header((), columns, texts, body=int(rows[0]))
    row = heading[0]
    below = [column[row + 1 : row + 2].to_pylist() for column in cells]
    if _is_column_numbers([*chain.from_iterable(below)]):
        heading = (row, row + 1)
    return Header(heading, columns, texts)


def _pinned_and_by_cells(pinned: ColumnMap, by_cells: ColumnMap) -> ColumnMap:
    """The pinned columns, and those told by their cells whose column and role are free."""
    columns = {match.column for match in pinned.matches}
    roles = pinned.roles()
    if roles & {"surname", "given_name", "full_name"}:
        roles |= {*NAMES}
    rest = [
        match
        for match in by_cells.matches
        if match.column not in columns and match.role not in roles
    ]
    return ColumnMap((*pinned.matches, *rest))


def _unknown_heading(
    cells: list[pa.Array], rows: Longs, numeric: list[int]
) -> tuple[int, ...]:
    """The first full row, if it has words where the rows below have digits, or stands alone."""
    first = int(rows[0])
    worded = 0
    for column in numeric:
        text = cells[column][first].as_py()
        if text and not re.search(r"\d", text) and re.search(r"[^\W_]{2}|№", text):
            worded += 1
    return (first,) if worded and worded >= min(2, len(numeric)) else ()
