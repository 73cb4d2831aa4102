"""Any frame, and any wrong use: a result, or an error that says what to do and quotes no cell."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import voterlist
from voterlist.config.sections import CheckSettings, LinkSettings, Settings
from voterlist.errors import (
    MapError,
    SettingsError,
    StageError,
    UsageError,
    VoterlistError,
)
from voterlist.spark import failures

TODAY = dt.date(2026, 2, 3)
TOKEN = "Zülmətqızı"  # noqa: S105  a name
"""Stands in cells; it may stand in no error."""
PEOPLE = {
    "surname": ["Məmmədov", "МАМЕДОВ", TOKEN],
    "given_name": ["Elşən", "ЭЛЬШАН", "Leyla"],
    "birth_date": ["17.06.1985", "1985-06-17", "02.03.1990"],
}
CALLS = {
    "find_duplicates": voterlist.find_duplicates,
    "normalize": voterlist.normalize,
    "check": partial(voterlist.check, on_day=TODAY),
    "linkage_features": voterlist.linkage_features,
    "left": lambda frame, *more, **words: voterlist.find_matches(
        frame, people(), *more, **words
    ),
    "right": lambda frame, *more, **words: voterlist.find_matches(
        people(), frame, *more, **words
    ),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def people(**columns):
    objects = {name: pd.Series(cells, dtype=object) for name, cells in columns.items()}
    return pd.DataFrame({**PEOPLE, **objects})


def told(error):
    """All that an error tells: its words, and those of what it came of."""
    words = []
    while error is not None:
        words += [str(error), repr(error), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return " ".join(words)


class Hostile:
    """An object that quotes itself in whatever it raises."""

    def __str__(self):
        raise ValueError(TOKEN)

    __repr__ = __str__
    __hash__ = None

    def __eq__(self, other):
        raise ValueError(TOKEN)


CELLS = st.one_of(
    st.just(TOKEN),
    st.text(max_size=12),
    st.text(st.characters(categories=["Cs", "Cc", "Lu"]), max_size=3),
    st.sampled_from([f"{TOKEN}\ud800", "\x00", TOKEN.encode(), b"\xff", np.str_(TOKEN)]),
    st.none(),
    st.sampled_from([pd.NA, pd.NaT, float("nan"), np.datetime64("NaT")]),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**30, max_value=10**40),
    st.floats(),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.builds(pd.Timestamp, st.dates(dt.date(1900, 1, 1)), tz=st.just("Asia/Baku")),
    st.sampled_from([pd.Period("2020-01"), pd.Interval(0, 1), np.float16(2), Hostile()]),
    st.sampled_from([[TOKEN], {TOKEN: TOKEN}, {TOKEN}, np.array([TOKEN]), pd.Series([TOKEN])]),
    st.sampled_from([np.datetime64("1985-06-17", "ns"), np.datetime64("-9999-01-01")]),
)  # fmt: skip
HEADERS = ("entry_id", "surname", "given_name", "birth_date", "document", "fin", "sex")
HEADERS += ("address", "constituency", "precinct", "number", "full_name", "city", "")


@st.composite
def frames(draw):
    """Frames of any cells below known and unknown headings, one column sometimes of one type."""
    rows = draw(st.integers(0, 4))
    names = draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=6))
    columns = []
    for _ in names:
        kind = draw(
            st.sampled_from([CELLS, CELLS, st.floats(), st.dates(), st.just(TOKEN)])
        )
        cells = draw(st.lists(kind, min_size=rows, max_size=rows))
        # One by one: pandas would take a list in a cell apart.
        column = np.empty(rows, dtype=object)
        for place, cell in enumerate(cells):
            column[place] = cell
        columns.append(pd.Series(column))
    frame = pd.concat(columns, axis=1)
    frame.columns = names
    return frame


@pytest.mark.parametrize("call", [name for name in CALLS if name != "left"])
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frame=frames())
def test_any_cells_give_a_result_or_an_error_without_them(call, frame):
    """An error of Arrow quotes the cell that it could not convert."""
    try:
        given_back = CALLS[call](frame)
    except VoterlistError as error:
        given_back = error
    if isinstance(given_back, pd.DataFrame):
        return
    assert TOKEN not in told(given_back)
    assert given_back.todo
    assert "failed inside" not in str(given_back)


@every_call
@pytest.mark.parametrize(
    "columns",
    [
        {
            "document": [1234567, f"AA9912345{TOKEN}", None],
            "birth_date": ["17.06.1985", pd.Timestamp("1990-03-02"), dt.date.max],
            "precinct": [1, f"2 {TOKEN}", 2.5],
            "sex": [True, None, TOKEN],
            "address": [[1, TOKEN], {"a": TOKEN}, TOKEN],
        },
        {
            "address": [f"\ud800{TOKEN}", 10**40, Hostile()],
            "entry_id": [uuid.UUID(int=number) for number in range(3)],
            "birth_date": list(pd.period_range("1985-06-17", periods=3)),
        },
    ],
)
def test_a_column_of_mixed_types_is_read(call, columns):
    """Lists of several sources have such columns: ids as numbers and as text, two kinds of date."""
    assert isinstance(call(people(**columns)), pd.DataFrame)


def test_a_cell_is_read_as_a_person_would_write_it():
    """1234567.0 and "1234567" are one document; a date is the same day in every type."""
    document = [1234567, 1234567.0, decimal.Decimal("1234567.00")]
    day = dt.date(1985, 6, 17)
    moments = [day, pd.Timestamp(day), np.datetime64("1985-06-17", "ns"), "17.06.1985"]
    moments += [pd.Period("1985-06-17"), pd.Timestamp(day, tz="Asia/Baku")]
    seen = voterlist.normalize(people(document=document)).document
    dates = {"surname": TOKEN, "birth_date": pd.Series(moments, dtype=object)}
    born = voterlist.normalize(pd.DataFrame(dates))
    blank = voterlist.normalize(people(document=[pd.NA, pd.NaT, float("nan")])).document
    as_text = voterlist.normalize(people(document=["1234567"] * 3)).document
    assert seen.tolist() == as_text.tolist() == [as_text.iloc[0]] * 3
    assert (
        born[["birth_year", "birth_month", "birth_day"]].drop_duplicates().shape[0] == 1
    )
    assert born.birth_year.iloc[0] == 1985
    assert blank.isna().all()


@pytest.mark.parametrize(
    "column",
    [
        pd.Categorical(["a", 1, None]),
        pd.PeriodIndex(["1985-06-17", "1990-03-02", "NaT"], freq="D"),
        pd.arrays.IntervalArray.from_tuples([(0, 1), (1, 2), (2, 3)]),
        pd.arrays.SparseArray([1, 0, 0]),
        np.array([1j, 2j, 3j]),
        np.array(["-0044-03-15", "1985-06-17", "12345-01-01"], dtype="datetime64[s]"),
        pd.array([1, None, 3], dtype="Int64"),
        np.array([1234567.0, np.nan, 2.0]),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_of_any_type_is_read(column):
    """A type that Arrow does not know is no reason to refuse a list."""
    assert len(voterlist.normalize(people().assign(address=column))) == 3


@every_call
@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ({"columns": ["surname"]}, MapError),
        ({"columns": "surname"}, MapError),
        ({"columns": {"surname": 1}}, MapError),
        ({"columns": {"surname": None}}, MapError),
        ({"columns": {1: "surname"}}, MapError),
        ({"columns": {"surname": [1]}}, MapError),
        ({"columns": people()}, MapError),
        ({"profile": "english"}, SettingsError),
        ({"profile": 3}, SettingsError),
        ({"profile": ["az"]}, SettingsError),
        ({"settings": "strict"}, SettingsError),
        ({"settings": {"review_probability": 2, "least_agee": 1}}, SettingsError),
        ({"settings": Settings()}, SettingsError),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, dict) else "",
)
def test_a_wrong_use_is_refused_in_words(call, words, kind):
    """A TypeError from inside would not say what to give instead."""
    if call is voterlist.normalize and "settings" in words:
        pytest.skip("it takes none")
    with pytest.raises(kind) as caught:
        call(people(), **words)
    assert caught.value.todo
    assert TOKEN not in told(caught.value)


@every_call
@pytest.mark.parametrize(
    "frame",
    [
        pd.concat([people(), people()], axis=1),
        people().set_axis(pd.MultiIndex.from_product([["x"], PEOPLE]), axis="columns"),
        people().set_axis([3, 4, 5], axis="columns"),
        people().set_axis([None, float("nan"), b"c"], axis="columns"),
        pd.DataFrame(),
        pd.DataFrame(index=[1, 2]),
    ],
    ids=["repeated", "levels", "numbers", "nameless", "empty", "no-columns"],
)
def test_a_frame_whose_columns_have_no_names_of_their_own_is_refused(call, frame):
    """Nobody can say which of two columns is meant, or what a number names."""
    with pytest.raises(VoterlistError) as caught:
        call(frame)
    assert caught.value.todo
    assert TOKEN not in told(caught.value)


@pytest.mark.parametrize("day", [None, "2026-02-03", 3, pd.NaT, np.datetime64("now")])
def test_a_day_that_is_no_date_is_refused(day):
    """An age cannot be counted at a text."""
    with pytest.raises(UsageError, match="date"):
        voterlist.check(people(), on_day=day)


@pytest.mark.parametrize(
    "comparisons",
    [
        {3: {"column": "x", "kind": "exact"}},
        {"x": {3: 4}},
        {"x": {"column": "birth_date", "kind": []}},
    ],
)
def test_wrong_comparisons_are_refused(comparisons):
    """A key or a kind of a strange type is a mistake like any other."""
    with pytest.raises(SettingsError) as caught:
        voterlist.find_duplicates(people(), comparisons=comparisons)
    assert caught.value.todo


@pytest.mark.parametrize("maps", [({},), ({}, {}, {})])
def test_a_tuple_of_maps_has_two(maps):
    """One map too few would be compared with nothing."""
    with pytest.raises(MapError):
        voterlist.find_matches(people(), people(), maps)


def test_settings_may_be_given_by_their_keys():
    """A caller need not know the classes of the settings."""
    bounds = {"kept_probability": 0.2, "largest_block": 500}
    given = voterlist.find_duplicates(people(), settings=bounds)
    same = voterlist.find_duplicates(people(), settings=LinkSettings(**bounds))
    assert given.equals(same)
    plain = voterlist.check(people(), on_day=TODAY)
    same = voterlist.check(people(), on_day=TODAY, settings=CheckSettings())
    off = {"rules": {rule: {"enabled": False} for rule in set(plain.rule)}}
    assert len(plain)
    assert same.equals(plain)
    assert voterlist.check(people(), on_day=TODAY, settings=off).empty


def test_what_arrow_says_beside_a_cluster_quotes_no_cell():
    """The driver reads what tasks made; an error of Arrow there would quote a cell too."""
    with pytest.raises(StageError) as caught, failures.tell_failures():
        pa.array([1, TOKEN], pa.int64())
    assert caught.value.code == "spark-failed"
    assert TOKEN not in told(caught.value)


@pytest.mark.parametrize("blank", [None, "", " ", float("nan")])
def test_a_blank_id_is_no_repeated_id(blank):
    """The number of a row without an id may be the id of another row."""
    found = voterlist.normalize(people(entry_id=["3", blank, blank]))
    assert found.entry_id.tolist() == ["3", "2", "row 3"]


def test_a_missing_argument_is_told_by_python():
    """A caller who leaves out the day is told so, and not that something failed inside."""
    with pytest.raises(TypeError, match="on_day"):
        voterlist.check(people())
