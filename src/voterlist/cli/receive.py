"""``receive``: take in what another commission handed over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day, now
from voterlist.cli.passphrases import PassphraseStdin, passphrase_of
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY

_MOST_NAMED = 5
"""With more files beside the package than these, the rest is counted."""


def receive(
    workspace: Workspace,
    package: Annotated[
        Path, typer.Argument(metavar="PACKAGE.zip", help=SAY("cli.argument.package"))
    ],
    receipt: Annotated[
        Path | None,
        typer.Option("--receipt", metavar="FILE", help=SAY("cli.option.receipt")),
    ] = None,
    ground: Annotated[
        str, typer.Option("--ground", metavar="TEXT", help=SAY("cli.option.settle"))
    ] = "",
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help=SAY("cli.option.settled-by"))
    ] = "",
    passphrase_stdin: PassphraseStdin = False,
    today: Today = None,
) -> None:
    """Take in a package."""
    taken = usecases.receive(
        workspace,
        package,
        passphrase_of(workspace, from_stdin=passphrase_stdin),
        receipt=receipt,
        settled={"ground": ground, "by": by} if ground or by else None,
        today=day(today),
        since=now().isoformat(" ", "minutes"),
    )
    _tell(taken)
    if TERMINAL.json:
        TERMINAL.result({**_as_json(taken), "exit_code": 0})


def _tell(taken: usecases.Received) -> None:
    """What was taken in, and what to do next."""
    manifest = taken.manifest
    places = {"sender": manifest.sender.name, "serial": manifest.serial}
    if taken.was_taken:
        TERMINAL.say(SAY("cli.receive.was-taken", **places))
    else:
        counts = {
            name: getattr(taken, name) for name in ("entries", "decisions", "cases")
        }
        confirmed = taken.confirmed or 0
        TERMINAL.say(
            SAY(f"cli.receive.{manifest.kind}", **places, **counts, confirmed=confirmed)
        )
    if taken.cases:
        TERMINAL.say(SAY("cli.receive.answer"))
    if taken.settled:
        TERMINAL.say(SAY("cli.receive.settled", count=taken.settled))
    if taken.inbox is not None:
        TERMINAL.say(SAY("cli.receive.inbox", path=shown(taken.inbox)))
    if taken.superseded is not None:
        TERMINAL.say(SAY("cli.receive.superseded"))
    if taken.beside:
        names = ", ".join(shown(Path(one)) for one in taken.beside[:_MOST_NAMED])
        places = {"count": len(taken.beside), "files": names}
        TERMINAL.warn(SAY("cli.receive.beside", **places))
    if taken.missing:
        TERMINAL.say(SAY("cli.receive.missing", count=taken.missing))
    if taken.receipt is not None:
        TERMINAL.say(SAY("cli.receive.receipt-written", path=shown(taken.receipt)))


def _as_json(taken: usecases.Received) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    manifest = taken.manifest
    names = (
        "entries",
        "decisions",
        "cases",
        "settled",
        "inbox",
        "superseded",
        "missing",
        "receipt",
        "beside",
    )
    return {
        "kind": manifest.kind.value,
        "sender": manifest.sender.slug,
        "constituency": manifest.constituency,
        "serial": manifest.serial,
        "id": manifest.digest,
        "head": manifest.journal,
        **{name: getattr(taken, name) for name in names},
        "confirmed": taken.confirmed,
        "was_taken": taken.was_taken,
    }
