"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from voterlist import config, pipeline
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY
from voterlist.config import Settings
from voterlist.errors import UsageError
from voterlist.schemas import ACCEPTANCE, empty
from voterlist.storage import ledger as ledgers
from voterlist.storage.ledger import read_acceptances

__all__ = [
    "Json",
    "Today",
    "Workspace",
    "acceptances_around",
    "day",
    "now",
    "require_parquet",
    "settings_around",
    "settings_of",
]


def _use_json(asked: bool) -> bool:
    TERMINAL.json = asked
    return asked


# Eager: an error in another option is then told as JSON too.
Json = Annotated[
    bool, typer.Option("--json", help=SAY("cli.option.json"), callback=_use_json, is_eager=True)
]
Today = Annotated[str | None, typer.Option("--today", metavar="DATE", help=SAY("cli.option.today"))]
Workspace = Annotated[Path, typer.Argument(metavar="DIR", help=SAY("cli.argument.workspace"))]


def day(text: str | None) -> dt.date:
    """The day that was given; today, where none was.

    Raises:
        UsageError: it is no day.
    """
    if text is None:
        return now().date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is not a day", code="not-a-day", places={"value": text}) from None


def now() -> dt.datetime:
    """The clock, in the time zone of the machine. Read here and nowhere else."""
    return dt.datetime.now().astimezone()


def settings_of(workspace: Path) -> Settings:
    """The settings of a workspace.

    Raises:
        UsageError: it is no workspace.
        SettingsError: its settings have mistakes.
    """
    return config.load(workspace / config.FILE_NAME, rule_codes=pipeline.RULE_CODES)


def settings_around(given: Path | None, folder: Path) -> Settings:
    """The settings of the file given, else of the workspace around the folder, else the defaults.

    Raises:
        UsageError: there is no such file.
        SettingsError: the settings have mistakes.
    """
    path = _settings_path(given, folder)
    return config.load(path, rule_codes=pipeline.RULE_CODES) if path else Settings()


def acceptances_around(given: Path | None, folder: Path) -> pa.Table:
    """ACCEPTANCE of the workspace whose settings ``settings_around`` takes; none where there is no workspace.

    Raises:
        InputError: its ledger cannot be read.
    """
    path = _settings_path(given, folder)
    return read_acceptances(path.parent / ledgers.FILE_NAME) if path else empty(ACCEPTANCE)


def _settings_path(given: Path | None, folder: Path) -> Path | None:
    near = [around / config.FILE_NAME for around in (folder, *folder.parents)]
    return given or next((path for path in near if path.is_file()), None)


def require_parquet(path: Path) -> None:
    """Refuse a name under which nobody would expect Parquet.

    Raises:
        UsageError: the name ends otherwise.
    """
    if path.suffix.lower() != ".parquet":
        raise UsageError(
            f"{path} is no name of a Parquet file",
            code="out-not-parquet",
            places={"path": str(path)},
        )
