"""What an answer to a returned case does to the own entries of the case."""

import datetime as dt
import json
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

import ledgers
from voterlist.casework import answering, returned_cases, reviewing
from voterlist.casework.returned_cases import (
    KNOWN_AS_NAME,
    Answer,
    Kept,
    OtherEntry,
    OwnEntry,
    Returned,
    ReturnedCase,
)
from voterlist.catalogue import catalogue
from voterlist.report.asked import STAYS
from voterlist.schemas import AMENDMENT, FOLLOWED
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_columns

DAY = "2026-03-01"
SAID = {"decided_by": "Leyla M.", "decided_at": DAY}
NOTHING = {"proposals": (), "findings": ()}


def other(constituency, precinct):
    return OtherEntry(
        constituency=constituency, precinct=precinct, fin=None, document=None
    )


def case(*others):
    own = tuple(OwnEntry(entry_id=one, precinct=1) for one in ("088-1", "088-2"))
    return ReturnedCase(
        case_id="c", number=1, kind="twice", probability=None, own=own, others=others
    )


def test_only_questions_that_were_asked_are_taken_back(tmp_path):
    """What was never said of an entry would be withdrawn, and stand as a dispute."""
    path = tmp_path / "ledger.db"
    ledgers.fill(path)
    columns = {name: [None] for name in AMENDMENT.names}
    columns |= {
        "entry_id": ["088-2"],
        "action": ["ask"],
        "due": [dt.date(2026, 3, 20)],
        "decided_by": ["Leyla M."],
        "decided_at": ["2026-02-28"],
    }
    with Ledger(path) as ledger:
        ledger.amend(from_columns(columns, AMENDMENT, 1))
        # Where another entry is named, so is what is asked of the one that is gone.
        row = SAID | {"entry_id": "088-2", "action": STAYS, "reason": None}
        row["document"] = None
        row["value"] = f"088-0001-{'A' * 13}"
        file = SimpleNamespace(told_above=[row], amendments=AMENDMENT.empty_table())
        asked = {"088-2": (case(), None)}
        runs = SimpleNamespace(table=lambda _: FOLLOWED.empty_table())
        day = dt.date(2026, 3, 1)
        answering.record_from_above(ledger, runs, asked, file, day)
        rows = ledger.given_amendments().to_pylist()
    closed = [row["entry_id"] for row in rows if row["action"] == "withdraw"]
    assert closed == ["088-2", row["value"]]


def test_of_two_cases_of_one_number_the_newest_return_is_answered(monkeypatch):
    """The ledger above was put back, and gave the number anew: another voter was struck."""
    newest = case().model_copy(
        update={"own": (OwnEntry(entry_id="088-3", precinct=1),)}
    )
    told = ((case(), None), (newest, None))
    monkeypatch.setattr(reviewing, "cases_returned", lambda _: told)
    monkeypatch.setattr(reviewing, "import_answers", lambda _, books, **__: books)
    said = {"action": STAYS, "decided_by": "A", "document": None}
    ((book, _),) = reviewing.answer_case(None, 1, said, decided_at=None, bringer=None)
    assert book.answers.amendments.column("entry_id").to_pylist() == ["088-3"]


def test_whoever_stays_under_another_entry_is_on_the_list_by_it(monkeypatch):
    """Both commissions said that the person stands there, and nobody saw that it is one person.

    And what was settled was followed no more once the line of that entry changed.
    """
    kept = Kept(None, SimpleNamespace(journal=tuple))
    kept.places, kept._level = {"1": 1, "2": 2}, "constituency"
    asked = Returned(cases=(case(other(1, 1), other(2, 1)),), **NOTHING)
    kept.returned = {one: [asked] for one in kept.places}
    said = {"case_id": "c", "number": 1, "answer": "keep", "by": "A", "day": DAY}
    kept._answers = {"2": {"c": Answer(**said, stands_as="b")}}
    kept.known_as = {"2": {"088-b": "b"}}.get
    monkeypatch.setattr(answering, "Kept", lambda *_: kept)
    newest = {"c": Answer(**said, stands_as="a")}
    came = answering.CameUp("1", newest, {"a": "088-a"})
    made = answering.settle(None, None, came, catalogue("en"))
    assert [*made.case_entries.values()] == [["088-a", "088-b"]]
    assert made.entry_ids == {"088-a"}


def test_an_entry_that_was_named_goes_up_as_it_is_called_today(monkeypatch):
    """Its line was changed a little, and above nobody found it: what was settled fell."""
    said = {"case_id": "c", "number": 1, "answer": "keep", "by": "A"}
    line = dt.date(2026, 3, 1), returned_cases.ANSWERED, said | {"stands_as": "088-1"}
    today = returned_cases.standing_as(case(), f"088-0001-{'A' * 13}")
    now = SimpleNamespace(workspace=SimpleNamespace(cycle="2026"))
    monkeypatch.setattr(returned_cases, "settings_of", lambda _: now)
    monkeypatch.setattr(returned_cases, "_cases_of_today", lambda *_: [today])
    monkeypatch.setattr(returned_cases, "_as_decided", lambda answers, *_: answers)

    def told(journal):
        return returned_cases.answers_to_above(
            None, SimpleNamespace(journal=lambda: journal)
        )

    assert told([line])["c"].stands_as == today.stands_as
    # An answer of last year was one to the case of this year: the same entries, the same case.
    runs = [(line[0], "run", {"cycle": cycle}) for cycle in ("2025", "2026")]
    assert told([runs[0], line, runs[1]]) == {}
    assert told([*runs, line]).keys() == {"c"}


def test_a_workbook_of_before_an_entry_was_named_says_nothing_of_it(monkeypatch):
    """That whoever stays stands elsewhere was taken from it, about whom it does not name."""
    gone = tuple(one.model_copy(update={"is_gone": True}) for one in case().own)
    today = f"088-0001-{'A' * 13}"
    named = returned_cases.standing_as(case(), today).model_copy(update={"asked": gone})
    monkeypatch.setattr(answering, "with_answers", lambda *_: [(named, None)])
    assert {*answering.asked_by_entry(None, None)} == {today}
    both = {today, *(one.entry_id for one in gone)}
    assert {*answering.asked_by_entry(None, None, named.number)} == both


@pytest.mark.parametrize(
    ("others", "is_one"),
    [
        ({"fin": "same"}, True),
        ({"patronymic": "same"}, True),
        ({"patronymic": "same", "fin": "differs"}, False),
        ({"patronymic": "differs"}, False),
        ({}, False),
    ],
)
def test_who_has_no_identifier_may_stand_twice_too(others, is_one):
    """Both said that the person stays, and nobody who can decide was told of it."""
    names = dict.fromkeys(("surname", "given_name", "birth_date"), "same")
    assert answering._is_of_one_person(names | others) is is_one


@pytest.mark.parametrize(
    ("answers", "others", "owing"),
    [
        ({}, {1, 2}, (1, 2)),
        ({1: "keep"}, {1, 2}, (2,)),
        ({1: "keep", 2: "give-up"}, {1, 2}, ()),
        ({1: "keep", 2: "keep"}, {1, 2}, ()),
        ({1: "give-up", 2: "give-up"}, {1, 2, None}, (1, 2)),
        ({1: "give-up", 2: "give-up"}, {1, 2, 3}, ()),
    ],
)
def test_where_all_say_elsewhere_all_are_asked_again(answers, others, owing):
    """Struck off in each constituency, the person would stand on no list.

    On that of a constituency that was not asked the person stands.
    """
    kept = Kept(None, SimpleNamespace(journal=tuple))
    kept.places, kept._level, kept.handed_in = {"1": 1, "2": 2}, "constituency", {}
    asked = case(*(other(one, 1) for one in others))
    kept.returned = {one: [Returned(cases=(asked,), **NOTHING)] for one in kept.places}
    for name, number in kept.places.items():
        said = answers.get(number)
        answer = Answer(case_id="c", number=1, answer=said or "keep", by="A", day=DAY)
        kept._answers[name] = {"c": answer} if said else {}
    assert [one.owing for one in kept.owed()] == [owing] * bool(owing)


@pytest.mark.parametrize(("says", "owing"), [("A", (2,)), ("B", (1, 2))])
def test_who_stands_in_another_precinct_by_now_is_not_lost(tmp_path, says, owing):
    """One gave the person up: both were asked again, as if nobody had them on a list."""
    kept = Kept(None, SimpleNamespace(journal=tuple))
    kept.places, kept._level = {"1": 1, "2": 2}, "constituency"
    own = OwnEntry(entry_id=f"002-0001-{'A' * 13}", precinct=1)
    asked = case(other(1, 1), other(2, 1)).model_copy(update={"own": (own,)})
    kept.returned = {one: [Returned(cases=(asked,), **NOTHING)] for one in kept.places}
    gave_up = Answer(case_id="c", number=1, answer="give-up", by="A", day=DAY)
    kept._answers = {"1": {"c": gave_up}, "2": {}}
    kept._lists_of = {"2": tmp_path}.get
    today = {"here": f"002-0007-{says * 13}"}
    (tmp_path / KNOWN_AS_NAME).write_text(json.dumps(today), encoding="utf-8")
    pq.write_table(AMENDMENT.empty_table(), tmp_path / "amendments.parquet")
    assert [one.owing for one in kept.owed()] == [owing]
