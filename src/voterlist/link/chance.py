"""What coincidence alone would give: for each kind of agreement, pairs expected beside pairs found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voterlist.link import block
from voterlist.link.arrays import Bools, Codes, Longs
from voterlist.link.encode import Encoded
from voterlist.link.fields import field

__all__ = ["AGREEMENTS", "Chance", "chance"]

AGREEMENTS: tuple[tuple[str, ...], ...] = (
    ("stem", "given", "patronymic", "date"),
    ("stem", "given", "date"),
    ("stem", "given", "patronymic", "year"),
    ("stem", "given", "year"),
)
"""The kinds of agreement that are counted; ``stem`` is the surname without its ending."""


@dataclass(frozen=True, slots=True)
class Chance:
    """One kind of agreement in a list. Pairs found hold one person's, relatives' and strangers' pairs alike."""

    agreement: str
    expected: float
    """Pairs that strangers of one sex would make, were their names and dates independent."""
    found: int


def _agreeing_share(codes: Codes | Longs) -> float:
    """P(two random entries both have a value and it is the same), without an entry's pair with itself."""
    size = len(codes)
    if size < 2:
        return 0.0
    _, counts = np.unique(codes[codes >= 0], return_counts=True)
    return float((counts * (counts - 1.0)).sum() / (size * (size - 1.0)))


def _pairs(size: int) -> float:
    return size * (size - 1) / 2


def chance(entries: Encoded, new: Bools | None = None) -> tuple[Chance, ...]:
    """Expected and found pairs for each of ``AGREEMENTS``, entries of unknown sex as a group of their own.

    Where it is told which entries are ``new``, of pairs that have one of these.
    """
    groups = [np.flatnonzero(entries.sex == sex) for sex in (-1, 0, 1)]
    fields = sorted({name for agreement in AGREEMENTS for name in agreement})
    shares = [{name: _agreeing_share(field(entries, name)[group]) for name in fields} for group in groups]
    found = []
    for agreement in AGREEMENTS:
        expected = 0.0
        for group, share in zip(groups, shares, strict=True):
            rest = 0 if new is None else int((~new[group]).sum())
            expected += (_pairs(len(group)) - _pairs(rest)) * float(np.prod([share[name] for name in agreement]))
        found.append(Chance("+".join(agreement), expected, block.agreeing(entries, agreement, new)))
    return tuple(found)
