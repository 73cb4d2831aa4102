"""``review sample``: cases and pairs that tell most of how right the decisions are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day
from voterlist.cli.terminal import TERMINAL, shown
from voterlist.cli.words import SAY

_SIZE = 200


def sample(
    workspace: Workspace,
    size: Annotated[
        int, typer.Option("-n", min=1, help=SAY("cli.option.sample-size"))
    ] = _SIZE,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=SAY("cli.option.sample-out")),
    ] = None,
    language: Annotated[
        Literal["az", "en"] | None, typer.Option(help=SAY("cli.option.language"))
    ] = None,
    today: Today = None,
) -> None:
    """Draw cases and pairs, and write them into a workbook."""
    request = usecases.SampleRequest(size, out, language, day(today, workspace))
    made = usecases.sample_review(workspace, request)
    counts = {"asked": made.asked, "unasked": made.unasked}
    TERMINAL.say(SAY("cli.sample.written", path=shown(made.path), **counts))
    TERMINAL.say(SAY("cli.sample.next", folder=shown(workspace)))
    if TERMINAL.json:
        TERMINAL.result({"run": made.run, **counts, "out": made.path, "exit_code": 0})
