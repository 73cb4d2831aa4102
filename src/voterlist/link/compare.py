"""The levels of each comparison of a pair. Missing is a level of its own: neither "same" nor "different".

Names are compared as skeletons, by edit distance and Jaro-Winkler over the distinct pairs of values only,
so a pair of names that meets a thousand times is compared once.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from voterlist.link.arrays import Bools, Codes, Floats, Levels, Longs
from voterlist.link.encode import Coded, Encoded

__all__ = ["LEVELS", "Compared", "compare", "rarities"]

LEVELS: dict[str, tuple[str, ...]] = {
    "surname": ("missing", "same", "ending", "misspelt", "look-alike", "similar", "differs", "swapped"),
    "given_name": ("missing", "same", "initial", "misspelt", "look-alike", "similar", "differs", "swapped"),
    "patronymic": ("missing", "same", "initial", "misspelt", "look-alike", "similar", "differs"),
    "birth_date": ("missing", "same", "year", "swapped", "digit", "part", "same-year", "differs"),
    "sex": ("missing", "same", "differs"),
    "address": ("missing", "same", "near", "alike", "same-precinct", "same-constituency", "differs"),
    "document": ("missing", "same", "digit", "differs"),
    "fin": ("missing", "same", "digit", "differs"),
}
"""The levels of each comparison, in the order of their codes; 0 is always "missing", 1 "same".

surname ``ending``: one stem, another ending. ``misspelt``: one edit apart, and one of the two spellings is
rare. ``look-alike``: one edit apart, and both are names in use. ``swapped``: surname and given name changed
places. birth_date ``year``: the years agree, a day or month is unknown; ``digit``: one digit or two
neighbouring digits off; ``part``: one of day, month, year differs. address ``near``: one house; ``alike``:
one street.
"""

_SWAPPED = 7
_RARE = 3
"""A spelling that stands at most so often among 100,000 entries counts as rare (at least this often)."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The pairs of a chunk: a level a field, and the log2 of how rare the values they agree on are."""

    levels: dict[str, Levels]
    rarity: Floats
    """Sum over the fields that agree of log2 P(a stranger has this value): the less common, the lower."""


def _same(codes: Codes, left: Codes, right: Codes) -> Bools:
    first = codes[left]
    return np.asarray((first == codes[right]) & (first >= 0))


def _distinct_pairs(first: Codes, second: Codes, size: int) -> tuple[Codes, Codes, Longs]:
    """The distinct unordered pairs of codes, and which of them each pair is."""
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second).astype(np.int64)
    distinct, place = np.unique(low * size + high, return_inverse=True)
    return (distinct // size).astype(np.int32), (distinct % size).astype(np.int32), place


def _similarity_levels(names: Coded, first: Codes, second: Codes, rare: int) -> Levels:
    """Levels 2 to 6 of distinct pairs of names that differ."""
    words = names.words()
    one, other = words[first], words[second]
    edits = process.cpdist(one, other, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    alike = process.cpdist(one, other, scorer=JaroWinkler.normalized_similarity, dtype=np.float32)
    length = np.array([len(name) for name in words], np.int32)
    initial = np.array([ord(name[0]) for name in words], np.int32)
    shortest = np.minimum(length[first], length[second])
    uncommon = np.minimum(names.counts[first], names.counts[second]) <= rare
    longest = np.maximum(length[first], length[second])
    levels = np.full(len(first), 6, np.uint8)
    levels[(alike >= 0.88) | ((edits == 2) & (shortest >= 6))] = 5
    close = (edits == 1) & (shortest >= 3)
    levels[close & ~uncommon] = 4
    levels[close & uncommon] = 3
    levels[(shortest == 1) & (longest > 1) & (initial[first] == initial[second])] = 2
    return levels


def _name_levels(names: Coded, left: Codes, right: Codes, rare: int) -> Levels:
    first, second = names.codes[left], names.codes[right]
    levels = np.zeros(len(left), np.uint8)
    known = (first >= 0) & (second >= 0)
    levels[known & (first == second)] = 1
    other = np.flatnonzero(known & (first != second))
    if len(other):
        one, two, place = _distinct_pairs(first[other], second[other], len(names.values))
        levels[other] = _similarity_levels(names, one, two, rare)[place]
    return levels


def _surname_levels(entries: Encoded, left: Codes, right: Codes, rare: int) -> Levels:
    """Stems are compared; level 2 is one stem with another ending, so an initial here is "similar"."""
    levels = _name_levels(entries.stem, left, right, rare)
    levels[levels == 2] = 5
    levels[(levels == 1) & ~_same(entries.surname.codes, left, right)] = 2
    return levels


def _swap(entries: Encoded, left: Codes, right: Codes, surname: Levels, given: Levels) -> None:
    """Marks both levels "swapped" where the surname of one is the given name of the other, both ways."""
    doubtful = np.flatnonzero((surname >= 3) & (given >= 3))
    if not len(doubtful):
        return
    place = pc.index_in(entries.surname.values, value_set=entries.given.values)
    as_given = np.r_[place.fill_null(-2).to_numpy(zero_copy_only=False), -3].astype(np.int32)
    one, two = left[doubtful], right[doubtful]
    crossed = (as_given[entries.surname.codes[one]] == entries.given.codes[two]) & (
        as_given[entries.surname.codes[two]] == entries.given.codes[one]
    )
    surname[doubtful[crossed]] = given[doubtful[crossed]] = _SWAPPED


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
    levels[full & same_year & same_month & same_day] = 1
    return levels


def _identifier_levels(identifier: Coded, left: Codes, right: Codes) -> Levels:
    first, second = identifier.codes[left], identifier.codes[right]
    known = (first >= 0) & (second >= 0)
    levels = np.where(known, 3, 0).astype(np.uint8)
    other = np.flatnonzero(known & (first != second))
    if len(other):
        one, two = identifier.words(first[other]), identifier.words(second[other])
        edits = process.cpdist(one, two, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
        levels[other[edits == 1]] = 2
    levels[known & (first == second)] = 1
    return levels


def _address_levels(entries: Encoded, left: Codes, right: Codes) -> Levels:
    """By street, house and flat where the list has them, else by the words of the whole line; then by place."""
    levels = np.zeros(len(left), np.uint8)
    constituency_known = (entries.constituency[left] >= 0) & (entries.constituency[right] >= 0)
    same_constituency = _same(entries.constituency, left, right)
    levels[constituency_known] = 6
    levels[same_constituency] = 5
    levels[same_constituency & _same(entries.precinct, left, right)] = 4
    if entries.street.is_empty:
        _text_levels(entries.address, left, right, levels)
        return levels
    known = (entries.street.codes[left] >= 0) & (entries.street.codes[right] >= 0)
    levels[known & (levels == 0)] = 6
    # A street of the same name in another constituency is another street.
    street = _same(entries.street.codes, left, right) & (same_constituency | ~constituency_known)
    house = street & _same(entries.house.codes, left, right)
    levels[street] = 3
    levels[house] = 2
    levels[house & (entries.flat.codes[left] == entries.flat.codes[right])] = 1
    return levels


def _text_levels(address: Coded, left: Codes, right: Codes, levels: Levels) -> None:
    """Whole address lines by their sorted words: the same, at least 0.8 alike, at least 0.6 alike."""
    first, second = address.codes[left], address.codes[right]
    known = (first >= 0) & (second >= 0)
    levels[known & (levels == 0)] = 6
    levels[known & (first == second)] = 1
    other = np.flatnonzero(known & (first != second))
    if not len(other):
        return
    one, two, place = _distinct_pairs(first[other], second[other], len(address.values))
    alike = process.cpdist(address.words(one), address.words(two), scorer=token_sort_ratio, dtype=np.float32)
    found = np.select([alike >= 97, alike >= 80, alike >= 60], [1, 2, 3], 0).astype(np.uint8)[place]
    levels[other] = np.where(found > 0, found, levels[other])


def _sex_levels(entries: Encoded, left: Codes, right: Codes, given: Levels) -> Levels:
    """The given name carries the sex: where it agrees, an agreeing sex is the same evidence and is not counted."""
    one, two = entries.sex[left], entries.sex[right]
    levels = np.where((one < 0) | (two < 0), 0, np.where(one == two, 1, 2)).astype(np.uint8)
    levels[(levels == 1) & (given == 1)] = 0
    return levels


def rarities(counts: Longs, size: int, base: float) -> Floats:
    """log2 of the share of strangers who have each value, given that one pair of entries agrees on it.

    The two entries of the pair are left out of the count, and one imagined entry is added, spread over
    1 / ``base`` values (a Dirichlet prior), so a value seen in this pair only is about as likely as ``base``.
    """
    share = (np.maximum(counts - 2, 0) + 1.0) / (size + 1.0 / base)
    return np.asarray(np.log2(share), np.float64)


def _rarity(entries: Encoded, left: Codes, levels: dict[str, Levels]) -> Floats:
    rarity = np.zeros(len(left), np.float64)
    size = entries.size

    def add(coded: Coded, agree: Bools, base: float) -> None:
        table = rarities(coded.counts, size, base)
        where = np.flatnonzero(agree)
        rarity[where] += table[coded.codes[left[where]]]

    swapped = levels["surname"] == _SWAPPED
    one_surname = (levels["surname"] == 1) | (levels["surname"] == 2) | swapped
    add(entries.stem, one_surname, 1 / max(len(entries.stem.values), 1000))
    add(entries.given, (levels["given_name"] == 1) | swapped, 1 / max(len(entries.given.values), 300))
    add(entries.patronymic, levels["patronymic"] == 1, 1 / max(len(entries.patronymic.values), 300))
    add(entries.fin, levels["fin"] == 1, 1e-9)
    add(entries.document, levels["document"] == 1, 1e-8)
    _add_dates(entries, left, levels["birth_date"], rarity)
    return rarity


def _add_dates(entries: Encoded, left: Codes, levels: Levels, rarity: Floats) -> None:
    """Full dates by their own share, so that the 1 January of the badly known is worth less; years by theirs."""
    size = max(entries.size, 1)
    per_year = np.bincount(entries.year, minlength=1)
    year_share = (per_year + 1.0) / (size + 100.0)
    where = np.flatnonzero(levels == 2)
    rarity[where] += np.log2(year_share[entries.year[left[where]]])
    where = np.flatnonzero(levels == 1)
    if not len(where):
        return
    dates = entries.date
    distinct, place, counts = np.unique(dates, return_inverse=True, return_counts=True)
    base = year_share[np.maximum(distinct, 0) // 10_000] / 365.0
    share = (np.maximum(counts - 2, 0) + 1.0) / (size + 1.0 / base)
    rarity[where] += np.log2(share)[place[left[where]]]


def compare(entries: Encoded, left: Codes, right: Codes) -> Compared:
    """The levels and the rarity of the pairs (``left[i]``, ``right[i]``)."""
    rare = max(_RARE, int(_RARE * entries.size / 100_000))
    surname = _surname_levels(entries, left, right, rare)
    given = _name_levels(entries.given, left, right, rare)
    _swap(entries, left, right, surname, given)
    levels = {
        "surname": surname,
        "given_name": given,
        "patronymic": _name_levels(entries.patronymic, left, right, rare),
        "birth_date": _date_levels(entries, left, right),
        "sex": _sex_levels(entries, left, right, given),
        "address": _address_levels(entries, left, right),
        "document": _identifier_levels(entries.document, left, right),
        "fin": _identifier_levels(entries.fin, left, right),
    }
    return Compared(levels, _rarity(entries, left, levels))
