"""One run at a time in a workspace."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from voterlist.errors import WorkspaceBusyError

__all__ = ["hold"]

LOCK_NAME = ".lock"
HOLDER_NAME = ".lock.holder"
"""Beside the lock: who holds it. Only believed while the lock is held, so a killed run leaves no trouble."""


@contextmanager
def hold(workspace: Path, *, since: str) -> Iterator[None]:
    """Hold the workspace while the block runs. ``since`` is told to whoever comes second.

    The operating system lets go of the lock when the process ends, however it ends.

    Raises:
        WorkspaceBusyError: another process holds it.
    """
    lock = FileLock(workspace / LOCK_NAME, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise _busy(workspace) from None
    holder = workspace / HOLDER_NAME
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "since": since}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _busy(workspace: Path) -> WorkspaceBusyError:
    """The error that says who holds the workspace, as far as is known."""
    try:
        known = json.loads((workspace / HOLDER_NAME).read_text(encoding="utf-8"))
        places = {"path": str(workspace), "pid": str(int(known["pid"])), "since": str(known["since"])}
    except (OSError, ValueError, KeyError, TypeError):
        # The other process is between taking the lock and signing it, or is letting go.
        return WorkspaceBusyError(
            f"another run holds {workspace}",
            code="workspace-busy-unknown",
            places={"path": str(workspace)},
        )
    return WorkspaceBusyError(f"process {places['pid']} holds {workspace} since {places['since']}", places=places)
