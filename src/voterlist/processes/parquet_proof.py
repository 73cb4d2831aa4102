"""Whether a Parquet file can be read to its end, tried in a process of its own.

What would break the reader of Parquet, or unpack to more than there is room for, breaks that
process alone. It loads little and opens the file itself, for it goes before each linkage of a list
of millions.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from enum import IntEnum
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist.processes.children import end_with_parent
from voterlist.processes.discreet import be_discreet
from voterlist.processes.limits import (
    OUT_OF_MEMORY,
    forbid_files,
    keep_memory,
    limit,
)

BROKEN_PARQUET = (
    pa.ArrowException,
    OSError,
    ValueError,
    TypeError,
    OverflowError,
)
"""What pyarrow raises for a damaged file; the words may quote a cell."""


class Proof(IntEnum):
    """What came of it; the exit codes of the process."""

    WHOLE = 0
    BROKEN = 3
    TOO_LARGE = 4


_FEW_BYTES = 6.0
"""Bytes a value in the file, below which a column of text is read dictionary-encoded: a name alone
takes more."""


def repeating(metadata: pq.FileMetaData) -> list[str]:
    """The columns with so few bytes a value that their values must repeat; none inside another."""
    values: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            values[column.path_in_schema] += column.num_values
            size[column.path_in_schema] += column.total_uncompressed_size
    return [
        field.name
        for field in metadata.schema.to_arrow_schema()
        if not pa.types.is_nested(field.type)
        and size[field.name] < _FEW_BYTES * values[field.name]
    ]


def _unpacked(column: pa.ChunkedArray) -> int:
    """The bytes that a column takes as plain values."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    import pyarrow.compute as pc  # noqa: PLC0415  few files need it, and it takes long to load

    return sum(
        pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
        for chunk in column.chunks
    )


def proof_of(source: BinaryIO | pa.NativeFile, most: int) -> Proof:
    """Read a Parquet file to its last value, a column of a group of rows at a time.

    Nothing is kept. There is no limit on its rows: tables of millions are linked.

    Args:
        source: the file.
        most: bytes to which it may unpack.

    Raises:
        MemoryError: it needs more memory than this process may have.
    """
    unpacked = 0
    try:
        # Read as ``link`` reads it.
        metadata = pq.read_metadata(source)
        file = pq.ParquetFile(source, read_dictionary=repeating(metadata))
        for group in range(file.num_row_groups):
            for place in range(file.metadata.num_columns):
                # By its place: names may stand twice, or name a column inside another.
                column = file.reader.read_row_group(
                    group, column_indices=[place], use_threads=False
                )
                # An hour past midnight is odd, and hurts nobody.
                is_time = pa.types.is_temporal(column.schema.field(0).type)
                column.validate(full=not is_time)
                unpacked += _unpacked(column.column(0))
                if unpacked > most:
                    return Proof.TOO_LARGE
    except MemoryError:
        raise
    except BROKEN_PARQUET:
        return Proof.BROKEN
    return Proof.WHOLE


def main(path: str, seconds: str, memory: str, most: str) -> None:
    """Prove a file within so many seconds of work and bytes of memory, and end with the answer."""
    threading.Thread(target=end_with_parent, args=(0,), daemon=True).start()
    be_discreet()
    forbid_files()
    # Each column has the memory of the one before it: the system need not hand it out anew.
    keep_memory()
    limit(int(seconds), int(memory))
    try:
        with open(path, "rb") as content:  # noqa: PTH123  little is loaded
            proof = proof_of(content, int(most))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:
        proof = Proof.BROKEN
    # At once: the way out of Python ends a thread of Arrow that still waits, and that aborts.
    os._exit(proof)
