"""What an answer to a returned case does to the own entries of the case."""

import datetime as dt

import pytest

import ledgers
from voterlist import config
from voterlist.casework import answering
from voterlist.casework.returned_cases import OtherEntry, OwnEntry, ReturnedCase
from voterlist.errors import UsageError
from voterlist.rulebook import RULE_CODES
from voterlist.schemas import AMENDMENT
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_columns

SAID = {"decided_by": "Leyla M.", "decided_at": "2026-03-01"}


def other(constituency, precinct):
    return OtherEntry(
        constituency=constituency, precinct=precinct, fin=None, document=None
    )


def case(*others):
    own = tuple(OwnEntry(entry_id=one, precinct=1) for one in ("088-1", "088-2"))
    return ReturnedCase(
        case_id="c", number=1, kind="twice", probability=None, own=own, others=others
    )


def test_who_stands_elsewhere_is_struck_with_the_place():
    """The sheet of corrections would not say where the voter stands now."""
    rows = answering._strikings(case(other(87, 3), other(87, 3)), "№ 7", SAID)
    told = [(row["entry_id"], row["precinct"]) for row in rows.to_pylist()]
    assert told == [("088-1", 3), ("088-2", 3)]


@pytest.mark.parametrize(
    "others", [(), (other(87, None),), (other(87, 3), other(86, 4))]
)
def test_nobody_is_struck_while_it_is_not_known_where_they_stand(others):
    """A lawful voter would be struck here and looked for in the wrong place, or nowhere."""
    with pytest.raises(UsageError) as refused:
        answering._strikings(case(*others), "№ 7", SAID)
    assert refused.value.code == "answer-no-place"


def test_nobody_is_struck_by_a_case_off_a_frozen_list():
    """Whoever is struck after the lists are printed comes to vote, and is sent home."""
    text = "[calendar]\nelection_day = 2026-11-01\n"
    settings = config.parse(text, rule_codes=RULE_CODES)
    answering._require_thawed(settings, dt.date(2026, 10, 7))
    answering._require_thawed(config.parse(""), dt.date(2026, 10, 8))
    with pytest.raises(UsageError) as refused:
        answering._require_thawed(settings, dt.date(2026, 10, 8))
    assert refused.value.code == "answer-frozen"


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
        holding = ledger.given_amendments().to_pylist()
        rows = answering._questions_closed(holding, case(), SAID)
    assert [row["entry_id"] for row in rows.to_pylist()] == ["088-2"]
