"""Copies of the program that a test changes, and commands that are given to them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_COMMANDS = """
import json, sys
from typer.testing import CliRunner
from voterlist.cli import APP
for words in json.load(sys.stdin):
    done = CliRunner().invoke(APP, words, prog_name="voterlist")
    print(json.dumps([done.exit_code, done.stdout, "Traceback" in done.stderr]))
"""


def copied(folder):
    """The folder ``src`` of a copy; what is not changed need not be compiled again."""
    return shutil.copytree(ROOT / "src", folder / "src")


def told(source, *commands, language="en"):
    """(Exit code, what was printed) of commands, one after the other in a process of their own."""
    words = json.dumps(commands, default=str)
    lines = python(source, "-c", _COMMANDS, given=words, language=language).splitlines()
    outcomes = []
    for code, printed, is_broken in map(json.loads, lines):
        assert not is_broken, printed
        outcomes.append((code, printed))
    return outcomes


def python(source, *words, given="", language="en"):
    """What the interpreter prints where it imports the copy."""
    outcome = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(source), "VOTERLIST_LANG": language},
        cwd=source.parent,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert not outcome.returncode, outcome.stderr
    return outcome.stdout
