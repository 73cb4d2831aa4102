"""The statistics beside those of last cycle's list.

What they were, and how much each place grew and changed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from voterlist.model import Unit
from voterlist.schemas import CYCLE_SUMMARY, INDICATOR, require
from voterlist.tables import concat, from_rows, group_codes, matches, sort_by

CYCLE_INDICATORS = ("growth", "churn")
"""What only two cycles can say. Growth is judged by the rule ``unexplained-growth``, and shown
here."""

_KEY = ("indicator", "unit", "constituency", "precinct")
_NONE = -1
"""The row of no row."""
_CHANGES = ("added", "removed", "moved-in", "moved-out")

_Place: TypeAlias = tuple[Unit, int | None, int | None]
"""A place of a unit: its constituency and its precinct."""


def beside_last(table: pa.Table, last: pa.Table, summary: pa.Table) -> pa.Table:
    """INDICATOR with last cycle's value of each place in ``last``, and with growth and churn.

    The order stays that of INDICATOR.

    Args:
        table: INDICATOR of this list.
        last: INDICATOR of last cycle's list.
        summary: CYCLE_SUMMARY of the two.

    Raises:
        StageError: a table has the wrong shape.
    """
    table, last = (require(part, INDICATOR, "reconcile") for part in (table, last))
    summary = require(summary, CYCLE_SUMMARY, "reconcile")
    column = table.schema.get_field_index("last")
    beside = table.set_column(column, INDICATOR.field("last"), _values_of(last, table))
    return sort_by(concat([beside, _growth_and_churn(summary)], INDICATOR), *_KEY)


def _values_of(last: pa.Table, table: pa.Table) -> pa.ChunkedArray:
    """For each row of ``table`` the value that ``last`` has for its indicator and place."""
    keys = [part.select(list(_KEY)) for part in (table, last)]
    both = pa.concat_tables(keys).unify_dictionaries()
    code, _ = group_codes(both, *_KEY, known=False)
    row, other = matches(code[: table.num_rows], code[table.num_rows :])
    at = np.full(table.num_rows, _NONE)
    at[row] = other
    return last.column("value").take(pa.array(at, mask=at == _NONE))


def _growth_and_churn(summary: pa.Table) -> pa.Table:
    """INDICATOR: growth and churn of every place that was on last cycle's list.

    Both are shares of the entries before; growth is what is above, or below, the whole of them.
    """
    values: dict[tuple[str, _Place], float] = {}
    rows: list[dict[str, Any]] = []
    for (unit, constituency, precinct), entries in _entries(summary).items():
        before, after = entries["before"], entries["after"]
        if not before:
            continue
        moves = sum(entries[change] for change in _CHANGES)
        for indicator, count, value in (
            ("growth", after, after / before - 1),
            ("churn", moves, moves / before),
        ):
            values[indicator, (unit, constituency, precinct)] = value
            row: dict[str, Any] = {
                "indicator": indicator,
                "unit": unit.value,
                "count": count,
                "of": before,
            }
            row |= {"constituency": constituency, "precinct": precinct, "value": value}
            rows.append(row | {"base": (indicator, _wider(unit, constituency))})
    return from_rows(
        [row | {"base": values.get(row["base"])} for row in rows], INDICATOR
    )


def _wider(unit: Unit, constituency: int | None) -> _Place | None:
    """The next wider place; None for the whole."""
    if unit is Unit.PRECINCT:
        return Unit.CONSTITUENCY, constituency, None
    return (Unit.NATION, None, None) if unit is Unit.CONSTITUENCY else None


def _entries(summary: pa.Table) -> dict[_Place, Counter[str]]:
    """How many entries each place had, by change."""
    entries: defaultdict[_Place, Counter[str]] = defaultdict(Counter)
    for row in summary.to_pylist():
        constituency, precinct = row["constituency"], row["precinct"]
        for place in (
            (Unit.PRECINCT, constituency, precinct),
            (Unit.CONSTITUENCY, constituency, None),
            (Unit.NATION, None, None),
        ):
            entries[place][row["change"]] += row["entries"]
    return entries
