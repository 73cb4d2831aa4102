"""Which instructions numpy leaves alone, because this processor runs them slowly."""

from __future__ import annotations

import os
import re
import sys
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
