"""Given names: they rarely change, so another one is strong evidence against one person."""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Bools, Codes, Levels, Longs
from voterlist.link.comparisons.base import Evidence, Level, Pairs
from voterlist.link.comparisons.names import CohortName, Nearness
from voterlist.link.encode import Encoded, EncodedColumn


class GivenNameLevel(Level):
    """The levels of two given names."""

    SAME = 1, 1.0, Evidence.VALUE
    MISSPELT = 3, 0.8
    """One edit apart, and one of the spellings is rare."""
    SWAPPED = 7, 0.7, Evidence.ELSEWHERE
    """Surname and given name changed places; it is counted with the surname."""
    NICKNAME = 10, 0.7
    """One is a short form of the other, and the sexes do not differ: Robert, Bob."""
    INITIAL = 2, 0.6
    SOUNDS_ALIKE = 11, 0.6
    """Written otherwise and read alike: Laura, Lora."""
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
    joint = (GivenNameLevel.SWAPPED, GivenNameLevel.CROSSED)
    implied = ("sex",)

    def __init__(self) -> None:
        super().__init__()
        one_edit_sounds_alike = self.pair_level_count
        self.pair_level_count += 1
        self._codes[Nearness.SOUNDS_ALIKE] = GivenNameLevel.SOUNDS_ALIKE
        self._codes[Nearness.ONE_EDIT_SOUNDS_ALIKE] = one_edit_sounds_alike
        self._outcomes[one_edit_sounds_alike] = (
            GivenNameLevel.MISSPELT,
            GivenNameLevel.SOUNDS_ALIKE,
        )

    def names(self, entries: Encoded) -> EncodedColumn:
        """The column of the given names."""
        return entries.given_name

    def cohort_counts(self, entries: Encoded) -> Longs:
        """How many entries of each cohort have each of them."""
        return entries.given_name_counts

    def sounds(self, entries: Encoded) -> Codes | None:
        """The code of the sound of each given name."""
        return entries.given_name_sounds

    def pair_levels(self, pairs: Pairs) -> Levels:
        """By how near the names are, and by which are short forms of which."""
        levels = super().pair_levels(pairs)
        levels[_short_forms(pairs)] = GivenNameLevel.NICKNAME
        return levels


def _short_forms(pairs: Pairs) -> Longs:
    """The positions of the pairs whose names are short forms of each other, of one sex."""
    entries = pairs.entries
    names = entries.given_name.codes
    related = entries.short_given_names.related(names[pairs.left], names[pairs.right])
    return related[~_sexes_differ(pairs.at(related))]


def _sexes_differ(pairs: Pairs) -> Bools:
    sex = pairs.entries.sex
    return np.asarray(pairs.known(sex) & (sex[pairs.left] != sex[pairs.right]))
