"""What was decided follows an entry to its new place, and never goes to another person."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.decisions.follow import STOOD, Names, follow
from voterlist.decisions.given import Given, subjects_among
from voterlist.findings import finding_ids
from voterlist.ingest.ids import entry_ids
from voterlist.persons import case_id
from voterlist.schemas import (
    ACCEPTANCE,
    ENTRY,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    empty,
)
from voterlist.tables import from_columns

NAMES = Names(case_id, finding_ids)
FIN = "5XK1234"


def entry(precinct, *, who="", file="aaaaaaaaaaaa", line=2, **cells):
    """One row as received; ``who`` stands in the column that no id is made of."""
    return {
        "constituency": 88,
        "precinct": precinct,
        "list_kind": "permanent",
        "source": file,
        "line": line,
        "number": who,
        **cells,
    }


def person(precinct, *, fin=FIN, **cells):
    """A row that can be one person's alone."""
    return entry(precinct, surname="Məmmədov", given_name="Elçin", fin=fin, **cells)


def sparse(precinct, surname="Əliyev", **cells):
    """A row that may be several people's."""
    return entry(precinct, surname=surname, **cells)


def listed(*rows):
    """ENTRY of these rows, with their ids."""
    columns = {name: [row.get(name) for row in rows] for name in ENTRY.names}
    columns["entry_id"] = [""] * len(rows)
    table = from_columns(columns, ENTRY, len(rows))
    return table.set_column(0, ENTRY.field("entry_id"), entry_ids(table))


def ids(table):
    return table.column("entry_id").to_pylist()


def struck(table, places):
    """The answers that strike the entries at these places of a list."""
    decided = [ids(table)[place] for place in places]
    columns = {
        "number": list(range(1, len(decided) + 1)),
        "entry_id": decided,
        "action": ["strike"] * len(decided),
        "decided_by": ["Chair"] * len(decided),
        "decided_at": ["2026-02-03T09:00:00+00:00"] * len(decided),
        "adjudicates": [False] * len(decided),
    }
    amendments = from_columns(columns, GIVEN_AMENDMENT, len(decided))
    return Given(amendments=amendments, subjects=subjects_among(table, decided))


def moves(answers, table):
    """Old id -> id of today."""
    followed = follow(answers, table.select(STOOD.names), NAMES).moves
    return dict(followed.select(["old_entry_id", "entry_id"]).to_pandas().to_numpy())


def test_an_entry_that_can_be_one_person_alone_is_found_in_a_list_handed_in_anew():
    then = listed(person(1), sparse(1))
    today = listed(sparse(2, file="b"), person(2, file="b", line=9))

    assert moves(struck(then, [0]), today) == {ids(then)[0]: ids(today)[1]}


def test_a_row_that_says_little_is_found_in_the_same_row_of_the_same_file():
    """Without it a renamed file loses what was decided of rows without identifiers."""
    then, today = listed(sparse(1)), listed(sparse(2))

    assert moves(struck(then, [0]), today) == {ids(then)[0]: ids(today)[0]}


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"fin": "-"},
        {"fin": "0000000"},
        {"birth_date": "1970"},
        {"birth_date": "00.00.1970"},
        {"birth_date": "00001970"},
    ],
)
def test_a_row_that_says_little_is_not_taken_for_one_of_another_file(cells):
    """A decision would go to another person of the same name."""
    then = listed(sparse(1, **cells))
    today = listed(sparse(2, file="b", line=7, **cells))

    assert moves(struck(then, [0]), today) == {}


@pytest.mark.parametrize(
    "cells",
    [
        {"document": "AZE 12345678"},
        {"birth_date": "12.03.1970"},
        {"birth_date": "19700312"},
    ],
)
def test_a_document_or_a_full_birth_date_says_enough(cells):
    then = listed(sparse(1, **cells))
    today = listed(sparse(2, file="b", line=7, **cells))

    assert moves(struck(then, [0]), today) == {ids(then)[0]: ids(today)[0]}


def test_an_identifier_without_a_name_is_not_enough():
    then = listed(entry(1, fin=FIN))
    today = listed(entry(2, fin=FIN, file="b"))

    assert moves(struck(then, [0]), today) == {}


def test_a_row_that_says_little_goes_the_way_of_another_one_of_its_precinct():
    then = listed(sparse(1), person(1))
    today = listed(sparse(2, file="b", line=7), person(2, file="b", line=3))

    assert moves(struck(then, [0, 1]), today) == dict(
        zip(ids(then), ids(today), strict=True)
    )


def test_an_entry_that_stood_there_when_it_was_decided_is_another_entry():
    """One of two entries of a person is removed: its striking would strike the other one."""
    then = listed(person(1), person(2, file="b"))
    today = listed(person(2, file="b"))

    assert moves(struck(then, [0]), today) == {}


def test_of_two_alike_each_follows_its_own_list():
    """Both lists were misread, and a pair of them is a case: kept and repeated must not change."""
    then = listed(
        person(1, who="a"),
        person(2, who="b", file="b"),
        person(1, fin="7AA2222", line=3),
        person(2, fin="8BB3333", file="b", line=3),
    )
    today = listed(
        person(4, who="a", file="c"),
        person(5, who="b", file="d"),
        person(4, fin="7AA2222", file="c", line=3),
        person(5, fin="8BB3333", file="d", line=3),
    )

    assert moves(struck(then, [0, 1, 2, 3]), today) == dict(
        zip(ids(then), ids(today), strict=True)
    )


def test_of_two_alike_none_follows_where_nothing_says_which_is_which():
    then = listed(person(1), person(2, file="b"))
    today = listed(person(4, file="c"), person(5, file="d"))

    assert moves(struck(then, [0, 1]), today) == {}


def test_copies_of_one_list_keep_their_numbers():
    then = listed(person(1), person(1, line=3), person(1, fin="7AA2222", line=4))
    today = listed(
        person(2, file="b"),
        person(2, file="b", line=3),
        person(2, fin="7AA2222", file="b"),
    )

    assert moves(struck(then, [0, 1, 2]), today) == dict(
        zip(ids(then), ids(today), strict=True)
    )


def test_an_entry_that_moved_twice_takes_the_answers_of_both_places_with_it():
    """What was decided after the first move names the entry's second place."""
    first, second, third = listed(person(1)), listed(person(2)), listed(person(3))
    before, after = struck(first, [0]), struck(second, [0])
    both = Given(
        amendments=pa.concat_tables([before.amendments, after.amendments]),
        subjects=pa.concat_tables([before.subjects, after.subjects]),
    )

    assert moves(both, second) == {ids(first)[0]: ids(second)[0]}
    assert moves(both, third) == {
        ids(first)[0]: ids(third)[0],
        ids(second)[0]: ids(third)[0],
    }


def test_a_list_misread_under_another_constituency_is_found():
    then = listed(person(1), sparse(1, line=3))
    today = listed(
        person(1) | {"constituency": 89}, sparse(1, line=3) | {"constituency": 89}
    )

    assert moves(struck(then, [0, 1]), today) == dict(
        zip(ids(then), ids(today), strict=True)
    )


def test_entries_of_a_constituency_that_was_not_read_are_not_looked_for():
    """A run of one constituency would move what was decided of another one into it."""
    then, today = listed(person(1) | {"constituency": 89}), listed(person(1, file="b"))

    followed = follow(
        struck(then, [0]),
        today.select(STOOD.names),
        NAMES,
        lambda one: one.startswith("088"),
    )

    assert followed.moves.num_rows == 0


def test_cases_and_findings_are_named_by_the_entries_of_today():
    """Their ids are made of those of the entries: under the old ones nothing would be found."""
    then, today = (
        listed(person(1), person(2, file="b")),
        listed(person(3), person(2, file="b")),
    )
    old, new = ids(then), ids(today)
    case, finding = (
        case_id(old),
        {
            "rule": ["shared-fin"],
            "entry_id": old[:1],
            "other_entry_id": old[1:],
        },
    )
    acceptance = finding | {
        "finding_id": ["?"],
        "mark": ["accept"],
        "accepted_by": ["Chair"],
        "accepted_at": ["2026-02-03T09:00:00+00:00"],
    }
    acceptances = from_columns(acceptance, ACCEPTANCE, 1)
    acceptances = acceptances.set_column(
        0, ACCEPTANCE.field(0), pa.array(finding_ids(acceptances))
    )
    verdicts = {
        "number": [1, 2],
        "case_id": [case, case],
        "entry_id": old,
        "verdict": ["repeat", "keep"],
        "decided_by": ["Chair"] * 2,
        "decided_at": ["2026-02-03T09:00:00+00:00"] * 2,
        "adjudicates": [False] * 2,
    }
    answers = Given(
        verdicts=from_columns(verdicts, GIVEN_VERDICT, 2),
        amendments=empty(GIVEN_AMENDMENT),
        acceptances=acceptances,
        subjects=subjects_among(then, old),
        case_entries={case: old},
    )

    followed = follow(answers, today.select(STOOD.names), NAMES).given

    assert followed.verdicts.column("entry_id").to_pylist() == new
    assert set(followed.verdicts.column("case_id").to_pylist()) == {case_id(new)}
    assert followed.case_entries == {case_id(new): sorted(new)}
    (answer,) = followed.acceptances.to_pylist()
    assert answer["finding_id"] == finding_ids(followed.acceptances)[0]
    assert (answer["entry_id"], answer["other_entry_id"]) == tuple(new)


PRECINCTS = st.integers(1, 4)
ROWS = st.lists(
    st.tuples(PRECINCTS, st.sampled_from([FIN, "7AA2222", "8BB3333", None])),
    min_size=1,
    max_size=10,
)


@given(
    rows=ROWS,
    places=st.fixed_dictionaries({one: st.integers(1, 9) for one in range(1, 5)}),
    is_renamed=st.booleans(),
    gone=st.sets(st.integers(0, 9), max_size=3),
    newcomer=st.none() | st.tuples(st.integers(1, 9), st.sampled_from([FIN, None])),
    decided=st.sets(st.integers(0, 9), min_size=1),
    order=st.randoms(use_true_random=False),
)
def test_what_was_decided_never_goes_to_another_person(
    rows, places, is_renamed, gone, newcomer, decided, order
):
    """Lists move to other precincts, are sorted anew, lose rows, and get one that is alike."""

    def row(place, number, precinct, *, today):
        fin = rows[number][1]
        file = f"{place}-{'new' if today and not is_renamed else 'old'}"
        cells = {"who": str(number), "file": file, "line": number + 2}
        return (
            sparse(precinct, **cells)
            if fin is None
            else person(precinct, fin=fin, **cells)
        )

    then = listed(
        *(row(place, at, place, today=False) for at, (place, _) in enumerate(rows))
    )
    left = [at for at in range(len(rows)) if at not in gone]
    if not is_renamed:
        order.shuffle(left)
    stay = [row(rows[at][0], at, places[rows[at][0]], today=True) for at in left]
    if newcomer is not None:
        place, fin = newcomer
        cells = {"who": "newcomer", "file": "newcomer"}
        stay.append(
            sparse(place, **cells) if fin is None else person(place, fin=fin, **cells)
        )
    today = listed(*stay)
    answers = struck(then, sorted(at for at in decided if at < len(rows)))
    by_id = {one["entry_id"]: one for one in (*then.to_pylist(), *today.to_pylist())}

    found = moves(answers, today)

    for old, new in found.items():
        before, after = by_id[old], by_id[new]
        assert before["fin"] == after["fin"]
        has_moved_along = after["precinct"] == places[before["precinct"]]
        assert before["fin"] is not None or has_moved_along
    backwards = today.sort_by([("entry_id", "descending")])
    assert found == moves(answers, backwards)


@given(
    fins=st.lists(st.integers(10_000, 99_999), min_size=1, max_size=8, unique=True),
    places=st.fixed_dictionaries({0: st.integers(3, 4), 1: st.integers(5, 6)}),
    order=st.randoms(use_true_random=False),
)
def test_every_entry_that_is_one_person_is_found_wherever_its_list_went(
    fins, places, order
):
    people = [(f"AB{fin}", at % 2) for at, fin in enumerate(fins)]
    then = listed(
        *(person(place + 1, fin=fin, line=at) for at, (fin, place) in enumerate(people))
    )
    sent = list(people)
    order.shuffle(sent)
    today = listed(
        *(
            person(places[place], fin=fin, file="b", line=at)
            for at, (fin, place) in enumerate(sent)
        )
    )

    found = moves(struck(then, range(len(people))), today)

    fin_of = {
        one["entry_id"]: one["fin"] for one in (*then.to_pylist(), *today.to_pylist())
    }
    assert len(found) == len(people)
    assert all(fin_of[old] == fin_of[new] for old, new in found.items())
