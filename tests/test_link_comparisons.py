"""The comparisons as objects: their levels, their codes, and the page of the manual about them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_lists import crowd
from voterlist.catalogue import catalogue
from voterlist.fields import COMPARED, SHARED
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import MISSING, Comparison, Pairs
from voterlist.link.comparisons.names import share_of_counts
from voterlist.link.encode import encode
from voterlist.link.priors import priors
from voterlist.model import Profile
from voterlist.rulebook.pages import chapters


@pytest.fixture(scope="module")
def entries():
    return encode(crowd(300, doubles=30))


def every_pair(entries):
    left, right = (side.astype(np.int32) for side in np.triu_indices(entries.size, 1))
    return Pairs(entries, left, right)


def test_the_manual_has_the_levels_of_the_comparisons():
    """Who reads it would look for a level that is not there."""
    *_, grid = chapters()["levels"](catalogue("en")).parts
    assert [(field, word, likeness) for field, word, _, likeness, _ in grid.rows] == [
        (comparison.field, level.word, f"{level.likeness:g}")
        for comparison in SHIPPED
        for level in comparison.levels
    ]


def test_the_tables_have_a_column_for_each_comparison():
    assert SHIPPED.fields == COMPARED
    unshared = Comparison.shared_value_shares
    shared = {
        one.field for one in SHIPPED if type(one).shared_value_shares is not unshared
    }
    # What is rare of an address is the words of its line: no value of one field.
    assert shared - {"address"} == set(SHARED)


@pytest.mark.parametrize("comparison", list(SHIPPED), ids=lambda one: one.field)
def test_codes_of_levels_have_no_gaps(comparison):
    """Packed vectors have room for as many codes as there are levels: another code is lost."""
    assert sorted(comparison.levels) == list(range(len(comparison.levels)))
    assert comparison.words[MISSING] == "missing"
    assert comparison.pair_level_count >= len(comparison.levels)


@pytest.mark.parametrize("comparison", list(SHIPPED), ids=lambda one: one.field)
def test_levels_are_ordered_by_evidence(comparison):
    """The order of the enumeration is what the page and a reader take for the order of evidence."""
    likeness = [level.likeness for level in comparison.levels]
    assert likeness == sorted(likeness, reverse=True)
    assert list(comparison.levels)[-1] == MISSING


def test_only_levels_are_left_once_the_list_was_asked(entries):
    """A pair level that stays undecided would be another level in the packed vector."""
    vectors = SHIPPED.compare(every_pair(entries))
    for comparison in SHIPPED:
        assert vectors.levels[comparison.field].max() < len(comparison.levels)


def test_pair_levels_survive_packing(entries):
    """What an incremental linkage reads back would be another pair's."""
    levels = SHIPPED.pair_levels(every_pair(entries))
    codes = SHIPPED.pack_pair_levels(levels)
    assert codes.dtype == np.int32
    assert 0 <= codes.min() <= codes.max() < SHIPPED.pair_level_codes
    again = SHIPPED.unpack_pair_levels(codes)
    assert all((again[field] == levels[field]).all() for field in levels)


@pytest.mark.parametrize("profile", Profile)
def test_priors_have_a_share_for_each_level(profile, entries):
    """A level without a share would be impossible, and one such pair decide a class."""
    for prior in priors(profile, entries, SHIPPED).values():
        for comparison in SHIPPED:
            shares = prior.shares[comparison.field]
            assert len(shares) == len(comparison.levels) - 1
            assert (shares > 0).all()
            assert shares.sum() == pytest.approx(1)


@given(
    st.lists(st.integers(2, 40), min_size=1),
    st.integers(1, 1000),
    st.floats(1e-4, 0.5),
)
def test_a_value_that_only_the_pair_has_is_no_likelier_than_the_least(
    counts, size, least
):
    """The pair itself would speak against its own term frequency."""
    shares = 2 ** share_of_counts(np.array([2, *counts]), size, least)
    # The size of the list is rounded.
    assert shares[0] <= least * (1 + 1 / 128)
    # Every further entry with the value adds one to what was counted of it, to four digits.
    assert shares[1:] == pytest.approx(shares[0] * (np.array(counts) - 1), rel=1 / 16)
