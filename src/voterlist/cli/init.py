"""``init``: a new workspace."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import now
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY
from voterlist.model import Level

_HIGHEST = 999
"""The highest number of a constituency for which an entry id has room."""


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=SAY("cli.argument.new-workspace"))
    ],
    cycle: Annotated[str | None, typer.Option(help=SAY("cli.option.cycle"))] = None,
    level: Annotated[Level, typer.Option(help=SAY("cli.option.level"))] = Level.CONEC,
    constituency: Annotated[
        int | None,
        typer.Option(
            "-c",
            "--constituency",
            metavar="N",
            min=1,
            max=_HIGHEST,
            help=SAY("cli.option.own-constituency"),
        ),
    ] = None,
) -> None:
    """Make a workspace."""
    if constituency is None and level is not Level.CEC and not TERMINAL.json:
        constituency = _asked()
    settings = usecases.make_workspace(
        folder,
        cycle=cycle or str(now().year),
        level=level,
        constituency=constituency,
    )
    made_cycle = settings.workspace.cycle
    TERMINAL.say(SAY("cli.init.made", cycle=made_cycle, path=shown(folder)))
    inbox = folder / usecases.INBOX
    if constituency is None:
        TERMINAL.say(SAY("cli.init.next-any", inbox=shown(inbox), path=shown(folder)))
    else:
        own = shown(inbox / str(constituency))
        TERMINAL.say(SAY("cli.init.next", inbox=own, path=shown(folder)))
    if TERMINAL.json:
        TERMINAL.result(
            {
                "workspace": folder,
                "cycle": made_cycle,
                "level": level.value,
                "constituency": constituency,
                "exit_code": 0,
            }
        )


def _asked() -> int | None:
    """The constituency as somebody at a terminal names it; None without an answer or terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    while True:
        try:
            answer = input(SAY("cli.init.ask")).strip()
        except EOFError:
            answer = ""
        if not answer:
            return None
        if answer.isdecimal() and 1 <= int(answer) <= _HIGHEST:
            return int(answer)
        TERMINAL.warn(SAY("cli.init.no-number", most=_HIGHEST))
