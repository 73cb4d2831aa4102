"""The clusters of a list by their size, and those of them that are doubtful."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import tables
from voterlist.arrays import Codes, Floats, Longs
from voterlist.model import frozen

_SURE = 0.99
"""A cluster is doubtful of which an entry is tied to the others by less than this."""
_MOST_SHOWN = 10
"""So many doubtful clusters, and pairs below the threshold, are shown entry by entry."""
_MOST_ENTRIES = 12
"""A cluster with more entries is not drawn: lines would hide each other."""


@frozen
class Size:
    """How many clusters have so many entries."""

    entries: int
    clusters: int


@frozen
class Tie:
    """One pair of entries inside a cluster, by their places in it."""

    left: int
    right: int
    probability: float


@frozen
class Cluster:
    """Entries that may be one person: a doubtful cluster, or a pair below the threshold."""

    members: tuple[str, ...]
    """The ids of its entries."""
    ties: tuple[Tie, ...]
    """Pairs of the table inside it, the most probable first."""
    weakest: float
    """The probability by which its most weakly tied entry is tied to another one."""
    pair: int | None
    """The row of PAIR that ties that entry; None where a rule of the user's own put it there."""

    def place(self, entry: str) -> int:
        """The number of an entry in it, from 1."""
        return self.members.index(entry) + 1

    @property
    def places(self) -> list[tuple[float, float]]:
        """Where its entries stand on a drawing of 100 by 100; none where they are too many."""
        count = len(self.members)
        if not 2 < count <= _MOST_ENTRIES:
            return []
        turns = [2 * pi * number / count for number in range(count)]
        return [(50 + 38 * sin(turn), 50 - 38 * cos(turn)) for turn in turns]


@frozen
class Clusters:
    """The clusters of a linkage."""

    sizes: tuple[Size, ...]
    """The smallest first."""
    doubtful: int
    shown: tuple[Cluster, ...]
    """Doubtful clusters, the most doubtful first."""
    near: tuple[Cluster, ...]
    """The pairs next below the threshold."""
    below: int
    """Pairs below the threshold that a person is asked about."""

    @property
    def sure(self) -> float:
        """The probability from which an entry is tied surely."""
        return _SURE

    @property
    def clusters(self) -> int:
        """How many there are."""
        return sum(size.clusters for size in self.sizes)

    @property
    def entries(self) -> int:
        """How many entries share one."""
        return sum(size.clusters * size.entries for size in self.sizes)

    @property
    def pairs(self) -> list[int]:
        """The rows of PAIR that are shown, in the order in which they stand on the page."""
        every = (*self.shown, *self.near)
        return [cluster.pair for cluster in every if cluster.pair is not None]


def clusters_of(
    clusters: pa.Table, pairs: pa.Table, *, threshold: float, review: float
) -> Clusters:
    """The clusters of a linkage, with the pairs of its PAIR table.

    From ``threshold`` on a pair joins clusters, from ``review`` on a person is asked about it.
    """
    number, _ = tables.codes(clusters.column("cluster_id"))
    size_of = np.bincount(number)
    sizes, counts = np.unique(size_of, return_counts=True)
    ids = clusters.column("entry_id")
    left, right = (
        pc.index_in(pairs.column(f"entry_{side}"), value_set=ids.combine_chunks())
        .fill_null(-1)
        .to_numpy()
        for side in "lr"
    )
    inside = np.flatnonzero((left >= 0) & (right >= 0))
    inside = inside[number[left[inside]] == number[right[inside]]]
    probability = pairs.column("probability").to_numpy()
    ties = _Ties(left[inside], right[inside], probability[inside], inside)
    weakest = _weakest(number, ties)
    doubtful = np.flatnonzero(weakest < _SURE)
    # Of equally doubtful ones the larger first.
    order = np.lexsort((doubtful, -size_of[doubtful], weakest[doubtful]))
    shown = doubtful[order][:_MOST_SHOWN]
    below = np.flatnonzero((probability >= review) & (probability < threshold))
    nearest = below[np.argsort(-probability[below], kind="stable")][:_MOST_SHOWN]
    return Clusters(
        tuple(map(Size, sizes.tolist(), counts.tolist())),
        len(doubtful),
        tuple(_cluster(of_one, number, ids, ties) for of_one in shown.tolist()),
        tuple(_pair(row, pairs) for row in nearest.tolist()),
        len(below),
    )


@frozen
class _Ties:
    """The pairs inside clusters: the places of their entries, and their rows in PAIR."""

    left: Longs
    right: Longs
    probability: Floats
    row: Longs


def _strongest(entries: int, ties: _Ties) -> Floats:
    """For each entry of the clusters the probability by which it is tied to another one."""
    strongest = np.zeros(entries)
    np.maximum.at(strongest, ties.left, ties.probability)
    np.maximum.at(strongest, ties.right, ties.probability)
    return strongest


def _weakest(number: Codes, ties: _Ties) -> Floats:
    """For each cluster the least of what ties its entries."""
    weakest = np.ones(number.max(initial=-1) + 1)
    np.minimum.at(weakest, number, _strongest(len(number), ties))
    return weakest


def _cluster(cluster: int, number: Codes, ids: pa.ChunkedArray, ties: _Ties) -> Cluster:
    places = np.flatnonzero(number == cluster)
    own = np.flatnonzero(number[ties.left] == cluster)
    own = own[np.argsort(-ties.probability[own], kind="stable")]
    inside = _Ties(
        np.searchsorted(places, ties.left[own]),
        np.searchsorted(places, ties.right[own]),
        ties.probability[own],
        ties.row[own],
    )
    ties_shown = (inside.left, inside.right, inside.probability)
    strongest = _strongest(len(places), inside)
    weakest = int(np.argmin(strongest))
    of_weakest = (inside.left == weakest) | (inside.right == weakest)
    return Cluster(
        tuple(ids.take(places).to_pylist()),
        tuple(map(Tie, *(part.tolist() for part in ties_shown))),
        float(strongest[weakest]),
        next(iter(inside.row[of_weakest].tolist()), None),
    )


def _pair(row: int, pairs: pa.Table) -> Cluster:
    names = ("entry_l", "entry_r", "probability")
    left, right, probability = (pairs.column(name)[row].as_py() for name in names)
    return Cluster((left, right), (Tie(0, 1, probability),), probability, row)
