"""One command as a process of its own, and what the operating system counted for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Cost", "FailedError", "run", "run_told"]

LAUNCH = Path(__file__).resolve().parent / "launch.py"


class FailedError(Exception):
    """A process that ended badly; its last line says why."""


@dataclass(frozen=True, slots=True)
class Cost:
    """User and system seconds of all cores, seconds on the clock, peak MiB.

    Start-up is in all of them.
    """

    cpu: float
    wall: float
    peak: float


def run(command: list[str], *, well: tuple[int, ...] = (0,)) -> Cost:
    """Runs a command, given by the full path of its program, to its end.

    Raises:
        FailedError: it ended with a code that is not among ``well``.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        launch = [sys.executable, "-I", "-S", str(LAUNCH), str(report), *command]
        ended = subprocess.run(
            launch,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        counted = json.loads(report.read_text(encoding="ascii"))
    code = counted.pop("code")
    if code not in well:
        said = ended.stderr.strip().splitlines()
        raise FailedError(said[-1] if said else f"ended with {code}")
    return Cost(**counted)


def run_told(
    command: list[str], *, well: tuple[int, ...] = (0,)
) -> tuple[dict[str, Any], float]:
    """The JSON object that a command prints, and its CPU seconds.

    Raises:
        FailedError: it ended with a code that is not among ``well``.
    """
    before = os.times()
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    after = os.times()
    if ended.returncode not in well:
        raise FailedError(ended.stderr.strip() or f"ended with {ended.returncode}")
    cpu = after.children_user - before.children_user
    cpu += after.children_system - before.children_system
    return json.loads(ended.stdout), cpu
