"""``verify``: a finished run made again, or the program held against what was delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from voterlist.cli.options import argument, option, since
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import Answer, picked, tell
from voterlist.errors import usage_error

_DIFFERS = 3
"""The exit code of a run that is not what its inputs make, and of a program that was changed."""
_NAMED = 20
"""So many files of a kind are named on a terminal; JSON has all of them."""


def verify(
    target: Annotated[Path | None, argument("verify", "DIR")] = None,
    workspace: Annotated[Path | None, option("verify-of", "DIR")] = None,
    run: Annotated[str | None, option("verify-run", "RUN")] = None,
    jobs: Annotated[int, option("verify-jobs", min=1)] = 1,
    program: Annotated[bool, option("verify-program", "--program")] = False,
    key: Annotated[Path | None, option("verify-key", "FILE")] = None,
    delivered: Annotated[Path | None, option("verify-delivered", "DIR")] = None,
) -> Answer:
    """Make a finished run again, or hold the program against what was delivered."""
    if program:
        return _program(target, workspace, key, delivered)
    if target is None:
        raise usage_error("verify-what")
    return _run(target, workspace, run, jobs)


def _run(target: Path, workspace: Path | None, run: str | None, jobs: int) -> Answer:
    """Make a run again, or that of a package."""
    from voterlist.upkeep.verifying import verify_package, verify_run

    if workspace is None:
        verified = verify_run(target, run, since=since(), jobs=jobs)
    else:
        verified = verify_package(target, workspace, since=since(), jobs=jobs)
    if verified.program is not None:
        tell("cli.verify.other-program", program=verified.program)
    places = picked(verified, "run", "compared")
    if verified.fits:
        tell("cli.verify.fits", **places)
    else:
        count, first = len(verified.differences), verified.differences[0]
        tell("cli.verify.differs", count=count, first=first, **places)
    return {
        **picked(verified, "run", "fits", "compared", "differences"),
        "other_program": verified.program,
        "exit_code": 0 if verified.fits else _DIFFERS,
    }


def _program(
    target: Path | None,
    workspace: Path | None,
    key: Path | None,
    delivered: Path | None,
) -> Answer:
    """Hold an installation against what was delivered."""
    from voterlist.handover.delivered import verify_program

    with Steps() as steps:
        verified = verify_program(
            target, delivered=delivered, key=key, workspace=workspace, progress=steps
        )
    tell(
        f"cli.verify.program.{verified.voucher}",
        owner=verified.owner,
        fingerprint=verified.fingerprint or "",
    )
    kinds = picked(verified, "altered", "missing", "additional")
    for kind, names in kinds.items():
        for name in names[:_NAMED]:
            tell(f"cli.verify.program.{kind}", file=name)
        if len(names) > _NAMED:
            tell(f"cli.verify.program.more-{kind}", count=len(names) - _NAMED)
    places = {"path": verified.folder, "compared": verified.compared}
    if verified.fits:
        tell("cli.verify.program.fits", **places)
    else:
        counts = {kind: len(names) for kind, names in kinds.items()}
        tell("cli.verify.program.differs", **places, **counts)
        tell("cli.verify.program.todo")
    return {
        "program": verified.folder,
        **picked(verified, "fits", "compared"),
        **kinds,
        **picked(verified, "voucher", "owner", "fingerprint"),
        "exit_code": 0 if verified.fits else _DIFFERS,
    }
