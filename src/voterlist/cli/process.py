"""What this process is told before it works: how numpy sorts, and how memory is kept.

Arrow is loaded by those who ask for what concerns it: the start of the program needs none.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_FAMILY = 25
_MODELS = (range(0x10, 0x20), range(0x60, 0x80), range(0xA0, 0xB0))
"""Zen 4 of AMD: EPYC 9004 and 8004, Ryzen 7000 and 8000 (family 25; Zen 3 has other models)."""
_SWITCH, _LEFT_ALONE = "NPY_DISABLE_CPU_FEATURES", "X86_V4 AVX512_ICL"


def sort_quickly() -> None:
    """Let numpy sort with AVX2 where AVX-512 is slower. To be called before numpy is loaded.

    numpy's sort for AVX-512 stores compressed registers, which Zen 4 does in microcode: a million
    numbers take 51 ms, with AVX2 11 ms. Sorting is most of the work of blocking. Processes that
    this one starts do likewise. Who has set the variable keeps what it says.
    """
    if "numpy" not in sys.modules and is_zen4(_processor()):
        os.environ.setdefault(_SWITCH, _LEFT_ALONE)


def is_zen4(told: str) -> bool:
    """Whether a processor is a Zen 4, by what Linux or Windows tells of it."""
    family = re.search(r"\bfamily\s*:?\s*(\d+)", told, re.IGNORECASE)
    model = re.search(r"\bmodel\s*:?\s*(\d+)", told, re.IGNORECASE)
    if "AuthenticAMD" not in told or family is None or model is None:
        return False
    number = int(model[1])
    return int(family[1]) == _FAMILY and any(number in known for known in _MODELS)


def _processor() -> str:
    """What the system tells of its first processor; empty where it tells nothing."""
    try:
        with _CPUINFO.open(encoding="ascii", errors="replace") as file:
            return file.read(2000)
    except OSError:
        return os.environ.get("PROCESSOR_IDENTIFIER", "")


# Memory

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -2, -3, -4, -8
"""Settings of ``mallopt`` in the GNU C library."""
_LARGE = 1 << 24
"""Bytes of an array of a whole list; those of a chunk of pairs are smaller, and used again."""
_AT_ONCE = 1 << 26
"""Bytes by which the heap grows."""


def keep_memory() -> None:
    """Let the process keep freed memory for new columns, where the C library can be told so.

    Otherwise every array of megabytes is asked of the system, page by page, and given back at once.
    Measured on a list of 6.7 million entries: a sixth less time for the linkage, nearly all of it
    the system's, for a peak 7 % higher.
    """
    # What one thread frees another can use: they allocate few arrays, and large ones.
    _allocate_by(
        {_MMAP_MAX: 0, _ARENA_MAX: 1, _TRIM_THRESHOLD: 2**31 - 1, _TOP_PAD: _AT_ONCE}
    )


def return_memory() -> None:
    """Let the arrays of a whole list be given back to the system as soon as they are free.

    Where memory is limited: nothing large is held that is not in use, for a little more time.
    """
    _allocate_by({_MMAP_THRESHOLD: _LARGE, _TRIM_THRESHOLD: _AT_ONCE, _ARENA_MAX: 1})


def _allocate_by(settings: Mapping[int, int]) -> None:
    import pyarrow as pa

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        # Another C library, or none that can be asked: it only takes longer.
        return
    for setting, value in settings.items():
        mallopt(setting, value)
    # Arrow's own allocators do not share what they free with numpy's arrays.
    pa.set_memory_pool(pa.system_memory_pool())


def release_free() -> None:
    """Give the system what is free now, after ``keep_memory``; for the end of a step.

    What one step leaves lies in pieces that are too small for the columns of the next. Measured on
    that list: the peak falls by a quarter, for half a second.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def give_memory_back() -> None:
    """Use the allocator that returns freed memory to the system, where Arrow brings it.

    For tests that hold every column of a nation at once: it is the peak that counts there.
    """
    import pyarrow as pa

    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
