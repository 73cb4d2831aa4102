"""The statistics beside those of last cycle's list.

What they were, and how much each place grew and changed.
"""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

import pyarrow as pa

from voterlist.model import Unit
from voterlist.schemas import CYCLE_SUMMARY, INDICATOR, require
from voterlist.tables import concat, from_columns, group_codes, matches, sort_by

__all__ = ["CYCLE_INDICATORS", "beside_last"]

CYCLE_INDICATORS = ("growth", "churn")
"""What only two cycles can say. Growth is judged by the rule ``unexplained-growth``, and shown
here."""

_KEY = ("indicator", "unit", "constituency", "precinct")
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
    both = pa.concat_tables(
        [part.select(list(_KEY)) for part in (table, last)]
    ).unify_dictionaries()
    code, _ = group_codes(both, *_KEY, known=False)
    row, other = matches(code[: table.num_rows], code[table.num_rows :])
    at: list[int | None] = [None] * table.num_rows
    for mine, its in zip(row.tolist(), other.tolist(), strict=True):
        at[mine] = its
    values = last.column("value").take(pa.array(at, pa.int64()))
    beside = table.set_column(table.schema.get_field_index("last"), INDICATOR.field("last"), values)
    return sort_by(
        concat([beside, _changes(require(summary, CYCLE_SUMMARY, "reconcile"))], INDICATOR), *_KEY
    )


def _changes(summary: pa.Table) -> pa.Table:
    """Growth and churn of every place that was on last cycle's list."""
    rows = []
    counts = _counted(summary)
    for unit, places in counts.items():
        for place, found in places.items():
            before, after, moves = (
                found["before"],
                found["after"],
                sum(found[change] for change in _CHANGES),
            )
            if before:
                rows += [(unit, place, "growth", after, before, after / before - 1)]
                rows += [(unit, place, "churn", moves, before, moves / before)]
    values = {(unit, place, name): value for unit, place, name, _, _, value in rows}
    columns = {
        "indicator": [name for _, _, name, *_ in rows],
        "unit": [unit.value for unit, *_ in rows],
        "constituency": pa.array([place[0] for _, place, *_ in rows], pa.int32()),
        "precinct": pa.array([place[1] for _, place, *_ in rows], pa.int32()),
        "count": pa.array([row[3] for row in rows], pa.float64()),
        "of": pa.array([row[4] for row in rows], pa.float64()),
        "value": pa.array([row[5] for row in rows], pa.float64()),
        "base": pa.array([_base(values, *row[:3]) for row in rows], pa.float64()),
    }
    return from_columns(columns, INDICATOR, len(rows))


def _counted(summary: pa.Table) -> dict[Unit, dict[_Place, Counter[str]]]:
    """How many entries each place had, by change."""
    counts: dict[Unit, dict[_Place, Counter[str]]] = {
        Unit.PRECINCT: {},
        Unit.CONSTITUENCY: {},
        Unit.NATION: {},
    }
    for row in summary.to_pylist():
        constituency, precinct = row["constituency"], row["precinct"]
        for unit, place in (
            (Unit.PRECINCT, (constituency, precinct)),
            (Unit.CONSTITUENCY, (constituency, None)),
            (Unit.NATION, (None, None)),
        ):
            counts[unit].setdefault(place, Counter())[row["change"]] += row["entries"]
    return counts


def _base(
    values: dict[tuple[Unit, _Place, str], float], unit: Unit, place: _Place, name: str
) -> float | None:
    """The value of the next wider unit; the whole has none."""
    if unit is Unit.NATION:
        return None
    wider = (place[0], None) if unit is Unit.PRECINCT else (None, None)
    return values.get((Unit.CONSTITUENCY if unit is Unit.PRECINCT else Unit.NATION, wider, name))
