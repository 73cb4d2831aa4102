"""The rules about what a precinct handed in: its lists, their size, columns and line numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.check.context import Context, Found
from voterlist.fields import PLACE, REQUIRED
from voterlist.findings import take_columns
from voterlist.model import ListKind
from voterlist.tables import group_codes, map_unique, text_of


def precinct_too_large(context: Context) -> Iterator[Found]:
    """Precincts with more entries than the law allows."""
    size, limit = context.permanent_entries, context.settings.largest_precinct
    at = np.flatnonzero(size > limit)
    yield context.precincts_found(at, value=size[at], limit=limit)


def precinct_too_small(context: Context) -> Iterator[Found]:
    """Precincts with fewer entries than the law allows.

    The list of a ward or a ship alone is no precinct.
    """
    size, limit = context.permanent_entries, context.settings.smallest_precinct
    at = np.flatnonzero((size > 0) & (size < limit))
    yield context.precincts_found(at, value=size[at], limit=limit)


_SOURCES = "source_count_distinct"
"""The column in which Arrow counts the different values of ``source``."""


def precinct_in_two_lists(context: Context) -> Iterator[Found]:
    """Precincts for which permanent lists of different content were handed in."""
    lists = context.lists
    is_permanent = pc.equal(text_of(lists, "list_kind"), ListKind.PERMANENT)
    has_entries = pc.greater(lists.column("entries"), 0)
    is_placed = lists.column("precinct").is_valid()
    usable = lists.filter(pc.and_(pc.and_(is_permanent, has_entries), is_placed))
    usable = usable.filter(pc.invert(_mostly_set_aside(usable)))
    by_precinct = usable.group_by(list(PLACE), use_threads=False)
    counted = by_precinct.aggregate([("source", "count_distinct")])
    several = counted.filter(pc.greater(counted.column(_SOURCES), 1))
    columns = {name: several.column(name) for name in PLACE}
    columns |= {"value": several.column(_SOURCES), "limit": 1}
    yield Found(several.num_rows, columns)


def _lacks_column(context: Context, missing: Bools) -> Bools:
    """True for each precinct that lacks the field in more of its entries than the settings allow.

    ``missing`` is what ``is_missing`` gives for the field.
    """
    precincts = context.precincts
    return precincts.count(missing) > context.settings.most_missing * precincts.size


def missing_column(context: Context) -> Iterator[Found]:
    """Precincts most of whose entries lack a field: one finding instead of one for each entry."""
    precincts, limit = context.precincts, context.settings.most_missing
    for field in REQUIRED:
        missing = context.is_missing(field)
        at = np.flatnonzero(_lacks_column(context, missing))
        share = precincts.count(missing)[at] / precincts.size[at]
        yield context.precincts_found(at, field=field, value=share, limit=limit)


def missing_value(context: Context) -> Iterator[Found]:
    """Entries without a field that the other entries of their precinct have."""
    for field in REQUIRED:
        missing = context.is_missing(field)
        without_column = _lacks_column(context, missing)[context.precincts.codes]
        yield context.entries_found(missing & ~without_column, field=field)


# The line numbers of a list as its precinct wrote them.

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
    """The entries of lists that number their entries through, by list, number and line.

    One element per entry.
    """

    row: Longs
    list: Longs
    number: Longs

    def of(self, kept: Bools) -> _Numbered:
        """Those that are flagged."""
        return _Numbered(self.row[kept], self.list[kept], self.number[kept])


def _numbered_entries(context: Context) -> _Numbered:
    """The entries with a line number, of lists that repeat few of their numbers."""
    read = map_unique(context.entries.column("number"), line_number, pa.int64())
    number = np.asarray(read.fill_null(-1))
    row = np.flatnonzero(number >= 0)
    lists, count = group_codes(
        context.entries, "source", "sheet", "constituency", "precinct", known=False
    )
    line = np.asarray(context.entries.column("line"))
    row = row[np.lexsort((line[row], number[row], lists[row]))]
    numbered = _Numbered(row, lists[row], number[row])
    repeats = np.bincount(numbered.list[~_is_new_number(numbered)], minlength=count)
    size = np.bincount(numbered.list, minlength=count)
    is_through = (repeats <= _MOST_REPEATED * size)[numbered.list]
    return numbered if is_through.all() else numbered.of(is_through)


def _mostly_set_aside(lists: pa.Table) -> pa.ChunkedArray:
    """True for the lists (LIST) most of whose rows were set aside, each with its reason.

    So is what an earlier version of the list has word for word: `list-version` tells it.
    """
    return pc.greater(lists.column("set_aside"), lists.column("entries"))


def _is_new_number(numbered: _Numbered) -> Bools:
    """False where the number stood on an earlier line of the list."""
    is_new = np.ones(len(numbered.row), dtype=bool)
    is_new[1:] = (np.diff(numbered.list) != 0) | (np.diff(numbered.number) != 0)
    return is_new


_PLACE = ("constituency", "precinct", "source", "sheet")


def line_number_gap(context: Context) -> Iterator[Found]:
    """Lists in which numbers between the lowest and the highest are missing; value: how many."""
    numbered = context.cached(_numbered_entries)
    step = np.diff(numbered.number)
    is_gap = (np.diff(numbered.list) == 0) & (step > 1)
    missing = np.bincount(numbered.list[1:][is_gap], weights=step[is_gap] - 1)
    lists, first = np.unique(numbered.list, return_index=True)
    with_gap = np.isin(lists, np.flatnonzero(missing))
    rows, value = numbered.row[first[with_gap]], missing[lists[with_gap]]
    aside = context.lists.filter(_mostly_set_aside(context.lists)).select(_PLACE)
    known = {(*place.values(),) for place in aside.to_pylist()}
    places = context.entries.select(_PLACE).take(rows).to_pylist()
    asked = [at for at, place in enumerate(places) if (*place.values(),) not in known]
    columns = take_columns(context.entries, rows[asked], _PLACE)
    columns |= {"field": "number", "value": value[asked], "limit": 0}
    yield Found(len(asked), columns)


def line_number_repeat(context: Context) -> Iterator[Found]:
    """Entries with the number of an earlier line of their list, beside the entry of that line."""
    numbered = context.cached(_numbered_entries)
    is_new = _is_new_number(numbered)
    first = np.maximum.accumulate(np.where(is_new, np.arange(len(is_new)), 0))
    rows, other = numbered.row[~is_new], numbered.row[first[~is_new]]
    yield context.entries_found(rows, other=other, field="number")
