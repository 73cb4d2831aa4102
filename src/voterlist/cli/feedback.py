"""``review feedback``: what the clerks of each precinct get wrong, to send back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY


def feedback(
    workspace: Workspace,
    constituency: Annotated[
        int | None,
        typer.Option(
            "-c",
            "--constituency",
            metavar="N",
            min=1,
            help=SAY("cli.option.feedback-constituency"),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help=SAY("cli.option.feedback-out")),
    ] = None,
    today: Today = None,
) -> None:
    """Write a page for each precinct."""
    made = usecases.make_feedback(
        workspace, constituency, out, today=day(today, workspace)
    )
    count = len(made.precincts)
    TERMINAL.say(SAY("cli.feedback.written", precincts=count, path=shown(made.folder)))
    if TERMINAL.json:
        told = {"run": made.run, "constituency": made.constituency}
        told |= {"precincts": list(made.precincts), "outputs": list(made.paths)}
        TERMINAL.result({**told, "exit_code": 0})
