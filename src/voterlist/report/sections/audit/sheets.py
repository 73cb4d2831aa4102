"""The sheets of the audit: every statistic of every place, and the scorecard of the precincts."""

from __future__ import annotations

from collections.abc import Iterator

from voterlist.report.sections.audit.model import Audit, Score, Statistic
from voterlist.report.sections.audit.words import AuditWords
from voterlist.report.sheets import Column, Row, SheetTable, SheetValue, columns_of
from voterlist.report.values import Facts, Precinct

__all__ = ["sheets"]

_VALUES = ("value", "usual", "last", "lower", "upper")
_VALUE_COLUMN, _UNUSUAL_COLUMN, _STATISTIC_COLUMNS = 6, 12, 13


def sheets(
    audit: Audit | None, _facts: Facts, words: AuditWords
) -> Iterator[SheetTable]:
    """The statistics and the scorecard."""
    if audit is not None:
        yield _statistics(audit, words)
        yield _scorecard(audit, words)


def _statistics(audit: Audit, words: AuditWords) -> SheetTable:
    columns = (
        *columns_of(
            words,
            ("audit.column.place", 16, "text"),
            ("field.constituency", 12, "text"),
            ("field.precinct", 11, "text"),
            ("audit.column.indicator", 26, "text"),
            ("audit.column.count", 10, "count"),
            ("audit.column.of", 10, "count"),
        ),
        *(Column(words(f"audit.column.{name}"), 12) for name in _VALUES),
        *columns_of(
            words,
            ("audit.column.q", 10, "decimal"),
            ("audit.column.unusual", 12, "text"),
        ),
    )
    rounded = (words("audit.note.run"),) if audit.nation else ()
    return SheetTable(
        words("audit.sheet.statistics"),
        (words("report.audit.title"), words("audit.note"), *rounded),
        columns,
        [_statistic(unit, area, row, words) for unit, area, row in _of_places(audit)],
        frozen=4,
    )


def _of_places(audit: Audit) -> Iterator[tuple[str, Precinct, Statistic]]:
    """(unit, its numbers, statistic): of the run, the constituency, then the precincts."""
    yield from (("nation", (None, None), row) for row in audit.nation)
    unit = "constituency" if audit.is_of_one else "nation"
    number = audit.precincts[0].constituency if audit.is_of_one else None
    yield from ((unit, (number, None), row) for row in audit.whole)
    for precinct in audit.precincts:
        yield from (("precinct", precinct.area, row) for row in precinct.statistics)


def _statistic(unit: str, area: Precinct, row: Statistic, words: AuditWords) -> Row:
    values = (row.value, row.base, row.last, row.lower, row.upper)
    shown = [words.statistic(row, value) for value in values]
    name, place = words(f"indicator.{row.indicator}"), words(f"audit.unit.{unit}")
    marks = [""] * _STATISTIC_COLUMNS
    if row.outlying:
        marks[_VALUE_COLUMN] = marks[_UNUSUAL_COLUMN] = "error"
    unusual = (
        None
        if row.outlying is None
        else words("report.yes" if row.outlying else "report.no")
    )
    return Row([place, *area, name, row.count, row.of, *shown, row.q, unusual], marks)


def _scorecard(audit: Audit, words: AuditWords) -> SheetTable:
    columns = columns_of(
        words,
        ("field.constituency", 12, "text"),
        ("field.precinct", 11, "text"),
        ("audit.column.quality", 18, "text"),
        ("audit.column.measure", 44, "text"),
        ("audit.column.count", 10, "count"),
        ("audit.column.of", 10, "count"),
        ("audit.column.value", 10, "share"),
    )
    rows = [
        Row([*precinct.area, *_score(score, words)])
        for precinct in audit.precincts
        for score in precinct.scores
    ]
    return SheetTable(
        words("audit.sheet.scorecard"),
        (words("audit.score.title"), words("audit.score.note")),
        columns,
        rows,
        frozen=2,
    )


def _score(score: Score, words: AuditWords) -> list[SheetValue]:
    quality, measure = (
        words(f"quality.{score.quality}"),
        words(f"score.{score.measure}"),
    )
    return [quality, measure, score.count, score.of, score.value]
