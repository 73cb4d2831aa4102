"""Findings as the report shows them, each with its place looked up."""

from __future__ import annotations

from dataclasses import dataclass

from voterlist.model import Severity
from voterlist.report.values import Place

__all__ = ["FindingRow", "Findings", "RuleCount"]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding with its place looked up."""

    rule: str
    severity: Severity
    unit: str
    place: Place
    other: Place | str | None
    """The place of the other entry that the finding names; its id, where it is a row of a register
    and no entry."""
    entry_id: str | None
    written: str | None
    """The name as written, of a finding about an entry."""
    field: str | None
    cell: str | None
    """The cell of that field as written."""
    value: float | None
    limit: float | None
    finding_id: str | None = None
    """Where a person is asked about it: the id by which an answer finds it again."""
    other_entry_id: str | None = None
    """The other entry, or the row of a register, that it names."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many findings a rule made: in all, and by precinct in the order of ``Findings.areas``."""

    rule: str
    severity: Severity
    count: int
    by_precinct: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of a report."""

    rows: tuple[FindingRow, ...]
    """Errors first, then by rule, precinct, file and line."""
    rules: tuple[RuleCount, ...]
    """Errors first, then the most frequent."""
    areas: tuple[tuple[int | None, int | None], ...]
    """The precincts in order: (constituency, precinct)."""
