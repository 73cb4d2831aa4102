"""``init``: a new workspace."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from voterlist.cli.options import Today, argument, day, option
from voterlist.cli.terminal import SAY, TERMINAL, Answer, tell, warn
from voterlist.model import Level

_HIGHEST = 999
"""The highest number of a constituency for which an entry id has room."""


def init(
    folder: Annotated[Path, argument("new-workspace", "DIR")],
    cycle: Annotated[str | None, option("cycle")] = None,
    level: Annotated[Level, option("level")] = Level.CONEC,
    constituency: Annotated[
        int | None,
        option("own-constituency", "-c", "--constituency", "N", min=1, max=_HIGHEST),
    ] = None,
    today: Today = None,
) -> Answer:
    """Make a workspace."""
    from voterlist.pipeline.inbox import INBOX, make_workspace

    if constituency is None and level is not Level.CEC and not TERMINAL.json:
        constituency = _ask()
    cycle = cycle or str(day(today).year)
    settings = make_workspace(
        folder, cycle=cycle, level=level, constituency=constituency
    )
    made_cycle = settings.workspace.cycle
    tell("cli.init.made", cycle=made_cycle, path=folder)
    inbox = folder / INBOX
    if constituency is None:
        tell("cli.init.next-any", inbox=inbox, path=folder)
    else:
        tell("cli.init.next", inbox=inbox / str(constituency), path=folder)
    return {
        "workspace": folder,
        "cycle": made_cycle,
        "level": level,
        "constituency": constituency,
    }


def _ask() -> int | None:
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
        warn("cli.init.no-number", most=_HIGHEST)
