"""What the ladder of carelessness counts, on pairs made by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

import ladder
from voterlist.link.fit import evaluate
from voterlist.synth.people import People

KIND = ladder.Kind(4, 3, identifiers=True)
TRUTH = pa.table(
    {
        "entry_id": list("abcdef"),
        "person_id": ["p0", "p0", "p1", "p1", "p2", "p3"],
        "done": [
            None,
            "moved-within+typed-ascii+typing-surname",
            "typed-russian",
            "same-precinct+birth-decade+birth-month",
            None,
            None,
        ],
    }
)


SAID = {
    f"{name}{end}": share
    for name, share in (("precision", 0.5), ("recall", 0.25))
    for end in ("", "_low", "_high")
}


def people():
    """Twins (0, 1), a relative of theirs (2), and a namesake (3) of the first."""
    ones = np.ones(4, np.int64)
    return People(
        household=np.array([0, 0, 0, 1]),
        female=ones == 0,
        stem=ones,
        form=ones,
        given=np.array([5, 6, 7, 5]),
        father=ones,
        born=np.array([9, 9, 8, 9]),
    )


def linked(rows):
    left, right, probability = zip(*rows, strict=True) if rows else ((), (), ())
    weight = pa.array(probability, pa.float64())
    pairs = pa.table(
        {
            "entry_l": pa.array(left, pa.string()),
            "entry_r": pa.array(right, pa.string()),
            "weight": weight,
            "probability": weight,
        }
    )
    told = ladder._told(pairs, TRUTH, people())
    return ladder.Linked(TRUTH.num_rows, evaluate(pairs, TRUTH), told, SAID, 1.0)


ROWS = [
    ("b", "a", 0.97),
    ("a", "c", 0.96),
    ("a", "e", 0.999),
    ("c", "e", 0.2),
    ("a", "f", 1.0),
    ("e", "f", 0.99),
]


def cells(row):
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_a_true_pair_that_no_key_brings_is_counted_as_lost():
    """Of two true pairs one is a candidate: candidate recall is a half."""
    row = cells(ladder.row("x", [linked(ROWS)]))
    assert row[7] == "0.5000"
    assert row[8] == "0.5000 (0.5000-0.5000), 0.2500 (0.2500-0.2500)"
    assert row[9] == "1.00"


def test_false_pairs_are_told_by_who_the_people_are():
    """One of twins, of relatives, of namesakes and of others, at the threshold and above."""
    row = cells(ladder.row("x", [linked(ROWS)]))
    assert row[10] == " ".join([f"{1e5 / 6:.1f}"] * 4)


def test_what_is_lost_is_told_by_its_slips():
    """The lost pair stands under each of its slips, and under its fields, once for each slip."""
    rows = [cells(row)[1:] for row in ladder.lost_rows(KIND, "x", [linked(ROWS)])]
    assert rows == [
        ["birth-decade", "1", "1", "0"],
        ["birth-month", "1", "1", "0"],
        ["same-precinct", "1", "1", "0"],
        ["date+date+same-precinct", "1", "1", "0"],
    ]


def test_a_pair_below_the_threshold_is_compared_and_not_found():
    """A pair that the engine doubts is no pair without a key."""
    rows = [
        cells(row)[1:]
        for row in ladder.lost_rows(KIND, "x", [linked([("a", "b", 0.5)])])
    ]
    assert ["moved+surname", "1", "0", "1"] in rows


def test_numbers_count_only_where_the_list_has_them():
    """A slip in a number that was taken out of the list loses no pair."""
    without = ladder.Kind(4, 3, identifiers=False)
    slips = ["fin-damaged", "typing-given-name"]
    assert ladder._fields(KIND, slips) == ["given name", "number"]
    assert ladder._fields(without, slips) == ["given name"]


def test_a_band_tells_what_is_expected_and_what_is_right():
    """Each pair is counted in one band; of 0.97 and 0.96 one is right."""
    row = cells(ladder.band_row("x", [linked(ROWS)]))
    assert row[1:] == [
        "0",
        "2: 0.9650, 0.5000",
        "1: 0.9900, 0.0000",
        "2: 0.9995, 0.0000",
    ]


@pytest.mark.parametrize("identifiers", [True, False])
def test_an_invented_list_is_that_of_the_command(identifiers):
    """The list has the people of its truth, and numbers where they are wanted."""
    made = ladder.invent(ladder.Kind(300, 2, identifiers), seed=3)
    assert ("fin" in made.entries.column_names) == identifiers
    persons = {int(person[1:]) for person in made.truth.column("person_id").to_pylist()}
    assert len(persons) == len(made.people) == 300


def test_no_pair_at_all_is_counted():
    """A linkage that brings nobody together has a row too."""
    row = cells(ladder.row("x", [linked([])]))
    assert row[7] == "0.0000"
    assert cells(ladder.band_row("x", [linked([])]))[1:] == ["0"] * 4
