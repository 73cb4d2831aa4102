"""Suffixes that tell a son from his father: Jr, Sr, III."""

from __future__ import annotations

from voterlist.config.sections import SharedFold
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind


class GenerationLevel(Level):
    """The levels of two suffixes; two names without one say nothing."""

    SAME = 1, 1.0, Evidence.VALUE
    ONE_ALONE = 3
    DIFFERS = 2
    MISSING = 0


# A list that learnt otherwise would learn that fathers and sons are one person.
KIND = Kind(
    SharedFold.GENERATION,
    GenerationLevel,
    known_shares={"same": (0.499, 0.001, 0.5), "lineage": (0.006, 0.294, 0.7)},
)
