"""What the page shows of the findings: each rule with its first findings, and the shades."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voterlist.model import Severity
from voterlist.report.sections.findings.model import FindingRow, Findings, RuleCount

__all__ = ["RuleFindings", "page", "shade"]

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
