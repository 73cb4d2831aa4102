"""What may be published of counts of people: rounding by a key, and the attack on it."""

import itertools
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.centre.disclosure import (
    ROUNDING,
    TOGETHER,
    WITHHELD,
    Rounding,
    protect,
    without_small,
)
from voterlist.errors import UsageError

sys.path.insert(0, str(Path(__file__).parents[1] / "campaign"))

import disclosure

HERE = Rounding(b"the key of a test", 3)
PLACE = (88, 1, "permanent")
PARTS = [(age, sex) for age in ("18-29", "30-39", "40+") for sex in ("f", "m")]
counts = st.lists(st.integers(0, 40), min_size=6, max_size=6)


def cells(numbers):
    return Counter(dict(zip(PARTS, numbers, strict=True)))


@given(st.integers(0, 10_000), st.binary(min_size=1), st.integers(3, 10))
def test_a_count_becomes_a_neighbouring_multiple_and_fits_its_bounds(count, key, base):
    """Otherwise the bounds that the proof counts with would be wrong."""
    rounding = Rounding(key, base)
    published = rounding.rounded(count, "table", 1)
    low, high = rounding.bounds(published)
    assert published % base == 0
    assert low <= count <= high
    assert high - low >= base - 1


def test_rounding_adds_nothing_on_average():
    """Otherwise the sums of a nation would drift away from its people."""
    rounded = [HERE.rounded(1, "table", number) for number in range(3000)]
    assert sum(rounded) == pytest.approx(3000, rel=0.1)


@given(counts)
def test_published_cells_add_up_to_the_exact_number(numbers):
    """Every voter is in a row: in a cell, in the rounding, or in a list that is withheld."""
    shown, _ = protect({PLACE: cells(numbers)}, {}, "voters", HERE, is_exact=True)
    assert sum(shown[PLACE].values()) == sum(numbers)
    assert all(
        count % 3 == 0
        for parts, count in shown[PLACE].items()
        if parts not in {ROUNDING, WITHHELD}
    )


@given(counts, st.integers(0, 5), st.integers(1, 4))
def test_a_list_in_which_few_people_changed_is_published_as_it_was(
    numbers, place, more
):
    """Otherwise the one cell that differs would say what the one person is who came."""
    before, after = cells(numbers), cells(numbers)
    after[PARTS[place]] += more
    first, kept = protect({PLACE: before}, {}, "voters", HERE)
    second, again = protect({PLACE: after}, {PLACE: before}, "voters", HERE)
    assert second == first
    assert kept == again


def test_the_same_people_are_published_the_same_whatever_stands_beside_them():
    """A cell is one number in every table and release."""
    lists = {(88, number, "permanent"): cells([11] * 6) for number in range(1, 9)}
    whole, _ = protect(lists, {}, "voters", HERE, is_exact=True)
    alone, _ = protect({PLACE: lists[PLACE]}, {}, "voters", HERE, is_exact=True)
    assert whole[PLACE] == alone[PLACE]
    assert len({tuple(shown.items()) for shown in whole.values()}) > 1


def test_withheld_lists_of_a_kind_are_tried_together_and_all_rows_add_up():
    """Soldiers are young men: withheld alone, they would be missing from the sums of the area."""
    young, older = PARTS[1], PARTS[3]
    soldiers = {
        (88, number, "temporary"): Counter({young: 100 + number, older: 7, PARTS[0]: 1})
        for number in range(1, 31)
    }
    lists = {PLACE: cells([50] * 6), **soldiers}
    shown, _ = protect(lists, {}, "voters", HERE, is_exact=True)
    alone = {place for place in soldiers if WITHHELD in shown[place]}
    (together,) = shown.keys() - lists.keys()
    assert together == (None, None, "temporary", TOGETHER)
    assert alone
    assert sum(shown[together].values()) == 0
    for place, counts in lists.items():
        assert sum(shown[place].values()) == counts.total()
    men = sum(counts.get(young, 0) for counts in shown.values())
    assert men == pytest.approx(50 + sum(range(101, 131)), abs=2 * len(lists))


def test_a_small_list_joins_the_nearest_and_nobody_is_lost():
    """A list of two voters is a count below three, and so is what it leaves of a sum."""
    one = ("18-29", "f")
    lists = {
        (88, 1, "permanent"): Counter({one: 60}),
        (88, 1, "temporary"): Counter({one: 2}),
        (88, 2, "temporary"): Counter({one: 1}),
        (89, 3, "temporary"): Counter({one: 9}),
        (89, 4, "temporary"): Counter(),
    }
    assert without_small(lists, 3) == {
        (88, 1, "permanent"): Counter({one: 60}),
        (88, None, "temporary"): Counter({one: 3}),
        (89, 3, "temporary"): Counter({one: 9}),
    }


@pytest.mark.parametrize("voters", [0, 1, 2])
def test_of_nobody_or_one_voter_nothing_is_published(voters):
    """The figures of a group of one are that person's."""
    with pytest.raises(UsageError, match="figures-too-few"):
        without_small({PLACE: Counter({("18-29", "f"): voters})}, 3)


def test_no_small_cell_is_learnt_from_one_release():
    """The exhaustive attack: every list that goes with what was published."""
    every = disclosure.lists(3, 8)
    notes, fewest, found = disclosure.attack((counts,) for counts in every)
    assert found == []
    assert fewest >= disclosure.BASE
    assert notes > 5


@pytest.mark.long
def test_no_small_cell_is_learnt_from_two_releases_of_cells():
    """Every two releases of up to four cells, with the exact numbers that tell most."""
    notes, fewest, found = disclosure.attack_edges(4)
    assert found == []
    assert notes > 100
    assert fewest >= disclosure.BASE


def test_the_attack_finds_what_the_exact_number_would_tell_of_a_tiny_list():
    """Three voters, then five, one cell rounded up: before, that cell had nobody or one.

    So the cells of such a list are not published.
    """
    first, second = (3, (0, 0, 0)), (5, (0, 3, 0))
    pairs = disclosure.left(first, second)[1]
    assert {then for then, _ in pairs} == {0, 1}
    assert HERE.tells_more(*first)
    assert HERE.tells_more(*second)


def test_no_small_cell_is_learnt_from_two_releases_of_tiny_lists(monkeypatch):
    """The exhaustive attack; where nothing is withheld it finds what the other one finds."""
    small = disclosure.lists(2, 6)
    assert disclosure.attack(itertools.product(small, repeat=2))[2] == []
    every = itertools.product(disclosure.lists(3, 5), repeat=2)
    monkeypatch.setattr(disclosure.Drawn, "tells_more", lambda *_: False)
    found = disclosure.attack(every)[2]
    assert any("cell 1 is one of [0, 1]" in line for line in found)
