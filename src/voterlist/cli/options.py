"""Options that several commands share, how their values are read, and what files they may name.

What a command writes is looked at before it does anything: it is none of the files that the command
reads, none that a workspace lives on, none that somebody else made, and no two are one file: not by
a link, another spelling of the path, or a disk that tells no capitals from others.
"""

from __future__ import annotations

import datetime as dt
import functools
import getpass
import inspect
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints
from zipfile import ZipFile

import typer

from voterlist.cli.terminal import LOG, SAY, TERMINAL, WORKSPACE, Answer
from voterlist.errors import usage_error
from voterlist.model import Profile
from voterlist.storage.files import identity

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from voterlist.config.sections import Settings
    from voterlist.counter.applications import Clerk


_IN_DIGITS = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")
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
        field.replace(kind=field.KEYWORD_ONLY, annotation=hints[name])
        for name, field in inspect.signature(options).parameters.items()
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


def _use_json(is_given: bool) -> None:
    TERMINAL.json = is_given


def _log_json(is_given: bool) -> None:
    if is_given:
        LOG.to_errors()


def _log_file(path: Path | None) -> None:
    LOG.path = path


# Eager: an error in another option is then told as JSON too.
Json = Annotated[bool, option("json", "--json", callback=_use_json, is_eager=True)]
LogJson = Annotated[
    bool, option("log-json", "--log-json", callback=_log_json, is_eager=True)
]
LogFile = Annotated[
    Path | None,
    option("log-file", "--log-file", "FILE", callback=_log_file, is_eager=True),
]
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
    # Without a workspace nobody knows whose evening it is, and nothing is recorded of the day.
    latest = clock.date() + dt.timedelta(days=workspace is None)
    if named > latest and not may_come:
        if not text.endswith("!"):
            raise usage_error("day-ahead", value=text, clock=clock.date())
        # Of a day of late work nothing is kept: it gives the same bytes on every other day.
        CLOCK.set({"at": clock.isoformat(" ", "minutes"), "ahead": text})
    return named


def as_day(text: str) -> dt.date:
    """The day that a text names: 2026-02-03, or 03.02.2026 as it is shown in Azerbaijani.

    Raises:
        UsageError: it names none.
    """
    try:
        return dt.date.fromisoformat(_IN_DIGITS.sub(r"\3-\2-\1", text))
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


def moment(today: str | None, workspace: Path) -> dt.datetime:
    """The day that was named, at the hour of the clock.

    Raises:
        UsageError: as ``day``.
        SettingsError: as ``day``.
    """
    return dt.datetime.combine(day(today, workspace), now(workspace).timetz())


def clerk_of(workspace: Path, by: str, today: str | None) -> Clerk:
    """Who does something at the counter: on the day that was named, at the hour of the clock.

    Raises:
        UsageError: as ``day``.
        SettingsError: as ``day``.
    """
    from voterlist.counter.applications import Clerk
    from voterlist.storage.lock import user_name

    return Clerk(by, moment(today, workspace), since(workspace), user_name())


def workspace_of(given: Path | None) -> Path:
    """The workspace that was given; where none was, the one around the current folder.

    Raises:
        UsageError: the current folder lies in none.
    """
    from voterlist.storage.workspace import workspace_here

    workspace = workspace_here(Path.cwd()) if given is None else given
    WORKSPACE.set(workspace)
    return workspace


def settings_of(workspace: Path) -> Settings:
    """The settings of a workspace; see ``storage.workspace.settings_of``."""
    from voterlist.storage.workspace import settings_of as read

    return read(workspace)


ROWS = (".parquet", ".csv", ".xlsx")
"""How files end in which pairs are written."""


def require_ending(path: Path | None, code: str, *endings: str) -> None:
    """Refuse a name under which nobody would expect what is written.

    Raises:
        UsageError: the name ends otherwise.
    """
    if path is not None and path.suffix.lower() not in endings:
        raise usage_error(code, path=path)


WRITTEN = (
    "out",
    "clusters",
    "receipt",
    "ics_file",
    "report",
    "state",
    "memory",
    "work",
)
"""The parameters that name what is written; every other path is one that is read."""
_FOLDERS = ("FOLDER", "OUT")
"""How the value of a parameter is called that names a folder."""
_MAKING = ("submit", "return", "receive", "export", "sample")
"""The commands that make the folder of the file that they write."""
_CARRYING = ("export", "sample")
"""The commands that read the workbook whose place they write to, and refuse another one."""
_MADE_HERE = re.compile(
    rb"%PDF.*Typst|BEGIN:VCALENDAR.*//voterlist//|<!doctype html>.*default-src .{1,5}none"
    rb"|PAR1.*(entry_l|old_entry_id|other_entry_id|cluster_id)"
    rb'|(\xef\xbb\xbf)?"entry_(l"|id","cluster_id)'
    rb"|PK.*(manifest\.json|receipt\.json|2000-01-01T00:00:00Z)",
    re.DOTALL,
)
"""The ends of what commands write, in each format; of a workbook its properties too."""
_END = 65536
"""Bytes of a file that are looked at on either end."""
_SETTINGS = "voterlist.toml"
_OWN = (
    _SETTINGS,
    "ledger.db",
    "ledger.mark",
    "trust.json",
    "keys",
    "inbox",
    "reference",
)
"""What a workspace lives on; all else in it is made of that, or written anew at any time."""


def require_outputs(command: Any, values: Mapping[str, Any]) -> None:
    """Refuse what a command is to write where it is not to be written, or cannot be.

    Raises:
        UsageError: it is.
    """
    read: list[Path] = []
    files = [LOG.path] if LOG.path else []
    for parameter in command.params:
        given: Any = values.get(parameter.name)
        many = given if isinstance(given, list) else [given]
        paths = [path for path in many if isinstance(path, Path)]
        if parameter.name not in WRITTEN:
            read += paths
        elif parameter.metavar not in _FOLDERS:
            files += paths
        elif paths and (paths[0] / _SETTINGS).exists():
            raise usage_error("folder-taken", path=paths[0])
    taken = _inputs(read, files) if files else {}
    for path in files:
        key = _key(path)
        is_log = path is LOG.path
        is_made = is_log or command.name in _MAKING or path.parent.is_dir()
        if key in taken:
            raise usage_error(taken[key], path=path)
        if not is_made:
            raise usage_error("no-such-folder", path=path.parent)
        if path.is_dir() and not is_log:
            raise usage_error("out-is-folder", path=path)
        is_carried = command.name in _CARRYING and path.suffix.lower() == ".xlsx"
        if not is_log and not is_carried and path.is_file() and _is_foreign(path):
            raise usage_error("out-not-ours", path=path)
        taken[key] = "out-twice"


def _is_foreign(path: Path) -> bool:
    """True where a file holds something that no command of ours writes."""
    with path.open("rb") as file:
        ends = file.read(_END)
        file.seek(max(_END, file.seek(0, os.SEEK_END) - _END))
        ends += file.read()
    # Whatever an archive of somebody else holds or lacks: it is none of ours.
    with suppress(Exception), ZipFile(path) as book:
        ends += book.open("docProps/core.xml").read(_END)
    return bool(ends) and not _MADE_HERE.match(ends)


def _inputs(read: list[Path], files: list[Path]) -> dict[object, str]:
    """The files that are read, and those that a workspace around an output lives on."""
    keys: set[object] = set()
    for root in [*read, *(home for path in files for home in path.resolve().parents)]:
        roots = [root] if root in read else []
        if (root / _SETTINGS).exists():
            roots = [root / name for name in _OWN]
        keys |= {_key(file) for part in roots for file in (part, *part.rglob("*"))}
    return dict.fromkeys(keys, "out-is-input")


def _key(path: Path) -> object:
    """The same for two paths of one file, also of one that is not there yet."""
    real = path.resolve()
    name = unicodedata.normalize("NFC", real.name).casefold()
    return identity(real) or (real.parent, name)


PassphraseStdin = Annotated[bool, option("passphrase-stdin", "--passphrase-stdin")]


SealTo = Annotated[str | None, option("seal-to", "NAME")]
"""Of commands that write what is carried, other than packages."""


def new_passphrase(*, from_stdin: bool) -> str | None:
    """The passphrase for new keys; None for keys without one.

    At a terminal it is asked for twice; an empty answer means none.

    Raises:
        UsageError: the two answers differ.
    """
    if from_stdin:
        return first_line()
    if not is_terminal():
        return None
    first = getpass.getpass(SAY("cli.keys.ask-new"))
    if not first:
        return None
    if getpass.getpass(SAY("cli.keys.ask-again")) != first:
        raise usage_error("passphrases-differ")
    return first


def passphrase_of(workspace: Path, *, from_stdin: bool) -> str | None:
    """The passphrase of the keys of a workspace; None where they have none, or nobody can be asked.

    Raises:
        UsageError: there is no such workspace.
        CustodyError: there are no keys, or others can read them.
    """
    from voterlist.custody.keys import is_protected
    from voterlist.handover.commissions import KEYS

    # Of a folder that is none nobody is told to put its keys back.
    settings_of(workspace)
    if from_stdin:
        return first_line()
    if not is_protected(workspace / KEYS) or not is_terminal():
        return None
    return getpass.getpass(SAY("cli.keys.ask"))


def opened_files(
    stack: ExitStack, workspace: Path, files: Iterable[Path], *, from_stdin: bool
) -> list[Path]:
    """The files, of which those that are encrypted to us are open while the stack is.

    The passphrase of the keys is asked for only where one is.

    Raises:
        CustodyError: the keys cannot be opened, or a file is encrypted to others.
    """
    from voterlist.handover.commissions import is_sealed, open_sealed

    files = list(files)
    passphrase = None
    if any(map(is_sealed, files)):
        passphrase = passphrase_of(workspace, from_stdin=from_stdin)
    return [
        stack.enter_context(open_sealed(workspace, path, passphrase)) for path in files
    ]


def first_line() -> str:
    """The first line of standard input."""
    return sys.stdin.readline().rstrip("\r\n")


def is_terminal() -> bool:
    """True where somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not TERMINAL.json
