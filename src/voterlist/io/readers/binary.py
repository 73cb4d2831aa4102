"""The little of the binary workbook (XLSB, [MS-XLSB]) that is looked at before it is opened."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["BookRecords", "sheet_size"]

_ROW_HEADER, _FIRST_CELL, _LAST_CELL, _BUNDLE_SHEET = 0, 2, 11, 156
"""BrtRowHdr; the cells that hold something, BrtCellRk to BrtFmlaError; BrtBundleSh."""


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, start, length) of each record; ends where the bytes are no record any more."""
    place, size = 0, len(content)
    while place < size:
        kind = content[place]
        place += 1
        if kind & 0x80 and place < size:
            kind = (kind & 0x7F) | (content[place] & 0x7F) << 7
            place += 1
        length = shift = 0
        while place < size and shift < 28:
            byte = content[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if place + length > size:
            return
        yield kind, place, length
        place += length


def sheet_size(content: bytes) -> tuple[int, int, int]:
    """(rows, columns, hidden rows) of a sheet's part: those of the rectangle from its first cell on."""
    rows = columns = hidden = row = 0
    head = b"\0\0\0\0"
    for kind, start, length in _records(content):
        # A record too short for its number is read by the reader with the rest of an earlier one behind it.
        head = content[start : start + min(4, length)] + head[length:]
        if kind == _ROW_HEADER:
            row = int.from_bytes(head, "little") + 1
            hidden += length >= 12 and bool(content[start + 11] & 0x10)
        elif _FIRST_CELL <= kind <= _LAST_CELL:
            rows = max(rows, row)
            columns = max(columns, int.from_bytes(head, "little") + 1)
    return rows, columns, hidden


class BookRecords:
    """The records of ``xl/workbook.bin``."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def relations(self) -> list[str]:
        """The relation of each sheet to its part, in the order of the workbook."""
        found = []
        for kind, start, length in _records(self._content):
            if kind == _BUNDLE_SHEET and length >= 12:
                characters = int.from_bytes(self._content[start + 8 : start + 12], "little")
                text = self._content[start + 12 : start + min(length, 12 + 2 * min(characters, length))]
                found.append(text.decode("utf-16-le", errors="replace"))
        return found
