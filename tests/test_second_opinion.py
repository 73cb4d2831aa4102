"""The second opinion: a classifier fitted on what people decided, beside the model."""

from __future__ import annotations

import random

import pytest

from voterlist.link.comparisons import SHIPPED
from voterlist.link.labels import CASES, PAIRS, Decided
from voterlist.link.recordlinkage import FEWEST_LABELS, second_opinion
from voterlist.review import queue
from voterlist.schemas import CASE, DECISION, PAIR, empty
from voterlist.tables import from_columns


def table(rows, schema):
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return from_columns(columns, schema, len(rows))


def pair(number, is_alike, probability):
    """A pair whose every comparison is of the strongest level, or of the weakest."""
    levels = {
        f"{one.field}_level": one.words[0] if is_alike else "differs" for one in SHIPPED
    }
    return {
        "entry_l": f"088-0001-{number:04}a",
        "entry_r": f"088-0001-{number:04}b",
        "weight": 1.0,
        "probability": probability,
        "kind": "same-precinct",
        "match_key": "name",
        **levels,
    }


def case(number):
    """CASE of the pair of this number."""
    return [
        {
            "case_id": f"c{number:04}",
            "entry_id": f"088-0001-{number:04}{end}",
            "kind": "same-precinct",
            "role": "question",
            "reason": "chance-possible",
            "weight": 1.0,
            "probability": 0.9,
        }
        for end in "ab"
    ]


OPEN = {1000: (True, 0.9), 1001: (False, 0.9), 1002: (True, 0.3), 1003: (False, 0.3)}
"""The open cases: whether their entries are alike, and what the model says."""


def asked(labels, order=None, apart=3):
    """The second opinion after so many labels; each third pair is two people, and looks so."""
    known = [pair(number, number % apart > 0, 0.7) for number in range(labels)]
    rows = known + [pair(number, *one) for number, one in OPEN.items()]
    if order is not None:
        random.Random(order).shuffle(rows)  # noqa: S311  no secret
    decided = [
        {
            "entry_l": one["entry_l"],
            "entry_r": one["entry_r"],
            "is_same": place % apart > 0,
        }
        for place, one in enumerate(known)
    ]
    numbers = [*range(labels), *OPEN]
    closed = [row for number in range(labels) for row in case(number)]
    cases = [row for number in numbers for row in case(number)]
    return second_opinion(
        table(rows, PAIR),
        table(cases, CASE),
        Decided(table(decided, PAIRS), table(closed, CASES)),
    )


def test_it_is_asked_about_the_open_cases_once_there_are_labels_enough():
    assert asked(FEWEST_LABELS - 1).num_rows == 0
    differs = {
        row["case_id"]: row["differs"] for row in asked(FEWEST_LABELS).to_pylist()
    }
    assert differs == {
        "c1000": False,
        "c1001": True,
        "c1002": True,
        "c1003": False,
    }


@pytest.mark.parametrize("apart", [1, 40], ids=["none alike", "seven apart"])
def test_labels_that_are_nearly_all_alike_teach_nothing(apart):
    """A classifier that has seen hardly any stranger would call everybody one person."""
    assert asked(FEWEST_LABELS, apart=apart).num_rows == 0


def test_the_order_of_the_pairs_changes_nothing():
    assert asked(FEWEST_LABELS, order=7).equals(asked(FEWEST_LABELS))


def test_without_decisions_there_is_none():
    nothing = second_opinion(empty(PAIR), empty(CASE), Decided())
    assert nothing.num_rows == 0


def test_where_the_two_differ_is_asked_first():
    """The cases that tell most would wait behind a thousand plain ones."""
    cases = table([row for number in range(4) for row in case(number)], CASE)
    asked_in_order = queue(cases, empty(DECISION), first=["c0002"])
    ids = list(dict.fromkeys(asked_in_order.column("case_id").to_pylist()))
    assert ids == ["c0002", "c0000", "c0001", "c0003"]


def test_every_level_has_a_likeness():
    """A level that the classifier does not know would stop the run."""
    for one in SHIPPED:
        assert len(one.words) == len(one.likenesses)
        assert "missing" in one.words
