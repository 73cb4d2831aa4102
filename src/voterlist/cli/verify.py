"""``verify``: a finished run made again from its inputs, and compared byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import now
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY

__all__ = ["verify"]

_DIFFERS = 3
"""The exit code of a run that is not what its inputs make."""


def verify(
    target: Annotated[
        Path, typer.Argument(metavar="DIR", help=SAY("cli.argument.verify"))
    ],
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", metavar="DIR", help=SAY("cli.option.verify-of")),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help=SAY("cli.option.verify-run")),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help=SAY("cli.option.verify-jobs"))] = 1,
) -> None:
    """Make a finished run again and compare every byte."""
    since = now().isoformat(" ", "minutes")
    if workspace is None:
        verified = usecases.verify_run(target, run, since=since, jobs=jobs)
    else:
        verified = usecases.verify_package(target, workspace, since=since, jobs=jobs)
    if verified.program is not None:
        TERMINAL.say(SAY("cli.verify.other-program", program=verified.program))
    if verified.fits:
        TERMINAL.say(
            SAY("cli.verify.fits", run=verified.run, compared=verified.compared)
        )
    else:
        TERMINAL.say(
            SAY(
                "cli.verify.differs",
                run=verified.run,
                count=len(verified.differences),
                compared=verified.compared,
                first=verified.differences[0],
            )
        )
    code = 0 if verified.fits else _DIFFERS
    if TERMINAL.json:
        TERMINAL.result(
            {
                "run": verified.run,
                "fits": verified.fits,
                "compared": verified.compared,
                "differences": verified.differences,
                "other_program": verified.program,
                "exit_code": code,
            }
        )
    raise typer.Exit(code)
