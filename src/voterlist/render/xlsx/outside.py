"""Sheets of the workbook: other bodies' registers, and the comparison with the last cycle."""

from __future__ import annotations

from voterlist.render.xlsx.sheets import Book, Column, Row
from voterlist.report.bodies import CLASSES, Bodies

__all__ = ["outside_sheets"]


def outside_sheets(book: Book, bodies: Bodies) -> None:
    """Two sheets.

    How much of each register could be used and what came of it; each precinct in two cycles.
    """
    words = book.words
    sheet = book.sheet(words("report.sheet.registers"))
    sheet.head(words("report.outside.title"), words("report.outside.note"))
    columns = (
        Column(words("report.column.register"), 34),
        Column(words("field.constituency"), 12, "label"),
        Column(words("report.column.rows"), 11, "count"),
        Column(words("report.column.usable"), 13, "count"),
        *(Column(words(f"reconcile.measure.{kind}"), 16, "count") for kind in CLASSES),
    )
    rows = [
        Row([words(f"field.{row.name}"), row.constituency, row.total, row.usable, *row.classes])
        for row in bodies.registers
    ]
    sheet.table(columns, rows)
    if bodies.precincts:
        _cycle(book, bodies)


def _cycle(book: Book, bodies: Bodies) -> None:
    words = book.words
    sheet = book.sheet(words("report.sheet.cycle"))
    causes = "; ".join(
        f"{words(f'cycles.change.{row.change}')}, {words(f'cycles.cause.{row.cause}')}: {words.number(row.entries)}"
        for row in bodies.causes
    )
    sheet.head(words("report.outside.cycle"), words("report.outside.cycle.note"), causes)
    names = ("before", "added", "moved-in", "removed", "moved-out", "after")
    columns = (
        Column(words("field.constituency"), 12),
        Column(words("field.precinct"), 11),
        *(Column(words(f"cycles.change.{name}"), 16, "count") for name in names),
        Column(words("report.column.unexplained"), 18, "count"),
    )
    rows = [
        Row(
            [
                *(row.constituency, row.precinct, row.before, row.added, row.moved_in),
                *(row.removed, row.moved_out, row.after, row.unexplained),
            ],
            [*[""] * 8, "warning" if row.unexplained else ""],
        )
        for row in bodies.precincts
    ]
    sheet.table(columns, rows)
