"""``submit``: hand over to the commission above."""

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
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="PACKAGE.zip", help=SAY("cli.option.package-out")
        ),
    ]
    constituency: Annotated[
        int | None,
        typer.Option(
            "-c", "--constituency", metavar="N", help=SAY("cli.option.submit-of")
        ),
    ] = None
    encrypt_to: Annotated[
        str | None,
        typer.Option("--encrypt-to", metavar="NAME", help=SAY("cli.option.encrypt-to")),
    ] = None
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help=SAY("cli.option.submit-by"))
    ] = ""
    passphrase_stdin: PassphraseStdin = False
    today: Today = None


@takes(_Options)
def submit(options: _Options) -> None:
    """Hand over to the commission above."""
    request = usecases.SubmitRequest(
        constituency=options.constituency,
        out=options.out,
        encrypt_to=options.encrypt_to,
        by=options.by,
    )
    passphrase = passphrase_of(options.workspace, from_stdin=options.passphrase_stdin)
    made = usecases.submit(
        options.workspace,
        request,
        passphrase,
        today=day(options.today),
        since=now().isoformat(" ", "minutes"),
    )
    _tell_gates(made)
    if made.manifest is not None:
        _tell_package(made)
    code = int(made.is_refused)
    if TERMINAL.json:
        TERMINAL.result({**_as_json(made), "exit_code": code})
    raise typer.Exit(code)


def _tell_gates(made: usecases.Submission) -> None:
    """Each open gate with what to do, then what the settings let pass."""
    if made.is_refused:
        TERMINAL.say(SAY("cli.submit.refused", run=made.run))
    for state in made.gates:
        what = SAY(f"gate.{state.gate}.what", count=state.count)
        if state.is_open:
            TERMINAL.say(f"  {what}")
            TERMINAL.say(f"    {SAY(f'gate.{state.gate}.todo')}")
        elif state.is_let_pass:
            TERMINAL.say(SAY("cli.submit.let-pass", what=what))


def _tell_package(made: usecases.Submission) -> None:
    manifest = made.manifest
    assert manifest is not None
    assert made.package is not None
    assert made.sums is not None
    TERMINAL.say(
        SAY(
            "cli.submit.written",
            receiver=manifest.receiver.name,
            serial=manifest.serial,
            path=shown(made.package),
        )
    )
    TERMINAL.say(
        SAY("cli.submit.sums", voters=made.sums["listed"], precincts=made.precincts)
    )
    TERMINAL.say(SAY("cli.submit.digest", digest=manifest.digest))
    for path in made.acts:
        TERMINAL.say(SAY("cli.submit.act", path=shown(path)))
    TERMINAL.say(SAY("cli.submit.next"))


def _as_json(made: usecases.Submission) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    gates = [
        {
            "gate": state.gate.value,
            "count": state.count,
            "limit": state.limit,
            "open": state.is_open,
            "what": SAY(f"gate.{state.gate}.what", count=state.count),
            "todo": SAY(f"gate.{state.gate}.todo"),
        }
        for state in made.gates
    ]
    manifest = made.manifest
    package = None
    if manifest is not None:
        package = {
            "path": made.package,
            "id": manifest.digest,
            "serial": manifest.serial,
            "receiver": manifest.receiver.slug,
            "head": manifest.journal,
            "sums": made.sums,
            "precincts": made.precincts,
            "acts": made.acts,
        }
    return {"run": made.run, "gates": gates, "package": package}
