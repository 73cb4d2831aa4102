"""The pairs of all blocking keys in ranges, and a linkage that is the same however they are cut."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import tries
from linkage_lists import crowd, voters
from voterlist.config.sections import AddedComparison, LinkSettings
from voterlist.ingest.generic import table_intake
from voterlist.link import block, link, link_ready, ranges
from voterlist.link.candidates import RECORD
from voterlist.link.encode import encode
from voterlist.link.keys import Key
from voterlist.link.labels import CASES, PAIRS, Decided
from voterlist.link.steps import ready
from voterlist.link.types import Added, Scope
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.storage.linkage_state import Rows, Spill
from voterlist.synth.generate import generate

KEYS = (
    Key("surname", ("stem",), ("year",)),
    Key("given_name", ("given_name",), ("stem",)),
    Key("date", ("stem", "year"), partial_dates=True),
    Key("fin", ("fin",)),
)
people = st.lists(
    st.tuples(
        st.sampled_from([None, "mamadov", "aliyev"]),
        st.sampled_from([None, "ali", "leyla"]),
        st.sampled_from([None, 1980, 1981]),
        st.sampled_from([1, 2]),
    ),
    max_size=16,
)
groups = st.none() | st.lists(st.integers(-1, 2), min_size=16, max_size=16)


def blocked(rows, limit, group):
    """The blocks of ``KEYS`` over a small list."""
    surname, name, year, month = zip(*rows, strict=True) if rows else ([], [], [], [])
    columns = {"surname": surname, "given_name": name, "year": year}
    days = {"month": month, "day": month}
    entries = encode(
        voters(**{name: list(of) for name, of in {**columns, **days}.items()})
    )
    codes = None if group is None else np.array(group[: len(rows)], np.int32)
    return [block.build(entries, key, limit, codes) for key in KEYS]


@tries(200)
@given(people, st.integers(2, 16), groups, st.integers(1, 9))
def test_ranges_hold_every_pair_once_and_in_order(rows, limit, group, most):
    """A pair of two keys would be compared twice, one at the border of two ranges be lost."""
    keys = blocked(rows, limit, group)
    every = np.triu_indices(len(rows), 1)
    left, right = (side.astype(np.int32) for side in every)
    held = np.zeros(len(left), np.bool_)
    for key in keys:
        held |= key.hold(left, right)
    expected = list(zip(left[held].tolist(), right[held].tolist(), strict=True))
    partners = [ranges.partners(key) for key in keys]
    made = []
    for part in ranges.cut(partners, len(rows), most):
        one, other = ranges.pairs_of(partners, part)
        assert part.start <= one.min()
        assert one.max() < part.stop
        made += zip(one.tolist(), other.tolist(), strict=True)
    assert made == expected


@given(people, groups, st.integers(1, 9))
def test_ranges_are_of_one_size_but_where_one_entry_begins_more(rows, group, most):
    """One block of a common value would be one task, for which all others wait."""
    keys = blocked(rows, 16, group)
    partners = [ranges.partners(key) for key in keys]
    parts = ranges.cut(partners, len(rows), most)
    assert sum(part.pairs for part in parts) == sum(key.forecast.pairs for key in keys)
    for part in parts:
        assert part.pairs > 0
        assert part.pairs <= most or len({*ranges.pairs_of(partners, part)[0]}) == 1
    assert [part.start for part in parts[1:]] == [part.stop for part in parts[:-1]]


def test_a_block_with_half_of_all_pairs_is_cut_in_the_middle():
    """The ranges of a skewed list would be as skewed."""
    rows = [("aliyev", None, None, 1)] * 400 + [("mamadov", None, None, 1)] * 20
    partners = [ranges.partners(key) for key in blocked(rows, 1_000, None)]
    parts = ranges.cut(partners, len(rows), 5_000)
    made = [len(ranges.pairs_of(partners, part)[0]) for part in parts]
    assert sum(made) == 400 * 399 // 2 + 20 * 19 // 2
    assert max(made) < 1.5 * np.median(made)


@pytest.fixture(scope="module")
def with_numbers():
    """An invented list, as the linkage reads it."""
    return normalised(generate(120, constituencies=2, seed=5).entries)


def normalised(entries):
    """Entries as the linkage reads them."""
    given = table_intake(entries.drop_columns(["list_kind"])).entries
    return normalize(given, encoded=True, for_linkage=True).table


def without_numbers(voters):
    """The same list without FIN and document."""
    blank = pa.nulls(voters.num_rows, pa.string())
    for name in ("fin", "document"):
        place = voters.schema.get_field_index(name)
        voters = voters.set_column(place, voters.schema.field(name), blank)
    return voters


def same(one, other):
    """Whether two linkages say the same, value for value."""
    tables = [("pairs", True), ("cases", True), ("clusters", True)]
    return all(
        getattr(one, name).equals(getattr(other, name), check_metadata=exact)
        for name, exact in tables
    ) and all(
        getattr(one, name) == getattr(other, name)
        for name in (
            *("forecast", "candidates", "estimate", "chance", "added", "doubts"),
            *("training_labels", "contradictory", "left_out"),
        )
    )


def linked_alike(voters, least=1, **named):
    """The linkage of a list, the same in one range, in hundreds, and with pairs put aside."""
    whole = link(voters, **named)
    parts = link(voters, LinkSettings(chunk_pairs=50), **named)
    assert same(whole, parts)
    profile = named.pop("profile", Profile.AZ)
    with TemporaryDirectory() as folder, Spill.beside(Path(folder) / "x") as spill:
        store = Rows(spill, RECORD)
        aside = ready(voters, profile, named.get("added", Added()), store)
        assert same(whole, link_ready(aside, LinkSettings(chunk_pairs=50), **named))
    assert whole.pairs.num_rows >= least
    return whole


@pytest.mark.parametrize("profile", list(Profile))
def test_however_pairs_are_cut_the_linkage_is_the_same(with_numbers, profile):
    """A list would have other pairs where memory is short."""
    linked_alike(with_numbers, profile=profile)
    linked_alike(without_numbers(with_numbers), profile=profile)


def test_so_with_pairs_that_people_decided(with_numbers):
    """The model would learn from a decided pair only where its range holds it."""
    first = link(with_numbers).pairs
    said = pa.table(
        [first.column("entry_l"), first.column("entry_r"), [True] * first.num_rows],
        schema=PAIRS,
    )
    of_first = [first.column(name)[0].as_py() for name in ("entry_l", "entry_r")]
    case = pa.table([["c"] * 2, of_first], schema=CASES)
    found = linked_alike(with_numbers, decided=Decided(said, case))
    assert found.training_labels == first.num_rows


@pytest.mark.parametrize("one_to_one", [False, True])
def test_so_between_lists(with_numbers, one_to_one):
    """Pairs of two lists would depend on memory, or a partner be chosen among some of them."""
    ids = with_numbers.column("entry_id")
    lists = (np.arange(len(ids)) % 3).astype(np.int32)
    linked_alike(with_numbers, scope=Scope.between(ids, lists, one_to_one=one_to_one))
    linked_alike(with_numbers, scope=Scope.held_against(ids.slice(0, 60)))


def test_so_with_a_comparison_of_ones_own():
    """Levels of added comparisons would be those of one range."""
    people = crowd(150, doubles=40)
    ids = people.column("entry_id")
    mails = pa.chunked_array([[f"{row % 60}@a.org" for row in range(len(ids))]])
    added = Added(
        [AddedComparison("mail", ("mail",), "email", blocking=True)],
        {"mail": mails},
        ids,
    )
    assert linked_alike(people, added=added).added[0].known == len(ids)


def test_a_list_of_many_entries_a_person_is_looked_at_again_from_the_disk():
    """The second look would change pairs that are held, and not those that are put aside."""
    people = crowd(20, doubles=20)
    many = pa.concat_tables([people] * 4)
    ids = pa.array([f"e{row:05d}" for row in range(many.num_rows)])
    many = many.set_column(0, many.schema.field("entry_id"), ids)
    linked_alike(many)


def test_an_empty_list_is_linked_from_the_disk():
    """A list of a new precinct without entries would end as a fault of the program."""
    linked_alike(voters(surname=[]), least=0)
