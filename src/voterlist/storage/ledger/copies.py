"""The ledger copied whole, a copy put back, and a ledger that is lost given up.

A copy has the rows, the seals and the chain of the ledger as they are, whether it is copied into a
file or into a database: the same heads, the same digests.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

from voterlist.errors import InputError, usage_error
from voterlist.model import frozen
from voterlist.storage import lock
from voterlist.storage.files import write_atomically
from voterlist.storage.ledger import chain
from voterlist.storage.ledger.base import (
    APPEND_ONLY,
    FILE_NAME,
    KEYS,
    Base,
    SqliteBase,
    beside,
    statements,
    translated_errors,
)
from voterlist.storage.ledger.chain import verify
from voterlist.storage.ledger.mark import (
    Gap,
    Mark,
    counts,
    find_gap,
    origin_in,
    read_marks,
)
from voterlist.storage.ledger.reading import Place, alone, is_there, server, snapshot
from voterlist.storage.ledger.writing import Ledger

RESTORED_EVENT = "ledger-restored"
"""The journal's word for a copy of the ledger that was put back."""
_PATIENCE = 10.0
"""Seconds to wait for another program that holds the ledger."""
RENEWED_EVENT = "ledger-renewed"
"""The journal's word for a ledger that was given up as lost."""


@frozen
class Replaced:
    """What became of a ledger."""

    rows: Mapping[str, int]
    """How many decisions, acceptances and journal lines it holds now, its new line not counted."""
    known: Mapping[str, int]
    """How many the workspace knew of, where they were more or others; else empty."""
    kept: Path | str | None
    """Where the ledger lies that was there before: a file, or a schema of the database."""


def copy(where: Path | Place, target: Path | Place) -> Mapping[str, int]:
    """Copy the ledger of a workspace with what its WAL holds, and verify the copy.

    Args:
        where: the folder of the workspace, or the place of its ledger.
        target: the file to write, or a database on a server that holds no ledger.

    Returns:
        how many decisions, acceptances and journal lines it holds.

    Raises:
        UsageError: there is no ledger yet, or the target exists.
        InputError: the ledger is damaged, or holds less than its marks say.
    """
    place = _ledger_of(where)
    marks = read_marks(place.path)
    if not is_there(place) and not marks:
        raise usage_error("no-ledger", path=place.path)
    with snapshot(place, marks, whole=True) as base:
        if isinstance(target, Place):
            return _copy_to_server(base, target)
        return _copy_to_file(base, target, marks)


def restore(
    where: Path | Place,
    source: Path,
    *,
    today: dt.date,
    since: str,
    older: bool = False,
) -> Replaced:
    """Put a copy of the ledger back; the ledger that is there is kept beside it.

    Args:
        where: the folder of the workspace, held meanwhile, or the place of its ledger.
        source: the copy.
        today: the day for the journal.
        since: told to another run that finds the workspace held.
        older: take a copy that holds less than the workspace knows of.

    Raises:
        UsageError: the copy is not there, is of another workspace's ledger, or holds less and
            ``older`` is not set.
        InputError: the copy is damaged.
        WorkspaceBusyError: a run holds the workspace, its desk is open, or another program has the
            ledger open.
    """
    place = _ledger_of(where)
    if not is_there(Place(source)):
        raise usage_error("no-such-file", path=source)
    with (
        lock.hold_all(place.path.parent, since=since),
        snapshot(source, whole=True) as base,
    ):
        with alone(place.path):
            marks = read_marks(place.path)
            gap = find_gap(base, marks)
            if gap is not None:
                _require_own(base, source, place, marks)
                if not older:
                    raise usage_error(
                        "ledger-copy-behind", path=source, **gap.numbers()
                    )
            rows = counts(base)
            kept = _replace(place, base)
        with Ledger(place, renewed=gap is not None) as ledger:
            is_older = int(gap is not None)
            ledger.write_journal(
                today, RESTORED_EVENT, older=is_older, **_numbers(rows, gap)
            )
    return Replaced(rows, gap.known if gap else {}, kept)


def renew(
    where: Path | Place, *, by: str, reason: str, today: dt.date, since: str
) -> Replaced:
    """Go on with a ledger that lost rows as it is; with a new one where it is gone or damaged.

    Args:
        where: the folder of the workspace, held meanwhile, or the place of its ledger.
        by: who answers for it.
        reason: why.
        today: the day for the journal.
        since: told to another run that finds the workspace held.

    Raises:
        UsageError: the ledger is not lost.
        WorkspaceBusyError: a run holds the workspace, its desk is open, or another program has the
            ledger open.
    """
    place = _ledger_of(where)
    path = place.path
    with lock.hold_all(path.parent, since=since):
        marks = read_marks(path)
        kept: Path | str | None = None
        with alone(path):
            try:
                with snapshot(place, whole=True) as base:
                    gap = find_gap(base if is_there(place) else None, marks)
                    rows = counts(base)
                if gap is None:
                    raise usage_error("ledger-not-lost", path=path)
            except InputError:
                gap = find_gap(None, marks)
                rows = dict.fromkeys(APPEND_ONLY, 0)
                kept = _replace(place, None)
            if place.url is None and not is_there(place):
                _remove_beside(path)
        with Ledger(place, renewed=True) as ledger:
            ledger.write_journal(
                today, RENEWED_EVENT, by=by, reason=reason, **_numbers(rows, gap)
            )
    return Replaced(rows, gap.known if gap else {}, kept)


def _require_own(
    base: Base, source: Path, place: Place, marks: tuple[Mark, ...]
) -> None:
    """Refuse a copy that is known to be of another workspace's ledger.

    One that goes on where the ledger ends holds nothing of others.

    Raises:
        UsageError: it is.
    """
    known = origin_in(marks)
    # One that is damaged tells nothing; marks of earlier versions do not say whose they are.
    with suppress(InputError), snapshot(place) as there:
        head = chain.head_of(there)
        if head and head.number > 1 and chain.has_line(base, head):
            return
        known = known or there.origin()
    if known and base.origin() not in {0, known}:
        raise usage_error("ledger-of-another", path=source, workspace=place.path.parent)


def _ledger_of(where: Path | Place) -> Place:
    """The place of the ledger of a workspace."""
    return where if isinstance(where, Place) else Place(where / FILE_NAME)


def _copy_to_file(
    base: Base, target: Path, marks: tuple[Mark, ...]
) -> Mapping[str, int]:
    """Copy a ledger into a new file, which has its name only once it is verified."""
    rows: Mapping[str, int] = {}

    def write(fresh: Path) -> None:
        nonlocal rows
        _pour(base, fresh)
        with snapshot(fresh, marks, whole=True) as written:
            rows = counts(written)

    _require_free(target)
    write_atomically(target, write, place=lambda _: _require_free(target))
    return rows


def _require_free(target: Path) -> Path:
    """The file, where nothing stands under its name; an empty file is nothing.

    Raises:
        UsageError: something does, or its folder is not there.
    """
    if not target.parent.is_dir():
        raise usage_error("no-such-folder", path=target.parent)
    is_empty = target.is_file() and not target.stat().st_size
    if (target.exists() or target.is_symlink()) and not is_empty:
        raise usage_error("file-taken", path=target)
    return target


def _copy_to_server(base: Base, target: Place) -> Mapping[str, int]:
    """Copy a ledger into a database that holds none, and verify the copy."""
    with closing(server(target, _PATIENCE)) as there:
        there.begin()
        if there.version():
            raise usage_error("ledger-there", path=there.name)
        transfer(base, there)
        there.commit()
        return counts(there)


def _replace(place: Place, base: Base | None) -> Path | str | None:
    """Put this ledger, or none, in the place of the one that is there; returns where that is kept.

    None takes the place of one that is damaged.
    """
    if place.url is None:
        path = place.path
        kept = _keep(path)
        if base is None:
            path.unlink()
            _remove_beside(path)
            return kept
        with alone(
            path
        ):  # again: whatever closes the file, as a copy does, takes the lock away
            write_atomically(path, partial(_pour_over, base, path))
        return kept
    with closing(server(place, _PATIENCE)) as there:
        there.hold(alone=True)
        there.begin()
        aside = there.set_aside() if base is None or there.version() else None
        if base is not None:
            transfer(base, there)
        there.commit()
        return aside


def _pour_over(base: Base, path: Path, fresh: Path) -> None:
    """Write a ledger into the file that takes the place of another one."""
    _pour(base, fresh)
    # The WAL belongs to the ledger that goes: SQLite would apply it to the one that comes.
    _remove_beside(path)


def transfer(base: Base, target: Base) -> None:
    """Write all rows of a ledger into one that has no tables, in the caller's transaction.

    Raises:
        InputError: what was written is not what was read.
    """
    version = base.version()
    for statement in statements(version):
        target.define(statement)
    target.set_version(version)
    target.set_origin(base.origin())
    tables = [table for table in KEYS if chain.has_table(base, table)]
    for table in (*tables, "seals"):
        query = f"SELECT * FROM {table} ORDER BY {KEYS.get(table, 'name')}"  # noqa: S608  our names
        for chunk in base.chunks_of_bytes(query):
            places = ", ".join("?" * len(chunk[0]))
            target.execute_many(
                f"INSERT INTO {table} VALUES ({places})",  # noqa: S608  our names
                [tuple(map(_as_text, row)) for row in chunk],
            )
    verify(target, KEYS)


def _as_text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _numbers(rows: Mapping[str, int], gap: Gap | None) -> dict[str, int]:
    """The counts for the journal."""
    known = gap.known if gap else {}
    return {**rows, **{f"known_{name}": count for name, count in known.items()}}


def _pour(base: Base, target: Path) -> None:
    """Write a ledger into a new file that stands alone, without a WAL."""
    with translated_errors(target):
        written = sqlite3.connect(target, isolation_level=None)
    with closing(SqliteBase(written, target)) as file:
        # A killed process would leave a journal on the disk, which holds pages of the ledger.
        file.execute("PRAGMA journal_mode = MEMORY")
        file.begin()
        transfer(base, file)
        file.commit()


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
