"""Surnames: one person's may have another ending, be misspelt, or change by marriage."""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Bools, Levels
from voterlist.link.comparisons.base import Comparison, Evidence, Level, Pairs, Shares
from voterlist.link.comparisons.names import (
    Nearness,
    adjust_names,
    level_codes,
    name_levels,
)
from voterlist.link.comparisons.sex import SexLevel
from voterlist.link.grid import steady_count, steady_size
from voterlist.model import Profile
from voterlist.persons.chance import FEMALE

LEAST_SURNAMES = 1000
"""A list is thought to have at least so many surnames, however few it shows."""

_ENDING_PSEUDO_COUNT = 0.2
"""Pseudo-counts of one stem with another ending, where those of the same surname are 1."""


class SurnameLevel(Level):
    """The levels of two surnames."""

    SAME = 1, 1.0, Evidence.VALUE
    ENDING = 2, 0.9, Evidence.VALUE
    """One stem, another ending: Məsimov, Məsimova, Məsimli."""
    MISSPELT = 3, 0.8
    """One edit apart, and one of the spellings is rare."""
    SWAPPED = 7, 0.7, Evidence.VALUE
    """Surname and given name changed places."""
    SOUNDS_ALIKE = 10, 0.6
    """Written otherwise and read alike: Fischer, Fixer."""
    MISSPELT_TWICE = 9, 0.5
    """Two edits apart in a long surname, and one of the spellings is rare."""
    LOOK_ALIKE = 4, 0.5
    """One edit apart, and both are surnames in use."""
    SIMILAR = 5, 0.3
    MAY_HAVE_CHANGED = 8
    """They differ, and both entries are women: most marry, and many change their surname then."""
    DIFFERS = 6
    MISSING = 0


_ONE_EDIT, _TWO_EDITS = 11, 12
"""Pair levels of stems one and two edits apart: whether a spelling is rare, the list tells."""
_SLIP_SIMILAR, _SLIP_DIFFERS, _SLIP_TWO_EDITS = 13, 14, 15
"""Pair levels of surnames one or two edits apart whose stems are similar, differ or are two edits
apart: a slip in the ending keeps the stem from being found."""
_ONE_EDIT_SOUNDS_ALIKE = 16
"""The pair level of stems one edit apart that sound alike."""
_SHORT, _SHORT_SIMILAR = 17, 18
"""Pair levels of stems of few letters two edits apart, where names are not folded."""

_CODES = level_codes(
    {
        Nearness.SAME: SurnameLevel.SAME,
        # Of stems an initial says no more than a likeness does.
        Nearness.INITIAL: SurnameLevel.SIMILAR,
        Nearness.ONE_EDIT: _ONE_EDIT,
        Nearness.TWO_EDITS: _TWO_EDITS,
        Nearness.SIMILAR: SurnameLevel.SIMILAR,
        Nearness.DIFFERENT: SurnameLevel.DIFFERS,
        Nearness.SHORT_TWO_EDITS: SurnameLevel.DIFFERS,
        Nearness.SHORT_SIMILAR: SurnameLevel.SIMILAR,
        Nearness.HEARD_ALIKE: SurnameLevel.LOOK_ALIKE,
        Nearness.SOUNDS_ALIKE: SurnameLevel.SOUNDS_ALIKE,
        Nearness.ONE_EDIT_SOUNDS_ALIKE: _ONE_EDIT_SOUNDS_ALIKE,
        Nearness.FEW_EDITS: SurnameLevel.DIFFERS,
    }
)
_UNFOLDED_CODES = _CODES.copy()
_UNFOLDED_CODES[Nearness.SHORT_TWO_EDITS] = _SHORT
_UNFOLDED_CODES[Nearness.SHORT_SIMILAR] = _SHORT_SIMILAR
_NEARNESS = np.array(list(Nearness), np.uint8)
"""For each nearness itself."""
_SLIP_OF = {
    SurnameLevel.SIMILAR: _SLIP_SIMILAR,
    SurnameLevel.DIFFERS: _SLIP_DIFFERS,
    _TWO_EDITS: _SLIP_TWO_EDITS,
}
_OUTCOMES = {
    _ONE_EDIT: (SurnameLevel.MISSPELT, SurnameLevel.LOOK_ALIKE),
    _TWO_EDITS: (SurnameLevel.MISSPELT_TWICE, SurnameLevel.SIMILAR),
    _ONE_EDIT_SOUNDS_ALIKE: (SurnameLevel.MISSPELT, SurnameLevel.SOUNDS_ALIKE),
    _SHORT: (
        SurnameLevel.MISSPELT_TWICE,
        SurnameLevel.DIFFERS,
        SurnameLevel.SIMILAR,
    ),
    _SHORT_SIMILAR: (
        SurnameLevel.MISSPELT_TWICE,
        SurnameLevel.SIMILAR,
        SurnameLevel.SIMILAR,
    ),
}
_SLIP_OUTCOMES = {
    _SLIP_SIMILAR: (SurnameLevel.MISSPELT, SurnameLevel.SIMILAR),
    _SLIP_DIFFERS: (SurnameLevel.MISSPELT, SurnameLevel.DIFFERS),
}
_SLIP_OF_TWO_EDITS = {_SLIP_TWO_EDITS: (SurnameLevel.MISSPELT, SurnameLevel.SIMILAR)}
"""Surnames near each other are slips where a spelling is rare: of the whole, or of the stem."""


class Surname(Comparison):
    """Stems are compared, and whole surnames where the stems are apart."""

    field = "surname"
    levels = SurnameLevel
    beyond = _SHORT_SIMILAR + 1 - len(SurnameLevel)
    joint = (SurnameLevel.SWAPPED,)

    def pair_levels(self, pairs: Pairs) -> Levels:
        """By the stems; a slip in the ending by the whole surnames."""
        entries = pairs.entries
        codes = _CODES if entries.profile is Profile.AZ else _UNFOLDED_CODES
        levels = name_levels(entries.stem, pairs, codes, entries.stem_sounds)
        _mark_slips(pairs, levels)
        of_stem = np.flatnonzero(levels == SurnameLevel.SAME)
        other = ~pairs.at(of_stem).same(entries.surname.codes)
        levels[of_stem[other]] = SurnameLevel.ENDING
        return levels

    def adjust(self, pairs: Pairs, levels: Levels) -> None:
        """By how rare the spellings are; of surnames that differ, by the sex of the two."""
        entries = pairs.entries
        surname, stem = entries.surname, entries.stem
        adjust_names((stem,), pairs, levels, _OUTCOMES)
        adjust_names((surname,), pairs, levels, _SLIP_OUTCOMES)
        adjust_names((surname, stem), pairs, levels, _SLIP_OF_TWO_EDITS)
        differing = np.flatnonzero(levels == SurnameLevel.DIFFERS)
        near, sex = pairs.at(differing), entries.sex
        women = (sex.take(near.left) == FEMALE) & (sex.take(near.right) == FEMALE)
        levels[differing[women]] = SurnameLevel.MAY_HAVE_CHANGED

    def shared_value_shares(self, pairs: Pairs, levels: Levels) -> Shares:
        """How often people of the entries' sexes have the surname, or of the right one's its stem.

        Endings follow the sex: Məmmədov and Məmmədova are one surname of two sexes, Məmmədov and
        Məmmədli are two surnames of one.
        """
        is_same = levels == SurnameLevel.SAME
        where = np.flatnonzero(is_same | (levels == SurnameLevel.ENDING))
        if not len(where):
            return
        entries, shared, is_same = pairs.entries, pairs.at(where), is_same[where]
        code, stem = (
            entries.surname.codes.take(shared.left),
            entries.stem.codes.take(shared.left),
        )
        values = max(entries.surname.distinct, LEAST_SURNAMES)
        sex = entries.sex.take(shared.right)
        of_surname = entries.name_counts["surname"]
        surname = of_surname[code, sex]
        ending = entries.name_counts["stem"][stem, sex] - surname
        # Both entries of the pair are left out: of one surname both are counted in it, of another
        # ending only one.
        counted = np.where(
            is_same, np.maximum(surname - 2, 0), np.maximum(ending - 1, 0)
        )
        of_same = entries.surname.pseudo_count
        pseudo = np.where(is_same, of_same, _ENDING_PSEUDO_COUNT)
        sizes = steady_size(entries.whole.sizes + values)
        share = steady_count(counted + pseudo) / sizes[sex]
        # The same surname counts as where it is more frequent, should a sex be wrong.
        other = entries.sex.take(shared.left)
        of_other = np.maximum(of_surname[code, other] - 2, 0) + of_same
        of_other = np.where(is_same, steady_count(of_other) / sizes[other], 0.0)
        yield where, np.log2(np.maximum(share, of_other))

    def sampled(self, levels: dict[str, Levels]) -> Bools | slice:
        """Pairs of one sex: who agree in a given name are of one sex, and surnames follow it."""
        return np.asarray(levels["sex"] != SexLevel.DIFFERS)


def _mark_slips(pairs: Pairs, levels: Levels) -> None:
    """Mark, in place, surnames one or two edits apart whose stems are further apart."""
    doubtful = np.flatnonzero(np.isin(levels, list(_SLIP_OF)))
    whole = name_levels(pairs.entries.surname, pairs.at(doubtful), _NEARNESS)
    slips = doubtful[(whole == Nearness.ONE_EDIT) | (whole == Nearness.TWO_EDITS)]
    stems = levels[slips]
    for level, slip in _SLIP_OF.items():
        levels[slips[stems == level]] = slip
