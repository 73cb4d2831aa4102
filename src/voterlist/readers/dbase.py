"""DBF files of dBASE III to V, FoxPro and Visual FoxPro: a header, and records of fixed length.

Source of the layout: "Table File Structure" in the reference of Visual FoxPro 9, and the file
header of dBASE III+. Texts of memo fields lie in another file (DBT, FPT); the cell names their
number there.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from voterlist.arrays import Longs
from voterlist.model import AsideCode, frozen
from voterlist.readers.encoding import Decoded, decode_database
from voterlist.readers.outcome import ReadOutcome, RefusedError, refused_as
from voterlist.readers.sheets import check_size, sheet_of_columns
from voterlist.schemas import RawSheet

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_VERSIONS = frozenset({0x03, 0x30, 0x31, 0x32, 0x43, 0x83, 0x8B, 0xCB, 0xF5, 0xFB})
_HEADER, _FIELD = 32, 32
"""Bytes of the header before its fields, and of a field in it."""
_LAST_FIELD = 0x0D
_ENCRYPTED, _LANGUAGE = 15, 29
"""The bytes of the header that say whether it is encrypted, and in which code page it is."""
_CODE_PAGES = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "windows-1252",
    0x04: "mac-roman",
    0x26: "cp866",
    0x57: "windows-1252",
    0x58: "windows-1252",
    0x59: "windows-1252",
    0x64: "cp852",
    0x65: "cp866",
    0x6B: "cp857",
    0x88: "cp857",
    0x96: "mac-cyrillic",
    0xC8: "windows-1250",
    0xC9: "windows-1251",
    0xCA: "windows-1254",
}
_DELETED, _END = ord("*"), 0x1A
_MARKS = b" *"
"""What a record begins with: a deleted one with the second."""
_NOTHING = b"\0\x1a \r\n"
"""What may fill a file up behind its records."""
_NOT_SHOWN = frozenset("0GP")
"""Fields of the program itself, and pictures."""
_JULIAN_DAY = 1_721_425
"""What a Julian day number has more than a day counted from the year 1."""
_Bytes = npt.NDArray[np.uint8]


@frozen
class _Field:
    """A column of the file."""

    name: bytes
    kind: str
    start: int
    """Where in a record it begins."""
    length: int


def is_dbase(content: bytes) -> bool:
    """True for a DBF file.

    A version, a date, two bytes that are kept free, and a header that ends in 0x0D.
    """
    if len(content) <= _HEADER or content[0] not in _VERSIONS:
        return False
    length = int.from_bytes(content[8:10], "little")
    plausible = (
        1 <= content[2] <= 12
        and 1 <= content[3] <= 31
        and _HEADER < length <= len(content)
        and content[12:14] == bytes(2)
    )
    return plausible and bytes([_LAST_FIELD]) in content[_HEADER:length]


@refused_as("dbf")
def read_dbase(content: bytes, settings: IngestSettings) -> ReadOutcome:
    """The records of a DBF file as one sheet below the names of its fields, deleted ones marked."""
    if content[_ENCRYPTED] == 1:
        raise RefusedError(AsideCode.FILE_PROTECTED)
    declared, first, length = struct.unpack_from("<IHH", content, 4)
    fields = _fields(content[:first], length)
    if not fields:
        raise RefusedError(AsideCode.FILE_UNREADABLE)
    count = (len(content) - first) // length
    check_size(count + 1, len(fields), settings)
    body = np.frombuffer(content, np.uint8, count * length, first)
    records = body.reshape(count, length)
    ends = np.flatnonzero(records[:, 0] == _END)
    records = records[: ends[0]] if len(ends) else records
    behind = content[first + length * len(records) :]
    is_moved = behind[:1] == b" " and behind.lstrip(b" ")[:1] == bytes([_END])
    is_unmarked = records[:, 0].tobytes().translate(None, _MARKS)
    if len(records) < declared or is_unmarked or is_moved:
        # It was cut off, and what is missing are voters; or its records stand elsewhere.
        raise RefusedError(AsideCode.FILE_UNREADABLE)
    decoded = _decode_texts(fields, records, content[_LANGUAGE])
    if decoded is None:
        raise RefusedError(AsideCode.ENCODING_UNREADABLE)
    found = ReadOutcome("dbf", (_sheet(fields, records, decoded, settings),))
    return found.with_unread(["0x1A"] if behind.strip(_NOTHING) else [])


def _fields(header: bytes, length: int) -> list[_Field]:
    """The fields that the header names; none where they do not fit into a record."""
    fields = []
    start = 1
    for place in range(_HEADER, len(header) - _FIELD + 1, _FIELD):
        if header[place] == _LAST_FIELD:
            break
        kind = chr(header[place + 11])
        size = header[place + 16]
        if kind == "C":
            # Clipper and FoxPro count long texts on in the next byte.
            size += 256 * header[place + 17]
        name = header[place : place + 11].split(b"\0")[0].strip()
        fields.append(_Field(name, kind, start, size))
        start += size
    fits = start <= length and all(field.length for field in fields)
    return [field for field in fields if field.kind not in _NOT_SHOWN] if fits else []


def _decode_texts(
    fields: list[_Field], records: _Bytes, language: int
) -> Decoded | None:
    """How the texts of the file are encoded."""
    texts = [field.name for field in fields]
    for field in fields:
        if field.kind == "C":
            texts += _distinct(field, records)[0]
    return decode_database(b"\n".join(texts), _CODE_PAGES.get(language))


def _distinct(field: _Field, records: _Bytes) -> tuple[list[bytes], Longs]:
    """The distinct values of a field, and which of them each record has."""
    cells = np.ascontiguousarray(
        records[:, field.start : field.start + field.length]
    ).view(f"V{field.length}")
    values, which = np.unique(cells.ravel(), return_inverse=True)
    return [value.tobytes() for value in values], which


def _sheet(
    fields: list[_Field], records: _Bytes, decoded: Decoded, settings: IngestSettings
) -> RawSheet:
    encoding = decoded.encoding.removesuffix("-damaged")
    arrays = []
    for field in fields:
        name = field.name.decode(encoding, errors="replace")
        texts = pa.array([name], pa.string())
        if len(records):
            values, which = _distinct(field, records)
            read = [_cell(field.kind, value, encoding) for value in values]
            taken = pa.array(read, pa.string()).take(which)
            texts = pa.concat_arrays([texts, taken])
        arrays.append(texts)
    deleted = np.concatenate([[False], records[:, 0] == _DELETED])
    return sheet_of_columns(
        arrays, settings, deleted=pa.array(deleted), **decoded.facts
    )


def _cell(kind: str, value: bytes, encoding: str) -> str:
    """A value as text."""
    read = _READERS.get(kind)
    if read is not None:
        return read(value)
    return value.replace(b"\0", b"").decode(encoding, errors="replace").strip()


def _plain(value: bytes) -> str:
    return value.replace(b"\0", b"").decode("ascii", errors="replace").strip()


def _date(value: bytes) -> str:
    text = _plain(value)
    is_date = len(text) == 8 and text.isdigit()
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if is_date else text


def _number(value: bytes) -> str:
    """A number as written; a field full of asterisks is one that had no room for it."""
    text = _plain(value)
    head, point, decimals = text.partition(".")
    return head if point and not decimals.strip("0") else text


def _logical(value: bytes) -> str:
    return "" if _plain(value) == "?" else _plain(value)


def _memo(value: bytes) -> str:
    """The number of a text in the file of memos."""
    if len(value) == 4:
        number = int.from_bytes(value, "little")
        return f"memo {number}" if number else ""
    text = _plain(value).lstrip("0")
    return f"memo {text}" if text else ""


def _integer(value: bytes) -> str:
    return str(int.from_bytes(value, "little", signed=True))


def _double(value: bytes) -> str:
    if len(value) != 8:
        return _memo(value)
    (number,) = struct.unpack("<d", value)
    return str(int(number)) if number == number // 1 else repr(number)


def _currency(value: bytes) -> str:
    whole = int.from_bytes(value, "little", signed=True)
    return _number(f"{whole / 10_000:.4f}".encode())


def _moment(value: bytes) -> str:
    """A day and a time of day; midnight is left out."""
    if len(value) != 8:
        return _plain(value)
    day, milliseconds = struct.unpack("<ii", value)
    try:
        date = dt.datetime.fromordinal(day - _JULIAN_DAY)
        moment = date + dt.timedelta(milliseconds=milliseconds)
    except (ValueError, OverflowError):
        return ""
    if moment == date:
        return date.date().isoformat()
    return moment.isoformat(sep=" ", timespec="seconds")


_READERS: dict[str, Callable[[bytes], str]] = {
    "N": _number,
    "F": _number,
    "D": _date,
    "L": _logical,
    "M": _memo,
    "I": _integer,
    "+": _integer,
    "B": _double,
    "O": _double,
    "Y": _currency,
    "T": _moment,
}
