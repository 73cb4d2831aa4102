"""How much memory the process holds on to."""

from __future__ import annotations

import pyarrow as pa

__all__ = ["give_memory_back"]


def give_memory_back() -> None:
    """Take the allocator that returns to the system what was needed for a moment only, where Arrow brings it.

    Measured on a list of 6.6 million entries: the other holds twice as much when the linkage begins.
    """
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
