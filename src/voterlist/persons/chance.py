"""Coincidences: pairs that agree in names and birth, beside those that chance alone would give.

A generalised birthday problem (Feller, An Introduction to Probability Theory and Its Applications,
vol. 1, section II.3). Of two strangers of one sex and birth date, the share that agrees in surname,
given name and patronymic is the product of the shares that agree in each. Which given names and
patronymics are common changes with the year of birth, so their shares are taken within ten years of
birth; shares over all ages would give too few chance pairs. Pairs that share a date or year of
birth are counted and not estimated, so dates that many entries share are no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from voterlist.arrays import Bools, Codes, Floats, Longs, distinct_counts
from voterlist.model import Sex
from voterlist.persons.shared_values import agreeing
from voterlist.tables import Columns, codes

AGREEMENTS: tuple[tuple[str, ...], ...] = (
    ("stem", "given_name", "patronymic", "date"),
    ("stem", "given_name", "date"),
    ("stem", "given_name", "patronymic", "year"),
    ("stem", "given_name", "year"),
)
"""The kinds of agreement that are counted; ``stem`` is the surname without its ending."""
YEARS = 10
SEXES = 3
MALE, FEMALE = 0, 1
"""The codes of ``told_sex``."""
_SEX = {Sex.MALE: MALE, Sex.FEMALE: FEMALE}


class PersonFields(NamedTuple):
    """The fields that tell strangers apart, as codes, row by row; -1 where unknown."""

    sex: Codes
    """0 where unknown: entries of unknown sex are compared with each other."""
    stem: Codes
    given_name: Codes
    patronymic: Codes
    year: Codes
    date: Codes
    """Any number that two full birth dates share only if they are one."""

    def of(self, rows: Longs) -> PersonFields:
        """The fields of these rows."""
        return (
            self
            if len(rows) == len(self.sex)
            else PersonFields(*(code[rows] for code in self))
        )


def told_sex(voters: Columns) -> Codes:
    """The sex of each voter: as stated, else as the patronymic or the given name witnesses it.

    ``MALE`` or ``FEMALE``, -1 where nothing tells it. Where a list has no column of the sex, its
    names tell nearly all of it.
    """
    sex = np.full(voters.num_rows, -1, np.int32)
    for name in ("sex", "patronymic_sex", "given_sex"):
        code, distinct = codes(voters.column(name))
        # The last stands for null, which code -1 means.
        told = [*(_SEX.get(word, -1) for word in distinct.to_pylist()), -1]
        sex = np.where(sex < 0, np.array(told, np.int32)[code], sex)
    return sex


class Pairs(NamedTuple):
    """For each place and each of ``AGREEMENTS``, in their order: how many pairs."""

    expected: tuple[Floats, ...]
    """Pairs that strangers would make, were their names and births independent."""
    found: tuple[Longs, ...]
    """Pairs there are: one person's, relatives' and strangers' alike."""


def pairs_of(
    fields: PersonFields,
    place: Codes | Longs,
    places: int,
    groups: Codes | None = None,
) -> Pairs:
    """Pairs expected and found in each place, of one sex (those of unknown sex among themselves).

    Args:
        fields: the entries.
        place: the place of each, from 0.
        places: how many places there are.
        groups: the group of each entry, -1 where it has none. Pairs of two entries of one group do
            not count; names are as frequent as they are among all.
    """
    counts = _agreeing_pairs(fields, place, places)
    for members in members_of_groups(groups):
        rows = np.flatnonzero(members)
        inside = _agreeing_pairs(fields.of(rows), place[rows], places)
        counts = tuple(
            every - within for every, within in zip(counts, inside, strict=True)
        )
    return Pairs(_expected_pairs(fields, place, places, groups), counts)


def members_of_groups(groups: Codes | None) -> Iterator[Bools]:
    """For each group the flags of its entries."""
    if groups is not None:
        yield from (groups == group for group in np.unique(groups[groups >= 0]))


def _expected_pairs(
    fields: PersonFields, place: Codes | Longs, places: int, groups: Codes | None
) -> tuple[Floats, ...]:
    """For each agreement the pairs that strangers would make in each place."""
    blocks = places * SEXES
    # Half as wide as the numbers of places are: a nation's rows are many.
    block = np.asarray(place * SEXES + fields.sex, np.int32)
    # Counted from the first decade of the list, so that no band stands for decades before it.
    decade = (
        fields.year // YEARS
        - int(fields.year[fields.year >= 0].min(initial=0)) // YEARS
    )
    decades = int(decade.max(initial=-1)) + 1
    band = np.where(fields.year < 0, -1, block * decades + decade)
    bands = blocks * decades
    block_of_band = np.zeros(bands, dtype=np.int64)
    block_of_band[band[band >= 0]] = block[band >= 0]
    of_band = _pairs(band, bands)
    of_names = {
        name: _pairs_within(band, getattr(fields, name), bands)
        for name in ("given_name", "patronymic")
    }
    of_names["stem"] = _pairs_within(block, fields.stem, blocks)
    of_birth = {
        name: _pairs_within(band, getattr(fields, name), bands)
        for name in ("year", "date")
    }
    for members in members_of_groups(groups):
        # Not by the difference of two lists' expectations: an entry with a rare name would make it
        # fall below 0.
        inside = np.where(members, band, -1)
        of_birth = {
            name: pairs - _pairs_within(inside, getattr(fields, name), bands)
            for name, pairs in of_birth.items()
        }
    of_block = _pairs(block, blocks)
    counted = Agreeing(of_band, of_block, of_names, of_birth)
    return expected_of(counted, block_of_band, places)


class Agreeing(NamedTuple):
    """Pairs of entries of one sex and place, in bands of ten years of birth, that agree."""

    of_band: Floats
    """All pairs of each band."""
    of_block: Floats
    """All pairs of each sex of each place."""
    of_names: Mapping[str, Floats]
    """Those that agree in a name: in the given name and the patronymic for each band, in the stem
    for each block."""
    of_birth: Mapping[str, Floats]
    """Those of each band that agree in the year, and in the date."""


def expected_of(
    counted: Agreeing, block_of_band: Longs, places: int
) -> tuple[Floats, ...]:
    """For each agreement the pairs that strangers would make in each place."""
    share = {
        name: _share(counted.of_names[name], counted.of_band)
        for name in ("given_name", "patronymic")
    }
    # Surnames do not change with the year of birth: their shares are taken over all ages of one
    # sex, which are more entries than those of ten years.
    share["stem"] = _share(counted.of_names["stem"], counted.of_block)[block_of_band]
    expected = []
    for agreement in AGREEMENTS:
        *names, birth = agreement
        pairs = counted.of_birth[birth] * np.prod(
            [share[name] for name in names], axis=0
        )
        expected.append(
            np.bincount(block_of_band // SEXES, weights=pairs, minlength=places).astype(
                np.float64
            )
        )
    return tuple(expected)


def _agreeing_pairs(
    fields: PersonFields, place: Codes | Longs, places: int
) -> tuple[Longs, ...]:
    """For each agreement the pairs of each place."""
    # Every agreement requires sex, year, stem and given name: other entries make no pair.
    rows, common = agreeing(
        [place * SEXES + fields.sex, fields.year, fields.stem, fields.given_name]
    )
    place_of = np.zeros(int(common.max(initial=-1)) + 1, dtype=np.int64)
    place_of[common] = place[rows]
    counts = []
    for agreement in AGREEMENTS:
        # Entries that agree in all fields of the agreement lie within one of these common groups.
        number, width, known = common, 1, np.ones(len(rows), dtype=bool)
        for name in [name for name in ("patronymic", "date") if name in agreement]:
            code = getattr(fields, name)[rows]
            known &= code >= 0
            number = number * (int(code.max(initial=0)) + 1) + code
            width *= int(code.max(initial=0)) + 1
        agreed, size = distinct_counts(number[known])
        pairs = np.bincount(
            place_of[agreed // width], weights=size * (size - 1.0) / 2, minlength=places
        )
        counts.append(pairs.astype(np.int64))
    return tuple(counts)


def _pairs_within(group: Codes, code: Codes, groups: int) -> Floats:
    """How many pairs of rows of one group and one code each group has."""
    known = (group >= 0) & (code >= 0)
    width = int(code.max(initial=0)) + 1
    number = group[known] * np.int64(width)
    number += code[known]
    if groups * width <= len(number):
        # Few groups: one count for each of their codes, and no need to sort.
        size = np.bincount(number, minlength=groups * width).reshape(groups, width)
        return np.asarray((size * (size - 1.0)).sum(axis=1) / 2, np.float64)
    distinct, size = distinct_counts(number)
    weights = size * (size - 1.0) / 2
    return np.bincount(distinct // width, weights=weights, minlength=groups).astype(
        np.float64
    )


def _pairs(group: Codes, groups: int) -> Floats:
    """How many pairs of rows each group has."""
    size = np.bincount(group[group >= 0], minlength=groups)
    return np.asarray(size * (size - 1.0) / 2, np.float64)


def _share(pairs: Floats, of: Floats) -> Floats:
    return np.divide(pairs, of, out=np.zeros(len(of)), where=of > 0)
