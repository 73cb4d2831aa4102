"""What each row of a sheet is: an entry, or one of the rows around the entries, each with its code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import IngestSettings
from voterlist.ingest.headers import ColumnMap, map_columns
from voterlist.ingest.place import NOWHERE, title_place
from voterlist.model import AsideCode
from voterlist.tables import join_text

__all__ = ["CODES", "ENTRY_ROW", "Header", "SheetRows", "classify", "find_header"]

ENTRY_ROW = -1
"""The code of a row that is an entry."""
CODES = tuple(AsideCode)
_NUMBER = {code: number for number, code in enumerate(CODES)}
_HEAD_ROWS = 50
"""A header further down than this is not looked for."""
_MOST_TITLE_CELLS = 4
_OF_A_VOTER = ("birth_date", "address", "document", "fin", "constituency", "precinct")
_TOTAL = (
    r"(?i)^\W*(?:№\W*)?"
    r"(?:(?:siyah[ıiİ]\pL*|m[əe]nt[əe]q\pL*|[üu]zr[əe]|daimi|по|списк\pL*|участк\pL*) )*"
    r"(?:c[əeә]m[iİı]|yekun|toplam|[üu]mum[iİı] (?:say|c[əeә]m)|"
    r"se[çc][iİ]c[iİ]l[əe]r[iİ]n (?:[üu]mum[iİı] )?say[ıiIİ]|"
    r"итого|всего|ҹәми|общее (?:число|количество)|total|sum|grand total|number of voters)(?:[^\pL]|$)"
)
_SIGNATURE = (
    r"(?i)^\W*(?:s[əe]dr|kat[iİı]b|[üu]zv|[iİı]mza|m[öo]h[üu]r|m\.? ?y\.?|tar[iİ]x|s[əe]h[iİ]f[əe]|qeyd|"
    r"председатель|секретарь|член|подпись|м\.? ?п\.?|дата|страница|стр|примечание|"
    r"chair|chairman|chairperson|secretary|member|signature|signed|date|stamp|seal|page|note)[ıiİIəea]?(?:[^\pL]|$)|"
    r"kom[iİ]ss[iİ]ya|комисси|commission"
)
_PLACE_WORD = r"(?i)m[əeә]nt[əeә][qгg]|da[iİи]r[əeә]|участ|округ|precinct|polling station|constituency|msk|уик"
_FALSE = pa.scalar(value=False)
_Mask = np.ndarray[Any, np.dtype[np.bool_]]
_Ints = np.ndarray[Any, np.dtype[np.int64]]
_Codes = np.ndarray[Any, np.dtype[np.int8]]


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: the rows it takes (the row of column numbers below it included) and its meaning."""

    rows: tuple[int, ...]
    """Counted from 0 in the sheet."""
    map: ColumnMap


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of one sheet, classified."""

    codes: _Codes
    """ENTRY_ROW, or the position in CODES."""
    titles: dict[int, str]
    """The texts above and between the entries that may name a place, by row."""
    totals: dict[int, int]
    """The totals written below the entries, by row."""


def find_header(head: list[list[str | None]], settings: IngestSettings) -> Header | None:
    """The header among a sheet's first rows, None where there is none.

    It is the first row, or two rows together, that names the columns of a voter's name and at least one more,
    or of a full name alone.
    """
    head = head[:_HEAD_ROWS]
    for row, cells in enumerate(head):
        found = _try(head, (row,), settings)
        if found is None and not (sum(map(bool, cells)) > 1 and (found := _two_rows(head, row, settings))):
            continue
        for rows in ((row - 1, row), (row, row + 1)):
            if found.rows == (row,) and rows[0] >= 0 and rows[1] < len(head):
                found = _better(found, _try(head, rows, settings))
        after = found.rows[-1] + 1
        if after < len(head) and _is_column_numbers(head[after]):
            found = Header((*found.rows, after), found.map)
        return found
    return None


def _two_rows(head: list[list[str | None]], row: int, settings: IngestSettings) -> Header | None:
    """The header that this row and the next make together, where neither does alone."""
    if row + 1 >= len(head) or _try(head, (row + 1,), settings) is not None:
        return None
    return _try(head, (row, row + 1), settings)


def _better(one: Header, other: Header | None) -> Header:
    """The header that understands more columns; the first where they are equal."""
    return other if other is not None and len(other.map.matches) > len(one.map.matches) else one


def _try(head: list[list[str | None]], rows: tuple[int, ...], settings: IngestSettings) -> Header | None:
    """The header that these rows make, or None."""
    if len(rows) == 1:
        texts, found = head[rows[0]], map_columns(head[rows[0]], settings)
    else:
        texts, found = _stacked(head[rows[0]], head[rows[1]], settings)
    roles = found.roles()
    alone = roles <= {"full_name", "surname"} and sum(map(bool, texts)) == 1 and found.has_name()
    if alone and found.matches[0].confidence < 0.98:
        return None
    if not found.has_name() or (len(found.matches) < 2 and not alone):
        return None
    return Header(rows, found)


def _stacked(
    upper: list[str | None], lower: list[str | None], settings: IngestSettings
) -> tuple[list[str | None], ColumnMap]:
    """The texts of a header of two rows, a heading above several columns holding for each of them, and its map.

    Each column takes what is understood best: the two texts together, the lower or the upper alone.
    """
    understood = map_columns(lower, settings).matches
    if 2 * len(understood) < sum(map(bool, lower)) or any(re.search(r"\d", text or "") for text in lower):
        # Not half of the lower cells are headers: that row is the first entry.
        return upper, ColumnMap(())
    above: str | None = None
    texts: list[str | None] = []
    for top, bottom in zip(upper, lower, strict=True):
        above = top if top or not bottom else above
        choices = [f"{above} {bottom}" if above and bottom else None, bottom, top]
        scored = [
            (matches[0].confidence if (matches := map_columns([choice], settings).matches) else 0.0, -rank, choice)
            for rank, choice in enumerate(choices)
            if choice
        ]
        texts.append(max(scored)[2] if scored else None)
    return texts, map_columns(texts, settings)


def _is_column_numbers(cells: list[str | None]) -> bool:
    """True for the row 1, 2, 3 ... that official forms have under the header."""
    filled = [cell for cell in cells if cell]
    return len(filled) >= 2 and filled == [str(number) for number in range(1, len(filled) + 1)]


def classify(raw: list[pa.Array], cells: list[pa.Array], header: Header | None, *, is_text: bool) -> SheetRows:
    """What each row is.

    ``raw`` the columns as read (null where a row of text ends), ``cells`` the same cleaned.
    """
    rows = len(cells[0]) if cells else 0
    codes: _Codes = np.full(rows, ENTRY_ROW, dtype=np.int8)
    filled: _Ints = np.zeros(rows, dtype=np.int64)
    for column in cells:
        filled += _mask(pc.is_valid(column))
    _mark(codes, filled == 0, AsideCode.BLANK_ROW)
    if header is None:
        _mark(codes, np.ones(rows, dtype=bool), AsideCode.HEADER_UNKNOWN)
        return SheetRows(codes, {}, {})
    for row in header.rows:
        _mark(codes, _same_cells(cells, row), AsideCode.HEADER_ROW)
    above = np.arange(rows) < header.rows[0]
    titles = _texts(cells, np.flatnonzero(above & (codes == ENTRY_ROW)))
    _mark(codes, above, AsideCode.TITLE_ROW)
    totals = _around(cells, codes, filled, header.map, titles)
    _mark_faulty(raw, cells, codes, header, is_text=is_text)
    return SheetRows(codes, titles, totals)


def _mark(codes: _Codes, rows: _Mask, code: AsideCode) -> None:
    """The code for those of the rows that have none yet."""
    codes[rows & (codes == ENTRY_ROW)] = _NUMBER[code]


def _mask(column: pa.Array) -> _Mask:
    """A boolean column for numpy, null as False."""
    return np.asarray(column.fill_null(_FALSE), dtype=bool)


def _same_cells(cells: list[pa.Array], row: int) -> _Mask:
    """The rows that repeat every filled cell of this one: the header on each new page."""
    same = np.ones(len(cells[0]), dtype=bool)
    for column in cells:
        if (text := column[row].as_py()) is not None:
            same &= _mask(pc.equal(column, text))
    return same


def _texts(cells: list[pa.Array], rows: _Ints) -> dict[int, str]:
    """The cells of these rows as one text each."""
    if not len(rows):
        return {}
    joined = join_text([column.take(pa.array(rows)) for column in cells], "\t")
    return {int(row): text for row, text in zip(rows, joined.to_pylist(), strict=True) if text}


def _around(
    cells: list[pa.Array],
    codes: _Codes,
    filled: _Ints,
    columns: ColumnMap,
    titles: dict[int, str],
) -> dict[int, int]:
    """Marks totals, titles and signatures among the rows of few cells; returns the totals, adds to the titles.

    A row of more than two cells with a name and, say, a birth date or an address in their columns is none of these.
    """
    about = [columns.columns(field) for field in _OF_A_VOTER]
    named = [columns.columns(field) for field in ("surname", "given_name", "full_name")]
    is_voter = _any_filled(cells, about) & _any_filled(cells, named) & (filled > 2)
    bare = (codes == ENTRY_ROW) & (filled <= _MOST_TITLE_CELLS) & ~is_voter
    rows = np.flatnonzero(bare)
    if not len(rows):
        return {}
    joined = join_text([column.take(pa.array(rows)) for column in cells], "\t")
    is_total = _mask(pc.match_substring_regex(joined, _TOTAL))
    is_place = _mask(pc.match_substring_regex(joined, _PLACE_WORD)) & ~is_total
    is_signature = _mask(pc.match_substring_regex(joined, _SIGNATURE)) & ~is_total
    totals: dict[int, int] = {}
    for position in np.flatnonzero(is_total | is_place | is_signature).tolist():
        row, text = int(rows[position]), joined[position].as_py()
        if is_total[position]:
            codes[row] = _NUMBER[AsideCode.TOTAL_ROW]
            if (number := _declared(text)) is not None:
                totals[row] = number
        elif is_place[position] and title_place(text) != NOWHERE:
            codes[row] = _NUMBER[AsideCode.TITLE_ROW]
            titles[row] = text
        elif is_signature[position]:
            codes[row] = _NUMBER[AsideCode.TITLE_ROW]
    return totals


def _any_filled(cells: list[pa.Array], groups: list[tuple[int, ...]]) -> _Mask:
    """The rows with something in at least one of these columns."""
    filled = np.zeros(len(cells[0]), dtype=bool)
    for column in (column for group in groups for column in group):
        filled |= _mask(pc.is_valid(cells[column]))
    return filled


def _declared(text: str) -> int | None:
    """The first whole number of a row of totals: 1043, 1 043 or 1.043."""
    for cell in text.split("\t"):
        if match := re.search(r"\d{1,3}(?:[ .,]\d{3})+(?!\d)|\d+", cell):
            digits = re.sub(r"\D", "", match[0])
            return int(digits) if len(digits) <= 9 else None
    return None


def _mark_faulty(raw: list[pa.Array], cells: list[pa.Array], codes: _Codes, header: Header, *, is_text: bool) -> None:
    """Marks rows that are too long, too short, or without a name."""
    width = max(sum(column[row].is_valid for column in raw) for row in header.rows)
    if is_text and len(cells) > width:
        # In a text file one delimiter too many shifts the cells; in a workbook cells cannot shift.
        _mark(codes, _any_filled(cells, [tuple(range(width, len(cells)))]), AsideCode.ROW_TOO_LONG)
    names = [header.map.columns(field) for field in ("surname", "given_name", "full_name")]
    needed = [column for group in names for column in group]
    ends = np.logical_or.reduce([_mask(pc.is_null(raw[column])) for column in needed])
    _mark(codes, ends, AsideCode.ROW_TOO_SHORT)
    named = [*needed, *header.map.columns("patronymic")]
    blank = np.logical_and.reduce([_mask(pc.is_null(cells[column])) for column in named])
    _mark(codes, blank, AsideCode.NO_NAME)
