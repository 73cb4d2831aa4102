"""The sheet of the findings."""

from __future__ import annotations

from collections.abc import Iterable

from voterlist.report.sections.findings.model import FindingRow, Findings
from voterlist.report.sections.findings.words import FindingWords
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
from voterlist.report.values import Facts

__all__ = ["finding_cells", "finding_columns", "sheets", "summary"]


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
