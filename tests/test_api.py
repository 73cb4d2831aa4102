"""The public Python functions: a frame in, a frame out, whatever the headers and types."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import voterlist
from voterlist import schemas
from voterlist.errors import InputError, NotAFrameError, SettingsError
from voterlist.synth.generate import generate

TODAY = dt.date(2026, 2, 3)


@pytest.fixture(scope="module")
def people():
    """1,500 invented people as a pandas frame, with their truth."""
    made = generate(1500, constituencies=1, seed=4)
    return made.entries.to_pandas(), made.truth.to_pandas()


def test_the_example_of_the_documentation_is_true():
    """The three people in the module's docstring give the one pair it shows."""
    frame = pd.DataFrame(
        {
            "surname": ["Məmmədov", "МАМЕДОВ", "Əliyeva"],
            "given_name": ["Elşən", "ЭЛЬШАН", "Leyla"],
            "patronymic": ["Həsən oğlu", "ГАСАН ОГЛЫ", "Rauf qızı"],
            "birth_date": ["17.06.1985", "1985-06-17", "02.03.1990"],
        }
    )
    pairs = voterlist.find_duplicates(frame)
    assert pairs[["entry_l", "entry_r"]].to_numpy().tolist() == [["1", "2"]]
    assert pairs["probability"].iloc[0] > 0.95


def test_duplicates_are_found_and_ranked(people):
    """Most pairs put first by ``find_duplicates`` are one person by the truth."""
    frame, truth = people
    person = truth.set_index("entry_id").person_id
    pairs = voterlist.find_duplicates(frame)
    assert pairs.columns.tolist() == schemas.PAIR.names
    sure = pairs[pairs.probability >= 0.95]
    assert len(sure) > 10
    assert (sure.entry_l.map(person) == sure.entry_r.map(person)).mean() > 0.95
    assert pairs.probability.is_monotonic_decreasing


@pytest.mark.parametrize(
    "call",
    [
        voterlist.find_duplicates,
        voterlist.normalize,
        voterlist.linkage_features,
        partial(voterlist.check, on_day=TODAY),
    ],
    ids=["find_duplicates", "normalize", "linkage_features", "check"],
)
@pytest.mark.parametrize(
    "given", ["siyahi.csv", Path("siyahi.csv"), [{"surname": "x"}], None]
)
def test_what_is_no_frame_is_refused_in_words(call, given):
    """An error from inside would not say that a frame is needed, and how to get one."""
    with pytest.raises(NotAFrameError, match="pandas DataFrame is needed") as caught:
        call(given)
    assert isinstance(caught.value, TypeError)
    assert caught.value.todo in str(caught.value)
    assert "siyahi" not in str(caught.value)


def test_normalize_keeps_every_row_in_its_place(people):
    """One normalised row for each row of the frame, in the same order."""
    frame, _ = people
    found = voterlist.normalize(frame)
    assert found.columns.tolist() == schemas.VOTER.names
    assert found.entry_id.tolist() == frame.entry_id.tolist()


@pytest.mark.parametrize("index", ["entry_id", ["surname", "given_name"], ["sex"]])
def test_an_index_with_a_name_is_a_column(people, index):
    """``set_index("id")`` took the ids away: pairs named row numbers that no index has."""
    frame, _ = people
    found = voterlist.normalize(frame.set_index(index))
    assert_frame_equal(found, voterlist.normalize(frame))
    halves = frame.iloc[3:5].set_index("entry_id"), frame.set_index("entry_id")
    pairs = voterlist.find_matches(*halves)
    assert set(pairs.entry_l) <= set(halves[0].index)
    assert set(pairs.entry_r) <= set(halves[1].index)
    assert len(pairs) >= 2


def test_check_names_entries_and_never_their_cells(people):
    """Findings carry ids and codes; an age below 18 is found."""
    frame, _ = people
    young = frame.copy()
    young.loc[0, "birth_date"] = "01.02.2015"
    found = voterlist.check(young, on_day=TODAY)
    assert found.columns.tolist() == schemas.FINDING.names
    assert young.entry_id[0] in found[found.rule == "under-age"].entry_id.tolist()


def test_columns_are_named_by_the_caller():
    frame = pd.DataFrame(
        {
            "a": ["Smith", "Smith"],
            "b": ["Ann", "Ann"],
            "born": pd.to_datetime(["1980-05-12"] * 2),
            "no": [5, 5],
        }
    )
    columns = {
        "surname": "a",
        "given_name": "b",
        "birth_date": "born",
        "address": ["a", "no"],
    }
    assert voterlist.normalize(frame, columns, profile="generic").address.tolist() == [
        "smith 5",
        "smith 5",
    ]
    pairs = voterlist.find_duplicates(frame, columns, profile="generic")
    assert pairs[["birth_date_level", "address_level"]].to_numpy().tolist() == [
        ["same", "same"]
    ]


def test_a_wrong_column_and_a_frame_without_names_are_refused():
    """Errors say which column, and never a cell."""
    frame = pd.DataFrame({"x": ["Secret"]})
    with pytest.raises(SettingsError) as wrong:
        voterlist.normalize(frame, {"surname": "y"})
    with pytest.raises(InputError) as nameless:
        voterlist.find_duplicates(frame)
    assert "Secret" not in f"{wrong.value} {wrong.value.mistakes} {nameless.value}"


def test_recordlinkage_classifiers_fit_on_the_features(people):
    """The comparison table is what recordlinkage's classifiers take.

    One fitted on labels finds the true pairs.
    """
    import recordlinkage

    frame, truth = people
    table = voterlist.linkage_features(frame)
    person = truth.set_index("entry_id").person_id
    left, right = (table.index.get_level_values(level).map(person) for level in (0, 1))
    links = table.index[left == right]
    classifier = recordlinkage.LogisticRegressionClassifier()
    classifier.fit(table, links)
    assert recordlinkage.fscore(links, classifier.predict(table)) > 0.8


def test_an_empty_frame_gives_empty_frames():
    """No rows, no error."""
    frame = pd.DataFrame(
        {
            "surname": pd.Series([], dtype=object),
            "given_name": pd.Series([], dtype=object),
        }
    )
    assert voterlist.find_duplicates(frame).empty
    assert voterlist.normalize(frame).empty


@pytest.mark.parametrize(
    "first",
    ["voterlist.check", "voterlist.normalize.names"],
)
def test_the_functions_are_functions_whatever_was_imported_first(first):
    """``check`` and ``normalize`` are also packages.

    The public names are the functions all the same.
    """
    imports = f"import {first}, voterlist.pipeline, voterlist as v"
    code = f"{imports}; assert callable(v.check) and callable(v.normalize)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_the_examples_on_the_pages_run(page):
    """Every complete Python example of the README and of the API's page runs as it stands."""
    text = (Path(__file__).parents[1] / page).read_text(encoding="utf-8")
    examples = [
        code
        for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if "needs labels" not in code
    ]
    assert examples
    for code in examples:
        exec(compile(code, page, "exec"), {})  # noqa: S102 - the page is ours, and this is what it is for
