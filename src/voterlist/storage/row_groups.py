"""Parquet files joined by copying their row groups: no value is read, and none is written anew.

A Parquet file is its pages, then a footer that says where each page lies, in Thrift's compact
protocol. The pages of the parts are copied one after the other, and a footer is written that holds
the row groups of all, moved to where they lie now. (Apache Parquet, parquet.thrift; Apache Thrift,
compact protocol.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from voterlist.storage.files import write_atomically

_MAGIC = b"PAR1"
_TAIL = 8
"""Bytes behind the footer: its length and the magic word."""

# Kinds of values in the compact protocol.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = (
    range(1, 13)
)
_WHOLE = frozenset({_I16, _I32, _I64})
_LONG_LIST = 15
"""Lists of so many elements, or more, say their length apart."""

# Fields of the footer (FileMetaData), of a row group, a column and its description.
_ROWS, _GROUPS = 3, 4
_GROUP_COLUMNS, _GROUP_ROWS, _GROUP_OFFSET, _GROUP_ORDINAL = 1, 3, 5, 7
_COLUMN_OFFSET, _COLUMN_ABOUT = 2, 3
_PAGE_OFFSETS = (9, 10, 11, 14)
"""Where the data, an index, the dictionary and a Bloom filter begin."""
_SIZE = 7
"""The compressed size of a column in a row group."""
_OUTSIDE = frozenset({4, 5, 6, 7})
"""Of a column: where its page index lies, outside of the row group. This program writes none."""


@dataclass(slots=True)
class _Struct:
    """A struct of Thrift: its fields in the order in which they stand, by number."""

    fields: dict[int, tuple[int, Any]] = field(default_factory=dict)

    def __getitem__(self, number: int) -> Any:
        return self.fields[number][1]

    def __contains__(self, number: int) -> bool:
        return number in self.fields

    def set(self, number: int, value: Any) -> None:
        """Give a field that is there another value."""
        self.fields[number] = self.fields[number][0], value

    def move(self, number: int, by: int) -> None:
        """Move a place in the file, where it is told and is one."""
        if number in self and self[number] > 0:
            self.set(number, self[number] + by)


@dataclass(frozen=True, slots=True)
class _List:
    """A list of Thrift, and the kind of its elements."""

    kind: int
    values: list[Any]


def join_files(path: Path, parts: Iterable[Path]) -> int:
    """Join Parquet files of one schema, all or nothing; returns the rows.

    Row groups without rows are left out. There must be a part.

    Raises:
        ValueError: the parts do not have one schema, or one is no Parquet file of this program.
    """
    rows = 0

    def write(beside: Path) -> None:
        nonlocal rows
        with beside.open("wb") as target:
            rows = _join(target, list(parts))

    write_atomically(path, write)
    return rows


def _join(target: BinaryIO, parts: Sequence[Path]) -> int:
    target.write(_MAGIC)
    joined: _Struct | None = None
    groups: list[_Struct] = []
    for part in parts:
        with part.open("rb") as source:
            footer = _footer_of(source)
            if joined is None:
                joined = footer
            elif _described(footer) != _described(joined):
                raise ValueError("the parts do not have one schema")
            for group in footer[_GROUPS].values:
                if group[_GROUP_ROWS]:
                    _copy(source, target, group)
                    if _GROUP_ORDINAL in group:
                        group.set(_GROUP_ORDINAL, len(groups))
                    groups.append(group)
    if joined is None:
        raise ValueError("there is no part")
    rows = sum(int(group[_GROUP_ROWS]) for group in groups)
    joined.set(_ROWS, rows)
    joined.set(_GROUPS, _List(_STRUCT, groups))
    written = _Writer()
    written.struct(joined)
    target.write(written.content)
    target.write(len(written.content).to_bytes(4, "little") + _MAGIC)
    return rows


def _described(footer: _Struct) -> list[Any]:
    """All that a footer says besides its rows."""
    return [
        value for value in footer.fields.items() if value[0] not in {_ROWS, _GROUPS}
    ]


def _footer_of(source: BinaryIO) -> _Struct:
    end = source.seek(0, 2)
    source.seek(max(0, end - _TAIL))
    tail = source.read(_TAIL)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or length > end - _TAIL:
        raise ValueError("not a Parquet file")
    source.seek(end - _TAIL - length)
    return _Reader(source.read(length)).struct()


def _copy(source: BinaryIO, target: BinaryIO, group: _Struct) -> None:
    """Copy the pages of a row group, and let it say where they lie now."""
    columns = [column[_COLUMN_ABOUT] for column in group[_GROUP_COLUMNS].values]
    starts = [
        min(one[at] for at in _PAGE_OFFSETS[:3] if at in one and one[at] > 0)
        for one in columns
    ]
    start = min(starts)
    end = max(first + one[_SIZE] for first, one in zip(starts, columns, strict=True))
    moved = target.tell() - start
    source.seek(start)
    _copy_bytes(source, target, end - start)
    group.move(_GROUP_OFFSET, moved)
    for column in group[_GROUP_COLUMNS].values:
        if _OUTSIDE & column.fields.keys():
            raise ValueError("a part has a page index")
        column.move(_COLUMN_OFFSET, moved)
        for at in _PAGE_OFFSETS:
            column[_COLUMN_ABOUT].move(at, moved)


_AT_ONCE = 1 << 22


def _copy_bytes(source: BinaryIO, target: BinaryIO, count: int) -> None:
    while count:
        content = source.read(min(count, _AT_ONCE))
        if not content:
            raise ValueError("a part is cut off")
        target.write(content)
        count -= len(content)


class _Reader:
    """Reads values of the compact protocol."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def struct(self) -> _Struct:
        """A struct."""
        found = _Struct()
        number = 0
        while head := self.byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else _unzigzag(self.varint())
            found.fields[number] = kind, self._value(kind)
        return found

    def _value(self, kind: int) -> Any:
        read = _READ.get(kind)
        if read is None:
            raise ValueError(f"unknown kind {kind} in a footer")
        return read(self)

    def list_of(self) -> _List:
        """A list."""
        head = self.byte()
        count, kind = head >> 4, head & 15
        if count == _LONG_LIST:
            count = self.varint()
        # In a list a truth value is a byte.
        element = _BYTE if kind in {_TRUE, _FALSE} else kind
        return _List(kind, [self._value(element) for _ in range(count)])

    def byte(self) -> int:
        """A byte."""
        byte = self._content[self._at]
        self._at += 1
        return byte

    def bytes_of(self, count: int) -> bytes:
        """So many bytes."""
        found = self._content[self._at : self._at + count]
        self._at += count
        return found

    def varint(self) -> int:
        """A whole number, seven bits a byte."""
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7


_READ: dict[int, Callable[[_Reader], Any]] = {
    _TRUE: lambda _: True,
    _FALSE: lambda _: False,
    _BYTE: _Reader.byte,
    **dict.fromkeys(_WHOLE, lambda reader: _unzigzag(reader.varint())),
    _DOUBLE: lambda reader: reader.bytes_of(_DOUBLE_BYTES),
    _BINARY: lambda reader: reader.bytes_of(reader.varint()),
    _LIST: _Reader.list_of,
    _SET: _Reader.list_of,
    _STRUCT: _Reader.struct,
}
"""How a value of each kind is read."""
_DOUBLE_BYTES = 8


class _Writer:
    """Writes values of the compact protocol."""

    def __init__(self) -> None:
        self.content = bytearray()

    def struct(self, one: _Struct) -> None:
        """A struct."""
        last = 0
        for number, (kind, value) in one.fields.items():
            told = kind
            if kind in {_TRUE, _FALSE}:
                told = _TRUE if value else _FALSE
            step = number - last
            if 0 < step < 16:
                self.content.append(step << 4 | told)
            else:
                self.content.append(told)
                self._varint(_zigzag(number))
            self._value(kind, value)
            last = number
        self.content.append(0)

    def _value(self, kind: int, value: Any) -> None:
        if kind in _WHOLE:
            self._varint(_zigzag(value))
        elif kind == _BYTE:
            self.content.append(value)
        elif kind == _DOUBLE:
            self.content += value
        elif kind == _BINARY:
            self._varint(len(value))
            self.content += value
        elif kind in {_LIST, _SET}:
            self._list(value)
        elif kind == _STRUCT:
            self.struct(value)

    def _list(self, one: _List) -> None:
        count = len(one.values)
        self.content.append(min(count, _LONG_LIST) << 4 | one.kind)
        if count >= _LONG_LIST:
            self._varint(count)
        element = _BYTE if one.kind in {_TRUE, _FALSE} else one.kind
        for value in one.values:
            self._value(element, value)

    def _varint(self, number: int) -> None:
        while number > 127:
            self.content.append(number & 127 | 128)
            number >>= 7
        self.content.append(number)


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _unzigzag(number: int) -> int:
    return number >> 1 if not number & 1 else -(number >> 1) - 1
