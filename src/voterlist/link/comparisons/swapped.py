"""Surname and given name that stand in each other's place: evidence of two fields together."""

from __future__ import annotations

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from voterlist.arrays import Bools, Codes, Floats, Levels
from voterlist.link.comparisons.base import Pairs, Shares
from voterlist.link.comparisons.given_name import GivenNameLevel
from voterlist.link.comparisons.names import LEAST_GIVEN_NAMES
from voterlist.link.comparisons.shares import least_share, share_of_codes
from voterlist.link.comparisons.surname import LEAST_SURNAMES, SurnameLevel
from voterlist.link.encode import Encoded

_LONG_ENOUGH = 4
"""Letters of a name in which one edit may be a slip."""


def mark(pairs: Pairs, levels: dict[str, Levels]) -> None:
    """Mark, in place, the levels of surnames and given names that changed places.

    *Swapped* where each surname is the other entry's given name or unknown, *crossed* where one
    surname is.
    """
    surname, given_name = levels["surname"], levels["given_name"]
    doubtful = np.flatnonzero(_may_have_changed_places(surname, given_name))
    if not len(doubtful):
        return
    near = pairs.at(doubtful)
    there, back = _crossed(near), _crossed(near.turned())
    unknown_there, unknown_back = _unknown(near), _unknown(near.turned())
    both = (there & back) | (there & unknown_back) | (unknown_there & back)
    half = doubtful[(there ^ back) & ~both]
    _set_both(surname, given_name, doubtful[both])
    known = given_name[half] != GivenNameLevel.MISSING
    given_name[half[known]] = GivenNameLevel.CROSSED


def _may_have_changed_places(surname: Levels, given_name: Levels) -> Bools:
    """True where neither the surnames nor the given names agree, and one of them is known."""
    agree = (surname == SurnameLevel.SAME) | (surname == SurnameLevel.ENDING)
    agree |= (given_name == GivenNameLevel.SAME) | (
        given_name == GivenNameLevel.INITIAL
    )
    unknown = (surname == SurnameLevel.MISSING) & (given_name == GivenNameLevel.MISSING)
    return np.asarray(~(agree | unknown))


def _set_both(surname: Levels, given_name: Levels, where: np.ndarray) -> None:
    """Set the levels of names that changed places both ways; a missing level stays so."""
    has_surname = surname[where] != SurnameLevel.MISSING
    has_given_name = given_name[where] != GivenNameLevel.MISSING
    surname[where[has_surname]] = SurnameLevel.SWAPPED
    given_name[where[has_given_name & has_surname]] = GivenNameLevel.SWAPPED
    given_name[where[has_given_name & ~has_surname]] = GivenNameLevel.CROSSED


def _unknown(pairs: Pairs) -> Bools:
    """True where the left surname or the right given name is unknown."""
    entries = pairs.entries
    surname, given_name = (
        entries.surname.codes[pairs.left],
        entries.given_name.codes[pairs.right],
    )
    return np.asarray((surname < 0) | (given_name < 0))


def _crossed(pairs: Pairs) -> Bools:
    """True where the left surname is the right given name, or of four letters and one edit apart.

    Of shorter names only equal ones count.
    """
    entries = pairs.entries
    surname, given_name = (
        entries.surname.codes[pairs.left],
        entries.given_name.codes[pairs.right],
    )
    crossed = np.zeros(len(pairs), np.bool_)
    known = np.flatnonzero((surname >= 0) & (given_name >= 0))
    if not len(known):
        return crossed
    # The first letter must agree, which leaves few pairs to compare.
    surname_initials = entries.surname.initials[surname[known]]
    given_name_initials = entries.given_name.initials[given_name[known]]
    alike = known[surname_initials == given_name_initials]
    size = len(entries.given_name.values)
    numbers = surname[alike].astype(np.int64) * size + given_name[alike]
    distinct, place = np.unique(numbers, return_inverse=True)
    one, other = np.divmod(distinct, size)
    crossed[alike] = _one_name(entries, one.astype(np.int32), other.astype(np.int32))[
        place
    ]
    return crossed


def _one_name(entries: Encoded, surnames: Codes, given_name: Codes) -> Bools:
    """True where a surname is a given name, a slip in a name of four letters aside."""
    edits = process.cpdist(
        entries.surname.words()[surnames],
        entries.given_name.words()[given_name],
        scorer=OSA.distance,
        score_cutoff=1,
        dtype=np.uint8,
    )
    if not len(surnames):
        return np.zeros(0, np.bool_)
    shortest = np.minimum(
        entries.surname.lengths[surnames], entries.given_name.lengths[given_name]
    )
    return np.asarray((edits == 0) | ((edits == 1) & (shortest >= _LONG_ENOUGH)))


def shared_value_shares(pairs: Pairs, levels: dict[str, Levels]) -> Shares:
    """The shares of unrelated people who have the names that changed places.

    Each name counts as where it is more frequent, among the surnames or among the given names.
    """
    changed = levels["surname"] == SurnameLevel.SWAPPED
    changed |= levels["given_name"] == GivenNameLevel.SWAPPED
    changed |= levels["given_name"] == GivenNameLevel.CROSSED
    where = np.flatnonzero(changed)
    if not len(where):
        return
    there = pairs.at(where)
    for side in (there, there.turned()):
        yield where, np.where(_crossed(side), _name_shares(side), 0.0)


def _name_shares(pairs: Pairs) -> Floats:
    """log2 of the share of people who have the left surname, as a surname or as a given name."""
    entries = pairs.entries
    surnames, given_name = entries.surname, entries.given_name
    as_surname = share_of_codes(
        surnames,
        surnames.codes[pairs.left],
        entries.people,
        least_share(surnames, LEAST_SURNAMES),
    )
    as_given = share_of_codes(
        given_name,
        given_name.codes[pairs.right],
        entries.people,
        least_share(given_name, LEAST_GIVEN_NAMES),
    )
    return np.asarray(np.maximum(as_surname, as_given), np.float64)
