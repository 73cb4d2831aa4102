"""ZIP archives of lists: every file in one is a list of its own, named ``archive/file``."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from voterlist.config import IngestSettings
from voterlist.io.readers.files import is_archive
from voterlist.io.readers.survey import DAMAGE, survey
from voterlist.model import AsideCode

__all__ = ["Member", "is_list", "members"]

_NOT_LISTS = frozenset({"thumbs.db", "desktop.ini"})
"""What operating systems leave in a folder; files that begin with a point or ``~$`` are left out too."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive."""

    name: str
    digest: str
    """The SHA-256 of its content; of its place in the archive, where it cannot be unpacked."""
    content: bytes = b""
    trouble: AsideCode | None = None


def members(content: bytes, settings: IngestSettings) -> Iterator[Member] | AsideCode | None:
    """The files of an archive in order of name, or the code of why it is not opened; None where it is no archive.

    A workbook is packed too, but is no archive. An archive in an archive is not opened. One file at a time is
    unpacked, and none further than the size that it declares.
    """
    if not is_archive(content) or survey(content, settings) is not None:
        return None
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = sorted((_name(part), place, part) for place, part in enumerate(archive.infolist()))
    except DAMAGE:
        return AsideCode.FILE_UNREADABLE
    names = {name.lower() for name, _, _ in parts}
    if "[content_types].xml" in names or "mimetype" in names:
        # A document, a presentation: packed, but no archive of lists.
        return None
    lists = [(name, place, part) for name, place, part in parts if not part.is_dir() and is_list(PurePosixPath(name))]
    if not lists:
        return AsideCode.FILE_EMPTY
    most = settings.max_unpacked_megabytes * 2**20
    if len(lists) > settings.max_archive_files or sum(part.file_size for _, _, part in lists) > most:
        return AsideCode.FILE_TOO_LARGE
    return _unpacked(archive, lists, hashlib.sha256(content).hexdigest(), settings)


def _unpacked(
    archive: zipfile.ZipFile, lists: list[tuple[str, int, zipfile.ZipInfo]], digest: str, settings: IngestSettings
) -> Iterator[Member]:
    """Each file unpacked, or the code of why it is not."""
    for name, place, part in lists:
        trouble = None
        content = b""
        try:
            if part.flag_bits & 1:
                trouble = AsideCode.FILE_PROTECTED
            elif part.file_size > settings.max_file_megabytes * 2**20:
                trouble = AsideCode.FILE_TOO_LARGE
            else:
                content = archive.read(part)
                if is_archive(content) and survey(content, settings) is None and _holds_files(content):
                    trouble = AsideCode.ARCHIVE_NESTED
        except DAMAGE:
            trouble = AsideCode.FILE_UNREADABLE
        own = content or f"{digest} {place}".encode()
        yield Member(name, hashlib.sha256(own).hexdigest(), content if trouble is None else b"", trouble)


def _holds_files(content: bytes) -> bool:
    """True for an archive that holds files other than the parts of a document."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {part.filename.lower() for part in archive.infolist()}
    except DAMAGE:
        return False
    return "[content_types].xml" not in names and "mimetype" not in names


def _name(part: zipfile.ZipInfo) -> str:
    """A file's path in the archive; where its letters are not marked as UTF-8, in the code page of the region."""
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
    kept = [piece for piece in name.replace("\\", "/").split("/") if piece not in {"", ".", ".."}]
    return "/".join(kept).encode("utf-8", errors="replace").decode("utf-8")


def is_list(path: PurePosixPath) -> bool:
    """False for what an operating system or an open spreadsheet leaves behind."""
    hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts)
    return not hidden and path.name.lower() not in _NOT_LISTS
