"""What a run says when it has ended, from the numbers alone."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voterlist.model import FURNITURE, AsideCode
from voterlist.pipeline.outcome import unread_constituencies
from voterlist.pipeline.running import DecisionsStanding, RunResult, Trouble
from voterlist.schemas import SET_ASIDE
from voterlist.tables import from_columns

CODES = st.sampled_from(list(AsideCode))
NOT_UNDERSTOOD = (
    AsideCode.HEADER_UNKNOWN,
    AsideCode.MAPPING_DOUBTFUL,
    AsideCode.LOOKS_LIKE_REGISTER,
)


def result(**known):
    """A run of two files in which nothing happened but what is given."""
    nothing = {field.name: () for field in dataclasses.fields(RunResult)}
    quiet = {
        "files": 2,
        "set_aside_by_code": {},
        "clock_behind": None,
        "decided": DecisionsStanding(),
    }
    return RunResult(**nothing | quiet | known)


@example({})
@example({AsideCode.BLANK_ROW: 3})
@example({AsideCode.BLANK_ROW: 3, AsideCode.SAME_ENTRY: 1, AsideCode.NO_LIST: 0})
@given(st.dictionaries(CODES, st.integers(0, 2)))
def test_a_row_set_aside_asks_for_a_person_unless_it_is_furniture(counts):
    """A good list would ask for somebody, or a row be left out and nobody be asked."""
    asks = any(counts[code] for code in counts.keys() - FURNITURE)
    assert result(set_aside_by_code=counts).exit_code == int(asks)


@pytest.mark.parametrize(
    ("unread", "code"),
    [
        ([], 0),
        (["inbox/1.csv"], 1),
        (["reference/deaths.csv", "inbox/1.csv"], 1),
        (["inbox/1.csv", "inbox/2.csv"], 3),
    ],
)
def test_three_is_for_a_run_that_could_read_no_list(unread, code):
    """A script would go on after a run that read nothing, or stop after one that read a list."""
    troubles = tuple(Trouble(name, None, "file-unreadable") for name in unread)
    assert result(troubles=troubles).exit_code == code


@pytest.mark.parametrize("name", ["contested_cases", "contested_entries"])
def test_what_is_contested_asks_for_a_person(name):
    """Two people disagree, and a script would go on with a list of which neither is true."""
    assert result(decided=DecisionsStanding(**{name: 1})).exit_code == 1
    assert result(decided=DecisionsStanding(holding=9, changed=2)).exit_code == 0


ROWS = st.lists(
    st.tuples(st.none() | st.integers(1, 3), CODES, st.integers(0, 2)), max_size=6
)


@example([(1, AsideCode.FILE_UNREADABLE, 0), (2, AsideCode.HEADER_UNKNOWN, 3)])
@example([(1, AsideCode.DUPLICATE_FILE, 0), (None, AsideCode.FILE_EMPTY, 0)])
@given(ROWS)
def test_a_constituency_is_unread_by_a_file_or_by_a_list_not_understood(rows):
    """The cases of a constituency would go because a list of it could not be read."""
    columns = {
        "constituency": [place for place, _, _ in rows],
        "code": [code.value for _, code, _ in rows],
        "line": [line for _, _, line in rows],
    }
    table = from_columns(columns, SET_ASIDE, len(rows))
    unread = {
        place
        for place, code, line in rows
        if code in NOT_UNDERSTOOD
        or (line == 0 and code is not AsideCode.DUPLICATE_FILE)
    }
    assert unread_constituencies(table) == unread
