"""The audit in the workbook: every statistic of every place, and the scorecard of the precincts."""

from __future__ import annotations

from collections.abc import Iterable

from voterlist.render.xlsx.sheets import Book, Column, Row, Sheet
from voterlist.report.audited import Audit, PrecinctAudit, Statistic

__all__ = ["audit_sheets"]


def audit_sheets(book: Book, audit: Audit) -> None:
    """The two sheets of the audit."""
    _statistics(book.sheet(book.words("audit.sheet.statistics")), audit)
    _scorecard(book.sheet(book.words("audit.sheet.scorecard")), audit)


def _statistics(sheet: Sheet, audit: Audit) -> None:
    words = sheet.book.words
    sheet.head(words("report.audit.title"), words("audit.note"))
    columns = (
        Column(words("audit.column.place"), 16),
        Column(words("field.constituency"), 12),
        Column(words("field.precinct"), 11),
        Column(words("audit.column.indicator"), 26),
        Column(words("audit.column.count"), 10, "count"),
        Column(words("audit.column.of"), 10, "count"),
        *(
            Column(words(f"audit.column.{name}"), 12)
            for name in ("value", "usual", "last", "lower", "upper")
        ),
        Column(words("audit.column.q"), 10, "decimal"),
        Column(words("audit.column.unusual"), 12),
    )
    sheet.table(columns, [row for rows in _of_places(audit, sheet) for row in rows], frozen=4)


def _of_places(audit: Audit, sheet: Sheet) -> Iterable[list[Row]]:
    yield [_statistic(sheet, "nation", None, None, row) for row in audit.nation]
    first = audit.precincts[0].constituency if audit.precincts else None
    unit = "constituency" if audit.is_of_one else "nation"
    yield [
        _statistic(sheet, unit, first if audit.is_of_one else None, None, row)
        for row in audit.whole
    ]
    for precinct in audit.precincts:
        yield [
            _statistic(sheet, "precinct", precinct.constituency, precinct.precinct, row)
            for row in precinct.statistics
        ]


def _statistic(
    sheet: Sheet, unit: str, constituency: int | None, precinct: int | None, row: Statistic
) -> Row:
    words = sheet.book.words
    shown = [
        words.statistic(row, value)
        for value in (row.value, row.base, row.last, row.lower, row.upper)
    ]
    marks = [""] * 13
    if row.outlying:
        marks[6] = marks[12] = "error"
    unusual = None if row.outlying is None else words("report.yes" if row.outlying else "report.no")
    place = [words(f"audit.unit.{unit}"), constituency, precinct]
    return Row(
        [*place, words(f"indicator.{row.indicator}"), row.count, row.of, *shown, row.q, unusual],
        marks,
    )


def _scorecard(sheet: Sheet, audit: Audit) -> None:
    words = sheet.book.words
    sheet.head(words("audit.score.title"), words("audit.score.note"))
    columns = (
        Column(words("field.constituency"), 12),
        Column(words("field.precinct"), 11),
        Column(words("audit.column.quality"), 18),
        Column(words("audit.column.measure"), 44),
        Column(words("audit.column.count"), 10, "count"),
        Column(words("audit.column.of"), 10, "count"),
        Column(words("audit.column.value"), 10, "share"),
    )
    sheet.table(
        columns, [row for precinct in audit.precincts for row in _scores(precinct, sheet)], frozen=2
    )


def _scores(precinct: PrecinctAudit, sheet: Sheet) -> Iterable[Row]:
    words = sheet.book.words
    for score in precinct.scores:
        names = [words(f"quality.{score.quality}"), words(f"score.{score.measure}")]
        yield Row(
            [precinct.constituency, precinct.precinct, *names, score.count, score.of, score.value]
        )
