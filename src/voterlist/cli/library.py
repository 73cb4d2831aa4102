"""The command line library's own words, in the language of the user.

The library speaks English: "Missing argument", "No such option". Its messages are compared with the
English texts of the catalogue, and said with the texts of the chosen language. A message that the
catalogue does not know stays as it is.
"""

from __future__ import annotations

import os
import re
import string
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import PurePath
from typing import Any

import typer

from voterlist.catalogue import texts
from voterlist.cli.terminal import tell
from voterlist.cli.words import SAY
from voterlist.errors import usage_error

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
            return _fill(key, places)
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
            parts.append(_fill("library.default", match.groupdict()))
        else:
            parts.append(part)
    return f"[{'; '.join(parts)}]"


def wrong_usage(error: Any) -> str:
    """An error of the library in the user's language, with what the parameter is for."""
    meaning = getattr(getattr(error, "param", None), "help", None)
    return "\n".join(filter(None, (in_our_words(error.format_message()), meaning)))


def error_line(error: Any) -> str:
    """The end of what is told about wrong usage."""
    return _fill("library.error", {"message": wrong_usage(error)})


def _fill(key: str, places: Mapping[str, str]) -> str:
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
