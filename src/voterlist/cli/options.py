"""Options that several commands share, how their values are read, and what files they may name."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from voterlist.cli.terminal import TERMINAL, Answer
from voterlist.cli.words import SAY, WORKSPACE
from voterlist.errors import usage_error
from voterlist.model import Profile

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from voterlist.config import Settings
    from voterlist.counter.applications import Clerk


Options = TypeVar("Options", bound="DataclassInstance")


def takes(
    options: type[Options],
) -> Callable[[Callable[[Options], Answer | None]], Callable[..., Answer | None]]:
    """A command whose arguments and options are the fields of a dataclass.

    The command line library reads a function's parameters; a command with many options
    would have as many. So it is shown the fields instead, and the command is given one
    object.
    """
    hints = get_type_hints(options, include_extras=True)
    parameters = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default_of(field),
            annotation=hints[field.name],
        )
        for field in dataclasses.fields(options)
    ]

    def decorate(
        command: Callable[[Options], Answer | None],
    ) -> Callable[..., Answer | None]:
        @functools.wraps(command)
        def run(**given: Any) -> Answer | None:
            return command(options(**given))

        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = hints
        return run

    return decorate


def _default_of(field: dataclasses.Field[Any]) -> Any:
    """What a parameter has where none is given."""
    has_none = field.default is dataclasses.MISSING
    return inspect.Parameter.empty if has_none else field.default


def option(words: str, *names: str, **more: Any) -> Any:
    """An option: the key of its help below ``cli.option``, its names, what its value is called.

    Without a name it has that of its parameter. A key of another place of the catalogue is told
    whole. ``more`` is the library's own.
    """
    called = [name for name in names if not name.startswith("-")]
    given = [name for name in names if name.startswith("-")]
    metavar = called[0] if called else None
    return typer.Option(*given, metavar=metavar, help=_help("option", words), **more)


def argument(words: str, metavar: str) -> Any:
    """An argument: the key of its help below ``cli.argument``, and what it is called."""
    names_workspace = words.startswith("workspace")
    return typer.Argument(
        metavar=metavar,
        help=_help("argument", words),
        callback=_speak_of if names_workspace else None,
    )


def _speak_of(workspace: Path | None) -> Path | None:
    WORKSPACE.set(workspace)
    return workspace


def _help(kind: str, words: str) -> str:
    return SAY(words if "." in words else f"cli.{kind}.{words}")


def _use_json(is_given: bool) -> bool:
    TERMINAL.json = is_given
    return is_given


# Eager: an error in another option is then told as JSON too.
Json = Annotated[bool, option("json", "--json", callback=_use_json, is_eager=True)]
Today = Annotated[str | None, option("today", "DATE")]
Workspace = Annotated[Path, argument("workspace", "DIR")]
WorkspaceAround = Annotated[Path | None, argument("workspace-around", "DIR")]
Tables = Annotated[list[Path], argument("tables", "FILE")]
Columns = Annotated[Path | None, option("columns", "MAP.toml")]
ProfileOption = Annotated[Profile, option("profile")]
ToldProfileOption = Annotated[Profile | None, option("profile-told")]
"""The profile, told from the names where it is not given."""


def day(
    text: str | None, workspace: Path | None = None, *, may_come: bool = False
) -> dt.date:
    """The day that was given; today in the time zone of the workspace, where none was.

    ``may_come``: nothing is recorded of it, and the list may count on a day to come.

    Raises:
        UsageError: it is no day, or one to come that nobody is sure of; or there is no such
            workspace.
        SettingsError: the settings of the workspace have mistakes.
    """
    clock = now(workspace)
    if text is None:
        return clock.date()
    # Loaded here: most commands are told no day, and some need no ledger.
    from voterlist.storage.ledger.chain import CLOCK

    # An exclamation mark behind it says that a day to come is right.
    named = as_day(text.removesuffix("!"))
    if named > clock.date() and not may_come:
        if not text.endswith("!"):
            raise usage_error("day-ahead", value=text, clock=clock.date())
        # Of a day of late work nothing is kept: it gives the same bytes on every other day.
        CLOCK.set({"at": clock.isoformat(" ", "minutes"), "ahead": text})
    return named


def as_day(text: str) -> dt.date:
    """The day that a text names.

    Raises:
        UsageError: it names none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise usage_error("not-a-day", value=text) from None


def now(workspace: Path | None = None) -> dt.datetime:
    """The clock, in the time zone of the workspace. Read here and nowhere else.

    Without a workspace it is told in the time zone of the machine.

    Raises:
        UsageError: there is no such workspace.
        SettingsError: the settings of the workspace have mistakes.
    """
    if workspace is None:
        return dt.datetime.now().astimezone()
    from zoneinfo import ZoneInfo

    zone = settings_of(workspace).calendar.time_zone
    return dt.datetime.now(ZoneInfo(zone))


def when(today: str | None, workspace: Path | None = None) -> dict[str, Any]:
    """Of a command that holds the workspace: ``today``, and ``since`` when it does, for others.

    Raises:
        UsageError: as ``day``.
        SettingsError: as ``day``.
    """
    return {"today": day(today, workspace), "since": since(workspace)}


def since(workspace: Path | None = None) -> str:
    """The moment at which a command begins, as it is told to another one that has to wait."""
    return now(workspace).isoformat(" ", "minutes")


def clerk_of(workspace: Path, by: str, today: str | None) -> Clerk:
    """Who does something at the counter: on the day that was named, at the hour of the clock.

    Raises:
        UsageError: as ``day``.
        SettingsError: as ``day``.
    """
    from voterlist.counter.applications import Clerk
    from voterlist.storage.lock import user_name

    at = dt.datetime.combine(day(today, workspace), now(workspace).timetz())
    return Clerk(by, at, since(workspace), user_name())


def workspace_of(given: Path | None) -> Path:
    """The workspace that was given; where none was, the one around the current folder.

    Raises:
        UsageError: the current folder lies in none.
    """
    from voterlist.storage.settings import workspace_here

    workspace = workspace_here(Path.cwd()) if given is None else given
    WORKSPACE.set(workspace)
    return workspace


def settings_of(workspace: Path) -> Settings:
    """The settings of a workspace; see ``storage.settings.settings_of``."""
    from voterlist.storage import settings

    return settings.settings_of(workspace)


def require_rows(path: Path) -> None:
    """Refuse a name that says none of the formats in which pairs are written.

    Raises:
        UsageError: the name ends otherwise.
    """
    if path.suffix.lower() not in {".parquet", ".csv", ".xlsx"}:
        raise usage_error("out-not-a-table", path=path)


def require_parquet(path: Path) -> None:
    """Refuse a name under which nobody would expect Parquet.

    Raises:
        UsageError: the name ends otherwise.
    """
    if path.suffix.lower() != ".parquet":
        raise usage_error("out-not-parquet", path=path)
