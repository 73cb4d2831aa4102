"""Given names: they rarely change, so another one is strong evidence against one person."""

from __future__ import annotations

from voterlist.arrays import Levels
from voterlist.link.comparisons.base import Evidence, Level, Pairs
from voterlist.link.comparisons.names import CohortName, Nearness, name_levels


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
        few_edits = one_edit_sounds_alike + 1
        self.beyond += 2
        self._codes[Nearness.FEW_EDITS] = few_edits
        self._codes[Nearness.SOUNDS_ALIKE] = GivenNameLevel.SOUNDS_ALIKE
        self._codes[Nearness.ONE_EDIT_SOUNDS_ALIKE] = one_edit_sounds_alike
        similar, differs = GivenNameLevel.SIMILAR, GivenNameLevel.DIFFERS
        self._outcomes |= {
            one_edit_sounds_alike: (
                GivenNameLevel.MISSPELT,
                GivenNameLevel.SOUNDS_ALIKE,
            ),
            few_edits: (similar, differs, similar),
        }

    def pair_levels(self, pairs: Pairs) -> Levels:
        """By how near the names are and sound, and by which are short forms of which."""
        entries = pairs.entries
        names, sounds = entries.given_name, entries.given_name_sounds
        levels = name_levels(names, pairs, self._codes, sounds)
        first, second = names.codes.take(pairs.left), names.codes.take(pairs.right)
        related = entries.short_given_names.related(first, second)
        same_sex, known = pairs.at(related).same_and_known(entries.sex)
        levels[related[same_sex | ~known]] = GivenNameLevel.NICKNAME
        return levels
