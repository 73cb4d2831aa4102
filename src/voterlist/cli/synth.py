"""``synth``: invented lists with known truth."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.terminal import TERMINAL, Steps, shown
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
) -> None:
    """Invent voters' lists."""
    also = usecases.Also.NOTHING
    if registers:
        also |= usecases.Also.REGISTERS
    if faults:
        also |= usecases.Also.FAULTS
    with Steps() as steps:
        made = usecases.invent_lists(
            out,
            voters=voters,
            constituencies=constituencies,
            seed=seed,
            files=files,
            also=also,
            progress=lambda _what, done, total: steps("synth", done, total),
        )
    TERMINAL.say(
        SAY(
            "cli.synth.done",
            entries=made.entries,
            voters=made.voters,
            repeated=made.repeated,
        )
    )
    for path in made.paths:
        TERMINAL.say(f"  {shown(path)}")
    if made.files:
        TERMINAL.say(SAY("cli.synth.next", path=shown(out)))
    if TERMINAL.json:
        TERMINAL.result({**dataclasses.asdict(made), "exit_code": 0})
