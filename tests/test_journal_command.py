"""The command ``journal``: the diary of a workspace, and whether anybody altered it."""

import json
import re
import shutil
import sqlite3
import typing
from pathlib import Path

import pytest

import ledgers
import workspaces
from command_line import call
from voterlist.catalogue import LANGUAGES, catalogue, entries
from voterlist.model import Action, Mark, Step
from voterlist.storage.ledger import CaseNumber, Ledger, chain, verdict
from voterlist.storage.ledger.copies import copy, restore

CASE = f"{1:012x}"
PAGE = Path(__file__).parents[1] / "docs" / "ledger.md"


@pytest.fixture(scope="module")
def _workspace(tmp_path_factory):
    folder = ledgers.workspace(tmp_path_factory.mktemp("journal") / "2026")
    with Ledger(folder / "ledger.db") as ledger:
        ledger.number_cases([CaseNumber(CASE, 17, "content", "run")])
        ledger.amend(ledgers.amendments(2))
        ledger.keep_subjects(ledgers.subjects("a", "b"))
        ledger.keep_case_entries({CASE: ["a", "b"]})
        ledger.decide(ledgers.decisions(1, 1, "separate", by="Rəşad  Q."))
        ledger.write_journal(workspaces.TODAY.replace(day=9), "something-new")
    copied = folder.with_name("copy.db")
    copy(folder, copied)
    restore(folder, copied, today=workspaces.TODAY.replace(day=10), since="2026")
    return folder


@pytest.fixture
def workspace(_workspace, tmp_path):
    return shutil.copytree(_workspace, tmp_path / "2026")


def journal(workspace, *options, language="en"):
    return call("journal", workspace, *options, language=language)


def told(workspace, *options):
    return json.loads(journal(workspace, *options, "--json").stdout)


def edit(workspace):
    base = sqlite3.connect(workspace / "ledger.db")
    with base:
        (sql,) = base.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'decisions_update'"
        ).fetchone()
        base.execute("DROP TRIGGER decisions_update")
        base.execute("UPDATE decisions SET verdict = 'keep' WHERE number = 2")
        base.execute(sql)
    base.close()


def test_the_diary_tells_everything_in_its_order(workspace):
    """A line for each thing done, in words, with its day."""
    shown = journal(workspace).stdout.splitlines()
    found = told(workspace)["lines"]
    assert [line["number"] for line in found] == list(range(1, len(found) + 1))
    assert len(shown) == len(found)
    assert "     1  —" in shown[0]
    text = "\n".join(shown)
    for sentence in (
        "2026-02-03  Run ",
        "Leyla M. decided case 17: repeats 1.",
        "Rəşad  Q. decided case 17: another person 1.",
        "Leyla M. decided to strike 2 entries.",
        "Leyla M. accepted 2 findings: ",
        "2026-02-09  something-new was noted.",
        "2026-02-10  A copy of the ledger was put back, with 6 decisions.",
    ):
        assert sentence in text


def test_the_diary_speaks_both_languages(workspace):
    """Each event has its sentence, and none is left in the other language."""
    english = journal(workspace).stdout.splitlines()
    azerbaijani = journal(workspace, language="az").stdout.splitlines()
    assert len(english) == len(azerbaijani)
    assert not {line[20:] for line in english} & {line[20:] for line in azerbaijani}
    assert any("hal 17 üzrə qərar verdi" in line for line in azerbaijani)


@pytest.mark.parametrize("options", [(), ("--verify",)])
def test_no_cell_of_a_list_is_told(workspace, options):
    """The diary is for whoever may ask, the lists are not."""
    lists = (workspace / "inbox" / "88").glob("*.csv")
    words = {
        word
        for one in lists
        for word in re.findall(r"\w{5,}", one.read_text(encoding="utf-8"))
    }
    shown = journal(workspace, *options).stdout + str(told(workspace, *options))
    # Those who decided are named, and share their names with voters.
    said = set(re.findall(r"\w{5,}", shown)) - {"Leyla", "Rəşad"}
    assert len(words) > 10
    assert not words & said
    assert "told by the family" not in shown
    assert "seen on paper" not in shown


@pytest.mark.parametrize(
    ("options", "events"),
    [
        (("--case", "17"), ["decided", "decided"]),
        (("--case", CASE), ["decided", "decided"]),
        (("--case", "17", "--person", "rəşad q."), ["decided"]),
        (("--person", "Rəşad Q."), ["decided"]),
        (("--day", "2026-02-09", "--person", "Leyla M."), ["amended"]),
        (("--day", "2026-02-10"), ["ledger-restored"]),
        (("--case", "18"), []),
    ],
)
def test_the_diary_is_filtered(workspace, options, events):
    """By case, person and day, also together."""
    found = [line["event"] for line in told(workspace, *options)["lines"]]
    assert found == events


def test_nothing_found_is_said(workspace):
    """An empty answer could be taken for a failure."""
    assert journal(workspace, "--case", "18").stdout == "No line fits.\n"


def test_a_ledger_that_nobody_altered(workspace):
    """Exit code 0, and the head that an act prints."""
    found = told(workspace, "--verify")
    assert (found["fits"], found["problems"], found["exit_code"]) == (True, [], 0)
    assert journal(workspace, "--head", found["head"]).exit_code == 0
    assert found["head"] in journal(workspace, "--verify").stdout


def test_an_altered_ledger_is_told_with_what_and_where(workspace):
    """Exit code 3, the row, the line and what to do."""
    edit(workspace)
    for language in LANGUAGES:
        shown = journal(workspace, "--verify", language=language)
        say = catalogue(language)
        line = told(workspace, "--verify")["problems"][0]["line"]
        places = {"row": 2, "table": "decisions", "line": line}
        assert shown.exit_code == 3
        assert say("journal.problem.row-altered", **places) in shown.stdout
        todo = say("journal.todo").replace("DIR", str(workspace))
        assert todo in shown.stdout
    found = told(workspace, "--verify")
    assert (found["fits"], found["exit_code"]) == (False, 3)
    assert found["problems"][0] == {
        "kind": "row-altered",
        "line": line,
        "table": "decisions",
        "row": 2,
        "name": None,
    }


def test_a_head_that_the_ledger_has_not(workspace):
    """The act in the drawer knows of more than the ledger."""
    shown = journal(workspace, "--head", "9999-3fa94c01")
    assert shown.exit_code == 3
    assert "has no line 9999, whose head 3fa94c01 was printed" in shown.stdout
    assert journal(workspace, "--head", "paper").exit_code == 2


def test_every_event_and_problem_has_its_sentence():
    """The command would fail at the one that nobody thought of."""
    keys = set(entries())
    simple = chain.EVENTS - {"decided", "amended", "accepted", "journal", "users"}
    simple -= {"application"}
    assert {f"journal.line.application.{step.value}" for step in Step} <= keys
    done = ("added", "removed", "password")
    assert {f"journal.line.users.{one}" for one in done} <= keys
    assert {f"journal.line.{event}" for event in simple} <= keys
    actions = [*(action.value for action in Action), "withdraw"]
    assert {f"journal.line.amended.{action}" for action in actions} <= keys
    assert {f"journal.line.accepted.{mark.value}" for mark in Mark} <= keys
    verdicts = ("keep", "repeat", "separate", "withdraw")
    assert {f"journal.verdict.{one}" for one in verdicts} <= keys
    kinds = typing.get_args(verdict.Kind)
    assert len(kinds) > 15
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"`{kind}`" in page for kind in kinds)
    assert all(f"`{event}`" in page for event in chain.EVENTS)
    assert {f"journal.problem.{kind}" for kind in kinds} == {
        key for key in keys if key.startswith("journal.problem.")
    }
