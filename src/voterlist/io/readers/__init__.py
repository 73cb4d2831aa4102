"""Files to rows of text: nothing is interpreted, nothing is dropped, and no content makes a reader fail.

``read_paths`` and ``read_folder`` serve the lists of precincts; ``read_table`` serves the commands that link
or check one file with any headers. What the kinds of files are, and what each reader decides: docs/readers.md
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from voterlist.config import IngestSettings
from voterlist.io.readers import sandbox
from voterlist.io.readers.archive import is_list
from voterlist.io.readers.found import Found
from voterlist.io.readers.generic import read_table
from voterlist.io.readers.texts import text_table
from voterlist.model import AsideCode
from voterlist.schemas import RawFile, RawSheet

__all__ = [
    "list_paths",
    "member_digests",
    "read_content",
    "read_file",
    "read_files",
    "read_folder",
    "read_paths",
    "read_table",
    "text_table",
]

_SOURCE_DIGITS = 12
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})


def read_content(content: bytes, settings: IngestSettings) -> tuple[RawSheet, ...] | AsideCode:
    """The sheets in these bytes, or the code of why there are none.

    What they are is told by the bytes, not by a name: a workbook saved as ``.csv`` is read as a workbook.
    """
    found = sandbox.read_table(content, settings)
    return found.sheets if found.trouble is None else found.trouble


def read_file(path: Path, name: str, settings: IngestSettings) -> RawFile:
    """One file as rows of text, with ``name`` as its path for people.

    Never raises for what a file holds, nor for a file that cannot be opened: ``trouble`` then says why. An
    archive is one file only where it holds one; ``read_files`` gives all of them.
    """
    files = read_files(path, name, settings)
    return (
        files[0] if len(files) == 1 else RawFile(_source_of(path, name), name, (), AsideCode.FILE_NOT_A_TABLE, 0, "zip")
    )


def read_files(path: Path, name: str, settings: IngestSettings) -> list[RawFile]:
    """The same for a file that may be an archive: the files in it, each named ``name/its path``."""
    content = _content_of(path, name, settings)
    if isinstance(content, RawFile):
        return [content]
    source = hashlib.sha256(content).hexdigest()[:_SOURCE_DIGITS]
    return [
        _raw(source, name, part.found)
        if part.name is None
        else _raw(part.digest[:_SOURCE_DIGITS], f"{name}/{part.name}", part.found)
        for part in sandbox.read_parts(content, settings)
    ]


def member_digests(path: Path, settings: IngestSettings) -> dict[str, str] | None:
    """Path inside the archive -> SHA-256 of each file in it, in order of name; None where the file is no archive."""
    with path.open("rb") as stream:
        if not sandbox.may_hold_files(stream.read(sandbox.HEAD)):
            return None
    content = _content_of(path, path.name, settings)
    return None if isinstance(content, RawFile) else sandbox.list_members(content, settings) or None


def _content_of(path: Path, name: str, settings: IngestSettings) -> bytes | RawFile:
    """The file's bytes, or the file with its trouble."""
    try:
        if path.stat().st_size > settings.max_file_megabytes * 2**20:
            return RawFile(_source_of(path, name), name, trouble=AsideCode.FILE_TOO_LARGE)
        return path.read_bytes()
    except OSError:
        return RawFile(_source_of(path, name), name, trouble=AsideCode.FILE_UNREADABLE)


def _source_of(path: Path, name: str) -> str:
    """The source of a file that is not held in memory."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()[:_SOURCE_DIGITS]
    except OSError:
        # Nothing of the content is known, so the name stands in for it.
        return hashlib.sha256(b"unreadable\0" + name.encode("utf-8", "surrogatepass")).hexdigest()[:_SOURCE_DIGITS]


def _raw(source: str, name: str, found: Found) -> RawFile:
    """What was found, as a file."""
    trouble = found.trouble
    if trouble in {AsideCode.ENCODING_UNREADABLE, AsideCode.FILE_NOT_A_TABLE} and not found.format:
        # It is called a workbook and holds neither that nor text: a damaged one, not a question of letters.
        is_book = PurePosixPath(name).suffix.lower() in _WORKBOOKS
        trouble = AsideCode.FILE_UNREADABLE if is_book and trouble is AsideCode.ENCODING_UNREADABLE else trouble
    return RawFile(source, name, found.sheets, trouble, 0, found.format, found.skipped)


def read_folder(folder: Path, settings: IngestSettings) -> list[RawFile]:
    """Every file of a folder and of the folders in it, in order of name; files of one content are numbered.

    A file's name is its path from the folder's parent, as in ``4/precinct-12.csv``.
    """
    return read_paths(list_paths(folder), folder.parent, settings)


def list_paths(folder: Path) -> list[Path]:
    """Every file that may be a list in a folder and in the folders in it, in order of name; none if it is missing."""
    found = (
        path
        for path in folder.rglob("*")
        if path.is_file() and is_list(PurePosixPath(path.relative_to(folder).as_posix()))
    )
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def read_paths(paths: Iterable[Path], root: Path, settings: IngestSettings) -> list[RawFile]:
    """These files in this order, each named by its path from ``root``; files of one content are numbered."""
    return list(
        _numbered(raw for path in paths for raw in read_files(path, path.relative_to(root).as_posix(), settings))
    )


def _numbered(files: Iterable[RawFile]) -> Iterator[RawFile]:
    copies: Counter[str] = Counter()
    for raw in files:
        yield dataclasses.replace(raw, copy=copies[raw.source])
        copies[raw.source] += 1
