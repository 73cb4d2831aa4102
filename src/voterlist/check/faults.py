"""Findings against the faults that were planted: how each rule did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from voterlist.tables import words

_PLACE = ["rule", "constituency", "precinct"]
_HIT = ["rule", "fault", "finding"]


@dataclass(frozen=True, slots=True)
class FaultScore:
    """How one rule did."""

    rule: str
    planted: int
    found: int
    false_alarms: int
    """Findings of this rule about a place where no fault of it was planted."""
    of: int
    """How many places of the rule's unit the list has without a fault of it."""

    @property
    def false_rate(self) -> float:
        """False alarms as a share of the places that have no fault."""
        return self.false_alarms / self.of if self.of else 0.0


def evaluate_faults(findings: pa.Table, faults: pa.Table) -> tuple[FaultScore, ...]:
    """One score per rule of which a fault was planted, in order of the rules' codes.

    Args:
        findings: FINDING; rules of which nothing was planted are not looked at.
        faults: FAULT. A fault of entries is found where a finding of its rule names one of them, as
            its entry or as the other; a fault of a place, where one names the place. Where an entry
            is named, the place alone is not enough.
    """
    planted = _frame(
        faults, ["fault", "rule", "constituency", "precinct", "entry_id", "of"]
    )
    reported = _frame(findings, [*_PLACE, "entry_id", "other_entry_id"])
    reported["finding"] = np.arange(len(reported))
    hits = pd.concat([_by_entry(planted, reported), _by_place(planted, reported)])
    return tuple(
        _score(str(rule), own, reported, hits)
        for rule, own in planted.groupby("rule", sort=True)
    )


def _score(
    rule: str, planted: pd.DataFrame, reported: pd.DataFrame, hits: pd.DataFrame
) -> FaultScore:
    """The score of one rule; ``planted`` are its faults."""
    own = hits[hits["rule"] == rule]
    findings = int((reported["rule"] == rule).sum())
    return FaultScore(
        rule=rule,
        planted=planted["fault"].nunique(),
        found=own["fault"].nunique(),
        false_alarms=findings - own["finding"].nunique(),
        of=max(int(planted["of"].iloc[0]) - len(planted), 0),
    )


def _frame(table: pa.Table, names: list[str]) -> pd.DataFrame:
    """Columns as pandas has them; a place that is not known is -1."""
    plain = table.select(names)
    rule = words(table.column("rule")).cast(pa.string())
    plain = plain.set_column(plain.schema.get_field_index("rule"), "rule", rule)
    frame: pd.DataFrame = plain.to_pandas()
    for name in ("constituency", "precinct"):
        frame[name] = frame[name].fillna(-1).astype(np.int64)
    return frame


def _by_entry(planted: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """rule, fault, finding: where a finding names an entry of a fault of its rule."""
    of_entries = planted[planted["entry_id"].notna()]
    parts = []
    for name in ("entry_id", "other_entry_id"):
        named = reported.loc[reported[name].notna(), ["rule", name, "finding"]]
        named = named.rename(columns={name: "entry_id"})
        parts.append(of_entries.merge(named, on=["rule", "entry_id"])[_HIT])
    return pd.concat(parts)


def _by_place(planted: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """rule, fault, finding: where a finding names the place of a fault of its rule."""
    of_places = planted[planted["entry_id"].isna()]
    return of_places.merge(reported[[*_PLACE, "finding"]], on=_PLACE)[_HIT]
