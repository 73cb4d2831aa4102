"""A list that is frozen before an election takes a decision of its own kind alone."""

import datetime as dt

import pyarrow.parquet as pq
import pytest

import workspaces
from papers import pages, paper, squeezed, voter
from voterlist import config
from voterlist.casework.importing import Against, check_answers
from voterlist.deadlines import is_frozen, last_days
from voterlist.decisions import grounds
from voterlist.decisions.verdicts import REVIEW_ROW
from voterlist.model import ListKind
from voterlist.pipeline.known import answers_of_today, known
from voterlist.render.lists import ListWords
from voterlist.render.pdf import render_list
from voterlist.render.xlsx import ANSWER_ROW, Answers
from voterlist.rulebook import RULE_CODES
from voterlist.storage.ledger import FILE_NAME, Ledger
from voterlist.tables import from_rows

DAY = dt.date(2026, 11, 1)
SETTINGS = "[calendar]\nelection_day = 2026-11-01\n"
LAST = dt.datetime(2026, 10, 7, 10, tzinfo=dt.UTC)
"""The last day on which permanent lists are updated: 25 days before."""
FROZEN = LAST + dt.timedelta(days=1)


def settings(text):
    return config.parse(text, rule_codes=RULE_CODES)


def test_permanent_lists_are_frozen_25_days_before_and_others_20():
    calendar = settings(SETTINGS).calendar
    days = last_days(calendar, "2026")
    assert {kind: (DAY - day).days for kind, day in days.items()} == {
        ListKind.PERMANENT: 25,
        ListKind.TEMPORARY: 20,
    }
    assert not is_frozen(LAST.date(), LAST.date())
    assert is_frozen(LAST.date(), FROZEN.date())


def test_without_an_election_no_list_is_frozen():
    assert last_days(settings("").calendar, "2026") == {}


def test_a_decision_moves_the_freeze_as_it_moves_every_due_date():
    moved = '[calendar.moved]\nupdated = { due = 2026-10-20, decision = "4/15" }\n'
    calendar = settings(SETTINGS + moved).calendar
    last = last_days(calendar, "2026")
    assert last[ListKind.PERMANENT] == dt.date(2026, 10, 20)


def test_what_may_act_after_the_freeze_is_data_and_needs_a_document():
    """Whatever could change a frozen list without a paper would be no decision of its own kind."""
    late = {code: ground for code, ground in grounds().items() if ground.after_freeze}
    assert set(late) == {"court", "commission-rule"}
    assert all("evidence" in ground.needs for ground in late.values())
    assert {ground.article for ground in late.values()} == {"46.1"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    return workspaces.finished(tmp_path_factory.mktemp("freeze") / "w")


def refused(folder, rows, moment, text=SETTINGS):
    """The codes of why these answers are refused, as often as they are."""
    with Ledger(folder / FILE_NAME) as ledger:
        runs = known(folder, ledger)
        against = Against(
            runs=runs,
            given=answers_of_today(ledger, runs),
            settings=settings(text),
            numbers={},
            decided_at=moment,
            by="A. Əliyeva",
        )
    common = {"file": "", "sheet": "", "run_id": runs.run, "adjudicates": False}
    full = [{**common, "row": place, **row} for place, row in enumerate(rows, 1)]
    verdicts = [row for row in full if "verdict" in row]
    others = [row for row in full if "verdict" not in row]
    answers = Answers(
        decisions=from_rows(verdicts, REVIEW_ROW),
        amendments=from_rows(others, ANSWER_ROW),
        runs=frozenset({runs.run}),
    )
    return [problem.code for problem in check_answers(answers, (), against).problems]


def people(folder):
    (run,) = (folder / "runs").iterdir()
    return pq.read_table(run / "entries.parquet").to_pylist()


def changes(folder):
    """Ten kinds of change of a list, each on a ground that would do before the freeze."""
    ids = [row["entry_id"] for row in people(folder)]
    to_two = {"constituency": "88", "precinct": "2"}
    return [
        {"action": "strike", "ground": "died", "document": "№ 1"},
        {"action": "strike", "ground": "under-age", "document": "№ 1"},
        {"action": "strike", "ground": "not-citizen", "document": "№ 1"},
        {"action": "move", "ground": "voter-asked", "document": "№ 1", **to_two},
        {"action": "move", "ground": "boundary", **to_two},
        {"action": "correct", "ground": "typing-error", "field": "surname"},
        {"action": "correct", "ground": "document-seen", "field": "address"},
        {"action": "correct", "ground": "name-changed", "field": "given_name"},
        {"action": "correct", "ground": "checked-at-the-door", "field": "patronymic"},
        {"action": "correct", "ground": "voter-asked", "field": "birth_date"},
    ], ids[0]


@pytest.mark.slow
def test_a_frozen_list_refuses_ten_kinds_of_change_and_takes_a_court_s(ran):
    """Whoever changes a list that is printed for the day changes who may vote."""
    kinds, entry_id = changes(ran)
    for change in kinds:
        value = "1970-03-13" if change.get("field") == "birth_date" else "Yeni"
        row = {"entry_id": entry_id, "document": "№ 1", "value": value, **change}
        assert refused(ran, [row], LAST) == []
        assert refused(ran, [row], FROZEN) == ["list-frozen"]
        assert refused(ran, [row], FROZEN, text="") == []
        assert refused(ran, [row | {"ground": "court"}], FROZEN) == []
        if change["action"] != "strike":
            assert refused(ran, [row | {"ground": "commission-rule"}], FROZEN) == []


@pytest.mark.slow
def test_a_case_takes_nobody_off_a_frozen_list(ran):
    """Its other answers go with it, so that the case is answered whole or not at all."""
    (run,) = (ran / "runs").iterdir()
    case = pq.read_table(run / "cases.parquet").to_pylist()
    rows = [
        {"case_id": row["case_id"], "entry_id": row["entry_id"], "reason": "bir şəxs"}
        for row in case
    ]
    for row, verdict in zip(rows, ("keep", "repeat"), strict=True):
        row["verdict"] = verdict
    assert refused(ran, rows, LAST) == []
    assert refused(ran, rows, FROZEN) == ["list-frozen", "list-frozen"]
    apart = [{**row, "verdict": "separate"} for row in rows]
    assert refused(ran, apart, FROZEN) == []


@pytest.mark.slow
def test_to_ask_and_to_accept_stay_possible_after_the_freeze(ran):
    entry_id = people(ran)[0]["entry_id"]
    row = {"entry_id": entry_id, "action": "ask", "due": "20.10.2026"}
    assert refused(ran, [row], FROZEN) == []


@pytest.mark.parametrize("language", ["az", "en"])
def test_a_frozen_list_says_so(language):
    words = ListWords(language)
    document = paper([voter(1)], frozen_after=LAST.date())
    said = words("lists.frozen", day=words.long_day(LAST.date()))
    assert said in words.made(document)
    text = squeezed("".join(pages(render_list(document, language))))
    assert squeezed(said) in text
    assert said not in words.made(paper([voter(1)]))
