"""Workbooks: XLSX, XLSM, XLS and ODS, each sheet apart, numbers and dates turned into text."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from typing import Any

import pyarrow as pa
from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

from voterlist.config import IngestSettings
from voterlist.model import AsideCode
from voterlist.schemas import RawSheet

__all__ = ["cell_text", "is_workbook", "read_workbook"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET_PART = re.compile(r"xl/worksheets/.*\.xml|content\.xml", re.IGNORECASE)
_FAR_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="[A-Z]{3}[0-9]+"[^>]*[^/]>')
_ROW_NUMBER = re.compile(rb'<(?:\w+:)?row [^>]*?r="([0-9]{1,9})"')
_COLUMN = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})[0-9]')
_MOST_CELLS = 40_000_000
"""The reader lays a sheet out as a full rectangle, 24 bytes a cell: so one cell far out would fill the memory."""


def is_workbook(content: bytes) -> bool:
    """True where the bytes begin like a workbook's, whatever the file is called."""
    return content.startswith((_ZIP, _OLE))


def read_workbook(content: bytes, settings: IngestSettings) -> tuple[RawSheet, ...] | AsideCode:
    """The sheets of a workbook that hold cells, or the code of why there are none.

    A damaged sheet is given with its trouble and no rows; the others stand.
    """
    if content.startswith(_ZIP) and (trouble := _zip_trouble(content, settings)):
        return trouble
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        metadata = book.sheets_metadata
    except PasswordError:
        return AsideCode.FILE_UNREADABLE
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001  a panic of the reader's Rust side derives from BaseException
        return AsideCode.FILE_NOT_A_TABLE
    sheets = [
        _read_sheet(book, index, item.name, settings)
        for index, item in enumerate(metadata)
        if item.typ == SheetTypeEnum.WorkSheet
    ]
    found = tuple(sheet for sheet in sheets if sheet.trouble or sheet.cells.num_rows)
    return found or AsideCode.FILE_EMPTY


def _zip_trouble(content: bytes, settings: IngestSettings) -> AsideCode | None:
    """Why a zipped workbook is not opened: it is no workbook, or would fill the memory."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = [part for part in archive.infolist() if _SHEET_PART.fullmatch(part.filename)]
        if not parts:
            return AsideCode.FILE_NOT_A_TABLE
        if sum(part.file_size for part in archive.infolist()) > 20 * settings.max_file_megabytes * 2**20:
            return AsideCode.FILE_UNREADABLE
        if any(_is_too_far(archive.read(part), settings) for part in parts):
            return AsideCode.FILE_UNREADABLE
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        # What cannot be unpacked here is left to the reader: the sheets beside it may be whole.
        return None
    return None


def _is_too_far(part: bytes, settings: IngestSettings) -> bool:
    """True where a sheet's cells reach so far out that the rectangle around them would fill the memory."""
    if settings.max_columns < 702 and _FAR_CELL.search(part):
        return True
    rows = max(map(int, _ROW_NUMBER.findall(part[-200_000:])), default=0)
    if rows * 702 <= _MOST_CELLS:
        return False
    return rows * max(map(_column_number, set(_COLUMN.findall(part))), default=0) > _MOST_CELLS


def _column_number(letters: bytes) -> int:
    """A column's number from its letters, as in A = 1, Z = 26, AA = 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _read_sheet(book: CalamineWorkbook, index: int, name: str, settings: IngestSettings) -> RawSheet:
    """One sheet from its first row on, as text."""
    nothing = RawSheet(name, pa.array([], pa.int32()), pa.table({}))
    try:
        sheet = book.get_sheet_by_index(index)
        if sheet.end is None:
            return nothing
        last_row, last_column = sheet.end
        if last_row >= settings.max_rows or last_column >= 4 * settings.max_columns:
            return RawSheet(name, nothing.lines, nothing.cells, trouble=AsideCode.FILE_UNREADABLE)
        rows = sheet.to_python(skip_empty_area=False)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001  a panic of the reader's Rust side derives from BaseException
        return RawSheet(name, nothing.lines, nothing.cells, trouble=AsideCode.FILE_UNREADABLE)
    arrays = [_text_column(column) for column in zip(*rows, strict=True)]
    if not any(cell for array in arrays for cell in array.unique().to_pylist()):
        return nothing
    cells = pa.table(arrays, names=[f"c{position}" for position in range(len(arrays))])
    return RawSheet(name, pa.array(range(1, len(rows) + 1), pa.int32()), cells)


def _text_column(column: tuple[Any, ...]) -> pa.Array:
    """A column of a sheet's values as text."""
    return pa.array([value if type(value) is str else cell_text(value) for value in column], pa.string())


def cell_text(value: Any) -> str:
    """A typed cell as a person would write it: 1970, 12.5, 1970-02-01, 1970-02-01 10:30:00."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = not (value.hour or value.minute or value.second or value.microsecond)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
