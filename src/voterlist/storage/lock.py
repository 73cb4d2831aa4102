"""One process at a time in a folder: a run in its workspace, a linkage beside its state."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from voterlist.errors import UsageError, WorkspaceBusyError
from voterlist.storage.files import make_private, write_atomically

__all__ = ["hold"]

LOCK_NAME = ".lock"
_HOLDER = ".holder"
"""How the file beside the lock ends that says who holds it. Only believed while the lock is held,
so a killed run leaves no trouble."""

_PRIVATE = 0o600


@contextmanager
def hold(
    folder: Path, *, since: str, code: str = "workspace-busy", name: str = LOCK_NAME
) -> Iterator[None]:
    """Hold the folder while the block runs. ``since`` is told to whoever comes second.

    The operating system lets go of the lock when the process ends, however it ends. Neither the
    lock nor the file that names its holder is written through a symbolic link.

    Args:
        folder: a workspace, or the folder of a linkage state.
        since: when it was begun to be held, in words.
        code: the error's code where another process holds it, and ``<code>-unknown`` where that has
            no name yet.
        name: of the lock, where the folder is held for one purpose alone.

    Raises:
        WorkspaceBusyError: another process holds it.
        UsageError: the lock is a symbolic link.
    """
    lock = _acquired(folder / name, code)
    holder = folder / f"{name}{_HOLDER}"
    text = json.dumps({"pid": os.getpid(), "since": since})
    try:
        write_atomically(
            holder, lambda beside: beside.write_text(text, encoding="utf-8")
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _acquired(path: Path, code: str) -> FileLock:
    # Older versions of the library would open the link's target and make it if need be.
    if path.is_symlink():
        raise _is_link(path)
    lock = FileLock(path, blocking=False, mode=_PRIVATE)
    try:
        lock.acquire()
    except Timeout:
        raise _busy(path, code) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _is_link(path) from None
        raise
    _close(path)
    return lock


def _close(path: Path) -> None:
    """Close a lock of an earlier version to other users."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        make_private(descriptor)
    finally:
        os.close(descriptor)


def _is_link(path: Path) -> UsageError:
    return UsageError(
        f"{path} is a symbolic link", code="lock-is-link", places={"path": str(path)}
    )


def _busy(path: Path, code: str) -> WorkspaceBusyError:
    """The error that says who holds the folder of this lock, as far as is known."""
    folder = path.parent
    holder = path.with_name(f"{path.name}{_HOLDER}")
    try:
        known = json.loads(holder.read_text(encoding="utf-8"))
        places = {
            "path": str(folder),
            "pid": str(int(known["pid"])),
            "since": str(known["since"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        # The other process is between taking the lock and signing it, or is letting go.
        return WorkspaceBusyError(
            f"another process holds {folder}",
            code=f"{code}-unknown",
            places={"path": str(folder)},
        )
    return WorkspaceBusyError(
        f"process {places['pid']} holds {folder} since {places['since']}",
        code=code,
        places=places,
    )
