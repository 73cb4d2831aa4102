"""What a run leaves in the ledger.

Nothing before it is complete, and no day before one that is recorded.
"""

import datetime as dt
import json
import signal
import sys
from pathlib import Path

import pytest

import ledgers
import processes
import workspaces
from command_line import call
from voterlist import config
from voterlist.casework import reviewing
from voterlist.config import SETTINGS_FILE
from voterlist.errors import UsageError
from voterlist.model import Progress, Standing
from voterlist.pipeline.standings import RUN_EVENT, standings
from voterlist.rulebook import RULE_CODES
from voterlist.storage.files import sha256
from voterlist.storage.ledger import Ledger, reading

KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import workspaces
from voterlist.pipeline import publish
from voterlist.storage import ledger as ledgers
from voterlist.storage.ledger import Ledger
from voterlist.storage.store import RunFolder

def die(*_arguments, **_options):
    os.kill(os.getpid(), signal.SIGKILL)

def after(whole):
    def then(*arguments, **options):
        whole(*arguments, **options)
        die()
    return then

point = sys.argv[3]
if point == "before the reports":
    publish.write_reports = die
if point == "after the reports":
    publish.write_reports = after(publish.write_reports)
if point == "after the manifest":
    RunFolder.finish = after(RunFolder.finish)
if point == "before the commit":
    Ledger.write_journal = after(Ledger.write_journal)
if point == "before the run's mark":
    ledgers.mark_run = die
workspaces.run(Path(sys.argv[1]), today=workspaces.TODAY.replace(day=5))
"""
POINTS = [
    "before the reports",
    "after the reports",
    "after the manifest",
    "before the commit",
]


@pytest.fixture
def workspace(tmp_path):
    return workspaces.make(tmp_path / "2026")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """(folder, result) of a workspace with a run of the third and one of the fifth."""
    folder = workspaces.finished(tmp_path_factory.mktemp("calm") / "2026")
    return folder, workspaces.run(folder, today=workspaces.TODAY.replace(day=5))


def kill(workspace, point):
    """A run of the fifth, killed at this point."""
    command = [
        sys.executable,
        "-c",
        KILLED,
        str(workspace),
        str(Path(__file__).parent),
        point,
    ]
    killed = processes.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr


def runs_of(workspace):
    """The runs in the journal, in order."""
    with reading(workspace / "ledger.db") as ledger:
        return [
            details["run"]
            for _, event, details in ledger.journal()
            if event == RUN_EVENT
        ]


def finished(workspace, today):
    """(stage, standing, day finished) of every unit."""
    settings = config.load(workspace / SETTINGS_FILE, rule_codes=RULE_CODES)
    with reading(workspace / "ledger.db") as ledger:
        rows = standings(settings, ledger, today)
    return [(row.deadline.stage.value, row.standing, row.finished) for row in rows]


@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_at_its_end_is_in_no_journal(workspace, undisturbed, point):
    """A line for an incomplete run would date the end of the checks and offer its cases."""
    first = workspaces.ran(workspace)
    kill(workspace, point)
    assert runs_of(workspace) == [first.run]
    made = reviewing.export_review(
        workspace,
        workspace / "review.xlsx",
        "en",
        today=workspaces.TODAY,
    )
    assert (made.run, made.cases) == (first.run, first.open_cases)
    again = workspaces.run(workspace, today=workspaces.TODAY.replace(day=5))
    assert runs_of(workspace) == [first.run, again.run]
    calm, result = undisturbed
    assert workspaces.contents(again) == workspaces.contents(result)
    for path in again.outputs:
        assert sha256(path) == sha256(calm / path.relative_to(workspace))


def test_a_first_run_killed_at_its_end_leaves_nothing_to_review(workspace):
    """It is told that there is no finished run, and the next one ends as always."""
    kill(workspace, "after the manifest")
    assert runs_of(workspace) == []
    with pytest.raises(UsageError) as caught:
        reviewing.export_review(
            workspace, workspace / "r.xlsx", "en", today=workspaces.TODAY
        )
    assert caught.value.code == "no-run"
    again = workspaces.run(workspace)
    assert runs_of(workspace) == [again.run]


def test_a_run_killed_before_its_own_mark_is_complete(workspace):
    """The mark beside the ledger is written by then; the ledger is not taken for a shrunk one."""
    kill(workspace, "before the run's mark")
    assert len(runs_of(workspace)) == 1
    assert call("review", "export", workspace).exit_code == 0


def test_reports_count_the_run_that_they_are_of(workspace):
    """The line of the journal is written after the reports, yet they show that standing."""
    clean = workspace / "inbox" / "88" / "menteqe-2.csv"
    clean.write_text(
        clean.read_text(encoding="utf-8").replace("5XK1234", "5XK9999"),
        encoding="utf-8",
    )
    lines = clean.read_text(encoding="utf-8").splitlines(keepends=True)
    clean.write_text(
        "".join(line for line in lines if "Məmmədov" not in line), encoding="utf-8"
    )
    result = workspaces.run(workspace)
    assert result.open_cases == 0
    checked = [row for row in result.standings if row.deadline.stage.value == "check"]
    assert [row.progress for row in checked] == [Progress.READY]
    page = (workspace / "reports" / "88" / "report-az.html").read_text(encoding="utf-8")
    again = workspaces.run(workspace)
    assert again.run == result.run
    assert (workspace / "reports" / "88" / "report-az.html").read_text(
        encoding="utf-8"
    ) == page


def test_a_clock_of_2020_moves_no_day(workspace):
    """A run with a wrong clock must not turn "done late" into "done in time"."""
    late = dt.date(2026, 2, 20)
    workspaces.ran(workspace, today=late)
    before = finished(workspace, late)
    assert Standing.DONE_LATE in {standing for _, standing, _ in before}
    result = workspaces.run(workspace, today=dt.date(2020, 1, 5))
    assert (result.clock_behind, result.exit_code) == (late, 1)
    assert finished(workspace, late) == before
    with reading(workspace / "ledger.db") as ledger:
        assert {day for day, _, _ in ledger.journal()} == {late}


def test_a_list_that_a_clock_of_2020_sees_first_is_of_the_newest_day_known(workspace):
    """It came after the others, whatever the clock says."""
    workspaces.ran(workspace, today=dt.date(2026, 2, 20))
    one = workspace / "inbox" / "88" / "menteqe-1.csv"
    text = one.read_text(encoding="utf-8").replace("1 saylı", "3 saylı")
    (workspace / "inbox" / "88" / "menteqe-3.csv").write_text(text, encoding="utf-8")
    workspaces.run(workspace, today=dt.date(2020, 1, 5))
    with reading(workspace / "ledger.db") as ledger:
        assert {found.first_seen for found in ledger.submissions()} == {
            dt.date(2026, 2, 20)
        }


def test_run_says_that_the_clock_is_behind(workspace):
    """In words and in JSON, with exit code 1; an accurate clock is not mentioned."""
    first = call("run", workspace, "--today", "2026-02-03", "--json")
    assert json.loads(first.stdout)["clock_behind"] is None
    second = call("run", workspace, "--today", "2020-01-05", "--json")
    result = json.loads(second.stdout)
    assert (second.exit_code, result["exit_code"], result["clock_behind"]) == (
        1,
        1,
        "2026-02-03",
    )
    assert (
        "(2020-01-05) lies before a day that is recorded already (2026-02-03)"
        in second.stderr
    )


def test_what_a_person_recorded_goes_before_a_clock(workspace):
    """[calendar.finished] is the way to correct a day that was recorded wrongly."""
    text = '[calendar.finished]\ncompile = "2026-02-01"\n'
    (workspace / SETTINGS_FILE).write_text(text, encoding="utf-8")
    workspaces.ran(workspace, today=dt.date(2026, 2, 20))
    days = {
        day
        for stage, _, day in finished(workspace, dt.date(2026, 2, 20))
        if stage == "compile"
    }
    assert days == {dt.date(2026, 2, 1)}


def test_the_journal_never_goes_back(tmp_path):
    """A line written with a clock that is behind has the day of the line before."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.write_journal(ledgers.DAY, "one")
        ledger.write_journal(dt.date(2020, 1, 1), "two")
        assert [day for day, _, _ in ledger.journal()] == [ledgers.DAY, ledgers.DAY]
