"""All that is understood of one sheet before anything is taken in.

Its lists, columns, rows and places.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from voterlist.config import IngestSettings, PinSettings
from voterlist.ingest.content import confirmed, is_person_like, is_side_by_side
from voterlist.ingest.evidence import KINDS, Places, column_numbers
from voterlist.ingest.headers import ColumnMatch, claims, map_columns
from voterlist.ingest.heading import (
    Header,
    body_rows,
    filled_cells,
    find_header,
    headerless,
    later_headers,
)
from voterlist.ingest.order import name_order
from voterlist.ingest.place import stated_kind
from voterlist.ingest.rows import ENTRY_ROW, SheetRows, classify, code_number, ends_a_list
from voterlist.ingest.shapes import shapes
from voterlist.ingest.text import clean
from voterlist.model import AsideCode, ListKind
from voterlist.schemas import RawFile, RawSheet

__all__ = ["Section", "Survey", "survey", "survey_file", "troubles"]

_Ints = npt.NDArray[np.int64]
_ABOVE = 6
"""So many rows above a further header may be its title."""


@dataclass(frozen=True, slots=True)
class Section:
    """One list in a sheet: its rows, from 0, and its header. A sheet has usually one."""

    start: int
    stop: int
    header: Header
    doubts: tuple[ColumnMatch, ...] = ()
    """The columns understood with less confidence than the settings ask for."""
    side_by_side: bool = False
    """Two lists stand beside each other under one header."""
    name_order: str | None = None
    """surname-first or surname-last, where whole names stand in one column and their order is
    certain."""

    @property
    def doubtful(self) -> bool:
        """True where nothing of it is to be taken in before a person has looked."""
        return bool(self.doubts) or self.side_by_side


@dataclass(frozen=True, slots=True)
class Survey:
    """One sheet understood.

    Nothing is changed afterwards but ``rows.codes``, where entries are set aside.
    """

    file: RawFile
    sheet: RawSheet
    copy: int
    """Above 0: another file of this content was read already, so all rows are set aside."""
    raw: list[pa.Array]
    cells: list[pa.Array]
    sections: tuple[Section, ...]
    """Empty where no header was found and the columns could not be told by their cells."""
    rows: SheetRows
    places: Places
    kind: ListKind
    person_like: bool
    """True where some column may hold people, though no header was found."""
    unreadable: dict[str, int] = field(default_factory=dict)
    """For each kind of place the entries whose cell holds no single number."""
    unused_pins: tuple[str, ...] = ()
    """The fields pinned for this file of which no column was found."""

    @property
    def doubtful(self) -> bool:
        """True where nothing of the sheet is taken in before a person has looked."""
        return any(section.doubtful for section in self.sections)

    def set_aside(self, rows: Any, code: AsideCode) -> None:
        """Set these entries aside, by a mask or by their numbers."""
        self.rows.codes[rows] = code_number(code)

    def entries(self) -> npt.NDArray[np.bool_]:
        """The rows that are entries."""
        is_entry: npt.NDArray[np.bool_] = self.rows.codes == ENTRY_ROW
        return is_entry


def survey(
    file: RawFile,
    sheet: RawSheet,
    settings: IngestSettings,
    constituency: int | None,
    copy: int = 0,
) -> Survey:
    """What a sheet is understood to be.

    ``copy`` above 0: another file of this content was read already, so all rows are set aside.
    """
    raw = [
        column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        for column in sheet.cells.columns
    ]
    cells = [clean(column) for column in raw]
    settings, only_here = _pinned_here(settings, file.name, sheet.name)
    filled = filled_cells(cells)
    sections = _sections(cells, filled, settings)
    rows = _classified(
        raw, cells, sections, is_text=sheet.name is None and file.format not in {"jsonl", "parquet"}
    )
    texts = [file.name, sheet.name or "", *rows.titles.values()]
    kind = next(
        (kind for text in texts if (kind := stated_kind(text)) is ListKind.TEMPORARY),
        ListKind.PERMANENT,
    )
    is_entry = rows.codes == ENTRY_ROW
    columns, unreadable = _place_columns(cells, sections, is_entry)
    first = sections[0].header.first if sections else 0
    places = Places((file.name, sheet.name), rows.titles, columns, is_entry, first, constituency)
    person_like = not sections and is_person_like(
        shapes(cells, np.flatnonzero(filled > 0), most=1000)
    )
    used = {
        match.role
        for section in sections
        for match in section.header.map.matches
        if match.how == "pinned"
    }
    unused = tuple(sorted(only_here - used)) if sections else ()
    found = Survey(
        file, sheet, copy, raw, cells, sections, rows, places, kind, person_like, unreadable, unused
    )
    if found.doubtful:
        found.set_aside(is_entry, AsideCode.MAPPING_DOUBTFUL)
    if copy:
        rows.codes[:] = code_number(AsideCode.DUPLICATE_FILE)
    return found


def _pinned_here(
    settings: IngestSettings, name: str, sheet: str | None
) -> tuple[IngestSettings, set[str]]:
    """The settings with the pins for this file and sheet among the columns.

    And the fields pinned for it alone.
    """
    here = [pin for pin in settings.pins if _fits(pin, name, sheet)]
    if not here:
        return settings, set()
    columns = dict(settings.columns)
    for pin in here:
        columns |= pin.columns
    return settings.model_copy(update={"columns": columns}), {
        field for pin in here for field in pin.columns
    }


def _fits(pin: PinSettings, name: str, sheet: str | None) -> bool:
    """True where the pattern fits the file's name or its path, and that for the sheet its name."""
    path = PurePosixPath(name)
    names = {path.name, *("/".join(path.parts[start:]) for start in range(len(path.parts)))}
    fits = any(fnmatchcase(each.casefold(), pin.files.casefold()) for each in names)
    return fits and fnmatchcase((sheet or "").casefold(), pin.sheet.casefold())


def _sections(
    cells: list[pa.Array], filled: _Ints, settings: IngestSettings
) -> tuple[Section, ...]:
    """The lists in a sheet, one below the other."""
    head = [
        list(row)
        for row in zip(*(column.slice(0, 60).to_pylist() for column in cells), strict=True)
    ]
    found = find_header(head, settings)
    if found is None:
        told = headerless(cells, filled, settings)
        return (_judged(told, cells, filled, 0, len(filled), settings),) if told else ()
    headers = [found, *later_headers(cells, filled, found, settings)]
    starts = [0]
    starts += [
        _title_start(later, cells, filled, above.start) for above, later in pairwise(headers)
    ]
    stops = [*starts[1:], len(filled)]
    return tuple(
        _judged(header, cells, filled, start, stop, settings)
        for header, start, stop in zip(headers, starts, stops, strict=True)
    )


def _title_start(header: Header, cells: list[pa.Array], filled: _Ints, least: int) -> int:
    """The first row of the title right above a further header.

    A title is made of rows of one cell, with blank rows between them.

    The total and the signatures of the list above are not among them. ``least``: the first row
    below its header.
    """
    start = row = header.first
    while row > least and header.first - row < _ABOVE and filled[row - 1] <= 1:
        row -= 1
        if filled[row]:
            text = next(text for column in cells if (text := column[row].as_py()))
            if ends_a_list(text):
                break
            start = row
    return start


def _judged(
    header: Header,
    cells: list[pa.Array],
    filled: _Ints,
    start: int,
    stop: int,
    settings: IngestSettings,
) -> Section:
    """The list under this header, its columns confirmed by their cells or doubted."""
    wide = (
        map_columns(header.texts, settings, positions=True, weak=True)
        if header.rows
        else header.map
    )
    if any(match.how == "content" for match in header.map.matches):
        columns = header.map
    else:
        rows = body_rows(filled, header.start, stop, len(wide.matches))
        columns = confirmed(wide, shapes(cells, rows))
    least = settings.least_confidence
    doubts = tuple(
        match
        for match in columns.matches
        if match.field not in {None, "entry_id"}
        and match.how != "pinned"
        and match.confidence < least
    )
    twice = bool(header.rows) and not any(match.how == "pinned" for match in columns.matches)
    twice = twice and is_side_by_side(claims(header.texts, settings))
    whole = [match.column for match in columns.matches if match.role == "full_name"]
    order = (
        name_order(cells[whole[0]].slice(header.start, stop - header.start))
        if len(whole) == 1
        else None
    )
    return Section(
        start, stop, replace(header, map=columns, body=header.start), doubts, twice, order
    )


def _classified(
    raw: list[pa.Array], cells: list[pa.Array], sections: tuple[Section, ...], *, is_text: bool
) -> SheetRows:
    """What each row of the sheet is, each list by its own header."""
    if not sections:
        return classify(raw, cells, None, is_text=is_text)
    parts = []
    titles: dict[int, str] = {}
    totals: dict[int, int] = {}
    for section in sections:
        length = section.stop - section.start
        cut = [
            [column.slice(section.start, length) for column in columns] for columns in (raw, cells)
        ]
        found = classify(cut[0], cut[1], section.header.moved(-section.start), is_text=is_text)
        parts.append(found.codes)
        titles |= {row + section.start: text for row, text in found.titles.items()}
        totals |= {row + section.start: number for row, number in found.totals.items()}
    return SheetRows(np.concatenate(parts), titles, totals)


def _place_columns(
    cells: list[pa.Array],
    sections: tuple[Section, ...],
    is_entry: npt.NDArray[np.bool_],
) -> tuple[dict[str, _Ints], dict[str, int]]:
    """(for each kind of place that has a column its numbers.

    The entries of each whose cell holds no single one).
    """
    found: dict[str, _Ints] = {}
    unreadable: dict[str, int] = {}
    for kind in KINDS:
        for section in sections:
            columns = section.header.map.columns(kind)
            if not columns:
                continue
            rows = slice(section.start, section.stop)
            cut = cells[columns[0]].slice(section.start, section.stop - section.start)
            numbers, unread = column_numbers(cut, kind, is_entry[rows])
            found.setdefault(kind, np.zeros(len(is_entry), dtype=np.int64))[rows] = numbers
            unreadable[kind] = unreadable.get(kind, 0) + unread
    return found, {kind: count for kind, count in unreadable.items() if count}


def troubles(file: RawFile) -> list[tuple[str | None, AsideCode]]:
    """(sheet, why) of what could not be read of a file; the sheet is None for the whole file."""
    if file.trouble is not None:
        return [(None, file.trouble)]
    if not file.sheets:
        return [(None, AsideCode.FILE_EMPTY)]
    return [(sheet.name, sheet.trouble) for sheet in file.sheets if sheet.trouble is not None]


def survey_file(
    file: RawFile, settings: IngestSettings, constituency: int | None, copy: int = 0
) -> list[Survey]:
    """Each sheet of a file that could be read.

    Sheets of notes beside a list, without a header and with nothing like people in them, are set
    aside as no list.
    """
    if file.trouble is not None:
        return []
    found = [
        survey(file, sheet, settings, constituency, copy)
        for sheet in file.sheets
        if sheet.trouble is None
    ]
    if any(one.sections for one in found):
        for one in found:
            if not one.sections and not one.person_like and not one.copy:
                one.set_aside(
                    one.rows.codes == code_number(AsideCode.HEADER_UNKNOWN), AsideCode.NO_LIST
                )
    return found
