"""What each row of a sheet is.

An entry, or one of the rows around the entries, each with its code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.ingest.headers import ColumnMap
from voterlist.ingest.heading import Header, filled_cells, same_cells
from voterlist.ingest.place import NOWHERE, title_place
from voterlist.model import AsideCode
from voterlist.tables import join_text

__all__ = ["CODES", "ENTRY_ROW", "SheetRows", "classify", "code_number", "ends_a_list"]

ENTRY_ROW = -1
"""The code of a row that is an entry."""
CODES = tuple(AsideCode)
_NUMBER = {code: number for number, code in enumerate(CODES)}
_MOST_TITLE_CELLS = 4
_OF_A_VOTER = ("birth_date", "address", "document", "fin", "constituency", "precinct")
_TOTAL = (
    r"(?i)^\W*(?:№\W*)?"
    r"(?:(?:siyah[ıiİ]\pL*|m[əe]nt[əe]q\pL*|[üu]zr[əe]|daimi|по|списк\pL*|участк\pL*) )*"
    r"(?:c[əeә]m[iİı]|yekun|toplam|[üu]mum[iİı] (?:say|c[əeә]m)|"
    r"se[çc][iİ]c[iİ]l[əe]r[iİ]n (?:[üu]mum[iİı] )?say[ıiIİ]|"
    r"итого|всего|ҹәми|общее (?:число|количество)|total|sum|grand total|number of voters)"
    r"(?:[^\pL]|$)"
)
_SIGNATURE = (
    r"(?i)^\W*(?:s[əe]dr|kat[iİı]b|[üu]zv|[iİı]mza|m[öo]h[üu]r|m\.? ?y\.?|tar[iİ]x"
    r"|s[əe]h[iİ]f[əe]|qeyd|"
    r"председатель|секретарь|член|подпись|м\.? ?п\.?|дата|страница|стр|примечание|"
    r"chair|chairman|chairperson|secretary|member|signature|signed|date|stamp|seal|page|note)[ıiİIəea]?(?:[^\pL]|$)|"
    r"kom[iİ]ss[iİ]ya|комисси|commission"
)
_NOTE = r"(?i)^\s*(?:qeyd|примечани[ея]|note)\s*[:.\-–]"
"""A remark below or between the entries: Qeyd: ..., Примечание: ..."""
_PLACE_WORD = (
    r"(?i)m[əeә]nt[əeә][qгg]|da[iİи]r[əeә]|участ|округ"
    r"|precinct|polling station|constituency|msk|уик"
)
_FALSE = pa.scalar(value=False)
_Mask = npt.NDArray[np.bool_]
_Ints = npt.NDArray[np.int64]
_Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of one sheet, or of one list in it, classified."""

    codes: _Codes
    """ENTRY_ROW, or the position in CODES."""
    titles: dict[int, str]
    """The texts above and between the entries that may name a place, by row."""
    totals: dict[int, int]
    """The totals written below the entries, by row."""


def classify(
    raw: list[pa.Array], cells: list[pa.Array], header: Header | None, *, is_text: bool
) -> SheetRows:
    """What each row is.

    ``raw`` the columns as read (null where a row of text ends), ``cells`` the same cleaned.
    """
    rows = len(cells[0]) if cells else 0
    codes: _Codes = np.full(rows, ENTRY_ROW, dtype=np.int8)
    filled = filled_cells(cells)
    _mark(codes, filled == 0, AsideCode.BLANK_ROW)
    if header is None:
        _mark(codes, np.ones(rows, dtype=bool), AsideCode.HEADER_UNKNOWN)
        return SheetRows(codes, {}, {})
    for row in header.rows:
        _mark(codes, same_cells(cells, row), AsideCode.HEADER_ROW)
    above = np.arange(rows) < header.first
    # Voters above the first header are of a list whose header is missing: they must not pass for
    # titles.
    _mark(codes, above & _full_voters(cells, filled, header.map), AsideCode.HEADER_UNKNOWN)
    titles = _texts(cells, np.flatnonzero(above & (codes == ENTRY_ROW)))
    _mark(codes, above, AsideCode.TITLE_ROW)
    totals = _around(cells, codes, filled, header.map, titles)
    _mark_faulty(raw, cells, codes, header, is_text=is_text)
    return SheetRows(codes, titles, totals)


def ends_a_list(text: str) -> bool:
    """True for the text of a row below a list: its total, or a signature that names no place."""
    if pc.match_substring_regex(pa.scalar(text), _TOTAL).as_py():
        return True
    return (
        bool(pc.match_substring_regex(pa.scalar(text), _SIGNATURE).as_py())
        and title_place(text) == NOWHERE
    )


def code_number(code: AsideCode) -> int:
    """The number by which ``SheetRows.codes`` calls this code."""
    return _NUMBER[code]


def _mark(codes: _Codes, rows: _Mask, code: AsideCode) -> None:
    """The code for those of the rows that have none yet."""
    codes[rows & (codes == ENTRY_ROW)] = _NUMBER[code]


def _mask(column: pa.Array) -> _Mask:
    """A boolean column for numpy, null as False."""
    return np.asarray(column.fill_null(_FALSE), dtype=bool)


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
    """Marks totals, titles and signatures among the rows of few cells; returns the totals.

    A row of more than two cells with a name and, say, a birth date or an address in their columns
    is none of these.
    """
    is_voter = _voters(cells, filled, columns)
    bare = (codes == ENTRY_ROW) & (filled <= _MOST_TITLE_CELLS) & ~is_voter
    rows = np.flatnonzero(bare)
    if not len(rows):
        return {}
    joined = join_text([column.take(pa.array(rows)) for column in cells], "\t")
    is_total = _mask(pc.match_substring_regex(joined, _TOTAL))
    is_place = _mask(pc.match_substring_regex(joined, _PLACE_WORD)) & ~is_total
    is_signature = _mask(pc.match_substring_regex(joined, _SIGNATURE)) & ~is_total
    is_note = _mask(pc.match_substring_regex(joined, _NOTE)) & ~is_total
    totals: dict[int, int] = {}
    for position in np.flatnonzero(is_total | is_place | is_signature | is_note).tolist():
        row, text = int(rows[position]), joined[position].as_py()
        if is_total[position]:
            codes[row] = _NUMBER[AsideCode.TOTAL_ROW]
            if (number := _declared(text)) is not None:
                totals[row] = number
        elif is_note[position]:
            # A remark may tell of another precinct; it never says whose list this is.
            codes[row] = _NUMBER[AsideCode.TITLE_ROW]
        elif is_place[position] and title_place(text) != NOWHERE:
            codes[row] = _NUMBER[AsideCode.TITLE_ROW]
            titles[row] = text
        elif is_signature[position]:
            codes[row] = _NUMBER[AsideCode.TITLE_ROW]
    return totals


def _voters(cells: list[pa.Array], filled: _Ints, columns: ColumnMap) -> _Mask:
    """The rows of three or more cells with a name and, say, a birth date or an address."""
    about = [columns.columns(field) for field in _OF_A_VOTER]
    named = [columns.columns(field) for field in ("surname", "given_name", "full_name")]
    return _any_filled(cells, about) & _any_filled(cells, named) & (filled > 2)


def _full_voters(cells: list[pa.Array], filled: _Ints, columns: ColumnMap) -> _Mask:
    """The same, with a digit in one of those columns."""
    digits = np.zeros(len(filled), dtype=bool)
    for column in (column for field in _OF_A_VOTER for column in columns.columns(field)):
        digits |= _mask(pc.match_substring_regex(cells[column], r"\d"))
    return _voters(cells, filled, columns) & digits


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


def _mark_faulty(
    raw: list[pa.Array], cells: list[pa.Array], codes: _Codes, header: Header, *, is_text: bool
) -> None:
    """Marks rows that are too long, too short, or without a name."""
    width = max(
        (sum(column[row].is_valid for column in raw) for row in header.rows), default=len(cells)
    )
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
