"""Findings under the settings: rules switched off, severities changed, and what a person accepted with a reason.

An accepted finding is not raised again until what it is about changes. An entry id comes from what
the entry says, so a corrected entry has another one; of a place, the number that was accepted must
still be the number. It is accepted in the settings, or in a review workbook, which the ledger
keeps: such an acceptance is of one finding, so where that names a file, of this very file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config import CheckSettings
from voterlist.model import Mark, Rule, Severity, Unit
from voterlist.schemas import ACCEPTANCE, ACCEPTED, FINDING, empty, require
from voterlist.tables import concat, from_columns, words

__all__ = ["FINDINGS_ACCEPTED", "Settled", "settle"]

FINDINGS_ACCEPTED = Rule(
    "findings-accepted",
    Severity.NOTE,
    Unit.CONSTITUENCY,
    "nothing disappears silently: what was accepted is counted",
)

_SAME = 0.001
"""Numbers that differ by less than this share of themselves are the same: people copy rounded ones.
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is left to ask, and what was answered."""

    findings: pa.Table
    """FINDING, among them how many were accepted in each constituency."""
    accepted: pa.Table
    """ACCEPTED: the findings that a person accepted, with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Acceptance:
    """One finding that is accepted, or several of an entry or place."""

    rule: str
    reason: str
    by: str | None
    entry_id: str | None
    other_entry_id: str | None
    constituency: int | None
    precinct: int | None
    field: str | None
    """None: whatever field."""
    value: float | None
    finding_id: str | None = None
    """None: accepted in the settings, whatever file the place's finding names."""
    file: tuple[str | None, str | None, int | None] = (None, None, None)


def settle(
    findings: pa.Table, settings: CheckSettings, acceptances: pa.Table | None = None
) -> Settled:
    """The findings (FINDING) of all stages under ``[check.rules]`` and what is accepted; their order is kept.

    ``acceptances`` is ACCEPTANCE: what people last said of each finding. ``[[check.accepted]]``
    goes before it.
    """
    findings = _under_rules(findings, settings)
    given = [
        *_of_settings(settings),
        *_of_people(empty(ACCEPTANCE) if acceptances is None else acceptances),
    ]
    at = _accepted_by(findings, given)
    found = findings.filter(pa.array(at >= 0))
    who = [given[one] for one in at[at >= 0].tolist()]
    columns = {name: found.column(name) for name in found.column_names}
    columns["reason"] = [one.reason for one in who]
    columns["accepted_by"] = pa.array([one.by for one in who], pa.string())
    columns["finding_id"] = pa.array([one.finding_id for one in who], pa.string())
    accepted = from_columns(columns, ACCEPTED, len(who))
    return Settled(
        concat([findings.filter(pa.array(at < 0)), _counted(accepted)], FINDING), accepted
    )


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
    return findings.set_column(at, FINDING.field("severity"), words(severity)).filter(
        pa.array(kept)
    )


def _of_settings(settings: CheckSettings) -> Iterable[_Acceptance]:
    for one in settings.accepted:
        names = (
            "rule",
            "reason",
            "by",
            "entry_id",
            "other_entry_id",
            "constituency",
            "precinct",
            "field",
            "value",
        )
        yield _Acceptance(**{name: getattr(one, name) for name in names})


def _of_people(acceptances: pa.Table) -> Iterable[_Acceptance]:
    for row in require(acceptances, ACCEPTANCE, "check").to_pylist():
        if row["mark"] == Mark.ACCEPT:
            names = (
                "rule",
                "entry_id",
                "other_entry_id",
                "constituency",
                "precinct",
                "field",
                "value",
                "finding_id",
            )
            yield _Acceptance(
                **{name: row[name] for name in names},
                reason=row["reason"],
                by=row["accepted_by"],
                file=(row["source"], row["sheet"], row["line"]),
            )


def _accepted_by(
    findings: pa.Table, accepted: Sequence[_Acceptance]
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """For each finding the place of what accepts it among ``accepted``; -1 where nothing does."""
    found = np.full(findings.num_rows, -1)
    if not accepted:
        return found
    columns = {
        name: findings.column(name)
        for name in ("rule", "constituency", "precinct", "entry_id", "other_entry_id")
    }
    text = {name: pc.fill_null(column.cast(pa.string()), "") for name, column in columns.items()}
    of_entry = pc.is_valid(findings.column("entry_id"))
    place = pc.binary_join_element_wise(
        text["rule"], "", text["constituency"], text["precinct"], "\n"
    )
    entry = pc.binary_join_element_wise(
        text["rule"], text["entry_id"], text["other_entry_id"], "", "\n"
    )
    key = pc.if_else(of_entry, entry, place)
    field = findings.column("field").cast(pa.string()).to_numpy(zero_copy_only=False)
    value = findings.column("value").to_numpy()
    file = [findings.column(name) for name in ("source", "sheet", "line")]
    of_key: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(accepted):
        of_key[_key(one)].append(number)
    at = pc.index_in(key, value_set=pa.array(list(of_key))).fill_null(-1)
    numbers = list(of_key.values())
    # The loop runs over what was accepted, which people did by hand.
    for row in np.flatnonzero(np.asarray(at) >= 0).tolist():
        for number in numbers[at[row].as_py()]:
            one = accepted[number]
            of_file = one.finding_id is not None and one.entry_id is None
            if (
                one.field in {None, field[row]}
                and _same(one.value, value[row])
                and (not of_file or one.file == tuple(column[row].as_py() for column in file))
            ):
                found[row] = number
                break
    return found


def _key(one: _Acceptance) -> str:
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
