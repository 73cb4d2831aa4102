"""One page for each precinct: all that its commission needs to go through its list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, TypeVar

from voterlist.model import Severity
from voterlist.report.section import Report
from voterlist.report.sections.audit import AUDIT, AuditWords, PrecinctAudit
from voterlist.report.sections.balance import BALANCE, ListBalance
from voterlist.report.sections.findings import FINDINGS, FindingRow, FindingWords
from voterlist.report.sections.people import PEOPLE, PrecinctCounts
from voterlist.report.sections.set_aside import NOBODY, SET_ASIDE_ROWS, SetAsideRow
from voterlist.report.values import Place, Precinct

_SEVERITIES = list(Severity)


class _Placed(Protocol):
    @property
    def place(self) -> Place: ...


_Item = TypeVar("_Item", bound=_Placed)


class PageWords(AuditWords, FindingWords):
    """Says what stands on a precinct's page."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one sheet of one file, ascending, and how many more there are."""

    file: str | None
    sheet: str | None
    lines: tuple[int, ...]
    left: int


@dataclass(frozen=True, slots=True)
class RuleLines:
    """What one rule noticed in a precinct, and where."""

    rule: str
    severity: Severity
    count: int
    first: FindingRow
    """For the sentence of a finding about the precinct as a whole."""
    places: tuple[Lines, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one precinct."""

    precinct: PrecinctCounts
    audit: PrecinctAudit | None
    lists: tuple[ListBalance, ...]
    rules: tuple[RuleLines, ...]
    set_aside: tuple[SetAsideRow, ...]
    """Rows set aside that may be voters."""
    set_aside_left: int
    """How many more of these there are."""

    @property
    def rows(self) -> int:
        """Rows of all its lists."""
        return sum(row.rows for row in self.lists)

    @property
    def rows_set_aside(self) -> int:
        """Rows of its lists that became no entry."""
        return sum(row.set_aside for row in self.lists)

    @property
    def declared(self) -> int | None:
        """The sum of the totals written below its lists; None where none is."""
        totals = [row.declared for row in self.lists if row.declared is not None]
        return sum(totals) if totals else None


def build_pages(
    report: Report, *, most_lines: int = 40, most_rows: int = 12
) -> tuple[Page, ...]:
    """The pages of all precincts of a report, in their order.

    A page names at most ``most_lines`` lines of a rule in one sheet and ``most_rows`` rows set
    aside, and says how many more there are.
    """
    audit = report.of(AUDIT)
    audits = {row.area: row for row in audit.precincts} if audit else {}
    lists = _by_precinct(report.of(BALANCE).lists)
    findings = _by_precinct(report.of(FINDINGS).rows)
    maybe_voters = [row for row in report.of(SET_ASIDE_ROWS) if row.code not in NOBODY]
    set_aside = _by_precinct(maybe_voters)
    pages = []
    for precinct in report.of(PEOPLE).precincts:
        area = precinct.area
        rows = set_aside.get(area, [])
        page = Page(
            precinct=precinct,
            audit=audits.get(area),
            lists=tuple(lists.get(area, [])),
            rules=_rules(findings.get(area, []), most_lines),
            set_aside=tuple(rows[:most_rows]),
            set_aside_left=max(len(rows) - most_rows, 0),
        )
        pages.append(page)
    return tuple(pages)


def _by_precinct(rows: Iterable[_Item]) -> dict[Precinct, list[_Item]]:
    grouped: dict[Precinct, list[_Item]] = {}
    for row in rows:
        grouped.setdefault(row.place.area, []).append(row)
    return grouped


def _rules(rows: Sequence[FindingRow], most: int) -> tuple[RuleLines, ...]:
    """The findings by rule, errors first; each line once."""
    by_rule: dict[tuple[Severity, str], list[FindingRow]] = {}
    for row in rows:
        by_rule.setdefault((row.severity, row.rule), []).append(row)
    rules = [
        RuleLines(rule, severity, len(of_rule), of_rule[0], _lines(of_rule, most))
        for (severity, rule), of_rule in by_rule.items()
    ]
    return tuple(sorted(rules, key=_order))


def _order(rule: RuleLines) -> tuple[int, int, str]:
    return (_SEVERITIES.index(rule.severity), -rule.count, rule.rule)


def _lines(rows: Sequence[FindingRow], most: int) -> tuple[Lines, ...]:
    places = [row.place for row in rows if row.place.line]
    ordered = sorted(
        {(place.file or "", place.sheet or "", place.line) for place in places}
    )
    of_sheets = []
    for (file, sheet), group in groupby(ordered, key=lambda row: row[:2]):
        lines = [line for *_, line in group if line]
        shown, left = tuple(lines[:most]), max(len(lines) - most, 0)
        of_sheets.append(Lines(file or None, sheet or None, shown, left))
    return tuple(of_sheets)
