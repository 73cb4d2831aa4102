"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY
from voterlist.errors import UsageError
from voterlist.model import Profile

__all__ = [
    "Columns",
    "Json",
    "ProfileOption",
    "Tables",
    "Today",
    "Workspace",
    "day",
    "now",
    "require_parquet",
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
Tables = Annotated[list[Path], typer.Argument(metavar="FILE", help=SAY("cli.argument.tables"))]
Columns = Annotated[
    Path | None, typer.Option("--columns", metavar="MAP.toml", help=SAY("cli.option.columns"))
]
ProfileOption = Annotated[Profile, typer.Option("--profile", help=SAY("cli.option.profile"))]


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


def settings_of(workspace: Path) -> usecases.Settings:
    """The settings of a workspace; see ``usecases.settings_of``."""
    return usecases.settings_of(workspace)


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
