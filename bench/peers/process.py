"""One command as a process of its own, and what the operating system counted for it; the environments of the peers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cost", "FailedError", "environment", "run"]

HERE = Path(__file__).resolve().parent


class FailedError(Exception):
    """A process that ended badly; its last line says why."""


@dataclass(frozen=True, slots=True)
class Cost:
    """User and system seconds of all cores, seconds on the clock, peak MiB; start-up is in all of them."""

    cpu: float
    wall: float
    peak: float


def run(command: list[str], *, well: tuple[int, ...] = (0,)) -> Cost:
    """Runs a command to its end.

    Raises:
        FailedError: it ended with a code that is not among ``well``.
    """
    start = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.read() if process.stderr else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in well:
        raise FailedError(said.strip().splitlines()[-1] if said.strip() else f"ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024)


def environment(name: str) -> str:
    """The Python of a peer's environment, made from ``name.txt`` unless it is there and the pins are the same."""
    pins = HERE / f"{name}.txt"
    folder = HERE / ".venvs" / name
    python, stamp = folder / "bin" / "python", folder / "pins"
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return str(python)
    print(f"making the environment of {name}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pins)]
    subprocess.run(install, check=True)
    stamp.write_text(wanted, encoding="ascii")
    return str(python)
