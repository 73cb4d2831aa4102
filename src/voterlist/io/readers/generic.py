"""One table with any headers, all of it text: for linking and checking outside a workspace."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.config import IngestSettings
from voterlist.errors import InputError
from voterlist.io.readers.books import cell_text, is_workbook, read_workbook
from voterlist.io.readers.text import read_text
from voterlist.model import AsideCode
from voterlist.schemas import RawSheet

__all__ = ["read_table", "text_table"]

_TODO = "Save the file as CSV (UTF-8), XLSX or Parquet with its headers in the first row, and try again."


def read_table(path: Path, settings: IngestSettings | None = None) -> pa.Table:
    """A Parquet, CSV, XLSX, XLS or ODS file as a table of text columns, named by the file's first row.

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
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise _refuse(path, AsideCode.FILE_EMPTY)
    found = read_workbook(content, limits) if is_workbook(content) else read_text(content, limits)
    if isinstance(found, AsideCode):
        raise _refuse(path, found)
    if found[0].trouble is not None:
        raise _refuse(path, found[0].trouble, found[0].name or "")
    return _with_headers(found[0])


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


def text_table(table: pa.Table) -> pa.Table:
    """The same columns, every one as text: whole numbers without a point, dates in ISO 8601."""
    return pa.table({name: _as_text(table.column(name)) for name in table.column_names})


def _as_text(column: pa.ChunkedArray) -> pa.Array:
    """A column as text: whole numbers without a point, dates in ISO 8601, lists and records left out as null."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        return array.cast(pa.string())
    if pa.types.is_nested(array.type) or pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return pa.nulls(len(array), pa.string())
    if pa.types.is_integer(array.type) or pa.types.is_boolean(array.type):
        return array.cast(pa.string())
    distinct = array.dictionary_encode()
    texts = [None if _is_gap(value) else cell_text(value) for value in distinct.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(distinct.indices)


def _is_gap(value: object) -> bool:
    """True for None and for the float that is no number."""
    return value is None or value != value  # noqa: PLR0124  only NaN differs from itself
