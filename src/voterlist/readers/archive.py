"""ZIP archives of lists: every file in one is a list of its own, named ``archive/file``."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from voterlist.model import AsideCode
from voterlist.readers.counted import unlisted_members
from voterlist.readers.outcome import NO_SHEET, Attempt
from voterlist.readers.packed import DAMAGE, is_archive
from voterlist.readers.workbook_facts import is_workbook

if TYPE_CHECKING:
    from voterlist.config.sections import IngestSettings

HEAD = 64
"""So many bytes show what a file is."""
_FIRST_NAME = 30
"""Where the name of the first part stands in something packed."""
_DOCUMENT = (b"[content_types].xml", b"mimetype")

_NOT_LISTS = frozenset({"thumbs.db", "desktop.ini"})
"""What operating systems leave in a folder."""
_LIST_ENDINGS = (
    *(".csv", ".dbf", ".doc", ".docx", ".json", ".jsonl", ".ods", ".odt"),
    *(".parquet", ".pdf", ".rtf", ".tsv", ".txt"),
    *(".xls", ".xlsb", ".xlsm", ".xlsx", ".zip"),
)
"""Of files that begin with a point, which hides them on some systems and not on others, these are
read."""
_ENCRYPTED = 1
"""The bit of a file's flags that says that it has a password."""


_Listed = tuple[str, zipfile.ZipInfo | None]
"""The name of a file of an archive, and what the directory says of it; None where it lists none."""


Member = tuple[str, str, bytes | AsideCode]
"""One file of an archive: its name, the SHA-256 of its content, and this, or the code of why it
cannot be unpacked; then the digest is of its place in the archive."""


def may_hold_files(head: bytes) -> bool:
    """False where a file's first ``HEAD`` bytes show that it is no archive of lists.

    Documents and workbooks are packed too; those whose first part is the usual one are told at
    once.
    """
    end = _FIRST_NAME + int.from_bytes(head[26:28], "little")
    return is_archive(head) and head[_FIRST_NAME:end].lower() not in _DOCUMENT


def members(
    content: bytes, settings: IngestSettings, attempt: Attempt, first: int = 0
) -> Iterator[tuple[int, Member]] | AsideCode | None:
    """(number, file) of the files of an archive from the ``first`` on, in order of name.

    The code of why it is not opened instead; None where it is no archive. A workbook is packed too,
    but is no archive. An archive in an archive is not opened. One file at a time is unpacked, and
    none further than the size that it declares. What the directory of the archive does not list
    stands behind them with its code.
    """
    if not may_hold_files(content[:HEAD]) or is_workbook(content):
        return None
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = [(_name(part), part) for part in archive.infolist()]
        beside = [(name, None) for name in unlisted_members(content, archive)]
    except DAMAGE:
        return AsideCode.FILE_UNREADABLE
    if _is_document({name.lower() for name, _ in parts}):
        return None
    lists: list[_Listed] = [
        (name, part)
        for name, part in sorted(parts, key=itemgetter(0))
        if (part.file_size or not part.is_dir()) and is_list(PurePosixPath(name))
    ]
    lists += beside
    if not lists:
        return AsideCode.FILE_EMPTY
    most = settings.max_unpacked_megabytes * 2**20
    if (
        len(lists) > settings.max_archive_files
        or sum(part.file_size for _, part in lists if part) > most
    ):
        return AsideCode.FILE_TOO_LARGE
    names = with_unique_names(name for name, _ in lists)
    own = _digest(content)

    def member(number: int) -> Member:
        part = lists[number][1]
        found = _unpack(archive, part, settings, attempt.of_file(number))
        place = f"{own} {number}".encode()
        digest = _digest(place if isinstance(found, AsideCode) else found)
        return names[number], digest, found

    return ((number, member(number)) for number in range(first, len(lists)))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _unpack(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo | None,
    settings: IngestSettings,
    attempt: Attempt,
) -> bytes | AsideCode:
    """What a file of the archive holds, or the code of why it is not unpacked."""
    if part is None:
        return AsideCode.CONTENT_UNREAD
    trouble = attempt.refuses(NO_SHEET, size=part.file_size)
    if trouble := trouble or _trouble(part, settings):
        return trouble
    try:
        content = archive.read(part)
    except DAMAGE:
        return AsideCode.FILE_UNREADABLE
    is_packed = is_archive(content) and not is_workbook(content)
    is_nested = is_packed and _holds_files(content)
    return AsideCode.ARCHIVE_NESTED if is_nested else content


def _trouble(part: zipfile.ZipInfo, settings: IngestSettings) -> AsideCode | None:
    """The code of why a file is not unpacked."""
    if part.flag_bits & _ENCRYPTED:
        return AsideCode.FILE_PROTECTED
    # Its kind, where that is told. Of a link the content is the path that it leads to.
    if stat.S_IFMT(part.external_attr >> 16) not in {0, stat.S_IFREG}:
        return AsideCode.NOT_A_FILE
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


def with_unique_names(names: Iterable[str]) -> list[str]:
    """These names in their order; one that stood before has its number behind it."""
    known: set[str] = set()
    apart = []
    for name in names:
        own, number = name, 1
        while own in known:
            number += 1
            own = f"{name} ({number})"
        known.add(own)
        apart.append(own)
    return apart


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
    name = path.name.lower()
    if any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts[:-1]):
        return False
    if name.startswith(("._", ".~", "~$", "__macosx")) or name in _NOT_LISTS:
        return False
    return not name.startswith(".") or name.endswith(_LIST_ENDINGS)
