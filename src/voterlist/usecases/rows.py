"""Tables written as the end of a file's name says: Parquet, CSV or XLSX."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from voterlist.errors import usage_error
from voterlist.storage.files import write_atomically
from voterlist.storage.store import write_table


def write_rows(path: Path, table: pa.Table) -> None:
    """Write a table, all or nothing: as CSV or XLSX where the name ends so, else as Parquet.

    Raises:
        UsageError: a sheet has not as many rows.
    """
    # Neither the CSV of Arrow nor xlsxwriter is loaded for a file of Parquet.
    from voterlist.render import rows  # noqa: PLC0415  see above

    ending = path.suffix.lower()
    if ending == ".csv":
        write_atomically(path, lambda beside: rows.write_csv(beside, table))
    elif ending == ".xlsx":
        if table.num_rows > rows.ROWS_OF_A_SHEET:
            raise usage_error(
                "rows-beyond-xlsx",
                path=path,
                rows=f"{table.num_rows:,}",
                most=f"{rows.ROWS_OF_A_SHEET:,}",
            )
        write_atomically(path, lambda beside: rows.write_xlsx(beside, table))
    else:
        write_table(path, table)
