"""``ledger``: the ledger copied, a copy put back, a ledger that is lost given up."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day, now
from voterlist.cli.passphrases import PassphraseStdin, SealTo, opened_files
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY


def copy(
    workspace: Workspace,
    out: Annotated[
        str,
        typer.Argument(metavar="FILE", help=SAY("cli.argument.ledger-copy-out")),
    ],
    encrypt_to: SealTo = None,
) -> None:
    """Copy the ledger whole."""
    if encrypt_to is None:
        copied, rows = usecases.copy_ledger(workspace, out)
    else:
        sealed = usecases.sealed_name(Path(out))
        with usecases.sealed(workspace, sealed, encrypt_to) as plain:
            _, rows = usecases.copy_ledger(workspace, str(plain))
        out = copied = str(sealed)
    path = shown(Path(copied)) if copied == out else copied
    TERMINAL.say(SAY("cli.ledger.copied", path=path, **rows))
    if TERMINAL.json:
        TERMINAL.result({"out": copied, **rows, "exit_code": 0})


def restore(
    workspace: Workspace,
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help=SAY("cli.argument.ledger-copy"))
    ],
    older: Annotated[
        bool, typer.Option("--older", help=SAY("cli.option.older"))
    ] = False,
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> None:
    """Put a copy back."""
    since = now(workspace).isoformat(" ", "minutes")
    with ExitStack() as plain:
        (copy_of,) = opened_files(
            plain, workspace, [source], from_stdin=passphrase_stdin
        )
        replaced = usecases.restore_ledger(
            workspace, copy_of, today=day(today, workspace), since=since, older=older
        )
    _tell("cli.ledger.restored", replaced)


def renew(
    workspace: Workspace,
    by: Annotated[str, typer.Option(metavar="NAME", help=SAY("cli.option.renewed-by"))],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help=SAY("cli.option.renew-reason"))
    ],
    today: Today = None,
) -> None:
    """Go on without what is lost."""
    since = now(workspace).isoformat(" ", "minutes")
    replaced = usecases.renew_ledger(
        workspace, by=by, reason=reason, today=day(today, workspace), since=since
    )
    _tell("cli.ledger.renewed", replaced)


def _tell(key: str, replaced: usecases.Replaced) -> None:
    """What the ledger holds now, what is missing, and where the one before lies."""
    TERMINAL.say(SAY(key, **replaced.rows))
    if replaced.known:
        TERMINAL.say(SAY("cli.ledger.known", **replaced.known))
    kept = replaced.kept
    if kept is not None:
        path = shown(kept) if isinstance(kept, Path) else kept
        TERMINAL.say(SAY("cli.ledger.kept", path=path))
    if TERMINAL.json:
        known: Mapping[str, int] | None = replaced.known or None
        TERMINAL.result(
            {**replaced.rows, "known": known, "kept": replaced.kept, "exit_code": 0}
        )
