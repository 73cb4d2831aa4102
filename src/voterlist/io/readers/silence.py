"""Keep what the reader of workbooks says of a damaged file off the screen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["silenced"]


@contextmanager
def silenced() -> Iterator[None]:
    """Meanwhile nothing reaches the standard error stream of the process.

    The Rust side of the reader writes there, past Python, when it stumbles over a damaged file: a trace of its stack,
    with whatever cell it had in hand. The error itself arrives as an exception and becomes a code.
    """
    try:
        kept = os.dup(2)
    except OSError:
        # There is no such stream: nothing to keep off it.
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  a device, not a file
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
