"""One page a precinct.

All that its commission needs to go through its list, out of the model of the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from voterlist.model import Severity
from voterlist.report.audited import PrecinctAudit
from voterlist.report.faults import NOBODY
from voterlist.report.model import Aside, Fault, ListBalance, Precinct, ReportModel

__all__ = ["Lines", "Page", "RuleLines", "build_pages"]

_SEVERITIES = list(Severity)


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
    first: Fault
    """For the sentence of a finding about the precinct as a whole."""
    places: tuple[Lines, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one precinct."""

    precinct: Precinct
    audit: PrecinctAudit | None
    lists: tuple[ListBalance, ...]
    rules: tuple[RuleLines, ...]
    aside: tuple[Aside, ...]
    """Rows set aside that may be voters."""
    aside_left: int

    @property
    def rows(self) -> int:
        """Rows of all its lists."""
        return sum(row.rows for row in self.lists)

    @property
    def set_aside(self) -> int:
        """Rows of its lists that became no entry."""
        return sum(row.set_aside for row in self.lists)

    @property
    def declared(self) -> int | None:
        """The sum of the totals written below its lists; None where none is."""
        totals = [row.declared for row in self.lists if row.declared is not None]
        return sum(totals) if totals else None


def build_pages(
    model: ReportModel, *, most_lines: int = 40, most_aside: int = 12
) -> tuple[Page, ...]:
    """The pages of all precincts of a report, in their order.

    A page names at most ``most_lines`` lines of a rule in one sheet and ``most_aside`` rows set
    aside, and says how many more there are.
    """
    audits = (
        {(row.constituency, row.precinct): row for row in model.audit.precincts}
        if model.audit
        else {}
    )
    lists, faults, aside = (
        _by_place(rows) for rows in (model.balance.lists, model.faults, _perhaps(model.aside))
    )
    pages = []
    for precinct in model.precincts:
        place = (precinct.constituency, precinct.precinct)
        rows = aside.get(place, [])
        pages.append(
            Page(
                precinct,
                audits.get(place),
                tuple(lists.get(place, [])),
                _rules(faults.get(place, []), most_lines),
                tuple(rows[:most_aside]),
                max(len(rows) - most_aside, 0),
            )
        )
    return tuple(pages)


def _perhaps(aside: Iterable[Aside]) -> list[Aside]:
    return [row for row in aside if row.code not in NOBODY]


def _by_place(
    rows: Iterable[ListBalance | Fault | Aside],
) -> dict[tuple[int | None, int | None], list]:  # type: ignore[type-arg]
    found: dict[tuple[int | None, int | None], list] = {}  # type: ignore[type-arg]
    for row in rows:
        found.setdefault((row.place.constituency, row.place.precinct), []).append(row)
    return found


def _rules(faults: Sequence[Fault], most: int) -> tuple[RuleLines, ...]:
    """The faults by rule, errors first; each line once."""
    by_rule: dict[tuple[Severity, str], list[Fault]] = {}
    for fault in faults:
        by_rule.setdefault((fault.severity, fault.rule), []).append(fault)
    order = sorted(by_rule, key=lambda key: (_SEVERITIES.index(key[0]), -len(by_rule[key]), key[1]))
    return tuple(
        RuleLines(
            rule,
            severity,
            len(by_rule[severity, rule]),
            by_rule[severity, rule][0],
            _places(by_rule[severity, rule], most),
        )
        for severity, rule in order
    )


def _places(faults: Sequence[Fault], most: int) -> tuple[Lines, ...]:
    rows = sorted(
        {(f.place.file or "", f.place.sheet or "", f.place.line) for f in faults if f.place.line}
    )
    found = []
    for (file, sheet), group in groupby(rows, key=lambda row: row[:2]):
        lines = [line for *_, line in group]
        found.append(
            Lines(file or None, sheet or None, tuple(lines[:most]), max(len(lines) - most, 0))
        )
    return tuple(found)
