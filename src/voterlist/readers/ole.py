"""The little of an XLS file ([MS-CFB], [MS-XLS]) that its reader does not tell.

How many rows are hidden, how many cells hold something, and the sheets' parts.
"""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Iterator

from voterlist.readers.counted import SheetFacts, lines_told, remarks_of

_LAST_SECTOR = 0xFFFFFFFA
"""Numbers above it mark the end of a chain, or a sector of another use."""
_STREAM, _ROOT = 2, 5
_ROW, _BOUND_SHEET = 0x0208, 0x0085
_LABELS = (0x0204, 0x00D6)
"""A cell with a text of its own, Label and RString; the length of the text stands behind three
numbers."""
_VALUES, _SEVERAL = (0x027E, 0x0203, 0x00FD, *_LABELS), 0x00BD
"""RK, Number and LabelSst too; MulRk, of six bytes a cell."""
_FONT, _STYLE, _STRUCK = 0x0031, 0x00E0, 0x08
"""A font, how cells look, which names its font, and the bit of the font that strikes through."""
_NO_FONT = 4
"""No font has this number: the fifth one is 5."""
_FORMULA, _FORMULA_TEXT, _CONSTANT = 0x0006, 0x0207, 0x0205
"""A formula with its value, the text behind one whose value is a text, and true, false or an error.
"""
_FILLED = frozenset({*_VALUES, _SEVERAL, _FORMULA})
_AMONG_CELLS = frozenset(
    {*_FILLED, _FORMULA_TEXT, _CONSTANT, _ROW, 0x003C, 0x005E, 0x00BE, 0x00D7, 0x01C2}
    | {0x0201, 0x0221, 0x0236, 0x04BC}
)
"""What may stand between two cells of a sheet."""
_LENGTHS = {0x00FD: 10, 0x027E: 10, 0x0203: 14, 0x0201: 6, _ROW: 16}
_TEXT, _ERROR, _EMPTY = 0, 2, 3
"""What the value of a formula is where it is no number: a text, an error, an empty text."""
_WORKED_OUT = b"\xc1\1\x08\0"
"""The record in which a spreadsheet notes how it worked the formulas out; who writes the file
without working anything out has none, and an empty text for each value."""
_TEXTS, _BLANK = (0x00FC, 0x003C), bytes(3)
"""The shared texts and what goes on with them; a blank one has no characters and no flags."""
_SUMMARY = "\5summaryinformation"
_READ = ("workbook", "book", _SUMMARY)
"""Of one file with both workbooks the second is for older programs."""
_CODE_PAGE, _SAID = 1, (2, 3, 5, 6)
"""Properties that [MS-OLEPS] numbers so; not who wrote the file."""
_BEGINNING = (0x0809, 0x0409, 0x0209, 0x0009)
_TYPED = frozenset({0x0014, 0x0015, 0x0018, 0x01BE, 0x0800, 0x100D})
"""The head and the foot of pages, a named value, what is said of a cell's data, the tip of a link,
and a text of a chart."""
_RUN = re.compile(rb"(?:[ -\xff][\0-\5]){4,}|[ -~\xa0-\xff]{4,}")
"""A text in such a record, of two bytes a letter or of one."""
_TEXT_BOX, _GOES_ON, _DRAWING = 0x01B6, 0x003C, 0x00EC
_EDGE_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|[0-9]+|[A-Z])')
_ANCHOR = bytes.fromhex("000010f012000000")
"""What stands before the cells that a shape lies on: OfficeArtClientAnchor."""
_PICTURE = bytes.fromhex("b2040af008000000")
"""The head of a shape that is a picture: OfficeArtFSP of msosptPictureFrame."""
_CELL_WIDTH, _CELL_HEIGHT = 609_600, 190_500
"""EMU of a cell of the usual size."""
_DATE_MODE = 0x0022
"""Says whether days are counted from 1904."""
_RECORD_HEAD = 4
"""Bytes of a record's kind and length."""
_ROW_FLAGS, _HIDDEN = 12, 0x20
"""The byte of a row's record, and the bit of it, that say whether the row is hidden."""


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
        self.directory, self.cutoff, self.first_small, self.first_list = (
            known[2],
            known[4],
            known[5],
            known[7],
        )
        self._follow: list[int] = []
        self._count = len(content) // self._size + 1
        for sector in self._tables():
            piece = self.sector(sector)
            self._follow += struct.unpack_from(f"<{len(piece) // 4}I", piece)

    def _tables(self) -> Iterator[int]:
        """The sectors that say which follows which.

        Those not named at the beginning are named in a chain.
        """
        named = struct.unpack_from("<109I", self._content, 76)
        yield from (place for place in named if place <= _LAST_SECTOR)
        current = self.first_list
        steps = 0
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
        return b"".join(map(self.sector, follow_chain(first, self._follow)))


def follow_chain(first: int, follow: list[int]) -> list[int]:
    """The numbers of a chain; raises ``DamagedError`` where it leads round in a circle."""
    chain: list[int] = []
    while first <= _LAST_SECTOR and first < len(follow):
        chain.append(first)
        if len(chain) > len(follow):
            raise DamagedError
        first = follow[first]
    return chain


def workbook_streams(content: bytes) -> tuple[bytes, bytes]:
    """The streams of a compound file that hold the workbook and what is said of it, or nothing.

    Raises:
        DamagedError: a chain of sectors leads round in a circle, or the file ends before its own
            account does.
    """
    sectors = _Sectors(content)
    directory = sectors.chain(sectors.directory)
    small = sectors.chain(sectors.first_small)
    follow = list(struct.unpack_from(f"<{len(small) // 4}I", small))
    small_sectors = b""
    streams: dict[str, bytes] = {}
    for start in range(0, len(directory) - 127, 128):
        item = directory[start : start + 128]
        kind = item[66]
        first, size = struct.unpack_from("<II", item, 116)
        if kind == _ROOT:
            small_sectors = sectors.chain(first)
        elif kind == _STREAM:
            if size >= sectors.cutoff:
                stream = sectors.chain(first)
            else:
                places = follow_chain(first, follow)
                stream = b"".join(
                    small_sectors[64 * place : 64 * place + 64] for place in places
                )
            name = _item_name(item).lower()
            if name in _READ:
                streams.setdefault(name, stream[:size])
    found = map(streams.get, _READ[:2])
    return next(filter(None, found), b""), streams.get(_SUMMARY, b"")


def lines_of_summary(stream: bytes) -> list[str]:
    """The lines of title, subject, keywords and remarks in the properties of a compound file."""
    section = stream[int.from_bytes(stream[44:48], "little") :]
    size = 8 * min(section[4], len(section) // 8 - 1) if section[8:] else 0
    places = dict(struct.iter_unpack("<II", section[8 : 8 + size]))
    # Not each value at once: one of hundreds may be as long as the file.
    at = places.get(_CODE_PAGE, len(section)) + 4
    page = int.from_bytes(section[at : at + 2], "little")
    encoding = {65001: "utf-8", 1251: "cp1251"}.get(page, "cp1254")
    told = (places[name] + 8 for name in _SAID if name in places)
    texts = (section[at:].partition(b"\0")[0] for at in told)
    return lines_told("\n".join(text.decode(encoding, "replace") for text in texts))


def _item_name(item: bytes) -> str:
    """The name of a stream or storage in the directory; its length counts two bytes of end."""
    length = min(int.from_bytes(item[64:66], "little"), 64)
    return item[: max(0, length - 2)].decode("utf-16-le", errors="replace")


def sheets_of_stream(  # noqa: C901, PLR0912, PLR0915  one branch a kind
    stream: bytes,
) -> tuple[list[SheetFacts], bool, bool]:
    """Of each sheet, in workbook order, what it says of itself beside its cells.

    Its pictures are measured as if all cells had the usual size. Its cells are not counted, 0,
    where some shared text is blank. And whether days are counted from 1904, and whether a record is
    damaged: a cell is missing where something else stands among the cells, or two have one place.
    """
    found: defaultdict[int, SheetFacts] = defaultdict(SheetFacts)
    starts: list[int] = []
    fonts: list[int] = []
    styles = 0
    struck: set[bytes] = set()
    is_worked_out = _WORKED_OUT in stream
    start, sheet, row = 0, 0, 1
    cell = (0, 0)
    is_text = has_blank = from_1904 = is_damaged = is_odd = False
    places: set[int] = set()
    among = -1
    for kind, place, length in _records(stream):
        body = stream[place : place + length]
        facts = found[start]
        is_odd |= length != _LENGTHS.get(kind, length) or kind not in _AMONG_CELLS
        if kind in _FILLED:
            at = start << 32 | int.from_bytes(body[:4], "little")
            is_damaged |= (is_odd and among == start) or at in places
            places.add(at)
            among, is_odd = start, False
        if struck and kind in _FILLED:
            # One of several cells has a style for each.
            ends = range(6, length if kind == _SEVERAL else 7, 6)
            if not struck.isdisjoint(body[end - 2 : end] for end in ends):
                facts.struck.add(int.from_bytes(body[:2], "little") + 1)
        if kind in _BEGINNING:
            # A chart begins within its sheet.
            start = place - _RECORD_HEAD
            sheet = start if start in starts else sheet
        elif kind == _DATE_MODE:
            from_1904 = body[:1] == b"\1"
        elif kind == _FONT:
            fonts += [int.from_bytes(body[2:4], "little") & _STRUCK]
            fonts += [0] * (len(fonts) == _NO_FONT)
        elif kind == _STYLE:
            if any(fonts[int.from_bytes(body[:2], "little") :][:1]):
                struck.add((styles % 2**16).to_bytes(2, "little"))
            styles += 1
        elif kind == _BOUND_SHEET and length >= 4:
            starts.append(int.from_bytes(body[:4], "little"))
        elif kind == _ROW and length > _ROW_FLAGS:
            facts.hidden_rows += bool(body[_ROW_FLAGS] & _HIDDEN)
        elif kind in _VALUES:
            facts.cells += kind not in _LABELS or body[6:8] != bytes(2)
        elif kind == _SEVERAL:
            facts.cells += length // 6 - 1
        elif kind in {_FORMULA, _CONSTANT}:
            line, column = struct.unpack_from("<HH", body.ljust(4, b"\0"))
            cell = (line + 1, column)
            if _has_no_value(kind, body, is_worked_out=is_worked_out):
                facts.unworked.append(cell)
        elif kind == _FORMULA_TEXT and facts.unworked[-1:] == [cell]:
            facts.unworked.pop()
        elif kind == _DRAWING:
            for shape in body.split(_ANCHOR)[1:]:
                row = int.from_bytes(shape[6:8], "little") + 1
            found[sheet].pictured += _picture_area(body)
        elif kind == _GOES_ON and is_text and body:
            encoding = "utf-16-le" if body[0] & 1 else "latin-1"
            text = body[1:].decode(encoding, errors="replace")
            found[sheet].remarks += remarks_of(row, text)
        elif kind in _TYPED:
            found[sheet or starts[0]].remarks += ((1, line) for line in _texts_of(body))
        elif kind in _TEXTS:
            has_blank |= body.find(_BLANK, 8) >= 0
        is_text = kind == _TEXT_BOX
    for facts in found.values():
        facts.cells *= not has_blank
        facts.formulas_without_value = len(facts.unworked)
        facts.remarks.sort()
    return [found[at] for at in starts], from_1904, is_damaged


def _has_no_value(kind: int, body: bytes, *, is_worked_out: bool) -> bool:
    """True for an error, and for a formula without a value as long as no text follows it."""
    if kind == _CONSTANT:
        return body[7:8] == b"\1"
    # Two bytes of ones stand where the value is no number: what it is says the first.
    return body[12:14] == b"\xff\xff" and (
        body[6] in {_TEXT, _ERROR} or (body[6] == _EMPTY and not is_worked_out)
    )


def _texts_of(body: bytes) -> Iterator[str]:
    """The lines in a record; parts, fonts and fields of a page's head stand apart."""
    for run in _RUN.findall(body):
        is_wide = len(run) > 1 and run[1] < 6
        text = run.decode("utf-16-le" if is_wide else "latin-1")
        yield from lines_told(_EDGE_CODE.sub("\n", text))


def _picture_area(drawing: bytes) -> int:
    """How much the pictures of a drawing take, in square EMU."""
    total = 0
    for shape in drawing.split(_PICTURE)[1:]:
        anchor = shape.partition(_ANCHOR)[2][:18]
        if len(anchor) == 18:
            left, left_part, top, top_part, right, right_part, bottom, bottom_part = (
                struct.unpack_from("<8H", anchor, 2)
            )
            width = (right - left) + (right_part - left_part) / 1024
            height = (bottom - top) + (bottom_part - top_part) / 256
            total += int(width * _CELL_WIDTH * height * _CELL_HEIGHT)
    return total


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, start, length) of each record."""
    place, size = 0, len(stream)
    while place + 4 <= size:
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, place + 4, min(length, size - place - 4)
        place += 4 + length
