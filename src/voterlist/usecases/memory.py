"""How much memory a linkage needs, how much there is, and what a limit in words means.

The bytes of an entry and of a pair were measured on invented lists of 0.5 and 6.7 million entries
(docs/link.md, "Memory"). They are those of a common list, rounded up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voterlist.errors import usage_error
from voterlist.readers import rows_of
from voterlist.usecases.machine import available_bytes, held_bytes

_MEGABYTE = 1 << 20
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


@dataclass(frozen=True, slots=True)
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
    needed = _needed(files, AN_ENTRY) + pairs * _A_PAIR
    available += held_bytes()
    if needed <= available:
        return None
    return Shortage(_megabytes(needed), available // _MEGABYTE)


def needed_aside(files: Sequence[Path]) -> int:
    """The bytes that a linkage of these files needs at least, with columns and pairs put aside."""
    return _needed(files, AN_ENTRY_ASIDE)


def _needed(files: Sequence[Path], an_entry: int) -> int:
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
