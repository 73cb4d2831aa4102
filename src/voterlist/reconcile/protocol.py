"""Sums: the arithmetic of the protocol, and precincts = constituency = nation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from voterlist.findings import PRECINCT_PLACE, make, take_columns
from voterlist.model import Rule, Unit
from voterlist.reconcile.rules import PROTOCOL_LIST, PROTOCOL_SUM, TOTALS
from voterlist.reconcile.statistics import Numbers, count_by_place
from voterlist.schemas import FINDING, PROTOCOL_LINES
from voterlist.tables import concat


def sums(protocol: pa.Table, counted: pa.Table) -> pa.Table:
    """FINDING: what does not add up in a PROTOCOL.

    Rows whose line 1 is not its parts, whose line 1a is not the list, or whose total is not the sum
    of the places below. A number that is not given accuses nobody.
    """
    line = {name: _numbers(protocol, name) for name in PROTOCOL_LINES}
    parts = line["line_1a"] + line["line_1b"] + line["line_1c"] - line["line_1d"]
    findings = [
        _differing(PROTOCOL_SUM, protocol, line["line_1"], parts),
        _differing(
            PROTOCOL_LIST, protocol, line["line_1a"], _counted(protocol, counted)
        ),
    ]
    for name in PROTOCOL_LINES:
        below = _below(protocol, line[name])
        findings.append(_differing(TOTALS, protocol, line[name], below, field=name))
    return concat(findings, FINDING)


def _numbers(protocol: pa.Table, name: str) -> Numbers:
    """A line as numbers, NaN where it is not given."""
    return np.asarray(
        protocol.column(name).cast(pa.float64()).fill_null(np.nan).to_numpy(),
        dtype=np.float64,
    )


def _is_known(protocol: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(protocol.column(name).is_valid(), dtype=bool)


def _differing(
    rule: Rule,
    protocol: pa.Table,
    stated: Numbers,
    right: Numbers,
    field: str | None = None,
) -> pa.Table:
    """A finding for each row whose two numbers are known and differ.

    ``value`` as stated, ``limit`` as it should be.
    """
    differs = ~np.isnan(stated) & ~np.isnan(right) & (stated != right)
    of_constituency, of_precinct = (
        _is_known(protocol, name) for name in PRECINCT_PLACE
    )
    rows_of = {
        Unit.PRECINCT: of_precinct,
        Unit.CONSTITUENCY: of_constituency & ~of_precinct,
        Unit.NATION: ~of_constituency & ~of_precinct,
    }
    findings = []
    for unit, rows in rows_of.items():
        at = np.flatnonzero(differs & rows)
        columns = take_columns(protocol, at, PRECINCT_PLACE)
        columns |= {
            "value": stated[at],
            "limit": right[at],
            "unit": unit.value,
            "field": field,
        }
        findings.append(make(rule, len(at), columns))
    return concat(findings, FINDING)


def _counted(protocol: pa.Table, tally: pa.Table) -> Numbers:
    """The voters that the permanent lists of each row's place have.

    NaN where it handed in none, and for the nation.
    """
    constituency, precinct = (_is_known(protocol, name) for name in PRECINCT_PLACE)
    whole = count_by_place(tally, protocol, "constituency")
    counted = np.where(
        precinct, count_by_place(tally, protocol, *PRECINCT_PLACE), whole
    )
    counted[~constituency] = np.nan
    return counted


def _below(protocol: pa.Table, line: Numbers) -> Numbers:
    """For each total the sum of this line over the places below it.

    NaN where there are none, or one is not known.
    """
    constituency, precinct = (_is_known(protocol, name) for name in PRECINCT_PLACE)
    number = np.asarray(
        protocol.column("constituency").fill_null(-1).to_numpy(), dtype=np.int64
    )
    sums_of = np.full(len(line), np.nan)
    totals = np.flatnonzero(constituency & ~precinct)
    if len(totals):
        codes, where = np.unique(number, return_inverse=True)
        rows = np.bincount(where[precinct], minlength=len(codes))
        added = np.bincount(
            where[precinct], weights=line[precinct], minlength=len(codes)
        )
        # Not known below makes the whole sum unknown: NaN stays NaN in a sum.
        sums_of[totals] = np.where(rows > 0, added, np.nan)[where[totals]]
        sums_of[~constituency & ~precinct] = line[totals].sum()
    return sums_of
