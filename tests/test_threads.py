"""Work side by side: order, errors, and a linkage that is the same with any number of threads."""

import threading
import time
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from command_line import call
from voterlist.ingest.generic import table_intake
from voterlist.link import link
from voterlist.link.identifiers import identifiers
from voterlist.link.types import Incremental
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.processes import threads
from voterlist.synth.generate import generate
from voterlist.tables import are_distinct, order_of


@pytest.fixture(autouse=True)
def as_before():
    """The number of threads is the process's own."""
    before = threads.workers()
    yield
    threads.use(before)


@pytest.fixture(scope="module")
def entries():
    """An invented list."""
    return generate(400, constituencies=2, seed=5).entries


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_stand_in_the_order_of_the_items(jobs):
    """Else a column would bear the name of another one that was ready earlier."""
    threads.use(jobs)
    first_waits = threading.Event()

    def work(item):
        if jobs > 1 and item == 0:
            first_waits.wait(10)
        if item == 1:
            first_waits.set()
        return item * 2

    assert threads.each(work, range(5)) == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_is_worked_out_than_is_soon_asked_for(jobs):
    """Pairs that wait for the disk would fill the memory that was said to be too small."""
    threads.use(jobs)
    made = []
    results = threads.in_turn(made.append, range(100))
    next(results)
    time.sleep(0.2)
    assert len(made) <= 2 * jobs + 1
    assert len(list(results)) == 99
    assert sorted(made) == list(range(100))


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_error_of_a_thread_is_raised_as_it_is(jobs):
    """Else a file that cannot be read would end as a fault of the program."""
    threads.use(jobs)

    def work(item):
        if item:
            raise ValueError(item)

    with pytest.raises(ValueError, match="1"):
        threads.each(work, range(3))


@pytest.mark.parametrize("profile", list(Profile))
def test_any_number_of_threads_gives_the_same_bytes(entries, profile):
    """Else a list would have other pairs on a machine with more cores."""
    given = table_intake(entries.drop_columns(["list_kind"])).entries

    def linked(jobs, incremental=None):
        threads.use(jobs)
        voters = normalize(given, profile, encoded=True, for_linkage=True).table
        return link(voters, profile=profile, incremental=incremental)

    one, four = linked(1), linked(4, Incremental())
    assert one.pairs.num_rows > 0
    assert one.pairs.equals(four.pairs, check_metadata=True)
    assert one.cases.equals(four.cases)
    assert one.clusters.equals(four.clusters)
    assert (one.forecast, one.chance) == (four.forecast, four.chance)


def test_link_takes_the_number_of_threads(entries, tmp_path):
    """Else nobody could leave a core to other work."""
    path = tmp_path / "list.parquet"
    pq.write_table(entries, path)
    made = []
    for jobs in ("1", "2"):
        out = tmp_path / f"pairs-{jobs}.parquet"
        assert call("link", path, "--out", out, "--jobs", jobs).exit_code == 0
        made.append(out.read_bytes())
    assert made[0] == made[1]
    assert pa.cpu_count() == 2


@given(st.lists(st.text("ab-0ə", max_size=40), max_size=12), st.booleans())
def test_ids_are_distinct_and_in_order_as_a_table_of_them_and_python_say(texts, sort):
    """Else two entries of one id would be one, or a list be linked in an order of its own."""
    texts = sorted(texts) if sort else texts
    column = pa.array(["x", *texts], pa.string()).slice(1)
    assert are_distinct(column) == (len(set(texts)) == len(texts))
    order = order_of(column)
    ordered = column if order is None else column.take(order)
    assert ordered.to_pylist() == sorted(texts)


@pytest.mark.parametrize("beginning", ["", "0001-", "ş" * 40])
def test_many_ids_are_in_order_whatever_they_begin_with(beginning):
    """As above: more ids than one number has room for, and such as differ behind their words."""
    drawn = np.random.default_rng(1).integers(0, 3_000, 5_000).tolist()
    texts = [f"{beginning}{number:x}{'z' * (number % 9)}" for number in drawn]
    column = pa.array(texts)
    assert column.take(order_of(column)).to_pylist() == sorted(texts)
    assert not are_distinct(column)
    assert are_distinct(column.unique())


@given(st.lists(st.text("A0Z9", max_size=11), min_size=2, max_size=12))
def test_identifiers_are_counted_and_measured_as_texts_are(texts):
    """Else a shared document would weigh too much, or a slip in one would not be seen."""
    column = pa.chunked_array([pa.array([text or None for text in texts], pa.string())])
    coded = identifiers(column)
    known = np.array([place for place, text in enumerate(texts) if text], np.int32)
    counts = Counter(texts)
    assert coded.times(known).tolist() == [counts[texts[place]] for place in known]
    left, right = known[:-1], known[1:]
    edits = [OSA.distance(texts[a], texts[b]) for a, b in zip(left, right, strict=True)]
    assert coded.one_edit(left, right).tolist() == [count == 1 for count in edits]
