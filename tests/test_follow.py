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
    GIVEN_ACCEPTANCE,
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


def one_of(precinct, fin, **cells):
    """A row with this FIN, or that says little."""
    return (
        sparse(precinct, **cells) if fin is None else person(precinct, fin=fin, **cells)
    )


def listed(*rows):
    """ENTRY of these rows, with their ids."""
    columns = {name: [row.get(name) for row in rows] for name in ENTRY.names}
    columns["entry_id"] = [""] * len(rows)
    table = from_columns(columns, ENTRY, len(rows))
    return table.set_column(0, ENTRY.field("entry_id"), entry_ids(table))


def ids(table):
    return table.column("entry_id").to_pylist()


BY_CHAIR = {
    "decided_by": "Chair",
    "decided_at": "2026-02-03T09:00:00+00:00",
    "adjudicates": False,
}


def struck(table, places):
    """The answers that strike the entries at these places of a list."""
    decided = [ids(table)[place] for place in places]
    rows = len(decided)
    columns = {name: [cell] * rows for name, cell in BY_CHAIR.items()}
    columns |= {"number": list(range(1, rows + 1)), "entry_id": decided}
    amendments = from_columns(columns | {"action": ["strike"] * rows}, GIVEN_AMENDMENT)
    return Given(amendments=amendments, subjects=subjects_among(table, decided))


def moves(answers, table):
    """Old id -> id of today."""
    followed = follow(answers, table.select(STOOD.names), NAMES).moves
    return dict(followed.select(["old_entry_id", "entry_id"]).to_pandas().to_numpy())


B, C, D = ({"file": name} for name in "bcd")
OTHER, THIRD = "7AA2222", "8BB3333"


@pytest.mark.parametrize(
    ("then", "today", "found"),
    [
        # Who can be one person alone is found in a list that is handed in anew.
        ([person(1), sparse(1)], [sparse(2, **B), person(2, **B, line=9)], {0: 1}),
        # A renamed file would lose what was decided of rows without identifiers.
        ([sparse(1)], [sparse(2)], {0: 0}),
        # An identifier without a name is not enough.
        ([entry(1, fin=FIN)], [entry(2, fin=FIN, **B)], {0: None}),
        # A row that says little goes the way of another one of its precinct.
        (
            [sparse(1), person(1)],
            [sparse(2, **B, line=7), person(2, **B, line=3)],
            {0: 0, 1: 1},
        ),
        # One of two entries of a person is removed: its striking would strike the other one.
        ([person(1), person(2, **B)], [person(2, **B)], {0: None}),
        # Both lists were misread, and of the two alike one is kept, and one repeated.
        (
            [
                person(1, who="a"),
                person(2, who="b", **B),
                person(1, fin=OTHER, line=3),
                person(2, fin=THIRD, **B, line=3),
            ],
            [
                person(4, who="a", **C),
                person(5, who="b", **D),
                person(4, fin=OTHER, **C, line=3),
                person(5, fin=THIRD, **D, line=3),
            ],
            {place: place for place in range(4)},
        ),
        # Of two alike none follows where nothing says which is which.
        (
            [person(1), person(2, **B)],
            [person(4, **C), person(5, **D)],
            {0: None, 1: None},
        ),
        # Copies of one list keep their numbers.
        (
            [person(1), person(1, line=3), person(1, fin=OTHER, line=4)],
            [person(2, **B), person(2, **B, line=3), person(2, fin=OTHER, **B)],
            {place: place for place in range(3)},
        ),
        # A list that was misread under another constituency is found.
        (
            [person(1), sparse(1, line=3)],
            [person(1, constituency=89), sparse(1, line=3, constituency=89)],
            {0: 0, 1: 1},
        ),
        # A decision would go to another person of the same name.
        *(
            ([sparse(1, **cells)], [sparse(2, **B, line=7, **cells)], {0: None})
            for cells in (
                {},
                {"fin": "-"},
                {"fin": "0000000"},
                {"birth_date": "1970"},
                {"birth_date": "00.00.1970"},
                {"birth_date": "00001970"},
            )
        ),
        # A document or a full birth date says enough.
        *(
            ([sparse(1, **cells)], [sparse(2, **B, line=7, **cells)], {0: 0})
            for cells in (
                {"document": "AZE 12345678"},
                {"birth_date": "12.03.1970"},
                {"birth_date": "19700312"},
            )
        ),
    ],
)
def test_an_entry_is_found_where_it_can_be_one_person_alone(then, today, found):
    """``found``: of each place that was decided the place today, or None."""
    old, new = listed(*then), listed(*today)
    expected = {
        ids(old)[decided]: ids(new)[place]
        for decided, place in found.items()
        if place is not None
    }
    assert moves(struck(old, found), new) == expected


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


def test_entries_of_a_constituency_that_was_not_read_are_not_looked_for():
    """A run of one constituency would move what was decided of another one into it."""
    then, today = listed(person(1, constituency=89)), listed(person(1, file="b"))
    stood = today.select(STOOD.names)

    followed = follow(
        struck(then, [0]), stood, NAMES, lambda one: one.startswith("088")
    )

    assert followed.moves.num_rows == 0


def test_cases_and_findings_are_named_by_the_entries_of_today():
    """Their ids are made of those of the entries: under the old ones nothing would be found."""
    then, today = (listed(person(one), person(2, file="b")) for one in (1, 3))
    old, new = ids(then), ids(today)
    case = case_id(old)
    finding = {"rule": ["shared-fin"], "entry_id": old[:1], "other_entry_id": old[1:]}
    acceptance = finding | {
        "finding_id": ["?"],
        "mark": ["accept"],
        "accepted_by": ["Chair"],
        "accepted_at": [BY_CHAIR["decided_at"]],
    }
    acceptances = from_columns(acceptance, ACCEPTANCE, 1)
    named = pa.array(finding_ids(acceptances))
    acceptances = acceptances.set_column(0, ACCEPTANCE.field(0), named)
    verdicts = {name: [cell] * 2 for name, cell in BY_CHAIR.items()} | {
        "number": [1, 2],
        "case_id": [case, case],
        "entry_id": old,
        "verdict": ["repeat", "keep"],
    }
    answers = Given(
        verdicts=from_columns(verdicts, GIVEN_VERDICT, 2),
        amendments=empty(GIVEN_AMENDMENT),
        acceptances=acceptances,
        marks=acceptances.add_column(0, GIVEN_ACCEPTANCE.field(0), [[1]]),
        subjects=subjects_among(then, old),
        case_entries={case: old},
    )

    followed = follow(answers, today.select(STOOD.names), NAMES).given

    assert followed.verdicts.column("entry_id").to_pylist() == new
    assert set(followed.verdicts.column("case_id").to_pylist()) == {case_id(new)}
    assert followed.case_entries == {case_id(new): sorted(new)}
    (answer,) = followed.acceptances.to_pylist()
    (named,) = finding_ids(followed.acceptances)
    marks = followed.marks.column("finding_id").to_pylist()
    assert [answer["finding_id"], *marks] == [named, named]
    assert (answer["entry_id"], answer["other_entry_id"]) == tuple(new)


PRECINCTS = st.integers(1, 4)
ROWS = st.lists(
    st.tuples(PRECINCTS, st.sampled_from([FIN, OTHER, THIRD, None])),
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
        return one_of(precinct, fin, **cells)

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
        stay.append(one_of(place, fin, **cells))
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
