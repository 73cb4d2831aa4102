"""The FIN, the personal identification number: a person has one for life."""

from __future__ import annotations

from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.names import Identifier


class FinLevel(Level):
    """The levels of two FINs."""

    SAME = 1, 1.0, Evidence.VALUE
    DIGIT = 2, 0.8
    """One sign more, less or other, or two neighbours that changed places."""
    DIFFERS = 3
    MISSING = 0


class Fin(Identifier):
    """The FIN, sign by sign."""

    field = "fin"
    levels = FinLevel
    least = 1e-9
