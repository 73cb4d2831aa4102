"""What passes between this process and the child that parses: frames of a JSON head and bytes.

Nothing is pickled. What a child sends was made from a stranger's file, so it is read as plain
numbers, plain texts and Arrow columns, and as nothing that could run.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from voterlist import strict_json
from voterlist.config import IngestSettings
from voterlist.model import AsideCode
from voterlist.processes.children import import_path, let_go
from voterlist.processes.limits import OUT_OF_MEMORY
from voterlist.processes.parquet_proof import Proof
from voterlist.readers.outcome import ReadOutcome, allowance
from voterlist.schemas import RawFile, RawSheet

Head = dict[str, Any]

_LENGTHS = struct.Struct(">QQ")
"""How many bytes the head takes, and how many follow it."""
_LINE = "line"
_MARKS = ("outside", "deleted")
"""The fields of a sheet that are nothing or say something of each row."""
_FACTS = tuple(
    field.name
    for field in dataclasses.fields(RawSheet)
    if field.name not in {"lines", "cells", "trouble", "unworked", *_MARKS}
)
"""The fields of a sheet that are a number, a text or nothing."""


def write_frame(
    stream: IO[bytes], head: Mapping[str, Any], *parts: bytes | pa.Buffer
) -> None:
    """Write one frame and send it off."""
    written = json.dumps(head).encode()
    stream.write(_LENGTHS.pack(len(written), sum(len(part) for part in parts)))
    stream.write(written)
    for part in parts:
        stream.write(part)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[Head, bytes] | None:
    """The next frame; None where the other side is gone, also in the middle of a frame."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_length, length = _LENGTHS.unpack(lengths)
    head = stream.read(head_length)
    content = stream.read(length)
    if len(head) < head_length or len(content) < length:
        return None
    return strict_json.loads(head), content


def pack_outcome(outcome: ReadOutcome) -> tuple[Head, list[pa.Buffer]]:
    """What a reader found, as the head of a frame and the columns of each sheet."""
    tables = [_stream_of(sheet) for sheet in outcome.sheets]
    sheets = [
        _sheet_head(sheet, len(table))
        for sheet, table in zip(outcome.sheets, tables, strict=True)
    ]
    head = {
        "format": outcome.format,
        "trouble": outcome.trouble,
        "skipped": outcome.skipped,
        "sheets": sheets,
    }
    return head, tables


def unpack_outcome(head: Head, content: bytes) -> ReadOutcome:
    """The same, read back."""
    sheets = []
    start = 0
    for known in head["sheets"]:
        end = start + known["bytes"]
        sheets.append(_sheet(known, pa.py_buffer(content)[start:end]))
        start = end
    return ReadOutcome(
        head["format"], tuple(sheets), _code(head["trouble"]), tuple(head["skipped"])
    )


def pack_files(files: Iterable[RawFile]) -> bytes:
    """These files as frames, one behind the other."""
    stream = BytesIO()
    for raw in files:
        outcome = ReadOutcome(raw.format, raw.sheets, raw.trouble, raw.skipped)
        head, tables = pack_outcome(outcome)
        write_frame(stream, {**head, "source": raw.source, "name": raw.name}, *tables)
    return stream.getvalue()


def unpack_files(content: bytes) -> Iterator[RawFile]:
    """The same, read back; copies are not numbered."""
    stream = BytesIO(content)
    while frame := read_frame(stream):
        head, columns = frame
        outcome = unpack_outcome(head, columns)
        yield RawFile(
            head["source"],
            head["name"],
            outcome.sheets,
            outcome.trouble,
            format=outcome.format,
            skipped=outcome.skipped,
        )


def _sheet_head(sheet: RawSheet, length: int) -> Head:
    facts = {name: getattr(sheet, name) for name in _FACTS}
    return {
        **facts,
        "trouble": sheet.trouble,
        "unworked": sheet.unworked,
        "bytes": length,
    }


def _sheet(known: Head, content: pa.Buffer) -> RawSheet:
    table = pa.ipc.open_stream(content).read_all().combine_chunks()
    marks = {
        name: _one_array(table.column(name), pa.bool_())
        for name in _MARKS
        if name in table.column_names
    }
    return RawSheet(
        lines=_one_array(table.column(_LINE), pa.int32()),
        cells=table.drop_columns([_LINE, *marks]),
        trouble=_code(known["trouble"]),
        unworked=tuple((row, column) for row, column in known["unworked"]),
        **{name: known[name] for name in _FACTS},
        **marks,
    )


def _one_array(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], kind)


def _stream_of(sheet: RawSheet) -> pa.Buffer:
    """The line numbers, the cells and the marks of a sheet as an Arrow stream."""
    table = pa.table(
        [sheet.lines, *sheet.cells.columns], [_LINE, *sheet.cells.column_names]
    )
    for name in _MARKS:
        marks = getattr(sheet, name)
        if marks is not None:
            table = table.append_column(name, marks)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _code(word: str | None) -> AsideCode | None:
    return None if word is None else AsideCode(word)


# Parquet files that this process may read itself, since another has read all of them first.

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""What a library reserves for threads that it does not use would count as memory taken."""
_TOO_MUCH_TIME = getattr(signal, "SIGXCPU", 0)
_MOST_UNPACKED = 100
"""So many times its size a large table may take once it is unpacked."""
MEMORY_SHORT = b"memory is short"
"""What a process says that has taken nearly all of its memory."""
_REFUSED = (b"std::bad_alloc", b"memory allocation of", MEMORY_SHORT)
"""The first two are what C++ and Rust say before they end a process to which memory was refused."""
_CHUNK = 4096
"""Bytes of its words that are looked at together."""
_PATIENCE = 5
"""Seconds in which the last words of a process that ended must arrive."""
_OWN_PATH = (
    "import sys; given, sys.path[:] = sys.argv[1:5], sys.argv[5:]; "
    "from voterlist.processes.parquet_proof import main; main(*given)"
)
"""The process finds its modules where this one does, and nowhere else."""


def trouble_in(path: Path, settings: IngestSettings) -> AsideCode | None:
    """The code of why a Parquet file cannot be read; None where all of it can.

    Tables of millions of rows are then read by this process itself, as a part of their columns, by
    threads: nothing in them breaks it any more.

    Raises:
        OSError: there is no such file, or no right to read it.
    """
    with path.open("rb") as content:
        size = os.fstat(content.fileno()).st_size
    trouble = _try_once(path, size, settings)
    if trouble is AsideCode.READER_STOPPED:
        # Somebody may have killed it, or the machine may have had no room for it.
        return _try_once(path, size, settings)
    return trouble


def _try_once(path: Path, size: int, settings: IngestSettings) -> AsideCode | None:
    """What one process finds out about a Parquet file of so many bytes."""
    allowed = allowance(size, settings)
    most = most_unpacked(size, settings)
    numbers = map(str, (allowed.seconds, allowed.bytes, most))
    process = subprocess.Popen(  # noqa: S603  this program's own interpreter and path
        [sys.executable, "-c", _OWN_PATH, str(path), *numbers, *import_path()],
        # By its end the process learns that this one is gone.
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | ONE_THREAD,
    )
    words = LastWords(process.stderr)
    try:
        code = process.wait(allowed.clock_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return AsideCode.FILE_TOO_SLOW
    finally:
        let_go(process)
    return trouble_of(Proof(code)) if code in set(Proof) else cause_of_end(code, words)


def most_unpacked(size: int, settings: IngestSettings) -> int:
    """To how many bytes a Parquet file of this many may unpack."""
    return max(settings.max_unpacked_megabytes * 2**20, _MOST_UNPACKED * size)


def trouble_of(proof: Proof) -> AsideCode | None:
    """The code for what came of a proof."""
    if proof is Proof.WHOLE:
        return None
    is_broken = proof is Proof.BROKEN
    return AsideCode.FILE_UNREADABLE if is_broken else AsideCode.FILE_TOO_LARGE


class LastWords:
    """Whether a process says on its standard error that memory was refused to it.

    Its words are told to nobody: they may quote a cell.
    """

    def __init__(self, stream: IO[bytes] | None) -> None:
        assert stream is not None
        self._tell_of_memory = False
        self._listener = threading.Thread(
            target=self._listen, args=(stream,), daemon=True
        )
        self._listener.start()

    def forget(self) -> None:
        """What it said until now was of another file."""
        self._tell_of_memory = False

    def tell_of_memory(self) -> bool:
        """True where the process, which has ended, said so."""
        self._listener.join(_PATIENCE)
        return self._tell_of_memory

    def _listen(self, stream: IO[bytes]) -> None:
        said = b""
        with stream:
            while more := os.read(stream.fileno(), _CHUNK):
                # What it says may arrive in pieces.
                said = said[-_CHUNK:] + more
                self._tell_of_memory |= any(words in said for words in _REFUSED)


def cause_of_end(code: int, words: LastWords) -> AsideCode:
    """The code of why a process that reads ended with this exit code before it had an answer."""
    if code == -_TOO_MUCH_TIME:
        return AsideCode.FILE_TOO_SLOW
    # The libraries below Python abort where memory is refused to them, and for other reasons.
    is_refused = code == OUT_OF_MEMORY or words.tell_of_memory()
    return AsideCode.FILE_TOO_LARGE if is_refused else AsideCode.READER_STOPPED
