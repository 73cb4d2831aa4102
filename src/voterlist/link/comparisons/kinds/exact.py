"""Values as written."""

from __future__ import annotations

from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind


class ExactLevel(Level):
    """The levels of values that are compared as written."""

    SAME = 1, 1.0, Evidence.VALUE
    DIFFERS = 2
    MISSING = 0


KIND = Kind(str.strip, ExactLevel)
