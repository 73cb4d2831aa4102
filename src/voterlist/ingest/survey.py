"""All that is understood of one sheet before anything is taken in.

Its lists, columns, rows and places.
"""

from __future__ import annotations

from dataclasses import field, replace
from fnmatch import fnmatchcase
from itertools import chain, pairwise
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.config.sections import IngestSettings, PinSettings
from voterlist.ingest.content import (
    confirm_columns,
    doubt_halves,
    is_person_like,
    is_side_by_side,
    shapes,
    with_untold,
)
from voterlist.ingest.evidence import KINDS, Places, column_numbers
from voterlist.ingest.file_names import (
    NOT_NAMED,
    NamedPlace,
    Territory,
    places_of_sheets,
)
from voterlist.ingest.headers import ColumnMap, ColumnMatch, claims, map_columns
from voterlist.ingest.heading import (
    Header,
    any_match,
    body_rows,
    filled_cells,
    find_header,
    headerless,
    later_headers,
)
from voterlist.ingest.order import name_order
from voterlist.ingest.persons import has_signs
from voterlist.ingest.place import NOWHERE, stated_kind, title_place
from voterlist.ingest.rows import (
    ENTRY_ROW,
    PLACE_WORD,
    SIGNATURE,
    Marks,
    SheetRows,
    classify,
    code_number,
    ends_a_list,
    joined_cells,
)
from voterlist.ingest.text import FIELD_OF, TITLE_WORDS, UNUSED, clean, fold
from voterlist.model import AsideCode, ListKind, frozen
from voterlist.schemas import RawFile, RawSheet
from voterlist.tables import fits, one_array

_ABOVE = 6
"""So many rows above a further header may be its title."""
_FIRST_ROWS = 60
"""A header stands in one of so many, or where the word for a name is."""
_LEAST_SIDEWAYS = 3
"""Headings below each other that no list of people has."""


@frozen
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


@frozen
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

    def entries(self) -> Bools:
        """The rows that are entries."""
        is_entry: Bools = self.rows.codes == ENTRY_ROW
        return is_entry


def survey(
    file: RawFile,
    sheet: RawSheet,
    settings: IngestSettings,
    constituency: int | None,
    names: tuple[NamedPlace, NamedPlace] = (NOT_NAMED, NOT_NAMED),
    copy: int = 0,
) -> Survey:
    """What a sheet is understood to be.

    ``names`` are what the names of file and sheet say. ``copy`` above 0: another file of this
    content was read already, so all rows are set aside.
    """
    raw = [one_array(column) for column in sheet.cells.columns]
    settings, only_here = _pinned_here(settings, file.name, sheet.name)
    if file.is_ours:
        cells = [pc.if_else(pc.equal(column, ""), None, column) for column in raw]
        sections, rows = _as_compiled(cells)
        only_here = set()
    else:
        cells = [clean(column) for column in raw]
        filled = filled_cells(cells)
        marks = Marks.of(sheet, file.format)
        # So many rows at the top of a document are text far above its first table.
        is_outside = marks.outside
        above = len(is_outside) if is_outside.all() else int(np.argmin(is_outside))
        preamble = max(0, above - _ABOVE)
        sections = _sections(
            cells, filled, settings, preamble, is_register=file.is_register
        )
        is_text = sheet.delimiter is not None
        rows = _classified_rows(raw, cells, sections, marks, is_text=is_text)
    is_entry = rows.codes == ENTRY_ROW
    columns, unreadable = _place_columns(cells, sections, is_entry)
    first = sections[0].header.first if sections else 0
    places = Places(names, rows.titles, columns, is_entry, first, constituency)
    person_like = False
    unused: tuple[str, ...] = ()
    if sections:
        matches = chain.from_iterable(
            section.header.map.matches for section in sections
        )
        pinned = {match.role for match in matches if match.how == "pinned"}
        unused = tuple(sorted(only_here - pinned))
    else:
        person_like = _is_of_persons(cells) or _is_sideways(cells)
    result = Survey(
        file=file,
        sheet=sheet,
        copy=copy,
        raw=raw,
        cells=cells,
        sections=sections,
        rows=rows,
        places=places,
        kind=_list_kind([file.name, sheet.name or "", *rows.titles.values()]),
        person_like=person_like,
        unreadable=unreadable,
        unused_pins=unused,
    )
    if result.doubtful:
        result.set_aside(is_entry, AsideCode.MAPPING_DOUBTFUL)
    if copy:
        rows.codes[:] = code_number(AsideCode.DUPLICATE_FILE)
    return result


def _is_of_persons(cells: list[pa.Array]) -> bool:
    """True where some column may hold people: not whose list it is, nor who signs it."""
    filled = filled_cells(cells)
    is_title = (filled == 1) & any_match(cells, range(len(cells)), (PLACE_WORD,))
    rows = np.flatnonzero((filled > 0) & ~is_title)
    rows = rows[~fits(joined_cells(cells, rows), SIGNATURE)]
    return is_person_like(shapes(cells, rows, most=1000))


def _is_sideways(cells: list[pa.Array]) -> bool:
    """True where headings stand below each other, and beside them what persons have.

    Each person of such a sheet is a column, and each field a row.
    """
    columns = [column.slice(0, _FIRST_ROWS).to_pylist() for column in cells]
    maps = map(map_columns, columns)
    is_headed = any(
        header_map.has_name() and len(header_map.matches) >= _LEAST_SIDEWAYS
        for header_map in maps
    )
    texts = filter(None, chain.from_iterable(columns))
    return is_headed and has_signs("\n".join(texts), least=2)


def _as_compiled(cells: list[pa.Array]) -> tuple[tuple[Section, ...], SheetRows]:
    """The one list of a file of ours: each row below the names of its columns is an entry.

    What a cell holds says nothing about its row: the rows of the list were counted and signed.
    """
    names = [column[0].as_py() for column in cells]
    matches = (
        ColumnMatch(at, name, name if name in FIELD_OF else UNUSED, 1.0, "known")
        for at, name in enumerate(names)
    )
    header = Header((0,), ColumnMap(tuple(matches)), tuple(names))
    codes = np.full(len(cells[0]), ENTRY_ROW, dtype=np.int8)
    codes[0] = code_number(AsideCode.HEADER_ROW)
    return (Section(0, len(codes), header),), SheetRows(codes, {}, {})


def _list_kind(texts: list[str]) -> ListKind:
    """Temporary where one of the texts says so, else permanent."""
    if any(stated_kind(text) is ListKind.TEMPORARY for text in texts):
        return ListKind.TEMPORARY
    return ListKind.PERMANENT


def _pinned_here(
    settings: IngestSettings, name: str, sheet: str | None
) -> tuple[IngestSettings, set[str]]:
    """(the settings with the pins for this file and sheet, the fields pinned for it alone)."""
    here = [pin for pin in settings.pins if _fits(pin, name, sheet)]
    if not here:
        return settings, set()
    columns = dict(settings.columns)
    only_here: set[str] = set()
    for pin in here:
        columns |= pin.columns
        only_here |= pin.columns.keys()
    return settings.model_copy(update={"columns": columns}), only_here


def _fits(pin: PinSettings, name: str, sheet: str | None) -> bool:
    """True where the pattern fits the file's name or its path, and that for the sheet its name."""
    path = PurePosixPath(name)
    names = {path.name}
    for start in range(len(path.parts)):
        names.add("/".join(path.parts[start:]))
    file_pattern = pin.files.casefold()
    sheet_pattern = pin.sheet.casefold()
    file_fits = any(fnmatchcase(each.casefold(), file_pattern) for each in names)
    return file_fits and fnmatchcase((sheet or "").casefold(), sheet_pattern)


def _sections(
    cells: list[pa.Array],
    filled: Longs,
    settings: IngestSettings,
    preamble: int,
    *,
    is_register: bool,
) -> tuple[Section, ...]:
    """The lists in a sheet, one below the other; no header is looked for in the preamble."""
    heads = [column.slice(preamble, _FIRST_ROWS).to_pylist() for column in cells]
    head = [list(row) for row in zip(*heads, strict=True)]
    first = find_header(head, settings)
    if first is not None:
        first = first.moved(preamble)
        headers = [first, *later_headers(cells, filled, first, settings)]
    else:
        # A header far below is that of a further list, or long notes stand above it.
        headers = later_headers(
            cells, filled, Header((), ColumnMap(()), body=0), settings
        )
        top = headers[0].first if headers else len(filled)
        own = [column.slice(0, top) for column in cells]
        by_content = headerless(own, filled[:top], settings)
        is_of_persons = _is_of_persons(own)
        if by_content is not None and (is_of_persons or by_content.map.is_pinned()):
            headers = [by_content, *headers]
        elif not headers or is_of_persons:
            return ()
    starts = [0]
    for above, header in pairwise(headers):
        starts.append(_title_start(header, above, cells, filled))
    stops = [*starts[1:], len(filled)]
    sections = []
    for header, start, stop in zip(headers, starts, stops, strict=True):
        section = _judged_section(
            header, cells, filled, start, stop, settings, is_register=is_register
        )
        sections.append(section)
    return tuple(sections)


def _title_start(
    header: Header, above: Header, cells: list[pa.Array], filled: Longs
) -> int:
    """The first row of the title right above a further header.

    A title is made of rows of one cell, with blank rows between them. The total and the signatures
    of the list above are not among them, nor the voters of a list of one column.
    """
    is_bare = len(above.map.matches) == 1
    start = row = header.first
    while row > above.start and header.first - row < _ABOVE and filled[row - 1] <= 1:
        row -= 1
        if not filled[row]:
            continue
        text = next(filter(None, (column[row].as_py() for column in cells)))
        is_told = title_place(text) != NOWHERE or TITLE_WORDS & {*fold(text).split()}
        if ends_a_list(text) or (is_bare and not is_told):
            break
        start = row
    return start


def _judged_section(
    header: Header,
    cells: list[pa.Array],
    filled: Longs,
    start: int,
    stop: int,
    settings: IngestSettings,
    *,
    is_register: bool,
) -> Section:
    """The list under this header, its columns confirmed by their cells or doubted."""
    columns = header.map
    if header.rows:
        columns = map_columns(header.texts, settings, positions=True, weak=True)
    if any(match.how == "content" for match in header.map.matches):
        columns = header.map
    else:
        rows = body_rows(filled, header.start, stop, len(columns.matches))
        looks = shapes(cells, rows)
        columns = confirm_columns(columns, looks)
        if not is_register:
            columns = with_untold(columns, looks, header.texts)
        others = claims(header.texts, settings)
        columns = doubt_halves(columns, others, cells, rows)
    return Section(
        start=start,
        stop=stop,
        header=replace(header, map=columns, body=header.start),
        doubts=_doubts(columns, settings.least_confidence),
        side_by_side=_side_by_side(header, columns, settings),
        name_order=_name_order(columns, cells, header.start, stop),
    )


def _doubts(columns: ColumnMap, least: float) -> tuple[ColumnMatch, ...]:
    """The columns of an entry's fields that are less sure than ``least`` and not pinned."""
    doubts = []
    for match in columns.matches:
        is_used = match.field not in {None, "entry_id"} and match.how != "pinned"
        if is_used and match.confidence < least:
            doubts.append(match)
    return tuple(doubts)


def _side_by_side(header: Header, columns: ColumnMap, settings: IngestSettings) -> bool:
    """True where two lists stand beside each other under one header and no column is pinned."""
    if not header.rows or any(
        match.how == "pinned" and match.field for match in columns.matches
    ):
        return False
    return is_side_by_side(claims(header.texts, settings))


def _name_order(
    columns: ColumnMap, cells: list[pa.Array], start: int, stop: int
) -> str | None:
    """The order of the parts of whole names, where they stand in one column."""
    whole = [match.column for match in columns.matches if match.role == "full_name"]
    if len(whole) != 1:
        return None
    return name_order(cells[whole[0]].slice(start, stop - start))


def _classified_rows(
    raw: list[pa.Array],
    cells: list[pa.Array],
    sections: tuple[Section, ...],
    marks: Marks,
    *,
    is_text: bool,
) -> SheetRows:
    """What each row of the sheet is, each list by its own header."""
    if not sections:
        return classify(raw, cells, None, marks, is_text=is_text)
    codes = []
    titles: dict[int, str] = {}
    totals: dict[int, int] = {}
    for section in sections:
        start = section.start
        length = section.stop - start
        own_raw = [column.slice(start, length) for column in raw]
        own_cells = [column.slice(start, length) for column in cells]
        rows = classify(
            own_raw,
            own_cells,
            section.header.moved(-start),
            marks.part(start, section.stop),
            is_text=is_text,
            is_doubtful=section.doubtful,
        )
        codes.append(rows.codes)
        titles |= {row + start: text for row, text in rows.titles.items()}
        totals |= {row + start: number for row, number in rows.totals.items()}
    return SheetRows(np.concatenate(codes), titles, totals)


def _place_columns(
    cells: list[pa.Array],
    sections: tuple[Section, ...],
    is_entry: Bools,
) -> tuple[dict[str, Longs], dict[str, int]]:
    """(numbers of the rows, count of entries without a single number), by kind of place.

    Only the kinds that have a column, and only the counts that are not 0.
    """
    numbers_of: dict[str, Longs] = {}
    unreadable: dict[str, int] = {}
    for kind in KINDS:
        for section in sections:
            columns = section.header.map.columns(kind)
            if not columns:
                continue
            rows = slice(section.start, section.stop)
            own_cells = cells[columns[0]].slice(
                section.start, section.stop - section.start
            )
            numbers, unread = column_numbers(own_cells, kind, is_entry[rows])
            if kind not in numbers_of:
                numbers_of[kind] = np.zeros(len(is_entry), dtype=np.int64)
            numbers_of[kind][rows] = numbers
            if unread:
                unreadable[kind] = unreadable.get(kind, 0) + unread
    return numbers_of, unreadable


def troubles(file: RawFile) -> list[tuple[str | None, AsideCode]]:
    """(sheet, why) of what could not be read of a file; the sheet is None for the whole file."""
    if file.trouble is not None:
        return [(None, file.trouble)]
    if not file.sheets:
        return [(None, AsideCode.FILE_EMPTY)]
    return [
        (sheet.name, sheet.trouble)
        for sheet in file.sheets
        if sheet.trouble is not None
    ]


def survey_file(
    file: RawFile,
    settings: IngestSettings,
    constituency: int | None,
    named: NamedPlace,
    territory: Territory,
    copy: int = 0,
) -> list[Survey]:
    """Each sheet of a file that could be read; ``named`` is what the file's name says.

    Sheets of notes beside a list, without a header and with nothing like people in them, are set
    aside as no list.
    """
    if file.trouble is not None:
        return []
    readable = [sheet for sheet in file.sheets if sheet.trouble is None]
    # What lies beside the cells of a sheet is named by it, or by its part of the file.
    names = [sheet.name for sheet in readable if sheet.name and sheet.outside is None]
    by_sheet = places_of_sheets(names, constituency or named.constituency, territory)
    surveys = []
    for sheet in readable:
        of_sheet = by_sheet.get(sheet.name or "", NOT_NAMED)
        surveys.append(
            survey(file, sheet, settings, constituency, (named, of_sheet), copy)
        )
    if any(each.sections for each in surveys):
        for each in surveys:
            if not each.sections and not each.person_like and not each.copy:
                unknown = each.rows.codes == code_number(AsideCode.HEADER_UNKNOWN)
                each.set_aside(unknown, AsideCode.NO_LIST)
    return surveys
