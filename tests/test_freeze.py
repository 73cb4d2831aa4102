"""A list that is frozen before an election takes a decision of its own kind alone."""

import datetime as dt
import shutil
from functools import cache

import openpyxl
import pyarrow.parquet as pq
import pytest

import desks
import review_books
import workspaces
from command_line import AZ, EN, call, told
from deciding import AFTER_FREEZE
from papers import pages, paper, squeezed, voter
from voterlist import config
from voterlist.casework.importing import Against, check_answers
from voterlist.config import SETTINGS_FILE
from voterlist.deadlines import is_frozen, last_days
from voterlist.decisions.answers import grounds
from voterlist.decisions.verdicts import REVIEW_ROW
from voterlist.model import ListKind
from voterlist.pipeline.known import answers_of_today, known
from voterlist.render.lists import ListWords
from voterlist.render.pdf import render_list
from voterlist.render.xlsx import ANSWER_ROW, Answers
from voterlist.rulebook import RULE_CODES
from voterlist.schemas import AMENDMENT, DECISION
from voterlist.storage.ledger import FILE_NAME, Ledger
from voterlist.tables import from_rows

DAY = dt.date(2026, 11, 1)
SETTINGS = "[calendar]\nelection_day = 2026-11-01\n"
LAST = dt.datetime(2026, 10, 7, 10, tzinfo=dt.UTC)
"""The last day on which permanent lists are updated: 25 days before."""
FROZEN = LAST + dt.timedelta(days=1)


@cache
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
    assert set(late) == AFTER_FREEZE, (
        "read the law, then write it into docs/decisions.md"
    )
    assert all("evidence" in ground.needs for ground in late.values())
    assert {ground.article for ground in late.values()} == {"46.1"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    return workspaces.finished(tmp_path_factory.mktemp("freeze") / "w")


@cache
def standing_of(folder):
    """The runs of a workspace, and its answers: none is recorded after the first question."""
    with Ledger(folder / FILE_NAME) as ledger:
        runs = known(folder, ledger)
        return runs, answers_of_today(ledger, runs)


def refused(folder, rows, moment, text=SETTINGS):
    """The codes of why these answers are refused, as often as they are."""
    runs, given = standing_of(folder)
    against = Against(
        runs=runs,
        given=given,
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
    return [problem.code for problem in check_answers(answers, against).problems]


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


@pytest.mark.parametrize("moment", [LAST, FROZEN])
def test_what_is_taken_back_takes_nobody_off_a_frozen_list(ran, tmp_path, moment):
    """Of two who differed one gives way, and a voter would be gone from a list on the wall."""
    folder = shutil.copytree(ran, tmp_path / "w")
    (run,) = (folder / "runs").iterdir()
    case = pq.read_table(run / "cases.parquet").to_pylist()
    said = {"A": ("keep", "repeat"), "B": ("separate", "separate")}
    old = case[0]["entry_id"]
    with Ledger(folder / FILE_NAME) as ledger:
        for who, words in said.items():
            rows = [
                {**row, "verdict": word, "reason": "bir şəxs", "decided_by": who}
                | {"decided_at": LAST.isoformat()}
                for row, word in zip(case, words, strict=True)
            ]
            ledger.decide(from_rows(rows, DECISION))
            change = {
                "entry_id": old,
                "decided_by": who,
                "decided_at": rows[0]["decided_at"],
            }
            strike = change | {"action": "strike", "ground": "died", "document": "№ 1"}
            move = change | {"action": "move", "constituency": 88, "precinct": 2}
            ledger.amend(from_rows([strike if who == "A" else move], AMENDMENT))

    expected = ["list-frozen"] if moment == FROZEN else []
    taken_back = {"entry_id": old, "action": "withdraw", "decided_by": "B"}
    assert refused(folder, [taken_back], moment) == expected
    rows = [{"case_id": row["case_id"], "entry_id": row["entry_id"]} for row in case]
    rows = [row | {"verdict": "withdraw", "decided_by": "B"} for row in rows]
    assert refused(folder, rows, moment) == 2 * expected
    # Who gives way to the one who keeps both takes nobody off.
    rows = [row | {"decided_by": "A"} for row in rows]
    assert refused(folder, rows, moment) == []


def test_to_ask_and_to_accept_stay_possible_after_the_freeze(ran):
    entry_id = people(ran)[0]["entry_id"]
    row = {"entry_id": entry_id, "action": "ask", "due": "20.10.2026"}
    assert refused(ran, [row], FROZEN) == []


EARLY = "[calendar]\nelection_day = 2026-03-01\n"
"""Frozen after 4 February: on the day of every test, whatever the clock says."""
ARRIVED = (
    "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Dairə;Məntəqə;Ünvan\n"
    "Qasımov;Rauf;Əli oğlu;05.05.1980;5XK9999;88;2;Nizami küç. 3\n"
)
BY = ("--by", "Aytən")
LATE = ("--today", "2026-02-10")


@pytest.fixture
def frozen(tmp_path):
    """A workspace with a case, a finding, somebody who arrived, and an analyst."""
    folder = workspaces.make(tmp_path / "2026", settings=EARLY)
    (folder / "reference" / "arrivals.csv").write_text(ARRIVED, encoding="utf-8")
    workspaces.ran(folder)
    desks.add_user(folder, "Aysel")
    return folder


def hung_out(folder):
    """The bytes of each list for the wall."""
    out = folder.parent / "wall"
    made = call("lists", folder, "--purpose", "display", "--out", out, *LATE)
    assert made.exit_code == 0, made.stderr
    return {path.name: path.read_bytes() for path in sorted(out.rglob("*.*"))}


def applied_for(folder, what, ground, *said):
    """(number, codes of why it is not granted) of an application on this ground."""
    words = ("--what", what, *said, "--document", "AZE 1", *BY, *LATE)
    _, taken = told("application", "take", folder, *words)
    number = taken["number"]
    words = ("--grant", "--ground", ground, "--evidence", "AZE 1", *BY, *LATE)
    code, made = told("application", "decide", folder, number, *words)
    assert code == 1
    assert all(problem["todo"] for problem in made["problems"])
    return number, {problem["code"] for problem in made["problems"]}


def ask_by_application(frozen):
    """Who asks keeps the number and the place in the queue."""
    entry = ("--for", people(frozen)[1]["entry_id"])
    new = ("--name", "Quliyev Rəşad Vaqif oğlu", "--born", "05.05.1980")
    asked = [
        ("correct", "document-seen", *entry, "--set", "surname=Əliyeva"),
        ("strike", "not-citizen", *entry),
        ("move", "voter-asked", *entry, "--set", "precinct=2", "--set", "address=A 1"),
        ("add", "left-out", *new, "--set", "precinct=2"),
    ]
    for one in asked:
        number, codes = applied_for(frozen, *one)
        assert codes == {"list-frozen"}
        assert told("application", "show", frozen, number)[1]["state"] == "open"


def ask_by_workbook_and_at_the_door(frozen):
    """What is refused is told with its row, and stands in the workbook as it was filled in."""
    _, doors = told("doors", "list", frozen, *LATE)
    codes = [code for one in doors["precincts"] for _, code in one["left"]]
    for code in codes:
        told("doors", "answer", frozen, code, "correct", "--field", "surname",
             "--value", "Yeni", *BY)  # fmt: skip
    book = frozen.parent / "review.xlsx"
    made = call("review", "export", frozen, "--out", book, "--language", "en", *LATE)
    assert made.exit_code == 0, made.stderr
    added = {
        "answer": "add",
        "ground": EN("ground.arrived.title"),
        "document": "№ 7",
    }
    seen = {
        "answer": "correct",
        "field": "Surname",
        "value": "Yeni",
        "ground": EN("ground.checked-at-the-door.title"),
    }

    def answers(row):
        if row.get("case_id"):
            verdict = {6: "keep", 7: "repeat"}[row["row"]]
            return {"answer": verdict, "reason": "bir şəxs"}
        entry_id = row.get("entry_id") or ""
        if entry_id.startswith("arrivals"):
            return added
        return seen if entry_id else None

    filled = review_books.fill(book, answers)
    assert len(filled) == 4
    code, made = told("review", "import", frozen, book, *BY)
    assert code == 1
    assert {problem["code"] for problem in made["problems"]} == {"list-frozen"}
    assert made["recorded"] == 0
    assert len(made["problems"]) == 4


def ask_at_the_desk(frozen):
    with desks.running(frozen) as desk:
        client = desk.visitor("Aysel")
        shown = client.post("/api/next", json={"after": -1}).json()
        ids = shown["entries"]["id"]
        decision = {
            "case": shown["cases"]["id"][0],
            "entries": ids,
            "seen": shown["cases"]["seen"][0],
            "verdict": "same",
            "kept": ids[0],
            "reason": "names-and-birth",
            "time": "2026-02-10T12:00:00+04:00",
        }
        said = [{"knows": shown["knows"], "decision": decision}]
        sent = {"language": "en", "decisions": said}
        answer = client.post("/api/decide", json=sent).json()
    assert AZ("review.problem.list-frozen.title") in str(answer["results"])


def test_no_application_workbook_door_or_desk_changes_a_frozen_list(frozen):
    """Whoever changes a list that is printed for the day changes who may vote.

    A court's decision carries an application that stayed open.
    """
    before = hung_out(frozen)
    for ask in (ask_by_application, ask_by_workbook_and_at_the_door, ask_at_the_desk):
        ask(frozen)
        assert hung_out(frozen) == before, ask.__name__
    words = ("--grant", "--ground", "court", "--evidence", "Qərar 7", *BY, *LATE)
    assert told("application", "decide", frozen, 1, *words)[0] == 0


def test_a_list_that_is_handed_in_after_the_freeze_is_refused_and_kept(frozen):
    """It would be printed anew for the day, and nobody decided that."""
    before = hung_out(frozen)
    inbox = frozen / "inbox" / "88"
    handed_in = {file.name: file.read_bytes() for file in inbox.iterdir()}
    text = handed_in["menteqe-2.csv"].decode("utf-8")
    other = text.replace("2 saylı", "3 saylı").replace("Rzayev", "Yeniyev")
    for name, content, told_of in (
        ("menteqe-2.csv", text.replace("Rzayev;", "Rzazadə;"), "menteqe-2"),
        ("menteqe-3.csv", other, "menteqe-3"),
        ("menteqe-2.csv", None, "88/2"),
    ):
        if content is None:
            (inbox / name).unlink()
        else:
            (inbox / name).write_text(content, encoding="utf-8")
        kept = {file.name: file.read_bytes() for file in inbox.iterdir()}
        code, made = told("run", frozen, *LATE)
        assert (code, made["error"]["code"]) == (2, "lists-frozen")
        assert told_of in made["error"]["what"]
        assert {file.name: file.read_bytes() for file in inbox.iterdir()} == kept
        (inbox / "menteqe-3.csv").unlink(missing_ok=True)
        (inbox / "menteqe-2.csv").write_bytes(handed_in["menteqe-2.csv"])
    assert hung_out(frozen) == before
    # A decision that moves the freeze lets it in.
    (inbox / "menteqe-3.csv").write_text(other, encoding="utf-8")
    moved = '[calendar.moved]\nupdated = { due = 2026-02-15, decision = "4/15" }\n'
    (frozen / SETTINGS_FILE).write_text(EARLY + moved, encoding="utf-8")
    assert told("run", frozen, *LATE)[0] in {0, 1}


def test_a_list_that_is_taken_from_beside_another_is_asked_about(frozen):
    """The patients of a hospital went unasked, frozen too: their precinct had voters left."""
    ward = frozen / "inbox" / "88" / "xestexana.csv"
    row = "1;Qasımov;Fikrət;Yusif oğlu;09.04.1958;kişi;Dədə Qorqud küç. 2;5XK7701\n"
    titles = "Müvəqqəti seçicilər siyahısı\n2 saylı seçki məntəqəsi\n"
    ward.write_text(f"{titles}{workspaces.HEADER}{row}", encoding="utf-8")
    early = ("--today", "2026-02-04")
    assert told("run", frozen, *early)[1]["missing_lists"] == []
    text = ward.read_bytes()
    ward.unlink()
    code, made = told("run", frozen, *LATE)
    assert (code, made["error"]["code"]) == (2, "lists-frozen")
    assert "88/2" in made["error"]["what"]
    code, made = told("run", frozen, *early)
    gone = {"constituency": 88, "precinct": 2, "list_kind": "temporary", "entries": 1}
    assert (code, made["missing_lists"]) == (1, [gone])
    ward.write_bytes(text)
    assert told("run", frozen, *early)[1]["missing_lists"] == []


def test_the_run_that_carries_out_a_decision_goes_on_after_the_freeze(frozen):
    """A list that is as it was, under another name too, is no other list."""
    path = frozen / "inbox" / "88" / "menteqe-2.csv"
    path.rename(path.with_name("ikinci.csv"))
    assert told("run", frozen, *LATE)[0] in {0, 1}


def with_dates(cell):
    """A cell as a program saves it that knows a date by its look."""
    day, *rest = cell.split(".")
    return dt.date(*map(int, (*reversed(rest), day))) if len(rest) == 2 else cell


def test_a_frozen_list_that_is_saved_anew_is_the_same_until_a_cell_is_changed(frozen):
    """Every run would be refused for a list of which not a letter is another."""
    inbox = frozen / "inbox" / "88"
    path = workspaces.saved_anew(inbox / "menteqe-2.csv", with_dates)
    assert told("run", frozen, *LATE)[0] in {0, 1}
    book = openpyxl.load_workbook(path)
    (row,) = [row for row in book.active if row[6].value == "Rzayev"]
    row[1].value = f"{row[1].value}a"
    book.save(path)
    code, made = told("run", frozen, *LATE)
    assert (code, made["error"]["code"]) == (2, "lists-frozen")
    assert "menteqe-2" in made["error"]["what"]


@pytest.mark.parametrize("language", ["az", "en"])
def test_a_frozen_list_says_so(language):
    words = ListWords(language)
    document = paper([voter(1)], frozen_after={ListKind.PERMANENT: LAST.date()})
    said = words("lists.frozen", day=words.long_day(LAST.date()))
    assert said in words.made(document)
    text = squeezed("".join(pages(render_list(document, language))))
    assert squeezed(said) in text
    assert said not in words.made(paper([voter(1)]))
