"""Tables as files for other programs: CSV, Parquet, a workbook of one sheet, the compiled list.

Numbers and dates are plain: numbers with a point, dates as 2026-02-03. No text can run as a
formula: an apostrophe stands before what begins like one. The bytes depend on the table alone.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import xlsxwriter

from voterlist.schemas import TABLES, without_blank
from voterlist.storage.files import private_folder

ROWS_OF_A_SHEET = 1_048_575
"""Rows that a sheet of XLSX holds below its headings."""

_BEGINS_LIKE_A_FORMULA = r"^[\t\r\n]|^\s*[=+\-@＝＋－＠]"
"""As ``render.xlsx.sheets.safe`` has it."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""By it Excel knows that a CSV is UTF-8."""
_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001  a workbook has times without a zone
"""The same in every workbook, for the same table gives the same bytes."""
_ROWS_AT_A_TIME = 50_000
_NARROWEST, _WIDEST = 8, 40
"""Widths of columns, in characters."""
_ROWS_MEASURED = 1_000
"""The widths are those of the first rows."""


def write_csv(path: Path, table: pa.Table) -> None:
    """Write a table as CSV: commas, UTF-8 with a byte order mark, every text in quotes."""
    with path.open("wb") as file:
        file.write(_BYTE_ORDER_MARK)
        pacsv.write_csv(_plain(table), file)


def write_xlsx(path: Path, table: pa.Table) -> None:
    """Write a table as a workbook of one sheet, whose headings stay in sight.

    Rows are written as they come, so that the workbook is never whole in memory.
    """
    plain = _plain(table)
    # The rows go through files beside the workbook: no copy of them stands in another folder.
    with private_folder(path.parent) as folder:
        options = {"constant_memory": True, "tmpdir": str(folder)}
        with xlsxwriter.Workbook(path, options) as book:
            book.set_properties({"created": _MADE})
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            for place, width in enumerate(_widths(plain)):
                sheet.set_column(place, place, width)
            heading = book.add_format({"bold": True})
            for place, name in enumerate(plain.column_names):
                sheet.write_string(0, place, name, heading)
            _write_rows(sheet, plain)
            sheet.autofilter(0, 0, plain.num_rows, plain.num_columns - 1)


def _write_rows(sheet: xlsxwriter.worksheet.Worksheet, table: pa.Table) -> None:
    writers = [
        sheet.write_string if pa.types.is_string(kind) else sheet.write_number
        for kind in table.schema.types
    ]
    row = 1
    for batch in table.to_batches(max_chunksize=_ROWS_AT_A_TIME):
        columns = [column.to_pylist() for column in batch.columns]
        for values in zip(*columns, strict=True):
            for place, value in enumerate(values):
                if value is not None:
                    writers[place](row, place, value)
            row += 1


def _widths(table: pa.Table) -> list[int]:
    """The width of each column, in characters."""
    first = table.slice(0, _ROWS_MEASURED)
    widths = []
    for name in table.column_names:
        texts = first.column(name).cast(pa.string())
        longest = pc.max(pc.utf8_length(texts)).as_py() or 0
        widths.append(min(max(longest, len(name), _NARROWEST) + 2, _WIDEST))
    return widths


def _plain(table: pa.Table) -> pa.Table:
    """The table in texts and numbers, without anything that could run as a formula."""
    columns = [_plain_column(column) for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column
    texts = column.cast(pa.string())
    risky = pc.match_substring_regex(texts, _BEGINS_LIKE_A_FORMULA)
    guarded = pc.binary_join_element_wise("'", texts, "")
    return pc.if_else(risky, guarded, texts)


COLUMNS_NAME = "lists/columns.txt"
"""The page that says what the columns mean, in a package."""
_HEAD = """\
The compiled list of voters, for programs
=========================================

*.csv      UTF-8 with a byte order mark, commas, every text in quotes, numbers plain, nothing for
           what is not known. An apostrophe stands before a text that a spreadsheet would take for
           a formula.
*.parquet  the same rows with their types.

Lists of wards, ships and prisons are in files of their own, named "temporary". Rows stand by
precinct and by their number in its list.

"""


def write_record_csv(rows: pa.Table, path: Path) -> None:
    """Write RECORD as CSV, without the columns that came later and that nobody fills.

    Raises:
        OSError: the file cannot be written.
    """
    write_csv(path, without_blank(rows))


def write_record_parquet(rows: pa.Table, path: Path) -> None:
    """Write RECORD as Parquet, without the same columns.

    Raises:
        OSError: the file cannot be written.
    """
    pq.write_table(without_blank(rows), path, compression="zstd")


def write_schema(path: Path) -> None:
    """Write the page that says what each column means.

    Raises:
        OSError: the file cannot be written.
    """
    record = TABLES["RECORD"]
    width = max(len(column.name) for column in record.columns) + 2
    lines = [
        f"{column.name:{width}}{_type_name(column.kind):8}{column.meaning}"
        for column in record.columns
    ]
    path.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _type_name(kind: pa.DataType) -> str:
    return "text" if kind == pa.string() or pa.types.is_dictionary(kind) else str(kind)


def json_bytes(content: object) -> bytes:
    """A page of JSON, as people may read it too."""
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()
