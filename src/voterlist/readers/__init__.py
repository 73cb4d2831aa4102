"""Files to rows of text, without interpretation and without loss; no content raises.

``read_paths`` and ``read_folder`` serve the lists of precincts; ``read_table`` serves the commands
that link or check one file with any headers. What the kinds of files are, and what each reader
decides: docs/readers.md
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from voterlist.model import AsideCode
from voterlist.readers import sandbox
from voterlist.readers.archive import HEAD, may_hold_files
from voterlist.readers.frames import pack_files, unpack_files
from voterlist.readers.generic import arrow_source, prove_parquet, read_table, rows_of
from voterlist.readers.listing import (
    ListedFile,
    list_file,
    list_files,
    open_file,
    order,
)
from voterlist.readers.outcome import ReadOutcome
from voterlist.readers.proved import trouble_in
from voterlist.readers.texts import text_table
from voterlist.schemas import RawFile, RawSheet

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

__all__ = [
    "SOURCE_DIGITS",
    "ListedFile",
    "arrow_source",
    "fingerprint",
    "list_file",
    "list_files",
    "list_paths",
    "number_files",
    "open_file",
    "order",
    "pack_files",
    "prove_parquet",
    "read_content",
    "read_file",
    "read_files",
    "read_folder",
    "read_listed",
    "read_paths",
    "read_table",
    "rows_of",
    "text_table",
    "trouble_in",
    "unpack_files",
    "unread_source",
]


SOURCE_DIGITS = 12
"""So many hexadecimal digits of a SHA-256 name a file in the tables."""
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})


def read_content(
    content: bytes, settings: IngestSettings
) -> tuple[RawSheet, ...] | AsideCode:
    """The sheets in these bytes, or the code of why there are none.

    The bytes show the format, not a name: a workbook saved as ``.csv`` is read as a workbook.
    """
    outcome = sandbox.read_table(content, settings)
    return outcome.sheets if outcome.trouble is None else outcome.trouble


def fingerprint(path: Path, settings: IngestSettings) -> tuple[str, dict[str, str]]:
    """The SHA-256 of a file, and that of each file in it by its path in the archive, read once.

    Raises:
        OSError: the system does not let it be read.
    """
    with open_file(path) as stream:
        start = stream.read(HEAD)
        stream.seek(0)
        if not may_hold_files(start) or _is_too_large(stream, settings):
            return hashlib.file_digest(stream, "sha256").hexdigest(), {}
        content = stream.read()
    members = sandbox.list_members(content, settings)
    return hashlib.sha256(content).hexdigest(), members


def read_file(path: Path, name: str, settings: IngestSettings) -> RawFile:
    """One file as rows of text, with ``name`` as its path for people.

    Never raises for what a file holds, nor for a file that cannot be opened: ``trouble`` then says
    why. An archive is one file only where it holds one; ``read_files`` gives all of them.
    """
    files = read_files(path, name, settings)
    if len(files) == 1:
        return files[0]
    source = _digest_at(path)[:SOURCE_DIGITS] or unread_source(name)
    return RawFile(source, name, trouble=AsideCode.FILE_NOT_A_TABLE, format="zip")


def read_files(path: Path, name: str, settings: IngestSettings) -> list[RawFile]:
    """The same for a file that may be an archive: the files in it, each named ``name/its path``."""
    return _read_one(
        dataclasses.replace(list_file(path, path.parent), name=name), settings
    )


def read_listed(files: Iterable[ListedFile], settings: IngestSettings) -> list[RawFile]:
    """These files in this order; files of one content are numbered.

    Each is read once, and what is parsed are the bytes that were compared with its digest. One that
    cannot be read, or is no longer what its digest says, has ``unread_source`` as its source.
    """
    return list(
        number_files(
            dataclasses.replace(raw, is_ours=file.is_ours)
            for file in files
            for raw in _read_one(file, settings)
        )
    )


def unread_source(name: str) -> str:
    """The source of a file of which nothing is known but its name."""
    marked = b"unread\0" + name.encode("utf-8", "surrogatepass")
    return hashlib.sha256(marked).hexdigest()[:SOURCE_DIGITS]


def _read_one(file: ListedFile, settings: IngestSettings) -> list[RawFile]:
    """The file, or the files in it."""
    if file.trouble is not None:
        return [_unread(file, file.trouble)]
    try:
        content = _content_of(file, settings)
    except OSError:
        return [_unread(file, AsideCode.READ_REFUSED)]
    if content is None:
        return [_too_large(file)]
    digest = hashlib.sha256(content).hexdigest()
    if file.digest and file.digest != digest:
        return [_unread(file, AsideCode.FILE_CHANGED)]
    return _parsed_files(content, digest[:SOURCE_DIGITS], file.name, settings)


def _parsed_files(
    content: bytes, source: str, name: str, settings: IngestSettings
) -> list[RawFile]:
    """These bytes as a file, or as the files in it."""
    files = []
    for member, digest, outcome in sandbox.read_parts(content, settings):
        if member is None:
            files.append(_raw(source, name, outcome))
        else:
            files.append(_raw(digest[:SOURCE_DIGITS], f"{name}/{member}", outcome))
    return files


def _content_of(file: ListedFile, settings: IngestSettings) -> bytes | None:
    """The file's bytes; None where there are more than the settings allow."""
    with open_file(file.path) as stream:
        return None if _is_too_large(stream, settings) else stream.read()


def _is_too_large(stream: BufferedReader, settings: IngestSettings) -> bool:
    return os.fstat(stream.fileno()).st_size > settings.max_file_megabytes * 2**20


def _too_large(file: ListedFile) -> RawFile:
    """A file that is not held in memory; it may have grown since its digest was taken."""
    digest = _digest_at(file.path)
    if not digest:
        return _unread(file, AsideCode.READ_REFUSED)
    if file.digest and file.digest != digest:
        return _unread(file, AsideCode.FILE_CHANGED)
    return RawFile(digest[:SOURCE_DIGITS], file.name, trouble=AsideCode.FILE_TOO_LARGE)


def _digest_at(path: Path) -> str:
    """The SHA-256 of a file's content; empty where the system does not let it be read."""
    try:
        with open_file(path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _unread(file: ListedFile, trouble: AsideCode) -> RawFile:
    return RawFile(unread_source(file.name), file.name, trouble=trouble)


def _raw(source: str, name: str, outcome: ReadOutcome) -> RawFile:
    """What a reader found in the bytes of a file, as a RawFile."""
    trouble = outcome.trouble
    is_book = PurePosixPath(name).suffix.lower() in _WORKBOOKS
    if trouble is AsideCode.ENCODING_UNREADABLE and is_book and not outcome.format:
        # Its name is that of a workbook, and it holds neither a workbook nor text: it is damaged,
        # and its encoding is not the trouble.
        trouble = AsideCode.FILE_UNREADABLE
    return RawFile(
        source, name, outcome.sheets, trouble, 0, outcome.format, outcome.skipped
    )


def read_folder(folder: Path, settings: IngestSettings) -> list[RawFile]:
    """Every file of a folder and its subfolders in their ``order``; copies are numbered.

    A file's name is its path from the folder's parent, as in ``4/precinct-12.csv``.
    """
    files = list_files(folder, folder.parent, settings.linked_folders)
    return read_listed(files, settings)


def list_paths(folder: Path) -> list[Path]:
    """The paths of ``list_files``, those that cannot be read too."""
    return [file.path for file in list_files(folder, folder)]


def read_paths(
    paths: Iterable[Path], root: Path, settings: IngestSettings
) -> list[RawFile]:
    """These files in this order, each named by its path from ``root``.

    Files of one content are numbered.
    """
    return read_listed((list_file(path, root) for path in paths), settings)


def number_files(files: Iterable[RawFile]) -> Iterator[RawFile]:
    """The files in this order, those of one content numbered from 0."""
    copies: Counter[str] = Counter()
    for raw in files:
        yield dataclasses.replace(raw, copy=copies[raw.source])
        copies[raw.source] += 1
