"""``approve`` and ``finish``: what a person states of a stage, with its ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from voterlist import usecases
from voterlist.cli.options import Today, Workspace, as_day, day, now, takes
from voterlist.cli.terminal import TERMINAL
from voterlist.cli.words import SAY

_Ground = Annotated[
    str, typer.Option("--ground", metavar="TEXT", help=SAY("cli.option.ground"))
]
_By = Annotated[
    str, typer.Option("--by", metavar="NAME", help=SAY("cli.option.stated-by"))
]


@dataclass(frozen=True, slots=True)
class _Approval:
    """The arguments and options of ``approve``."""

    workspace: Workspace
    constituency: Annotated[
        int,
        typer.Option(
            "-c", "--constituency", metavar="N", help=SAY("cli.option.approve-of")
        ),
    ]
    ground: _Ground
    by: _By
    today: Today = None


@takes(_Approval)
def approve(options: _Approval) -> None:
    """State that the lists of a constituency are approved."""
    approval = usecases.Approval(
        constituency=options.constituency, ground=options.ground, by=options.by
    )
    line = usecases.approve(options.workspace, approval, **_when(options.today))
    TERMINAL.say(
        SAY(
            "cli.approve.recorded",
            number=options.constituency,
            day=line.day.isoformat(),
        )
    )
    _result(line)


@dataclass(frozen=True, slots=True)
class _Finished:
    """The arguments and options of ``finish``."""

    workspace: Workspace
    stage: Annotated[
        str, typer.Argument(metavar="STAGE", help=SAY("cli.argument.finish-stage"))
    ]
    on: Annotated[
        str, typer.Option("--day", metavar="DATE", help=SAY("cli.option.finish-day"))
    ]
    ground: _Ground
    by: _By
    constituency: Annotated[
        int | None,
        typer.Option(
            "-c", "--constituency", metavar="N", help=SAY("cli.option.finish-of")
        ),
    ] = None
    precinct: Annotated[
        int | None,
        typer.Option(
            "--precinct", metavar="P", min=1, help=SAY("cli.option.finish-precinct")
        ),
    ] = None
    today: Today = None


@takes(_Finished)
def finish(options: _Finished) -> None:
    """State on which day a stage was finished."""
    finished = usecases.Finished(
        stage=options.stage,
        day=as_day(options.on),
        ground=options.ground,
        by=options.by,
        constituency=options.constituency,
        precinct=options.precinct,
    )
    line = usecases.finish(options.workspace, finished, **_when(options.today))
    TERMINAL.say(
        SAY(
            "cli.finish.recorded",
            title=SAY(f"deadline.{line.stage}.title"),
            day=finished.day.isoformat(),
        )
    )
    _result(line)


def _when(today: str | None) -> dict[str, Any]:
    return {"today": day(today), "since": now().isoformat(" ", "minutes")}


def _result(line: Any) -> None:
    """The line as plain values; scripts are written against these names."""
    if TERMINAL.json:
        names = {"event": line.event.value, "day": line.day.isoformat()}
        TERMINAL.result({**names, **line.details(), "exit_code": 0})
