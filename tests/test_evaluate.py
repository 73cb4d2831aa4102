"""The measures of a ranking of pairs, against hand counts, brute force and recordlinkage."""

from __future__ import annotations

import itertools

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.link.fit import evaluate

TRUTH = pa.table(
    {"entry_id": ["a", "b", "c", "d", "e"], "person_id": ["1", "1", "1", "2", "2"]}
)


def pairs(*rows):
    left, right, weight = zip(*rows, strict=True) if rows else ([], [], [])
    return pa.table(
        {
            "entry_l": pa.array(left, pa.string()),
            "entry_r": pa.array(right, pa.string()),
            "weight": pa.array(weight, pa.float64()),
            "probability": pa.array([1 / (1 + 2**-w) for w in weight], pa.float64()),
        }
    )


def test_counts_by_hand():
    """Three true and one false pair above the threshold, of four true ones.

    Precision 0.75, recall 0.75.
    """
    found = evaluate(
        pairs(
            ("a", "b", 9.0),
            ("a", "c", 8.0),
            ("c", "d", 7.0),
            ("d", "e", 6.0),
            ("b", "d", 1.0),
        ),
        TRUTH,
    )
    assert (found.true_pairs, found.precision, found.recall, found.f1) == (
        4,
        0.75,
        0.75,
        0.75,
    )
    assert found.best_f1 == pytest.approx(0.75)
    assert found.average_precision == pytest.approx((1 + 1 + 3 / 4) / 4)
    assert found.recall_at_precision_99 == 0.5


def test_no_pairs_and_no_truth_give_zeros():
    """Nothing found, or nothing to find, is measured without an error."""
    assert evaluate(pairs(), TRUTH).f1 == 0
    assert evaluate(pairs(("a", "b", 3.0)), TRUTH.slice(0, 0)).recall == 0


def test_an_entry_the_truth_does_not_name_is_nobody():
    """Two entries unknown to the truth are not one person."""
    assert evaluate(pairs(("x", "y", 9.0)), TRUTH).precision == 0


@given(
    st.lists(
        st.sampled_from(list(itertools.combinations("abcde", 2))),
        unique=True,
        min_size=1,
    ),
    st.data(),
)
def test_recordlinkage_measures_the_same(chosen, data):
    """Precision, recall and F1 at a threshold are those of recordlinkage on the same links."""
    weights = data.draw(
        st.lists(st.integers(-5, 12), min_size=len(chosen), max_size=len(chosen))
    )
    table = pairs(
        *[(*pair, float(weight)) for pair, weight in zip(chosen, weights, strict=True)]
    )
    found = evaluate(table, TRUTH)
    taken = [
        pair
        for pair, p in zip(chosen, table.column("probability").to_pylist(), strict=True)
        if p >= 0.95
    ]
    if not taken:
        assert found.precision == 0
        return
    import recordlinkage

    truth = pd.MultiIndex.from_tuples([("a", "b"), ("a", "c"), ("b", "c"), ("d", "e")])
    links = pd.MultiIndex.from_tuples(taken)
    assert found.precision == pytest.approx(recordlinkage.precision(truth, links))
    assert found.recall == pytest.approx(recordlinkage.recall(truth, links))
    if found.precision:
        assert found.f1 == pytest.approx(recordlinkage.fscore(truth, links))


@given(
    st.lists(
        st.sampled_from(list(itertools.combinations("abcde", 2))),
        unique=True,
        min_size=1,
    ),
    st.data(),
)
def test_a_cut_at_the_best_threshold_reaches_the_best_f1(chosen, data):
    """Also where it lies at the first pair: a best threshold of 1 would take no pair at all."""
    weights = data.draw(
        st.lists(st.integers(-5, 12), min_size=len(chosen), max_size=len(chosen))
    )
    table = pairs(
        *[(*pair, float(weight)) for pair, weight in zip(chosen, weights, strict=True)]
    )
    best = evaluate(table, TRUTH)
    cut = evaluate(table, TRUTH, threshold=best.best_threshold)
    assert cut.f1 == pytest.approx(best.best_f1)
