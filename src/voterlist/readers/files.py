"""What a file is, told by its bytes and not by its name, and which reader it goes to.

Pictures are told here too: a photograph or a scan of a list is none for a program.
"""

from __future__ import annotations

import dataclasses
import io
import zipfile
from typing import TYPE_CHECKING

from voterlist.model import AsideCode
from voterlist.readers.acting import acting
from voterlist.readers.books import read_workbook
from voterlist.readers.counted import beside, lines_of_parts, lost_in_text
from voterlist.readers.dbase import is_dbase, read_dbase
from voterlist.readers.opendocument import read_opendocument
from voterlist.readers.outcome import Attempt, ReadOutcome
from voterlist.readers.packed import DAMAGE, OLE, PDF, is_archive
from voterlist.readers.pdf import read_pdf
from voterlist.readers.records import read_json, read_parquet
from voterlist.readers.sheets import with_beside
from voterlist.readers.text import read_text
from voterlist.readers.word import read_word

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

_STARTS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"\0\0\0\x0cjP  ",
    b"AT&TFORM",
)
"""PNG, JPEG, GIF, TIFF of either byte order, JPEG 2000, DjVu."""
_BRANDS = frozenset(
    {
        b"heic",
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"hevx",
        b"mif1",
        b"msf1",
        b"avif",
        b"avis",
    }
)
"""HEIC, as telephones take it, and AVIF (ISO/IEC 14496-12: the brand in the first box)."""
_BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
"""The lengths that the second header of a BMP file may have."""


def is_picture(content: bytes) -> bool:
    """True for a picture of a known kind."""
    if content.startswith(_STARTS):
        return True
    if content[4:8] == b"ftyp":
        return content[8:12] in _BRANDS
    if content.startswith(b"RIFF"):
        return content[8:12] == b"WEBP"
    is_bitmap = content.startswith(b"BM") and content[6:10] == bytes(4)
    return is_bitmap and int.from_bytes(content[14:18], "little") in _BMP_HEADERS


_MARGIN = b"\xef\xbb\xbf \t\r\n"
_RTF = b"{\\rtf"
_NOT_READ = (
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"\x00\x01\x00\x00Standard ",
    b"SQLite format 3\0",
    b"BZh",
    b"\xfd7zXZ",
)
"""RAR, 7z, gzip, Access, SQLite, bzip2, xz: there may be a list in them, but it is not looked for.
"""


_PDF_HEAD = 1024
"""Among so many first bytes the mark of a PDF file stands (ISO 32000-1, note 13 of annex H)."""
_WORD_XML = b'progid="Word.Document"'
"""A document of Word 2003 saved as XML names its program so."""
_PAGE_HEAD = 4096
"""So many bytes show what a page is."""


def read_bytes(
    content: bytes, settings: IngestSettings, attempt: Attempt
) -> ReadOutcome:
    """The sheets in these bytes, or the code of why there are none. Content never raises.

    An archive is no table itself: ``format`` is ``zip``, and its files are for ``archive`` to read.
    What acts when the file is opened elsewhere is told of its first sheet.
    """
    found = _read_kind(content, settings, attempt)
    if is_archive(content) and found.sheets:
        found = found.with_unread(beside(content))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = with_beside(found, lines_of_parts(archive), settings)
    elif found.format in {"text", "jsonl"} and found.sheets:
        found = found.with_unread(lost_in_text(content, found.sheets[0]))
    acts = acting(content) if found.sheets else 0
    if not acts:
        return found
    first = dataclasses.replace(found.sheets[0], acts=acts)
    return dataclasses.replace(found, sheets=(first, *found.sheets[1:]))


def _read_kind(  # noqa: PLR0911  one return a kind of file
    content: bytes, settings: IngestSettings, attempt: Attempt
) -> ReadOutcome:
    if not content.strip(_MARGIN + b"\0"):
        return ReadOutcome("", trouble=AsideCode.FILE_EMPTY)
    if len(content) > settings.max_file_megabytes * 2**20:
        return ReadOutcome("", trouble=AsideCode.FILE_TOO_LARGE)
    if content.startswith(b"PAR1"):
        return read_parquet(content, settings)
    if is_archive(content) or content.startswith(OLE):
        # Where there is no table in something packed, it is something else, or damaged.
        is_whole = zipfile.is_zipfile(io.BytesIO(content))
        trouble = AsideCode.FILE_NOT_A_TABLE if is_whole else AsideCode.FILE_UNREADABLE
        return (
            read_workbook(content, settings, attempt)
            or _read_document(content, settings)
            or ReadOutcome("zip", trouble=trouble)
        )
    if PDF in content[:_PDF_HEAD]:
        return read_pdf(content, settings)
    if is_dbase(content):
        return read_dbase(content, settings)
    if code := _not_read(content):
        return ReadOutcome("", trouble=code)
    return read_json(content, settings) or read_text(content, settings)


def _not_read(content: bytes) -> AsideCode | None:
    """The code of a kind that is known and not read."""
    if content.startswith(_NOT_READ) or _is_page_of_cells(content):
        return AsideCode.FORMAT_NOT_READ
    if is_picture(content):
        return AsideCode.SCANNED_PAGE
    start = content[:_PAGE_HEAD].lstrip(_MARGIN)
    if start.startswith(_RTF) or _WORD_XML in start:
        return AsideCode.DOCUMENT_NOT_READ
    if start.lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return AsideCode.FILE_NOT_A_TABLE
    return None


def _read_document(content: bytes, settings: IngestSettings) -> ReadOutcome | None:
    """The one sheet of a packed text document; None where it is none, or cannot be unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
            if size > settings.max_unpacked_megabytes * 2**20:
                return ReadOutcome("", trouble=AsideCode.FILE_TOO_LARGE)
            return read_word(archive, settings) or read_opendocument(archive, settings)
    except DAMAGE:
        return None


def _is_page_of_cells(content: bytes) -> bool:
    """True for what is saved as ``.xls`` and spreadsheets open.

    A table in XML of 2003, a page, a web archive.
    """
    start = (
        content[:_PAGE_HEAD]
        .lower()
        .replace(b"\0", b"")
        .removeprefix(b"\xff\xfe")
        .lstrip(_MARGIN)
    )
    if start.startswith(b"<?xml"):
        return b"urn:schemas-microsoft-com:office:spreadsheet" in start
    is_page = start.startswith(
        (b"<!doctype html", b"<html", b"<table", b"<meta", b"mime-version:")
    )
    return is_page and b"<table" in content.lower().replace(b"\0", b"")
