"""The ledger of a workspace: copied, put back, or given up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from voterlist.storage.ledger import FILE_NAME, Place, copies, opening, place_in
from voterlist.storage.ledger.copies import Replaced
from voterlist.usecases.settings import settings_of

_OF_SERVERS = "postgresql://"
"""How the address of a database begins."""


def copy_ledger(workspace: Path, out: str) -> tuple[str, dict[str, int]]:
    """Copy the ledger whole, with its chain, and verify the copy.

    Args:
        workspace: its folder.
        out: the file to write, or the address (``postgresql://``) of a database without a ledger.

    Returns:
        the copy as it may be shown, and how many rows of each kind it holds.

    Raises:
        UsageError: it is no workspace, or the file or a ledger in the database exists.
        InputError: the ledger is damaged.
        VoterlistError: the server cannot be reached.
    """
    place = place_in(workspace, settings_of(workspace))
    if not out.startswith(_OF_SERVERS):
        return out, dict(copies.copy(place, Path(out)))
    target = Place(workspace / FILE_NAME, out)
    return opening.name_of(target), dict(copies.copy(place, target))


def restore_ledger(
    workspace: Path, source: Path, *, today: dt.date, since: str, older: bool
) -> Replaced:
    """Put a copy of the ledger back.

    Args:
        workspace: its folder; held meanwhile.
        source: the copy.
        today: the day that the journal notes.
        since: told to a run that finds the workspace held.
        older: take the copy although it lacks what the workspace knows of.

    Raises:
        UsageError: it is no workspace.
        InputError: the copy cannot be read, or lacks what the workspace knows of.
        WorkspaceBusyError: a run holds the workspace.
    """
    place = place_in(workspace, settings_of(workspace))
    return copies.restore(place, source, today=today, since=since, older=older)


def renew_ledger(
    workspace: Path, *, by: str, reason: str, today: dt.date, since: str
) -> Replaced:
    """Go on without the part of the ledger that is lost; who decided it, and why, is noted.

    Raises:
        UsageError: it is no workspace.
        WorkspaceBusyError: a run holds the workspace.
    """
    place = place_in(workspace, settings_of(workspace))
    return copies.renew(place, by=by, reason=reason, today=today, since=since)
