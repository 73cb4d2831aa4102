"""What went wrong, where, and what to do next: three lines, in the user's language, no traceback.

The command line library speaks English: "Missing argument", "No such option". Its messages are
compared with the English texts of the catalogue, and said with the texts of the chosen language. A
message that the catalogue does not know stays as it is.
"""

from __future__ import annotations

import dataclasses
import errno
import os
import re
import string
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import PurePath
from typing import Any

import typer

from voterlist.catalogue import texts
from voterlist.cli.terminal import SAY, TERMINAL, pick, tell, visible_name, warn
from voterlist.errors import (
    NO_ROOM,
    InputError,
    SettingsError,
    SettingsMistake,
    StageError,
    UsageError,
    VoterlistError,
    place_of,
    usage_error,
)
from voterlist.model import frozen
from voterlist.processes.stopping import StoppedError

_MESSAGES = (
    "missing-argument-of",
    "missing-argument",
    "missing-option-of",
    "missing-option",
    "missing-command",
    "no-such-option-but",
    "no-such-option-like",
    "no-such-option",
    "no-such-command-like",
    "no-such-command",
    "value",
    "value-error",
    "unexpected",
    "unexpected-one",
    "unexpected-several",
    "value-needed",
    "no-value",
    "least",
    "most",
    "whole-number",
    "number",
    "one-of-two",
    "not-whole",
    "not-number",
    "not-among",
    "outside",
)
"""The messages in the order in which they are tried: the longer of two like ones first."""


_OWN_OPTIONS = ("library.help", "library.install-completion", "library.show-completion")
"""The explanations of options that the library adds."""


def in_our_words(message: str) -> str:
    """A message of the library in the user's language."""
    if SAY.language == "en":
        return message
    for name in _MESSAGES:
        key = f"library.message.{name}"
        match = _pattern(key).fullmatch(message)
        if match is not None:
            places = match.groupdict()
            if "message" in places:
                places["message"] = in_our_words(places["message"])
            return _say(key, places)
    return message


def help_in_our_words(text: str) -> str:
    """The explanation of an option in the user's language; some are the library's own."""
    own = (key for key in _OWN_OPTIONS if text == texts(key)["en"])
    key = next(own, None)
    return text if key is None else SAY(key)


def extra_in_our_words(extra: str) -> str:
    """What the library adds to the help of an option, such as ``[default: az; required]``."""
    default = _pattern("library.default")
    parts = []
    for part in extra.strip().removeprefix("[").removesuffix("]").split("; "):
        match = default.fullmatch(part)
        if part == texts("library.required")["en"]:
            parts.append(SAY("library.required"))
        elif match is not None:
            parts.append(_say("library.default", match.groupdict()))
        else:
            parts.append(part)
    return f"[{'; '.join(parts)}]"


def wrong_usage(error: Any) -> str:
    """An error of the library in the user's language, with what the parameter is for."""
    meaning = getattr(getattr(error, "param", None), "help", None)
    return "\n".join(filter(None, (in_our_words(error.format_message()), meaning)))


def error_line(error: Any) -> str:
    """The end of what is told about wrong usage."""
    return _say("library.error", {"message": wrong_usage(error)})


def _say(key: str, places: Mapping[str, str]) -> str:
    """The text of a key. A place may hold line breaks of the library's own."""
    return texts(key)[SAY.language].format(**places)


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """The English text of a key as a pattern with a named group for each place."""
    pattern = ""
    for literal, place, _, _ in string.Formatter().parse(texts(key)["en"]):
        pattern += re.escape(literal)
        pattern += f"(?P<{place}>.+?)" if place else ""
    return re.compile(pattern, re.DOTALL)


# Completion of commands and options by the shell, which the library makes

_SHELLS = frozenset({"bash", "fish", "powershell", "pwsh", "zsh"})
"""Shells for which the library has a script."""


def tell_in_our_words(parameters: Iterable[Any]) -> None:
    """Let ``--install-completion``, where it is among the parameters, say what was done."""
    for parameter in parameters:
        if parameter.name == "install_completion":
            parameter.callback = _install


def _install(context: Any, _parameter: Any, value: Any) -> Any:
    """Install completion for the shell that runs the command.

    Raises:
        UsageError: it is not known, and no script is made for the user's own shell.
    """
    if not value or context.resilient_parsing:
        return value
    from typer.completion import install  # type: ignore[attr-defined]

    shell, path = install(shell=_shell())
    tell("cli.completion.installed", shell=shell, path=path)
    raise typer.Exit


def _shell() -> str:
    """The shell that runs the command, else the one that the user has chosen (``SHELL``)."""
    own = PurePath(os.environ.get("SHELL", "")).name
    for name in (_running_shell(), own):
        if name in _SHELLS:
            return name
    raise usage_error("shell-unknown")


def _running_shell() -> str:
    """The name of the shell among the parents of the process; empty where there is none."""
    from shellingham import ShellDetectionFailure, detect_shell

    try:
        return str(detect_shell()[0])
    except ShellDetectionFailure:
        return ""


_BY_KEYBOARD = 130
"""The exit code of a command that was stopped from the keyboard."""


@frozen
class Failure:
    """An error in words."""

    code: str
    exit_code: int
    what: str
    where: str = ""
    todo: str = ""
    details: tuple[str, ...] = ()
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
        exit_code = _EXIT_OF.get(error.code, error.exit_code)
        return Failure(error.code, exit_code, what, _where(error), todo)
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
        return Failure(code, _EXIT_OF.get(code, 5), what, path, todo)
    what = SAY(
        "error.failed-inside.what", kind=type(error).__name__, place=place_of(error)
    )
    return Failure("failed-inside", 5, what, "", SAY("error.failed-inside.todo"))


_EXIT_OF = {"no-such-file": UsageError.exit_code}
"""Of a mistake with one exit code, whatever noticed it."""


def _code_of(error: OSError) -> str:
    """What the system did not do.

    There is no room, no permission, no such file, or something else.
    """
    if error.errno in NO_ROOM:
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
        told = pick(failure, "code", "what", "where", "todo", "details")
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
