"""What was printed in a row of a review workbook, and whether it still stands beside its ids.

People sort half a sheet: then an answer stands beside another person than the hidden ids name.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping

from voterlist.render.xlsx.forms import BOUND, fold
from voterlist.report.sheets import SheetValue

__all__ = ["plain", "printed"]

_WORD = re.compile(r"[^\W\d_]+|[1-9]\d*")


def printed(
    cells: Iterable[tuple[str, SheetValue]], ids: Mapping[str, str | None]
) -> str:
    """Short digests of the cells, (heading, value), of a row, in one text.

    Each is one of the heading, and one of the cell beside the ids of the row. A share is left out:
    it may come back rounded.
    """
    bound = " ".join(ids.get(name) or "" for name in BOUND)
    return " ".join(
        _digest(fold(heading)) + _digest(f"{bound} {fold(heading)} {plain(cell)}")
        for heading, cell in cells
        if not isinstance(cell, float)
    )


def _digest(text: str) -> str:
    return f"{zlib.crc32(text.encode()) & 0xFFFF:04x}"


def plain(cell: SheetValue) -> str:
    """The words and numbers of a cell, the same whatever a spreadsheet makes of it.

    Blanks, signs and leading zeros do not count. A day may be turned round, or have a time of zeros
    behind it: where there are numbers alone, they stand in one order.
    """
    # A cell of a workbook holds any text of so many letters.
    words = _WORD.findall(fold(str(cell or "")[:16_000]))
    has_letters = any(map(str.isalpha, words))
    return " ".join(words if has_letters else sorted(words))
