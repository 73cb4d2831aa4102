"""Folders for files that are needed for a moment, which no killed process leaves for good.

Such a folder may hold a whole ledger, or the lists of a package. Whoever works in one holds a lock
on it; the next process that needs one removes those on which nobody holds a lock any more.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["PREFIX", "private_folder", "remove_abandoned"]

PREFIX = ".voterlist-work-"
"""How the names of such folders begin."""
_YOUNGEST = 60
"""Seconds that an abandoned folder is old at least: a younger one may be about to be locked."""


@contextmanager
def private_folder(around: Path | None = None) -> Iterator[Path]:
    """A folder of our own for the block; it is gone in the end, with what was left in earlier ones.

    Args:
        around: where it is made; None: where the system keeps temporary files.
    """
    place = Path(tempfile.gettempdir()) if around is None else around
    remove_abandoned(place)
    # Its mode is 0700 whatever the umask: so the library makes them.
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    descriptor = _locked(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if descriptor is not None:
            os.close(descriptor)


def remove_abandoned(place: Path) -> None:
    """Remove the folders of processes that have ended; those of other users stay."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        for folder in place.glob(f"{PREFIX}*"):
            _remove_if_abandoned(folder)


def _remove_if_abandoned(folder: Path) -> None:
    with suppress(OSError):
        status = folder.lstat()
        is_young = time.time() - status.st_mtime < _YOUNGEST
        if is_young or status.st_uid != os.geteuid():
            return
        descriptor = _locked(folder)
        if descriptor is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the lock of a folder.

    None where another process has it, where the name is no folder, or without such locks.
    """
    if sys.platform == "win32":
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
