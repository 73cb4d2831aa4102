"""What a file holds, counted over its bytes in a way of its own.

A reader compares this with what it read. Where more is counted, what is missing is named and set
aside with ``AsideCode.CONTENT_UNREAD``: docs/readers.md
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable

__all__ = ["beside", "blank_strings", "cells_and_rows", "unlisted"]

_MEMBER, _END = b"PK\x03\x04", b"PK\x05\x06"
_MEMBER_HEAD, _END_LENGTH = 30, 22
_LONGEST_RECORD = 100
"""No record that may stand between the members of an archive is longer: sums, a large directory."""

_LIST = re.compile(
    r".*\.(?:csv|tsv|txt|json|jsonl|xls[xmb]?|ods|docx?|odt|rtf|pdf|dbf|parquet|zip)",
    re.IGNORECASE,
)
"""The name of a file that may be a list."""
_SPACE = re.compile(rb"(</?)\w+:")
_SPACED = (b":v>", b":is>", b":si>")
_ROW_NUMBER = re.compile(rb'<row [^<>]*?\br="([0-9]+)"')
_NO_TEXT = rb"\s*(?:<t\b[^<>]*(?:/>|>\s*</t>)\s*)?</"
_BLANK_INLINE = re.compile(rb"<is>" + _NO_TEXT)
_BLANK_STRING = re.compile(rb"<si(?:\s*/>|>" + _NO_TEXT + rb")")
_MAY_BE_BLANK = (b"/>", b"></t>", b"> </t>", b"<si></si>")
_OF_STRINGS = re.compile(rb't="s"[^<>]*>\s*<v>([0-9]+)<')


def beside(content: bytes) -> list[str]:
    """Names of what lies in a packed workbook or document, and is no part of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        others = filter(_LIST.fullmatch, names)
        twice = Counter(map(str.lower, names)) - Counter({*map(str.lower, names)})
        return [*unlisted(content, archive), *others, *twice]


def unlisted(content: bytes, archive: zipfile.ZipFile) -> list[str]:
    """Where in a packed file something lies that its directory does not list.

    A member, or more bytes than a record between members may have.
    """
    places = [(archive.start_dir, content.rfind(_END) + _END_LENGTH)]
    for part in archive.infolist():
        start = part.header_offset + _MEMBER_HEAD
        lengths = content[start - 4 : start].ljust(4, b"\0")
        stop = start + sum(struct.unpack("<HH", lengths)) + part.compress_size
        places.append((part.header_offset, stop))
    found: list[str] = []
    end = 0
    for start, stop in [*sorted(places), (len(content), 0)]:
        if start - end > _LONGEST_RECORD or content.find(_MEMBER, end, start) >= 0:
            found.append(f"bytes {end + 1}-{start}")
        end = max(end, stop)
    return found


def blank_strings(pieces: Iterable[bytes]) -> frozenset[bytes]:
    """The numbers of the shared strings of an XLSX file that hold nothing."""
    blank: set[bytes] = set()
    number = 0
    for piece in map(_without_spaces, pieces):
        place = 0
        if any(mark in piece for mark in _MAY_BE_BLANK):
            for one in _BLANK_STRING.finditer(piece):
                number += piece.count(b"<si", place, one.start())
                blank.add(b"%d" % number)
                place = one.start()
        number += piece.count(b"<si", place)
    return frozenset(blank)


def cells_and_rows(piece: bytes, blank: frozenset[bytes]) -> tuple[int, list[bytes]]:
    """How many cells of a piece of a sheet hold something, and the numbers of its rows; of XLSX.

    ``blank`` are the numbers of the shared strings that hold nothing. An error is no value.
    """
    piece = _without_spaces(piece)
    count = piece.count(b"<v>") - piece.count(b"<v><") - piece.count(b't="e"')
    if b"<is>" in piece:
        count += piece.count(b"<is>") - len(_BLANK_INLINE.findall(piece))
    if blank:
        count -= sum(number in blank for number in _OF_STRINGS.findall(piece))
    return count, _ROW_NUMBER.findall(piece)


def _without_spaces(piece: bytes) -> bytes:
    """The tags without the spaces of their names, as most programs write them."""
    is_spaced = any(mark in piece for mark in _SPACED)
    return _SPACE.sub(rb"\1", piece) if is_spaced else piece
