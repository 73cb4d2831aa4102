"""One process at a time in a folder: a run in its workspace, a linkage beside its state."""

from __future__ import annotations

import datetime as dt
import errno
import getpass
import json
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from voterlist import strict_json
from voterlist.errors import UsageError, WorkspaceBusyError, usage_error
from voterlist.model import frozen
from voterlist.processes import workers
from voterlist.storage.files import (
    PACKING,
    remove_leftovers,
    write_content,
)

LOCK_NAME = ".lock"
HOLDER_NAME = ".lock.holder"
"""Beside the lock: who holds it. While the lock is held it is that process; where the lock is free,
it is one that ended without finishing."""

OF_DESK: dict[str, Any] = {"code": "desk-open-already", "name": ".desk.lock"}
"""How ``hold`` holds the desk of a workspace, which stays open while a run holds the workspace."""
OF_INDEX: dict[str, Any] = {"code": "workspace-busy", "name": ".find.lock"}
"""The same where the index of the counter is made: each process that needs it waits for it."""
PATIENCE = 10.0
"""Seconds that a run waits for who holds the workspace for a moment: an answer at the counter."""
_PRIVATE = 0o600
_UNKNOWN = "?"
"""Stands for what an earlier version did not write down, or the system does not tell."""


@frozen
class Holder:
    """A process that holds a folder, or held it when it ended."""

    pid: int
    """Its number on its machine."""
    since: str
    """When it began to hold the folder, in words."""
    user: str = _UNKNOWN
    machine: str = _UNKNOWN


@contextmanager
def hold(
    folder: Path,
    *,
    since: str,
    code: str = "workspace-busy",
    name: str = LOCK_NAME,
    patience: float = 0.0,
) -> Iterator[Holder | None]:
    """Hold the folder while the block runs. ``since`` is told to whoever comes second.

    The operating system lets go of the lock when the process ends, however it ends. Neither the
    lock nor the file that names its holder is written through a symbolic link. Workers of this
    process end before the lock is released: none writes for a run that holds nothing any more.

    Args:
        folder: a workspace, or the folder of a linkage state.
        since: when it was begun to be held, in words.
        code: the error's code where another process holds it, and ``<code>-unknown`` where that has
            no name yet.
        name: of the lock, where the folder is held for one purpose alone.
        patience: seconds to wait for another process.

    Yields:
        the process that held the folder before and ended without finishing; None where the last
        one finished.

    Raises:
        WorkspaceBusyError: another process holds it.
        UsageError: the lock is a symbolic link.
    """
    lock = _acquire(folder, since, code, name, patience)
    holder = _holder_of(folder / name)
    own = Holder(os.getpid(), since, user_name(), platform.node() or _UNKNOWN)
    text = json.dumps(asdict(own))
    try:
        before = _holder_named_in(holder)
        if before is not None:
            remove_leftovers(folder)
            if name == LOCK_NAME:
                # Whoever packed there held the workspace too, and has ended.
                shutil.rmtree(folder / PACKING, ignore_errors=True)
        write_content(holder, text)
        yield before
    except KeyboardInterrupt:
        workers.end_all()
        remove_leftovers(folder)
        raise
    finally:
        workers.end_all()
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def hold_all(workspace: Path, *, since: str) -> Iterator[None]:
    """Hold a workspace, its desk and its index too: nobody decides or looks at anything meanwhile.

    Raises:
        WorkspaceBusyError: a run or another command holds it, or its desk is open.
        UsageError: a lock is a symbolic link.
    """
    with ExitStack() as held:
        for own in ({}, OF_DESK, OF_INDEX):
            held.enter_context(hold(workspace, since=since, **own))
        yield


def require_free(folder: Path, *, since: str) -> None:
    """Take the lock of a workspace and let it go again; nothing is written.

    Raises:
        WorkspaceBusyError: another process holds it.
        UsageError: the lock is a symbolic link.
    """
    _acquire(folder, since, "workspace-busy").release()


def _acquire(
    folder: Path, since: str, code: str, name: str = LOCK_NAME, patience: float = 0.0
) -> FileLock:
    path = folder / name
    # Older versions of the library would open the link's target and make it if need be.
    if path.is_symlink():
        raise _is_link(path)
    lock = FileLock(path, timeout=patience, mode=_PRIVATE)
    try:
        lock.acquire()
    except Timeout:
        raise _busy(path, since, code) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _is_link(path) from None
        raise
    return lock


def _is_link(path: Path) -> UsageError:
    return usage_error("lock-is-link", path=path)


def user_name() -> str:
    """The name of the user of this process."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # The system has no name for the number of the user.
        return _UNKNOWN


def _holder_named_in(path: Path) -> Holder | None:
    """The holder that a file names; None where it names none, or is none of ours."""
    if path.is_symlink():
        return None
    try:
        known = strict_json.loads(path.read_text(encoding="utf-8"))
        names = [str(known.get(name, _UNKNOWN)) for name in ("user", "machine")]
        return Holder(int(known["pid"]), str(known["since"]), *names)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _holder_of(lock: Path) -> Path:
    """The file that says who holds a lock."""
    return lock.with_name(f"{lock.name}.holder")


def _busy(lock: Path, now: str, code: str) -> WorkspaceBusyError:
    """The error that says who holds the folder and for how long, as far as is known."""
    folder = lock.parent
    holder = _holder_named_in(_holder_of(lock))
    if holder is None:
        # The other process is between taking the lock and signing it, or is letting go.
        return WorkspaceBusyError(
            f"another process holds {folder}",
            code=f"{code}-unknown",
            places={"path": str(folder)},
        )
    places = {"path": str(folder)}
    places |= {name: str(value) for name, value in asdict(holder).items()}
    minutes = _minutes_between(holder.since, now)
    if minutes is not None:
        places |= {"minutes": str(minutes), "variant": "aged"}
    return WorkspaceBusyError(
        f"{holder.user} on {holder.machine} (process {holder.pid}) holds {folder} "
        f"since {holder.since}",
        code=code,
        places=places,
    )


def _minutes_between(first: str, second: str) -> int | None:
    """Whole minutes between two moments in words; None where they do not tell."""
    try:
        between = dt.datetime.fromisoformat(second) - dt.datetime.fromisoformat(first)
    except (ValueError, TypeError):
        return None
    minutes = between // dt.timedelta(minutes=1)
    # The clock of another machine may be ahead of ours.
    return minutes if minutes >= 0 else None
