"""``synth``: invented lists with known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voterlist.cli.steps import Steps
from voterlist.cli.terminal import TERMINAL, Answer, picked, shown, tell
from voterlist.cli.words import SAY


def synth(
    out: Annotated[Path, typer.Argument(metavar="OUT", help=SAY("cli.argument.out"))],
    voters: Annotated[int, typer.Option(min=0, help=SAY("cli.option.voters"))],
    constituencies: Annotated[
        int | None,
        typer.Option(min=1, max=125, help=SAY("cli.option.constituencies")),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help=SAY("cli.option.seed"))] = 1,
    files: Annotated[
        bool | None, typer.Option("--files/--no-files", help=SAY("cli.option.files"))
    ] = None,
    registers: Annotated[
        bool, typer.Option("--registers", help=SAY("cli.option.registers"))
    ] = False,
    faults: Annotated[
        bool, typer.Option("--faults", help=SAY("cli.option.faults"))
    ] = False,
) -> Answer:
    """Invent voters' lists."""
    from voterlist.synth import Also, write

    also = Also.NOTHING
    if registers:
        also |= Also.REGISTERS
    if faults:
        also |= Also.FAULTS
    with Steps() as steps:
        made = write(
            out,
            voters=voters,
            constituencies=constituencies,
            seed=seed,
            files=files,
            also=also,
            progress=lambda _what, done, total: steps("synth", done, total),
        )
    tell("cli.synth.done", **picked(made, "entries", "voters", "repeated"))
    for path in made.paths:
        TERMINAL.say(f"  {shown(path)}")
    if made.files:
        tell("cli.synth.next", path=out)
    return picked(made)
