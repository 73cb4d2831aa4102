"""Left entries, dealt to ranges of about equally many pairs.

PairRange: Kolb, Thor and Rahm 2012.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from voterlist.arrays import AnyArray, Codes, Longs, mix
from voterlist.spark.exchange import Parcel

_HALF = np.uint64(32)


def part_of(positions: AnyArray, starts: Longs) -> Longs:
    """The part in which each entry stands."""
    return np.asarray(np.searchsorted(starts[1:-1], positions, side="right"), np.int64)


@dataclass(frozen=True, slots=True)
class Ranges:
    """The range to which each left entry is dealt, with all pairs that it begins.

    The pairs of the list stand in a line: part after part, inside a part by a digest of their left
    entries. Equal stretches of the line are the ranges. So the pairs of a part stay together as far
    as they are not too many, and entries that begin many pairs do not stand together.
    """

    starts: Longs
    """Where each part of the list begins, and where the list ends."""
    offsets: Longs
    """Where the pairs of each part begin in the line, and where it ends."""
    most: int
    """Pairs in a range, one that several keys bring together counted with each: about so many."""

    @classmethod
    def of(cls, counts: Longs, most: int, starts: Longs) -> Ranges:
        """Ranges of the pairs of parts that begin so many: at least as many ranges as parts."""
        offsets = np.cumsum(np.append(0, counts))
        even = -(-int(offsets[-1]) // len(counts))
        return cls(starts, offsets, max(1, min(most, even)))

    @property
    def many(self) -> int:
        """How many ranges there are: at least one."""
        return max(1, -(-int(self.offsets[-1]) // self.most))

    def of_left(self, positions: Codes) -> Longs:
        """The range of each left entry."""
        part = part_of(positions, self.starts)
        digest = mix(positions.astype(np.uint64)) >> _HALF
        before = digest * np.diff(self.offsets)[part] / (1 << 32)
        return (self.offsets[part] + before.astype(np.int64)) // self.most

    def of_part(self, part: int) -> range:
        """The ranges that have left entries of a part."""
        start, stop = self.offsets[part : part + 2].tolist()
        return range(start // self.most, -(-stop // self.most))


def to_ranges(ranges: Ranges, parcels: list[Parcel]) -> Iterator[Parcel]:
    """The blocks of each part, for each of its ranges; the part is the sender now."""
    for parcel in parcels:
        for number in ranges.of_part(parcel.addressee):
            yield replace(parcel, addressee=number, sender=parcel.addressee)
