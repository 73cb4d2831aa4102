"""Worker processes: they end with the process that started them, and with the work."""

from __future__ import annotations

import ctypes
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from voterlist.storage import stopping

__all__ = ["end_all", "end_with_parent", "pool_of"]

_SET_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of Linux: the signal that a process gets when its parent ends."""
_pools: set[ProcessPoolExecutor] = set()
"""The pools of this process that may have workers."""


@contextmanager
def pool_of(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of so many worker processes; the tasks that are done when the block ends are its work.

    Where the block ends by an exception, the workers end at once: nobody waits for what they do.
    """
    # Not fork: a forked process inherits Arrow's threads in whatever state they are.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=end_with_parent)
    _pools.add(pool)
    try:
        yield pool
    except BaseException:
        _end(pool)
        raise
    finally:
        _pools.discard(pool)
        pool.shutdown()


def end_all() -> bool:
    """End the workers of all pools of this process at once; True where there was any.

    The workers of a pool in a generator live on while an exception passes that was raised beside
    it.
    """
    pools = list(_pools)
    for pool in pools:
        _end(pool)
        pool.shutdown()
    _pools.clear()
    return bool(pools)


def _end(pool: ProcessPoolExecutor) -> None:
    """Kill the workers of a pool: they ignore signals that ask, and write nothing in halves."""
    # From Python 3.14 on the pool has a method for it.
    processes = pool._processes  # noqa: SLF001  the pool waits for its work otherwise
    for process in list((processes or {}).values()):
        process.kill()


def end_with_parent() -> None:
    """Make this worker process end with its parent, however that ends; a pool's initializer.

    A parent that is killed tells its workers nothing. They would do the rest of their work, and
    write it, for nobody. Signals that ask to end are for the parent: it ends its workers. In a
    process that is no worker this does nothing.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    stopping.ignored()
    threading.Thread(target=_wait_for, args=(parent.sentinel,), daemon=True).start()
    # The thread waits while other code holds the interpreter; the system does not.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


def _wait_for(sentinel: int) -> None:
    """End the process at once when the sentinel is ready: its parent has ended."""
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
