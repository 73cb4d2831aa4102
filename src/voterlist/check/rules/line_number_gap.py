"""Rule ``line-number-gap``: line numbers missing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import mostly_set_aside, numbered_entries
from voterlist.findings import make, take_columns
from voterlist.model import Rule

_PLACE = ("constituency", "precinct", "source", "sheet")


def find(context: Context, rule: Rule) -> pa.Table:
    """Lists in which numbers between the lowest and the highest are missing; value: how many."""
    numbered = context.cached(numbered_entries)
    step = np.diff(numbered.number)
    is_gap = (np.diff(numbered.list) == 0) & (step > 1)
    missing = np.bincount(numbered.list[1:][is_gap], weights=step[is_gap] - 1)
    lists, first = np.unique(numbered.list, return_index=True)
    with_gap = np.isin(lists, np.flatnonzero(missing))
    rows = numbered.row[first[with_gap]]
    columns = take_columns(context.entries, rows, _PLACE)
    columns |= {"field": "number", "value": missing[lists[with_gap]], "limit": 0}
    found = make(rule, len(rows), columns)
    aside = context.lists.filter(mostly_set_aside(context.lists)).select(_PLACE)
    known = {tuple(row.values()) for row in aside.to_pylist()}
    places = found.select(_PLACE).to_pylist()
    is_asked = [tuple(place.values()) not in known for place in places]
    return found.filter(pa.array(is_asked, pa.bool_()))
