"""The statistics beside those of last cycle's list.

What they were, and how much each place grew and changed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from voterlist.model import Unit
from voterlist.schemas import CYCLE_SUMMARY, INDICATOR, require
from voterlist.tables import concat, from_columns, group_codes, matches, sort_by

CYCLE_INDICATORS = ("growth", "churn")
"""What only two cycles can say. Growth is judged by the rule ``unexplained-growth``, and shown
here."""

_KEY = ("indicator", "unit", "constituency", "precinct")
_NONE = -1
"""The row of no row."""
_CHANGES = ("added", "removed", "moved-in", "moved-out")

_Place: TypeAlias = tuple[int | None, int | None]


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


@dataclass(frozen=True, slots=True)
class _Statistic:
    """Growth or churn of a place."""

    indicator: str
    unit: Unit
    place: _Place
    count: int
    of: int

    @property
    def value(self) -> float:
        """The share of ``of``; growth is what is above, or below, the whole of it."""
        share = self.count / self.of
        return share - 1 if self.indicator == "growth" else share

    @property
    def key(self) -> tuple[str, Unit, _Place]:
        """What tells it from the others."""
        return self.indicator, self.unit, self.place

    @property
    def wider(self) -> tuple[str, Unit, _Place] | None:
        """The key of the same of the next wider unit; None for the whole."""
        if self.unit is Unit.NATION:
            return None
        if self.unit is Unit.CONSTITUENCY:
            return self.indicator, Unit.NATION, (None, None)
        return self.indicator, Unit.CONSTITUENCY, (self.place[0], None)


def _growth_and_churn(summary: pa.Table) -> pa.Table:
    """INDICATOR: growth and churn of every place that was on last cycle's list."""
    rows = list(_statistics(summary))
    values = {row.key: row.value for row in rows}
    base = [None if row.wider is None else values.get(row.wider) for row in rows]
    columns = {
        "indicator": [row.indicator for row in rows],
        "unit": [row.unit.value for row in rows],
        "constituency": pa.array([row.place[0] for row in rows], pa.int32()),
        "precinct": pa.array([row.place[1] for row in rows], pa.int32()),
        "count": pa.array([row.count for row in rows], pa.float64()),
        "of": pa.array([row.of for row in rows], pa.float64()),
        "value": pa.array([row.value for row in rows], pa.float64()),
        "base": pa.array(base, pa.float64()),
    }
    return from_columns(columns, INDICATOR, len(rows))


def _statistics(summary: pa.Table) -> Iterator[_Statistic]:
    for (unit, place), entries in _entries(summary).items():
        before = entries["before"]
        if not before:
            continue
        moves = sum(entries[change] for change in _CHANGES)
        yield _Statistic("growth", unit, place, entries["after"], before)
        yield _Statistic("churn", unit, place, moves, before)


def _entries(summary: pa.Table) -> dict[tuple[Unit, _Place], Counter[str]]:
    """How many entries each place had, by change."""
    entries: defaultdict[tuple[Unit, _Place], Counter[str]] = defaultdict(Counter)
    for row in summary.to_pylist():
        constituency, precinct = row["constituency"], row["precinct"]
        for place in (
            (Unit.PRECINCT, (constituency, precinct)),
            (Unit.CONSTITUENCY, (constituency, None)),
            (Unit.NATION, (None, None)),
        ):
            entries[place][row["change"]] += row["entries"]
    return entries
