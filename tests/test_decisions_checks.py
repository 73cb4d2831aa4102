"""Answers about entries and findings, held against the newest run when they come back."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import cache, partial, reduce
from operator import or_

import pytest
from hypothesis import example
from hypothesis import given as over
from hypothesis import strategies as st

from voterlist.catalogue import LANGUAGES, entries, places
from voterlist.decisions.answers import AmendmentContext, Need, grounds
from voterlist.decisions.checks import (
    AMENDMENT_PROBLEMS,
    check_amendments,
    precincts_known,
)
from voterlist.decisions.given import (
    AMENDMENT_ROW,
    UNKNOWN_ACTION,
    Given,
    subject_table,
)
from voterlist.decisions.standing import standing
from voterlist.fields import ENTRY_FIELDS
from voterlist.findings import finding_ids
from voterlist.model import Problem
from voterlist.normalize.corrections import read_correction, read_day
from voterlist.schemas import (
    ACCEPTANCE,
    CASE,
    ENTRY,
    FINDING,
    GIVEN_AMENDMENT,
    LIST,
    MATCH,
    SUBJECT,
    VOTER,
)
from voterlist.tables import concat, from_columns

NOW = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=4)))
LATER = NOW + dt.timedelta(days=1)
ALI, ELI, MIN, LEYLA = (f"088-0012-000000000000{digit}" for digit in "1234")
DEATH, ARRIVAL, RESIDENT, MOVED = (f"088-0012-000000000010{digit}" for digit in "1234")
CASE_ID = "c0ffee"
ENTRIES = {
    ALI: {"surname": "Əliyev", "given_name": "Əli", "fin": "5ABC102"},
    ELI: {"surname": "Əliyev", "given_name": "Eli", "fin": "5ABC102"},
    MIN: {"surname": "Minayev", "given_name": "Min", "fin": "6ABC102"},
    LEYLA: {"full_name": "Quliyeva Leyla Əli qızı", "fin": None},
}
REGISTERS = {
    DEATH: {"surname": "Əliyev", "given_name": "Əli"},
    ARRIVAL: {"surname": "Həsənova", "fin": "7ABC102", "birth_date": "1990-05-04"},
    RESIDENT: {"surname": "Həsənova", "fin": "7abc1o2", "birth_date": "04.05.1990"},
    MOVED: {"surname": "Minayev", "given_name": "Min", "precinct": 13},
}
FINDINGS = {
    "deceased-confirmed": (ALI, DEATH),
    "deceased-probable": (ELI, DEATH),
    "moved-away-probable": (MIN, None),
    "under-age": (MIN, None),
    "fin-shared": (ALI, ELI),
    "sex-contradicts-given-name": (MIN, None),
    "missing-value": (LEYLA, None),
    "arrived-missing": (None, ARRIVAL),
    "resident-missing": (None, RESIDENT),
    "arrived-listed-elsewhere": (MIN, MOVED),
    "address-outside-precinct": (ELI, None),
    "precinct-too-small": (None, None),
    "crowded-dwelling": (MIN, None),
}
"""One finding of each of these rules: its entry, and the entry or row beside it."""


def table(rows, schema):
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return from_columns(columns, schema, len(rows))


PLACE = {"constituency": 88, "precinct": 12}
ADDRESS = {"field": "address"}


def entry_table(known):
    placed = {**PLACE, "list_kind": "permanent", "source": "aaaa", "line": 2}
    rows = [{**placed, "entry_id": one, **cells} for one, cells in known.items()]
    return table(rows, ENTRY)


def findings():
    rows = [
        {"rule": rule, **PLACE, "entry_id": entry, "other_entry_id": other}
        for rule, (entry, other) in FINDINGS.items()
    ]
    more = {"address-outside-precinct": {"value": 13.0}, "missing-value": ADDRESS}
    common = {"severity": "warning", "unit": "entry"}
    return table(
        [{**common, **row, **more.get(row["rule"], {})} for row in rows], FINDING
    )


IDS = dict(zip(FINDINGS, finding_ids(findings()), strict=True))


def context(**changes):
    return replace(newest_run(), **changes)


@cache
def newest_run():
    voters = [{"entry_id": one, "fin": row["fin"]} for one, row in ENTRIES.items()]
    case = {"kind": "same-precinct", "role": "keep", "case_id": CASE_ID}
    cases = [{**case, "entry_id": one} for one in (ALI, ELI)]
    filled = {"list_kind": "permanent"}
    known = {
        "findings": findings(),
        "finding_ids": list(IDS.values()),
        "entries": entry_table(ENTRIES),
        "registers": entry_table(REGISTERS),
        "voters": table([filled | row for row in voters], VOTER),
        "cases": table(cases, CASE),
        "precincts": {88: frozenset({12, 13}), 89: frozenset({1})},
        "read_value": read_correction,
        "read_day": read_day,
    }
    return AmendmentContext(**known)


def rows_of(*answers):
    """AMENDMENT_ROW with one row for each answer, from row 2 of one sheet on."""
    known = {"file": "a.xlsx", "sheet": "s", "decided_by": "Aysel", "run_id": "r"}
    rows = [
        {**known, "adjudicates": False, "row": row, **answer}
        for row, answer in enumerate(answers, start=2)
    ]
    return table(rows, AMENDMENT_ROW)


def check(*answers, given=None, at=NOW, **changes):
    return check_amendments(
        rows_of(*answers), context(**changes), given or Given(), decided_at=at
    )


def to(rule, action, **cells):
    """An answer to the finding of a rule."""
    return {"finding_id": IDS[rule], "action": action, **cells}


def strike(rule="deceased-confirmed", ground="died", **cells):
    return to(rule, "strike", ground=ground, **cells)


def correct(field, value, rule="fin-shared", **cells):
    said = {"field": field, "value": value, "ground": "document-seen"}
    return to(rule, "correct", **said | {"document": "AZE12345678"} | cells)


def to_elsewhere(**cells):
    """A striking of somebody who has moved away, with a document."""
    cells = {"document": "letter 5"} | cells
    return strike("moved-away-probable", "moved-away", **cells)


def move(**cells):
    return to("address-outside-precinct", "move", ground="boundary", **cells)


ARRIVED = to("arrived-missing", "add", ground="arrived")
LEFT_OUT = to("resident-missing", "add", ground="left-out")


def accepted(reason, decided_by="Aysel"):
    return to("deceased-confirmed", "accept", reason=reason, decided_by=decided_by)


def codes(amended):
    return sorted(problem.code for problem in amended.problems)


def after(amended, given=None):
    """What is recorded when these answers are, in the ledger's order."""
    given = given or Given()
    earlier = given.amendments.num_rows
    plain = amended.amendments.to_pylist()
    settling = amended.adjudications.to_pylist()
    rows = [row | {"adjudicates": False} for row in plain]
    rows += [row | {"adjudicates": True} for row in settling]
    rows = [row | {"number": number} for number, row in enumerate(rows, earlier + 1)]
    accepted = {row["finding_id"]: row for row in given.acceptances.to_pylist()}
    accepted |= {row["finding_id"]: row for row in amended.acceptances.to_pylist()}
    added = table(rows, GIVEN_AMENDMENT)
    return Given(
        verdicts=given.verdicts,
        amendments=concat([given.amendments, added], GIVEN_AMENDMENT),
        acceptances=table(list(accepted.values()), ACCEPTANCE),
        subjects=concat([given.subjects, amended.subjects], SUBJECT),
    )


GOOD = {
    "strike by a register": strike(),
    "strike by a document": strike("deceased-probable", document="act 12"),
    "strike to elsewhere": to_elsewhere(constituency="012", precinct="7"),
    "correct": correct("fin", "8abc1o2"),
    "correct the other entry": correct("fin", "8ABC102", entry_id=ELI),
    "correct to nothing": correct("fin", "-"),
    "correct a whole name": correct("full_name", "Quliyeva L", "missing-value"),
    "correct the only field": correct(None, "8ABC102"),
    "add": ARRIVED,
    "add elsewhere": ARRIVED | {"precinct": "13"},
    "add with the constituency": ARRIVED | {"constituency": "88"},
    "move as proposed": move(),
    "move": move(precinct="013"),
    "ask": to("crowded-dwelling", "ask", due="05.03.2026"),
    "ask without a day": to("arrived-missing", "ask"),
    "ask about a case": {"case_id": CASE_ID, "action": "ask"},
    "accept": to("precinct-too-small", "accept", reason="a village"),
    "accept on a ground": to("under-age", "accept", ground="list-is-right"),
}


@pytest.mark.parametrize("answer", GOOD.values(), ids=GOOD.keys())
def test_a_good_answer_is_recorded(answer):
    amended = check(answer)
    assert codes(amended) == []
    recorded = amended.amendments.num_rows + amended.acceptances.num_rows
    assert recorded == (2 if answer.get("case_id") else 1)


SEX = "sex-contradicts-given-name"
BORN = partial(correct, "birth_date", rule="under-age")
ABOUT_CASE = {"case_id": CASE_ID, "action": "ask"}
SEEN = {"ground": "document-seen", "document": "1"}
BAD = {
    "unknown action": (to("under-age", UNKNOWN_ACTION), "unknown-action"),
    "reason alone": (to("under-age", None, reason="why"), "action-missing"),
    "no sense": (to("fin-shared", "strike", ground="died"), "action-not-for-finding"),
    "file struck": (
        to("precinct-too-small", "ask", due="05.03.2026"),
        "action-not-for-finding",
    ),
    "nobody": (strike(decided_by=None), "no-decider"),
    "no ground": (strike(ground=None), "ground-missing"),
    "strange ground": (strike(ground="dislike"), "unknown-ground"),
    "ground of another": (strike(ground="typing-error"), "ground-not-for-action"),
    "by name only": (strike("deceased-probable"), "evidence-missing"),
    "other register": (strike(ground="not-citizen"), "evidence-missing"),
    "elsewhere unsaid": (to_elsewhere(), "precinct-missing"),
    "elsewhere is here": (to_elsewhere(precinct="13"), "destination-here"),
    "no such day": (BORN("31.02.1980"), "date-impossible"),
    "not born": (BORN("2.3.2026"), "date-in-future"),
    "no date": (BORN("spring"), "value-unreadable"),
    "no FIN": (correct("fin", "12"), "fin-impossible"),
    "no document": (correct("document", "12", "missing-value"), "document-impossible"),
    "FIN of another": (correct("fin", "6ABC102"), "fin-taken"),
    "FIN of the other": (correct("fin", "5abc102", entry_id=ELI), "fin-taken"),
    "other field": (correct("surname", "Rəsulov"), "field-not-correctable"),
    "line number": (correct("number", "5", "missing-value"), "field-not-correctable"),
    "no whole name": (
        correct("full_name", "Minayev Min", SEX),
        "field-not-correctable",
    ),
    "no field": (correct(None, "5", SEX), "field-missing"),
    "no value": (BORN(None), "value-missing"),
    "value forgotten": (correct("fin", None), "value-missing"),
    "no birth date": (BORN("yoxdur"), "value-missing"),
    "a formula for a name": (
        correct("surname", "=1+1", "missing-value"),
        "value-unreadable",
    ),
    "no such precinct": (move(precinct="99"), "precinct-not-here"),
    "other territory": (move(constituency="12", precinct="1"), "precinct-not-here"),
    "no number": (move(precinct="x"), "precinct-unreadable"),
    "no constituency": (
        to_elsewhere(constituency="126", precinct="1"),
        "precinct-unreadable",
    ),
    "constituency alone": (ARRIVED | {"constituency": "89"}, "precinct-missing"),
    "already there": (move(precinct="12"), "already-there"),
    "moved by name": (
        to("arrived-listed-elsewhere", "move", ground="arrived"),
        "evidence-missing",
    ),
    "gone": ({"entry_id": "088-0012-9", "action": "ask"}, "entry-gone"),
    "not of the finding": (to("under-age", "ask", entry_id=ALI), "entry-gone"),
    "finding gone": ({"finding_id": "f" * 16, "action": "ask"}, "unknown-finding"),
    "case gone": ({"case_id": "beef", "action": "ask"}, "unknown-case"),
    "not of the case": (ABOUT_CASE | {"entry_id": MIN}, "unknown-entry"),
    "case struck": (
        ABOUT_CASE | {"action": "strike", "ground": "died"},
        "action-not-for-case",
    ),
    "no day": (to("under-age", "ask", due="soon"), "due-unreadable"),
    "day of no month": (to("under-age", "ask", due="31.02.2027"), "due-unreadable"),
    "day gone": (to("under-age", "ask", due="2026-02-28"), "due-past"),
    "entry added": (
        SEEN | {"entry_id": MIN, "action": "add", "precinct": "12"},
        "nobody-to-add",
    ),
    "accepted as such": (to("under-age", "accept"), "accepted-without-reason"),
    "accepted blankly": (
        to("under-age", "accept", reason=" \n "),
        "accepted-without-reason",
    ),
    "nothing said": (to("under-age", "withdraw"), "nothing-to-withdraw"),
    "no dispute": (strike(adjudicates=True), "nothing-contested"),
}


@pytest.mark.parametrize(("answer", "code"), BAD.values(), ids=BAD.keys())
def test_a_bad_answer_is_refused_with_its_place_and_the_others_are_recorded(
    answer, code
):
    """Otherwise one slip of the pen would void the work of a day, or pass unseen."""
    good = to("crowded-dwelling", "ask")
    amended = check(answer, good)
    problem = amended.problems[0]
    assert codes(amended) == [code]
    assert (problem.file, problem.sheet, problem.row) == ("a.xlsx", "s", 2)
    assert [row["action"] for row in amended.amendments.to_pylist()] == ["ask"]


LACKING = {
    Need.EVIDENCE: "evidence-missing",
    Need.REASON: "reason-missing",
    Need.DESTINATION: "precinct-missing",
}


def on(ground, action):
    """An answer about an entry on a ground, with all that the ground needs, by need."""
    to_where = {"strike": {"constituency": "12", "precinct": "7"}}
    given = {
        Need.EVIDENCE: {"document": "act 4"},
        Need.REASON: {"reason": "nobody lives there"},
        Need.DESTINATION: to_where.get(action, {"precinct": "13"}),
    }
    needs = ground.needs | ({Need.DESTINATION} if action == "move" else set())
    plain = {"entry_id": MIN, "action": action, "ground": ground.code}
    if action == "correct":
        plain |= {"field": "given_name", "value": "Rza"}
    return plain, {need: given[need] for need in needs}


@pytest.mark.parametrize("ground", grounds().values(), ids=lambda ground: ground.code)
def test_an_answer_has_all_that_its_ground_needs(ground):
    """Without a document, a reason or a place nobody leaves the list and nothing is changed."""
    for action in sorted(ground.actions & {"strike", "correct", "move"}):
        plain, by_need = on(ground, action)
        whole = reduce(or_, by_need.values(), plain)
        assert codes(check(whole)) == []
        for need, cells in by_need.items():
            lacking = {name: whole[name] for name in whole if name not in cells}
            assert codes(check(lacking)) == [LACKING[need]], (action, need)


def test_every_problem_is_shown_above():
    """A code that no test meets may be one that no answer meets."""
    elsewhere = {"answered-twice", "own-dispute", "already-listed", *LACKING.values()}
    assert {code for _, code in BAD.values()} | elsewhere == set(AMENDMENT_PROBLEMS)


@pytest.mark.parametrize("code", AMENDMENT_PROBLEMS)
def test_a_problem_says_what_is_wrong_and_what_to_do_in_both_languages(code):
    key = Problem(2, code, "s").key
    for part in ("title", "todo"):
        texts = entries()[f"{key}.{part}"]
        assert all(texts[language].strip() for language in LANGUAGES)
        assert not any(places(text) for text in texts.values())


def test_several_things_wrong_with_one_row_are_all_said():
    amended = check(strike("moved-away-probable", "moved-away", precinct="99"))
    assert codes(amended) == ["evidence-missing", "precinct-not-here"]


def test_a_row_in_which_nothing_was_answered_is_no_answer():
    """A workbook proposes a ground, a field and a precinct in rows that nobody has answered."""
    proposed = to("under-age", None, ground="died", field="fin", precinct="13")
    amended = check(proposed | {"decided_by": None})
    assert amended.problems == ()
    assert amended.amendments.num_rows == 0


@pytest.mark.parametrize("action", ["accept", "ask"])
def test_a_proposed_ground_that_was_left_standing_is_no_answer(action):
    """Who chooses another word than the proposed one need not empty the cell of the ground."""
    answer = to("deceased-confirmed", action, ground="died", reason="alive")
    assert codes(check(answer)) == []
    alone = to("deceased-confirmed", "accept", ground="died")
    assert codes(check(alone)) == ["accepted-without-reason"]
    chosen = to("deceased-confirmed", action, ground="court", reason="alive")
    assert codes(check(chosen)) == ["ground-not-for-action"]


def test_an_acceptance_keeps_all_that_was_written():
    answer = to("under-age", "accept", ground="another-person", document="act 5")
    (row,) = check(answer | {"reason": "his son"}).acceptances.to_pylist()
    assert row["reason"] == "another-person; his son; act 5"
    assert row["accepted_by"] == "Aysel"


@pytest.mark.parametrize(("file", "recorded"), [("a.xlsx", ["b"]), ("", [])])
def test_a_row_that_was_refused_before_is_not_looked_at_again(file, recorded):
    rows = rows_of(strike(reason="a"), strike(reason="b", file="b.xlsx", row=2))
    refused = [Problem(2, "other-cycle", "s", file=file)]
    amended = check_amendments(
        rows, context(), Given(), decided_at=NOW, refused=refused
    )
    assert amended.amendments.column("reason").to_pylist() == recorded
    assert amended.problems == ()


def test_a_confirmed_row_of_a_register_is_the_document():
    (row,) = check(strike()).amendments.to_pylist()
    assert row["document"] == f"deaths:{DEATH}"
    assert row["rule"] == "deceased-confirmed"
    assert row["decided_at"] == "2026-03-01T09:00:00+04:00"
    (row,) = check(strike(document="act 12")).amendments.to_pylist()
    assert row["document"] == "act 12"


@pytest.mark.parametrize(
    ("match_class", "expected"),
    [("confirmed", []), ("probable", ["evidence-missing"])],
)
def test_a_row_that_may_be_a_namesakes_is_no_evidence(match_class, expected):
    met = {"register": "arrivals", "register_id": MOVED, "entry_id": MIN}
    matches = table([{**met, "class": match_class}], MATCH)
    answer = to("arrived-listed-elsewhere", "move", ground="arrived")
    amended = check(answer, matches=matches)
    assert codes(amended) == expected
    if not expected:
        (row,) = amended.amendments.to_pylist()
        assert (row["precinct"], row["document"]) == (13, f"arrivals:{MOVED}")


def test_a_destination_is_kept_of_a_move_and_not_of_a_death():
    dead = strike(constituency="89", precinct="1")
    assert check(dead).amendments.to_pylist()[0]["precinct"] is None


def test_values_are_kept_in_the_form_in_which_every_file_reads_them():
    """A date of two numbers would be read month first in a file that has the month first."""
    answers = [
        correct("birth_date", "03.04.1980", "under-age"),
        correct("fin", "8abc-1o2"),
        correct("address", "  Nizami   küç. 5 ", "missing-value"),
    ]
    values = [row["value"] for row in check(*answers).amendments.to_pylist()]
    assert values == ["1980-04-03", "8ABC102", "Nizami küç. 5"]


@pytest.mark.parametrize("text", ["=1+1", "<b>x</b>", "'; DROP TABLE decisions; --"])
def test_a_text_stays_text(text):
    (row,) = check(strike(reason=text)).amendments.to_pylist()
    assert row["reason"] == text


def test_two_entries_exchange_their_fins():
    """Each is free when the other is corrected, whichever row comes first."""
    first = correct("fin", "6ABC102")
    second = correct("fin", "8ABC102", "missing-value", entry_id=None)
    swap = correct("fin", "8ABC102", SEX)
    assert codes(check(first, second)) == ["fin-taken"]
    assert codes(check(first, swap)) == ["field-not-correctable", "fin-taken"]
    free = {"entry_id": MIN, "action": "correct", "field": "fin", "value": "8ABC102"}
    free |= SEEN
    amended = check(first, free)
    assert codes(amended) == []
    assert codes(check(free, first)) == []


def test_two_entries_are_not_corrected_to_one_fin():
    answers = [correct("fin", "8ABC102"), correct("fin", "8ABC102", entry_id=ELI)]
    assert codes(check(*answers)) == ["fin-taken", "fin-taken"]


def test_a_fin_that_an_earlier_answer_gave_is_taken():
    given = after(check(correct("fin", "8ABC102")))
    other = check(correct("fin", "8ABC102", entry_id=ELI), given=given)
    assert codes(other) == ["fin-taken"]


def test_a_person_of_two_registers_is_added_once():
    """Who arrived is resident too: both rows would put the person on the list twice."""
    assert codes(check(ARRIVED, LEFT_OUT)) == ["already-listed"]
    given = after(check(ARRIVED))
    assert codes(check(LEFT_OUT, given=given)) == ["already-listed"]
    assert codes(check(ARRIVED, given=given)) == []


def test_two_people_of_one_name_and_day_with_two_fins_are_both_added():
    """Two FINs are two people, whatever else agrees."""
    person = {"surname": "Həsənova", "given_name": "Nigar", "birth_date": "1990-05-04"}
    person |= {"patronymic": "Əli qızı"}
    for fin, expected in (("8ABC102", []), (None, ["already-listed"])):
        known = {
            ARRIVAL: person | {"fin": "7ABC102"},
            RESIDENT: person | {"fin": fin, "birth_date": "04.05.1990"},
        }
        amended = check(ARRIVED, LEFT_OUT, registers=entry_table(known))
        assert codes(amended) == expected


def test_register_rows_that_hold_a_birth_date_alone_are_not_one_person():
    known = {one: {"birth_date": "1990-05-04"} for one in (ARRIVAL, RESIDENT)}
    assert codes(check(ARRIVED, LEFT_OUT, registers=entry_table(known))) == []


def test_the_field_that_the_finding_is_about_need_not_be_named():
    answer = correct(None, "Nizami küç. 5", "missing-value")
    (row,) = check(answer).amendments.to_pylist()
    assert row["field"] == "address"


def test_who_is_on_the_list_by_the_fin_is_not_added():
    voter = {"entry_id": MIN, "fin": "7ABC102", "list_kind": "permanent"}
    found = check(ARRIVED, voters=table([voter], VOTER))
    assert codes(found) == ["already-listed"]


def test_an_entry_that_is_listed_no_more_keeps_no_fin_taken():
    """Whom the run would have added was refused: two rules said two things of one FIN."""
    given = after(check(correct("fin", "7ABC102", entry_id=ELI)))
    person = {"surname": "Həsənova", "given_name": "Nigar", "fin": "7ABC102"}
    known = {"registers": entry_table({ARRIVAL: person}), "given": given}
    assert codes(check(ARRIVED, **known)) == ["already-listed"]
    others = table([{"entry_id": MIN, "fin": "5ABC102"}], VOTER)
    assert codes(check(ARRIVED, voters=others, **known)) == []


def test_one_person_says_one_thing_in_one_file():
    answers = [strike(), accepted("alive")]
    amended = check(*answers)
    assert codes(amended) == ["answered-twice", "answered-twice"]
    assert amended.amendments.num_rows == amended.acceptances.num_rows == 0
    two_people = [answers[0], answers[1] | {"decided_by": "Bahar"}]
    assert codes(check(*two_people)) == []


def test_one_person_says_another_thing_in_a_later_file():
    """It replaces the earlier one, and that is said."""
    later = strike(ground="court", document="decision 7", file="b.xlsx")
    amended = check(strike(), later)
    assert codes(amended) == []
    (replaced,) = amended.replaced
    told = (replaced.before, replaced.now, replaced.file)
    assert told == ("strike", "strike", "b.xlsx")


def test_who_strikes_and_who_corrects_are_both_recorded():
    """A dispute is shown, not refused."""
    answers = [strike(), correct("fin", "8ABC102", decided_by="Bahar")]
    amended = check(*answers)
    assert codes(amended) == []
    assert standing(after(amended)).contested.num_rows == 2


def test_an_answer_that_was_recorded_is_not_recorded_again():
    given = after(check(strike()))
    again = check(strike(), given=given, at=LATER)
    assert again.amendments.num_rows == 0
    assert again.replaced == ()
    other_words = check(strike(reason="see act"), given=given, at=LATER)
    assert other_words.amendments.num_rows == 1
    assert other_words.replaced == ()


def test_answers_to_two_findings_of_one_entry_are_known_again():
    """Only the last of them counts; the other would be recorded anew with every import."""
    questions = [to("crowded-dwelling", "ask"), to("under-age", "ask")]
    given = after(check(*questions))
    assert given.amendments.num_rows == 2
    assert check(*questions, given=given, at=LATER).amendments.num_rows == 0


def test_who_returns_to_an_earlier_answer_says_something_new():
    given = after(check(strike()))
    given = after(check(to("deceased-confirmed", "ask"), given=given), given)
    again = check(strike(), given=given, at=LATER)
    assert [(one.before, one.now) for one in again.replaced] == [("ask", "strike")]
    assert again.amendments.num_rows == 1


def test_an_own_later_answer_replaces_the_earlier_one_and_it_is_said():
    given = after(check(strike()))
    amended = check(to("deceased-confirmed", "ask"), given=given, at=LATER)
    (replaced,) = amended.replaced
    assert (replaced.before, replaced.now) == ("strike", "ask")
    assert replaced.entry_id == ALI
    held = standing(after(amended, given)).amendments.to_pylist()
    assert [row["action"] for row in held] == ["ask"]


@pytest.mark.parametrize(
    ("first", "then", "holding"),
    [
        # Otherwise the person would stay struck by an answer that was changed.
        (strike(), accepted("a namesake"), 0),
        (accepted("a namesake"), strike(), 1),
    ],
    ids=["accepts", "strikes"],
)
def test_who_says_otherwise_of_a_striking_takes_the_first_answer_back(
    first, then, holding
):
    given = after(check(first))
    amended = check(then, given=given, at=LATER)
    actions = [(first["action"], then["action"])]
    assert [(one.before, one.now) for one in amended.replaced] == actions
    held = standing(after(amended, given))
    assert (held.amendments.num_rows, held.contested.num_rows) == (holding, 0)


def test_who_strikes_what_another_accepted_disputes_it():
    given = after(check(accepted("a namesake", "Bahar")))
    amended = check(strike(), given=given, at=LATER)
    assert amended.acceptances.num_rows == 0
    assert standing(after(amended, given)).contested.num_rows == 2


def test_a_withdrawal_takes_back_what_the_person_had_said():
    given = after(check(strike(), correct("fin", "8ABC102")))
    amended = check(to("deceased-confirmed", "withdraw"), given=given, at=LATER)
    told = [(one.before, one.now) for one in amended.replaced]
    assert told == [("strike", "withdraw")]
    held = standing(after(amended, given)).amendments.to_pylist()
    assert [row["action"] for row in held] == ["correct"]
    other = to("deceased-confirmed", "withdraw", decided_by="Bahar")
    assert codes(check(other, given=given)) == ["nothing-to-withdraw"]


def test_an_acceptance_is_taken_back():
    given = after(check(to("under-age", "accept", reason="seen")))
    amended = check(to("under-age", "withdraw"), given=given, at=LATER)
    assert [row["mark"] for row in amended.acceptances.to_pylist()] == ["ask"]
    assert amended.amendments.num_rows == 0


def disputed():
    return after(check(strike(), accepted("alive", "Bahar")))


@pytest.mark.parametrize(
    ("settling", "holding"),
    [
        (strike(decided_by="Cavid"), ["strike"]),
        (accepted("seen", "Cavid"), []),
    ],
    ids=["strike", "accept"],
)
def test_a_third_person_settles_a_dispute(settling, holding):
    amended = check(settling | {"adjudicates": True}, given=disputed(), at=LATER)
    assert codes(amended) == []
    assert amended.amendments.num_rows == 0
    result = standing(after(amended, disputed()))
    assert result.contested.num_rows == 0
    assert [row["action"] for row in result.amendments.to_pylist()] == holding


def test_a_striking_that_settles_takes_back_what_others_had_accepted():
    """A finding that stays accepted is answered twice: by the striking, and by the acceptance."""
    settling = strike(decided_by="Cavid", adjudicates=True)
    amended = check(settling, given=disputed(), at=LATER)
    (mark,) = amended.acceptances.to_pylist()
    assert (mark["mark"], mark["accepted_by"]) == ("ask", "Cavid")
    assert amended.replaced == ()


@pytest.mark.parametrize("person", ["Aysel", "Bahar"])
def test_a_party_to_a_dispute_does_not_settle_it(person):
    settling = strike(decided_by=person, adjudicates=True)
    assert codes(check(settling, given=disputed(), at=LATER)) == ["own-dispute"]


def test_who_agrees_with_all_may_settle_the_dispute_of_others():
    """A commission is small: who corrected the FIN is no party to a dispute about the surname."""
    answers = [
        correct("surname", "Minayeva", SEX),
        correct("surname", "Minai", SEX, decided_by="Bahar"),
        correct("address", "Nizami 5", "crowded-dwelling", decided_by="Cavid"),
    ]
    given = after(check(*answers))
    assert standing(given).contested.num_rows == 3
    settling = answers[0] | {"decided_by": "Cavid", "adjudicates": True}
    assert codes(check(settling, given=given, at=LATER)) == []
    for person in ("Aysel", "Bahar"):
        own = settling | {"decided_by": person}
        assert codes(check(own, given=given, at=LATER)) == ["own-dispute"]


def test_what_was_settled_is_not_opened_by_the_same_answer():
    """Who reads in an earlier file again would take away what a third person decided."""
    answers = [
        correct("surname", "Minayeva", SEX),
        correct("surname", "Minai", SEX, decided_by="Bahar"),
    ]
    given = after(check(*answers))
    settling = answers[1] | {"decided_by": "Cavid", "adjudicates": True}
    given = after(check(settling, given=given), given)
    for answer in answers:
        again = check(answer, given=given, at=LATER)
        assert (codes(again), again.amendments.num_rows) == ([], 0)
    insisting = answers[0] | {"reason": "the passport was seen"}
    again = check(insisting, given=given, at=LATER)
    assert standing(after(again, given)).contested.num_rows == 2


def test_a_question_about_a_case_is_taken_back_alone():
    question = ABOUT_CASE | {"entry_id": ALI}
    given = after(check(question, correct("fin", "8ABC102")))
    amended = check(question | {"action": "withdraw"}, given=given, at=LATER)
    held = standing(after(amended, given)).amendments.to_pylist()
    assert [row["action"] for row in held] == ["correct"]


def test_the_subject_says_what_the_entry_said():
    amended = check(strike(), ARRIVED)
    rows = amended.subjects.to_pylist()
    cells = {row["entry_id"]: json.loads(row["cells"]) for row in rows}
    assert list(cells) == sorted([ALI, ARRIVAL])
    assert cells[ALI]["surname"] == "Əliyev"
    place = {"constituency", "precinct", "list_kind", "source", "sheet", "line"}
    assert cells[ALI].keys() == place | {*ENTRY_FIELDS}
    (entry,) = entry_table({ALI: ENTRIES[ALI]}).to_pylist()
    of_table = subject_table({ALI: entry})
    assert of_table.to_pylist()[0] in amended.subjects.to_pylist()


def test_precincts_are_those_of_the_territory_else_of_the_lists():
    lists = [{"constituency": 88, "precinct": one} for one in (1, 1, 2)]
    lists += [{"constituency": 89, "precinct": 5}, {"precinct": 6}]
    filled = {"source": "a", "list_kind": "permanent", "rows": 1, "entries": 1}
    rows = [{**filled, "set_aside": 0, **row} for row in lists]
    known = precincts_known({88: (1, 2, 3)}, table(rows, LIST))
    assert known == {88: frozenset({1, 2, 3}), 89: frozenset({5})}


CELLS = st.fixed_dictionaries(
    {
        "finding_id": st.sampled_from([None, *IDS.values()]),
        "entry_id": st.sampled_from([None, *ENTRIES, *REGISTERS]),
        "case_id": st.sampled_from([None, CASE_ID]),
        "action": st.sampled_from(
            [None, "strike", "correct", "move", "add", "ask", "accept", "withdraw", "x"]
        ),
        "field": st.sampled_from([None, *ENTRY_FIELDS]),
        "value": st.one_of(st.none(), st.text(max_size=12)),
        "ground": st.sampled_from([None, "died", "moved-away", "arrived", "other"]),
        "document": st.one_of(st.none(), st.text(max_size=3)),
        "constituency": st.sampled_from([None, "88", "12", "x"]),
        "precinct": st.sampled_from([None, "12", "13", "99", "-1", "1e3"]),
        "due": st.one_of(st.none(), st.text(max_size=10)),
        "reason": st.one_of(st.none(), st.text(max_size=3)),
        "decided_by": st.sampled_from([None, "Aysel", "Bahar"]),
        "adjudicates": st.booleans(),
    }
)


@over(st.lists(CELLS, max_size=6))
def test_every_row_is_recorded_known_or_refused(rows):
    """Whatever people write: nothing is lost silently, and nothing stops the import."""
    amended = check(*rows)
    refused = {problem.row for problem in amended.problems}
    assert {problem.code for problem in amended.problems} <= set(AMENDMENT_PROBLEMS)
    recorded = {
        (row["entry_id"], row["decided_by"])
        for part in (amended.amendments, amended.adjudications)
        for row in part.to_pylist()
    }
    accepted = amended.acceptances.column("finding_id").to_pylist()
    for number, row in enumerate(rows, start=2):
        if row["action"] is None or number in refused:
            continue
        if row["action"] == "accept":
            assert row["finding_id"] in accepted
        elif row["action"] != "withdraw":
            assert (subject_of(row), row["decided_by"]) in recorded
    subjects = set(amended.subjects.column("entry_id").to_pylist())
    assert {entry for entry, _ in recorded} <= subjects


def subject_of(row):
    """The entry, or the row of a register, that an answer is about."""
    rules = {finding_id: rule for rule, finding_id in IDS.items()}
    of_finding = FINDINGS.get(rules.get(row["finding_id"]), (None, None))
    of_case = ALI if row["case_id"] and not row["finding_id"] else None
    return row["entry_id"] or of_finding[0] or of_finding[1] or of_case


@pytest.mark.parametrize("people", [("Aysel", "Aysel"), ("Aysel", "Bahar")])
def test_a_finding_that_a_file_accepts_twice_is_known_the_second_time(people):
    """Each import would add lines to the ledger, and say that something was recorded."""
    rows = [accepted(*said) for said in zip(("one", "two"), people, strict=True)]
    first = check(*rows)
    assert first.acceptances.column("reason").to_pylist() == ["one", "two"]
    again = check(*rows, given=after(first), at=LATER)
    assert again.acceptances.num_rows == 0
    other = check(rows[0], given=after(first), at=LATER)
    assert other.acceptances.column("reason").to_pylist() == ["one"]


@example([accepted("one"), accepted("two")])
@over(st.lists(CELLS, max_size=6))
def test_what_is_imported_again_is_known(rows):
    """A workbook that is read twice changes nothing the second time."""
    plain = [
        row | {"adjudicates": False, "decided_by": "Aysel"}
        for row in rows
        if row["action"] != "withdraw"
    ]
    first = check(*plain)
    again = check(*plain, given=after(first), at=LATER)
    assert again.amendments.num_rows == 0
    assert again.acceptances.num_rows == 0
    assert again.replaced == ()
