"""What was printed in a row of a review workbook, and whether it still stands beside its ids.

People sort half a sheet: then an answer stands beside another person than the hidden ids name.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from voterlist.render.xlsx.forms import BOUND, fold
from voterlist.report.sheets import SheetValue

__all__ = ["is_as_printed", "plain", "printed"]

_Cells: TypeAlias = Iterable[tuple[str, SheetValue]]
"""(heading, value) of each cell."""
_Ids: TypeAlias = Mapping[str, str | None]

_DIGITS = 4
_WORD = re.compile(r"[^\W\d_]+|[1-9]\d*")
_LONGEST = 16_000
"""Characters that are looked at: a cell holds any text of so many."""


def printed(cells: _Cells, ids: _Ids) -> str:
    """Short digests of the cells of a row, bound to its ids, in one text."""
    return " ".join(_digests(cells, ids))


def is_as_printed(digests: str, cells: _Cells, ids: _Ids) -> bool:
    """True where each column that was printed says what it said beside these ids.

    Columns may be moved, added and deleted.
    """
    known = {*digests.split()}
    headings = {one[:_DIGITS] for one in known}
    shown = _digests(cells, ids)
    return all(one in known for one in shown if one[:_DIGITS] in headings)


def _digests(cells: _Cells, ids: _Ids) -> Iterator[str]:
    """Of each cell a digest of the heading, and one of all that it says."""
    bound = _digest("\n".join(ids.get(name) or "" for name in BOUND))
    for heading, value in cells:
        # A share comes back rounded.
        if not isinstance(value, float):
            head = _digest(fold(heading))
            yield head + _digest(f"{bound} {head} {plain(value)}")


def _digest(text: str) -> str:
    return f"{zlib.crc32(text.encode()) & 0xFFFF:04x}"


def plain(value: SheetValue) -> str:
    """The words and numbers of a cell, the same whatever a spreadsheet makes of it.

    Blanks, signs and leading zeros do not count. A day may be turned round, or have a time of zeros
    behind it: where there are numbers alone, they stand in one order.
    """
    words = _WORD.findall(fold(str(value or "")[:_LONGEST]))
    has_letters = any(map(str.isalpha, words))
    return " ".join(words if has_letters else sorted(words))
