"""Rows of a sheet as ready text: the bytes of XlsxWriter in a fraction of its time.

XlsxWriter keeps an object for each cell and writes each with a dozen calls; without this the
reports of a nation take more than half as long again. Here the text of a cell is made at once. All
else of a sheet is XlsxWriter's; ``tests/test_ready_rows.py`` holds that the bytes are those that it
would have written.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from voterlist.report.section import SheetValue, safe
from voterlist.tables import by_key

_SPAN_ROWS = 16
"""Rows that share their ``spans``: the first and last column in which one of them has a cell."""
_EMPTY = "/>"
_EXACT = 10**15
"""Below it the digits of a whole number are those that XlsxWriter writes."""

Formats = tuple[Any, ...]
"""The format of each cell of a row."""
_letters = cache(xl_col_to_name)


class ReadySheet(Worksheet):  # type: ignore[misc]  # XlsxWriter declares no types
    """A sheet of which some rows are ready text."""

    dim_rowmin: int | None
    dim_rowmax: int | None

    def __init__(self) -> None:
        """A sheet without rows."""
        super().__init__()
        self.contents: dict[str, str] = {}
        """Text as it came -> what a cell has of it. The sheets of a book share it."""
        self._ready: dict[int, tuple[str, Formats]] = {}
        """The cells of a row, with ``%d`` for the number of each format; and the formats."""

    def write_values(
        self, row: int, values: Sequence[SheetValue], formats: Formats
    ) -> None:
        """Write the cells of a row from the first column on. The row must have no other cells.

        Raises:
            IndexError: the sheet has no such row or column.
            TypeError: a number is infinite or undefined.
        """
        last = len(values) - 1
        if self._check_dimensions(row, 0) or self._check_dimensions(row, last):
            raise IndexError(f"a sheet has no row {row} or no column {last}")
        number, contents = row + 1, self.contents
        cells, known = [], 0
        for column, value in enumerate(values):
            # Most cells hold a text that was written before, or nothing.
            if value is None or value == "":
                content = _EMPTY
            elif type(value) is str and value in contents:
                content = contents[value]
                known += 1
            else:
                content = self._content(value)
            cells.append(f'<c r="{_letters(column)}{number}" s="%d"{content}')
        self.str_table.count += known
        self._ready[row] = ("".join(cells), formats)

    def _content(self, value: SheetValue) -> str:
        """What stands behind the format of a cell that is not empty."""
        if isinstance(value, str):
            place = self.str_table._get_shared_string_index(safe(value))  # noqa: SLF001
            self.contents[value] = f' t="s"><v>{place}</v></c>'
            return self.contents[value]
        if isinstance(value, dt.date):
            moment = dt.datetime.combine(value, dt.time())
            return f"><v>{self._convert_date_time(moment):.16G}</v></c>"
        if value is None or not math.isfinite(value):
            raise TypeError("a cell cannot hold an infinite or undefined number")
        if type(value) is int and -_EXACT < value < _EXACT:
            return f"><v>{value}</v></c>"
        return f"><v>{value:.16G}</v></c>"

    def _write_rows(self) -> None:
        """Write all rows, as XlsxWriter asks when the book is closed."""
        first, last = self.dim_rowmin, self.dim_rowmax
        if not self._ready or first is None or last is None:
            super()._write_rows()
            return
        self.row_spans = self._spans()
        numbers: dict[Formats, tuple[int, ...]] = {}
        rows = range(first, last + 1)
        for is_ready, run in groupby(rows, key=self._ready.__contains__):
            if is_ready:
                for row in run:
                    self._write_ready(row, numbers)
            else:
                others = list(run)
                self.dim_rowmin, self.dim_rowmax = others[0], others[-1]
                super()._write_rows()
        self.dim_rowmin, self.dim_rowmax = first, last

    def _write_ready(self, row: int, numbers: dict[Formats, tuple[int, ...]]) -> None:
        """Write a row of ready text; ``numbers`` are those of the formats written so far."""
        cells, formats = self._ready[row]
        if formats not in numbers:
            # A format gets its number when the first cell that has it is written.
            numbers[formats] = tuple(shape._get_xf_index() for shape in formats)  # noqa: SLF001
        self._write_row(row, self.row_spans[row // _SPAN_ROWS], self.row_info.get(row))
        self.fh.write(cells % numbers[formats])
        self.fh.write("</row>")

    def _calculate_spans(self) -> None:
        if not self._ready:
            super()._calculate_spans()

    def _spans(self) -> dict[int, str]:
        """The ``spans`` of each block of rows that has cells or comments."""
        ready = ((row, range(len(shapes))) for row, (_, shapes) in self._ready.items())
        others = (*self.table.items(), *self.comments.items())
        ends = by_key(
            (row // _SPAN_ROWS, end)
            for row, columns in (*ready, *others)
            if columns
            for end in (min(columns), max(columns))
        )
        return {
            block: f"{min(columns) + 1}:{max(columns) + 1}"
            for block, columns in ends.items()
        }


class ReadyBook(Workbook):  # type: ignore[misc]  # XlsxWriter declares no types
    """A workbook whose sheets can have rows of ready text."""

    worksheet_class = ReadySheet

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A book without sheets; the arguments are those of ``xlsxwriter.Workbook``."""
        super().__init__(*args, **kwargs)
        self._contents: dict[str, str] = {}

    def add_worksheet(self, *args: Any, **kwargs: Any) -> Any:
        """A new sheet, as XlsxWriter adds it."""
        sheet = super().add_worksheet(*args, **kwargs)
        sheet.contents = self._contents
        return sheet
