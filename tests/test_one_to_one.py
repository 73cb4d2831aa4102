"""The matching of two lists, against every matching there is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voterlist.link import cluster

WEIGHTS = st.integers(1, 6).map(float) | st.floats(0.001, 40)
graphs = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(5, 9)), WEIGHTS, max_size=9
)
"""The weight of each edge between the nodes 0 to 4 and 5 to 9; whole numbers make ties."""


def arrays(graph):
    left, right = np.array(list(graph), np.int32).reshape(-1, 2).T
    return left, right, np.array(list(graph.values()), np.float64)


def is_matching(edges):
    ends = [end for edge in edges for end in edge]
    return len(set(ends)) == len(ends)


def heaviest(graph):
    """The weight of the heaviest of all matchings."""
    return max(
        sum(graph[edge] for edge in edges)
        for size in range(len(graph) + 1)
        for edges in itertools.combinations(graph, size)
        if is_matching(edges)
    )


def chosen_of(graph):
    left, right, weight = arrays(graph)
    chosen = cluster.matching(left, right, weight)
    return {edge for edge, is_chosen in zip(graph, chosen, strict=True) if is_chosen}


@pytest.mark.parametrize("rounds", [0, 20])
@pytest.mark.parametrize("largest_matrix", [0, 1 << 20])
@example({(0, 5): 10.0, (0, 6): 9.0, (1, 5): 9.0})
@example({(0, 5): 2.0, (0, 6): 2.0, (1, 5): 2.0, (1, 6): 2.0})
@example({(0, 5): 3.0, (0, 6): 3.0})
@given(graphs)
def test_no_matching_weighs_more_than_the_one_chosen(rounds, largest_matrix, graph):
    """An entry would lose its partner to one that has a better one.

    So with every way to the answer: all at once, as a matrix, and as a sparse graph.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "_ROUNDS", rounds)
        patch.setattr(cluster, "_LARGEST_MATRIX", largest_matrix)
        chosen = chosen_of(graph)
    assert is_matching(chosen)
    assert sum(graph[edge] for edge in chosen) == pytest.approx(heaviest(graph))


@given(graphs, st.randoms(use_true_random=False))
def test_neither_the_order_of_the_pairs_nor_of_the_lists_decides(graph, random):
    """Between matchings of equal weight the order of the rows or files would decide."""
    edges = list(graph)
    random.shuffle(edges)
    shuffled = {edge: graph[edge] for edge in edges}
    turned = {(two, one): graph[one, two] for one, two in edges}
    chosen = chosen_of(graph)
    assert chosen_of(shuffled) == chosen
    assert {(one, two) for two, one in chosen_of(turned)} == chosen


@given(
    st.lists(st.integers(0, 2), min_size=2, max_size=8),
    st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 7)), st.floats(-5, 30), max_size=8
    ),
)
def test_lists_whose_ids_mix_have_the_best_partners_too(lists, log_odds):
    """Which entry of a pair comes first depends on the ids, and not on the list it is of."""
    pairs = {
        pair: of
        for pair, of in log_odds.items()
        if pair[0] < pair[1] < len(lists) and lists[pair[0]] != lists[pair[1]]
    }
    left, right, odds = arrays(pairs)
    stays = cluster.best_partners(left, right, odds, np.array(lists, np.int32))
    weights = dict(zip(pairs, cluster.evidence(odds), strict=True))
    # Each entry is a node for each other list.
    edges = {
        ((one, lists[other]), (other, lists[one])): weight
        for (one, other), weight in weights.items()
    }
    chosen = [edge for edge, kept in zip(edges, stays, strict=True) if kept]
    assert is_matching(chosen)
    assert sum(edges[edge] for edge in chosen) == pytest.approx(heaviest(edges))


def test_the_best_pair_first_is_not_the_best_matching():
    graph = {(0, 5): 10.0, (0, 6): 9.0, (1, 5): 9.0}
    assert chosen_of(graph) == {(0, 6), (1, 5)}


def test_a_sure_pair_does_not_yield_to_two_doubtful_ones():
    """Two pairs of one in three would part one of eight in nine, were their odds not weighed."""
    odds = {(0, 5): 8.0, (0, 6): 0.5, (1, 5): 0.5}
    left, right, _ = arrays(odds)
    weight = cluster.evidence(np.log2(list(odds.values())))
    assert cluster.matching(left, right, weight).tolist() == [True, False, False]


def test_an_entry_has_a_partner_in_each_other_list():
    """One person of three lists would lose one of its pairs."""
    lists = np.array([0, 1, 2, 2], np.int32)
    left, right = np.array([[0, 0, 1, 0], [1, 2, 2, 3]], np.int32)
    log_odds = np.array([20.0, 18.0, 15.0, 2.0])
    stays = cluster.best_partners(left, right, log_odds, lists)
    assert stays.tolist() == [True, True, True, False]


LISTS = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], np.int32)


def given_the_others(graph, sizes=(5, 5), prior=-4.0):
    """P of each pair of the graph, whose weights are match weights."""
    left, right, weight = arrays(graph)
    chosen = cluster.best_partners(left, right, weight + prior, LISTS)
    sizes = np.array(sizes)
    ends = (left, right)
    same = cluster.given_the_others(*ends, weight, prior, LISTS, sizes, chosen)
    return dict(zip(graph, same.tolist(), strict=True))


@given(graphs, st.randoms(use_true_random=False))
def test_a_probability_given_the_others_does_not_depend_on_the_order(graph, random):
    """A cluster and one machine have the pairs in orders of their own."""
    pairs = list(graph.items())
    random.shuffle(pairs)
    same = given_the_others(graph)
    assert given_the_others(dict(pairs)) == same
    assert all(0 <= probability <= 1 for probability in same.values())
    assert {edge for edge in same if same[edge] > 0} <= chosen_of_log_odds(graph)


def chosen_of_log_odds(graph, prior=-4.0):
    left, right, weight = arrays(graph)
    chosen = cluster.best_partners(left, right, weight + prior, LISTS)
    return {edge for edge, is_chosen in zip(graph, chosen, strict=True) if is_chosen}


def test_a_rival_speaks_against_a_pair_unless_its_own_partner_is_surer():
    alone = given_the_others({(0, 5): 8.0})[0, 5]
    with_rival = given_the_others({(0, 5): 8.0, (0, 6): 7.5})[0, 5]
    with_partner = given_the_others({(0, 5): 8.0, (0, 6): 7.5, (1, 6): 30.0})
    assert with_rival < 0.65
    assert alone > 0.9
    assert with_partner[0, 5] > 0.95


def test_who_is_left_over_is_a_partner_more_likely():
    """Of nine in ten that have another partner none can be this one."""
    sure = {(at, at + 5): 40.0 for at in range(1, 5)}
    weak = given_the_others({(0, 5): 4.0}, sizes=(50, 50))[0, 5]
    many_left = given_the_others({(0, 5): 4.0, **sure}, sizes=(50, 50))[0, 5]
    none_left = given_the_others({(0, 5): 4.0, **sure})[0, 5]
    assert weak < many_left < none_left
    assert none_left > 0.9


def test_a_row_that_stands_twice_is_still_found():
    """A list may have a row twice, whatever is said of it: strong evidence stays sure."""
    assert given_the_others({(0, 5): 40.0, (0, 6): 40.0})[0, 5] > 0.99
