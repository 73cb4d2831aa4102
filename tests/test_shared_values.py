"""Rows that agree with another one, against a plain count of every value."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.arrays import repeated_places
from voterlist.persons import shared_values as module
from voterlist.persons.shared_values import agreeing, sharing, text_hashes

texts = (
    st.none()
    | st.text(max_size=20)
    | st.sampled_from(["5ZFQ2GH", "5ZFQ2GJ", "AZE12345678", "AZE12345679"])
)


def _plain(rows: list) -> tuple[list[int], dict]:
    """The rows whose value stands twice, and for each value its rows."""
    counts = Counter(row for row in rows if row is not None)
    places: dict = {}
    for at, row in enumerate(rows):
        if row is not None and counts[row] > 1:
            places.setdefault(row, []).append(at)
    return sorted(at for found in places.values() for at in found), places


def _groups(rows: np.ndarray, code: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(rows[code == one].tolist()) for one in set(code.tolist())}


@given(st.lists(texts, max_size=40), st.booleans(), st.integers(0, 3))
def test_texts_that_stand_twice_are_found_with_all_their_rows(values, encoded, cut):
    """The rows and groups must be those of a count of each text."""
    column = pa.array(values, pa.string())
    column = (column.dictionary_encode() if encoded else column)[cut:]
    rows, code = sharing(column)
    expected, places = _plain(values[cut:])
    assert rows.tolist() == expected
    assert _groups(rows, code) == {tuple(found) for found in places.values()}


def test_two_texts_of_one_hash_do_not_agree(monkeypatch):
    """Even where every hash is the same, only equal texts are put together."""
    monkeypatch.setattr(
        module, "text_hashes", lambda column: np.zeros(len(column), np.uint64)
    )
    rows, code = sharing(pa.array(["a", "b", None, "a", "c"]))
    assert rows.tolist() == [0, 3]
    assert code.tolist() == [0, 0]


@given(st.lists(st.tuples(*[st.integers(-1, 3)] * 7), max_size=60))
def test_rows_that_agree_in_all_columns_are_found(rows):
    """The rows and groups must be those of a count of whole rows."""
    columns = [
        np.array([row[place] for row in rows], dtype=np.int32) for place in range(7)
    ]
    found, code = agreeing(columns)
    expected, places = _plain([None if -1 in row else row for row in rows])
    assert found.tolist() == expected
    assert _groups(found, code) == {tuple(group) for group in places.values()}


def test_codes_too_wide_for_one_number_are_still_told_apart():
    """Five columns of up to two thousand million codes do not run over.

    Rows that differ in one do not agree.
    """
    wide = 2**31 - 1
    columns = [np.array([0, wide, wide, 0, wide]) for _ in range(4)]
    columns.append(np.array([wide, 1, 2, wide, 1]))
    rows, code = agreeing(columns)
    assert _groups(rows, code) == {(0, 3), (1, 4)}


@given(st.lists(st.text(max_size=30), max_size=30), st.integers(0, 3))
def test_a_text_has_the_hash_that_it_has_in_every_version(values, cut):
    """Every entry would get another id, and what was decided of it would be lost."""
    expected = pd.util.hash_array(np.array(values, object)[cut:], categorize=False)
    column = pa.array(values, pa.string())[cut:]
    assert text_hashes(column).tolist() == expected.tolist()


@pytest.mark.parametrize("length", range(1, 10))
def test_texts_of_one_length_that_differ_in_a_letter_have_other_hashes(length):
    """A letter more to the left or right of a text of up to nine makes another hash.

    Every byte is taken in.
    """
    values = [
        "x" * place + "y" + "x" * (length - place - 1) for place in range(length)
    ] + ["x" * length]
    assert len(set(text_hashes(pa.array(values)).tolist())) == length + 1


@given(st.lists(st.integers(0, 5), max_size=20))
def test_numbers_that_stand_twice_are_found(numbers):
    """Exactly the places of numbers that stand more than once, ascending."""
    assert (
        list(repeated_places(np.array(numbers, dtype=np.int64))) == _plain(numbers)[0]
    )
