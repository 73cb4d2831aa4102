"""What coincidence alone would give in a list: for each kind of agreement, pairs expected beside pairs found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voterlist.chance import AGREEMENTS, Told, pairs_of
from voterlist.link.arrays import Bools, Floats, Longs
from voterlist.link.encode import Encoded
from voterlist.link.fields import field

__all__ = ["Chance", "chance"]


@dataclass(frozen=True, slots=True)
class Chance:
    """One kind of agreement in a list. Pairs found hold one person's, relatives' and strangers' pairs alike."""

    agreement: str
    expected: float
    """Pairs that strangers of one sex would make, were their names and dates independent."""
    found: int


def chance(entries: Encoded, new: Bools | None = None) -> tuple[Chance, ...]:
    """Expected and found pairs for each of ``AGREEMENTS``, as the register tests count them (``voterlist.chance``).

    Where it is told which entries are ``new``, of pairs that have one of these: all, without those of the others.
    """
    columns = [np.asarray(field(entries, name), np.int32) for name in ("stem", "given", "patronymic", "year", "date")]
    expected, found = _pairs(Told(entries.sex + 1, *columns))
    if new is not None:
        others_expected, others_found = _pairs(Told(*(code[~new] for code in (entries.sex + 1, *columns))))
        expected, found = expected - others_expected, found - others_found
    return tuple(
        Chance("+".join(agreement), float(chance_pairs), int(pairs))
        for agreement, chance_pairs, pairs in zip(AGREEMENTS, expected, found, strict=True)
    )


def _pairs(told: Told) -> tuple[Floats, Longs]:
    """For each of ``AGREEMENTS`` the pairs expected and the pairs found."""
    pairs = pairs_of(told, np.zeros(len(told.sex), np.int64), 1)
    return np.array([here[0] for here in pairs.expected]), np.array([here[0] for here in pairs.found])
