"""A process that leaves nothing of a list behind beside what it is asked to write.

What libraries make (journals of SQLite, temporary files, sockets) is closed to other users; a crash
leaves no image of the memory; and an exception that nobody foresaw is told by its kind and place,
for its words may quote a cell.
"""

from __future__ import annotations

import os
import sys
import threading
from types import TracebackType

from voterlist.errors import place_of

try:
    import resource
except ImportError:  # Windows has other means
    resource = None  # type: ignore[assignment]

_UMASK = 0o077
_NO_DUMP = 1
"""Bytes of a core dump. Less than a page is none; and where the kernel hands dumps to a program
instead of writing a file, it keeps to this limit alone: 0 would not hold it back (core(5))."""


def be_discreet() -> None:
    """Close what this process and its children make, and what is told of their crashes."""
    os.umask(_UMASK)
    _make_no_dumps()
    sys.excepthook = _tell_exception
    sys.unraisablehook = lambda found: tell(found.exc_value)
    threading.excepthook = lambda found: tell(found.exc_value)


def keep_logs_discreet() -> None:
    """Of what libraries log, and nobody asked for, tell the kind and the place alone.

    Otherwise Python writes it on standard error, with the words of exceptions.
    """
    import logging  # noqa: PLC0415  most commands need none, and start faster without

    class WithoutWords(logging.Handler):
        """Tells where a library noticed something."""

        def emit(self, record: logging.LogRecord) -> None:
            """Say it on standard error."""
            error = record.exc_info[1] if record.exc_info else None
            if error is not None:
                tell(error)
            elif sys.stderr is not None:
                sys.stderr.write(f"voterlist: {record.levelname} ({record.name})\n")

    logging.lastResort = WithoutWords(logging.WARNING)


def tell(error: BaseException | None) -> None:
    """Say on standard error of which kind an error is, and where it was raised.

    A thread that ends itself has no error.
    """
    if isinstance(error, SystemExit):
        return
    if error is not None and sys.stderr is not None:
        sys.stderr.write(f"voterlist: {_in_short(error)}\n")


def _in_short(error: BaseException) -> str:
    return f"{type(error).__name__} ({place_of(error)})"


def _make_no_dumps() -> None:
    if resource is None:
        return
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    allowed = _NO_DUMP if most == resource.RLIM_INFINITY else min(_NO_DUMP, most)
    resource.setrlimit(resource.RLIMIT_CORE, (allowed, allowed))


def _tell_exception(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    tell(error)
