"""``return``: send down what was found across constituencies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day, now, takes
from voterlist.cli.passphrases import PassphraseStdin, passphrase_of
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY


@dataclass(frozen=True, slots=True)
class _Options:
    """The arguments and options of the command."""

    workspace: Workspace
    constituency: Annotated[
        int,
        typer.Option(
            "-c", "--constituency", metavar="N", help=SAY("cli.option.return-to")
        ),
    ]
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="PACKAGE.zip", help=SAY("cli.option.package-out")
        ),
    ]
    precinct: Annotated[
        int | None,
        typer.Option(
            "--precinct", metavar="P", min=1, help=SAY("cli.option.return-precinct")
        ),
    ] = None
    encrypt_to: Annotated[
        str | None,
        typer.Option("--encrypt-to", metavar="NAME", help=SAY("cli.option.encrypt-to")),
    ] = None
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help=SAY("cli.option.return-by"))
    ] = ""
    passphrase_stdin: PassphraseStdin = False
    today: Today = None


@takes(_Options)
def return_cases(options: _Options) -> None:
    """Send down what was found."""
    request = usecases.ReturnRequest(
        constituency=options.constituency,
        precinct=options.precinct,
        out=options.out,
        encrypt_to=options.encrypt_to,
        by=options.by,
    )
    passphrase = passphrase_of(options.workspace, from_stdin=options.passphrase_stdin)
    sent = usecases.return_cases(
        options.workspace,
        request,
        passphrase,
        today=day(options.today),
        since=now().isoformat(" ", "minutes"),
    )
    counts = {
        "cases": len(sent.returned.cases),
        "proposals": len(sent.returned.proposals),
        "findings": len(sent.returned.findings),
        "questions": sent.questions,
    }
    receiver = sent.manifest.receiver
    TERMINAL.say(
        SAY(
            "cli.return.written",
            serial=sent.manifest.serial,
            receiver=receiver.name,
            path=shown(sent.package),
        )
    )
    TERMINAL.say(SAY("cli.return.counts", **counts))
    owed = usecases.owed_answers(options.workspace)
    for one in owed:
        owing = ", ".join(map(str, one.owing))
        TERMINAL.say(SAY("cli.return.owed", number=one.number, owing=owing))
    if TERMINAL.json:
        package: dict[str, Any] = {
            "path": sent.package,
            "id": sent.manifest.digest,
            "serial": sent.manifest.serial,
            "receiver": receiver.slug,
            "head": sent.manifest.journal,
        }
        cases = [
            {"number": one.number, "asked": one.asked, "owing": one.owing}
            for one in owed
        ]
        TERMINAL.result({"package": package, **counts, "owed": cases, "exit_code": 0})
