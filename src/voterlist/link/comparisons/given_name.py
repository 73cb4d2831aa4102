"""Given names: they rarely change, so another one is strong evidence against one person."""

from __future__ import annotations

from voterlist.arrays import Longs
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.cohort_name import CohortName
from voterlist.link.encode import Encoded, EncodedColumn

__all__ = ["GivenName", "GivenNameLevel"]


class GivenNameLevel(Level):
    """The levels of two given names."""

    SAME = 1, 1.0, Evidence.VALUE
    MISSPELT = 3, 0.8
    """One edit apart, and one of the spellings is rare."""
    SWAPPED = 7, 0.7, Evidence.ELSEWHERE
    """Surname and given name changed places; it is counted with the surname."""
    INITIAL = 2, 0.6
    MISSPELT_TWICE = 9, 0.5
    """Two edits apart in a long name, and one of the spellings is rare."""
    LOOK_ALIKE = 4, 0.5
    """One edit apart, and both are names in use: Samir, Samira."""
    SIMILAR = 5, 0.3
    CROSSED = 8, 0.3, Evidence.VALUE
    """One surname is the other entry's given name, and the other names differ."""
    DIFFERS = 6
    MISSING = 0


class GivenName(CohortName):
    """Skeletons of given names; ``swapped`` marks those that changed places."""

    field = "given_name"
    levels = GivenNameLevel
    counted_columns = ("given_skeleton", "birth_year")
    joint = (GivenNameLevel.SWAPPED, GivenNameLevel.CROSSED)
    implied = ("sex",)

    def names(self, entries: Encoded) -> EncodedColumn:
        """The column of the given names."""
        return entries.given_name

    def cohort_counts(self, entries: Encoded) -> Longs:
        """How many entries of each cohort have each of them."""
        return entries.given_name_counts
