"""Approving lists and stating on which day a stage was finished, through the commands."""

import json
import shutil

import pytest

import handing
import workspaces
from handing import code_of, told
from voterlist.deadlines.handovers import Event, handovers
from voterlist.storage.ledger import reading

pytestmark = pytest.mark.slow

APPROVE = ("--ground", "Decision 3/7", "--by", "L. M.", "--today", handing.DAY)
STATED = ("--ground", "Act 12", "--by", "L. M.", "--today", handing.DAY)


@pytest.fixture
def pair(tmp_path):
    """The package of the constituency is written and not taken in."""
    return handing.handed(tmp_path)


def approve(workspace, *words, number=88):
    return told("approve", workspace, "-c", number, *(words or APPROVE))


def finish(workspace, stage, *words, on="2026-02-03"):
    return told("finish", workspace, stage, "--day", on, *words, *STATED)


def units(workspace, stage, on=handing.DAY):
    status = told("status", workspace, "--today", on)[1]
    return [row for row in status["units"] if row["stage"] == stage]


def run(workspace):
    assert told("run", workspace, "--today", handing.DAY)[0] in {0, 1}


def test_lists_are_approved_once_they_are_here_and_were_run(pair):
    assert code_of(approve(pair.above)) == (2, "approve-not-handed-over")
    pair.receive()
    assert code_of(approve(pair.above)) == (2, "no-run")
    run(pair.above)
    pair.decide(("keep", "repeat"))
    run(pair.below)
    assert pair.submit("second.zip")[0] == 0
    assert pair.receive("second.zip")[0] == 0
    assert code_of(approve(pair.above)) == (2, "approve-stale-run")
    run(pair.above)
    code, said = approve(pair.above)
    assert (code, said["event"], said["constituency"]) == (0, "approved", 88)
    with reading(pair.above / "ledger.db") as ledger:
        line = handovers(ledger.journal())[-1]
    assert (line.event, line.ground, line.by) == (
        Event.APPROVED,
        "Decision 3/7",
        "L. M.",
    )
    (row,) = units(pair.above, "verify")
    assert (row["progress"], row["finished"]) == ("approved", handing.DAY)
    assert code_of(approve(pair.above)) == (2, "approve-already")
    diary = told("journal", pair.above)[1]["lines"]
    assert any("88" in one["sentence"] and "3/7" in one["sentence"] for one in diary)


def test_an_approval_comes_down(pair):
    """Below, the lists stood as returned or handed over until the day of the election."""
    pair.receive()
    run(pair.above)
    assert approve(pair.above)[0] == 0
    package = pair.folder / "return.zip"
    words = ("-c", 88, "--out", package, "--today", "2026-02-06")
    assert told("return", pair.above, *words)[0] == 0
    code, said = told("receive", pair.below, package, "--today", "2026-02-07")
    approved = {"day": handing.DAY, "ground": "Decision 3/7", "by": "L. M."}
    assert (code, said["approved"]) == (0, approved)
    for workspace in (pair.above, pair.below):
        (row,) = units(workspace, "verify", on="2026-02-08")
        assert (row["progress"], row["finished"]) == ("approved", handing.DAY)
        assert row["owed"] is None
    diary = told("journal", pair.below)[1]["lines"]
    assert "Decision 3/7" in diary[-2]["sentence"]


def test_an_approval_says_what_is_left(pair):
    """Somebody signs; they are to know for what."""
    pair.receive()
    run(pair.above)
    folder = next((pair.above / "received").glob("submit-*"))
    gate = [{"gate": "missing-precincts", "count": 3}]
    (folder / "gates.json").write_text(json.dumps(gate), encoding="utf-8")
    left = approve(pair.above)[1]["in_spite_of"]
    assert [row["count"] for row in left][-1] == 3
    assert left[-1]["what"].startswith("Precincts of the territory")


def test_what_was_returned_is_not_approved(pair):
    """The constituency still works on these lists."""
    pair.receive()
    run(pair.above)
    package = pair.folder / "return.zip"
    words = ("-c", 88, "--out", package, "--today", handing.DAY)
    assert told("return", pair.above, *words)[0] == 0
    assert code_of(approve(pair.above)) == (2, "approve-returned")


def test_an_open_case_with_another_constituency_stands_against_both(pair):
    """Approved on one side, the person stands on two approved lists."""
    pair.receive()
    inbox = workspaces.make(pair.folder / "other") / "inbox"
    # The same people once more, on plain lists of a second constituency.
    shutil.copytree(inbox / "88", pair.above / "inbox" / "87")
    run(pair.above)
    assert code_of(approve(pair.above)) == (2, "approve-open-cases")
    on = ("-c", 87)
    assert code_of(approve(pair.above, number=87)) == (2, "approve-not-handed-over")
    assert finish(pair.above, "check", *on)[0] == 0
    assert code_of(approve(pair.above, number=87)) == (2, "approve-open-cases")


def test_only_the_central_commission_approves_and_never_without_a_ground(pair):
    assert code_of(approve(pair.below)) == (2, "approve-not-above")
    blank = ("--ground", " ", "--by", "L. M.")
    assert code_of(approve(pair.above, *blank)) == (2, "statement-incomplete")
    assert told("approve", pair.above, "-c", 88, "--by", "L. M.")[0] == 2


def test_a_stage_is_finished_on_the_day_that_a_person_states(pair):
    code, said = finish(pair.below, "compile", "-c", 88, "--precinct", 2)
    assert (code, said["finished"], said["precinct"]) == (0, "2026-02-03", 2)
    by_precinct = {row["precinct"]: row for row in units(pair.below, "compile")}
    assert by_precinct[1]["ground"] is None
    assert (by_precinct[2]["finished"], by_precinct[2]["ground"]) == (
        "2026-02-03",
        "Act 12",
    )
    diary = told("journal", pair.below)[1]["lines"]
    assert "precinct 2 of constituency 88" in diary[-1]["sentence"]
    # The last statement holds, and one about all is about each.
    assert finish(pair.below, "compile", on="2026-02-01")[0] == 0
    days = {row["finished"] for row in units(pair.below, "compile")}
    assert days == {"2026-02-01"}


@pytest.mark.parametrize(
    ("words", "on", "code"),
    [
        (("displayed",), "2026-02-03", "finish-no-stage"),
        (("compile", "-c", 88, "--precinct", 9), "2026-02-03", "finish-no-unit"),
        (("check", "-c", 87), "2026-02-03", "finish-no-unit"),
        (("check", "-c", 88, "--precinct", 1), "2026-02-03", "finish-no-unit"),
        (("check",), "2026-02-05", "finish-ahead"),
        (("check",), "yesterday", "not-a-day"),
    ],
)
def test_a_statement_about_nothing_that_stands_in_the_calendar_is_refused(
    pair, words, on, code
):
    """Such a line would stand in the journal and say nothing."""
    before = told("journal", pair.below)[1]
    assert code_of(finish(pair.below, *words, on=on)) == (2, code)
    assert json.dumps(told("journal", pair.below)[1]) == json.dumps(before)
