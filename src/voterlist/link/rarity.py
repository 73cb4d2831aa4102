"""How rare the values are on which two entries agree: what tells two Məmmədovs from two Qaraçuxurlus.

Source: Winkler 2000, frequency-based matching.
"""

from __future__ import annotations

import numpy as np

from voterlist.link.arrays import Bools, Codes, Floats, Levels, Longs
from voterlist.link.encode import Coded, Encoded
from voterlist.link.names import CROSSED, SWAPPED, crossed

__all__ = ["rarities", "rarity"]

_SURNAMES, _NAMES, _ADDRESSES = 1000, 300, 1000
"""A list is thought to know at least so many values, however few it shows."""
_HELD = 1000
"""So many people of all ages are thought to stand in each cohort too."""
_ENDINGS = 0.2
"""Imagined entries of one stem with another ending, for one of the same surname."""
_FIN, _DOCUMENT = 1e-9, 1e-8
"""The chance that a stranger has one given identifier."""


def rarities(counts: Longs, size: int, base: float) -> Floats:
    """log2 of the share of strangers who have each value, given that one pair of entries agrees on it.

    The two entries of the pair are left out of the count, and one imagined entry is added, spread
    over 1 / ``base`` values (a Dirichlet prior), so a value seen in this pair only is about as
    likely as ``base``.
    """
    share = (np.maximum(counts - 2, 0) + 1.0) / (size + 1.0 / base)
    return np.asarray(np.log2(share), np.float64)


def _base(coded: Coded, least: int) -> float:
    return 1 / max(len(coded.values), least)


def _of(coded: Coded, codes: Codes, size: int, base: float) -> Floats:
    """The rarity of the values with these codes; 0 for an unknown one."""
    return (
        np.where(codes >= 0, rarities(coded.counts[codes], size, base), 0.0)
        if len(coded.counts)
        else np.zeros(len(codes))
    )


def rarity(entries: Encoded, left: Codes, right: Codes, levels: dict[str, Levels]) -> Floats:
    """For each pair the sum, over the fields that agree, of log2 P(a stranger has this value).

    0 or below.
    """
    total = np.zeros(len(left), np.float64)
    agreeing: list[tuple[Coded, Bools, float]] = []
    if entries.address_words:
        agreeing.append(
            (entries.address, levels["address"] == 1, _base(entries.address, _ADDRESSES))
        )
    for coded, agree, base in agreeing:
        where = np.flatnonzero(agree)
        total[where] += _of(coded, coded.codes[left[where]], entries.size, base)
    for identifier, name, base in (
        (entries.fin, "fin", _FIN),
        (entries.document, "document", _DOCUMENT),
    ):
        where = np.flatnonzero(levels[name] == 1)
        total[where] += rarities(identifier.times(left[where]), entries.size, base)
    _add_names(entries, left, right, levels, total)
    _add_surnames(entries, left, right, levels["surname"], total)
    _add_swapped(entries, left, right, levels, total)
    _add_dates(entries, left, levels["birth_date"], total)
    return total


def _add_names(
    entries: Encoded, left: Codes, right: Codes, levels: dict[str, Levels], total: Floats
) -> None:
    """One given name, or father's name, as often as those born in the two entries' years have it: names have fashions.

    What a cohort tells is held by what the whole list tells, as if so many of all ages stood in it
    too.
    """
    for name, coded, of_cohort in (
        ("given_name", entries.given, entries.given_counts),
        ("patronymic", entries.patronymic, entries.patronymic_counts),
    ):
        where = np.flatnonzero(levels[name] == 1)
        if not len(where):
            continue
        one, two = left[where], right[where]
        code = coded.codes[one]
        whole = np.exp2(rarities(coded.counts[code], entries.size, _base(coded, _NAMES)))
        sizes = np.bincount(entries.cohort, minlength=len(of_cohort))
        share = np.zeros(len(where))
        for entry in (one, two):
            cohort = entries.cohort[entry]
            # Each of the two is left out where it is counted: both, if they are of one cohort.
            own = 1 + (entries.cohort[one] == entries.cohort[two])
            counted = np.maximum(of_cohort[cohort, code] - own, 0)
            share += (counted + _HELD * whole) / (sizes[cohort] + _HELD) / 2
        total[where] += np.log2(share)


def _add_surnames(
    entries: Encoded, left: Codes, right: Codes, levels: Levels, total: Floats
) -> None:
    """One surname, or one stem with another ending, as often as people of the other entry's sex have it.

    Endings follow the sex: Məmmədov and Məmmədova are one surname of two sexes, Məmmədov and
    Məmmədli of one.
    """
    where = np.flatnonzero((levels == 1) | (levels == 2))
    if not len(where):
        return
    one, sex = left[where], entries.sex[right[where]]
    size = entries.sizes[sex]
    surname = entries.surname_counts[entries.surname.codes[one], sex]
    ending = entries.stem_counts[entries.stem.codes[one], sex] - surname
    # Both entries of the pair are left out: of one surname both are counted in it, of another
    # ending only one.
    counted = np.where(levels[where] == 1, np.maximum(surname - 2, 0), np.maximum(ending - 1, 0))
    imagined = np.where(levels[where] == 1, 1.0, _ENDINGS)
    total[where] += np.log2(
        (counted + imagined) / (size + max(len(entries.surname.values), _SURNAMES))
    )


def _add_swapped(
    entries: Encoded, left: Codes, right: Codes, levels: dict[str, Levels], total: Floats
) -> None:
    """Names that changed places.

    Each as where it is commoner, among the surnames or among the given names.
    """
    where = np.flatnonzero(
        (levels["surname"] == SWAPPED) | np.isin(levels["given_name"], (SWAPPED, CROSSED))
    )
    if not len(where):
        return
    one, two = left[where], right[where]
    for here, there in ((one, two), (two, one)):
        surname, given = entries.surname.codes[here], entries.given.codes[there]
        as_surname = _of(entries.surname, surname, entries.size, _base(entries.surname, _SURNAMES))
        as_given = _of(entries.given, given, entries.size, _base(entries.given, _NAMES))
        total[where] += np.where(
            crossed(entries, surname, given), np.maximum(as_surname, as_given), 0.0
        )


def _add_dates(entries: Encoded, left: Codes, levels: Levels, total: Floats) -> None:
    """Full dates by their own share, so that the 1 January of the badly known is worth less.

    Years by theirs.
    """
    size = max(entries.size, 1)
    per_year = np.bincount(entries.year, minlength=1)
    year_share = (per_year + 1.0) / (size + 100.0)
    where = np.flatnonzero(levels == 2)
    total[where] += np.log2(year_share[entries.year[left[where]]])
    where = np.flatnonzero(levels == 1)
    share = year_share[entries.year[left[where]]] / 365.0
    counts = entries.date_counts[entries.date_code[left[where]]] if len(where) else np.zeros(0)
    total[where] += np.log2((np.maximum(counts - 2, 0) + 1.0) / (size + 1.0 / share))
