"""How right a linkage is against known truth, by pairs and by persons, with intervals.

Pairs that hang together are right or wrong together: three entries of one person make three pairs.
So the entries fall into *units*, of which none shares a person, a cluster or a pair with another
one, and an interval is that of a ratio of sums over units (linearised, Cochran 1977, 6.3). What
many pairs of one unit are worth less than as many pairs of their own is taken off their number
(the design effect, Kish 1965); with that number the interval is Wilson's (1927), which says
something where all are right.
"""

from __future__ import annotations

import numpy as np

from voterlist.arrays import Bools, Codes, Floats, Longs
from voterlist.link.cluster import components
from voterlist.link.fit import TWO_SIDED_95
from voterlist.model import frozen


@frozen
class Measure:
    """One share with its 95 % interval."""

    by: str
    """``pairs``, or ``persons``."""
    measure: str
    share: float
    """0 to 1; not a number where there is nothing to measure, as its interval is."""
    low: float
    high: float
    right: float
    of: float
    """The share is ``right`` of so many."""


@frozen
class Compared:
    """A list with what the truth and a linkage say of its entries, by their positions."""

    person: Codes
    """The same number for entries of one person."""
    cluster: Codes
    """The same number for entries of one cluster; one that is alone has a number of its own."""
    left: Codes
    """Of the pairs that were put forward."""
    right: Codes

    def units(self) -> Codes:
        """The unit of each entry."""
        firsts = [_first_of_each(codes) for codes in (self.person, self.cluster)]
        every = np.arange(len(self.person), dtype=np.int32)
        left = np.concatenate([every, every, self.left])
        right = np.concatenate([*firsts, self.right])
        return components(len(every), left.astype(np.int32), right.astype(np.int32))


def measures(compared: Compared) -> list[Measure]:
    """Precision, recall and F1 by pairs put forward, and by persons.

    By persons a cluster of several entries is right where it is all of one person and nobody else,
    and a person of several entries is found where that is so. ``merged`` are the persons who stand
    in a cluster with somebody else.
    """
    units = compared.units()
    size = int(units.max(initial=-1)) + 1

    def by_unit(entries: Longs | Codes, weights: Floats | Bools) -> Floats:
        sums = np.bincount(units[entries], np.asarray(weights, np.float64), size)
        return np.asarray(sums, np.float64)

    person, cluster = compared.person, compared.cluster
    is_one = person[compared.left] == person[compared.right]
    right_pairs = by_unit(compared.left, is_one)
    pairs = by_unit(compared.left, np.ones(len(is_one)))
    firsts, entries = np.unique(person, return_index=True, return_counts=True)[1:]
    true_pairs = by_unit(firsts, entries * (entries - 1) / 2)

    cluster_firsts, members = np.unique(cluster, return_index=True, return_counts=True)[
        1:
    ]
    whole = _whole(person, cluster)
    found = by_unit(cluster_firsts, (members > 1) & whole[cluster_firsts])
    clusters = by_unit(cluster_firsts, members > 1)
    persons = by_unit(firsts, entries > 1)
    is_mixed = _first_of_each(cluster) != _first_of_each(_pair_codes(person, cluster))
    mixed_clusters = np.isin(cluster, cluster[is_mixed])
    merged = np.unique(person[mixed_clusters], return_index=True)[1]
    merged_persons = by_unit(
        np.flatnonzero(mixed_clusters)[merged], np.ones(len(merged))
    )
    every_person = by_unit(firsts, np.ones(len(firsts)))
    return [
        measure("pairs", "precision", right_pairs, pairs),
        measure("pairs", "recall", right_pairs, true_pairs),
        measure("pairs", "f1", 2 * right_pairs, pairs + true_pairs),
        measure("persons", "precision", found, clusters),
        measure("persons", "recall", found, persons),
        measure("persons", "f1", 2 * found, clusters + persons),
        measure("persons", "merged", merged_persons, every_person),
    ]


def measure(by: str, name: str, right: Floats, of: Floats) -> Measure:
    """The share that ``right`` is of ``of``, each a sum for every unit."""
    whole = float(of.sum())
    if not whole:
        return Measure(by, name, np.nan, np.nan, np.nan, float(right.sum()), 0.0)
    share = float(right.sum()) / whole
    variance = float(((right - share * of) ** 2).sum()) / whole**2
    of_one_each = share * (1 - share) / whole
    # Where all are right, or none, nothing shows how much a unit hangs together: as much as can be.
    at_most = float((of**2).sum()) / whole
    effect = max(variance / of_one_each, 1.0) if of_one_each > 0 else max(at_most, 1.0)
    low, high = _wilson(share, whole / effect)
    return Measure(by, name, share, low, high, float(right.sum()), whole)


def _wilson(share: float, number: float) -> tuple[float, float]:
    """The 95 % interval of a share that was seen in so many."""
    square = TWO_SIDED_95**2
    middle = (share + square / (2 * number)) / (1 + square / number)
    margin = TWO_SIDED_95 / (1 + square / number)
    margin *= (share * (1 - share) / number + square / (4 * number**2)) ** 0.5
    return max(0.0, min(share, middle - margin)), min(1.0, max(share, middle + margin))


def _first_of_each(codes: Codes | Longs) -> Codes:
    """For each entry the first one that has its code."""
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    return first[place].astype(np.int32)


def _pair_codes(first: Codes, second: Codes) -> Longs:
    """One number for each combination of two codes."""
    return first.astype(np.int64) * (int(second.max(initial=0)) + 1) + second


def _whole(person: Codes, cluster: Codes) -> Bools:
    """Whether the person and the cluster of each entry have the same entries."""

    def sizes(codes: Codes | Longs) -> Longs:
        _, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
        return np.asarray(counts[place], np.int64)

    both = sizes(_pair_codes(person, cluster))
    return np.asarray((both == sizes(person)) & (both == sizes(cluster)))
