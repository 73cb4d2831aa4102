"""What a machine has, how fast it is, and how much memory of it a linkage needs."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from voterlist.errors import usage_error
from voterlist.model import frozen
from voterlist.readers import rows_of

_REFERENCE_SECONDS = 0.12
"""CPU seconds of the small job on the machine of docs/benchmarks.md."""
_TRIES = 3
_MEGABYTE = 1 << 20
_WRITTEN = 16 * _MEGABYTE


def memory_megabytes() -> int | None:
    """The memory of the machine, or less where this process may not use all; None: not known."""
    limits = [limit for limit in (_memory(), _limit_of_group()) if limit]
    return min(limits) // _MEGABYTE if limits else None


def _memory() -> int | None:
    if sys.platform == "win32":
        return _memory_of_windows()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def _memory_of_windows() -> int | None:
    import ctypes  # noqa: PLC0415  on that system alone

    kilobytes = ctypes.c_ulonglong()
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  other systems have none
    told = kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
    return kilobytes.value * 1024 if told else None


def _limit_of_group() -> int | None:
    """The limit of a container, or of a service."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def available_bytes() -> int | None:
    """The memory that the process can still take without the machine running out; None: not known.

    Of a container or a service what is left of its limit.
    """
    left = [memory for memory in (_available(), _left_of_group()) if memory is not None]
    return min(left) if left else None


def _available() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    words = told.get("MemAvailable", "").split()
    return int(words[0]) * 1024 if words else None


def _left_of_group() -> int | None:
    """What is left of the limit of a container; pages of files make room when they must."""
    limit, group = _limit_of_group(), Path("/sys/fs/cgroup")
    if limit is None:
        return None
    try:
        used = int((group / "memory.current").read_text(encoding="ascii"))
        told = (group / "memory.stat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    numbers = dict(zip(told[::2], told[1::2], strict=False))
    return max(0, limit - used + int(numbers.get("inactive_file", "0")))


def held_bytes() -> int:
    """The memory that this process has; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def cores() -> int:
    """The cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def measure_speed() -> float:
    """How fast a small job is done, as a share of the machine of docs/benchmarks.md.

    1.0 is as fast, 0.5 takes twice as long. Measured in CPU seconds, so that other work on the
    machine counts little.
    """
    return _REFERENCE_SECONDS / min(_seconds_of_job() for _ in range(_TRIES))


def _seconds_of_job() -> float:
    """CPU seconds of work like that of a run: bytes, numbers, and plain Python."""
    started = time.process_time()
    content = bytes(range(256)) * (1 << 14)
    hashlib.sha256(content * 4).digest()
    zlib.compress(content, 6)
    numbers = np.arange(1_000_000, dtype=np.uint64) * np.uint64(2_654_435_761)
    np.sort(numbers % np.uint64(1_000_003))
    counts: Mapping[int, int] = {number: number % 7 for number in range(400_000)}
    sum(counts.values())
    return time.process_time() - started


def disk_megabytes_a_second(folder: Path) -> float:
    """How fast a file is written into a folder and forced to the disk.

    Raises:
        OSError: it cannot be written.
    """
    started = time.perf_counter()
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"\0" * _WRITTEN)
        file.flush()
        os.fsync(file.fileno())
    return _WRITTEN / _MEGABYTE / max(time.perf_counter() - started, 1e-6)


_PROGRAM = 310 * _MEGABYTE
"""The program itself, with its libraries, its lexicons and one chunk of pairs."""
AN_ENTRY = 380
"""Bytes for each entry where all is held in memory."""
AN_ENTRY_ASIDE = 235
"""The same where columns and pairs are put aside."""
_A_PAIR = 16
"""Bytes for each candidate pair that is held in memory, at most one for each key that finds it."""
_A_BYTE_OF_TEXT = 5
"""Bytes for each byte of a file that is no Parquet: it is read as a whole."""

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])?(i)?B?", re.IGNORECASE)
_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


@frozen
class Shortage:
    """A linkage for which the memory will not do; both in megabytes of 2**20 bytes."""

    needed: int
    available: int


def bytes_of(limit: str) -> int:
    """The bytes of a limit such as ``4GiB``, ``500 MB`` or ``4G``.

    Raises:
        UsageError: it is none of these.
    """
    found = _SIZE.fullmatch(limit.strip())
    if found is None:
        raise usage_error("memory-limit-unreadable")
    number, unit, is_binary = found.groups()
    # Without an i the units are those of the decimal system, and a letter alone is binary.
    decimal = is_binary is None and limit.strip().upper().endswith("B")
    base = 1000 if decimal else 1024
    return int(float(number) * base ** _UNITS[(unit or "").upper()])


def require_enough(limit: int, files: Sequence[Path]) -> None:
    """Refuse a limit with which a list cannot be linked.

    Raises:
        UsageError: the limit is less than the list needs at least.
    """
    needed = needed_aside(files)
    if limit >= needed:
        return
    raise usage_error(
        "memory-limit-too-small", limit=limit // _MEGABYTE, needed=_megabytes(needed)
    )


def shortage(files: Sequence[Path], pairs: int = 0) -> Shortage | None:
    """What a linkage lacks that holds all in memory; None where there is enough, or nobody knows.

    Args:
        files: what is linked.
        pairs: the pairs of all keys, where they are known already.
    """
    available = available_bytes()
    if available is None:
        return None
    needed = _bytes_needed(files, AN_ENTRY) + pairs * _A_PAIR
    available += held_bytes()
    if needed <= available:
        return None
    return Shortage(_megabytes(needed), available // _MEGABYTE)


def needed_aside(files: Sequence[Path]) -> int:
    """The bytes that a linkage of these files needs at least, with columns and pairs put aside."""
    return _bytes_needed(files, AN_ENTRY_ASIDE)


def _bytes_needed(files: Sequence[Path], an_entry: int) -> int:
    """Bytes for the entries of these files; a file that is not there has none."""
    needed = _PROGRAM
    for path in files:
        rows = rows_of(path)
        if rows is not None:
            needed += rows * an_entry
        elif path.is_file():
            needed += path.stat().st_size * _A_BYTE_OF_TEXT
    return needed


def _megabytes(size: int) -> int:
    return -(-size // _MEGABYTE)
