"""Completion of commands and options by the shell, which the command line library makes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer
from typer.completion import install  # type: ignore[attr-defined]

from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY

__all__ = ["tell_in_our_words"]


def tell_in_our_words(parameters: Iterable[Any]) -> None:
    """Let ``--install-completion``, where it is among the parameters, say what was done."""
    for parameter in parameters:
        if parameter.name == "install_completion":
            parameter.callback = _install


def _install(context: Any, _parameter: Any, value: Any) -> Any:
    """Install completion for the shell that is given, or for the one that runs the command."""
    if not value or context.resilient_parsing:
        return value
    shell, path = install(shell=value if isinstance(value, str) else None)
    TERMINAL.say(SAY("cli.completion.installed", shell=shell, path=shown(path)))
    raise typer.Exit
