"""Folders of a workspace moved with a change of the ledger, all or none; and removed.

The ledger commits as one, and a folder is renamed as one; several folders and the ledger are not.
So what is to be moved is written down before, in ``.moves.json``. Where the process is killed, or
the power goes, the next command finds the page: it moves the folders back, unless the ledger holds
the change.

What is removed lies in the workspace, and nothing outside of it goes: no link is followed, at the
top or below it, also where one takes the place of a folder in the middle of the work; and no other
file system that is mounted inside is entered.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from voterlist import strict_json
from voterlist.model import frozen
from voterlist.storage.files import make_folder, sync_folder, write_content

MOVES = ".moves.json"
"""The page, in the workspace, while folders are being moved."""

Move = tuple[Path, Path]
"""Whence and whither."""


@frozen
class Plan:
    """What is being moved.

    Attributes:
        change: by which the ledger is asked whether it holds the change.
        moves: the folders, in order.
    """

    change: str
    moves: tuple[Move, ...]


def read_plan(workspace: Path) -> Plan | None:
    """What an earlier process began to move and did not settle; None where there is nothing.

    Raises:
        OSError: it cannot be read.
    """
    try:
        text = (workspace / MOVES).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    content = strict_json.loads(text)
    moves = [(workspace / source, workspace / to) for source, to in content["moves"]]
    return Plan(str(content["change"]), tuple(moves))


def move(workspace: Path, plan: Plan) -> None:
    """Move the folders. Nothing stands under their new names.

    Raises:
        OSError: one cannot be moved; those before it are moved, and the page says so.
    """
    moves = [
        [path.relative_to(workspace).as_posix() for path in pair] for pair in plan.moves
    ]
    text = json.dumps({"change": plan.change, "moves": moves}, indent=1)
    for _, target in plan.moves:
        make_folder(target.parent)
    write_content(workspace / MOVES, f"{text}\n")
    for source, target in plan.moves:
        _rename(source, target)


def settle(workspace: Path, plan: Plan, *, is_kept: bool) -> None:
    """End what a plan began: move back what was moved, unless the ledger holds the change.

    Raises:
        OSError: a folder cannot be moved back; the page stays.
    """
    if not is_kept:
        for source, target in reversed(plan.moves):
            # What lay in a folder of the moment may be gone with it.
            if target.exists() and not source.exists() and source.parent.is_dir():
                _rename(target, source)
    (workspace / MOVES).unlink(missing_ok=True)
    sync_folder(workspace)


def free_name(path: Path) -> Path:
    """A path, or where something stands there, the next one with a number."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _rename(source: Path, target: Path) -> None:
    source.rename(target)
    sync_folder(target.parent)
    sync_folder(source.parent)


_FOLDER_FLAGS = (
    os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
)
_REPARSE_POINT = 0x400
"""``FILE_ATTRIBUTE_REPARSE_POINT`` of Windows."""
_IS_SAFE = os.open in os.supports_dir_fd
"""The system finds a file by its folder that is open, whatever becomes of the path."""


def files_in(workspace: Path, name: str) -> Iterator[tuple[str, int]]:
    """(path inside the workspace, bytes) of each file that ``remove`` would take away, in order.

    Args:
        workspace: its folder.
        name: a file or folder in it.
    """
    top = workspace / name
    with suppress(FileNotFoundError):
        status = top.lstat()
        if stat.S_ISREG(status.st_mode):
            yield name, status.st_size
        elif stat.S_ISDIR(status.st_mode):
            yield from _below(top, name, workspace.stat().st_dev)


def _below(folder: Path, name: str, device: int) -> Iterator[tuple[str, int]]:
    if folder.lstat().st_dev != device:
        return
    with os.scandir(folder) as found:
        items = sorted(found, key=lambda item: item.name)
    for item in items:
        inside = f"{name}/{item.name}"
        if item.is_dir(follow_symlinks=False):
            yield from _below(folder / item.name, inside, device)
        else:
            yield inside, item.stat(follow_symlinks=False).st_size


def remove(workspace: Path, name: str, gone: Callable[[], None]) -> bool:
    """Remove a file or a folder of a workspace, with all that is in it.

    A link in it is removed, not what it leads to. A link of this very name stays, for somebody
    made it and what it leads to is elsewhere.

    Args:
        workspace: its folder.
        name: a file or folder in it, or a file of a folder in it.
        gone: called after each file.

    Returns:
        False where something is left: a link, another file system.

    Raises:
        OSError: something cannot be removed.
    """
    around, _, inside = name.rpartition("/")
    folder = workspace / around
    if around and (folder.is_symlink() or _is_junction(folder)):
        return False
    if not _IS_SAFE:
        return _remove_by_path(workspace / name, gone)
    descriptor = os.open(folder, _FOLDER_FLAGS if around else os.O_RDONLY)
    try:
        if os.fstat(descriptor).st_dev != workspace.stat().st_dev:
            return False
        status = _status(descriptor, inside)
        if status is None:
            return True
        if stat.S_ISDIR(status.st_mode):
            device = os.fstat(descriptor).st_dev
            return _remove_folder(descriptor, inside, device, gone)
        is_file = stat.S_ISREG(status.st_mode)
        if is_file:
            os.unlink(inside, dir_fd=descriptor)
            gone()
        return is_file
    finally:
        os.fsync(descriptor)
        os.close(descriptor)


def _status(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _remove_folder(
    around: int, name: str, device: int, gone: Callable[[], None]
) -> bool:
    descriptor = os.open(name, _FOLDER_FLAGS, dir_fd=around)
    is_empty = True
    try:
        if os.fstat(descriptor).st_dev != device:
            return False
        with os.scandir(descriptor) as found:
            items = [(item.name, item.is_dir(follow_symlinks=False)) for item in found]
        for inside, is_folder in sorted(items):
            if is_folder:
                is_empty &= _remove_folder(descriptor, inside, device, gone)
            else:
                os.unlink(inside, dir_fd=descriptor)
                gone()
    finally:
        os.close(descriptor)
    if is_empty:
        os.rmdir(name, dir_fd=around)
    return is_empty


def _remove_by_path(path: Path, gone: Callable[[], None]) -> bool:
    """The same on systems that know no folders that are open."""
    if path.is_symlink() or _is_junction(path):
        return False
    if path.is_dir():
        is_empty = True
        for inside in sorted(path.iterdir()):
            if inside.is_symlink() or not inside.is_dir():
                inside.unlink()
                gone()
            else:
                is_empty &= _remove_by_path(inside, gone)
        if is_empty:
            path.rmdir()
        return is_empty
    if path.exists():
        path.unlink()
        gone()
    return True


def _is_junction(path: Path) -> bool:
    """True for what leads to another folder on Windows without being a symbolic link."""
    with suppress(FileNotFoundError):
        attributes = getattr(path.lstat(), "st_file_attributes", 0)
        return bool(attributes & _REPARSE_POINT)
    return False


_MOUNTS = Path("/proc/self/mountinfo")
_MOUNT_POINT = 4
"""The field of a line that holds the mount point (``proc_pid_mountinfo(5)``)."""
_ESCAPED = re.compile(rb"\\([0-7]{3})")
"""A blank, tab, line feed or backslash of a path, in octal."""


def mounts_in(workspace: Path) -> list[str]:
    """The paths inside of a workspace on which something is mounted, in order.

    None on systems that do not tell: there only other file systems are known, by their number.
    """
    with suppress(FileNotFoundError):
        return mounted_below(workspace.resolve(), _MOUNTS.read_bytes())
    return []


def mounted_below(folder: Path, mountinfo: bytes) -> list[str]:
    """The mount points below a folder, as paths inside of it, in order.

    Args:
        folder: its path without links.
        mountinfo: the text of ``/proc/self/mountinfo``.
    """
    points = {
        Path(os.fsdecode(_ESCAPED.sub(_byte, line.split()[_MOUNT_POINT])))
        for line in mountinfo.splitlines()
    }
    below = (point.relative_to(folder) for point in points if folder in point.parents)
    return sorted(point.as_posix() for point in below)


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 8)])
