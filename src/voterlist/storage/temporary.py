"""Folders for files of a moment, which hold what lists say and must not outlive their process.

A process that is killed cannot remove its folder. The next one does: whoever makes such a folder
removes those whose process has ended. A living process holds a lock on its folder, which the system
releases when the process ends, however it ends.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from voterlist.storage.files import is_beside, remove_if_abandoned

if sys.platform != "win32":
    import fcntl

PREFIX = ".voterlist-work-"
"""How the names of such folders begin."""
_NAME = re.compile(rf"{re.escape(PREFIX)}[A-Za-z0-9_]{{8}}")
"""The names of these folders, and of nothing that a person makes."""


@contextmanager
def private_folder(inside: Path | None = None) -> Iterator[Path]:
    """A folder that only its owner can open, while the block runs.

    Those that killed processes of the same user left in the same place go first.

    Args:
        inside: where it is made; None: where the system keeps such folders.
    """
    around = inside or Path(tempfile.gettempdir())
    remove_abandoned(around)
    folder, lock = _make_folder(around)
    try:
        yield folder
    finally:
        # What cannot be removed now is removed by the next command: the work itself is done.
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _make_folder(around: Path) -> tuple[Path, int | None]:
    """A new folder, and the descriptor that holds it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=around))
        if sys.platform == "win32":
            return folder, None
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            # Another process took it for abandoned just now, and has removed it.
            continue
        # A file system without such locks: nobody can tell then that the folder is abandoned.
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)


def remove_abandoned(around: Path) -> None:
    """Remove the folders in a folder that no living process holds; those of other users stay."""
    if sys.platform == "win32":
        return
    with suppress(OSError), os.scandir(around) as items:
        names = [item.name for item in items if _NAME.fullmatch(item.name)]
        for name in names:
            _remove_if_abandoned(around / name)


def _remove_if_abandoned(folder: Path) -> None:
    if sys.platform == "win32":
        return
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        # It is gone, or another user's, or no folder.
        return
    try:
        if os.fstat(lock).st_uid == os.geteuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        # Its process lives, or it cannot be told whether it does.
        return
    finally:
        os.close(lock)


_OWN_FOLDERS = ("runs", "reports", "compared", "lists", "sent", "keys")
"""The folders of a workspace in which the program alone writes."""

PACKING = ".submitting"
"""The folder of a workspace in which the files of a package lie until it is written."""
WORK_FOLDERS = (".receiving", PACKING, ".verifying")
"""The folders of a workspace in which one command works that holds it; gone when it ends."""


def remove_leftovers(workspace: Path) -> None:
    """Remove the unfinished files of processes that have ended.

    Whoever calls this holds the workspace.
    """
    remove_unfinished(workspace)
    for folder in _OWN_FOLDERS:
        for around, _, names in os.walk(workspace / folder):
            remove_abandoned(Path(around))
            _remove_beside(Path(around), names)


def remove_unfinished(workspace: Path) -> None:
    """The same in the folder of the workspace alone: nothing in its folders is looked at."""
    _remove_beside(workspace, os.listdir(workspace))  # noqa: PTH208  names alone
    remove_abandoned(workspace)


def _remove_beside(folder: Path, names: Iterable[str]) -> None:
    """Remove those of these files whose writers have ended."""
    for name in names:
        if is_beside(name):
            remove_if_abandoned(folder / name)


def remove_work_folders(workspace: Path) -> None:
    """Remove the work folders of commands that were killed; a whole inbox may lie in one.

    Whoever calls this holds the workspace. A link is left as it is.
    """
    for name in WORK_FOLDERS:
        shutil.rmtree(workspace / name, ignore_errors=True)
