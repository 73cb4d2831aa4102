"""Linkage that goes on from an earlier one: the result is that of a linkage from the beginning, for less work."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage_lists import crowd, voters
from voterlist import schemas
from voterlist.config import LinkSettings
from voterlist.link import Memory, link
from voterlist.link.memory import NoMemoryError
from voterlist.model import Profile

NARROW = LinkSettings(largest_block=4, chunk_pairs=1000, kept_probability=0.0001)
"""Blocks of four at most: a few entries more and one is split, or cut."""

FIELDS = {
    "surname": st.sampled_from([None, "mamadov", "mamedov", "aliyev", "aliyeva", "huseynov"]),
    "given": st.sampled_from([None, "ali", "vali", "leyla", "mamadov", "leila"]),
    "patronymic": st.sampled_from([None, "hasan", "hasen", "h"]),
    "year": st.sampled_from([None, 1980, 1981]),
    "month": st.sampled_from([None, 1, 2]),
    "day": st.sampled_from([None, 1, 2]),
    "fin": st.sampled_from([None, None, "5ABC123", "5ABC124"]),
    "address": st.sampled_from([None, "nizami kuc 5 ev", "nizami kuc 7 ev", "fuzuli prospekti 12 34"]),
    "street": st.sampled_from([None, "nizami"]),
    "house": st.sampled_from([None, "5", "7"]),
    "constituency": st.sampled_from([None, 1, 2]),
    "precinct": st.sampled_from([None, 1, 2]),
    "list_kind": st.sampled_from(["permanent", "temporary"]),
}
persons = st.fixed_dictionaries(FIELDS)
ids = st.integers(0, 30).map("e{:02d}".format)
lists = st.dictionaries(ids, persons, max_size=16)
changes = st.dictionaries(ids, st.none() | persons, max_size=6)
"""What is handed in anew: an entry, for the first time or otherwise than before, or None: it is gone."""


def table(people, *, streets=True):
    """A VOTER table of people by entry id; without streets their addresses are compared as lines."""
    left_out = set() if streets else {"street", "house"}
    names = [name for name in FIELDS if name not in left_out] if people else []
    columns = {name: [person[name] for person in people.values()] for name in names}
    for name in ("constituency", "precinct"):
        if name in columns:
            columns[name] = pa.array(columns[name], pa.int32())
    return voters(entry_id=list(people), **columns)


def handed_in(people, changed):
    """The people after some were handed in anew."""
    return {name: person for name, person in (people | changed).items() if person is not None}


def assert_same(one, other):
    """Two linkages found the same, whatever each of them had to compare for it."""
    for name in ("pairs", "cases", "clusters"):
        assert getattr(one, name).equals(getattr(other, name), check_metadata=True), name
    for name in ("forecast", "candidates", "estimate", "chance"):
        assert getattr(one, name) == getattr(other, name), name
    for name, kept in one.memory.tables().items():
        assert kept.equals(other.memory.tables()[name]), name


@settings(max_examples=40, deadline=None)
@given(lists, st.lists(changes, min_size=1, max_size=3), st.sampled_from(Profile), st.booleans(), st.booleans())
def test_a_list_handed_in_anew_is_linked_as_if_it_were_the_first(people, submissions, profile, streets, narrow):
    """However often whichever entries are handed in anew, pairs, cases, clusters and memory are those of a full run."""
    chosen = NARROW if narrow else LinkSettings()
    known = link(table(people, streets=streets), chosen, profile=profile, remember=True).memory
    for changed in submissions:
        people = handed_in(people, changed)
        again = link(table(people, streets=streets), chosen, profile=profile, known=known, remember=True)
        full = link(table(people, streets=streets), chosen, profile=profile, remember=True)
        assert_same(again, full)
        plain = link(table(people, streets=streets), chosen, profile=profile)
        assert plain.pairs.equals(full.pairs, check_metadata=True)
        assert plain.cases.equals(full.cases)
        assert full.afresh == full.candidates == plain.candidates
        known = again.memory
