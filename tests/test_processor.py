"""Which processors sort with other instructions than numpy would choose."""

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


def test_what_is_set_by_hand_stays(monkeypatch):
    """Else nobody could choose the instructions, to compare or to find a fault."""
    monkeypatch.setattr(processor, "is_zen4", lambda _told: True)
    for name in [one for one in sys.modules if one.partition(".")[0] == "numpy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "AVX512_ICL")
    processor.sort_quickly()
    assert processor.os.environ["NPY_DISABLE_CPU_FEATURES"] == "AVX512_ICL"
    monkeypatch.delenv("NPY_DISABLE_CPU_FEATURES")
    processor.sort_quickly()
    assert processor.os.environ["NPY_DISABLE_CPU_FEATURES"] == "X86_V4 AVX512_ICL"
