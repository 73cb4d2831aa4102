"""A command that is asked to end does so between commits, and the next one goes on.

Real processes, real signals.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import processes
import workspaces
from voterlist.catalogue import catalogue
from voterlist.pipeline.known import known
from voterlist.processes import stopping
from voterlist.storage import lock
from voterlist.storage.ledger import FILE_NAME, Ledger

EN = catalogue("en")
TODAY = workspaces.TODAY.isoformat()
SETTINGS = '[report]\nlanguages = ["en"]\n'

# A run that asks itself to end before the change of its folder whose number is given.
ASKED = """
import os, signal, sys

# Tests that a shell runs in the background would ignore it, and so would the run.
signal.signal(signal.SIGINT, signal.default_int_handler)
asked, number = int(sys.argv[1]), int(sys.argv[2])
sys.argv = ["voterlist", "run", *sys.argv[3:], "--json"]
changes = 0

def count(event, arguments):
    global changes
    # Python itself keeps what it has compiled, once.
    if event == "os.rename" and ".pyc" not in str(arguments[0]):
        changes += 1
        if changes == asked:
            os.kill(os.getpid(), number)

sys.addaudithook(count)
from voterlist.cli import main
try:
    main()
finally:
    print(changes, file=sys.stderr)
"""


def asked(workspace, moment, number=signal.SIGTERM):
    command = [sys.executable, "-c", ASKED, str(moment), str(int(number))]
    arguments = [str(workspace), "--today", TODAY]
    return processes.run([*command, *arguments], capture_output=True, text=True)


def made(folder):
    folder.mkdir()
    return workspaces.make(folder, settings=SETTINGS)


def half_written(workspace):
    return [path for path in workspace.rglob("*") if ".part" in path.name]


@pytest.mark.long
def test_asked_to_end_at_any_commit_a_run_ends_tidily_and_is_gone_on_with(tmp_path):
    """A service manager stops a run at any moment, and nobody looks after it at night."""
    calm = made(tmp_path / "calm")
    found = asked(calm, -1)
    assert found.returncode in {0, 1}, found.stderr
    calm_code, changes = found.returncode, int(found.stderr.splitlines()[-1])
    wanted = workspaces.contents(workspaces.run(calm))
    ended_at = set()
    for moment in range(1, changes + 1, max(1, changes // 5)):
        workspace = made(tmp_path / str(moment))
        number = (signal.SIGTERM, signal.SIGINT)[moment % 2]
        found = asked(workspace, moment, number)
        told = json.loads(found.stdout)
        assert half_written(workspace) == []
        assert not (workspace / lock.HOLDER_NAME).exists()
        # Behind its last commit nothing is left that could be stopped.
        is_done = "error" not in told
        assert found.returncode == (calm_code if is_done else 128 + number)
        assert is_done or told["error"]["code"] == "stopped"
        assert not is_done or moment > changes - changes // 5
        if "in_hand" in told:
            stage = told["in_hand"]["stage"]
            assert told["left"][0] == stage
            assert stage not in told["done"]
            ended_at.add(stage)
        result = workspaces.run(workspace)
        assert workspaces.contents(result) == wanted
        assert result.taken_over is None
    assert len(ended_at) > 2, "at several stages"


def test_what_is_done_and_what_is_left_is_told_in_words(tmp_path):
    """The next morning nobody would know how far the night came."""
    workspace = made(tmp_path / "2026")
    found = asked(workspace, 30)
    assert found.returncode == 143
    lines = found.stderr.splitlines()
    stage = json.loads(found.stdout)["in_hand"]["stage"]
    assert EN("error.stopped.by-system.what", signal="SIGTERM") in lines
    in_hand = EN("error.stopped.in-hand", stage=EN(f"cli.stage.{stage}"))
    assert in_hand in lines
    assert any(EN("cli.stage.report") in line for line in lines)


def test_a_commit_is_finished_before_the_process_ends():
    """A complete run that stands in no journal would be done anew."""
    done = []
    with pytest.raises(stopping.StoppedError), stopping.heed_signals():  # noqa: PT012  the order counts
        with stopping.whole():
            with stopping.whole():
                os.kill(os.getpid(), signal.SIGTERM)
            done.append("inner")
            time.sleep(0.01)
            done.append("outer")
        done.append("behind")
    assert done == ["inner", "outer"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_signal_that_the_process_was_told_to_ignore_stays_ignored():
    """``nohup`` and shells start work in the background so."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stopping.heed_signals():
            os.kill(os.getpid(), signal.SIGINT)
            # Heeded, the signal would have raised in the line before.
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def workers_of(process):
    """The worker processes of a process; not the helper by which Python looks after them."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    children = [pid for task in tasks for pid in task.read_text().split()]
    return [
        int(pid)
        for pid in children
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def is_alive(process):
    """False for one that has ended, also where nobody has asked for its exit code yet."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc here")
def test_workers_end_with_the_run_and_before_its_lock_is_free(tmp_path):
    """A worker that outlived the run would write into the folder of the next one."""
    workspace = made(tmp_path / "2026")
    rows = [f"{number};A;B;C;01.01.1980;;X küç. {number};" for number in range(60_000)]
    for constituency in (1, 2, 3):
        folder = workspace / "inbox" / str(constituency)
        folder.mkdir()
        text = workspaces.HEADER + "\n".join(rows)
        (folder / "menteqe-1.csv").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "voterlist", "run", str(workspace), "--jobs", "3"]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    end = time.monotonic() + 300
    workers = []
    while len(workers) < 3 and time.monotonic() < end and run.poll() is None:
        time.sleep(0.05)
        workers = workers_of(run.pid)
    assert len(workers) >= 3
    # A terminal and a service manager ask all of them.
    for process in (*workers, run.pid):
        os.kill(process, signal.SIGTERM)
    _, errors = run.communicate(timeout=300)
    assert run.returncode == 143, errors
    assert not [process for process in workers if is_alive(process)]
    assert half_written(workspace) == []


KILLED = {"pid": 1, "since": "2026-02-02 02:00", "user": "a", "machine": "b"}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """(workspace, what its run said), which came after one that was killed."""
    workspace = made(tmp_path_factory.mktemp("undisturbed") / "2026")
    (workspace / lock.HOLDER_NAME).write_text(json.dumps(KILLED), encoding="utf-8")
    return workspace, asked(workspace, -1)


def test_the_work_of_a_killed_run_is_taken_over_and_said(undisturbed):
    """Nobody would know that the night before was not finished."""
    workspace, found = undisturbed
    assert EN("cli.run.taken-over", **KILLED) in found.stderr.splitlines()
    assert json.loads(found.stdout)["taken_over"] == KILLED
    found = asked(workspace, -1)
    assert json.loads(found.stdout)["taken_over"] is None


def test_a_run_that_is_asked_to_end_at_its_last_commit_is_complete(
    undisturbed, tmp_path
):
    """The journal would lack a run whose reports lie there."""
    # Behind the manifest come the mark of the ledger, that of the run, and what the run said.
    manifest = int(undisturbed[1].stderr.splitlines()[-1]) - 3
    again = made(tmp_path / "again")
    assert asked(again, manifest).returncode == 143
    with Ledger(again / FILE_NAME) as ledger:
        assert known(again, ledger).folders
