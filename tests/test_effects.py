"""What decisions do to the list: the law that nobody vanishes, and the balance of every list."""

from __future__ import annotations

import json
import random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deciding import (
    amendments_of,
    cases_of,
    decisions_of,
    entries_of,
    entry_id,
    given_amendments,
    given_verdicts,
    matches_of,
    subjects_of,
    unaccounted,
    unbalanced,
    vanished,
)
from voterlist.catalogue import entries as sentences
from voterlist.decisions import (
    REFUSAL_CODES,
    SKIP_CODES,
    Given,
    columns_for,
    effects,
    refused,
    standing,
)
from voterlist.decisions.balance import require_balance
from voterlist.errors import StageError
from voterlist.model import Action
from voterlist.schemas import ENTRY
from voterlist.tables import concat

A, B, C = (
    entry_id(name, precinct=place) for name, place in (("A", 1), ("B", 2), ("C", 3))
)
LIST = entries_of([(A, 88, 1), (B, 88, 2), (C, 88, 3)])
CASES = cases_of({"one": [A, B], "two": [B, C]})
KEEP_A = (("one", A, "keep"), ("one", B, "repeat"))


def strike(entry, ground="died", constituency=None, precinct=None):
    return {
        "entry_id": entry,
        "action": "strike",
        "ground": ground,
        "constituency": constituency,
        "precinct": precinct,
    }


def move(entry, precinct, constituency=88):
    place = {"constituency": constituency, "precinct": precinct}
    return {"entry_id": entry, "action": "move", "ground": "moved-away", **place}


def correct(entry, field, value):
    return {"entry_id": entry, "action": "correct", "field": field, "value": value}


def add(row, precinct=1, constituency=88):
    place = {"constituency": constituency, "precinct": precinct}
    return {"entry_id": row, "action": "add", "ground": "arrived", **place}


def done_by(verdicts=(), amendments=(), entries=LIST, **more):
    return effects(
        entries, CASES, decisions_of(*verdicts), amendments_of(*amendments), **more
    )


def applied(done):
    return {(row["entry_id"], row["action"]) for row in done.applied.to_pylist()}


def skipped(done):
    return {
        (row["entry_id"], row["answer"]): row["code"]
        for row in done.skipped.to_pylist()
    }


def test_without_decisions_every_entry_is_listed():
    done = done_by()
    assert (done.applied.num_rows, done.skipped.num_rows) == (0, 0)
    assert done.additions.schema == ENTRY
    assert [row["listed"] for row in done.balance.to_pylist()] == [1, 1, 1]


def test_a_repetition_leaves_the_list_and_the_kept_entry_stays():
    done = done_by(KEEP_A)
    assert applied(done) == {(B, "repeat")}
    (row,) = done.applied.to_pylist()
    assert (row["kept_entry_id"], row["from_precinct"], row["precinct"]) == (A, 2, 1)


@pytest.mark.parametrize("ground", ["died", "under-age", "not-citizen", "court"])
def test_who_is_struck_for_good_takes_the_repetitions_along(ground):
    """Somebody who died would stay on the list by another entry of theirs."""
    done = done_by(KEEP_A, [strike(A, ground)])
    assert applied(done) == {(A, "strike"), (B, "strike")}
    of_repetition = next(
        row for row in done.applied.to_pylist() if row["entry_id"] == B
    )
    assert (of_repetition["ground"], of_repetition["kept_entry_id"]) == (ground, A)


def test_a_repetition_stays_where_the_kept_entry_was_struck_as_moved():
    """The person would be on no list of those that speak of them."""
    done = done_by(KEEP_A, [strike(A, "moved-away", 12, 4)])
    assert applied(done) == {(A, "strike")}
    assert skipped(done) == {(B, "repeat"): "kept-struck"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (strike(A, "moved-away"), "place-missing"),
        (strike(A, "moved-away", 88), "place-missing"),
        (strike(A, None), "ground-missing"),
        (strike(A, "by-name"), "ground-missing"),
        (strike(A, "moved-away", 88, 2), "not-kept-there"),
        (strike(A, "separate-list", 88, 2), "not-kept-there"),
        (strike(entry_id("gone")), "entry-gone"),
        (strike(entry_id("other", constituency=7)), "list-missing"),
        (move(A, None), "place-missing"),
        (move(A, 99), "place-unknown"),
        (move(A, 1, constituency=12), "place-unknown"),
        (move(A, 1), "already-there"),
        (move(entry_id("gone"), 2), "entry-gone"),
        (correct(A, "entry_id", "x"), "field-unknown"),
        (correct(A, "fin", None), "no-change"),
        (correct(entry_id("gone"), "fin", "1"), "entry-gone"),
        (add("arrivals:x"), "subject-missing"),
        (add("arrivals:known", None), "place-missing"),
        (add("arrivals:known", 77), "place-unknown"),
        (add("arrivals:met"), "already-listed"),
        (add("arrivals:listed"), "already-listed"),
    ],
)
def test_what_does_nothing_says_why(row, code):
    """A decision would be lost in silence, or take a person off every list."""
    entries = entries_of(
        [
            {"entry_id": A, "constituency": 88, "precinct": 1},
            {"entry_id": B, "constituency": 88, "precinct": 2, "fin": "5xk 1234"},
        ]
    )
    fins = {"known": "5XK9999", "met": "5XK8888", "listed": "5XK1234"}
    subjects = subjects_of(
        {f"arrivals:{name}": json.dumps({"fin": fin}) for name, fin in fins.items()}
    )
    matches = matches_of(("arrivals:met", A, "confirmed", "names"))
    done = done_by((), [row], entries, subjects=subjects, matches=matches)
    assert skipped(done) == {(row["entry_id"], row["action"]): code}
    assert applied(done) == set()


def test_who_moved_within_the_territory_may_be_struck_where_a_case_keeps_them():
    done = done_by(
        (("one", A, "keep"), ("one", B, "keep")), [strike(A, "moved-away", 88, 2)]
    )
    assert applied(done) == {(A, "strike")}
    both = [strike(A, "moved-away", 88, 2), strike(B, "moved-away", 88, 1)]
    done = done_by((("one", A, "keep"), ("one", B, "keep")), both)
    assert applied(done) == set(), "each would hold the other, and both would go"
    moved = done_by(
        (("one", A, "keep"), ("one", B, "keep")),
        [strike(A, "moved-away", 88, 2), move(B, 3)],
    )
    assert applied(moved) == {(B, "move")}, (
        "the other entry does not stand there any more"
    )
    other = done_by(
        (("one", A, "separate"), ("one", B, "keep")), [strike(A, "moved-away", 88, 2)]
    )
    assert applied(other) == set(), "the entry there is of another person"


def test_a_move_and_a_correction_are_done():
    done = done_by((), [move(A, 2), correct(A, "surname", "Rzayev")])
    assert applied(done) == {(A, "move"), (A, "correct")}
    assert [
        (row["precinct"], row["moved_out"], row["moved_in"], row["listed"])
        for row in done.balance.to_pylist()
    ] == [(1, 1, 0, 0), (2, 0, 1, 2), (3, 0, 0, 1)]
    correction = next(
        row for row in done.applied.to_pylist() if row["action"] == "correct"
    )
    assert (correction["written"], correction["value"]) == (None, "Rzayev")
    assert (correction["from_precinct"], correction["precinct"]) == (1, 2)


def test_what_else_was_decided_of_an_entry_that_left_does_nothing():
    """One entry would be counted as struck and as repeated, or moved and not there."""
    done = done_by(KEEP_A, [strike(B), correct(B, "fin", "1")])
    assert applied(done) == {(B, "strike")}
    assert skipped(done) == {
        (B, "repeat"): "left-already",
        (B, "correct"): "left-already",
    }
    assert skipped(done_by(KEEP_A, [move(B, 3)])) == {(B, "move"): "left-already"}


def test_an_added_person_stands_in_the_additions_as_corrected():
    subjects = subjects_of(
        {
            "arrivals:x": '{"surname": "Quliyev", "fin": "5XK1", "number": "7"}',
            "newly:y": '{"surname": "Kuliyev", "fin": "5xk1"}',
        }
    )
    rows = [
        add("arrivals:x", 2),
        correct("arrivals:x", "given_name", "Emin"),
        add("newly:y"),
    ]
    done = done_by((), rows, subjects=subjects)
    (person,) = done.additions.to_pylist()
    assert (person["surname"], person["given_name"], person["precinct"]) == (
        "Quliyev",
        "Emin",
        2,
    )
    assert (person["source"], person["line"], person["number"]) == ("decision", 0, None)
    assert skipped(done) == {("newly:y", "add"): "added-twice"}
    assert sum(row["added"] for row in done.balance.to_pylist()) == 1


def test_a_question_to_the_precinct_does_nothing():
    done = done_by((), [{"entry_id": A, "action": "ask", "due": "2026-03-01"}])
    assert (done.applied.num_rows, done.skipped.num_rows) == (0, 0)


def test_only_the_columns_that_are_needed_are_read():
    """Of a list of millions every column would be decoded for one correction."""
    assert columns_for(amendments_of()).names == [
        "entry_id",
        "constituency",
        "precinct",
        "list_kind",
    ]
    amendments = amendments_of(correct(A, "surname", "x"), add("arrivals:x"))
    columns = columns_for(amendments)
    assert set(columns.names) >= {"surname", "fin"}
    done = effects(LIST.select(columns.names), CASES, decisions_of(*KEEP_A), amendments)
    assert (B, "repeat") in applied(done)


@pytest.mark.parametrize(
    "column", ["struck", "repeated", "moved_in", "added", "listed"]
)
def test_a_balance_that_breaks_stops_the_run(column):
    """A person who fell out of the numbers would fall off the list unseen."""
    balance = done_by(KEEP_A, [move(C, 1)]).balance
    place = balance.schema.get_field_index(column)
    numbers = [*balance.column(column).to_pylist()]
    numbers[0] += 1
    wrong = balance.set_column(
        place, balance.schema.field(column), pa.array(numbers, pa.int64())
    )
    require_balance(balance)
    with pytest.raises(StageError) as caught:
        require_balance(wrong)
    assert (caught.value.code, caught.value.places["place"]) == (
        "list-unbalanced",
        "88/1",
    )


def test_every_code_has_its_sentences():
    """What is skipped or refused would be told by its code alone."""
    # These are said by the check of answers as well, in words of its own file.
    elsewhere = {"already-there", "entry-gone", "ground-missing"}
    keys = [f"review.skipped.{code}" for code in SKIP_CODES]
    keys += [
        f"review.problem.{code}.{part}"
        for code in sorted({*REFUSAL_CODES} - elsewhere)
        for part in ("title", "todo")
    ]
    missing = [
        key for key in keys if not {"en", "az"} <= sentences().get(key, {}).keys()
    ]
    assert missing == []


# The law


NAMES = [entry_id(name, precinct=place) for place, name in enumerate("ABCDEF", 1)]
SMALL = entries_of([(one, 88, place % 3 + 1) for place, one in enumerate(NAMES[:5])])
GROUPS = {"one": NAMES[:2], "two": NAMES[1:4], "three": [NAMES[0], NAMES[4], NAMES[5]]}
VERDICTS = st.fixed_dictionaries(
    {
        (case, entry): st.sampled_from([None, "keep", "repeat", "repeat", "separate"])
        for case, entries in GROUPS.items()
        for entry in entries
    }
)
PLACES = st.sampled_from([(None, None), (88, 1), (88, 2), (88, 3), (88, 9), (12, 1)])
GROUNDS = st.sampled_from(
    ["died", "court", "moved-away", "moved-away", "separate-list", None]
)
DONE = st.none() | st.tuples(
    st.sampled_from(["strike", "strike", "move"]), GROUNDS, PLACES
)
AMENDED = st.fixed_dictionaries({entry: DONE for entry in NAMES})
CORRECTED = st.sets(st.sampled_from(NAMES))


@given(VERDICTS, AMENDED, CORRECTED, st.randoms(use_true_random=False))
def test_nobody_vanishes_and_every_decision_is_accounted_for(
    verdicts, amended, corrected, chance
):
    """Whatever holds: no person is on no list without a ground, and every list balances."""
    cases = cases_of(GROUPS)
    said = [(*key, verdict) for key, verdict in verdicts.items() if verdict]
    rows = [
        {
            "entry_id": entry,
            "action": one[0],
            "ground": one[1],
            "constituency": one[2][0],
            "precinct": one[2][1],
        }
        for entry, one in amended.items()
        if one
    ]
    rows += [correct(entry, "surname", "x") for entry in sorted(corrected)]
    decisions, amendments = decisions_of(*said), amendments_of(*rows)
    done = effects(SMALL, cases, decisions, amendments)
    assert vanished(SMALL, cases, decisions, amendments, done) == []
    assert unbalanced(SMALL, done) == []
    assert unaccounted(decisions, amendments, done) == []
    assert {row["code"] for row in done.skipped.to_pylist()} <= {*SKIP_CODES}
    chance.shuffle(said)
    chance.shuffle(rows)
    again = effects(SMALL, cases, decisions_of(*said), amendments_of(*rows))
    assert again == done, "the order of decisions counts"
