"""The codes of the comparison of two cycles: changes, causes, and what pairs two entries."""

from __future__ import annotations

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
