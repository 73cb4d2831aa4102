"""Which processors sort with other instructions than numpy would choose, and the one heap."""

import platform
import re
import subprocess
import sys

import pytest

from voterlist.processes import limits as processor

CPUINFO = "vendor_id\t: {}\ncpu family\t: {}\nmodel\t\t: {}\nmodel name\t: AMD EPYC\n"


@pytest.mark.parametrize(
    ("told", "is_zen4"),
    [
        (CPUINFO.format("AuthenticAMD", 25, 17), True),
        ("AMD64 Family 25 Model 97 Stepping 2, AuthenticAMD", True),
        (CPUINFO.format("AuthenticAMD", 25, 1), False),  # Zen 3 has no AVX-512.
        (CPUINFO.format("AuthenticAMD", 26, 17), False),
        (CPUINFO.format("GenuineIntel", 6, 143), False),
        ("Intel64 Family 6 Model 151 Stepping 2, GenuineIntel", False),
        ("", False),
    ],
)
def test_the_processor_is_told(told, is_zen4):
    """Else other processors would lose their fastest instructions, or this one keep its slowest."""
    assert processor.is_zen4(told) is is_zen4


@pytest.mark.parametrize(
    ("name", "own", "set_by_hand"),
    [
        ("NPY_DISABLE_CPU_FEATURES", "X86_V4 AVX512_ICL", "AVX512_ICL"),
        ("NUMPY_MADVISE_HUGEPAGE", "0", "1"),
    ],
)
def test_what_is_set_by_hand_stays(monkeypatch, name, own, set_by_hand):
    """Else nobody could choose how numpy works, to compare or to find a fault."""
    monkeypatch.setattr(processor, "is_zen4", lambda _told: True)
    for module in [one for one in sys.modules if one.partition(".")[0] == "numpy"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(processor.os, "environ", {name: set_by_hand})
    processor.prepare_numpy()
    assert processor.os.environ[name] == set_by_hand
    monkeypatch.setattr(processor.os, "environ", {})
    processor.prepare_numpy()
    assert processor.os.environ[name] == own


_HEAPS = """
import ctypes, threading
from voterlist.processes.limits import keep_memory, prepare_numpy
prepare_numpy()
import pyarrow as pa
keep_memory()
for _ in range(4):
    threading.Thread(target=pa.nulls, args=(10**6, pa.int64())).start()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_all_threads_allocate_from_one_heap():
    """Else what one thread of a linkage frees no other can use: a tenth more memory at the peak."""
    told = subprocess.check_output([sys.executable, "-c", _HEAPS], text=True)
    assert re.findall("heap nr=.*", told) == ['heap nr="0">']
