"""One command with all that it starts: CPU and wall seconds, and the memory of all together."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

from process import Cost, FailedError

__all__ = ["run"]

_PROC = Path("/proc")
_EVERY = 0.2
"""Seconds between two looks at the memory."""


def run(command: list[str], *, well: tuple[int, ...] = (0,)) -> Cost:
    """Runs a command to its end; the peak is that of all its processes together.

    Of memory that several processes share each has its part (proportional set size), so the sum is
    what the machine needs. It is looked at five times a second. Linux only.

    Raises:
        FailedError: it ended with a code that is not among ``well``.
    """
    start, peaks, ended = time.monotonic(), [0.0], threading.Event()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        watch = threading.Thread(target=_watch, args=(child.pid, peaks, ended))
        watch.start()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        watch.join()
    if child.returncode not in well:
        raise FailedError(f"{' '.join(command[:4])} ended with {child.returncode}")
    cpu, wall = usage.ru_utime + usage.ru_stime, time.monotonic() - start
    return Cost(cpu, wall, max(peaks))


def _watch(root: int, peaks: list[float], ended: threading.Event) -> None:
    """Note the memory of a process and all below it until it ends."""
    while not ended.wait(_EVERY):
        peaks.append(sum(_megabytes(process) for process in _tree(root)))


def _tree(root: int) -> list[int]:
    """The process and all that it and they have started."""
    children: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit() and (parent := _parent(folder)) is not None:
            children.setdefault(parent, []).append(int(folder.name))
    found = [root]
    for process in found:
        found.extend(children.get(process, ()))
    return found


def _parent(folder: Path) -> int | None:
    """The parent of a process; None where it has ended."""
    try:
        # The name of a program, in brackets, may hold blanks.
        told = (folder / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return int(told.rpartition(")")[2].split()[1])


def _megabytes(process: int) -> float:
    """The proportional set size of a process, MiB; 0 where it has ended."""
    try:
        told = (_PROC / str(process) / "smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in told.splitlines() if line.startswith("Pss:")]
    return sum(map(int, sizes)) / 1024
