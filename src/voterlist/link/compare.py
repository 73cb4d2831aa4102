"""The levels of each comparison of a pair. Missing is a level of its own: neither "same" nor "different".

Names are compared as skeletons, by edit distance and Jaro-Winkler over the distinct pairs of values
only, so a pair of names that meets a thousand times is compared once.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio

from voterlist.link.arrays import Bools, Codes, Floats, Levels
from voterlist.link.encode import Encoded
from voterlist.link.identifiers import Identifiers
from voterlist.link.names import (
    ENDING_SLIPS,
    TWO_EDITS,
    distinct_pairs,
    mark_swapped,
    name_levels,
    same,
    settle_names,
    settle_surnames,
    surname_levels,
)
from voterlist.link.rarity import rarity

__all__ = ["ALONE", "LEVELS", "Compared", "compare", "levels_alone", "settled"]

LEVELS: dict[str, tuple[str, ...]] = {
    "surname": (
        *("missing", "same", "ending", "misspelt", "look-alike", "similar", "differs", "swapped"),
        *("may-have-changed", "misspelt-twice"),
    ),
    "given_name": (
        *(
            "missing",
            "same",
            "initial",
            "misspelt",
            "look-alike",
            "similar",
            "differs",
            "swapped",
            "crossed",
        ),
        "misspelt-twice",
    ),
    "patronymic": (
        "missing",
        "same",
        "initial",
        "misspelt",
        "look-alike",
        "similar",
        "differs",
        "misspelt-twice",
    ),
    "birth_date": ("missing", "same", "year", "swapped", "digit", "part", "same-year", "differs"),
    "sex": ("missing", "same", "differs"),
    "address": (
        "missing",
        "same",
        "near",
        "alike",
        "partly",
        "same-precinct",
        "same-constituency",
        "differs",
    ),
    "document": ("missing", "same", "digit", "similar", "differs"),
    "fin": ("missing", "same", "digit", "differs"),
}
"""The levels of each comparison, in the order of their codes; 0 is always "missing", 1 "same".

surname ``ending``: one stem, another ending; ``may-have-changed``: it differs, and both are women.
``misspelt``: one edit apart, and one of the two spellings is rare; ``misspelt-twice``: two edits,
in a long name. ``look-alike``: one edit apart, and both are names in use. ``swapped``: surname and
given name changed places; ``crossed``: one of them did, and the other differs. birth_date ``year``:
the years agree, a day or month is unknown, or one of the two is a first of January; ``digit``: one
digit or two neighbouring digits off; ``part``: one of day, month, year differs. address ``near``:
one house; ``alike``: one street; of lines that are not parsed, by how alike the lines are and the
rare words that they share, down to ``partly``. document ``similar``: long texts with most
characters in common.
"""

_LINES = 8
"""From here on the levels of address lines that differ, until the list has said which of their
words are rare."""
_ALIKE_LINES = (50, 55, 65)
"""Where the classes of how alike two lines are begin (0 to 100): with one rare word or two in
common, or with none."""

ALONE: dict[str, int] = {
    **{name: len(levels) for name, levels in LEVELS.items()},
    "surname": max(ENDING_SLIPS) + 1,
    "given_name": TWO_EDITS + 1,
    "patronymic": TWO_EDITS + 1,
    "address": _LINES + 3 * (len(_ALIKE_LINES) + 1),
}
"""How many levels each comparison has while the list has said nothing of the pair."""

_LONG, _ALIKE = 12, 0.7
"""A text of so many characters in the place of a document is compared as a text, by its share of
characters kept."""
_RARE = 3
"""A spelling that stands at most so often among 100,000 entries counts as rare (at least this
often)."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The pairs of a chunk.

    A level a field, and the log2 of how rare the values they agree on are.
    """

    levels: dict[str, Levels]
    rarity: Floats
    """Sum over the fields that agree of log2 P(a stranger has this value): the less common, the
    lower."""


def _off_by_a_digit(one: Codes, two: Codes) -> Bools:
    """True where two eight-digit dates differ in one digit, or in two neighbours changed about."""
    places = [10**power for power in range(8)]
    digits = [((one // place) % 10, (two // place) % 10) for place in places]
    differing = np.zeros(len(one), np.int8)
    for first, second in digits:
        differing += first != second
    turned = np.zeros(len(one), np.bool_)
    for (first, second), (after, following) in itertools.pairwise(digits):
        turned |= (first == following) & (second == after) & (first != second)
    return np.asarray((differing == 1) | ((differing == 2) & turned))


def _date_levels(entries: Encoded, left: Codes, right: Codes) -> Levels:
    year_l, year_r = entries.year[left], entries.year[right]
    month_l, month_r = entries.month[left], entries.month[right]
    day_l, day_r = entries.day[left], entries.day[right]
    known = (year_l > 0) & (year_r > 0)
    full = known & (month_l > 0) & (month_r > 0) & (day_l > 0) & (day_r > 0)
    same_year, same_month, same_day = year_l == year_r, month_l == month_r, day_l == day_r
    levels = np.where(known, 7, 0).astype(np.uint8)
    levels[known & same_year] = 2
    levels[full & same_year] = 6
    levels[full & (same_year.astype(np.int8) + same_month + same_day == 2)] = 5
    near = np.flatnonzero(full & (levels >= 5))
    one = year_l[near] * 10_000 + month_l[near] * 100 + day_l[near]
    two = year_r[near] * 10_000 + month_r[near] * 100 + day_r[near]
    levels[near[_off_by_a_digit(one, two)]] = 4
    levels[full & same_year & (month_l == day_r) & (day_l == month_r)] = 3
    # Who knows the year only is often given the first of January.
    levels[full & same_year & ((month_l * day_l == 1) ^ (month_r * day_r == 1))] = 2
    levels[full & same_year & same_month & same_day] = 1
    return levels


def _document_levels(document: Identifiers, left: Codes, right: Codes) -> Levels:
    """Same; one edit apart; long and alike; differs.

    So long a text is no card's number: it is an e-mail address, say, and is mistyped as a name is.
    """
    levels = _identifier_levels(document, left, right, differs=4)
    if document.texts is None:
        return levels
    other = np.flatnonzero(levels == 4)
    one, two = document.words(left[other]), document.words(right[other])
    long = np.array(
        [min(len(first), len(second)) >= _LONG for first, second in zip(one, two, strict=True)],
        np.bool_,
    )
    alike = (
        process.cpdist(one[long], two[long], scorer=OSA.normalized_similarity, dtype=np.float32)
        >= _ALIKE
    )
    levels[other[np.flatnonzero(long)[alike]]] = 3
    return levels


def _identifier_levels(
    identifier: Identifiers, left: Codes, right: Codes, *, differs: int
) -> Levels:
    """Same; one edit apart; differs."""
    first, second = identifier.codes[left], identifier.codes[right]
    known = (first >= 0) & (second >= 0)
    levels = np.where(known, differs, 0).astype(np.uint8)
    levels[known & (first == second)] = 1
    other = np.flatnonzero(known & (first != second))
    levels[other[identifier.one_edit(left[other], right[other])]] = 2
    return levels


def _address_levels(entries: Encoded, left: Codes, right: Codes) -> Levels:
    """By street, house and flat where the list has them, else by the words of the whole line.

    Then by place.
    """
    levels = np.zeros(len(left), np.uint8)
    constituency_known = (entries.constituency[left] >= 0) & (entries.constituency[right] >= 0)
    same_constituency = same(entries.constituency, left, right)
    levels[constituency_known] = 7
    levels[same_constituency] = 6
    levels[same_constituency & same(entries.precinct, left, right)] = 5
    if entries.street.is_empty:
        _text_levels(entries, left, right, levels)
        return levels
    known = (entries.street.codes[left] >= 0) & (entries.street.codes[right] >= 0)
    levels[known & (levels == 0)] = 7
    # A street of the same name in another constituency is another street.
    street = same(entries.street.codes, left, right) & (same_constituency | ~constituency_known)
    house = street & same(entries.house.codes, left, right)
    levels[street] = 3
    levels[house] = 2
    levels[house & (entries.flat.codes[left] == entries.flat.codes[right])] = 1
    return levels


def _text_levels(entries: Encoded, left: Codes, right: Codes, levels: Levels) -> None:
    """Whole address lines by how alike their sorted words are.

    Where rare words in common may tell, from 8 on.
    """
    address = entries.address
    first, second = address.codes[left], address.codes[right]
    known = (first >= 0) & (second >= 0)
    levels[known & (levels == 0)] = 7
    levels[known & (first == second)] = 1
    other = np.flatnonzero(known & (first != second))
    if not len(other):
        return
    one, two, place = distinct_pairs(first[other], second[other], len(address.values))
    alike = process.cpdist(
        address.words(one), address.words(two), scorer=token_sort_ratio, dtype=np.float32
    )
    alike = alike[place]
    # Level 5, 6 or 7, by place, and the class of how alike the lines are.
    open_levels = (
        _LINES + (levels[other] - 5) * (len(_ALIKE_LINES) + 1) + np.digitize(alike, _ALIKE_LINES)
    )
    levels[other] = np.where(alike >= 97, 1, np.where(alike >= 75, 2, open_levels)).astype(np.uint8)


def _settle_lines(entries: Encoded, left: Codes, right: Codes, levels: Levels) -> None:
    """What the list says of address lines: how many words that are rare in it both have."""
    where = np.flatnonzero(levels >= _LINES)
    if not len(where):
        return
    rare = np.zeros(len(where), np.int8)
    for words in entries.address_words:
        rare += same(words, left[where], right[where])
    place, alike = np.divmod(levels[where] - _LINES, len(_ALIKE_LINES) + 1)
    found = np.where((alike >= 2) | (rare >= 1), 4, place + 5)
    found[((rare >= 1) & (alike >= 3)) | ((rare >= 2) & (alike >= 1))] = 3
    levels[where] = found.astype(np.uint8)


def _sex_levels(entries: Encoded, left: Codes, right: Codes, given: Levels) -> Levels:
    """The given name carries the sex.

    Where it agrees, an agreeing sex is the same evidence and is not counted.
    """
    one, two = entries.sex[left], entries.sex[right]
    levels = np.where((one < 0) | (two < 0), 0, np.where(one == two, 1, 2)).astype(np.uint8)
    levels[(levels == 1) & (given == 1)] = 0
    return levels


def levels_alone(entries: Encoded, left: Codes, right: Codes) -> dict[str, Levels]:
    """What each pair is by itself: levels that follow from its two entries alone, whatever else the list holds.

    Their numbers are those of ``LEVELS``, but for what the list must still be asked; ``settled``
    asks it.
    """
    surname = surname_levels(entries, left, right)
    given = name_levels(entries.given, left, right)
    mark_swapped(entries, left, right, surname, given)
    return {
        "surname": surname,
        "given_name": given,
        "patronymic": name_levels(entries.patronymic, left, right),
        "birth_date": _date_levels(entries, left, right),
        "sex": _sex_levels(entries, left, right, given),
        "address": _address_levels(entries, left, right),
        "document": _document_levels(entries.document, left, right),
        "fin": _identifier_levels(entries.fin, left, right, differs=3),
    }


def settled(entries: Encoded, left: Codes, right: Codes, levels: dict[str, Levels]) -> Compared:
    """What the list says of pairs, by its rare spellings, words and values.

    ``levels``, their own, are changed.
    """
    rare = max(_RARE, int(_RARE * entries.size / 100_000))
    settle_surnames(entries, left, right, levels["surname"], rare)
    for field, names in (("given_name", entries.given), ("patronymic", entries.patronymic)):
        settle_names(names, left, right, levels[field], rare, LEVELS[field].index("misspelt-twice"))
    _settle_lines(entries, left, right, levels["address"])
    return Compared(levels, rarity(entries, left, right, levels))


def compare(entries: Encoded, left: Codes, right: Codes) -> Compared:
    """The levels and the rarity of the pairs (``left[i]``, ``right[i]``)."""
    return settled(entries, left, right, levels_alone(entries, left, right))
