"""What is written down of a run for programs: lines of JSON, and never a cell."""

import json
import stat
import subprocess
import sys

import pytest

import workspaces
from command_line import call

SETTINGS = '[report]\nlanguages = ["en"]\n'
TODAY = workspaces.TODAY.isoformat()


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """A run with its log in a file, another one with its log on standard error."""
    workspace = workspaces.make(tmp_path_factory.mktemp("logs"), settings=SETTINGS)
    log = workspace / "log" / "run.jsonl"
    first = call("run", workspace, "--today", TODAY, "--log-file", log)
    # Another day: of the same one nothing would be done again.
    options = ("--today", "2026-02-04", "--log-json", "--json")
    second = call("run", workspace, *options, "--log-file", log)
    return workspace, log, first, second


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def cells():
    """Everything in the lists that could not stand in a log by chance."""
    rows = (workspaces.ONE + workspaces.TWO).splitlines()
    found = {cell for row in rows for cell in row.split(";")[1:]}
    return {cell for cell in found if len(cell) > 5}


def test_no_cell_stands_in_a_log(night):
    """Logs are read, copied and kept by people who may not see the lists."""
    _, log, _, second = night
    written = log.read_text(encoding="utf-8") + second.stderr
    assert "Məmmədov" in cells()
    assert not [cell for cell in cells() if cell in written]


def test_each_stage_has_a_line_with_its_run_its_rows_and_its_seconds(night):
    """Nobody could tell the next morning where the time went, or the rows."""
    workspace, log, _, _ = night
    lines = lines_of(log.read_text(encoding="utf-8"))
    stages = [line for line in lines if line["event"] == "stage"]
    runs = {line["run"] for line in stages}
    assert runs == {path.name for path in (workspace / "runs").iterdir()}
    assert {"ingest", "link", "report"} <= {line["stage"] for line in stages}
    for line in stages:
        assert line["rows_in"] == line["rows_out"] + line["set_aside"]
        assert line["seconds"] >= 0
    assert [line["event"] for line in lines if line["event"] in {"begun", "ended"}] == [
        "begun",
        "ended",
    ] * 2


def test_with_the_log_there_standard_error_holds_nothing_else(night):
    """A program that reads it line by line would stumble over the first sentence."""
    _, _, first, second = night
    lines = lines_of(second.stderr)
    assert {line["event"] for line in lines} >= {"begun", "stage", "said", "ended"}
    assert json.loads(second.stdout)["exit_code"] == second.exit_code
    # Asked for in a file alone, it changes nothing on the terminal.
    assert "Rows:" in first.stdout


def test_the_file_is_its_owners_alone_and_grows(night):
    """A log names every list that was handed in."""
    _, log, _, _ = night
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_failure_stands_in_the_log_by_its_code(tmp_path):
    """Whoever watches the logs would wait for a run that never began."""
    log = tmp_path / "run.jsonl"
    found = call("run", tmp_path / "nowhere", "--log-file", log)
    ended = lines_of(log.read_text(encoding="utf-8"))[-1]
    assert ended["exit_code"] == found.exit_code == 2
    assert ended["error"]


def test_a_log_that_cannot_be_opened_is_said(tmp_path):
    """A night without a log would pass for one."""
    found = call("run", workspaces.make(tmp_path), "--log-file", tmp_path)
    assert found.exit_code == 5
    assert found.stderr


def test_nothing_about_logs_is_loaded_by_a_command_that_writes_none():
    """Every command would start later."""
    code = "import sys; import voterlist.cli; print('structlog' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "False"
