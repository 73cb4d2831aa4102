"""Which pairs of entries are looked for, where the list is made of several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Codes

_NO_GROUP = -1


@dataclass(frozen=True, slots=True)
class Scope:
    """The groups of entries whose pairs are not looked for.

    A pair of two entries of one group does not count. It is not made, not compared and no part of
    any number of pairs. An entry without a group is paired with every other.
    """

    entry_ids: pa.Array | pa.ChunkedArray
    """The entries whose group is told. All others form one group."""
    groups: Codes
    """The group of each of them, from 0; -1 where it has none."""
    is_between: bool = False
    """Whether each group is a list of its own, and only pairs of two lists are looked for."""
    one_to_one: bool = False
    """Whether an entry is one person with at most one entry of each other list."""

    @classmethod
    def held_against(cls, new: pa.Array | pa.ChunkedArray) -> Scope:
        """Every pair with at least one of these entries counts; the others are one group."""
        return cls(new, np.full(len(new), _NO_GROUP, np.int32))

    @classmethod
    def between(
        cls,
        entry_ids: pa.Array | pa.ChunkedArray,
        lists: Codes,
        *,
        one_to_one: bool = False,
    ) -> Scope:
        """Only pairs of two lists count; ``lists`` are the numbers of the lists, from 0."""
        return cls(entry_ids, lists, is_between=True, one_to_one=one_to_one)

    def groups_of(self, ids: pa.Array) -> Codes:
        """The group of each of these entries.

        Lists are numbered in the order of their first entries, so that nothing depends on the order
        in which they are given.
        """
        place = pc.index_in(ids, value_set=_array(self.entry_ids).cast(ids.type))
        of_others = 0
        known = np.append(self.groups, np.int32(of_others))
        groups = known[np.asarray(pc.fill_null(place, len(self.groups)), np.int64)]
        return _in_order(groups) if self.is_between else groups


def _in_order(groups: Codes) -> Codes:
    """The groups numbered in the order of their first entries."""
    _, first, number = np.unique(groups, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[number].astype(np.int32)


def _array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def members_of_groups(groups: Codes) -> Iterator[Bools]:
    """For each group the flags of its entries."""
    for group in np.unique(groups[groups > _NO_GROUP]).tolist():
        yield groups == group


def pairs_within(size: int) -> int:
    """How many pairs so many entries make."""
    return size * (size - 1) // 2


def pairs_without(groups: Codes) -> int:
    """How many pairs of entries count: all but those inside a group."""
    sizes = np.bincount(groups[groups > _NO_GROUP]).tolist()
    return pairs_within(len(groups)) - sum(map(pairs_within, sizes))
