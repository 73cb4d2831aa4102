"""What tasks on a cluster do, without a cluster: a list in parts is read as the whole list is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from voterlist.arrays import unpack_pairs
from voterlist.ingest.generic import table_intake
from voterlist.link import ranges
from voterlist.link.block import build_all
from voterlist.link.comparisons import SHIPPED, with_added
from voterlist.link.comparisons.base import Pairs
from voterlist.link.encode import COMPARED, LINKED, encode
from voterlist.link.keys import Key, keys, together
from voterlist.link.part import cut, encode_part, join_parts, part
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.schemas import require
from voterlist.spark import counting
from voterlist.spark.blocking import (
    Blocking,
    distinct_pairs,
    forecast_of,
    large_of,
)
from voterlist.spark.exchange import Parcel, of_kind
from voterlist.synth.generate import generate
from voterlist.tables import sort_by

PARTS = 3
TASKS = 4
LIMIT = 2
"""Entries in a block: so few that blocks are split and cut."""


class InParts:
    """A list in parts, each with the counts of the whole list."""

    def __init__(self, size, profile, *, lines=False, added=()):
        entries = table_intake(generate(size, constituencies=1, seed=4).entries).entries
        voters = normalize(entries, profile).table.select(COMPARED)
        for name in ("street", "house", "flat") if lines else ():
            place = voters.schema.get_field_index(name)
            nothing = pa.nulls(len(voters), voters.schema.field(place).type)
            voters = voters.set_column(place, voters.schema.field(place), nothing)
        voters = sort_by(voters, "entry_id")
        given_names = voters.column("given_skeleton").cast(pa.string())
        columns = dict.fromkeys(added, given_names)
        self.whole_list = encode(require(voters, LINKED, "link"), columns, profile)
        self.starts = np.linspace(0, len(voters), PARTS + 1).astype(np.int64)
        # Under the profile generic those that block no entries are keys beside a name.
        self.added = dict.fromkeys(added, profile is Profile.AZ)
        self.keys = keys(profile, len(voters), LIMIT, self.added)
        plain = [
            encode_part(
                voters.slice(start, stop - start),
                {
                    name: column.slice(start, stop - start)
                    for name, column in columns.items()
                },
                profile,
            )
            for start, stop in zip(self.starts[:-1], self.starts[1:], strict=True)
        ]
        summaries = [counting.summary(tables) for tables in plain]
        self.whole = counting.whole_of(summaries, len(voters), profile, added)
        asked = [
            counting.ask(tables, self.whole, int(start))
            for tables, start in zip(plain, self.starts, strict=False)
        ]
        answers, told = self._answered(asked)
        self.whole = counting.with_stats(self.whole, told, by_person=False)
        self.parts = [
            counting.count_part(tables, self.whole, int(start), of_part, PARTS)
            for tables, start, of_part in zip(plain, self.starts, answers, strict=False)
        ]
        if self.whole.has_lines:
            answers, _ = self._answered([counting.ask_lines(one) for one in self.parts])
            self.parts = [
                counting.with_lines(one, self.whole, of_part, PARTS)
                for one, of_part in zip(self.parts, answers, strict=True)
            ]

    def _answered(self, asked):
        """(the answers to each part, what the tasks tell)."""
        questions = {task: [] for task in range(PARTS)}
        for number, one in enumerate(asked):
            for task, tables in counting.to_tasks(one, PARTS):
                parcel = Parcel(task, "question", number, 0, tables)
                questions[task].append(parcel)
        made = [
            parcel
            for task, parcels in questions.items()
            for parcel in counting.answer(task, parcels, self.whole.profile)
        ]
        told = [one.tables for one in of_kind(made, "stats")]
        answers = of_kind(made, "answer")
        return [
            [one for one in answers if one.addressee == number]
            for number in range(PARTS)
        ], told

    @property
    def blocking(self):
        """How it is dealt to tasks."""
        return Blocking(self.whole, self.keys, LIMIT, TASKS)


@pytest.fixture(scope="module", params=["streets", "lines", "generic"])
def in_parts(request):
    """Lists of three kinds: addresses in parts, as lines, and the other profile's keys."""
    profile = Profile.GENERIC if request.param == "generic" else Profile.AZ
    size = 900 if profile is Profile.GENERIC else 5_000
    added = ("town", "work") if profile is Profile.GENERIC else ()
    return InParts(size, profile, lines=request.param != "streets", added=added)


def test_pairs_of_parts_compare_as_in_the_whole_list(in_parts):
    """Else a name would be rarer, or a number another one, where a task holds few entries."""
    _compare_as_there(in_parts, SHIPPED)


OWN_NAMES = ("stem", "id", "house", "year", "position", "village", "entries", "dates")
"""Names of added comparisons that columns of a part have too."""


def test_an_added_comparison_may_have_the_name_of_a_column_of_a_part():
    """Else its values would stand where the stems or the ids were, and pairs be lost."""
    in_parts = InParts(2_000, Profile.AZ, added=OWN_NAMES)
    _compare_as_there(in_parts, with_added(dict.fromkeys(OWN_NAMES, "text")))
    _keys_as_there(in_parts)


def _compare_as_there(in_parts, comparisons):
    random = np.random.default_rng(1)
    left, right = random.integers(0, in_parts.whole.size, (2, 4_000)).astype(np.int32)
    members = np.unique(np.concatenate([left, right]))[::2]
    known = np.isin(left, members) & np.isin(right, members)
    left, right = left[known], right[known]
    pieces = []
    for number, tables in enumerate(in_parts.parts):
        start, stop = in_parts.starts[number : number + 2]
        rows = members[(members >= start) & (members < stop)] - start
        pieces.append(cut(tables, rows))
    entries = part(join_parts(pieces), in_parts.whole)
    there = comparisons.compare(
        Pairs(entries, entries.local(left), entries.local(right))
    )
    here = comparisons.compare(Pairs(in_parts.whole_list, left, right))
    assert (there.term_frequency == here.term_frequency).all()
    for field, levels in here.levels.items():
        assert (there.levels[field] == levels).all(), field


def test_the_fields_of_keys_agree_where_they_agree_in_the_whole_list(in_parts):
    """Else a block would be another one, and a pair be lost or made for nothing."""
    _keys_as_there(in_parts)


def _keys_as_there(in_parts):
    parts = [part(tables, in_parts.whole) for tables in in_parts.parts]
    for key in in_parts.keys:
        there = np.concatenate([together(each, key.fields) for each in parts])
        here = together(in_parts.whole_list, key.fields)
        assert ((there >= 0) == (here >= 0)).all(), key.name
        known = here >= 0
        both = np.unique(np.stack([there[known], here[known]]), axis=1)
        assert both.shape[1] == len(np.unique(here[known])), key.name
        assert both.shape[1] == len(np.unique(there[known])), key.name


def test_the_tasks_find_the_pairs_and_the_forecast_of_the_whole_list(in_parts):
    """Blocks are split and cut as on one machine, and what is left out is counted the same."""
    blocking = in_parts.blocking
    small = _blocks(blocking, _of_each(in_parts.parts, blocking.sent))
    told = [one.tables for one in of_kind(small, "told")]
    split = replace(blocking, large=large_of(in_parts.keys, told))
    assert any(map(len, split.large))
    large = _blocks(split, _of_each(in_parts.parts, split.sent))
    told += [one.tables for one in of_kind(large, "told")]
    made = {blocking: small, split: large}
    whole, added = in_parts.whole_list, in_parts.added
    blocks = build_all(whole, whole.profile, LIMIT, added=added)
    assert forecast_of(in_parts.keys, told) == tuple(one.forecast for one in blocks)
    cut_there = np.concatenate(
        [one["cut"].column("position").to_numpy() for one in told]
    )
    cut_here = np.concatenate([one.cut for one in blocks])
    assert sorted(cut_there.tolist()) == sorted(cut_here.tolist())
    partners = [ranges.partners(one) for one in blocks]
    size = in_parts.whole.size
    expected = {
        pair
        for each in ranges.cut(partners, size, 10_000)
        for pair in zip(
            *(side.tolist() for side in ranges.pairs_of(partners, each)), strict=True
        )
    }
    found, keys_of = [], {}
    for table in _in_ranges(made, 7).values():
        pairs = table.column("pair").to_numpy()
        both = zip(*(side.tolist() for side in unpack_pairs(pairs)), strict=True)
        found += both
        keys_of |= zip(pairs.tolist(), table.column("keys").to_pylist(), strict=True)
    assert len(found) == len(set(found))
    assert set(found) == expected
    left, right = unpack_pairs(np.array(list(keys_of)))
    for place, one in enumerate(blocks):
        holds = np.array([bits >> place & 1 for bits in keys_of.values()], np.bool_)
        assert (holds == one.hold(left, right)).all(), one.key.name


def _of_each(parts, work):
    return [
        parcel for number, tables in enumerate(parts) for parcel in work(number, tables)
    ]


def _blocks(blocking, sent):
    """What the tasks make of the codes that parts sent."""
    return [
        parcel
        for task in range(TASKS)
        for parcel in blocking.blocks(
            task, [one for one in sent if one.addressee == task]
        )
    ]


def _in_ranges(made, many):
    """The pairs of each of so many ranges, of the blocks that tasks made."""
    of_range = {number: [] for number in range(many)}
    for blocking, parcels in made.items():
        for own in of_kind(parcels, "part"):
            for parcel in blocking.pairs(own.sender, own.tables, many):
                of_range[parcel.addressee].append(parcel)
    for parcels in of_range.values():
        assert len({(one.kind, one.sender) for one in parcels}) == len(parcels)
    return {number: distinct_pairs(parcels) for number, parcels in of_range.items()}


def test_a_value_that_many_entries_of_one_part_have_keeps_no_task_longer_than_others():
    """One task would compare nearly all pairs of the list, and hold them all."""
    entries, same = 10_000, 2_000
    starts = np.linspace(0, entries, PARTS + 1).astype(np.int64)
    position = np.arange(entries, dtype=np.int32)
    # The first entries have one value, split into blocks; of the others two have each value.
    code = np.where(position < same, position % 10, position // 2).astype(np.int64)
    key = Key("surname", ("stem",))
    blocking = Blocking(None, (key,), 2_000, TASKS)
    sent = [
        Parcel(task, "codes", part, len(rows), _codes(code[rows], position[rows]))
        for part in range(PARTS)
        for task in range(TASKS)
        if len(rows := _rows_of(code, starts[part : part + 2], task))
    ]
    total = 10 * 200 * 199 // 2 + (entries - same) // 2
    many = -(-total // 10_000)
    tables = _in_ranges({blocking: _blocks(blocking, sent)}, many)
    sizes = np.array([len(table) for table in tables.values()])
    every = np.concatenate([one.column("pair").to_numpy() for one in tables.values()])
    left, right = unpack_pairs(every)
    assert len(np.unique(every)) == len(every) == total
    assert (code[left] == code[right]).all()
    assert sizes.max() <= 1.5 * np.median(sizes)


def _rows_of(code, bounds, task):
    rows = np.arange(*bounds)
    return rows[code[rows] % TASKS == task]


def _codes(code, position):
    columns = {
        "key": np.zeros(len(code), np.uint8),
        "code": code,
        "position": position,
        "is_partial": np.zeros(len(code), np.bool_),
    }
    return {"codes": pa.table(columns)}
