"""What SQLite says of the ledger, as one of our errors: damaged, locked, full or forbidden.

Only a ledger that is damaged is to be replaced by a copy. Whoever did that because of a full disk
or a missing permission would lose every decision made since the copy.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from voterlist.errors import InputError, VoterlistError, WorkspaceBusyError
from voterlist.storage.temporary import private_folder

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_FROM_THE_SYSTEM = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_PRIMARY = 0xFF
"""SQLite's extended codes have the primary code in the lowest byte."""
_LEAST_ROOM = 64 * 1024
"""With fewer bytes free than this the disk is full: the index of the WAL takes half of it."""


def damaged(path: Path | str) -> InputError:
    """The ledger is damaged, or no ledger at all."""
    return InputError(
        f"{path} is damaged, or no ledger", code="ledger-damaged", file=str(path)
    )


def locked(path: Path | str) -> WorkspaceBusyError:
    """Another program holds the ledger."""
    message = f"another program holds {path}"
    return WorkspaceBusyError(message, code="ledger-locked", places={"path": str(path)})


def forbidden(path: Path | str) -> VoterlistError:
    """The ledger, or its folder, may not be written."""
    message = f"{path} may not be written"
    return VoterlistError(message, code="ledger-forbidden", places={"path": str(path)})


def replaced(path: Path | str) -> InputError:
    """The ledger that is there is not the one that was opened: what was written is not in it."""
    return InputError(
        f"{path} is another one by now, or gone",
        code="ledger-replaced",
        file=str(path),
    )


@contextmanager
def translated_errors(path: Path, *, unverified: bool = False) -> Iterator[None]:
    """Raise what SQLite raises in the block as one of our errors, without its message.

    Args:
        path: the ledger.
        unverified: its tables are not verified yet; a statement that does not fit means damage.
    """
    try:
        yield
    except sqlite3.Error as error:
        cause = _cause(error, path, unverified=unverified)
        if cause is None:
            raise
        raise cause from None
    except UnicodeDecodeError:
        # SQLite quotes damaged names in its messages, and Python cannot read them.
        raise damaged(path) from None


def _cause(error: sqlite3.Error, path: Path, *, unverified: bool) -> Exception | None:
    """The error to raise; None for one of the program itself."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
    if code in _DAMAGED:
        return damaged(path) if _is_damaged(path) else _unread(path)
    if unverified and code == sqlite3.SQLITE_ERROR:
        return damaged(path)
    if code in _LOCKED:
        return locked(path)
    if code in _FORBIDDEN:
        return forbidden(path)
    if code == sqlite3.SQLITE_FULL:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return _cause_in_the_system(path) if code in _FROM_THE_SYSTEM else None


def _cause_in_the_system(path: Path) -> Exception:
    """Why a file could not be opened, read or written; SQLite does not say what the system said."""
    if path.is_dir():
        return damaged(path)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return forbidden(path)
    for part in (
        path,
        *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm")),
    ):
        if part.exists() and not os.access(part, os.R_OK | os.W_OK):
            return forbidden(path)
    if shutil.disk_usage(path.parent).free < _LEAST_ROOM:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return _unread(path)


def _unread(path: Path) -> OSError:
    return OSError(errno.EIO, os.strerror(errno.EIO), str(path))


def _is_damaged(path: Path) -> bool:
    """Whether a second look at the ledger finds damage too; False where it cannot be read.

    SQLite says of a page that the disk did not give, once, that the ledger is malformed.
    """
    wal = path.with_name(f"{path.name}-wal")
    try:
        with private_folder() as folder:
            copy = folder / path.name
            shutil.copyfile(path, copy)
            if wal.exists():
                shutil.copyfile(wal, folder / wal.name)
            return not _is_whole(copy)
    except OSError:
        return False


def _is_whole(copy: Path) -> bool:
    try:
        with closing(sqlite3.connect(copy)) as opened:
            return opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except (sqlite3.Error, UnicodeDecodeError):
        return False
