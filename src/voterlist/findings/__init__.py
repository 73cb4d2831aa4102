"""Findings of all stages: how one is made, ordered, switched off, graded and accepted.

A stage declares its rules in ``rules.toml``, or a few beside their code. It makes findings with
``make`` (columns) or ``row`` and ``of_rows`` (one at a time), and returns them as ``gather`` puts
them together. ``settle`` takes the findings of a whole run and leaves out what a person accepted.
``finding_ids`` names a finding, so that an answer of a person finds it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config.sections import CheckSettings
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING, empty
from voterlist.shipped import shipped_toml
from voterlist.tables import (
    ReadRow,
    Row,
    concat,
    from_columns,
    from_rows,
    mask_of,
    sort_by,
    text_of,
    with_column,
    words,
)

ENTRY_PLACE = ("constituency", "precinct", "entry_id", "source", "sheet", "line")
"""The columns of ENTRY that a finding about an entry repeats."""


def declared_rules(package: str) -> dict[str, Rule]:
    """The rules in ``rules.toml`` of a stage, by their codes."""
    rules: dict[str, Rule] = {}
    for code, cells in shipped_toml(package, "rules.toml").items():
        ground = cells["ground"]
        if ground.startswith("= "):
            ground = rules[ground.removeprefix("= ")].ground
        rules[code] = Rule(
            code,
            Severity(cells["severity"]),
            Unit(cells["unit"]),
            ground,
            cells["looks_at"],
            cells["false_alarms"],
            tuple(cells.get("settings", ())),
            cells.get("is_share", False),
            tuple(cells.get("registers", ())),
            cells.get("about", ""),
        )
    return rules


def make(rule: Rule, rows: int, columns: Mapping[str, Any]) -> pa.Table:
    """FINDING of one rule, at the rule's own severity.

    Args:
        rule: its code, severity and unit stand in every row.
        rows: how many findings there are.
        columns: columns of FINDING by name. Each is an array of ``rows`` values, or one value that
            holds for all rows. NaN becomes null. ``unit`` may be among them, for a rule that
            is asked of places of several sizes.
    """
    if not rows:
        return empty(FINDING)
    whole = {**_of_rule(rule), **columns}
    filled = {name: _filled_column(value, rows) for name, value in whole.items()}
    return from_columns(filled, FINDING, rows)


def take_columns(table: pa.Table, rows: Any, names: Iterable[str]) -> Row:
    """These columns of a table, at these rows (numbers)."""
    at = pa.array(rows, pa.int64())
    return {name: table.column(name).take(at) for name in names}


def row(rule: Rule, places: Mapping[str, Any]) -> Row:
    """One finding as a row for ``of_rows``. ``places`` are cells of FINDING by column."""
    return {**_of_rule(rule), **places}


def of_rows(rows: Sequence[ReadRow]) -> pa.Table:
    """FINDING of these rows, made by ``row``; their order is kept."""
    return from_rows(rows, FINDING)


def _of_rule(rule: Rule) -> dict[str, str]:
    return {
        "rule": str(rule.code),
        "severity": rule.severity.value,
        "unit": rule.unit.value,
    }


def _filled_column(value: Any, rows: int) -> Any:
    """A column: the value itself, or one value repeated."""
    if isinstance(value, str):
        return pa.repeat(value, rows)
    if isinstance(value, int | float):
        return np.full(rows, value, dtype=np.float64)
    return value


FINDING_ORDER = (
    "rule",
    "constituency",
    "precinct",
    "entry_id",
    "other_entry_id",
    "source",
    "sheet",
    "line",
    "field",
    "value",
    "limit",
)
"""The order of every table of findings, nulls last."""


def gather(
    parts: Iterable[pa.Table], settings: CheckSettings | None = None
) -> pa.Table:
    """FINDING of all parts (each FINDING), in ``FINDING_ORDER``.

    With ``settings`` the rules that ``[check.rules]`` switches off are left out, and the others
    have the severity that it gives them.
    """
    findings = concat(parts, FINDING)
    if settings is not None:
        findings = _under_settings(findings, settings)
    return sort_by(findings, *FINDING_ORDER)


def is_on(rule: Rule, settings: CheckSettings) -> bool:
    """False where ``[check.rules]`` switches the rule off."""
    return settings.severity_of(rule) is not None


def _under_settings(findings: pa.Table, settings: CheckSettings) -> pa.Table:
    if not settings.rules:
        return findings
    code = text_of(findings, "rule")
    severity = text_of(findings, "severity")
    kept = np.ones(findings.num_rows, dtype=bool)
    for name, chosen in settings.rules.items():
        is_own = pc.equal(code, name)
        if not chosen.enabled:
            kept &= ~mask_of(is_own)
        elif chosen.severity is not None:
            severity = pc.if_else(is_own, chosen.severity.value, severity)
    graded = with_column(findings, "severity", words(severity))
    # Put together anew, so that no word that was filtered out stays in a dictionary.
    return concat([graded.filter(kept)], FINDING)


_OF_ENTRY = ("rule", "entry_id", "other_entry_id", "field", "value")
_OF_PLACE = (
    "rule",
    "constituency",
    "precinct",
    "source",
    "sheet",
    "line",
    "field",
    "value",
)

ID_COLUMNS = tuple(name for name in FINDING.names if name in {*_OF_ENTRY, *_OF_PLACE})
"""The columns of FINDING of which an id is made."""

_DIGITS_OF_ID = 16
_BYTES_OF_LENGTH = 4


def finding_ids(findings: pa.Table) -> list[str]:
    """One id per FINDING: 16 hexadecimal digits of its rule, entries or place, field and number.

    An entry id comes from what the entry says, so the finding of a corrected entry has another id.
    A finding about the row of a register, beside which there is no entry, has the row's id in it.
    """
    return [_id(cells) for cells in findings.select(ID_COLUMNS).to_pylist()]


def _id(cells: ReadRow) -> str:
    names_somebody = (
        cells["entry_id"] is not None or cells["other_entry_id"] is not None
    )
    names = _OF_ENTRY if names_somebody else _OF_PLACE
    digest = hashlib.sha256()
    for name in names:
        text = _text(cells[name]).encode()
        # The length stands before the text: otherwise two findings would have one id where a text
        # ends in one and the next begins in the other.
        digest.update(len(text).to_bytes(_BYTES_OF_LENGTH, "big"))
        digest.update(text)
    return digest.hexdigest()[:_DIGITS_OF_ID]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    # Six digits: numbers that are summed in another order differ in the sixteenth.
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
