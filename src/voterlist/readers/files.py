"""What a file is, told by its bytes and not by its name, and which reader it goes to."""

from __future__ import annotations

import io
import zipfile

from voterlist.config import IngestSettings
from voterlist.model import AsideCode
from voterlist.readers.attempt import Attempt
from voterlist.readers.books import OLE, ZIP, read_workbook
from voterlist.readers.outcome import ReadOutcome
from voterlist.readers.records import read_json, read_parquet
from voterlist.readers.text import read_text

__all__ = ["is_archive", "read_bytes"]

_MARGIN = b"\xef\xbb\xbf \t\r\n"
_NO_TABLE = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")
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


_PAGE_HEAD = 4096
"""So many bytes show what a page is."""


def read_bytes(  # noqa: PLR0911  one return a kind of file
    content: bytes, settings: IngestSettings, attempt: Attempt
) -> ReadOutcome:
    """The sheets in these bytes, or the code of why there are none. Content never raises.

    An archive is no table itself: ``format`` is ``zip``, and its files are for ``archive`` to read.
    """
    if not content.strip(_MARGIN + b"\0"):
        return ReadOutcome("", trouble=AsideCode.FILE_EMPTY)
    if len(content) > settings.max_file_megabytes * 2**20:
        return ReadOutcome("", trouble=AsideCode.FILE_TOO_LARGE)
    if content.startswith(b"PAR1"):
        return read_parquet(content, settings)
    if content.startswith((ZIP, OLE, b"PK\x05\x06")):
        return read_workbook(content, settings, attempt) or ReadOutcome(
            "zip", trouble=_packed_trouble(content)
        )
    if content.startswith(_NOT_READ) or _is_dbase(content):
        return ReadOutcome("", trouble=AsideCode.FORMAT_NOT_READ)
    if _is_page_of_cells(content):
        return ReadOutcome("", trouble=AsideCode.FORMAT_NOT_READ)
    if content.startswith(_NO_TABLE) or content[:512].lstrip(
        _MARGIN
    ).lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return ReadOutcome("", trouble=AsideCode.FILE_NOT_A_TABLE)
    return read_json(content, settings) or read_text(content, settings)


def _packed_trouble(content: bytes) -> AsideCode:
    """Why there is no table in something packed: it is something else, or damaged."""
    whole = zipfile.is_zipfile(io.BytesIO(content))
    return AsideCode.FILE_NOT_A_TABLE if whole else AsideCode.FILE_UNREADABLE


def is_archive(content: bytes) -> bool:
    """True where the bytes begin like something packed, which may hold files of its own."""
    return content.startswith((ZIP, b"PK\x05\x06"))


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


def _is_dbase(content: bytes) -> bool:
    """True for dBASE and FoxPro (DBF).

    Version, a date, and a header whose length fits its fields and ends in 0x0D.
    """
    if len(content) < 33 or content[0] not in {
        0x02,
        0x03,
        0x30,
        0x31,
        0x32,
        0x43,
        0x83,
        0x8B,
        0xF5,
        0xFB,
    }:
        return False
    length = int.from_bytes(content[8:10], "little")
    plausible = (
        1 <= content[2] <= 12 and 1 <= content[3] <= 31 and 33 <= length <= len(content)
    )
    return plausible and (content[length - 1] == 0x0D or b"\x0d" in content[32:length])
