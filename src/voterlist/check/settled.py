"""Findings under the settings: rules switched off, severities changed, and what a person accepted with a reason.

An accepted finding is not raised again until what it is about changes. An entry id comes from what the entry says, so a
corrected entry has another one; of a place, the number that was accepted must still be the number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import AcceptedSettings, CheckSettings
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import ACCEPTED, FINDING
from voterlist.tables import concat, from_columns, words

__all__ = ["FINDINGS_ACCEPTED", "Settled", "settle"]

FINDINGS_ACCEPTED = Rule(
    "findings-accepted",
    Severity.NOTE,
    Unit.CONSTITUENCY,
    "nothing disappears silently: what was accepted is counted",
)

_SAME = 0.001
"""Numbers that differ by less than this share of themselves are the same: people copy rounded ones."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is left to ask, and what was answered."""

    findings: pa.Table
    """FINDING, among them how many were accepted in each constituency."""
    accepted: pa.Table
    """ACCEPTED: the findings that a person accepted, with the reason."""


def settle(findings: pa.Table, settings: CheckSettings) -> Settled:
    """The findings (FINDING) of all stages under ``[check.rules]`` and ``[[check.accepted]]``; their order is kept."""
    findings = _under_rules(findings, settings)
    at = _accepted_by(findings, settings.accepted)
    found = findings.filter(pa.array(at >= 0))
    who = at[at >= 0].tolist()
    columns = {name: found.column(name) for name in found.column_names}
    columns["reason"] = [settings.accepted[one].reason for one in who]
    columns["accepted_by"] = pa.array([settings.accepted[one].by for one in who], pa.string())
    accepted = from_columns(columns, ACCEPTED, len(who))
    return Settled(concat([findings.filter(pa.array(at < 0)), _counted(accepted)], FINDING), accepted)


def _under_rules(findings: pa.Table, settings: CheckSettings) -> pa.Table:
    """Without the rules that are switched off, and with the severities chosen."""
    rule = findings.column("rule").cast(pa.string())
    severity = findings.column("severity").cast(pa.string())
    kept = np.ones(findings.num_rows, dtype=bool)
    for code, chosen in settings.rules.items():
        own = pc.equal(rule, code)
        if not chosen.enabled:
            kept &= ~np.asarray(own, dtype=bool)
        elif chosen.severity is not None:
            severity = pc.if_else(own, chosen.severity.value, severity)
    at = findings.schema.get_field_index("severity")
    return findings.set_column(at, FINDING.field("severity"), words(severity)).filter(pa.array(kept))


def _accepted_by(findings: pa.Table, accepted: Sequence[AcceptedSettings]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """For each finding the place of what accepts it among ``accepted``; -1 where nothing does."""
    found = np.full(findings.num_rows, -1)
    if not accepted:
        return found
    columns = {
        name: findings.column(name) for name in ("rule", "constituency", "precinct", "entry_id", "other_entry_id")
    }
    text = {name: pc.fill_null(column.cast(pa.string()), "") for name, column in columns.items()}
    of_entry = pc.is_valid(findings.column("entry_id"))
    place = pc.binary_join_element_wise(text["rule"], "", text["constituency"], text["precinct"], "\n")
    entry = pc.binary_join_element_wise(text["rule"], text["entry_id"], text["other_entry_id"], "", "\n")
    key = pc.if_else(of_entry, entry, place)
    field = findings.column("field").cast(pa.string()).to_numpy(zero_copy_only=False)
    value = findings.column("value").to_numpy()
    of_key: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(accepted):
        of_key[_key(one)].append(number)
    at = pc.index_in(key, value_set=pa.array(list(of_key))).fill_null(-1)
    numbers = list(of_key.values())
    # The loop runs over what was accepted, which people did by hand.
    for row in np.flatnonzero(np.asarray(at) >= 0).tolist():
        for number in numbers[at[row].as_py()]:
            if accepted[number].field in {None, field[row]} and _same(accepted[number].value, value[row]):
                found[row] = number
                break
    return found


def _key(one: AcceptedSettings) -> str:
    if one.entry_id is not None:
        return f"{one.rule}\n{one.entry_id}\n{one.other_entry_id or ''}\n"
    return f"{one.rule}\n\n{one.constituency or ''}\n{one.precinct or ''}"


def _same(accepted: float | None, value: float) -> bool:
    """True where no number was accepted and none is there, or the same."""
    if accepted is None:
        return bool(np.isnan(value))
    return bool(abs(accepted - value) <= _SAME * abs(value))


def _counted(accepted: pa.Table) -> pa.Table:
    """FINDING: how many were accepted in each constituency."""
    grouped = accepted.select(["constituency"]).group_by(["constituency"], use_threads=False)
    counted = grouped.aggregate([([], "count_all")]).sort_by("constituency")
    rows = counted.num_rows
    columns = {
        "rule": pa.repeat(FINDINGS_ACCEPTED.code, rows),
        "severity": pa.repeat(FINDINGS_ACCEPTED.severity.value, rows),
        "unit": pa.repeat(FINDINGS_ACCEPTED.unit.value, rows),
        "constituency": counted.column("constituency"),
        "value": counted.column("count_all"),
    }
    return from_columns(columns, FINDING, rows)
