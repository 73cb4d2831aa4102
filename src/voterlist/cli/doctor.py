"""``doctor``: what is installed, writable and fast enough, and what to do about the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import argument, now
from voterlist.cli.terminal import SAY, TERMINAL, Answer, table

if TYPE_CHECKING:
    from voterlist.upkeep.installation import Noticed

_COLOURS = {"good": "green", "doubtful": "yellow", "bad": "bold red"}


def doctor(
    workspace: Annotated[Path | None, argument("workspace-or-none", "DIR")] = None,
) -> Answer:
    """Look at the installation, the machine and a workspace."""
    from voterlist.upkeep.installation import examine_installation

    noticed = examine_installation()
    if not _asks(noticed):
        # What is installed is whole, so the rest can be loaded.
        from voterlist.upkeep.doctor import examine

        noticed += examine(workspace, Path.cwd(), now())
    _tell(noticed)
    return {"noticed": noticed, "exit_code": int(_asks(noticed))}


def _asks(noticed: Sequence[Noticed]) -> bool:
    """True where something needs a person."""
    return any(each.health == "bad" for each in noticed)


def _tell(noticed: Sequence[Noticed]) -> None:
    """A line each, then what to do about what is not good."""
    rows = [
        (
            SAY(f"doctor.{each.code}.title"),
            SAY(f"doctor.health.{each.health}"),
            SAY(f"doctor.{each.code}.{each.health}", **each.places),
        )
        for each in noticed
    ]
    colours = [_COLOURS[each.health] for each in noticed]
    table(("looked-at", "health", "noticed"), rows, colours=colours)
    for each in noticed:
        if each.health != "good":
            todo = SAY(f"doctor.{each.code}.todo", **each.places)
            TERMINAL.say(f"  {SAY(f'doctor.{each.code}.title')}: {todo}")
