"""The findings of all stages, by rule and precinct."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from voterlist.check import SHARE_RULES
from voterlist.model import Severity
from voterlist.report.section import Inputs, Section
from voterlist.report.sections.findings.model import (
    FindingRow,
    Findings,
    RuleCount,
    build_findings,
    count_rules,
)
from voterlist.report.sheets import (
    Block,
    Column,
    Row,
    SheetTable,
    SheetValue,
    columns_of,
    place_cells,
    place_columns,
)
from voterlist.report.values import Facts, Precinct, place_order
from voterlist.report.words import Words
from voterlist.schemas import ENTRY, FINDING, PROFILE

__all__ = [
    "FINDINGS",
    "FindingRow",
    "FindingWords",
    "Findings",
    "RuleCount",
    "build_findings",
    "finding_cells",
    "finding_columns",
]


class FindingWords(Words):
    """Says what findings notice."""

    def message(self, finding: FindingRow) -> str:
        """The finding with its numbers; those of rules about shares as percentages."""
        value, limit = (
            self._shown(finding, finding.value),
            self._shown(finding, finding.limit),
        )
        key = f"rule.{finding.rule}.message"
        of_all = f"{key}.all-lists"
        if finding.place.constituency is None and self.has(of_all):
            key = of_all
        return self(key, value=value, limit=limit, count=value)

    def _shown(self, finding: FindingRow, value: float | None) -> float | str | None:
        if value is None or finding.rule not in SHARE_RULES:
            return value
        return self.percent(value)


def sheets(
    findings: Findings, facts: Facts, words: FindingWords
) -> Iterable[SheetTable]:
    """One row for each finding."""
    notes = (words("report.findings.note"), words("report.findings.accept"))
    columns = finding_columns(words)
    rows = []
    for row in findings.rows:
        marks = [row.severity.value, *[""] * (len(columns) - 1)]
        rows.append(Row(finding_cells(row, words, facts.constituency), marks))
    yield SheetTable(
        words("report.sheet.findings"),
        (words("report.findings.title"), *notes),
        columns,
        rows,
        words("report.findings.none"),
        frozen=2,
    )


def summary(findings: Findings, words: FindingWords) -> Iterable[Block]:
    """How many findings each rule made."""
    headings = [
        words(f"report.column.{name}") for name in ("rule", "severity", "findings")
    ]
    rows: list[list[SheetValue]] = []
    for row in findings.rules:
        title, severity = (
            words(f"rule.{row.rule}.title"),
            words(f"severity.{row.severity}"),
        )
        rows.append([title, severity, row.count])
    yield Block(words("report.rules.title"), headings, rows)


def finding_columns(words: FindingWords) -> tuple[Column, ...]:
    """The columns that show a finding; the first two say what it is."""
    return (
        *columns_of(
            words,
            ("report.column.severity", 11, "text"),
            ("report.column.rule", 30, "text"),
        ),
        *place_columns(words),
        *columns_of(
            words,
            ("field.written", 30, "text"),
            ("report.column.field", 15, "text"),
            ("report.column.cell", 20, "text"),
            ("report.column.message", 48, "text"),
            ("report.column.todo", 48, "text"),
            ("report.column.other", 34, "text"),
            ("field.entry_id", 25, "text"),
        ),
    )


def finding_cells(
    row: FindingRow, words: FindingWords, home: int | None
) -> list[SheetValue]:
    """What a finding shows, in the order of ``finding_columns``.

    The constituency ``home`` is not repeated in the place of the other entry.
    """
    return [
        words(f"severity.{row.severity}"),
        words(f"rule.{row.rule}.title"),
        *place_cells(row.place),
        row.written,
        words(f"field.{row.field}") if row.field else None,
        row.cell,
        words.message(row),
        words(f"rule.{row.rule}.todo"),
        words.place(row.other, home) if row.other else None,
        row.entry_id,
    ]


_SHADES = 4


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """A rule with its findings."""

    count: RuleCount
    rows: tuple[FindingRow, ...]


def page(findings: Findings) -> Mapping[str, Any]:
    """What the template of the findings needs besides the findings."""
    rules = _by_rule(findings)
    return {
        "rules": rules,
        "severities": [severity.value for severity in Severity],
        "shade": shade,
    }


def _by_rule(findings: Findings) -> list[RuleFindings]:
    """The findings of each rule, in the order of ``Findings.rules``."""
    rows: dict[tuple[str, str], list[FindingRow]] = {}
    for row in findings.rows:
        rows.setdefault((row.rule, row.severity), []).append(row)
    return [
        RuleFindings(count, tuple(rows[count.rule, count.severity]))
        for count in findings.rules
    ]


def shade(count: int, most: int) -> int:
    """The step of shade, 0 to 4, of a count among counts of at most ``most``.

    The square root spreads small ones.
    """
    if not count or not most:
        return 0
    return max(1, min(_SHADES, round(_SHADES * math.sqrt(count / most))))


def _build(inputs: Inputs) -> Findings:
    rows = build_findings(
        inputs.own("findings"),
        inputs.table("entries"),
        inputs.run.names,
        registers=inputs.table("register_rows"),
        mask_identifiers=inputs.run.mask_identifiers,
    )
    areas = _areas(inputs.own("profile"))
    return Findings(rows, count_rules(rows, areas), areas)


def _areas(profile: pa.Table) -> tuple[Precinct, ...]:
    """The precincts of a PROFILE table in order."""
    columns = (
        profile.column(name).to_pylist() for name in ("constituency", "precinct")
    )
    areas = list(zip(*columns, strict=True))
    return tuple(sorted(areas, key=lambda area: place_order(*area)))


FINDINGS = Section(
    name="findings",
    build=_build,
    words=FindingWords,
    needs={"findings": FINDING, "entries": ENTRY, "profile": PROFILE},
    uses={"register_rows": ENTRY},
    sheets=sheets,
    summary=summary,
    page=page,
    most={"findings_of_rule": 25, "rules_by_precinct": 12, "precincts": 300},
)
