"""What the report of one constituency tells of all lists of the run: it is told in round numbers.

An exact number of all lists is another one with every entry that comes or goes anywhere, and the
reports of all constituencies would have to be written anew for it. Three digits say as much to the
reader of one constituency. The run's tables, and the report of all lists, have the exact numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Floats
from voterlist.model import Unit
from voterlist.report.lookup import text_column
from voterlist.report.sections.audit.model import SHARES

__all__ = ["COINCIDENCES", "in_round_numbers"]

COINCIDENCES = "coincidences-beyond-chance"
"""The rule whose findings count pairs of all lists, where they are of no constituency."""
_DIGITS = 3
_SHARE_DECIMALS = 3
"""Shares are shown in per cent with one decimal."""
_ESTIMATE_DECIMALS = 4
"""One more, for the estimate says whether it is above 99.9 %."""
_NUMBER_DECIMALS = 1

Rounding = Callable[[pa.Table], pa.Table]


def in_round_numbers(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables of the report of one constituency of several."""
    return {
        # A table without rows may have no columns either.
        name: _ROUNDINGS[name](table)
        if name in _ROUNDINGS and table.num_rows
        else table
        for name, table in tables.items()
    }


def _coincidences(table: pa.Table) -> pa.Table:
    return _rounded(table, _is_of_all(table), expected=_digits, found=_digits)


def _findings(table: pa.Table) -> pa.Table:
    is_counted = np.asarray(pc.equal(text_column(table, "rule"), COINCIDENCES))
    chosen = _is_of_all(table) & is_counted
    return _rounded(table, chosen, value=_digits, limit=_digits)


def _indicators(table: pa.Table) -> pa.Table:
    unit, indicator = (text_column(table, name) for name in ("unit", "indicator"))
    is_all = np.asarray(pc.equal(unit, Unit.NATION.value))
    is_share = np.asarray(pc.is_in(indicator, pa.array(sorted(SHARES))))
    is_number = np.asarray(pc.equal(indicator, "voters"))
    table = _rounded(table, is_all, count=_digits, of=_digits)
    table = _rounded(table, is_all & is_number, value=_digits)
    table = _rounded(table, is_all & is_share, value=_shares)
    table = _rounded(table, is_all & ~is_share & ~is_number, value=_numbers)
    # What a constituency is compared with is the value of all lists.
    is_own = np.asarray(pc.equal(unit, Unit.CONSTITUENCY.value))
    table = _rounded(table, is_own & is_share, base=_shares)
    return _rounded(table, is_own & ~is_share, base=_numbers)


def _estimate(table: pa.Table) -> pa.Table:
    names = ("precision", "recall")
    ends = [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    every = np.ones(table.num_rows, np.bool_)
    return _rounded(table, every, pairs=_digits, **dict.fromkeys(ends, _estimates))


def _doubts(table: pa.Table) -> pa.Table:
    return _rounded(table, np.ones(table.num_rows, np.bool_), share=_shares)


_ROUNDINGS: Mapping[str, Rounding] = {
    "coincidences": _coincidences,
    "doubts": _doubts,
    "estimate": _estimate,
    "findings": _findings,
    "indicators": _indicators,
}


def _is_of_all(table: pa.Table) -> Bools:
    return np.asarray(table.column("constituency").is_null())


def _rounded(
    table: pa.Table, chosen: Bools, **columns: Callable[[Floats], Floats]
) -> pa.Table:
    """The table with these columns rounded in the chosen rows; what is null stays so."""
    for name, how in columns.items():
        column = table.column(name).combine_chunks()
        is_told = pa.array(chosen & np.asarray(column.is_valid()))
        numbers = how(np.asarray(column.filter(is_told).cast(pa.float64())))
        new = pc.replace_with_mask(
            column, is_told, pa.array(numbers, pa.float64()).cast(column.type)
        )
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(name), new)
    return table


def _digits(numbers: Floats) -> Floats:
    """The numbers to three digits."""
    return np.array([float(f"{one:.{_DIGITS}g}") for one in numbers.tolist()])


def _shares(numbers: Floats) -> Floats:
    return np.round(numbers, _SHARE_DECIMALS)


def _estimates(numbers: Floats) -> Floats:
    return np.round(numbers, _ESTIMATE_DECIMALS)


def _numbers(numbers: Floats) -> Floats:
    return np.round(numbers, _NUMBER_DECIMALS)
