"""A program that is asked to end does so between two commits.

The system (``SIGTERM``) or the keyboard (``SIGINT``) asks. What is being computed is given up at
once; what is being committed is committed first, whole. A process that is killed leaves nothing
half-written either, but has no time to say what is done and what is left.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_BY_SIGNAL = 128
"""Shells report a process that a signal ended by its number and this."""


class StoppedError(KeyboardInterrupt):
    """The program was asked to end.

    It is an interruption by the keyboard to whoever knows no better: nothing that catches
    exceptions of the work itself catches it.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.name = signal.Signals(number).name
        """The signal, such as ``SIGTERM``."""
        self.exit_code = _BY_SIGNAL + number
        """143 for ``SIGTERM``, 130 for ``SIGINT``."""
        self.done: tuple[str, ...] = ()
        """What of the work is done and kept, as far as it is known."""
        self.in_hand: tuple[str, int, int] | None = None
        """What was being done: its name, how much of it was done, and of how much. None where
        nothing is known of the work."""
        self.left: tuple[str, ...] = ()
        """What is left, what was being done included."""


class _Wish:
    """Whether this process is in a commit, and whether it was asked to end meanwhile."""

    def __init__(self) -> None:
        self.commits = 0
        self.number = 0


_wish = _Wish()


def _raise_stopped(number: int, _frame: FrameType | None) -> None:
    if _wish.commits:
        _wish.number = number
    else:
        raise StoppedError(number)


@contextmanager
def heed_signals() -> Iterator[None]:
    """Let signals that ask this process to end raise ``StoppedError`` while the block runs.

    A signal that the process was started to ignore stays ignored.
    """
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _raise_stopped)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """Let this process, a worker, ignore those signals: the one that started it ends it.

    A terminal and a service manager send them to all processes of a run. A worker that heeded
    them would be gone before the main process knows why.
    """
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def whole() -> Iterator[None]:
    """A block that is done to its end before the process is ended: a commit.

    Raises:
        StoppedError: the process was asked to end meanwhile; the block is done.
    """
    if threading.current_thread() is not threading.main_thread():
        # Signals are handled in the main thread, which this one does not hold up.
        yield
        return
    _wish.commits += 1
    try:
        yield
    finally:
        _wish.commits -= 1
        if _wish.number and not _wish.commits:
            number, _wish.number = _wish.number, 0
            raise StoppedError(number)
