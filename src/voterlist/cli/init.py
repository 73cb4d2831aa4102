"""``init``: a new workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import now
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY
from voterlist.model import Level

__all__ = ["init"]


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=SAY("cli.argument.new-workspace"))
    ],
    cycle: Annotated[str | None, typer.Option(help=SAY("cli.option.cycle"))] = None,
    level: Annotated[Level, typer.Option(help=SAY("cli.option.level"))] = Level.CONEC,
) -> None:
    """Make a workspace."""
    settings = usecases.make_workspace(
        folder, cycle=cycle or str(now().year), level=level
    )
    made_cycle = settings.workspace.cycle
    TERMINAL.say(SAY("cli.init.made", cycle=made_cycle, path=shown(folder)))
    first_inbox = folder / usecases.INBOX / "88"
    TERMINAL.say(SAY("cli.init.next", inbox=shown(first_inbox), path=shown(folder)))
    if TERMINAL.json:
        TERMINAL.result(
            {
                "workspace": folder,
                "cycle": made_cycle,
                "level": level.value,
                "exit_code": 0,
            }
        )
