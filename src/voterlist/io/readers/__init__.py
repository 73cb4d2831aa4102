"""Files to rows of text: nothing is interpreted, nothing is dropped, and no content makes a reader fail.

``read_file`` and ``read_folder`` serve the lists of precincts; ``read_table`` serves the commands that link
or check one file with any headers.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from voterlist.config import IngestSettings
from voterlist.io.readers.books import is_workbook, read_workbook
from voterlist.io.readers.generic import read_table, text_table
from voterlist.io.readers.text import read_text
from voterlist.model import AsideCode
from voterlist.schemas import RawFile, RawSheet

__all__ = ["list_paths", "read_content", "read_file", "read_folder", "read_paths", "read_table", "text_table"]

_SOURCE_DIGITS = 12
_NOT_LISTS = frozenset({"thumbs.db", "desktop.ini"})
"""What operating systems leave in a folder; files that begin with a point or ``~$`` are left out too."""
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_NO_TABLE = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"PAR1", b"\x1f\x8b")


def read_content(content: bytes, settings: IngestSettings) -> tuple[RawSheet, ...] | AsideCode:
    """The sheets in these bytes, or the code of why there are none.

    What they are is told by the bytes, not by a name: a workbook saved as ``.csv`` is read as a workbook.
    """
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        return AsideCode.FILE_EMPTY
    if len(content) > settings.max_file_megabytes * 2**20:
        return AsideCode.FILE_UNREADABLE
    if is_workbook(content):
        return read_workbook(content, settings)
    if content.startswith(_NO_TABLE) or content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(
        (b"<!doctype", b"<html", b"<?xml")
    ):
        return AsideCode.FILE_NOT_A_TABLE
    return read_text(content, settings)


def read_file(path: Path, name: str, settings: IngestSettings) -> RawFile:
    """One file as rows of text, with ``name`` as its path for people.

    Never raises for what a file holds, nor for a file that cannot be opened: ``trouble`` then says why.
    """
    try:
        if path.stat().st_size > settings.max_file_megabytes * 2**20:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return RawFile(digest[:_SOURCE_DIGITS], name, trouble=AsideCode.FILE_UNREADABLE)
        content = path.read_bytes()
    except OSError:
        # Nothing of the content is known, so the name stands in for it.
        digest = hashlib.sha256(b"unreadable\0" + name.encode("utf-8", "surrogatepass")).hexdigest()
        return RawFile(digest[:_SOURCE_DIGITS], name, trouble=AsideCode.FILE_UNREADABLE)
    source = hashlib.sha256(content).hexdigest()[:_SOURCE_DIGITS]
    found = read_content(content, settings)
    if found is AsideCode.ENCODING_UNREADABLE and path.suffix.lower() in _WORKBOOKS:
        # It is called a workbook and holds neither that nor text: a damaged one, not a question of letters.
        found = AsideCode.FILE_UNREADABLE
    if isinstance(found, AsideCode):
        return RawFile(source, name, trouble=found)
    return RawFile(source, name, sheets=found)


def read_folder(folder: Path, settings: IngestSettings) -> list[RawFile]:
    """Every file of a folder and of the folders in it, in order of name; files of one content are numbered.

    A file's name is its path from the folder's parent, as in ``4/precinct-12.csv``.
    """
    return read_paths(list_paths(folder), folder.parent, settings)


def list_paths(folder: Path) -> list[Path]:
    """Every file that may be a list in a folder and in the folders in it, in order of name; none if it is missing."""
    found = (path for path in folder.rglob("*") if path.is_file() and _is_list(path.relative_to(folder)))
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def read_paths(paths: Iterable[Path], root: Path, settings: IngestSettings) -> list[RawFile]:
    """These files in this order, each named by its path from ``root``; files of one content are numbered."""
    copies: Counter[str] = Counter()
    files = []
    for path in paths:
        raw = read_file(path, path.relative_to(root).as_posix(), settings)
        files.append(dataclasses.replace(raw, copy=copies[raw.source]))
        copies[raw.source] += 1
    return files


def _is_list(path: Path) -> bool:
    """False for what an operating system or an open spreadsheet leaves behind."""
    hidden = any(part.startswith((".", "~$")) for part in path.parts)
    return not hidden and path.name.lower() not in _NOT_LISTS
