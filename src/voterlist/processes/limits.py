"""What this process may take of memory and time, when it looks for garbage, and no pandas.

Linux knows such limits. Windows does not: there the parent's clock ends a process that takes too
long. What a process is told before it works stands here too: how numpy sorts, and how memory is
kept. Arrow is loaded by those who ask for what concerns it: the start of the program needs none.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import re
import sys
from collections.abc import Iterator, Mapping
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
    """Let nobody look for garbage meanwhile: for work whose values hardly ever form circles.

    Nor among what it leaves, until all is looked through: a nation's folded names took .4 seconds.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            # Frozen and thawed they are the oldest objects, unlooked at.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


_OBJECTS_UNSEARCHED = 50_000
"""So many new ones are made before garbage is looked for among them."""


def collect_seldom() -> None:
    """Let this process look for garbage seldom: what it loads and reads hardly ever is some.

    To look as often as Python does by itself took a twentieth.
    """
    gc.set_threshold(_OBJECTS_UNSEARCHED)


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
    when it sees one. To load it takes a quarter of a second and 40 megabytes, and few commands have
    any. Who loads pandas afterwards gets it, and where it is loaded Arrow knows its columns.
    """
    import pyarrow as pa  # noqa: PLC0415  the start of the program needs none

    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(_NoPandas)


_CPUINFO = Path("/proc/cpuinfo")
_FAMILY = 25
_MODELS = (range(0x10, 0x20), range(0x60, 0x80), range(0xA0, 0xB0))
"""Zen 4 of AMD: EPYC 9004 and 8004, Ryzen 7000 and 8000 (family 25; Zen 3 has other models)."""
_SWITCH, _LEFT_ALONE = "NPY_DISABLE_CPU_FEATURES", "X86_V4 AVX512_ICL"
_HUGE_PAGES = "NUMPY_MADVISE_HUGEPAGE"


def prepare_numpy() -> None:
    """Let numpy work as is quickest on this machine, in one heap. To be called before it is loaded.

    Its sort for AVX-512 stores compressed registers, which Zen 4 does in microcode: a million
    numbers take 51 ms, with AVX2 11 ms. Sorting is most of the work of blocking. And it asks for
    huge pages, which a virtual machine gets slowly: with small ones the linkage of a nation takes a
    third of the system's time. Processes that this one starts do likewise. Who has set a variable
    keeps what it says.

    One heap: of several that the threads of a linkage take in turn none can use what is free in
    another, and none but the first holds an array of 64 megabytes. The libraries make a second when
    they are loaded. Of a nation the peak was 2.4 GiB, and is about 2.2, with a third less pages.
    """
    if "numpy" in sys.modules:
        return
    _tell_allocator({_ARENA_MAX: 1})
    os.environ.setdefault(_HUGE_PAGES, "0")
    if is_zen4(_processor()):
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
    import pyarrow as pa  # noqa: PLC0415  see above

    if _tell_allocator(settings):
        # Arrow's own allocators do not share what they free with numpy's arrays.
        pa.set_memory_pool(pa.system_memory_pool())


def _tell_allocator(settings: Mapping[int, int]) -> bool:
    """Whether the C library could be told; another one only takes longer."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    for setting, value in settings.items():
        mallopt(setting, value)
    return True


def release_free() -> None:
    """Give the system what is free now, after ``keep_memory``; for the end of a step.

    What one step leaves lies in pieces that are too small for the columns of the next. Of a linkage
    with as much memory as it likes the peak is as high without it, and it took a twentieth.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def give_memory_back() -> None:
    """Use the allocator that returns freed memory to the system, where Arrow brings it.

    For tests that hold every column of a nation at once: it is the peak that counts there.
    """
    import pyarrow as pa  # noqa: PLC0415  see above

    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
