"""What the comparison of two cycles asks a person about."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import CheckSettings
from voterlist.cycles.rules import ADDED, GREW, NO_CAUSE, REMOVED, RETURNED
from voterlist.model import Rule
from voterlist.schemas import FINDING, empty
from voterlist.tables import concat, from_columns, sort_by

__all__ = ["findings"]

_FEW = 5
"""So many additions without a cause are no growth, however small the precinct."""


def findings(changes: pa.Table, counted: pa.Table, settings: CheckSettings) -> pa.Table:
    """FINDING of a CYCLE_CHANGE and its CYCLE_SUMMARY, ordered by rule, place and entry."""
    made = [
        _entries(REMOVED, changes, "removed", NO_CAUSE, settings),
        _entries(ADDED, changes, "added", NO_CAUSE, settings),
        _entries(RETURNED, changes, "added", "returned", settings),
        _growth(counted, settings),
    ]
    return sort_by(
        concat(made, FINDING), "rule", "constituency", "precinct", "entry_id", "other_entry_id"
    )


def _entries(
    rule: Rule, changes: pa.Table, change: str, cause: str, settings: CheckSettings
) -> pa.Table:
    words = {name: changes.column(name).cast(pa.string()) for name in ("change", "cause")}
    rows = changes.filter(
        pc.and_(pc.equal(words["change"], change), pc.equal(words["cause"], cause))
    )
    columns = {name: rows.column(name) for name in ("constituency", "precinct", "entry_id")}
    columns["other_entry_id"] = rows.column("old_entry_id")
    return _found(rule, columns, rows.num_rows, settings)


def _growth(counted: pa.Table, settings: CheckSettings) -> pa.Table:
    """Precincts that have more additions without a cause than their last list allows."""
    frame = counted.cast(
        pa.schema([*(counted.schema.field(name) for name in ("constituency", "precinct")), *_TEXT])
    ).to_pandas()
    place = ["constituency", "precinct"]
    before = frame[frame["change"] == "before"].groupby(place)["entries"].sum()
    unexplained = (
        frame[(frame["change"] == "added") & (frame["cause"] == NO_CAUSE)]
        .groupby(place)["entries"]
        .sum()
    )
    both = (
        pd.DataFrame({"value": unexplained})
        .join(before.rename("before"), how="left")
        .fillna(0)
        .reset_index()
    )
    both["limit"] = np.maximum(_FEW, np.floor(both["before"] * settings.most_unexplained_growth))
    # A precinct that the last cycle did not have is new, and its entries are asked one by one.
    grown = both[(both["value"] > both["limit"]) & (both["before"] > 0)]
    columns = {name: grown[name].to_numpy() for name in ("value", "limit")}
    columns |= {name: grown[name].to_numpy(np.int64) for name in place}
    return _found(GREW, columns, len(grown), settings)


_TEXT = (
    pa.field("change", pa.string()),
    pa.field("cause", pa.string()),
    pa.field("entries", pa.int64()),
)


def _found(rule: Rule, columns: dict[str, Any], rows: int, settings: CheckSettings) -> pa.Table:
    severity = settings.severity_of(rule)
    if severity is None:
        return empty(FINDING)
    words = {"rule": rule.code, "severity": severity.value, "unit": rule.unit.value}
    return from_columns(
        {**{name: pa.repeat(word, rows) for name, word in words.items()}, **columns}, FINDING, rows
    )
