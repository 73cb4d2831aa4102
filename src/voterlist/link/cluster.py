"""Entries that are one person.

Clusters that respect evidence against, not a mere chain of likely pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from voterlist.arrays import Bools, Codes, Floats, Longs, exp2
from voterlist.link import weigh
from voterlist.link.candidates import Candidates
from voterlist.link.comparisons.base import Pairs
from voterlist.link.grid import on_grid
from voterlist.link.judge import Scorer, near

Judge = Callable[[Codes, Codes], Floats]
"""Tells P(same person) of the pairs (left, right), also of those that no key brought together."""

_AGAINST = 0.01
"""A pair at or below this probability keeps its two entries out of one cluster."""
_FOR_EACH_AGAINST = 3
"""How many pairs for one person outweigh one against, where people have many entries."""


def components(size: int, left: Codes, right: Codes) -> Codes:
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
    of one person some two have little in common. A pair of infinite weight joins whatever speaks
    against it; one of a probability below 0 is never outvoted.
    """
    cluster = np.full(size, -1, np.int32)
    if not len(left):
        return cluster
    nodes, local = np.unique(np.r_[left, right], return_inverse=True)
    component = components(
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
    against, never = _against(nodes, order, starts, large, judge)
    likely = set(zip(left.tolist(), right.tolist(), strict=True)) if outvoted else set()
    group: dict[int, set[int]] = {}
    for position in np.lexsort((right, left, -weight)):
        entry_l, entry_r = int(left[position]), int(right[position])
        first, second = (
            group.setdefault(entry_l, {entry_l}),
            group.setdefault(entry_r, {entry_r}),
        )
        if first is second:
            continue
        across = {(min(a, b), max(a, b)) for a in first for b in second}
        opposed = len(across & against)
        outvoted = len(across & likely) >= _FOR_EACH_AGAINST * opposed
        is_kept_apart = across & never or (opposed and not outvoted)
        if weight[position] < np.inf and is_kept_apart:
            continue
        first |= second
        for member in second:
            group[member] = first
    for entry, mates in group.items():
        if len(mates) > 1:
            cluster[entry] = min(mates)


def _against(
    nodes: Codes, order: np.ndarray, starts: np.ndarray, large: np.ndarray, judge: Judge
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """The pairs in the large components that speak against one person, and those never one."""
    lefts, rights = [], []
    for number in large:
        inside = np.sort(nodes[order[starts[number] : starts[number + 1]]])
        upper, lower = np.triu_indices(len(inside), 1)
        lefts.append(inside[upper])
        rights.append(inside[lower])
    left, right = (
        np.concatenate(lefts).astype(np.int32),
        np.concatenate(rights).astype(np.int32),
    )
    probability = judge(left, right)
    no, never = (
        set(zip(left[chosen].tolist(), right[chosen].tolist(), strict=True))
        for chosen in (probability <= _AGAINST, probability < 0)
    )
    return no, never


# --- The best partner of each entry: a matching of the pairs of two lists
# Each entry is in at most one chosen pair with each other list, and the evidence of the chosen
# pairs sums to the most that is possible. To take the best pair first, and then the best of what
# is left, is not the same: it may give an entry the partner without which another entry has none.
#
# The evidence of a pair is log2(1 + odds). Of one person's pairs it is nearly the log-odds; of
# others it is nearly 0, and never below. Where an entry is one person with at most one entry of
# the other list, the probability that the true pairs are among those of a matching is
# proportional to the product of (1 + odds) over its pairs. So the matching chosen is the one that
# most probably holds the true pairs.
#
# Sources: Jaro 1989 (linear sum assignment in record linkage); Crouse 2016 and Jonker and
# Volgenant 1987 (the algorithms in scipy).


_ROUNDS = 20
"""Rounds in which pairs are settled all at once; what is left then is solved one by one."""
_TWICE = 0.01
"""The share of entries of which a list has another one, though it is said to have none."""
_NONE = 1e-6
"""Fewer pairs of one person than this are none."""
_LARGEST_MATRIX = 1 << 20
"""Cells of a matrix (8 megabytes); a larger component is solved as a sparse graph."""


def evidence(log_odds: Floats) -> Floats:
    """log2(1 + odds) of pairs whose odds have this log2."""
    return np.asarray(np.logaddexp2(0.0, log_odds), np.float64)


def best_partners(left: Codes, right: Codes, log_odds: Floats, lists: Codes) -> Bools:
    """Which of the pairs stay where each entry has at most one partner in each other list.

    Args:
        left: positions of entries.
        right: positions of entries of other lists.
        log_odds: log2 of the odds that a pair is one person.
        lists: the list of each entry, from 0.
    """
    first, second, _ = _ends(left, right, lists)
    return matching(first, second, evidence(log_odds))


def _ends(left: Codes, right: Codes, lists: Codes) -> tuple[Codes, Codes, Longs]:
    """(the node of one end of each pair, that of the other, the number of its two lists).

    An entry has one partner in each of the other lists, so it is a node for each.
    """
    turned = lists[left] > lists[right]
    first, second = np.where(turned, right, left), np.where(turned, left, right)
    count = int(lists.max(initial=0)) + 1
    of_first = first.astype(np.int64) * count + lists[second]
    of_second = second.astype(np.int64) * count + lists[first]
    of_both = np.r_[of_first, of_second]
    nodes: Codes = np.unique(of_both, return_inverse=True)[1].astype(np.int32)
    two_lists: Longs = lists[first].astype(np.int64) * count + lists[second]
    return nodes[: len(left)], nodes[len(left) :], two_lists


def given_the_others(
    left: Codes,
    right: Codes,
    weight: Floats,
    prior: float,
    lists: Codes,
    sizes: Longs,
    chosen: Bools,
) -> Floats:
    """P(one person) of each chosen pair of a matching, given all others; 0 of those not chosen.

    Who has a partner is nobody else's. So the prior odds are those between the entries that are
    left: pairs of one person for each pair of entries that have no other partner. And against a
    pair speak its rivals: other pairs of its two entries, each as far as its other entry is free.
    A rival may also be the same person, whom a list has twice against its word (``_TWICE``).

    Args:
        left: positions of entries.
        right: positions of entries of other lists.
        weight: the match weight of each pair.
        prior: log2 of the prior odds of any pair.
        lists: the list of each entry, from 0.
        sizes: how many entries each list has.
        chosen: which pairs stand in the matching.

    Source: Sadinle 2017 (the prior of a bipartite matching).
    """
    first, second, two_lists = _ends(left, right, lists)
    alone = 1 / (1 + exp2(-(weight + prior)))
    matched = np.bincount(two_lists[chosen], alone[chosen], len(sizes) ** 2)
    one, other = np.divmod(np.arange(len(sizes) ** 2), len(sizes))
    left_over = (sizes[one] - matched + 1) * (sizes[other] - matched + 1)
    priors = on_grid(np.log2(np.maximum(matched, _NONE) / left_over))
    odds = exp2(weight + priors[two_lists])
    own = np.zeros(int(max(first.max(initial=-1), second.max(initial=-1))) + 1)
    own[first[chosen]] = own[second[chosen]] = odds[chosen]
    rivals = np.zeros(len(own))
    for end, far_end in ((first, second), (second, first)):
        free = odds / (1 + own[far_end])
        rivals += np.bincount(end[~chosen], free[~chosen], len(own))
    bits = on_grid(np.log2((1 + rivals) / (1 + _TWICE * rivals)))
    log_odds = weight + priors[two_lists] - bits[first] - bits[second]
    return np.where(chosen, 1 / (1 + exp2(-log_odds)), 0.0)


def matching(left: Codes, right: Codes, weight: Floats) -> Bools:
    """Which edges of a graph stand in a matching of maximal weight.

    The graph is bipartite: no node stands left and right. Weights are 0 or more; an edge of weight
    0 may be left out. The numbers of the nodes decide between matchings of equal weight, so neither
    the order of the edges nor which side is the left one changes anything.
    """
    chosen = np.zeros(len(weight), np.bool_)
    order = np.lexsort((np.maximum(left, right), np.minimum(left, right), -weight))
    nodes = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    rest = order
    for _ in range(_ROUNDS):
        settled = _certain_edges(left[rest], right[rest], weight[rest], nodes)
        if not settled.any():
            break
        chosen[rest[settled]] = True
        taken = np.zeros(nodes, np.bool_)
        taken[left[rest[settled]]] = taken[right[rest[settled]]] = True
        rest = rest[~(taken[left[rest]] | taken[right[rest]])]
    for edges in _edges_by_component(left, right, rest, nodes):
        chosen[edges[_best_matching(left[edges], right[edges], weight[edges])]] = True
    return chosen


def _certain_edges(left: Codes, right: Codes, weight: Floats, nodes: int) -> Bools:
    """The edges that some maximal matching holds whatever else it holds; heaviest edges first.

    Such an edge is the best of both its ends, and weighs as much as the next best edges of both
    ends together: a matching without it does not lose by taking it in the place of these.
    """
    edges = np.arange(len(weight))
    best = np.full((2, nodes), -1, np.int64)
    for side, ends in enumerate((left, right)):
        best[side, ends[::-1]] = edges[::-1]
    next_best = np.zeros((2, nodes))
    for side, ends in enumerate((left, right)):
        others = np.flatnonzero(best[side, ends] != edges)[::-1]
        next_best[side, ends[others]] = weight[others]
    is_best = (best[0, left] == edges) & (best[1, right] == edges)
    return np.asarray(
        is_best & (weight >= next_best[0, left] + next_best[1, right]), np.bool_
    )


def _edges_by_component(
    left: Codes, right: Codes, edges: Longs, nodes: int
) -> Iterator[Longs]:
    """The edges of each connected component, in ascending order of its nodes."""
    if not len(edges):
        return
    component = components(nodes, left[edges], right[edges])[left[edges]]
    order = np.lexsort((right[edges], left[edges], component))
    cuts = np.flatnonzero(np.diff(component[order])) + 1
    yield from np.split(edges[order], cuts)


def _best_matching(left: Codes, right: Codes, weight: Floats) -> Bools:
    """Which edges of a connected component stand in a matching of maximal weight."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  as above

    rows, row = np.unique(left, return_inverse=True)
    columns, column = np.unique(right, return_inverse=True)
    if columns[0] < rows[0]:
        rows, row, columns, column = columns, column, rows, row
    if len(rows) * len(columns) > _LARGEST_MATRIX:
        return _assigned_sparse(row, column, weight)
    matrix = np.zeros((len(rows), len(columns)))
    matrix[row, column] = weight
    partner = np.full(len(rows), -1)
    assigned = linear_sum_assignment(matrix, maximize=True)
    partner[assigned[0]] = assigned[1]
    return np.asarray(partner[row] == column, np.bool_)


def _assigned_sparse(row: Longs, column: Longs, weight: Floats) -> Bools:
    """The same from a sparse graph, in which a row may also have a column of its own, of no weight.

    With these columns every row has a partner, as the algorithm demands. All weights are raised by
    one, because it takes 0 for no edge; as every row counts once, that prefers no edge.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415  as above
    from scipy.sparse.csgraph import (  # noqa: PLC0415  as above
        min_weight_full_bipartite_matching,
    )

    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    own = np.arange(rows)
    cells = (np.r_[row, own], np.r_[column, columns + own])
    graph = csr_array(
        (np.r_[weight, np.zeros(rows)] + 1.0, cells), shape=(rows, columns + rows)
    )
    partner = np.full(rows, -1)
    assigned = min_weight_full_bipartite_matching(graph, maximize=True)
    partner[assigned[0]] = assigned[1]
    return np.asarray(partner[row] == column, np.bool_)


# --- Lists with many entries a person: what is frequent is counted by people, not by entries
# Where a person has ten entries, a surname that ten entries have may be one person's. Counted by
# entries it would be common, so that two entries that share it would be thought two people; and of
# two random entries, too many would be one person's. So a list of many repetitions is looked at
# twice. First as it is. Then the entries that are surely one person's count once: each person's
# values once, and random pairs are those of two people.


_MANY = 0.25
"""Pairs of one person for each entry from which a list has many entries a person."""
SURE = 0.95
"""The probability from which two entries count as one person's."""
_PERHAPS = 1e-6
"""The probability of not being unrelated from which a pair is looked at again."""


def has_many_entries_a_person(scorer: Scorer) -> bool:
    """True where one person's pairs are so many that they change what is frequent."""
    pairs = 2 ** scorer.model.log_size[0]
    return bool(pairs >= _MANY * max(scorer.entries.size, 1))


def people(scorer: Scorer, found: Candidates) -> Codes:
    """Whose each entry surely is: the position of the first entry of that person."""
    left, right, _ = found.at(near(scorer, found, SURE))
    return of_sure_pairs(scorer, *sure_pairs(scorer, left, right))


def sure_pairs(
    scorer: Scorer, left: Codes, right: Codes
) -> tuple[Codes, Codes, Floats]:
    """Of these pairs those that are surely one person: (left, right, weight)."""
    pairs, _, scored = scorer.compare(left, right)
    sure = np.flatnonzero(scored.posterior[:, 0] >= SURE)
    return pairs.left[sure], pairs.right[sure], scored.weight[sure]


def of_sure_pairs(scorer: Scorer, left: Codes, right: Codes, weight: Floats) -> Codes:
    """Whose each entry is, by the pairs that are surely one person."""

    def probability(left: Codes, right: Codes) -> Floats:
        return np.asarray(scorer.compare(left, right)[2].posterior[:, 0], np.float64)

    of_entry = clusters(
        scorer.entries.size, left, right, weight, probability, outvoted=True
    )
    every = np.arange(scorer.entries.size, dtype=np.int32)
    return np.where(of_entry >= 0, of_entry, every)


def perhaps_related(scorer: Scorer, codes: Longs) -> Longs:
    """Which of these vectors are not surely those of unrelated people."""
    vectors = scorer.comparisons.unpack(codes)
    posterior = weigh.score(vectors, scorer.model).posterior
    return codes[posterior[:, -1] <= 1 - _PERHAPS]


def counted_again(scorer: Scorer, found: Candidates, chunk_pairs: int) -> Candidates:
    """The candidates with their vectors in the list of this scorer, whose values count otherwise.

    Pairs of people who are surely unrelated keep their vectors.
    """
    perhaps = perhaps_related(scorer, found.vectors.codes)

    def again(left: Codes, right: Codes, vector: Longs) -> Longs:
        codes = vector.copy()
        where = np.flatnonzero(np.isin(vector, perhaps))
        for start in range(0, len(where), chunk_pairs):
            part = where[start : start + chunk_pairs]
            pairs = Pairs(scorer.entries, left[part], right[part])
            codes[part] = scorer.comparisons.pack(scorer.comparisons.compare(pairs))
        return codes

    return found.compared_again(again)
