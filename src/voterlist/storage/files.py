"""Files and folders that only their owner can open, and files that are written whole or not at all.

Voters' lists are personal data. So whatever the program makes is closed to every other user of the
machine, whatever the umask: folders have mode 0700, files 0600. Systems without such modes keep
their own rules.

A folder for files of a moment, in which each file is filled before it has its place, must not
outlive its process. One that is killed cannot remove its folder: whoever makes the next one does.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from voterlist.errors import NO_ROOM

if sys.platform != "win32":
    import fcntl

Identity = tuple[int, int] | None
"""The disk of a file and its number there."""

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


def make_folder(path: Path, *, is_forced: bool = True) -> None:
    """Make a folder, and those above it that are missing, for their owner alone.

    A folder that is there keeps its mode, for it may be the user's own. The name of a new one is
    forced to the disk, without which a power cut takes all files in it, unless ``is_forced`` is
    False: then what is in it may be lost.
    """
    if path.is_dir():
        return
    make_folder(path.parent, is_forced=is_forced)
    try:
        path.mkdir(_FOLDER_MODE)
    except FileExistsError:
        if not path.is_dir():
            raise
        # Another process has made it in this moment.
        return
    # The umask may have taken a right from the owner.
    path.chmod(_FOLDER_MODE)
    if is_forced:
        sync_folder(path.parent)


def close_folder(path: Path) -> None:
    """Close one of the program's own folders to other users.

    A link, or another user's folder, stays as it is.
    """
    if os.name != "posix" or path.is_symlink() or not path.is_dir():
        return
    if stat.S_IMODE(path.stat().st_mode) != _FOLDER_MODE:
        # Only its owner may change it. What is written into it is private all the same.
        with suppress(PermissionError):
            path.chmod(_FOLDER_MODE)


def own_folder(path: Path, *, is_forced: bool = True) -> None:
    """Make one of the program's own folders, or close it where earlier versions left it open.

    ``is_forced`` as ``make_folder`` has it.
    """
    make_folder(path, is_forced=is_forced)
    close_folder(path)


def make_private(descriptor: int) -> None:
    """Close an open file to other users."""
    if os.name != "posix" or stat.S_IMODE(os.fstat(descriptor).st_mode) == _FILE_MODE:
        return
    # Some file systems, such as those of memory sticks, have one mode for all files.
    with suppress(PermissionError):
        os.fchmod(descriptor, _FILE_MODE)


def open_private(path: Path) -> BinaryIO:
    """Open a file for writing that only its owner can open. Its old content goes."""
    descriptor = os.open(
        path,
        os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0),
        _FILE_MODE,
    )
    make_private(descriptor)
    return open(descriptor, "wb")  # noqa: PTH123  the file is open already


def write_atomically(
    path: Path,
    write: Callable[[Path], object],
    *,
    place: Callable[[Path], Path] | None = None,
) -> None:
    """Let ``write`` fill a file beside ``path``, force it to the disk and rename it into place.

    The file lies in a folder of the moment, and is private before it holds anything.

    Args:
        path: the file.
        write: is given the path of the file beside it.
        place: gives the path in the end from the file as written, where that depends on its
            content.
    """
    try:
        with private_folder(path.parent) as folder:
            beside = folder / path.name
            open_private(beside).close()
            write(beside)
            with beside.open("rb+") as written:
                make_private(written.fileno())
                os.fsync(written.fileno())
            beside.replace(path if place is None else place(beside))
    except OSError as error:
        # The folder beside means nothing to a person; of a copy the system names the file that is
        # read, which may lie on another disk.
        if error.errno in NO_ROOM or PREFIX in str(error.filename):
            error.filename = str(path)
        raise
    sync_folder(path.parent)


def write_content(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all, a text in UTF-8.

    Raises:
        OSError: it cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    write_atomically(path, lambda beside: beside.write_bytes(data))


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def are_unaltered(digests: Mapping[Path, str]) -> bool:
    """True where every file is there and has the SHA-256 that was recorded of it."""
    return all(path.is_file() and sha256(path) == own for path, own in digests.items())


def identity(path: Path) -> Identity:
    """What tells a file from another one of the same name; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def sync_folder(path: Path) -> None:
    """Force the names in a folder to the disk: a rename is on the disk only once its folder is."""
    if os.name != "posix":
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
            # The umask may have taken a right from the owner.
            folder.chmod(_FOLDER_MODE)
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
    """Remove the folders in a folder that no living process holds; those of other users stay.

    Their maker holds a lock on each, which the system releases when the process ends, however it
    ends. So nothing of a living process goes, and the number of a process says nothing, which
    another may bear by now.
    """
    with suppress(OSError):
        for name in os.listdir(around):  # noqa: PTH208  names alone
            if _NAME.fullmatch(name):
                _remove_if_abandoned(around / name)


def _remove_if_abandoned(folder: Path) -> None:
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        # Another process has removed it, or it is another user's, or something else.
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        # Its maker lives, or it cannot be told whether it does.
        return
    finally:
        os.close(descriptor)


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
    remove_abandoned(workspace)
    for folder in _OWN_FOLDERS:
        for around, _, _ in os.walk(workspace / folder):
            remove_abandoned(Path(around))


def remove_work_folders(workspace: Path) -> None:
    """Remove the work folders of commands that were killed; a whole inbox may lie in one.

    Whoever calls this holds the workspace. A link is left as it is.
    """
    for name in WORK_FOLDERS:
        shutil.rmtree(workspace / name, ignore_errors=True)
