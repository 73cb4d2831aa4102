"""The whole linkage in parts, without a cluster: its steps are made in this process."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from voterlist.config.sections import LinkSettings
from voterlist.ingest.generic import table_intake
from voterlist.link import link
from voterlist.link.encode import COMPARED
from voterlist.link.types import Watch
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.spark.engine import Wanted, link_on_spark
from voterlist.spark.exchange import batches_of, of_kind, parcels_of, work_parcels
from voterlist.spark.reading import Rows
from voterlist.synth.generate import generate


class Here:
    """A step as ``Step`` is, of parcels that stay in this process."""

    def __init__(self, parcels):
        self.parcels = parcels_of(batches_of(parcels))

    def each(self, _stage, work):
        """What work makes of the parcels of each addressee."""
        return Here(work_parcels(self.parcels, work))

    def delivered(self, _tasks):
        """The same: each parcel knows its task."""
        return self

    def union(self, other):
        """The parcels of both."""
        return Here(self.parcels + other.parcels)

    def of_kind(self, *kinds):
        """The parcels of these kinds."""
        return Here([parcel for parcel in self.parcels if parcel.kind in kinds])

    def told(self, kind):
        """The parcels of one kind, in the order of their senders."""
        found = of_kind(self.parcels, kind)
        return sorted(found, key=lambda parcel: (parcel.sender, parcel.addressee))

    def sizes(self, kind):
        """How much is in each parcel of one kind."""
        return [parcel.rows for parcel in of_kind(self.parcels, kind)]


class StepsHere:
    """Keeps the steps, and sends parcels."""

    def kept(self, step):
        """The same: nothing is made twice here."""
        return step

    def sent(self, parcels):
        """A step of these parcels."""
        return Here(parcels)


class RowsHere:
    """The rows of a table, as three tasks read them."""

    def __init__(self, table):
        self.table = table
        self.rows = len(table)

    def mapped(self, _step, columns, work):
        """What work makes of the rows of each task."""
        many = -(-self.rows // 3)
        return Here(
            parcel
            for task in range(3 if self.rows else 0)
            if len(rows := self.table.slice(task * many, many))
            for parcel in work(task, rows.select(columns))
        )


def voters(size, profile=Profile.AZ, *without):
    """VOTER of an invented list in any order, with nothing in some columns."""
    entries = table_intake(generate(size, constituencies=1, seed=3).entries).entries
    table = normalize(entries, profile).table.select(COMPARED)
    for name in without:
        place = table.schema.get_field_index(name)
        column = table.schema.field(place)
        table = table.set_column(place, column, pa.nulls(len(table), column.type))
    return table.take(pa.array(np.random.default_rng(5).permutation(len(table))))


def repeated(table, times):
    """Each entry so many times, under ids of their own."""
    every = pa.concat_tables([table] * times)
    ids = pa.array([f"r{number:05}" for number in range(len(every))])
    return every.set_column(0, table.schema.field(0), ids)


STREETS = ("street", "house", "flat")
LISTS = {
    "small-blocks": lambda: (voters(1_000), Profile.AZ, 25),
    "no-identifiers": lambda: (
        voters(1_000, Profile.AZ, "fin", "document"),
        Profile.AZ,
        2_000,
    ),
    "lines": lambda: (
        voters(500, Profile.GENERIC, *STREETS),
        Profile.GENERIC,
        400,
    ),
    "many-entries-a-person": lambda: (repeated(voters(200), 3), Profile.AZ, 2_000),
    "one-entry": lambda: (voters(200).slice(0, 1), Profile.AZ, 2_000),
    "nobody": lambda: (voters(200).slice(0, 0), Profile.AZ, 2_000),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_in_parts_is_linked_as_the_whole_list_is(name):
    """Two truths of one list: what a cluster says would depend on how the list is dealt."""
    table, profile, limit = LISTS[name]()
    settings = LinkSettings(largest_block=limit, chunk_pairs=5_000)
    wanted = Wanted(Rows(profile), settings)
    there = link_on_spark(StepsHere(), RowsHere(table), wanted, Watch())
    here = link(table, settings, profile=profile)
    assert here.pairs.num_rows or len(table) < 2
    for field in ("pairs", "cases", "clusters"):
        assert getattr(here, field).equals(getattr(there, field), check_metadata=True)
    for field in ("forecast", "candidates", "estimate", "doubts", "chance", "added"):
        assert getattr(here, field) == getattr(there, field), field
    for field, bits in here.term_frequencies.items():
        assert bits.tolist() == there.term_frequencies[field].tolist(), field
    assert here.fitted.levels().equals(there.fitted.levels())
