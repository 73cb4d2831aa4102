"""One table with any headers, all of it text: for linking and checking outside a workspace."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.errors import InputError
from voterlist.model import AsideCode
from voterlist.processes.parquet_proof import BROKEN_PARQUET
from voterlist.processes.threads import each
from voterlist.readers import sandbox
from voterlist.readers.proved import columns_of
from voterlist.readers.texts import coded_text, plain_text
from voterlist.schemas import RawSheet

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_TODO = (
    "Save the file as CSV (UTF-8), XLSX or Parquet with its headers in the first row,"
    " and try again."
)


Wanted = Callable[[Sequence[str]], Collection[int]]
"""Headers to the places, from 0, of the columns that are wanted."""


def read_table(
    path: Path, settings: IngestSettings | None = None, *, wanted: Wanted | None = None
) -> pa.Table:
    """A file of any kind that is read as a table of text columns, named by the file's first row.

    Of a workbook the first sheet with rows is taken. A header that stands twice has ``(2)`` added
    the second time; a column without one is called ``column 3``. Blank rows at the end are left
    out; others are kept.

    Args:
        path: the file.
        settings: the limits of what is read.
        wanted: for millions of rows: each column is encoded (``tables.with_encoded_text``) where it
            is known that values come again, and of a Parquet file only these columns are read;
            every other one is of the type null.

    Raises:
        InputError: the file cannot be read; ``code`` says why, ``no-such-file`` and
            ``no-permission`` among others.
    """
    try:
        with path.open("rb") as file:
            is_parquet = file.read(4) == b"PAR1"
            content = b"" if is_parquet else path.read_bytes()
    except OSError as error:
        raise _refuse(path, _trouble(error)) from None
    if is_parquet:
        return _read_parquet(path, settings, wanted)
    outcome = sandbox.read_table(content, settings or _usual())
    if outcome.trouble is not None:
        raise _refuse(path, outcome.trouble)
    sheet = outcome.sheets[0]
    if sheet.trouble is not None:
        raise _refuse(path, sheet.trouble, sheet.name or "")
    if sheet.name is None:
        # The other sheets of a document are pages that were not read, and text beside its tables.
        for other in outcome.sheets[1:]:
            if other.trouble is not None:
                raise _refuse(path, other.trouble, other.name or "")
    table = _with_headers(_of_tables(sheet))
    if wanted is None:
        return table
    return pa.Table.from_arrays(
        each(coded_text, table.columns), names=table.column_names
    )


def rows_of(path: Path) -> int | None:
    """The rows of a Parquet file, told by its end alone; None of any other file."""
    try:
        # Arrow opens no file whose name is not text.
        with path.open("rb") as raw, pq.ParquetFile(raw) as file:
            return int(file.metadata.num_rows)
    except (pa.ArrowException, OSError):
        return None


def _trouble(error: OSError) -> str:
    """The code of why a file cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return "no-such-file"
    return (
        "no-permission"
        if isinstance(error, PermissionError)
        else AsideCode.READ_REFUSED
    )


def _refuse(path: Path, code: str, sheet: str = "") -> InputError:
    """The error for a file that cannot be read."""
    return InputError(
        f"{path.name} cannot be read: {code}",
        code=code,
        file=path.name,
        sheet=sheet,
        todo=_TODO,
    )


def _of_tables(sheet: RawSheet) -> RawSheet:
    """The rows of the tables of a document, without what was deleted."""
    if sheet.outside is None or sheet.deleted is None:
        return sheet
    kept = pc.invert(pc.or_(sheet.outside, sheet.deleted))
    return dataclasses.replace(
        sheet, lines=sheet.lines.filter(kept), cells=sheet.cells.filter(kept)
    )


def _with_headers(sheet: RawSheet) -> pa.Table:
    """The sheet's rows under its first row."""
    first = [column[0].as_py() for column in sheet.cells.columns]
    rows = sheet.cells.slice(1)
    blank = pa.array([True] * rows.num_rows, pa.bool_())
    for column in rows.columns:
        blank = pc.and_(
            blank, pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), "")
        )
    kept = rows.num_rows
    while kept and blank[kept - 1].as_py():
        kept -= 1
    return rows.slice(0, kept).rename_columns(_names(first)).combine_chunks()


def _names(headers: Sequence[str | None]) -> list[str]:
    """The headers made distinct, and a name for a column without one."""
    seen: Counter[str] = Counter()
    names = []
    for position, header in enumerate(headers, start=1):
        name = " ".join((header or "").split()) or f"column {position}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _read_parquet(
    path: Path, settings: IngestSettings | None, wanted: Wanted | None
) -> pa.Table:
    """A Parquet file with every column as text."""

    def places(nothing: pa.Table) -> Collection[int]:
        names = _apart(nothing.column_names)
        return range(len(names)) if wanted is None else wanted(names)

    made = plain_text if wanted is None else coded_text
    try:
        found = columns_of(path, settings or _usual(), places, made)
    except OSError as error:
        raise _refuse(path, _trouble(error)) from None
    except BROKEN_PARQUET:
        # The cause may quote a cell, so it is not chained.
        found = AsideCode.FILE_UNREADABLE
    if isinstance(found, AsideCode):
        raise _refuse(path, found)
    return found.rename_columns(_apart(found.column_names))


def _apart(names: list[str]) -> list[str]:
    """The names of columns as they are written, unless one stands twice."""
    return names if len(set(names)) == len(names) else _names(names)


def _usual() -> IngestSettings:
    """The limits where nobody set others."""
    from voterlist.config.sections import IngestSettings  # noqa: PLC0415  the reading child has no use of it

    return IngestSettings()


def prove_parquet(path: Path, settings: IngestSettings | None = None) -> None:
    """See that a Parquet file can be read by this process itself.

    A process with limits on memory and time reads all of it first.

    Raises:
        InputError: the file cannot be read; ``code`` says why.
    """
    _read_parquet(path, settings, lambda _: ())


def arrow_source(path: Path) -> Path | pa.NativeFile:
    """A file as Arrow opens it. By its path, but for a name that is no text: that Arrow refuses."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return pa.BufferReader(path.read_bytes())
    return path
