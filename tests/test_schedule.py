"""What ``schedule`` prints is what the system takes."""

import json
import os
import shutil
import subprocess

import pytest

import workspaces
from command_line import call
from voterlist.upkeep.scheduling import CRONTAB

ODD = "list's 100% $ğ"
"""A name of a folder with everything that a shell, systemd or cron would take for its own."""


@pytest.fixture(params=["2026", ODD])
def workspace(tmp_path, request):
    folder = tmp_path / request.param
    folder.mkdir()
    return workspaces.make(folder)


def made(workspace, *options):
    found = call("schedule", workspace, *options, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


def put(files, folder):
    """Write files under their names into a folder; their paths."""
    paths = {}
    for file in files:
        name = file["path"].rpartition("/")[2]
        paths[name] = folder / name
        paths[name].write_text(file["content"], encoding="utf-8")
    return paths


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not on this machine"
)
def test_systemd_finds_no_fault_with_the_units(workspace, tmp_path):
    """Whoever installs them at the end of a day would find out at two in the night."""
    units = [
        file
        for file in made(workspace, "--systemd")["files"]
        if "systemd" in file["path"]
    ]
    paths = put(units, tmp_path)
    command = ["systemd-analyze", "verify", "--man=no", *map(str, paths.values())]
    found = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )
    own = [line for line in found.stderr.splitlines() if "voterlist" in line]
    assert (found.returncode, own) == (0, [])


def test_the_units_limit_a_run_and_start_it_at_the_time_of_the_workspace(workspace):
    """A run would take the machine from those who work on it, or start at another hour."""
    files = made(workspace, "--systemd", "--at", "3:30", "--jobs", "4")["files"]
    service, timer, failed, rotation = (file["content"] for file in files)
    for line in ("Nice=10", "IOSchedulingClass=best-effort", "KillMode=mixed"):
        assert line in service.splitlines()
    for key in ("MemoryMax=", "TimeoutStartSec=", "OnFailure=voterlist"):
        assert key in service
    assert "--jobs 4" in service
    assert "OnCalendar=*-*-* 03:30:00 Asia/Baku" in timer.splitlines()
    assert "Persistent=true" in timer.splitlines()
    assert "mail -s" in failed
    assert f'"{workspace.resolve()}/log/run.jsonl" {{' in rotation


@pytest.mark.skipif(shutil.which("ionice") is None, reason="no ionice on this machine")
@pytest.mark.parametrize("workspace", [ODD], indirect=True)
def test_the_line_of_cron_runs_and_prints_only_where_somebody_is_needed(workspace):
    """Cron would mail every night, or never."""
    (crontab, _) = made(workspace, "--cron", "--at", "02:05")["files"]
    assert crontab["path"] == CRONTAB
    lines = crontab["content"].splitlines()
    assert any(line.startswith("MAILTO=") for line in lines)
    assert lines[-1].startswith("5 2 * * * ")
    # As cron does: a percent sign behind a backslash stands for itself.
    script = lines[-1].split(None, 5)[5].replace("\\%", "%")
    env = os.environ | {"SHELL": "/bin/sh"}
    found = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, text=True, env=env, check=False
    )
    assert "exit code 1" in found.stdout
    log = workspace / "log" / "run.jsonl"
    ended = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    assert (ended["event"], ended["exit_code"]) == ("ended", 1)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "no-scheduler"),
        (("--cron", "--systemd"), "no-scheduler"),
        (("--cron", "--at", "24:00"), "not-a-time"),
        (("--cron", "--at", "2 o'clock"), "not-a-time"),
    ],
)
def test_what_cannot_be_scheduled_is_said(tmp_path, options, code):
    """A time that cron reads as another one would be installed."""
    found = call("schedule", workspaces.make(tmp_path), *options, "--json")
    assert found.exit_code == 2
    assert json.loads(found.stdout)["error"]["code"] == code
