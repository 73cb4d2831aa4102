"""The sheets of other bodies' registers, and of the comparison with the last cycle."""

from __future__ import annotations

from collections.abc import Iterator

from voterlist.report.sections.registers.model import (
    CLASSES,
    CauseCount,
    CyclePrecinct,
    Registers,
)
from voterlist.report.sheets import Column, Row, SheetTable, columns_of
from voterlist.report.values import Facts
from voterlist.report.words import Words

__all__ = ["CHANGES", "sheets"]

CHANGES = ("before", "added", "moved-in", "removed", "moved-out", "after")
"""The columns of a precinct in two cycles, in the order of ``CyclePrecinct.counts``."""


def sheets(
    content: Registers | None, _facts: Facts, words: Words
) -> Iterator[SheetTable]:
    """How much of each register could be used and what came of it; each precinct in two cycles."""
    if content is not None:
        yield _registers(content, words)
    if content is not None and content.precincts:
        yield _cycle(content, words)


def _registers(content: Registers, words: Words) -> SheetTable:
    columns = (
        *columns_of(
            words,
            ("report.column.register", 34, "text"),
            ("field.constituency", 12, "label"),
            ("report.column.rows", 11, "count"),
            ("report.column.usable", 13, "count"),
        ),
        *(Column(words(f"reconcile.measure.{kind}"), 16, "count") for kind in CLASSES),
    )
    rows = [
        Row(
            [
                words(f"field.{row.name}"),
                row.constituency,
                row.total,
                row.usable,
                *row.classes,
            ]
        )
        for row in content.registers
    ]
    head = (words("report.registers.title"), words("report.registers.note"))
    return SheetTable(words("report.sheet.registers"), head, columns, rows)


def _cycle(content: Registers, words: Words) -> SheetTable:
    causes = "; ".join(_cause(row, words) for row in content.causes)
    columns = (
        *columns_of(
            words,
            ("field.constituency", 12, "text"),
            ("field.precinct", 11, "text"),
        ),
        *(Column(words(f"cycles.change.{name}"), 16, "count") for name in CHANGES),
        Column(words("report.column.unexplained"), 18, "count"),
    )
    head = (
        words("report.registers.cycle"),
        words("report.registers.cycle.note"),
        causes,
    )
    rows = [_precinct(row) for row in content.precincts]
    return SheetTable(words("report.sheet.cycle"), head, columns, rows)


def _cause(row: CauseCount, words: Words) -> str:
    change, cause = (
        words(f"cycles.change.{row.change}"),
        words(f"cycles.cause.{row.cause}"),
    )
    return f"{change}, {cause}: {words.number(row.entries)}"


def _precinct(row: CyclePrecinct) -> Row:
    values = [row.constituency, row.precinct, *row.counts, row.unexplained]
    marks = [*[""] * (len(values) - 1), "warning" if row.unexplained else ""]
    return Row(values, marks)
