"""The ledger copied whole, a copy put back, and a ledger that is lost given up."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from voterlist.errors import InputError, UsageError
from voterlist.storage import lock
from voterlist.storage.files import write_atomically
from voterlist.storage.ledger.base import Base, beside, create_private
from voterlist.storage.ledger.failures import translated_errors
from voterlist.storage.ledger.mark import Gap, counts, find_gap, read_marks
from voterlist.storage.ledger.reading import is_there, snapshot
from voterlist.storage.ledger.tables import APPEND_ONLY, FILE_NAME
from voterlist.storage.ledger.writing import Ledger

__all__ = ["RENEWED_EVENT", "RESTORED_EVENT", "Replaced", "copy", "renew", "restore"]

RESTORED_EVENT = "ledger-restored"
"""The journal's word for a copy of the ledger that was put back."""
RENEWED_EVENT = "ledger-renewed"
"""The journal's word for a ledger that was given up as lost."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of a ledger."""

    rows: Mapping[str, int]
    """How many decisions, acceptances and journal lines it holds now, its new line not counted."""
    known: Mapping[str, int]
    """How many the workspace knew of, where they were more or others; else empty."""
    kept: Path | None
    """Where the ledger lies that was there before."""


def copy(workspace: Path, target: Path) -> Mapping[str, int]:
    """Copy the ledger of a workspace with what its WAL holds, and verify the copy.

    Returns:
        how many decisions, acceptances and journal lines it holds.

    Raises:
        UsageError: there is no ledger yet, or the target exists.
        InputError: the ledger is damaged, or holds less than its marks say.
    """
    path = workspace / FILE_NAME
    marks = read_marks(path)
    if not is_there(path) and not marks:
        raise UsageError(
            f"{path} is not there", code="no-ledger", places={"path": str(path)}
        )
    with snapshot(path, marks, whole=True) as base:
        try:
            create_private(target)
        except FileExistsError:
            places = {"path": str(target)}
            raise UsageError(
                f"{target} exists", code="file-taken", places=places
            ) from None
        try:
            write_atomically(target, lambda fresh: _pour(base, fresh))
            with snapshot(target, marks, whole=True) as written:
                return counts(written)
        except BaseException:
            target.unlink(missing_ok=True)
            raise


def restore(
    workspace: Path,
    source: Path,
    *,
    today: dt.date,
    since: str,
    older: bool = False,
) -> Replaced:
    """Put a copy of the ledger back; the ledger that is there is kept beside it.

    Args:
        workspace: its folder; held meanwhile.
        source: the copy.
        today: the day for the journal.
        since: told to another run that finds the workspace held.
        older: take a copy that holds less than the workspace knows of.

    Raises:
        UsageError: the copy is not there, or holds less and ``older`` is not set.
        InputError: the copy is damaged.
        WorkspaceBusyError: a run holds the workspace.
    """
    path = workspace / FILE_NAME
    if not is_there(source):
        places = {"path": str(source)}
        raise UsageError(f"{source} is not there", code="no-such-file", places=places)
    with lock.hold(workspace, since=since), snapshot(source, whole=True) as base:
        gap = find_gap(base, read_marks(path))
        if gap is not None and not older:
            places = {"path": str(source), **gap.numbers()}
            raise UsageError(
                f"{source} is behind", code="ledger-copy-behind", places=places
            )
        rows = counts(base)
        kept = _keep(path)

        def write(fresh: Path) -> None:
            _pour(base, fresh)
            # The WAL belongs to the ledger that goes: SQLite would apply it to the one that comes.
            _remove_beside(path)

        write_atomically(path, write)
        with Ledger(path, renewed=gap is not None) as ledger:
            is_older = int(gap is not None)
            ledger.write_journal(
                today, RESTORED_EVENT, older=is_older, **_numbers(rows, gap)
            )
    return Replaced(rows, gap.known if gap else {}, kept)


def renew(
    workspace: Path, *, by: str, reason: str, today: dt.date, since: str
) -> Replaced:
    """Go on with a ledger that lost rows as it is; with a new one where it is gone or damaged.

    Args:
        workspace: its folder; held meanwhile.
        by: who answers for it.
        reason: why.
        today: the day for the journal.
        since: told to another run that finds the workspace held.

    Raises:
        UsageError: the ledger is not lost.
        WorkspaceBusyError: a run holds the workspace.
    """
    path = workspace / FILE_NAME
    with lock.hold(workspace, since=since):
        marks = read_marks(path)
        kept: Path | None = None
        try:
            with snapshot(path, whole=True) as base:
                gap = find_gap(base if is_there(path) else None, marks)
                rows = counts(base)
            if gap is None:
                places = {"path": str(path)}
                raise UsageError(
                    f"{path} is not lost", code="ledger-not-lost", places=places
                )
        except InputError:
            gap = find_gap(None, marks)
            rows = dict.fromkeys(APPEND_ONLY, 0)
            kept = _keep(path)
            path.unlink()
            _remove_beside(path)
        if not is_there(path):
            _remove_beside(path)
        with Ledger(path, renewed=True) as ledger:
            ledger.write_journal(
                today, RENEWED_EVENT, by=by, reason=reason, **_numbers(rows, gap)
            )
    return Replaced(rows, gap.known if gap else {}, kept)


def _numbers(rows: Mapping[str, int], gap: Gap | None) -> dict[str, int]:
    """The counts for the journal."""
    known = gap.known if gap else {}
    return {**rows, **{f"known_{name}": count for name, count in known.items()}}


def _pour(base: Base, target: Path) -> None:
    """Write a ledger that is in memory into a new file that stands alone, without a WAL."""
    with (
        translated_errors(target),
        closing(sqlite3.connect(target, isolation_level=None)) as written,
    ):
        base.connection.backup(written)
        written.execute("PRAGMA journal_mode = DELETE")


def _keep(path: Path) -> Path | None:
    """Copy the ledger, and its WAL if it has one, to a free name beside it; None without one."""
    if not path.exists():
        return None
    number = 1
    while (kept := path.with_name(f"{path.stem}-kept-{number}{path.suffix}")).exists():
        number += 1
    for part, target in zip(
        (path, *beside(path)[:1]), (kept, *beside(kept)[:1]), strict=True
    ):
        if part.exists():
            write_atomically(target, partial(shutil.copyfile, part))
    return kept


def _remove_beside(path: Path) -> None:
    """Remove the WAL of a ledger and its index."""
    for part in beside(path):
        part.unlink(missing_ok=True)
