"""The little of an XLS file ([MS-CFB], [MS-XLS]) that is looked at before it is opened: its chains, how far it reaches.

The reader of workbooks follows a chain of sectors wherever it leads, round in a circle too, and lays out the rectangle
around a sheet's cells, however far out one of them says it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

__all__ = ["DamagedError", "sheet_sizes", "workbook_stream"]

_LAST_SECTOR = 0xFFFFFFFA
"""Numbers above it mark the end of a chain, or a sector of another use."""
_STREAM, _ROOT = 2, 5
_CELLS = frozenset({0x0006, 0x0203, 0x0204, 0x0205, 0x0206, 0x0406, 0x027E, 0x00FD, 0x00D6, 0x00BD})
"""Formula, number, label, boolean, RK, label of the shared strings, rich string, several RK."""
_ROW, _BOUND_SHEET, _SEVERAL = 0x0208, 0x0085, 0x00BD
_DIMENSIONS, _STRINGS = 0x0200, 0x00FC
_MOST_ROWS = 65_536
_BEGINNING = (0x0809, 0x0409, 0x0209, 0x0009)


class DamagedError(ValueError):
    """The file's own account of its sectors cannot be followed."""


class _Sectors:
    """The sectors of a compound file, and which follows which."""

    def __init__(self, content: bytes) -> None:
        if len(content) < 512 or content[30:32] not in {b"\x09\0", b"\x0c\0"}:
            raise DamagedError
        self._content = content
        self._size = 1 << content[30]
        known = struct.unpack_from("<12I", content, 40)
        self.directory, self.cutoff, self.first_small, self.first_list = known[2], known[4], known[5], known[7]
        self._follow: list[int] = []
        self._count = len(content) // self._size + 1
        for sector in self._tables():
            piece = self.sector(sector)
            self._follow += struct.unpack_from(f"<{len(piece) // 4}I", piece)

    def _tables(self) -> Iterator[int]:
        """The sectors that say which follows which; those not named at the beginning are named in a chain."""
        yield from (place for place in struct.unpack_from("<109I", self._content, 76) if place <= _LAST_SECTOR)
        current, steps = self.first_list, 0
        while current <= _LAST_SECTOR:
            steps += 1
            piece = self.sector(current)
            if steps > self._count or len(piece) < self._size:
                raise DamagedError
            *places, current = struct.unpack_from(f"<{len(piece) // 4}I", piece)
            yield from (place for place in places if place <= _LAST_SECTOR)

    def sector(self, number: int) -> bytes:
        """The bytes of a sector; fewer where the file ends."""
        start = (number + 1) * self._size
        return self._content[start : start + self._size]

    def chain(self, first: int) -> bytes:
        """The bytes of a chain of sectors."""
        return b"".join(map(self.sector, followed(first, self._follow)))


def followed(first: int, follow: list[int]) -> list[int]:
    """The numbers of a chain; raises ``DamagedError`` where it leads round in a circle."""
    chain: list[int] = []
    while first <= _LAST_SECTOR and first < len(follow):
        chain.append(first)
        if len(chain) > len(follow):
            raise DamagedError
        first = follow[first]
    return chain


def workbook_stream(content: bytes) -> bytes:
    """The stream of a compound file that holds the workbook; empty where there is none.

    Raises:
        DamagedError: a chain of sectors leads round in a circle, or the file ends before its own account does.
    """
    sectors = _Sectors(content)
    directory = sectors.chain(sectors.directory)
    small = sectors.chain(sectors.first_small)
    follow = list(struct.unpack_from(f"<{len(small) // 4}I", small))
    pool, found = b"", b""
    for start in range(0, len(directory) - 127, 128):
        length, kind = int.from_bytes(directory[start + 64 : start + 66], "little"), directory[start + 66]
        name = directory[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
        first, size = struct.unpack_from("<II", directory, start + 116)
        if kind == _ROOT:
            pool = sectors.chain(first)
        elif kind == _STREAM:
            if size >= sectors.cutoff:
                stream = sectors.chain(first)
            else:
                stream = b"".join(pool[64 * place : 64 * place + 64] for place in followed(first, follow))
            if name.lower() in {"workbook", "book"} and not found:
                found = stream[:size]
    return found


def sheet_sizes(stream: bytes) -> list[tuple[int, int, int]]:
    """(rows, columns, hidden rows) of each sheet of a workbook's stream, in the order of the workbook.

    Raises:
        DamagedError: a record says of itself what cannot be.
    """
    places: list[int] = []
    sizes: dict[int, tuple[int, int, int]] = {}
    start = rows = columns = hidden = 0
    for kind, place, length in _records(stream):
        if kind in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", stream, place)
            if kind == _SEVERAL and length >= 6:
                column = int.from_bytes(stream[place + length - 2 : place + length], "little")
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _ROW and length >= 16:
            hidden += bool(stream[place + 12] & 0x20)
        elif kind == _DIMENSIONS:
            _check_dimensions(stream[place : place + length])
        elif kind == _STRINGS and length >= 8:
            if 3 * int.from_bytes(stream[place + 4 : place + 8], "little") > len(stream):
                raise DamagedError
        elif kind == _BOUND_SHEET and length >= 4:
            places.append(int.from_bytes(stream[place : place + 4], "little"))
        elif kind in _BEGINNING:
            start, rows, columns, hidden = place - 4, 0, 0, 0
        sizes[start] = (rows, columns, hidden)
    largest = max(sizes.values(), default=(0, 0, 0), key=lambda size: size[0] * size[1])
    # A sheet that is said to begin where none does may be read from anywhere: the largest stands for it.
    return [sizes.get(place, largest) for place in places]


def _check_dimensions(content: bytes) -> None:
    """Refuse a sheet that is said to end before it begins: its reader would make room without end."""
    if len(content) in {10, 14}:
        first_row, end_row, first_column, end_column = struct.unpack_from(
            "<IIHH" if len(content) == 14 else "<4H", content
        )
        if end_row and end_column and (end_row <= first_row or end_column <= first_column or end_row > _MOST_ROWS):
            raise DamagedError


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, start, length) of each record."""
    place, size = 0, len(stream)
    while place + 4 <= size:
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, place + 4, min(length, size - place - 4)
        place += 4 + length
