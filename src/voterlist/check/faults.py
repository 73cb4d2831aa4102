"""Findings against the faults that were planted.

Test by test what was found, and what was said falsely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from voterlist.tables import words

__all__ = ["FaultScore", "evaluate_faults"]

_PLACE = ["rule", "constituency", "precinct"]


@dataclass(frozen=True, slots=True)
class FaultScore:
    """How one test did."""

    rule: str
    planted: int
    found: int
    false_alarms: int
    """Findings of this rule about a place where no fault of it was planted."""
    of: int
    """How many places of the test's unit the list has without a fault of it."""

    @property
    def false_rate(self) -> float:
        """False alarms as a share of the places that have no fault."""
        return self.false_alarms / self.of if self.of else 0.0


def evaluate_faults(findings: pa.Table, faults: pa.Table) -> tuple[FaultScore, ...]:
    """One score a rule of which a fault was planted, in order of the rules' codes.

    Args:
        findings: FINDING; rules of which nothing was planted are not looked at.
        faults: FAULT. A fault of entries is found where a finding of its rule names one of them, as
            its entry or as the other; a fault of a place, where one names the place. Where an entry
            is named, the place alone is not enough.
    """
    planted, said = (
        _frame(faults, ["fault", "rule", "constituency", "precinct", "entry_id", "of"]),
        _frame(findings, [*_PLACE, "entry_id", "other_entry_id"]),
    )
    said["finding"] = np.arange(len(said))
    hits = pd.concat([_by_entry(planted, said), _by_place(planted, said)])
    scores = []
    for rule, own in planted.groupby("rule", sort=True):
        found, true = (
            hits.loc[hits["rule"] == rule, name].nunique() for name in ("fault", "finding")
        )
        of = int(own["of"].iloc[0]) - len(own)
        spoken = int((said["rule"] == rule).sum())
        scores.append(
            FaultScore(str(rule), own["fault"].nunique(), found, spoken - true, max(of, 0))
        )
    return tuple(scores)


def _frame(table: pa.Table, names: list[str]) -> pd.DataFrame:
    """Columns as pandas has them; a place that is not known is -1."""
    plain = table.select(names)
    at = plain.schema.get_field_index("rule")
    plain = plain.set_column(at, "rule", words(table.column("rule")).cast(pa.string()))
    frame: pd.DataFrame = plain.to_pandas()
    for name in ("constituency", "precinct"):
        frame[name] = frame[name].fillna(-1).astype(np.int64)
    return frame


def _by_entry(planted: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    """rule, fault, finding: where a finding names an entry of a fault of its rule."""
    of_entries = planted[planted["entry_id"].notna()]
    parts = []
    for name in ("entry_id", "other_entry_id"):
        named = said[said[name].notna()][["rule", name, "finding"]].rename(
            columns={name: "entry_id"}
        )
        parts.append(of_entries.merge(named, on=["rule", "entry_id"])[["rule", "fault", "finding"]])
    return pd.concat(parts)


def _by_place(planted: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    """rule, fault, finding: where a finding names the place of a fault of its rule."""
    of_places = planted[planted["entry_id"].isna()]
    named = said[[*_PLACE, "finding"]]
    return of_places.merge(named, on=_PLACE)[["rule", "fault", "finding"]]
