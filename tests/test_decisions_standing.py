"""What holds of the answers of several people: laws, and the cases that they do not show."""

from __future__ import annotations

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from voterlist.decisions.effects import with_corrections
from voterlist.decisions.given import Given
from voterlist.decisions.standing import pairs_said, standing, still_contested
from voterlist.model import Action
from voterlist.schemas import (
    ACCEPTANCE,
    AMENDMENT,
    CONTESTED,
    ENTRY,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    RETURNED,
)
from voterlist.tables import from_columns

PEOPLE = ("Aysel", "Bahar", "Cavid")
ENTRY_ID = "088-0012-0000000000001"
OTHER_ID = "088-0012-0000000000002"
CASE = "c-1"
FINDING = "f-1"


EARLIER, LATER = (f"2026-03-01T{hour}:00:00+04:00" for hour in ("08", "10"))
"""Before and after the first answers that ``numbered`` gives."""


def table(rows, schema):
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return from_columns(columns, schema, len(rows))


def numbered(rows):
    """The answers in the order in which they were recorded."""
    return [
        {
            "number": number,
            "adjudicates": False,
            "entry_id": ENTRY_ID,
            "decided_at": f"2026-03-01T09:{number:02}:00+04:00",
            **row,
        }
        for number, row in enumerate(rows, start=1)
    ]


def amended(rows, acceptances=()):
    return Given(
        amendments=table(numbered(rows), GIVEN_AMENDMENT),
        acceptances=table(acceptances, ACCEPTANCE),
    )


def decided(rows):
    rows = [{"case_id": CASE, **row} for row in rows]
    return Given(verdicts=table(numbered(rows), GIVEN_VERDICT))


def strike(person, ground="died", **cells):
    return {"action": "strike", "ground": ground, "decided_by": person, **cells}


def correct(person, field, value, **cells):
    row = {"action": "correct", "field": field, "value": value, "decided_by": person}
    return {"ground": "typing-error", **row, **cells}


def move(person, precinct, **cells):
    row = {"action": "move", "ground": "boundary", "decided_by": person}
    return {"constituency": 88, "precinct": precinct, **row, **cells}


def withdraw(person, **cells):
    return {"action": "withdraw", "decided_by": person, **cells}


def accept(person, at="2026-03-01T08:00:00+04:00", mark="accept"):
    return {
        "finding_id": FINDING,
        "rule": "deceased-confirmed",
        "entry_id": ENTRY_ID,
        "mark": mark,
        "reason": "seen at the door",
        "accepted_by": person,
        "accepted_at": at,
    }


def held(result):
    """What holds, whoever said it."""
    columns = ["entry_id", "action", "field", "value", "ground", "precinct"]
    return result.amendments.select(columns).to_pylist()


ANSWERS = st.one_of(
    st.builds(strike, st.sampled_from(PEOPLE), st.sampled_from(["died", "court"])),
    st.builds(
        correct,
        st.sampled_from(PEOPLE),
        st.sampled_from(["surname", "fin"]),
        st.sampled_from(["Rəsulov", "5ABC102"]),
    ),
    st.builds(move, st.sampled_from(PEOPLE), st.sampled_from([1, 2])),
)


def by_person(rows):
    return [[row for row in rows if row["decided_by"] == one] for one in PEOPLE]


@over(st.lists(ANSWERS, max_size=8), st.permutations(PEOPLE))
def test_who_answered_first_makes_no_difference(rows, order):
    """Otherwise the last who imports a workbook would win."""
    reordered = [row for one in order for row in rows if row["decided_by"] == one]
    first, second = standing(amended(rows)), standing(amended(reordered))
    assert held(first) == held(second)
    assert first.contested.num_rows == second.contested.num_rows


@over(st.lists(ANSWERS, max_size=8))
def test_the_last_answer_of_everybody_holds_or_is_contested(rows):
    """Nobody's answer may be lost: it holds, agrees with what holds, or stands in the dispute."""
    result = standing(amended(rows))
    last = {}
    for row in rows:
        last[row["decided_by"], row.get("field")] = row
    contested = result.contested.to_pylist()
    holding = held(result)
    for row in last.values():
        names = ("field", "value", "ground", "precinct")
        in_dispute = any(
            one["decided_by"] == row["decided_by"] and one["answer"] == row["action"]
            for one in contested
        )
        holds = any(
            one["action"] == row["action"]
            and all(one[name] == row.get(name) for name in names)
            for one in holding
        )
        assert in_dispute or holds


@over(st.lists(ANSWERS, max_size=8))
def test_what_holds_is_not_contested(rows):
    result = standing(amended(rows))
    assert not (result.amendments.num_rows and result.contested.num_rows)


@over(st.lists(ANSWERS, max_size=8), ANSWERS)
def test_a_third_person_settles_what_the_answer_is_about(rows, answer):
    """After an adjudication nobody else's answer to the same thing is left."""
    settled = answer | {"decided_by": "Dilarə", "adjudicates": True}
    result = standing(amended([*rows, settled]))
    same = [
        row
        for row in (*result.amendments.to_pylist(), *result.contested.to_pylist())
        if row["field"] == answer.get("field")
    ]
    assert {row["decided_by"] for row in same} == {"Dilarə"}


@over(st.lists(ANSWERS, max_size=8), ANSWERS)
def test_an_adjudication_that_is_taken_back_had_never_been(rows, answer):
    """Otherwise the answers that it settled would be lost."""
    settled = answer | {"decided_by": "Dilarə", "adjudicates": True}
    result = standing(amended([*rows, settled, withdraw("Dilarə")]))
    before = standing(amended(rows))
    assert held(result) == held(before)
    assert result.contested.equals(before.contested)


@over(st.lists(ANSWERS, max_size=8), st.sampled_from(PEOPLE))
def test_who_takes_back_takes_back_the_own_answers_alone(rows, person):
    result = standing(amended([*rows, withdraw(person)]))
    others = [row for row in rows if row["decided_by"] != person]
    expected = standing(amended(others))
    assert held(result) == held(expected)
    assert result.contested.num_rows == expected.contested.num_rows


def test_a_withdrawal_of_a_field_leaves_the_others():
    rows = [correct("Aysel", "surname", "Rəsulov"), correct("Aysel", "fin", "5ABC102")]
    result = standing(amended([*rows, withdraw("Aysel", field="fin")]))
    assert [row["field"] for row in held(result)] == ["surname"]


def test_a_withdrawal_of_a_finding_leaves_what_was_said_of_others():
    rows = [
        correct("Aysel", "surname", "Rəsulov", finding_id="f-2"),
        strike("Aysel", finding_id=FINDING),
    ]
    result = standing(amended([*rows, withdraw("Aysel", finding_id=FINDING)]))
    assert [row["action"] for row in held(result)] == ["correct"]


def test_who_strikes_and_who_corrects_are_contested():
    result = standing(
        amended([strike("Aysel"), correct("Bahar", "surname", "Rəsulov")])
    )
    assert result.amendments.num_rows == 0
    assert {row["decided_by"] for row in result.contested.to_pylist()} == {
        "Aysel",
        "Bahar",
    }


def test_one_person_who_corrects_and_strikes_disputes_nothing():
    result = standing(amended([correct("Aysel", "fin", "5ABC102"), strike("Aysel")]))
    assert {row["action"] for row in held(result)} == {"correct", "strike"}


def test_corrections_of_two_fields_by_two_people_agree():
    rows = [correct("Aysel", "surname", "Rəsulov"), correct("Bahar", "fin", "5ABC102")]
    assert len(held(standing(amended(rows)))) == 2


def test_a_dispute_about_one_field_that_is_settled_leaves_the_other_corrections():
    """A third person who settles the surname said nothing of the FIN."""
    rows = [
        correct("Aysel", "fin", "5ABC102"),
        correct("Aysel", "surname", "Rəsulov"),
        correct("Bahar", "surname", "Rəsulova"),
        correct("Cavid", "surname", "Rəsulova", adjudicates=True),
    ]
    values = {row["field"]: row["value"] for row in held(standing(amended(rows)))}
    assert values == {"fin": "5ABC102", "surname": "Rəsulova"}


def test_a_striking_that_settles_leaves_no_correction_against_it():
    rows = [
        strike("Aysel"),
        correct("Bahar", "surname", "Rəsulov"),
        strike("Cavid", adjudicates=True),
    ]
    result = standing(amended(rows))
    assert [row["action"] for row in held(result)] == ["strike"]
    assert result.contested.num_rows == 0


def test_a_correction_that_settles_leaves_no_striking_against_it():
    rows = [
        strike("Aysel"),
        correct("Bahar", "surname", "Rəsulov"),
        correct("Cavid", "surname", "Rəsulov", adjudicates=True),
    ]
    result = standing(amended(rows))
    assert [row["action"] for row in held(result)] == ["correct"]
    assert result.contested.num_rows == 0


def test_a_question_is_answered_by_what_anybody_decides_after_it():
    question = {"action": "ask", "decided_by": "Aysel"}
    answered = standing(amended([question, strike("Bahar")]))
    assert [row["action"] for row in held(answered)] == ["strike"]
    asked_again = standing(amended([strike("Bahar"), question]))
    assert asked_again.contested.num_rows == 2


@pytest.mark.parametrize("person", ["Aysel", "Bahar"])
@pytest.mark.parametrize("action", ["move", "add"])
def test_a_question_takes_nobody_off_the_list_onto_which_they_came(person, action):
    """A letter that the post brought back would take an added voter off every list."""
    came = move("Aysel", 2) | {"action": action}
    question = {"action": "ask", "decided_by": person}
    result = standing(amended([came, question]))
    assert [row["action"] for row in held(result)] == sorted([action, "ask"])
    assert result.contested.num_rows == 0
    alone = standing(amended([came, question]), two_people={action})
    assert [row["action"] for row in alone.pending.to_pylist()] == [action]
    answered = standing(
        amended([came, question, move("Cavid", 2) | {"action": action}])
    )
    assert [row["action"] for row in held(answered)] == [action]


def test_who_asks_instead_of_moving_takes_the_move_back():
    """To the finding that was answered by a move, the question is the answer now."""
    moved = move("Aysel", 2, finding_id=FINDING)
    question = {"action": "ask", "decided_by": "Aysel", "finding_id": FINDING}
    result = standing(amended([moved, question]))
    assert [row["action"] for row in held(result)] == ["ask"]


@pytest.mark.parametrize(
    ("people", "holding", "pending"),
    [(["Aysel"], 0, 1), (["Aysel", "Aysel"], 0, 1), (["Aysel", "Bahar"], 1, 0)],
)
def test_two_people_must_strike_alike(people, holding, pending):
    """One person who strikes twice is still one person."""
    rows = [strike(person) for person in people]
    result = standing(amended(rows), two_people=[Action.STRIKE])
    assert (result.amendments.num_rows, result.pending.num_rows) == (holding, pending)


def test_who_accepts_a_finding_disputes_the_striking_that_answers_it():
    result = standing(amended([strike("Aysel", finding_id=FINDING)], [accept("Bahar")]))
    answers = {row["decided_by"]: row["answer"] for row in result.contested.to_pylist()}
    assert answers == {"Aysel": "strike", "Bahar": "accept"}


def test_an_adjudication_settles_what_was_accepted_before_and_not_after():
    settled = strike("Cavid", finding_id=FINDING, adjudicates=True)
    before = standing(amended([settled], [accept("Bahar")]))
    assert before.contested.num_rows == 0
    later = accept("Bahar", at="2026-03-02T09:00:00+04:00")
    assert standing(amended([settled], [later])).contested.num_rows == 2


def test_an_acceptance_that_is_taken_back_disputes_nothing():
    acceptance = accept("Bahar", mark="ask")
    result = standing(amended([strike("Aysel", finding_id=FINDING)], [acceptance]))
    assert result.contested.num_rows == 0


@pytest.mark.parametrize(("at", "asked"), [(EARLIER, ["ask"]), (LATER, [])])
def test_a_finding_that_is_accepted_later_is_asked_of_no_precinct(at, asked):
    """Somebody would go to a door for what another one has answered since."""
    question = {"action": "ask", "decided_by": "Aysel", "finding_id": FINDING}
    answer = accept("Bahar", at=at)
    assert [row["action"] for row in held(standing(amended([question], [answer])))] == (
        asked
    )


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ([("separate", EARLIER)], ["ask"]),
        ([("separate", LATER)], []),
        ([("separate", LATER), ("withdraw", LATER)], ["ask"]),
    ],
)
def test_a_case_that_is_decided_later_is_asked_of_no_precinct(said, asked):
    """The checklist for the door asked about a case that had been settled since."""
    question = {"action": "ask", "decided_by": "Aysel", "case_id": CASE}
    verdicts = decided(
        {"verdict": verdict, "decided_by": "Bahar", "decided_at": at}
        for verdict, at in said
    ).verdicts
    answers = Given(verdicts, amended([question]).amendments)
    assert [row["action"] for row in held(standing(answers))] == asked


VERDICTS = st.lists(
    st.builds(
        lambda person, entry, verdict: {
            "decided_by": person,
            "entry_id": entry,
            "verdict": verdict,
        },
        st.sampled_from(PEOPLE),
        st.sampled_from([ENTRY_ID, OTHER_ID]),
        st.sampled_from(["keep", "repeat", "separate"]),
    ),
    max_size=8,
)


def verdicts_of(result):
    return result.decisions.select(["case_id", "entry_id", "verdict"]).to_pylist()


@over(VERDICTS, st.permutations(PEOPLE))
def test_who_decided_a_case_first_makes_no_difference(rows, order):
    reordered = [row for one in order for row in rows if row["decided_by"] == one]
    first, second = standing(decided(rows)), standing(decided(reordered))
    assert verdicts_of(first) == verdicts_of(second)
    assert first.contested.num_rows == second.contested.num_rows


@over(VERDICTS)
def test_a_case_is_contested_as_a_whole_or_holds(rows):
    """Half of a contested case that held would mark a repetition of an entry nobody keeps."""
    result = standing(decided(rows))
    assert not (result.decisions.num_rows and result.contested.num_rows)
    said = {(row["decided_by"], row["entry_id"]) for row in rows}
    if result.contested.num_rows:
        disputed = {
            (row["decided_by"], row["entry_id"]) for row in result.contested.to_pylist()
        }
        assert disputed == said


@over(VERDICTS)
def test_verdicts_that_settle_hold_and_taken_back_open_the_dispute_again(rows):
    third = [
        {"decided_by": "Dilarə", "entry_id": one, "verdict": verdict}
        for one, verdict in ((ENTRY_ID, "keep"), (OTHER_ID, "repeat"))
    ]
    settled = [row | {"adjudicates": True} for row in third]
    result = standing(decided([*rows, *settled]))
    assert [row["verdict"] for row in verdicts_of(result)] == ["keep", "repeat"]
    back = [row | {"verdict": "withdraw"} for row in third]
    again = standing(decided([*rows, *settled, *back]))
    assert verdicts_of(again) == verdicts_of(standing(decided(rows)))


CASES = {"X": "ab", "W": "bc", "Y": "abc", "Z": "abcd"}
"""Cases of a list that was handed in again and again, with their entries."""


@st.composite
def whole_answers(draw):
    """(Case, person, verdict of each entry), in their order; Dilarə settles."""
    case = draw(st.sampled_from(sorted(CASES)))
    kept = draw(st.sampled_from([None, *CASES[case]]))
    others = st.sampled_from(["repeat", "separate"] if kept else ["separate"])
    verdicts = {
        entry: "keep" if entry == kept else draw(others) for entry in CASES[case]
    }
    return case, draw(st.sampled_from([*PEOPLE, "Dilarə"])), verdicts


@over(st.lists(whole_answers(), min_size=1, max_size=5))
def test_no_pair_is_one_person_in_a_case_and_two_in_another(answers):
    """The later answer of somebody else would undo the earlier one, or get lost."""
    rows = [
        {
            "case_id": case,
            "decided_by": person,
            "entry_id": entry,
            "verdict": verdict,
            "adjudicates": person == "Dilarə",
        }
        for case, person, verdicts in answers
        for entry, verdict in verdicts.items()
    ]
    given = Given(table(numbered(rows), GIVEN_VERDICT), case_entries=CASES)
    result = standing(given)
    held = {}
    for row in verdicts_of(result):
        held.setdefault(row["case_id"], {})[row["entry_id"]] = row["verdict"]
    said = {
        pair
        for case, verdicts in held.items()
        for pair in pairs_said(verdicts, is_whole=len(verdicts) == len(CASES[case]))
    }
    assert not said & {(one, other, not is_same) for one, other, is_same in said}
    contested = {row["case_id"] for row in result.contested.to_pylist()}
    parties = {row["decided_by"] for row in result.contested.to_pylist()}
    assert len(parties) != 1
    assert contested.isdisjoint(held)
    assert answers[-1][0] in contested | held.keys()


def entries(**columns):
    rows = [
        {"entry_id": ENTRY_ID, "surname": "Rəsulof", "fin": "5ABC1O2"},
        {"entry_id": OTHER_ID, "surname": "Əliyev", "fin": None},
    ]
    filled = {"source": "a", "list_kind": "permanent", "line": 1}
    return table([{**filled, **row, **columns} for row in rows], ENTRY)


def test_corrections_replace_the_fields_and_nothing_else():
    corrections = [
        correct("Aysel", "surname", "Rəsulov", entry_id=ENTRY_ID),
        correct("Aysel", "fin", None, entry_id=ENTRY_ID),
        strike("Aysel", entry_id=OTHER_ID),
        correct("Aysel", "surname", "Nobody", entry_id="088-0099-0000000000009"),
    ]
    held_now = table(
        [{"decided_at": "2026-03-01", **row} for row in corrections], AMENDMENT
    )
    before = entries()
    after = with_corrections(before, held_now)
    assert after.schema == before.schema
    assert after.column("surname").to_pylist() == ["Rəsulov", "Əliyev"]
    assert after.column("fin").to_pylist() == [None, None]
    unchanged = [name for name in ENTRY.names if name not in {"surname", "fin"}]
    assert after.select(unchanged).equals(before.select(unchanged))


def test_entries_without_corrections_stay_as_they_are():
    assert with_corrections(entries(), AMENDMENT.empty_table()).equals(entries())


@pytest.mark.parametrize(("answer", "left"), [("withdraw", 1), ("strike", 0)])
def test_a_question_that_was_taken_back_makes_no_dispute_one_of_before(answer, left):
    """It tells where the person is today; who is in dispute would leave the gates unseen."""
    contested = table([{"entry_id": ENTRY_ID, "answer": "strike"}], CONTESTED)
    back = {"old_entry_id": ENTRY_ID, "answer": answer, "why": "answered"}
    assert still_contested(contested, table([back], RETURNED)).num_rows == left
