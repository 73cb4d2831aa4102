"""A workspace opened, to be read or to be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from voterlist.config.sections import Settings
from voterlist.errors import InputError, WorkspaceBusyError
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.settings import settings_of
from voterlist.storage.store import stand_of_runs

_Answer = TypeVar("_Answer")


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


def read_beside(workspace: Path, read: Callable[[], _Answer]) -> _Answer:
    """What ``read`` returns; it reads again where a run put away what it was about to read.

    For what holds no workspace: a run that ends puts its folder in the place of the one before.
    """
    while True:
        stand = stand_of_runs(workspace)
        try:
            return read()
        except (InputError, OSError):
            if stand_of_runs(workspace) == stand:
                raise


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
