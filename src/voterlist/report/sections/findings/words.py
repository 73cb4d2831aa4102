"""Findings in words."""

from __future__ import annotations

from voterlist.check import SHARE_RULES
from voterlist.report.sections.findings.model import FindingRow
from voterlist.report.words import Words

__all__ = ["FindingWords"]


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
