"""The line numbers of a list as its precinct wrote them: what is missing, and what stands twice."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from voterlist.check.register import Codes, Flags, Register, RegisterTest
from voterlist.findings import make, take_columns
from voterlist.model import Rule, Severity, Unit
from voterlist.tables import codes, group_codes

__all__ = ["TESTS", "line_number"]

_RUNNING = "the entries of a list are numbered from 1 on: a gap is a row that was lost, a repeat one that was added"

LINE_NUMBER_GAP = Rule("line-number-gap", Severity.WARNING, Unit.FILE, _RUNNING)
LINE_NUMBER_REPEAT = Rule("line-number-repeat", Severity.NOTE, Unit.ENTRY, _RUNNING)

_MOST_REPEATED = 0.2
"""Where more of a list's numbers are repeats, it does not number its entries through (but by
street, by page)."""


def line_number(text: str) -> int | None:
    """The number that stands in a cell such as ``12``, ``12.`` or ``12.0``.

    None where it is no whole number.
    """
    match = re.fullmatch(r"\s*(\d{1,9})(?:\.0*|\))?\s*", text)
    return int(match[1]) if match else None


class _Numbered(NamedTuple):
    """The numbered entries of lists that number their entries through, in order of list, number, line."""

    row: Codes
    list: Codes
    number: Codes


def _numbered(register: Register) -> _Numbered:
    code, written = codes(register.entries.column("number"))
    read = pa.array([line_number(text) for text in written.to_pylist()], pa.int64()).fill_null(-1)
    number = np.append(np.asarray(read), -1)[code]
    row = np.flatnonzero(number >= 0)
    lists, count = group_codes(
        register.entries, "source", "sheet", "constituency", "precinct", known=False
    )
    line = np.asarray(register.entries.column("line"))
    row = row[np.lexsort((line[row], number[row], lists[row]))]
    found = _Numbered(row, lists[row], number[row])
    repeats, size = (
        np.bincount(found.list[at], minlength=count) for at in (~_is_new(found), slice(None))
    )
    through = (repeats <= _MOST_REPEATED * size)[found.list]
    return found if through.all() else _Numbered(*(part[through] for part in found))


def _is_new(numbered: _Numbered) -> Flags:
    """False where the number stands in the list a second time."""
    new = np.ones(len(numbered.row), dtype=bool)
    new[1:] = (np.diff(numbered.list) != 0) | (np.diff(numbered.number) != 0)
    return new


def line_number_gap(register: Register) -> pa.Table:
    """Lists in which numbers between the lowest and the highest are missing. Value: how many."""
    numbered = register.remembered(_numbered)
    step = np.diff(numbered.number)
    inside = (np.diff(numbered.list) == 0) & (step > 1)
    count = np.bincount(numbered.list[1:][inside], weights=step[inside] - 1)
    lists, firsts = np.unique(numbered.list, return_index=True)
    short = lists[np.isin(lists, np.flatnonzero(count))]
    first = numbered.row[firsts[np.isin(lists, short)]]
    columns = take_columns(register.entries, first, ("constituency", "precinct", "source", "sheet"))
    columns |= {"field": "number", "value": count[short], "limit": 0}
    return make(LINE_NUMBER_GAP, len(first), columns)


def line_number_repeat(register: Register) -> pa.Table:
    """Entries with the line number of an earlier line of their list, beside the entry of that line."""
    numbered = register.remembered(_numbered)
    new = _is_new(numbered)
    first = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    again = ~new
    return register.entry_findings(
        LINE_NUMBER_REPEAT, numbered.row[again], other=numbered.row[first[again]], field="number"
    )


TESTS = (
    RegisterTest(LINE_NUMBER_GAP, line_number_gap),
    RegisterTest(LINE_NUMBER_REPEAT, line_number_repeat),
)
