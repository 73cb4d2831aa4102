"""The little of the binary workbook (XLSB, [MS-XLSB]) that its reader does not tell."""

from __future__ import annotations

from collections.abc import Iterator

from voterlist.readers.counted import SheetFacts

_ROW_HEADER, _BUNDLE_SHEET, _PROPERTIES = 0, 156, 153
"""BrtRowHdr; BrtBundleSh; BrtWbProp."""
_REMARK, _REMARK_TEXT = 635, 637
"""BrtBeginComment, BrtCommentText."""
_VALUES = (2, 4, 5, 6, 7, 9, 10)
"""BrtCellRk, BrtCellBool, BrtCellReal, BrtCellSt, BrtCellIsst, BrtFmlaNum, BrtFmlaBool."""
_ERRORS = (3, 11)
"""BrtCellError, BrtFmlaError."""
BLANK_TEXT = b"\x13\x05" + bytes(5)
"""A shared text without characters: BrtSSTItem."""
_FLAGS, _HIDDEN = 11, 0x10
"""The byte of a row's header, and the bit of it, that say whether the row is hidden."""
_RELATION = 12
"""Where the name of a sheet's relation begins, behind the number of its characters."""


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


def facts_of(content: bytes) -> SheetFacts:
    """What the part of a sheet says of itself.

    That is its hidden rows, its cells that hold something, of the kinds that always do, and those
    with an error.
    """
    facts, row = SheetFacts(), 0
    for kind, start, length in _records(content):
        number = int.from_bytes(content[start : start + min(length, 4)], "little")
        if kind == _ROW_HEADER:
            row = number + 1
            is_whole = length > _FLAGS
            facts.hidden_rows += is_whole and bool(content[start + _FLAGS] & _HIDDEN)
        elif kind in _ERRORS:
            facts.unworked.append((row, number))
        facts.cells += kind in _VALUES
    facts.formulas_without_value = len(facts.unworked)
    return facts


def counts_from_1904(content: bytes) -> bool:
    """True where the days of ``xl/workbook.bin`` are counted from 1904."""
    return any(
        kind == _PROPERTIES and length and content[start] & 1
        for kind, start, length in _records(content)
    )


def remarks(content: bytes) -> list[tuple[int, str]]:
    """(row counted from 1, text) of each remark of a part with remarks."""
    found, row = [], 1
    for kind, start, length in _records(content):
        body = content[start : start + length]
        if kind == _REMARK:
            row = int.from_bytes(body[4:8], "little") + 1
        elif kind == _REMARK_TEXT:
            end = 5 + 2 * int.from_bytes(body[1:5], "little")
            found.append((row, body[5:end].decode("utf-16-le", errors="replace")))
    return found


def sheet_relations(content: bytes) -> list[str]:
    """The relation of each sheet to its part, in the order of the workbook.

    Of ``xl/workbook.bin``.
    """
    relations = []
    for kind, start, length in _records(content):
        if kind == _BUNDLE_SHEET and length >= _RELATION:
            body = content[start : start + length]
            characters = int.from_bytes(body[_RELATION - 4 : _RELATION], "little")
            name = body[_RELATION : _RELATION + 2 * characters]
            relations.append(name.decode("utf-16-le", errors="replace"))
    return relations
