"""Statistics in words."""

from __future__ import annotations

from voterlist.report.sections.audit.model import Statistic
from voterlist.report.words import UNKNOWN, Words

__all__ = ["AuditWords"]


class AuditWords(Words):
    """Says statistics."""

    def statistic(self, statistic: Statistic, value: float | None) -> str:
        """A value of a statistic: a share as a percentage, else a number; a dash if not known."""
        if value is None:
            return UNKNOWN
        if statistic.is_share:
            return self.percent(value)
        return self.number(value, None if float(value).is_integer() else 1)
