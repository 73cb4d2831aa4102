"""What chance alone would give.

One formula, the same to the register tests, the linkage and the report.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.check import examine
from voterlist.config.sections import CheckSettings
from voterlist.ingest.generic import table_intake
from voterlist.link import link
from voterlist.normalize.stage import normalize
from voterlist.persons.chance import AGREEMENTS, Pairs, PersonFields, pairs_of
from voterlist.readers import text_table
from voterlist.synth.generate import QUIET, generate


@pytest.fixture(scope="module")
def strangers():
    made = generate(30_000, constituencies=2, seed=11, rates=QUIET)
    intake = table_intake(text_table(made.entries))
    voters = normalize(intake.entries).table
    examined = examine(
        voters,
        intake.entries,
        intake.lists,
        CheckSettings(),
        on_day=dt.date(2026, 1, 10),
    )
    return examined.coincidences, link(voters).chance


def test_the_register_tests_and_the_linkage_tell_the_same(strangers):
    """Of one list both expect, and find, the same pairs."""
    coincidences, chance = strangers
    whole = coincidences.filter(pc.field("constituency").is_null()).to_pylist()
    assert [(row["agreement"], row["found"]) for row in whole] == [
        (row.agreement, row.found) for row in chance
    ]
    assert [row["expected"] for row in whole] == pytest.approx(
        [row.expected for row in chance]
    )


def test_strangers_agree_about_as_often_as_is_expected(strangers):
    _, chance = strangers
    line = chance[-1]
    assert line.agreement == "stem+given_name+year"
    assert line.expected == pytest.approx(line.found, rel=0.1)


def test_names_that_go_with_the_times_are_expected_to_meet():
    """Two generations, each with a name of its own.

    All pairs of one year share it, and that many are expected.
    """
    rows = 40
    old = np.arange(rows) < rows // 2
    born = np.where(old, 1950, 1990).astype(np.int32)
    same = np.zeros(rows, np.int32)
    fields = PersonFields(same, same, old.astype(np.int32), same, born, born)
    pairs = pairs_of(fields, np.zeros(rows, np.int64), 1)
    assert [one[0] for one in pairs.expected] == pytest.approx(
        [one[0] for one in pairs.found]
    )
    assert len(pairs.found) == len(AGREEMENTS)
    assert pairs.found[0][0] == 2 * (20 * 19 // 2)


@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_pairs_with_a_new_entry_are_expected_by_what_all_are_called(seed, count):
    luck = np.random.default_rng(seed)
    # New entries with rare names: of both lists fewer pairs are expected than of the others alone.
    new = luck.permutation(60) < count
    names = [
        np.where(new, luck.integers(3, 99, 60), luck.integers(0, 3, 60)).astype(
            np.int32
        )
        for _ in range(3)
    ]
    year = luck.integers(1980, 1984, 60).astype(np.int32)
    fields, place = (
        PersonFields(np.ones(60, np.int32), *names, year, year),
        np.zeros(60, np.int64),
    )
    every = pairs_of(fields, place, 1)
    without_group = np.full(60, -1, np.int32)
    assert pairs_of(fields, place, 1, without_group) == every
    others = np.where(new, -1, 0).astype(np.int32)
    for part, some, whole in zip(
        Pairs._fields, pairs_of(fields, place, 1, others), every, strict=True
    ):
        for one, other in zip(some, whole, strict=True):
            assert 0 <= one[0] <= other[0] + 1e-9, part
            assert count or one[0] == 0, part


@given(st.integers(0, 2**32 - 1))
def test_pairs_of_two_lists_are_all_but_those_inside_a_list(seed):
    """Pairs inside a list would be taken for coincidences of two lists."""
    luck = np.random.default_rng(seed)
    names = [luck.integers(0, 3, 60).astype(np.int32) for _ in range(3)]
    year = luck.integers(1980, 1984, 60).astype(np.int32)
    lists = luck.integers(0, 3, 60).astype(np.int32)
    fields = PersonFields(np.ones(60, np.int32), *names, year, year)
    place = np.zeros(60, np.int64)
    found = pairs_of(fields, place, 1, lists)
    every = pairs_of(fields, place, 1)
    inside = [
        pairs_of(fields.of(rows), place[rows], 1)
        for rows in (np.flatnonzero(lists == number) for number in range(3))
    ]
    for agreement in range(len(AGREEMENTS)):
        within = sum(int(one.found[agreement][0]) for one in inside)
        assert found.found[agreement][0] == every.found[agreement][0] - within
        assert 0 <= found.expected[agreement][0] <= every.expected[agreement][0]


def test_nobody_makes_no_pairs():
    for rows in (0, 3):
        unknown = np.full(rows, -1, np.int32)
        pairs = pairs_of(
            PersonFields(np.zeros(rows, np.int32), *[unknown] * 5),
            np.zeros(rows, np.int64),
            1,
        )
        assert [float(one.sum()) for part in pairs for one in part] == [0.0] * 8
