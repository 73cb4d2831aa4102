"""What passes between this process and the child that parses: frames of a JSON head and bytes.

Nothing is pickled. What a child sends was made from a stranger's file, so it is read as plain
numbers, plain texts and Arrow columns, and as nothing that could run.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

import pyarrow as pa

from voterlist import strict_json
from voterlist.model import AsideCode
from voterlist.readers.outcome import ReadOutcome
from voterlist.schemas import RawFile, RawSheet
from voterlist.tables import one_array

Head = dict[str, Any]

_LENGTHS = struct.Struct(">QQ")
"""How many bytes the head takes, and how many follow it."""
_LINE = "line"
_MARKS = ("outside", "deleted", "struck")
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


def pack_outcome(outcome: ReadOutcome | RawFile) -> tuple[Head, list[pa.Buffer]]:
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
        head, tables = pack_outcome(raw)
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
        name: one_array(table.column(name))
        for name in _MARKS
        if name in table.column_names
    }
    return RawSheet(
        lines=one_array(table.column(_LINE)),
        cells=table.drop_columns([_LINE, *marks]),
        trouble=_code(known["trouble"]),
        unworked=tuple((row, column) for row, column in known["unworked"]),
        **{name: known[name] for name in _FACTS},
        **marks,
    )


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
