"""``voterlist find``: who is found by what people say at the counter, and who is not."""

import datetime as dt
import json
import re
import shutil
from contextlib import suppress
from functools import partial

import pyarrow.parquet as pq
import pytest

import workspaces
from command_line import AZ, EN, call, told
from voterlist.counter import index, looking
from voterlist.counter.applications import Clerk
from voterlist.counter.asking import Question
from voterlist.counter.finder import Finder
from voterlist.errors import InputError, UsageError, input_error
from voterlist.lists.compile import compile_lists
from voterlist.model import ListOrder
from voterlist.pipeline.list_input import ListSource
from voterlist.schemas import AMENDMENT, DECISION
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.kept import Kept
from voterlist.storage.ledger import Ledger
from voterlist.storage.workspace import open_to_read
from voterlist.tables import from_rows

DAY = ("--today", "2026-02-03")
CLERK = Clerk("Leyla M.", dt.datetime(2026, 2, 3, 9, tzinfo=dt.UTC), "", "Leyla M.")


def quiet(_step, _done, _total):
    """Progress for nobody."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """One constituency with two precincts."""
    return workspaces.finished(tmp_path_factory.mktemp("find") / "w")


def test_who_asks_while_a_run_is_under_way_is_answered_from_the_last_one(workspace):
    """The voter at the counter was sent away until the run of the night was over."""
    words = ("find", workspace, "Rzayev Orxan", *DAY)
    free = told(*words)[1]
    with lock.hold(workspace, since="2026-02-03 09:00"):
        code, held = told(*words)
        assert EN("find.held", run=held["searched"]["run"]) in call(*words).stdout
    assert (code, held["found"]) == (0, free["found"])
    assert (free["searched"]["is_held"], held["searched"]["is_held"]) == (False, True)


@pytest.mark.parametrize("day", ["2026-02-03", "2026-02-04"])
def test_a_run_begins_while_the_index_is_made(tmp_path, day):
    """A scheduler lost its night to whoever asked at the counter just then.

    The run of the same day takes the place of the one that is read; the next one stands beside it.
    """
    workspace = workspaces.finished(tmp_path / "w")
    with Ledger(workspace / ledgers.FILE_NAME) as ledger:
        ledger.write_journal(dt.date(2026, 2, 3), "note", by="Leyla M.")
    codes = []

    def night(_step, done, _total):
        if done == 1 and not codes:
            codes.append(told("run", workspace, "--today", day)[0])

    question = Question("Rzayev Orxan")
    found, _ = looking.look(workspace, question, CLERK, limit=10, progress=night)
    assert codes == [told("run", workspace, "--today", day)[0]]
    assert len(found.hits) == len(
        told("find", workspace, "Rzayev Orxan", *DAY)[1]["found"]
    )
    assert found.searched["day"] == day


@pytest.mark.parametrize(
    ("module", "name", "ask"),
    [
        (looking, "make_index", partial(looking.look, limit=10)),
        (index, "index_of", lambda folder, *_: index.make_index(folder, "", quiet)),
    ],
    ids=["question", "index"],
)
def test_what_a_run_puts_away_is_read_again_and_what_is_damaged_is_told(
    tmp_path, monkeypatch, module, name, ask
):
    """Between the index and the question a run ended: the table was called damaged."""
    workspace = workspaces.finished(tmp_path / "w")
    nights, reads, read = ["2026-02-04"], [], getattr(module, name)

    def put_away(*of):
        reads.append(of)
        if len(reads) == 2:
            return read(*of)
        for day in nights:
            told("run", workspace, "--today", day)
        nights.clear()
        raise input_error("run-damaged", workspace)

    monkeypatch.setattr(module, name, put_away)
    ask(workspace, Question("Rzayev Orxan"), CLERK)
    assert len(reads) == 2
    with pytest.raises(InputError):
        ask(workspace, Question("Rzayev Orxan"), CLERK)
    assert len(reads) == 3


def test_a_run_that_begins_leaves_alone_the_index_that_is_being_made(tmp_path):
    """Whoever asked first after a run was told of a file that is gone."""
    workspace = workspaces.finished(tmp_path / "w")

    def begin(_step, _done, _total):
        Kept(workspace).remove_leftovers()

    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
        found = Finder(source, ledger, begin).find(Question("Rzayev Orxan"), 10)
    assert found.hits
    assert _index(workspace)


@pytest.fixture(scope="module")
def finder(tmp_path_factory):
    """All that such a workspace knows, ready for questions."""
    workspace = workspaces.finished(tmp_path_factory.mktemp("finder") / "w")
    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
        yield Finder(source, ledger, quiet)


def find(workspace, *words):
    """What ``find`` answers; it must end well."""
    code, answer = told("find", workspace, *words, *DAY)
    assert code == 0
    return answer


def name_of(row):
    return " ".join(row[part] for part in ("surname", "given_name", "patronymic"))


@pytest.mark.parametrize(
    "words",
    [
        "Quliyeva Sevinc Vaqif qızı",
        "sevinc quliyeva",
        "GULIYEVA SEVINJ",
        "Кулиева Севиндж Вагиф кызы",
        "Гулијева Севинҹ",
        "Vaqif qızı Sevinc 1991",
        "Sevinc Quliyeva 30.09.1991",
        "Sevinc Quliyeva, 30 sentyabr 1991",
        "1991-09-30 Quliyeva",
        "Quliyva Sevinc",
        "Quliyveа Sevimc",
        "Quliy Sevinc",
        "5XK1237",
        "5xk 1237 --born 1991",
        "Sevinc Füzuli küçəsi 1",
        "Quliyeva Sevinc 1875",
        "QuliyevaSevinc 30.09.1991",
        "quli̇yeva sevi̇nc",
        "Quliyevva Sevinc",
        "Guliye Sevimc 30.09.1991",
        "bina 4 Quliyeva Sevinc",
        "m. 2 Quliyeva",
    ],
)
def test_she_is_found_first_by_what_she_says(finder, words):
    """Else a woman who is on the list would be told that she is not."""
    text, _, born = words.partition(" --born ")
    hit = finder.find(Question(text, born=born or None), 5).hits[0]
    assert name_of(hit.row) == "Quliyeva Sevinc Vaqif qızı"
    assert (hit.row["listed_in"], hit.row["listed_precinct"]) == (88, 1)
    assert hit.row["list_number"] == 2


def test_her_surname_before_she_married_finds_her(workspace):
    """Else whoever knows her old name alone would not find her."""
    words = ["Həsənova", "Sevinc", "Vaqif", "qızı", "30.09.1991"]
    (first, *_) = find(workspace, *words)["found"]
    assert name_of(first) == "Quliyeva Sevinc Vaqif qızı"


@pytest.mark.parametrize(
    "words",
    [
        "Ağakişiyev Tofiq Zeynal oğlu 12.12.1944",
        "Rzayeva Günel 1950",
        "Quliyeva Sevda Rauf qızı 01.02.1975",
        "9ZZ9999",
    ],
)
def test_whoever_is_on_no_list_is_not_shown_as_certain(finder, words):
    """Else somebody would be told that she is listed, and miss the day to be added."""
    found = finder.find(Question(words), 5)
    assert found.answer in {"nearest", "nobody"}
    assert not any(hit.is_certain for hit in found.hits)
    assert found.searched["entries"] == 7


def test_both_entries_of_one_person_are_certain(workspace):
    """Else the second one would be hidden behind the first."""
    answer = find(workspace, "Məmmədov", "Elçin", "Rauf", "oğlu", "12.03.1970")
    certain = [row for row in answer["found"] if row["certain"]]
    assert [name_of(row) for row in certain] == ["Məmmədov Elçin Rauf oğlu"] * 2
    assert {row["precinct"] for row in certain} == {1, 2}
    assert all(0 <= row["score"] <= 1 for row in answer["found"])
    assert answer["found"] == sorted(answer["found"], key=lambda row: -row["score"])


def test_a_case_and_an_entry_are_found_by_their_numbers(workspace):
    """Else a slip of paper with a number would lead nowhere."""
    rows = find(workspace, "№", "1")["found"]
    assert [name_of(row) for row in rows] == ["Məmmədov Elçin Rauf oğlu"] * 2
    (own,) = find(workspace, rows[0]["entry_id"])["found"]
    assert own["entry_id"] == rows[0]["entry_id"]
    assert find(workspace, "77")["answer"] == "nobody"


def test_identifiers_are_masked(workspace):
    """Else a look would hand out what a report masks."""
    (first, *_) = find(workspace, "5XK1237")["found"]
    assert first["fin"] == "••••237"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([" ", "--"], "find-nothing-asked"),
        (["a" * 4000], "find-too-long"),
        (["()!?"], "find-nothing-asked"),
    ],
)
def test_no_question_is_told(workspace, words, code):
    """Else a blank line would search the whole list, or a long one take an hour."""
    ended = call("find", workspace, *DAY, "--json", "--", *words)
    assert (ended.exit_code, json.loads(ended.stdout)["error"]["code"]) == (2, code)


@pytest.mark.parametrize(
    "words",
    [
        '=HYPERLINK("x")',
        "<script>alert(1)</script>",
        "\u202eədəM",
        "123456789012345",
        "31.02.1970",
        "٣٤٥",
        "а" * 290,
        "'; DROP TABLE --",
    ],
)
def test_strange_words_find_nobody_for_certain(finder, words):
    """Else a formula or a tag would stop the counter."""
    hits = ()
    with suppress(UsageError):
        hits = finder.find(Question(words), 5).hits
    assert not any(hit.is_certain for hit in hits)


def test_a_date_that_may_be_two_is_searched_as_both(workspace):
    """Else the Russian and the American order would find different people."""
    answer = find(workspace, "Rzayeva", "02/17/1969")
    assert name_of(answer["found"][0]) == "Rzayeva Aygün Nadir qızı"
    assert find(workspace, "Rzayeva", "05.06.1969")["dates"] == [
        "1969-06-05",
        "1969-05-06",
    ]
    assert find(workspace, "Rzayeva 1980-31-12")["dates"] == ["1980-12-31"]


@pytest.mark.parametrize("born", ["soon", "31.02.1990", "1991-02-29", "32 mart 1990"])
def test_a_date_of_no_calendar_is_told(workspace, born):
    """Else its year alone would be asked, and another voter shown as the one meant."""
    answer = find(workspace, "Rzayeva", "--born", born)
    assert (answer["not_read"], answer["dates"]) == (["born"], [])
    if born != "soon":
        assert find(workspace, f"Rzayeva {born}")["not_read"] == ["born"]
    ended, alone = told("find", workspace, "--born", born, *DAY)
    assert (ended, alone["error"]["code"]) == (2, "find-not-read-born")


def test_an_address_is_asked_for_by_itself(workspace):
    """Who knows no more than where she lives would be told that the question is blank."""
    found = find(workspace, "--address", "Füzuli küçəsi 1")["found"]
    assert name_of(found[0]) == "Quliyeva Sevinc Vaqif qızı"


def test_without_a_run_it_is_said(tmp_path):
    """Else an empty answer would read as 'not on the list'."""
    exit_code, answer = told("find", workspaces.make(tmp_path / "w"), "Əli", *DAY)
    assert (exit_code, answer["error"]["code"]) == (2, "no-run")


def test_each_look_and_each_card_stand_in_the_journal_without_a_cell(tmp_path):
    """Else nobody could tell who looked for whom how often, and whose card was opened."""
    workspace = workspaces.finished(tmp_path / "w")
    found = find(workspace, "5XK1237", "--by", "Aygün")
    with ledgers.reading(workspace / ledgers.FILE_NAME) as ledger:
        (day, event, look), (*_, card) = ledger.journal()[-2:]
    assert (str(day), event) == ("2026-02-03", "looked")
    assert (look["by"], look["found"]) == ("Aygün", len(found["found"]))
    assert card["entry"] == (entry := found["card"]["entry_id"])
    assert not re.search("5XK1237|Quliyeva", f"{look} {card}")
    told_by = call("journal", workspace).stdout
    assert "Aygün looked for a voter" in told_by
    assert f"Aygün opened the card of entry {entry}" in told_by


def test_looks_are_limited_by_person_and_hour(tmp_path):
    """Else one login would read the whole list name by name."""
    workspace = workspaces.finished(tmp_path / "w")
    settings = workspace / "voterlist.toml"
    settings.write_text("[desk]\nlooks_per_hour = 2\n", encoding="utf-8")
    codes = [told("find", workspace, "Quliyeva", "--by", "A", *DAY) for _ in range(3)]
    assert [code for code, _ in codes] == [0, 0, 2]
    assert codes[-1][1]["error"]["code"] == "find-too-often"
    assert told("find", workspace, "Quliyeva", "--by", "B", *DAY)[0] == 0


def test_the_index_is_made_anew_for_another_run_with_the_same_bytes(tmp_path):
    """Else a look would show the list of last week."""
    first, second = (workspaces.finished(tmp_path / name) for name in "ab")
    for workspace in (first, second):
        find(workspace, "Quliyeva")
    assert _index(first) == _index(second)
    lists = first / "inbox" / "88" / "menteqe-1.csv"
    text = lists.read_text(encoding="utf-8")
    lists.write_text(text.replace("Sevinc", "Nərgiz"), encoding="utf-8")
    workspaces.run(first)
    assert find(first, "Quliyeva", "Nərgiz")["answer"] == "found"
    assert _index(first).keys() != _index(second).keys()
    assert len(list((first / "kept" / "find" / "list").iterdir())) == 1


def _index(workspace):
    folder = workspace / "kept" / "find" / "list"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.*"))
    }


def test_the_answer_is_told_in_both_languages(workspace):
    """Else the terminal would say less than the JSON."""
    shown = call("find", workspace, "Quliyeva", "Sevinc", *DAY)
    assert shown.exit_code == 0
    assert EN("find.answer.found") in shown.stdout
    assert re.search(
        r"1 +\d\d\.\d % +Quliyeva Sevinc Vaqif qızı, 1991-09-30", shown.stdout
    )
    assert AZ("find.answer.nearest") != EN("find.answer.nearest")


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """Such a workspace after decisions: one struck, one moved, one corrected, one repeated."""
    workspace = workspaces.finished(tmp_path_factory.mktemp("decided") / "w")
    ids = {
        f"{row['surname']} {row['precinct']}": row["entry_id"]
        for name in ("Rzayev", "Hüseynli", "Quliyeva", "Məmmədov")
        for row in find(workspace, name)["found"]
        if row["surname"] == name
    }
    case = find(workspace, "№", "1")["found"]
    common = {"decided_by": "Leyla M.", "decided_at": "2026-02-03T09:00:00+00:00"}
    amendments = [
        {
            "action": "strike",
            "ground": "died",
            "document": "akt 7",
            "reason": "death act",
        },
        {"action": "move", "ground": "boundary", "constituency": 88, "precinct": 2},
        {
            "action": "correct",
            "field": "surname",
            "value": "Quliyeva-Ağa",
            "ground": "typing-error",
        },
    ]
    of_whom = (ids["Rzayev 2"], ids["Hüseynli 1"], ids["Quliyeva 1"])
    rows = [
        {**row, **common, "entry_id": entry}
        for row, entry in zip(amendments, of_whom, strict=True)
    ]
    case_id = _case_of(workspace)
    verdicts = [
        {"case_id": case_id, "entry_id": row["entry_id"], "verdict": verdict, **common}
        for row, verdict in zip(case, ("keep", "repeat"), strict=True)
    ]
    with Ledger(workspace / ledgers.FILE_NAME) as ledger:
        ledger.amend(from_rows(rows, AMENDMENT, "entry_id"))
        ledger.decide(from_rows(verdicts, DECISION, "entry_id"))
    stale = find(workspace, "5XK1237")["card"]
    workspaces.run(workspace)
    return workspace, stale


def _case_of(workspace):
    (run,) = (workspace / "runs").iterdir()
    return pq.read_table(run / "cases.parquet").column("case_id")[0].as_py()


def test_whoever_is_struck_moved_or_repeated_is_found_and_it_is_said(decided):
    """Else a man who was struck would be told that nobody knows him."""
    workspace, _ = decided
    struck = find(workspace, "Rzayev", "Orxan", "Şamil", "oğlu", "1965")
    (own, *_) = struck["found"]
    assert (own["state"], own["ground"], own["list_number"]) == ("struck", "died", None)
    moved = find(workspace, "Hüseynli", "Tural", "1988")["found"][0]
    assert (moved["state"], moved["precinct"], moved["handed_in"]["precinct"]) == (
        "moved",
        2,
        1,
    )
    both = find(workspace, "5XK1234")["found"]
    repeated = next(row for row in both if row["state"] == "repeated")
    kept = next(row for row in both if row["state"] == "listed")
    assert repeated["kept_entry_id"] == kept["entry_id"]
    counts = {
        name: struck["searched"][name] for name in ("struck", "moved", "repeated")
    }
    assert counts == {"struck": 1, "moved": 1, "repeated": 1}


def test_the_card_tells_what_was_written_decided_and_is_open(decided):
    """Else the clerk would look through five tables while the voter waits."""
    workspace, stale = decided
    card = find(workspace, "5XK1237")["card"]
    assert card["file"] == "inbox/88/menteqe-1.csv"
    assert card["cells"]["surname"] == "Quliyeva"
    assert card["cells"]["fin"] == "••••237"
    assert card["spellings"]["proposed"].startswith("Quliyeva-Ağa Sevinc")
    (correction,) = card["corrections"]
    assert correction == {
        "field": "surname",
        "written": "Quliyeva",
        "value": "Quliyeva-Ağa",
    }
    (answer,) = card["answers"]
    assert "Leyla M." in answer["sentence"]
    assert (stale["is_current"], card["is_current"]) == (False, True)


def test_the_card_of_a_case_names_the_other_entry(workspace):
    """Else nobody would see that she stands twice."""
    answer = find(workspace, "№", "1", "--card", "2")
    (case,) = answer["card"]["cases"]
    assert (case["number"], case["is_open"]) == (1, True)
    assert case["others"] == [answer["found"][0]["entry_id"]]
    assert call("find", workspace, "№", "1", "--card", "2", *DAY).exit_code == 0
    assert (
        told("find", workspace, "№", "1", "--card", "9", *DAY)[1]["error"]["code"]
        == "find-no-card"
    )


def test_an_unknown_entry_has_no_card(workspace):
    """Else a slip of paper of another commission would end in a crash."""
    for entry in ("088-0001-AAAAAAAAAAAAA", "nobody"):
        answer = told("find", workspace, "--entry", entry, *DAY)[1]
        assert (
            answer.get("answer") == "nobody"
            or answer["error"]["code"] == "find-no-entry"
        )


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two constituencies, of which one was run again alone; a file of the other is damaged."""
    workspace = workspaces.make(tmp_path_factory.mktemp("two") / "w")
    other = workspace / "inbox" / "89"
    shutil.copytree(workspace / "inbox" / "88", other)
    for path in other.iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("Quliyeva", "Bayramova"), encoding="utf-8")
    (other / "damaged.xlsx").write_bytes(b"PK\x03\x04 damaged")
    workspaces.run(workspace)
    own = workspace / "inbox" / "88" / "menteqe-1.csv"
    text = own.read_text(encoding="utf-8").replace("Sevinc", "Nərgiz")
    too_long = "6;Ələkbərova;Nigar;Tofiq qızı;1;2;3;4;5;6;7;8;9\n"
    own.write_text(text + too_long, encoding="utf-8")
    call("run", workspace, "-c", "88", *DAY)
    return workspace


def test_of_each_constituency_the_newest_run_counts(two):
    """Else somebody whom the precinct no longer hands in would be shown as listed."""
    first, *others = find(two, "Quliyeva", "Nərgiz")["found"]
    assert (first["given_name"], first["constituency"], first["list_number"]) == (
        "Nərgiz",
        88,
        2,
    )
    assert not any(row["surname"] == "Quliyeva" for row in others)
    answer = find(two, "Bayramova", "Sevinc")
    assert answer["found"][0]["list_number"] == 1
    assert answer["card"]["file"] == "inbox/89/menteqe-1.csv"


def test_a_constituency_that_could_not_be_read_is_named(two):
    """Else 'not found' would be said of a list that nobody has searched."""
    answer = find(two, "Bağırova", "Xumar")
    assert (answer["answer"], answer["searched"]["unread"]) == ("nearest", [89])
    assert "89" in call("find", two, "Bağırova", "Xumar", *DAY).stdout


def test_a_row_that_was_set_aside_is_found_by_the_words_of_the_name(two):
    """Else a voter whose row lacks a cell would be nowhere."""
    (row,) = find(two, "Алекперова", "Нигяр")["set_aside"]
    assert (row["code"], row["line"]) == ("row-too-long", 8)
    # The file is named as it lies in the inbox: a digest tells the clerk nothing.
    assert "menteqe-1.csv, -" in call("find", two, "Алекперова", *DAY).stdout


def test_names_of_another_country_are_found_by_its_profile(tmp_path):
    """Else a list with the profile generic could not be searched."""
    workspace = workspaces.finished(
        tmp_path / "w", settings='[workspace]\nprofile = "generic"\n'
    )
    found = find(workspace, "sevinc", "quliyeva", "1991")["found"]
    assert name_of(found[0]).startswith("Quliyeva Sevinc")


def test_an_application_leads_to_the_entry_and_stands_on_its_card(tmp_path):
    """Else the slip that she was given would lead nowhere at the counter."""
    workspace = workspaces.finished(tmp_path / "w")
    entry = find(workspace, "5XK1237")["found"][0]["entry_id"]
    asked = ("--for", entry, "--what", "listed", "--by", "Sevinc Quliyeva", *DAY)
    code, taken = told("application", "take", workspace, *asked)
    assert code == 0
    answer = find(workspace, "müraciət", "№", str(taken["number"]))
    assert [row["entry_id"] for row in answer["found"]] == [entry]
    (application,) = answer["card"]["applications"]
    assert (application["number"], application["what"]) == (taken["number"], "listed")
    assert find(workspace, "application", "77")["answer"] == "nobody"


def _crowd():
    """Rows of a list longer than what is compared with a question, most of them namesakes."""
    yield from (
        ("Novruzov", "Ramiz", "Həsən oğlu", "23.11.1991"),
        ("Novruzov", "Ramiz", "Xəlil oğlu", "28.09.1964"),
        ("Əliyev", "Asif", "Əhməd oğlu", "10.01.1975"),
        ("Əliyev", "Əhməd", "Asif oğlu", "11.02.2001"),
        ("Atakişiyev", "Ənvər", "Bəhruz oğlu", "30.04.1992"),
        ("Abbaszadə", "Ənvr", "Elşən oğlu", "11.10.1983"),
        ("Məmmədov", "Zakir", "Hüseyn oğlu", "15.10.1968"),
    )
    for number in range(420):
        father = f"{'BCDGHKLMNPQRST'[number % 14]}a{'dfmnrst'[number // 14 % 7]}ir oğlu"
        born = f"{2 + number % 13:02}.{1 + number % 9:02}.1968"
        yield "Məmmədov", "Zakir", father, born


def _finder(folder, rows):
    """All that a workspace knows of which the one list has these rows, ready for questions."""
    workspace = workspaces.make(folder / "w")
    shutil.rmtree(workspace / "inbox" / "88")
    path = workspace / "inbox" / "1-menteqe.csv"
    text = f"1 saylı seçki məntəqəsi\n{workspaces.HEADER}" + "\n".join(rows) + "\n"
    path.write_text(text, encoding="utf-8")
    workspaces.run(workspace)
    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
        yield Finder(source, ledger, quiet)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """The finder of such a list; each has a number, so that no pair of namesakes is a case."""
    rows = [
        f"{number};{';'.join(row)};kişi;Nizami küç. {number};5XK{number:04}"
        for number, row in enumerate(_crowd(), start=1)
    ]
    yield from _finder(tmp_path_factory.mktemp("crowd"), rows)


@pytest.mark.parametrize(
    ("words", "name", "born"),
    [
        ("Novruzov Ramiz Həən oğlu", "Novruzov Ramiz Həsən oğlu", 1991),
        ("Новрузов Рамиз Һәән", "Novruzov Ramiz Həsən oğlu", 1991),
        ("Əliyev Əhməd Asif", "Əliyev Əhməd Asif oğlu", 2001),
        ("Əliyev Asif Əhməd", "Əliyev Asif Əhməd oğlu", 1975),
        ("Ataki Envr 30.04.1992", "Atakişiyev Ənvər Bəhruz oğlu", 1992),
        ("Məmmədov Zakir 15.11.1968", "Məmmədov Zakir Hüseyn oğlu", 1968),
    ],
)
def test_who_is_meant_comes_before_who_only_looks_alike(crowd, words, name, born):
    """Else a letter left out, a month said wrong or a part of a name would bring somebody else."""
    hit = crowd.find(Question(words), 5).hits[0]
    assert (name_of(hit.row), hit.row["birth_year"]) == (name, born)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """The finder of a list with a name that is near a father's, and with a street of two villages.

    It is so short that each entry is compared with each question.
    """
    rows = []
    for number in range(90):
        surname = "Qar" + "abcdefghij"[number // 10] + "abcdefghij"[number % 10]
        is_she = number >= 30
        father = ("Gülağa", "Gülbala", "Gülalı")[number % 3]
        name = "Gülnarə;Arif qızı" if is_she else f"Əli;{father} oğlu"
        ending, sex = ("ova", "qadın") if is_she else ("ov", "kişi")
        about = f"{1 + number % 28}.03.1980;{sex};Nizami küç. {number};"
        rows.append(f"{number + 1};{surname}{ending};{name};{about}")
    for number in range(90, 99):
        name = "Elşən" if number > 90 else "Elsevər"
        rows.append(f"{number};Səfərov;{name};Arif oğlu;01.02.1970;kişi;Nizami küç. 5;")
    for number, village in ((101, "Ağalı"), (102, "Bulaqlı")):
        of_whom = f"{number};Həsənov;Adil;Vəli oğlu;{number - 90}.05.1960;kişi"
        rows.append(f"{of_whom};{village} kəndi, Gül küçəsi 5;")
    yield from _finder(tmp_path_factory.mktemp("few"), rows)


def test_a_name_that_was_said_comes_before_one_that_is_only_near(few):
    """Who asks for Gülnarə would see ten daughters of Gülağa, and her nowhere.

    So would who asks for Elşən, whose name another one nearly begins with; and who knows only her
    house.
    """
    hits = few.find(Question("Gülnarə"), 10).hits
    assert {hit.row["given_name"] for hit in hits} == {"Gülnarə"}
    for words, part, name in (
        ("Səfərov Elşən", "given_name", "Elşən"),
        ("Gülnarə ev 77", "surname", "Qarhhova"),
    ):
        assert few.find(Question(words), 10).hits[0].row[part] == name


@pytest.mark.parametrize("comma", [",", ""])
@pytest.mark.parametrize("village", ["Ağalı", "Bulaqlı", "Bulagli"])
def test_of_two_villages_with_one_street_the_named_one_comes_first(few, village, comma):
    """Else the clerk would be shown who lives in the same street of another village."""
    address = f"{village} kəndi{comma} Gül küçəsi 5"
    for question in (Question("", address=address), Question(address)):
        first, other, *_ = few.find(question, 10).hits
        assert first.row["address"].startswith(village[:3])
        assert other.row["address"].endswith("Gül küçəsi 5")


@pytest.mark.parametrize("order", ListOrder)
def test_the_numbers_are_those_of_the_printed_lists(decided, two, tmp_path, order):
    """Else the voter would be sent to a line of the list on which somebody else stands."""
    for name, ran in (("decided", decided[0]), ("two", two)):
        workspace = shutil.copytree(ran, tmp_path / name)
        settings = workspace / "voterlist.toml"
        settings.write_text(f'[lists]\norder = "{order}"\n', encoding="utf-8")
        with open_to_read(workspace) as (read, ledger):
            source = ListSource.of(workspace, ledger, read)
            made = index.index_of(source)
            printed = {
                (row["entry_id"], row["constituency"], row["precinct"], row["number"])
                for number in source.constituencies()
                for row in compile_lists(
                    source.input_of(number)[1], constituency=number, order=order
                ).listed.to_pylist()
            }
        names = ("entry_id", "listed_in", "listed_precinct", "list_number")
        rows = map(made.row, range(made.whole.size))
        assert printed == {
            tuple(row[name] for name in names) for row in rows if row["list_number"]
        }
