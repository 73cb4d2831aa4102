"""Worker processes end with the process that started them."""

from __future__ import annotations

import ctypes
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading

__all__ = ["end_with_parent"]

_SET_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of Linux: the signal that a process gets when its parent ends."""


def end_with_parent() -> None:
    """Make this worker process end with its parent, however that ends; a pool's initializer.

    A parent that is killed tells its workers nothing. They would do the rest of their work, and
    write it, for nobody. In a process that is no worker this does nothing.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    threading.Thread(target=_wait_for, args=(parent.sentinel,), daemon=True).start()
    # The thread waits while other code holds the interpreter; the system does not.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


def _wait_for(sentinel: int) -> None:
    """End the process at once when the sentinel is ready: its parent has ended."""
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
