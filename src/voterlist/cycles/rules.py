"""The rules of the comparison of two cycles, and the words of its tables."""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

__all__ = [
    "ADDED",
    "CAUSES",
    "CHANGES",
    "GREW",
    "LEVELS",
    "NO_CAUSE",
    "REMOVED",
    "RETURNED",
    "RULES",
]

_REASON = "nobody is removed from a list without a reason that is written down"
_CAUSE = "a new entry is of somebody who came of age or moved; any other needs an explanation"
_GROWTH = "a list grows by births eighteen years ago and by moves; the one of 2019-2024 grew 21 % after 0.4 % the year before"

REMOVED = Rule("removed-without-reason", Severity.ERROR, Unit.ENTRY, _REASON)
ADDED = Rule("added-without-cause", Severity.WARNING, Unit.ENTRY, _CAUSE)
RETURNED = Rule("returned-entry", Severity.WARNING, Unit.ENTRY, _CAUSE)
GREW = Rule("unexplained-growth", Severity.WARNING, Unit.PRECINCT, _GROWTH)

RULES: tuple[Rule, ...] = (REMOVED, ADDED, RETURNED, GREW)

CHANGES = ("added", "removed", "changed", "moved")
"""What became of an entry between two cycles; one that is as it was has no row."""

LEVELS = ("entry-id", "fin", "document", "names", "names-place", "other-surname")
"""By what an entry was found again, the strongest first (docs/cycles.md)."""

NO_CAUSE = "none"
CAUSES = (
    "of-age",
    "arrived",
    "resident",
    "returned",
    "died",
    "recorded",
    "decided",
    "departed",
    "conscripts",
    "prisoners",
    "abroad",
    "repeated",
    "name-changed",
    "corrected",
    NO_CAUSE,
)
"""Why; ``none``: nothing that is known explains it."""
