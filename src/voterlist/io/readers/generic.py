"""One table with any headers, all of it text: for linking and checking outside a workspace."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.config import IngestSettings
from voterlist.errors import InputError
from voterlist.io.readers.files import read_bytes
from voterlist.io.readers.texts import text_table
from voterlist.model import AsideCode
from voterlist.schemas import RawSheet

__all__ = ["read_table"]

_TODO = "Save the file as CSV (UTF-8), XLSX or Parquet with its headers in the first row, and try again."


def read_table(path: Path, settings: IngestSettings | None = None) -> pa.Table:
    """A file of any kind that is read as a table of text columns, named by the file's first row.

    Of a workbook the first sheet with rows is taken. A header that stands twice has ``(2)`` added the second
    time; a column without one is called ``column 3``. Blank rows at the end are left out; others are kept.

    Raises:
        InputError: the file cannot be read; ``code`` says why.
    """
    limits = settings or IngestSettings()
    try:
        content = path.read_bytes()
    except OSError:
        raise _refuse(path, AsideCode.FILE_UNREADABLE) from None
    if content.startswith(b"PAR1"):
        return _read_parquet(path)
    found = read_bytes(content, limits)
    if found.trouble is not None:
        raise _refuse(path, found.trouble)
    sheet = found.sheets[0]
    if sheet.trouble is not None:
        raise _refuse(path, sheet.trouble, sheet.name or "")
    return _with_headers(sheet)


def _refuse(path: Path, code: AsideCode, sheet: str = "") -> InputError:
    """The error for a file that cannot be read."""
    return InputError(f"{path.name} cannot be read: {code}", code=code, file=path.name, sheet=sheet, todo=_TODO)


def _with_headers(sheet: RawSheet) -> pa.Table:
    """The sheet's rows under its first row."""
    first = [column[0].as_py() for column in sheet.cells.columns]
    rows = sheet.cells.slice(1)
    blank = pa.array([True] * rows.num_rows)
    for column in rows.columns:
        blank = pc.and_(blank, pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), ""))
    kept = rows.num_rows
    while kept and blank[kept - 1].as_py():
        kept -= 1
    return rows.slice(0, kept).rename_columns(_names(first)).combine_chunks()


def _names(headers: list[str | None]) -> list[str]:
    """The headers made distinct, and a name for a column without one."""
    seen: Counter[str] = Counter()
    names = []
    for position, header in enumerate(headers, start=1):
        name = " ".join((header or "").split()) or f"column {position}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _read_parquet(path: Path) -> pa.Table:
    """A Parquet file with every column as text."""
    try:
        return text_table(pq.read_table(path))
    except (pa.ArrowException, OSError):
        # The cause may quote a cell, so it is not chained.
        raise _refuse(path, AsideCode.FILE_UNREADABLE) from None
