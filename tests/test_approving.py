"""Approving lists and stating on which day a stage was finished, through the commands."""

import json
import shutil

import openpyxl
import pytest

import handing
import made_once
import workspaces
from handing import Pair, code_of, told
from voterlist.deadlines.handovers import Event, handovers
from voterlist.storage.ledger import reading

APPROVE = ("--ground", "Decision 3/7", "--by", "L. M.", "--today", handing.DAY)
STATED = ("--ground", "Act 12", "--by", "L. M.", "--today", handing.DAY)


@pytest.fixture
def pair(tmp_path):
    """The package of the constituency is written and not taken in."""
    return handing.handed(tmp_path)


@pytest.fixture
def here(tmp_path):
    """The package was taken in above, where there was a run."""
    return handing.taken_in(tmp_path)


@pytest.fixture
def approved(tmp_path):
    """The lists are approved, and below that is known."""
    made_once.copied("approved", _approve, tmp_path)
    return Pair(tmp_path / "below", tmp_path / "above", tmp_path)


def _approve(folder):
    pair = handing.taken_in(folder)
    assert approve(pair.above)[1]["changed"] == []
    come_down(pair, "return.zip", "2026-02-06")


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
    # What the commission above has is not what hangs on the wall.
    assert stands(pair.below, handing.DAY)[0] == "handed-over"
    Pair(pair.above, None, None).decide()
    pair.decide(("keep", "repeat"), "Farid A.")
    pair.decide(("keep", "repeat"))
    settings = pair.below / "voterlist.toml"
    passed = "[submit]\nmissing_precincts = false"
    text = settings.read_text("utf-8").replace('"1-2"', '"1-5"')
    settings.write_text(text.replace("[submit]", passed), "utf-8")
    for _ in range(2):
        assert stands(pair.below, handing.DAY)[0] == "not-as-handed-over"
        run(pair.below)
    assert pair.submit("second.zip")[0] == 0
    assert stands(pair.below, handing.DAY)[0] == "handed-over"
    assert pair.receive("second.zip")[0] == 0
    assert code_of(approve(pair.above)) == (2, "approve-stale-run")
    (pair.above / "inbox" / "87").mkdir()
    (pair.above / "inbox" / "87" / "list.xlsx").write_bytes(b"PK" + bytes(40))
    run(pair.above)
    # The lists were approved all the same, and nobody could approve them with what is left.
    gates = max((pair.above / "received").glob("submit-*")) / "gates.json"
    content = gates.read_bytes()
    gates.unlink()
    assert code_of(approve(pair.above)) == (3, "received-gone")
    gates.write_bytes(b"[]")
    assert code_of(approve(pair.above)) == (3, "received-gone")
    gates.write_bytes(content)
    code, said = approve(pair.above)
    # Somebody signs; they are to know for what.
    left = [(one["what"].split(",")[0], one["count"]) for one in said["in_spite_of"]]
    missing = "Precincts of the territory without a list: 3."
    assert ("Decisions that came back", 2) in left
    # One row below, and a list of which nobody knows who stands on it.
    assert ("Rows set aside that may be voters", 2) in left
    assert left[-1] == (missing, 3)
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


def test_an_approval_comes_down(here):
    """Below, the lists stood as returned or handed over until the day of the election."""
    assert approve(here.above)[0] == 0
    package = here.folder / "return.zip"
    words = ("-c", 88, "--out", package, "--today", "2026-02-06")
    assert told("return", here.above, *words)[0] == 0
    code, said = told("receive", here.below, package, "--today", "2026-02-07")
    approved = {"day": handing.DAY, "ground": "Decision 3/7", "by": "L. M."}
    assert (code, said["approved"]) == (0, approved)
    for workspace in (here.above, here.below):
        (row,) = units(workspace, "verify", on="2026-02-08")
        assert (row["progress"], row["finished"]) == ("approved", handing.DAY)
        assert row["owed"] is None
    diary = told("journal", here.below)[1]["lines"]
    assert "Decision 3/7" in diary[-2]["sentence"]


def come_down(pair, name, day):
    """A return of this day, taken in below."""
    words = ("-c", 88, "--out", pair.folder / name, "--today", day)
    assert told("return", pair.above, *words)[0] == 0
    assert told("receive", pair.below, pair.folder / name, "--today", day)[0] == 0


def stands(workspace, on):
    """(progress, day on which it was approved, who owes what)."""
    (row,) = units(workspace, "verify", on)
    return row["progress"], row["finished"], row["debtor"], row["owed"]


def test_lists_changed_since_they_were_approved_are_approved_again(approved):
    """A constituency that struck people after the approval stood as approved, here and there."""
    pair, approved = approved, ("approved", handing.DAY, None, None)
    assert {stands(one, "2026-06-02") for one in (pair.above, pair.below)} == {approved}
    # The same lists once more are as they were approved.
    assert pair.submit("same.zip", day="2026-02-06")[0] == 0
    assert pair.receive("same.zip", day="2026-02-06")[0] == 0
    assert {stands(one, "2026-06-02") for one in (pair.above, pair.below)} == {approved}

    pair.decide(("keep", "repeat"), "Farid A.")
    pair.decide(("keep", "repeat"))
    settings = pair.below / "voterlist.toml"
    passed = "[submit]\nmissing_precincts = false"
    text = settings.read_text("utf-8").replace('"1-2"', '"1-5"')
    settings.write_text(text.replace("[submit]", passed), "utf-8")
    for _ in range(2):
        changed = stands(pair.below, "2026-06-02")
        assert changed == ("not-as-approved", None, "conec", "lists")
        run(pair.below)
    assert stands(pair.above, "2026-06-02") == approved
    assert pair.submit("second.zip", day="2026-06-02")[0] == 0
    under_way = ("not-as-approved", None, "cec", "receipt")
    assert stands(pair.below, "2026-06-02") == under_way
    assert pair.receive("second.zip", day="2026-06-02")[0] == 0

    void = ("not-as-approved", None, "cec", "approval")
    assert stands(pair.above, "2026-06-02") == void
    code, said = told("status", pair.above, "--today", "2026-06-02")
    (changed,) = said["changed"]
    assert (code, changed["constituency"], changed["approved"]) == (1, 88, handing.DAY)
    (row,) = changed["changes"]
    assert {name for name, count in row.items() if count} == {"precinct", "repeat"}
    again = ("--ground", "Decision 4/1", "--by", "L. M.", "--today", "2026-06-03")
    assert code_of(approve(pair.above, *again)) == (2, "approve-stale-run")
    told("run", pair.above, "--today", "2026-06-02")
    assert stands(pair.above, "2026-06-02") == void
    wall = (pair.above / "reports" / "status-az.html").read_text("utf-8")
    assert "təsdiqdən sonra dəyişib" in wall
    code, said = approve(pair.above, *again)
    assert (code, [one["changes"] for one in said["changed"]]) == (0, [[row]])
    come_down(pair, "again.zip", "2026-06-03")
    for one in (pair.above, pair.below):
        assert stands(one, "2026-06-03") == ("approved", "2026-06-03", None, None)


def test_a_list_that_is_saved_anew_with_the_same_people_is_as_it_was_approved(approved):
    """A clerk opens a list in another program and saves it: everybody would approve it again."""
    pair, approved = approved, ("approved", handing.DAY, None, None)
    path = workspaces.saved_anew(pair.below / "inbox" / "88" / "menteqe-2.csv")
    assert told("run", pair.below, "--today", handing.DAY)[1]["anew"] == []
    assert pair.submit("anew.zip", day="2026-02-06")[0] == 0
    assert pair.receive("anew.zip", day="2026-02-06")[0] == 0
    assert {stands(one, "2026-06-02") for one in (pair.above, pair.below)} == {approved}
    assert told("run", pair.above, "--today", "2026-02-06")[1]["anew"] == []
    assert stands(pair.above, "2026-06-02") == approved
    # One cell is another.
    book = openpyxl.load_workbook(path)
    (cell,) = [cell for cell in book.active["G"] if cell.value == "Rzayev"]
    cell.value = "Rzazadə"
    book.save(path)
    run(pair.below)
    assert stands(pair.below, "2026-06-02")[0] == "not-as-approved"
    assert pair.submit("other.zip", day="2026-06-02")[0] == 0
    assert pair.receive("other.zip", day="2026-06-02")[0] == 0
    assert stands(pair.above, "2026-06-02")[0] == "not-as-approved"


def test_a_workspace_that_goes_on_into_the_next_cycle_begins_with_nothing_done(
    approved,
):
    """Lists that nobody has looked at would stand as approved, and nobody be asked for them."""
    pair = approved
    both = (pair.above, pair.below)
    for workspace in both:
        path = workspace / "voterlist.toml"
        text = path.read_text(encoding="utf-8")
        text = text.replace("[workspace]", '[workspace]\ncycle = "2026-election"')
        path.write_text(text, encoding="utf-8")
    on = ("--today", "2026-06-10")
    for workspace in both:
        rows = told("status", workspace, *on)[1]["units"]
        assert {row["finished"] for row in rows} <= {None}
        assert {row["progress"] for row in rows} <= {"not-started"}
        assert told("status", workspace, *on)[1]["changed"] == []
    again = ("--ground", "Decision 9/1", "--by", "L. M.", *on)
    assert code_of(approve(pair.above, *again)) == (2, "approve-not-handed-over")
    told("run", pair.below, *on)
    (row, *_) = units(pair.below, "compile", "2026-06-10")
    assert row["finished"] == "2026-06-10"
    assert pair.submit("next.zip", day="2026-06-10")[0] == 0
    assert pair.receive("next.zip", day="2026-06-10")[0] == 0
    told("run", pair.above, *on)
    assert approve(pair.above, *again)[0] == 0
    come_down(pair, "next-return.zip", "2026-06-10")
    for workspace in both:
        assert stands(workspace, "2026-06-10")[:2] == ("approved", "2026-06-10")
    # What was approved before is told by the journal, in its cycle.
    lines = told("journal", pair.above)[1]["lines"]
    assert sum("Decision 3/7" in line["sentence"] for line in lines) == 1


def test_what_was_returned_is_not_approved(here):
    """The constituency still works on these lists."""
    package = here.folder / "return.zip"
    words = ("-c", 88, "--out", package, "--today", handing.DAY)
    # Of one precinct alone it took the place of all that the constituency was asked.
    refused = told("return", here.above, *words, "--precinct", 1)
    assert code_of(refused) == (2, "return-nobody-below")
    assert told("return", here.above, *words)[0] == 0
    assert code_of(approve(here.above)) == (2, "approve-returned")


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


NOT_STATED = (
    (("displayed",), "2026-02-03", "finish-no-stage"),
    (("compile", "-c", 88, "--precinct", 9), "2026-02-03", "finish-no-unit"),
    (("check", "-c", 87), "2026-02-03", "finish-no-unit"),
    (("check", "-c", 88, "--precinct", 1), "2026-02-03", "finish-no-unit"),
    (("check",), "2026-02-05", "finish-ahead"),
    (("check",), "yesterday", "not-a-day"),
)


def test_a_statement_about_nothing_that_stands_in_the_calendar_is_refused(pair):
    """Such a line would stand in the journal and say nothing."""
    before = told("journal", pair.below)[1]
    for words, on, code in NOT_STATED:
        assert code_of(finish(pair.below, *words, on=on)) == (2, code), words
    assert json.dumps(told("journal", pair.below)[1]) == json.dumps(before)
