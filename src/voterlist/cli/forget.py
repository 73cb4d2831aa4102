"""``forget``: the end of a cycle, when what holds cells of the lists is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, day, now, takes
from voterlist.cli.terminal import TERMINAL, Steps, shown
from voterlist.cli.words import SAY

_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class _Options:
    """The arguments and options of the command."""

    workspace: Workspace
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help=SAY("cli.option.forget-by"))
    ] = ""
    handed_in: Annotated[
        bool, typer.Option("--handed-in", help=SAY("cli.option.forget-handed-in"))
    ] = False
    plan: Annotated[
        bool, typer.Option("--plan", help=SAY("cli.option.forget-plan"))
    ] = False
    yes: Annotated[bool, typer.Option("--yes", help=SAY("cli.option.forget-yes"))] = (
        False
    )
    today: Today = None


@takes(_Options)
def forget(options: _Options) -> None:
    """Delete what holds cells of the lists, or say what would be deleted."""
    request = usecases.ForgetRequest(
        by=options.by,
        handed_in=options.handed_in,
        is_sure=options.yes and not options.plan,
    )
    with Steps() as steps:
        found = usecases.forget(
            options.workspace,
            request,
            today=day(options.today, options.workspace),
            since=now().isoformat(" ", "minutes"),
            progress=steps,
        )
    _tell(found, options)
    code = int(bool(found.objections))
    if TERMINAL.json:
        TERMINAL.result({**_as_json(found), "exit_code": code})
    raise typer.Exit(code)


def _tell(found: usecases.Forgotten, options: _Options) -> None:
    """What there is by kind, then why it stays, what was done or what to type."""
    if found.goes_on:
        TERMINAL.say(SAY("forget.goes-on"))
    if not found.kinds:
        TERMINAL.say(SAY("forget.nothing"))
    for one in found.kinds:
        megabytes = SAY.number(one.bytes / _MEGABYTE, 1)
        places = {"what": SAY(f"forget.kind.{one.kind}"), "files": one.files}
        TERMINAL.say(f"  {SAY('forget.line', megabytes=megabytes, **places)}")
    for name in found.links:
        TERMINAL.warn(SAY("forget.link", name=name))
    if found.objections:
        TERMINAL.say(SAY("forget.refused"))
    for objection in found.objections:
        TERMINAL.say(f"  {SAY(f'{objection.code}.what', count=objection.count)}")
        TERMINAL.say(f"    {SAY(f'{objection.code}.todo')}")
    if found.is_done:
        TERMINAL.say(SAY("forget.done"))
    elif found.kinds and not found.objections:
        TERMINAL.say(SAY("forget.next", folder=shown(options.workspace)))


def _as_json(found: usecases.Forgotten) -> dict[str, Any]:
    """The result as plain values; scripts are written against these names."""
    kinds = [
        {"kind": one.kind.value, "files": one.files, "bytes": one.bytes}
        for one in found.kinds
    ]
    objections = [
        {
            "code": one.code,
            "count": one.count,
            "what": SAY(f"{one.code}.what", count=one.count),
            "todo": SAY(f"{one.code}.todo"),
        }
        for one in found.objections
    ]
    return {
        "kinds": kinds,
        "objections": objections,
        "links": list(found.links),
        "done": found.is_done,
        "went_on": found.goes_on,
    }
