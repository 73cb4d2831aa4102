"""What lies in a folder, with the names of what cannot be listed, followed or opened."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from io import BufferedReader
from pathlib import Path, PurePosixPath

from voterlist.model import AsideCode, frozen
from voterlist.readers.archive import is_list, with_unique_names

_Identity = tuple[int, int]
"""The device and the inode number of a folder: the same by whatever path it is reached."""
_Found = Iterator[tuple[Path, AsideCode | None]]
"""Files, each with its trouble."""
_MEMBER = "list"
"""A name that is never left out; it stands for the files in a folder."""
_READ_AT_ONCE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe is opened without waiting for its writer; Windows changes no line ends."""


@frozen
class ListedFile:
    """A file of a folder, or what stands where a file is expected and is none."""

    path: Path
    name: str
    """The path for people, tables and digests: with forward slashes, and always valid Unicode."""
    trouble: AsideCode | None = None
    """Why it cannot be read, where that is known beforehand; such a file is never opened."""
    digest: str = ""
    """The SHA-256 that the content must have; empty where nothing is expected."""
    is_ours: bool = False
    """True of a list that this program compiled, as the signed manifest of its package proves."""


def list_files(
    folder: Path, root: Path, linked: Iterable[str] = ()
) -> list[ListedFile]:
    """All that may be a list in a folder and in the folders in it, in ``order``.

    Links are followed where they lead to a place inside of the folder, or of one that is ``linked``
    to it: whoever may put a file into the folder may not read any other file through it. A folder
    that cannot be listed, a link that leads elsewhere, nowhere or back to a folder it lies in, a
    pipe, a socket and a device stand in the list with their trouble. No file is opened. A folder
    that is missing has no files.

    Args:
        folder: the folder.
        root: a folder around it, or itself; the names are told from here.
        linked: folders into which links may lead besides, told from there too.
    """
    if _is_missing(folder):
        return []
    homes = [folder.resolve(), *((root / home).resolve() for home in linked)]
    files = [
        ListedFile(path, _name(path, root), trouble)
        for path, trouble in _walk(folder, homes)
    ]
    return _with_unique_names(
        sorted(files, key=lambda file: (order(file.name), os.fsencode(file.path)))
    )


def order(name: str) -> tuple[int, str]:
    """The key by which paths are sorted: the shorter one first, then by the alphabet.

    A copy has its original's name and a word, or lies in a folder of its own, so the original comes
    first, and counts: ``10.csv``, ``10 - Copy.csv``, ``old/10.csv``.
    """
    return len(name), name


def list_file(path: Path, root: Path) -> ListedFile:
    """One file, named from ``root``, with its trouble."""
    return ListedFile(path, _name(path, root), _trouble_at(path))


def _name(path: Path, root: Path) -> str:
    r"""The path from ``root`` as text. Bytes that are no UTF-8 stand as ``\xff``."""
    inside = path.relative_to(root).as_posix()
    return inside.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _trouble_at(path: Path) -> AsideCode | None:
    """Why no file can be read at this path; None where an ordinary file stands there."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return _why_unfollowed(path, error)
    if stat.S_ISDIR(mode):
        return AsideCode.FOLDER_UNREADABLE
    return None if stat.S_ISREG(mode) else AsideCode.NOT_A_FILE


def open_file(path: Path) -> BufferedReader:
    """An ordinary file, opened for reading. Nothing waits for a pipe that took its place meanwhile.

    Raises:
        OSError: the system does not open it, or it is no ordinary file.
    """
    descriptor = os.open(path, _READ_AT_ONCE)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not an ordinary file", str(path))
    return os.fdopen(descriptor, "rb")


def _is_missing(folder: Path) -> bool:
    """False where the system does not even tell whether the folder is there."""
    try:
        folder.lstat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _walk(start: Path, homes: Collection[Path]) -> _Found:
    """The files of a folder and of the folders in it, in no order; links stay in the homes."""
    pending: list[tuple[Path, frozenset[_Identity]]] = [(start, frozenset())]
    while pending:
        # With each folder go those that it was reached through.
        folder, above = pending.pop()
        if code := _outside(folder, homes):
            yield folder, code
            continue
        try:
            status = folder.stat()
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError as error:
            yield folder, _why_unlisted(folder, error)
            continue
        here = (status.st_dev, status.st_ino)
        if here in above:
            yield folder, AsideCode.LINK_CIRCLE
            continue
        for name in names:
            path = folder / name
            if not _is_folder(path):
                yield from _wanted_file(path, homes)
            elif is_list(PurePosixPath(name, _MEMBER)):
                pending.append((path, above | {here}))


def _wanted_file(path: Path, homes: Collection[Path]) -> _Found:
    """The file with its trouble; nothing for what is left out."""
    if is_list(PurePosixPath(path.name)):
        yield path, _trouble_at(path) or _outside(path, homes)


def _outside(path: Path, homes: Collection[Path]) -> AsideCode | None:
    """The trouble of a link that leads out of the homes; None for all else."""
    # A junction of Windows leads to a folder, and is no symbolic link.
    if not (path.is_symlink() or (sys.platform == "win32" and path.is_dir())):
        return None
    target = path.resolve()
    is_inside = any(target.is_relative_to(home) for home in homes)
    return None if is_inside else AsideCode.LINK_OUTSIDE


def _is_folder(path: Path) -> bool:
    """True for a folder and for a link to one, whether or not it can be listed."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _why_unlisted(folder: Path, error: OSError) -> AsideCode:
    """Why a folder is not listed."""
    code = _why_unfollowed(folder, error)
    return AsideCode.FOLDER_UNREADABLE if code is AsideCode.READ_REFUSED else code


def _why_unfollowed(path: Path, error: OSError) -> AsideCode:
    """Why the system tells nothing of what stands at this path."""
    if error.errno == errno.ELOOP:
        return AsideCode.LINK_CIRCLE
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return AsideCode.LINK_BROKEN
    return AsideCode.READ_REFUSED


def _with_unique_names(files: list[ListedFile]) -> list[ListedFile]:
    r"""The files under names that no two share.

    The byte 0xff in a name reads like the four signs ``\xff`` in another.
    """
    names = with_unique_names(file.name for file in files)
    return [replace(file, name=name) for file, name in zip(files, names, strict=True)]
