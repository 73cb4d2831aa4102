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
from collections.abc import Iterator
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

_OF_0_1_0 = {
    "": re.compile(r"\.voterlist\.(?P<process>\d+)\.toml"),
    "runs": re.compile(r"\..+\.(?P<process>\d+)\.(parquet|json)"),
    "reports": re.compile(
        r"\.(report|precincts|review)-[a-z]{2}\.(?P<process>\d+)\.(html|xlsx)"
    ),
    "compared": re.compile(r"\..+\.(?P<process>\d+)\.(parquet|json)"),
}
"""The names that version 0.1.0 gave to files beside their place, by the folder of the workspace."""
_STATE_OF_0_1_0 = re.compile(r"\.(entries|blocks|pairs)\.parquet")
"""The names in ``compared`` of tables that version 0.1.0 had written and not yet named by their
content."""


def remove_leftovers(workspace: Path) -> None:
    """Remove the unfinished files of processes that have ended.

    Whoever calls this holds the workspace.
    """
    remove_unfinished(workspace)
    for folder in _OWN_FOLDERS:
        for around, _, names in os.walk(workspace / folder):
            remove_abandoned(Path(around))
            for name in names:
                _remove(Path(around) / name, folder)


def remove_unfinished(workspace: Path) -> None:
    """The same in the folder of the workspace alone: nothing in its folders is looked at."""
    for path in workspace.iterdir():
        _remove(path, "")
    remove_abandoned(workspace)


def remove_work_folders(workspace: Path) -> None:
    """Remove the work folders of commands that were killed; a whole inbox may lie in one.

    Whoever calls this holds the workspace. A link is left as it is.
    """
    for name in WORK_FOLDERS:
        shutil.rmtree(workspace / name, ignore_errors=True)


def _remove(path: Path, folder: str) -> None:
    """Remove a file if it is a leftover.

    ``folder`` is the one of the workspace in which it lies.
    """
    if is_beside(path.name):
        remove_if_abandoned(path)
        return
    old_names = _OF_0_1_0.get(folder)
    old = old_names and old_names.fullmatch(path.name)
    is_old_state = folder == "compared" and _STATE_OF_0_1_0.fullmatch(path.name)
    if is_old_state or (old and _has_ended(int(old["process"]))):
        path.unlink(missing_ok=True)


def _has_ended(process: int) -> bool:
    """True where no process has this number; False where one may have."""
    if os.name != "posix" or process == 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
