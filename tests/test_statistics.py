from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers import EACH, ON_DAY, clean
from voterlist.check import check, examine
from voterlist.check.agehist import distance, median, myers, whipple
from voterlist.check.indicators import (
    CYCLE_INDICATORS,
    INDICATORS,
    beside_last,
    indicators,
)
from voterlist.check.measures import (
    false_discovery,
    middle_share,
    share_funnel,
    spread_beyond_chance,
)
from voterlist.config.sections import CheckSettings
from voterlist.ingest.generic import table_intake
from voterlist.normalize.stage import normalize
from voterlist.readers import text_table
from voterlist.schemas import CYCLE_SUMMARY, ENTRY, INDICATOR, LIST, VOTER, empty
from voterlist.synth.generate import generate
from voterlist.tables import concat, from_columns

RNG_SEEDS = range(3)


def _exact_tail(count: int, of: int, share: float) -> float:
    return sum(
        math.comb(of, k) * share**k * (1 - share) ** (of - k)
        for k in range(count, of + 1)
    )


@given(st.integers(1, 60), st.data(), st.floats(0.001, 0.95))
def test_a_funnel_never_calls_rarer_than_the_exact_binomial(of, data, share):
    """A small precinct would be an outlier by chance: the tail is written out here."""
    count = data.draw(st.integers(0, of))
    one, both = (
        share_funnel(
            np.array([count]),
            np.array([of]),
            np.array([0]),
            chance=0.001,
            target=share,
            two_sided=sides,
        ).p[0]
        for sides in (False, True)
    )
    assert one >= _exact_tail(count, of, share) * (1 - 1e-9)
    assert both >= min(
        1.0,
        2 * min(_exact_tail(count, of, share), _exact_tail(of - count, of, 1 - share)),
    ) * (1 - 1e-9)
    assert max(one, both) <= 1


def test_a_funnel_judges_nobody_without_voters_or_neighbours():
    """A precinct of which nobody is counted, and one alone in its constituency, have no p value."""
    found = share_funnel(
        np.array([0, 3, 5]), np.array([0, 10, 10]), np.array([0, 0, 1]), chance=0.001
    )
    assert np.isnan(found.p).all()
    assert np.isnan(found.upper).all()


def test_the_funnel_narrows_with_size():
    """Limits enclose the base, and a precinct of 1,500 has tighter ones than one of 60."""
    of = np.array([60, 300, 1500])
    found = share_funnel(of // 2, of, np.zeros(3, int), chance=0.001, target=0.48)
    assert (found.lower < 0.48).all()
    assert (found.upper > 0.48).all()
    assert (np.diff(found.upper) < 0).all()
    assert (np.diff(found.lower) > 0).all()


def test_what_is_usual_is_not_moved_by_outliers():
    """Two outliers of five would move what the others are held against."""
    count, of = np.array([48, 50, 49, 100, 100, 10, 10]), np.full(7, 100)
    group = np.array([0, 0, 0, 0, 0, 1, 1])
    assert (
        middle_share(count, of, group, np.ones(7, bool)).tolist()
        == [0.5] * 5 + [0.1] * 2
    )


def test_a_precinct_of_one_voter_may_be_the_middle():
    """Where no other precinct of the constituency has the column, nothing would be usual."""
    count, of, usable = np.array([1, 2]), np.array([1, 5]), np.array([True, False])
    assert middle_share(count, of, np.zeros(2, int), usable).tolist() == [1.0, 1.0]


def test_the_spread_between_precincts_is_found_and_chance_is_not_taken_for_it():
    """Precincts that differ by chance alone have hardly any spread.

    True differences are recovered, outliers or not.
    """
    rng = np.random.default_rng(7)
    error = 1 / np.sqrt(4 * rng.integers(60, 1500, 400) + 2)
    alike = spread_beyond_chance(rng.normal(0, error), error, np.ones(400, bool))
    differing = rng.normal(0, np.sqrt(error**2 + 0.05**2))
    planted = differing + np.where(np.arange(400) < 20, 0.6, 0)
    assert alike < 0.01
    assert spread_beyond_chance(differing, error, np.ones(400, bool)) == pytest.approx(
        0.05, rel=0.35
    )
    assert spread_beyond_chance(planted, error, np.ones(400, bool)) < 0.1
    assert spread_beyond_chance(differing[:9], error[:9], np.ones(9, bool)) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_discovery_is_the_step_up_rule(values):
    """The rule of Benjamini and Hochberg is written out here, ties too."""
    p = np.array(values)
    passed = [
        rank
        for rank, value in enumerate(sorted(values), 1)
        if value * len(values) / rank <= 0.05
    ]
    cut = sorted(values)[max(passed) - 1] if passed else -1.0
    assert (false_discovery(p) <= 0.05).tolist() == [value <= cut for value in values]


def test_false_discovery_leaves_the_unjudged_out():
    """A precinct that was not judged has no q, and does not count among those asked."""
    q = false_discovery(np.array([np.nan, 0.01, np.nan]))
    assert q[1] == 0.01
    assert np.isnan(q[[0, 2]]).all()


def test_the_index_of_whipple():
    """Even ages are 100, ages of 30 and 45 alone 500; others than 23 to 62 do not count."""
    even, heaped, outside = np.ones(131, int), np.zeros(131, int), np.zeros(131, int)
    heaped[[30, 45]], outside[[20, 65, 70]] = 7, 9
    count, of = whipple(np.array([even, heaped, outside]))
    assert (500 * count[:2] / of[:2]).tolist() == [100, 500]
    assert of[2] == 0


def test_the_index_of_myers():
    """Even years give 0 and one final digit alone 90.

    A slope of the cohorts is not taken for a preference.
    """
    flat, one, slope = np.full(80, 50), np.zeros(80, int), 1000 - 12 * np.arange(80)
    one[3::10] = 50
    values = myers(np.array([flat, one, slope, np.zeros(80, int)]))
    assert values[:2].tolist() == pytest.approx([0, 90])
    assert values[2] == pytest.approx(0)
    assert np.isnan(values[3])


@given(
    st.lists(st.integers(0, 130), max_size=25),
    st.lists(st.integers(0, 130), min_size=1, max_size=25),
)
def test_median_and_distance_of_histograms(one, other):
    """Both must be those of the ages written out."""
    own, rest = (
        np.bincount(ages, minlength=131)[None]
        for ages in (np.array(one, int), np.array(other, int))
    )
    if not one:
        assert np.isnan(median(own)[0])
        assert np.isnan(distance(own, rest)[0])
        return
    assert median(own)[0] == np.median(one)
    gaps = [
        abs(np.mean([a <= x for a in one]) - np.mean([a <= x for a in other]))
        for x in range(131)
    ]
    assert distance(own, rest)[0] == pytest.approx(max(gaps))


def _rows(table):
    return {
        (row["indicator"], row["unit"], row["precinct"]): row
        for row in table.to_pylist()
    }


def test_the_indicators_of_a_register():
    """Each must stand for every precinct, constituency and the whole, with its base."""
    tables = clean()
    for row in range(30):
        tables.voters["fin"][row] = tables.entries["fin"][row] = None
    voters, entries, _ = tables.arrow()
    table = indicators(voters, entries, CheckSettings(), on_day=ON_DAY)
    rows = _rows(table)
    assert table.schema == INDICATOR
    assert {name for name, _, _ in rows} == set(INDICATORS) - set(CYCLE_INDICATORS)
    fin = rows["without-fin", "precinct", 1]
    assert [fin[name] for name in ("count", "of", "value", "base", "outlying")] == [
        30,
        EACH,
        0.25,
        0,
        True,
    ]
    assert rows["without-fin", "precinct", 2]["outlying"] is False
    assert rows["without-fin", "nation", None]["value"] == pytest.approx(
        30 / (3 * EACH)
    )
    assert rows["missing-fin", "precinct", 1]["base"] == pytest.approx(30 / (3 * EACH))
    assert rows["missing-fin", "precinct", 1]["outlying"] is None
    assert [
        rows["voters", unit, p]["value"]
        for unit, p in (("precinct", 3), ("nation", None))
    ] == [EACH, 3 * EACH]
    assert (
        rows["men-share", "precinct", 2]["lower"]
        < 0.5
        < rows["men-share", "precinct", 2]["upper"]
    )


def test_a_precinct_without_the_column_does_not_say_what_is_usual():
    """Where a list has no FIN at all, one that lacks a quarter of them would pass for usual."""
    tables = clean()
    for row in (*range(EACH // 4), *range(EACH, 2 * EACH)):
        tables.voters["fin"][row] = None
    voters, entries, _ = tables.arrow()
    rows = _rows(indicators(voters, entries, CheckSettings(), on_day=ON_DAY))
    fin = [rows["without-fin", "precinct", precinct] for precinct in (1, 2, 3)]
    assert [row["value"] for row in fin] == [0.25, 1, 0]
    assert [row["outlying"] for row in fin] == [True, True, False]
    assert fin[0]["base"] == 0


def test_outlying_indicators_are_the_findings_of_check():
    """What the table calls outlying is what the rules report, place by place and value by value."""
    tables = clean()
    for row in range(EACH, EACH + 40):
        tables.voters["fin"][row] = None
        tables.voters["birth_month"][row] = tables.voters["birth_day"][row] = 1
    voters, entries, lists = tables.arrow()
    table = indicators(voters, entries, CheckSettings(), on_day=ON_DAY).to_pylist()
    outlying = sorted(
        (row["precinct"], row["value"]) for row in table if row["outlying"]
    )
    found = check(voters, entries, lists, CheckSettings(), on_day=ON_DAY).to_pylist()
    assert (
        sorted(
            (row["precinct"], row["value"])
            for row in found
            if row["unit"] == "precinct"
        )
        == outlying
    )
    assert len(outlying) == 2


def _summary(rows):
    names = ("constituency", "precinct", "change", "entries")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return from_columns(
        {name: pa.array(values) for name, values in columns.items()},
        CYCLE_SUMMARY,
        len(rows),
    )


def test_last_cycle_stands_beside():
    """A place would be beside another one's past, or a new one have a past."""
    voters, entries, _ = clean().arrow()
    now = indicators(voters, entries, CheckSettings(), on_day=ON_DAY)
    last = indicators(
        voters.slice(0, 2 * EACH),
        entries.slice(0, 2 * EACH),
        CheckSettings(),
        on_day=ON_DAY,
    )
    counted = [
        (17, p, change, n)
        for p in (1, 2)
        for change, n in (("before", 120), ("after", 120), ("added", 6 * p))
    ]
    table = beside_last(
        now, last, _summary([*counted, (17, 2, "removed", 12), (17, 3, "after", 120)])
    )
    rows = _rows(table)
    assert table.schema == INDICATOR
    assert rows["voters", "precinct", 1]["last"] == EACH
    assert rows["voters", "precinct", 3]["last"] is None
    assert rows["voters", "nation", None]["last"] == 2 * EACH
    assert [rows["churn", "precinct", p]["value"] for p in (1, 2)] == [0.05, 0.2]
    assert rows["growth", "precinct", 1]["value"] == 0
    assert (
        rows["growth", "precinct", 1]["base"]
        == rows["growth", "constituency", None]["value"]
        == 0.5
    )
    assert ("growth", "precinct", 3) not in rows


def test_indicators_of_nobody():
    """Without a voter there is no indicator, and the table has its shape."""
    assert indicators(
        empty(VOTER), empty(ENTRY), CheckSettings(), on_day=ON_DAY
    ).equals(empty(INDICATOR))


def _nation(
    seed: int, precincts: int, men: float, spread_: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    of = rng.integers(55, 1500, precincts)
    share = np.clip(rng.normal(men, spread_, precincts), 0.01, 0.99)
    return rng.binomial(of, share), of, np.arange(precincts) // 50


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_precincts_that_only_differ_as_usual_are_left_in_peace(seed):
    """More than one in a hundred would be accused for a usual difference."""
    count, of, group = _nation(seed, 500, 0.48, 0.04)
    found = share_funnel(count, of, group, chance=0.001, two_sided=True)
    assert ((found.p < 0.002) & (found.q <= 0.05)).mean() < 0.01


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_planted_outliers_are_found_whatever_their_size(seed):
    """Of precincts with a fifth more men, all of 300 voters or more pass limit and q together."""
    count, of, group = _nation(seed, 500, 0.48, 0.03)
    planted = np.arange(0, 500, 50)
    of[planted] = np.maximum(of[planted], 300)
    count[planted] = np.round(0.68 * of[planted])
    found = share_funnel(count, of, group, chance=0.001, two_sided=True)
    assert ((found.p < 0.002) & (found.q <= 0.05))[planted].all()


def test_a_constituency_is_told_the_same_alone_and_in_the_nation():
    """Its own commission would ask about other precincts than the one above."""
    made = generate(30_000, constituencies=2, seed=3)
    entries = table_intake(text_table(made.entries)).entries
    voters = normalize(entries).table
    settings = CheckSettings(outlier_chance=0.2, most_outlying=0.01, false_outliers=0.5)

    def examined(*places):
        own = [
            table.filter(
                pc.is_in(table.column("constituency"), pa.array(places, pa.int32()))
            )
            for table in (voters, entries)
        ]
        return examine(*own, empty(LIST), settings, on_day=ON_DAY)

    def told_of(examined, unit):
        told = examined.indicators
        return told.filter(pc.equal(told.column("unit").cast(pa.string()), unit))

    places = sorted(set(entries.column("constituency").to_pylist()))
    whole, parts = examined(*places), [examined(place) for place in places]
    order = [(name, "ascending") for name in ("indicator", "constituency", "precinct")]
    alone = concat([told_of(part, "precinct") for part in parts], INDICATOR)
    alone, together = (
        table.cast(
            pa.schema(
                [
                    field.with_type(pa.string())
                    if pa.types.is_dictionary(field.type)
                    else field
                    for field in table.schema
                ]
            )
        )
        .sort_by(order)
        .to_pylist()
        for table in (alone, told_of(whole, "precinct"))
    )
    assert alone == together
    assert any(row["outlying"] for row in alone)
    for name in ("profile", "pyramids"):
        rows = [row for part in parts for row in getattr(part, name).to_pylist()]
        assert rows == getattr(whole, name).to_pylist()
