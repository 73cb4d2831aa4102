"""Folders that are made once for each state of the program, and copied for each test that asks.

What a test changes, it changes in its copy. The folders lie in the cache of pytest, below the
digest of all that could make them otherwise: the program, the helpers of the tests, Python. Where
pytest has no cache, they lie in a folder of this process.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyarrow as pa
from filelock import FileLock

TESTS = Path(__file__).resolve().parent
_kept_in: list[Path] = []


HOUR = 3600
"""Seconds; no tests of another state go on by then."""


def keep_in(folder: Path) -> None:
    """Keep what is made in this folder, and let go what another state of the program made."""
    own = folder / _state()
    own.mkdir(exist_ok=True)
    os.utime(own)
    for other in folder.iterdir():
        if other.stat().st_mtime < time.time() - HOUR:
            shutil.rmtree(other, ignore_errors=True)
    _kept_in[:] = [own]


def copied(name: str, make: Callable[[Path], object], target: Path) -> None:
    """Let a folder hold what ``make`` writes into an empty one.

    Args:
        name: of what is made; two that differ have two names.
        make: writes into the folder that it is given.
        target: need not exist.
    """
    whole = _folder() / hashlib.sha256(name.encode()).hexdigest()[:32]
    with FileLock(whole.with_suffix(".lock")):
        if not whole.exists():
            half = whole.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            # Where folders of tests lie; in memory a run takes half of the time.
            with tempfile.TemporaryDirectory() as place:
                made = Path(place) / "made"
                made.mkdir()
                make(made)
                shutil.copytree(made, half, symlinks=True)
            half.rename(whole)
    shutil.copytree(whole, target, symlinks=True, dirs_exist_ok=True)


def _folder() -> Path:
    if not _kept_in:
        _kept_in.append(Path(tempfile.mkdtemp(prefix="made-once-")))
        atexit.register(shutil.rmtree, _kept_in[0], ignore_errors=True)
    return _kept_in[0]


@cache
def _state() -> str:
    """The digest of the program, of what the tests share, and of what runs them."""
    digest = hashlib.sha256(f"{sys.version} {pa.__version__}".encode())
    program = (TESTS.parent / "src").rglob("*.*")
    for path in sorted([*program, *TESTS.glob("*.py")]):
        if path.suffix != ".pyc" and path.is_file():
            digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
