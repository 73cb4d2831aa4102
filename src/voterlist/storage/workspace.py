"""A workspace opened, to be read or to be changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voterlist.config.sections import Settings
from voterlist.errors import WorkspaceBusyError
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.settings import settings_of


@contextmanager
def open_to_read(workspace: Path) -> Iterator[tuple[Settings, Reader]]:
    """(settings, ledger) of a workspace, which others may change meanwhile.

    Raises:
        UsageError: it is no workspace.
        SettingsError: its settings have mistakes.
        InputError: its ledger cannot be read.
    """
    settings = settings_of(workspace)
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        yield settings, ledger


@contextmanager
def open_beside(workspace: Path, since: str) -> Iterator[tuple[Settings, Ledger, bool]]:
    """As ``open_to_change``; True where another command holds the workspace, and may go on.

    Nothing but the ledger is held, and that for a moment: a run at night waits for nobody's look.

    Raises:
        WorkspaceBusyError: another command writes the ledger all the time.
    """
    settings = settings_of(workspace)
    is_held = False
    try:
        lock.require_free(workspace, since=since)
    except WorkspaceBusyError:
        is_held = True
    with Ledger(ledgers.place_in(workspace, settings)) as ledger:
        yield settings, ledger, is_held


@contextmanager
def open_to_change(workspace: Path, since: str) -> Iterator[tuple[Settings, Ledger]]:
    """(settings, ledger) of a workspace that is held; what is written is one transaction.

    Raises:
        UsageError, SettingsError, InputError: as ``open_to_read``.
        WorkspaceBusyError: another command holds it.
    """
    settings = settings_of(workspace)
    place = ledgers.place_in(workspace, settings)
    with lock.hold(workspace, since=since), Ledger(place) as ledger:
        yield settings, ledger
