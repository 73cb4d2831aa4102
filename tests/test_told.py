"""The profile told from the names of a list."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voterlist
from voterlist.model import Profile
from voterlist.normalize.told import ProfileDoubt, tell_profile
from voterlist.synth.generate import generate

ENGLISH = ("John Smith", "Mary Kelly", "James Oliver", "Sarah Brown", "Peter Hill")
RUSSIAN = ("Иванов Пётр Сергеевич", "Петрова Анна Ивановна", "Сидоренко Олег Юрьевич")
LOCAL = ("Məmmədov Elçin Rauf oğlu", "Aliyeva Leyla Kamil qizi", "Hasanzade Tural")


def whole(*names, times=20):
    """A list with these names."""
    return pa.table({"full_name": list(names) * times})


@pytest.mark.parametrize(
    ("names", "profile"),
    [(ENGLISH, Profile.GENERIC), (RUSSIAN, Profile.AZ), (LOCAL, Profile.AZ)],
)
def test_the_names_tell_the_profile(names, profile):
    told = tell_profile(whole(*names))
    assert (told.profile, told.doubt) == (profile, None)


def test_an_invented_list_is_azerbaijani_beyond_doubt():
    told = tell_profile(generate(300, constituencies=1, seed=5).entries)
    assert (told.profile, told.doubt) == (Profile.AZ, None)
    assert told.share > 0.9


def test_a_mixed_list_is_doubted():
    told = tell_profile(whole(*ENGLISH[:3], *LOCAL))
    assert told.doubt is ProfileDoubt.MIXED


def test_a_tiny_list_is_doubted_and_one_without_names_is_az():
    assert tell_profile(whole(*ENGLISH, times=1)).doubt is ProfileDoubt.FEW
    told = tell_profile(whole(times=1))
    assert (told.profile, told.doubt) == (Profile.AZ, ProfileDoubt.FEW)


@given(st.permutations([*ENGLISH, *LOCAL]))
def test_the_order_of_the_rows_does_not_matter(names):
    assert tell_profile(whole(*names)) == tell_profile(whole(*sorted(names)))


def test_duplicates_are_found_under_the_profile_of_the_names():
    """Under ``az`` English names that differ in one letter and in the day were never compared."""
    people = [
        ("smith", "john"),
        ("brown", "sarah"),
        ("hill", "peter"),
        ("kelly", "ann"),
    ]
    frame = pd.DataFrame(
        [
            {
                "surname": surname,
                "first_name": f"{name}{row}",
                "dob": f"{1950 + row}-03-0{row % 9 + 1}",
            }
            for row in range(15)
            for surname, name in people
        ]
    )
    again = frame.iloc[:5].assign(surname=lambda rows: rows.surname + "e")
    pairs = voterlist.find_duplicates(pd.concat([frame, again], ignore_index=True))
    assert pairs.attrs["profile"] == "generic"
    assert pairs.attrs["profile_told"]["doubt"] is None
    assert {use["column"]: use["name"] for use in pairs.attrs["columns"]} == {
        "surname": "surname",
        "first_name": "given_name",
        "dob": "birth_date",
    }
    given = voterlist.find_duplicates(frame, profile="az")
    assert (given.attrs["profile"], given.attrs["profile_told"]) == ("az", None)
