"""Patronymics: the father's given name, which brothers and sisters share."""

from __future__ import annotations

from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.names import CohortName


class PatronymicLevel(Level):
    """The levels of two patronymics."""

    SAME = 1, 1.0, Evidence.VALUE
    MISSPELT = 3, 0.8
    """One edit apart, and one of the spellings is rare."""
    INITIAL = 2, 0.6
    MISSPELT_TWICE = 7, 0.5
    """Two edits apart in a long name, and one of the spellings is rare."""
    LOOK_ALIKE = 4, 0.5
    """One edit apart, and both are names in use."""
    SIMILAR = 5, 0.3
    DIFFERS = 6
    MISSING = 0


class Patronymic(CohortName):
    """Skeletons of patronymics."""

    field = "patronymic"
    levels = PatronymicLevel
