"""The share of pairs of one person that no key brings together, estimated without truth."""

from __future__ import annotations

import itertools
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import tries
from voterlist.config.sections import LinkSettings
from voterlist.ingest.generic import table_intake
from voterlist.link import link
from voterlist.link.blocking_loss import blocking_loss, most_frequent
from voterlist.link.keys import Key, keys
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.synth.generate import generate
from voterlist.tables import with_column

SURE = 0.95
TWO_OF_THREE = (
    Key("names", ("stem", "given_name")),
    Key("surname+date", ("stem", "date")),
    Key("given_name+date", ("given_name", "date")),
)
SOURCES = ("stem", "given_name", "date")
SLIPS = st.tuples(*[st.floats(0.005, 0.3)] * 3)


def brought(slips, copies=1000):
    """The pairs that the keys bring of people in whose fields slips are so frequent.

    Each combination of slips has as many copies of a pair as is expected, to the nearest.
    """
    names, counts = [], []
    for wrong in itertools.product((False, True), repeat=3):
        agreeing = {
            name for name, is_wrong in zip(SOURCES, wrong, strict=True) if not is_wrong
        }
        share = np.prod([p if w else 1 - p for p, w in zip(slips, wrong, strict=True)])
        fired = [key.name for key in TWO_OF_THREE if agreeing >= set(key.fields)]
        if fired:
            names.append(" + ".join(fired))
            counts.append(round(copies * share))
    return pa.table(
        {"match_key": np.repeat(names, counts), "probability": np.ones(sum(counts))}
    )


@tries(25)
@given(SLIPS)
def test_where_slips_are_independent_the_loss_is_found(slips):
    """No truth is given, and yet it is known how many pairs nobody has seen."""
    first, second, third = slips
    one_slip = (
        first * (1 - second) * (1 - third)
        + (1 - first) * second * (1 - third)
        + (1 - first) * (1 - second) * third
    )
    true = 1 - one_slip - (1 - first) * (1 - second) * (1 - third)
    found = blocking_loss(TWO_OF_THREE, brought(slips, 10_000), SURE)
    assert found.share == pytest.approx(true, abs=0.004)
    assert found.low <= true + 0.001
    assert found.high >= true - 0.001


@tries(25)
@given(SLIPS)
def test_the_order_of_the_pairs_says_nothing(slips):
    """Else the estimate of a cluster would be another one than that of this machine."""
    pairs = brought(slips)
    turned = pairs.take(np.arange(pairs.num_rows)[::-1])
    one, other = (blocking_loss(TWO_OF_THREE, table, SURE) for table in (pairs, turned))
    assert asdict(one) == pytest.approx(asdict(other))


@tries(25)
@given(SLIPS, st.floats(0, 1))
def test_the_share_lies_in_its_interval(slips, probability):
    pairs = brought(slips)
    doubtful = np.full(pairs.num_rows, probability)
    pairs = pairs.set_column(1, "probability", pa.array(doubtful))
    found = blocking_loss(TWO_OF_THREE, pairs, SURE)
    assert 0 <= found.low <= found.share <= found.high <= 1


FIRED = st.sampled_from(["names", "surname+date", "names + surname+date", "phone"])


@tries(40)
@given(
    st.lists(
        st.tuples(FIRED, st.sampled_from([0.0, 1e-12, 0.01, 0.5, 1.0])), min_size=1
    )
)
def test_any_pairs_give_a_share(pairs):
    """A source that fails in all pairs but the least probable ones once gave not a number."""
    names, probability = zip(*pairs, strict=True)
    table = pa.table({"match_key": names, "probability": probability})
    found = blocking_loss((*TWO_OF_THREE, Key("phone", ("phone",))), table, SURE)
    assert 0 <= found.low <= found.share <= found.high <= 1


def test_of_names_alone_nobody_knows_what_was_lost():
    """Five in six pairs were said to be lost, and it was one in seven."""
    pairs = brought((0.1, 0.1, 0.1))
    names = [Key("names", ("stem", "given_name")), Key("surname", ("stem", "initials"))]
    fired = np.resize(["names + surname", "names", "surname"], pairs.num_rows)
    found = blocking_loss(
        names, pairs.set_column(0, "match_key", pa.array(fired)), SURE
    )
    assert (found.low, found.high) == (0, 1)


def test_a_list_that_is_compared_whole_loses_nothing():
    (whole,) = keys(Profile.GENERIC, 10, 100)
    pairs = pa.table({"match_key": ["every-pair"], "probability": [1.0]})
    found = blocking_loss([whole], pairs, SURE)
    assert (found.share, found.low, found.high) == (0, 0, 0)


@pytest.mark.parametrize("profile", list(Profile))
def test_without_a_pair_everything_is_possible(profile):
    """Nobody can say of a list without a pair that nothing was missed."""
    pairs = brought((0.1, 0.1, 0.1)).slice(0, 0)
    found = blocking_loss(keys(profile, 10**6, 2000), pairs, SURE)
    assert (found.share, found.low, found.high) == (0, 0, 1)


def test_every_shipped_key_is_understood():
    """A key of which a part were unknown would end every linkage."""
    for profile in Profile:
        every = keys(profile, 10**6, 2000)
        names = [" + ".join(key.name for key in every), *(key.name for key in every)]
        pairs = pa.table({"match_key": names, "probability": np.ones(len(names))})
        assert 0 <= blocking_loss(every, pairs, SURE).share <= 1


def test_recall_is_of_all_pairs_of_one_person():
    """Recall spoke of the pairs compared, and praised what nobody had looked at."""
    made = generate(4000, constituencies=1, seed=6)
    entries = made.entries
    for name in ("document", "fin"):
        entries = with_column(entries, name, pa.nulls(len(entries), pa.string()))
    read = table_intake(entries, None).entries
    voters = normalize(read, Profile.AZ, for_linkage=True).table
    told = link(voters, LinkSettings()).estimate
    assert told is not None
    assert 0 < told.blocking_loss < told.blocking_loss_high < 0.1
    assert told.recall <= 1 - told.blocking_loss
    assert told.recall_low <= told.recall <= told.recall_high


@given(st.lists(st.integers(0, 31), min_size=1), st.integers(1, 6))
def test_of_many_patterns_the_most_frequent_stand_for_the_others(pattern, most):
    """Else the combinations of a nation's patterns would be too many, and it had no estimate."""
    every = np.array(pattern)
    fewer = most_frequent(every, np.ones(len(every)), most)
    assert len(set(fewer.tolist()) - {0}) <= most
    assert not (fewer & ~every).any()
    if len(set(pattern)) <= most:
        assert fewer.tolist() == pattern
