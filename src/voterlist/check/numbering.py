"""The line numbers of a list as its precinct wrote them."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.persons.shared_values import Codes, Flags
from voterlist.tables import codes, group_codes

_MOST_REPEATED = 0.2
"""Where more of a list's numbers are repeats, it does not number its entries through (but by
street, by page)."""


def line_number(text: str) -> int | None:
    """The number that stands in a cell such as ``12``, ``12.`` or ``12.0``.

    None where it is no whole number.
    """
    match = re.fullmatch(r"\s*(\d{1,9})(?:\.0*|\))?\s*", text)
    return int(match[1]) if match else None


class Numbered(NamedTuple):
    """The entries of lists that number their entries through, by list, number and line.

    One element per entry.
    """

    row: Codes
    list: Codes
    number: Codes

    def of(self, kept: Flags) -> Numbered:
        """Those that are flagged."""
        return Numbered(self.row[kept], self.list[kept], self.number[kept])


def numbered_entries(context: Context) -> Numbered:
    """The entries with a line number, of lists that repeat few of their numbers."""
    code, written = codes(context.entries.column("number"))
    read = pa.array(
        [line_number(text) for text in written.to_pylist()], pa.int64()
    ).fill_null(-1)
    number = np.append(np.asarray(read), -1)[code]
    row = np.flatnonzero(number >= 0)
    lists, count = group_codes(
        context.entries, "source", "sheet", "constituency", "precinct", known=False
    )
    line = np.asarray(context.entries.column("line"))
    row = row[np.lexsort((line[row], number[row], lists[row]))]
    numbered = Numbered(row, lists[row], number[row])
    repeats = np.bincount(numbered.list[~is_new_number(numbered)], minlength=count)
    size = np.bincount(numbered.list, minlength=count)
    is_through = (repeats <= _MOST_REPEATED * size)[numbered.list]
    return numbered if is_through.all() else numbered.of(is_through)


def is_new_number(numbered: Numbered) -> Flags:
    """False where the number stood on an earlier line of the list."""
    is_new = np.ones(len(numbered.row), dtype=bool)
    is_new[1:] = (np.diff(numbered.list) != 0) | (np.diff(numbered.number) != 0)
    return is_new
