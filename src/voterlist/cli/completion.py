"""Completion of commands and options by the shell, which the command line library makes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import typer
from shellingham import ShellDetectionFailure, detect_shell
from typer.completion import install  # type: ignore[attr-defined]

from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY
from voterlist.errors import UsageError

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
    shell, path = install(shell=_shell())
    TERMINAL.say(SAY("cli.completion.installed", shell=shell, path=shown(path)))
    raise typer.Exit


def _shell() -> str:
    """The shell that runs the command, else the one that the user has chosen (``SHELL``)."""
    own = PurePath(os.environ.get("SHELL", "")).name
    for name in (_running_shell(), own):
        if name in _SHELLS:
            return name
    raise UsageError(f"no completion for the shell {own!r}", code="shell-unknown")


def _running_shell() -> str:
    """The name of the shell among the parents of the process; empty where there is none."""
    try:
        return str(detect_shell()[0])
    except ShellDetectionFailure:
        return ""
