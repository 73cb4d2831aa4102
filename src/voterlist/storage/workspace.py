"""A workspace opened, to be read or to be changed; its settings, and those outside of one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from voterlist import config
from voterlist.config import SETTINGS_FILE
from voterlist.config.sections import LinkSettings, Settings
from voterlist.errors import InputError, SettingsError, WorkspaceBusyError, usage_error
from voterlist.model import frozen
from voterlist.schemas import ACCEPTANCE, empty
from voterlist.storage import ledger as ledgers
from voterlist.storage import lock
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.store import stand_of_runs

_Answer = TypeVar("_Answer")


@frozen
class _Names(Iterable[str]):
    """Names that a module has, which is loaded only where the settings name one."""

    module: str
    attribute: str

    def __iter__(self) -> Iterator[str]:
        return iter(getattr(importlib.import_module(self.module), self.attribute))


_load = partial(
    config.load,
    rule_codes=_Names("voterlist.rulebook", "RULE_CODES"),
    taken_names=_Names("voterlist.link", "TAKEN_NAMES"),
)


def settings_of(workspace: Path) -> Settings:
    """The settings of a workspace.

    Raises:
        UsageError: it is no workspace; the error names the one around it.
        SettingsError: its settings have mistakes.
    """
    path = workspace / SETTINGS_FILE
    around = None if path.is_file() else workspace_around(workspace)
    if around is not None:
        raise usage_error("inside-workspace", path=workspace, workspace=around)
    return _load(path)


def workspace_around(folder: Path) -> Path | None:
    """The workspace that a folder is, or lies in; None outside of one."""
    path = _settings_path(None, folder.resolve())
    return path.parent if path else None


def workspace_here(folder: Path) -> Path:
    """The workspace that a folder is, or lies in.

    Raises:
        UsageError: it lies in none.
    """
    around = workspace_around(folder)
    if around is None:
        raise usage_error("no-workspace-here", path=folder)
    return around


def settings_around(given: Path | None, folder: Path) -> Settings:
    """The settings of a file, else of the workspace around the folder, else the defaults.

    Raises:
        UsageError: there is no such file.
        SettingsError: the settings have mistakes.
    """
    path = _settings_path(given, folder)
    if path is None:
        return Settings()
    return _load(path)


def link_settings(given: Path | None) -> LinkSettings:
    """``[link]`` of a file of settings; the defaults where none is given.

    Raises:
        UsageError: there is no such file.
        SettingsError: the settings have mistakes.
    """
    if given is None:
        return LinkSettings()
    if not given.is_file():
        raise usage_error("no-such-file", path=given)
    try:
        return _load(given).link
    except SettingsError as error:
        # The file may have any name, so the message must not say voterlist.toml.
        error.places |= {"variant": "of-file", "file": given.name}
        raise


def acceptances_around(given: Path | None, folder: Path) -> pa.Table:
    """ACCEPTANCE of the workspace whose settings ``settings_around`` takes.

    The table has no rows where there is no workspace.

    Raises:
        InputError: its ledger cannot be read.
    """
    path = _settings_path(given, folder)
    if path is None:
        return empty(ACCEPTANCE)
    return ledgers.read_acceptances(ledgers.place_in(path.parent, _load(path)))


def _settings_path(given: Path | None, folder: Path) -> Path | None:
    if given is not None:
        return given
    candidates = (around / SETTINGS_FILE for around in (folder, *folder.parents))
    return next((path for path in candidates if path.is_file()), None)


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
