"""The ledger of a workspace: copied, put back, or given up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from voterlist.storage.ledger import copies
from voterlist.storage.ledger.copies import Replaced
from voterlist.usecases.settings import settings_of

__all__ = ["copy_ledger", "renew_ledger", "restore_ledger"]


def copy_ledger(workspace: Path, out: Path) -> dict[str, int]:
    """Copy the ledger whole and verify the copy; returns how many rows of each kind it holds.

    Raises:
        UsageError: it is no workspace, or the file exists.
        InputError: the ledger is damaged.
    """
    settings_of(workspace)
    return dict(copies.copy(workspace, out))


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
    settings_of(workspace)
    return copies.restore(workspace, source, today=today, since=since, older=older)


def renew_ledger(
    workspace: Path, *, by: str, reason: str, today: dt.date, since: str
) -> Replaced:
    """Go on without the part of the ledger that is lost; who decided it, and why, is noted.

    Raises:
        UsageError: it is no workspace.
        WorkspaceBusyError: a run holds the workspace.
    """
    settings_of(workspace)
    return copies.renew(workspace, by=by, reason=reason, today=today, since=since)
