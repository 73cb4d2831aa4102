"""What the entries of a list hold, and which of them say too little to be linked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from voterlist.arrays import Floats
from voterlist.link.comparisons import Comparisons
from voterlist.link.encode import ADDED, Encoded
from voterlist.link.fit import known_values

_MADE_OF: Mapping[str, tuple[str, ...]] = {
    "birth_date": ("year",),
    "address": ("address", "street", "house"),
}
"""Comparison -> the columns of which an entry has one, where they have other names."""


@dataclass(frozen=True, slots=True)
class Column:
    """How many entries have a value of what is compared."""

    field: str
    known: int
    lacking: int
    """Of the entries that say too little those that lack it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the entries of a list hold."""

    entries: int
    columns: tuple[Column, ...]
    """One a comparison; what no entry has is left out."""
    unlinkable: int
    """Entries that say too little: a repetition with the same values would stay below the
    threshold."""

    @property
    def emptiest(self) -> Column | None:
        """The column with the fewest values."""
        return min(self.columns, key=lambda column: column.known, default=None)

    @property
    def most_lacking(self) -> Column | None:
        """What most of the entries lack that say too little."""
        return max(self.columns, key=lambda column: column.lacking, default=None)


def columns_of(
    entries: Encoded, comparisons: Comparisons, alike: Floats, threshold: float
) -> Columns:
    """What the entries hold.

    ``alike`` is for each of them the probability that it and a repetition with the same values are
    one person.
    """
    says_little = alike < threshold
    columns = []
    for field in comparisons.fields:
        own = ADDED + field if field in entries.added else field
        known = np.zeros(entries.size, np.bool_)
        for name in _MADE_OF.get(field, (own,)):
            known |= known_values(entries, name)
        if known.any():
            lacking = int((says_little & ~known).sum())
            columns.append(Column(field, int(known.sum()), lacking))
    return Columns(entries.size, tuple(columns), int(says_little.sum()))
