"""A list that changes a little is linked as before, but for what changed."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_lists import crowd
from voterlist.link import link
from voterlist.link.comparisons import SHIPPED
from voterlist.link.encode import encode
from voterlist.link.explain import read_model, waterfalls
from voterlist.link.grid import on_grid, steady_count, steady_size
from voterlist.link.priors import Sample, marks_of

TEXTS = st.lists(st.text("abş", max_size=20), max_size=8)


@given(TEXTS, TEXTS)
def test_the_mark_of_an_id_is_of_that_id_alone(before, texts):
    """Other pairs would be drawn for an entry that came or went."""
    alone = np.array([marks_of(pa.array([text]))[0] for text in texts], np.uint64)
    together = marks_of(pa.array(before + texts, pa.string()))[len(before) :]
    assert (together == alone).all()
    assert (
        marks_of(pa.array(before + texts, pa.string())[len(before) :]) == alone
    ).all()


def test_no_two_ids_have_one_mark():
    """Entries of one mark would stand in the order of the list."""
    ids = [f"{number % 7:03d}-{number:09d}" for number in range(50_000)]
    ids += [one + ".2" for one in ids] + ["x" * size for size in range(40)]
    assert len(set(marks_of(pa.array(ids)).tolist())) == len(ids)


def drawn(people, pairs):
    ids = people.column("entry_id").combine_chunks()
    sample = Sample(pairs, marks=marks_of(ids)).drawn(encode(people), SHIPPED)
    names = np.array(ids.to_pylist())
    return set(zip(names[sample.left], names[sample.right], strict=True))


@pytest.mark.parametrize("pairs", [300, 2500])
def test_an_entry_less_leaves_nearly_all_random_pairs(pairs):
    """Every level that few random pairs show would weigh otherwise."""
    people = crowd(1000)
    gone = people.column("entry_id")[417].as_py()
    fewer = pa.concat_tables([people.slice(0, 417), people.slice(418)])
    before, after = drawn(people, pairs), drawn(fewer, pairs)
    assert len(before) > 0.99 * pairs
    kept = {pair for pair in before if gone not in pair}
    rounds = -(-pairs // 1000)
    assert len(kept - after) <= 2 * rounds
    assert len(before - after) <= 4 * rounds


def test_each_pair_of_a_short_list_is_drawn_alike():
    """Chance would say of a short list what all its pairs say for certain."""
    people = crowd(40)
    sample = Sample(10_000).drawn(encode(people), SHIPPED)
    assert len(sample.left) == 40 * 39 // 2
    assert set(sample.times.tolist()) == {10_000 // (40 * 39 // 2)}


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_rounded_count_is_near_and_in_order(one, other):
    """A frequent name would say more than a rare one, or another thing than it does."""
    for rounded, share in ((steady_count, 1 / 16), (steady_size, 1 / 128)):
        assert rounded(one) == pytest.approx(one, rel=share)
        assert rounded(min(one, other)) <= rounded(max(one, other))
    assert (steady_count(np.arange(17)) == np.arange(17)).all()


@given(st.integers(1000, 10**7))
def test_an_entry_less_seldom_moves_a_count(count):
    """All pairs that share a frequent name would weigh otherwise each night."""
    assert len(set(steady_count(np.arange(count, count + count // 20)).tolist())) <= 2


def test_what_a_pair_weighs_stands_on_the_grid_and_sums_to_its_weight():
    """An entry more would move the numbers of all cases, and their reports."""
    people = crowd(601, doubles=60)
    pairs = link(people).pairs
    model = read_model(pairs.schema.metadata)
    for of_class in model.log_m.values():
        for bits in of_class.values():
            assert (bits == on_grid(bits)).all()
    assert (model.log_size == on_grid(model.log_size)).all()
    shown = waterfalls(pairs, people)
    for name in shown.column_names:
        if name.endswith("_bits"):
            bits = shown.column(name).to_numpy()
            assert (bits == on_grid(bits)).all()
    # What no field has is what was bounded, and that is on the grid too.
    rest = shown.column("term_frequency").to_numpy()
    assert (rest == on_grid(rest)).all()


def test_an_entry_that_resembles_nobody_moves_hardly_a_weight():
    """A case that nobody touched would have other numbers every night."""
    people = crowd(3000, doubles=200)
    before = link(people).pairs
    named = set(before.column("entry_l").to_pylist())
    named |= set(before.column("entry_r").to_pylist())
    ids = people.column("entry_id").to_pylist()
    place = next(at for at, one in enumerate(ids) if at > 1000 and one not in named)
    fewer = pa.concat_tables([people.slice(0, place), people.slice(place + 1)])
    after = link(fewer).pairs
    assert after.column("entry_l").to_pylist() == before.column("entry_l").to_pylist()
    moved = np.abs(
        after.column("weight").to_numpy() - before.column("weight").to_numpy()
    )
    assert np.median(moved) == 0.0
    assert moved.max() < 0.5
