"""What this process may take of memory and time, when it looks for garbage, and no pandas.

Linux knows such limits. Windows does not: there the parent's clock ends a process that takes too
long.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

OUT_OF_MEMORY = 77
"""The exit code of a process that was refused memory and could still say so."""
_STATM = Path("/proc/self/statm")
_NEARLY_ALL = 0.75
"""The share of its memory that a process has taken when the next piece is refused to it."""
_DATA_PAGES = 5
"""The place of "data + stack", in pages, among the numbers of ``/proc/self/statm``."""


def limit(seconds: int, more_bytes: int) -> None:
    """End this process where it works longer than so many seconds from now on.

    And refuse it more than so many bytes of memory beside what it has.
    """
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))
    if data := data_bytes():
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (data + more_bytes, most))


def is_memory_short() -> bool:
    """True where this process has taken nearly all of the memory that ``limit`` lets it have."""
    if resource is None:
        return False
    allowed, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return allowed != resource.RLIM_INFINITY and data_bytes() > _NEARLY_ALL * allowed


def forbid_files() -> None:
    """No file is written by this process any more."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def allow_connections(count: int) -> None:
    """Let this process have so many connections open, or as many as the system lets it."""
    if resource is None:
        return
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if most == resource.RLIM_INFINITY else min(count, most)
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), most))


def data_bytes() -> int:
    """The memory that this process may write to, in bytes; 0 where the system does not tell."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[_DATA_PAGES])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def without_collection() -> Iterator[None]:
    """Let nobody look for garbage meanwhile: for work whose values hardly ever form circles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _NoPandas:
    """Finds no pandas, wherever it is."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Nothing, so that others look; but an end to the search for pandas.

        Raises:
            ModuleNotFoundError: pandas is asked for.
        """
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def leave_pandas_out() -> None:
    """Keep Arrow from loading pandas in this process.

    Arrow looks for pandas once, with the first list that it is given, to know a column of pandas
    when it sees one. To load it takes a quarter of a second, and ``link``, ``status`` and the
    readers have none. Who loads pandas afterwards gets it.
    """
    import pyarrow as pa  # noqa: PLC0415  the start of the program needs none

    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(_NoPandas)
