"""The review workbook, for all kinds of decisions: written, filled in, read back, run again."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import review_books
import workspaces
from voterlist import config
from voterlist.casework import reviewing
from voterlist.catalogue import catalogue, entries
from voterlist.cli import APP
from voterlist.config import SETTINGS_FILE
from voterlist.decisions.trial import REFUSAL_CODES
from voterlist.errors import InputError
from voterlist.render.xlsx.forms import ANSWERS, fold, known_headings
from voterlist.report.asked import GivenAnswer, tell_answers
from voterlist.report.values import Words
from voterlist.storage.ledger import Ledger

MOMENT = dt.datetime(2026, 2, 4, 12, 0, tzinfo=dt.UTC)
EN = catalogue("en")
OLD = "12.03.1907"
SIGHT = 1_300
"""Pixels of a sheet that are in sight without scrolling."""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One person in two precincts, and in each precinct a voter who is unusually old."""
    folder = workspaces.make(tmp_path_factory.mktemp("workbook") / "2026")
    for path in (folder / "inbox" / "88").iterdir():
        text = path.read_text(encoding="utf-8")
        text = text.replace("23.11.1988", OLD).replace("05.05.1965", OLD)
        path.write_text(text, encoding="utf-8")
    workspaces.ran(folder)
    return folder


@pytest.fixture
def workspace(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "2026")


def settings_of(workspace):
    return config.load(workspace / SETTINGS_FILE)


def export(workspace, path, language="en"):
    return reviewing.export_review(workspace, path, language, today=workspaces.TODAY)


def read_in(workspace, *paths, by=None, at=MOMENT):
    return reviewing.import_review(workspace, paths, by, decided_at=at)


def call(*arguments):
    found = CliRunner().invoke(APP, [str(argument) for argument in arguments])
    return found, json.loads(found.stdout) if "--json" in arguments else None


def verdicts(who, *words, reason="one passport", sheet=None):
    """Decide the entries of the one case in their order."""
    left = list(words)

    def answer(row):
        is_case = row.get("case_id") and not row.get("finding_id")
        if not is_case or not left or sheet not in {None, row["sheet"]}:
            return None
        return {"answer": left.pop(0), "reason": reason, "decided_by": who}

    return answer


def about(rule, precinct, **texts):
    """Answer the findings of a rule in a precinct."""
    title = EN(f"rule.{rule}.title")

    def answer(row):
        is_meant = title in row["shown"] and precinct in row["shown"]
        return texts if is_meant else None

    return answer


def on(sheet, **texts):
    """Answer every row of a sheet."""
    return lambda row: texts if row["sheet"] == sheet else None


STRIKE = about(
    "over-age",
    1,
    answer="strike",
    ground=EN("ground.died.title"),
    document="act 12",
    reason="seen",
    decided_by="A",
)
"""A strikes the voter of precinct 1 who is unusually old."""


def filled(workspace, path, *answers, language="en"):
    """A fresh workbook in which somebody filled in these answers."""
    export(workspace, path, language)
    for answer in answers:
        assert review_books.fill(path, answer)
    return path


def ledger_of(workspace):
    with Ledger(workspace / "ledger.db") as ledger:
        return (
            ledger.given_verdicts().to_pylist(),
            ledger.given_amendments().to_pylist(),
        )


def table(workspace, name):
    folder = max((workspace / "runs").iterdir(), key=lambda one: one.stat().st_mtime_ns)
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def run_again(workspace):
    return workspaces.run(workspace, today=workspaces.TODAY + dt.timedelta(days=1))


def codes(imported):
    return [problem.code for problem in imported.problems]


# One tick takes what is proposed.


def ticked(mark, *, row=1, **texts):
    """Put a mark into one of the rows of the one case, from 1."""
    places = iter(range(1, 10))

    def answer(each):
        is_case = each.get("case_id") and not each.get("finding_id")
        return (
            {"as_proposed": mark, **texts} if is_case and next(places) == row else None
        )

    return answer


@pytest.mark.parametrize(
    ("mark", "row", "language"), [("✓", 1, "en"), ("Bəli", 2, "az")]
)
def test_one_tick_decides_a_case_as_proposed(workspace, tmp_path, mark, row, language):
    """Two verdicts, a typed reason and two names would be asked for what one mark says."""
    answer = ticked(mark, row=row, decided_by="A")
    path = filled(workspace, tmp_path / "a.xlsx", answer, language=language)
    imported = read_in(workspace, path)
    assert (codes(imported), imported.recorded) == ([], 2)
    given, _ = ledger_of(workspace)
    assert sorted(one["verdict"] for one in given) == ["keep", "repeat"]
    assert {one["decided_by"] for one in given} == {"A"}
    reason = catalogue(language)("desk.reason.one-identifier")
    assert {one["reason"] for one in given} == {reason}
    again = read_in(workspace, path, at=MOMENT + dt.timedelta(hours=1))
    assert (codes(again), again.recorded) == ([], 0)


def test_the_name_for_whom_a_workbook_is_written_need_not_be_filled_in(
    workspace, tmp_path
):
    path = tmp_path / "a.xlsx"
    found, _ = call("review", "export", workspace, "--for", "Sevda", "--out", path)
    assert found.exit_code == 0
    assert review_books.fill(path, ticked("x", reason="seen"))
    assert codes(read_in(workspace, path)) == []
    given, _ = ledger_of(workspace)
    assert {(one["decided_by"], one["reason"]) for one in given} == {("Sevda", "seen")}


@pytest.mark.parametrize(
    ("mark", "code"), [("maybe", "unknown-tick"), ("yes", "nothing-proposed")]
)
def test_a_tick_that_means_nothing_is_refused(workspace, tmp_path, mark, code):
    path = filled(workspace, tmp_path / "a.xlsx", ticked(mark, decided_by="A"))
    if code == "nothing-proposed":
        review_books.fill(
            path, lambda row: row.get("case_id") and {"proposed_as": None}
        )
    imported = read_in(workspace, path)
    assert (codes(imported), imported.recorded) == ([code], 0)


def test_a_tick_gives_way_to_an_answer_in_its_row(workspace, tmp_path):
    """What somebody wrote would be overwritten by a mark beside it."""
    path = filled(
        workspace,
        tmp_path / "a.xlsx",
        ticked("✓", decided_by="A", answer="separate", reason="two passports"),
        ticked("✓", row=2, decided_by="A", answer="separate", reason="two passports"),
    )
    assert codes(read_in(workspace, path)) == []
    given, _ = ledger_of(workspace)
    assert {one["verdict"] for one in given} == {"separate"}


def test_a_tick_that_is_in_no_ledger_is_carried_over(workspace, tmp_path):
    path = filled(workspace, tmp_path / "a.xlsx", ticked("✓", decided_by="A"))
    again = export(workspace, path)
    assert again.carried == 1
    assert codes(read_in(workspace, path)) == []


# Two people disagree, a third settles it.


def test_two_people_who_disagree_are_both_kept_and_a_third_settles_it(
    workspace, tmp_path
):
    """The last workbook would win, and nobody would learn that somebody said otherwise."""
    first = filled(workspace, tmp_path / "a.xlsx", verdicts("A", "keep", "repeat"))
    second = filled(
        workspace, tmp_path / "b.xlsx", verdicts("B", "separate", "separate")
    )
    found, told = call("review", "import", workspace, first, second, "--json")
    assert (found.exit_code, told["recorded"], told["problems"]) == (1, 4, [])
    assert [
        [(one["decided_by"], one["answer"], one["reason"]) for one in each["answers"]]
        for each in told["contested"]
    ] == [
        [("A", "keep", "one passport"), ("B", "separate", "one passport")],
        [("A", "repeat", "one passport"), ("B", "separate", "one passport")],
    ]
    assert {each["case_number"] for each in told["contested"]} == {1}
    assert "A, " in found.stderr
    assert "case 1" in found.stderr
    run_again(workspace)
    assert table(workspace, "decisions") == []

    path = tmp_path / "third.xlsx"
    made = export(workspace, path)
    assert (made.counts["cases"], made.counts["contested"]) == (0, 1)
    rows = [row for row in review_books.rows_of(path) if row["sheet"] == "Contested"]
    assert [
        "A, " in str(row["shown"]) and "B, " in str(row["shown"]) for row in rows
    ] == [
        True,
        True,
    ]
    review_books.fill(path, verdicts("B", "keep", "repeat", sheet="Contested"))
    refused = read_in(workspace, path)
    assert {(one.code, one.who) for one in refused.problems} == {
        ("own-dispute", "A, B")
    }
    review_books.fill(path, verdicts("C", "keep", "repeat", sheet="Contested"))
    settled = read_in(workspace, path)
    assert (settled.problems, settled.contested, settled.recorded) == ((), (), 2)
    run_again(workspace)
    assert [row["decided_by"] for row in table(workspace, "decisions")] == ["C", "C"]
    # What the others had said before is known, and opens nothing again.
    again = read_in(workspace, first, second)
    assert (again.recorded, again.contested) == (0, ())
    # Once the third person takes it back it is open again, and a party may give way.
    for who, sheet in (("C", "Decided"), ("A", "Contested")):
        withdrawn = verdicts(who, "withdraw", "withdraw", sheet=sheet)
        back = filled(workspace, tmp_path / f"{who}.xlsx", withdrawn)
        assert read_in(workspace, back).problems == ()
    run_again(workspace)
    assert [row["decided_by"] for row in table(workspace, "decisions")] == ["B", "B"]


def test_people_who_disagree_about_an_entry_are_both_kept_too(workspace, tmp_path):
    """The same entry struck by one and found right by another: neither holds."""
    accept = about(
        "over-age", 1, answer="accept", reason="seen at home", decided_by="B"
    )
    first = filled(workspace, tmp_path / "a.xlsx", STRIKE)
    second = filled(workspace, tmp_path / "b.xlsx", accept)
    imported = read_in(workspace, first, second)
    assert imported.problems == ()
    (dispute,) = imported.contested
    assert {one.decided_by: one.answer for one in dispute.answers} == {
        "A": "strike",
        "B": "accept",
    }
    path = tmp_path / "third.xlsx"
    export(workspace, path)
    # Ground and document are taken from the answer that the third person chooses.
    review_books.fill(path, on("Contested", answer="strike", decided_by="C"))
    settled = read_in(workspace, path)
    assert (settled.problems, settled.contested) == ((), ())
    *_, last = ledger_of(workspace)[1]
    assert (last["ground"], last["document"], last["adjudicates"]) == (
        "died",
        "act 12",
        True,
    )
    run_again(workspace)
    (done,) = table(workspace, "applied")
    assert (done["action"], done["decided_by"]) == ("strike", "C")
    # What A said before is known, and opens nothing again.
    again = read_in(workspace, first)
    assert (again.recorded, again.contested) == (0, ())


def test_who_settles_two_values_says_the_value_alone(workspace, tmp_path):
    """On one ground and document the sheet asks for neither, and refused whoever wrote none."""
    books = []
    for name, value in (("A", "01.01.1930"), ("B", "01.01.1931")):
        answer = {
            "answer": "correct",
            "field": EN("field.birth_date"),
            "value": value,
            "ground": EN("ground.document-seen.title"),
            "document": "act 12",
            "decided_by": name,
        }
        books.append(
            filled(workspace, tmp_path / f"{name}.xlsx", about("over-age", 1, **answer))
        )
    assert len(read_in(workspace, *books).contested) == 1
    path = tmp_path / "third.xlsx"
    export(workspace, path)
    settle = {"answer": "correct", "value": "01.01.1931", "decided_by": "C"}
    review_books.fill(path, on("Contested", **settle))
    settled = read_in(workspace, path)
    assert (settled.problems, settled.contested) == ((), ())
    *_, last = ledger_of(workspace)[1]
    said = (last["field"], last["value"], last["ground"], last["document"])
    assert said == ("birth_date", "1931-01-01", "document-seen", "act 12")


def test_the_same_person_may_think_again_and_it_is_said(workspace, tmp_path):
    """A later answer of the same person replaces the earlier one; that is no dispute."""
    first = filled(workspace, tmp_path / "a.xlsx", verdicts("A", "keep", "repeat"))
    second = filled(
        workspace, tmp_path / "b.xlsx", verdicts("A", "separate", "separate")
    )
    found, told = call("review", "import", workspace, first, second, "--json")
    assert (found.exit_code, told["contested"], told["replaced"]) == (0, [], 2)
    assert [(one["before"], one["now"]) for one in told["replacements"]] == [
        ("keep", "separate"),
        ("repeat", "separate"),
    ]
    assert "A decides otherwise than before, case 1: keep -> separate" in found.stderr


def test_what_nobody_wrote_into_a_workbook_is_no_answer(workspace, tmp_path):
    """A row that shows what was answered when it was written answers nothing.

    Else somebody's striking, and the repetition, would be back after they took them back, and a
    voter off the list, by a colleague who reads in a workbook for the sake of other rows.
    """
    accept = about("over-age", 2, answer="accept", reason="seen", decided_by="A")
    keep = verdicts("A", "keep")
    path = filled(workspace, tmp_path / "a.xlsx", STRIKE, accept, keep)
    read_in(workspace, path)
    colleague = tmp_path / "b.xlsx"
    export(workspace, colleague)

    def withdraw(row):
        return row.get("answer") and {"answer": "withdraw"}

    own = filled(workspace, tmp_path / "c.xlsx", withdraw)
    assert read_in(workspace, own).recorded == 3
    before = ledger_of(workspace)
    imported = read_in(workspace, colleague, by="B")
    assert (imported.recorded, imported.problems) == (0, ())
    assert ledger_of(workspace) == before
    # Nor is it carried over into the workbook that replaces it.
    assert export(workspace, colleague).carried == 0
    assert read_in(workspace, colleague, by="B").recorded == 0


def test_an_older_answer_does_not_come_back_with_its_workbook(workspace, tmp_path):
    """Who reads in a workbook twice, and decided otherwise meanwhile, is asked.

    Else the repetition that A took for another person since would be off the list again.
    """
    first = filled(workspace, tmp_path / "a.xlsx", verdicts("A", "keep", "repeat"))
    read_in(workspace, first)
    run_again(workspace)
    other = verdicts("A", "separate", "separate", reason="two documents")
    read_in(workspace, filled(workspace, tmp_path / "b.xlsx", other))
    before = ledger_of(workspace)
    # Another row is filled in, and so the file is another one.
    accept = about("over-age", 2, answer="accept", reason="seen", decided_by="A")
    assert review_books.fill(first, accept)
    imported = read_in(workspace, first)
    assert (codes(imported), imported.recorded) == (["answered-since"] * 2, 1)
    assert ledger_of(workspace) == before
    assert export(workspace, first).carried == 0
    # In a workbook that shows the later answer they may go back to the earlier one.
    again = verdicts("A", "keep", "repeat")
    read_in(workspace, filled(workspace, tmp_path / "c.xlsx", again))
    assert [row["verdict"] for row in ledger_of(workspace)[0][-2:]] == [
        "keep",
        "repeat",
    ]


def test_a_file_that_cannot_be_read_leaves_nothing_of_the_others(workspace, tmp_path):
    """Half of an import would be recorded, and the other half be forgotten."""
    first = filled(workspace, tmp_path / "a.xlsx", verdicts("A", "keep", "repeat"))
    broken = tmp_path / "b.xlsx"
    broken.write_bytes(b"no workbook")
    with pytest.raises(InputError):
        read_in(workspace, first, broken)
    assert ledger_of(workspace) == ([], [])


# Taken back.


def test_ones_own_answer_is_taken_back_and_nobody_elses(workspace, tmp_path):
    """A decision could not be undone, or anybody could undo it."""
    path = filled(workspace, tmp_path / "a.xlsx", verdicts("A", "keep", "repeat"))
    read_in(workspace, path)
    run_again(workspace)
    decided = filled(
        workspace,
        tmp_path / "b.xlsx",
        verdicts("B", "withdraw", "withdraw", sheet="Decided"),
    )
    found, told = call("review", "import", workspace, decided, "--json")
    assert (found.exit_code, told["recorded"]) == (1, 0)
    assert {one["code"] for one in told["problems"]} == {"withdraw-of-another"}
    assert all("A" in one["todo"] for one in told["problems"])
    review_books.fill(decided, verdicts("A", "geri götür", "withdraw", sheet="Decided"))
    assert read_in(workspace, decided).recorded == 2
    # A file may be read in twice.
    again = read_in(workspace, decided)
    assert (again.problems, again.recorded) == ((), 0)
    run_again(workspace)
    assert table(workspace, "decisions") == []
    assert export(workspace, tmp_path / "c.xlsx").cases == 1


def test_a_striking_is_taken_back(workspace, tmp_path):
    """The same of a finding: after it the finding is asked again."""
    read_in(workspace, filled(workspace, tmp_path / "a.xlsx", STRIKE))
    run_again(workspace)
    assert [row["action"] for row in table(workspace, "applied")] == ["strike"]
    withdrawn = {
        who: on("Decided", answer="withdraw", decided_by=who) for who in ("A", "B")
    }
    path = filled(workspace, tmp_path / "b.xlsx", withdrawn["B"])
    (problem,) = read_in(workspace, path).problems
    assert (problem.code, problem.who) == ("withdraw-of-another", "A")
    review_books.fill(path, withdrawn["A"])
    assert read_in(workspace, path).recorded == 1
    again = read_in(workspace, path)
    assert (again.problems, again.recorded) == ((), 0)
    run_again(workspace)
    assert table(workspace, "applied") == []


# A second person.


def test_what_two_people_decide_waits_for_the_second(workspace, tmp_path):
    """One person alone would strike a voter where the settings ask for two."""
    text = '[decisions]\ntwo_people = ["strike"]\n'
    (workspace / SETTINGS_FILE).write_text(text, encoding="utf-8")
    imported = read_in(workspace, filled(workspace, tmp_path / "a.xlsx", STRIKE))
    (waiting,) = imported.pending
    assert [one.decided_by for one in waiting.answers] == ["A"]
    run_again(workspace)
    assert table(workspace, "applied") == []
    # Who answers otherwise has seen no document of the other one.
    lives = on("Second look", answer="accept", reason="lives", decided_by="B")
    accepted = read_in(workspace, filled(workspace, tmp_path / "other.xlsx", lives))
    said = accepted.files[0].acceptances.column("reason").to_pylist()
    assert (said, len(accepted.contested)) == (["lives"], 1)
    for name, problem in (("C", "withdraw-of-another"), ("B", None)):
        path = tmp_path / f"{name} withdraws.xlsx"
        own = on("Contested", answer="withdraw", decided_by=name)
        back = read_in(workspace, filled(workspace, path, own))
        assert codes(back) == [problem] * (problem is not None)
    assert back.contested == ()
    own = on("Second look", answer="confirm", decided_by="A")
    path = filled(workspace, tmp_path / "own.xlsx", own)
    assert codes(read_in(workspace, path)) == ["confirms-own"]
    confirm = on("Second look", answer="confirm", decided_by="B")
    path = filled(workspace, tmp_path / "b.xlsx", confirm)
    confirmed = read_in(workspace, path)
    assert (confirmed.problems, confirmed.pending, confirmed.recorded) == ((), (), 1)
    run_again(workspace)
    (done,) = table(workspace, "applied")
    assert (done["ground"], done["document"]) == ("died", "act 12")
    # What was confirmed is not asked any more.
    assert codes(read_in(workspace, path)) == ["cannot-confirm"]


# What came back.


@pytest.mark.parametrize("why", ["changed", "gone"])
def test_an_entry_that_is_as_it_was_comes_back_because_of_another(
    workspace, tmp_path, why
):
    """Of an entry with its file and line it was said that it is on no list any more."""
    workspaces.run(workspace)
    (folder,) = (workspace / "runs").iterdir()
    entry_id = pq.read_table(folder / "entries.parquet")["entry_id"][0].as_py()
    row = dict.fromkeys(pq.read_schema(folder / "returned.parquet").names) | {
        "old_entry_id": entry_id,
        "entry_id": entry_id,
        "answer": "keep",
        "why": why,
    }
    row |= {"decided_by": "A", "decided_at": "2026-02-03T09:00:00+00:00"}
    schema = pq.read_schema(folder / "returned.parquet")
    pq.write_table(
        pa.Table.from_pylist([row], schema=schema), folder / "returned.parquet"
    )
    path = tmp_path / "b.xlsx"
    export(workspace, path)
    (asked,) = [
        each for each in review_books.rows_of(path) if each["sheet"] == "Came back"
    ]
    assert EN(f"review.came-back.other-{why}") in asked["shown"]


def test_what_came_back_is_confirmed_for_the_entry_of_today(workspace, tmp_path):
    """What was decided, and what changed since, would have to be looked up by hand."""
    read_in(workspace, filled(workspace, tmp_path / "a.xlsx", STRIKE))
    ((_, (given,)),) = [ledger_of(workspace)]
    other = next(
        row["entry_id"]
        for row in table(workspace, "entries")
        if row["entry_id"] != given["entry_id"]
    )
    names = ("field", "value", "ground", "reason", "decided_by", "decided_at")
    row = {name: given[name] for name in names}
    row |= {
        "old_entry_id": given["entry_id"],
        "entry_id": other,
        "case_id": None,
        "answer": "strike",
        "changed": "surname+address",
        "why": "changed",
    }
    (folder,) = (workspace / "runs").iterdir()
    pq.write_table(pa.Table.from_pylist([row]), folder / "returned.parquet")
    path = tmp_path / "b.xlsx"
    assert export(workspace, path).counts["came_back"] == 1
    (asked,) = [
        each for each in review_books.rows_of(path) if each["sheet"] == "Came back"
    ]
    assert EN("review.came-back.changed") in asked["shown"]
    assert "Decided" not in openpyxl.load_workbook(path).sheetnames
    assert "Surname, Address" in asked["shown"]
    review_books.fill(path, on("Came back", answer="confirm", decided_by="B"))
    confirmed = read_in(workspace, path)
    assert confirmed.problems == ()
    last = ledger_of(workspace)[1][-1]
    assert (last["entry_id"], last["action"], last["document"], last["decided_by"]) == (
        other,
        "strike",
        "act 12",
        "B",
    )


# Questions to the precinct.


def test_a_case_is_asked_of_the_precinct_with_a_day(workspace, tmp_path):
    """Whoever is not certain could only leave the case open, and nobody would know why."""

    def ask(row):
        is_case = row.get("case_id") and not row.get("finding_id")
        return is_case and {
            "answer": "ask the precinct",
            "due": "10.02.2026",
            "decided_by": "A",
        }

    path = filled(workspace, tmp_path / "a.xlsx", ask)
    assert read_in(workspace, path).problems == ()
    # Another one's workbook has the questions too, when their day has passed.
    later = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    again = read_in(workspace, path, at=later)
    assert (again.problems, again.recorded) == ((), 0)
    assert {
        (row["action"], row["due"], bool(row["case_id"]))
        for row in ledger_of(workspace)[1]
    } == {("ask", "2026-02-10", True)}
    again = tmp_path / "again.xlsx"
    assert export(workspace, again, "az").cases == 1
    shown = [
        (row["answer"], row["due"], row["decided_by"])
        for row in review_books.rows_of(again)
        if row.get("case_id")
    ]
    assert shown == [("məntəqədən soruş", "10.02.2026", "A")] * 2
    assert read_in(workspace, again).recorded == 0
    review_books.fill(again, verdicts("A", "withdraw", "withdraw"))
    assert read_in(workspace, again).recorded == 2
    assert [row["action"] for row in ledger_of(workspace)[1]][2:] == ["withdraw"] * 2


# What was written is not lost.


def test_who_asks_the_precinct_takes_back_what_they_decided(workspace, tmp_path):
    """A repetition stayed off the list while its author waited for an answer from the door."""
    first = filled(workspace, tmp_path / "a.xlsx", verdicts("A", "keep", "repeat"))
    read_in(workspace, first)
    ask = verdicts("A", "ask the precinct", reason="not sure any more")
    path = filled(workspace, tmp_path / "b.xlsx", ask)
    imported = read_in(workspace, path)
    assert (imported.problems, len(imported.replaced)) == ((), 2)
    again = read_in(workspace, path)
    assert (again.problems, again.recorded) == ((), 0)
    run_again(workspace)
    assert table(workspace, "applied") == []
    assert export(workspace, tmp_path / "c.xlsx").cases == 1


def test_who_asks_about_a_contested_case_gives_way_to_nobody(workspace, tmp_path):
    """Of two who differ, one is in doubt: the other's repetition would hold by that."""
    for who, word in (("A", "repeat"), ("B", "separate")):
        other = "keep" if word == "repeat" else word
        said = verdicts(who, other, word, sheet="Cases" if who == "A" else "Decided")
        read_in(workspace, filled(workspace, tmp_path / f"{who}.xlsx", said))
    ask = verdicts("B", "ask the precinct", sheet="Contested")
    imported = read_in(workspace, filled(workspace, tmp_path / "c.xlsx", ask))
    assert (imported.recorded, imported.problems) == (1, ())
    run_again(workspace)
    assert table(workspace, "applied") == []
    assert table(workspace, "contested") != []


def test_answers_that_are_not_in_the_ledger_are_carried_over(workspace, tmp_path):
    """A day of work would be overwritten by an export."""
    path = filled(
        workspace,
        tmp_path / "review.xlsx",
        verdicts("A", "keep", None, reason="'=1+1 <b>"),
        about("over-age", 1, answer="accept", reason="seen", decided_by="A"),
    )
    before = path.read_bytes()
    made = export(workspace, path, "az")
    assert (made.carried, made.gone) == (2 + 1, 0)
    assert made.old == tmp_path / "review.before-2026-02-03.xlsx"
    assert made.old.read_bytes() == before
    typed = {
        (row["answer"], row["reason"], row["decided_by"])
        for row in review_books.rows_of(path)
        if row["decided_by"]
    }
    assert typed == {
        ("keep", "'=1+1 <b>", "A"),
        (None, "'=1+1 <b>", "A"),
        ("accept", "seen", "A"),
    }
    # The answers of the same day are kept beside once more, under a name of their own.
    assert export(workspace, path).old == tmp_path / "review.before-2026-02-03-2.xlsx"


def test_what_is_in_the_ledger_is_not_carried_over(workspace, tmp_path):
    """Every export would leave another copy, and old answers would come back."""
    path = filled(
        workspace,
        tmp_path / "review.xlsx",
        verdicts("A", "keep", "repeat"),
        about("over-age", 1, answer="accept", reason="seen"),
    )
    assert read_in(workspace, path, by="A").problems == ()
    made = export(workspace, path)
    assert (made.carried, made.old) == (0, None)
    assert [one.name for one in tmp_path.glob("review*")] == ["review.xlsx"]
    # Untouched, with what was answered filled in.
    assert export(workspace, path).old is None


def test_what_was_changed_since_it_was_read_in_is_carried_over(workspace, tmp_path):
    """The second thought of a day would be taken for the first, and be overwritten."""
    correction = {
        "answer": "correct",
        "field": "Birth date",
        "value": "12.03.1970",
        "document": "passport",
        "ground": EN("ground.document-seen.title"),
        "decided_by": "A",
    }
    asked = {"answer": "ask the precinct", "due": "10.02.2026", "decided_by": "A"}
    told = (about("over-age", 1, **correction), about("over-age", 2, **asked))
    path = filled(workspace, tmp_path / "review.xlsx", *told)
    assert read_in(workspace, path).problems == ()
    assert export(workspace, path).carried == 0
    after = {"value": "13.03.1970"}, {"due": "11.02.2026"}
    for precinct, texts in enumerate(after, 1):
        assert review_books.fill(path, about("over-age", precinct, **texts))
    assert export(workspace, path).carried == 2
    typed = [
        {name: row.get(name) for name in ("value", "due") if row.get(name)}
        for row in review_books.rows_of(path)
    ]
    assert [each for each in typed if each] == [*after]


def test_what_is_no_longer_asked_stands_on_a_sheet_of_its_own(workspace, tmp_path):
    """What somebody wrote beside an entry that changed since would be gone."""
    path = filled(workspace, tmp_path / "review.xlsx", verdicts("A", "keep", "repeat"))
    lists = workspace / "inbox" / "88" / "menteqe-2.csv"
    text = lists.read_text(encoding="utf-8")
    lists.write_text(text.replace("5XK1234", "5XK1999"), encoding="utf-8")
    run_again(workspace)
    made = export(workspace, path)
    assert made.gone == made.carried == 2
    gone = [
        row for row in review_books.rows_of(path) if row["sheet"] == "No longer asked"
    ]
    assert [(row["answer"], row["reason"], row["decided_by"]) for row in gone] == [
        ("keep", "one passport", "A"),
        ("repeat", "one passport", "A"),
    ]
    assert any("Məmmədov" in str(cell) for cell in gone[0]["shown"])
    # It decides nothing, and is kept by the next export too.
    assert read_in(workspace, path).recorded == 0
    again = export(workspace, path)
    assert (again.carried, again.gone) == (2, 2)


def test_a_target_that_is_no_review_is_left_alone(workspace, tmp_path):
    """Somebody's other file would be overwritten."""
    path = tmp_path / "review.xlsx"
    openpyxl.Workbook().save(path)
    for content in (b"a letter", b"", path.read_bytes()):
        path.write_bytes(content)
        found, told = call("review", "export", workspace, "--out", path, "--json")
        code = told["error"]["code"]
        assert (found.exit_code, code) == (3, "review-target-unreadable")
        assert path.read_bytes() == content


# What is refused.


def test_a_refused_row_is_named_with_the_number_of_its_case(workspace, tmp_path):
    """A person would have to find the row by an id that no sheet shows."""
    path = filled(workspace, tmp_path / "a.xlsx", verdicts("A", "repeat", "repeat"))
    found, told = call("review", "import", workspace, path, "--json")
    (problem,) = told["problems"]
    assert found.exit_code == 1
    assert (problem["file"], problem["case_number"], problem["code"]) == (
        "a.xlsx",
        1,
        "all-repeat",
    )
    assert problem["todo"] == EN("review.problem.all-repeat.todo")
    (line,) = [each for each in found.stderr.splitlines() if "a.xlsx" in each]
    assert "case 1" in line
    assert line.endswith(problem["todo"])


def test_a_finding_about_a_precinct_can_be_accepted(workspace, tmp_path):
    """The cell would offer striking and moving, which is refused, and not what is taken."""
    export(workspace, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Findings"]
    offered = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert '"accept,withdraw"' in offered


def test_answers_that_cannot_hold_are_refused_and_the_rest_is_recorded(
    workspace, tmp_path
):
    """A striking without a ground, and a correction to a day that does not exist."""
    path = filled(
        workspace,
        tmp_path / "a.xlsx",
        about("over-age", 1, answer="strike", decided_by="A"),
        about(
            "over-age",
            2,
            answer="correct",
            field="Birth date",
            value="31.02.1990",
            ground=EN("ground.typing-error.title"),
            decided_by="A",
        ),
        verdicts("A", "keep", "repeat"),
    )
    imported = read_in(workspace, path)
    assert sorted(codes(imported)) == ["date-impossible", "ground-missing"]
    assert imported.recorded == 2


def test_an_answer_by_which_somebody_would_vanish_is_refused(workspace, tmp_path):
    """The kept entry of a case would be struck because the person is listed elsewhere."""
    for path in (workspace / "inbox" / "88").iterdir():
        text = path.read_text(encoding="utf-8").replace("12.03.1970", OLD)
        path.write_text(text, encoding="utf-8")
    run_again(workspace)
    path = filled(workspace, tmp_path / "a.xlsx", verdicts("A", "keep", "repeat"))
    read_in(workspace, path)
    kept = next(
        row["entry_id"] for row in ledger_of(workspace)[0] if row["verdict"] == "keep"
    )

    def strike(row):
        is_kept = row["entry_id"] == kept and row["sheet"] == "Strikings"
        return is_kept and {
            "answer": "strike",
            "ground": EN("ground.moved-away.title"),
            "precinct": "89/1",
            "document": "letter 5",
            "decided_by": "A",
        }

    path = filled(workspace, tmp_path / "b.xlsx", strike)
    (row,) = [row for row in review_books.rows_of(path) if row["answer"] == "strike"]
    imported = read_in(workspace, path)
    assert [(one.sheet, one.row, one.entry_id) for one in imported.problems] == [
        ("Strikings", row["row"], kept)
    ]
    assert {*codes(imported)} <= {*REFUSAL_CODES}
    assert imported.recorded == 0


def test_a_note_that_looks_like_a_formula_is_text(workspace, tmp_path):
    """A reason would be worked out by the program that opens the workbook."""
    path = filled(
        workspace, tmp_path / "a.xlsx", verdicts("A", "keep", "repeat", reason="'=1+1")
    )
    read_in(workspace, path)
    assert {row["reason"] for row in ledger_of(workspace)[0]} == {"=1+1"}
    again = tmp_path / "again.xlsx"
    export(workspace, again)
    book = openpyxl.load_workbook(again)
    kinds = {
        cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row
    }
    assert "f" not in kinds


# How it looks.


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("deaths:deaths:088-0000-3SXF55BGEPVW0", "register of deaths"),
        ("act 12: page 3", "act 12: page 3"),
    ],
)
def test_the_row_of_a_register_is_named_by_its_register(document, told):
    """Who confirms a striking would read an id where the evidence stands."""
    given = GivenAnswer("strike", ground="died", document=document, decided_by="A")
    text = tell_answers(given, Words("en"))
    assert text == f"A: strike: {EN('ground.died.title')}; {told}"


def test_name_birth_date_and_answers_are_in_sight(workspace, tmp_path):
    """Who answers would scroll to and fro between the voter and the answer."""
    first = filled(
        workspace,
        tmp_path / "a.xlsx",
        verdicts("A", "keep", "repeat"),
        STRIKE,
    )
    second = filled(
        workspace,
        tmp_path / "b.xlsx",
        verdicts("B", "separate", "separate"),
        about("over-age", 1, answer="accept", reason="seen", decided_by="B"),
    )
    read_in(workspace, first, second)
    path = tmp_path / "c.xlsx"
    for language in ("en", "az"):
        export(workspace, path, language)
        say = catalogue(language)
        looked_at = 0
        for sheet in openpyxl.load_workbook(path):
            place = review_books.columns_of(sheet)
            if place is None:
                continue
            top, columns = place
            headings = {cell.value: cell.column for cell in sheet[top]}
            wanted = [columns[name] for name in ANSWERS if name in columns]
            if sheet.title != say("review.sheet.named"):
                wanted.append(headings[say("field.birth_date")])
            if sheet.title == say("review.sheet.cases"):
                wanted.append(headings[say("field.address")])
            assert _pixels(sheet, max(wanted)) <= SIGHT
            # Text that is wrapped in a column that nobody sees makes every row eight lines high.
            ids = [sheet.cell(top + 1, column) for column in _hidden(sheet)]
            assert len(ids) > 4
            assert not any(cell.alignment.wrap_text for cell in ids)
            looked_at += 1
        assert looked_at >= 4


def _hidden(sheet):
    """The columns that nobody sees."""
    for each in sheet.column_dimensions.values():
        if each.hidden:
            yield from range(each.min, each.max + 1)


def _pixels(sheet, last):
    """How far the columns up to this one reach, as Excel draws them."""
    total = 0
    for column in range(1, last + 1):
        width = next(
            each.width
            for each in sheet.column_dimensions.values()
            if each.min <= column <= each.max
        )
        total += int(width * 7)
    return total


def test_no_column_that_is_shown_has_the_heading_of_an_answer():
    """What a list says would be read back as an answer."""
    answers = known_headings()
    shown = [
        (key, text)
        for key, texts in entries().items()
        if key.startswith(("field.", "report.column.", "waterfall.column."))
        for text in texts.values()
    ]
    used = {"report.column.state", "report.column.due", "report.column.ground"}
    assert {key for key, text in shown if fold(text) in answers} <= used


def test_only_sheets_with_rows_are_written(workspace, tmp_path):
    """Empty sheets would hide the ones that ask something."""
    path = tmp_path / "a.xlsx"
    export(workspace, path)
    book = openpyxl.load_workbook(path)
    visible = [sheet for sheet in book if sheet.sheet_state == "visible"]
    *asking, named, how = visible
    assert (named.title, how.title) == ("Other entries", "How to decide")
    assert all(review_books.columns_of(sheet) for sheet in (*asking, named))
    with_rows = {row["sheet"] for row in review_books.rows_of(path)}
    assert with_rows == {sheet.title for sheet in asking}


def test_accepted_findings_are_written_again_as_they_were_accepted(workspace, tmp_path):
    """The number that a rule found is no value that somebody wrote."""
    own = "[check]\nmost_voters_in_dwelling = 1\n"
    (workspace / SETTINGS_FILE).write_text(own, encoding="utf-8")
    workspaces.run(workspace)
    accepted = {"answer": "accept", "reason": "seen", "decided_by": "Aynur"}
    path = filled(workspace, tmp_path / "first.xlsx", lambda _row: accepted)
    read_in(workspace, path)
    for again in ("at once.xlsx", "after a run.xlsx"):
        counts = export(workspace, tmp_path / again).counts
        shown = {
            row["finding_id"]: (row["answer"], row.get("value"), row["decided_by"])
            for row in review_books.rows_of(tmp_path / again)
            if row.get("finding_id") and not row.get("asked_as")
        }
        assert set(shown.values()) == {("accept", None, "Aynur")}
        # Whoever has nothing left to answer would be told of findings, and look for them.
        assert counts["answered"] == len(shown)
        assert read_in(workspace, tmp_path / again).problems == ()
        workspaces.run(workspace)


def test_a_workbook_without_an_answer_is_named(workspace, tmp_path):
    """Who forgot to save it, or took the wrong copy, read only that 0 decisions were recorded."""
    path = tmp_path / "w.xlsx"
    export(workspace, path)
    found, _ = call("review", "import", workspace, path)
    told = " ".join((found.stdout + found.stderr).split())
    assert EN("cli.review.nothing-said", path=path) in told
