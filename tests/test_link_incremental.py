"""Linkage that goes on from an earlier one.

The result is that of a linkage from the beginning, for less work.
"""

from __future__ import annotations

import dataclasses
import itertools
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from examples import tries
from linkage_lists import crowd, voters
from voterlist.config.sections import LinkSettings
from voterlist.link import block, candidates, incremental, link, ranges
from voterlist.link.encode import encode
from voterlist.link.explain import read_model
from voterlist.link.grid import on_grid
from voterlist.link.incremental import State
from voterlist.link.types import Incremental, Scope
from voterlist.model import Profile
from voterlist.storage import linkage_state
from voterlist.storage.linkage_state import StateUse

NARROW = LinkSettings(largest_block=4, chunk_pairs=1000, kept_probability=0.0001)
"""Blocks of four at most: a few entries more and one is split, or cut."""

FIELDS = {
    "surname": st.sampled_from(
        [None, "mamadov", "mamedov", "aliyev", "aliyeva", "huseynov"]
    ),
    "given_name": st.sampled_from([None, "ali", "vali", "leyla", "mamadov", "leila"]),
    "patronymic": st.sampled_from([None, "hasan", "hasen", "h"]),
    "year": st.sampled_from([None, 1980, 1981]),
    "month": st.sampled_from([None, 1, 2]),
    "day": st.sampled_from([None, 1, 2]),
    "fin": st.sampled_from([None, None, "5ABC123", "5ABC124"]),
    "address": st.sampled_from(
        [None, "nizami kuc 5 ev", "nizami kuc 7 ev", "fuzuli prospekti 12 34"]
    ),
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
"""What is handed in anew: an entry, for the first time or otherwise than before, or None: it is
gone."""
ALI = dict.fromkeys(FIELDS) | {
    "surname": "aliyev",
    "given_name": "ali",
    "fin": "5ABC123",
    "list_kind": "permanent",
}


def table(people, *, streets=True):
    """A VOTER table of people by entry id.

    Without streets their addresses are compared as lines.
    """
    left_out = set() if streets else {"street", "house"}
    names = [name for name in FIELDS if name not in left_out] if people else []
    columns = {name: [person[name] for person in people.values()] for name in names}
    for name in ("constituency", "precinct"):
        if name in columns:
            columns[name] = pa.array(columns[name], pa.int32())
    return voters(entry_id=list(people), **columns)


def handed_in(people, changed):
    """The people after some were handed in anew."""
    return {
        name: person
        for name, person in (people | changed).items()
        if person is not None
    }


def assert_same(one, other):
    """Two linkages found the same, whatever each of them had to compare for it."""
    for name in ("pairs", "cases", "clusters"):
        assert getattr(one, name).equals(getattr(other, name), check_metadata=True), (
            name
        )
    for name in ("forecast", "candidates", "estimate", "chance"):
        assert getattr(one, name) == getattr(other, name), name
    for name, kept in one.state.tables().items():
        assert kept.equals(other.state.tables()[name]), name


@tries(15)
@given(
    lists,
    st.lists(st.tuples(changes, st.sets(ids)), min_size=1, max_size=2),
    st.sampled_from(Profile),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_list_handed_in_anew_is_linked_as_if_it_were_the_first(
    people, submissions, profile, streets, narrow, against
):
    """A pair would be lost, or told otherwise, by what an earlier linkage knew.

    Where lists are held against another one, other entries are new each time.
    """
    chosen, known = NARROW if narrow else LinkSettings(), None
    for changed, new in [({}, set()), *submissions]:
        people = handed_in(people, changed)
        scope = Scope.held_against(pa.array(sorted(new), pa.string()))
        again, full = (
            link(
                table(people, streets=streets),
                chosen,
                profile=profile,
                scope=scope if against else None,
                incremental=Incremental(of),
            )
            for of in (known, None)
        )
        assert_same(again, full)
        known = again.state


@pytest.mark.parametrize("profile", list(Profile))
def test_a_list_of_which_nobody_is_left_is_linked(profile):
    """Going on from a list whose entries are all gone ended in an index error."""
    before = voters(entry_id=["a", "b"], surname=["mamadov"] * 2, year=[1980, 1980])
    known = link(before, profile=profile, incremental=Incremental()).state
    again = link(before.slice(0, 0), profile=profile, incremental=Incremental(known))
    assert again.candidates == 0


def blocked(people, profile, limit, streets, groups=None):
    """(entries, blocks, checksums, groups) of people; ``groups`` has one for each number."""
    entries = encode(table(dict(sorted(people.items())), streets=streets))
    if groups is not None:
        of_entries = [groups[int(name[1:])] for name in sorted(people)]
        groups = np.array(of_entries, np.int32)
    return (
        entries,
        block.build_all(entries, profile, limit, groups),
        incremental.checksums(entries, groups),
        groups,
    )


def quiet(*_):
    """Progress for nobody."""


def searched(entries, blocks, marks, known=None):
    """(the candidates from an earlier state, the state that they leave)."""
    found = candidates.find(
        entries, blocks, 7, quiet, known=incremental.known_pairs(known, marks)
    )
    held = found.held
    return found, State("", marks, held.left, held.right, held.levels)


def pairs_of(found):
    """Each candidate pair with its vector, in order."""
    return sorted(zip(*(column.tolist() for column in found.whole()), strict=True))


@example(
    people={"e00": ALI, "e01": ALI},
    submissions=[{}],
    profile=Profile.AZ,
    streets=True,
    limit=100,
    group_of=None,
)
@given(
    lists,
    st.lists(changes, max_size=2),
    st.sampled_from(Profile),
    st.booleans(),
    st.sampled_from([2, 4, 6, 100]),
    st.none() | st.lists(st.integers(-1, 2), min_size=31, max_size=31),
)
def test_candidates_are_those_of_a_search_from_the_beginning(
    people, submissions, profile, streets, limit, group_of
):
    """A pair would be missed, of one group be made, or one that is known be compared again.

    The first search is from the beginning, the next ones go on from it.
    """
    known = None
    for changed in [{}, *submissions]:
        people = handed_in(people, changed)
        entries, blocks, marks, groups = blocked(
            people, profile, limit, streets, group_of
        )
        fits = incremental.fingerprint(
            entries, blocks, profile, limit, in_groups=groups is not None
        )
        known = known if known and known.fingerprint == fits else None
        found, kept = searched(entries, blocks, marks, known)
        assert pairs_of(found) == pairs_of(candidates.find(entries, blocks, 7, quiet))
        for key in blocks:
            assert key.forecast.pairs == ranges.partners(key).pairs
        if groups is not None:
            _, every, _, _ = blocked(people, profile, limit, streets)
            whole = pairs_of(candidates.find(entries, every, 7, quiet))
            assert pairs_of(found) == [
                pair
                for pair in whole
                if groups[pair[0]] < 0 or groups[pair[0]] != groups[pair[1]]
            ]
        if known and limit > len(people):
            then = incremental.positions_before(known.entries, marks)
            left, right, _ = found.whole()
            is_new = (then[left] < 0) | (then[right] < 0)
            assert found.afresh == is_new.sum()
        known = dataclasses.replace(kept, fingerprint=fits)


@tries(60)
@given(
    lists, st.randoms(use_true_random=False), st.sampled_from(Profile), st.booleans()
)
def test_other_ids_and_another_order_are_no_change(people, random, profile, streets):
    """A list numbered anew, so that pairs turn about, is known again whole.

    Nothing is compared, and all is found.
    """
    entries, blocks, marks, _ = blocked(people, profile, 6, streets)
    _, known = searched(entries, blocks, marks)
    names = list(people)
    random.shuffle(names)
    moved = {name: people[other] for name, other in zip(people, names, strict=True)}
    entries, blocks, marks, _ = blocked(moved, profile, 6, streets)
    again, _ = searched(entries, blocks, marks, known)
    assert again.afresh == 0
    assert pairs_of(again) == pairs_of(candidates.find(entries, blocks, 7, quiet))


@tries(60)
@given(st.lists(persons, max_size=12), st.randoms(use_true_random=False))
def test_an_entry_is_known_again_by_what_it_says(people, random):
    entries = encode(
        table({f"e{number:02d}": person for number, person in enumerate(people)})
    )
    order = list(range(len(people)))
    random.shuffle(order)
    moved = encode(
        table({f"x{number:02d}": people[place] for number, place in enumerate(order)})
    )
    then = incremental.positions_before(
        incremental.checksums(entries), incremental.checksums(moved)
    ).tolist()
    assert sorted(then) == sorted(order)
    compared = [{**person, "list_kind": ""} for person in people]
    assert all(
        compared[place] == compared[order[number]] for number, place in enumerate(then)
    )


@pytest.fixture(scope="module")
def list_and_state():
    people = crowd(300, doubles=40)
    return people, link(people, incremental=Incremental())


def precinct_anew(people, rows):
    """The list with other flats in these rows, as if a precinct had been handed in anew."""
    flats = people.column("flat").to_pylist()
    for row in rows:
        flats[row] = f"{flats[row]}a"
    place = people.schema.get_field_index("flat")
    return people.set_column(place, people.schema.field("flat"), pa.array(flats))


@pytest.mark.parametrize("new", [None, 60])
def test_a_precinct_handed_in_anew_costs_its_own_pairs(list_and_state, new):
    """All would be compared again where a part changed; so against another list."""
    people, full = list_and_state
    scope, known = None, full.state
    if new:
        scope = Scope.held_against(people.column("entry_id").slice(0, new))
        known = link(people, scope=scope, incremental=Incremental()).state
    other = precinct_anew(people, range(10))
    again = link(other, scope=scope, incremental=Incremental(known))
    assert again.reused
    assert 0 < again.afresh < again.candidates / 2
    assert_same(again, link(other, scope=scope, incremental=Incremental()))


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("profile", list(Profile))
def test_lists_without_a_pair_leave_a_state_too(rows, profile):
    """Zero rows and one row leave a state that the next list, short or long, goes on from."""
    short = crowd(rows)
    first = link(short, profile=profile, incremental=Incremental())
    again = link(short, profile=profile, incremental=Incremental(first.state))
    assert (again.afresh, again.reused) == (0, True)
    assert_same(again, first)
    longer = crowd(60, doubles=10)
    later = link(longer, profile=profile, incremental=Incremental(first.state))
    assert_same(later, link(longer, profile=profile, incremental=Incremental()))


@pytest.mark.parametrize(
    "other",
    [
        {"profile": Profile.GENERIC},
        {"settings": LinkSettings(largest_block=50)},
        {"scope": Scope.held_against(pa.array(["e000001"]))},
    ],
    ids=["profile", "settings", "against"],
)
def test_a_state_of_other_settings_is_left_aside(list_and_state, other):
    people, full = list_and_state
    again = link(people, incremental=Incremental(full.state), **other)
    assert (again.reused, again.afresh) == (False, again.candidates)
    assert_same(again, link(people, incremental=Incremental(), **other))


def test_a_state_with_former_names_of_keys_is_left_aside(list_and_state):
    """Version 0.1.0 called the given name ``given`` in its keys."""
    people, full = list_and_state
    former = full.state.fingerprint.replace("given_name", "given")
    known = dataclasses.replace(full.state, fingerprint=former)
    again = link(people, incremental=Incremental(known))
    assert not again.reused
    assert_same(again, full)


def test_addresses_that_are_compared_in_another_way_make_the_state_another():
    """Lines of address are compared as streets once one entry has a street.

    What they were as lines is left aside.
    """
    people = crowd(200, doubles=20)
    lines = people
    for name in ("street", "house", "flat"):
        place = people.schema.get_field_index(name)
        lines = lines.set_column(
            place, people.schema.field(name), pa.nulls(people.num_rows, pa.string())
        )
    first = link(lines, profile=Profile.GENERIC, incremental=Incremental())
    again = link(people, profile=Profile.GENERIC, incremental=Incremental(first.state))
    assert not again.reused
    assert_same(again, link(people, profile=Profile.GENERIC, incremental=Incremental()))


def test_a_threshold_changes_nothing_in_the_state(list_and_state):
    """The state would depend on the thresholds, or be compared where nothing changed."""
    people, full = list_and_state
    strict = LinkSettings(duplicate_probability=0.999, review_probability=0.9)
    again = link(people, strict, incremental=Incremental(full.state))
    assert (again.reused, again.afresh) == (True, 0)
    assert_same(again, link(people, strict, incremental=Incremental()))


# The folder


def test_a_state_is_read_as_it_was_written(list_and_state, tmp_path):
    _, full = list_and_state
    for folder in ("one", "two"):
        linkage_state.write(tmp_path / folder, full.state)
        linkage_state.write(tmp_path / folder, full.state)
    state, use = linkage_state.read(tmp_path / "one")
    assert use is StateUse.USED
    assert state.fingerprint == full.state.fingerprint
    for name, kept in full.state.tables().items():
        assert state.tables()[name].equals(kept)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "two")
    )
    assert one == two
    assert len(one) == 3


def test_no_cell_and_no_id_is_in_a_state(tmp_path):
    """Of an entry the folder holds numbers alone."""
    columns = {
        "surname": ["qaraqoyunlu"] * 2,
        "given_name": ["zulfuqar"] * 2,
        "entry_id": ["id-one", "id-two"],
    }
    linkage_state.write(
        tmp_path / "state", link(voters(**columns), incremental=Incremental()).state
    )
    content = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert not any(word in content for word in (b"qaraqoyunlu", b"zulfuqar", b"id-one"))
    kinds = {field.type for schema in incremental.TABLES.values() for field in schema}
    assert all(pa.types.is_integer(kind) for kind in kinds)


def spoil(folder, how):
    """Damage a state in one way."""
    page = folder / "state.json"
    pairs = next(folder.glob("pairs-*.parquet"))
    content = bytearray(pairs.read_bytes())
    if how == "page-cut":
        page.write_text(page.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    elif how == "page-empty":
        page.write_text("[]", encoding="utf-8")
    elif how == "page-binary":
        page.write_bytes(b"\xff\xfe\x00")
    elif how == "file-gone":
        pairs.unlink()
    elif how == "file-cut":
        pairs.write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 3] ^= 1
        pairs.write_bytes(content)


@pytest.mark.parametrize(
    "how",
    ["page-cut", "page-empty", "page-binary", "file-gone", "file-cut", "bit-flipped"],
)
def test_a_damaged_state_is_said_and_not_used(list_and_state, tmp_path, how):
    _, full = list_and_state
    linkage_state.write(tmp_path, full.state)
    spoil(tmp_path, how)
    assert linkage_state.read(tmp_path) == (None, StateUse.DAMAGED)
    linkage_state.write(tmp_path, full.state)
    assert linkage_state.read(tmp_path)[1] is StateUse.USED


def test_a_folder_without_a_state_is_no_damage(tmp_path):
    """The first time there is nothing to go on from."""
    assert linkage_state.read(tmp_path / "nowhere") == (None, StateUse.MISSING)


def test_a_state_of_another_program_is_left_aside(list_and_state, tmp_path):
    """What another version compared may have been compared otherwise."""
    _, full = list_and_state
    linkage_state.write(tmp_path, full.state)
    page = tmp_path / "state.json"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace('"program": "', '"program": "0'), encoding="utf-8")
    assert linkage_state.read(tmp_path) == (None, StateUse.OTHER_PROGRAM)


def test_a_state_half_written_leaves_the_old_one(list_and_state, tmp_path):
    """Files of a new state beside the page of the old one change nothing.

    The page is what counts, and comes last.
    """
    people, full = list_and_state
    linkage_state.write(tmp_path / "old", full.state)
    linkage_state.write(
        tmp_path / "new",
        link(precinct_anew(people, range(9)), incremental=Incremental()).state,
    )
    for path in (tmp_path / "new").glob("*.parquet"):
        shutil.copy(path, tmp_path / "old")
    state, _ = linkage_state.read(tmp_path / "old")
    assert state.tables()["pairs"].equals(full.state.tables()["pairs"])


def test_files_of_others_in_the_folder_are_left_alone(list_and_state, tmp_path):
    """Whoever names a folder that holds other things finds them there afterwards."""
    (tmp_path / "entries.parquet").write_text("mine", encoding="utf-8")
    (tmp_path / "pairs-notes.parquet").write_text("mine", encoding="utf-8")
    linkage_state.write(tmp_path, list_and_state[1].state)
    assert (tmp_path / "entries.parquet").exists()
    assert (tmp_path / "pairs-notes.parquet").exists()


@pytest.mark.parametrize("column", ["left", "right", "levels"])
def test_tables_that_do_not_belong_together_are_no_state(list_and_state, column):
    tables = list_and_state[1].state.tables()
    place = tables["pairs"].schema.get_field_index(column)
    wrong = pa.array(np.full(tables["pairs"].num_rows, 2_000_000_000, np.int32))
    tables["pairs"] = tables["pairs"].set_column(
        place, tables["pairs"].schema.field(column), wrong
    )
    with pytest.raises(incremental.NoStateError):
        State.of("", tables)


# Against another list


def ids_of(pairs):
    """The ids of each pair."""
    return list(
        zip(
            pairs.column("entry_l").to_pylist(),
            pairs.column("entry_r").to_pylist(),
            strict=True,
        )
    )


def test_a_list_that_is_all_new_is_linked_as_ever(list_and_state):
    """Where every entry is new, nothing is left out.

    The result is that of the list alone, to the byte.
    """
    people, whole = list_and_state
    held = link(people, scope=Scope.held_against(people.column("entry_id")))
    assert held.pairs.equals(whole.pairs, check_metadata=True)
    assert held.cases.equals(whole.cases)
    assert held.clusters.equals(whole.clusters)
    assert (held.forecast, held.chance, held.estimate) == (
        whole.forecast,
        whole.chance,
        whole.estimate,
    )


def test_a_list_without_a_new_entry_has_no_pair():
    """Inside the others nothing is looked for."""
    found = link(
        crowd(300, doubles=40), scope=Scope.held_against(pa.array([], pa.string()))
    )
    assert (found.candidates, found.pairs.num_rows, found.cases.num_rows) == (0, 0, 0)
    assert all((line.found, line.expected) == (0, 0) for line in found.chance)


@pytest.mark.parametrize("new", [0, 1, 20, 60])
def test_the_odds_are_those_of_the_pairs_that_have_a_new_entry(new):
    """Two people would be thought one more often, or less, than among the pairs that count."""
    people = crowd(40, doubles=20)
    chosen = [number >= 60 - new for number in range(60)]
    count = sum(one or two for one, two in itertools.combinations(chosen, 2))
    found = link(
        people, scope=Scope.held_against(people.column("entry_id").slice(60 - new))
    )
    model = read_model(found.pairs.schema.metadata)
    assert model.log_size[-1] == on_grid(np.log2(max(count, 1)))


def test_each_pair_is_what_it_is_in_a_linkage_of_both_lists():
    """A pair would be something else because the rest of the list is not paired."""
    people = crowd(300, doubles=60)
    new = people.column("entry_id").slice(0, 40)
    everything = LinkSettings(kept_probability=0, largest_block=100)
    whole, held = (
        link(people, everything, profile=Profile.GENERIC, scope=scope).pairs
        for scope in (None, Scope.held_against(new))
    )
    chosen = set(new.to_pylist())
    rows = [number for number, pair in enumerate(ids_of(whole)) if chosen & set(pair)]
    same = [name for name in whole.column_names if name.endswith("_level")] + [
        "entry_l",
        "entry_r",
        "term_frequency",
        "match_key",
    ]
    assert held.num_rows == len(rows) > 40
    assert (
        held.select(same).to_pylist()
        == whole.select(same).take(pa.array(rows)).to_pylist()
    )


def test_a_person_of_both_lists_is_found_and_one_twice_in_the_other_is_not():
    """The repetition of a new entry is put forward.

    One inside the other list is nobody's question here.
    """
    people = crowd(800, doubles=60)
    names = people.column("entry_id").to_pylist()
    new = pa.array(names[:30])
    found = link(people, scope=Scope.held_against(new))
    sure = set(
        ids_of(
            found.pairs.filter(
                pc.greater_equal(found.pairs.column("probability"), 0.95)
            )
        )
    )
    assert {(names[row], f"z{row:06d}") for row in range(30)} <= sure
    assert not any(one == names[row] for row in range(30, 60) for one, _ in sure)
    assert (
        len(
            {
                row["case_id"]
                for row in found.cases.to_pylist()
                if row["role"] == "repeat"
            }
        )
        >= 25
    )


@pytest.mark.parametrize("left", [2, 3, 4])
def test_entries_that_come_together_because_others_are_gone_are_compared(left):
    """What a block that was too large kept apart would stay unseen for ever."""
    people = {f"e{number:02d}": ALI for number in range(6)}
    first = link(table(people), NARROW, incremental=Incremental())
    rest = table(dict(list(people.items())[:left]))
    again = link(rest, NARROW, incremental=Incremental(first.state))
    assert (first.candidates, again.candidates) == (0, left * (left - 1) // 2)
    assert_same(again, link(rest, NARROW, incremental=Incremental()))
