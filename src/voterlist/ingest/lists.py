"""One sheet as handed in: its entries, its rows set aside, its balance and what was noticed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import IngestSettings
from voterlist.ingest.headers import ColumnMap
from voterlist.ingest.place import Place, cell_number, file_place, sheet_place, stated_kind, title_place
from voterlist.ingest.rows import CODES, ENTRY_ROW, Header, SheetRows, classify, find_header
from voterlist.ingest.rules import finding
from voterlist.ingest.text import clean
from voterlist.model import AsideCode, ListKind
from voterlist.schemas import ENTRY, ENTRY_FIELDS, LIST, SET_ASIDE, RawFile, RawSheet
from voterlist.tables import from_columns, join_text, map_unique

__all__ = ["Part", "entry_columns", "read_sheet", "troubled"]

_KINDS = ("constituency", "precinct")
_DAMAGED = "utf-8-damaged"
_Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one sheet, or one file that could not be read, adds to the intake. The entries have no id yet."""

    entries: pa.Table
    lists: pa.Table
    set_aside: pa.Table
    findings: list[dict[str, Any]] = field(default_factory=list)


def troubled(file: RawFile, sheet: str | None, trouble: AsideCode, constituency: int | None, copy: int) -> Part:
    """The part of a file, or of a sheet, that could not be read: it stands in every table, with no rows."""
    named = file_place(file.name)
    place = {"constituency": constituency or named.constituency, "precinct": named.precinct}
    common = {"source": [file.source], "sheet": [sheet], **{kind: [number] for kind, number in place.items()}}
    zero = {"rows": [0], "entries": [0], "set_aside": [0]}
    return Part(
        ENTRY.empty_table(),
        from_columns({**common, **zero, "list_kind": [str(stated_kind(file.name))]}, LIST),
        from_columns({**common, "copy": [copy], "line": [0], "code": [str(trouble)], "rows": [0]}, SET_ASIDE),
        [finding(trouble, source=file.source, sheet=sheet, **place)],
    )


def read_sheet(
    file: RawFile, sheet: RawSheet, settings: IngestSettings, constituency: int | None, copy: int = 0
) -> Part:
    """Every row of a sheet, as an entry or set aside.

    ``copy`` above 0: another file of this content was read already, so all rows are set aside.
    """
    raw = [column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column for column in sheet.cells.columns]
    cells = [clean(column) for column in raw]
    head = [list(row) for row in zip(*(column.slice(0, 60).to_pylist() for column in cells), strict=True)]
    header = find_header(head, settings)
    rows = classify(raw, cells, header, is_text=sheet.name is None)
    texts = [file.name, sheet.name or "", *rows.titles.values()]
    kind = next((kind for text in texts if (kind := stated_kind(text)) is ListKind.TEMPORARY), ListKind.PERMANENT)
    places = _Places(file, sheet, cells, rows, header, constituency)
    if copy:
        rows.codes[:] = CODES.index(AsideCode.DUPLICATE_FILE)
    part = Part(
        _entries(file, sheet, cells, rows, header, places, kind),
        _lists(file, sheet, rows, places, kind, copy),
        _set_aside(file, sheet, raw, rows, places, copy),
    )
    part.findings.extend(_noticed(file, sheet, rows, header, places, copy))
    if not copy:
        part.findings.extend(_damage(file, sheet, cells, rows, places))
    return part


class _Places:
    """The constituency and precinct of each row, 0 where unknown, and the evidence they were taken from.

    For the precinct the column wins over the title, the title over the names of sheet and file: what is nearest
    to the row. For the constituency the commission that received the file wins over everything.
    """

    def __init__(
        self,
        file: RawFile,
        sheet: RawSheet,
        cells: list[pa.Array],
        rows: SheetRows,
        header: Header | None,
        constituency: int | None,
    ) -> None:
        length = len(rows.codes)
        by_name = (sheet_place(sheet.name), file_place(file.name))
        self.unreadable: dict[str, int] = {}
        self.final: dict[str, _Ints] = {}
        self.evidence: dict[str, list[_Ints]] = {}
        titles = {row: title_place(text) for row, text in rows.titles.items()}
        is_entry = rows.codes == ENTRY_ROW
        for kind in _KINDS:
            in_column = self._column(kind, cells, header, is_entry)
            in_title = _titles(titles, kind, header.rows[0] if header else 0, length)
            sure = [np.full(length, _number(place, kind) if place.sure else 0) for place in by_name]
            bare = [np.full(length, 0 if place.sure else _number(place, kind)) for place in by_name]
            received = np.full(length, constituency or 0 if kind == "constituency" else 0)
            self.evidence[kind] = [received, *([in_column] if in_column is not None else []), in_title, *sure]
            final = np.zeros(length, dtype=np.int64)
            for known in (*self.evidence[kind], *bare):
                final = np.where(final > 0, final, known)
            self.final[kind] = final if in_column is None else _spread(final, is_entry)

    def _column(self, kind: str, cells: list[pa.Array], header: Header | None, is_entry: Any) -> _Ints | None:
        """The numbers in the sheet's own column, 0 where it has none; None without such a column."""
        columns = header.map.columns(kind) if header else ()
        if not columns:
            return None
        column = cells[columns[0]]
        numbers = map_unique(column, partial(cell_number, kind=kind), pa.int64())
        unread = np.asarray(pc.and_(pc.is_valid(column), pc.is_null(numbers)), dtype=bool) & is_entry
        if count := int(unread.sum()):
            self.unreadable[kind] = count
        return np.where(is_entry, np.asarray(pc.fill_null(numbers, 0), dtype=np.int64), 0)


def _number(place: Place, kind: str) -> int:
    """The place's number of this kind, 0 where it names none."""
    return (place.constituency if kind == "constituency" else place.precinct) or 0


def _titles(titles: dict[int, Place], kind: str, header_row: int, length: int) -> _Ints:
    """The number in force at each row: that of the last title above it.

    Where none is above, but all titles say the same, as where only the signatures name the precinct, that one.
    """
    numbers = np.zeros(length, dtype=np.int64)
    for row in sorted(titles, reverse=True):
        # Titles above the header hold from the first row on; of two, the upper one.
        if number := _number(titles[row], kind):
            numbers[0 if row < header_row else row] = number
    known = np.flatnonzero(numbers)
    if not len(known):
        return numbers
    last = np.searchsorted(known, np.arange(length), side="right") - 1
    first = numbers[known[0]] if len(set(numbers[known].tolist())) == 1 else 0
    return np.where(last >= 0, numbers[known[np.maximum(last, 0)]], first)


def _spread(final: _Ints, is_entry: Any) -> _Ints:
    """The rows around the entries take the place of the entry above, so that they count in its list."""
    if not is_entry.any():
        return final
    known = np.flatnonzero(is_entry)
    last = np.searchsorted(known, np.arange(len(final)), side="right") - 1
    spread: _Ints = final[known[np.maximum(last, 0)]]
    return spread


def entry_columns(cells: list[pa.Array], columns: ColumnMap) -> dict[str, pa.Array]:
    """The fields of ENTRY that these columns give; several columns of one field are joined."""
    found = {}
    for name in ENTRY_FIELDS:
        parts = columns.columns(name)
        if not parts:
            continue
        arrays = [cells[column] for column in parts]
        found[name] = _birth_date(arrays, columns) if name == "birth_date" else join_text(arrays)
    return found


def _birth_date(parts: list[pa.Array], columns: ColumnMap) -> pa.Array:
    """One text from a date and a year (the year where the date is blank), or from day, month and year."""
    roles = columns.roles()
    if {"birth_date", "birth_year"} <= roles:
        return pc.coalesce(*parts)
    if "birth_day" not in roles:
        return join_text(parts)
    day_known = pc.and_(pc.is_valid(parts[0]), pc.is_valid(parts[1]))
    return pc.if_else(day_known, join_text(parts, "."), parts[2])


def _entries(
    file: RawFile,
    sheet: RawSheet,
    cells: list[pa.Array],
    rows: SheetRows,
    header: Header | None,
    places: _Places,
    kind: ListKind,
) -> pa.Table:
    """The sheet's entries, with an empty id."""
    chosen = np.flatnonzero(rows.codes == ENTRY_ROW)
    if header is None or not len(chosen):
        return ENTRY.empty_table()
    taken = pa.array(chosen)
    count = len(chosen)
    columns: dict[str, Any] = {name: column.take(taken) for name, column in entry_columns(cells, header.map).items()}
    columns |= {place: _nulled(places.final[place][chosen]) for place in _KINDS}
    columns |= {"entry_id": pa.repeat("", count), "list_kind": pa.repeat(str(kind), count)}
    columns |= {"source": pa.repeat(file.source, count), "line": sheet.lines.take(taken)}
    columns["sheet"] = pa.repeat(sheet.name, count) if sheet.name is not None else None
    return from_columns(columns, ENTRY)


def _nulled(numbers: _Ints) -> pa.Array:
    """Numbers as a column, 0 as null."""
    return pa.array(numbers, pa.int32(), mask=numbers == 0)


def _groups(places: _Places, chosen: Any = slice(None)) -> tuple[_Ints, _Ints, _Ints, _Ints]:
    """(constituencies, precincts, the group of each row, the rows of each group) of the distinct places."""
    combined = places.final["constituency"][chosen] * 100_000 + places.final["precinct"][chosen]
    distinct, which, counts = np.unique(combined, return_inverse=True, return_counts=True)
    return distinct // 100_000, distinct % 100_000, which, counts


def _lists(file: RawFile, sheet: RawSheet, rows: SheetRows, places: _Places, kind: ListKind, copy: int) -> pa.Table:
    """The balance of each list in the sheet: usually one, more where titles or a column name more precincts."""
    constituencies, precincts, which, counts = _groups(places)
    entries = np.bincount(which[rows.codes == ENTRY_ROW], minlength=len(counts))
    # Of several totals of one list the last holds: those above it are of its pages.
    # A copy declares nothing: the first of its content has the same total to compare with.
    declared = {int(which[row]): rows.totals[row] for row in sorted(rows.totals) if not copy}
    columns = {
        "source": [file.source] * len(counts),
        "sheet": [sheet.name] * len(counts),
        "constituency": _nulled(constituencies),
        "precinct": _nulled(precincts),
        "list_kind": [str(kind)] * len(counts),
        "rows": counts,
        "entries": entries,
        "set_aside": counts - entries,
        "declared": pa.array([declared.get(group) for group in range(len(counts))], pa.int64()),
        "encoding": [sheet.encoding] * len(counts),
    }
    return from_columns(columns, LIST, length=len(counts))


def _set_aside(
    file: RawFile, sheet: RawSheet, raw: list[pa.Array], rows: SheetRows, places: _Places, copy: int
) -> pa.Table:
    """The rows that are no entries, with their cells as written."""
    chosen = np.flatnonzero(rows.codes != ENTRY_ROW)
    count = len(chosen)
    if not count:
        return SET_ASIDE.empty_table()
    words = pa.array([str(code) for code in CODES])
    columns: dict[str, Any] = {
        "source": pa.repeat(file.source, count),
        "copy": pa.repeat(pa.scalar(copy, pa.int32()), count),
        "sheet": pa.repeat(sheet.name, count) if sheet.name is not None else None,
        "line": sheet.lines.take(pa.array(chosen)),
        **{place: _nulled(places.final[place][chosen]) for place in _KINDS},
        "code": words.take(pa.array(rows.codes[chosen])),
        "rows": pa.repeat(pa.scalar(1, pa.int64()), count),
        "cells": _row_lists([column.take(pa.array(chosen)) for column in raw]),
    }
    return from_columns(columns, SET_ASIDE)


def _row_lists(columns: list[pa.Array]) -> pa.Array:
    """Columns turned into one list a row; what is null (the row had ended) is left out."""
    rows, width = len(columns[0]), len(columns)
    by_row = np.arange(rows * width).reshape(width, rows).T.ravel()
    values = pa.concat_arrays(columns).take(pa.array(by_row))
    lengths = np.asarray(pc.is_valid(values), dtype=bool).reshape(rows, width).sum(axis=1)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values.drop_null())


def _noticed(
    file: RawFile, sheet: RawSheet, rows: SheetRows, header: Header | None, places: _Places, copy: int
) -> list[dict[str, Any]]:
    """What is to be said of the sheet as a whole."""
    at = {"source": file.source, "sheet": sheet.name}
    where = _main_place(places)
    if copy:
        return [finding(AsideCode.DUPLICATE_FILE, **at, **where, value=float(len(rows.codes)))]
    if header is None:
        blank = CODES.index(AsideCode.BLANK_ROW)
        count = int((rows.codes != blank).sum())
        return [finding(AsideCode.HEADER_UNKNOWN, **at, **where, value=float(count))] if count else []
    found = [
        finding("place-unreadable", **at, **where, field=kind, value=float(count))
        for kind, count in places.unreadable.items()
    ]
    line = sheet.lines[header.rows[0]].as_py()
    found += [
        finding("header-guessed", **at, **where, line=line, field=match.field, value=match.column + 1.0, limit=share)
        for match in header.map.guessed()
        for share in (round(match.confidence, 3),)
    ]
    is_entry = rows.codes == ENTRY_ROW
    return found + _contradictions(at, places, is_entry) + _unknown(at, places, is_entry)


def _main_place(places: _Places) -> dict[str, int | None]:
    """The sheet's place, where all its rows have one."""
    constituencies, precincts, _, _ = _groups(places)
    one = len(precincts) == 1
    return {
        "constituency": int(constituencies[0]) or None if len(set(constituencies.tolist())) == 1 else None,
        "precinct": int(precincts[0]) or None if one else None,
    }


def _contradictions(at: dict[str, Any], places: _Places, is_entry: Any) -> list[dict[str, Any]]:
    """Each number that some evidence gives beside the one taken, once a sheet."""
    found = []
    for kind in _KINDS:
        taken = places.final[kind][is_entry]
        pairs: set[tuple[int, int, int]] = set()
        for evidence in places.evidence[kind]:
            other = evidence[is_entry]
            differs = (other > 0) & (other != taken)
            homes = places.final["constituency"][is_entry][differs]
            pairs |= set(zip(homes.tolist(), taken[differs].tolist(), other[differs].tolist(), strict=True))
        for home, chosen, other in sorted(pairs):
            where = {"constituency": home or None, "precinct": chosen if kind == "precinct" else None}
            found.append(
                finding("place-contradicted", **at, **where, field=kind, value=float(other), limit=float(chosen))
            )
    return found


def _unknown(at: dict[str, Any], places: _Places, is_entry: Any) -> list[dict[str, Any]]:
    """How many entries of the sheet have no place."""
    found = []
    for kind in _KINDS:
        if count := int((places.final[kind][is_entry] == 0).sum()):
            home = _main_place(places)["constituency"]
            found.append(finding(f"{kind}-unknown", **at, constituency=home, field=kind, value=float(count)))
    return found


def _damage(
    file: RawFile, sheet: RawSheet, cells: list[pa.Array], rows: SheetRows, places: _Places
) -> list[dict[str, Any]]:
    """How many entries hold a letter that was lost in the file."""
    if sheet.encoding != _DAMAGED:
        return []
    lost = np.zeros(len(rows.codes), dtype=bool)
    for column in cells:
        found = pc.match_substring(column, "\N{REPLACEMENT CHARACTER}")
        lost |= np.asarray(found.fill_null(pa.scalar(value=False)), dtype=bool)
    at = {"source": file.source, "sheet": sheet.name, "line": sheet.lines[int(np.argmax(lost))].as_py()}
    return [finding("encoding-damaged", **at, **_main_place(places), value=float(lost.sum()))]
