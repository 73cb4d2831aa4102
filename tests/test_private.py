"""What the program writes is its owner's alone, and what killed writers left goes.

Real files, real processes.
"""

import os
import signal
import stat
import subprocess
import sys

import pytest

import processes
import workspaces
from command_line import started
from unprivileged import give_up_rights
from voterlist.storage import files
from voterlist.storage.files import make_folder, remove_leftovers, write_atomically
from voterlist.storage.store import Manifest, RunFolder

RUN = "2026-02-03-0a1b2c3d"
MANIFEST = Manifest(
    run=RUN,
    today="2026-02-03",
    program="0.1.0",
    program_digest="p",
    settings="s",
    constituencies=(88,),
    inputs={},
)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def open_to_others(folder):
    """What is below a folder, and the folder, that another user could open.

    Without what SQLite makes.
    """
    found = [folder, *folder.rglob("*")]
    kept = {
        path: 0o700 if path.is_dir() else 0o600
        for path in found
        if not path.name.startswith("ledger.db")
    }
    return [
        path.relative_to(folder).as_posix()
        for path, wanted in kept.items()
        if mode(path) != wanted
    ]


# Modes


def test_everything_that_the_commands_write_is_private_whatever_the_umask(tmp_path):
    """Under a shared machine's umask another user could otherwise read lists and reports."""
    made, elsewhere = tmp_path / "made", tmp_path / "out" / "deep"
    workspace = workspaces.make(
        tmp_path / "2026", settings='[report]\nlanguages = ["en"]\n'
    )
    commands = [
        (
            "synth",
            made,
            "--voters",
            "60",
            "--constituencies",
            "1",
            "--files",
            "--registers",
        ),
        ("init", tmp_path / "new"),
        ("run", workspace, "--today", "2026-02-03", "--jobs", "2"),
        ("review", "export", workspace, "--out", elsewhere / "review.xlsx"),
        (
            "link",
            made / "entries.parquet",
            "--out",
            tmp_path / "pairs.parquet",
            "--state",
            tmp_path / "state",
        ),
    ]
    for command in commands:
        found = started(*command, umask=0)
        assert found.returncode in {0, 1}, found.stderr
    written = [made, tmp_path / "new", tmp_path / "state", tmp_path / "out"]
    written += [workspace / name for name in ("runs", "reports", "compared")]
    assert [path for folder in written for path in open_to_others(folder)] == []
    assert mode(workspace / ".lock") == mode(tmp_path / "pairs.parquet") == 0o600


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_a_file_and_its_folders_have_the_same_modes_under_every_umask(tmp_path, umask):
    """A umask neither opens them nor takes the owner's own rights."""
    path = tmp_path / "a" / "b" / "list.txt"
    modes = []

    def write(beside):
        modes.append(mode(beside))
        beside.write_text("x", encoding="utf-8")

    before = os.umask(umask)
    try:
        make_folder(path.parent)
        write_atomically(path, write)
        with files.open_private(tmp_path / "open.txt") as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert modes == [0o600], "it is private before it holds anything"
    assert [mode(path.parent.parent), mode(path.parent)] == [0o700, 0o700]
    assert [mode(path), mode(tmp_path / "open.txt")] == [0o600, 0o600]


def test_a_file_that_stood_open_is_closed_when_it_is_written_again(tmp_path):
    """Reports that an earlier version left open do not stay so."""
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    write_atomically(path, lambda beside: beside.write_text("new", encoding="utf-8"))
    assert mode(path) == 0o600


def test_a_run_closes_its_own_folders_and_leaves_the_others(tmp_path):
    """What an earlier version left open is closed.

    The inbox, which clerks may share, keeps its mode.
    """
    workspace = workspaces.make(
        tmp_path / "2026", settings='[report]\nlanguages = ["en"]\n'
    )
    own = [workspace / name for name in ("runs", "reports", "reports/88", "compared")]
    for folder in own:
        folder.mkdir()
    for folder in (*own, workspace, workspace / "inbox"):
        folder.chmod(0o755)
    result = workspaces.run(workspace)
    assert [mode(folder) for folder in (*own, result.folder)] == [0o700] * 5
    assert [mode(workspace), mode(workspace / "inbox")] == [0o755, 0o755]


# Leftovers

WRITING = """
import signal, sys
from pathlib import Path
from voterlist.storage.files import write_atomically

go_on = {signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, go_on)

def write(beside):
    beside.write_text("half", encoding="utf-8")
    print("writing", flush=True)
    signal.sigwait(go_on)

write_atomically(Path(sys.argv[1]), write)
"""


class Writer:
    """A process in the middle of writing a file."""

    def __init__(self, path):
        command = [sys.executable, "-c", WRITING, str(path)]
        self.process = processes.Beside(command, env=dict(os.environ))
        assert self.process.stdout.readline() == "writing\n"

    def end(self):
        """Kill it."""
        self.process.kill()
        self.process.communicate()
        assert self.process.returncode == -signal.SIGKILL

    def finish(self):
        """Let it write the rest."""
        self.process.send_signal(signal.SIGUSR1)
        self.process.communicate()
        assert self.process.returncode == 0


def hidden(folder):
    return sorted(path.name for path in folder.rglob(f"{files.PREFIX}*/*"))


def test_what_a_killed_writer_left_goes_when_the_file_is_written_again(tmp_path):
    """Half a report, with everything that stands in it, would lie there for good."""
    path = tmp_path / "report-en.html"
    Writer(path).end()
    assert len(hidden(tmp_path)) == 1
    write_atomically(path, lambda beside: beside.write_text("whole", encoding="utf-8"))
    assert [found.name for found in tmp_path.iterdir()] == ["report-en.html"]


@pytest.mark.parametrize(
    "place",
    [
        "reports/88/report-en.html",
        f"runs/{RUN}/entries.parquet",
        "compared/state.json",
    ],
)
def test_a_run_removes_what_killed_writers_left_and_nothing_of_living_ones(
    tmp_path, place
):
    """The file of a living writer stays, or its rename would fail.

    Once it is dead, the next run clears it up.
    """
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    dead, living = Writer(path), Writer(path.with_name("other.html"))
    dead.end()
    RunFolder(tmp_path, MANIFEST)
    assert hidden(tmp_path) == ["other.html"]
    living.finish()
    assert hidden(tmp_path) == []
    assert path.with_name("other.html").read_text(encoding="utf-8") == "half"


def test_two_writers_of_one_file_leave_one_of_them_whole(tmp_path):
    """The second does not take the first for dead, nor write into its file."""
    path = tmp_path / "a.txt"
    first = Writer(path)
    write_atomically(path, lambda beside: beside.write_text("second", encoding="utf-8"))
    assert len(hidden(tmp_path)) == 1
    first.finish()
    assert [
        (found.name, found.read_text(encoding="utf-8")) for found in tmp_path.iterdir()
    ] == [("a.txt", "half")]


def test_a_folder_that_was_taken_for_abandoned_before_its_lock_is_made_anew(
    tmp_path, monkeypatch
):
    """Another process would remove it again while it is written, and its rename would fail."""
    path = tmp_path / "a.txt"
    true_lock = files.fcntl.flock
    removed = []

    def lock_late(descriptor, operation):
        if not removed:
            removed.extend(tmp_path.glob(f"{files.PREFIX}*"))
            removed[0].rmdir()
        true_lock(descriptor, operation)

    def write(beside):
        beside.write_text("whole", encoding="utf-8")
        files.remove_abandoned(tmp_path)

    monkeypatch.setattr(files.fcntl, "flock", lock_late)
    write_atomically(path, write)
    assert len(removed) == 1
    assert path.read_text(encoding="utf-8") == "whole"


def test_files_of_people_stay_where_leftovers_are_removed(tmp_path):
    """A name that only looks like that of an unfinished file would take a person's file away."""
    kept = {
        "reports/88/.voterlist-work/notes.txt",
        f"inbox/88/{files.PREFIX}abcd1234/list.parquet",
        f"{files.PREFIX}of-mine/plan.json",
        f"reports/{files.PREFIX}abcd1234.txt",
        "reports/88/report-en.html",
    }
    for name in kept:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    remove_leftovers(tmp_path)
    found = (path for path in tmp_path.rglob("*") if path.is_file())
    assert {path.relative_to(tmp_path).as_posix() for path in found} == kept


def test_a_file_that_may_not_be_written_is_told_by_its_own_name(tmp_path):
    """The name of the file beside it would send a person looking for something that never was."""
    code = (
        "import sys; from pathlib import Path\n"
        "from voterlist.storage.files import write_atomically\n"
        "try: write_atomically(Path(sys.argv[1]), lambda beside: None)\n"
        "except PermissionError as error: print(error.filename)"
    )
    tmp_path.chmod(0o500)
    command = [sys.executable, "-c", code, tmp_path / "report.html"]
    done = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=give_up_rights, check=True
    )
    tmp_path.chmod(0o700)
    assert done.stdout.strip() == str(tmp_path / "report.html")
