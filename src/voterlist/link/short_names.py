"""Short forms of given names: Bob is Robert, Məmiş is Məmməd, Саша is Александр and Александра.

``short_names.csv`` has the pairs (profile, name, short form) as skeletons; ``bench/short_names.py``
makes it. That two names have a short form in common makes them no forms of each other.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from zlib import crc32

import numpy as np

from voterlist.arrays import Bools, Codes, Longs, Words
from voterlist.model import Profile

_COLUMNS = 4
FULL_NAMES = tuple(f"full_name_{number}" for number in range(_COLUMNS))
"""The names of the columns of full names, as fields of a blocking key."""


@dataclass(frozen=True, eq=False)
class ShortNames:
    """Which of the distinct names of a list are short forms of which."""

    has_forms: Bools
    """For each name whether the list has a form of it, or what it is a form of; and, at the last
    place, False for the code -1 of an unknown name."""
    pairs: Longs
    """The codes of two such names, the lower times the number of names plus the higher, sorted."""

    def related(self, first: Codes, second: Codes) -> Longs:
        """The positions at which one name is a short form of the other, by the codes of names."""
        may_be = np.flatnonzero(self.has_forms[first] & self.has_forms[second])
        low = np.minimum(first[may_be], second[may_be]).astype(np.int64)
        high = np.maximum(first[may_be], second[may_be])
        packed = low * (len(self.has_forms) - 1) + high
        place = np.searchsorted(self.pairs, packed)
        found = np.append(self.pairs, -1)[place] == packed
        return np.asarray(may_be[found], np.int64)


@cache
def _forms(profile: Profile) -> tuple[tuple[str, str], ...]:
    """(name, short form) of a profile."""
    path = resources.files(__package__).joinpath("short_names.csv")
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return tuple(
        (row["name"], row["short_form"])
        for row in rows
        if row["profile"] == profile.value
    )


def short_names(names: Words, profile: Profile) -> ShortNames:
    """The short forms among these distinct names, which are skeletons of the profile."""
    code = {name: number for number, name in enumerate(names)}
    found = [
        sorted((code[name], code[form]))
        for name, form in _forms(profile)
        if name in code and form in code
    ]
    pairs = np.array(found, np.int64).reshape(-1, 2)
    has_forms = np.zeros(len(names) + 1, np.bool_)
    has_forms[pairs.ravel()] = True
    return ShortNames(has_forms, np.unique(pairs[:, 0] * len(names) + pairs[:, 1]))


def full_names(names: Words, counts: Longs, profile: Profile) -> tuple[Codes, ...]:
    """The full names of these distinct names, as columns of codes, -1 where there is none.

    A name and its short form agree in the column that a checksum of the name gives, so a short form
    of several names agrees with each of them. Of two full names in one column the rarer stands
    there. Only names of which the list has both are in a column.
    """
    code = {name: number for number, name in enumerate(names)}
    columns = np.full((_COLUMNS, len(names)), -1, np.int32)
    times = dict(zip(names, counts.tolist(), strict=True))
    for column, full in zip(columns, full_names_of(times, profile), strict=True):
        for name, whole in full.items():
            column[code[name]] = code[whole]
    return tuple(columns)


def full_names_of(
    counts: Mapping[str, int], profile: Profile
) -> tuple[dict[str, str], ...]:
    """For each column the full name of each name that has one, by how many entries have each."""
    listed = [
        (name, form)
        for name, form in _forms(profile)
        if name in counts and form in counts
    ]
    columns: tuple[dict[str, str], ...] = tuple({} for _ in range(_COLUMNS))
    # From the most frequent to the rarest: the last one written stands.
    for name, form in sorted(listed, key=lambda pair: (-counts[pair[0]], *pair)):
        columns[crc32(name.encode()) % _COLUMNS].update({name: name, form: name})
    return columns


def names_with_forms(profile: Profile) -> frozenset[str]:
    """The names that have short forms, and these."""
    return frozenset(name for pair in _forms(profile) for name in pair)
