"""``doctor``: what is installed, writable and fast enough, and what to do about the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from voterlist import usecases
from voterlist.cli.options import now
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY

_COLOURS = {"good": "green", "doubtful": "yellow", "bad": "bold red"}


def doctor(
    workspace: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help=SAY("cli.argument.workspace-or-none")),
    ] = None,
) -> None:
    """Look at the installation, the machine and a workspace."""
    noticed = usecases.examine_installation()
    if not _asks(noticed):
        noticed += usecases.examine(workspace, Path.cwd(), now())
    _tell(noticed)
    code = int(_asks(noticed))
    if TERMINAL.json:
        looked = [{**dataclasses.asdict(one), "health": one.health} for one in noticed]
        TERMINAL.result({"noticed": looked, "exit_code": code})
    raise typer.Exit(code)


def _asks(noticed: Sequence[usecases.Noticed]) -> bool:
    """True where something needs a person."""
    return any(one.health == "bad" for one in noticed)


def _tell(noticed: Sequence[usecases.Noticed]) -> None:
    """A line each, then what to do about what is not good."""
    headers = [SAY(f"cli.table.{name}") for name in ("looked-at", "health", "noticed")]
    rows = [
        (
            SAY(f"doctor.{one.code}.title"),
            SAY(f"doctor.health.{one.health}"),
            SAY(f"doctor.{one.code}.{one.health}", **one.places),
        )
        for one in noticed
    ]
    TERMINAL.table(headers, rows, colours=[_COLOURS[one.health] for one in noticed])
    for one in noticed:
        if one.health != "good":
            todo = SAY(f"doctor.{one.code}.todo", **one.places)
            TERMINAL.say(f"  {SAY(f'doctor.{one.code}.title')}: {todo}")
