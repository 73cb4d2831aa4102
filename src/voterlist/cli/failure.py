"""What went wrong, where, and what to do next.

Three lines, in the user's language, without a traceback.
"""

from __future__ import annotations

import dataclasses
import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voterlist.cli.library import wrong_usage
from voterlist.cli.terminal import TERMINAL, picked, warn
from voterlist.cli.words import SAY, visible_name
from voterlist.errors import (
    InputError,
    SettingsError,
    SettingsMistake,
    StageError,
    VoterlistError,
    place_of,
)
from voterlist.processes.stopping import StoppedError

_BY_KEYBOARD = 130
"""The exit code of a command that was stopped from the keyboard."""
_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


@dataclass(frozen=True, slots=True)
class Failure:
    """An error in words."""

    code: str
    exit_code: int
    what: str
    where: str = ""
    todo: str = ""
    details: tuple[str, ...] = field(default_factory=tuple)
    """One line each, before the sentence: all mistakes of the settings."""
    after: tuple[str, ...] = ()
    """One line each, behind the sentence: what is done and what is left of a run."""


def describe(error: BaseException) -> Failure:
    """An error in the user's language.

    Of an unexpected one only its kind and the line of the program are told: its message may quote a
    cell.
    """
    if isinstance(error, SettingsError):
        details = tuple(
            f"{_place_of_mistake(mistake)}: {_mistake(mistake)}"
            for mistake in error.mistakes
        )
        what, todo = _texts(error, count=len(error.mistakes))
        return Failure(
            error.code, error.exit_code, what, "", todo or error.todo, details
        )
    if isinstance(error, VoterlistError):
        what, todo = _texts(error)
        return Failure(error.code, error.exit_code, what, _where(error), todo)
    if hasattr(error, "format_message"):
        # The command line library's own error: of an option it does not know, or a value it cannot
        # read.
        todo = SAY("error.wrong-usage.todo")
        return Failure("wrong-usage", 2, wrong_usage(error), "", todo)
    if isinstance(error, OSError):
        code = _code_of(error)
        path = str(error.filename or "")
        what, todo = (
            SAY(f"error.{code}.{part}", path=path) for part in ("what", "todo")
        )
        return Failure(code, 5, what, path, todo)
    what = SAY(
        "error.failed-inside.what", kind=type(error).__name__, place=place_of(error)
    )
    return Failure("failed-inside", 5, what, "", SAY("error.failed-inside.todo"))


def _code_of(error: OSError) -> str:
    """What the system did not do.

    There is no room, no permission, no such file, or something else.
    """
    if error.errno in _NO_ROOM:
        return "disk-full"
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return "no-permission"
    if isinstance(error, FileNotFoundError | NotADirectoryError) and error.filename:
        return "no-such-file"
    return "file-trouble"


def report_stop(stop: KeyboardInterrupt) -> int:
    """Print that the program was asked to end, and of a run what is done and what is left.

    With ``--json`` the object on standard output has that too. Returns the exit code.
    """
    what, todo = (SAY(f"error.stopped.{part}") for part in ("what", "todo"))
    if not isinstance(stop, StoppedError):
        report(Failure("stopped", _BY_KEYBOARD, what, "", todo))
        return _BY_KEYBOARD
    if stop.exit_code != _BY_KEYBOARD:
        what = SAY("error.stopped.by-system.what", signal=stop.name)
    failure = Failure("stopped", stop.exit_code, what, "", todo)
    at = stop.in_hand
    if at is None:
        report(failure)
        return stop.exit_code
    account = {
        "done": list(stop.done),
        "in_hand": dict(zip(("stage", "done", "total"), at, strict=True)),
        "left": list(stop.left),
    }
    report(dataclasses.replace(failure, after=_account(stop)), account)
    return stop.exit_code


def _account(stop: StoppedError) -> tuple[str, ...]:
    """What of a run is done, what was in hand and what is left, a line each."""
    lines = [SAY("error.stopped.nothing-done")]
    if stop.done:
        lines = [SAY("error.stopped.done", stages=_stages(stop.done))]
    if stop.in_hand is not None:
        stage, done, total = stop.in_hand
        key = "error.stopped.in-hand-of" if total > 1 else "error.stopped.in-hand"
        lines.append(SAY(key, stage=_stages((stage,)), done=done, total=total))
    return (*lines, SAY("error.stopped.left", stages=_stages(stop.left)))


def _stages(stages: Iterable[str]) -> str:
    return ", ".join(SAY(f"cli.stage.{stage}") for stage in stages)


def report(failure: Failure, more: Mapping[str, Any] | None = None) -> None:
    """Print a failure on standard error; with ``--json`` an object on standard output as well.

    ``more`` stands in the object beside the error.
    """
    for line in failure.details:
        TERMINAL.warn(line)
    TERMINAL.warn(failure.what)
    if failure.where:
        warn("cli.failure.where", place=failure.where)
    for line in failure.after:
        TERMINAL.warn(line)
    if failure.todo:
        warn("cli.failure.todo", todo=failure.todo)
    if TERMINAL.json:
        told = picked(failure, "code", "what", "where", "todo", "details")
        code = {"exit_code": failure.exit_code}
        TERMINAL.result({"error": told, **(more or {}), **code})


def _texts(error: VoterlistError, **more: object) -> tuple[str, str]:
    """(what, what to do): the catalogue's words for the error's code, else those it brought.

    Where one code has several sentences, the place ``variant`` says which.
    """
    code = error.code
    places = {**error.places, **more}
    key = (
        f"error.{code}.{places['variant']}" if "variant" in places else f"error.{code}"
    )
    for what, todo in (
        (f"{key}.what", f"{key}.todo"),
        (f"aside.{code}.message", f"aside.{code}.todo"),
    ):
        if SAY.has(what):
            return _fill(what, places, error.message), _fill(todo, places, error.todo)
    return error.message, error.todo


def _fill(key: str, places: dict[str, object], otherwise: str) -> str:
    """The catalogue's text with its places filled.

    ``otherwise`` where it asks for one that is not known.
    """
    try:
        return SAY(key, **places)
    except KeyError:
        return otherwise


def _place_of_mistake(mistake: SettingsMistake) -> str:
    """The line of the file and the path of the key, as far as they are known."""
    line = SAY("cli.place.line", line=mistake.line) if mistake.line else ""
    return ", ".join(filter(None, (line, visible_name(mistake.path))))


def _mistake(mistake: SettingsMistake) -> str:
    key = f"settings.{mistake.code}"
    return SAY(key, **dict(mistake.places)) if SAY.has(key) else mistake.code


def _where(error: VoterlistError) -> str:
    if isinstance(error, InputError):
        parts = [
            SAY("cli.place", file=error.file) if error.file else "",
            SAY("cli.place.sheet", sheet=error.sheet) if error.sheet else "",
            SAY("cli.place.line", line=error.line) if error.line else "",
        ]
        return ", ".join(filter(None, parts))
    if isinstance(error, StageError) and error.entry_id:
        return error.entry_id
    return ""
