"""Workbooks.

XLSX, XLSM, XLSB, XLS and ODS, each sheet apart, numbers and dates turned into text.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from python_calamine import (
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from voterlist.model import AsideCode
from voterlist.readers.counted import SheetFacts, lines_named
from voterlist.readers.outcome import (
    Attempt,
    ReadOutcome,
    RefusedError,
    unread_sheet,
)
from voterlist.readers.packed import LARGE_PICTURES, ZIP
from voterlist.readers.sheets import (
    check_size,
    sheet_beside,
    sheet_of_columns,
    with_beside,
)
from voterlist.readers.workbook_facts import (
    WorkbookFacts,
    packed_facts,
    xls_facts,
)
from voterlist.schemas import RawSheet

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the stream in which Office puts a workbook that has a password ([MS-OFFCRYPTO]
2.3.4)."""
_WORD_STREAM = "WordDocument\0".encode("utf-16-le")
"""The name of the stream that holds the text of a Word document before 2007 ([MS-DOC] 2.1.1)."""
_NOT_DAMAGE = (KeyboardInterrupt, SystemExit, MemoryError, RefusedError)
"""What a reader may raise for another reason than that the file is damaged."""


def read_workbook(
    content: bytes, settings: IngestSettings, attempt: Attempt
) -> ReadOutcome | None:
    """The filled sheets of a workbook, or the code of why there are none; None if not a workbook.

    A damaged sheet is given with its trouble and no rows; the others stand. A formula is never
    worked out: what counts is the value that the workbook holds beside it.
    """
    if content.startswith(ZIP):
        known = packed_facts(content, settings)
        if known is None:
            return None
    elif _ENCRYPTED in content:
        known = WorkbookFacts("", {}, AsideCode.FILE_PROTECTED)
    elif _WORD_STREAM in content:
        known = WorkbookFacts("doc", {}, AsideCode.DOCUMENT_NOT_READ)
    else:
        known = xls_facts(content)
    if known.trouble is not None:
        return ReadOutcome(known.format, trouble=known.trouble)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        metadata = book.sheets_metadata
    except PasswordError:
        return ReadOutcome(known.format, trouble=AsideCode.FILE_PROTECTED)
    except _NOT_DAMAGE:
        raise
    except BaseException:  # noqa: BLE001  a panic of the reader's Rust side is one
        damaged = content.startswith(ZIP)
        return ReadOutcome(
            known.format,
            trouble=AsideCode.FILE_UNREADABLE
            if damaged
            else AsideCode.FILE_NOT_A_TABLE,
        )
    return _sheets_of(book, metadata, known, settings, attempt)


def _sheets_of(
    book: CalamineWorkbook,
    metadata: Any,
    known: WorkbookFacts,
    settings: IngestSettings,
    attempt: Attempt,
) -> ReadOutcome:
    """Every sheet of an opened workbook."""
    sheets, skipped = [], []
    for index, item in enumerate(metadata):
        facts = known.sheets.get(index, SheetFacts())
        if item.typ != SheetTypeEnum.WorkSheet:
            skipped.append(item.name)
            if facts.cells and item.typ != SheetTypeEnum.ChartSheet:
                sheets.append(unread_sheet(item.name, AsideCode.CONTENT_UNREAD))
            sheets += _beside(item.name, facts, settings)
        elif (closed := attempt.refuses(index)) is not None:
            sheets.append(unread_sheet(item.name, closed))
        else:
            try:
                sheet = _read_sheet(book, index, item.name, facts, settings)
            except RefusedError as refused:
                sheet = unread_sheet(item.name, refused.code)
            is_seen = sheet.trouble or item.visible == SheetVisibleEnum.Visible
            sheets.append(replace(sheet, hidden=not is_seen, from_1904=known.from_1904))
            sheets += _beside(item.name, facts, settings)
    filled = tuple(sheet for sheet in sheets if sheet.trouble or sheet.cells.num_rows)
    found = ReadOutcome(
        known.format, filled, None if filled else AsideCode.FILE_EMPTY, tuple(skipped)
    ).with_unread(known.unread)
    names = lines_named(item.name for item in metadata)
    return with_beside(found, [("(remarks)", [*known.beside, *names])], settings)


def _beside(name: str, facts: SheetFacts, settings: IngestSettings) -> list[RawSheet]:
    """What lies on the cells of a sheet: its remarks and text boxes, and that of its pictures."""
    found = sheet_beside(f"{name} (remarks)", facts.remarks, settings)
    if facts.pictured > LARGE_PICTURES:
        found.append(unread_sheet(f"{name} (image)", AsideCode.CONTENT_UNREAD))
    return found


def _read_sheet(
    book: CalamineWorkbook,
    index: int,
    name: str,
    facts: SheetFacts,
    settings: IngestSettings,
) -> RawSheet:
    """One sheet from its first row on, as text; raises ``RefusedError`` where it has no rows."""
    if facts.trouble is not None:
        raise RefusedError(facts.trouble)
    try:
        sheet = book.get_sheet_by_index(index)
        if sheet.end is None:
            is_held = facts.cells or facts.unworked
            return unread_sheet(name, AsideCode.CONTENT_UNREAD if is_held else None)
        last_row, last_column = sheet.end
        # The reader ends before rows of formulas that nobody worked out.
        height = max([last_row + 1, *(line for line, _ in facts.unworked)])
        check_size(height, last_column + 1, settings)
        rows = sheet.to_python(skip_empty_area=False)
        rows += [[""] * (last_column + 1) for _ in range(height - len(rows))]
        merged = facts.merged or sheet.merged_cell_ranges or []
    except _NOT_DAMAGE:
        raise
    except BaseException:  # noqa: BLE001  a panic of the reader's Rust side is one
        raise RefusedError(AsideCode.FILE_UNREADABLE) from None
    read = sum(len(row) - row.count("") for row in rows)
    # A cell that was not worked out and says not where it stands may be a voter's.
    if facts.cells > read or facts.formulas_without_value > len(facts.unworked):
        raise RefusedError(AsideCode.CONTENT_UNREAD)
    filled = fill_merged(rows, merged, settings)
    arrays = [
        pa.array(
            [value if type(value) is str else cell_text(value) for value in column],
            pa.string(),
        )
        for column in zip(*rows, strict=True)
    ]
    if not any(cell for array in arrays for cell in array.unique().to_pylist()):
        return unread_sheet(name, AsideCode.CONTENT_UNREAD if facts.unworked else None)
    return sheet_of_columns(
        arrays,
        settings,
        name=name,
        hidden_rows=facts.hidden_rows,
        hidden_columns=_hidden_columns(facts, arrays),
        merged=filled,
        formulas_without_value=facts.formulas_without_value,
        unworked=tuple(facts.unworked),
        struck=pa.array([row in facts.struck for row in range(1, height + 1)])
        if facts.struck
        else None,
    )


def _hidden_columns(facts: SheetFacts, arrays: list[pa.Array]) -> int:
    """How many columns that hold something are hidden."""
    hidden = np.zeros(len(arrays), dtype=bool)
    for first, last in facts.hidden_columns:
        hidden[max(first, 0) : last + 1] = True
    return sum(
        any(arrays[place].unique().to_pylist()) for place in np.flatnonzero(hidden)
    )


def fill_merged(
    rows: list[list[Any]],
    merged: list[tuple[tuple[int, int], tuple[int, int]]],
    settings: IngestSettings,
) -> int:
    """Give the blank cells below a merged cell's first its value; returns how many.

    A precinct or an address that holds for several rows is written once and merged over them. A row
    that has fewer cells of its own than it would be given is no entry but the second line of one:
    it stays as it is.
    """
    down = [(first, last) for first, last in merged if last[0] > first[0]]
    cells_below = sum(min(last[0], len(rows)) - first[0] for first, last in down)
    if cells_below > settings.max_cells:
        return 0
    wanted: dict[int, list[tuple[int, Any]]] = {}
    for (first_row, column), (last_row, _) in down:
        if first_row >= len(rows) or column >= len(rows[0]):
            continue
        value = rows[first_row][column]
        if value == "":
            continue
        for row in range(first_row + 1, min(last_row + 1, len(rows))):
            if rows[row][column] == "":
                wanted.setdefault(row, []).append((column, value))
    filled = 0
    for row, cells in wanted.items():
        own_cells = sum(cell != "" for cell in rows[row])
        if own_cells >= len(cells):
            filled += len(cells)
            for column, value in cells:
                rows[row][column] = value
    return filled


def cell_text(value: Any) -> str:
    """A typed cell as a person would write it: 1970, 12.5, 1970-02-01, 1970-02-01 10:30:00."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.timedelta):
        # Where a column is formatted as hours, a day is one of these: its number counts.
        value /= dt.timedelta(days=1)
    if isinstance(value, float | Decimal):
        is_whole = abs(float(value)) < 1e15 and value == int(value)
        return str(int(value) if is_whole else value)
    if isinstance(value, dt.datetime):
        midnight = not (value.hour or value.minute or value.second or value.microsecond)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
