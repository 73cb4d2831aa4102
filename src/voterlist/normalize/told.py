"""Whose spelling the names of a list follow, told from the names themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from heapq import nsmallest

import numpy as np
import pyarrow as pa

from voterlist import tables
from voterlist.facts.latin import fine, is_cyrillic_letter, letters
from voterlist.model import Profile, frozen
from voterlist.normalize import lexicon
from voterlist.normalize.fullname import split_full_name
from voterlist.normalize.name_parts import has_father, is_surname_like, particle_of

_HALF = 0.5
_CLEAR = 0.25
"""A share closer to one half than this is a mixed list. Voters' lists of Azerbaijan have 0.97 and
more, English and German lists 0.05 and less."""
_ENOUGH = 20
"""Fewer names than this prove little of a list."""
_MOST = 2_000
"""So many distinct values of a column are looked at, the most frequent first."""
_OWN_LETTER = "əƏ"

Looks = Callable[[str], bool]


class ProfileDoubt(StrEnum):
    """Why the profile that was told may be wrong."""

    FEW = "few"
    """The list has hardly any names."""
    MIXED = "mixed"
    """Neither most nor few of the names look Azerbaijani."""


@frozen
class ToldProfile:
    """The profile of a list, and how sure that is."""

    profile: Profile
    share: float
    """Of 1: how many of the names look Azerbaijani; 0 where there are none."""
    names: int
    """Cells of names that were looked at."""
    doubt: ProfileDoubt | None = None


def tell_profile(entries: pa.Table) -> ToldProfile:
    """The profile that fits the names of these entries.

    A given name witnesses ``az`` that is known in any spelling; a surname that has one of the
    endings -ov, -yev, -li, -zadə, -oğlu, -qızı; a father's name with a particle or an ending; any
    of them in Cyrillic or with the letter ə. The share is the mean over the columns that have
    names, each distinct value counted as often as it stands. From one half on the profile is
    ``az``, and also where there is no name at all.

    Args:
        entries: ENTRY, or any table with some of its columns of names.
    """
    return tell_counted(
        {
            name: _counts(entries.column(name))
            for name in _WITNESSES
            if name in entries.column_names
        }
    )


def tell_counted(names: Mapping[str, Mapping[str, int]]) -> ToldProfile:
    """The same of names that are counted: for each column how many entries have each."""
    shares, counts = [], []
    for name, times in names.items():
        known, alike = _looked_at(times, _WITNESSES[name])
        if known:
            shares.append(alike / known)
            counts.append(known)
    if not shares:
        return ToldProfile(Profile.AZ, 0.0, 0, ProfileDoubt.FEW)
    share, most = float(np.mean(shares)), max(counts)
    profile = Profile.AZ if share >= _HALF else Profile.GENERIC
    return ToldProfile(profile, share, most, _doubt(share, most))


def _doubt(share: float, names: int) -> ProfileDoubt | None:
    if names < _ENOUGH:
        return ProfileDoubt.FEW
    return ProfileDoubt.MIXED if abs(share - _HALF) < _CLEAR else None


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    codes, distinct = tables.codes(column)
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    return dict(zip(distinct.to_pylist(), counts.tolist(), strict=True))


def _looked_at(times: Mapping[str, int], looks: Looks) -> tuple[int, int]:
    """The cells looked at, and how many of them look Azerbaijani."""
    # Ties in the order of the values, so that the order of the rows says nothing.
    taken = nsmallest(_MOST, times, key=lambda name: (-times[name], name))
    # Letters that only the profile ``az`` brings together say so too.
    alike = [
        name
        for name in taken
        if any(sign in _OWN_LETTER or is_cyrillic_letter(sign) for sign in name)
        or looks(name)
    ]
    return sum(times[name] for name in taken), sum(times[name] for name in alike)


def _is_known(text: str) -> bool:
    return any(lexicon.lookup(fine(letters(word))) for word in text.split())


def _has_ending(text: str) -> bool:
    return any(is_surname_like(word) for word in text.split())


def _has_particle(text: str) -> bool:
    words = text.split()
    return any(particle_of(word) or has_father(word) for word in words) or (
        _is_known(text)
    )


def _is_whole(text: str) -> bool:
    """True where more of the parts of a whole name look Azerbaijani than do not."""
    name = split_full_name(text, Profile.AZ)
    parts = (
        (name.surname, _has_ending),
        (name.given_name, _is_known),
        (name.patronymic, _has_particle),
    )
    alike = [looks(text) for text, looks in parts if text]
    return 2 * sum(alike) > len(alike)


_WITNESSES: Mapping[str, Looks] = {
    "given_name": _is_known,
    "surname": _has_ending,
    "patronymic": _has_particle,
    "full_name": _is_whole,
}
"""Each column of names with what says that one of them looks Azerbaijani."""
