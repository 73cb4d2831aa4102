"""``forget``: the end of a cycle, when what holds cells of the lists is deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import Today, Workspace, day, option, since
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import SAY, Answer, tell, warn

if TYPE_CHECKING:
    from voterlist.upkeep.forgetting import Forgotten

_MEGABYTE = 2**20


def forget(
    workspace: Workspace,
    by: Annotated[str, option("forget-by", "NAME")] = "",
    handed_in: Annotated[bool, option("forget-handed-in", "--handed-in")] = False,
    plan: Annotated[bool, option("forget-plan", "--plan")] = False,
    yes: Annotated[bool, option("forget-yes", "--yes")] = False,
    today: Today = None,
) -> Answer:
    """Delete what holds cells of the lists, or say what would be deleted."""
    from voterlist.upkeep import forgetting

    with Steps() as steps:
        found = forgetting.forget(
            workspace,
            by=by.strip(),
            handed_in=handed_in,
            is_sure=yes and not plan,
            today=day(today, workspace),
            since=since(),
            progress=steps,
        )
    _tell(found, workspace)
    return {
        "kinds": found.kinds,
        "objections": [
            {
                "code": why.code,
                "count": why.count,
                "what": SAY(f"{why.code}.what", count=why.count),
                "todo": SAY(f"{why.code}.todo"),
            }
            for why in found.objections
        ],
        "links": found.links,
        "done": found.is_done,
        "went_on": found.goes_on,
        "exit_code": int(bool(found.objections)),
    }


def _tell(found: Forgotten, workspace: Path) -> None:
    """What there is by kind, then why it stays, what was done or what to type."""
    if found.goes_on:
        tell("forget.goes-on")
    if not found.kinds:
        tell("forget.nothing")
    for held in found.kinds:
        tell(
            "forget.line",
            2,
            what=SAY(f"forget.kind.{held.kind}"),
            files=held.files,
            megabytes=SAY.number(held.bytes / _MEGABYTE, 1),
        )
    for name in found.links:
        warn("forget.link", name=name)
    if found.objections:
        tell("forget.refused")
    for why in found.objections:
        tell(f"{why.code}.what", 2, count=why.count)
        tell(f"{why.code}.todo", 4)
    if found.is_done:
        tell("forget.done")
    elif found.kinds and not found.objections:
        tell("forget.next", folder=workspace)
