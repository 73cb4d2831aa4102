"""What reconciliation may notice: each file has the rules of one comparison."""

from __future__ import annotations

from voterlist.model import Rule
from voterlist.reconcile.rules import (
    deaths,
    name_changes,
    newly_of_age,
    protocol,
    registers,
    residence,
    separate_lists,
    statistics,
)

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    *deaths.RULES,
    *name_changes.RULES,
    *newly_of_age.RULES,
    *protocol.RULES,
    *registers.RULES,
    *residence.RULES,
    *separate_lists.RULES,
    *statistics.RULES,
)
