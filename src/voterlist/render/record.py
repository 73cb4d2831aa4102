"""The compiled list for other programs: CSV, Parquet, a page that describes them, the balance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist.render.rows import write_csv
from voterlist.schemas.lists import TABLES

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
    """Write RECORD as CSV.

    Raises:
        OSError: the file cannot be written.
    """
    write_csv(path, rows)


def write_record_parquet(rows: pa.Table, path: Path) -> None:
    """Write RECORD as Parquet.

    Raises:
        OSError: the file cannot be written.
    """
    pq.write_table(rows, path, compression="zstd")


def write_schema(path: Path) -> None:
    """Write the page that says what each column means.

    Raises:
        OSError: the file cannot be written.
    """
    record = next(table for table in TABLES if table.name == "RECORD")
    width = max(len(column.name) for column in record.columns) + 2
    lines = [
        f"{column.name:{width}}{_type_name(column.kind):8}{column.meaning}"
        for column in record.columns
    ]
    path.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _type_name(kind: pa.DataType) -> str:
    return "text" if kind == pa.string() or pa.types.is_dictionary(kind) else str(kind)


def write_balance(content: dict[str, Any], path: Path) -> None:
    """Write the balance of the lists as JSON.

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
