"""Rows of a sheet as ready text: the bytes of XlsxWriter in a fraction of its time.

XlsxWriter keeps an object for each cell and writes each with a dozen calls; without this the
reports of a nation take more than half as long again. Here the text of a cell is made at once. All
else of a sheet is XlsxWriter's; ``tests/test_ready_rows.py`` holds that the bytes are those that it
would have written.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from voterlist.report.section import SheetValue, safe
from voterlist.tables import by_key

_SPAN_ROWS = 16
"""Rows that share their ``spans``: the first and last column in which one of them has a cell."""
_EXACT = 10**15
"""Below it the digits of a whole number are those that XlsxWriter writes."""

Formats = tuple[Any, ...]
"""The format of each cell of a row."""
_IS_TEXT = ' t="s"'
_PLAIN = re.compile(r"(?!\s)[^\x00-\x1f&<>_\ufffe\uffff]+(?<!\s)")
"""A text of which XlsxWriter escapes no sign and keeps no blank at an end."""


class _Contents(dict[SheetValue, str]):
    """Value -> what stands behind the format of its cell. The sheets of a book share it."""

    def __init__(self, sheet: Worksheet) -> None:
        super().__init__({None: "/>", "": "/>"})
        self._sheet = sheet

    def __missing__(self, value: SheetValue) -> str:
        if isinstance(value, str):
            place = self._sheet.str_table._get_shared_string_index(safe(value))  # noqa: SLF001
            # The cells that hold it are counted when their rows are written.
            self._sheet.str_table.count -= 1
            self[value] = f"{_IS_TEXT}><v>{place}</v></c>"
            return self[value]
        number: Any = value
        if isinstance(value, dt.date):
            moment = dt.datetime.combine(value, dt.time())
            number = self._sheet._convert_date_time(moment)  # noqa: SLF001
        if number is None or not math.isfinite(number):
            raise TypeError("a cell cannot hold an infinite or undefined number")
        is_exact = type(number) is int and -_EXACT < number < _EXACT
        content = f"><v>{number if is_exact else format(number, '.16G')}</v></c>"
        # 0 and -0 are equal, and written otherwise.
        return self.setdefault(value, content) if number else content


class ReadySheet(Worksheet):  # type: ignore[misc]  # XlsxWriter declares no types
    """A sheet of which some rows are ready text."""

    dim_rowmin: int | None
    dim_rowmax: int | None

    def __init__(self) -> None:
        """A sheet without rows."""
        super().__init__()
        self.contents = _Contents(self)
        self._ready: dict[int, tuple[tuple[str, ...], Formats]] = {}
        """What stands behind the formats of a row's cells; and the formats."""

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
        self._ready[row] = (tuple(map(self.contents.__getitem__, values)), formats)

    def _write_rows(self) -> None:
        """Write all rows, as XlsxWriter asks when the book is closed."""
        first, last = self.dim_rowmin, self.dim_rowmax
        if not self._ready or first is None or last is None:
            super()._write_rows()
            return
        self.row_spans = self._spans()
        cells: dict[Formats, str] = {}
        rows = range(first, last + 1)
        for is_ready, run in groupby(rows, key=self._ready.__contains__):
            if is_ready:
                for row in run:
                    self._write_ready(row, cells)
            else:
                others = list(run)
                self.dim_rowmin, self.dim_rowmax = others[0], others[-1]
                super()._write_rows()
        self.dim_rowmin, self.dim_rowmax = first, last

    def _write_ready(self, row: int, cells: dict[Formats, str]) -> None:
        """Write a row of ready text; ``cells``: of the formats so far, without row and content."""
        contents, formats = self._ready[row]
        if formats not in cells:
            # A format gets its number when the first cell that has it is written.
            cells[formats] = "".join(
                f'<c r="{xl_col_to_name(column)}#" s="{shape._get_xf_index()}"%s'  # noqa: SLF001
                for column, shape in enumerate(formats)
            )
        self._write_row(row, self.row_spans[row // _SPAN_ROWS], self.row_info.get(row))
        written = cells[formats].replace("#", str(row + 1)) % contents
        self.str_table.count += written.count(_IS_TEXT)
        self.fh.write(f"{written}</row>")

    def _calculate_spans(self) -> None:
        if not self._ready:
            super()._calculate_spans()

    def _spans(self) -> dict[int, str]:
        """The ``spans`` of each block of rows that has cells or comments."""
        ready = ((row, (0, len(cells) - 1)) for row, (cells, _) in self._ready.items())
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


class _Texts(SharedStrings):  # type: ignore[misc]  # XlsxWriter declares no types
    """The texts of a book; one that needs no signs of its own is written as it is."""

    def _write_si(self, text: str) -> None:
        if _PLAIN.fullmatch(text):
            self.fh.write(f"<si><t>{text}</t></si>")
        else:
            super()._write_si(text)


class _Package(Packager):  # type: ignore[misc]  # XlsxWriter declares no types
    """The files of a book."""

    def _write_shared_strings_file(self) -> None:
        texts = _Texts()
        texts.string_table = self.workbook.str_table
        if texts.string_table.count:
            texts._set_xml_writer(self._filename("xl/sharedStrings.xml"))  # noqa: SLF001
            texts._assemble_xml_file()  # noqa: SLF001


class ReadyBook(Workbook):  # type: ignore[misc]  # XlsxWriter declares no types
    """A workbook whose sheets can have rows of ready text."""

    worksheet_class = ReadySheet

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A book without sheets; the arguments are those of ``xlsxwriter.Workbook``."""
        super().__init__(*args, **kwargs)
        self._contents: _Contents | None = None

    def add_worksheet(self, *args: Any, **kwargs: Any) -> Any:
        """A new sheet, as XlsxWriter adds it."""
        sheet = super().add_worksheet(*args, **kwargs)
        sheet.contents = self._contents = self._contents or sheet.contents
        return sheet

    def _get_packager(self) -> Packager:
        return _Package()
