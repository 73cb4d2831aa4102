"""What a newcomer meets: init, where the workspace is, check of a folder, settings, completion."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import workspaces
from command_line import call
from voterlist.catalogue import catalogue
from voterlist.cli import failure as completion

EN = catalogue("en")


@pytest.fixture
def workspace(tmp_path):
    return workspaces.make(tmp_path / "2026", settings='[report]\nlanguages = ["en"]\n')


# init


def test_init_makes_the_folder_of_the_constituency(tmp_path):
    """Who has constituency 12 would put his lists into the folder of another one."""
    found = call("init", tmp_path / "new", "--constituency", 12)
    assert found.exit_code == 0
    assert (tmp_path / "new" / "inbox" / "12").is_dir()
    assert str(Path("inbox", "12")) in found.stdout
    settings = (tmp_path / "new" / "voterlist.toml").read_text(encoding="utf-8")
    assert '# 12 = "1-45, 47"' in settings
    assert call("init", tmp_path / "other", "-c", 0).exit_code == 2


def test_init_names_no_constituency_that_nobody_gave(tmp_path):
    """Every novice was told to use 88."""
    found = call("init", tmp_path / "new")
    assert (found.exit_code, list((tmp_path / "new" / "inbox").iterdir())) == (0, [])
    assert "88" not in found.stdout.replace(str(tmp_path), "")
    found = call("init", tmp_path / "other", "--json")
    assert json.loads(found.stdout)["constituency"] is None


@pytest.mark.parametrize(("typed", "made"), [("abc\n0\n12\n", ["12"]), ("\x04", [])])
def test_init_asks_at_a_terminal(tmp_path, typed, made):
    """Somebody at a terminal is asked until it is a number, and may leave it open."""
    folder = tmp_path / "new"
    said = at_a_terminal("init", folder, typed=typed)
    assert [path.name for path in (folder / "inbox").iterdir()] == made
    assert EN("cli.init.ask") in said


def at_a_terminal(*arguments, typed):
    """What a command prints where somebody types this."""
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "voterlist", *map(str, arguments)],
        stdin=child,
        stdout=child,
        stderr=child,
        env={**os.environ, "VOTERLIST_LANG": "en"},
    )
    os.close(child)
    os.write(parent, typed.encode())
    said = b""
    try:
        while part := os.read(parent, 4096):
            said += part
    except OSError:
        # So Linux tells that the other end is closed.
        pass
    os.close(parent)
    assert process.wait() == 0
    return said.decode()


# Where the workspace is


@pytest.mark.parametrize("inside", [".", "inbox", "inbox/88"])
def test_run_and_status_find_the_workspace_around(workspace, monkeypatch, inside):
    """Who stands in the inbox would have to know the path of the workspace."""
    monkeypatch.chdir(workspace / inside)
    found = call("status", "--today", "2026-02-03", "--json")
    assert json.loads(found.stdout)["cycle"] == "2026"
    found = call("run", "--until", "merge", "--json")
    assert Path(json.loads(found.stdout)["folder"]).is_relative_to(workspace)


def test_outside_of_a_workspace_it_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in ("run", "status"):
        found = call(command)
        assert found.exit_code == 2
        assert EN("error.no-workspace-here.what", path=str(tmp_path)) in found.stderr


@pytest.mark.parametrize("command", ["run", "status", "review export", "ledger copy"])
def test_a_folder_inside_is_told_where_the_workspace_is(workspace, command):
    """The error would say that there are no settings, and propose to make a second workspace."""
    options = [workspace.parent / "x"] if command == "ledger copy" else []
    found = call(*command.split(), workspace / "inbox", *options)
    assert found.exit_code == 2
    places = {"path": str(workspace / "inbox"), "workspace": str(workspace)}
    assert EN("error.inside-workspace.what", **places) in found.stderr


# check of a folder


def test_check_reads_a_folder_as_its_files(workspace):
    """Who names a folder would be told that there is no such file."""
    inbox = workspace / "inbox"
    files = sorted((inbox / "88").iterdir())
    by_folder = json.loads(call("check", inbox / "88", "--json").stdout)
    by_file = json.loads(call("check", *files, "--json").stdout)
    assert by_folder["rows"] == by_file["rows"]
    assert json.loads(call("check", inbox, "--json").stdout)["rows"] == by_file["rows"]


def test_check_of_a_workspace_says_what_to_do(workspace, tmp_path):
    """Its reports and runs would be read as lists."""
    found = call("check", workspace)
    assert found.exit_code == 2
    assert EN("error.folder-is-workspace.what", path=str(workspace)) in found.stderr
    (tmp_path / "empty").mkdir()
    found = call("check", tmp_path / "empty")
    assert EN("error.folder-empty.what", path=str(tmp_path / "empty")) in found.stderr


# Settings


def test_a_mistake_in_the_settings_is_told_with_its_line(workspace):
    """The parser speaks English alone, and who has many settings looks for the wrong one."""
    path = workspace / "voterlist.toml"
    path.write_text("[check]\n\nvoting_age = '18'\n", encoding="utf-8")
    assert "line 3, check.voting_age: " in call("run", workspace).stderr
    path.write_text("[check]\nvoting_age = yes\n", encoding="utf-8")
    error = call("run", workspace).stderr
    assert f"line 2, voterlist.toml: {EN('settings.toml-no-value')}" in error
    assert "Invalid value" not in error


# Completion


def completed(words, tmp_path):
    """What the shell is offered behind these words."""
    return subprocess.run(
        [sys.executable, "-c", "from voterlist.cli import main; main()"],
        env={
            **os.environ,
            "_VOTERLIST_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
        },
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["voterlist", "ins"], ["inspect"]),
        (
            ["voterlist", "review", ""],
            [
                "export",
                "import",
                "serve",
                "feedback",
                "quality",
                "sample",
            ],
        ),
        (["voterlist", "run", "--unt"], ["--until"]),
        (["voterlist", "run", "--until", "rec"], ["reconcile"]),
    ],
    ids=" ".join,
)
def test_the_shell_completes_commands_and_options(words, offered, tmp_path):
    assert completed(words, tmp_path) == offered


@pytest.mark.parametrize("shell", ["/bin/bash", "/bin/odd"])
def test_completion_is_installed_and_said(tmp_path, monkeypatch, shell):
    """Who asked for it would not know where it went, or why it went nowhere."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", shell)
    # Which shell started the tests says nothing of the command.
    monkeypatch.setattr(completion, "_running_shell", str)
    found = call("--install-completion")
    if shell == "/bin/odd":
        assert found.exit_code == 2
        assert EN("error.shell-unknown.what") in found.stderr
        assert not (tmp_path / ".bash_completions").exists()
        return
    assert found.exit_code == 0
    (script,) = (tmp_path / ".bash_completions").iterdir()
    assert "_VOTERLIST_COMPLETE" in script.read_text(encoding="utf-8")
    places = {"shell": "bash", "path": str(script)}
    assert EN("cli.completion.installed", **places) in found.stdout
