"""What a run says of each constituency adds up to what it says of all."""

import json

import pytest

import workspaces
from command_line import call
from voterlist.catalogue import catalogue
from voterlist.cli.steps import Pace

EN = catalogue("en")
BAD = "1 saylı seçki məntəqəsi\n" + workspaces.HEADER + "1;;;;;;;\n2;;Leyla;;;;;\n"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The object of a run over three constituencies, one of which nobody can read."""
    folder = tmp_path_factory.mktemp("three")
    workspace = workspaces.make(folder, settings='[report]\nlanguages = ["en"]\n')
    for constituency, text in ((1, BAD), (2, "\0" * 4000)):
        (workspace / "inbox" / str(constituency)).mkdir()
        place = workspace / "inbox" / str(constituency) / "menteqe-1.csv"
        place.write_text(text, encoding="utf-8")
    found = call("run", workspace, "--today", "2026-02-03", "--json")
    assert found.exit_code == 1, found.stderr
    return json.loads(found.stdout)


def test_the_parts_add_up(told):
    """A constituency would be forgotten by whoever reads the summary alone."""
    parts = told["by_constituency"]
    assert sum(part["entries"] for part in parts) == told["rows"]["out"]
    assert sum(part["errors"] for part in parts) == told["findings"]["error"]
    files = {one["file"].rpartition("/")[0][-1] for one in told["unreadable"]}
    unreadable = {part["constituency"] for part in parts if part["unreadable"]}
    assert unreadable == {int(name) for name in files} == {2}


def test_whoever_is_needed_is_told_where_and_for_what(told):
    """Somebody would look through every report."""
    needs = {part["constituency"]: part["needs"] for part in told["by_constituency"]}
    assert "set_aside" in needs[1]
    assert "unreadable" in needs[2]
    assert "open_cases" in needs[88]
    assert told["needs_person"] == [1, 2, 88]
    assert told["left"] == {"stages": [], "constituencies": []}
    assert told["done"]["constituencies"] == [1, 2, 88]
    assert told["done"]["stages"][-1] == "report"


def test_a_run_that_stops_before_says_what_is_left(tmp_path):
    """A night that was asked to stop early would pass for a whole one."""
    workspace = workspaces.make(tmp_path)
    found = call("run", workspace, "--until", "check", "--json")
    told = json.loads(found.stdout)
    assert told["done"]["stages"][-1] == "check"
    assert told["left"]["stages"] == ["reconcile", "link", "review", "report"]


def test_the_time_left_is_that_of_the_stage_at_its_own_pace():
    """Units that were taken over cost nothing; at their pace the rest would take no time."""
    pace = Pace("report", total=50, begun=100.0)
    pace.note(40, 100.0)
    assert pace.rate is None
    pace.note(41, 102.0)
    assert pace.seconds_left(102.0) is None, "one unit tells nothing yet"
    pace.note(42, 104.0)
    assert pace.rate == 0.5
    assert pace.seconds_left(104.0) == 16.0
    assert pace.seconds_left(105.0) == 15.0
    assert pace.seconds_left(200.0) == 14.0, "a unit that hangs is not counted down"
    pace.note(50, 120.0)
    assert pace.seconds_left(120.0) == 0.0
