"""``verify``: a finished run made again, or the program held against what was delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import now
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY
from voterlist.errors import UsageError

_DIFFERS = 3
"""The exit code of a run that is not what its inputs make, and of a program that was changed."""
_NAMED = 20
"""So many files of a kind are named on a terminal; JSON has all of them."""


def verify(
    target: Annotated[
        Path | None, typer.Argument(metavar="DIR", help=SAY("cli.argument.verify"))
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", metavar="DIR", help=SAY("cli.option.verify-of")),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help=SAY("cli.option.verify-run")),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help=SAY("cli.option.verify-jobs"))] = 1,
    program: Annotated[
        bool, typer.Option("--program", help=SAY("cli.option.verify-program"))
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help=SAY("cli.option.verify-key")),
    ] = None,
    delivered: Annotated[
        Path | None,
        typer.Option(
            "--delivered", metavar="DIR", help=SAY("cli.option.verify-delivered")
        ),
    ] = None,
) -> None:
    """Make a finished run again, or hold the program against what was delivered."""
    if program:
        raise typer.Exit(_program(target, workspace, key, delivered))
    if target is None:
        raise UsageError("no workspace", code="verify-what")
    raise typer.Exit(_run(target, workspace, run, jobs))


def _run(target: Path, workspace: Path | None, run: str | None, jobs: int) -> int:
    """Make a run again, or that of a package; the exit code."""
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
    return code


def _program(
    target: Path | None,
    workspace: Path | None,
    key: Path | None,
    delivered: Path | None,
) -> int:
    """Hold an installation against what was delivered; the exit code."""
    with Steps() as steps:
        verified = usecases.verify_program(
            target, delivered=delivered, key=key, workspace=workspace, progress=steps
        )
    _say_voucher(verified)
    kinds = {
        "altered": verified.altered,
        "missing": verified.missing,
        "additional": verified.additional,
    }
    for kind, names in kinds.items():
        for name in names[:_NAMED]:
            TERMINAL.say(SAY(f"cli.verify.program.{kind}", file=name))
        if len(names) > _NAMED:
            more = len(names) - _NAMED
            TERMINAL.say(SAY(f"cli.verify.program.more-{kind}", count=more))
    places = {"path": shown(verified.folder), "compared": verified.compared}
    code = 0 if verified.fits else _DIFFERS
    if verified.fits:
        TERMINAL.say(SAY("cli.verify.program.fits", **places))
    else:
        counts = {kind: len(names) for kind, names in kinds.items()}
        TERMINAL.say(SAY("cli.verify.program.differs", **places, **counts))
        TERMINAL.say(SAY("cli.verify.program.todo"))
    if TERMINAL.json:
        TERMINAL.result(
            {
                "program": verified.folder,
                "fits": verified.fits,
                "compared": verified.compared,
                **kinds,
                "voucher": verified.voucher,
                "owner": verified.owner,
                "fingerprint": verified.fingerprint,
                "exit_code": code,
            }
        )
    return code


def _say_voucher(verified: usecases.ProgramVerified) -> None:
    """Who says what was delivered."""
    TERMINAL.say(
        SAY(
            f"cli.verify.program.{verified.voucher}",
            owner=verified.owner,
            fingerprint=verified.fingerprint or "",
        )
    )
