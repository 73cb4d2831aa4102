"""Ages and years that are not sure, as the birth date of lists that have no other."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import voterlist
from linkage_lists import FIRSTS, LASTS
from list_tables import entries
from voterlist.ingest.choice import LeftReason, choose, with_common_comparisons
from voterlist.ingest.generic import given_map, table_intake
from voterlist.link.comparisons.base import Pairs
from voterlist.link.comparisons.birth_date import BirthDate, BirthDateLevel
from voterlist.link.encode import encode
from voterlist.model import Profile
from voterlist.normalize.corrections import Value, read_correction
from voterlist.normalize.stage import normalize

NAMES = {"surname": ["Fox", "Ives"], "given_name": ["Ann", "Joe"]}


def voters(dates, *, for_linkage=True, profile=Profile.GENERIC):
    rows = [{"entry_id": f"e{at}", "birth_date": date} for at, date in enumerate(dates)]
    return normalize(entries(*rows), profile, for_linkage=for_linkage)


def level(one, other, profile=Profile.GENERIC):
    encoded = encode(voters([one, other], profile=profile).table, profile=profile)
    pairs = Pairs(encoded, np.array([0], np.int32), np.array([1], np.int32))
    return BirthDateLevel(int(BirthDate().pair_levels(pairs)[0]))


@pytest.mark.parametrize("behind", ["", ".0", " years", " y.", "yrs"])
def test_ages_are_as_far_apart_as_births(behind):
    """Of which day an age is, nobody knows, so no year is shown to people."""
    dates = [f"age {age}{behind}" for age in range(121)]
    years = voters(dates).table.column("birth_year").to_pylist()
    assert [years[0] - year for year in years] == list(range(121))
    shown = voters(dates, for_linkage=False).table.column("birth_year")
    assert shown.null_count == 121
    assert level(*dates[40:42]) is level(*dates[41:39:-1]) is BirthDateLevel.PART


def test_a_column_of_ages_may_have_a_word_among_them():
    """Such a column is text of few values, and ``voterlist link`` of the list failed inside."""
    ages = pa.array(["45", "4s", "45"]).dictionary_encode()
    table = pa.table({"Surname": ["Fox"] * 3, "Name": ["Ann"] * 3, "Age": ages})
    read = table_intake(table, choose(table).map, keep_encoded=True).entries
    assert read.column("birth_date").to_pylist() == ["age 45", "age 4s", "age 45"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("age 45", "age 45", BirthDateLevel.YEAR),
        ("age 45", "age 47", BirthDateLevel.DIFFERS),
        ("1890", "abt 1891", BirthDateLevel.PART),
        ("c. 1890", "1890-05-06", BirthDateLevel.YEAR),
        ("1891", "1890-05-06", BirthDateLevel.DIFFERS),
        ("1891-05-07", "1890-04-06", BirthDateLevel.DIFFERS),
        ("age 35+", "age 35", BirthDateLevel.MISSING),
        ("age 350", "age 35", BirthDateLevel.MISSING),
    ],
)
def test_years_alone_are_near_within_one(one, other, expected):
    """A birthday between two lists would make two people of one."""
    assert level(one, other) is level(other, one) is expected


def test_under_az_a_year_apart_is_another_year():
    """Voters' lists have the year from a document."""
    assert level("1984", "1985", Profile.AZ) is BirthDateLevel.DIFFERS


@pytest.mark.parametrize("text", ["age 35+", "abt 1890", "age", "about then"])
def test_what_is_no_sure_date_is_told_and_its_row_kept(text):
    found = voters([text, "1950"], for_linkage=False)
    assert found.table.column("birth_year").to_pylist() == [None, 1950]
    assert found.findings.column("rule").to_pylist() == ["date-unreadable"]
    today = dt.date(2026, 1, 1)
    correction = read_correction("birth_date", text, today, profile=Profile.AZ)
    assert correction == Value(None, "value-unreadable")


def test_a_column_of_ages_is_the_birth_date_where_no_other_is():
    table = pa.table({**NAMES, "Age": ["45", "30+"]})
    choice = choose(table)
    made = table_intake(table, choice.map).entries
    assert made.column("birth_date").to_pylist() == ["age 45", "age 30+"]
    for header in ("dob", "year of birth"):
        dated = choose(table.append_column(header, pa.array(["1980", "1990"])))
        assert dated.uses[2].reason is LeftReason.NOT_COMPARED
    mapped = given_map(table.column_names, {"surname": "surname", "birth_date": "Age"})
    assert (
        table_intake(table, mapped).entries.column("birth_date")[0].as_py() == "age 45"
    )
    # Outside of a linkage an age says nothing of a birth.
    assert not choose(table, numbered=True).map.columns("birth_date")


def test_ages_are_not_held_against_birth_dates_of_another_file():
    """Every pair of one person would differ by years."""
    aged = choose(pa.table({**NAMES, "age": ["45", "30"]}), alone=False)
    dated = choose(pa.table({**NAMES, "dob": ["1980", "1990"]}), alone=False)
    one, _ = with_common_comparisons([aged, dated])
    assert (one.map.columns("birth_date"), one.uses[2].use) == ((), "left")
    both = with_common_comparisons([aged, aged])
    assert both[0].map.columns("birth_date") == (2,)


def test_two_entries_a_birthday_apart_are_found_and_a_father_is_not_his_son():
    names = [(first, last) for first in FIRSTS for last in LASTS]
    rows = [
        {"first": first, "last": last, "age": 20 + at % 60, "city": f"town {at % 9}"}
        for at, (first, last) in enumerate(names)
    ]
    again = [row | {"age": row["age"] + 1} for row in rows[::3]]
    family = {"first": "Arthur", "last": "Penhaligon", "city": "Perth"}
    frame = pd.DataFrame([family | {"age": 70}, family | {"age": 45}, *rows, *again])
    found = voterlist.find_duplicates(frame.astype(str), profile="generic")
    pairs = {(row.entry_l, row.entry_r): row.probability for row in found.itertuples()}
    assert pairs.get(("1", "2"), 0.0) < 0.9
    assert sum(value > 0.9 for value in pairs.values()) >= len(again) * 0.9


def test_father_and_son_of_one_name_and_home_are_a_generation_apart():
    """They share their middle name too, and are as many as the repetitions."""
    names = [(first, last) for first in FIRSTS for last in LASTS]
    rows = [
        {"first": first, "last": last, "middle": FIRSTS[at * 7 % len(FIRSTS)]}
        | {"address": f"{at} High Street", "birth_year": 1930 + at * 7 % 50}
        for at, (first, last) in enumerate(names)
    ]
    again = [row | {"birth_year": row["birth_year"] + 1} for row in rows[::4]]
    sons = [row | {"birth_year": row["birth_year"] + 28} for row in rows[1::4]]
    frame = pd.DataFrame([*rows, *again, *sons]).astype(str)
    found = voterlist.find_duplicates(frame, profile="generic")
    later = found[["entry_l", "entry_r"]].astype(int).max(axis=1)
    is_son = later > len(rows) + len(again)
    assert (found["probability"][is_son] < 0.2).all()
    assert (found["probability"][~is_son] > 0.9).sum() == len(again)


def test_namesakes_of_a_list_with_few_names_are_no_repetitions():
    """They are more than the repetitions, and would be learnt as one person with two dates."""
    drawn = np.random.default_rng(3).random((900, 3)).tolist()
    day = dt.date(1930, 1, 1)
    rows = [
        {
            "first": f"{'ABCDEF'[at % 6]}da{'klmnprst'[int(8 * first**2)]}o",
            "last": f"{'ABCDEF'[at % 6]}vu{'bdfgklmn'[int(8 * last**2)]}in",
            "birth_date": day + dt.timedelta(days=int(born * 25_000)),
        }
        for at, (first, last, born) in enumerate(drawn)
    ]
    frame = pd.DataFrame([*rows, *rows[::20]]).astype(str)
    found = voterlist.find_duplicates(frame, profile="generic")
    sure = found[found["probability"] > 0.95][["entry_l", "entry_r"]].astype(int)
    first, later = sure.min(axis=1), sure.max(axis=1)
    is_right = (later - len(rows) - 1) * 20 + 1 == first
    assert is_right.sum() == 45
    assert len(sure) <= 55
