"""``voterlist find``: who is found by what people say at the counter, and who is not."""

import json
import re
from contextlib import suppress

import pytest

import workspaces
from command_line import AZ, EN, call, told
from voterlist.counter.asking import Question
from voterlist.counter.looking import Finder
from voterlist.errors import UsageError
from voterlist.pipeline.list_input import ListSource
from voterlist.storage import ledger as ledgers
from voterlist.storage.workspace import open_to_read

DAY = ("--today", "2026-02-03")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """One constituency with two precincts."""
    return workspaces.finished(tmp_path_factory.mktemp("find") / "w")


@pytest.fixture(scope="module")
def finder(tmp_path_factory):
    """All that such a workspace knows, ready for questions."""
    workspace = workspaces.finished(tmp_path_factory.mktemp("finder") / "w")
    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
        yield Finder(source, ledger, lambda _step, _done, _total: None)


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
    assert find(workspace, "Rzayeva", "--born", "soon")["not_read"] == ["born"]


def test_without_a_run_it_is_said(tmp_path):
    """Else an empty answer would read as 'not on the list'."""
    exit_code, answer = told("find", workspaces.make(tmp_path / "w"), "Əli", *DAY)
    assert (exit_code, answer["error"]["code"]) == (2, "no-run")


def test_each_look_stands_in_the_journal_without_a_cell(tmp_path):
    """Else nobody could tell who looked for whom how often."""
    workspace = workspaces.finished(tmp_path / "w")
    find(workspace, "Quliyeva", "--by", "Aygün")
    with ledgers.reading(workspace / ledgers.FILE_NAME) as ledger:
        day, event, details = ledger.journal()[-1]
    assert (str(day), event) == ("2026-02-03", "looked")
    assert (details["by"], details["found"]) == (
        "Aygün",
        find(workspace, "Quliyeva") and details["found"],
    )
    assert "Quliyeva" not in json.dumps(details)
    assert "Aygün looked for a voter" in call("journal", workspace).stdout


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
