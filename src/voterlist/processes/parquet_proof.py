"""A Parquet file read to its end in a process of its own, which hands over what is wanted of it.

What would break the reader of Parquet, or unpack to more than there is room for, breaks that
process alone. It loads little and opens the file itself, for it goes before each linkage of a list
of millions.

It writes streams of Arrow: one with the names and the number of rows and nothing else, and, once a
line says which places are wanted, one for each of these in their order.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Collection
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


_TEXT = pa.string()
_MANY_GROUPS = 20
"""So many groups of rows has a file of which one is read to see how the others are."""
_SAMPLE = 100_000
_NEARLY_ALL = 0.9
"""The share of distinct texts among the known ones of a sample, above which a column is not held as
codes: that would cost memory."""

Wanted = Callable[[pa.Table], Collection[int]]
"""Told the names and the number of rows, by a table of nothing else, it gives the places of the
columns that are wanted."""


def repeats(texts: pa.Array | pa.ChunkedArray) -> bool:
    """True where values come again often enough for codes to take less memory."""
    sample = texts.slice(len(texts) // 2, _SAMPLE).drop_null()
    return len(sample.unique()) <= _NEARLY_ALL * len(sample)


def check(table: pa.Table) -> None:
    """See that every column holds what its type says.

    Raises:
        pa.ArrowInvalid: one does not.
    """
    for column in table.columns:
        # An hour past midnight is odd, and hurts nobody.
        column.validate(full=not pa.types.is_temporal(column.type))


def _repeating(file: pq.ParquetFile) -> list[str]:
    """The columns to be read as codes; none inside another.

    They have so few bytes a value that their values must repeat, or repeat in one of many groups.
    """
    values: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for group in range(file.num_row_groups):
        for place in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(place)
            values[column.path_in_schema] += column.num_values
            size[column.path_in_schema] += column.total_uncompressed_size
    fields = {field.name: field.type for field in file.schema_arrow}
    few = [
        name
        for name, kind in fields.items()
        if not pa.types.is_nested(kind) and size[name] < _FEW_BYTES * values[name]
    ]
    if file.num_row_groups < _MANY_GROUPS:
        return few
    texts = [
        name
        for name, kind in fields.items()
        if name not in few and pa.types.is_string(kind)
    ]
    some = file.read_row_group(file.num_row_groups // 2, texts, use_threads=False)
    columns = zip(some.column_names, some.columns, strict=True)
    # A column inside another may have the same name, and is read along with it.
    return few + [
        name
        for name, column in columns
        if pa.types.is_string(column.type) and repeats(column)
    ]


def _plain_size(column: pa.ChunkedArray) -> int:
    """The bytes that a column takes as plain values."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    import pyarrow.compute as pc  # noqa: PLC0415  few files need it, and it takes long to load

    return sum(
        pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
        for chunk in column.chunks
    )


def _leaves(kind: pa.DataType) -> int:
    """How many columns of the file a column of this type is made of."""
    kind = getattr(kind, "storage_type", kind)
    inside = [kind.field(place).type for place in range(kind.num_fields)]
    return sum(map(_leaves, inside)) if inside else 1


def proof_of(
    source: BinaryIO | pa.NativeFile,
    most: int,
    wanted: Wanted = lambda _: (),
    sink: BinaryIO | None = None,
) -> Proof:
    """Read a Parquet file to its last value, a column of a group of rows at a time.

    Nothing is kept. There is no limit on its rows: tables of millions are linked.

    Args:
        source: the file.
        most: bytes to which it may unpack.
        wanted: which columns are handed over. Whoever takes them checks them.
        sink: where these are written; lists and records as texts that nobody knows.

    Raises:
        MemoryError: it needs more memory than this process may have.
    """
    unpacked = leaf = 0
    try:
        file = pq.ParquetFile(source)
        names, rows = file.schema_arrow.names, file.metadata.num_rows
        places = wanted(pa.table([pa.nulls(rows)] * len(names), names))
        encoded = _repeating(file)
        file = pq.ParquetFile(source, metadata=file.metadata, read_dictionary=encoded)
        for place, field in enumerate(file.schema_arrow):
            # By its place: names may stand twice, or name a column inside another.
            leaves = [*range(leaf, leaf + _leaves(field.type))]
            leaf += len(leaves)
            is_nested = pa.types.is_nested(field.type)
            schema = pa.schema([pa.field(field.name, _TEXT) if is_nested else field])
            writer = pa.ipc.new_stream(sink, schema) if place in places else None
            for group in range(file.num_row_groups):
                column = file.reader.read_row_group(
                    group, column_indices=leaves, use_threads=False
                )
                unpacked += _plain_size(column.column(0))
                if unpacked > most:
                    return Proof.TOO_LARGE
                if is_nested or writer is None:
                    check(column)
                if is_nested:
                    column = pa.table([pa.nulls(len(column), _TEXT)], schema=schema)
                if writer is not None:
                    writer.write_table(column)
            if writer is not None:
                writer.close()
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
    sink = sys.stdout.buffer

    def wanted(nothing: pa.Table) -> list[int]:
        with pa.ipc.new_stream(sink, nothing.schema) as writer:
            writer.write_table(nothing)
        sink.flush()
        return [int(place) for place in sys.stdin.readline().split()]

    try:
        with open(path, "rb") as content:  # noqa: PTH123  little is loaded
            proof = proof_of(content, int(most), wanted, sink)
        sink.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:
        proof = Proof.BROKEN
    # At once: the way out of Python ends a thread of Arrow that still waits, and that aborts.
    os._exit(proof)
