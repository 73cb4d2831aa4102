"""ZIP archives of lists: every file in one is a list of its own, named ``archive/file``."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from voterlist.config import IngestSettings
from voterlist.model import AsideCode
from voterlist.readers.attempt import NO_SHEET, Attempt
from voterlist.readers.files import is_archive
from voterlist.readers.workbook_facts import DAMAGE, is_workbook

__all__ = ["Member", "is_list", "members"]

_NOT_LISTS = frozenset({"thumbs.db", "desktop.ini"})
"""What operating systems leave in a folder; files that begin with a point or ``~$`` are left out
too."""
_ENCRYPTED = 1
"""The bit of a file's flags that says that it has a password."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive."""

    name: str
    digest: str
    """The SHA-256 of its content; of its place in the archive, where it cannot be unpacked."""
    content: bytes = b""
    trouble: AsideCode | None = None


def members(
    content: bytes, settings: IngestSettings, attempt: Attempt, first: int = 0
) -> Iterator[tuple[int, Member]] | AsideCode | None:
    """(number, file) of the files of an archive from the ``first`` on, in order of name.

    The code of why it is not opened instead; None where it is no archive. A workbook is packed too,
    but is no archive. An archive in an archive is not opened. One file at a time is unpacked, and
    none further than the size that it declares.
    """
    if not is_archive(content) or is_workbook(content):
        return None
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = sorted(
            (_name(part), place, part) for place, part in enumerate(archive.infolist())
        )
    except DAMAGE:
        return AsideCode.FILE_UNREADABLE
    if _is_document({name.lower() for name, _, _ in parts}):
        return None
    lists = [
        listed
        for listed in parts
        if not listed[2].is_dir() and is_list(PurePosixPath(listed[0]))
    ]
    if not lists:
        return AsideCode.FILE_EMPTY
    most = settings.max_unpacked_megabytes * 2**20
    if (
        len(lists) > settings.max_archive_files
        or sum(part.file_size for _, _, part in lists) > most
    ):
        return AsideCode.FILE_TOO_LARGE
    digest = hashlib.sha256(content).hexdigest()
    return (
        (number, _unpacked(archive, listed, digest, settings, attempt.of_file(number)))
        for number, listed in enumerate(lists)
        if number >= first
    )


def _unpacked(
    archive: zipfile.ZipFile,
    listed: tuple[str, int, zipfile.ZipInfo],
    digest: str,
    settings: IngestSettings,
    attempt: Attempt,
) -> Member:
    """A file unpacked, or with the code of why it is not."""
    name, place, part = listed
    content = b""
    trouble = attempt.refuses(NO_SHEET, size=part.file_size)
    try:
        if trouble is None:
            trouble = _trouble(part, settings)
        if trouble is None:
            content = archive.read(part)
            if (
                is_archive(content)
                and not is_workbook(content)
                and _holds_files(content)
            ):
                trouble = AsideCode.ARCHIVE_NESTED
    except DAMAGE:
        trouble = AsideCode.FILE_UNREADABLE
    own = content or f"{digest} {place}".encode()
    return Member(
        name,
        hashlib.sha256(own).hexdigest(),
        content if trouble is None else b"",
        trouble,
    )


def _trouble(part: zipfile.ZipInfo, settings: IngestSettings) -> AsideCode | None:
    """The code of why a file is not unpacked."""
    if part.flag_bits & _ENCRYPTED:
        return AsideCode.FILE_PROTECTED
    return (
        AsideCode.FILE_TOO_LARGE
        if part.file_size > settings.max_file_megabytes * 2**20
        else None
    )


def _is_document(names: Collection[str]) -> bool:
    """True for what is packed but is no archive of lists.

    A document, a presentation; ``names`` in lower case.
    """
    return "[content_types].xml" in names or "mimetype" in names


def _holds_files(content: bytes) -> bool:
    """True for an archive that holds files other than the parts of a document."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {part.filename.lower() for part in archive.infolist()}
    except DAMAGE:
        return False
    return not _is_document(names)


def _name(part: zipfile.ZipInfo) -> str:
    """A file's path in the archive.

    Where its letters are not marked as UTF-8, in the code page of the region.
    """
    name = part.orig_filename.split("\0")[0]
    if not part.flag_bits & 0x800 and not name.isascii():
        try:
            written = name.encode("cp437")
        except UnicodeEncodeError:
            written = name.encode("utf-8", errors="replace")
        try:
            name = written.decode("utf-8")
        except UnicodeDecodeError:
            name = written.decode("cp866")
    kept = [
        piece
        for piece in name.replace("\\", "/").split("/")
        if piece not in {"", ".", ".."}
    ]
    return "/".join(kept).encode("utf-8", errors="replace").decode("utf-8")


def is_list(path: PurePosixPath) -> bool:
    """False for what an operating system or an open spreadsheet leaves behind."""
    hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts)
    return not hidden and path.name.lower() not in _NOT_LISTS
