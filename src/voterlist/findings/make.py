"""How a finding is made: many at once from columns, or one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.model import Rule
from voterlist.schemas import FINDING
from voterlist.tables import from_columns, from_rows

ENTRY_PLACE = ("constituency", "precinct", "entry_id", "source", "sheet", "line")
"""The columns of ENTRY that a finding about an entry repeats."""

PRECINCT_PLACE = ("constituency", "precinct")
"""The columns that name a precinct."""


def make(rule: Rule, rows: int, columns: Mapping[str, Any]) -> pa.Table:
    """FINDING of one rule, at the rule's own severity.

    Args:
        rule: its code, severity and unit stand in every row.
        rows: how many findings there are.
        columns: columns of FINDING by name. Each is an array of ``rows`` values, or one value that
            holds for all rows. NaN becomes null. ``unit`` may be among them, for a rule that
            is asked of places of several sizes.
    """
    whole = {**_of_rule(rule), **columns}
    filled = {name: _filled(value, rows) for name, value in whole.items()}
    return from_columns(filled, FINDING, rows)


def take_columns(table: pa.Table, rows: Any, names: Iterable[str]) -> dict[str, Any]:
    """These columns of a table, at these rows (numbers)."""
    at = pa.array(rows, pa.int64())
    return {name: table.column(name).take(at) for name in names}


def row(rule: Rule, places: Mapping[str, Any]) -> dict[str, Any]:
    """One finding as a row for ``of_rows``. ``places`` are cells of FINDING by column."""
    return {**_of_rule(rule), **places}


def of_rows(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """FINDING of these rows, made by ``row``; their order is kept."""
    return from_rows(rows, FINDING)


def _of_rule(rule: Rule) -> dict[str, str]:
    return {
        "rule": str(rule.code),
        "severity": rule.severity.value,
        "unit": rule.unit.value,
    }


def _filled(value: Any, rows: int) -> Any:
    """A column: the value itself, or one value repeated."""
    if isinstance(value, str):
        return pa.repeat(value, rows)
    if isinstance(value, int | float):
        return np.full(rows, value, dtype=np.float64)
    return value
