"""What a file holds, counted over its bytes in a way of its own.

A reader compares this with what it read. Where more is counted, what is missing is named and set
aside with ``AsideCode.CONTENT_UNREAD``: docs/readers.md
"""

from __future__ import annotations

import codecs
import html
import io
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from voterlist.model import AsideCode
from voterlist.readers.packed import DAMAGE, END_OF_ZIP, ZIP
from voterlist.schemas import RawSheet

_MEMBER_HEAD, _END_LENGTH = 30, 22
_LONGEST_RECORD = 100
"""No record that may stand between the members of an archive is longer: sums, a large directory."""

_LIST = re.compile(
    r".*\.(?:csv|tsv|txt|json|jsonl|xls[xmb]?|ods|docx?|odt|rtf|pdf|dbf|parquet|zip|html?|mht)"
    r"|(?:word|xl)/embeddings/.*\.bin"
)
"""The name of a file that may be a list."""
WORD_TEXT = re.compile(
    rb"<\w+:(?:t|delText)(?:\s[^<>]*)?>([^<]*)|</\w+:p>"
    rb"|<\w+:(?:tab|br|cr|noBreakHyphen|softHyphen)\b"
)
_SIGN = re.compile(rb'<(\w+:)sym\b[^<>]*?\w+:char="([0-9A-Fa-f]+)"[^<>]*>')
"""A sign that somebody chose from a table of signs."""
ODT_TEXT = re.compile(rb">([^<]+)|</text:[ph]>|<text:(?:tab|s|line-break)\b")
_NOT_TEXT = re.compile(
    rb"(?s)<(office:annotation|svg:\w+|dc:\w+|text:note-citation|text:ruby-text|w:rt|\w+:Fallback)"
    rb"[ >].*?</\1>"
)
"""Remarks, names of pictures, who changed it when; and the same text once more."""
_AGAIN, _ROW = b"Fallback", b":table-row"
BESIDE_PAGES = re.compile(rb"%PDF-|/FT ?/Tx\b|/Subtype ?/FreeText\b|/OFF(?= ?\[\s*\d)")
"""What a PDF file holds beside the text of its pages: a second file, fields to fill in, notes,
layers that are switched off."""
_WORD = re.compile(r"[^\s\xad-]+")
_PREFIX = re.compile(rb"(</?)\w+:")
_PREFIXED = re.compile(rb"</\w+:")
_TAIL = 200
"""So many bytes hold the last tags of a piece."""
_ROW_NUMBER = re.compile(rb'<row [^<>]*?\br="([0-9]+)"')
_NO_TEXT = rb"\s*(?:<t\b[^<>]*(?:/>|>\s*</t>)\s*)?</"
_BLANK_INLINE = re.compile(rb"<is>" + _NO_TEXT)
BLANK_STRING = re.compile(rb"<si(?:\s*/>|>" + _NO_TEXT + rb")")
_OF_STRINGS = re.compile(rb't="s"[^<>]*>\s*<v>([0-9]+)<')
_OF_NO_STRING = re.compile(rb't="s"[^<>]*>\s*<v>(?![0-9]{1,9}<)[^<]')
"""A cell of which no shared string is the text: its reader takes the number for it."""

_OBJECT, _CELLS = re.compile(r"Object[^/]*/content\.xml"), b"<office:spreadsheet"
"""A sheet that lies in another document (OpenDocument)."""
_TOLD_PART = re.compile(
    r"customxml/item\d*\.xml|xl/workbook\.xml|xl/tables/[^/]*\.xml|styles\.xml"
    r"|docprops/(?:core|custom)\.xml|meta\.xml"
    r"|word/(?:diagrams/data|charts/chart|header|footer)[^/]*\.xml|word/glossary/document\.xml"
    r"|object[^/]*/content\.xml"
)
"""Parts, in lower case, that hold text which stands in no table."""
_NOT_TOLD = re.compile(
    rb"(?s)<(\w+:\w*Cache|table:table|office:(?:automatic-)?styles|\w+:(?:initial-)?creator"
    rb"|\w+:lastModifiedBy|meta:(?:generator|printed-by)) ?[^<>]*>.*?</\1>"
    rb'|<((?:\w+:)?(?:formula\d?|definedName|f))\b[^<>]*>(?!"|&quot;)[^<]*</\2>'
)
"""What is worked out of cells, or a copy of them; and who wrote the file, with what."""
TOLD = ("descr", "title", "alt", "string", "tooltip", "instr", "displayText")
"""Attributes that somebody may have typed."""
_TOLD_TEXT = re.compile(
    rb'\s(?:prompt|error|%s)(?:Title)?="([^"]*)"|>([^<]+)'
    rb"|</(?!(?:\w+:)?(?:r|t|span|a|rPr|pPr|endParaRPr)>)|<(?:\w+:)?br\b"
    % "|".join(TOLD).encode()
)
"""What was typed, and where its lines end."""
_SWITCH = re.compile(
    r"\\\S* *(?:\"[^\"]*\"|[^ \\]*)|^(?i:generated|created) (?:by|with)\b.*"
)
"""What a field of a document says of its form: ``\\* MERGEFORMAT``; and a program of itself."""
_OF_NAME = rb'\b(?:displayName|definedName [^<>]*?\bname)="([^"]*)"'
"""The name of a table or of a range of cells."""
_FEW_TEXTS = 2
"""So many texts may be a total or a signature."""
_NAME = re.compile(r"(?<!\S)[^\w\s]*[^\W\d_]{2,}")
_LOST_SECTORS = re.compile(rb"\0{512,}")
"""What a disk leaves of a text where the power went while it was written. What stands around them
may look like one whole row."""


def beside(content: bytes) -> list[str]:
    """Names of what lies in a packed workbook or document, and is no part of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = list(map(str.lower, archive.namelist()))
        twice = Counter(names) - Counter({*names})
        objects = filter(_OBJECT.fullmatch, archive.namelist())
        return [
            *unlisted_members(content, archive),
            *(name for name in objects if _CELLS in (_bytes_of(archive, name) or b"")),
            *filter(_LIST.fullmatch, names),
            *twice,
        ]


def lost_in_text(content: bytes, sheet: RawSheet) -> list[str]:
    """Where bytes of a text are zeros, and the numbers of the lines behind its last row.

    That row may have line breaks itself. Behind a last line that is cut, for it has neither an end
    nor all cells, there were more.
    """
    last = str(sheet.cells[-1:].to_pylist())
    end = sheet.lines[-1].as_py() + last.count("\\n")
    count = content.count(b"\n")
    found = [
        f"bytes {lost.start() + 1}-{lost.end()}"
        for lost in _LOST_SECTORS.finditer(content)
    ]
    if _is_cut(content, sheet):
        found.append(f"{end}-")
    elif count > end:
        found.append(f"{end + 1}-{count}")
    return found


def _is_cut(content: bytes, sheet: RawSheet) -> bool:
    """True where the last line, and no other, has some texts of a row, and not all its cells."""
    start = content.rfind(b"\n") + 1
    most = sheet.cells.num_columns - 1
    sign = (sheet.delimiter or "").encode()

    def is_short(line: bytes) -> bool:
        cells = line.split(sign)
        return len(cells) <= most and sum(map(bool, cells)) > _FEW_TEXTS

    is_last_short = bool(sign) and is_short(content[start:])
    return is_last_short and not any(map(is_short, content[:start].splitlines()))


def unlisted_members(content: bytes, archive: zipfile.ZipFile) -> list[str]:
    """Where in a packed file something lies that its directory does not list.

    A member, or more bytes than a record between members may have.
    """
    places = [(archive.start_dir, content.rfind(END_OF_ZIP) + _END_LENGTH)]
    for part in archive.infolist():
        start = part.header_offset + _MEMBER_HEAD
        lengths = content[start - 4 : start].ljust(4, b"\0")
        stop = start + sum(struct.unpack("<HH", lengths)) + part.compress_size
        places.append((part.header_offset, stop))
    found: list[str] = []
    end = 0
    for start, stop in [*sorted(places), (len(content), 0)]:
        if start - end > _LONGEST_RECORD or content.find(ZIP, end, start) >= 0:
            found.append(f"bytes {end + 1}-{start}")
        end = max(end, stop)
    return found


def strings_with(
    pieces: Iterable[bytes], *patterns: re.Pattern[bytes]
) -> list[set[bytes]]:
    """The numbers of the shared strings of an XLSX file in which each pattern ends."""
    found: list[set[bytes]] = [set() for _ in patterns]
    before = 0
    for piece in pieces:
        for numbers, pattern in zip(found, patterns, strict=True):
            number, end = before - 1, 0
            for match in pattern.finditer(piece):
                number += piece.count(b"<si", end, match.end())
                end = match.end()
                numbers.add(b"%d" % number)
        before += piece.count(b"<si")
    return found


def cells_and_rows(piece: bytes, blank: Collection[bytes]) -> tuple[int, list[bytes]]:
    """How many cells of a piece of a sheet hold something, and the numbers of its rows; of XLSX.

    ``blank`` are the numbers of the shared strings that hold nothing. An error is no value.
    """
    count = piece.count(b"<v>") - piece.count(b"<v><") - piece.count(b't="e"')
    count += piece.count(b"<is>") - len(_BLANK_INLINE.findall(piece))
    # What cannot be read is not what is missing of it.
    count += len(piece) * bool(_OF_NO_STRING.search(piece))
    if blank:
        count -= sum(number in blank for number in _OF_STRINGS.findall(piece))
    return count, _ROW_NUMBER.findall(piece)


def without_prefixes(piece: bytes) -> bytes:
    """The tags without prefixes before their names, as most programs write them."""
    is_prefixed = _PREFIXED.search(piece[-_TAIL:])
    return _PREFIX.sub(rb"\1", piece) if is_prefixed else piece


def lines_of_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, list[str] | None]]:
    """Each part of a packed file that is no table, and the lines in it; None for a damaged one."""
    for name in sorted(archive.namelist()):
        if not _TOLD_PART.fullmatch(name.lower()):
            continue
        content = _bytes_of(archive, name)
        if content is None:
            yield name, None
        else:
            tables = re.findall(_OF_NAME, content)
            names = (html.unescape(table.decode(errors="replace")) for table in tables)
            yield name, [*lines_of(content), *lines_named(names)]


def _bytes_of(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        return archive.read(name)
    except DAMAGE:
        return None


def lines_of(xml: bytes) -> list[str]:
    """The lines that somebody typed into a part, as ``lines_told`` leaves them."""
    if xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        xml = xml.decode("utf-16", errors="replace").encode()
    typed = b"".join(
        b"\n%s\n" % found[1] if found[1] else found[2] or b"\n"
        for found in _TOLD_TEXT.finditer(_NOT_TOLD.sub(b"", xml))
    )
    return lines_told(html.unescape(typed.decode("utf-8", errors="replace")))


def lines_named(names: Iterable[str]) -> list[str]:
    """The same of names of sheets or bookmarks; one with a number is not a person's."""
    plain = (name.replace("_", " ") for name in names if not re.search(r"\d", name))
    return lines_told("\n".join(plain))


def lines_told(text: str) -> list[str]:
    """The lines of a text that may name somebody: those of two words or more."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if len(_NAME.findall(_SWITCH.sub("", line))) > 1]


def words(xml: bytes, texts: re.Pattern[bytes]) -> Counter[str]:
    """The words of a document; ``texts`` finds pieces of its text, and blanks between them."""
    xml = _SIGN.sub(rb"<\1t>&#x\2;", _NOT_TEXT.sub(_rows_in, xml))
    pieces = (piece or b" " for piece in texts.findall(xml))
    return words_of(html.unescape(b"".join(pieces).decode("utf-8", errors="replace")))


def _rows_in(left_out: re.Match[bytes]) -> bytes:
    """What counts of a piece that is not text: rows of a table are no remark."""
    has_rows = _ROW in left_out[0] and not left_out[1].endswith(_AGAIN)
    return left_out[0] if has_rows else b""


def words_of(text: str) -> Counter[str]:
    """How often each word stands in a text."""
    return Counter(_WORD.findall(text))


@dataclass(slots=True)
class SheetFacts:
    """What a sheet says of itself beside its cells."""

    hidden_rows: int = 0
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    """Ranges, first and last counted from 0; of XLSX and ODS only."""
    formulas_without_value: int = 0
    unworked: list[tuple[int, int]] = field(default_factory=list)
    """(row counted from 1, column counted from 0) of these, where they say where they stand."""
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    """Ranges, first and last (row, column) counted from 0, where the reader of workbooks has none.
    """
    struck: set[int] = field(default_factory=set)
    """The rows, counted from 1, of which a filled cell is struck through, or a part of its text."""
    trouble: AsideCode | None = None
    remarks: list[tuple[int, str]] = field(default_factory=list)
    """(row counted from 1, text) of each remark and of each text box, in this order."""
    pictured: int = 0
    """How much its pictures take, in square EMU."""
    cells: int = 0
    """How many cells hold something, counted over the bytes; and of XLSX one more for each row that
    has the number of another one, for its cells are mixed up."""


def remarks_of(row: int, text: str) -> list[tuple[int, str]]:
    """The lines of a text that lies on a cell, each with the row of the cell."""
    return [(row, line.strip()) for line in text.splitlines() if line.strip()]
