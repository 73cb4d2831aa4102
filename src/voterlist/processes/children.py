"""Processes of this program that work for it: how they find it, and how both come to an end."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
from pathlib import Path

_PATIENCE = 5
"""Seconds in which a process that was let go must end."""


def import_path() -> list[str]:
    """The folders in which a child finds its modules: those of this process, and no others.

    An empty one is the folder that this process is in.
    """
    places = [place for place in sys.path if isinstance(place, str)]
    return [place or str(Path.cwd()) for place in places]


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Close the streams to and from a child, which then ends by itself; or end it."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_with_parent(stream: int) -> None:
    """End this process when nobody holds the other end of its input any more.

    Waits until then, so it needs a thread. Windows cannot wait so; there nothing happens.
    """
    if not hasattr(select, "poll"):
        return
    watch = select.poll()
    # The end of the other side is told without being asked for.
    watch.register(stream, 0)
    watch.poll()
    os._exit(0)
