"""The passphrase of the private key: from a terminal, or from standard input."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

from voterlist.cli.options import option, settings_of
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY
from voterlist.errors import usage_error

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
        return _first_line()
    if not _is_terminal():
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
    from voterlist.handover.commissions import keys_are_protected

    # Of a folder that is none nobody is told to put its keys back.
    settings_of(workspace)
    if from_stdin:
        return _first_line()
    if not keys_are_protected(workspace) or not _is_terminal():
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
    from voterlist.handover.commissions import is_sealed, opened

    files = list(files)
    passphrase = None
    if any(map(is_sealed, files)):
        passphrase = passphrase_of(workspace, from_stdin=from_stdin)
    return [stack.enter_context(opened(workspace, path, passphrase)) for path in files]


def _first_line() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty() and not TERMINAL.json
