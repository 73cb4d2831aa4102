"""Commands of the program, one after the other; memory and processor of all processes."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import processes  # noqa: E402  it stands beside this folder

__all__ = ["Calls", "Memory", "processor_seconds"]

_MOMENT = 0.3
"""Seconds between two looks at the memory."""


class Calls:
    """Gives commands, each in a process of its own."""

    def __init__(self) -> None:
        self._environment = os.environ | {
            "PYTHONPATH": str(ROOT / "src"),
            "VOTERLIST_LANG": "en",
        }

    def __call__(self, *words: object) -> tuple[int, dict[str, Any]]:
        """Give a command: (exit code, what it said)."""
        texts = [*map(str, words), "--json"]
        done = processes.run(
            [sys.executable, "-m", "voterlist", *texts],
            env=self._environment,
            text=True,
            capture_output=True,
        )
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            told = f"{texts}: exit code {done.returncode}: {done.stderr}"
            raise RuntimeError(told) from None


def processor_seconds() -> float:
    """What all processes have used that this one started, and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + processes.spent[0]


class Memory:
    """The memory of all processes that this one started, looked at again and again.

    Pages that several share are counted once (PSS). A peak between two looks is not seen.

    Attributes:
        peak: in bytes, since it was last set.
    """

    def __init__(self) -> None:
        self.peak = 0

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Look at it while the block runs."""
        over = threading.Event()
        thread = threading.Thread(target=self._look, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _look(self, over: threading.Event) -> None:
        while not over.wait(_MOMENT):
            self.peak = max(self.peak, sum(map(_memory_of, _descendants(os.getpid()))))


def _descendants(process: int) -> Iterator[int]:
    parents: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                text = (path / "stat").read_text(encoding="utf-8", errors="replace")
                # The name before the last bracket may hold anything.
                parent = int(text.rpartition(")")[2].split()[1])
                parents[parent].append(int(path.name))
    found = list(parents[process])
    for one in found:
        yield one
        found += parents[one]


def _memory_of(process: int) -> int:
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        for line in text.splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
    return 0
