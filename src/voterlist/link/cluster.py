"""Entries that are one person.

Clusters that respect evidence against, not a mere chain of likely pairs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from voterlist.arrays import Codes, Floats

Judge = Callable[[Codes, Codes], Floats]
"""Tells P(same person) of the pairs (left, right), also of those that no key brought together."""

_AGAINST = 0.01
"""A pair at or below this probability keeps its two entries out of one cluster."""
_FOR_EACH_AGAINST = 3
"""How many pairs for one person outweigh one against, where people have many entries."""


def _components(size: int, left: Codes, right: Codes) -> Codes:
    """The component of each node, numbered in the order of their first nodes.

    scipy does the same, and takes a fifth of a second to load.
    """
    first = np.arange(size)
    while True:
        before = first.copy()
        lowest = np.minimum(first[left], first[right])
        # Each node takes the lowest that it hears of, for itself and for the one it stood for.
        for side in (left, right):
            np.minimum.at(first, before[side], lowest)
            np.minimum.at(first, side, lowest)
        first = first[first]
        if np.array_equal(first, before):
            break
    return np.asarray(np.unique(first, return_inverse=True)[1], np.int32)


def clusters(
    size: int,
    left: Codes,
    right: Codes,
    weight: Floats,
    judge: Judge,
    *,
    outvoted: bool = False,
) -> Codes:
    """The cluster of each entry, named by its first entry's position; -1 where an entry is alone.

    Pairs join clusters from the heaviest down; two clusters are not joined while any pair across
    them speaks against (at or below 0.01). In a chain of three whose ends are two people, the
    stronger half stands. With ``outvoted``, for lists with many entries a person, a pair against
    counts for nothing where three times as many pairs across speak for one person: of ten entries
    of one person some two have little in common.
    """
    cluster = np.full(size, -1, np.int32)
    if not len(left):
        return cluster
    nodes, local = np.unique(np.r_[left, right], return_inverse=True)
    component = _components(
        len(nodes),
        local[: len(left)].astype(np.int32),
        local[len(left) :].astype(np.int32),
    )
    members = np.bincount(component)
    pair_component = component[local[: len(left)]]
    simple = members[pair_component] == 2
    cluster[left[simple]] = cluster[right[simple]] = left[simple]
    larger = np.flatnonzero(~simple)
    _join_larger(
        cluster,
        nodes,
        component,
        members,
        (left[larger], right[larger], weight[larger]),
        judge,
        outvoted=outvoted,
    )
    return cluster


def _join_larger(
    cluster: Codes,
    nodes: Codes,
    component: Codes,
    members: np.ndarray,
    pairs: tuple[Codes, Codes, Floats],
    judge: Judge,
    *,
    outvoted: bool,
) -> None:
    """Greedy joining inside each component of three entries or more (a small part of all)."""
    left, right, weight = pairs
    large = np.flatnonzero(members > 2)
    if not len(large):
        return
    order = np.argsort(component, kind="stable")
    starts = np.r_[0, np.cumsum(members)]
    against = _against(nodes, order, starts, large, judge)
    likely = set(zip(left.tolist(), right.tolist(), strict=True)) if outvoted else set()
    group: dict[int, set[int]] = {}
    for position in np.lexsort((right, left, -weight)):
        one, two = int(left[position]), int(right[position])
        first, second = group.setdefault(one, {one}), group.setdefault(two, {two})
        if first is second or _is_kept_apart(first, second, against, likely):
            continue
        first |= second
        for member in second:
            group[member] = first
    for entry, mates in group.items():
        if len(mates) > 1:
            cluster[entry] = min(mates)


def _is_kept_apart(
    first: set[int],
    second: set[int],
    against: set[tuple[int, int]],
    likely: set[tuple[int, int]],
) -> bool:
    """True where a pair across two clusters speaks against, and not enough of them for it."""
    across = {(min(a, b), max(a, b)) for a in first for b in second}
    opposed = len(across & against)
    return opposed > 0 and len(across & likely) < _FOR_EACH_AGAINST * opposed


def _against(
    nodes: Codes, order: np.ndarray, starts: np.ndarray, large: np.ndarray, judge: Judge
) -> set[tuple[int, int]]:
    """The pairs inside the large components that speak against "one person"."""
    lefts, rights = [], []
    for number in large:
        inside = np.sort(nodes[order[starts[number] : starts[number + 1]]])
        one, two = np.triu_indices(len(inside), 1)
        lefts.append(inside[one])
        rights.append(inside[two])
    left, right = (
        np.concatenate(lefts).astype(np.int32),
        np.concatenate(rights).astype(np.int32),
    )
    no = judge(left, right) <= _AGAINST
    return set(zip(left[no].tolist(), right[no].tolist(), strict=True))
