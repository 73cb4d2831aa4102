"""A linkage held against what is known, by pairs and by persons, with intervals."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voterlist
from voterlist.errors import UsageError
from voterlist.link.evaluation import Compared, measures
from voterlist.synth.generate import generate

GROUPS = st.lists(st.integers(0, 5), min_size=1, max_size=12)


def compared(person, cluster):
    """A linkage that puts forward each pair of a cluster."""
    pairs = [
        pair
        for pair in combinations(range(len(cluster)), 2)
        if cluster[pair[0]] == cluster[pair[1]]
    ]
    left, right = np.array(pairs, np.int32).reshape(-1, 2).T
    codes = (np.array(groups, np.int32) for groups in (person, cluster))
    return Compared(*codes, left, right)


def told(compared):
    return {(row.by, row.measure): row for row in measures(compared)}


def groups_of(codes):
    """The entries of each group, of several entries alone."""
    groups = {
        code: frozenset(np.flatnonzero(np.array(codes) == code)) for code in codes
    }
    return {group for group in groups.values() if len(group) > 1}


@given(
    GROUPS.flatmap(
        lambda person: st.tuples(
            st.just(person),
            st.lists(st.integers(0, 5), min_size=len(person), max_size=len(person)),
        )
    )
)
def test_the_measures_are_what_counting_one_by_one_gives(groups):
    """Pairs and persons counted as a person would count them."""
    person, cluster = groups
    found = told(compared(person, cluster))
    forward = {
        pair
        for pair in combinations(range(len(person)), 2)
        if cluster[pair[0]] == cluster[pair[1]]
    }
    true = {
        pair
        for pair in combinations(range(len(person)), 2)
        if person[pair[0]] == person[pair[1]]
    }
    pairs = found["pairs", "precision"]
    assert (pairs.right, pairs.of) == (len(forward & true), len(forward))
    assert found["pairs", "recall"].of == len(true)
    clusters, persons = groups_of(cluster), groups_of(person)
    by_persons = found["persons", "precision"]
    assert (by_persons.right, by_persons.of) == (len(clusters & persons), len(clusters))
    assert found["persons", "recall"].of == len(persons)
    mixed = {
        code
        for code in person
        for place in range(len(person))
        if person[place] == code
        and any(
            cluster[other] == cluster[place] and person[other] != code
            for other in range(len(person))
        )
    }
    assert found["persons", "merged"].right == len(mixed)
    assert found["persons", "merged"].of == len(set(person))
    for row in found.values():
        assert np.isnan(row.share) or 0 <= row.low <= row.share <= row.high <= 1


def test_pairs_of_one_person_are_worth_less_than_as_many_of_their_own():
    """Ten entries of one person are forty-five pairs and one success."""
    one = told(compared([0] * 10, [0] * 10))["pairs", "precision"]
    many = told(compared([n // 2 for n in range(90)], [n // 2 for n in range(90)]))
    assert one.of == many["pairs", "precision"].of == 45
    assert one.low < many["pairs", "precision"].low


def test_nothing_to_measure_is_not_a_number():
    row = told(compared([0], [0]))["pairs", "recall"]
    assert np.isnan([row.share, row.low, row.high]).all()


@pytest.fixture(scope="module")
def made():
    """(the people, their truth, their linkage)."""
    made = generate(800, constituencies=1, seed=4)
    people = made.entries.to_pandas()
    return people, made.truth.to_pandas(), voterlist.link(people)


def test_a_linkage_is_measured_by_pairs_and_by_persons(made):
    """A list of 800 people without many errors is linked rightly, and says how surely."""
    _, truth, linkage = made
    found = linkage.evaluate(truth).set_index(["by", "measure"])
    assert found.share["pairs", "precision"] > 0.9
    assert found.share["persons", "recall"] > 0.7
    assert (found.low <= found.share).all()
    assert found.high["persons", "merged"] > 0
    assert linkage.evaluate(truth).attrs == {"unknown": 0, "untold": 0}


def test_its_own_clusters_are_a_truth_in_which_it_is_right(made):
    """A table of clusters says as much as one of persons."""
    *_, linkage = made
    found = linkage.evaluate(linkage.clusters).set_index(["by", "measure"])
    assert found.share["persons", "f1"] == 1
    assert linkage.evaluate(linkage.clusters).attrs["untold"] > 0


def test_pairs_that_people_decided_are_a_truth(made):
    _, truth, linkage = made
    person = truth.set_index("entry_id").person_id
    pairs = linkage.pairs[["entry_l", "entry_r"]]
    is_same = (
        pairs.entry_l.map(person).to_numpy() == pairs.entry_r.map(person).to_numpy()
    )
    turned = pairs.rename(columns={"entry_l": "entry_r", "entry_r": "entry_l"})
    for labels in (pairs.assign(is_same=is_same), turned.assign(is_same=is_same)):
        found = linkage.evaluate(labels).set_index(["by", "measure"])
        assert found.of["pairs", "recall"] == is_same.sum()
        assert found.share["pairs", "precision"] > 0.9


def test_of_several_frames_the_truth_names_them(made):
    people, truth, _ = made
    halves = {"old": people[:400], "new": people[400:]}
    linkage = voterlist.link(halves)
    whose = np.where(truth.entry_id.isin(halves["old"].entry_id), "old", "new")
    found = linkage.evaluate(truth.assign(list=whose))
    assert found.attrs == {"unknown": 0, "untold": 0}
    with pytest.raises(UsageError, match="list"):
        linkage.evaluate(truth)


def test_rows_that_name_nobody_are_counted(made):
    """A truth of another list is a mistake; one of a longer list is none."""
    _, truth, linkage = made
    more = pd.DataFrame({"entry_id": ["x1", "x2"], "person_id": ["p", "p"]})
    assert linkage.evaluate(pd.concat([truth, more])).attrs["unknown"] == 2
    labels = pd.DataFrame({"entry_l": ["x1"], "entry_r": ["x2"], "is_same": [True]})
    for other in (more, truth.head(0), labels, labels.head(0)):
        with pytest.raises(UsageError, match="no entry of this list"):
            linkage.evaluate(other)


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        ("truth.csv", "no frame"),
        (pd.DataFrame({"id": [1]}), "lacks entry_id and person_id"),
        (
            pd.DataFrame({"entry_id": ["e0000001"] * 2, "person_id": [1, 2]}),
            "two persons",
        ),
        (
            pd.DataFrame(
                {
                    "entry_l": ["e0000001", "e0000002"],
                    "entry_r": ["e0000002", "e0000001"],
                    "is_same": [True, False],
                }
            ),
            "both kinds",
        ),
        (
            pd.DataFrame(
                {"entry_l": ["e0000001"], "entry_r": ["e0000002"], "is_same": [None]}
            ),
            "neither True nor False",
        ),
        (
            pd.DataFrame({"entry_id": ["e0000001"], "person_id": [None]}),
            "no person",
        ),
        (
            pd.DataFrame({"entry_id": ["e0000001", "e0000002"], "person_id": ""}),
            "no person",
        ),
    ],
)
def test_what_is_no_truth_is_refused_in_words(made, truth, words):
    *_, linkage = made
    with pytest.raises(UsageError, match=words) as caught:
        linkage.evaluate(truth)
    assert caught.value.todo in str(caught.value)
