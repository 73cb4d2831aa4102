"""The settings of a workspace, and those that hold for files outside of one."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

from voterlist import config
from voterlist.config.mistakes import SETTINGS_FILE
from voterlist.config.sections import LinkSettings, Settings
from voterlist.errors import SettingsError, usage_error
from voterlist.model import frozen
from voterlist.schemas import ACCEPTANCE, empty


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
    # Loaded here: who only links needs no ledger.
    from voterlist.storage import ledger  # noqa: PLC0415  see above

    settings = _load(path)
    return ledger.read_acceptances(ledger.place_in(path.parent, settings))


def _settings_path(given: Path | None, folder: Path) -> Path | None:
    if given is not None:
        return given
    candidates = (around / SETTINGS_FILE for around in (folder, *folder.parents))
    return next((path for path in candidates if path.is_file()), None)
