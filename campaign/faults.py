"""Commands of the program in a process whose calls of the system fail, kill it or are recorded.

The calls are taken by a small library in C (``faults.c``), which is compiled here and stands before
the C library. The process is a fork of one that has imported the program, so that a trial takes a
second. Nothing is weakened: the commands, SQLite, Arrow and the disk are the real ones.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path.insert(0, str(TESTS))

import processes  # noqa: E402  it stands beside this folder

SOURCE = Path(__file__).with_name("faults.c")
SECONDS = 180
"""No command here takes so long; one that does hangs."""
KINDS = (
    "open",
    "read",
    "write",
    "sync",
    "rename",
    "unlink",
    "folder",
    "link",
    "cut",
)
"""The kinds of calls, in the order of the library: ``cut`` is ftruncate, ``folder`` mkdir."""

_COMMAND = """
import ctypes, json, os, sys

armed = json.loads(sys.argv[1])
sys.argv[1:] = sys.argv[2:]
library = ctypes.CDLL(armed["library"])
text = [armed[name].encode() for name in ("root", "record")]
number = ctypes.c_long(armed["number"])
os.environ["TMPDIR"] = armed["root"] + "/tmp"
from voterlist.cli import main

counts = (ctypes.c_long * 9).in_dll(library, "faults_counts")
fired = ctypes.c_long.in_dll(library, "faults_fired")
if armed["microseconds"]:
    library.faults_kill_after(ctypes.c_long(armed["microseconds"]))
library.faults_arm(text[0], armed["kinds"], number, armed["what"], armed["error"], text[1])
try:
    main()
finally:
    # Counted until here, and no call fails from here on.
    told = json.dumps([fired.value, *counts])
    library.faults_arm(b"/nowhere", 0, number, 0, 0, b"")
    # Who is killed in the middle of it has told nothing.
    with open(armed["told"] + ".new", "w", encoding="ascii") as page:
        page.write(told)
    os.rename(armed["told"] + ".new", armed["told"])
"""


class What(IntEnum):
    """What happens at the n-th call."""

    COUNT = 0
    KILL_BEFORE = 1
    KILL_AFTER = 2
    TEAR = 3
    """A write writes half of its bytes, and the process is killed."""
    FAIL_ONCE = 4
    FAIL_ON = 5
    """This call fails and every one of its kind behind it, as on a full disk."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is to go wrong in a command.

    Attributes:
        what: what happens.
        kinds: at calls of which kinds.
        number: at which of them, from 1.
        error: the number of the error that a call fails with.
        microseconds: after which the process is killed; 0: never.
        record: where all changes of the disk are recorded; None: nowhere.
    """

    what: What = What.COUNT
    kinds: Sequence[str] = ()
    number: int = 0
    error: int = 0
    microseconds: int = 0
    record: Path | None = None

    @property
    def mask(self) -> int:
        """The kinds as the library takes them."""
        return sum(1 << KINDS.index(kind) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to.

    Attributes:
        code: its exit code; negative where a signal ended it.
        out: what it printed.
        errors: what it printed on standard error.
        counts: how many calls of each kind touched the folder; empty where it was killed.
        fired: how many calls failed.
    """

    code: int
    out: str
    errors: str
    counts: dict[str, int] = field(default_factory=dict)
    fired: int = 0


def is_possible() -> bool:
    """True where the library can be made here: Linux with a C compiler."""
    return sys.platform == "linux" and shutil.which("cc") is not None


@functools.cache
def library() -> Path:
    """The library, compiled once for each text of it."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"voterlist-faults-{os.getuid()}-{digest}.so"
    if not path.exists():
        beside = path.with_suffix(f".{os.getpid()}")
        command = ["cc", "-O1", "-Wall", "-shared", "-fPIC", "-o", str(beside)]
        subprocess.run([*command, str(SOURCE), "-ldl", "-lpthread"], check=True)
        beside.rename(path)
    ctypes.CDLL(str(path))
    return path


def run(root: Path, words: Sequence[object], fault: Fault | None = None) -> Done:
    """Run a command of the program; calls below the folder ``root`` are counted."""
    fault = fault or Fault()
    (root / "tmp").mkdir(exist_ok=True)
    told = root.with_name(f"{root.name}.told")
    told.unlink(missing_ok=True)
    armed = {
        "library": str(library()),
        "root": str(root.resolve()),
        "record": str(fault.record or ""),
        "told": str(told),
        "number": fault.number,
        "kinds": fault.mask,
        "what": int(fault.what),
        "error": fault.error,
        "microseconds": fault.microseconds,
    }
    done = processes.run(
        [sys.executable, "-c", _COMMAND, json.dumps(armed), *map(str, words)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    fired, *counts = json.loads(told.read_text()) if told.exists() else (0,)
    return Done(
        done.returncode,
        done.stdout,
        done.stderr,
        dict(zip(KINDS, counts, strict=False)),
        fired,
    )


def environment(fault: Fault | None = None, root: Path | None = None) -> dict[str, str]:
    """The environment of a process that has the library.

    With a fault, it is armed from the beginning: for a server, which is no fork.
    """
    given = {**os.environ, "LD_PRELOAD": str(library()), "VOTERLIST_LANG": "en"}
    given["PYTHONPATH"] = str(TESTS.parent / "src")
    if fault is not None:
        numbers = (fault.mask, fault.number, int(fault.what), fault.error)
        given["FAULTS_ARM"] = " ".join(map(str, numbers))
        given["FAULTS_ROOT"] = str(root)
        given["FAULTS_RECORD"] = str(fault.record or "")
    return given
