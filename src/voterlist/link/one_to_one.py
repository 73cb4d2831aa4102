"""The best partner of each entry: a matching of the pairs of two lists.

Each entry is in at most one chosen pair with each other list, and the evidence of the chosen pairs
sums to the most that is possible. To take the best pair first, and then the best of what is left,
is not the same: it may give an entry the partner without which another entry has none.

The evidence of a pair is log2(1 + odds). Of one person's pairs it is nearly the log-odds; of others
it is nearly 0, and never below. Where an entry is one person with at most one entry of the other
list, the probability that the true pairs are among those of a matching is proportional to the
product of (1 + odds) over its pairs. So the matching chosen is the one that most probably holds the
true pairs.

Sources: Jaro 1989 (linear sum assignment in record linkage); Crouse 2016 and Jonker and Volgenant
1987 (the algorithms in scipy).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voterlist.arrays import Bools, Codes, Floats, Longs

_ROUNDS = 20
"""Rounds in which pairs are settled all at once; what is left then is solved one by one."""
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
    turned = lists[left] > lists[right]
    one, other = np.where(turned, right, left), np.where(turned, left, right)
    # An entry has one partner in each of the other lists, so it is a node for each.
    count = int(lists.max(initial=0)) + 1
    ends = np.r_[
        one.astype(np.int64) * count + lists[other],
        other.astype(np.int64) * count + lists[one],
    ]
    nodes = np.unique(ends, return_inverse=True)[1].astype(np.int32)
    return matching(nodes[: len(left)], nodes[len(left) :], evidence(log_odds))


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
        settled = _settled(left[rest], right[rest], weight[rest], nodes)
        if not settled.any():
            break
        chosen[rest[settled]] = True
        taken = np.zeros(nodes, np.bool_)
        taken[left[rest[settled]]] = taken[right[rest[settled]]] = True
        rest = rest[~(taken[left[rest]] | taken[right[rest]])]
    for edges in _components(left, right, rest, nodes):
        chosen[edges[_assigned(left[edges], right[edges], weight[edges])]] = True
    return chosen


def _settled(left: Codes, right: Codes, weight: Floats, nodes: int) -> Bools:
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


def _components(left: Codes, right: Codes, edges: Longs, nodes: int) -> Iterator[Longs]:
    """The edges of each connected component, in ascending order of its nodes."""
    if not len(edges):
        return
    # scipy takes a fifth of a second to load.
    from scipy.sparse import coo_array  # noqa: PLC0415  see above
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415  see above

    ends = (left[edges], right[edges])
    graph = coo_array((np.ones(len(edges), np.int8), ends), shape=(nodes, nodes))
    component = connected_components(graph, directed=False)[1][left[edges]]
    order = np.lexsort((right[edges], left[edges], component))
    cuts = np.flatnonzero(np.diff(component[order])) + 1
    yield from np.split(edges[order], cuts)


def _assigned(left: Codes, right: Codes, weight: Floats) -> Bools:
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
