"""Tests of tables held as codes.

The same content, from the file to the voters, and addresses cut in two.
"""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import normalizing
from list_tables import said
from voterlist import tables
from voterlist.ingest.generic import columns_needed, table_intake
from voterlist.model import Profile
from voterlist.normalize import address_columns
from voterlist.normalize.addresses import read_address, read_numbers
from voterlist.normalize.dates import resolve
from voterlist.normalize.stage import normalize
from voterlist.readers import read_table
from voterlist.schemas import ENTRY, VOTER

TEXTS = st.lists(st.sampled_from([None, "a", "b", "c", "d"]), max_size=12)


def encoded(values, dictionary=("d", "b", "a", "x", "c")):
    """The values as codes of a dictionary in another order, with a value that stands nowhere."""
    places = [None if value is None else dictionary.index(value) for value in values]
    return pa.DictionaryArray.from_arrays(
        pa.array(places, pa.int32()), pa.array(dictionary, pa.string())
    )


# Tables


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", None]),
            st.integers(0, 2),
            st.none() | st.integers(0, 9),
        )
    )
)
def test_each_row_is_counted_under_its_own_values(rows):
    """A list would have entries that nobody handed in, or lack some."""
    columns = [pa.array([row[at] for row in rows]) for at in range(3)]
    word = columns[0].cast(pa.string()).dictionary_encode()
    number, weight = (column.cast(pa.int64()) for column in columns[1:])
    table = pa.table({"word": word, "number": number, "weight": weight})
    assert tables.count_by(table, "word") == Counter(row[0] for row in rows)
    pairs = Counter(row[:2] for row in rows)
    assert tables.count_by(table, "word", "number") == pairs
    distinct = tables.count_by(tables.distinct(table, "number"), "number")
    assert set(distinct) == {row[1] for row in rows}
    sums = Counter()
    for row in rows:
        sums[row[1]] += row[2] or 0
    assert tables.count_by(table, "number", of="weight") == sums


@given(TEXTS)
def test_values_by_appearance_are_those_of_the_text_encoded_anew(values):
    """The same rows, the distinct values as they come, none that stands nowhere."""
    found = tables.by_appearance(encoded(values))
    assert found.to_pylist() == values
    anew = pa.array(values, pa.string()).dictionary_encode()
    assert found.dictionary.to_pylist() == anew.dictionary.to_pylist()


@given(st.lists(st.tuples(*[st.sampled_from([None, "a", "b", "c"])] * 2), max_size=12))
def test_the_second_column_stands_where_the_first_has_nothing(rows):
    """Coalescing codes equals coalescing texts, with no value twice in the dictionary."""
    first, second = [row[0] for row in rows], [row[1] for row in rows]
    other = pa.array(second, pa.string()).dictionary_encode()
    found = tables.coalesce(encoded(first), other)
    assert found.to_pylist() == [two if one is None else one for one, two in rows]
    assert len(set(found.dictionary.to_pylist())) == len(found.dictionary)


def test_values_that_become_one_are_one_code():
    """Each row has what its value became.

    Two values that became the same share a code, and null is null.
    """
    column = pa.array(["Ə", "ə", None, "b", "-"]).dictionary_encode()
    found = tables.with_values(column, pa.array(["a", "a", "b", None]))
    assert found.to_pylist() == ["a", "a", None, "b", None]
    assert found.dictionary.to_pylist() == ["a", "b"]


@given(TEXTS)
def test_words_do_not_depend_on_how_they_were_held(values):
    """A column of words has the same bytes from texts and from codes of any dictionary."""
    texts = pa.array(values, pa.string())
    found, wanted = (tables.words(held) for held in (encoded(values), texts))
    assert found.dictionary.to_pylist() == wanted.dictionary.to_pylist()
    assert found.indices.to_pylist() == wanted.indices.to_pylist()


@given(st.lists(st.text("abİə", max_size=3), max_size=8))
def test_a_table_in_order_is_left_as_sorting_would_leave_it(values):
    """Looking first whether it is sorted changes no outcome."""
    table = pa.table({"id": pa.array(values, pa.string()), "row": range(len(values))})
    rows = zip(values, range(len(values)), strict=True)
    wanted = sorted(rows, key=lambda pair: pair[0].encode())
    assert said(tables.sort_by(table, "id"), "id", "row") == wanted


# From the file to the voters

ROWS = {
    "number": ["1", "2", "3", "4"],
    "surname": ["ALIYEV", "Әлијева", "Əliyev  ", "Əliyev"],
    "given_name": ["Samir", "Səmirə Həsən qızı", "-", "Samir"],
    "patronymic": [None, None, "Vaqif oğlu", "Əli oğlu"],
    "birth_date": ["07.04.1968", "1968-04-07", "31.02.1970", "7/13/1968"],
    "sex": ["K", "Q", None, "K"],
    "address": [
        "Nizami küç. 12-5",
        "Bakı şəhəri, Nizami küçəsi, ev 12, m. 5",
        None,
        "Nizami küç. 12-5",
    ],
    "document": ["AZE12345678", "AA 1234567", "12345678", None],
    "fin": ["5XKI234", "5XK1234", "AZE12345678", "1111111"],
    "constituency": pa.array([1, 1, 2, None], pa.int64()),
}


def test_of_a_parquet_file_only_what_is_wanted_is_read(tmp_path):
    """The columns wanted hold the same texts; another is of the type null, with every row."""
    pq.write_table(pa.table(ROWS), tmp_path / "list.parquet")
    plain = read_table(tmp_path / "list.parquet")
    found = read_table(tmp_path / "list.parquet", wanted=columns_needed)
    assert found.column_names == plain.column_names
    assert found.column("number").type == pa.null()
    assert found.drop(["number"]).to_pydict() == plain.drop(["number"]).to_pydict()


def test_a_map_says_which_columns_are_needed():
    """The places of the headers named, without the line's number."""
    columns = {"surname": "who", "birth_date": "born", "number": "n"}
    assert columns_needed(["x", "n", "born", "who"], columns) == {2, 3}


@pytest.mark.parametrize("profile", Profile)
def test_voters_are_the_same_encoded_or_not(tmp_path, profile):
    """Codes of texts give the same table and findings as texts do, values in the same order."""
    pq.write_table(pa.table(ROWS), tmp_path / "list.parquet")
    path = tmp_path / "list.parquet"
    plain = normalize(table_intake(read_table(path)).entries, profile)
    read = read_table(path, wanted=columns_needed)
    entries = table_intake(read, keep_encoded=True).entries
    found = normalize(entries, profile, encoded=True)
    assert found.findings.equals(plain.findings)
    assert found.table.cast(VOTER).equals(plain.table)
    for name in ("surname_skeleton", "patronymic", "street", "house"):
        codes = found.table.column(name).combine_chunks()
        texts = plain.table.column(name).combine_chunks().dictionary_encode()
        assert codes.dictionary.to_pylist() == texts.dictionary.to_pylist()


def test_no_rows_are_no_voters_encoded_or_not():
    """A list without rows is normalised to a table without rows."""
    for is_encoded in (False, True):
        made = normalize(ENTRY.empty_table(), encoded=is_encoded).table
        assert made.cast(VOTER).equals(VOTER.empty_table())


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 14), st.integers(0, 1), st.integers(1, 3)
        ),
        max_size=9,
    )
)
def test_a_date_in_many_rows_votes_for_each(dates):
    """Dates resolved once with their number of rows are those resolved row by row."""
    once = np.array([(2, *date[:2], 1970) for date in dates], np.int64).reshape(-1, 4).T
    group, rows = np.array([date[2:] for date in dates], np.int64).reshape(-1, 2).T
    found = resolve(once, [group], rows)
    wanted = resolve(np.repeat(once, rows, axis=1), [np.repeat(group, rows)])
    for name in ("year", "month", "day", "impossible", "swapped", "turned"):
        assert (np.repeat(getattr(found, name), rows) == getattr(wanted, name)).all()


# Addresses cut in two

_STREETS = (
    *("Nizami küçəsi", "küç. Nizami", "ул. Самеда Вургуна", "28 May küçəsi"),
    *("ул. 28 Мая", "Nizami", "küçəsi", "st r.", "пр. Парламент с."),
    *("Bakı şəhəri, Nizami küçəsi", "Nizami küçəsi, korpus 2", "Nərimanov pr, blok"),
    *("Ziya k.", "г. Баку, ул. Гоголя", "Qala kəndi", "Nizami küçəsi kənd"),
    *("Dalan 3 Səbail", "Nizami küç m", "Nizami küç. s", "Bakı şəh.", "Bakı, Nizami"),
    *("г. Баку", "г.Баку", "ev", "2-ci alay", "Nizami, Bakı şəhəri", "d", "küç."),
    *("Гурбан Мамедов к.", "Баку, Гасым Меликов"),
)
_GAPS = (" ", ", ", ",", " - ", ";", ", ,")
_NUMBERS = (
    *("12", "12-5", "12 / 5", "12A", "12а", "ev 12", "ev 12, m. 5", "д. 12, кв. 5"),
    *("m.27", "12, 5", "d 12 m 5", "5 m", "ev 12 mənzil 5", "bina 3, ev 4"),
    *("korpus 2, ev 5", "kənd 5", "ev", "Vurğun 12", "küç. 7", "12 s", "с. 13"),
    *("Vurğun 12, m. 5", "m5", "ev5, m5", "12, Vurğun 5", "12 kənd", "r 4"),
)
_PARTS = ("settlement", "street_kind", "street", "house", "building", "flat")
ADDRESSES = st.lists(
    st.builds("".join, st.tuples(*map(st.sampled_from, (_STREETS, _GAPS, _NUMBERS)))),
    min_size=1,
    max_size=40,
)


@example(["Nizami küçəsi;12 / 5"])
@example(["küç. Nizami m5"])
@given(ADDRESSES)
def test_an_address_cut_in_two_reads_as_it_does_whole(addresses):
    """Street and numbers read apart give what the whole address gives, whatever is cut where."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(address_columns, "_WORTH_CUTTING", 0)
        found = address_columns.read_addresses(
            pa.array(addresses, pa.string()).dictionary_encode(), Profile.AZ
        )
    for row, text in enumerate(addresses):
        whole = read_address(text)
        parts = (whole.line, *(getattr(whole, name) for name in _PARTS))
        read = tuple(found[name][row].as_py() for name in ("address", *_PARTS))
        assert read == parts, text


@pytest.mark.parametrize(
    ("numbers", "is_plain", "may_follow", "is_bare"),
    [
        (" 12-5", True, True, True),
        (" ev 12, m. 5", True, True, True),
        (", korpus 2, ev 5", True, False, True),
        (", kənd 5", False, False, True),
        (", küç. 7", False, False, True),
        (", Vurğun 7", True, False, False),
        (", ev5", True, False, False),
    ],
)
def test_what_may_follow_a_street(numbers, is_plain, may_follow, is_bare):
    """Numbers with a word of a street or a place are not plain.

    Only house and flat may go without a comma.
    """
    found = read_numbers(numbers)
    told = (found.is_plain, found.may_follow, found.is_bare)
    assert told == (is_plain, may_follow, is_bare)


def test_every_number_of_a_street_has_its_own_house():
    """A list of many houses and few streets, blanks and all.

    Each row has its street, house and flat.
    """
    homes = list(product(range(40), range(3)))
    written = [f"Qala kəndi, Nizami küçəsi, ev {one}, m. {two}" for one, two in homes]
    table = normalize(normalizing.entries(address=[None, *written])).table
    expected = [("nizami", str(house), str(flat)) for house, flat in homes]
    assert said(table, "street", "house", "flat") == [(None, None, None), *expected]


@pytest.mark.parametrize("signs", ["xə№,", "Xҹ² ", "xİ&٣,\N{BULLET}\n"])
@pytest.mark.parametrize(
    "pattern",
    [
        r"x(?:[^\pL ]|$)",
        r"^\pL+$",
        r"(?i)\pL\s*[,&]\s*\pL|nə",
        r"(?i)^x\pL*(?:[^\pL]|$)",
    ],
)
def test_what_fits_a_pattern_with_all_letters_is_what_arrow_finds(pattern, signs):
    """A row with a sign that is no letter would be set aside, or a voter in a title missed."""
    words = ["".join(word) for size in range(4) for word in product(signs, repeat=size)]
    for texts in ([None, *words], [None], []):
        column = pa.array(texts, pa.string())
        found = pc.match_substring_regex(column, pattern).fill_null(fill_value=False)
        assert tables.fits(column, pattern).tolist() == found.to_pylist()
