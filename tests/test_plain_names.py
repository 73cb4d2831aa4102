"""Names of any language: what stands around them is no part of them, and none of it is lost."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voterlist
from linkage_lists import FIRSTS, LASTS
from list_tables import entries
from voterlist.ingest.choice import choose
from voterlist.model import Profile
from voterlist.normalize.plain_names import (
    bare_name,
    generation,
    whole_name_parts,
    without_article,
)
from voterlist.normalize.stage import normalize

TITLES = ("Mr.", "Mrs", "Dr.", "Prof. Dr.", "Señora", "Sr.", "REV", "Sayın")
BEHIND = ("Jr.", "SR", "III", "PhD", "M.D.", "Esq.", ", Jr.", ", MD, PhD", ", Ph.D.")
NAMES = (
    "John Smith",
    "John A. Smith",
    "J.R. Smith",
    "Smith, Mary Ann",
    "DE LA CRUZ Maria",
    "Juan de la Cruz",
    "Hans von der Heide",
    "Abd al-Rahman Hassan",
    "JOHN A SMITH",
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mr. John A. Smith Jr.", ("Smith", "John", "A.")),
        ("SMITH, John A.", ("SMITH", "John", "A.")),
        ("Smith Jr., John", ("Smith", "John", None)),
        ("John Smith, MD, PhD", ("Smith", "John", None)),
        ("Smith, Mr., John", ("Smith", "John", None)),
        ("John SMITH", ("SMITH", "John", None)),
        ("DE LA CRUZ Maria", ("DE LA CRUZ", "Maria", None)),
        ("Maria van der Berg", ("van der Berg", "Maria", None)),
        ("Sr. Juan García y López", ("García y López", "Juan", None)),
        ("Abdul Rahman Khan", ("Khan", "Abdul Rahman", None)),
        ("Mohammed bin Salman Al Saud", ("Al Saud", "Mohammed", "Salman")),
        ("João da Silva Neto", ("da Silva", "João", None)),
        ("João Neto", ("Neto", "João", None)),
        ("Van Do", ("Do", "Van", None)),
        ("AJ Smith", ("Smith", "AJ", None)),
        ("Smith", ("Smith", None, None)),
        ("Mrs", ("Mrs", None, None)),
        ("", (None, None, None)),
        (" , ", (None, None, None)),
    ],
)
def test_a_whole_name_is_cut_into_its_parts(text, parts):
    """A surname ``jr`` would be the commonest of the list, and nobody would be found again."""
    assert whole_name_parts(text) == parts


@given(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(TITLES), max_size=2),
    st.lists(st.sampled_from(BEHIND), max_size=2),
)
def test_what_stands_around_a_name_changes_no_part_of_it(name, titles, behind):
    """The next list may write the person without it."""
    dressed = " ".join([*titles, name, *behind]).replace(" ,", ",")
    if "," in name and behind and not behind[0].startswith(","):
        dressed = f"{name} {behind[0]}"
    assert whole_name_parts(dressed) == whole_name_parts(name)


@given(st.text(alphabet="AJab. ,-'éŞ王JrSDyvn", max_size=30))
def test_no_word_of_a_name_is_invented_and_a_name_never_vanishes(text):
    """A person whose whole name is a title, a suffix or an initial has a name all the same."""
    parts = [part for part in whole_name_parts(text) if part]
    assert bool(parts) == bool(text.replace(",", " ").strip())
    letters = [letter for part in parts for letter in part if letter.isalpha()]
    assert all(text.count(letter) >= letters.count(letter) for letter in letters)
    once = bare_name(text)
    assert bare_name(once) == once
    assert once.strip(" ,") or not text.strip(" ,")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Jr", "2"),
        ("II", "2"),
        ("Smith Sr.", "1"),
        ("Smith, John, III", "3"),
        ("Sr. Juan García", None),
        ("João Neto", None),
        ("Smith", None),
        ("", None),
    ],
)
def test_a_suffix_tells_the_generation(text, told):
    """``Sr.`` before a name is a señor."""
    assert generation(text) == told


def normalised(profile, **columns):
    rows = [
        {"entry_id": str(at), **dict(zip(columns, cells, strict=True))}
        for at, cells in enumerate(zip(*columns.values(), strict=True))
    ]
    return normalize(entries(*rows), profile)


def test_names_in_columns_lose_what_stands_around_them_and_it_is_told():
    found = normalised(
        Profile.GENERIC,
        surname=["Smith Jr.", "de la Cruz", "Sir"],
        given_name=["Dr. John A.", "joshu a", "Mrs"],
    )
    columns = found.table.to_pydict()
    assert columns["surname_skeleton"] == ["smith", "delacruz", "sir"]
    assert columns["given_skeleton"] == ["john", "joshua", None]
    assert columns["patronymic_skeleton"] == ["a", None, None]
    told = [(row["rule"], row["field"]) for row in found.findings.to_pylist()]
    assert ("title-removed", "surname") in told
    assert ("placeholder-value", "given_name") in told


def test_in_azerbaijan_a_name_is_no_english_word():
    """``Son`` is Sona with a letter lost, not somebody's son."""
    found = normalised(Profile.AZ, surname=["Əliyeva"] * 2, given_name=["Son", "Head"])
    assert None not in found.table.column("given_skeleton").to_pylist()


@pytest.mark.parametrize(
    ("profile", "child"), [(Profile.AZ, "UŞAQ 2"), (Profile.GENERIC, "CHILD 2")]
)
def test_words_that_are_no_name_are_unknown_and_told_and_their_row_stays(
    profile, child
):
    """``respondent`` 1 and 2 of one household would be one person."""
    names = ["Respondent", child, "baby boy", "Naməlum", "test", "Leyla"]
    found = normalised(profile, surname=["Child"] * 6, given_name=names)
    assert found.table.column("given_skeleton").to_pylist()[:5] == [None] * 5
    assert found.table.num_rows == 6
    assert None not in found.table.column("surname_skeleton").to_pylist()
    told = found.findings.column("rule").to_pylist()
    assert told.count("placeholder-value") == 5


def test_suffixes_are_compared_where_names_have_them():
    """In a column of their own, behind the name, or in both; not under ``az``."""
    plain = {"given_name": ["John", "Mary"], "surname": ["Smith", "Brown"]}
    assert choose(pa.table(plain)).comparisons == ()
    behind = choose(pa.table(plain | {"surname": ["Smith, Jr.", "Brown"]}))
    (added,) = behind.comparisons
    assert (added.name, added.columns) == ("name_suffix", ("surname",))
    both = choose(pa.table({"name_suffix": ["", "III"], "full_name": ["A B Jr", "C"]}))
    assert both.comparisons[0].columns == ("full_name", "name_suffix")
    assert behind.under(Profile.AZ).comparisons == ()


def test_a_father_and_his_son_of_one_name_at_one_address_are_two_people():
    """Where no birth date tells them apart, the suffix does."""
    import pandas as pd

    names = [f"{first} {last}" for first in FIRSTS for last in LASTS]
    rows = [
        {"full_name": name, "address": f"{at} Long Street", "city": f"town {at % 9}"}
        for at, name in enumerate(names)
    ]
    again = [row | {"full_name": f"Mr {row['full_name']}"} for row in rows[::3]]
    family = {"address": "9 Rosewood Crescent", "city": "Perth"}
    sons = [
        family | {"full_name": f"Arthur Penhaligon {word}"} for word in ("Sr", "Jr")
    ]
    frame = pd.DataFrame([*sons, *rows, *again])
    found = voterlist.find_duplicates(frame, profile="generic")
    probability = {
        (row.entry_l, row.entry_r): row.probability for row in found.itertuples()
    }
    assert probability.get(("1", "2"), 0.0) < 0.95
    assert sum(value > 0.95 for value in probability.values()) >= len(again) * 0.9


@pytest.mark.parametrize(
    ("field", "text", "bare"),
    [
        ("surname", "Al-Hassan", "Hassan"),
        ("surname", "ar-Rashid", "Rashid"),
        ("surname", "El Masri", "Masri"),
        ("surname", "Ali", "Ali"),
        ("surname", "As-Bury", "As-Bury"),
        ("surname", "el-", "el-"),
        ("given_name", "Al Pacino", "Al Pacino"),
        ("patronymic", "bin Ali", "Ali"),
        ("patronymic", "ibn", "ibn"),
    ],
)
def test_an_article_is_no_part_of_the_name(field, text, bare):
    """One list has it and the next has not."""
    assert without_article(field, text) == bare


@given(
    st.lists(st.sampled_from([*NAMES, "Mr John Smith, Jr.", "Dr. Ann Fox PhD", "Mrs"]))
)
def test_the_linkage_reads_the_names_that_people_are_shown(names):
    """What a page explains would not be what was compared."""
    rows = [{"entry_id": f"e{at}", "full_name": name} for at, name in enumerate(names)]
    made = [
        normalize(entries(*rows), Profile.GENERIC, for_linkage=linked).table
        for linked in (False, True)
    ]
    for part in ("surname", "given", "patronymic"):
        shown, compared = (table.column(f"{part}_skeleton") for table in made)
        assert shown.to_pylist() == compared.to_pylist()
