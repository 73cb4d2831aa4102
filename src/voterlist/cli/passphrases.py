"""The passphrase of the private key: from a terminal, or from standard input."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY
from voterlist.errors import UsageError

__all__ = ["PassphraseStdin", "new_passphrase", "passphrase_of"]

PassphraseStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help=SAY("cli.option.passphrase-stdin"))
]


def new_passphrase(*, from_stdin: bool) -> str | None:
    """The passphrase for new keys; None for keys without one.

    At a terminal it is asked for twice; an empty answer means none.

    Raises:
        UsageError: the two answers differ.
    """
    if from_stdin:
        return _first_line()
    if not _is_terminal():
        return None
    first = getpass.getpass(SAY("cli.keys.ask-new"))
    if not first:
        return None
    if getpass.getpass(SAY("cli.keys.ask-again")) != first:
        raise UsageError("two passphrases", code="passphrases-differ")
    return first


def passphrase_of(workspace: Path, *, from_stdin: bool) -> str | None:
    """The passphrase of the keys of a workspace; None where they have none, or nobody can be asked.

    Raises:
        CustodyError: there are no keys, or others can read them.
    """
    if from_stdin:
        return _first_line()
    if not usecases.keys_are_protected(workspace) or not _is_terminal():
        return None
    return getpass.getpass(SAY("cli.keys.ask"))


def _first_line() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty() and not TERMINAL.json
